"""The recurrence against enumeration by decoding, published totals and the Kraft equality."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.recurrence import (
    CODE_ONLY_MASS,
    counts_by_reading,
    counts_by_searches,
    kraft_sum,
    least_taxed_bits,
    program_counts,
    term_counts,
    unexplored_code_mass,
)
from priorsim.census.summability import least_tax
from priorsim.errors import CodeError
from priorsim.mu.code import decode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import Program, count_searches
from tests.census import oracle
from tests.census.oracle import data_program_counts
from tests.plain_terms import most_searches, term_bits, terms_up_to


@pytest.mark.parametrize(
    ("dialect", "depth"),
    [*((dialect, depth) for dialect in ("arith", "logic", "loops") for depth in (1, 2)), ("nested", 1)],
)
@pytest.mark.parametrize("columns", [1, 3])
def test_counts_are_those_of_decoding_every_bit_string(dialect, depth, columns):
    language = Language.named(dialect, 2, depth=depth, columns=columns)
    bound = 14
    code_only, with_data = [0] * (bound + 1), [0] * (bound + 1)
    for bits in range(1, bound + 1):
        for string in product("01", repeat=bits):
            try:
                program, rest = decode("".join(string), language)
            except CodeError:
                continue
            if not rest:
                (with_data if program.has_data else code_only)[bits] += 1
    assert program_counts(language, bound) == tuple(code_only)
    assert data_program_counts(language, bound) == tuple(with_data)


def test_counts_are_the_published_totals():
    arith = Language.named("arith", 4)
    counts = program_counts(arith, 48)
    assert {bits: counts[bits] for bits in (27, 33, 40, 42, 44, 48)} == {
        27: 183_219,
        33: 7_871_357,
        40: 650_126_336,
        42: 2_330_126_024,
        44: 8_421_823_382,
        48: 103_924_780_737,
    }
    small = Language.named("arith", 2)
    both = [a + b for a, b in zip(program_counts(small, 20), data_program_counts(small, 20), strict=True)]
    assert both[17:] == [3_022, 5_162, 9_643, 21_225]


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
def test_explored_mass_rises_to_one_half_and_never_passes_it(dialect):
    language = Language.named(dialect, 2)
    explored = [kraft_sum(program_counts(language, bits)) for bits in (10, 40, 300)]
    assert explored[0] < explored[1] < explored[2] < CODE_ONLY_MASS
    assert CODE_ONLY_MASS - explored[2] < Fraction(1, 10**4)
    assert unexplored_code_mass(language, 40) == CODE_ONLY_MASS - explored[1]
    assert abs(float(kraft_sum(data_program_counts(language, 300))) - 0.5) < 1e-3


def test_the_unexplored_mass_at_42_bits_is_about_one_hundredth():
    assert round(float(unexplored_code_mass(Language.named("arith", 4), 42)), 3) == 0.010


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
@pytest.mark.parametrize("bound", [0, 1, 2])
def test_counts_by_searches_add_up_to_all_terms(dialect, bound):
    language = Language.named(dialect, 3)
    for bits in range(1, 70):
        assert sum(counts_by_searches(language, bound, bits)) == term_counts(language, bound, bits)[bits]


@pytest.mark.parametrize("bound", [0, 1, 2])
def test_counts_by_reading_tell_the_terms_of_a_length_apart(bound):
    """One column is read as often as the other where both have codes of one length; who reads none needs constants."""
    language = Language.named("arith", 3, columns=2)
    for bits in range(1, 40):
        by_column = [counts_by_reading(language, bound, bits, columns) for columns in ((), (0,), (1,), (0, 1))]
        every = counts_by_searches(language, bound, bits)
        for counts in by_column:
            sums = [
                counts.get((searches, False), 0) + counts.get((searches, True), 0) for searches in range(len(every))
            ]
            assert tuple(sums) == every
        assert not any(reads for _, reads in by_column[0])
        assert bound == 1 or by_column[1] == by_column[2]
        assert all(by_column[3].get(kind, 0) <= count for kind, count in by_column[1].items() if not kind[1])


@pytest.mark.engine
def test_counts_by_searches_are_those_of_the_census():
    header = oracle.make_header("arith", Domain.default(3), 2, 24)
    rows = count_exhaustive(header)
    for bits in range(2, 25):
        here = rows.take(rows.bits == bits)
        counted = np.bincount(here.searches, weights=here.count).astype(int).tolist()
        assert counted == list(counts_by_searches(header.language, 0, bits - 1))


LANGUAGES = [
    Language.named("arith", 2),
    Language.named("arith", 3, columns=2),
    Language.named("logic", 2),
    Language.named("arith", 2, depth=1),
]


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_the_least_taxed_bits_are_those_of_the_programs_beyond_a_bound(language):
    """Every program of up to 17 bits, one by one; what is longer costs more, by the most search nodes that fit in."""
    reach = 17
    programs = [
        (term_bits(term, 0, language) + 1, count_searches(Program(term)))
        for term in terms_up_to(reach - 1, 0, language)
    ]
    most = most_searches(language, 120)
    for bits in range(1, reach + 1):
        assert most[bits] == max((searches for length, searches in programs if length == bits), default=-1)
    for max_bits in range(4, 14):
        for tax in (-2, -1, -0.5, 0, 0.5, 4):
            beyond = [bits + tax * searches for bits, searches in programs if bits > max_bits and searches]
            longer = [bits + tax * (most[bits] if tax < 0 else 1) for bits in range(reach + 1, 121)]
            assert least_taxed_bits(language, max_bits, tax) == min(*beyond, *longer)


@pytest.mark.parametrize(
    "language", [Language.named(name, bits) for name in ("arith", "logic") for bits in (3, 4)], ids=str
)
def test_no_longer_program_costs_less_within_the_range_in_which_the_sum_converges(language):
    most = most_searches(language, 160)
    for tax in (-2.0, -1.0, least_tax(language, 1.0) + 0.001):
        for max_bits in (8, 20, 36, 44, 60):
            found = min(bits + tax * most[bits] for bits in range(max_bits + 1, 161) if most[bits] > 0)
            assert least_taxed_bits(language, max_bits, tax) == found


def test_a_language_without_search_nodes_has_no_program_that_costs_a_tax():
    loops = Language.named("loops", 3)
    assert set(most_searches(loops, 40)) == {-1, 0}
    assert least_taxed_bits(loops, 20, 4) == least_taxed_bits(loops, 20, -2) == np.inf
