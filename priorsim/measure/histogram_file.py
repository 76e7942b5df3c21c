"""A histogram as a file of a few kilobytes: CSV with one line of description above it.

The first line is `# ` and a JSON object: what was counted, the world, the rows of the least programs
and a checksum over everything else. The bytes depend on the histogram alone.
"""

import csv
import hashlib
import io
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.errors import AtlasError, PriorsimError
from priorsim.formats import format_csv
from priorsim.measure.histogram import CLASS_BY, CLASSES, Cells, Histogram
from priorsim.mu.domain import Domain
from priorsim.storage import begins_with, write_text
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World

FORMAT = "priorsim-histogram"
VERSION = 2
_COLUMNS = ("class", "bits", "steps", "searches", "faithful", "essential_low", "essential_high", "count")
_TYPES: tuple[type, ...] = (np.uint8, np.uint8, np.uint32, np.uint8, np.bool_, np.bool_, np.bool_, np.uint64)
_PACKED = ("behaviour", "strict", "wide")
_MAKE_AGAIN = "export it again with 'priorsim histogram'"


def save_histogram(histogram: Histogram, path: Path | str) -> None:
    """Write a histogram, whole or not at all.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    write_text(path, format_histogram(histogram))


def is_histogram(path: Path) -> bool:
    """Whether a file is a histogram, of any version, as far as its beginning tells."""
    return begins_with(path, f'# {{"format":"{FORMAT}"')


def format_histogram(histogram: Histogram) -> str:
    """The text of the file: description, column names, one cell a line."""
    names = [str(name) for name in CLASSES]
    columns = [getattr(histogram.cells, column.name).astype(np.uint64).tolist() for column in fields(Cells)]
    body = format_csv(_COLUMNS, [(names[kind], *numbers) for kind, *numbers in zip(*columns, strict=True)])
    header = {
        "format": FORMAT,
        "version": VERSION,
        "class_by": histogram.class_by,
        "atlas": histogram.header.to_json(),
        "world": _world_to_json(histogram.world),
        "functions": list(histogram.functions),
        "shortest": _keys_to_json(histogram.shortest),
        "least_kt": _keys_to_json(histogram.least_kt),
        "cells": len(histogram.cells),
        "programs": histogram.cells.programs,
    }
    header["sha256"] = _checksum(header, body)
    return f"# {_dump(header)}\n{body}"


def load_histogram(path: Path | str) -> Histogram:
    """Read a histogram back, and refuse a file that is not whole.

    Raises
    ------
    AtlasError
        When the file is missing, no histogram, cut, altered or of another version.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise AtlasError(f"{path}: cannot be read as a histogram ({reason}): {_MAKE_AGAIN}") from None
    try:
        return parse_histogram(text)
    except PriorsimError as error:
        raise AtlasError(f"{path}: {error}") from None


def parse_histogram(text: str) -> Histogram:
    """The histogram of a file's text.

    Raises
    ------
    AtlasError
        When it is no histogram, cut, altered or of another version.
    """
    first, _, body = text.partition("\n")
    header = _read_description(first)
    claimed = header.pop("sha256", None)
    if claimed != _checksum(header, body):
        raise AtlasError(f"cut or altered, its checksum does not match: {_MAKE_AGAIN}")
    try:
        return _build(header, body)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise AtlasError(f"its description is damaged ({type(error).__name__}): {_MAKE_AGAIN}") from None


def _read_description(line: str) -> dict[str, Any]:
    try:
        header = json.loads(line.removeprefix("# ")) if line.startswith("# ") else None
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise AtlasError("not a histogram: make one with 'priorsim histogram'")
    if header.get("version") != VERSION:
        raise AtlasError(
            f"a histogram of version {header.get('version')}, this priorsim reads version {VERSION}: {_MAKE_AGAIN}"
        )
    return header


def _build(header: dict[str, Any], body: str) -> Histogram:
    names, *lines = csv.reader(io.StringIO(body))
    numbers = {str(name): number for number, name in enumerate(CLASSES)}
    rows = [[numbers[kind], *map(int, rest)] for kind, *rest in lines]
    if tuple(names) != _COLUMNS or header["class_by"] not in CLASS_BY:
        raise ValueError("other columns or classes")
    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    cells = Cells(*(np.array(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)))
    if header["cells"] != len(cells) or header["programs"] != cells.programs:
        raise ValueError("other totals")
    atlas = AtlasHeader.from_json(header["atlas"])
    world = _world_from_json(header["world"], atlas.domain)
    keys = (_keys_from_json(header["shortest"]), _keys_from_json(header["least_kt"]))
    return Histogram(atlas, world, header["class_by"], cells, tuple(header["functions"]), *keys)


def _world_to_json(world: World) -> dict[str, Any]:
    """A world without its rules, which no histogram asks for; a camera with the world that was meant."""
    told: dict[str, Any] = {
        "name": world.name,
        "acceptable": [sorted(words) for words in world.acceptable],
        "context": list(world.domain.context),
        "train": list(world.train),
        "family": world.family,
        "dialect": world.dialect,
        "description": world.description,
    }
    return told | {"truth": _world_to_json(world.truth)} if isinstance(world, Camera) else told


def _world_from_json(told: dict[str, Any], counted: Domain) -> World:
    """The world told, on a census's domain but with context columns of its own."""
    domain = Domain(counted.word_bits, counted.lanes, counted.columns, tuple(told["context"]))
    acceptable = tuple(frozenset(words) for words in told["acceptable"])
    rest = (told["family"], told["dialect"], told["description"])
    world = (told["name"], domain, acceptable, tuple(told["train"]), *rest)
    return Camera(*world, truth=_world_from_json(told["truth"], counted)) if "truth" in told else World(*world)


def _keys_to_json(keys: tuple[RowKey | None, ...]) -> dict[str, dict[str, int | str] | None]:
    """Row keys by class name, packed words in hexadecimal: JSON readers round large numbers."""
    return {str(name): key_to_json(key) for name, key in zip(CLASSES, keys, strict=True)}


def key_to_json(key: RowKey | None) -> dict[str, int | str] | None:
    """A row key as JSON values, its packed words in hexadecimal."""
    if key is None:
        return None
    return {name: f"{value:x}" if name in _PACKED else value for name, value in asdict(key).items()}


def _keys_from_json(values: dict[str, dict[str, Any] | None]) -> tuple[RowKey | None, ...]:
    def key(fields_: dict[str, Any] | None) -> RowKey | None:
        if fields_ is None:
            return None
        return RowKey(**{name: int(value, 16) if name in _PACKED else value for name, value in fields_.items()})

    return tuple(key(values[str(name)]) for name in CLASSES)


def _dump(header: dict[str, Any]) -> str:
    return json.dumps(header, separators=(",", ":"), allow_nan=False)


def _checksum(header: dict[str, Any], body: str) -> str:
    return hashlib.sha256(f"{_dump(header)}\n{body}".encode()).hexdigest()
