"""Definitions of search side by side: form, strict and wide lesion, retargeting, effort (docs/measures.md).

Each says of a program that it searches, or that it does not. Over all fitting programs of a census the first
three can be told; over the shortest of them, taken as programs, all five. Exact where the prior is dyadic.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from functools import partial
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType, structs
from numpy.typing import NDArray

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, RowKey, Rows
from priorsim.census.progress import Progress
from priorsim.census.shortest import Shortest, shortest_programs
from priorsim.census.stored import Selectable
from priorsim.census.witness import key_of
from priorsim.errors import WorldError
from priorsim.measure import keys
from priorsim.measure.histogram import acceptable, census_cells, check_world
from priorsim.measure.mass import (
    Interval,
    Mass,
    Share,
    check_convergence,
    exact_mass,
    log2_ratio,
    mass,
    share_of,
)
from priorsim.measure.program import effort, other_worlds, retargeting, run_lanes
from priorsim.measure.values import length_difference
from priorsim.mu.syntax import Program, format_program
from priorsim.priors import Prior
from priorsim.worlds import catalogue
from priorsim.worlds.world import World

BY_ROW = ("form", "strict", "wide")
BY_PROGRAM = (*BY_ROW, "retargeting", "effort")
THRESHOLD = Fraction(1, 2)
"""A program searches by retargeting, or by effort, where its share is above this."""
MOST_PROGRAMS = 10_000

Labels = tuple[bool | None, ...]
"""What each definition says: that a program searches, that it does not, or None where it says nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Programs, their mass and the bits of the shortest, None where there is none; what all definitions say of them."""

    programs: int
    mass: Mass
    l_min: int | None
    labels: Labels = ()

    @classmethod
    def joined(cls, groups: "Sequence[Group]") -> "Group":
        """All these programs together."""
        lengths = [group.l_min for group in groups if group.l_min is not None]
        total = sum((group.mass for group in groups), exact_mass(Fraction(0)))
        return cls(sum(group.programs for group in groups), total, min(lengths, default=None))

    def answer(self) -> "Side":
        """The group as JSON has it."""
        return Side(self.programs, *keys.of_mass(self.mass), self.l_min)


@dataclass(frozen=True, slots=True)
class Compared:
    """Programs that fit, by what the definitions of these names say of them.

    Groups are sorted by labels, no two alike; every program that fits, up to `bound` bits, is among them.
    """

    names: tuple[str, ...]
    groups: tuple[Group, ...]
    bound: int

    def side(self, name: str, searches: bool | None) -> Group:
        """The programs of which a definition says that they search, that they do not, or nothing."""
        place = self.names.index(name)
        return Group.joined([group for group in self.groups if group.labels[place] is searches])

    def log_odds(self, name: str) -> float | None:
        """log2 of the mass that searches over the mass that does not, by a definition; None where both are empty."""
        return log2_ratio(self.side(name, True).mass, self.side(name, False).mass)

    def delta_l(self, name: str) -> Interval:
        """L_min of what does not search less that of what does; nothing is known where some is undefined."""
        if self.side(name, None).programs:
            return Interval(None, None)
        return length_difference(self.side(name, False).l_min, self.side(name, True).l_min, self.bound)

    def agreement(self, first: str, second: str) -> tuple[Fraction | None, Share | None]:
        """The shares of programs and of mass of which both say the same, of those on which both say something."""
        a, b = self.names.index(first), self.names.index(second)
        both = [group for group in self.groups if group.labels[a] is not None and group.labels[b] is not None]
        if not both:
            return None, None
        same, whole = Group.joined([each for each in both if each.labels[a] == each.labels[b]]), Group.joined(both)
        return Fraction(same.programs, whole.programs), share_of(same.mass, whole.mass)

    def answer(self) -> "ComparedAnswer":
        """The comparison as JSON has it."""
        pairs = [[self.agreement(a, b) for b in self.names] for a in self.names]
        programs, mass = (ByDefinition(*(ByDefinition(*(b[n] for b in row)) for row in pairs)) for n in (0, 1))
        groups = (GroupAnswer(*group.labels, **structs.asdict(group.answer())) for group in self.groups)
        whole, agreement = Group.joined(self.groups), AgreementAnswer(programs, mass)
        odds = ByDefinition(*map(self._odds_answer, self.names))
        return ComparedAnswer(whole.programs, *keys.of_mass(whole.mass), tuple(groups), agreement, odds)

    def _odds_answer(self, name: str) -> "OddsBy":
        search, rest, undefined = (self.side(name, searches) for searches in (True, False, None))
        odds, lengths = self.log_odds(name), self.delta_l(name)
        return OddsBy(odds, lengths, search.answer(), rest.answer(), undefined.programs)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One program as S-expression, the row it is counted in, and the shares that the last two definitions go by.

    Retargeting is None where there is no other world to aim at.
    """

    program: str
    key: RowKey
    retargeting: Fraction | None
    effort: Fraction

    @property
    def labels(self) -> Labels:
        """What the five definitions say."""
        can_retarget = None if self.retargeting is None else self.retargeting > THRESHOLD
        return (*by_row(self.key), can_retarget, self.effort > THRESHOLD)

    def answer(self) -> "LabelledAnswer":
        """The program as JSON has it."""
        said = ByDefinition(*self.labels)
        return LabelledAnswer(
            program=self.program,
            bits=self.key.bits,
            steps=self.key.steps,
            **structs.asdict(said),
            retargeting_share=self.retargeting,
            effort_share=self.effort,
        )


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions side by side in one world.

    `every` has all fitting programs of the census, by form, strict and wide lesion; `judged` has one for each of the
    shortest, and `few` those by all five. `goals` are the names of the worlds that programs are retargeted to.
    """

    header: AtlasHeader
    world: World
    prior: Prior
    every: Compared
    shortest: Shortest
    judged: tuple[Labelled, ...]
    few: Compared
    goals: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, the same for the same census, world and prior; keys: `DefinitionsAnswer`."""
        last = self.judged[-1].key.bits if self.judged else None
        return DefinitionsAnswer(
            **keys.asked(self.world, self.prior, self.header),
            fitting=self.every.answer(),
            shortest=ShortestAnswer(
                asked=self.shortest.asked,
                last_length=LastLength(last, self.shortest.last_taken, self.shortest.last_length),
                goals=self.goals,
                **structs.asdict(self.few.answer()),
                list=tuple(each.answer() for each in self.judged),
            ),
        ).to_json()


