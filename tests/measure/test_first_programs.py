"""What the shortest programs of worlds that are search first are like, against every shortest program one by one."""

import numpy as np
import pytest

from priorsim.errors import CensusError
from priorsim.measure.first_programs import BIN_BITS, MOST_EFFORT, first_programs, look_at, searches_at_root
from priorsim.measure.growth import MOST_PROGRAMS, growth
from priorsim.measure.program import effort, run_lanes
from priorsim.mu.dialect import Language
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import parse
from tests.measure.conftest import programs_by_code
from tests.measure.test_growth import census_of

BITS = 16


def in_order_of(worlds, seen, domain):
    """Complexity, and what the program looked at is like, of each of these worlds."""
    at = np.searchsorted(seen.words, np.array([domain.pack(words) for words in worlds], dtype=np.uint64))
    return [column[at].tolist() for column in (seen.complexity, seen.at_root, seen.effort)]


def test_each_bin_has_the_worlds_that_are_search_first_and_a_program_of_each():
    atlas = census_of("arith", 2, BITS)
    language, domain = atlas.header.language, atlas.header.domain
    shortest: dict[tuple[int, ...], list] = {}
    for bits, program in sorted(programs_by_code(language, BITS), key=lambda pair: pair[0]):
        words = tuple(each.word for each in run_lanes(program, domain))
        known = shortest.setdefault(words, [])
        if not known or known[0][0] == bits:
            known.append((bits, program))
    first = {
        words: programs
        for words, programs in shortest.items()
        if all(classify(program, domain) is ProgramClass.SEARCH for _, program in programs)
    }
    assert first
    seen = look_at(atlas, MOST_PROGRAMS)
    assert [domain.unpack(each) for each in seen.words.tolist()] == sorted(first, key=domain.pack)
    for words, bits, at_root, spent in zip(first, *in_order_of(first, seen, domain), strict=True):
        programs = [program for _, program in first[words]]
        assert (bits, at_root) in [(first[words][0][0], searches_at_root(program)) for program in programs]
        assert (at_root, spent) in [(searches_at_root(p), float(effort(run_lanes(p, domain)))) for p in programs]
    assert seen.through_and_through.tolist() == (seen.at_root | (seen.effort > 0.5)).tolist()
    found = first_programs(atlas, MOST_PROGRAMS)
    assert sum(each.worlds for each in found) == sum(each.programs for each in found) == len(first)
    for each in found:
        here = [programs for programs in first.values() if each.above < programs[0][0] <= each.up_to]
        assert each.worlds == len(here)
        # Which of the shortest programs is found is not said: each share lies between those of the least and the most.
        for share, tells in (
            (each.root, searches_at_root),
            (each.effort, lambda program: effort(run_lanes(program, domain)) > MOST_EFFORT),
        ):
            at = [[tells(program) for _, program in programs] for programs in here]
            assert sum(map(all, at)) <= share * len(here) + 1e-9 and share * len(here) <= sum(map(any, at)) + 1e-9


def test_a_sample_is_spread_over_complexity():
    atlas = census_of("arith", 3)
    every, some = first_programs(atlas, MOST_PROGRAMS), first_programs(atlas, 5)
    assert sum(each.programs for each in some) == 5
    assert {each.up_to for each in some} <= {each.up_to for each in every}
    assert all((each.up_to - atlas.header.max_bits) % BIN_BITS == 0 for each in every)


def test_a_language_without_search_has_none():
    assert first_programs(census_of("loops", 2), 10) == ()


@pytest.mark.parametrize(
    ("text", "at_root"),
    [("(find (c) (eq c x))", True), ("(sub (argmax (c) c) x)", True), ("(add 1 (mul x (find (c) (eq c x))))", False)],
)
def test_a_root_or_its_operand_searches(text, at_root):
    assert searches_at_root(parse(text, Language.named("arith", 3))) is at_root


def test_the_answer_has_what_was_asked_for():
    found = growth(census_of("arith", 3), programs=3).to_json()["programs"]
    assert sum(each["programs"] for each in found) == 3
    with pytest.raises(CensusError, match="give a number from 1 to 10000"):
        growth(census_of("arith", 3), programs=0)
