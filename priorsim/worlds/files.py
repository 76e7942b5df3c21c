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
(file) and description. A line that starts with # and holds no = is a remark. What a spreadsheet adds when it
saves such a file does no harm: quotation marks around a setting, and commas after it.

TOML: the fields of WorldFile, checked strictly::

    word_bits = 4
    columns = ["o", "q"]
    context = ["o"]
    lanes = [[0, 1], [4, 3]]
    output = [0, [6, 7]]
    train = [0]

With one column a lane may be a bare word, and without ``lanes`` they are the default ones.

A file is text in UTF-8 of at most two megabytes; ``-`` is standard input, in either format.
"""

import csv
import re
from pathlib import Path
from typing import Annotated
from unicodedata import category, normalize

import msgspec

from priorsim.errors import CodeError, PriorsimError, WorldError
from priorsim.mu.dialect import MAX_WORD_BITS, MIN_WORD_BITS, Language
from priorsim.mu.domain import (
    CONTEXT_SUFFIX,
    MAX_LANES,
    OUTPUT_COLUMN,
    TRAIN_COLUMN,
    Domain,
    check_distinct,
    parse_word,
)
from priorsim.reading import (
    Row,
    csv_rows,
    is_standard_input,
    quoted,
    read_text,
    reading,
    source_name,
    toml_fields,
)
from priorsim.worlds.world import World, default_train

FILE_SUFFIXES = (".csv", ".toml")
MOST_CHARACTERS = {"name": 200, "family": 1000, "description": 1000}
_SETTING = re.compile(r"#\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")
_SETTINGS = ("word_bits", "name", "dialect", "family", "description")

_Line = Annotated[str, msgspec.Meta(pattern=r"\A[^\r\n]*\Z")]  # Text without line breaks.


class WorldFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The fields of a TOML world file; a field that is left out has the default shown here.

    A word has 2 to 16 bits. For each lane there is one word a column, or with one column a bare word; its output is
    the word that is right there, or several. Training lanes are counted from 0.
    """

    word_bits: int
    output: tuple[int | tuple[int, ...], ...]
    columns: tuple[_Line, ...] = ("x",)
    context: tuple[_Line, ...] = ()
    lanes: tuple[int | tuple[int, ...], ...] | None = None
    train: tuple[int, ...] | None = None
    name: _Line = ""
    dialect: _Line = "arith"
    family: _Line = "file"
    description: _Line = ""


def load_world(path: Path | str) -> World:
    """Read a world from a .csv or .toml file, or standard input; WorldError or DomainError says what is wrong where."""
    name, suffix = source_name(path), Path(path).suffix.lower()
    if not is_standard_input(path) and suffix not in FILE_SUFFIXES:
        raise WorldError(f"{name}: a world file ends in {' or '.join(FILE_SUFFIXES)}: rename it")
    with reading(path, WorldError):
        text = read_text(path, error=WorldError)
        is_toml = _is_toml(text) if is_standard_input(path) else suffix == ".toml"
        fields, lane_names = (_read_toml if is_toml else _read_csv)(text, name)
        try:
            world = world_of_fields(fields, name if is_standard_input(path) else Path(path).stem)
            Language.named(world.dialect, world.domain.word_bits)
        except CodeError as error:
            raise WorldError(f"{name}: {error}") from None
        except PriorsimError as error:
            raise type(error)(f"{name}: {error}") from None
        check_distinct(world.domain.lanes, lane_names)
        return world


def world_of_fields(fields: WorldFile, own_name: str) -> World:
    """The world of checked fields; WorldError or DomainError where they do not fit together."""
    lanes = Domain.default(fields.word_bits).lanes if fields.lanes is None else tuple(map(_several, fields.lanes))
    domain = Domain(fields.word_bits, lanes, fields.columns, fields.context)
    world = World(
        name=normalize("NFC", fields.name or own_name),
        domain=domain,
        acceptable=tuple(frozenset(_several(words)) for words in fields.output),
        train=default_train(len(lanes)) if fields.train is None else tuple(sorted(set(fields.train))),
        family=fields.family,
        dialect=fields.dialect,
        description=fields.description,
    )
    # An accent or a vowel sign belongs to the letter before it.
    if not world.name or not all(c.isalnum() or c in " ._+-" or category(c).startswith("M") for c in world.name):
        raise WorldError(
            f"the world's name {quoted(world.name)} has to be letters, digits, spaces and . _ + - alone: "
            "rename the file, or set 'name' in it"
        )
    for field, most in MOST_CHARACTERS.items():
        if len(getattr(world, field)) > most:
            raise WorldError(f"the {field} has {len(getattr(world, field))} characters: give at most {most}")
    return world


