"""A histogram as a file of a few kilobytes: CSV with one line of description above it.

The first line is `# ` and a JSON object: what was counted, by which code, the world, the rows of the least programs
and a checksum over everything else. The bytes depend on the histogram and the code alone.
"""

import csv
import hashlib
import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import MAX_BITS, AtlasHeader, RowKey, check_code
from priorsim.errors import AtlasError, PriorsimError, StorageError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.histogram import CLASS_BY, CLASSES, Cells, Histogram, OwnClasses, check_class_by
from priorsim.mu.domain import Domain
from priorsim.provenance import SHORT, counting_digest
from priorsim.reading import read_text, shown, source_name
from priorsim.storage import begins_with, write_text
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World

FORMAT = "priorsim-histogram"
VERSION = 3
MAX_BYTES = 1 << 26
"""A file that is larger is read no further; a histogram has some kilobytes."""
_COLUMNS = ("class", "bits", "steps", "searches", "faithful", "essential_low", "essential_high", "count")
_TYPES: tuple[type, ...] = (np.uint8, np.uint8, np.uint32, np.uint8, np.bool_, np.bool_, np.bool_, np.uint64)
_MAKE_AGAIN = "export it again with 'priorsim histogram'"

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Packed = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{1,131072}$")]


class _ToldKey(keys.Row, frozen=True, forbid_unknown_fields=True):
    """A row key in JSON, and what its numbers may be."""

    bits: Annotated[int, msgspec.Meta(ge=1, le=MAX_BITS)]
    behaviour: _Packed
    strict: _Packed
    wide: _Packed
    steps: Annotated[int, msgspec.Meta(ge=1, lt=2**32)]
    searches: Annotated[int, msgspec.Meta(ge=0, le=MAX_BITS)]


