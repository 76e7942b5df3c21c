"""The presets, which say how much is counted; the populations over which claims are judged, and the sites of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from math import isqrt
from pathlib import Path

import numpy as np

from priorsim.census.atlas import U64, AtlasHeader, Rows
from priorsim.census.stored import Counted
from priorsim.census.take import make_header, take_census
from priorsim.claims.site import Site
from priorsim.errors import PriorsimError, WorldError
from priorsim.measure.diversity import EVERY_WORD, FEW, QUESTIONS_ASKED
from priorsim.measure.finite_size import LITERAL_BITS
from priorsim.measure.first_programs import look_at
from priorsim.measure.fitting import ClassedRows, places
from priorsim.measure.histogram import CLASS_BY, Mask, NamedClassBy, acceptable
from priorsim.measure.off_training import lessons
from priorsim.measure.weighed import stated_splits
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.worlds import World, catalogue, family
from priorsim.worlds.constant import constant_world
from priorsim.worlds.in_context import held_out_rules, task_world
from priorsim.worlds.proxy import Camera

WALK_SETTINGS: tuple[tuple[NamedClassBy, int], ...] = (("lesion", 0), ("form", 0), ("lesion", 4))
"""How the programs that walks are among are classed, and how many bits below the bound they end."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How much is counted: what a command is given by name, and passes down to censuses, figures and claims.

    `worlds`, `claims` and `figures`, with the worlds that each shows, are the main job's; all where none is named.
    """

    name: str
    bounds: Mapping[int, int]
    """The bound in bits by word size; large words have large tables."""
    more_columns_bits: int
    """The bound on domains of several columns, which have more programs."""
    growth_bounds: Mapping[int, int] = field(default_factory=dict)
    """Other bounds of the curves over complexity, by word size: they need one census, and no claim is asked of it."""
    finite_sizes: tuple[int, ...] = (10, 11, 12)
    """Word sizes of the constants in which the finite-size scaling of gamma* is measured."""
    task_rules: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: {3: (2, 4, 8)})
    """Numbers of rules, by word size, at which tables, code and search are compared."""
    task_observations: tuple[str, ...] = FEW
    """How rules are observed there."""
    lanes: tuple[int, ...]
    """Numbers of lanes of the inverse and forward families' members."""
    below: tuple[int, ...] = (0, 4)
    """Bits below the bound at which everything is counted again."""
    taxes: tuple[int, ...] = (0, -2, 4)
    """Bits for each search node; below 0 they are a bonus, within the range in which the prior converges."""
    dialects: tuple[str, ...] = ("arith", "logic")
    """Dialects of the population of every behaviour."""
    word_bits: tuple[int, ...] = (3, 4)
    constant_bits: tuple[int, ...] = (12, 14, 16)
    """Word sizes of the populations, and of the constants."""
    given: Mapping[str, Mapping[int, int]] = field(default_factory=lambda: {"arith": {12: 25}})
    """The bounds in bits of constants with a given word, by dialect and word size."""
    given_words: int = 16
    """How many words are given there, each in a census of its own."""
    queries: tuple[int, ...] = (2, 4, 8)
    """Queries that AMORTISED_RULES rules are asked under the amortised accounting."""
    lessons: tuple[tuple[int, int, int], ...] = ((3, 8, 2), (4, 8, 2), (4, 16, 1))
    """Bits of a word, rules and queries of the worlds with many lessons."""
    amortised_bits: int = 4
    """Bits by which the bound is lower there: one training rule is met by short programs."""
    data_worlds: int = 3
    """Worlds of a census in which programs with data are counted."""
    first_worlds: int = 300
    """Worlds of each population of every behaviour whose shortest programs are looked at, of those that are search."""
    code_bits: int = 22
    """The bound on header, index and body of programs with data."""
    table_worlds: int = 40
    """Worlds of each population of every behaviour in which the shortest programs with data are sought."""
    table_code_bits: int = 26
    """The same bound there."""
    walk_worlds: int = 36
    """The most worlds of a word size that walks are taken in, evenly over their complexity."""
    walk_radii: tuple[int, ...] = (4,)
    walk_starts: tuple[str, ...] = ("prior",)
    walk_bits: int = 24
    """The bound on programs that walks are among."""
    knockout_bits: int = 40
    """The greatest bound of the censuses without an operator, of which there are many."""
    knockout_language_bits: int = 38
    """The same where several languages are compared."""
    languages: int = 64
    """How many random codes, and random subsets of operators, there are among the languages that are compared."""
    language_bits: int = 36
    """The bound there."""
    influence_bits: int = 40
    """The greatest bound of what search does to predictions, for which every set of lanes is looked at."""
    walk_settings: Mapping[int, tuple[tuple[NamedClassBy, int], ...]] = field(
        default_factory=lambda: {3: WALK_SETTINGS, 2: WALK_SETTINGS[:1]}
    )
    """Which of WALK_SETTINGS are taken at each word size; what takes longest stands first."""
    member_lanes: tuple[int, ...] = (4, 5, 6, 7, 8)
    """Numbers of lanes of the members that a figure shows beside the catalogue."""
    worlds: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where its results are written where no folder is given: those of the full preset are the published ones."""
        return Path("results" if self.name == "full" else f"results-{self.name}")

    def bound(self, domain: Domain) -> int:
        """The bound in bits on a domain; PriorsimError where there is none."""
        if domain.word_bits not in self.bounds:
            raise PriorsimError(
                f"the {self.name} preset has no bound for words of {domain.word_bits} bits: "
                f"choose a world with words of {', '.join(map(str, self.bounds))} bits"
            )
        bound = self.bounds[domain.word_bits]
        return bound if len(domain.columns) == 1 else min(bound, self.more_columns_bits)

    def named_worlds(self) -> list[World]:
        """The worlds of the main job, in the catalogue's order."""
        return [world for name, world in catalogue().items() if name in self.worlds or not self.worlds]


