"""Programs with data that fit a world: tables, hybrids and the rest, and what a prior makes of them (docs/measures.md).

The census counts them (census/segments) completely up to a bound on *code bits*, those of header, index and body,
whatever the payload. Counts are Python integers, and what is left out is counted and said; masses are exact where the
prior is dyadic, like all others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.recurrence import CODE_ONLY_MASS
from priorsim.census.segments.counts import SegmentCounts, count_segments
from priorsim.census.segments.terms import (
    MAX_CODE_BITS,
    MAX_WORD_BITS,
    DataTerms,
    check_words,
    code_counts,
    code_mass,
)
from priorsim.errors import CensusError, WorldError
from priorsim.formats import format_csv, format_duration
from priorsim.measure import keys
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells
from priorsim.measure.mass import (
    Interval,
    Mass,
    Share,
    check_convergence,
    exact_mass,
    log_odds,
    mass,
    share_of,
)
from priorsim.measure.values import least_length
from priorsim.mu.dialect import Language
from priorsim.priors import Prior
from priorsim.storage import begins_with
from priorsim.worlds.world import World

DATA_CLASSES: Mapping[str, tuple[int, bool]] = {
    "direct": (DIRECT, False),
    "table": (DIRECT, True),
    "disguised": (DISGUISED, False),
    "disguised-with-data": (DISGUISED, True),
    "search": (SEARCH, False),
    "hybrid": (SEARCH, True),
}
"""The classes by name: number of the class by lesion, and whether the program uses its data."""

_COLUMNS = ("class", "bits", "steps", "searches", "faithful", "count")
_KINDS = np.array((SEARCH, DISGUISED, DIRECT), dtype=np.uint8)
"""The class of each level of `SegmentCounts`."""


@dataclass(frozen=True, slots=True, eq=False)
class DataCounts:
    """The programs with data that fit a world, of at most so many code bits and a payload of any size.

    The header's bound is that on code bits. `unused` and `used` are the programs that do not use their data, and those
    that do, by class, length (payload included), steps, searches and whether they are right on the held-out lanes too;
    `essential` is not told. `unclassed` are, by length, fitting programs whose class and use of the data were not
    determined, as too many entries depend on each other: part of the mass that was not explored.
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

    def of(self, name: str) -> Cells:
        """The cells of one of DATA_CLASSES."""
        kind, uses_data = DATA_CLASSES[name]
        return self.cells(uses_data=uses_data).of([kind])

    def masses(self, prior: Prior) -> dict[str, Mass]:
        """The mass of each of DATA_CLASSES; PriorError where the sum over all programs diverges."""
        check_convergence(self.header.language, prior)
        return {name: mass(self.of(name), self.header, prior) for name in DATA_CLASSES}

    def log_odds(self, prior: Prior) -> Interval:
        """log2(M_search / M_direct) among programs with data, in bits: hybrids join search, tables direct code.

        An interval, as always, with the disguised programs on either side.
        """
        of = self.masses(prior)
        disguised = of["disguised"] + of["disguised-with-data"]
        return log_odds((of["direct"] + of["table"], disguised, of["search"] + of["hybrid"]))

    def l_min(self, names: Sequence[str]) -> Interval:
        """The least length of some classes together, in bits.

        Up to the bound on code bits it is known. A longer program owes its length to its payload, and code of that
        length was not exhausted: then the interval from behind the bound on, or from a shorter program of which the
        class is not known. The upper end is None where no program was found.
        """
        least = min((bits for name in names for bits in self.of(name).bits.tolist()), default=None)
        return least_length(least, min([self.code_bits + 1, *self.unclassed]))

    @property
    def unclassed_mass(self) -> Fraction:
        """Sum of 2^-l over the programs that were not classed."""
        return sum((Fraction(count, 2**bits) for bits, count in self.unclassed.items()), Fraction(0))

    def answer(self, prior: Prior) -> "CountsAnswer":
        """Everything under a prior; PriorError where the sum over all programs diverges."""
        language, by_name = self.header.language, self.masses(prior)
        counted = code_mass(language, self.code_bits) - self.unclassed_mass
        return CountsAnswer(
            world=self.world.name,
            description=self.world.description,
            train=self.world.train,
            lanes=len(self.world.domain.lanes),
            prior=keys.Prior.of(prior),
            dialect=language.dialect.name,
            word_bits=language.word_bits,
            code_bits=self.code_bits,
            classes=ByDataClass(*(self._class_answer(name, whole, prior) for name, whole in by_name.items())),
            log_odds=self.log_odds(prior),
            l_min_direct=self.l_min(["direct", "table"]),
            l_min_search=self.l_min(["search", "hybrid"]),
            unclassed=Unclassed(
                str(sum(self.unclassed.values())),
                keys.log2_mass(exact_mass(self.unclassed_mass)),
                {bits: str(count) for bits, count in sorted(self.unclassed.items())},
            ),
            explored=keys.Explored(str(counted), str(CODE_ONLY_MASS - counted)),
            unexplored=CODE_ONLY_MASS - counted,
        )

    def _class_answer(self, name: str, whole: Mass, prior: Prior) -> "DataClass":
        cells = self.of(name)
        faithful = mass(cells.take(cells.faithful), self.header, prior)
        return DataClass(str(cells.programs), *keys.of_mass(whole), share_of(faithful, whole), self.l_min([name]))