class _ToldWorld(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A world in JSON, without its rules, which no histogram asks for; a camera with the world that was meant."""

    name: str
    acceptable: list[list[int]]
    context: list[str]
    train: list[int]
    family: str
    dialect: str
    description: str
    truth: "_ToldWorld | None" = None


class _ToldHistogram(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The description, without its checksum."""

    format: str
    version: int
    code: str
    code_version: str
    class_by: str
    atlas: dict[str, Any]
    world: _ToldWorld
    functions: list[_Count]
    shortest: keys.ByClass[_ToldKey | None]
    least_kt: keys.ByClass[_ToldKey | None]
    cells: _Count
    programs: _Count


def save_histogram(histogram: Histogram, path: Path | str) -> None:
    """Write a histogram to a file, whole or not at all.

    Parameters
    ----------
    histogram : Histogram
        The histogram.
    path : str or path
        The file, a CSV file with one line of description above it.

    Raises
    ------
    StorageError
        If the file cannot be written, or the classes are those of a function.

    Examples
    --------
    >>> import priorsim as ps
    >>> from tempfile import TemporaryDirectory
    >>> found = ps.histogram("square-w3", ps.take_census(ps.make_header("arith", 14, domain=ps.Domain.default(3))))
    >>> with TemporaryDirectory() as folder:
    ...     ps.save_histogram(found, f"{folder}/square.csv")
    ...     ps.load_histogram(f"{folder}/square.csv").cells.programs == found.cells.programs
    True
    """
    write_text(path, format_histogram(histogram))


def is_histogram(path: Path) -> bool:
    """Whether a file is a histogram, of any version, as far as its beginning tells."""
    return begins_with(path, f'# {{"format":"{FORMAT}"')


def format_histogram(histogram: Histogram) -> str:
    """The text of the file: description, column names, one cell a line."""
    from priorsim import __version__

    if isinstance(histogram.class_by, OwnClasses):
        raise StorageError(f"classes by {histogram.class_by} cannot be read back: class by {' or '.join(CLASS_BY)}")
    body = _format_cells(histogram.cells)
    description = _describe(histogram, counting_digest(), __version__)
    description["sha256"] = _checksum(description, body)
    return f"# {_dump(description)}\n{body}"


def _describe(histogram: Histogram, code: str, code_version: str) -> dict[str, Any]:
    """The description, without its checksum, of a histogram that this code counted."""
    parts: list[Any] = [FORMAT, VERSION, code, code_version, histogram.class_by]
    parts += [histogram.header.to_json(), _told_world(histogram.world), list(histogram.functions)]
    parts += [keys.named(map(_ToldKey.of, rows)) for rows in (histogram.shortest, histogram.least_kt)]
    parts += [len(histogram.cells), histogram.cells.programs]
    described: dict[str, Any] = msgspec.to_builtins(_ToldHistogram(*parts))
    return described


def _format_cells(cells: Cells) -> str:
    names = [str(name) for name in CLASSES]
    columns = [getattr(cells, column.name).astype(np.uint64).tolist() for column in fields(Cells)]
    return format_csv(_COLUMNS, [(names[kind], *numbers) for kind, *numbers in zip(*columns, strict=True)])


def load_histogram(path: Path | str, *, trust_other_code: bool = False) -> Histogram:
    """Read a histogram from a file.

    Parameters
    ----------
    path : str or path
        The file, which `save_histogram` or `priorsim histogram` wrote.
    trust_other_code : bool, default False
        Whether to take a histogram that another version of the counting code made.

    Returns
    -------
    Histogram

    Raises
    ------
    AtlasError
        If the file is missing, is no histogram, is damaged, or is of another version.

    Examples
    --------
    >>> load_histogram("missing.csv")
    Traceback (most recent call last):
    ...
    priorsim.errors.AtlasError: missing.csv: cannot be read (No such file or directory)
    """
    text = read_text(path, most=MAX_BYTES, error=AtlasError)
    try:
        return parse_histogram(text, trust_other_code=trust_other_code)
    except PriorsimError as error:
        raise AtlasError(f"{source_name(path)}: {shown(error, 400)}") from None


def parse_histogram(text: str, *, trust_other_code: bool = False) -> Histogram:
    """The histogram of a file's text; see `load_histogram`."""
    first, _, body = text.partition("\n")
    description = _read_description(first)
    claimed = description.pop("sha256", None)
    if claimed != _checksum(description, body):
        raise AtlasError(f"cut or altered, its checksum does not match: {_MAKE_AGAIN}")
    try:
        told = msgspec.convert(description, _ToldHistogram)
        if not trust_other_code:
            check_code(told.code, told.code_version)
        found = _build(told, body)
        # The bytes are those that it is written in: no number was out of range, padded or in other digits.
        if _describe(found, told.code, told.code_version) != description or _format_cells(found.cells) != body:
            raise ValueError("other columns, numbers or totals")
        return found
    except PriorsimError:
        raise
    except Exception as error:
        # What a description or cells that make no sense raise is nowhere listed.
        reason = shown(f"{type(error).__name__} {error}", 200)
        raise AtlasError(f"damaged: its description or cells make no sense ({reason}): {_MAKE_AGAIN}") from None


def _read_description(line: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(line.removeprefix("# ")) if line.startswith("# ") else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise AtlasError("not a histogram: make one with 'priorsim histogram'")
    if found.get("version") != VERSION:
        raise AtlasError(
            f"a histogram of version {shown(found.get('version'), SHORT)}, this priorsim reads version {VERSION}: "
            f"{_MAKE_AGAIN}"
        )
    return found


def _build(told: _ToldHistogram, body: str) -> Histogram:
    _, *lines = csv.reader(io.StringIO(body))
    numbers = {str(name): number for number, name in enumerate(CLASSES)}
    rows = [[numbers[kind], *map(int, rest)] for kind, *rest in lines]
    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    cells = Cells(*(np.array(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)))
    if told.class_by not in CLASS_BY or len(told.functions) != 1 << len(CLASSES):
        raise ValueError("other classes")
    header = AtlasHeader.from_json(told.atlas)
    world = _world_of(told.world, header.domain)
    least = (tuple(map(_key_of, rows)) for rows in (told.shortest, told.least_kt))
    return Histogram(header, world, check_class_by(told.class_by), cells, tuple(told.functions), *least)


def _told_world(world: World) -> _ToldWorld:
    acceptable, truth = (
        list(map(sorted, world.acceptable)),
        _told_world(world.truth) if isinstance(world, Camera) else None,
    )
    asked = (list(world.domain.context), list(world.train))
    return _ToldWorld(world.name, acceptable, *asked, world.family, world.dialect, world.description, truth)


def _world_of(told: _ToldWorld, counted: Domain) -> World:
    """The world told, on a census's domain but with context columns of its own."""
    domain = Domain(counted.word_bits, counted.lanes, counted.columns, tuple(told.context))
    acceptable = tuple(frozenset(words) for words in told.acceptable)
    world = (told.name, domain, acceptable, tuple(told.train), told.family, told.dialect, told.description)
    return World(*world) if told.truth is None else Camera(*world, truth=_world_of(told.truth, counted))


def _key_of(told: _ToldKey | None) -> RowKey | None:
    if told is None:
        return None
    behaviour, strict, wide = (int(word, 16) for word in (told.behaviour, told.strict, told.wide))
    return RowKey(told.bits, behaviour, strict, wide, told.steps, told.searches)


def _dump(header: dict[str, Any]) -> str:
    return json.dumps(header, separators=(",", ":"), allow_nan=False)


def _checksum(header: dict[str, Any], body: str) -> str:
    return hashlib.sha256(f"{_dump(header)}\n{body}".encode()).hexdigest()
