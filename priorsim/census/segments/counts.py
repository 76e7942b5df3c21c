"""How many data segments fit a world, for every pair of index and body: exactly, and without enumerating entries.

For an index and a body the fitting data segments number a product over the entries (docs/language.md section 6);
classes and the use of the data are differences of such products. What is not classed is counted apart.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import I64, U64
from priorsim.census.engine.class_kernels import SEARCH_BITS, Words
from priorsim.census.engine.tables import RowArray, Shared
from priorsim.census.progress import Progress
from priorsim.census.segments import kernels
from priorsim.census.segments.terms import DataTerms, Indices, code_counts
from priorsim.mu.domain import Domain
from priorsim.table import Table, runs

BATCH_ROWS = 1 << 10
FOUND_ROWS = 1 << 13
EXPANDED_ROWS = 1 << 18
PARTS = 8
_PAIR_BITS = 64

_STATE, _LENGTH = np.uint64(48), np.uint64(40)
"""Where state and length of a body stand in a key, above the number of the index group."""
_GROUP_MASK, _BYTE = np.uint64(2**40 - 1), np.uint64(255)


@dataclass(frozen=True, slots=True, eq=False)
class SegmentCounts:
    """Programs with data that fit, by everything a measure asks of them; every array has shape (n,).

    `level` is 0 where the strict lesion changes the behaviour, 1 where only the wide one does, 2 where neither does.
    Bits are with the payload, steps over all lanes. `faithful` programs are right on the held-out lanes too. `count`
    holds Python integers; `unclassed` has, by length, the programs whose level and use of the data were not determined.
    """

    level: I64
    bits: U64
    steps: U64
    searches: U64
    faithful: NDArray[np.bool_]
    uses_data: NDArray[np.bool_]
    count: NDArray[Any]
    unclassed: dict[int, int]


def count_segments(
    terms: DataTerms,
    domain: Domain,
    acceptable: Sequence[frozenset[int]],
    train: Sequence[int],
    *,
    workers: int,
    progress: Callable[[Progress], None] | None = None,
) -> SegmentCounts:
    """Count the programs with data whose word is acceptable, lane by lane, on every training lane.

    The terms may serve many worlds. The counts do not depend on the number of threads. The Progress is told in programs
    whose entries are left open.
    """
    fitting = _Fitting(terms, domain, acceptable, train)
    programs = code_counts(terms.language, terms.code_bits)
    done = 0
    bodies: list[_Sums] = []
    with ThreadPoolExecutor(workers) as pool:
        for length, number in programs.items():
            found = Shared(kernels.FOUND_WIDTH - 1, PARTS)
            for rows in terms.bodies(length):
                batches = (rows[begin : begin + BATCH_ROWS] for begin in range(0, len(rows), BATCH_ROWS))
                deque(pool.map(partial(fitting.add, length, found), batches), maxlen=0)
            bodies += map(_bodies, found.parts())
            done += number
            if progress is not None:
                progress(Progress(done, sum(programs.values())))
    joined = _Sums.of(bodies)
    return _as_counts(_Sums.of(_programs(joined, *pair, terms) for pair in _pairs(joined, terms)))


class _Fitting:
    """Bodies against all indices within reach."""

    def __init__(
        self, terms: DataTerms, domain: Domain, acceptable: Sequence[frozenset[int]], train: Sequence[int]
    ) -> None:
        self._terms = terms
        indices = terms.indices
        choices = [sorted(words) for words in acceptable]
        alternatives = range(max(map(len, choices)))
        self._asked = kernels.Asked(
            np.array([sum(1 << word for word in words) for words in choices], dtype=np.uint64),
            np.isin(np.arange(len(domain.lanes)), train).astype(np.uint8),
            np.array([domain.pack([c[min(i, len(c) - 1)] for c in choices]) for i in alternatives], dtype=np.uint64),
            np.uint64(domain.lane_mask(train)),
        )
        crossed = np.any(indices.labels != indices.labels[:, :1], axis=(1, 2))
        self._groups = kernels.Groups(indices.labels, indices.entries, _lanes_together(indices, train), crossed)

    def add(self, length: int, found: Shared, rows: RowArray) -> None:
        """Add to `found` what fits with bodies of a length."""
        words = self._terms.words
        alive = np.empty(len(rows), dtype=np.uint8)
        kernels.can_fit(rows, self._asked, words, alive)
        rows = np.ascontiguousarray(rows[alive == 1])
        spread = widest_spread(rows, words)
        work = make_work(words, spread, self._groups.together.shape[1])
        out = np.empty((max(FOUND_ROWS, spread), kernels.FOUND_WIDTH), dtype=np.uint64)
        left = self._terms.code_bits - length
        reachable = int(np.searchsorted(self._terms.indices.code, left, side="right"))
        progress = np.zeros(2, dtype=np.int64)
        short = rows.view(np.uint16)
        while progress[0] < len(rows):
            made = kernels.count_fitting(
                rows, short, length, reachable, self._asked, self._groups, words, progress, work, out
            )
            found.add(out[:made])


def _lanes_together(indices: Indices, train: Sequence[int]) -> NDArray[np.uint64]:
    """Bits for the pairs of training lanes that share an entry, by the greater lane: shape (groups, words)."""
    lanes = sorted(set(train))
    pairs = [(lane, other) for lane in lanes for other in lanes if other < lane]
    together = np.zeros((len(indices.labels), -(-len(pairs) // _PAIR_BITS)), dtype=np.uint64)
    for pair, (lane, other) in enumerate(pairs):
        same = indices.labels[:, 0, lane] == indices.labels[:, 0, other]
        together[:, pair // _PAIR_BITS] |= same.astype(np.uint64) << np.uint64(pair % _PAIR_BITS)
    return together


def make_work(words: Words, spread: int, pairs: int) -> kernels.Work:
    """A worker's memory for bodies whose step totals differ by less than `spread` within an index group."""
    lanes, size = words.lanes, words.size
    return kernels.Work(
        values=np.zeros((kernels.LEVELS, lanes, size), dtype=np.uint8),
        where=np.zeros((lanes, size), dtype=np.uint64),
        allowed=np.zeros((kernels.RIGHT + 1, lanes), dtype=np.uint64),
        unlesioned=np.zeros((kernels.LEVELS, lanes), dtype=np.uint64),
        varies=np.zeros((kernels.LEVELS, lanes), dtype=np.uint8),
        steps=np.zeros((lanes, size), dtype=np.int64),
        conflict=np.zeros(pairs, dtype=np.uint64),
        sets=np.zeros((kernels.LEFT + 1, size), dtype=np.uint64),
        cost=np.zeros((size, size), dtype=np.int64),
        least=np.zeros((2, size), dtype=np.int64),
        centre=np.zeros((2, size), dtype=np.int64),
        part=np.zeros((2, 2 * kernels.LEVELS, spread), dtype=np.uint64),
        total=np.zeros((kernels.VALUES, spread), dtype=np.uint64),
    )


