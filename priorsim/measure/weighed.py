"""A census under a prior, by what programs answer: all that is asked off the training lanes.

Programs that no such question tells apart are one entry, so an atlas is read once for all worlds on
its domain. Where the prior is dyadic an entry is a number of programs of one weight and every sum is an
exact rational; elsewhere it is a float mass, summed in log space.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U64, AtlasHeader, Rows
from priorsim.census.stored import Counted, cut
from priorsim.measure.histogram import CLASSES, U8, U32, ClassBy, Mask, kinds_of, mean_steps
from priorsim.measure.mass import MAX_EXACT_BITS, Mass, check_convergence, exact_mass, exact_sums, log2_sum
from priorsim.mu.domain import Domain
from priorsim.priors import F64, Prior
from priorsim.table import Table, runs
from priorsim.worlds.world import World

ALL_KINDS = tuple(range(len(CLASSES)))


@dataclass(frozen=True, slots=True, eq=False)
class Weights(Table):
    """Weights of programs, entry by entry; every array has shape (entries,).

    Attributes
    ----------
    is_exact : bool
        Whether every log2 weight is a whole number, and masses are exact.
    kind : array of uint8
        Class number, as in `CLASSES`.
    log2_weight : array of float64
        log2 of what each of `count` weighs, in bits.
    lightest : array of float64
        log2 of the greatest weight of one program of the entry, in bits: minus what it costs.
    count : array of uint64
        Number of programs, or 1 where an entry is a mass of several weights.
    """

    is_exact: bool
    kind: U8
    log2_weight: F64
    lightest: F64
    count: U64

    def merged(self, *keys: NDArray[Any]) -> "tuple[list[NDArray[Any]], Weights]":
        """Entries of one class with equal keys added up, sorted by key; and the keys.

        Exact weights are added up where they are equal too, so that counts remain.
        """
        if not len(self):
            return list(keys), self
        apart = [*keys, self.kind, *([self.log2_weight] if self.is_exact else [])]
        order, starts = runs(*apart)
        first = order[starts]
        log2_weight, count = self.log2_weight[order], self.count[order]
        if self.is_exact:
            log2_weight, count = log2_weight[starts], np.add.reduceat(count, starts)
        else:
            top = np.maximum.reduceat(log2_weight, starts)
            sizes = np.diff(starts, append=len(order))
            scaled = count * np.exp2(log2_weight - np.repeat(top, sizes))
            log2_weight = top + np.log2(np.add.reduceat(scaled, starts))
            count = np.ones(len(starts), dtype=np.uint64)
        lightest = np.maximum.reduceat(self.lightest[order], starts)
        return [key[first] for key in keys], Weights(self.is_exact, self.kind[first], log2_weight, lightest, count)

    def masses(self, times: U64 | None = None) -> tuple[Mass, ...]:
        """The mass of each class; with `times`, shape (entries,), each entry so many times."""
        if times is not None:
            return replace(self, count=self.count * times).take(times > 0).masses()
        if self.is_exact:
            sums = exact_sums(self.kind.astype(np.int64), self.log2_weight.astype(np.int64), self.count, len(CLASSES))
            return tuple(map(exact_mass, sums))
        by_class = [self.kind == kind for kind in ALL_KINDS]
        return tuple(Mass(log2_sum(self.log2_weight[mine], self.count[mine])) for mine in by_class)

    def lightest_by_class(self) -> tuple[float, ...]:
        """log2 of the greatest weight of one program of each class, in bits; -inf where it is empty."""
        return tuple(float(self.lightest[self.kind == kind].max(initial=-np.inf)) for kind in ALL_KINDS)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed(Table):
    """The programs of a census under a prior; every array has shape (entries,).

    Attributes
    ----------
    header : AtlasHeader
    prior : Prior
    class_by : 'lesion' or 'form'
    behaviour : array of uint64
        Output words, packed.
    unmoved : array of uint32
        The lanes, bit i for lane i, whose word neither lesion changes.
    weights : Weights
        Classes are taken on all lanes.
    """

    header: AtlasHeader
    prior: Prior
    class_by: ClassBy
    behaviour: U64
    unmoved: U32
    weights: Weights

    def merged(self) -> "Weighed":
        """The same with entries of one behaviour, unmoved lanes and class added up; see `Weights.merged`."""
        (behaviour, unmoved), weights = self.weights.merged(self.behaviour, self.unmoved)
        return replace(self, behaviour=behaviour, unmoved=unmoved, weights=weights)


def weigh(atlas: Counted, prior: Prior, *, max_bits: int | None = None, class_by: ClassBy = "lesion") -> Weighed:
    """Read a census once and weigh its programs.

    Parameters
    ----------
    atlas : Atlas or StoredAtlas
        Read batch by batch; at w = 2 to 4 less than a third as many entries as it has rows are kept.
    prior : Prior
    max_bits : int, optional
        A smaller bound than the atlas's; longer programs are passed over.
    class_by : 'lesion' or 'form'

    Raises
    ------
    PriorError
        When the sum over all programs diverges.
    CensusError
        When the bound is above the atlas's.
    """
    check_convergence(atlas.header.language, prior)
    atlas = cut(atlas, max_bits)
    parts = [weigh_rows(atlas.header, rows, prior, class_by=class_by) for rows in atlas.batches()]
    return Weighed.concatenate(parts).merged()


def weigh_rows(header: AtlasHeader, rows: Rows, prior: Prior, *, class_by: ClassBy = "lesion") -> Weighed:
    """Weigh the programs of these rows; those that weigh nothing are left out."""
    steps = mean_steps(header, rows.steps)
    log2_weight = prior.log2_weight(rows.bits, steps, rows.searches)
    chosen = np.isfinite(log2_weight)
    rows, log2_weight = rows.take(chosen), log2_weight[chosen]
    is_exact = prior.is_dyadic and (prior.beta + abs(prior.delta)) * header.max_bits <= MAX_EXACT_BITS
    weights = Weights(is_exact, kinds_of(rows, class_by), log2_weight, log2_weight, rows.count)
    unmoved = unmoved_lanes(rows, header.domain)
    return Weighed(header, prior, class_by, rows.behaviour, unmoved, weights).merged()


def unmoved_lanes(rows: Rows, domain: Domain) -> U32:
    """The lanes of each row, bit i for lane i, whose word neither lesion changes."""
    moved = (rows.behaviour ^ rows.strict) | (rows.behaviour ^ rows.wide)
    is_zero = np.arange(2**domain.word_bits) == 0
    return lanes_where(moved, domain, [is_zero] * len(domain.lanes))


def right_lanes(behaviour: U64, world: World) -> U32:
    """The lanes of each behaviour, bit i for lane i, whose word is acceptable."""
    words = np.arange(2**world.domain.word_bits)
    return lanes_where(behaviour, world.domain, [np.isin(words, list(right)) for right in world.acceptable])


def lanes_where(packed: U64, domain: Domain, chosen: Sequence[Mask]) -> U32:
    """The lanes, bit i for lane i, whose word is chosen; for each lane a mask of shape (2^w,)."""
    found = np.zeros(len(packed), dtype=np.uint32)
    for lane, is_chosen in enumerate(chosen):
        words = (packed >> np.uint64(lane * domain.word_bits)) & np.uint64(2**domain.word_bits - 1)
        found |= is_chosen[words].astype(np.uint32) << np.uint32(lane)
    return found


def lane_bits(lanes: Sequence[int]) -> np.uint32:
    """A set of lanes as one number, bit i for lane i."""
    return np.uint32(sum(1 << lane for lane in lanes))
