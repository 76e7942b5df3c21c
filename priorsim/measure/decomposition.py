"""Where the log-odds come from: the shortest programs, how many there are, and the prior's penalty.

Under 2^-l the log-odds are Delta L + (B_search - B_direct), with B = L_min + log2(sum 2^-l) the bits
that "there are many of them" is worth; any other prior adds its penalty term (docs/measures.md).
Lengths and counts are exact. Every quantity is given at both ends of the disguised band.
"""

import math
from dataclasses import dataclass

import numpy as np

from priorsim.measure.histogram import CLASSES, Cells, Histogram
from priorsim.measure.lengths import length_difference
from priorsim.measure.mass import LOW, End, Interval, joined, log2_ratio, mass, masses, shortest
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


def bonuses_of(least: F64, mass: F64) -> F64:
    """B of a side in many worlds, from its least lengths and masses; nan where it is empty."""
    has = mass > 0
    found: F64 = np.full(len(mass), np.nan)
    found[has] = least[has] + np.log2(mass[has])
    return found


@dataclass(frozen=True, slots=True)
class Decomposition:
    """log-odds = delta_l + bonus_difference + penalty, in bits, at one end.

    Attributes
    ----------
    delta_l : float
        L_min(direct) - L_min(search).
    bonus_difference : float
        B_search - B_direct.
    penalty : float
        What the prior adds to the log-odds under `solomonoff`; infinite where its cap empties a class.
    log_odds : float
        Their sum.
    """

    delta_l: float
    bonus_difference: float
    penalty: float
    log_odds: float


def decomposition(histogram: Histogram, prior: Prior, end: End) -> Decomposition | None:
    """The three terms of the log-odds at one end; None where a class is empty.

    Raises
    ------
    PriorError
        When the sum over all programs diverges.
    """
    odds, by_simplicity = _odds(histogram, prior, end), _odds(histogram, SOLOMONOFF, end)
    lengths = delta_l(histogram, end)
    search, direct = bonus(histogram, end.search), bonus(histogram, end.direct)
    if odds is None or by_simplicity is None or search is None or direct is None or lengths.low is None:
        return None
    return Decomposition(lengths.low, search - direct, odds - by_simplicity, odds)


def _odds(histogram: Histogram, prior: Prior, end: End) -> float | None:
    by_class = masses(histogram, prior)
    return log2_ratio(joined(by_class, end.search), joined(by_class, end.direct))


def essential_share(histogram: Histogram, prior: Prior, end: End) -> float | None:
    """Of the search mass, the part in programs shorter than all direct code of the same behaviour.

    What is search and what is direct code is taken at the end. None where the search side has no mass.
    A behaviour without direct code in the bound has all its search programs counted, rightly: they are
    shorter than any direct code can be.
    """
    search = histogram.cells.of(end.search)
    whole = mass(search, histogram.header, prior)
    if whole.log2 == -math.inf:
        return None
    is_essential = search.essential_low if end == LOW else search.essential_high
    part = mass(search.take(is_essential), histogram.header, prior)
    return float(part.exact / whole.exact) if part.exact is not None and whole.exact else _share(part.log2, whole.log2)


def _share(part: float, whole: float) -> float:
    return float(np.exp2(part - whole))


@dataclass(frozen=True, slots=True)
class ThreeCounts:
    """The same comparison counted three ways, at one end.

    Attributes
    ----------
    functions_direct, functions_search, functions_both : int
        Distinct behaviours on all lanes that fit and have a program of the side; one with both counts
        for both.
    programs : tuple of (bits, direct, search)
        Number of programs at each length that both sides reach.
    mass : float or None
        The log-odds.
    """

    functions_direct: int
    functions_search: int
    functions_both: int
    programs: tuple[tuple[int, int, int], ...]
    mass: float | None

    @property
    def functions_log2(self) -> float | None:
        """log2 of search's functions over direct's, in bits; None where there are none on a side."""
        return _log2_quotient(self.functions_search, self.functions_direct)

    @property
    def programs_log2(self) -> float | None:
        """log2 of search's programs over direct's, all lengths that both reach together, in bits."""
        return _log2_quotient(sum(row[2] for row in self.programs), sum(row[1] for row in self.programs))


def _log2_quotient(search: int, direct: int) -> float | None:
    return math.log2(search) - math.log2(direct) if search and direct else None


def three_counts(histogram: Histogram, prior: Prior, end: End) -> ThreeCounts:
    """Functions, programs and mass of search against direct, at one end."""
    direct, search = (_by_length(histogram.cells.of(kinds)) for kinds in (end.direct, end.search))
    return ThreeCounts(
        histogram.behaviours(end.direct),
        histogram.behaviours(end.search),
        histogram.behaviours(end.direct, end.search),
        tuple((bits, direct[bits], search[bits]) for bits in sorted(direct.keys() & search.keys())),
        _odds(histogram, prior, end),
    )


def _by_length(cells: Cells) -> dict[int, int]:
    lengths: dict[int, int] = {}
    for bits, count in zip(cells.bits.tolist(), cells.count.tolist(), strict=True):
        lengths[bits] = lengths.get(bits, 0) + count
    return lengths


def bonuses(histogram: Histogram) -> tuple[float | None, ...]:
    """B of each class: direct, disguised, search."""
    return tuple(bonus(histogram, (kind,)) for kind in range(len(CLASSES)))
