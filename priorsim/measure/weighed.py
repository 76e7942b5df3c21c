"""A census under a prior, by what programs answer, and what fitting programs do on lanes they were not trained on.

Programs that no question off the training lanes tells apart are one entry, so an atlas is read once for all worlds on
its domain. Where the prior is dyadic an entry is a number of programs of one weight and every sum is an
exact rational; elsewhere it is a float mass, summed in log space. A split says which lanes train and which are held
out (docs/measures.md, "Off the training lanes"). Entropies are float64.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U8, U32, U64, AtlasHeader, Rows
from priorsim.census.stored import Counted, cut
from priorsim.measure.histogram import CLASSES, ClassBy, Mask, acceptable, kinds_of, mean_steps
from priorsim.measure.mass import (
    ALL_KINDS,
    MAX_EXACT_BITS,
    End,
    Mass,
    Share,
    check_convergence,
    difference,
    exact_mass,
    exact_sums,
    joined,
    log2_sum,
    share_of,
)
from priorsim.mu.domain import Domain
from priorsim.priors import F64, Prior
from priorsim.table import Table, runs
from priorsim.worlds.world import World, default_train


@dataclass(frozen=True, slots=True, eq=False)
class Weights(Table):
    """Weights of programs, entry by entry; every array has shape (entries,).

    Masses are exact where every log2 weight is a whole number. `log2_weight`, in bits, is what each of `count` weighs,
    and `lightest` of the entry's program of greatest weight. An entry that is a mass of several weights counts 1.
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
    """The programs of a census under a prior, classed on all lanes; every array has shape (entries,).

    `behaviour` has packed output words, `unmoved` the lanes, bit i for lane i, whose word neither lesion changes.
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
    """Read a census once, batch by batch, and weigh its programs of at most `max_bits` bits.

    At w = 2 to 4 less than a third as many entries as it has rows are kept. PriorError where the sum over all programs
    diverges, CensusError where the bound is above the atlas's.
    """
    check_convergence(atlas.header.language, prior)
    atlas = cut(atlas, max_bits)
    parts = [weigh_rows(atlas.header, rows, prior, class_by=class_by) for rows in atlas.batches()]
    return Weighed.concatenate(parts).merged()


def weigh_rows(header: AtlasHeader, rows: Rows, prior: Prior, *, class_by: ClassBy = "lesion") -> Weighed:
    """Weigh the programs of these rows; those that weigh nothing are left out."""
    rows, weights = weights_of(header, rows, prior, class_by)
    moved = (rows.behaviour ^ rows.strict) | (rows.behaviour ^ rows.wide)
    is_zero = np.arange(2**header.domain.word_bits) == 0
    unmoved = lanes_where(moved, header.domain, [is_zero] * len(header.domain.lanes))
    return Weighed(header, prior, class_by, rows.behaviour, unmoved, weights).merged()


def weights_of(header: AtlasHeader, rows: Rows, prior: Prior, class_by: ClassBy) -> tuple[Rows, Weights]:
    """Those of the rows that weigh anything, and their weights, an entry a row."""
    steps = mean_steps(header, rows.steps)
    log2_weight = prior.log2_weight(rows.bits, steps, rows.searches)
    chosen = np.isfinite(log2_weight)
    rows, log2_weight = rows.take(chosen), log2_weight[chosen]
    is_exact = prior.is_dyadic and (prior.beta + abs(prior.tax)) * header.max_bits <= MAX_EXACT_BITS
    return rows, Weights(is_exact, kinds_of(rows, class_by), log2_weight, log2_weight, rows.count)


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


# --- splits -----------------------------------------------------------------------------------

SPLIT_SEEDS = range(10)


@dataclass(frozen=True, slots=True)
class Split:
    """Which lanes train and which are held out, in increasing order."""

    name: str
    train: tuple[int, ...]
    held_out: tuple[int, ...]


def stated_splits(world: World) -> tuple[Split, ...]:
    """The splits over which defection is averaged: four kinds, thirteen in all, the world's own last.

    A quarter of the lanes, rounded up, is held out: the last ones, or those that `Random(seed).sample` draws, for seeds
    0 to 9; or lanes 3, 7, 11, ... A split that would hold no lane out is left out, unless it is the world's own.

    >>> from priorsim.worlds import find_world
    >>> [split.held_out for split in stated_splits(find_world("isqrt-w3"))[:4]]
    [(6, 7), (3, 7), (6, 7), (2, 4)]
    """
    lanes = range(len(world.domain.lanes))
    quarter = len(lanes) - len(default_train(len(lanes)))
    held_out: dict[str, Sequence[int]] = {"last quarter": lanes[len(lanes) - quarter :], "every fourth": lanes[3::4]}
    for seed in SPLIT_SEEDS:
        held_out[f"random {seed}"] = random.Random(seed).sample(lanes, quarter)
    stated = [
        Split(name, tuple(lane for lane in lanes if lane not in chosen), tuple(sorted(chosen)))
        for name, chosen in held_out.items()
        if chosen
    ]
    return (*stated, Split("own", world.train, world.held_out))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What the programs that fit on a split's training lanes do on its held-out lanes.

    Of their `masses`, by class, `faithful` are right on every held-out lane too; `dormant` is the mass of those that
    are direct on the training lanes, and search or disguised on all. `entropy`, in bits, is that of the held-out
    behaviours of the fitting mass, and `entropies` of each class; None where nothing fits.
    """

    split: Split
    masses: tuple[Mass, ...]
    faithful: tuple[Mass, ...]
    dormant: Mass
    entropy: float | None
    entropies: tuple[float | None, ...]

    def defection(self, kinds: tuple[int, ...]) -> Share | None:
        """The share of these classes' mass that is wrong on some held-out lane; None where they are empty."""
        return difference(1, share_of(joined(self.faithful, kinds), joined(self.masses, kinds)))

    def excess(self, end: End) -> Share | None:
        """The defection of search less that of direct code, at one end; None where either is empty."""
        return difference(self.defection(end.search), self.defection(end.direct))

    def share(self, kind: int) -> Share | None:
        """A class's share of the fitting mass; None where nothing fits."""
        return share_of(self.masses[kind], joined(self.masses, ALL_KINDS))

    @property
    def dormant_share(self) -> Share | None:
        """The dormant programs' share of the fitting mass; None where nothing fits."""
        return share_of(self.dormant, joined(self.masses, ALL_KINDS))