QUICK = Preset(
    name="quick",
    bounds={2: 36, 3: 34, 4: 34, 12: 28, 13: 27, 14: 26, 15: 26, 16: 26},
    more_columns_bits=34,
    growth_bounds={3: 40},
    knockout_bits=34,
    knockout_language_bits=30,
    languages=16,
    language_bits=30,
    influence_bits=34,
    lanes=(4, 8, 16),
)
FULL = Preset(
    name="full",
    bounds={2: 42, 3: 44, 4: 42, 12: 32, 13: 30, 14: 29, 15: 28, 16: 27},
    more_columns_bits=38,
    lanes=tuple(range(4, 17)),
    finite_sizes=(10, 11, 12, 13, 14, 15, 16),
    given={"arith": {11: 28, 12: 28, 13: 27, 14: 27, 15: 26, 16: 26}, "logic": {16: 26}},
    given_words=32,
    task_rules={3: (1, 2, 3, 4, 6, 8), 4: (4, 8, 16)},
    task_observations=EVERY_WORD,
    data_worlds=12,
    first_worlds=1000,
    table_worlds=500,
    table_code_bits=28,
    walk_worlds=1000,
    walk_radii=(4, 8, 12),
    walk_starts=("prior", "empty"),
    walk_settings=dict.fromkeys((3, 2), WALK_SETTINGS),
)
PRESETS = {"quick": QUICK, "full": FULL}


def find_preset(name: str) -> Preset:
    """The preset of this name; PriorsimError where there is none."""
    if name not in PRESETS:
        raise PriorsimError(f"unknown preset '{name}': choose one of {', '.join(PRESETS)}")
    return PRESETS[name]


def factors_at(
    population: str, language: Language, class_by: NamedClassBy, below: int, tax: int
) -> dict[str, str | int]:
    """The place in the grid of worlds of a population, where programs end so many bits below the bound."""
    bound = f"B-{below}" if below else "B"
    words: dict[str, str | int] = {"dialect": language.dialect.name, "word_bits": language.word_bits}
    return {"population": population, **words, "class_by": class_by, "bound": bound, "tax": tax}


