"""Candidates as work: which pairs and triples of operands, in which pieces, by which kernel, on which thread."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from priorsim.census.engine import class_kernels as kernels
from priorsim.census.engine.class_kernels import TWICE
from priorsim.census.engine.packed import SYMBOLS
from priorsim.census.engine.stores import Operand, Span, Spans
from priorsim.census.engine.tables import Consumer, RowArray

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

C = TypeVar("C", bound=Consumer)
W = TypeVar("W")


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


def _split(task: Task) -> Iterator[Task]:
    """A task cut along its operands until each part is about a piece or less."""
    symbol, a, a_end, b, b_end, c, c_end, once = task
    a_step = max(1, PIECE // ((b_end - b) * (c_end - c)))
    b_step = b_end - b if once else max(1, PIECE // (c_end - c))
    for first, second in product(range(a, a_end, a_step), range(b, b_end, b_step)):
        yield (symbol, first, min(first + a_step, a_end), second, min(second + b_step, b_end), c, c_end, once)


class Workspace:
    """One worker's buffers for candidates and their rows; CancelledError at the next batch once `given_up` is set."""

    def __init__(self, given_up: threading.Event | None = None) -> None:
        self._given_up = given_up or threading.Event()
        self._index = np.empty((BATCH_ROWS, 4), dtype=np.int32)
        self._batches: dict[int, RowArray] = {}

    def run(self, piece: Piece, consumer: Consumer) -> None:
        """Make the rows of a piece, batch by batch."""
        for _, rows in self.batches(piece):
            consumer.add(rows)

    def batches(self, piece: Piece) -> Iterator[tuple[NDArray[np.int32], RowArray]]:
        """Candidates of a piece with their rows; the memory of both is used again for the next ones."""
        width = piece.job.width
        if width not in self._batches:
            self._batches[width] = np.empty((min(BATCH_ROWS, max(16, BATCH_BYTES // (8 * width))), width), np.uint64)
        batch = self._batches[width]
        index = self._index[: len(batch)]
        progress = np.array([0, -1, -1, -1], dtype=np.int64)
        while made := kernels.candidates(piece.tasks, progress, index):
            if self._given_up.is_set():
                raise CancelledError
            piece.job.fill(index, made, batch)
            rows = batch[:made]
            yield index[:made], rows if piece.job.read is None else piece.job.read(rows)


def pieces_of(jobs: Iterable[Job]) -> Iterator[Piece]:
    """The pieces of all jobs."""
    return (piece for job in jobs for piece in job.pieces())


class Taken(Iterator[W]):
    """What is given, in order, to whichever thread asks next."""

    def __init__(self, given: Iterable[W]) -> None:
        self._left = iter(given)
        self._lock = threading.Lock()

    def __next__(self) -> W:
        with self._lock:
            return next(self._left)


def run_pieces(given: Iterable[Piece], consumer: Callable[[], C], workers: int) -> list[C]:
    """Run pieces of jobs; each worker has a consumer of its own, and these are returned."""
    pieces = list(given)
    left = Taken(pieces)

    def work(space: Workspace) -> C:
        own = consumer()
        for piece in left:
            space.run(piece, own)
        own.finish()
        return own

    return on_threads(work, 1 if sum(piece.size for piece in pieces) <= PIECE else workers)


def each_batch(
    given: Iterable[Piece], take: Callable[[int, Job, NDArray[np.int32], RowArray], None], workers: int
) -> None:
    """Hand on all candidates of pieces with their rows and the piece's number, on all workers at once.

    Batches of a piece come in order, those of several pieces in any.
    """
    pieces = Taken(enumerate(given))

    def work(space: Workspace) -> None:
        for number, piece in pieces:
            for index, rows in space.batches(piece):
                take(number, piece.job, index, rows)

    on_threads(work, workers)


def on_threads(work: Callable[[Workspace], W], workers: int) -> list[W]:
    """The results of so many workers; when one fails, or the caller is interrupted, all of them give up."""
    given_up = threading.Event()
    if workers == 1:
        return [work(Workspace(given_up))]
    with ThreadPoolExecutor(workers) as pool:
        try:
            return [future.result() for future in [pool.submit(work, Workspace(given_up)) for _ in range(workers)]]
        except BaseException:
            given_up.set()
            raise


def tasks_of(name: str, total: int, *operands: Spans) -> list[Task]:
    """Tasks of an operator whose operands have `total` bits together."""
    symbol = SYMBOLS[name]
    if name in COMMUTATIVE and operands[0] is operands[1]:
        pairs = [(span, operands[1].get(total - length), 2 * length - total) for length, span in operands[0].items()]
        return [(symbol + TWICE, *a, *b, *NOTHING, int(more == 0)) for a, b, more in pairs if b and more <= 0]
    symbol += TWICE if name in COMMUTATIVE else 0
    *firsts, last = operands
    tasks: list[Task] = []
    for chosen in product(*(spans.items() for spans in firsts)):
        span = last.get(total - sum(length for length, _ in chosen))
        if span:
            first, second, third, *_ = *(own for _, own in chosen), span, NOTHING, NOTHING
            tasks.append((symbol, *first, *second, *third, 0))
    return tasks
