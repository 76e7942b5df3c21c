"""A world at a radius: its edit graph, its landscape, and the walks on it, each made once.

What the claims about walks are made of; `finding.py` makes them.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from priorsim.census.take import make_header
from priorsim.mu.syntax import format_program
from priorsim.walks.chains import Chain, Dynamics, Energy, default_energy, make_chain
from priorsim.walks.ends import Ends, end_points
from priorsim.walks.graph import EditGraph, make_graph
from priorsim.walks.kernels import F64
from priorsim.walks.landscape import ClassBy, Landscape, LossBy, Mask, conditional, make_landscape, start_of
from priorsim.worlds.world import World


@dataclass(frozen=True, eq=False)
class Study:
    """Walks in a world.

    Attributes
    ----------
    graph : EditGraph
    landscape : Landscape
    dynamics : Dynamics
        Of the walks that end: steepest, first or drift.
    start : array of float64, shape (programs,)
        Chance to start at each program.
    energy : Energy
        Of Metropolis.
    """

    graph: EditGraph
    landscape: Landscape
    dynamics: Dynamics
    start: F64
    energy: Energy
    _chains: dict[Dynamics, Chain] = field(default_factory=dict)
    _ends: dict[Dynamics, Ends] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world."""
        return self.landscape.world

    @property
    def radius(self) -> int:
        """Bits of an edit."""
        return self.graph.radius

    @property
    def max_bits(self) -> int:
        """The bound on programs."""
        return self.graph.programs.header.max_bits

    def chain(self, dynamics: Dynamics | None = None) -> Chain:
        """The chain of these dynamics, the study's own by default."""
        which = self.dynamics if dynamics is None else dynamics
        if which not in self._chains:
            self._chains[which] = make_chain(self.graph, self.landscape, which, energy=self.energy)
        return self._chains[which]

    def ends(self, dynamics: Dynamics | None = None) -> Ends:
        """Where walks of these dynamics end, the study's own by default."""
        which = self.dynamics if dynamics is None else dynamics
        if which not in self._ends:
            self._ends[which] = end_points(self.chain(which), self.landscape, self.start)
        return self._ends[which]

    def fitting(self, kind: int) -> Mask:
        """The fitting programs of a class."""
        return np.asarray(self.landscape.fits & (self.landscape.kind == kind))

    def mean(self, values: F64, chosen: Mask) -> float | None:
        """Mean of the values over the chosen by the prior; None where there are none, or one is infinite."""
        if not chosen.any():
            return None
        mean = float(conditional(self.landscape.prior, chosen)[chosen] @ values[chosen])
        return mean if np.isfinite(mean) else None

    def text(self, number: int) -> str:
        """The S-expression of a program."""
        return format_program(self.graph.programs.program(number), self.world.domain.columns)

    def capped(self, max_bits: int) -> "Study":
        """The same study with a lower bound on programs; starts above it are left out."""
        graph = self.graph.capped(max_bits)
        count = len(graph)
        cut = self.landscape
        landscape = Landscape(
            graph.programs, cut.world, cut.loss_by, cut.class_by, cut.loss[:count], cut.kind[:count], cut.right[:count]
        )
        start = conditional(self.start[:count], self.start[:count] > 0)
        return replace(self, graph=graph, landscape=landscape, start=start, _chains={}, _ends={})


def make_study(
    world: World,
    radius: int,
    *,
    max_bits: int,
    dialect: str | None = None,
    graph: EditGraph | None = None,
    dynamics: Dynamics = Dynamics.STEEPEST,
    start: str = "prior",
    loss_by: LossBy = "lanes",
    class_by: ClassBy = "lesion",
    energy: Energy | None = None,
) -> Study:
    """Walks in a world at a radius.

    Parameters
    ----------
    world : World
    radius : int
        Bits of an edit, 1 to 16.
    max_bits : int
        Bound on programs.
    dialect : str, optional
        The world's own where none is given.
    graph : EditGraph, optional
        One of the same language, lanes, bound and radius, which is not made again then.
    dynamics : Dynamics
        Of walks that end: steepest, first or drift.
    start : str
        See `start_of`.
    loss_by, class_by : str
        See `Landscape`.
    energy : Energy, optional
        `default_energy` where none is given.

    Raises
    ------
    WalkError
        When the radius is out of range, the graph would not fit into memory, or there is nowhere to start.
    """
    if graph is None:
        graph = make_graph(make_header(dialect or world.dialect, max_bits, domain=world.domain), radius)
    landscape = make_landscape(graph.programs, world, loss_by=loss_by, class_by=class_by)
    return Study(graph, landscape, dynamics, start_of(landscape, start), energy or default_energy(landscape))
