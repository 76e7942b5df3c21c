"""A wide domain, whose behaviours no atlas can hold: the programs that fit one world, listed and run on all lanes.

*Filter*: up to 64 bits' worth of the training lanes are chosen, on which wrong short programs differ most, and every
program that fits there is listed along its derivations (`shortest.every_fitting`). *Verify*: each of them is run on all
lanes by the exhaustive engine's kernels, and what fits all training lanes is kept. A program that fits all of those
fits the chosen ones, so nothing is lost: the counts are exact. The other way to the same rows is to run every program
there is, which is feasible for short ones.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from sys import maxsize
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U8, U64, AtlasHeader, RowKey, Rows, merge
from priorsim.census.compiled import U
from priorsim.census.effort import check_seconds, question_seconds
from priorsim.census.engine import exhaustive_kernels as kernels
from priorsim.census.engine.exhaustive import SPLIT_POSITION, Walker, check_numbers
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.census.shortest import every_fitting
from priorsim.census.take import unchecked_header
from priorsim.durable import run_kept
from priorsim.mu.code import decode
from priorsim.mu.domain import MAX_PACKED_BITS, Domain
from priorsim.mu.syntax import Term
from priorsim.processes import Workers
from priorsim.shards import Shards
from priorsim.table import runs

Mask = NDArray[np.bool_]
MOST_LISTED = 500_000
"""Programs that are listed unless more are asked for; each takes some kilobytes."""
BATCH_WORDS = 1 << 20
"""Output words that are looked at together."""
CHOOSING_WORK = 1 << 31
"""Lanes are chosen from short programs, about so many evaluations of a node in a lane."""
CHOOSING_PROGRAMS = 50_000


@dataclass(frozen=True, slots=True)
class Task:
    """What programs have to do: for each lane the words that are right, and the lanes on which they have to be."""

    acceptable: tuple[frozenset[int], ...]
    train: tuple[int, ...]

    def right(self, words: U8, lanes: Sequence[int]) -> Mask:
        """Where output words, shape (programs, all lanes), are right in these lanes: shape (programs, lanes)."""
        table = np.zeros((len(lanes), 256), dtype=np.bool_)
        for place, lane in enumerate(lanes):
            table[place, list(self.acceptable[lane])] = True
        found: Mask = table[np.arange(len(lanes)), words[:, list(lanes)]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class WideRows:
    """The programs that fit a task, as rows of a census whose behaviours are places in `words`.

    `words`, shape (behaviours, lanes), has the output words of each behaviour, in the order of packed behaviours.
    `code`, shape (rows,), is that of the least program of each row, as `Programs` has it. So many programs fit on the
    lanes chosen and not on all training lanes.
    """

    header: AtlasHeader
    rows: Rows
    words: U8
    code: U64
    chosen: tuple[int, ...]
    false_positives: int

    def key(self, row: int) -> RowKey:
        """The key of one row, its behaviours packed."""
        found = self.rows.key(row)
        pack = self.header.domain.pack
        places = (found.behaviour, found.strict, found.wide)
        behaviour, strict, wide = (pack(self.words[place].tolist()) for place in places)
        return replace(found, behaviour=behaviour, strict=strict, wide=wide)

    def find_terms(self, keys: Iterable[RowKey]) -> dict[RowKey, Term]:
        """The least program's term for each of these keys that some row has."""
        found = {}
        for key in keys:
            numbers = ((self.rows.bits, key.bits), (self.rows.steps, key.steps), (self.rows.searches, key.searches))
            alike = np.logical_and.reduce([column == number for column, number in numbers])
            row = next((row for row in np.flatnonzero(alike).tolist() if self.key(row) == key), None)
            if row is not None:
                found[key] = self.term(row)
        return found

    def term(self, row: int) -> Term:
        """The term of a row's least program."""
        return decode(format(int(self.code[row]), "b")[1:], self.header.language)[0].term


class Listed(NamedTuple):
    """The fields of WideRows but the header."""

    rows: Rows
    words: U8
    code: U64
    chosen: tuple[int, ...]
    false_positives: int


def wide_header(dialect: str, max_bits: int, domain: Domain, depth: int | None = None) -> AtlasHeader:
    """What is counted on a domain, wide or not, with steps in every lane; errors as of `make_header`."""
    header = unchecked_header(dialect, max_bits, domain=domain, depth=depth)
    check_numbers(header)
    return header


