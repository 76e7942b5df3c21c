"""The witnesses of the shortest table and hybrid run, fit and are as long as the counts say."""

import pytest

from priorsim.measure.data import count_with_data
from priorsim.measure.data_joint import find_shortest
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import format_program
from priorsim.worlds import find_world
from priorsim.worlds.world import World

pytestmark = pytest.mark.engine

TABLE, HYBRID = ProgramClass.TABLE, ProgramClass.HYBRID


def world_of(words, train, domain):
    return World("w", domain, tuple(frozenset([word]) for word in words), train, "test", "arith", "")


@pytest.mark.parametrize("name", ["isqrt-w3", "table-a-w3", "inverse-w3", "table-logic-w3"])
def test_the_shortest_table_is_a_program_that_fits(name):
    world = find_world(name)
    language = Language.named(world.dialect, 3)
    counts = count_with_data(language, world, 16)
    table = find_shortest(counts, TABLE)
    assert length(table, language) == min(counts.of("table").bits.tolist())
    assert world.accepts(run(table, world.domain).words, world.train)
    assert classify(table, world.domain) is TABLE


def test_a_table_by_hand():
    """x mod 2 in words of 2 bits, lanes 0 to 2: two entries read by x, 5 code bits and 4 of payload."""
    domain = Domain.default(2)
    counts = count_with_data(Language.named("arith", 2), world_of((0, 1, 0, 1), (0, 1, 2), domain), 5)
    assert format_program(find_shortest(counts, TABLE), domain.columns) == "(data (0 1) x (m) m)"
    assert find_shortest(counts, HYBRID) is None


def test_a_hybrid_is_found_where_its_terms_are_short():
    """One lane, where whatever is searched for is found, and two entries of which the second is read."""
    domain = Domain(2, ((1,),))
    language = Language.named("arith", 2)
    counts = count_with_data(language, world_of((3,), (0,), domain), 14)
    hybrid = find_shortest(counts, HYBRID)
    assert classify(hybrid, domain) is HYBRID
    assert run(hybrid, domain).words == (3,)
    assert length(hybrid, language) == min(counts.of("hybrid").bits.tolist())


def test_where_no_table_fits_there_is_none():
    """Tables of so few bits read one of the two columns; this world needs both."""
    domain = Domain(2, ((0, 0), (0, 1), (1, 0), (1, 1)), ("a", "b"))
    world = world_of((0, 1, 1, 3), (0, 1, 2, 3), domain)
    counts = count_with_data(Language.named("arith", 2, columns=2), world, 9)
    assert find_shortest(counts, TABLE) is None