@dataclass(frozen=True, slots=True, eq=False)
class Trained(Table):
    """The programs that fit on a split's training lanes; every array has shape (entries,).

    The faithful are right on every held-out lane, the dormant direct on the training lanes, and search or disguised on
    all. `elsewhere` tells the behaviours on the held-out lanes apart; any numbers do.
    """

    weights: Weights
    is_faithful: Mask
    is_dormant: Mask
    elsewhere: U64

    def on(self, split: Split) -> HeldOut:
        """What they do on the lanes that the split holds out."""
        by_class = [self.weights.kind == kind for kind in ALL_KINDS]
        return HeldOut(
            split,
            self.weights.masses(),
            self.weights.take(self.is_faithful).masses(),
            joined(self.weights.take(self.is_dormant).masses(), ALL_KINDS),
            entropy(self.elsewhere, self.weights),
            tuple(entropy(self.elsewhere[mine], self.weights.take(mine)) for mine in by_class),
        )


def held_out(weighed: Weighed, world: World, split: Split) -> HeldOut:
    """What the programs that fit a world on a split's training lanes do on the lanes held out."""
    fitting = weighed.take(acceptable(weighed.behaviour, world, split.train))
    is_faithful = acceptable(fitting.behaviour, world, split.held_out)
    train, all_lanes = lane_bits(split.train), lane_bits(range(len(world.domain.lanes)))
    is_dormant = ((fitting.unmoved & train) == train) & (fitting.unmoved != all_lanes)
    elsewhere = fitting.behaviour & np.uint64(world.domain.lane_mask(split.held_out))
    return Trained(fitting.weights, is_faithful, is_dormant, elsewhere).on(split)


def entropy(behaviour: U64, weights: Weights) -> float | None:
    """Entropy in bits of the mass's distribution over behaviours, shape (entries,); None where it is empty."""
    if not len(weights):
        return None
    _, which = np.unique(behaviour, return_inverse=True)
    relative = weights.count * np.exp2(weights.log2_weight - weights.log2_weight.max())
    by_behaviour = np.bincount(which, weights=relative)
    shares = by_behaviour / math.fsum(by_behaviour.tolist())
    shares = shares[shares > 0]
    return math.fsum((shares * -np.log2(shares)).tolist()) + 0.0
