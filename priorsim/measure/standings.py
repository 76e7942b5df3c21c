"""Every world of a census with what its programs cost least and weigh, by class (docs/measures.md).

At a price of time gamma a program of l bits and t mean steps a lane costs l + gamma log2 t. A world's complexity is
the least cost of any program that fits it. A census is read batch by batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U64, AtlasHeader, Rows
from priorsim.census.stored import Counted
from priorsim.errors import CensusError
from priorsim.measure.histogram import CLASSES, DISGUISED, I64, SEARCH, ClassBy, Mask, kinds_of, lanes_summed
from priorsim.measure.mass import End
from priorsim.measure.values import at_end, least_at_end, quotient
from priorsim.mu.interpreter import Accounting
from priorsim.priors import F64
from priorsim.table import Table, runs

CUTS = (0, 4, 8)
"""Search's share of the mass is taken over the programs of up to so many bits below the bound of the census."""


def check_time_price(header: AtlasHeader, gamma: float) -> None:
    """Raise CensusError where a program beyond the bound may cost less than it: where t may be less than 1."""
    if gamma and header.accounting is Accounting.AMORTISED:
        raise CensusError(
            "under the amortised accounting a program may take less than one step a lane, so that longer ones than the "
            "census has may cost less than its bound: leave out gamma, or ask an atlas of the total accounting"
        )


def costs(header: AtlasHeader, bits: NDArray[Any], steps: NDArray[Any], gamma: float) -> F64:
    """l + gamma log2 t of programs of l bits and T steps, t = T / lanes; shape (programs,), in bits.

    With T = 2^a m and lanes = 2^b n, m and n odd, it is taken as l + gamma (a - b) + gamma (log2 m - log2 n), so
    that equal costs are equal floats, and what costs a whole number of bits is that number.
    """
    (twos, odd), (two, rest) = map(_parted, (steps, np.array([lanes_summed(header)])))
    cost: F64 = bits + gamma * (twos - two) + gamma * (np.log2(odd) - np.log2(rest))
    return cost


def _parted(numbers: NDArray[Any]) -> tuple[I64, I64]:
    """a and m of numbers 2^a m, m odd."""
    numbers = numbers.astype(np.int64)
    twos = np.frexp((numbers & -numbers).astype(np.float64))[1].astype(np.int64) - 1
    return twos, numbers >> twos


@dataclass(frozen=True, slots=True, eq=False)
class Standings(Table):
    """Worlds in increasing order, with what their programs of each class cost least, and weigh.

    `words` are a world's packed words on its training lanes; `least`, shape (worlds, classes), the least costs, inf
    for none; `mass`, shape (worlds, cuts, classes), the sums of 2^(B - cost) over the programs of up to B - cut bits.
    Without a price of time masses are exact up to 53 bits.
    """

    words: U64
    least: F64
    mass: F64

    @property
    def complexity(self) -> F64:
        """The least cost of any program, in bits, shape (worlds,)."""
        found: F64 = self.least.min(axis=1)
        return found

    def first(self, end: End) -> tuple[Mask, Mask]:
        """Where every program of least cost is search, and where every one is direct, at one end."""
        direct, search = least_at_end(self.least, end)
        return search < direct, direct < search

    def search_share(self, end: End) -> F64:
        """Search's share of the mass at each cut, shape (worlds, cuts); nan where no program is below the cut."""
        shares = []
        for place in range(len(CUTS)):
            direct, search = at_end(self.mass[:, place], end)
            shares.append(quotient(search, direct + search))
        return np.column_stack(shares)

    def disguised_as_search(self) -> "Standings":
        """The same with the disguised programs among the search programs, as in a language that has no others."""
        least, mass = self.least.copy(), self.mass.copy()
        least[:, SEARCH] = least[:, [DISGUISED, SEARCH]].min(axis=1)
        mass[:, :, SEARCH] += mass[:, :, DISGUISED]
        least[:, DISGUISED], mass[:, :, DISGUISED] = np.inf, 0
        return replace(self, least=least, mass=mass)

    @classmethod
    def of(cls, header: AtlasHeader, words: U64, kinds: NDArray[Any], rows: Rows, gamma: float) -> "Standings":
        """The worlds of these words, which each row fits; `kinds` are the rows' classes."""
        known, which = np.unique(words, return_inverse=True)
        cost = costs(header, rows.bits, rows.steps, gamma)
        least = np.full((len(known), len(CLASSES)), np.inf)
        np.minimum.at(least, (which, kinds), cost)
        weight = np.exp2(header.max_bits - cost) * rows.count.astype(np.float64)
        place = which * len(CLASSES) + kinds
        mass = [
            np.bincount(place, weight * (rows.bits <= header.max_bits - each), least.size).reshape(least.shape)
            for each in CUTS
        ]
        return cls(known, least, np.stack(mass, axis=1))

    @classmethod
    def merged(cls, parts: "Sequence[Standings]") -> "Standings":
        """The worlds of all parts."""
        every = cls.concatenate(parts)
        order, starts = runs(every.words)
        every = every.take(order)
        least, mass = np.minimum.reduceat(every.least, starts), np.add.reduceat(every.mass, starts)
        return cls(every.words[starts], least, mass)


def standings(atlas: Counted, *, gamma: float = 0, class_by: ClassBy = "lesion") -> Standings:
    """Every behaviour of a census with what its programs cost least and weigh; with no price of time, least lengths."""
    return gathered(
        Standings.of(atlas.header, rows.behaviour, kinds_of(rows, class_by), rows, gamma) for rows in atlas.batches()
    )


def gathered(parts: Iterator[Standings]) -> Standings:
    """All parts merged, as they come: what waits never outgrows what is merged by more than one part."""
    merged, waiting = next(parts), []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) > len(merged):
            merged, waiting = Standings.merged([merged, *waiting]), []
    return Standings.merged([merged, *waiting])
