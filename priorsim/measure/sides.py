"""The two sides of every comparison, direct code and search, in many worlds at once.

Arrays by class have shape (worlds, classes); at an end of an interval the disguised programs stand on one side.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.measure.mass import End
from priorsim.priors import F64


def at_end(by_class: NDArray[Any], end: End) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sums by class, shape (worlds, classes), as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].sum(axis=1), by_class[:, list(end.search)].sum(axis=1)


def least_at_end(by_class: NDArray[Any], end: End) -> tuple[NDArray[Any], NDArray[Any]]:
    """Least costs by class, shape (worlds, classes), as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].min(axis=1), by_class[:, list(end.search)].min(axis=1)


def quotient(part: F64, whole: F64) -> F64:
    """The quotient, nan where the whole is 0."""
    found: F64 = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return found


def log2_quotient(part: F64, whole: F64) -> F64:
    """log2 of a quotient; nan where either is 0."""
    both = (part > 0) & (whole > 0)
    found: F64 = np.full(len(part), np.nan)
    found[both] = np.log2(part[both]) - np.log2(whole[both])
    return found


def log2_odds(masses: F64, end: End) -> F64:
    """log2(M_search / M_direct) of masses by class at one end; nan where a side is empty."""
    direct, search = at_end(masses, end)
    return log2_quotient(search, direct)


def search_share(masses: F64, end: End) -> F64:
    """Search's share of masses by class at one end; nan where a side is empty."""
    direct, search = at_end(masses, end)
    return np.where((direct > 0) & (search > 0), quotient(search, direct + search), np.nan)