def widest_spread(rows: RowArray, words: Words) -> int:
    """The most step totals that segments of one of these bodies can have in any index group."""
    if rows.shape[1] == words.size + 2 or not len(rows):
        return 1
    environments = words.size * words.lanes
    short = rows.view(np.uint16)[:, 12 * words.size : 12 * words.size + environments]
    by_word = short.reshape(len(rows), words.size, words.lanes)
    return 1 + int((by_word.max(axis=1).astype(np.int64) - by_word.min(axis=1)).sum(axis=1).max())


@dataclass(frozen=True, slots=True, eq=False)
class _Sums(Table):
    """Exact numbers by keys, two uint64 columns, and the numbers as Python integers; all of shape (n,)."""

    first: U64
    second: U64
    value: NDArray[Any]

    @classmethod
    def of(cls, parts: "Iterable[_Sums]") -> "_Sums":
        """All parts, those of equal keys added up, in the order of the keys."""
        empty = np.zeros(0, dtype=np.uint64)
        found = cls.concatenate([cls(empty, empty, np.zeros(0, dtype=object)), *parts])
        order, starts = runs(found.first, found.second)
        taken = found.take(order[starts])
        return replace(taken, value=np.add.reduceat(found.value[order], starts)) if len(found) else found


def _bodies(rows: RowArray) -> _Sums:
    """Bodies times data segments, by state, group and length, then by steps and searches."""
    low, high = _by_state(rows)
    row, state = np.nonzero(low | high)
    number = low[row, state].astype(object) + (high[row, state].astype(object) << 64)
    key = (state.astype(np.uint64) << _STATE) | (rows[row, kernels.LENGTH] << _LENGTH) | rows[row, kernels.GROUP]
    return _Sums.of([_Sums(key, rows[row, kernels.BODY_META], number * rows[row, kernels.BODY_COUNT].astype(object))])


