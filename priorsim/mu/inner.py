"""The inner programs that `apply` runs: fixed, numbered by length and then by code (docs/language.md section 7)."""

from functools import cache

from priorsim.errors import CodeError
from priorsim.mu.code import decode
from priorsim.mu.dialect import NESTED, Dialect, Language
from priorsim.mu.syntax import Program

INNER_WORD_BITS = 2
INNER = Language(Dialect("inner", NESTED.operators[1:]), INNER_WORD_BITS, depth=1)
"""The inner language: the operators of `nested` but apply."""
INNER_PROGRAMS = 2**NESTED.max_word_bits
"""Inner programs that have a number, with the longest words."""


@cache
def inner_programs() -> tuple[Program, ...]:
    """All numbered inner programs, in order; words of w bits reach the first 2^w.

    >>> len(inner_programs()), inner_programs()[0]
    (256, Program(term=Var(index=0), entries=None, index=None))
    """
    found: list[Program] = []
    unfinished = ["0"]
    while len(found) < INNER_PROGRAMS:
        longer = []
        for bits in (begun + bit for begun in unfinished for bit in "01"):
            try:
                found.append(decode(bits, INNER)[0])
            except CodeError:
                longer.append(bits)
        unfinished = longer
    return tuple(found[:INNER_PROGRAMS])
