"""Programs with data that fit a world: tables, hybrids and the rest, as cells of a histogram.

The census counts them (census/segments); the bound is on *code bits*, those of header, index and body, and the
payload may be of any size. Counts are exact; what is left out is counted and said.
"""

from collections.abc import Callable

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.segments.counts import SegmentCounts, count_segments
from priorsim.census.segments.terms import MAX_CODE_BITS, MAX_WORD_BITS, DataTerms, check_words, code_counts
from priorsim.errors import CensusError, WorldError
from priorsim.formats import format_duration
from priorsim.measure.data_counts import DataCounts
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells
from priorsim.mu.dialect import Language
from priorsim.worlds.world import World

_KINDS = np.array((SEARCH, DISGUISED, DIRECT), dtype=np.uint8)
"""The class of each level of `SegmentCounts`."""


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
    found = count_segments(terms, world.domain, world.acceptable, world.train, workers=workers, progress=progress)
    header = AtlasHeader(terms.language, world.domain, terms.reached.code_bits)
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

    if not does(min(code_bits, MAX_CODE_BITS)):
        largest = next(bits for bits in range(min(code_bits, MAX_CODE_BITS), 0, -1) if does(bits))
        seconds, memory = needs(largest)
        raise CensusError(
            f"programs with data of up to {code_bits} code bits would take too long, or too much memory: give at most "
            f"{largest} code bits, which take up to {format_duration(seconds)} and {memory / 2**30:.0f} GiB"
        )