def _several(words: int | tuple[int, ...]) -> tuple[int, ...]:
    return (words,) if isinstance(words, int) else words


def _is_toml(text: str) -> bool:
    """Whether the first line that is no remark gives a field, or opens a table; a column has no such name."""
    lines = (line.strip() for line in text.split("\n"))
    first = next((line for line in lines if line and not line.lstrip('"').startswith("#")), "")
    return "=" in first or first.startswith("[")


def _read_csv(text: str, where: str) -> tuple[WorldFile, list[str]]:
    """The fields of a world, and what a message calls each lane."""
    settings, header, rows = _split_csv(text, where)
    word_bits = _word_bits(settings.pop("word_bits", None), where)
    names = header.cells
    columns = [name for name in names if name not in (OUTPUT_COLUMN, TRAIN_COLUMN)]
    if names[-1] != OUTPUT_COLUMN:
        raise WorldError(f"{header.where}: the last column is {quoted(names[-1])}: it must be '{OUTPUT_COLUMN}'")
    for name in (OUTPUT_COLUMN, TRAIN_COLUMN):
        if names.count(name) > 1:
            raise WorldError(f"{header.where}: column '{name}' is named twice: keep one")
    if not columns:
        raise WorldError(f"{header.where}: there is no input column: give at least one before '{OUTPUT_COLUMN}'")
    lanes: list[list[int]] = []
    output: list[tuple[int, ...]] = []
    train: list[int] = []
    for lane, row in enumerate(rows):
        lanes.append([])
        for name, cell in zip(names, row.cells, strict=True):
            at = f"{row.where}, column {quoted(name)}"
            if name == OUTPUT_COLUMN:
                output.append(tuple(parse_word(part, word_bits, at) for part in cell.split("|")))
            elif name != TRAIN_COLUMN:
                lanes[lane].append(parse_word(cell, word_bits, at))
            elif cell in ("0", "1"):
                train += [lane] * int(cell)
            else:
                raise WorldError(f"{at}: {quoted(cell)} is neither 1 (trained on) nor 0 (held out)")
    fields = WorldFile(
        word_bits,
        tuple(output),
        tuple(name.removesuffix(CONTEXT_SUFFIX) for name in columns),
        tuple(name.removesuffix(CONTEXT_SUFFIX) for name in columns if name.endswith(CONTEXT_SUFFIX)),
        tuple(map(tuple, lanes)),
        tuple(train) if TRAIN_COLUMN in names else None,
        **settings,
    )
    return fields, [row.where for row in rows]


def _split_csv(text: str, name: str) -> tuple[dict[str, str], Row, list[Row]]:
    """The settings of the leading # lines, the header and the lanes."""
    settings: dict[str, str] = {}
    lines = text.split("\n")
    start = 0
    for line in lines:
        remark = _remark(line)
        if remark is None:
            break
        start += 1
        match = _SETTING.match(remark)
        if match is None:
            continue
        where, key = f"{name}, line {start}", match["key"]
        if key not in _SETTINGS:
            raise WorldError(f"{where}: unknown setting {quoted(key)}: choose among {', '.join(_SETTINGS)}")
        if key in settings:
            raise WorldError(f"{where}: setting '{key}' is given twice: keep one")
        settings[key] = match["value"].strip()
    rows = csv_rows(lines[start:], name, above=start, most=MAX_LANES, error=WorldError)
    if len(rows) < 2:
        raise WorldError(f"{name}: give the column names, the last one '{OUTPUT_COLUMN}', and a line for each lane")
    return settings, rows[0], rows[1:]


def _remark(line: str) -> str | None:
    """A line of # as it was before a spreadsheet saved it; '' for an empty line, None where the table begins."""
    bare = line.strip().rstrip(", \t")
    if bare.startswith('"'):
        try:
            cells = next(csv.reader([bare], strict=True))
        except csv.Error:
            return None
        bare = ",".join(cells).strip()
    return bare if not bare or bare.startswith("#") else None


def _word_bits(text: str | None, where: str) -> int:
    allowed = f"{MIN_WORD_BITS} to {MAX_WORD_BITS}"
    if text is None:
        raise WorldError(f"{where}: the word size is missing: put '# word_bits = 4' ({allowed}) in the first line")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not MIN_WORD_BITS <= int(text) <= MAX_WORD_BITS:
        raise WorldError(
            f"{where}: word_bits = {quoted(text)} is not a word size: choose {allowed}, and one setting a line"
        )
    return int(text)


def _read_toml(text: str, where: str) -> tuple[WorldFile, list[str]]:
    """The fields of a world, and what a message calls each lane."""
    fields = toml_fields(text, where, WorldFile, WorldError)
    return fields, [f"{where}: field 'lanes', lane {lane}" for lane in range(len(fields.output))]
