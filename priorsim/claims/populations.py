"""The populations over which claims are judged, and the sites of each, census by census."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from priorsim.census.atlas import AtlasHeader, Rows
from priorsim.census.stored import Counted
from priorsim.census.take import make_header
from priorsim.claims.site import Site
from priorsim.errors import WorldError
from priorsim.measure.fitting import Programs, both_classes, by_behaviour, places
from priorsim.measure.histogram import CLASS_BY, U64, ClassBy, Mask, acceptable
from priorsim.measure.off_training import lessons
from priorsim.measure.weighed import stated_splits
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.worlds import World, family
from priorsim.worlds.constant import constant_world
from priorsim.worlds.proxy import Camera

BELOW = (0, 4)
"""Bits below the preset's bound at which everything is counted again."""
TAXES = (0, 4)
"""Bits for each search node."""
WORD_BITS = (3, 4)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the grid; `below` is how many bits below the preset's bound programs end."""

    class_by: ClassBy
    below: int
    tax: int


LANES: Mapping[str, tuple[int, ...]] = MappingProxyType({"quick": (4, 8, 16), "full": tuple(range(4, 17))})
"""By preset the numbers of lanes of the inverse and forward families' members."""
CONSTANT_WIDTHS = (12, 14, 16)
"""Word sizes of the constants."""

Bound = Callable[[Domain], int]
"""The bound in bits on a domain."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """Worlds that one census serves, with the same training lanes; where none are listed, all that it has."""

    population: str
    header: AtlasHeader
    worlds: tuple[World, ...] = ()
    queries: int | None = None

    def sites(self, atlas: Counted) -> Iterator[tuple[Setting, Site]]:
        """The site at each setting of the grid."""
        kept = self._kept(atlas)
        for class_by in CLASS_BY:
            for below in BELOW:
                bound = self.header.max_bits - below
                programs = Programs.of_rows(self.header, kept.take(kept.bits <= bound), class_by)
                for tax in TAXES:
                    yield Setting(class_by, below, tax), self._site(programs, tax, bound)

    def _kept(self, atlas: Counted) -> Rows:
        """The rows that any question about the worlds can be about; of a census's own behaviours, all."""
        if not self.worlds:
            return Rows.concatenate(list(atlas.batches()))
        return Rows.concatenate([rows.take(self._may_matter(rows.behaviour)) for rows in atlas.batches()])

    def _may_matter(self, behaviour: U64) -> Mask:
        """Where a behaviour fits some world on the training lanes of some split or lesson."""
        if self.cameras:
            seen: Mask = np.logical_or.reduce([acceptable(behaviour, each, each.train) for each in self.cameras])
            return seen
        first, domain = self.worlds[0], self.header.domain
        given = lessons(first)
        learnt = [sum(given[: number + 1], ()) for number in range(len(given))]
        matters = np.zeros(len(behaviour), dtype=bool)
        for lanes in {tuple(sorted(each)) for each in (first.train, *learnt, *(s.train for s in stated_splits(first)))}:
            mask = np.uint64(domain.lane_mask(lanes))
            matters |= places(np.unique(self.behaviours & mask), behaviour & mask) >= 0
        return matters

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """The worlds, where they are cameras."""
        return tuple(world for world in self.worlds if isinstance(world, Camera))

    @property
    def behaviours(self) -> U64:
        """What each of the worlds asks for, or meant."""
        return _behaviours([camera.truth for camera in self.cameras] or self.worlds)

    def _site(self, programs: Programs, tax: int, bound: int) -> Site:
        domain = self.header.domain
        if self.worlds:
            first, cameras = self.worlds[0], self.cameras
            splits = () if cameras else tuple(split for split in stated_splits(first) if split.held_out)
            lanes = (first.train, first.held_out, splits, lessons(first))
            return Site(programs, self.behaviours, *lanes, tax, bound, cameras)
        all_lanes = tuple(range(len(domain.lanes)))
        if self.population == "constant":
            behaviours, splits = np.arange(2**domain.word_bits, dtype=np.uint64), ()
        else:
            behaviours, splits = both_classes(by_behaviour(programs)), stated_splits(_any_world(domain))[:-1]
        return Site(programs, behaviours, all_lanes, (), splits, (all_lanes,), tax, bound)


