"""The mixture of all programs that fit worlds, off the training lanes and under any prior.

Programs are counted by world, class, length, steps, search nodes and the number of held-out lanes they are right on:
a few thousand cells a world, from which loss, defection and shares follow at every point of a grid of priors without
reading the atlas again. Counts are exact; what is made of them is float64.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from priorsim.census.atlas import U8, U32, U64, AtlasHeader
from priorsim.census.stored import Selectable
from priorsim.measure.fitting import Fitting, lane_words
from priorsim.measure.histogram import CLASSES, I64, ClassBy, acceptable, check_world, kinds_of, mean_steps, merged
from priorsim.measure.mass import End, check_convergence
from priorsim.measure.values import at_end, quotient
from priorsim.measure.weighed import lane_bits, right_lanes
from priorsim.priors import F64, Prior
from priorsim.table import Table
from priorsim.worlds.world import World


@dataclass(frozen=True, slots=True, eq=False)
class MixturePoints:
    """The fitting mass of every world under one prior, by class; shapes (worlds, classes) and (worlds,).

    `shares` are those of the fitting mass, and `defecting` the parts of the whole fitting mass that are of a class and
    wrong on some held-out lane. `loss` is the held-out loss: the share of held-out lanes that a program is wrong on,
    averaged by mass. Nan where nothing that fits weighs anything, or no lane is held out.
    """

    shares: F64
    defecting: F64
    loss: F64

    def excess(self, end: End) -> F64:
        """The defecting share of search less that of direct code at one end; nan where either is empty."""
        direct, search = map(quotient, at_end(self.defecting, end), at_end(self.shares, end))
        return search - direct


@dataclass(frozen=True, slots=True, eq=False)
class Mixture(Table):
    """The programs that fit worlds on one domain, sorted by world and class; every array has shape (cells,).

    There are `worlds`, with programs or without, that hold out `held_out` lanes each. `world` is the number of the
    world that the programs fit, `right` on how many held-out lanes they are right; the others are those of `Cells`.
    """

    header: AtlasHeader
    worlds: int
    held_out: int
    world: I64
    kind: U8
    bits: U8
    steps: U32
    searches: U8
    right: I64
    count: U64

    def points(self, prior: Prior) -> MixturePoints:
        """The mixtures under a prior; PriorError where the sum over all programs diverges."""
        check_convergence(self.header.language, prior)
        log2_weight = prior.log2_weight(self.bits, mean_steps(self.header, self.steps), self.searches)
        top = np.full(self.worlds, -np.inf)
        np.maximum.at(top, self.world, log2_weight)
        # Each world's weights are relative to its greatest; where that is 0 nothing weighs anything.
        weight: F64 = self.count.astype(np.float64) * np.exp2(
            log2_weight - np.where(np.isfinite(top), top, 0.0)[self.world]
        )
        whole = _sums(self.world, weight, self.worlds)
        place = self.world * len(CLASSES) + self.kind

        def shares(weights: F64) -> F64:
            by_class = _sums(place, weights, self.worlds * len(CLASSES)).reshape(-1, len(CLASSES))
            return quotient(by_class, np.broadcast_to(whole[:, None], by_class.shape))

        wrong = _sums(self.world, weight * (self.held_out - self.right).astype(np.float64), self.worlds)
        return MixturePoints(
            shares(weight),
            shares(weight * (self.right < self.held_out).astype(np.float64)),
            quotient(wrong, whole * self.held_out),
        )


def _sums(place: I64, weights: F64, size: int) -> F64:
    """Sums of weights by ascending place, shape (size,), pair by pair: differences of shares are told to 12 digits."""
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    found: F64 = np.zeros(size)
    found[place[starts]] = [weights[first:last].sum() for first, last in pairwise([*starts.tolist(), len(place)])]
    return found


def _merged(cells: Mixture) -> Mixture:
    """The same with equal cells added up."""
    return merged(cells, cells.world, cells.kind, cells.bits, cells.steps, cells.searches, cells.right)


def mixture(atlas: Selectable, world: World, *, class_by: ClassBy = "lesion") -> Mixture:
    """Count the programs of an atlas that fit a world by all that a prior and the held-out lanes ask for.

    WorldError where the world's domain is not the atlas's.
    """
    check_world(atlas.header, world)
    rows = atlas.select(lambda behaviour: acceptable(behaviour, world, world.train))
    right = np.bitwise_count(right_lanes(rows.behaviour, world) & lane_bits(world.held_out)).astype(np.int64)
    only = np.zeros(len(rows), dtype=np.int64)
    columns = (kinds_of(rows, class_by), rows.bits, rows.steps, rows.searches, right, rows.count)
    return _merged(Mixture(atlas.header, 1, len(world.held_out), only, *columns))


def mixture_of(found: Fitting, right: Callable[[I64, I64], I64] | None = None) -> Mixture:
    """The programs that fit each of many targets, counted in the same way: target by target its own world.

    `right` says on how many held-out lanes entries are right, by targets, where behaviours are not packed.
    """
    world, entry = found.pairs
    rows = found.programs.take(entry)
    number = right_held_out(found, world, entry) if right is None else right(world, entry)
    columns = (rows.kind, rows.bits, rows.steps, rows.searches, number, rows.count)
    return _merged(Mixture(rows.header, len(found.target), len(found.held_out), world, *columns))


def right_held_out(found: Fitting, target: I64, entry: I64) -> I64:
    """On how many held-out lanes entries are right, by targets, all packed."""
    differs = found.programs.behaviour[entry] ^ found.target[target]
    domain = found.programs.header.domain
    right = np.zeros(len(entry), dtype=np.int64)
    for lane in found.held_out:
        right += lane_words(differs, lane, domain) == 0
    return right
