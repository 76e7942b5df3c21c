"""Programs with data that fit a world: tables, hybrids and the rest, exactly, without enumerating entries.

For an index and a body the fitting data segments number a product over the entries (docs/language.md section 6);
classes and the use of the data are differences of such products. The bound is on *code bits*, those of header,
index and body; the payload may be of any size. Counts are exact; what is left out is counted and said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.data_kernels import (
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
    can_fit,
    count_fitting,
    make_work,
    widest_spread,
)
from priorsim.census.data_terms import DataTerms, Indices, code_counts
from priorsim.census.progress import Progress
from priorsim.census.quotient_tables import OUTER_KEY, RowArray, Shared, Table
from priorsim.errors import WorldError
from priorsim.measure.histogram import DIRECT, DISGUISED, I64, SEARCH, U64, Cells
from priorsim.measure.mass import Interval
from priorsim.mu.dialect import Language
from priorsim.worlds.world import World

BATCH_ROWS = 1 << 10
FOUND_ROWS = 1 << 13
SEARCH_BITS = 8
EXPANDED_ROWS = 1 << 18
PARTS = 8
_PAIR_BITS = 64
_KINDS = (SEARCH, DISGUISED, DIRECT)
"""The class of the segments that reach a level and not the next one."""

CellKey = tuple[int, bool, int, int, int, bool]
"""Class, use of the data, bits, steps, searches, faithful."""


@dataclass(frozen=True, slots=True, eq=False)
class DataCounts:
    """The programs with data that fit a world, of at most so many code bits and a payload of any size.

    Attributes
    ----------
    header : AtlasHeader
        Language and domain; its bound is that on code bits.
    world : World
    unused, used : Cells
        Programs that do not use their data, and those that do, by class, length (payload included), steps,
        searches and whether they are right on the held-out lanes too. A direct program that uses its data is a
        table, a search program that does a hybrid. Counts are Python integers; `essential` is not told.
    unclassed : dict
        By length, fitting programs whose class and use of the data were not determined, as too many entries depend
        on each other: part of the mass that was not explored.
    """

    header: AtlasHeader
    world: World
    unused: Cells
    used: Cells
    unclassed: dict[int, int]

    @property
    def code_bits(self) -> int:
        """The bound on header, index and body together."""
        return self.header.max_bits

    def cells(self, *, uses_data: bool) -> Cells:
        """The cells of programs that use their data, or of the others."""
        return self.used if uses_data else self.unused

    def l_min(self, kinds: Sequence[int], *, uses_data: bool) -> Interval:
        """The least length of some classes' programs, in bits.

        Up to the bound on code bits it is known. A longer program, whose payload goes beyond the bound, may not be
        the shortest of its kind, since code of that length was not exhausted: then the interval from the bound on.
        The upper end is None where no program was found.
        """
        lengths = self.cells(uses_data=uses_data).of(kinds).bits.tolist()
        least = min(lengths, default=None)
        if least is None or least > self.code_bits:
            return Interval(self.code_bits + 1, least)
        return Interval(least, least)


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
        When words are too long or the bound is out of range.
    """
    domain = world.domain
    if (domain.word_bits, len(domain.columns)) != (language.word_bits, language.columns):
        raise WorldError(
            f"world {world.name} has words of {domain.word_bits} bits in {len(domain.columns)} columns: "
            f"the language has {language.word_bits} bits and {language.columns} columns"
        )
    terms = DataTerms(language, domain, code_bits, workers=workers)
    return count_fitting_data(terms, world, workers=workers, progress=progress)


def count_fitting_data(
    terms: DataTerms, world: World, *, workers: int = 2, progress: Callable[[Progress], None] | None = None
) -> DataCounts:
    """`count_with_data` of terms that were counted before, which may serve many worlds."""
    code_bits = terms.reached.code_bits
    found = Shared(FOUND_WIDTH - 1, PARTS)
    fitting = _Fitting(terms, world, found)
    programs = code_counts(terms.language, code_bits)
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for length, number in programs.items():
            for rows in terms.bodies(length):
                batches = (rows[begin : begin + BATCH_ROWS] for begin in range(0, len(rows), BATCH_ROWS))
                for _ in pool.map(lambda batch, length=length: fitting.add(length, batch), batches):
                    pass
            done += number
            if progress is not None:
                progress(Progress(done, sum(programs.values())))
    cells, unclassed = _counted(found.parts(), terms)
    header = AtlasHeader(terms.language, world.domain, code_bits)
    unused, used = (_as_cells(cells, uses_data=uses) for uses in (False, True))
    return DataCounts(header, world, unused, used, unclassed)


class _Fitting:
    """Bodies against all indices within reach; what fits goes to `found`."""

    def __init__(self, terms: DataTerms, world: World, found: Shared) -> None:
        self._terms = terms
        self._found = found
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

    def add(self, length: int, rows: RowArray) -> None:
        """Count what fits with bodies of a length."""
        words, found = self._terms.words, self._found
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
            made = count_fitting(
                rows, short, length, reachable, self._asked, self._groups, words, progress, work, out
            )
            found.add(out[:made])


