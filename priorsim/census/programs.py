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
from priorsim.census.engine.exhaustive import QUOTA, SPLIT_POSITION, Walker, check_bounds
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.mu.code import constant_code, operator_code, variable_code
from priorsim.mu.code import decode as decode_bits
from priorsim.mu.syntax import Const, Program


@dataclass(frozen=True, slots=True, eq=False)
class Programs:
    """All code-only programs up to the header's bound, sorted by `code`; every array has shape (programs,).

    Attributes
    ----------
    header : AtlasHeader
    code : array of uint64
        A 1 and then the program's bits: a number for each program, longer programs greater.
    bits, searches : arrays of uint8
        Length l, number of find and argmax nodes.
    behaviour, strict, wide : arrays of uint64
        The packed behaviours, actual and lesioned.
    steps : array of uint32
        Steps T over all lanes, by the header's accounting.
    """

    header: AtlasHeader
    code: U64
    bits: U8
    behaviour: U64
    strict: U64
    wide: U64
    steps: U32
    searches: U8

    def __len__(self) -> int:
        return len(self.code)

    def program(self, number: int) -> Program:
        """The program of that number, as a term."""
        return decode_code(int(self.code[number]), self.header)


def decode_code(code: int, header: AtlasHeader) -> Program:
    """The program whose bits follow the leading 1 of a number."""
    return decode_bits(format(code, "b")[1:], header.language)[0]


def list_programs(header: AtlasHeader, *, progress: Callable[[Progress], None] | None = None) -> Programs:
    """List every code-only program up to the header's bound; about a second and 50 MB for a million.

    Raises
    ------
    CensusError
        When the bound is out of range, as in a census.
    AtlasError
        When the programs of a length are not as many as the recurrence says.

    Examples
    --------
    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.domain import Domain
    >>> programs = list_programs(AtlasHeader(Language.named("arith", 2), Domain.default(2), 9))
    >>> programs.program(3)
    Program(term=Const(word=0, literal=True), entries=None, index=None)
    """
    check_bounds(header)
    total = sum(program_counts(header.language, header.max_bits))
    walker = Walker.of(header)
    walker.restart()
    codes = _symbol_codes(header, walker)
    listed = np.zeros((total + 1, kernels.ROW_FIELDS + 1), U)
    done = 0
    while True:
        room = listed[done : done + QUOTA]
        found = kernels.list_programs(codes, SPLIT_POSITION, room, *walker.arrays, walker.state)
        done += found
        if progress is not None:
            progress(Progress(done, total))
        if found < len(room) or not len(room):
            break
    listed = listed[:done]
    listed = listed[np.argsort(listed[:, kernels.ROW_FIELDS])]
    behaviour, strict, wide, steps, bits_and_searches, code = listed.T.copy()
    bits = (bits_and_searches & U(255)).astype(np.uint8)
    check_totals(header, counts_by_length(bits, np.ones(done, U)))
    searches = (bits_and_searches >> U(8)).astype(np.uint8)
    return Programs(header, code, bits, behaviour, strict, wide, steps.astype(np.uint32), searches)


def _symbol_codes(header: AtlasHeader, walker: Walker) -> U64:
    """The bits of each of the walker's symbols, as a number."""
    language = header.language
    names = {opcode: name for name, opcode in kernels.OPCODES.items()}
    codes = []
    first = 0
    for bound in range(language.depth + 1):
        start, end = walker.scopes[bound : bound + 2, kernels.START]
        for opcode, value, bits in walker.symbols[start:end, : kernels.NEED].tolist():
            if opcode == kernels.VARIABLE:
                code = variable_code(value - first, bound, language)
            elif opcode == kernels.CONSTANT:
                short = constant_code(Const(min(value, 1), literal=False), language)
                is_short = value <= 1 and bits == len(short)
                code = short if is_short else constant_code(Const(value, literal=True), language)
            else:
                code = operator_code(names[opcode], bound, language)
            assert len(code) == bits, "symbols are coded as the language says"
            codes.append(int(code, 2))
        first += bound + language.columns
    return np.array(codes, dtype=np.uint64)
