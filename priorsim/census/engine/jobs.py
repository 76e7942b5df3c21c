"""Candidates as work: which pairs and triples of operands, in which pieces, by which kernel, on which thread."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from priorsim.census.engine import class_kernels as kernels
from priorsim.census.engine.class_kernels import TWICE
from priorsim.census.engine.packed import SYMBOLS
from priorsim.census.engine.stores import Operand, Span, Spans
from priorsim.census.engine.tables import RowArray

Task = tuple[int, int, int, int, int, int, int, int]
"""One rectangle of candidates, as `class_kernels.candidates` reads it."""
TASK_FIELDS = 8
Tasks = list[Task] | NDArray[np.int64]
Fill = Callable[[NDArray[np.int32], int, RowArray], None]

NOTHING: Span = (0, 1)
"""The range of an operand that a form does not have."""
PIECE = 1 << 16
BATCH_ROWS = 4096
BATCH_BYTES = 1 << 20
COMMUTATIVE = ("add", "mul", "eq", "and", "xor")

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """Candidates that one kernel turns into rows, from rows of `operands`; `read` tells what is kept of those made."""

    tasks: Tasks
    width: int
    fill: Fill
    operands: tuple[Operand, ...] = ()
    read: Callable[[RowArray], RowArray] | None = None

    def pieces(self) -> Iterator["Piece"]:
        """The candidates in pieces of similar size."""
        tasks = np.array(self.tasks, dtype=np.int64).reshape(-1, TASK_FIELDS)
        sizes = np.prod(tasks[:, 2:7:2] - tasks[:, 1:6:2], axis=1)
        for task in tasks[sizes > PIECE].tolist():
            for part in _split(tuple(task)):
                yield Piece(self, np.array([part], dtype=np.int64), math.prod(np.diff(part[1:7])[::2].tolist()))
        tasks, sizes = tasks[sizes <= PIECE], sizes[sizes <= PIECE]
        ends = np.cumsum(sizes)
        cuts = np.flatnonzero(np.diff(ends // PIECE)) + 1
        for chosen, own in zip(np.split(tasks, cuts), np.split(sizes, cuts), strict=True):
            if len(chosen):
                yield Piece(self, chosen, int(own.sum()))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a job's candidates: what a worker takes at a time."""

    job: Job
    tasks: NDArray[np.int64]
    size: int

    def batches(self, memory: dict[int, RowArray] | None = None) -> Iterator[tuple[NDArray[np.int32], RowArray]]:
        """Its candidates with their rows, overwritten by the next; `memory` keeps that of rows for more pieces."""
        memory, width = {} if memory is None else memory, self.job.width
        if width not in memory:
            memory[width] = np.empty((min(BATCH_ROWS, max(16, BATCH_BYTES // (8 * width))), width), dtype=np.uint64)
        batch = memory[width]
        index = np.empty((len(batch), 4), dtype=np.int32)
        progress = np.array([0, -1, -1, -1], dtype=np.int64)
        while made := kernels.candidates(self.tasks, progress, index):
            self.job.fill(index, made, batch)
            rows = batch[:made]
            yield index[:made], rows if self.job.read is None else self.job.read(rows)


def _split(task: Task) -> Iterator[Task]:
    """A task cut along its operands until each part is about a piece or less."""
    symbol, a, a_end, b, b_end, c, c_end, once = task
    a_step = max(1, PIECE // ((b_end - b) * (c_end - c)))
    b_step = b_end - b if once else max(1, PIECE // (c_end - c))
    for first, second in product(range(a, a_end, a_step), range(b, b_end, b_step)):
        yield (symbol, first, min(first + a_step, a_end), second, min(second + b_step, b_end), c, c_end, once)


def pieces_of(jobs: Iterable[Job]) -> Iterator[Piece]:
    """The pieces of all jobs."""
    return (piece for job in jobs for piece in job.pieces())


def in_turn(work: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """What is made of every item, in their order; those not begun are dropped when one fails or no more are asked."""
    if workers == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, items)


def run_pieces(given: Iterable[Piece], takers: Sequence[Callable[[RowArray], None]]) -> None:
    """Run pieces of jobs, with a worker for each taker of the rows, which are overwritten afterwards.

    When one worker fails, or the caller is interrupted, all of them give up at their next piece.
    """
    pieces = list(given)
    # Threads may share it: one step of a list's iterator is never interrupted.
    left = iter(pieces)

    def work(take: Callable[[RowArray], None]) -> None:
        memory: dict[int, RowArray] = {}
        for piece in left:
            for _, rows in piece.batches(memory):
                take(rows)

    try:
        few = sum(piece.size for piece in pieces) <= PIECE
        list(in_turn(work, takers[:1] if few else takers, 1 if few else len(takers)))
    finally:
        pieces.clear()


def tasks_of(name: str, total: int, *operands: Spans) -> list[Task]:
    """Tasks of an operator whose operands have `total` bits together."""
    symbol = SYMBOLS[name]
    if name in COMMUTATIVE and operands[0] is operands[1]:
        pairs = [(span, operands[1].get(total - length), 2 * length - total) for length, span in operands[0].items()]
        return [(symbol + TWICE, *a, *b, *NOTHING, int(more == 0)) for a, b, more in pairs if b and more <= 0]
    symbol += TWICE if name in COMMUTATIVE else 0
    tasks: list[Task] = []
    for chosen in _of_length(total, *operands):
        first, second, third, *_ = *chosen, NOTHING, NOTHING
        tasks.append((symbol, *first, *second, *third, 0))
    return tasks


def _of_length(total: int, first: Spans, *others: Spans) -> Iterator[tuple[Span, ...]]:
    """Every choice of spans of lengths that add up."""
    if not others:
        if total in first:
            yield (first[total],)
        return
    for length, span in first.items():
        if length < total:
            for chosen in _of_length(total - length, *others):
                yield (span, *chosen)
