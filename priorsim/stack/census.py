"""The census of a stack language: every program up to a length, as rows like those of an atlas (docs/stack.md section 5).

The header is that of an atlas of Mu: it says which operators, words and depth the stack language has, on which domain
programs run, and up to how many bits they are counted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import U64, AtlasHeader, Choice, Rows, merge
from priorsim.census.progress import Progress
from priorsim.errors import CensusError
from priorsim.mu.domain import check_packed
from priorsim.mu.interpreter import Accounting
from priorsim.stack.code import program_counts
from priorsim.stack.language import check_language
from priorsim.stack.quotient import Census

MAX_BITS = 60
"""No count, and no number of steps, overflows up to here."""


@dataclass(frozen=True, slots=True)
class StackCensus:
    """A census that can be asked as an atlas is."""

    header: AtlasHeader
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self) -> Iterator[Rows]:
        """All rows at once."""
        yield self.rows

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order."""
        return self.rows.take(chosen(self.rows.behaviour))


def check_header(header: AtlasHeader) -> None:
    """Raise PriorsimError where such a census cannot be taken."""
    check_language(header.language)
    check_packed(header.domain)
    if header.accounting is not Accounting.TOTAL:
        raise CensusError(f"a census of a stack language cannot count steps as '{header.accounting}': choose total")
    if not 2 <= header.max_bits <= MAX_BITS:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to {MAX_BITS}")


def count_quotient(header: AtlasHeader, progress: Callable[[Progress], None] | None = None) -> Rows:
    """Count every program up to the header's bound by classes: rows, sorted and merged; errors as `check_header`."""
    check_header(header)
    counts = program_counts(header.language, header.max_bits)
    census = Census(header.language, 0, np.array(header.domain.lanes, np.uint8), is_summed=True)
    parts = []
    for bits in range(2, header.max_bits + 1):
        parts.append(_rows(census, bits, header))
        if progress is not None:
            progress(Progress(sum(counts[: bits + 1]), sum(counts)))
    return merge(Rows.concatenate(parts))


def _rows(census: Census, bits: int, header: AtlasHeader) -> Rows:
    """The programs of a length."""
    ended = census.ended(bits)
    shifts = np.arange(census.size, dtype=np.uint64) * np.uint64(header.language.word_bits)
    packed: U64 = (census.values[ended.value].astype(np.uint64) << shifts).sum(axis=2, dtype=np.uint64)
    columns = np.full(len(ended), bits, np.uint8), *packed.T, census.steps[ended.steps][:, 0]
    return Rows(*columns, ended.searches.astype(np.uint8), ended.count)
