"""A program of an atlas row, found again and printed: the witness of a minimum.

The atlas keeps counts, not programs; the quotient engine walks back from a row to one of its programs.
Every program is run before it is returned: its key is the one it was sought by.
"""

from collections.abc import Callable, Iterable

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.engine.exhaustive import key_of
from priorsim.census.engine.term_witness import find_terms
from priorsim.errors import CensusError
from priorsim.mu.syntax import Program, Term, format_program

__all__ = ["TermFinder", "find_programs", "key_of", "print_witnesses"]

TermFinder = Callable[[Iterable[RowKey]], dict[RowKey, Term]]


def find_programs(
    header: AtlasHeader, keys: Iterable[RowKey], *, workers: int = 2, finder: TermFinder | None = None
) -> dict[RowKey, Program]:
    """A program for each of these keys, all of them sought together, in the order of the keys.

    The header's bound does not matter, nor the number of threads; `finder` is what else finds terms of keys, as
    `TargetedAtlas.find_terms`. CensusError where no program has one of the keys.
    """
    sought = dict.fromkeys(keys)
    terms = find_terms(header, sought, workers=workers) if finder is None else finder(sought)
    for missing in sought:
        if missing not in terms:
            raise CensusError(f"no program of {missing.bits} bits has this row's key: the row is from another census")
    programs = {key: Program(terms[key]) for key in sought}
    for key, program in programs.items():
        if (found := key_of(header, program)) != key:
            raise AssertionError(f"{format_program(program, header.domain.columns)} has the key {found}, not {key}")
    return programs


def print_witnesses(
    header: AtlasHeader, keys: Iterable[RowKey], *, finder: TermFinder | None = None
) -> dict[RowKey, str]:
    """The programs that `find_programs` finds, as S-expressions."""
    found = find_programs(header, keys, finder=finder)
    return {key: format_program(program, header.domain.columns) for key, program in found.items()}
