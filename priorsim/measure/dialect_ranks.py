"""Whether two dialects put behaviours in the same order by mass (docs/measures.md).

The invariance theorem binds K in two universal languages to within a constant, which says nothing of short programs.
What stands in its place for small machines is Spearman's rank correlation of the masses of what both produce (Zenil and
Delahaye 2010, "On the algorithmic nature of the world").
"""

from dataclasses import dataclass

import numpy as np

from priorsim.census.stored import Counted
from priorsim.errors import CensusError
from priorsim.measure.standings import CUTS, Standings, standings
from priorsim.measure.values import rank_correlation
from priorsim.priors import F64


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """The behaviours of a census in increasing order, as `words`, and -log2 of their mass by cut, inf where none."""

    standings: Standings
    bits: F64

    @classmethod
    def of(cls, atlas: Counted) -> "Reached":
        """Every behaviour of a census."""
        found = standings(atlas)
        with np.errstate(divide="ignore"):
            bits: F64 = atlas.header.max_bits - np.log2(found.mass.sum(axis=2))
        return cls(found, bits)


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Two dialects: -log2 of the masses of what both reach, each of shape (behaviours,), and how alike the orders are.

    `spearman` is Spearman's rank correlation by cut, among what both reach within the bound less 0, 4 and 8 bits; nan
    where that is fewer than two behaviours or one of the two dialects gives all the same mass.
    """

    first: F64
    second: F64
    spearman: tuple[float, ...]


def ranks(one: Reached, other: Reached) -> Ranks:
    """The behaviours that both reach; CensusError where there is none."""
    _, mine, yours = np.intersect1d(one.standings.words, other.standings.words, assume_unique=True, return_indices=True)
    if not len(mine):
        raise CensusError(
            "the two censuses have no behaviour in common: take censuses of one domain, of greater bounds"
        )
    first, second = one.bits[mine], other.bits[yours]
    spearman = [_spearman(first[:, cut], second[:, cut]) for cut in range(len(CUTS))]
    return Ranks(first[:, 0], second[:, 0], tuple(spearman))


def _spearman(x: F64, y: F64) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    found = rank_correlation(x[both], y[both])
    return float("nan") if found is None else found
