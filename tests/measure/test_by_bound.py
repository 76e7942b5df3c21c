"""Numbers at shorter bounds are those of shorter censuses, and the digits shown are those that bounds agree on."""

from dataclasses import replace

import pytest

from priorsim.census.stored import cut
from priorsim.census.take import make_header, take_census
from priorsim.measure.by_bound import NUMBERS, fixed, how_settled
from priorsim.measure.histogram import histogram
from priorsim.measure.odds import odds
from priorsim.mu.domain import Domain
from priorsim.priors import Prior, named_prior

WORLDS = {
    "greater than 1": ("arith-w4-24", lambda x: x > 1, range(12)),
    "identity": ("arith-w4-24", lambda x: x, range(12)),
    "on two lanes": ("arith-w4-24", lambda x: x * x, range(2)),
    "no search": ("loops-w4-24", lambda x: x, range(12)),
    "nothing": ("logic-w3-23", lambda x: (5 * x + x * x // 3) ^ 3, None),
}
PRIORS = [named_prior("solomonoff"), named_prior("levin", tax=1), Prior("p", cap=40.0), Prior("p", 1.5, lam=0.01)]


def numbers_of(found):
    """What is said at a bound, by `AtBound` or by the whole answer there."""
    pairs = [getattr(each, "alpha", each) for each in found.alpha]
    return found.gamma_star, found.break_even_tax, pairs, found.essential_share, found.log_odds


@pytest.mark.parametrize("prior", PRIORS, ids=str)
@pytest.mark.parametrize("name", WORLDS)
def test_numbers_at_a_shorter_bound_are_those_of_a_census_cut_there(oracle, world, name, prior):
    atlas, words, train = WORLDS[name]
    counted = oracle(atlas)
    asked = world(counted.header, words, train)
    bounds = odds(histogram(counted, asked), prior).convergence.bounds
    assert [at.bits for at in bounds] == [counted.header.max_bits - step for step in (0, 2, 4, 6, 8)]
    for at in bounds:
        assert numbers_of(at) == numbers_of(odds(histogram(cut(counted, at.bits), asked), prior))


def test_numbers_at_a_shorter_bound_are_those_of_a_census_taken_so_far(world):
    domain = Domain.default(2)
    header = make_header("arith", 22, domain=domain)
    asked = world(header, lambda x: 3 * (x == 0), range(3))
    seen = set()
    for at in odds(histogram(take_census(header), asked), Prior("p")).convergence.bounds:
        shorter = take_census(replace(header, max_bits=at.bits))
        assert numbers_of(at) == numbers_of(odds(histogram(shorter, asked), Prior("p")))
        seen |= {at.values(name, end) for name in NUMBERS for end in ("low", "high")}
    assert len(seen) > 4


def test_the_range_of_crossovers_is_that_of_the_question(oracle, world):
    counted = oracle("arith-w4-24")
    asked = histogram(counted, world(counted.header, lambda x: x > 1, range(12)))
    found = odds(asked, Prior("p"), gamma_range=(0.5, 1.5))
    assert [at.gamma_star.low.range for at in found.convergence.bounds] == [(0.5, 1.5)] * 5
    assert found.convergence.bounds[0].gamma_star == found.gamma_star


@pytest.mark.parametrize(
    ("courses", "decimals", "still"),
    [
        ([1.2345, 1.2301, 1.21], 2, "rising"),
        ([1.2345, 1.2345, 1.21], 4, None),
        ([1.2342, 1.2341, 1.21], 3, "rising"),
        ([0.3, 0.4, 0.5], None, "falling"),
        ([0.3, 0.4, 0.35], None, None),
        ([0.3, 0.3, 0.35], 4, None),
        ([0.6, 0.8, 0.9], None, "falling"),
        ([12.3, 12.4, 11.0], 0, None),
        ([12.3, 14.0, 15.0], None, "falling"),
        ([0.0, 0.0, 0.0], 4, None),
        ([0.0, 0.004, 0.1], None, "falling"),
        ([-3.001, -3.002, -3.004], 2, "rising"),
        ([1.0], None, None),
        ([1.0, 1.0], 4, None),
        ([1.0, 2.0], None, None),
    ],
)
def test_the_digits_shown_are_those_that_the_last_two_bounds_agree_on(courses, decimals, still):
    found = how_settled([(value,) for value in courses])
    assert (found.decimals, found.still) == (decimals, still)


def test_several_roots_settle_together():
    assert how_settled([(0.5, 1.23), (0.5, 1.24), (0.5, 1.25)]).decimals == 1
    assert how_settled([(0.5, 1.23), (0.51, 1.24), (0.52, 1.25)]).still == "falling"
    assert how_settled([(0.5, 1.23), (0.51, 1.22), (0.52, 1.21)]).still is None
    assert how_settled([(0.5,), (0.5, 1.2), (0.5,)]) == how_settled([(0.5,), (), ()])


@pytest.mark.parametrize("values", [(1.25, 1.2500001), (0.04, 0.03), (9.996, 10.001), (-0.00001, 0.00001)])
def test_no_more_digits_agree_than_are_said(values):
    """Digit by digit: at the decimals that are said both look alike, and at each of more decimals they do not."""
    decimals = how_settled([(value,) for value in values]).decimals
    alike = [fixed(values[0], each) == fixed(values[1], each) for each in range(5)]
    assert decimals is None or (alike[decimals] and not any(alike[decimals + 1 :]))


def test_what_is_unknown_at_the_bound_has_not_settled(oracle, world):
    atlas, words, train = WORLDS["nothing"]
    settled = odds(histogram(oracle(atlas), world(oracle(atlas).header, words, train)), Prior("p")).convergence.settled
    assert [tuple(getattr(settled, name)) for name in NUMBERS] == [(None, None)] * len(NUMBERS)
