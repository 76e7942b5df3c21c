"""The tasks of a quotient census that many make, and the rows in the shards that the tasks leave.

The pieces of a wave's levels are dealt out in blocks (`Combine`). Each block adds up what it makes, and splits the rows
into parts: outside binders by ranges of the behaviour, so that the parts, one after the other, are in the order of an
atlas; inside binders by the hash of the class. A group of parts of all blocks is added up by one task (`Merge`), whose
rows are those of the levels. Bodies that are too long to be kept are closed in their block, and what they give is added
up with the level that it belongs to. Waves that are short are made in a row by one task (`Advance`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import U64
from priorsim.census.engine.replica import ByWidth, replica_of
from priorsim.census.engine.sorting import in_buckets, sort_parts, splitters_of
from priorsim.census.engine.tables import OUTER_KEY, PARTITION_SHIFT, RowArray, Table, hashes_of
from priorsim.census.engine.waves import Plan, Source, Step
from priorsim.shards import Shards, identity_of

PARTS = 64
"""In so many parts the rows of a level are split."""
SHORT = 1 << 21
"""Candidates of a wave that is made in a row with others."""
OUTER_BLOCK_BYTES, INNER_BLOCK_BYTES = 1 << 29, 1 << 28
"""Of the rows that a block makes outside and inside binders, before those of one class are added up."""
OUTER_ROW_BYTES = 8 * (OUTER_KEY + 1)
GROUP_CANDIDATES = 1 << 22
LEAST = 4
"""Blocks, and groups of parts, of a wave that is not short."""

Sections = dict[str, RowArray]
Made = tuple[Sections, dict[str, int]]
Closed = tuple[tuple[Step, str], ...]
"""Levels to which bodies gave rows, each with a shard of these."""


def shards_of(plan: Plan, source: Source) -> list[str]:
    """The shards of a source, by identity."""
    if source.groups == 0:
        return [Advance(plan.header, source.first).identity]
    return [Merge(plan.header, source.first, group, source.groups).identity for group in range(source.groups)]


def level_in(shards: Shards, plan: Plan, identity: str, step: Step) -> ByWidth:
    """The rows of a level in one of its shards, in order if outside binders; AlteredError as of `_read`."""
    return _together(_read(shards, [identity], _names("level", plan, step, range(PARTS))).values())


def parts_of(group: int, groups: int) -> range:
    """The parts of a group, which follow each other."""
    return range(group * PARTS // groups, (group + 1) * PARTS // groups)


def targets_in(sections: Iterable[str]) -> set[Step]:
    """The levels to which bodies gave rows, by the names of sections."""
    return {_place(name)[0] for name in sections if name.startswith("closed.")}


def terms_of(step: Step) -> str:
    """The name of the figure that tells how many terms of a level a shard counts."""
    return f"terms.{step[0]}.{step[1]}"


def _names(what: str, plan: Plan, step: Step, parts: Iterable[int]) -> list[str]:
    """The names of the sections for some parts of a level."""
    return [f"{what}.{step[0]}.{step[1]}.{part}.{width}" for part in parts for width in plan.widths(step[0])]


def _place(name: str) -> tuple[Step, int, int]:
    """The level, the part and the width of the rows in a section."""
    depth, length, part, width = map(int, name.split(".")[1:])
    return (depth, length), part, width


def _sections(what: str, step: Step, part: int, rows: ByWidth) -> Sections:
    joined = ((width, np.concatenate(some)) for width, some in rows.items())
    return {f"{what}.{step[0]}.{step[1]}.{part}.{width}": each for width, each in joined if len(each)}


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

    def __init__(self, task: "Advance | Combine", shards: Shards) -> None:
        self._task, self._shards = task, shards
        self.replica = replica_of(task.header, task.sources, self._level)
        self.plan = self.replica.plan

    def _level(self, source: Source, step: Step) -> ByWidth:
        plan = Plan(self._task.header)
        return _together(level_in(self._shards, plan, identity, step) for identity in shards_of(plan, source))

    def closed(self, step: Step, parts: Iterable[int]) -> ByWidth:
        """What bodies that other tasks made gave to these parts of a level."""
        identities = [identity for target, identity in self._task.closed if target == step]
        return _together(_read(self._shards, identities, _names("closed", self.plan, step, parts)).values())

    def splitters(self, waves: int) -> U64:
        """What splits rows outside binders into parts: by the longest operands that the first so many waves made."""
        terms = self.replica.scopes[0].plain.terms
        lengths = [length for wave in self.plan.waves[:waves] for depth, length in wave if depth == 0]
        known = (terms.of_length(length)[:, 0] for length in reversed(lengths) if length in terms.spans)
        return splitters_of(np.sort(next(known, np.zeros(0, dtype=np.uint64))), PARTS)

    def dealt(self, wave: Sequence[Step]) -> dict[str, int]:
        """In how many blocks and groups a wave is made; nothing where it is short."""
        work, blocks = 0, 0.0
        for step in wave:
            candidates = sum(piece.size for piece in self.replica.pieces(step))
            closings = candidates * self.replica.closings(step)  # Of the bodies few are alike.
            limit = INNER_BLOCK_BYTES if step[0] else OUTER_BLOCK_BYTES
            work += candidates + closings
            blocks += (
                candidates * 8 * max(self.plan.widths(step[0])) / limit + closings * OUTER_ROW_BYTES / OUTER_BLOCK_BYTES
            )
        if work <= SHORT:
            return {}
        groups = 1 << max(1, work // GROUP_CANDIDATES).bit_length()
        return {"blocks": max(LEAST, math.ceil(blocks)), "groups": min(PARTS, max(LEAST, groups))}


@dataclass(frozen=True, slots=True)
class Advance:
    """The task to make the waves from `first` on, as long as they are short.

    Its figures say which wave is the first that is not made, `after`, and in how many `blocks` and `groups` to make it.
    """

    header: AtlasHeader
    first: int
    sources: tuple[Source, ...] = ()
    closed: Closed = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, advance=self.first)

    def make(self, shards: Shards) -> Made:
        """The levels of the waves made, how many terms they count, and what bodies gave to later levels."""
        worker = _Worker(self, shards)
        plan, sections, figures = worker.plan, Sections(), {"after": self.first}
        closed: dict[Step, list[ByWidth]] = {}
        for number in range(self.first, len(plan.waves)):
            if figures_of_long := worker.dealt(plan.waves[number]):
                figures |= figures_of_long
                break
            levels: dict[Step, ByWidth] = {}
            for step in plan.waves[number]:
                made = worker.replica.combine(step, worker.replica.pieces(step))
                rows = _added(made, *closed.pop(step, []), worker.closed(step, range(PARTS)))
                if plan.is_kept(step):
                    levels[step] = rows
                else:
                    for target, given in worker.replica.close(step, rows).items():
                        closed.setdefault(target, []).append(given)
            worker.replica.keep(number, levels)
            figures["after"] += 1
            for step, rows in levels.items():
                sections |= _sections("level", step, 0, _sorted(step, rows))
                figures[terms_of(step)] = _terms(rows)
        splitters = worker.splitters(self.sources[0].after if self.sources else figures["after"])
        return sections | _split_all("closed", closed, splitters), figures


@dataclass(frozen=True, slots=True)
class Combine:
    """The task to make one of so many blocks of the pieces of a wave."""

    header: AtlasHeader
    number: int
    block: int
    blocks: int
    sources: tuple[Source, ...] = ()
    closed: Closed = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, combine=[self.number, self.block, self.blocks])

    def make(self, shards: Shards) -> Made:
        """The rows of levels that are kept, and what the bodies of this block gave to later levels."""
        worker, sections = _Worker(self, shards), Sections()
        splitters = worker.splitters(self.sources[0].after)
        given: dict[Step, list[ByWidth]] = {}
        for step in worker.plan.waves[self.number]:
            made = worker.replica.combine(step, worker.replica.pieces(step)[self.block :: self.blocks])
            if worker.plan.is_kept(step):
                sections |= _split("made", step, made, splitters)
                continue
            bodies = _added(made, worker.closed(step, range(self.block, PARTS, self.blocks)))
            for target, rows in worker.replica.close(step, bodies).items():
                given.setdefault(target, []).append(rows)
        return sections | _split_all("given", given, splitters), {}


@dataclass(frozen=True, slots=True)
class Merge:
    """The task to add up some parts of the levels of a wave: one of so many groups, of what is in these shards."""

    header: AtlasHeader
    number: int
    group: int
    groups: int
    blocks: int = 0
    closed: Closed = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, merge=[self.number, self.group, self.groups])

    def make(self, shards: Shards) -> Made:
        """The levels' classes, how many terms they count, and what bodies gave to later levels."""
        plan, wave = Plan(self.header), Plan(self.header).waves[self.number]
        levels, targets = set(filter(plan.is_kept, wave)), plan.targets(wave)
        made = [Combine(self.header, self.number, block, self.blocks).identity for block in range(self.blocks)]
        closed = [identity for target, identity in self.closed if target in levels]
        of_level = {"made": levels, "closed": levels, "given": targets}
        parts = parts_of(self.group, self.groups)
        names = [name for what, steps in of_level.items() for step in steps for name in _names(what, plan, step, parts)]
        sections, figures = Sections(), dict.fromkeys(map(terms_of, levels), 0)
        for (step, part), found in _read(shards, dict.fromkeys([*made, *closed]), names).items():
            if step in levels:
                rows = _sorted(step, _added(found))
                figures[terms_of(step)] += _terms(rows)
                sections |= _sections("level", step, part, rows)
            else:
                sections |= _sections("closed", step, part, _added(found))
        return sections, figures


def _sorted(step: Step, rows: ByWidth) -> ByWidth:
    """Rows in the order of an atlas, where they are of a level outside binders."""
    return {width: [sort_parts(parts, 1)] for width, parts in rows.items()} if step[0] == 0 else rows
