"""The tasks of a quotient census that many make, and the rows in the shards that the tasks leave.

The pieces of a wave's levels are dealt out in blocks (`Combine`). Each block adds up what it makes, and splits the rows
into parts: outside binders by ranges of the behaviour, so that the parts, one after the other, are in the order of an
atlas; inside binders by the hash of the class. A group of parts of all blocks is added up by one task (`Merge`), whose
rows are those of the levels. Bodies that are too long to be kept are closed in their block, and what they give is added
up with the level that it belongs to. Waves that are short are made in a row by one task (`Advance`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import U64
from priorsim.census.engine.replica import ByWidth, replica_of
from priorsim.census.engine.sorting import in_buckets, sort_parts, splitters_of
from priorsim.census.engine.tables import OUTER_KEY, PARTITION_SHIFT, RowArray, Table, hashes_of
from priorsim.census.engine.waves import Plan, Source, Step
from priorsim.shards import Shards

ADVANCE, COMBINE, MERGE = "advance", "combine", "merge"
"""The kinds of tasks."""
PARTS = 64
"""In so many parts the rows of a level are split."""
SHORT = 1 << 21
"""Candidates of a wave that is made in a row with others."""
BLOCK_BYTES = 1 << 29
"""Of the rows that a block makes, before those of one class are added up."""
GROUP_CANDIDATES = 1 << 22
LEAST = 4
"""Blocks, and groups of parts, of a wave that is not short."""


class Load(NamedTuple):
    """What it takes to make a wave: candidates, and bytes of their rows before those of a class are added up."""

    work: int
    room: int

    @property
    def is_short(self) -> bool:
        """Whether the wave is made in a row with others."""
        return self.work <= SHORT

    @property
    def blocks(self) -> int:
        """In how many blocks the wave is made."""
        return LEAST * max(1, -(-self.room // (LEAST * BLOCK_BYTES)))

    @property
    def groups(self) -> int:
        """By how many groups of parts the blocks are added up."""
        return min(PARTS, max(LEAST, 1 << (self.work // GROUP_CANDIDATES).bit_length()))


Sections = dict[str, RowArray]
Made = tuple[Sections, dict[str, int]]
Closed = tuple[tuple[Step, str], ...]
"""Levels to which bodies gave rows, each with a shard of these."""


def shards_of(plan: Plan, source: Source) -> list[str]:
    """The shards of a source, by identity."""
    if source.groups == 0:
        return [plan.identity(ADVANCE)]
    return [plan.identity(MERGE, source.first, group) for group in range(source.groups)]


def level_in(shards: Shards, plan: Plan, identity: str, step: Step) -> ByWidth:
    """The rows of a level in one of its shards, in order if outside binders; AlteredError as of `_read`."""
    return _together(_read(shards, [identity], _names("level", plan, step, range(PARTS))).values())


def parts_of(group: int, groups: int) -> range:
    """The parts of a group, which follow each other."""
    return range(group * PARTS // groups, (group + 1) * PARTS // groups)


def targets_in(sections: Iterable[str]) -> list[Step]:
    """The levels to which bodies gave rows, by the names of sections, in order."""
    return sorted({_place(name)[0] for name in sections if name.startswith("closed.")})


def terms_of(step: Step) -> str:
    """The name of the figure that tells how many terms of a level a shard counts."""
    return f"terms.{step[0]}.{step[1]}"


def _names(what: str, plan: Plan, step: Step, parts: Iterable[int]) -> list[str]:
    """The names of the sections for some parts of a level."""
    return [_name(what, step, part, width) for part in parts for width in plan.widths(step[0])]


def _name(what: str, step: Step, part: int, width: int) -> str:
    return f"{what}.{step[0]}.{step[1]}.{part}.{width}"


def _place(name: str) -> tuple[Step, int, int]:
    """The level, the part and the width of the rows in a section."""
    depth, length, part, width = map(int, name.split(".")[1:])
    return (depth, length), part, width


def _sections(what: str, step: Step, part: int, rows: ByWidth) -> Sections:
    """Sections of rows of one class added up, as `_added` gives them."""
    return {_name(what, step, part, width): each for width, (each,) in rows.items() if len(each)}


def _read(shards: Shards, identities: Iterable[str], names: Sequence[str]) -> dict[tuple[Step, int], ByWidth]:
    """The rows of sections in shards, by level and part; AlteredError where one is not what was written."""
    found: dict[tuple[Step, int], ByWidth] = {}
    for identity in identities:
        for name, content in shards.read(identity, names):
            step, part, width = _place(name)
            rows = np.frombuffer(content, np.uint64).reshape(-1, width)
            found.setdefault((step, part), {}).setdefault(width, []).append(rows)
    return found


def _together(found: Iterable[ByWidth]) -> ByWidth:
    together: ByWidth = {}
    for rows in found:
        for width, some in rows.items():
            together.setdefault(width, []).extend(some)
    return together


def _added(*found: ByWidth) -> ByWidth:
    """Rows of one class added up."""
    return {width: [_table(parts)] for width, parts in _together(found).items() if parts}


def _table(parts: Sequence[RowArray]) -> RowArray:
    total, width = max(1, sum(map(len, parts))), parts[0].shape[1]
    slots = np.zeros(1 << (2 * total).bit_length(), dtype=np.uint64)
    table = Table(width - 1, np.empty((total, width), dtype=np.uint64), slots)
    for rows in parts:
        table.add(rows)
    return table.rows


def _terms(rows: ByWidth) -> int:
    """How many terms rows count, as a Python integer."""
    return sum(int(each[:, -1].sum()) for some in rows.values() for each in some)


def _split(what: str, step: Step, rows: ByWidth, splitters: U64) -> Sections:
    """Sections of these rows for each part and each width."""
    sections: Sections = {}
    for width, some in rows.items():
        ordered, ends = in_buckets(some, splitters) if step[0] == 0 else _by_hash(np.concatenate(some))
        for part, (begin, end) in enumerate(pairwise([0, *ends.tolist()])):
            sections |= _sections(what, step, part, {width: [ordered[begin:end]]})
    return sections


def _split_all(what: str, found: Mapping[Step, Sequence[ByWidth]], splitters: U64) -> Sections:
    """Sections of the rows of several levels, those of one class added up."""
    sections: Sections = {}
    for step, some in found.items():
        sections |= _split(what, step, _added(*some), splitters)
    return sections


def _by_hash(rows: RowArray) -> tuple[RowArray, NDArray[np.int64]]:
    """Rows by the part of the hash of their class, and where each part ends."""
    parts = ((hashes_of(rows) >> PARTITION_SHIFT) & np.uint64(PARTS - 1)).astype(np.uint8)
    return rows[np.argsort(parts, kind="stable")], np.cumsum(np.bincount(parts, minlength=PARTS))


class _Worker:
    """A replica and the shards it works from: what bodies gave to a level, and what splits rows into parts."""

    def __init__(
        self, header: AtlasHeader, shards: Shards, sources: Sequence[Source] = (), closed: Closed = ()
    ) -> None:
        self._shards, self._closed = shards, closed
        self.plan = Plan(header)
        self.replica = replica_of(header, sources, self._level)

    def _level(self, source: Source, step: Step) -> ByWidth:
        plan = self.plan
        return _together(level_in(self._shards, plan, identity, step) for identity in shards_of(plan, source))

    def closed(self, step: Step, parts: Iterable[int]) -> ByWidth:
        """What bodies that other tasks made gave to these parts of a level."""
        identities = [identity for target, identity in self._closed if target == step]
        return _together(_read(self._shards, identities, _names("closed", self.plan, step, parts)).values())

    def splitters(self, waves: int) -> U64:
        """What splits rows outside binders into parts: by the longest operands that the first so many waves made."""
        terms = self.replica.scopes[0].plain.terms
        lengths = [length for wave in self.plan.waves[:waves] for depth, length in wave if depth == 0]
        known = (terms.of_length(length)[:, 0] for length in reversed(lengths) if length in terms.spans)
        return splitters_of(np.sort(next(known, np.zeros(0, dtype=np.uint64))), PARTS)

    def load(self, number: int) -> Load:
        """What a wave takes."""
        work = room = 0
        for step, pieces in self.replica.pieces(number).items():
            candidates = sum(piece.size for piece in pieces)
            closings = candidates * self.replica.closings(step)  # Of the bodies few are alike.
            work += candidates + closings
            room += 8 * (candidates * max(self.plan.widths(step[0])) + closings * (OUTER_KEY + 1))
        return Load(work, room)

    def make_wave(self, number: int, closed: dict[Step, list[ByWidth]]) -> dict[Step, ByWidth]:
        """The levels of a wave, made whole; what bodies give to later levels is put beside what they gave before."""
        levels: dict[Step, ByWidth] = {}
        for step, pieces in self.replica.pieces(number).items():
            rows = _added(self.replica.combine(step, pieces), *closed.pop(step, []))
            if self.plan.is_kept(step):
                levels[step] = rows
                continue
            for target, given in self.replica.close(step, rows).items():
                closed.setdefault(target, []).append(given)
        self.replica.keep(number, levels)
        return levels


@dataclass(frozen=True, slots=True)
class Advance:
    """The task to make the first waves, as long as they are short.

    Its figures say which wave is the first that is not made, `after`.
    """

    header: AtlasHeader

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return Plan(self.header).identity(ADVANCE)

    def make(self, shards: Shards) -> Made:
        """The levels of the waves made, how many terms they count, and what bodies gave to later levels."""
        worker, sections = _Worker(self.header, shards), Sections()
        figures, closed = {"after": 0}, dict[Step, list[ByWidth]]()
        for number in range(len(worker.plan.waves)):
            if not worker.load(number).is_short:
                break
            for step, rows in worker.make_wave(number, closed).items():
                sections |= _sections("level", step, 0, _sorted(step, rows))
                figures[terms_of(step)] = _terms(rows)
            figures["after"] += 1
        return sections | _split_all("closed", closed, worker.splitters(figures["after"])), figures


@dataclass(frozen=True, slots=True)
class Combine:
    """The task to make one of the blocks of a wave."""

    header: AtlasHeader
    number: int
    block: int
    sources: tuple[Source, ...]
    closed: Closed

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return Plan(self.header).identity(COMBINE, self.number, self.block)

    def make(self, shards: Shards) -> Made:
        """The rows of levels that are kept, what the bodies of this block gave to later levels, and the wave's load."""
        worker, sections = _Worker(self.header, shards, self.sources, self.closed), Sections()
        splitters = worker.splitters(self.sources[0].after)
        load = worker.load(self.number)
        given: dict[Step, list[ByWidth]] = {}
        for step, pieces in worker.replica.pieces(self.number).items():
            made = worker.replica.combine(step, pieces[self.block :: load.blocks])
            if worker.plan.is_kept(step):
                sections |= _split("made", step, made, splitters)
                continue
            bodies = _added(made, worker.closed(step, range(self.block, PARTS, load.blocks)))
            for target, rows in worker.replica.close(step, bodies).items():
                given.setdefault(target, []).append(rows)
        return sections | _split_all("given", given, splitters), load._asdict()


