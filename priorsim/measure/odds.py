"""Everything said of a world under a prior, gathered: what `priorsim odds` prints and exports; and sweeps of the odds.

Reads a histogram only. Programs are found elsewhere and handed in, so that nothing here enumerates
any. Ends named low and high count the disguised programs with direct code and with search.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from priorsim.census.atlas import RowKey
from priorsim.census.growth import least_tax
from priorsim.errors import PriorError
from priorsim.formats import format_csv
from priorsim.measure.convergence import Convergence, Explored, convergence, explored
from priorsim.measure.crossover import GAMMA_RANGE, Roots, break_even_tax, crossovers, slopes
from priorsim.measure.decomposition import (
    Alpha,
    Decomposition,
    Hull,
    ThreeCounts,
    alpha,
    bonuses,
    decomposition,
    delta_l,
    essential_share,
    hull,
    three_counts,
)
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.histogram_file import key_to_json
from priorsim.measure.mass import (
    ALL_KINDS,
    ENDS,
    Interval,
    Mass,
    kt,
    language_to_json,
    log_odds,
    masses,
    plain,
    programs,
    shares,
)
from priorsim.measure.program import AmortisationFlip, amortisation_flip
from priorsim.priors import PARAMETERS, Prior
from priorsim.reading import parse_float, quoted
from priorsim.storage import begins_with

Witnesses = Mapping[RowKey, str]
"""A program of each row that `Histogram.least_rows` names, as S-expression."""


@dataclass(frozen=True, slots=True)
class ClassOdds:
    """One class of programs that fit a world.

    `share` is that of the fitting mass, None where nothing has any; `programs` are those within the bound, whatever
    the prior. `l_min` and `kt_min` are the least l and l + log2 t in bits, None where there is no program up to the
    bound; then their rows in the atlas, and a program of each as S-expression, None where none was asked for. `bonus`
    is L_min + log2(sum 2^-l), in bits.
    """

    name: str
    mass: Mass
    share: float | None
    programs: int
    l_min: int | None
    kt_min: float | None
    shortest: RowKey | None
    least_kt: RowKey | None
    witness: str | None
    kt_witness: str | None
    bonus: float | None

    def to_json(self) -> dict[str, Any]:
        """The class's keys; `mass` is null, never 0, where no program weighs anything or a float cannot hold it."""
        names = ("share", "programs", "l_min", "kt_min", "witness", "kt_witness", "bonus")
        return {
            "mass": None if self.mass.log2 == -math.inf else self.mass.value,
            **self.mass.to_json(),
            **{name: getattr(self, name) for name in names},
            "shortest_row": key_to_json(self.shortest),
            "least_kt_row": key_to_json(self.least_kt),
        }


@dataclass(frozen=True, slots=True)
class EndOdds:
    """What depends on the side the disguised programs stand on; see the functions of these names."""

    gamma_star: Roots
    break_even_tax: float | None
    delta_l: Interval
    decomposition: Decomposition | None
    essential_share: float | None
    three_counts: ThreeCounts
    alpha: Alpha | None
    slopes: dict[str, float] | None
    amortisation: AmortisationFlip | None


@dataclass(frozen=True, slots=True)
class Odds:
    """A world under a prior: the odds of search against direct code in bits, and where they come from.

    Classes are direct, disguised, search; `low` and `high` have the disguised ones as direct code, and as search.
    """

    histogram: Histogram
    prior: Prior
    classes: tuple[ClassOdds, ...]
    log_odds: Interval
    low: EndOdds
    high: EndOdds
    hull: Hull
    convergence: Convergence
    explored: Explored

    def predicted(self, end: EndOdds) -> float | None:
        """The predicted gamma*; None where alpha is unknown or 0, or the prior is not l + gamma log2 t."""
        return end.alpha.predicted if end.alpha and self.prior.is_length_and_time else None

    @property
    def least_tax(self) -> float:
        """The search tax below which the sum over all programs diverges at the prior's beta, in bits."""
        return least_tax(self.histogram.header.language, float(self.prior.beta))

    def to_json(self) -> dict[str, Any]:
        """The odds as one strictly valid JSON object, by the keys in docs/measures.md."""
        header, world = self.histogram.header, self.histogram.world

        def of_ends(name: str) -> dict[str, Any]:
            return {name: {"low": getattr(self.low, name), "high": getattr(self.high, name)}}

        values = {
            "world": world.name,
            "family": world.family,
            "train": world.train,
            "prior": self.prior,
            "bound_bits": header.max_bits,
            "language": language_to_json(header),
            "class_by": self.histogram.class_by,
            "classes": {each.name: each for each in self.classes},
            "log_odds": self.log_odds,
            **of_ends("gamma_star"),
            **of_ends("break_even_tax"),
            "least_tax": self.least_tax + 0.0,
            "unexplored": self.explored.unexplored,
            "explored": self.explored,
            **of_ends("delta_l"),
            **of_ends("decomposition"),
            **of_ends("essential_share"),
            **of_ends("three_counts"),
            **of_ends("alpha"),
            "predicted_gamma_star": {"low": self.predicted(self.low), "high": self.predicted(self.high)},
            **of_ends("slopes"),
            "hull": self.hull,
            "convergence": self.convergence,
        }
        if world.domain.context:
            values["amortisation_flip"] = of_ends("amortisation")["amortisation"]
        return plain(**values)


