"""Every code-only program up to a bound, each with its code and what a census knows of it.

Where an atlas keeps counts, this keeps the programs, in the order of their codes: by length, then as
binary numbers. The exhaustive engine's walk lists them, so nothing here computes a table of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import U8, U32, U64, AtlasHeader, check_totals, counts_by_length
from priorsim.census.compiled import U
from priorsim.census.engine import exhaustive_kernels as kernels
from priorsim.census.engine.exhaustive import SPLIT_POSITION, Walker, check_bounds, rows_of
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.mu.code import decode
from priorsim.mu.syntax import Program
from priorsim.table import Table

QUOTA = 1 << 20
"""Programs between two returns to Python, where a Ctrl-C is noticed."""


@dataclass(frozen=True, slots=True, eq=False)
class Programs(Table):
    """All code-only programs up to the header's bound, sorted by `code`; every array has shape (programs,).

    A code is a 1 and then the program's bits, as a number. Steps are over all lanes, by the header's accounting.
    """

    header: AtlasHeader
    code: U64
    bits: U8
    behaviour: U64
    strict: U64
    wide: U64
    steps: U32
    searches: U8

    def program(self, number: int) -> Program:
        """The program of that number, as a term."""
        return decode(format(int(self.code[number]), "b")[1:], self.header.language)[0]


def list_programs(header: AtlasHeader, *, progress: Callable[[Progress], None] | None = None) -> Programs:
    """List every code-only program up to the header's bound; about a second and 50 MB for a million.

    CensusError where the bound is out of range, as in a census; AtlasError where the programs of a length are not as
    many as the recurrence says.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.domain import Domain
    >>> programs = list_programs(AtlasHeader(Language.named("arith", 2), Domain.default(2), 9))
    >>> programs.program(3)
    Program(term=Const(word=0, literal=True), entries=None, index=None)
    """
    check_bounds(header)
    total = sum(program_counts(header.language, header.max_bits))
    walker = Walker.of(header)
    listed = np.zeros((total + 1, walker.key_words + 1), U)
    done = 0
    while made := kernels.list_programs(0, 1, SPLIT_POSITION, listed[done : done + QUOTA], *walker):
        done += made
        if progress is not None:
            progress(Progress(done, total))
    listed = listed[:done]
    rows = rows_of(listed[np.argsort(listed[:, -1])])
    check_totals(header, counts_by_length(rows.bits, np.ones(done, U)))
    return Programs(header, rows.count, *rows.keys)