def _any_world(domain: Domain) -> World:
    """A world that stands for its domain, where only lanes are asked for."""
    zero = tuple(frozenset({0}) for _ in domain.lanes)
    return World("any", domain, zero, tuple(range(len(domain.lanes))), "all", "arith", "")


def _behaviours(worlds: Sequence[World]) -> U64:
    found = [world.behaviour for world in worlds]
    for world, behaviour in zip(worlds, found, strict=True):
        if behaviour is None:
            raise WorldError(
                f"world {world.name} accepts several words in a lane: claims are measured in worlds with one, "
                "choose one of them for each lane"
            )
    return np.array(found, dtype=np.uint64)


def populations(preset: str, bound: Bound) -> list[Worlds]:
    """Every census that the claims need, with its worlds, population by population."""
    found: list[Worlds] = []
    for word_bits in WORD_BITS:
        found.append(_census("all", Domain.default(word_bits), bound))
    for word_bits in CONSTANT_WIDTHS:
        found.append(_census("constant", constant_world("any", word_bits, 0).domain, bound))
    for name, knobs in _listed(preset):
        worlds = [world for each in knobs for world in family(name).members(**each)]
        found += _by_census(name, worlds, bound)
    for queries in QUERIES:
        worlds = list(family("in-context").members(rules=AMORTISED_RULES, queries=queries))
        found += _by_census(AMORTISED, worlds, bound, accounting=Accounting.AMORTISED, queries=queries)
    return found


AMORTISED = "in-context-amortised"
AMORTISED_RULES = 2
QUERIES = (2, 4, 8)
"""Under the amortised accounting two rules are asked 2, 4 and 8 queries."""
AMORTISED_BITS = 4
"""Bits by which the bound is lower there: one training rule is met by short programs."""


def _listed(preset: str) -> Iterator[tuple[str, list[dict[str, int | str]]]]:
    """The families whose worlds are listed, with the knobs that choose members."""
    yield "in-context", [{"word_bits": bits, "rules": 4, "queries": 4} for bits in WORD_BITS]
    yield "video", [{"word_bits": bits, "rules": 4, "frames": 4} for bits in WORD_BITS]
    for name in ("inverse", "forward"):
        lanes = [(bits, number) for bits in WORD_BITS for number in LANES[preset] if number <= 2**bits]
        yield name, [{"word_bits": bits, "lanes": number} for bits, number in lanes]
    yield "bayes", [{"word_bits": bits} for bits in WORD_BITS]
    yield "proxy", [{"tamper": "shifted", "merge": merge} for merge in ("sharp", "coarse", "parity")]


def _census(population: str, domain: Domain, bound: Bound) -> Worlds:
    return Worlds(population, make_header("arith", bound(domain), domain=domain))


def _by_census(
    population: str,
    worlds: Sequence[World],
    bound: Bound,
    *,
    accounting: Accounting = Accounting.TOTAL,
    queries: int | None = None,
) -> list[Worlds]:
    """The worlds, those that share dialect, domain and training lanes together."""
    below = AMORTISED_BITS if accounting is Accounting.AMORTISED else 0
    groups: dict[tuple[str, Domain, tuple[int, ...], tuple[tuple[int, ...], ...]], list[World]] = {}
    for world in worlds:
        groups.setdefault((world.dialect, world.domain, world.train, world.rules), []).append(world)
    return [
        Worlds(
            population,
            make_header(dialect, bound(domain) - below, domain=domain, accounting=accounting),
            tuple(group),
            queries,
        )
        for (dialect, domain, _, _), group in groups.items()
        if domain.word_bits in WORD_BITS
    ]
