"""Constants with a given word: which words are in the population, against a loop over programs one by one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from priorsim.census.atlas import Rows
from priorsim.census.take import make_header, take_census
from priorsim.claims.populations import FULL, GIVEN, QUICK, found_from, given_words, populations
from priorsim.measure.decomposition import predicted_crossover
from priorsim.measure.fitting import ClassedRows, fitting
from priorsim.measure.mass import LOW
from priorsim.mu.domain import Domain
from tests.claims.plain import listed

pytestmark = pytest.mark.engine
BITS = 8
LITERAL = BITS + 5


def found_by_searching(dialect, word):
    header = make_header(dialect, LITERAL - 1, domain=Domain(BITS, ((word,),)))
    programs = [run for run, _ in listed(header.language, header.domain, LITERAL - 1)]
    return {run.words[0] for run in programs if run.searches}


@pytest.mark.parametrize("dialect", ["arith", "logic"])
def test_the_words_are_those_that_a_short_search_finds_from_the_given_word_alone(dialect):
    preset = replace(QUICK, given={dialect: {BITS: LITERAL + 4}}, given_words=3)
    groups = [each for each in populations(preset) if each.population == GIVEN]
    assert [each.header.domain.lanes for each in groups] == [((word,),) for word in given_words(BITS, 3)]
    alike = found_by_searching(dialect, 0)
    for group in groups:
        ((word,),) = group.header.domain.lanes
        wanted = sorted(found_by_searching(dialect, word) - alike)
        sites = [site for _, site in group.sites(take_census(group.header, workers=1), preset)]
        assert {tuple(site.behaviours.tolist()) for site in sites} == {tuple(wanted)}
        assert {site.max_bits for site in sites} == {LITERAL, LITERAL + 4}
    assert alike


def census(dialect, bits, word):
    header = make_header(dialect, bits + 6, domain=Domain(bits, ((word,),)))
    return header, Rows.concatenate(list(take_census(header, workers=1).batches()))


def predicted(header, rows, words):
    """The words for which the two shortest programs predict a crossover in (0, 4], disguised ones as direct code."""
    programs = ClassedRows.of_rows(header, rows, "lesion")
    found = fitting(programs, np.array(words, dtype=np.uint64), train=(0,))
    crossover = predicted_crossover(found, found.programs.bits.astype(np.float64), LOW)
    return [word for word, gamma in zip(words, crossover, strict=True) if 0 < gamma <= 4]


def test_two_words_have_a_crossover_that_hangs_on_what_is_given():
    """(argmax (c) (add c x)) of 15 bits and (argmax (c) (mul c x)) of 16; the word spelled out has 17."""
    header, rows = census("arith", 12, 2608)
    asked = predicted(header, rows, found_from(header, rows).tolist())
    assert asked == [max(range(4096), key=lambda c: c * 2608 % 4096), 4095 - 2608]
    assert len(predicted(header, rows, list(range(4096)))) == 6


def test_words_of_10_bits_have_no_search_that_reads_them_and_is_shorter_than_a_literal():
    for word in given_words(10, 4):
        assert found_from(*census("arith", 10, word)).size == 0
        assert found_from(*census("arith", 11, word)).size > 0


@pytest.mark.parametrize(("dialect", "counts"), [("arith", (1, 2, 4, 4, 4, 4, 4)), ("logic", (3, 3, 3, 3, 3, 5, 7))])
def test_without_a_given_word_there_are_as_few_as_the_documents_say(dialect, counts):
    words = ", ".join(map(str, counts[:-1])) + f" and {counts[-1]}"
    assert words in " ".join((Path(__file__).parents[2] / "docs" / "claims.md").read_text().split())
    for bits, count in zip(range(10, 17), counts, strict=True):
        header, rows = census(dialect, bits, 0)
        assert len(predicted(header, rows, list(range(2**bits)))) == count, bits


@pytest.mark.parametrize("preset", [QUICK, FULL], ids=lambda preset: preset.name)
def test_given_words_differ_and_bounds_know_the_word_spelled_out(preset):
    for bounds in preset.given.values():
        for bits, bound in bounds.items():
            words = given_words(bits, preset.given_words)
            assert len(set(words)) == preset.given_words and min(words) > 0 and max(words) < 2**bits
            assert bound - max(preset.below) >= bits + 5


def test_given_words_are_multiples_of_the_golden_section():
    assert given_words(4, 3) == [9, 2, 11]
