"""What fitting programs do on lanes they were not trained on (docs/measures.md, "Off the training lanes").

A split says which lanes train and which are held out. For each: the masses that fit, and of them those
that are right on the held-out lanes too; how many ways the fitting mass goes there; and how much of it
is dormant. Exact where the prior is dyadic, but for entropies, which are float64.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.measure.histogram import U64, acceptable
from priorsim.measure.mass import End, Mass, joined
from priorsim.measure.shares import Share, difference, share_of
from priorsim.measure.weighed import ALL_KINDS, Weighed, Weights, lane_bits
from priorsim.worlds.proxy import Camera, Side
from priorsim.worlds.world import World, default_train

SPLIT_SEEDS = range(10)


@dataclass(frozen=True, slots=True)
class Split:
    """Which lanes train and which are held out, in increasing order."""

    name: str
    train: tuple[int, ...]
    held_out: tuple[int, ...]


def stated_splits(world: World) -> tuple[Split, ...]:
    """The splits over which defection is averaged: four kinds, thirteen in all, the world's own last.

    A quarter of the lanes, rounded up, is held out: the last ones, or those that
    `random.Random(seed).sample(range(lanes), quarter)` draws, for seeds 0 to 9; or lanes 3, 7, 11, ...
    A split that would hold no lane out is left out, unless it is the world's own.

    Examples
    --------
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

    Attributes
    ----------
    split : Split
    masses : tuple of Mass
        Of the fitting programs, by class.
    faithful : tuple of Mass
        Of those that are right on every held-out lane too, by class.
    dormant : Mass
        Of those that are direct on the training lanes, and search or disguised on all lanes.
    entropy : float or None
        Of the held-out behaviours of the fitting mass, in bits; None where nothing fits.
    entropies : tuple of (float or None)
        The same by class.
    """

    split: Split
    masses: tuple[Mass, ...]
    faithful: tuple[Mass, ...]
    dormant: Mass
    entropy: float | None
    entropies: tuple[float | None, ...]

    def defection(self, kinds: tuple[int, ...]) -> Share | None:
        """The share of these classes' mass that is wrong on some held-out lane; None where they are empty."""
        right = share_of(joined(self.faithful, kinds), joined(self.masses, kinds))
        return difference(1, right)

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


def held_out(weighed: Weighed, world: World, split: Split) -> HeldOut:
    """What the programs that fit a world on a split's training lanes do on the lanes held out."""
    fitting = weighed.take(acceptable(weighed.behaviour, world, split.train))
    is_faithful = acceptable(fitting.behaviour, world, split.held_out)
    train, all_lanes = lane_bits(split.train), lane_bits(range(len(world.domain.lanes)))
    is_dormant = ((fitting.unmoved & train) == train) & (fitting.unmoved != all_lanes)
    elsewhere = fitting.behaviour & np.uint64(world.domain.lane_mask(split.held_out))
    by_class = [fitting.weights.kind == kind for kind in ALL_KINDS]
    return HeldOut(
        split,
        fitting.weights.masses(),
        fitting.weights.take(is_faithful).masses(),
        joined(fitting.weights.take(is_dormant).masses(), ALL_KINDS),
        entropy(elsewhere, fitting.weights),
        tuple(entropy(elsewhere[mine], fitting.weights.take(mine)) for mine in by_class),
    )


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


@dataclass(frozen=True, slots=True)
class SideMasses:
    """Whose side the mass that fits a camera takes on the held-out lanes, by class.

    Attributes
    ----------
    masses : dict of Side to tuple of Mass
        Truth first: a program that is right and shown too is on the truth's side.
    """

    masses: dict[Side, tuple[Mass, ...]]

    def share(self, side: Side, kinds: tuple[int, ...] = ALL_KINDS) -> Share | None:
        """What part of these classes' fitting mass is on a side; None where they are empty."""
        mine = {each: joined(masses, kinds) for each, masses in self.masses.items()}
        return share_of(mine[side], mine[Side.TRUTH] + mine[Side.CAMERA] + mine[Side.NEITHER])


def side_masses(weighed: Weighed, camera: Camera) -> SideMasses:
    """The masses equal to the truth, to the camera and to neither on the held-out lanes."""
    fitting = weighed.take(acceptable(weighed.behaviour, camera, camera.train))
    is_true = acceptable(fitting.behaviour, camera.truth, camera.held_out)
    is_shown = acceptable(fitting.behaviour, camera, camera.held_out)
    chosen = {Side.TRUTH: is_true, Side.CAMERA: is_shown & ~is_true, Side.NEITHER: ~is_shown & ~is_true}
    return SideMasses({side: fitting.weights.take(mask).masses() for side, mask in chosen.items()})
