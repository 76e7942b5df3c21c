"""Every number about weight in a world that one search and one direct program fit: there each has a closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest

from priorsim.claims import weight
from priorsim.claims.judge import SITE_CLAIMS
from priorsim.claims.populations import QUICK, factors_at, populations
from priorsim.claims.rule import Cell, Verdict, rule
from priorsim.keys import plain
from tests.claims.hand import TRUTH, direct, search, site_of
from tests.claims.plain import BESIDE, PLAIN

PAIRS = [
    *((9, 16, 10, 64), (8, 64, 10, 16), (10, 4, 12, 400), (12, 64, 9, 8), (6, 4096, 20, 4), (9, 16, 9, 16)),
    *((5, 4 << 20, 20, 4), (5, 16, 20, 4), (5, 16, 22, 4)),
]
"""Bits c and steps over four lanes of the search, bits L and steps of the direct program.

The last two cross at gamma = 7.5 and at 8.5, within the range that is searched and beyond it.
"""


def two_to(exponent):
    return 2.0**exponent


def share(odds):
    """Search's share of the mass where log2(search / direct) is this."""
    return two_to(odds) / (1 + two_to(odds))


@pytest.mark.parametrize(("short", "slow", "long", "fast"), PAIRS)
def test_two_lone_programs_have_the_numbers_of_the_closed_forms(short, slow, long, fast):
    odds, dearer = long - short, math.log2(slow) - math.log2(fast)
    crosses = odds > 0 and dearer > 0
    at = [odds - gamma * dearer for gamma in (0, 0.5, 1)]
    wanted = {
        weight.delta_l: odds,
        weight.delta_kt: odds - dearer,
        weight.least_length_beyond_cap: -odds,
        weight.bonus_difference: 0,
        weight.greater_bonus: 0,
        weight.slope_in_beta: odds,
        weight.slope_in_gamma: -dearer,
        weight.log_odds: odds,
        # The least is at the first price beyond 1, since the odds grow with it.
        weight.odds_after_beta: odds * (1 + 1 / 32) if odds > 0 else math.nan,
        weight.delegated_share: share(at[0]) - share(at[2]),
        weight.opposite_orders: float(at[1] * at[2] < 0),
        weight.length_quotient: long / short,
        weight.crossover_error: (0 if odds / dearer <= 8 else math.inf) if crosses else math.nan,
    }
    site = site_of([search(TRUTH, short, slow), direct(TRUTH, long, fast)])
    for measure, number in wanted.items():
        found = measure(site)
        ends = found.low[0], found.high[0]
        assert ends == pytest.approx((number, number), abs=1e-9, nan_ok=True), measure.__name__


@pytest.mark.parametrize("count", [300, 1000])
def test_the_least_odds_of_many_longer_searches_are_at_the_highest_price_on_length(count):
    """N searches of 10 bits against one direct program of 8: log2 N - 2 beta, least at beta = 4."""
    found = weight.odds_after_beta(site_of([search(TRUTH, 10, count=count), direct(TRUTH, 8)]))
    assert found.low[0] == pytest.approx(math.log2(count) - 8, abs=1e-9)


def test_what_decides_about_a_claim_is_among_the_cells_that_it_gets():
    """The longest of the amortised questions decides, where their number does at all."""
    worlds = populations(QUICK)
    for claim in SITE_CLAIMS:
        mine = [each for each in worlds if each.population in claim.populations]
        assert {each.population for each in mine} == set(claim.populations)
        for factor, level in claim.deciding.items():
            assert (factor, level) == ("queries", max(QUICK.queries))
            assert level in {each.queries for each in mine}


def test_only_the_amortised_questions_are_counted_to_a_lower_bound():
    preset = replace(QUICK, bounds={bits: 10 + bits for bits in QUICK.bounds})
    for each in populations(preset):
        lower = 4 if each.population == "in-context-amortised" else 0
        assert each.header.max_bits == 10 + each.header.domain.word_bits - lower


def test_a_cell_counts_every_world_once():
    factors = factors_at("all", 3, "form", 0, tax=4)
    cell = Cell(factors, 5, 3, 2, (-1.0, 0.5, 7.0), 20)
    assert plain(cell.answer()) == {
        **factors, "max_bits": 20, "worlds": 10, "holds": 5, "fails": 3, "undefined": 2, "support": 5 / 8, "median": 0.5
    }  # fmt: skip
    nothing = Cell(factors, 0, 0, 4).answer()
    assert (nothing.worlds, nothing.support, nothing.median) == (4, None, None)


def test_a_verdict_is_over_every_cell_that_tells_anything():
    yes, no, silent = Cell({"tax": 0}, 3, 0, 0), Cell({"tax": 4}, 0, 3, 0), Cell({"tax": 9}, 0, 0, 3)
    assert rule([yes, silent]).verdict is Verdict.SUPPORTED
    assert rule([no, silent]).verdict is Verdict.REFUTED
    both = rule([yes, silent, no, no])
    assert (both.verdict, both.factor, both.levels) == (Verdict.DEPENDS, "tax", (("0", 1.0), ("4", 0.0)))


OTHER = {
    "amortised-exception": lambda n: n > 0,
    "informed-search": lambda n: n > 0.5,
    "table-to-search": lambda n: n > 0.5,
    "share of tables at gamma = 2 less that at gamma = 0": lambda n: n > 0,
    "once, from a table or direct code to search": lambda n: n > 0.5,
}
"""Where what plain.py does not measure supports its claim."""


def test_conditions_hold_where_they_are_meant_to_and_where_their_text_says():
    meant = {name: is_true for name, (_, is_true) in {**PLAIN, **BESIDE}.items()} | OTHER
    numbers = np.arange(-300, 301) / 100
    signs = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
    named = [(claim.name, claim.number) for claim in SITE_CLAIMS]
    named += [(each.text, each) for claim in SITE_CLAIMS for each in claim.beside]
    assert {name for name, _ in named} == set(meant)
    for name, number in named:
        sign, bound = number.condition.split()
        holds = number.supports(numbers).tolist()
        assert holds == signs[sign](numbers, float(bound)).tolist(), name
        assert holds == [bool(meant[name](number)) for number in numbers.tolist()], name