class ByDefinition(keys.Parts[keys.T], frozen=True):
    """A value of each definition; the last two look at programs one by one."""

    form: keys.T
    strict: keys.T
    wide: keys.T
    retargeting: keys.T | UnsetType = UNSET
    effort: keys.T | UnsetType = UNSET


class Side(msgspec.Struct, frozen=True):
    """Some of the programs."""

    programs: int
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    l_min: int | None


class GroupAnswer(ByDefinition[bool | None], frozen=True, kw_only=True):
    """A combination: what each definition says, and the programs of which that holds."""

    programs: int
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    l_min: int | None


class OddsBy(msgspec.Struct, frozen=True):
    """The odds by a definition."""

    log_odds: float | None
    delta_l: Interval
    search: Side
    rest: Side
    undefined: Annotated[int, keys.says("a number of programs")]


class AgreementAnswer(msgspec.Struct, frozen=True):
    """By two definitions' names, the share of which both say the same."""

    programs: ByDefinition[ByDefinition[Share | None]]
    mass: ByDefinition[ByDefinition[Share | None]]


Groups = Annotated[tuple[GroupAnswer, ...], keys.says("the combinations that occur")]
Odds = Annotated[ByDefinition[OddsBy], keys.says("those by each definition")]


class ComparedAnswer(msgspec.Struct, frozen=True):
    """All fitting programs by form, strict and wide."""

    programs: Annotated[int, keys.says("how many there are")]
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    groups: Groups
    agreement: AgreementAnswer
    odds: Odds


class LabelledAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A program."""

    program: str
    bits: int
    steps: Annotated[int, keys.says("T under the atlas's accounting")]
    form: bool | None
    strict: bool | None
    wide: bool | None
    retargeting: bool | None
    effort: bool | None
    retargeting_share: Share | None
    effort_share: Share


class LastLength(msgspec.Struct, frozen=True):
    """The last one's length, how many of it are there, and how many fit."""

    bits: int | None
    taken: int
    fitting: int


class ShortestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The shortest of them by all five."""

    asked: Annotated[int, keys.says("how many of the shortest were asked for; where fewer fit, all that do are there")]
    last_length: LastLength
    goals: Annotated[
        tuple[str, ...],
        keys.says("names of the worlds to retarget to, before those are left out that a program is right for"),
    ]
    programs: Annotated[int, keys.says("how many there are")]
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    groups: Groups
    agreement: AgreementAnswer
    odds: Odds
    list: Annotated[tuple[LabelledAnswer, ...], keys.says("the programs in order")]


class DefinitionsAnswer(keys.UnderPrior, frozen=True, kw_only=True):
    """What `priorsim definitions --json` prints."""

    fitting: ComparedAnswer
    shortest: ShortestAnswer


def definitions(
    atlas: Selectable,
    world: World,
    prior: Prior,
    *,
    number: int = 100,
    known: Iterable[World] | None = None,
    workers: int = 2,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Definitions:
    """Hold the definitions of search against each other in one world, whatever the number of threads.

    `number` of the shortest fitting programs are looked at one by one, after each of which `progress` is called; they
    are retargeted to the `known` worlds that are on the world's domain, those of the catalogue by default. WorldError
    where the world's domain is not the atlas's, or the number is out of range; PriorError where the sum over all
    programs diverges.
    """
    header = atlas.header
    check_world(header, world)
    check_convergence(header.language, prior)
    if not 1 <= number <= MOST_PROGRAMS:
        raise WorldError(f"{number} programs cannot be looked at one by one: choose 1 to {MOST_PROGRAMS}")
    fits = partial(acceptable, world=world, lanes=world.train)
    rows = atlas.select(fits)
    found = shortest_programs(header, rows, fits, number, workers=workers)
    goals = other_worlds(world, catalogue().values() if known is None else known)
    labels = np.column_stack(by_row(rows)).astype(np.int8)
    judged = []
    for _, program in found.programs:
        judged.append(judge(header, program, goals))
        progress(Progress(len(judged), len(found.programs)))
    return Definitions(
        header=header,
        world=world,
        prior=prior,
        every=compare(BY_ROW, rows, labels, header, prior, bound=header.max_bits),
        shortest=found,
        judged=tuple(judged),
        few=_one_by_one(judged, found, header, prior),
        goals=tuple(goal.name for goal in goals),
    )


def judge(header: AtlasHeader, program: Program, goals: Sequence[World]) -> Labelled:
    """What the definitions go by, of one program."""
    lanes = run_lanes(program, header.domain)
    text = format_program(program, header.domain.columns)
    return Labelled(text, key_of(header, program), retargeting(program, lanes, goals), effort(lanes))


def by_row(row: Any) -> tuple[Any, Any, Any]:
    """What form, strict and wide lesion say: of a RowKey a bool each, of Rows a mask each."""
    return row.searches > 0, row.strict != row.behaviour, row.wide != row.behaviour


def compare(
    names: tuple[str, ...], rows: Rows, labels: NDArray[np.int8], header: AtlasHeader, prior: Prior, *, bound: int
) -> Compared:
    """Group programs by what definitions say of them; `bound` as of `Compared`.

    `labels`, shape (rows, definitions), are 1 where the programs search, 0 where they do not, and -1 where the
    definition says nothing.
    """
    kinds, which = np.unique(labels, axis=0, return_inverse=True)
    groups = []
    for number, kind in enumerate(kinds.tolist()):
        cells = census_cells(rows.take(which.reshape(-1) == number))
        said = tuple(None if label < 0 else bool(label) for label in kind)
        groups.append(Group(cells.programs, mass(cells, header, prior), int(cells.bits.min()), said))
    return Compared(names, tuple(groups), bound)


def _one_by_one(judged: Sequence[Labelled], found: Shortest, header: AtlasHeader, prior: Prior) -> Compared:
    """The shortest programs by all definitions; their last length is in the bound only where it is whole."""
    keys = [astuple(each.key) for each in judged]
    columns = zip(*((*key, 1) for key in keys), strict=True) if keys else [()] * len(COLUMN_TYPES)
    rows = Rows(*(np.array(column, dtype=kind) for column, kind in zip(columns, COLUMN_TYPES.values(), strict=True)))
    labels = [[-1 if label is None else int(label) for label in each.labels] for each in judged]
    table = np.array(labels, dtype=np.int8).reshape(len(judged), len(BY_PROGRAM))
    return compare(BY_PROGRAM, rows, table, header, prior, bound=found.complete_bits(header.max_bits))