def _by_state(rows: RowArray) -> tuple[U64, U64]:
    """Numbers of segments in each state, not classed last: their last 64 bits and those above, (rows, VALUES + 1)."""
    values = rows[:, : kernels.VALUES]
    is_all = values == kernels.ALL
    parts = np.where(is_all, np.uint64(0), values).reshape(-1, 2, 2, kernels.LEVELS)
    unclassed = rows[:, kernels.UNCLASSED] == 1
    low, high = np.zeros((2, len(rows), kernels.VALUES + 1), dtype=np.uint64)
    low[unclassed, kernels.VALUES] = parts[unclassed, 0, 0, 0]
    # Of those that fulfil a condition: the ones that do not fulfil the next, modulo 2^64.
    parts[..., :-1] -= parts[..., 1:]
    parts[:, :, 0] -= parts[:, :, 1]
    parts[:, 0] -= parts[:, 1]
    low[~unclassed, : kernels.VALUES] = parts.reshape(values.shape)[~unclassed]
    # Where all 2^64 are in one state, they fulfil the conditions up to its own and no more.
    whole = np.flatnonzero(is_all[:, 0] & ~low.any(axis=1))
    state = kernels.VALUES - 1 - np.argmax(is_all[whole, ::-1], axis=1)
    high[whole, np.where(unclassed[whole], kernels.VALUES, state)] = 1
    return low, high


def _pairs(bodies: _Sums, terms: DataTerms) -> Iterator[tuple[I64, I64]]:
    """All pairs of bodies and an index of their group within the bound, some at a time."""
    indices, code_bits = terms.indices, terms.code_bits
    group = (bodies.first & _GROUP_MASK).astype(np.int64)
    left = code_bits - ((bodies.first >> _LENGTH) & _BYTE).astype(np.int64)
    groups = np.repeat(np.arange(len(indices.entries)), np.diff(indices.starts))
    stride = code_bits + 1
    first = indices.starts[group]
    size = np.searchsorted(groups * stride + indices.row_code, group * stride + left, side="right") - first
    pieces = np.cumsum(size) // EXPANDED_ROWS
    for body in np.split(np.arange(len(group)), np.flatnonzero(np.diff(pieces)) + 1):
        own = size[body]
        within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        yield np.repeat(body, own), np.repeat(first[body], own) + within


def _programs(bodies: _Sums, body: I64, index: I64, terms: DataTerms) -> _Sums:
    """Pairs as programs, by state and length, then by steps and searches; what is not classed by length alone."""
    indices, words = terms.indices, terms.words
    key = bodies.first[body]
    exponent = indices.row_exponent[index]
    unread = 2**exponent - indices.entries[(key & _GROUP_MASK).astype(np.int64)]
    code = indices.row_code[index] + ((key >> _LENGTH) & _BYTE).astype(np.int64)
    bits = (code + words.word_bits * 2**exponent).astype(np.uint64)
    meta = indices.row_meta[index] + bodies.second[body] + (np.uint64(words.lanes) << SEARCH_BITS)
    state = key >> _STATE
    meta[state == kernels.VALUES] = 0
    count = bodies.value[body] * indices.row_count[index].astype(object) << (words.word_bits * unread).astype(object)
    return _Sums.of([_Sums((state << _LENGTH) | bits, meta, count)])


def _as_counts(found: _Sums) -> SegmentCounts:
    """All keys taken apart."""
    state = (found.first >> _LENGTH).astype(np.int64)
    bits = found.first & _BYTE
    unclassed = state == kernels.VALUES
    classed = np.flatnonzero(~unclassed)
    unused, faithful, level = np.unravel_index(state[classed], (2, 2, kernels.LEVELS))
    return SegmentCounts(
        level,
        bits[classed],
        found.second[classed] >> SEARCH_BITS,
        found.second[classed] & _BYTE,
        faithful == 1,
        unused == 0,
        found.value[classed],
        dict(zip(bits[unclassed].tolist(), found.value[unclassed].tolist(), strict=True)),
    )