class DataClass(msgspec.Struct, frozen=True):
    """A class of programs with data."""

    programs: str
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    faithful_share: Annotated[Share | None, keys.says("of its mass, the share of programs that are right on all lanes")]
    l_min: Interval


class ByDataClass(msgspec.Struct, frozen=True, rename={"disguised_with_data": "disguised-with-data"}):
    """The classes, as in DATA_CLASSES."""

    direct: DataClass
    table: DataClass
    disguised: DataClass
    disguised_with_data: DataClass
    search: DataClass
    hybrid: DataClass


class Unclassed(msgspec.Struct, frozen=True):
    """Fitting programs without a class."""

    programs: str
    log2_mass: Annotated[float | None, keys.says("under 2^-l; null where there are none")]
    by_bits: dict[int, str]


class CountsAnswer(keys.Answer, frozen=True, kw_only=True):
    """Programs with data that fit a world, under a prior."""

    world: keys.World
    description: keys.About
    train: keys.Train
    lanes: keys.Lanes
    prior: keys.Prior
    dialect: keys.Dialect
    word_bits: keys.WordBits
    code_bits: Annotated[int, keys.says("C, the bound on header, index and body together")]
    classes: Annotated[ByDataClass, keys.says("each apart, by the use of the data")]
    log_odds: keys.LogOdds
    l_min_direct: Annotated[Interval, keys.says("tables with direct code")]
    l_min_search: Annotated[Interval, keys.says("hybrids with search")]
    unclassed: Unclassed
    explored: Annotated[
        keys.Explored,
        keys.says("of the 1/2 that all programs with data have at 2^-l, as text; what was not classed is unexplored"),
    ]
    unexplored: Annotated[Share, keys.says("the same as a number")]


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
    """Count the programs with data that fit a world, whatever the number of threads.

    Words have at most 4 bits. `code_bits` are the most bits of header, index and body together; the payload is of any
    size. `progress` is called in programs whose entries are left open. WorldError where the world has other words or
    columns than the language; CensusError where words are too long, or the bound is out of range or would take too
    much memory or time.
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


# --- what it will take ------------------------------------------------------------------------

MAX_SECONDS = 1800
MAX_BYTES = 8 << 30
PROGRAMS = 3.7e8
SECONDS, TIME_GROWTH = 120, 0.8
BYTES, MEMORY_GROWTH = 2.5 * 2**30, 0.65
"""At w = 4, so many programs with their entries left open take these seconds of one processor and these bytes in a
world that many programs fit, and others as a power of their number. Rough: most worlds take a third of it."""


def check_affordable(language: Language, code_bits: int) -> None:
    """Raise CensusError where words are too long, or a bound takes too much memory or hours: which would do."""
    check_words(language)

    def needs(bits: int) -> tuple[float, float]:
        size = sum(code_counts(language, bits).values()) / PROGRAMS
        scale = 2.0 ** (language.word_bits - MAX_WORD_BITS)
        return SECONDS * scale * size**TIME_GROWTH, BYTES * scale * size**MEMORY_GROWTH

    def does(bits: int) -> bool:
        seconds, memory = needs(bits)
        return seconds <= MAX_SECONDS and memory <= MAX_BYTES

    if not does(min(code_bits, MAX_CODE_BITS)):
        largest = next(bits for bits in range(min(code_bits, MAX_CODE_BITS), 0, -1) if does(bits))
        seconds, memory = needs(largest)
        raise CensusError(
            f"programs with data of up to {code_bits} code bits would take too long, or too much memory: give at most "
            f"{largest} code bits, which take up to {format_duration(seconds)} and {memory / 2**30:.0f} GiB"
        )
