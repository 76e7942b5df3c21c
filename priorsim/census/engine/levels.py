"""The levels of a quotient census, one length after the other, from the deepest terms outwards.

A level inside binders is kept while its terms can be operands, and closed as it is made where they can
only be bodies. A level outside is aggregated in partitions, checked against the recurrence, and sorted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.class_kernels import COUNT
from priorsim.census.engine.jobs import NOTHING, Job, Piece, Task, in_turn, pieces_of, run_pieces
from priorsim.census.engine.packed import SYMBOLS
from priorsim.census.engine.sorting import sort_parts
from priorsim.census.engine.stores import Classes, Reach
from priorsim.census.engine.tables import MAX_PARTITIONS, Memory, Partitions, RowArray, Shared, Sink, in_order
from priorsim.census.engine.terms import Scope
from priorsim.census.recurrence import term_counts
from priorsim.errors import CensusError
from priorsim.processes import check_workers

PARTITION_CANDIDATES = 1 << 15
BUFFER_BYTES = 1 << 26
GATHERED_CANDIDATES = 1 << 21
GATHERED_BYTES = 1 << 26
CLOSED_ROWS = 1 << 12
PARTS = 8
SPARE = 1.5


class Level:
    """The classes of a level inside binders, by width of row; all workers add to it."""

    def __init__(self, scope: Scope, parts: int) -> None:
        self._scope = scope
        self.shared = {classes.width: Shared(classes.width - 1, parts) for classes in scope.kinds.values()}

    def add(self, rows: RowArray) -> None:
        """Add up rows."""
        self.shared[rows.shape[1]].add(rows)

    def parts(self) -> list[RowArray]:
        """The classes met so far; no two parts share one."""
        return [part for shared in self.shared.values() for part in shared.parts()]

    def by_kind(self) -> Iterator[tuple[bool, Classes, list[RowArray]]]:
        """The kinds of which there are classes, mixed or not, with their parts."""
        for mixed, classes in self._scope.kinds.items():
            if parts := self.shared[classes.width].parts():
                yield mixed, classes, parts

    def batches(self) -> Iterator[RowArray]:
        """The classes met so far, one batch for each kind."""
        return (in_order(np.concatenate(parts), classes.actual) for _, classes, parts in self.by_kind())


@dataclass(frozen=True, slots=True)
class Closing:
    """A way to close any body: the length it leads to, and the job and tasks for bodies in a batch."""

    target: int
    job: Callable[[list[Task], RowArray], Job]
    tasks: NDArray[np.int64]
    bodies_at: int

    @property
    def closings(self) -> int:
        """How many terms it makes of one body."""
        spans = (self.tasks[:, at : at + 2] for at in (1, 3, 5) if at + 1 != self.bodies_at)
        return int(np.prod([span[:, 1] - span[:, 0] for span in spans], axis=0).sum())


def closings_of(outer: Scope, length: int) -> Iterator[Closing]:
    """Every way to close bodies of `length` bits within reach."""
    longest = outer.reach.longest[outer.depth]
    for name in ("find", "argmax"):
        target = length + outer.costs.get(name, longest)
        if target <= longest:
            task = (SYMBOLS[name], 0, 0, *NOTHING, *NOTHING, 0)
            yield Closing(target, outer.searches, np.array([task], dtype=np.int64), 2)
    if "iter" not in outer.costs:
        return
    for numbers in outer.kinds.values():
        for starts in outer.kinds.values():
            by_target: dict[int, list[Task]] = {}
            for n, span in numbers.numbers.items():
                for s, other in starts.terms.spans.items():
                    target = length + outer.costs["iter"] + n + s
                    if target <= longest:
                        by_target.setdefault(target, []).append((SYMBOLS["iter"], *span, *other, 0, 0, 0))
            job = partial(outer.iterations, numbers, starts)
            for target, tasks in by_target.items():
                yield Closing(target, job, np.array(tasks, dtype=np.int64), 6)


def closing_pieces(ways: Iterable[Closing], bodies: RowArray) -> Iterator[tuple[Closing, Piece]]:
    """All pieces that close these bodies, with their ways."""
    for way in ways:
        for begin in range(0, len(bodies), CLOSED_ROWS):
            rows = bodies[begin : begin + CLOSED_ROWS]
            tasks = way.tasks.copy()
            tasks[:, way.bodies_at] = len(rows)
            yield way, Piece(way.job([], rows), tasks, 0)


class Census:
    """The levels of one census, built in order of length once they are asked for; what is spent is refused.

    With `keeps_closed` what longer bodies gave to a level stays there when that is built. With `actual_only`
    terms are told apart by their actual tables alone.
    """

    def __init__(
        self, header: AtlasHeader, workers: int, *, keeps_closed: bool = False, actual_only: bool = False
    ) -> None:
        check_workers(workers)
        self.header = header
        self.workers = workers
        self.reach = Reach.of(header.language, header.max_bits)
        self.scopes = [
            Scope(depth, header, self.reach, actual_only=actual_only) for depth in range(header.language.depth + 1)
        ]
        self._memories = [np.empty(BUFFER_BYTES // 8, dtype=np.uint64) for _ in range(workers)]
        self._yield = 0.0
        self._first: int | None = None
        self._done = [0] * len(self.scopes)
        self._pending: list[dict[int, Shared]] = [{} for _ in self.scopes]
        self._keeps_closed = keeps_closed
        self._parts = 1 if workers == 1 else PARTS
        self._rows_memory, self._slots_memory = Memory(), Memory()

    @property
    def built_nothing(self) -> bool:
        """Whether all levels so far were adopted."""
        return self._first is None

    def adopt(self, length: int, rows: RowArray) -> None:
        """Take over the classes of the next length from an earlier run; CensusError where it is not their turn."""
        if not self.built_nothing or length != self._done[0] + 1:
            raise CensusError(
                f"terms of {length} bits cannot be taken over: the levels up to {self._done[0]} bits are there; "
                "take over one after the other from 1 bit on, before any is built"
            )
        self._keep_level(length, rows, "remove the run directory")

    def _keep_level(self, length: int, rows: RowArray, hint: str) -> None:
        """Store the classes of the next length outside binders, once their number is right."""
        expected = term_counts(self.header.language, 0, length)[length]
        found = int(rows[:, COUNT].sum())
        if found != expected:
            raise CensusError(
                f"{found} terms of {length} bits were counted where the recurrence says {expected}: {hint}"
            )
        self.scopes[0].store(length, rows, mixed=False)
        self._done[0] = length

    def level(self, length: int) -> RowArray:
        """The classes of all terms of a length outside binders, sorted; CensusError where built already or too long."""
        self._check_reach(0, length)
        if length <= self._done[0]:
            raise CensusError(
                f"the level of {length} bits is there already: the next is that of {self._done[0] + 1} bits"
            )
        self._advance(0, length - 1)
        if self._first is None:
            self._first = length
        pieces = list(pieces_of(self._jobs(0, length)))
        candidates = sum(piece.size for piece in pieces)
        count = min(MAX_PARTITIONS, 1 << (max(0, candidates - 1) // PARTITION_CANDIDATES).bit_length())
        partitions = Partitions(count, int(candidates * self._yield * SPARE), self._rows_memory, self._slots_memory)
        sinks = [Sink(partitions, memory) for memory in self._memories]
        run_pieces(pieces, [sink.add for sink in sinks])
        list(in_turn(Sink.finish, sinks, self.workers))
        if not self._keeps_closed:
            self._pending[0].pop(length, None)
        rows = sort_parts(partitions.parts(), self.workers)
        self._yield = len(rows) / max(candidates, 1)
        self._keep_level(length, rows, "report a bug")
        return rows

    def build(self, longest: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Build all levels up to these lengths, by number of binders; yield that and the length of each."""
        for depth in reversed(range(len(self.scopes))):
            for length in range(1 if depth else self._done[0] + 1, longest[depth] + 1):
                self._advance(depth, length)
                yield depth, length

    def jobs(self, depth: int, length: int) -> Iterator[Job]:
        """The jobs that make the terms of a length from kept classes."""
        self._check_reach(depth, length)
        self._advance(depth, min(length - 1, self.reach.stored[depth]))
        yield from self.scopes[depth].jobs(length)
        if depth + 1 < len(self.scopes):
            self._advance(depth + 1, min(length - self.reach.closing[depth], self.reach.stored[depth + 1]))
            yield from self.scopes[depth].close(self.scopes[depth + 1], length)

    def _closed(self, depth: int, length: int) -> list[RowArray]:
        """The classes of all other terms of a length, whose bodies were too long to be kept."""
        if depth + 1 < len(self.scopes):
            self._advance(depth + 1, length - self.reach.closing[depth])
        shared = self._pending[depth].get(length)
        return shared.parts() if shared is not None else []

    def _check_reach(self, depth: int, length: int) -> None:
        """Refuse terms that are in no program within the bound: their operands are not kept."""
        if not 0 <= depth < len(self.scopes):
            raise CensusError(f"terms under {depth} binders are not counted: choose 0 to {len(self.scopes) - 1}")
        longest = self.reach.longest[depth]
        if length > longest:
            raise CensusError(
                f"terms of {length} bits under {depth} binders are out of reach of {self.header.max_bits} bits: "
                f"choose up to {longest}, or a larger bound"
            )

    def _check_asked(self, depth: int, length: int) -> None:
        """Refuse terms of which a part is not there any more, or was never made."""
        self._check_reach(depth, length)
        is_spent = length <= self._done[depth] and not self._keeps_closed
        is_adopted = depth == 0 and (length < self._first if self._first is not None else length <= self._done[0])
        if is_spent or is_adopted:
            raise CensusError(
                f"terms of {length} bits under {depth} binders were built already, and what made them is not kept: "
                "ask a census that keeps what is closed, and takes over no level"
            )

    def bodies(self, depth: int, length: int) -> Iterator[RowArray]:
        """The classes of a length that is not kept, in batches that do not depend on the workers.

        A class may be in several. CensusError where what they are made of is out of reach, or not there any more.
        """
        self._check_asked(depth, length)
        scope = self.scopes[depth]
        pieces = deque(pieces_of(self.jobs(depth, length)))
        level = Level(scope, PARTS)
        row_bytes = 8 * max(classes.width for classes in scope.kinds.values())
        at_once = min(GATHERED_CANDIDATES, PARTS * GATHERED_BYTES // row_bytes)
        while pieces:
            some, size = [], 0
            while pieces and size < at_once:
                some.append(pieces.popleft())
                size += some[-1].size
            run_pieces(some, [level.add] * self.workers)
            if sum(part.nbytes for part in level.parts()) > PARTS * GATHERED_BYTES:
                yield from level.batches()
                level = Level(scope, PARTS)
        for rows in self._closed(depth, length):
            level.add(rows)
        yield from level.batches()

    def _jobs(self, depth: int, length: int) -> Iterator[Job]:
        yield from self.jobs(depth, length)
        yield from map(copy_job, self._closed(depth, length))

    def pieces(self, depth: int, length: int) -> Iterator[Piece]:
        """All pieces that make the terms of a length, of which a class may be made several times; else as `bodies`."""
        self._check_asked(depth, length)
        yield from pieces_of(self._jobs(depth, length))

    def _advance(self, depth: int, length: int) -> None:
        """Build the levels under `depth` binders up to a length."""
        if depth == len(self.scopes):
            return
        for level in range(self._done[depth] + 1, length + 1):
            if depth == 0:
                self.level(level)
                continue
            if level <= self.reach.stored[depth]:
                classes = Level(self.scopes[depth], self._parts)
                run_pieces(pieces_of(self._jobs(depth, level)), [classes.add] * self.workers)
                for mixed, kind, parts in classes.by_kind():
                    self.scopes[depth].store(level, in_order(np.concatenate(parts), kind.actual), mixed=mixed)
            else:
                self._close(depth, level)
            if not self._keeps_closed:
                self._pending[depth].pop(level, None)
            self._done[depth] = level

    def _close(self, depth: int, length: int) -> None:
        outer = self.scopes[depth - 1]
        closings = [way for way in closings_of(outer, length) if depth > 1 or way.target >= (self._first or 0)]
        if not closings:
            return
        closed = self._pending[depth - 1]
        for way in closings:
            closed.setdefault(way.target, Shared(outer.closed.width - 1, self._parts))
        level = Level(self.scopes[depth], self._parts)

        def close(bodies: RowArray) -> None:
            for way, piece in closing_pieces(closings, bodies):
                for _, rows in piece.batches():
                    closed[way.target].add(rows)

        def gather(rows: RowArray) -> None:
            """Gather bodies first, as many are of one class, and close what is gathered where it is a lot."""
            level.add(rows)
            for bodies in level.shared[rows.shape[1]].take_large(GATHERED_BYTES):
                close(bodies)

        run_pieces(pieces_of(self._jobs(depth, length)), [gather] * self.workers)
        list(in_turn(close, level.parts(), self.workers))


def copy_job(rows: RowArray) -> Job:
    """The job that hands on rows that are there already."""

    def run(index: NDArray[np.int32], made: int, out: RowArray) -> None:
        np.take(rows, index[:made, 1], axis=0, out=out[:made])

    return Job([(0, 0, len(rows), *NOTHING, *NOTHING, 0)], rows.shape[1], run)
