"""Numbers of many worlds at once, as intervals: arrays of shape (worlds,), or by class (worlds, classes).

A bound may hide the shortest program: a class of which it holds none has programs that are longer, and nothing says
how much longer (the tables that would give a limit are programs with data, which are counted apart).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.measure.histogram import DISGUISED, Mask
from priorsim.measure.mass import ENDS, End, Interval
from priorsim.priors import F64


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A number in every world, from low to high; nan where it is not defined, infinite where an end is not known."""

    low: F64
    high: F64

    def __sub__(self, other: "Values") -> "Values":
        """All that the one number less the other may be."""
        return Values(self.low - other.high, self.high - other.low)

    def or_unknown(self) -> "Values":
        """The same, with all numbers possible where it is not defined."""
        is_open = np.isnan(self.low) | np.isnan(self.high)
        return Values(np.where(is_open, -np.inf, self.low), np.where(is_open, np.inf, self.high))

    def where(self, chosen: Mask) -> "Values":
        """The same, not defined in worlds that are not chosen."""
        return Values(np.where(chosen, self.low, np.nan), np.where(chosen, self.high, np.nan))

    @classmethod
    def hull(cls, parts: "Sequence[Values]") -> "Values":
        """The least interval that holds all of these; nan where one of them is."""
        return cls(np.minimum.reduce([part.low for part in parts]), np.maximum.reduce([part.high for part in parts]))

    @classmethod
    def at_ends(cls, value: Callable[[End], F64]) -> "Values":
        """A number that is known but for the side on which the disguised programs stand."""
        found = [value(end) for end in ENDS]
        return cls.hull([cls(each, each) for each in found])

    @classmethod
    def joined(cls, parts: "Sequence[Values]") -> "Values":
        """The worlds of several sites, one after the other."""
        return cls(*(np.concatenate([getattr(part, end) for part in parts]) for end in ("low", "high")))


# --- the two sides: at an end, as direct code and as search -------------------------------------


def at_end(by_class: NDArray[Any], end: End) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sums by class as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].sum(axis=1), by_class[:, list(end.search)].sum(axis=1)


def least_at_end(by_class: NDArray[Any], end: End) -> tuple[NDArray[Any], NDArray[Any]]:
    """Least costs by class as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].min(axis=1), by_class[:, list(end.search)].min(axis=1)


def quotient(part: F64, whole: F64) -> F64:
    """The quotient, nan where the whole is 0."""
    found: F64 = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return found


def log2_or_nan(values: F64) -> F64:
    """log2, nan where a value is 0."""
    found: F64 = np.log2(values, out=np.full(np.shape(values), np.nan), where=values > 0)
    return found


def log2_quotient(part: F64, whole: F64) -> F64:
    """log2 of a quotient; nan where either is 0."""
    return log2_or_nan(part) - log2_or_nan(whole)


def log2_odds(masses: F64, end: End) -> F64:
    """log2(M_search / M_direct) of masses by class at one end; nan where a side is empty."""
    direct, search = at_end(masses, end)
    return log2_quotient(search, direct)


def search_share(masses: F64, end: End) -> F64:
    """Search's share of masses by class at one end; nan where a side is empty."""
    direct, search = at_end(masses, end)
    return np.where((direct > 0) & (search > 0), quotient(search, direct + search), np.nan)


def excess_mean(masses: F64, weighted: F64, end: End) -> F64:
    """E_direct[phi] - E_search[phi]: the slope of the log-odds; nan where a side is empty.

    Masses and `weighted`, sums of the weights times the feature phi, are by class.
    """
    direct, search = map(quotient, at_end(weighted, end), at_end(masses, end))
    return direct - search


def bonuses_of(least: F64, mass: F64) -> F64:
    """B of a side from its least lengths and masses; nan where it is empty."""
    return least + log2_or_nan(mass)


def rank_correlation(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Spearman's rank correlation; None where one of the two is constant.

    >>> rank_correlation(np.array([1, 2, 4]), np.array([0.1, 0.3, 0.2]))
    0.5
    """
    from scipy.stats import spearmanr

    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)


# --- least lengths ------------------------------------------------------------------------------


def least_difference(least: F64, *, max_bits: int, taxed: float | None = None, by_form: bool = False) -> Values:
    """Least cost of direct code less that of search, an interval where the bound may hide a cheaper program.

    `least` has the least costs found, by class; a cost is at least a program's length and, of one with search nodes
    beyond the bound, `taxed` where that is given and finite. `by_form` says that classes are by form: then nothing is
    disguised and no direct code has a search node; by a lesion it may have idle ones.
    """
    beyond = max_bits + 1
    taxed = beyond if taxed is None or math.isinf(taxed) else taxed
    # What was not counted may cost only so much; a disguised program has a search node or has none, as direct code.
    either = min(beyond, taxed)
    of_direct = beyond if by_form else either
    parts = []
    for end in ENDS:
        direct, search = least_at_end(least, end)
        of_search = either if DISGUISED in end.search and not by_form else taxed
        parts.append(Values(np.minimum(direct, of_direct), direct) - Values(np.minimum(search, of_search), search))
    return Values.hull(parts)


def least_length(found: int | None, beyond: int) -> Interval:
    """A least length in bits, from the least found; None where none was, which then has no upper limit.

    >>> least_length(31, 37), least_length(40, 37), least_length(None, 37)
    (Interval(low=31, high=31), Interval(low=37, high=40), Interval(low=37, high=None))
    """
    return Interval(beyond if found is None else min(found, beyond), found)


def difference(direct: Interval, search: Interval) -> Interval:
    """L_min(direct) - L_min(search) in bits: as wide as both lengths are uncertain, None where nothing is known."""
    pairs = ((direct.low, search.high), (direct.high, search.low))
    return Interval(*(None if first is None or second is None else first - second for first, second in pairs))


def length_difference(direct: int | None, search: int | None, bound: int) -> Interval:
    """L_min(direct) - L_min(search) in bits, where None is a class without a program of up to `bound` bits.

    >>> length_difference(31, 25, 36), length_difference(None, 25, 36)
    (Interval(low=6, high=6), Interval(low=12, high=None))
    """
    return difference(least_length(direct, bound + 1), least_length(search, bound + 1))
