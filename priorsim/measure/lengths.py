"""Least lengths, and how much longer the shortest direct code is than the shortest search: Delta L.

A bound may hide the shortest program: a class of which it holds none has programs that are longer than the bound, and
nothing says how much longer (the tables that would give a limit are programs with data, which are counted apart).
"""

import numpy as np

from priorsim.measure.histogram import DISGUISED
from priorsim.measure.mass import ENDS, Interval
from priorsim.measure.sides import least_at_end
from priorsim.measure.values import Values
from priorsim.priors import F64


def censored(least: F64, beyond: float) -> Values:
    """The least cost of a class, from the least found, where what was not counted may cost as little as `beyond`.

    Parameters
    ----------
    least : array of float64, shape (worlds,)
        Infinite where no program was found.
    beyond : float
    """
    return Values(np.minimum(least, beyond), least)


def least_difference(least: F64, *, max_bits: int, tax: int = 0, by_form: bool = False) -> Values:
    """Least cost of direct code less that of search, an interval where the bound may hide a cheaper program.

    Parameters
    ----------
    least : array of float64, shape (worlds, classes)
        Least costs found; a cost is at least a program's length and, for each search node, the tax.
    max_bits : int
        The bound up to which programs were counted.
    tax : int
        Bits that a search node costs.
    by_form : bool
        Whether classes are by form, so that no program is disguised.
    """
    beyond = max_bits + 1
    parts = []
    for end in ENDS:
        direct, search = least_at_end(least, end)
        # A disguised program has no search node.
        unseen = beyond if DISGUISED in end.search and not by_form else beyond + tax
        parts.append(censored(direct, beyond) - censored(search, unseen))
    return Values.hull(parts)


def least_length(found: int | None, beyond: int) -> Interval:
    """A least length in bits, from the least found; None where none was, which then has no upper limit.

    >>> least_length(31, 37), least_length(40, 37), least_length(None, 37)
    (Interval(low=31, high=31), Interval(low=37, high=40), Interval(low=37, high=None))
    """
    return censored(np.array([np.inf if found is None else found]), beyond).only


def difference(direct: Interval, search: Interval) -> Interval:
    """L_min(direct) - L_min(search) in bits: as wide as both lengths are uncertain, None where nothing is known."""
    return (Values.of_one(direct) - Values.of_one(search)).only


def length_difference(direct: int | None, search: int | None, bound: int) -> Interval:
    """L_min(direct) - L_min(search) in bits, where None is a class without a program of up to `bound` bits.

    Returns
    -------
    Interval
        Equal ends where both lengths are known; None at an end that nothing is known of.

    Examples
    --------
    >>> length_difference(31, 25, 36), length_difference(None, 25, 36)
    (Interval(low=6, high=6), Interval(low=12, high=None))
    """
    return difference(least_length(direct, bound + 1), least_length(search, bound + 1))
