"""Sweeps: the odds of a world over a grid of any two penalties, read from its histogram alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod
from pathlib import Path

import numpy as np

from priorsim.errors import PriorError
from priorsim.formats import format_csv
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import Interval, log_odds, masses, shares
from priorsim.priors import PARAMETERS, Prior
from priorsim.reading import parse_float, quoted
from priorsim.storage import begins_with

MAX_POINTS = 1_000_000
"""A grid has no more points; a thousand take about a second."""

_ANSWERS = ("log_odds_low", "log_odds_high", *(f"share_{name}" for name in CLASSES))
"""The columns of the CSV behind those of the penalties."""


@dataclass(frozen=True, slots=True)
class SweepRow:
    """The odds at one point of the grid.

    Attributes
    ----------
    values : tuple of float
        One for each penalty, in the order of the grid.
    log_odds : Interval
        In bits.
    shares : tuple of float or None
        Of the fitting mass: direct, disguised, search; None where nothing weighs anything.
    """

    values: tuple[float, ...]
    log_odds: Interval
    shares: tuple[float, ...] | None


def sweep(histogram: Histogram, prior: Prior, grid: Mapping[str, Sequence[float]]) -> list[SweepRow]:
    """The odds at every point of a grid over penalties; no program is run again.

    Parameters
    ----------
    histogram : Histogram
    prior : Prior
        Gives the penalties that are not on the grid.
    grid : mapping of str to sequence of float
        For each of one or two of 'beta', 'gamma', 'lambda', 'delta', 'cap' its values; the last varies
        fastest.

    Raises
    ------
    PriorError
        When a penalty is unknown, has no values, a value is refused, or there are too many points.
    """
    if not 1 <= len(grid) <= 2:
        raise PriorError(f"a grid over {len(grid)} penalties: choose one or two of {', '.join(PARAMETERS)}")
    for parameter, values in grid.items():
        prior.value(parameter)
        if not len(values):
            raise PriorError(f"the grid has no values of {parameter}: give at least one")
    points = prod(map(len, grid.values()))
    if points > MAX_POINTS:
        raise PriorError(f"a grid of {points} points is too large: give at most {MAX_POINTS}")
    rows = []
    for point in product(*grid.values()):
        here = prior.with_values(dict(zip(grid, point, strict=True)))
        by_class = masses(histogram, here)
        rows.append(SweepRow(tuple(map(float, point)), log_odds(by_class), shares(by_class)))
    return rows


def parse_grid(texts: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Penalties and their values from texts such as ``gamma=0:2:9`` or ``delta=0,1,4``.

    FIRST:LAST:COUNT stands for COUNT evenly spaced values, both ends included.

    Raises
    ------
    PriorError
        When a text is no such grid, has too many values, or a penalty is given twice.

    Examples
    --------
    >>> parse_grid(["gamma=0:1:3", "delta=0,4"])
    {'gamma': (0.0, 0.5, 1.0), 'delta': (0.0, 4.0)}
    """
    grid: dict[str, tuple[float, ...]] = {}
    for text in texts:
        name, _, given = text.partition("=")
        if name not in PARAMETERS:
            raise PriorError(
                f"grid {quoted(text)}: unknown penalty {quoted(name)}: choose one of {', '.join(PARAMETERS)}"
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
    if not (all(map(isfinite, ends)) and re.fullmatch("[0-9]{1,9}", count) and 1 <= int(count) <= MAX_POINTS):
        raise ValueError(text)
    return tuple(np.linspace(*ends, int(count)).tolist())


def is_sweep(path: Path) -> bool:
    """Whether a file is the CSV of a sweep."""
    return begins_with(path, rf"[a-z,]+,{','.join(_ANSWERS)}\n")


def format_sweep(rows: Sequence[SweepRow], parameters: Sequence[str]) -> str:
    """The rows as CSV: penalties, log_odds_low, log_odds_high and a share for each class.

    Unknown numbers are left empty, one-sided odds are written inf and -inf.
    """
    empty = [None] * len(CLASSES)
    return format_csv(
        [*parameters, *_ANSWERS],
        [(*row.values, row.log_odds.low, row.log_odds.high, *(row.shares or empty)) for row in rows],
    )
