"""The odds over a grid of one or two penalties, and the CSV of them: what `priorsim sweep` writes.

The first line is a remark, which pandas skips with comment="#": a line of JSON that says of what the numbers are.
"""

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from priorsim.errors import PriorError, PriorsimError
from priorsim.formats import format_csv, format_lanes
from priorsim.measure import keys
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import Interval, log_odds, masses, shares
from priorsim.priors import PARAMETERS, Prior
from priorsim.reading import did_you_mean, parse_float, quoted, read_text, source_name
from priorsim.storage import begins_with

MAX_POINTS = 1_000_000
"""A grid has no more points; a thousand take about a second."""

_HEAD = "# sweep "
_ANSWERS = ("log_odds_low", "log_odds_high", *(f"share_{name}" for name in CLASSES))
"""The columns of the CSV behind those of the penalties."""


@dataclass(frozen=True, slots=True)
class SweepRow:
    """The odds in bits at one point of the grid, and each class's share of the fitting mass, None where it is empty."""

    values: tuple[float, ...]
    log_odds: Interval
    shares: tuple[float, ...] | None


def sweep(histogram: Histogram, prior: Prior, grid: Mapping[str, Sequence[float]]) -> list[SweepRow]:
    """The odds at every point of a grid over one or two penalties of PARAMETERS; no program is run again.

    The prior gives the others; the last penalty varies fastest. PriorError where a penalty is unknown, has no values,
    a value is refused, or there are too many points.
    """
    if not 1 <= len(grid) <= 2:
        raise PriorError(f"a grid over {len(grid)} penalties: choose one or two of {', '.join(PARAMETERS)}")
    for parameter, values in grid.items():
        prior.value(parameter)
        if not len(values):
            raise PriorError(f"the grid has no values of {parameter}: give at least one")
    points = math.prod(map(len, grid.values()))
    if points > MAX_POINTS:
        raise PriorError(f"a grid of {points} points is too large: give at most {MAX_POINTS}")
    rows = []
    for point in product(*grid.values()):
        by_class = masses(histogram, prior.with_values(dict(zip(grid, point, strict=True))))
        rows.append(SweepRow(tuple(map(float, point)), log_odds(by_class), shares(by_class)))
    return rows


def parse_grid(texts: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Penalties and their values from texts such as ``gamma=0:2:9`` or ``tax=0,1,4``; delta is another name of tax.

    FIRST:LAST:COUNT stands for COUNT evenly spaced values, both ends included. PriorError where a text is no such
    grid, has too many values, or a penalty is given twice.

    >>> parse_grid(["gamma=0:1:3", "tax=0,4"])
    {'gamma': (0.0, 0.5, 1.0), 'tax': (0.0, 4.0)}
    """
    grid: dict[str, tuple[float, ...]] = {}
    for text in texts:
        named, _, given = text.partition("=")
        name = "tax" if named == "delta" else named
        if name not in PARAMETERS:
            raise PriorError(
                f"grid {quoted(text)}: unknown penalty {quoted(named)}: "
                f"{did_you_mean(named, PARAMETERS)}choose one of {', '.join(PARAMETERS)}"
            )
        if name in grid:
            raise PriorError(f"grid {quoted(text)}: {name} is given twice")
        try:
            grid[name] = _spaced(given) if ":" in given else tuple(map(parse_float, given.split(",")))
        except ValueError:
            raise PriorError(
                f"grid {quoted(text)} cannot be read: write NAME=FIRST:LAST:COUNT with finite ends and a COUNT of 1 to "
                f"{MAX_POINTS}, or NAME=V,V,..."
            ) from None
    return grid


def _spaced(text: str) -> tuple[float, ...]:
    """The values of FIRST:LAST:COUNT; ValueError where it is none."""
    first, last, count = text.split(":")
    ends = parse_float(first), parse_float(last)
    if not (all(map(math.isfinite, ends)) and re.fullmatch("[0-9]{1,9}", count) and 1 <= int(count) <= MAX_POINTS):
        raise ValueError(text)
    return tuple(np.linspace(*ends, int(count)).tolist())


def sweep_table(rows: Sequence[SweepRow], parameters: Sequence[str]) -> keys.Lines:
    """A line for each point: penalties, log_odds_low, log_odds_high and a share for each class."""
    empty = [None] * len(CLASSES)
    lines = [(*row.values, row.log_odds.low, row.log_odds.high, *(row.shares or empty)) for row in rows]
    return [*parameters, *_ANSWERS], lines


class SweepOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of what the numbers of a sweep are: a world with its training lanes, a bound, and the other penalties."""

    world: str
    trained_on: str
    bound_bits: int
    penalties: dict[str, float | None]
    class_by: str
    points: int

    @classmethod
    def of(cls, histogram: Histogram, prior: Prior, grid: Mapping[str, Sequence[float]]) -> "SweepOf":
        """That of a world's counts under a prior, over a grid."""
        world = histogram.world
        lanes = f"{format_lanes(world.train)} of {len(world.domain.lanes)}"
        others = {name: prior.value(name) for name in PARAMETERS if name not in grid}
        points = math.prod(map(len, grid.values()))
        return cls(world.name, lanes, histogram.max_bits, others, f"{histogram.class_by}", points)


def is_sweep(path: Path) -> bool:
    """Whether a file is the CSV of a sweep."""
    return begins_with(path, rf"[a-z,]+,{','.join(_ANSWERS)}\n")


def format_sweep(of: SweepOf, rows: Sequence[SweepRow], parameters: Sequence[str]) -> str:
    """What the file holds: of what it is, and the lines of `sweep_table`; unknown numbers are empty."""
    told = json.dumps(msgspec.to_builtins(of))
    return f"{_HEAD}{told}\n{format_csv(*sweep_table(rows, parameters))}"


def read_sweep(path: Path | str) -> tuple[SweepOf, tuple[str, ...], list[tuple[Any, ...]]]:
    """Of what a file's sweep is, its penalties, and its lines: penalties, log-odds and shares, None where unknown.

    PriorsimError where the file cannot be read, or is not what `priorsim sweep` writes.
    """
    name, lines = source_name(path), read_text(path).splitlines()
    try:
        (told,) = [line.removeprefix(_HEAD) for line in lines if line.startswith(_HEAD)]
        of = msgspec.convert(json.loads(told), SweepOf)
        columns, *rows = csv.reader(line for line in lines if not line.startswith("#"))
        parameters = tuple(columns[: -len(_ANSWERS)])
        numbers = [tuple(parse_float(cell) if cell else None for cell in row) for row in rows]
        if columns[len(parameters) :] != list(_ANSWERS) or {*map(len, rows)} != {len(columns)}:
            raise ValueError("other columns")
        if len(rows) != of.points:
            raise ValueError("other points")
        if not 1 <= len(parameters) <= 2 or not set(parameters) <= set(PARAMETERS):
            raise ValueError("other penalties")
    except (ValueError, msgspec.ValidationError):
        raise PriorsimError(
            f"{name}: is not a whole file of 'priorsim sweep': make one with 'priorsim sweep --out FILE'"
        ) from None
    return of, parameters, numbers
