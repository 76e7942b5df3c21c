"""Every parser of text from elsewhere, with texts that it takes: what the fuzzing tests share.

A parser returns, or raises a PriorsimError of one safe line; anything else that it raises is a fault.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyarrow import parquet

from priorsim.census.atlas import Atlas
from priorsim.census.effort import parse_memory
from priorsim.census.stored import METADATA_KEY, StoredAtlas
from priorsim.cli.options import width_of
from priorsim.errors import PriorsimError
from priorsim.measure.histogram import histogram
from priorsim.measure.histogram_file import format_histogram, load_histogram
from priorsim.measure.sweep import parse_grid
from priorsim.mu.code import decode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain, check_column_names
from priorsim.mu.files import head_comments, parse_source, read_source
from priorsim.mu.syntax import parse
from priorsim.reading import shown
from priorsim.text.worlds import world_text, worlds_text
from priorsim.theory.calculator import ASKED, calculate
from priorsim.worlds import find_world, parse_lanes
from tests.census.test_atlas import forge
from tests.measure.conftest import oracle_atlas

LONGEST_LINE = 1000
"""Characters of an error, however long the text was."""
ARITH = Language.named("arith", 4)


@dataclass(frozen=True, slots=True)
class Parser:
    """What reads a text or a file, with examples of what it takes.

    Attributes
    ----------
    parse : callable
        Takes a text, or the path of a file that holds it.
    seeds : sequence of str
    suffix : str
        Of the file; a parser without one takes the text.
    """

    parse: Callable[[str], object]
    seeds: Sequence[str]
    suffix: str = ""

    def try_on(self, content: bytes, folder: Path) -> None:
        """Parse, and check what is refused; whatever else is raised is passed on."""
        path = folder / f"text{self.suffix}"
        if self.suffix:
            path.write_bytes(content)
        try:
            self.parse(str(path) if self.suffix else content.decode("utf-8", "surrogateescape"))
        except PriorsimError as error:
            said = str(error)
            assert said == shown(said), f"not safe, or not one line: {said!r}"
            assert len(said) <= LONGEST_LINE, f"too long: {said[:200]!r}"


def _world(path: str) -> None:
    world = find_world(path)
    for text in (world_text(world), worlds_text([world])):
        assert all(line == shown(line) for line in text.split("\n")), f"not safe: {text!r}"


def _program(path: str) -> None:
    text = read_source(path)
    head_comments(text)
    parse_source(text, path, ARITH)


def _calculated(text: str) -> None:
    answer = calculate(dict(zip(ASKED, text.split(" "), strict=False)))
    assert answer.tables() and answer.latex() and answer.to_json()


def signed(text: str) -> str:
    """The text of a histogram with the checksum that belongs to it, so that no parser stops at that."""
    first, _, body = text.partition("\n")
    try:
        told = json.loads(first.removeprefix("# "))
        description = json.dumps({key: told[key] for key in told if key != "sha256"}, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError, MemoryError):
        return text
    told = {
        **json.loads(description),
        "sha256": hashlib.sha256(f"{description}\n{body}".encode()).hexdigest(),
    }
    return f"# {json.dumps(told, separators=(',', ':'))}\n{body}"


def _histogram(path: str) -> None:
    with suppress(UnicodeDecodeError):
        Path(path).write_bytes(signed(Path(path).read_bytes().decode()).encode())
    load_histogram(path)


HISTOGRAM = format_histogram(histogram(oracle_atlas("logic-w3-23"), find_world("parity-w3")))


def small_atlas(path: Path) -> str:
    """Write an atlas of few programs, and return its description."""
    whole = oracle_atlas("logic-w3-23")
    few = Atlas(replace(whole.header, max_bits=9), whole.rows.take(whole.rows.bits <= 9))
    few.save(path)
    return str(parquet.read_metadata(path).metadata[METADATA_KEY].decode())


def _atlas_of(path: str) -> Any:
    """Open an atlas whose description a file holds, under true seals."""
    atlas = Path(path).with_suffix(".parquet")
    small_atlas(atlas)
    forge(atlas, raw=Path(path).read_bytes())
    return StoredAtlas.open(atlas)


def _description() -> str:
    with new_folder() as folder:
        return small_atlas(Path(folder) / "atlas.parquet")


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """A place for the files, gone with the last use of it."""
    return tempfile.TemporaryDirectory(prefix="priorsim-fuzz-")


PARSERS = {
    "histogram": Parser(_histogram, [HISTOGRAM], ".csv"),
    "atlas": Parser(_atlas_of, [_description()], ".json"),
    "world.csv": Parser(
        _world,
        [
            "# word_bits = 3\n# description = seven less x\nx,output\n0,7\n1,6\n",
            '\ufeff"# word_bits = 3",,\r\n"# name = größe",,\r\no:context,q,train,output\r\n0,1,1,7|6\r\n"1",6,0,5\r\n',
        ],
        ".csv",
    ),
    "world.toml": Parser(
        _world,
        [
            "word_bits = 3\nlanes = [0, 1]\noutput = [7, [6, 5]]\n",
            'word_bits = 4\ncolumns = ["o", "q"]\ncontext = ["o"]\nlanes = [[0, 1], [4, 3]]\noutput = [0, 6]\n'
            'train = [0]\nname = "a"\ndialect = "logic"\nfamily = "f"\ndescription = "d"\n',
        ],
        ".toml",
    ),
    "domain.csv": Parser(lambda path: Domain.from_csv(path, 3), ["o:context,q\n1,2\n\n3,4\n"], ".csv"),
    "program.mu": Parser(
        _program,
        [
            "; the root\n; world: root-w4\n(find (c) (eq x (mul c c)))\n",
            "(data (1 2 3 #1) x (m) (add m (iter 2 x (s) (sub s 1))))",
        ],
        ".mu",
    ),
    "program": Parser(lambda text: parse(text, ARITH), ["(find (c) (if (lt c 3) (eq x c) #0))"]),
    "code": Parser(lambda text: decode(text, ARITH), ["0110100001101"]),
    "columns": Parser(lambda text: check_column_names(text.split(",")), ["o,q,r2"]),
    "lanes": Parser(lambda text: parse_lanes(text, Domain.default(4)), ["0-11,14", "3"]),
    "grid": Parser(lambda text: parse_grid([text]), ["gamma=0:2:9", "tax=0,1.5,-4e2"]),
    "memory": Parser(parse_memory, ["8GiB", "0.5 MiB"]),
    "width": Parser(width_of, ["3.25in", "82mm"]),
    "world's name": Parser(
        find_world, ["in-context.w4-squares-square-product-r4-q4", "constant.w16-16203", "isqrt-w4"]
    ),
    "dialect": Parser(lambda text: Language.named(text, 4), ["arith"]),
    "numbers": Parser(_calculated, ["500 2^2000 1 2000 1 1", "500 1e6 2 2000 37/16 1 0.5 1 1 0 10^9 4 10 5 3 0 4"]),
}
"""By what they parse."""
