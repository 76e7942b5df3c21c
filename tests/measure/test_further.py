"""The table's length and the bound to try next."""

from dataclasses import replace
from itertools import product

import pytest

import priorsim as ps
from priorsim.census.effort import question_seconds
from priorsim.measure.data import count_with_data
from priorsim.measure.further import MOST_SECONDS, NEXT_SECONDS, further, next_bound, shortest_table
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run_lane
from priorsim.mu.syntax import Program, Var
from priorsim.worlds import World, find_world


def world_of(rows, answer):
    """A world of two columns of words of 2 bits, in which these words are right."""
    acceptable = tuple(frozenset(answer(*row)) for row in rows)
    return World("mine", Domain(2, tuple(rows), ("x", "y")), acceptable, tuple(range(len(rows))), "mine", "arith", "")


def header_of(world, max_bits=20):
    return ps.make_header(world.dialect, max_bits, domain=world.domain)


def shortest_by_trying(world, language):
    """Every table (data (..) x (m) m) of a column, run on the training lanes by the interpreter, entries and all."""
    lengths = []
    words = range(2**language.word_bits)
    for size, column in product((2, 4), range(language.columns)):
        for entries in product(words, repeat=size):
            program = Program(Var(0), entries, Var(column))
            answers = [run_lane(program, world.domain, lane).word for lane in world.train]
            if all(answer in world.acceptable[lane] for lane, answer in zip(world.train, answers, strict=True)):
                lengths.append(length(program, language))
    return min(lengths, default=None)


@pytest.mark.parametrize("words", [(0, 1, 2, 3), (3, 1, 3, 1), (2, 2, 2, 2), (0, 1, 0, 2)])
@pytest.mark.parametrize("train", [(0, 1, 2, 3), (0, 1, 2), (0, 2)])
def test_the_table_is_the_shortest_of_all_that_fit(words, train):
    world = ps.World.of(lambda x: words[x], word_bits=2, train=train)
    header = header_of(world)
    assert shortest_table(world, header) == shortest_by_trying(world, header.language)


@pytest.mark.parametrize("rows", [[(0, 1), (1, 0), (2, 3), (3, 2)], [(0, 0), (0, 1)], [(1, 0), (1, 1), (1, 2)]])
def test_a_table_of_several_columns_reads_the_one_that_tells_lanes_apart(rows):
    asked = world_of(rows, lambda x, y: {(x + y) % 4, y})
    header = header_of(asked)
    assert shortest_table(asked, header) == shortest_by_trying(asked, header.language)


def test_no_column_tells_the_lanes_of_a_sum_apart():
    world = world_of(list(product(range(4), repeat=2)), lambda x, y: {(x + y) % 4})
    assert shortest_table(world, header_of(world)) is None


def test_the_table_is_the_shortest_of_the_programs_with_data_that_are_counted():
    """Of header, index x and body m alone, which are the shortest, so that no other table is counted."""
    world = ps.World.of(lambda x: (0, 1, 0, 2)[x], word_bits=2, train=range(4))
    header = header_of(world)
    counts = count_with_data(header.language, world, 5)
    assert counts.of("table").bits.min() == shortest_table(world, header) == 13


def test_the_next_bound_is_the_largest_of_seconds():
    header = header_of(find_world("inverse-w3"))
    bound = next_bound(header)
    seconds = [question_seconds(replace(header, max_bits=bits)) for bits in (bound, bound + 1)]
    assert seconds[0] <= NEXT_SECONDS < seconds[1]
    assert further(find_world("inverse-w3"), header).seconds == pytest.approx(seconds[0], rel=0.05)


def test_beyond_seconds_the_next_bound_is_two_bits_more_and_beyond_a_day_none():
    header = header_of(find_world("inverse-w3"), 46)
    assert next_bound(header) == 48
    late = replace(header, max_bits=70)
    assert question_seconds(late) > MOST_SECONDS
    found = further(find_world("inverse-w3"), late)
    assert (found.max_bits, found.seconds) == (None, None)