@dataclass(frozen=True, slots=True)
class Merge:
    """The task to add up a group of parts of a wave of this load."""

    header: AtlasHeader
    number: int
    group: int
    load: Load
    closed: Closed

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return Plan(self.header).identity(MERGE, self.number, self.group)

    def make(self, shards: Shards) -> Made:
        """The levels' classes and how many terms they count, what bodies gave to later levels, and the wave's load."""
        plan = Plan(self.header)
        wave = plan.waves[self.number]
        levels, targets = list(filter(plan.is_kept, wave)), plan.targets(wave)
        made = [plan.identity(COMBINE, self.number, block) for block in range(self.load.blocks)]
        closed = [identity for target, identity in self.closed if target in levels]
        of_level = {"made": levels, "closed": levels, "given": targets}
        parts = parts_of(self.group, self.load.groups)
        names = [name for what, steps in of_level.items() for step in steps for name in _names(what, plan, step, parts)]
        sections, figures = Sections(), dict.fromkeys(map(terms_of, levels), 0)
        for (step, part), found in _read(shards, dict.fromkeys([*made, *closed]), names).items():
            if step in levels:
                rows = _sorted(step, _added(found))
                figures[terms_of(step)] += _terms(rows)
                sections |= _sections("level", step, part, rows)
            else:
                sections |= _sections("closed", step, part, _added(found))
        return sections, figures | self.load._asdict()


def _sorted(step: Step, rows: ByWidth) -> ByWidth:
    """Rows in the order of an atlas, where they are of a level outside binders."""
    return {width: [sort_parts(parts, 1)] for width, parts in rows.items()} if step[0] == 0 else rows