def _lanes_together(indices: Indices, train: Sequence[int]) -> NDArray[np.uint64]:
    """Bits for the pairs of training lanes that share an entry, by the greater lane: shape (groups, words)."""
    pairs = [(lane, other) for lane in train for other in train if other < lane]
    together = np.zeros((len(indices.labels), -(-len(pairs) // _PAIR_BITS)), dtype=np.uint64)
    for pair, (lane, other) in enumerate(pairs):
        same = indices.labels[:, 0, lane] == indices.labels[:, 0, other]
        together[:, pair // _PAIR_BITS] |= same.astype(np.uint64) << np.uint64(pair % _PAIR_BITS)
    return together


def _counted(parts: Iterable[RowArray], terms: DataTerms) -> tuple[Counter[CellKey], Counter[int]]:
    """What fits by cell, and by length what was not classed, out of bodies by index group."""
    numbers = Table(VALUES + 1)
    programs = Table(OUTER_KEY)
    for rows in parts:
        values = np.ascontiguousarray(rows[:, [*range(VALUES), UNCLASSED, BODY_COUNT]])
        numbers.add(values)
        found = numbers.find(values).astype(np.uint64)
        for body, index in _pairs(rows, terms):
            programs.add(_programs(rows, found, body, index, terms))
    states = [_states(row) for row in numbers.rows[:, :-1].tolist()]
    cells: Counter[CellKey] = Counter()
    unclassed: Counter[int] = Counter()
    for number, sizes, bits, meta, count in zip(*programs.rows.T.tolist(), strict=True):
        free = count << sizes
        steps, searches = meta >> SEARCH_BITS, meta % (1 << SEARCH_BITS)
        for kind, uses_data, faithful, segments in states[number]:
            if kind is None:
                unclassed[bits] += segments * free
            else:
                cells[kind, uses_data, bits, steps, searches, faithful] += segments * free
    return cells, unclassed


def _pairs(rows: RowArray, terms: DataTerms) -> Iterator[tuple[I64, I64]]:
    """All pairs of a row that was found and an index of its group within the bound, some at a time."""
    indices = terms.indices
    group = rows[:, GROUP].astype(np.int64)
    left = terms.reached.code_bits - rows[:, LENGTH].astype(np.int64)
    groups = np.repeat(np.arange(len(indices.entries)), np.diff(indices.starts))
    stride = terms.reached.code_bits + 1
    first = indices.starts[group]
    size = np.searchsorted(groups * stride + indices.row_code, group * stride + left, side="right") - first
    ends = np.cumsum(size)
    for body in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(ends // EXPANDED_ROWS)) + 1):
        own = size[body]
        within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        yield np.repeat(body, own), np.repeat(first[body], own) + within


def _programs(rows: RowArray, numbers: U64, body: I64, index: I64, terms: DataTerms) -> RowArray:
    """Pairs as rows: which numbers of segments, bits of the entries no lane reads, length, steps and searches, count."""
    indices, words = terms.indices, terms.words
    exponent = indices.row_exponent[index]
    unread = 2**exponent - indices.entries[rows[body, GROUP].astype(np.int64)]
    bits = indices.row_code[index] + rows[body, LENGTH].astype(np.int64) + words.word_bits * 2**exponent
    meta = indices.row_meta[index] + rows[body, BODY_META] + np.uint64(words.lanes << SEARCH_BITS)
    columns = (
        numbers[body],
        words.word_bits * unread,
        bits,
        meta,
        indices.row_count[index] * rows[body, BODY_COUNT],
    )
    return np.stack([column.astype(np.uint64) for column in columns], axis=1)


def _states(row: Sequence[int]) -> list[tuple[int | None, bool, bool, int]]:
    """Numbers of segments by class (None: not classed), use of the data and faithfulness; none is 0."""
    values = [2**64 if value == ALL else value for value in row[:VALUES]]
    if row[VALUES]:
        return [(None, False, False, values[0])]
    found = np.array(values, dtype=object).reshape(2, 2, LEVELS)
    # Out of those that fulfil a condition: the ones that fulfil no further one.
    found[:, :, :-1] -= found[:, :, 1:]
    found[:, 0] -= found[:, 1]
    found[0] -= found[1]
    return [
        (_KINDS[level], not unused, bool(faithful), number)
        for (unused, faithful, level), number in np.ndenumerate(found)
        if number
    ]


def _as_cells(counts: Counter[CellKey], *, uses_data: bool) -> Cells:
    """The cells of programs that use their data, or of the others, in order; counts are Python integers."""
    keys = sorted((kind, *rest) for kind, uses, *rest in counts if uses is uses_data)
    found = np.array([counts[kind, uses_data, *rest] for kind, *rest in keys], dtype=object)
    kind, bits, steps, searches, faithful = zip(*keys, strict=True) if keys else ((),) * 5
    return Cells(
        np.array(kind, dtype=np.uint8),
        np.array(bits, dtype=np.uint8),
        np.array(steps, dtype=np.uint32),
        np.array(searches, dtype=np.uint8),
        np.array(faithful, dtype=bool),
        np.zeros(len(keys), dtype=bool),
        found,
    )
