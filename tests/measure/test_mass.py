"""Masses against exact sums in plain Python."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.census.summability import least_beta
from priorsim.errors import PriorError
from priorsim.measure.convergence import explored
from priorsim.measure.histogram import Cells, census_cells, histogram
from priorsim.measure.mass import (
    HIGH,
    LOW,
    Interval,
    Mass,
    check_convergence,
    exact_mass,
    exact_sums,
    kt,
    log2_fraction,
    log_odds,
    log_odds_of,
    mass,
    masses,
    programs,
    shares,
    shortest,
)
from priorsim.priors import Prior, named_prior

EMPTY = exact_mass(Fraction(0))
PRIORS = [
    named_prior("solomonoff"),
    named_prior("solomonoff", tax=3),
    named_prior("solomonoff", tax=-2),
    named_prior("tempered", beta=3),
    named_prior("capped", cap=5),
    named_prior("levin"),
    named_prior("schmidhuber", tax=1.5),
    named_prior("kind-of-speed"),
    named_prior("linear", lam=0.125),
    named_prior("tempered", beta=1.25),
    named_prior("capped", cap=2.5, gamma=1),
]


@pytest.fixture
def found(found_in_two_worlds):
    return found_in_two_worlds


def plain_mass(cells: Cells, lanes: int, prior: Prior, kind: int) -> float:
    terms = []
    for row in range(len(cells)):
        if int(cells.kind[row]) != kind:
            continue
        t = Fraction(int(cells.steps[row]), lanes)
        if prior.cap is not None and t > Fraction(prior.cap):
            continue
        exponent = prior.beta * int(cells.bits[row]) + prior.lam * float(t) + prior.tax * int(cells.searches[row])
        terms.append(int(cells.count[row]) * 2.0**-exponent * float(t) ** -prior.gamma)
    return math.fsum(terms)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_masses_are_the_sums_of_the_weights(found, prior):
    for kind, part in enumerate(masses(found, prior)):
        assert part.value == pytest.approx(plain_mass(found.cells, 16, prior, kind), rel=1e-13)
        assert (part.exact is not None) == prior.is_dyadic


@pytest.mark.parametrize("prior", [prior for prior in PRIORS if prior.is_dyadic], ids=lambda prior: prior.name)
def test_dyadic_masses_are_exact(found, prior):
    cells = found.cells
    for kind, part in enumerate(masses(found, prior)):
        want = Fraction(0)
        for row in np.flatnonzero(cells.kind == kind):
            if prior.cap is None or Fraction(int(cells.steps[row]), 16) <= prior.cap:
                exponent = prior.beta * int(cells.bits[row]) + prior.tax * int(cells.searches[row])
                want += int(cells.count[row]) * Fraction(2) ** -exponent
        assert part.exact == want


def test_masses_of_the_interpreters_census_add_up_to_the_kraft_sum(tiny):
    total = mass(census_cells(tiny.rows), tiny.header, named_prior("solomonoff"))
    assert total.exact == explored(tiny.header).explored


def test_masses_of_the_interpreters_census_are_those_of_its_programs(tiny, world):
    found = histogram(tiny, world(tiny.header, lambda x: {0, 1}, (0, 1)))
    prior = named_prior("levin")
    rows = tiny.rows
    want = [0.0, 0.0, 0.0]
    for row in range(len(rows)):
        y, strict, wide = (int(column[row]) for column in (rows.behaviour, rows.strict, rows.wide))
        if y % 4 <= 1 and (y >> 2) % 4 <= 1:
            kind = 2 if y != strict else 1 if y != wide else 0
            want[kind] += int(rows.count[row]) * 2.0 ** -int(rows.bits[row]) / (int(rows.steps[row]) / 4)
    assert [part.value for part in masses(found, prior)] == pytest.approx(want, rel=1e-14)
    assert want[2] > 0


def test_levin_is_solomonoff_at_gamma_one(found):
    pair = [log_odds_of(found, prior) for prior in (named_prior("levin"), named_prior("solomonoff", gamma=1))]
    assert pair[0] == pair[1]


def test_float_and_exact_masses_agree(found):
    exact = masses(found, Prior("p", tax=1))
    nearly = masses(found, Prior("p", tax=1, gamma=1e-300))
    assert [part.log2 for part in nearly] == pytest.approx([part.log2 for part in exact], abs=1e-13)


def test_nothing_over_or_underflows(found):
    for prior in (
        Prior("p", beta=5000),
        Prior("p", beta=5000.5),
        Prior("p", 2000, tax=-9000.5),
        Prior("p", beta=1e9),
    ):
        for part in masses(found, prior):
            assert math.isfinite(part.log2)


def test_log2_of_huge_fractions_is_exact():
    assert log2_fraction(Fraction(2**5000, 3**2)) == pytest.approx(5000 - 2 * math.log2(3), rel=1e-15)
    assert log2_fraction(Fraction(0)) == -math.inf


def test_disguised_programs_stand_on_either_side_of_the_interval():
    parts = tuple(exact_mass(Fraction(n)) for n in (3, 1, 8))
    assert log_odds(parts) == Interval(1.0, math.log2(3))


@pytest.mark.parametrize(
    ("direct", "disguised", "search", "low", "high"),
    [
        (1, 0, 0, -math.inf, -math.inf),
        (0, 0, 1, math.inf, math.inf),
        (0, 1, 0, -math.inf, math.inf),
        (1, 1, 0, -math.inf, 0.0),
        (0, 1, 1, 0.0, math.inf),
        (0, 0, 0, None, None),
    ],
)
def test_odds_against_an_empty_class_are_one_sided(direct, disguised, search, low, high):
    parts = (direct, disguised, search)
    assert log_odds(tuple(exact_mass(Fraction(n)) for n in parts)) == Interval(low, high)
    floats = tuple(Mass(math.log2(n) if n else -math.inf) for n in parts)
    assert log_odds(floats) == Interval(low, high)


@given(st.lists(st.floats(-2000, 2000), min_size=3, max_size=3))
def test_the_interval_is_never_upside_down_and_shares_add_up(logs):
    parts = tuple(map(Mass, logs))
    odds = log_odds(parts)
    assert odds.low <= odds.high + 1e-12
    assert sum(shares(parts)) == pytest.approx(1)


def test_programs_and_least_rows_are_those_of_the_classes(found):
    assert sum(programs(found)) == found.cells.programs
    both = shortest(found, LOW.direct)
    assert both.bits == min(found.shortest[kind].bits for kind in (0, 1))
    assert kt(found.least_kt[0], found.header) == min(
        bits + math.log2(steps / 16)
        for bits, steps in zip(found.cells.of([0]).bits.tolist(), found.cells.of([0]).steps.tolist(), strict=True)
    )
    assert HIGH.direct == (0,)


@pytest.mark.parametrize(
    "prior", [Prior("p", 0.9), Prior("p", 0.9, gamma=8), Prior("p", 0.9, lam=9), Prior("p", 0.9, cap=1)]
)
def test_beta_below_the_threshold_is_refused_whatever_the_other_penalties(found, prior):
    with pytest.raises(PriorError, match=r"below 0\.9\d+ .* give a beta of at least 0\.9"):
        masses(found, prior)


@pytest.mark.parametrize(
    "prior",
    [
        Prior("p", tax=-2.47),
        Prior("p", tax=-12, gamma=8),
        Prior("p", tax=-3, lam=9),
        Prior("p", tax=-3, cap=1),
        Prior("p", 2, tax=-14.2),
    ],
)
def test_a_subsidy_beyond_the_convergent_range_is_refused_whatever_the_price_of_time(found, prior):
    with pytest.raises(PriorError, match=r"below -\d+\.\d+ bits a search node.* give a tax of at least -\d+\.\d+"):
        masses(found, prior)


def test_a_tax_on_search_nodes_lets_a_lesser_beta_converge(found):
    threshold = least_beta(found.header.language, 0.0)
    check_convergence(found.header.language, Prior("p", threshold - 1e-4, tax=3))
    with pytest.raises(PriorError, match="give a beta of at least"):
        check_convergence(found.header.language, Prior("p", threshold - 1e-4, tax=-1))


def test_beta_just_above_the_threshold_is_taken(found):
    check_convergence(found.header.language, Prior("p", least_beta(found.header.language, 0.0)))


def test_a_mass_is_a_float_exactly_where_a_float_keeps_all_its_digits():
    """From the smallest normal float, 2^-1022, to below 2^1024; beyond, only its log2 is told."""
    least, most = Fraction(sys.float_info.min), Fraction(sys.float_info.max)
    for exact in (least, least * 3 / 2, Fraction(1, 3), most / 2):
        for known in (exact_mass(exact), Mass(log2_fraction(exact))):
            assert known.value == pytest.approx(float(exact), rel=1e-12)
    for exact in (least / 2, least / 2**60, most * 2, Fraction(2) ** 1024):
        for unknown in (exact_mass(exact), Mass(log2_fraction(exact))):
            assert unknown.value is None
    assert EMPTY.value == 0


@pytest.mark.parametrize("kind", [np.uint64, object])
def test_exact_sums_are_those_of_loops_however_large_the_counts(kind):
    """Counts up to 2^64 - 1, of which two do not fit one 64-bit sum; as Python integers up to any size."""
    draw = np.random.default_rng(3)
    place, exponent = draw.integers(0, 3, 60), draw.integers(-40, 9, 60)
    exponent[:6], place[:6] = 7, 1
    count = np.array([2**64 - 1 - each for each in range(60)], dtype=np.uint64).astype(kind)
    if kind is object:
        count *= 2**70
    wanted = [Fraction(0)] * 4
    for where, power, number in zip(place.tolist(), exponent.tolist(), count.tolist(), strict=True):
        wanted[where] += number * Fraction(2) ** power
    assert exact_sums(place, exponent, count, 4) == wanted
    assert exact_sums(place[:0], exponent[:0], count[:0], 2) == [0, 0]
