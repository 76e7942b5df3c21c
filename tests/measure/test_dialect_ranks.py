"""Rank correlation of masses between dialects against a plain loop."""

import math
from collections import defaultdict
from fractions import Fraction
from functools import cache
from statistics import correlation

import pytest

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError
from priorsim.measure.dialect_ranks import Reached, ranks
from priorsim.mu.domain import Domain

BITS = 21


@cache
def census(dialect: str, max_bits: int = BITS, word_bits: int = 3):
    return take_census(make_header(dialect, max_bits, domain=Domain.default(word_bits)), workers=1)


@cache
def masses(dialect: str, bound: int) -> dict[int, Fraction]:
    listed, found = list_programs(census(dialect).header), defaultdict(Fraction)
    for bits, words in zip(listed.bits.tolist(), listed.behaviour.tolist(), strict=True):
        if bits <= bound:
            found[words] += Fraction(1, 2**bits)
    return found


def mean_ranks(values: list[Fraction]) -> list[float]:
    """Each value's rank, the mean over those equal to it."""
    return [sum(other < each for other in values) + (values.count(each) - 1) / 2 for each in values]


@pytest.mark.engine
@pytest.mark.parametrize("pair", [("arith", "logic"), ("arith", "loops"), ("logic", "loops")])
def test_ranks_are_those_of_a_plain_loop(pair):
    found = ranks(*(Reached.of(census(name)) for name in pair))
    for cut, bound in enumerate((BITS, BITS - 4, BITS - 8)):
        mine, yours = (masses(name, bound) for name in pair)
        both = sorted(set(mine) & set(yours))
        expected = correlation(*(mean_ranks([each[words] for words in both]) for each in (mine, yours)))
        assert found.spearman[cut] == pytest.approx(expected)
        if cut == 0:
            assert found.first == pytest.approx([-math.log2(mine[words]) for words in both])
            assert found.second == pytest.approx([-math.log2(yours[words]) for words in both])


@pytest.mark.engine
def test_a_dialect_ranks_as_itself_and_what_has_no_order_has_no_rank():
    itself = ranks(*[Reached.of(census("arith"))] * 2)
    assert itself.spearman[0] == pytest.approx(1) and (itself.first == itself.second).all()
    few = ranks(*[Reached.of(census("arith", 8))] * 2)
    # No program is within 8 bits less 8, and one alone within 8 bits less 4.
    assert few.spearman[0] == pytest.approx(1) and all(map(math.isnan, few.spearman[2:]))


@pytest.mark.engine
def test_censuses_without_a_behaviour_in_common_are_refused():
    with pytest.raises(CensusError, match="no behaviour in common"):
        ranks(Reached.of(census("arith", 2)), Reached.of(census("arith", 2, 4)))
