"""The populations over which claims are judged, and the sites of each, census by census."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.runs import make_header
from priorsim.census.stored import Counted
from priorsim.claims.site import Site
from priorsim.errors import PriorsimError
from priorsim.measure.fitting import Programs
from priorsim.measure.held_out import stated_splits
from priorsim.measure.histogram import CLASS_BY, U64, ClassBy
from priorsim.measure.learning import lessons
from priorsim.measure.splits import ByBehaviour
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.worlds import World
from priorsim.worlds.constant import constant_world
from priorsim.worlds.families import family
from priorsim.worlds.proxy import Camera

BELOW = (0, 4)
"""Bits below the preset's bound at which everything is counted again."""
TAXES = (0, 4)
"""Bits for each search node."""
WORD_BITS = (3, 4)

OpenAtlas = Callable[[AtlasHeader], Counted]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the grid; `below` is how many bits below the preset's bound programs end."""

    class_by: ClassBy
    below: int
    tax: int


GRID = tuple(Setting(class_by, below, tax) for class_by in CLASS_BY for below in BELOW for tax in TAXES)


@dataclass(frozen=True, slots=True)
class Preset:
    """How far a run of all claims goes.

    Attributes
    ----------
    bounds : mapping of int to int
        Bound in bits by word size, on domains of one column.
    more_columns : int
        The bound on domains of several columns.
    lanes : tuple of int
        Of the inverse and forward families.
    constant_widths : tuple of int
    """

    bounds: Mapping[int, int]
    more_columns: int
    lanes: tuple[int, ...]
    constant_widths: tuple[int, ...]

    def bound(self, domain: Domain) -> int:
        """The bound on a domain."""
        bound = self.bounds[domain.word_bits]
        return bound if len(domain.columns) == 1 else min(bound, self.more_columns)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "quick": Preset({3: 36, 4: 36, 12: 28, 14: 26, 16: 24}, 32, (4, 8, 16), (12, 14, 16)),
        "full": Preset({3: 44, 4: 42, 12: 32, 14: 29, 16: 27}, 38, tuple(range(4, 17)), (12, 14, 16)),
    }
)


@dataclass(frozen=True, slots=True)
class Worlds:
    """Worlds that one census serves, with the same training lanes; where none are listed, all that it has."""

    population: str
    header: AtlasHeader
    worlds: tuple[World, ...] = ()
    queries: int | None = None

    def sites(self, atlas: Counted) -> Iterator[tuple[Setting, Site]]:
        """The site at each setting of the grid."""
        for class_by in CLASS_BY:
            for below in BELOW:
                bound = self.header.max_bits - below
                programs = Programs.of(atlas, max_bits=bound, class_by=class_by)
                for tax in TAXES:
                    yield Setting(class_by, below, tax), self._site(programs, tax, bound)

    def _site(self, programs: Programs, tax: int, bound: int) -> Site:
        domain = self.header.domain
        all_lanes = tuple(range(len(domain.lanes)))
        if self.population == "constant":
            behaviours = np.arange(2**domain.word_bits, dtype=np.uint64)
            return Site(programs, behaviours, all_lanes, (), (), (all_lanes,), tax, bound)
        if not self.worlds:
            splits = stated_splits(_any_world(domain))[:-1]
            return Site(programs, ByBehaviour(programs).both_classes(), all_lanes, (), splits, (all_lanes,), tax, bound)
        first = self.worlds[0]
        cameras = tuple(world for world in self.worlds if isinstance(world, Camera))
        truths = [camera.truth for camera in cameras] if cameras else self.worlds
        splits = () if cameras else stated_splits(first)
        return Site(
            programs, _behaviours(truths), first.train, first.held_out, splits, lessons(first), tax, bound, cameras
        )


def _any_world(domain: Domain) -> World:
    """A world that stands for its domain, where only lanes are asked for."""
    zero = tuple(frozenset({0}) for _ in domain.lanes)
    return World("any", domain, zero, tuple(range(len(domain.lanes))), "all", "arith", "")


def _behaviours(worlds: Sequence[World]) -> U64:
    found = [world.behaviour for world in worlds]
    for world, behaviour in zip(worlds, found, strict=True):
        if behaviour is None:
            raise PriorsimError(f"world {world.name} accepts several words in a lane: claims are about single words")
    return np.array(found, dtype=np.uint64)


def populations(preset: Preset) -> list[Worlds]:
    """Every census that the claims need, with its worlds, population by population."""
    found: list[Worlds] = []
    for word_bits in WORD_BITS:
        found.append(_census("all", Domain.default(word_bits), preset))
    for word_bits in preset.constant_widths:
        found.append(_census("constant", constant_world("any", word_bits, 0).domain, preset))
    for name, knobs in _listed(preset):
        worlds = [world for each in knobs for world in family(name).members(**each)]
        found += _by_census(name, worlds, preset)
    for queries in QUERIES:
        worlds = list(family("in-context").members(rules=AMORTISED_RULES, queries=queries))
        found += _by_census(AMORTISED, worlds, preset, accounting=Accounting.AMORTISED, queries=queries)
    return found


AMORTISED = "in-context-amortised"
AMORTISED_RULES = 2
QUERIES = (2, 4, 8)
"""Under the amortised accounting two rules are asked 2, 4 and 8 queries."""


def _listed(preset: Preset) -> Iterator[tuple[str, list[dict[str, int | str]]]]:
    """The families whose worlds are listed, with the knobs that choose members."""
    yield "in-context", [{"word_bits": bits, "rules": 4, "queries": 4} for bits in WORD_BITS]
    yield "video", [{"word_bits": bits, "rules": 4, "frames": 4} for bits in WORD_BITS]
    for name in ("inverse", "forward"):
        lanes = [(bits, number) for bits in WORD_BITS for number in preset.lanes if number <= 2**bits]
        yield name, [{"word_bits": bits, "lanes": number} for bits, number in lanes]
    yield "bayes", [{"word_bits": bits} for bits in WORD_BITS]
    yield "proxy", [{"tamper": "shifted", "merge": merge} for merge in ("sharp", "coarse", "parity")]


def _census(population: str, domain: Domain, preset: Preset) -> Worlds:
    return Worlds(population, make_header("arith", preset.bound(domain), domain=domain))


def _by_census(
    population: str,
    worlds: Sequence[World],
    preset: Preset,
    *,
    accounting: Accounting = Accounting.TOTAL,
    queries: int | None = None,
) -> list[Worlds]:
    """The worlds, those that share dialect, domain and training lanes together."""
    groups: dict[tuple[str, Domain, tuple[int, ...], tuple[tuple[int, ...], ...]], list[World]] = {}
    for world in worlds:
        groups.setdefault((world.dialect, world.domain, world.train, world.rules), []).append(world)
    return [
        Worlds(
            population,
            make_header(dialect, preset.bound(domain), domain=domain, accounting=accounting),
            tuple(group),
            queries,
        )
        for (dialect, domain, _, _), group in groups.items()
        if domain.word_bits in WORD_BITS
    ]
