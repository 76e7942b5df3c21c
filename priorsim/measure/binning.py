"""Bins of complexity: which worlds stand together on a curve (docs/measures.md)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.errors import CensusError
from priorsim.priors import F64

LEAST_WORLDS = 100
"""A bin of fewer worlds is joined to the next."""


class Binning(NamedTuple):
    """The bin of each world, shape (worlds,), and of each bin its last narrow one and its edges in bits, shape (bins,).

    Narrow bins are those before any are joined: they are all of one width, and the last ends at the bound.
    """

    which: NDArray[np.int64]
    last: NDArray[np.int64]
    above: F64
    up_to: F64


def bin_width(gamma: float, bin_bits: int | None) -> int:
    """Bits of a narrow bin: 1 without a price of time, else 2, where nothing is asked for; CensusError below 1."""
    width = (1 if gamma == 0 else 2) if bin_bits is None else bin_bits
    if width < 1:
        raise CensusError(f"bins of {width} bits: give whole bits, 1 at least")
    return width


def number_of_bins(max_bits: int, width: int) -> int:
    """How many narrow bins there are up to a bound."""
    return max_bits // width + 1


def narrow_bins(cost: F64, max_bits: int, width: int) -> NDArray[np.int64]:
    """The narrow bin of each cost of up to the bound, the highest first, shape (costs,)."""
    return ((max_bits - cost) // width).astype(np.int64)


def joined(sizes: Sequence[int], least: int) -> list[int]:
    """The last narrow bin of each bin: those with fewer than `least` are joined to the next, the last to its neighbour.

    >>> joined([3, 0, 2, 1, 4, 1], 3), joined([1, 1], 3)
    ([0, 3, 5], [1])
    """
    found: list[int] = []
    waiting = 0
    for at, number in enumerate(sizes):
        waiting += number
        if waiting >= least:
            found, waiting = [*found, at], 0
    return [*found[: max(1, len(found)) - 1], len(sizes) - 1]


def binned(complexity: F64, max_bits: int, width: int) -> Binning:
    """Worlds of up to the bound in bins; one of fewer than LEAST_WORLDS is joined to the next, the last to the one
    before.
    """
    final = number_of_bins(max_bits, width) - 1
    place = final - narrow_bins(complexity, max_bits, width)
    last = np.array(joined(np.bincount(place, minlength=final + 1).tolist(), LEAST_WORLDS), dtype=np.int64)
    up_to = (max_bits - width * (final - last)).astype(np.float64)
    return Binning(np.searchsorted(last, place), last, np.array([0.0, *up_to[:-1]]), up_to)
