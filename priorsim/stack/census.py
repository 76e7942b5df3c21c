"""The census of a stack language: every program up to a length, as rows of an atlas (docs/stack.md section 5).

The header is that of an atlas of Mu: it says which operators, words and depth the stack language has, on which domain
programs run, and up to how many bits they are counted.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

import numpy as np

from priorsim.census.atlas import U64, AtlasHeader, InMemory, Rows, merge
from priorsim.census.effort import QUOTIENT, check_engine
from priorsim.census.progress import Progress
from priorsim.errors import CensusError
from priorsim.mu.domain import check_packed
from priorsim.mu.interpreter import Accounting
from priorsim.stack.code import program_counts
from priorsim.stack.exhaustive import exhaustive
from priorsim.stack.language import check_language
from priorsim.stack.quotient import Census

MAX_BITS = 60
MOST_PROGRAMS = 2 * 10**9
"""So many take some 2 GiB in `arith` at w = 3. No count, and no number of steps, overflows up to there."""


def count_stack(
    header: AtlasHeader, *, engine: str = QUOTIENT, progress: Callable[[Progress], None] | None = None
) -> InMemory:
    """Count every program up to the header's bound: by classes, or one by one with the `exhaustive` engine.

    PriorsimError where the language has no stack language, the bound is out of range or there are too many programs.
    """
    check_engine(engine, 1)
    check_header(header)
    counts, parts = program_counts(header.language, header.max_bits), [Rows.empty()]
    rows_of = (quotient if engine == QUOTIENT else exhaustive)(header)
    for bits in range(2, header.max_bits + 1):
        parts.append(rows_of(bits))
        if (found := int(parts[-1].count.sum())) != counts[bits]:
            raise CensusError(f"{found} programs of {bits} bits where the recurrence says {counts[bits]}: report a bug")
        if progress is not None:
            progress(Progress(sum(counts[: bits + 1]), sum(counts)))
    return InMemory(header, Rows.concatenate(parts))


def check_header(header: AtlasHeader) -> None:
    """Raise PriorsimError where such a census cannot be taken."""
    check_language(header.language)
    check_packed(header.domain)
    if header.accounting is not Accounting.TOTAL:
        raise CensusError(f"a census of stack programs cannot count steps as '{header.accounting}': choose total")
    if not 2 <= header.max_bits <= MAX_BITS:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to {MAX_BITS}")
    totals = list(accumulate(program_counts(header.language, header.max_bits)))
    if totals[-1] > MOST_PROGRAMS:
        most = bisect_right(totals, MOST_PROGRAMS) - 1
        raise CensusError(f"{totals[-1]:,} stack programs are too many: choose a bound of 2 to {most} bits")


def quotient(header: AtlasHeader) -> Callable[[int], Rows]:
    """What gives the rows of the programs of a length, by classes."""
    census = Census(header.language, 0, np.array(header.domain.lanes, np.uint8), is_summed=True)
    shifts = np.arange(census.size, dtype=np.uint64) * np.uint64(header.language.word_bits)

    def rows(bits: int) -> Rows:
        ended = census.ended(bits)
        packed: U64 = (census.values[ended.value].astype(np.uint64) << shifts).sum(axis=2, dtype=np.uint64)
        length, steps = np.full(len(ended), bits, np.uint8), census.steps[ended.steps][:, 0]
        behaviour, strict, wide = packed.T
        return merge(Rows(length, behaviour, strict, wide, steps, ended.searches.astype(np.uint8), ended.count))

    return rows
