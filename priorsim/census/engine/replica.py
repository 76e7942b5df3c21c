"""The quotient census in tasks: classes combined in blocks, added up by the hash of a class, and kept as shards.

The levels are made one after the other, as in levels.py: those inside binders before the one outside that needs them.
A *step* is a level. Its pieces are dealt out in blocks (`Combine`), each of which adds up what it makes, and parts the
rows by the hash of their class. A group of parts of all blocks is added up by one task (`Merge`), whose rows are the
level's, or, where bodies are too long to be kept, closed at once. Steps that are short are made in a row by one task
(`Advance`). A worker holds the classes that can be operands, its *replica*, and reads from shards what others made.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.jobs import Piece, pieces_of, run_pieces
from priorsim.census.engine.levels import BUFFER_BYTES, SPARE, Census, closing_pieces, closings_of
from priorsim.census.engine.sorting import sort_parts
from priorsim.census.engine.stores import Reach, has_mixed, row_widths
from priorsim.census.engine.tables import (
    OUTER_KEY,
    PARTITION_SHIFT,
    Memory,
    Partitions,
    RowArray,
    Sink,
    Table,
    hashes_of,
    in_order,
)
from priorsim.census.engine.terms import Scope
from priorsim.census.kernel_cache import kernel_folder
from priorsim.shards import Shards, identity_of
from priorsim.storage import hold_folder

PARTS = 16
"""By the hash of a class: what one task adds up is one of them at least."""
SHORT = 1 << 19
"""Candidates of a step that is made in a row with others."""
BLOCK_BYTES = 1 << 28
"""Of the rows that a block makes, before those of one class are added up."""
GROUP_CANDIDATES = 1 << 21
LEAST = 4
"""Blocks, and groups of parts, of a step that is not short."""
COMPILING_BITS = 14
"""A census up to this bound needs all kernels."""
OUTER_PARTITIONS = 256

Sections = dict[str, bytes]
Made = tuple[Sections, dict[str, int]]
Step = tuple[int, int]
"""Binders and length of a level."""


class Source(NamedTuple):
    """Where the levels of the steps `first` to `after` are: in one shard, or in one for each of so many groups."""

    first: int
    after: int
    groups: int


@dataclass(frozen=True)
class Plan:
    """The steps of a census, in their order."""

    header: AtlasHeader

    @cached_property
    def reach(self) -> Reach:
        """How far classes are needed."""
        return Reach.of(self.header.language, self.header.max_bits)

    @cached_property
    def census(self) -> str:
        """The digest of what is counted."""
        return identity_of(engine="quotient", census=self.header.to_json(), parts=PARTS)

    @cached_property
    def steps(self) -> list[Step]:
        """Every level: first what is inside, as far as a level needs it."""
        done = [0] * (self.header.language.depth + 1)
        found: list[Step] = []

        def advance(depth: int, length: int) -> None:
            if depth == len(done):
                return
            for level in range(done[depth] + 1, length + 1):
                if depth + 1 < len(done):
                    advance(depth + 1, level - self.reach.closing[depth])
                found.append((depth, level))
                done[depth] = level

        advance(0, self.header.max_bits - 1)
        return found

    def widths(self, depth: int) -> list[int]:
        """Words of the kinds of rows under so many binders."""
        kinds = (False, True) if has_mixed(depth, self.header.language) else (False,)
        return [row_widths(depth, mixed, self.header)[1] for mixed in kinds]

    def is_kept(self, step: Step) -> bool:
        """Whether a level's classes are kept; else they are bodies, and closed."""
        depth, length = step
        return depth == 0 or length <= self.reach.stored[depth]

    def shards_of(self, source: Source) -> list[str]:
        """The shards of a source, by identity."""
        if source.groups == 0:
            return [Advance(self.header, source.first).identity]
        return [Merge(self.header, source.first, group, source.groups).identity for group in range(source.groups)]


