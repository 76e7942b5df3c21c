"""Programs with data that fit a world: tables, hybrids and the rest, exactly, without enumerating entries.

For an index and a body the fitting data segments number a product over the entries (docs/language.md section 6);
classes and the use of the data are differences of such products. The bound is on *code bits*, those of header,
index and body; the payload may be of any size. Counts are exact; what is left out is counted and said.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import MAX_BITS, AtlasHeader
from priorsim.census.data_kernels import can_fit, count_fitting
from priorsim.census.data_terms import MAX_WORD_BITS, DataTerms, Indices, check_words, code_counts
from priorsim.census.data_work import (
    ALL,
    BODY_COUNT,
    BODY_META,
    FOUND_WIDTH,
    GROUP,
    LENGTH,
    LEVELS,
    UNCLASSED,
    VALUES,
    Asked,
    Groups,
    make_work,
    widest_spread,
)
from priorsim.census.progress import Progress
from priorsim.census.quotient_kernels import SEARCH_BITS
from priorsim.census.quotient_tables import RowArray, Shared
from priorsim.errors import CensusError, WorldError
from priorsim.formats import format_duration
from priorsim.measure.data_counts import DataCounts
from priorsim.measure.histogram import DIRECT, DISGUISED, I64, SEARCH, U64, Cells
from priorsim.mu.dialect import Language
from priorsim.worlds.world import World

BATCH_ROWS = 1 << 10
FOUND_ROWS = 1 << 13
EXPANDED_ROWS = 1 << 18
PARTS = 8
_PAIR_BITS = 64
_KINDS = (SEARCH, DISGUISED, DIRECT)
"""The class of the segments that reach a level and not the next one."""

_STATE, _LENGTH = np.uint64(48), np.uint64(40)
"""Where state and length of a body stand in a key, above the number of the index group."""
_GROUP_MASK, _BYTE = np.uint64(2**40 - 1), np.uint64(255)


def count_with_data(
    language: Language,
    world: World,
    code_bits: int,
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> DataCounts:
    """Count the programs with data that fit a world.

    Parameters
    ----------
    language : Language
        Of words of at most 4 bits, on the world's columns.
    world : World
    code_bits : int
        The most bits of header, index and body together; the payload is of any size.
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Called with the Progress, in programs whose entries are left open.

    Raises
    ------
    WorldError
        When the world has other words or columns than the language.
    CensusError
        When words are too long, or the bound is out of range or would take too much memory or time.
    """
    domain = world.domain
    if (domain.word_bits, len(domain.columns)) != (language.word_bits, language.columns):
        raise WorldError(
            f"world {world.name} has words of {domain.word_bits} bits in {len(domain.columns)} columns: "
            f"the language has {language.word_bits} bits and {language.columns} columns"
        )
    check_affordable(language, code_bits)
    if progress is not None:
        progress(Progress(0, sum(code_counts(language, code_bits).values())))
    terms = DataTerms(language, domain, code_bits, workers=workers)
    return count_fitting_data(terms, world, workers=workers, progress=progress)


def count_fitting_data(
    terms: DataTerms, world: World, *, workers: int = 2, progress: Callable[[Progress], None] | None = None
) -> DataCounts:
    """`count_with_data` of terms that were counted before, which may serve many worlds."""
    code_bits = terms.reached.code_bits
    fitting = _Fitting(terms, world)
    programs = code_counts(terms.language, code_bits)
    done = 0
    bodies: list[_Sums] = []
    with ThreadPoolExecutor(workers) as pool:
        for length, number in programs.items():
            found = Shared(FOUND_WIDTH - 1, PARTS)
            for rows in terms.bodies(length):
                batches = (rows[begin : begin + BATCH_ROWS] for begin in range(0, len(rows), BATCH_ROWS))
                deque(pool.map(partial(fitting.add, length, found), batches), maxlen=0)
            bodies += map(_bodies, found.parts())
            done += number
            if progress is not None:
                progress(Progress(done, sum(programs.values())))
    sums = _counted(bodies, terms)
    header = AtlasHeader(terms.language, world.domain, code_bits)
    unused, used = (_as_cells(sums, uses_data=uses) for uses in (False, True))
    return DataCounts(header, world, unused, used, _unclassed(sums))


class _Fitting:
    """Bodies against all indices within reach."""

    def __init__(self, terms: DataTerms, world: World) -> None:
        self._terms = terms
        domain, indices = world.domain, terms.indices
        choices = [sorted(words) for words in world.acceptable]
        alternatives = range(max(map(len, choices)))
        self._asked = Asked(
            np.array([sum(1 << word for word in words) for words in choices], dtype=np.uint64),
            np.isin(np.arange(len(domain.lanes)), world.train).astype(np.uint8),
            np.array([domain.pack([c[min(i, len(c) - 1)] for c in choices]) for i in alternatives], dtype=np.uint64),
            np.uint64(domain.lane_mask(world.train)),
        )
        self._groups = Groups(indices.labels, indices.entries, _lanes_together(indices, world.train))

    def add(self, length: int, found: Shared, rows: RowArray) -> None:
        """Add to `found` what fits with bodies of a length."""
        words = self._terms.words
        alive = np.empty(len(rows), dtype=np.uint8)
        can_fit(rows, self._asked, words, alive)
        rows = np.ascontiguousarray(rows[alive == 1])
        spread = widest_spread(rows, words)
        work = make_work(words, spread, self._groups.together.shape[1])
        out = np.empty((max(FOUND_ROWS, spread), FOUND_WIDTH), dtype=np.uint64)
        left = self._terms.reached.code_bits - length
        reachable = int(np.searchsorted(self._terms.indices.code, left, side="right"))
        progress = np.zeros(2, dtype=np.int64)
        short = rows.view(np.uint16)
        while progress[0] < len(rows):
            made = count_fitting(rows, short, length, reachable, self._asked, self._groups, words, progress, work, out)
            found.add(out[:made])


def _lanes_together(indices: Indices, train: Sequence[int]) -> NDArray[np.uint64]:
    """Bits for the pairs of training lanes that share an entry, by the greater lane: shape (groups, words)."""
    pairs = [(lane, other) for lane in sorted(set(train)) for other in sorted(set(train)) if other < lane]
    together = np.zeros((len(indices.labels), -(-len(pairs) // _PAIR_BITS)), dtype=np.uint64)
    for pair, (lane, other) in enumerate(pairs):
        same = indices.labels[:, 0, lane] == indices.labels[:, 0, other]
        together[:, pair // _PAIR_BITS] |= same.astype(np.uint64) << np.uint64(pair % _PAIR_BITS)
    return together


# --- what it will take ------------------------------------------------------------------------

MAX_SECONDS = 1800
MAX_BYTES = 8 << 30
PROGRAMS = 3.7e8
SECONDS, TIME_GROWTH = 120, 0.8
BYTES, MEMORY_GROWTH = 2.5 * 2**30, 0.65
"""At w = 4, so many programs with their entries left open take these seconds of one processor and these bytes in a
world that many programs fit, and others as a power of their number. Rough: most worlds take a third of it."""


def check_affordable(language: Language, code_bits: int) -> None:
    """Refuse a bound that would take too much memory or hours.

    Raises
    ------
    CensusError
        When words are too long, or for the bound: it says the largest that would do.
    """
    check_words(language)

    def needs(bits: int) -> tuple[float, float]:
        size = sum(code_counts(language, bits).values()) / PROGRAMS
        scale = 2.0 ** (language.word_bits - MAX_WORD_BITS)
        return SECONDS * scale * size**TIME_GROWTH, BYTES * scale * size**MEMORY_GROWTH

    def does(bits: int) -> bool:
        seconds, memory = needs(bits)
        return seconds <= MAX_SECONDS and memory <= MAX_BYTES

    if not does(min(code_bits, MAX_BITS)):
        largest = next(bits for bits in range(min(code_bits, MAX_BITS), 0, -1) if does(bits))
        seconds, memory = needs(largest)
        raise CensusError(
            f"programs with data of up to {code_bits} code bits would take too long, or too much memory: give at most "
            f"{largest} code bits, which take up to {format_duration(seconds)} and {memory / 2**30:.0f} GiB"
        )


# --- from what was found to cells -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of exact numbers by keys, two uint64 columns, and the numbers as Python integers; all of shape (n,)."""

    first: U64
    second: U64
    value: NDArray[Any]

    @classmethod
    def of(cls, parts: "Sequence[_Sums]") -> "_Sums":
        """All parts, those of equal keys added up, in the order of the keys."""
        first, second, value = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("first", "second", "value")
        )
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        is_new = np.ones(len(order), dtype=bool)
        is_new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
        starts = np.flatnonzero(is_new)
        sums = np.add.reduceat(value[order], starts) if len(starts) else value
        return cls(first[starts], second[starts], sums)


