"""What a worker holds of a quotient census that many make: the classes that can be operands, its *replica*.

A worker follows the waves (`waves.Plan`) by the shards that others made, and makes from its replica what it is asked:
its share of the pieces of a level, rows of one class added up, or what bodies give to the levels outside them.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.jobs import Piece, pieces_of, run_pieces
from priorsim.census.engine.levels import BUFFER_BYTES, SPARE, Census, closing_pieces, closings_of
from priorsim.census.engine.sorting import sort_parts
from priorsim.census.engine.tables import OUTER_KEY, Memory, Partitions, RowArray, Sink, Table, in_order
from priorsim.census.engine.terms import Scope
from priorsim.census.engine.waves import Plan, Source, Step
from priorsim.census.kernel_cache import kernel_folder
from priorsim.storage import hold_folder

COMPILING_BITS = 14
"""A census up to this bound needs all kernels."""
OUTER_PARTITIONS = 256

ByWidth = dict[int, list[RowArray]]
"""Rows by their width, which tells the kinds of classes under one number of binders apart."""
ReadLevel = Callable[[Source, Step], ByWidth]
"""What reads a level that is kept from where it is."""


class Replica:
    """The classes that a worker holds, as far as it has followed the waves; one thread works on them."""

    def __init__(self, header: AtlasHeader) -> None:
        self.plan = Plan(header)
        depths = range(header.language.depth + 1)
        self.scopes = [Scope(depth, header, self.plan.reach) for depth in depths]
        self.done = 0
        self._buffer = np.empty(BUFFER_BYTES // 8, dtype=np.uint64)
        self._rows_memory, self._slots_memory = Memory(), Memory()
        self._yield = 0.25
        self._pieces: dict[int, dict[Step, list[Piece]]] = {}

    def follow(self, sources: Iterable[Source], read: ReadLevel) -> None:
        """Take over the levels of waves that are not held yet."""
        for source in sources:
            for number in range(max(self.done, source.first), source.after):
                self.keep(number, {step: read(source, step) for step in self._operands(number)})

    def keep(self, number: int, levels: dict[Step, ByWidth]) -> None:
        """Take over the levels of a wave, unless they are held."""
        if number < self.done:
            return
        self._pieces.clear()
        for step in self._operands(number):
            self._store(step, levels[step])
        self.done = number + 1

    def _operands(self, number: int) -> list[Step]:
        return [step for step in self.plan.waves[number] if self.plan.is_operand(step)]

    def _store(self, step: Step, rows: ByWidth) -> None:
        """Store the classes of a level as operands, in the order that levels.py gives them."""
        depth, length = step
        for mixed, classes in self.scopes[depth].kinds.items():
            parts = rows.get(classes.width, [])
            if depth == 0:
                self.scopes[0].store(length, sort_parts(parts, 1), mixed=False)
            elif parts:
                self.scopes[depth].store(length, in_order(np.concatenate(parts), classes.actual), mixed=mixed)

    def pieces(self, number: int) -> dict[Step, list[Piece]]:
        """All pieces that make the levels of a wave from kept classes, in an order that only depends on what they are.

        Those of one wave, of which a worker makes several blocks, are kept.
        """
        if number not in self._pieces:
            self._pieces = {number: {step: list(self._pieces_of(*step)) for step in self.plan.waves[number]}}
        return self._pieces[number]

    def _pieces_of(self, depth: int, length: int) -> Iterator[Piece]:
        yield from pieces_of(self.scopes[depth].jobs(length))
        if depth + 1 < len(self.scopes):
            yield from pieces_of(self.scopes[depth].close(self.scopes[depth + 1], length))

    def combine(self, step: Step, pieces: Sequence[Piece]) -> ByWidth:
        """What pieces make, rows of a class added up; outside binders they are overwritten by the next level's."""
        if step[0] == 0:
            return {OUTER_KEY + 1: self._combine_outer(pieces)}
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

    def close(self, step: Step, bodies: ByWidth) -> dict[Step, ByWidth]:
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

    def closings(self, step: Step) -> int:
        """How many terms are made of one class of a level, where that is of bodies."""
        if self.plan.is_kept(step):
            return 0
        return sum(way.closings for way in closings_of(self.scopes[step[0] - 1], step[1]))


_held = threading.local()
"""The replica of each thread of a worker."""


def replica_of(header: AtlasHeader, sources: Iterable[Source], read: ReadLevel) -> Replica:
    """The replica of this thread, which has followed the sources at least; AlteredError where one is damaged."""
    found: Replica | None = getattr(_held, "replica", None)
    if found is None or found.plan.header != header:
        compile_once(header)
        found = Replica(header)
    # What fails in the middle leaves no half a replica.
    _held.replica = None
    found.follow(sources, read)
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