class Replica:
    """The classes that a worker holds, as far as it has followed the steps; one thread works on them."""

    def __init__(self, header: AtlasHeader) -> None:
        self.plan = Plan(header)
        depths = range(header.language.depth + 1)
        self.scopes = [Scope(depth, header, self.plan.reach) for depth in depths]
        self.done = 0
        self._buffer = np.empty(BUFFER_BYTES // 8, dtype=np.uint64)
        self._rows_memory, self._slots_memory = Memory(), Memory()
        self._yield = 0.25
        self._pieces: dict[Step, list[Piece]] = {}

    def follow(self, shards: Shards, sources: Iterable[Source]) -> None:
        """Take over the levels of steps that are not held yet."""
        for source in sources:
            if source.after <= self.done:
                continue
            for step in self.plan.steps[self.done : source.after]:
                if self.plan.is_kept(step) and step[1] <= self.plan.reach.stored[step[0]]:
                    self._store(step, level_rows(shards, self.plan, source, step))
                self.done += 1

    def keep(self, number: int, rows: "ByWidth") -> None:
        """Take over the level of a step that this replica has made."""
        if number == self.done:
            if self.plan.is_kept(self.plan.steps[number]):
                self._store(self.plan.steps[number], rows)
            self.done += 1

    def _store(self, step: Step, rows: "ByWidth") -> None:
        """Store the classes of a level as operands, in the order that levels.py gives them."""
        self._pieces.clear()
        depth, length = step
        for mixed, classes in self.scopes[depth].kinds.items():
            parts = rows.get(classes.width, [])
            if depth == 0:
                self.scopes[0].store(length, sort_parts(parts, 1), mixed=False)
            elif parts:
                self.scopes[depth].store(length, in_order(np.concatenate(parts), classes.actual), mixed=mixed)

    def pieces(self, step: Step) -> list[Piece]:
        """All pieces that make a level from kept classes, in an order that only depends on what they are.

        Those of one step, of which a worker makes several blocks, are kept.
        """
        if step not in self._pieces:
            depth, length = step
            jobs = list(self.scopes[depth].jobs(length))
            if depth + 1 < len(self.scopes):
                jobs += self.scopes[depth].close(self.scopes[depth + 1], length)
            self._pieces = {step: list(pieces_of(jobs))}
        return self._pieces[step]

    def combine(self, step: Step, pieces: Sequence[Piece]) -> "ByWidth":
        """What pieces make, rows of a class added up."""
        if step[0] == 0:
            parts = self._combine_outer(pieces)
            return {OUTER_KEY + 1: parts} if parts else {}
        tables = {width: Table(width - 1) for width in self.plan.widths(step[0])}
        run_pieces(pieces, [lambda rows: tables[rows.shape[1]].add(rows)])
        return {width: [table.rows] for width, table in tables.items() if len(table)}

    def _combine_outer(self, pieces: Sequence[Piece]) -> list[RowArray]:
        candidates = sum(piece.size for piece in pieces)
        expected = int(candidates * self._yield * SPARE)
        partitions = Partitions(OUTER_PARTITIONS, expected, self._rows_memory, self._slots_memory)
        sink = Sink(partitions, self._buffer)
        run_pieces(pieces, [sink.add])
        sink.finish()
        parts = partitions.parts()
        self._yield = sum(map(len, parts)) / max(candidates, 1)
        return parts

    def close(self, step: Step, bodies: "ByWidth") -> "dict[Step, ByWidth]":
        """What bodies give to the levels outside them."""
        depth, length = step
        outer = self.scopes[depth - 1]
        ways = list(closings_of(outer, length))
        tables = {way.target: Table(outer.closed.width - 1) for way in ways}
        for rows in (each for some in bodies.values() for each in some):
            for way, piece in closing_pieces(ways, rows):
                for _, made in piece.batches():
                    tables[way.target].add(made)
        return {(depth - 1, target): {outer.closed.width: [table.rows]} for target, table in tables.items()}

    def dealt(self, step: Step, pieces: Sequence[Piece]) -> dict[str, int]:
        """In how many blocks and groups a step is made; nothing where it is short."""
        candidates = sum(piece.size for piece in pieces)
        closings = 0
        if not self.plan.is_kept(step):
            # Of the bodies few are alike.
            closings = candidates * sum(way.closings for way in closings_of(self.scopes[step[0] - 1], step[1]))
        if candidates + closings <= SHORT:
            return {}
        block_bytes = candidates * 8 * max(self.plan.widths(step[0]))
        blocks = min(max(1, len(pieces)), max(LEAST, -(-block_bytes // BLOCK_BYTES)))
        return {"blocks": blocks, "groups": min(PARTS, max(LEAST, (candidates + closings) // GROUP_CANDIDATES))}


ByWidth = dict[int, list[RowArray]]
"""Rows by their width, which tells the kinds of classes under one number of binders apart."""

_held = threading.local()
"""The replica of each thread of a worker."""


def replica_of(header: AtlasHeader, shards: Shards, sources: Iterable[Source]) -> Replica:
    """The replica of this thread, which has followed the sources at least; AlteredError where one is damaged."""
    found: Replica | None = getattr(_held, "replica", None)
    if found is None or found.plan.header != header:
        compile_once(header)
        found = Replica(header)
    # What fails in the middle leaves no half a replica.
    _held.replica = None
    found.follow(shards, sources)
    _held.replica = found
    return found


def compile_once(header: AtlasHeader) -> None:
    """Have the kernels compiled by one of the workers that share a folder for them; the others wait."""
    folder, _ = kernel_folder()
    with nullcontext() if folder is None else hold_folder(folder, wait=True):
        bound = min(header.max_bits, COMPILING_BITS)
        census = Census(replace(header, max_bits=bound), 1)
        for length in range(1, bound):
            census.level(length)


def name_of(what: str, step: Step, part: int | None = None) -> str:
    """The name of a section or figure of a level, or of a part of it."""
    return f"{what}.{step[0]}.{step[1]}" + ("" if part is None else f".{part}")


def write_rows(name: str, rows: ByWidth) -> Sections:
    """Sections of these rows, one for each width."""
    found = {width: b"".join(part.tobytes() for part in parts) for width, parts in rows.items()}
    return {f"{name}.{width}": content for width, content in found.items() if content}


def level_rows(shards: Shards, plan: Plan, source: Source, step: Step) -> ByWidth:
    """The classes of a level that is kept; AlteredError as of `read_rows`."""
    return read_rows(shards, plan.shards_of(source), [name_of("level", step)], plan.widths(step[0]))


def read_rows(shards: Shards, identities: Iterable[str], names: Iterable[str], widths: Iterable[int]) -> ByWidth:
    """The rows of sections of these names in shards, by width; AlteredError where one is not what was written."""
    wanted = [f"{name}.{width}" for name in names for width in widths]
    found: ByWidth = {}
    for identity in identities:
        for name, content in shards.read(identity, wanted):
            width = int(name.rpartition(".")[2])
            found.setdefault(width, []).append(np.frombuffer(content, np.uint64).reshape(-1, width))
    return found


def _by_part(name: str, step: Step, rows: ByWidth) -> Sections:
    """Sections of these rows for each part of the hashes of their classes, and each width."""
    sections: Sections = {}
    for width, some in rows.items():
        joined = np.concatenate(some)
        parts = ((hashes_of(joined) >> PARTITION_SHIFT) & np.uint64(PARTS - 1)).astype(np.uint8)
        order = np.argsort(parts, kind="stable")
        ends = np.searchsorted(parts[order], np.arange(PARTS + 1))
        for part in range(PARTS):
            chosen = joined[order[ends[part] : ends[part + 1]]]
            sections |= write_rows(name_of(name, step, part), {width: [chosen]})
    return sections


def _added(*found: ByWidth) -> ByWidth:
    """Rows of one class added up."""
    widths = {width for rows in found for width in rows}
    return {width: [_table([part for rows in found for part in rows.get(width, [])])] for width in widths}


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


@dataclass(frozen=True, slots=True)
class Advance:
    """The task to make the steps from `first` on, as long as they are short.

    `closed` has the levels to which earlier tasks gave what they closed, with their shards.
    Its figures say which step is the first that is not made, `after`, and in how many `blocks` and `groups` to make it.
    """

    header: AtlasHeader
    first: int
    sources: tuple[Source, ...] = ()
    closed: tuple[tuple[Step, str], ...] = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, advance=self.first)

    def make(self, shards: Shards) -> Made:
        """The levels of the steps made, how many terms they count, and what bodies gave to later levels."""
        replica = replica_of(self.header, shards, self.sources)
        plan, sections, figures = replica.plan, Sections(), {"after": self.first}
        closed: dict[Step, list[ByWidth]] = {}
        for step in plan.steps[self.first :]:
            pieces = replica.pieces(step)
            if figures_of_long := replica.dealt(step, pieces):
                figures |= figures_of_long
                break
            rows = _added(replica.combine(step, pieces), *closed.pop(step, []), self._closed_before(shards, plan, step))
            if plan.is_kept(step):
                sections |= write_rows(name_of("level", step), rows)
                figures[name_of("terms", step)] = _terms(rows)
            else:
                for target, made in replica.close(step, rows).items():
                    closed.setdefault(target, []).append(made)
            replica.keep(figures["after"], rows)
            figures["after"] += 1
        for target, some in closed.items():
            sections |= _by_part("closed", target, _added(*some))
        return sections, figures

    def _closed_before(self, shards: Shards, plan: Plan, step: Step) -> ByWidth:
        """What tasks before this one gave to a level."""
        identities = [identity for target, identity in self.closed if target == step]
        names = [name_of("closed", step, part) for part in range(PARTS)]
        return read_rows(shards, identities, names, plan.widths(step[0]))


@dataclass(frozen=True, slots=True)
class Combine:
    """The task to make one of so many blocks of a step's pieces."""

    header: AtlasHeader
    number: int
    block: int
    blocks: int
    sources: tuple[Source, ...] = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, combine=[self.number, self.block, self.blocks])

    def make(self, shards: Shards) -> Made:
        """The rows by the part of the hash of their class."""
        replica = replica_of(self.header, shards, self.sources)
        step = replica.plan.steps[self.number]
        made = replica.combine(step, replica.pieces(step)[self.block :: self.blocks])
        return _by_part("made", step, made), {}


@dataclass(frozen=True, slots=True)
class Merge:
    """The task to add up some parts of a step: one of so many groups, of what is in these shards."""

    header: AtlasHeader
    number: int
    group: int
    groups: int
    sources: tuple[Source, ...] = ()
    blocks: int = 0
    closed: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """The digest of all that decides what is made."""
        return identity_of(census=Plan(self.header).census, merge=[self.number, self.group, self.groups])

    def make(self, shards: Shards) -> Made:
        """The level's classes and how many terms they count, or what its bodies gave to later levels."""
        plan = Plan(self.header)
        step = plan.steps[self.number]
        made = [Combine(self.header, self.number, block, self.blocks).identity for block in range(self.blocks)]
        found: ByWidth = {}
        for part in range(self.group, PARTS, self.groups):
            names = [name_of("made", step, part), name_of("closed", step, part)]
            for width, rows in _added(read_rows(shards, [*made, *self.closed], names, plan.widths(step[0]))).items():
                found.setdefault(width, []).extend(rows)
        if plan.is_kept(step):
            return write_rows(name_of("level", step), found), {name_of("terms", step): _terms(found)}
        replica, sections = replica_of(self.header, shards, self.sources), Sections()
        for target, given in replica.close(step, found).items():
            sections |= _by_part("closed", target, given)
        return sections, {}
