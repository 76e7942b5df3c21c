"""The mixture of all programs that fit a world, off the training lanes and under any prior.

Programs are counted by class, length, steps, search nodes and the number of held-out lanes they are right on: a
few thousand cells, from which loss, defection and shares follow at every point of a grid of priors without
reading the atlas again. Counts are exact; what is made of them is float64.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.stored import Selectable
from priorsim.measure.histogram import (
    I64,
    U8,
    U32,
    U64,
    ClassBy,
    acceptable,
    check_world,
    kinds_of,
    mean_steps,
)
from priorsim.measure.mass import End, check_convergence
from priorsim.measure.weighed import ALL_KINDS, lane_bits, right_lanes
from priorsim.priors import Prior
from priorsim.worlds.world import World


@dataclass(frozen=True, slots=True)
class MixturePoint:
    """The fitting mass under one prior.

    Attributes
    ----------
    shares : tuple of float
        Of the fitting mass, by class.
    defecting : tuple of float
        Of the whole fitting mass, the part of each class that is wrong on some held-out lane.
    loss : float or None
        Held-out loss: the share of held-out lanes that a program is wrong on, averaged by mass; None where no lane
        is held out.
    """

    shares: tuple[float, ...]
    defecting: tuple[float, ...]
    loss: float | None

    def excess(self, end: End) -> float | None:
        """The defecting share of search less that of direct code at one end; None where either is empty."""
        of_side = []
        for kinds in (end.search, end.direct):
            whole = sum(self.shares[kind] for kind in kinds)
            if not whole:
                return None
            of_side.append(sum(self.defecting[kind] for kind in kinds) / whole)
        return of_side[0] - of_side[1]

    def leader(self, end: End) -> str:
        """The side, direct or search, of more mass at one end; even where they have as much."""
        search, direct = (sum(self.shares[kind] for kind in kinds) for kinds in (end.search, end.direct))
        return "search" if search > direct else "direct" if direct > search else "even"


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The programs that fit a world; every array has shape (cells,).

    Attributes
    ----------
    header : AtlasHeader
    world : World
    kind, bits, steps, searches : arrays of uint8, uint8, uint32, uint8
        Class number, length l, steps T over all lanes, search nodes s.
    right : array of int64
        On how many held-out lanes the programs are right.
    count : array of uint64
        Number of programs.
    """

    header: AtlasHeader
    world: World
    kind: U8
    bits: U8
    steps: U32
    searches: U8
    right: I64
    count: U64

    def __len__(self) -> int:
        return len(self.kind)

    def at(self, prior: Prior) -> MixturePoint | None:
        """The mixture under a prior; None where nothing that fits weighs anything.

        Raises
        ------
        PriorError
            When the sum over all programs diverges.
        """
        check_convergence(self.header.language, prior)
        log2_weight = prior.log2_weight(self.bits, mean_steps(self.header, self.steps), self.searches)
        top = log2_weight.max(initial=-np.inf)
        if top == -np.inf:
            return None
        weight = self.count * np.exp2(log2_weight - top)
        whole = float(weight.sum())
        held_out = len(self.world.held_out)
        wrong = weight * (self.right < held_out)
        return MixturePoint(
            tuple(float(weight[self.kind == kind].sum()) / whole for kind in ALL_KINDS),
            tuple(float(wrong[self.kind == kind].sum()) / whole for kind in ALL_KINDS),
            float((weight * (held_out - self.right)).sum()) / (whole * held_out) if held_out else None,
        )


def mixture(atlas: Selectable, world: World, *, class_by: ClassBy = "lesion") -> Mixture:
    """Count the programs of an atlas that fit a world by all that a prior and the held-out lanes ask for.

    Raises
    ------
    WorldError
        When the world's domain is not the atlas's.
    """
    check_world(atlas.header, world)
    rows = atlas.select(lambda behaviour: acceptable(behaviour, world, world.train))
    right = np.bitwise_count(right_lanes(rows.behaviour, world) & lane_bits(world.held_out)).astype(np.int64)
    kind = kinds_of(rows, class_by)
    columns: Sequence[NDArray[Any]] = (kind, rows.bits, rows.steps, rows.searches, right)
    order = np.lexsort(columns[::-1])
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = np.logical_or.reduce([np.diff(column[order]) != 0 for column in columns])
    starts = np.flatnonzero(is_new)
    count = np.add.reduceat(rows.count[order], starts) if len(starts) else rows.count
    first = order[starts]
    return Mixture(
        atlas.header, world, kind[first], rows.bits[first], rows.steps[first], rows.searches[first], right[first], count
    )
