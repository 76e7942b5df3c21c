"""Definitions of search side by side: form, strict and wide lesion, retargeting, effort (docs/measures.md).

Each says of a program that it searches, or that it does not. Over all fitting programs of a census the first
three can be told; over the shortest of them, taken as programs, all five. Exact where the prior is dyadic.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, RowKey, Rows
from priorsim.census.progress import Progress
from priorsim.census.shortest import Shortest, shortest_programs
from priorsim.census.stored import Selectable
from priorsim.census.witness import key_of
from priorsim.errors import WorldError
from priorsim.measure.histogram import acceptable, census_cells, check_world
from priorsim.measure.mass import (
    Interval,
    Mass,
    Share,
    check_convergence,
    exact_mass,
    language_to_json,
    log2_ratio,
    mass,
    plain,
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

    def to_json(self) -> dict[str, Any]:
        """{programs, log2_mass, exact_mass, l_min}; null where there is none, or no exact mass."""
        return {"programs": self.programs, **self.mass.to_json(), "l_min": self.l_min}


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

    def to_json(self) -> dict[str, Any]:
        """{programs, log2_mass, exact_mass, groups, agreement, odds}."""
        pairs = {a: {b: self.agreement(a, b) for b in self.names} for a in self.names}
        whole = Group.joined(self.groups)
        return {
            "programs": whole.programs,
            **whole.mass.to_json(),
            "groups": [
                {**dict(zip(self.names, group.labels, strict=True)), **group.to_json()} for group in self.groups
            ],
            "agreement": {
                what: {a: {b: found[which] for b, found in row.items()} for a, row in pairs.items()}
                for which, what in enumerate(("programs", "mass"))
            },
            "odds": {name: self._odds_to_json(name) for name in self.names},
        }

    def _odds_to_json(self, name: str) -> dict[str, Any]:
        return {
            "log_odds": self.log_odds(name),
            "delta_l": self.delta_l(name),
            "search": self.side(name, True),
            "rest": self.side(name, False),
            "undefined": self.side(name, None).programs,
        }


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

    def to_json(self) -> dict[str, Any]:
        """{program, bits, steps, form, strict, wide, retargeting, effort, retargeting_share, effort_share}."""
        return {
            "program": self.program,
            "bits": self.key.bits,
            "steps": self.key.steps,
            **dict(zip(BY_PROGRAM, self.labels, strict=True)),
            "retargeting_share": self.retargeting,
            "effort_share": self.effort,
        }


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
        """One strictly valid JSON object, the same for the same census, world and prior; keys in docs/measures.md."""
        last = self.judged[-1].key.bits if self.judged else None
        return plain(
            world=self.world.name,
            family=self.world.family,
            train=self.world.train,
            prior=self.prior,
            bound_bits=self.header.max_bits,
            language=language_to_json(self.header),
            fitting=self.every,
            shortest={
                "asked": self.shortest.asked,
                "last_length": {
                    "bits": last,
                    "taken": self.shortest.last_taken,
                    "fitting": self.shortest.last_length,
                },
                "goals": self.goals,
                **self.few.to_json(),
                "list": self.judged,
            },
        )


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
