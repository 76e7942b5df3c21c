"""Programs with data that fit a world: tables, hybrids and the rest, and what a prior makes of them (docs/measures.md).

The census counts them (census/segments) completely up to a bound on *code bits*, those of header, index and body,
whatever the payload. Counts are Python integers, and what is left out is counted and said; masses are exact where the
prior is dyadic, like all others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.segments.counts import SegmentCounts, count_segments
from priorsim.census.segments.terms import (
    MAX_CODE_BITS,
    MAX_WORD_BITS,
    DataTerms,
    check_language,
    code_counts,
    segments,
)
from priorsim.errors import CensusError, WorldError
from priorsim.formats import format_csv, format_duration
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells, Histogram
from priorsim.measure.mass import ALL_KINDS, End, Interval, Mass, check_convergence, exact_mass, log_odds, mass
from priorsim.measure.values import least_length
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.interpreter import Accounting
from priorsim.mu.syntax import Program, Var
from priorsim.priors import Prior
from priorsim.storage import begins_with
from priorsim.worlds.world import World

Parts = tuple[tuple[int, bool], ...]
"""Classes by lesion, each with whether its programs use a data segment."""

DATA_CLASSES: Mapping[str, Parts] = {
    "direct": ((DIRECT, False),),
    "table": ((DIRECT, True),),
    "disguised": ((DISGUISED, False),),
    "disguised-with-data": ((DISGUISED, True),),
    "search": ((SEARCH, False),),
    "hybrid": ((SEARCH, True),),
}
JOINT_CLASSES: Mapping[str, Parts] = {
    "direct": DATA_CLASSES["direct"],
    "table": DATA_CLASSES["table"],
    "disguised": DATA_CLASSES["disguised"] + DATA_CLASSES["disguised-with-data"],
    "search": DATA_CLASSES["search"],
    "hybrid": DATA_CLASSES["hybrid"],
}
"""The classes of the definition: a table is direct and a hybrid searches; a disguised program stays disguised."""

_COLUMNS = ("class", "bits", "steps", "searches", "faithful", "count")
_KINDS = np.array((SEARCH, DISGUISED, DIRECT), dtype=np.uint8)
"""The class of each level of `SegmentCounts`."""


@dataclass(frozen=True, slots=True, eq=False)
class DataCounts:
    """The programs with data that fit a world, of at most so many code bits and a payload of any size.

    The header's bound is that on code bits. `unused` and `used` are the programs that do not use their data, and those
    that do; lengths are with the payload, and no program is marked essential. `unclassed` are, by length, fitting
    programs whose class and use of the data were not determined: part of the mass that was not explored. Where there is
    `code`, the code-only programs up to B bits join those that do not use their data.
    """

    header: AtlasHeader
    world: World
    unused: Cells
    used: Cells
    unclassed: dict[int, int]
    code: Histogram | None = None

    @property
    def code_bits(self) -> int:
        """The bound on header, index and body together."""
        return self.header.max_bits

    def of(self, name: str) -> Cells:
        """The cells of one of DATA_CLASSES, programs with data alone."""
        ((kind, uses_data),) = DATA_CLASSES[name]
        return (self.used if uses_data else self.unused).of([kind])

    def cells(self, parts: Parts) -> list[tuple[Cells, AtlasHeader]]:
        """The cells of these parts, each with what they are counted under."""
        found = []
        for kind, uses_data in parts:
            found.append(((self.used if uses_data else self.unused).of([kind]), self.header))
            if self.code is not None and not uses_data:
                found.append((self.code.cells.of([kind]), self.code.header))
        return found

    def programs(self, parts: Parts) -> int:
        """How many programs these parts have."""
        return sum(cells.programs for cells, _ in self.cells(parts))

    def mass(self, parts: Parts, prior: Prior) -> Mass:
        """What these parts weigh together."""
        return sum((mass(cells, header, prior) for cells, header in self.cells(parts)), exact_mass(Fraction(0)))

    def masses(self, classes: Mapping[str, Parts], prior: Prior) -> dict[str, Mass]:
        """The mass of each of these classes; PriorError where the sum over all programs diverges."""
        check_convergence(self.header.language, prior)
        return {name: self.mass(parts, prior) for name, parts in classes.items()}

    def log_odds(self, prior: Prior, uses: Sequence[bool] = (False, True)) -> Interval:
        """log2(M_search / M_direct) in bits, the disguised programs on either side.

        Tables stand with direct code and hybrids with search; or of those alone that use data, or do not.
        """
        return log_odds(tuple(self.mass(tuple((kind, each) for each in uses), prior) for kind in ALL_KINDS))

    def exhausted(self, parts: Parts) -> int:
        """The length up to which every program of these parts is counted and classed, in bits.

        Together with code, a program with data that was not counted has more code bits and the least payload, at least.
        """
        if self.code is None:
            return min([self.code_bits, *(bits - 1 for bits in self.unclassed)])
        in_code = [self.code.max_bits] if any(not uses_data for _, uses_data in parts) else []
        return min([self.exhausted_beside_code, *in_code])

    @property
    def exhausted_beside_code(self) -> int:
        """The length up to which every program with data is counted and classed, in bits."""
        shortest = self.code_bits + segments(self.header.language)[0].payload
        return min([shortest, *(bits - 1 for bits in self.unclassed)])

    def l_min(self, parts: Parts) -> Interval:
        """The least length of these parts together, in bits: an interval beyond where all of them are exhausted."""
        found = min((int(cells.bits.min()) for cells, _ in self.cells(parts) if len(cells)), default=None)
        return least_length(found, self.exhausted(parts) + 1)

    def l_min_sides(self, end: End) -> tuple[Interval, Interval]:
        """L_min of the direct and of the search side at one end, with and without data."""
        direct, search = (
            self.l_min(tuple((kind, uses) for kind in kinds for uses in (False, True)))
            for kinds in (end.direct, end.search)
        )
        return direct, search

    @property
    def unclassed_mass(self) -> Fraction:
        """Sum of 2^-l over the programs that were not classed."""
        return sum((Fraction(count, 2**bits) for bits, count in self.unclassed.items()), Fraction(0))


def table_bits(language: Language, entries: int, column: int = 0) -> int:
    """The length of the table of so many answers, a power of two, that looks up a column: (data (y0 y1 ..) x (m) m).

    >>> table_bits(Language.named("arith", 3), 8)
    30
    """
    return length(Program(Var(0), (0,) * entries, Var(column)), language)


def is_data_counts(path: Path) -> bool:
    """Whether a file is the CSV of counts of programs with data."""
    return begins_with(path, f"{','.join(_COLUMNS)}\n")


def format_data_counts(counts: DataCounts) -> str:
    """All cells as CSV; programs that were not classed have no class, steps, searches and faithfulness."""
    rows: list[tuple[Any, ...]] = []
    for name in DATA_CLASSES:
        cells = counts.of(name)
        columns = (cells.bits, cells.steps, cells.searches, cells.faithful.astype(int), cells.count)
        rows += [(name, *values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    rows += [(None, bits, None, None, None, count) for bits, count in sorted(counts.unclassed.items())]
    return format_csv(_COLUMNS, rows)


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
        The language of the programs, with words of at most 4 bits.
    world : World
        The world, with the words and the number of columns of the language.
    code_bits : int
        The bound in bits on header, index and body together; the payload is of any size.
    workers : int, default 2
        The number of threads. It changes no count.
    progress : callable, optional
        A function that is called with the progress of the count, in programs whose entries are left open.

    Returns
    -------
    DataCounts
        The counts by class, length, steps and search nodes.

    Raises
    ------
    WorldError
        If the world has other words or columns than the language.
    CensusError
        If words have more than 4 bits, the language has no binder or nothing but searches, or the count would take too
        much memory or time.

    Examples
    --------
    >>> import priorsim as ps
    >>> negated = ps.World.of(lambda x: -x, word_bits=2)
    >>> ps.count_with_data(ps.Language.named("arith", 2), negated, 8).used.programs
    4
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
    found = count_segments(terms, world.domain, world.acceptable, world.train, workers=workers, progress=progress)
    header = AtlasHeader(terms.language, world.domain, terms.code_bits)
    unused, used = (_cells(found, uses_data=uses) for uses in (False, True))
    return DataCounts(header, world, unused, used, found.unclassed)


def _cells(found: SegmentCounts, *, uses_data: bool) -> Cells:
    """The cells of programs that use their data, or of the others, in order; counts are Python integers."""
    kind = _KINDS[found.level]
    chosen = np.flatnonzero(found.uses_data == uses_data)
    keys = (found.faithful, found.searches, found.steps, found.bits, kind)
    order = chosen[np.lexsort([key[chosen] for key in keys])]
    unset = np.zeros(len(order), dtype=bool)
    return Cells(
        kind[order],
        found.bits[order].astype(np.uint8),
        found.steps[order].astype(np.uint32),
        found.searches[order].astype(np.uint8),
        found.faithful[order],
        unset,
        unset,
        found.count[order],
    )


def join_counts(code: Histogram, data: DataCounts) -> DataCounts:
    """The code-only programs and the programs with data of one world together.

    WorldError where they are of two worlds, CensusError where of two languages, accountings or ways to class.
    """
    check_joinable(code)
    if code.world.task != data.world.task:
        raise WorldError(f"code was counted for {code.world.name}, programs with data for {data.world.name}: take one")
    if code.header.language != data.header.language:
        raise CensusError("the atlas and the programs with data are of two languages: count both in one")
    return replace(data, code=code)


def check_joinable(code: Histogram) -> None:
    """Raise CensusError unless code is counted as programs with data are: all steps of all lanes, classes by lesion."""
    if code.header.accounting is not Accounting.TOTAL:
        raise CensusError(
            f"the atlas counts steps as '{code.header.accounting}', programs with data as 'total': make an atlas with "
            "--accounting total"
        )
    if code.class_by != "lesion":
        raise CensusError(f"code is classed by {code.class_by}, programs with data by lesion: class both by lesion")


# --- what it will take ------------------------------------------------------------------------

MAX_SECONDS = 1800
MAX_BYTES = 8 << 30
PROGRAMS = 3.7e8
SECONDS, TIME_GROWTH = 120, 0.8
BYTES, MEMORY_GROWTH = 2.5 * 2**30, 0.65
"""At w = 4, so many programs with their entries left open take these seconds of one processor and these bytes in a
world that many programs fit, and others as a power of their number. Rough: most worlds take a third of it."""


def data_effort(language: Language, code_bits: int) -> tuple[int, float, float]:
    """Programs up to a bound with their entries left open, and the most seconds and bytes that they take, roughly.

    CensusError where they are not counted in the language.
    """
    check_language(language)
    programs = sum(code_counts(language, code_bits).values())
    scale = 2.0 ** (language.word_bits - MAX_WORD_BITS)
    size = programs / PROGRAMS
    return programs, SECONDS * scale * size**TIME_GROWTH, BYTES * scale * size**MEMORY_GROWTH


def check_affordable(language: Language, code_bits: int) -> None:
    """Raise CensusError where a language is not counted, or a bound takes too much memory or hours: which would do."""
    largest = most = min(code_bits, MAX_CODE_BITS)
    while (costs := data_effort(language, largest))[1] > MAX_SECONDS or costs[2] > MAX_BYTES:
        largest -= 1
    if largest < most:
        _, seconds, memory = costs
        raise CensusError(
            f"programs with data of up to {code_bits} code bits would take too long, or too much memory: give at most "
            f"{largest} code bits, which take up to {format_duration(seconds)} and {memory / 2**30:.0f} GiB"
        )
