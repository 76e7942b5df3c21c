"""Two worlds whose numbers are known from elsewhere: separate prototypes of the census found the same."""

import pytest

from priorsim.census.take import make_header, take_census
from priorsim.census.witness import print_witnesses
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import log_odds_of, programs
from priorsim.priors import named_prior
from priorsim.worlds import find_world

pytestmark = pytest.mark.engine


def counted(world, bits):
    """The world's programs of arith up to a length, by the quotient engine."""
    return histogram(take_census(make_header("arith", bits, domain=world.domain)), world)


def lengths(found):
    return [None if key is None else key.bits for key in found.shortest]


@pytest.mark.parametrize("name", ["constant.w16-16203", "constant-greatest-square-w16"])
def test_the_greatest_square_of_16_bits_is_found_sooner_than_written_down(name):
    """0x3f4b, one lane, binders one deep, 23 bits: search from 16 bits, the literal from 21; time turns the odds."""
    world = find_world(name)
    assert (world.behaviour, world.domain.default_depth) == (0x3F4B, 1)
    found = counted(world, 23)
    assert lengths(found) == [21, None, 16]
    simple, fast = (log_odds_of(found, named_prior(prior)) for prior in ("solomonoff", "levin"))
    assert simple.low == simple.high == pytest.approx(5.3, abs=0.05)
    assert fast.low == fast.high == pytest.approx(-12.4, abs=0.05)
    witnesses = print_witnesses(found.header, found.least_rows)
    assert [witnesses[found.shortest[kind]] for kind in (0, 2)] == ["16203", "(argmax (c) (mul c c))"]


def test_what_is_hidden_in_context_is_searched_for_by_the_shortest_program():
    """o = r^2, answer r q; four rules and queries, w = 4, all lanes: a search of 31 bits, nothing else up to 31."""
    world = find_world("in-context.w4-squares-square-product-r4-q4")
    assert world.domain.lanes == tuple((r * r, q) for r in range(4) for q in range(4))
    found = counted(world.trained_on(range(16)), 31)
    assert lengths(found) == [None, None, 31]
    assert programs(found) == (0, 0, 8)
    witness = print_witnesses(found.header, found.least_rows)[found.shortest[2]]
    assert witness in ("(mul q (find (c) (eq o (mul c c))))", "(mul (find (c) (eq o (mul c c))) q)")
