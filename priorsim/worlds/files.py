"""Worlds of the user's own, from a CSV or a TOML file.

CSV: settings first, one ``# key = value`` line each, then the column names, then one lane a line::

    # word_bits = 4
    # dialect = arith
    # description = the product of an observed and a hidden number
    o:context,q,train,output
    0,1,1,0
    4,3,0,6|7

The last column is ``output``: the word that is right, or several separated by ``|``. A column
``train`` holds 1 on the training lanes and 0 on the others; without it the first three quarters
train. No two lanes have the same inputs. The suffix ``:context`` marks a context column.
``word_bits`` must be given; the other settings are name (the file's own), dialect (arith), family
(file) and description. A line that starts with # and holds no = is a remark.

TOML: the fields of WorldFile, checked strictly::

    word_bits = 4
    columns = ["o", "q"]
    context = ["o"]
    lanes = [[0, 1], [4, 3]]
    output = [0, [6, 7]]
    train = [0]

With one column a lane may be a bare word, and without ``lanes`` they are the default ones.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from priorsim.errors import CodeError, DomainError, PriorsimError, WorldError
from priorsim.mu.dialect import MAX_WORD_BITS, MIN_WORD_BITS, Language
from priorsim.mu.domain import (
    CONTEXT_SUFFIX,
    MAX_WORD_DIGITS,
    OUTPUT_COLUMN,
    TRAIN_COLUMN,
    Domain,
    check_distinct,
    parse_word,
)
from priorsim.worlds.world import World, default_train

FILE_SUFFIXES = (".csv", ".toml")
FILE_FAMILY = "file"
SEVERAL = "|"
_SETTING = re.compile(r"#\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")

_Line = Annotated[str, msgspec.Meta(pattern=r"\A[^\r\n]*\Z")]
"""Text without line breaks."""


class WorldFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The fields of a TOML world file; a field that is left out has the default shown here.

    Attributes
    ----------
    word_bits : int
        2 to 16.
    output : tuple
        For each lane the word that is right there, or several.
    columns, context : tuple of str
        Input columns, and those of them that are context.
    lanes : tuple or None
        For each lane one word a column, or with one column a bare word.
    train : tuple of int or None
        Training lanes, counted from 0; the first three quarters where left out.
    name, dialect, family, description : str
    """

    word_bits: int
    output: tuple[int | tuple[int, ...], ...]
    columns: tuple[_Line, ...] = ("x",)
    context: tuple[_Line, ...] = ()
    lanes: tuple[int | tuple[int, ...], ...] | None = None
    train: tuple[int, ...] | None = None
    name: _Line = ""
    dialect: _Line = "arith"
    family: _Line = FILE_FAMILY
    description: _Line = ""


def load_world(path: Path | str) -> World:
    """Read a world from a .csv or .toml file; the module's head shows both formats.

    Raises
    ------
    WorldError, DomainError
        When the file is missing or malformed; one line that names file, line or field, the range
        allowed and what to do.
    """
    path = Path(path)
    readers = {".csv": _read_csv_world, ".toml": _read_toml_world}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise WorldError(f"{path}: a world file ends in {' or '.join(FILE_SUFFIXES)}: rename it")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise WorldError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    world = reader(text, path)
    if not re.fullmatch(r"[\w .+-]+", world.name) or not world.name.isprintable():
        raise WorldError(
            f"{path}: the world's name has to be letters, digits, spaces and . _ + - alone: rename the file, or set "
            "'name' in it"
        )
    try:
        Language.named(world.dialect, world.domain.word_bits)
    except CodeError as error:
        raise WorldError(f"{path}: {error}") from None
    return world


# --- CSV -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of cells, stripped, with what a message calls it: file and line."""

    where: str
    cells: tuple[str, ...]


_SETTINGS = ("word_bits", "name", "dialect", "family", "description")


def _read_csv_world(text: str, path: Path) -> World:
    settings, rows = _split_csv(text, path)
    word_bits = _word_bits(settings, path)
    header, lanes = rows[0], rows[1:]
    names = _check_header(header)
    inputs = [i for i, name in enumerate(names) if name not in (OUTPUT_COLUMN, TRAIN_COLUMN)]
    words = [tuple(_word(row, names, i, word_bits) for i in inputs) for row in lanes]
    output = [_words(row, names, len(names) - 1, word_bits) for row in lanes]
    train: Sequence[int] = default_train(len(lanes))
    if TRAIN_COLUMN in names:
        column = names.index(TRAIN_COLUMN)
        train = [lane for lane, row in enumerate(lanes) if _is_trained(row, column)]
    columns = [names[i] for i in inputs]
    try:
        domain = Domain(
            word_bits,
            tuple(words),
            tuple(name.removesuffix(CONTEXT_SUFFIX) for name in columns),
            tuple(name.removesuffix(CONTEXT_SUFFIX) for name in columns if name.endswith(CONTEXT_SUFFIX)),
        )
        world = World(
            name=settings.get("name") or path.stem,
            domain=domain,
            acceptable=tuple(output),
            train=tuple(train),
            family=settings.get("family", FILE_FAMILY),
            dialect=settings.get("dialect", "arith"),
            description=settings.get("description", ""),
        )
    except PriorsimError as error:
        raise type(error)(f"{path}: {error}") from None
    check_distinct(domain.lanes, [row.where for row in lanes])
    return world


