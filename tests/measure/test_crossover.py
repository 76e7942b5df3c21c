"""Root isolation against sums whose roots are known, and the crossovers of real worlds."""

import math
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from priorsim.errors import PriorError
from priorsim.measure.crossover import (
    RESOLUTION,
    ExponentialSum,
    Roots,
    break_even_tax,
    crossovers,
    log_odds_roots,
    slopes,
)
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import ENDS, HIGH, LOW, log_odds, log_odds_of, mass
from priorsim.priors import Prior, named_prior


def two_sides(roots, low=0) -> tuple[ExponentialSum, ExponentialSum]:
    """Sums whose quotient is 1 where prod(z - 2^-root) is 0, z = 2^-theta: its two signs apart."""
    factors = [[-Fraction(2.0**-root), Fraction(1)] for root in roots]
    product = reduce(multiply, factors, [Fraction(1)])

    def side(sign):
        terms = [(power + low, math.log2(abs(c))) for power, c in enumerate(product) if c * sign > 0]
        return ExponentialSum(*np.array(terms, dtype=float).T)

    return side(1), side(-1)


def multiply(a, b):
    product = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    return product


def pulled_apart(values, gap):
    """As many values, each at least so far above the one before; a filter would refuse most draws of many values."""
    return [value + number * gap for number, value in enumerate(sorted(values))]


def spread(values, gap):
    return all(b - a >= gap for a, b in pairwise(sorted(values)))


@given(st.lists(st.floats(0.3, 7.7), min_size=1, max_size=3).filter(lambda roots: spread(roots, 0.4)))
@settings(max_examples=150, deadline=None)
def test_all_roots_are_found_and_no_others(roots):
    found = log_odds_roots(*two_sides(roots), 0, 8)
    assert found.roots == pytest.approx(sorted(roots), abs=1e-8)
    assert found.touching == ()
    assert found.sign is None


@given(st.lists(st.floats(-3, 0.6), min_size=4, max_size=5).map(lambda draws: pulled_apart(draws, 0.6)))
@settings(max_examples=50, deadline=None)
def test_four_and_five_roots_are_found_too(roots):
    assert log_odds_roots(*two_sides(roots), -4, 4).roots == pytest.approx(sorted(roots), abs=1e-6)


@example(0.625)
@given(st.floats(0.5, 7.5))
@settings(max_examples=50, deadline=None)
def test_a_double_root_is_reported_once_as_touching(root):
    found = log_odds_roots(*two_sides([root, root]), 0, 8)
    assert found.roots == pytest.approx([root], abs=1e-5)
    assert found.touching == found.roots


def test_the_root_that_touches_is_told_from_the_one_before_it():
    found = log_odds_roots(*two_sides([1, 5, 5]), 0, 8)
    assert found.roots == pytest.approx([1, 5], abs=1e-5)
    assert found.touching == found.roots[1:]


def test_roots_that_are_close_are_told_apart():
    roots = [2, 2 + 1e-4]
    assert log_odds_roots(*two_sides(roots), 0, 8).roots == pytest.approx(roots, abs=1e-8)


def test_roots_on_points_of_division_and_at_the_ends_are_found_once():
    assert log_odds_roots(*two_sides([0, 4, 8]), 0, 8).roots == pytest.approx([0, 4, 8], abs=1e-6)
    assert log_odds_roots(*two_sides([4, 4]), 0, 8).roots == pytest.approx([4], abs=2 * RESOLUTION)


@given(st.lists(st.floats(9, 12), max_size=3), st.booleans())
@settings(max_examples=30, deadline=None)
def test_without_a_root_the_sign_is_given(roots, swap):
    sides = two_sides([*roots, -3.0])
    if swap:
        sides = sides[::-1]
    found = log_odds_roots(*sides, 0, 8)
    values = [side.at(1.0)[0] for side in sides]
    assert found.roots == ()
    assert found.sign == ("positive" if values[0] > values[1] else "negative")


terms = st.lists(st.tuples(st.integers(0, 12), st.integers(-30, 30)), min_size=1, max_size=8)


