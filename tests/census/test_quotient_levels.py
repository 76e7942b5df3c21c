"""What is asked of the levels of a census in any order: all of it, as the recurrence has it, or refused by name."""

import numpy as np
import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.jobs import run_pieces
from priorsim.census.engine.levels import Census, Level
from priorsim.census.recurrence import term_counts
from priorsim.errors import CensusError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain

pytestmark = pytest.mark.engine

HEADER = AtlasHeader(Language.named("arith", 2), Domain.default(2), 20)


def number(batches) -> int:
    return sum(int(rows[:, -1].sum()) for rows in batches)


def asked(census: Census, depth: int, length: int) -> int:
    """Number of the terms that `bodies` gives; a class may come several times, and so in no batch twice."""
    return number(census.bodies(depth, length))


@pytest.mark.parametrize(("depth", "length"), [(0, 8), (0, 19), (1, 11), (1, 13), (2, 6)])
def test_a_fresh_census_builds_what_it_is_asked_for(depth, length):
    expected = term_counts(HEADER.language, depth, length)[length]
    for keeps_closed in (False, True):
        census = Census(HEADER, 2, keeps_closed=keeps_closed)
        assert asked(census, depth, length) == asked(census, depth, length) == expected > 0
        level = Level(census.scopes[depth], 1)
        run_pieces(census.pieces(depth, length), [level.add])
        assert number(level.parts()) == expected


def test_a_level_that_is_asked_for_first_is_built_on_all_before_it():
    fresh, in_order = Census(HEADER, 1), Census(HEADER, 1)
    levels = [in_order.level(length) for length in range(1, 13)]
    assert np.array_equal(fresh.level(12), levels[-1])
    assert int(levels[-1][:, -1].sum()) == term_counts(HEADER.language, 0, 12)[12]


def test_bodies_between_levels_change_no_level():
    census, in_order = Census(HEADER, 1), Census(HEADER, 1)
    for length in range(1, 20):
        if length + 1 <= census.reach.longest[1] and length > 8:
            assert asked(census, 1, length + 1) == term_counts(HEADER.language, 1, length + 1)[length + 1]
        assert np.array_equal(census.level(length), in_order.level(length))


@pytest.mark.parametrize(
    ("depth", "length", "match"),
    [
        (1, 14, r"terms of 14 bits under 1 binders are out of reach of 20 bits: choose up to 13"),
        (0, 20, "choose up to 19"),
        (3, 4, "under 3 binders are not counted: choose 0 to 2"),
    ],
)
def test_terms_out_of_reach_are_refused_by_name(depth, length, match):
    census = Census(HEADER, 1)
    for ask in (census.bodies, census.jobs, census.pieces):
        with pytest.raises(CensusError, match=match):
            list(ask(depth, length))
    if depth == 0:
        with pytest.raises(CensusError, match=match):
            census.level(length)


def test_what_is_not_kept_any_more_is_refused_and_what_is_kept_is_given():
    spent, kept = Census(HEADER, 1), Census(HEADER, 1, keeps_closed=True)
    spent.level(18), kept.level(18)
    for depth, length in ((0, 17), (1, 11)):
        with pytest.raises(CensusError, match="were built already, and what made them is not kept"):
            list(spent.bodies(depth, length))
        assert asked(kept, depth, length) == term_counts(HEADER.language, depth, length)[length]
    with pytest.raises(CensusError, match="the level of 17 bits is there already: the next is that of 19 bits"):
        spent.level(17)


def test_levels_are_taken_over_in_order_before_any_is_built():
    source, census = Census(HEADER, 1), Census(HEADER, 1, keeps_closed=True)
    levels = {length: source.level(length) for length in range(1, 15)}
    with pytest.raises(CensusError, match="take over one after the other from 1 bit on"):
        census.adopt(2, levels[2])
    for length in range(1, 11):
        census.adopt(length, levels[length])
    with pytest.raises(CensusError, match="what made them is not kept"):
        list(census.bodies(0, 10))
    assert np.array_equal(census.level(14), levels[14])
    with pytest.raises(CensusError, match="before any is built"):
        census.adopt(15, levels[14])
    assert asked(census, 1, 9) == term_counts(HEADER.language, 1, 9)[9]
