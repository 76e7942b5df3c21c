"""The slack of the coding theorem against a plain loop with fractions over every program."""

import math
from collections import defaultdict
from fractions import Fraction
from functools import cache
from statistics import linear_regression, median, quantiles

import pytest

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.measure.coding_theorem import coding_theorem
from priorsim.mu.domain import Domain
from tests.measure.conftest import batched

BITS = 21


@cache
def census():
    return take_census(make_header("arith", BITS, domain=Domain.default(3)), workers=1)


@cache
def plain():
    """By bound and K the slack of every behaviour, from programs one by one."""
    listed, lengths = list_programs(census().header), defaultdict(list)
    for bits, words in zip(listed.bits.tolist(), listed.behaviour.tolist(), strict=True):
        lengths[words].append(bits)
    found = {}
    for bound in (BITS, BITS - 4, BITS - 8):
        by_length = defaultdict(list)
        for each in lengths.values():
            counted = [bits for bits in each if bits <= bound]
            if counted:
                mass = sum(Fraction(1, 2**bits) for bits in counted)
                by_length[min(counted)].append(min(counted) + math.log2(mass))
        found[bound] = by_length
    return found


@pytest.mark.engine
@pytest.mark.parametrize("batches", [None, 1000])
def test_the_slack_is_that_of_a_plain_loop(batches):
    found = coding_theorem(census() if batches is None else batched(census(), batches)).slack
    whole = plain()[BITS]
    assert found.bits.tolist() == sorted(whole)
    for place, bits in enumerate(found.bits.tolist()):
        slack = sorted(whole[bits])
        assert found.behaviours[place] == len(slack)
        middle = quantiles(slack, n=4, method="inclusive") if len(slack) > 1 else slack * 3
        assert found.five[place] == pytest.approx([slack[0], *middle, slack[-1]], abs=1e-12)
        for cut, bound in enumerate((BITS, BITS - 4, BITS - 8)):
            expected = median(plain()[bound][bits]) if bits <= bound else math.nan
            assert found.medians[place, cut] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert found.five.min() >= 0


@pytest.mark.engine
def test_the_line_is_least_squares_over_behaviours_well_below_the_bound():
    found = coding_theorem(census())
    assert found.fitted == BITS - 8
    points = [(bits, bits - each) for bits, slack in plain()[BITS].items() if bits <= BITS - 8 for each in slack]
    assert (found.slope, found.intercept) == pytest.approx(linear_regression(*zip(*points, strict=True)))


@pytest.mark.engine
def test_no_line_through_a_single_length():
    # Up to 10 bits the fit has the identity alone, of 2 bits.
    found = coding_theorem(take_census(make_header("arith", 10, domain=Domain.default(3)), workers=1))
    assert found.fitted == 2 and math.isnan(found.slope) and math.isnan(found.intercept)
    # Within the bound less 8 bits stands the identity program alone.
    assert found.slack.medians[0, 2] == 0