@given(terms, terms)
@settings(max_examples=150, deadline=None)
def test_no_change_of_sign_on_a_fine_grid_is_missed(search, direct):
    sides = [ExponentialSum.collect(*np.array(side, dtype=float).T) for side in (search, direct)]
    found = log_odds_roots(sides[0], sides[1], 0, 8)
    grid = np.linspace(0, 8, 801)
    values = [np.exp2(side.base - np.outer(grid, side.feature)).sum(axis=1) for side in sides]
    odds = np.log2(values[0]) - np.log2(values[1])
    for place in np.flatnonzero((odds[:-1] * odds[1:] < 0) & (np.minimum(abs(odds[:-1]), abs(odds[1:])) > 1e-9)):
        assert any(grid[place] <= root <= grid[place + 1] for root in found.roots)
    for root in found.roots:
        assert abs(sides[0].at(root)[0] - sides[1].at(root)[0]) < 1e-9
    assert len(found.roots) <= sign_changes(*sides)


def sign_changes(search, direct):
    """At most so many real roots: the rule of signs for exponential sums."""
    coefficients = {}
    for side, sign in ((search, 1), (direct, -1)):
        for feature, base in zip(side.feature, side.base, strict=True):
            coefficients[feature] = coefficients.get(feature, 0) + sign * 2.0**base
    signs = [math.copysign(1, coefficients[f]) for f in sorted(coefficients) if abs(coefficients[f]) > 1e-12]
    return sum(a != b for a, b in pairwise(signs)) if signs else 0


def test_sides_in_proportion_have_a_sign_and_no_root():
    side = ExponentialSum(np.array([1.0, 2.0]), np.array([0.0, -3.0]))
    for shift, sign in ((0.0, "zero"), (1.0, "positive"), (-1.0, "negative")):
        found = log_odds_roots(ExponentialSum(side.feature, side.base + shift), side, 0, 8)
        assert (found.roots, found.sign) == ((), sign)


def test_of_an_empty_side_nothing_is_known_but_that_it_is_missing():
    side, empty = (ExponentialSum(np.ones(n), np.zeros(n)) for n in (1, 0))
    assert log_odds_roots(side, empty, 0, 8) == Roots((0, 8), missing="direct")
    assert log_odds_roots(empty, side, 0, 8) == Roots((0, 8), missing="search")
    assert log_odds_roots(empty, empty, 0, 8) == Roots((0, 8))


def test_what_both_sides_have_in_common_moves_no_root():
    search, direct = two_sides([1.5, 4.25])
    common = [(power, 12.0) for power in range(4)]

    def with_common(side):
        return ExponentialSum.collect(*np.array([*zip(side.feature, side.base, strict=True), *common]).T)

    found = log_odds_roots(with_common(search), with_common(direct), 0, 8)
    assert found.roots == pytest.approx([1.5, 4.25], abs=1e-6)
    assert log_odds_roots(with_common(direct), with_common(direct), 0, 8).sign == "zero"


def test_odds_that_only_tend_to_nothing_have_no_root():
    direct = ExponentialSum(np.array([0.0, 5.0]), np.array([0.0, -1.0]))
    found = log_odds_roots(ExponentialSum(np.zeros(1), np.zeros(1)), direct, 0, 8)
    assert (found.roots, found.sign) == ((), "negative")


def test_collecting_adds_up_equal_features_and_drops_what_weighs_nothing():
    found = ExponentialSum.collect(np.array([2.0, 1.0, 2.0, 3.0]), np.array([0.0, 5.0, 0.0, -math.inf]))
    assert found.feature.tolist() == [1, 2]
    assert found.base.tolist() == [5, 1]


def test_means_fall_as_the_penalty_grows():
    side = ExponentialSum(np.array([1.0, 2.0, 5.0]), np.array([0.0, 1.0, 2.0]))
    means = [side.at(theta)[1] for theta in np.linspace(-5, 5, 50)]
    assert all(a > b for a, b in pairwise(means))


@pytest.fixture
def found(found_in_two_worlds):
    return found_in_two_worlds