def _counted(parts: Sequence[_Sums], terms: DataTerms) -> _Sums:
    """What fits, by state and length, then by steps and searches, from bodies with their data segments."""
    empty = np.zeros(0, dtype=np.uint64)
    none = _Sums(empty, empty, np.zeros(0, dtype=object))
    bodies = _Sums.of([none, *parts])
    return _Sums.of([none, *(_programs(bodies, *pair, terms) for pair in _pairs(bodies, terms))])


def _bodies(rows: RowArray) -> _Sums:
    """Bodies times data segments, by state, group and length, then by steps and searches."""
    low, high = _by_state(rows)
    row, state = np.nonzero(low | high)
    number = low[row, state].astype(object) + (high[row, state].astype(object) << 64)
    key = (state.astype(np.uint64) << _STATE) | (rows[row, LENGTH] << _LENGTH) | rows[row, GROUP]
    return _Sums.of([_Sums(key, rows[row, BODY_META], number * rows[row, BODY_COUNT].astype(object))])


def _by_state(rows: RowArray) -> tuple[U64, U64]:
    """Numbers of segments in each state, not classed last: their last 64 bits and those above, (rows, VALUES + 1)."""
    values = rows[:, :VALUES].reshape(-1, 2, 2, LEVELS)
    high = (values == ALL).astype(np.uint64)
    low = np.where(values == ALL, np.uint64(0), values)
    # Of those that fulfil a condition: the ones that do not fulfil the next.
    for more, less in ((np.s_[:, :, :, 0], np.s_[:, :, :, 1]), (np.s_[:, :, :, 1], np.s_[:, :, :, 2])):
        _subtract(low, high, more, less)
    _subtract(low, high, np.s_[:, :, 0], np.s_[:, :, 1])
    _subtract(low, high, np.s_[:, 0], np.s_[:, 1])
    low, high = (np.pad(part.reshape(-1, VALUES), ((0, 0), (0, 1))) for part in (low, high))
    unclassed = rows[:, UNCLASSED] == 1
    for part, value in ((low, values[unclassed, 0, 0, 0]), (high, (values == ALL)[unclassed, 0, 0, 0])):
        part[unclassed] = 0
        part[unclassed, VALUES] = value
    low[unclassed & (high[:, VALUES] == 1), VALUES] = 0
    return low, high


