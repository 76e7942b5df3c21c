"""The shortest table and hybrid as programs: an index, a body, and entries that fit.

Indices and bodies of few bits are tried one by one with the interpreter. Where the shortest program of a class has
longer ones, or its class hangs on a rare choice of entries, none is found.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from priorsim.census.segments.terms import segments
from priorsim.errors import CodeError
from priorsim.measure.data_counts import DataCounts
from priorsim.mu.code import decode, length, truncated_binary
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import Const, Program, Term, count_searches, format_program
from priorsim.worlds.world import World

MAX_TERM_BITS = 16
"""Index and body together: beyond, there are too many to try in a second or two."""
TRIES = 16
"""Choices of entries that are tried for an index and a body."""

Right = tuple[frozenset[int], ...]
"""For each training lane the words of the datum that make a body right there."""


def find_shortest(counts: DataCounts, wanted: ProgramClass) -> Program | None:
    """A program of a class as long as the shortest that was counted; None where none was found.

    Parameters
    ----------
    counts : DataCounts
    wanted : ProgramClass
        TABLE or HYBRID. That the program fits and is of this class is what the interpreter says, not the counts.
    """
    language, world = counts.header.language, counts.world
    least = min(counts.of(str(wanted)).bits.tolist(), default=0)
    for segment in segments(language):
        left = least - segment.header - segment.payload
        for index_bits in range(1, left if left <= MAX_TERM_BITS else 1):
            for index in _terms(language, False, index_bits):
                words = run(Program(index), world.domain).words
                read = [words[lane] % 2**segment.exponent for lane in world.train]
                for body in _terms(language, True, left - index_bits):
                    if wanted is ProgramClass.HYBRID and not count_searches(Program(body, (0, 0), index)):
                        continue
                    for entries in _entries(read, _right(body, world), 2**segment.exponent, world.domain):
                        program = Program(body, entries, index)
                        if classify(program, world.domain) is wanted:
                            assert length(program, language) == least
                            return program
    return None


def print_shortest(counts: DataCounts) -> dict[str, str | None]:
    """The shortest table and hybrid that are found, as S-expressions by the name of the class."""
    found = {str(wanted): find_shortest(counts, wanted) for wanted in (ProgramClass.TABLE, ProgramClass.HYBRID)}
    columns = counts.world.domain.columns
    return {name: None if program is None else format_program(program, columns) for name, program in found.items()}


@cache
def _terms(language: Language, is_body: bool, bits: int) -> tuple[Term, ...]:
    """Every index, or body, of so many bits."""
    # A body stands behind the least data segment and the index `x`.
    segment = segments(language)[0]
    index = "0" + truncated_binary(0, language.columns)
    head = "1" + truncated_binary(0, language.word_bits) + "0" * segment.payload + index if is_body else "0"
    found, prefixes = [], [head]
    while prefixes:
        code = prefixes.pop()
        try:
            program, _ = decode(code, language)
        except CodeError:
            if len(code) < len(head) + bits:
                prefixes += [code + "1", code + "0"]
        else:
            if len(code) == len(head) + bits:
                found.append(program.term)
    return tuple(found)


@cache
def _right(body: Term, world: World) -> Right:
    words = range(2**world.domain.word_bits)
    # With entries of one word throughout, a program is its body at that word.
    outputs = [run(Program(body, (word, word), Const(0, False)), world.domain).words for word in words]
    return tuple(frozenset(w for w in words if outputs[w][lane] in world.acceptable[lane]) for lane in world.train)


def _entries(read: list[int], right: Right, size: int, domain: Domain) -> Iterator[tuple[int, ...]]:
    """Entries that make a program fit, some of them; the words that nothing reads are 0."""
    choices = [set(range(2**domain.word_bits)) for _ in range(size)]
    for entry, words in zip(read, right, strict=True):
        choices[entry] &= words
    used = [sorted(words) if entry in read else [0] for entry, words in enumerate(choices)]
    return islice(product(*used), TRIES)
