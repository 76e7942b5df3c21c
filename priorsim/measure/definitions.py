"""Definitions of search side by side: form, strict and wide lesion, retargeting, effort (docs/measures.md).

Each says of a program that it searches, or that it does not. Over all fitting programs of a census the first
three can be told; over the shortest of them, taken as programs, all five. Exact where the prior is dyadic.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from fractions import Fraction
from functools import partial, reduce
from itertools import compress
from operator import add
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, RowKey, Rows
from priorsim.census.progress import Progress
from priorsim.census.shortest import shortest_programs
from priorsim.census.stored import Selectable
from priorsim.census.witness import key_of
from priorsim.errors import WorldError
from priorsim.measure import keys
from priorsim.measure.histogram import acceptable, census_cells, check_world
from priorsim.measure.mass import Interval, Mass, Share, check_convergence, exact_mass, log2_ratio, mass, share_of
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
) -> DefinitionsAnswer:
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
    every = compare(BY_ROW, rows, np.column_stack(by_row(rows)).astype(np.int8), header, prior, header.max_bits)
    row_keys, judged = [], []
    for _, program in found.programs:
        row_keys.append(key_of(header, program))
        judged.append(judge(header, program, row_keys[-1], goals))
        progress(Progress(len(judged), len(found.programs)))
    taken: list[tuple[int, ...]] = [()] * len(COLUMN_TYPES)
    if judged:
        taken = list(zip(*((*astuple(key), 1) for key in row_keys), strict=True))
    columns: list[NDArray[Any]] = list(map(np.array, taken, COLUMN_TYPES.values()))
    said = [[-1 if (label := getattr(each, name)) is None else label for name in BY_PROGRAM] for each in judged]
    labels = np.array(said, dtype=np.int8).reshape(len(judged), len(BY_PROGRAM))
    # Their last length is in the bound only where it is whole.
    few = compare(BY_PROGRAM, Rows(*columns), labels, header, prior, found.complete_bits(header.max_bits))
    shortest = ShortestAnswer(
        asked=found.asked,
        last_length=LastLength(judged[-1].bits if judged else None, found.last_taken, found.last_length),
        goals=tuple(goal.name for goal in goals),
        **msgspec.structs.asdict(few),
        list=tuple(judged),
    )
    return DefinitionsAnswer(**keys.asked(world, prior, header), fitting=every, shortest=shortest)


def judge(header: AtlasHeader, program: Program, key: RowKey, goals: Sequence[World]) -> LabelledAnswer:
    """What the five definitions say of a program of this row; nothing by retargeting without another world."""
    lanes = run_lanes(program, header.domain)
    spent, reached = effort(lanes), retargeting(program, lanes, goals)
    return LabelledAnswer(
        program=format_program(program, header.domain.columns),
        bits=key.bits,
        steps=key.steps,
        **dict(zip(BY_ROW, by_row(key), strict=True)),
        retargeting=None if reached is None else reached > THRESHOLD,
        effort=spent > THRESHOLD,
        retargeting_share=reached,
        effort_share=spent,
    )


def by_row(row: Any) -> tuple[Any, Any, Any]:
    """What form, strict and wide lesion say: of a RowKey a bool each, of Rows a mask each."""
    return row.searches > 0, row.strict != row.behaviour, row.wide != row.behaviour


Counted = tuple[int, Mass, int | None]
"""Programs, their mass and the bits of the shortest, None where there is none."""


def _joined(groups: Iterable[Counted]) -> Counted:
    """All these programs together."""
    programs, masses, lengths = zip((0, exact_mass(Fraction(0)), None), *groups, strict=True)
    return sum(programs), reduce(add, masses), min(filter(None, lengths), default=None)


def _side(group: Counted) -> Side:
    return Side(group[0], *keys.of_mass(group[1]), group[2])


def compare(
    names: tuple[str, ...], rows: Rows, labels: NDArray[np.int8], header: AtlasHeader, prior: Prior, bound: int
) -> ComparedAnswer:
    """Group programs that fit, all up to `bound` bits among them, by what the definitions of these names say of them.

    `labels`, shape (rows, definitions), are 1 where the programs search, 0 where they do not, and -1 where the
    definition says nothing.
    """
    kinds, which = np.unique(labels, axis=0, return_inverse=True)
    groups: list[Counted] = []
    for number in range(len(kinds)):
        cells = census_cells(rows.take(which.reshape(-1) == number))
        groups.append((cells.programs, mass(cells, header, prior), int(cells.bits.min())))
    by_name = dict(zip(names, kinds.T, strict=True))

    def of_name(name: str) -> OddsBy:
        search, rest, undefined = (_joined(compress(groups, by_name[name] == label)) for label in (1, 0, -1))
        lengths = Interval(None, None) if undefined[0] else length_difference(rest[2], search[2], bound)
        odds = log2_ratio(search[1], rest[1])
        return OddsBy(odds, lengths, _side(search), _side(rest), undefined[0])

    def agreement(first: str, second: str) -> tuple[Share | None, Share | None]:
        both = (by_name[first] >= 0) & (by_name[second] >= 0)
        whole = _joined(compress(groups, both))
        same = _joined(compress(groups, both & (by_name[first] == by_name[second])))
        return (Fraction(same[0], whole[0]), share_of(same[1], whole[1])) if whole[0] else (None, None)

    pairs = [[agreement(first, second) for second in names] for first in names]
    shares = (ByDefinition(*(ByDefinition(*(each[place] for each in row)) for row in pairs)) for place in (0, 1))
    said = [[None if label < 0 else bool(label) for label in kind] for kind in kinds.tolist()]
    combinations = tuple(
        GroupAnswer(*labels, **msgspec.structs.asdict(_side(group))) for labels, group in zip(said, groups, strict=True)
    )
    programs, whole, _ = _joined(groups)
    by_mass = keys.of_mass(whole)
    return ComparedAnswer(
        programs, *by_mass, combinations, AgreementAnswer(*shares), ByDefinition(*map(of_name, names))
    )
