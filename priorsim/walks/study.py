"""A world at a radius: its edit graph, its landscape, and the walks on it, each made once, for claims about walks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from priorsim.census.take import make_header
from priorsim.priors import F64
from priorsim.walks.chains import Chain, Dynamics, Energy, default_energy, make_chain
from priorsim.walks.ends import Ends, end_points
from priorsim.walks.graph import EditGraph, make_graph
from priorsim.walks.landscape import ClassBy, Landscape, Mask, conditional, make_landscape, start_of
from priorsim.worlds.world import World


@dataclass(frozen=True, eq=False)
class WalkStudy:
    """Walks in a world that end, the chance to start at each program, and the energy of Metropolis walks beside."""

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
        which = dynamics or self.dynamics
        if which not in self._chains:
            self._chains[which] = make_chain(self.graph, self.landscape, which, energy=self.energy)
        return self._chains[which]

    def ends(self, dynamics: Dynamics | None = None) -> Ends:
        """Where walks of these dynamics end, the study's own by default."""
        which = dynamics or self.dynamics
        if which not in self._ends:
            self._ends[which] = end_points(self.chain(which), self.landscape, self.start)
        return self._ends[which]

    def starting(self, start: str) -> "WalkStudy":
        """The same walks from another start; WalkError as of `start_of`."""
        return replace(self, start=start_of(self.landscape, start), _ends={})

    def classed(self, class_by: ClassBy) -> "WalkStudy":
        """The same walks with programs classed so; where they go does not depend on it."""
        if class_by == self.landscape.class_by:
            return self
        return replace(self, landscape=make_landscape(self.graph.programs, self.world, class_by=class_by))

    def mean(self, values: F64, chosen: Mask) -> float | None:
        """Mean of the values over the chosen by the prior; None where there are none, or one is infinite."""
        if not chosen.any():
            return None
        mean = float(conditional(self.landscape.prior, chosen)[chosen] @ values[chosen])
        return mean if np.isfinite(mean) else None

    def capped(self, max_bits: int) -> "WalkStudy":
        """The same study with a lower bound on programs; starts above it are left out."""
        graph = self.graph.capped(max_bits)
        landscape = replace(self.landscape.take(slice(len(graph))), programs=graph.programs)
        start = self.start[: len(graph)]
        start = conditional(start, start > 0)
        return replace(self, graph=graph, landscape=landscape, start=start, _chains={}, _ends={})


def make_study(
    world: World,
    radius: int,
    *,
    max_bits: int,
    graph: EditGraph | None = None,
    dynamics: Dynamics = Dynamics.STEEPEST,
    start: str = "prior",
    class_by: ClassBy = "lesion",
) -> WalkStudy:
    """Walks in a world, on a graph of its own or the one given; WalkError as of `make_graph` and `start_of`."""
    if graph is None:
        graph = make_graph(make_header(world.dialect, max_bits, domain=world.domain), radius)
    landscape = make_landscape(graph.programs, world, class_by=class_by)
    return WalkStudy(graph, landscape, dynamics, start_of(landscape, start), default_energy(landscape))


def studies(worlds: Sequence[World], radius: int, *, max_bits: int) -> Iterator[WalkStudy]:
    """A study for each world at a radius, with each edit graph made once."""
    graphs: dict[object, EditGraph] = {}
    for world in worlds:
        asked = world.dialect, world.domain
        study = make_study(world, radius, max_bits=max_bits, graph=graphs.get(asked))
        graphs[asked] = study.graph
        yield study