def odds(
    histogram: Histogram,
    prior: Prior,
    *,
    witnesses: Witnesses | None = None,
    gamma_range: tuple[float, float] = GAMMA_RANGE,
) -> Odds:
    """Everything said of a world under a prior.

    Without `witnesses` no program is named; crossovers in gamma are looked for in `gamma_range`. PriorError where the
    sum over all programs diverges, or the range is empty.
    """
    by_class, least = masses(histogram, prior), explored(histogram.header)
    low, high = (
        EndOdds(
            crossovers(histogram, prior, end, within=gamma_range),
            break_even_tax(histogram, prior, end),
            delta_l(histogram, end),
            decomposition(histogram, prior, end),
            essential_share(histogram, prior, end),
            three_counts(histogram, prior, end),
            alpha(histogram, end),
            slopes(histogram, prior, end),
            amortisation_flip(histogram, end, witnesses),
        )
        for end in ENDS
    )
    classes, settled = _classes(histogram, by_class, witnesses), convergence(histogram, prior)
    return Odds(histogram, prior, classes, log_odds(by_class), low, high, hull(histogram), settled, least)


def _classes(histogram: Histogram, by_class: tuple[Mass, ...], witnesses: Witnesses | None) -> tuple[ClassOdds, ...]:
    parts, counts, extra = shares(by_class), programs(histogram), bonuses(histogram)
    classes = []
    for kind in ALL_KINDS:
        key, kt_key = histogram.shortest[kind], histogram.least_kt[kind]
        classes.append(
            ClassOdds(
                name=str(CLASSES[kind]),
                mass=by_class[kind],
                share=parts[kind] if parts else None,
                programs=counts[kind],
                l_min=key.bits if key else None,
                kt_min=kt(kt_key, histogram.header) if kt_key else None,
                shortest=key,
                least_kt=kt_key,
                witness=witnesses[key] if key and witnesses else None,
                kt_witness=witnesses[kt_key] if kt_key and witnesses else None,
                bonus=extra[kind],
            )
        )
    return tuple(classes)


# --- the odds over a grid of any two penalties ------------------------------------------------

MAX_POINTS = 1_000_000
"""A grid has no more points; a thousand take about a second."""

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
    """Penalties and their values from texts such as ``gamma=0:2:9`` or ``delta=0,1,4``.

    FIRST:LAST:COUNT stands for COUNT evenly spaced values, both ends included. PriorError where a text is no such
    grid, has too many values, or a penalty is given twice.

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
    if not (all(map(math.isfinite, ends)) and re.fullmatch("[0-9]{1,9}", count) and 1 <= int(count) <= MAX_POINTS):
        raise ValueError(text)
    return tuple(np.linspace(*ends, int(count)).tolist())


def is_sweep(path: Path) -> bool:
    """Whether a file is the CSV of a sweep."""
    return begins_with(path, rf"[a-z,]+,{','.join(_ANSWERS)}\n")


def format_sweep(rows: Sequence[SweepRow], parameters: Sequence[str]) -> str:
    """The rows as CSV: penalties, log_odds_low, log_odds_high and a share for each class; unknown numbers are empty."""
    empty = [None] * len(CLASSES)
    return format_csv(
        [*parameters, *_ANSWERS],
        [(*row.values, row.log_odds.low, row.log_odds.high, *(row.shares or empty)) for row in rows],
    )