EVERY = "all"
"""The population of every behaviour."""
GIVEN = "given"
"""The population of constants with a given word: one lane, in which the column `x` holds it."""
LOOKED_AT = ("lesion", 0, 0)
"""At these classes, bits below the bound and tax shortest programs are looked at."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """Worlds that one census serves, with the same training lanes; where none are listed, all that it has."""

    population: str
    header: AtlasHeader
    worlds: tuple[World, ...] = ()
    queries: int | None = None
    rules: int | None = None

    def sites(self, atlas: Counted, preset: Preset) -> Iterator[tuple[dict[str, str | int], Site]]:
        """The site at each setting of the preset's grid, with its place there."""
        # Of the listed worlds what any question about them can be about, of a census's own behaviours all.
        kept = atlas.select(self._may_matter) if self.worlds else Rows.concatenate(list(atlas.batches()))
        # Every site groups its rows by behaviour, which takes little time where they are in order.
        kept = kept.take(np.argsort(kept.behaviour, kind="stable"))
        asked = {"queries": self.queries, "rules": self.rules}
        where: dict[str, str | int] = {name: number for name, number in asked.items() if number is not None}
        for class_by in CLASS_BY:
            for below in preset.below:
                bound = self.header.max_bits - below
                rows = kept.take(kept.bits <= bound)
                programs = ClassedRows.of_rows(self.header, rows, class_by)
                for tax in preset.taxes:
                    place = factors_at(self.population, self.header.language, class_by, below, tax)
                    site = self._site(programs, tax, bound, preset)
                    if (class_by, below, tax) == LOOKED_AT:
                        site = self._looking(site, rows, atlas, preset)
                    yield place | where, site

    def _looking(self, site: Site, rows: Rows, atlas: Counted, preset: Preset) -> Site:
        """The site with what shortest programs are found again by, where that is asked."""
        if self.population == EVERY:
            site = replace(site, table_worlds=preset.table_worlds, code_bits=preset.table_code_bits)
            return replace(site, look_at=partial(look_at, atlas, preset.first_worlds))
        return replace(site, rows=rows) if self.header.accounting is Accounting.AMORTISED else site

    def _may_matter(self, behaviour: U64) -> Mask:
        """Where a behaviour fits some world on the training lanes of some split or lesson."""
        if self.cameras:
            return fits_any(self.cameras, behaviour)
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
        found = []
        for world in [camera.truth for camera in self.cameras] or self.worlds:
            if world.behaviour is None:
                raise several_words(world)
            found.append(world.behaviour)
        return np.array(found, dtype=np.uint64)

    def _site(self, programs: ClassedRows, tax: int, bound: int, preset: Preset) -> Site:
        domain = self.header.domain
        if self.worlds:
            first, cameras = self.worlds[0], self.cameras
            splits = () if cameras else tuple(split for split in stated_splits(first) if split.held_out)
            lanes = (first.train, first.held_out, splits, lessons(first))
            size = preset.code_bits, cameras, preset.data_worlds
            return Site(programs, self.behaviours, *lanes, tax, bound, *size, has_all=False)
        all_lanes = tuple(range(len(domain.lanes)))
        if self.population == "constant":
            behaviours, splits = np.arange(2**domain.word_bits, dtype=np.uint64), ()
        elif self.population == GIVEN:
            behaviours, splits = found_from(self.header, programs), ()
        else:
            every = Site(programs, programs.behaviour, all_lanes, (), (), (), tax, bound, preset.code_bits)
            is_known = programs.bits + tax * programs.searches.astype(np.int64) <= every.known
            behaviours, splits = np.unique(programs.behaviour[is_known]), stated_splits(_any_world(domain))[:-1]
        return Site(programs, behaviours, all_lanes, (), splits, (all_lanes,), tax, bound, preset.code_bits)


def several_words(world: World) -> WorldError:
    """What says that claims cannot be asked of a world, as it accepts several words in a lane."""
    return WorldError(
        f"world {world.name} accepts several words in a lane: claims are measured in worlds with one, "
        "choose one of them for each lane"
    )


def _any_world(domain: Domain) -> World:
    """A world that stands for its domain, where only lanes are asked for."""
    zero = tuple(frozenset({0}) for _ in domain.lanes)
    return World("any", domain, zero, tuple(range(len(domain.lanes))), "all", "arith", "")


def fits_any(worlds: Sequence[World], behaviour: U64) -> Mask:
    """Where a behaviour, shape (rows,), fits one of these worlds."""
    fits: Mask = np.logical_or.reduce([acceptable(behaviour, world, world.train) for world in worlds])
    return fits


def found_from(header: AtlasHeader, programs: Rows | ClassedRows) -> U64:
    """Words that a program with a search finds from the given word and none finds from 0, in fewer bits than literals.

    What is found from 0 too is the same search over and over, whatever is given.
    """
    found = _words_found(header, programs)
    return found if header.domain.lanes == ((0,),) else np.setdiff1d(found, _found_from_zero(header.language))


def _words_found(header: AtlasHeader, programs: Rows | ClassedRows) -> U64:
    is_short = (programs.searches > 0) & (programs.bits < header.domain.word_bits + LITERAL_BITS)
    return np.unique(programs.behaviour[is_short])


