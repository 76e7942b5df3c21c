"""Bounds, tails and the certified odds."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.recurrence import program_counts
from priorsim.errors import PriorError
from priorsim.measure.convergence import convergence, explored, unconditional
from priorsim.measure.histogram import Histogram, histogram
from priorsim.measure.keys import log2_mass
from priorsim.measure.mass import log_odds_of, masses
from priorsim.priors import Prior, named_prior
from tests.measure.conftest import cells_of


def cut(atlas: Atlas, bound: int) -> Atlas:
    return Atlas(replace(atlas.header, max_bits=bound), atlas.rows.take(atlas.rows.bits <= bound))


def with_counts(found: Histogram, counts: dict[int, tuple[int, int, int]]) -> Histogram:
    """The same histogram with so many programs (direct, disguised, search) at each length."""
    rows = [(kind, bits, 16, n) for bits, each in counts.items() for kind, n in enumerate(each) if n]
    return replace(found, cells=cells_of(*zip(*rows, strict=True)))


@pytest.fixture
def found(oracle, world):
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: x > 1, range(12)))


@pytest.mark.parametrize("prior", [named_prior("solomonoff"), named_prior("levin", tax=1)], ids=lambda p: p.name)
def test_a_number_at_a_shorter_bound_is_that_of_a_census_so_far(oracle, found, prior):
    atlas = oracle("arith-w4-24")
    rows = convergence(found, prior).bounds
    assert [row.bits for row in rows] == [24, 22, 20, 18, 16]
    for row in rows:
        shorter = histogram(cut(atlas, row.bits), found.world)
        assert list(row.log2_mass) == list(map(log2_mass, masses(shorter, prior)))
        assert row.log_odds == log_odds_of(shorter, prior)


def test_the_share_of_the_last_bits_is_what_four_bits_less_would_lack(oracle, found):
    prior = named_prior("solomonoff")
    shorter = masses(histogram(cut(oracle("arith-w4-24"), 20), found.world), prior)
    for share, less, whole in zip(
        convergence(found, prior).last_four_bits_share, shorter, masses(found, prior), strict=True
    ):
        assert share == pytest.approx(float(1 - less.exact / whole.exact), rel=1e-12)


def test_a_geometric_course_is_continued_exactly(found):
    prior = named_prior("solomonoff")
    # 2^(l/2) programs at even lengths: the mass at l is 2^(-l/2).
    made = with_counts(found, {bits: (2 ** (bits // 2), 0, 2 ** (bits // 2 - 4)) for bits in range(16, 25, 2)})
    tails = list(convergence(made, prior).extrapolated_log2_mass)
    ratio = 2**-0.5
    whole = sum(2.0 ** -(bits / 2) for bits in range(16, 25, 2))
    assert tails[0].low == pytest.approx(math.log2(whole + ratio**25 / (1 - ratio)), abs=1e-9)
    assert tails[0].high == pytest.approx(tails[0].low, abs=1e-6)
    assert tails[1] is None
    odds = convergence(made, prior).extrapolated_log_odds
    assert odds.low == pytest.approx(-4, abs=1e-6)
    assert odds.high == pytest.approx(-4, abs=1e-6)


def test_a_rising_course_is_bounded_by_the_unexplored_code_alone(found):
    rising = with_counts(found, {bits: (4 ** (bits - 16), 0, 1) for bits in range(16, 25)})
    beyond = float(explored(found.header).unexplored_code)
    whole = masses(rising, Prior("p"))[0].value
    assert convergence(rising, Prior("p")).extrapolated_log2_mass.direct.high == pytest.approx(
        math.log2(whole + beyond)
    )
    unbounded = convergence(rising, Prior("p", tax=-1))
    assert unbounded.extrapolated_log2_mass.direct.high == math.inf
    assert unbounded.extrapolated_log_odds.low is None


def test_tails_add_to_the_measured_mass(found):
    for prior in (named_prior("solomonoff"), named_prior("levin")):
        settled = convergence(found, prior)
        for kind in (0, 2):
            tail = list(settled.extrapolated_log2_mass)[kind]
            assert masses(found, prior)[kind].log2 <= tail.low <= tail.high
        assert settled.extrapolated_log_odds.low <= settled.extrapolated_log_odds.high


def test_a_class_with_too_few_programs_leaves_the_odds_their_range(found):
    settled = convergence(found, Prior("p"))
    assert settled.extrapolated_log2_mass.disguised is None
    assert None not in (settled.extrapolated_log_odds.low, settled.extrapolated_log_odds.high)


def test_a_class_without_programs_keeps_the_range_one_sided(oracle, world):
    atlas = oracle("loops-w4-24")
    settled = convergence(histogram(atlas, world(atlas.header, lambda x: x)), Prior("p"))
    assert settled.extrapolated_log_odds.low == -math.inf
    assert settled.extrapolated_log2_mass.search is None


def test_too_few_lengths_give_no_tail(found):
    sparse = with_counts(found, {20: (1, 0, 1), 22: (1, 0, 1), 24: (1, 0, 1)})
    settled = convergence(sparse, Prior("p"))
    assert list(settled.extrapolated_log2_mass) == [None, None, None]
    assert (settled.extrapolated_log_odds.low, settled.extrapolated_log_odds.high) == (None, None)


def test_explored_and_unexplored_mass_are_exact(oracle):
    header = oracle("arith-w4-24").header
    known = explored(header)
    counts = program_counts(header.language, 24)
    assert known.explored == sum(Fraction(n, 2**bits) for bits, n in enumerate(counts))
    assert known.explored + known.unexplored == 1
    assert known.unexplored - known.unexplored_code == Fraction(1, 2)


@pytest.mark.parametrize("prior", [named_prior("solomonoff"), named_prior("levin"), named_prior("schmidhuber", tax=2)])
def test_certified_odds_hold_at_every_bound_for_all_longer_censuses(oracle, prior):
    atlas = oracle("arith-w4-24")
    by_bound = [unconditional(cut(atlas, bound), prior) for bound in (16, 20, 24)]
    final = by_bound[-1].log_odds
    for earlier in by_bound:
        assert earlier.certified.low <= final.low <= final.high <= earlier.certified.high
    for earlier, later in pairwise(by_bound):
        assert earlier.certified.low <= later.certified.low
        assert later.certified.high <= earlier.certified.high


def test_unconditional_counts_and_masses_are_those_of_the_census(oracle):
    atlas = oracle("arith-w4-24")
    found = unconditional(atlas, Prior("p"))
    assert sum(found.programs) == int(atlas.rows.count.sum())
    assert sum(part.exact for part in found.masses) == explored(atlas.header).explored
    is_search = atlas.rows.strict != atlas.rows.behaviour
    assert found.programs[2] == int(atlas.rows.count[is_search].sum())


def test_a_census_without_search_certifies_odds_against_it_only(oracle):
    found = unconditional(oracle("loops-w4-24"), Prior("p"))
    assert found.certified.low == -math.inf
    assert math.isfinite(found.certified.high)


@pytest.mark.parametrize("prior", [Prior("p", beta=0.99), Prior("p", tax=-1)])
def test_weights_that_the_code_does_not_bound_certify_nothing(tiny, prior):
    with pytest.raises(PriorError, match="beta of at least 1 and a tax of at least 0"):
        unconditional(tiny, prior)


def test_a_tail_is_as_wide_as_twice_the_standard_error_of_its_slope(found):
    """Ordinary least squares on paper: 8 lengths, 6 degrees of freedom, and a geometric series through the centre.

    Of 2^k programs of l bits the mass is 2^(k - l), so the points are (l, k - l), here for l of 17 to 24. All
    sums are rationals; only the square root and the series are floats.
    """
    exponents = [7, 8, 7, 9, 9, 8, 10, 9]
    lengths = range(17, 25)
    made = with_counts(found, {bits: (2**k, 0, 1) for bits, k in zip(lengths, exponents, strict=True)})
    points = [(Fraction(bits), Fraction(k - bits)) for bits, k in zip(lengths, exponents, strict=True)]
    centre, height = (sum(values) / 8 for values in zip(*points, strict=True))
    spread = sum((x - centre) ** 2 for x, _ in points)
    slope = sum((x - centre) * (y - height) for x, y in points) / spread
    rest = sum((y - height - slope * (x - centre)) ** 2 for x, y in points)
    error = 2 * math.sqrt(rest / 6 / spread)
    whole = sum(2.0 ** float(y) for _, y in points)
    tail = convergence(made, named_prior("solomonoff")).extrapolated_log2_mass.direct
    for end, tilt in ((tail.low, float(slope) - error), (tail.high, float(slope) + error)):
        beyond = sum(2.0 ** (float(height) + tilt * (bits - float(centre))) for bits in range(25, 2000))
        assert end == pytest.approx(math.log2(whole + beyond), abs=1e-9)
    assert tail.high - tail.low > 0.05
