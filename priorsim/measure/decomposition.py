"""Where the log-odds come from: the shortest programs, how many there are, the prior's penalty, length against time.

Under 2^-l the log-odds are Delta L + (B_search - B_direct), with B = L_min + log2(sum 2^-l) the bits that there being
many is worth; any other prior adds its penalty term. With the price l + gamma log2 t the lightest program lies on
the lower hull of the points (log2 t, l), and changes at minus the slopes of the hull's edges (docs/measures.md).
Lengths and counts are exact.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np

from priorsim.census.atlas import counts_by_length
from priorsim.measure import keys
from priorsim.measure.fitting import Fitting
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import ALL_KINDS, LOW, End, Interval, mass, masses, odds_at, share_of, shortest
from priorsim.measure.values import least_at_end, length_difference, log2_or_nan
from priorsim.priors import F64, Prior

SOLOMONOFF = Prior("solomonoff")


def delta_l(histogram: Histogram, end: End) -> Interval:
    """L_min(direct) - L_min(search) at one end; positive where search is the shorter description."""
    keys = (shortest(histogram, kinds) for kinds in (end.direct, end.search))
    direct, search = (key.bits if key is not None else None for key in keys)
    return length_difference(direct, search, histogram.max_bits)


def bonus(histogram: Histogram, kinds: tuple[int, ...]) -> float | None:
    """B_C = L_min + log2(sum 2^-l) of these classes together, in bits; None where they are empty."""
    key = shortest(histogram, kinds)
    if key is None:
        return None
    return key.bits + mass(histogram.cells.of(kinds), histogram.header, SOLOMONOFF).log2


def bonuses(histogram: Histogram) -> tuple[float | None, ...]:
    """B of each class: direct, disguised, search."""
    return tuple(bonus(histogram, (kind,)) for kind in ALL_KINDS)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """log-odds = delta_l + bonus_difference + penalty, in bits, at one end.

    They are L_min(direct) - L_min(search), B_search - B_direct, and what the prior adds to the log-odds under
    `solomonoff`, which is infinite where its cap empties a class.
    """

    delta_l: float
    bonus_difference: float
    penalty: float
    log_odds: float


def decomposition(histogram: Histogram, prior: Prior, end: End) -> Decomposition | None:
    """The three terms of the log-odds at one end, None where a class is empty; PriorError where the sum diverges."""
    odds, by_simplicity = (odds_at(masses(histogram, each), end) for each in (prior, SOLOMONOFF))
    lengths = delta_l(histogram, end)
    search, direct = bonus(histogram, end.search), bonus(histogram, end.direct)
    if odds is None or by_simplicity is None or search is None or direct is None or lengths.low is None:
        return None
    return Decomposition(lengths.low, search - direct, odds - by_simplicity, odds)


def essential_share(histogram: Histogram, prior: Prior, end: End) -> float | None:
    """Of the search mass, the part in programs shorter than all direct code of the same behaviour.

    None where the search side has no mass. A behaviour without direct code in the bound has all its search programs
    counted, rightly: they are shorter than any direct code can be.
    """
    search, header = histogram.cells.of(end.search), histogram.header
    is_essential = search.essential_low if end == LOW else search.essential_high
    share = share_of(mass(search.take(is_essential), header, prior), mass(search, header, prior))
    return None if share is None else float(share)


class Functions(msgspec.Struct, frozen=True):
    """Behaviours on all lanes that fit; one with programs of both sides counts for both."""

    direct: int
    search: int
    both: int
    log2_ratio: float | None


class ProgramCounts(msgspec.Struct, frozen=True):
    """Programs, of the lengths at which both sides have any."""

    by_length: Annotated[tuple[tuple[int, int, int], ...], keys.says("`[bits, direct, search]` for each such length")]
    log2_ratio: Annotated[float | None, keys.says("log2 of search's sum over direct's, these lengths together")]


class ThreeCounts(msgspec.Struct, frozen=True):
    """The same comparison counted three ways, at one end: functions, programs and mass.

    Each has log2 of search's over direct's, in bits; None where there is none on a side.
    """

    functions: Annotated[Functions, keys.says("distinct behaviours that fit and have a program of the side")]
    programs: ProgramCounts
    mass: Annotated[float | None, keys.says("the log-odds")]


def _log2_quotient(search: int, direct: int) -> float | None:
    return math.log2(search) - math.log2(direct) if search and direct else None


def three_counts(histogram: Histogram, prior: Prior, end: End) -> ThreeCounts:
    """Functions, programs and mass of search against direct, at one end."""
    sides = (histogram.cells.of(kinds) for kinds in (end.direct, end.search))
    by_length = zip(*(counts_by_length(cells.bits, cells.count) for cells in sides), strict=True)
    rows = tuple((bits, *counts) for bits, counts in enumerate(by_length) if all(counts))
    of_direct, of_search = histogram.behaviours(end.direct), histogram.behaviours(end.search)
    both, ratio = histogram.behaviours(end.direct, end.search), _log2_quotient(of_search, of_direct)
    return ThreeCounts(
        Functions(of_direct, of_search, both, ratio),
        ProgramCounts(rows, _log2_quotient(sum(row[2] for row in rows), sum(row[1] for row in rows))),
        odds_at(masses(histogram, prior), end),
    )


# --- length against time ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alpha:
    """How much dearer search is, at one end: the shortest program of either side.

    `alpha` is log2(t_search / t_direct) / L with L = L_min(direct); steps are over all lanes.
    """

    alpha: float
    direct_bits: int
    search_bits: int
    direct_steps: int
    search_steps: int

    @property
    def predicted(self) -> float | None:
        """(1 - c / L) / alpha with c = L_min(search): where the two weigh the same under 2^-(l + gamma log2 t).

        For the two alone that is an identity; None where they take the same steps.
        """
        dearer = math.log2(self.search_steps) - math.log2(self.direct_steps)
        return (self.direct_bits - self.search_bits) / dearer if dearer else None


def alpha(histogram: Histogram, end: End) -> Alpha | None:
    """The exponent alpha of the two shortest programs, of several the fastest; None where a side is empty."""
    direct, search = shortest(histogram, end.direct), shortest(histogram, end.search)
    if direct is None or search is None:
        return None
    exponent = (math.log2(search.steps) - math.log2(direct.steps)) / direct.bits
    return Alpha(exponent, direct.bits, search.bits, direct.steps, search.steps)


def shortest_pairs(found: Fitting, taxed_bits: F64, end: End) -> tuple[F64, F64]:
    """The two programs that are lightest at gamma = 0, of several the fastest, in every world: bits, and log2 T.

    Both have shape (2, worlds), direct code first; bits are infinite and log2 T nan where a side is empty.
    `taxed_bits`, shape (entries,), are whole numbers: lengths with the taxes that are paid for search nodes.
    """
    # Taxed lengths are whole numbers, and 2^-33 of T is less than 1.
    order = taxed_bits + np.ldexp(found.programs.steps.astype(np.float64), -33)
    least = np.stack(least_at_end(found.least(order), end))
    bits = np.floor(least)
    steps = np.ldexp(np.subtract(least, bits, out=np.zeros(least.shape), where=np.isfinite(least)), 33)
    return bits, log2_or_nan(steps)


def predicted_crossover(found: Fitting, taxed_bits: F64, end: End) -> F64:
    """`Alpha.predicted` of these `shortest_pairs`.

    Nan where they predict no crossover: search is not the shorter one, or not the dearer one.
    """
    bits, time = shortest_pairs(found, taxed_bits, end)
    both = np.isfinite(bits[0]) & np.isfinite(bits[1])
    shorter, dearer = bits[0, both] - bits[1, both], time[1, both] - time[0, both]
    predicted: F64 = np.full(len(both), np.nan)
    predicted[both] = np.divide(shorter, dearer, out=np.full(len(dearer), np.nan), where=(shorter > 0) & (dearer > 0))
    return predicted


@dataclass(frozen=True, slots=True)
class Vertex:
    """A corner of the hull: the fitting programs of `bits` bits and `steps` steps over all lanes, and their classes."""

    bits: int
    steps: int
    log2_mean_steps: float
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hull:
    """The lower hull of the cloud, from the shortest program (gamma = 0) to the fastest.

    Vertices go by growing length and falling steps; each is lightest for some gamma >= 0. Entry i of `gammas`, which
    ascend, is where vertex i gives way to vertex i + 1.
    """

    vertices: tuple[Vertex, ...]
    gammas: tuple[float, ...]


def hull(histogram: Histogram) -> Hull:
    """The lower convex hull of all fitting programs, all classes together, for gamma >= 0.

    Points on an edge between two corners are left out. Empty where nothing fits.
    """
    cells = histogram.cells
    vertices = []
    for bits, steps in corners({*zip(cells.bits.tolist(), cells.steps.tolist(), strict=True)}):
        here = (cells.bits == bits) & (cells.steps == steps)
        classes = tuple(str(CLASSES[kind]) for kind in np.unique(cells.kind[here]))
        time = float(np.log2(mean_steps(histogram.header, np.array(steps))))
        vertices.append(Vertex(bits, steps, time, classes))
    gammas = tuple((b.bits - a.bits) / (math.log2(a.steps) - math.log2(b.steps)) for a, b in pairwise(vertices))
    return Hull(tuple(vertices), gammas)


def corners(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners of the lower hull of these (l, T), by growing length and falling steps.

    >>> corners([(3, 9), (4, 5), (5, 4), (6, 1), (7, 1)])
    [(3, 9), (6, 1)]
    """
    chain: list[tuple[int, int]] = []
    fastest = math.inf
    for point in sorted(points):
        # A program that a shorter one is as fast as is on no hull.
        if point[1] < fastest:
            fastest = point[1]
            while len(chain) >= 2 and not _turns(chain[-2], chain[-1], point):
                chain.pop()
            chain.append(point)
    return chain


def _turns(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """True where a gives way to b at a smaller gamma than b to c, decided in integers."""
    first, second = b[0] - a[0], c[0] - b[0]
    # first / log2(T_a / T_b) < second / log2(T_b / T_c), cleared of denominators.
    return int(b[1] ** (first + second)) < int(a[1] ** second * c[1] ** first)