def filter_and_verify(
    header: AtlasHeader,
    task: Task,
    *,
    allow_long: bool = False,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> WideRows:
    """Every program up to the header's bound that fits, by filter and verify; no row depends on the workers.

    CensusError where numbers could overflow, or the question would take hours, or too many programs fit, unasked.
    """
    check_numbers(header)
    chosen = choose_lanes(header, task)
    domain = replace(header.domain, lanes=tuple(header.domain.lanes[lane] for lane in chosen))
    narrow = replace(header, domain=domain)
    if not allow_long:
        check_seconds(header, question_seconds(header))
    counts, told = program_counts(header.language, header.max_bits), [0]

    def tell(length: int) -> None:
        told[0] += counts[length + 1]
        if progress is not None:
            progress(Progress(told[0], 2 * sum(counts)))

    fits = _fits_packed(domain, Task(tuple(task.acceptable[lane] for lane in chosen), tuple(range(len(chosen)))))
    codes = every_fitting(narrow, fits, most=maxsize if allow_long else MOST_LISTED, workers=workers, tell=tell)
    walker = Walker.of(header)
    parts = []
    for first in range(0, len(codes), _batch(header)):
        keys = np.empty((len(codes[first : first + _batch(header)]), walker.key_words + 1), U)
        keys[:, -1] = codes[first : first + len(keys)]
        kernels.replay_codes(keys[:, -1], keys[:, :-1], *walker[:-1])
        parts.append(_fitting(keys, walker, task))
    return _wide_rows(header, parts, chosen, len(codes))


def each_filtered(
    header: AtlasHeader,
    tasks: Sequence[Task],
    *,
    allow_long: bool = False,
    workers: Workers = 2,
    shards: Shards | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[int, WideRows]]:
    """`filter_and_verify` of each of these tasks, with its number: in order, or each on a worker of an executor.

    What an executor finds is kept as shards where there are some.
    """
    if isinstance(workers, Executor):
        alone, told = partial(_listed, header, allow_long), partial(_told, header)
        for done, (place, found) in enumerate(run_kept(alone, tasks, workers, shards, Listed, told), 1):
            yield place, WideRows(header, *found)
            if progress is not None:
                progress(Progress(done, len(tasks), "sets of training lanes"))
        return
    for place, task in enumerate(tasks):
        tell = _part(progress, place, len(tasks))
        yield place, filter_and_verify(header, task, allow_long=allow_long, workers=workers, progress=tell)


def _told(header: AtlasHeader, task: Task) -> dict[str, Any]:
    """What decides which programs are listed for a task."""
    acceptable = [sorted(words) for words in task.acceptable]
    return {"census": header.to_json(), "acceptable": acceptable, "train": task.train}


def _listed(header: AtlasHeader, allow_long: bool, task: Task) -> Listed:
    """In a worker of an executor: what fits, without the header, which is known to who asks."""
    found = filter_and_verify(header, task, allow_long=allow_long, workers=1)
    return Listed(found.rows, found.words, found.code, found.chosen, found.false_positives)


def _part(progress: Callable[[Progress], None] | None, place: int, parts: int) -> Callable[[Progress], None] | None:
    """What tells of one part of so many, each of which looks through as much as any other."""
    if progress is None:
        return None
    return lambda reached: progress(Progress(place * reached.total + reached.programs, parts * reached.total))


def exhaustive(header: AtlasHeader, task: Task) -> WideRows:
    """The same by running every program there is: feasible up to some 24 bits. CensusError as in `check_numbers`."""
    check_numbers(header)
    walker = Walker.of(header)
    parts = [_fitting(keys, walker, task) for keys in _every_program(header, walker)]
    return _wide_rows(header, parts, task.train, sum(map(len, parts)))


def run_codes(header: AtlasHeader, codes: U64) -> U8:
    """The output words of programs given by their codes, as `Programs` has them, on all lanes: (programs, lanes).

    The header's bound is no less than any of their lengths. CensusError as in `check_numbers`.
    """
    check_numbers(header)
    walker = Walker.of(header)
    keys = np.empty((len(codes), walker.key_words), U)
    kernels.replay_codes(codes, keys, *walker[:-1])
    return _words(keys[:, : walker.shape.chunks], walker)


def choose_lanes(header: AtlasHeader, task: Task) -> tuple[int, ...]:
    """The training lanes, up to 64 bits' worth, on which wrong short programs differ most from the task, rising.

    Behaviours of all short programs are looked at. One lane after the other is taken, the one with the most wrong
    behaviours, of which each counts half as much for every lane taken that already tells it; ties go to the first.
    """
    most = MAX_PACKED_BITS // header.language.word_bits
    if len(task.train) <= most:
        return task.train
    nodes = header.domain.environments(header.language.depth)
    counts = program_counts(header.language, header.max_bits)
    wanted = min(CHOOSING_PROGRAMS, CHOOSING_WORK // nodes)
    bound = max((bits for bits in range(2, header.max_bits + 1) if sum(counts[: bits + 1]) <= wanted), default=2)
    short = replace(header, max_bits=bound)
    walker = Walker.of(short)
    chunks = walker.shape.chunks
    behaviours = np.unique(np.concatenate([keys[:, :chunks] for keys in _every_program(short, walker)]), axis=0)
    wrong = ~task.right(_words(behaviours, walker), task.train)
    weight = np.where(wrong.any(axis=1), 1.0, 0.0)
    taken: list[int] = []
    for _ in range(most):
        told = np.where(np.isin(np.arange(len(task.train)), taken), -1.0, weight @ wrong)
        taken.append(int(np.argmax(told)))
        weight[wrong[:, taken[-1]]] /= 2
    return tuple(sorted(task.train[place] for place in taken))


def _fits_packed(domain: Domain, task: Task) -> Callable[[U64], Mask]:
    """Which packed behaviours of a domain that is not wide are right in every lane."""
    shifts = np.arange(len(domain.lanes), dtype=np.uint64) * U(domain.word_bits)

    def fits(behaviours: U64) -> Mask:
        left = np.arange(len(behaviours))
        for lane, shift in enumerate(shifts):
            words = (behaviours[left] >> shift) & U(2**domain.word_bits - 1)
            left = left[np.isin(words, np.array(sorted(task.acceptable[lane]), dtype=np.uint64))]
        found = np.zeros(len(behaviours), dtype=np.bool_)
        found[left] = True
        return found

    return fits


def _batch(header: AtlasHeader) -> int:
    return max(1, BATCH_WORDS // len(header.domain.lanes))


def _every_program(header: AtlasHeader, walker: Walker) -> Iterator[U64]:
    """The keys of all programs up to the header's bound, each with its code behind, batch by batch."""
    listed = np.empty((_batch(header), walker.key_words + 1), U)
    while made := kernels.list_programs(0, 1, SPLIT_POSITION, listed, *walker):
        yield listed[:made]


def _fitting(keys: U64, walker: Walker, task: Task) -> U64:
    """Those of the keys whose programs fit on the training lanes."""
    return keys[task.right(_words(keys[:, : walker.shape.chunks], walker), task.train).all(axis=1)]


def _words(behaviours: U64, walker: Walker) -> U8:
    """The output words of behaviours in chunks: shape (behaviours, lanes)."""
    words = walker.shape.words
    shifts = np.arange(words.lanes, dtype=np.uint64) * U(words.word_bits)
    unpacked = (behaviours[:, :, None] >> shifts) & U(words.size - 1)
    found: U8 = unpacked.astype(np.uint8).reshape(len(behaviours), behaviours.shape[1] * words.lanes)
    return found


def _wide_rows(header: AtlasHeader, parts: Sequence[U64], chosen: tuple[int, ...], listed: int) -> WideRows:
    """The rows of programs that fit, given by their keys, each with a code behind; so many were listed."""
    walker = Walker.of(replace(header, max_bits=2))
    chunks = walker.shape.chunks
    keys = np.concatenate([np.empty((0, walker.key_words + 1), U), *parts])
    keys = keys[np.argsort(keys[:, -1], kind="stable")]
    behaviours = keys[:, : 3 * chunks].reshape(-1, chunks)
    # The last chunk counts most, as in a packed behaviour.
    order, starts = runs(*behaviours.T[::-1])
    place = np.empty(len(behaviours), dtype=np.uint64)
    place[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(order))))
    behaviour, strict, wide = place.reshape(-1, 3).T
    both = keys[:, 3 * chunks + 1]
    bits, searches = both.astype(np.uint8), (both >> U(8)).astype(np.uint8)
    steps, ones = keys[:, 3 * chunks].astype(np.uint32), np.ones(len(keys), dtype=np.uint64)
    rows = Rows(bits, behaviour, strict, wide, steps, searches, ones)
    # A stable sort leaves the least code of each row first.
    by_row, first = runs(*rows.keys)
    words = _words(behaviours[order[starts]], walker)
    code = keys[:, -1][by_row[first]]
    return WideRows(header, merge(rows), words, code, chosen, listed - len(keys))