def _split_csv(text: str, path: Path) -> tuple[dict[str, str], list[_Row]]:
    """The settings of the leading # lines, and the header row followed by the lanes."""
    settings: dict[str, str] = {}
    lines = text.splitlines()
    start = 0
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        start += 1
        match = _SETTING.match(line.strip())
        if match is None:
            continue
        where = f"{path}, line {start}"
        if match["key"] not in _SETTINGS:
            raise WorldError(f"{where}: unknown setting '{match['key']}': choose among {', '.join(_SETTINGS)}")
        if match["key"] in settings:
            raise WorldError(f"{where}: setting '{match['key']}' is given twice: keep one")
        settings[match["key"]] = match["value"].strip()
    reader = csv.reader(lines[start:], strict=True)
    try:
        rows = [
            _Row(f"{path}, line {start + reader.line_num}", tuple(cell.strip() for cell in cells))
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise WorldError(f"{path}, line {start + reader.line_num}: not a line of CSV ({error})") from None
    if len(rows) < 2:
        raise WorldError(f"{path}: give the column names, the last one '{OUTPUT_COLUMN}', and a line for each lane")
    for row in rows[1:]:
        if len(row.cells) != len(rows[0].cells):
            raise WorldError(f"{row.where}: {len(row.cells)} cells for {len(rows[0].cells)} columns: give one for each")
    return settings, rows


def _word_bits(settings: dict[str, str], path: Path) -> int:
    allowed = f"{MIN_WORD_BITS} to {MAX_WORD_BITS}"
    text = settings.get("word_bits")
    if text is None:
        raise WorldError(f"{path}: the word size is missing: put '# word_bits = 4' ({allowed}) in the first line")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not MIN_WORD_BITS <= int(text) <= MAX_WORD_BITS:
        raise WorldError(f"{path}: word_bits = '{text}' is no word size: choose {allowed}, and one setting a line")
    return int(text)


def _check_header(header: _Row) -> tuple[str, ...]:
    names = header.cells
    if names[-1] != OUTPUT_COLUMN:
        raise WorldError(f"{header.where}: the last column is '{names[-1]}': it must be '{OUTPUT_COLUMN}'")
    for name in (OUTPUT_COLUMN, TRAIN_COLUMN):
        if names.count(name) > 1:
            raise WorldError(f"{header.where}: column '{name}' stands there twice: keep one")
    if set(names) <= {OUTPUT_COLUMN, TRAIN_COLUMN}:
        raise WorldError(f"{header.where}: there is no input column: give at least one before '{OUTPUT_COLUMN}'")
    return names


def _word(row: _Row, names: Sequence[str], column: int, word_bits: int) -> int:
    return _parse(row.cells[column], word_bits, f"{row.where}, column '{names[column]}'")


def _words(row: _Row, names: Sequence[str], column: int, word_bits: int) -> frozenset[int]:
    where = f"{row.where}, column '{names[column]}'"
    return frozenset(_parse(part, word_bits, where) for part in row.cells[column].split(SEVERAL))


def _parse(text: str, word_bits: int, where: str) -> int:
    if len(text.strip()) > MAX_WORD_DIGITS:
        raise DomainError(f"{where}: '{text.strip()[:MAX_WORD_DIGITS]}...' is out of range 0 to {2**word_bits - 1}")
    return parse_word(text, word_bits, where)


def _is_trained(row: _Row, column: int) -> bool:
    cell = row.cells[column]
    if cell not in ("0", "1"):
        raise WorldError(f"{row.where}, column '{TRAIN_COLUMN}': '{cell}' is neither 1 (trained on) nor 0 (held out)")
    return cell == "1"


# --- TOML ----------------------------------------------------------------------------------------


def _read_toml_world(text: str, path: Path) -> World:
    try:
        fields = msgspec.toml.decode(text, type=WorldFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WorldError(f"{path}: {_in_our_words(str(error))}") from None
    try:
        domain = _toml_domain(fields)
        return World(
            name=fields.name or path.stem,
            domain=domain,
            acceptable=tuple(frozenset(_several(words)) for words in fields.output),
            train=default_train(len(domain.lanes)) if fields.train is None else tuple(sorted(set(fields.train))),
            family=fields.family,
            dialect=fields.dialect,
            description=fields.description,
        )
    except PriorsimError as error:
        raise type(error)(f"{path}: {error}") from None


_REPORTS = (
    (r"Object missing required field `(\w+)`", r"the field '\1' is missing: give it"),
    (
        r"Object contains unknown field `(\w+)`",
        rf"unknown field '\1': choose among {', '.join(WorldFile.__struct_fields__)}",
    ),
    (r"Expected `str` matching regex .* - at `\$\.(.+)`", r"field '\1': the text breaks a line: write it on one line"),
    (r"Expected `(.+)`, got `(.+)` - at `\$\.(.+)`", r"field '\3': it is of type \2 where \1 is wanted"),
)
"""What the reader of TOML reports of the fields, and how it is said here."""


def _in_our_words(report: str) -> str:
    for pattern, words in _REPORTS:
        found = re.fullmatch(pattern, report)
        if found:
            return found.expand(words)
    return report


def _toml_domain(fields: WorldFile) -> Domain:
    if fields.lanes is None:
        lanes = Domain.default(fields.word_bits).lanes
    else:
        lanes = tuple(_several(lane) for lane in fields.lanes)
    domain = Domain(fields.word_bits, lanes, fields.columns, fields.context)
    check_distinct(lanes, [f"field 'lanes', lane {lane}" for lane in range(len(lanes))])
    return domain


def _several(words: int | tuple[int, ...]) -> tuple[int, ...]:
    return (words,) if isinstance(words, int) else words