def _subtract(low: U64, high: U64, more: Any, less: Any) -> None:
    """Subtract some numbers from others that are not smaller, in place."""
    high[more] -= high[less] + (low[more] < low[less])
    low[more] -= low[less]


def _pairs(bodies: _Sums, terms: DataTerms) -> Iterator[tuple[I64, I64]]:
    """All pairs of bodies and an index of their group within the bound, some at a time."""
    indices, code_bits = terms.indices, terms.reached.code_bits
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
    meta[state == VALUES] = 0
    count = bodies.value[body] * indices.row_count[index].astype(object) << (words.word_bits * unread).astype(object)
    return _Sums.of([_Sums((state << _LENGTH) | bits, meta, count)])


def _as_cells(found: _Sums, *, uses_data: bool) -> Cells:
    """The cells of programs that use their data, or of the others, in order; counts are Python integers."""
    state = (found.first >> _LENGTH).astype(np.int64)
    unused, faithful, level = np.unravel_index(np.minimum(state, VALUES - 1), (2, 2, LEVELS))
    kind = np.array(_KINDS)[level]
    chosen = np.flatnonzero((state < VALUES) & ((unused == 0) == uses_data))
    bits, steps, searches = found.first & _BYTE, found.second >> SEARCH_BITS, found.second & _BYTE
    keys = (faithful, searches, steps, bits, kind)
    order = chosen[np.lexsort([key[chosen] for key in keys])]
    unset = np.zeros(len(order), dtype=bool)
    return Cells(
        kind[order].astype(np.uint8),
        bits[order].astype(np.uint8),
        steps[order].astype(np.uint32),
        searches[order].astype(np.uint8),
        faithful[order] == 1,
        unset,
        unset,
        found.value[order],
    )


def _unclassed(found: _Sums) -> dict[int, int]:
    """By length, how many programs were not classed."""
    chosen = found.first >> _LENGTH == VALUES
    return dict(zip((found.first[chosen] & _BYTE).tolist(), found.value[chosen].tolist(), strict=True))