@pytest.mark.parametrize("parameter", ["beta", "gamma", "lambda", "tax"])
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_the_log_odds_are_nothing_at_the_crossovers(found, parameter, end):
    for prior in (named_prior("solomonoff"), named_prior("levin", tax=-2)):
        low = 0.0
        if parameter == "beta":
            low = 0.98 if prior.tax == 0 else 1.0
        roots = crossovers(found, prior, end, parameter=parameter, within=(low, 8.0))
        grid = np.linspace(low, 8.0, 60)
        odds = [getattr(log_odds_of(found, prior.with_values({parameter: x})), end.name) for x in grid]
        assert len(roots.roots) >= np.count_nonzero(np.diff(np.sign(odds)))
        for root in roots.roots:
            there = getattr(log_odds_of(found, prior.with_values({parameter: root})), end.name)
            assert there == pytest.approx(0, abs=1e-10)
        if not roots.roots:
            assert set(np.sign(odds)) == {{"negative": -1, "zero": 0, "positive": 1}[roots.sign]}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_the_break_even_tax_is_the_root_nearest_nothing(found, end):
    prior = named_prior("kind-of-speed", tax=5)
    tax = break_even_tax(found, prior, end)
    bound = 64 if tax is None else abs(tax) - 1e-6

    def cut_at_the_bound(tax):
        """The log-odds also where the prior diverges, as the tax that would be needed may lie there."""
        taxed = prior.with_values({"tax": tax})
        return getattr(
            log_odds(tuple(mass(found.cells.of([kind]), found.header, taxed) for kind in range(3))), end.name
        )

    assert {np.sign(cut_at_the_bound(tax)) for tax in np.linspace(-bound, bound, 99)} == {-1}
    if tax is not None:
        assert cut_at_the_bound(tax) == pytest.approx(0, abs=1e-10)


def test_there_is_no_break_even_tax_where_no_program_searches(oracle, world):
    atlas = oracle("loops-w4-24")
    found = histogram(atlas, world(atlas.header, lambda x: x))
    assert break_even_tax(found, Prior("p"), LOW) is None
    assert break_even_tax(found, Prior("p"), HIGH) is None


@pytest.mark.parametrize("prior", [Prior("p"), Prior("p", 1.2, 0.7, 0.1, 2)], ids=["plain", "all"])
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_slopes_are_the_derivatives_of_the_log_odds(found, prior, end):
    given = slopes(found, prior, end)
    step = 1e-5
    for parameter, slope in given.items():
        here = prior.value(parameter)
        ahead = prior.with_values({parameter: here + 2 * step})
        middle = prior.with_values({parameter: here + step})
        odds = [getattr(log_odds_of(found, each), end.name) for each in (prior, middle, ahead)]
        numeric = (-3 * odds[0] + 4 * odds[1] - odds[2]) / (2 * step)
        assert slope == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_ranges_and_parameters_that_make_no_sense_are_refused(found):
    with pytest.raises(PriorError, match="crossovers in 'cap'"):
        crossovers(found, Prior("p"), LOW, parameter="cap")
    for within in ((1.0, 1.0), (2.0, 1.0), (0.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(PriorError, match="is empty"):
            crossovers(found, Prior("p"), LOW, within=within)
    with pytest.raises(PriorError, match="does not converge"):
        crossovers(found, Prior("p", 0.5), LOW)


@given(st.lists(st.floats(0.3, 7.7), max_size=3).filter(lambda roots: spread(roots, 0.05)))
@settings(max_examples=100, deadline=None)
def test_roots_are_the_same_where_the_sides_change_places(roots):
    """Below 0 the log-odds are kept away from it by the same bounds as above: no root is lost on either side."""
    search, direct = two_sides([*roots, -2.0])
    found, mirrored = log_odds_roots(search, direct, 0, 8), log_odds_roots(direct, search, 0, 8)
    assert found.roots == pytest.approx(sorted(roots), abs=1e-6)
    assert mirrored.roots == pytest.approx(found.roots, abs=1e-9)
    assert mirrored.touching == found.touching
    opposite = {None: None, "positive": "negative", "negative": "positive", "zero": "zero"}
    assert mirrored.sign == opposite[found.sign]


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("gap", [0.001, 0.05, 0.5])
def test_two_roots_between_ends_of_one_sign_are_found_wherever_they_lie(swap, gap):
    """The log-odds have the same sign at both ends of the range, below 0 as well as above."""
    for first in np.linspace(0.5, 7, 14):
        sides = two_sides([first, first + gap])
        search, direct = sides[::-1] if swap else sides
        found = log_odds_roots(search, direct, 0, 8)
        assert found.roots == pytest.approx([first, first + gap], abs=1e-6)