@cache
def _found_from_zero(language: Language) -> U64:
    bits = language.word_bits
    header = make_header(language.dialect.name, bits + LITERAL_BITS - 1, domain=Domain(bits, ((0,),)))
    return _words_found(header, Rows.concatenate(list(take_census(header, workers=1).batches())))


def given_words(word_bits: int, number: int) -> list[int]:
    """So many words without a pattern, evenly spread: multiples of 2^w over the golden ratio."""
    step = (isqrt(5 * 4**word_bits) - 2**word_bits) // 2
    return [place * step % 2**word_bits for place in range(1, number + 1)]


def populations(preset: Preset) -> list[Worlds]:
    """Every census that the claims need, with its worlds, population by population."""

    def census(population: str, domain: Domain, dialect: str = "arith") -> Worlds:
        return Worlds(population, make_header(dialect, preset.bound(domain), domain=domain))

    found = [census(EVERY, Domain.default(bits), dialect) for dialect in preset.dialects for bits in preset.word_bits]
    found += [census("constant", constant_world("any", bits, 0).domain) for bits in preset.constant_bits]
    for dialect, bounds in preset.given.items():
        for bits, bound in bounds.items():
            domains = [Domain(bits, ((word,),)) for word in given_words(bits, preset.given_words)]
            found += [Worlds(GIVEN, make_header(dialect, bound, domain=domain)) for domain in domains]
    for name, knobs in _listed(preset):
        found += _by_census(preset, name, [world for each in knobs for world in family(name).members(**each)])
    for queries in preset.queries:
        worlds = list(family("in-context").members(rules=AMORTISED_RULES, queries=queries))
        found += _by_census(preset, AMORTISED, worlds, queries)
    for word_bits, rules, queries in preset.lessons:
        found += _by_census(preset, LESSONS, _many_lessons(word_bits, rules, queries), rules=rules)
    return found


AMORTISED = "in-context-amortised"
AMORTISED_RULES = 2
LESSONS = "in-context-lessons"
FIRST_QUERY = 2
"""Of queries 0 and 1 several questions ask the same."""


def _many_lessons(word_bits: int, rules: int, queries: int) -> list[World]:
    """The worlds of so many rules, each observed in every way that reaches all words, and each question, once each."""
    how = {"first_query": FIRST_QUERY, "held_out_rules": held_out_rules(rules)}
    worlds = [
        task_world(word_bits, observe, answer, rules, queries, **how)
        for observe in EVERY_WORD
        for answer in QUESTIONS_ASKED
    ]
    return list({world.behaviour: world for world in reversed(worlds)}.values())[::-1]


def _listed(preset: Preset) -> Iterator[tuple[str, list[dict[str, int | str]]]]:
    """The families whose worlds are listed, with the knobs that choose members."""
    sizes = preset.word_bits
    yield "in-context", [{"word_bits": bits, "rules": 4, "queries": 4} for bits in sizes]
    yield "video", [{"word_bits": bits, "rules": 4, "frames": 4} for bits in sizes]
    for name in ("inverse", "forward"):
        lanes = [(bits, number) for bits in sizes for number in preset.lanes if number <= 2**bits]
        yield name, [{"word_bits": bits, "lanes": number} for bits, number in lanes]
    yield "bayes", [{"word_bits": bits} for bits in sizes]
    yield "proxy", [{"tamper": "shifted", "merge": merge} for merge in ("sharp", "coarse", "parity")]


def _by_census(
    preset: Preset, population: str, worlds: Sequence[World], queries: int | None = None, rules: int | None = None
) -> list[Worlds]:
    """The worlds, those that share dialect, domain and training lanes together; amortised where queries are given."""
    accounting, below = (Accounting.TOTAL, 0) if queries is None else (Accounting.AMORTISED, preset.amortised_bits)
    groups: dict[tuple[str, Domain, tuple[int, ...], tuple[tuple[int, ...], ...]], list[World]] = {}
    for world in worlds:
        if world.domain.word_bits in preset.word_bits:
            groups.setdefault((world.dialect, world.domain, world.train, world.rules), []).append(world)
    found = []
    for (dialect, domain, _, _), group in groups.items():
        header = make_header(dialect, preset.bound(domain) - below, domain=domain, accounting=accounting)
        found.append(Worlds(population, header, tuple(group), queries, rules))
    return found
