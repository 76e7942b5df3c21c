"""Every number about weight in a world that one search and one direct program fit: there each has a closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest

from priorsim.census.recurrence import least_taxed_bits
from priorsim.claims import bonuses, weight
from priorsim.claims.answer import Band
from priorsim.claims.judge import SITE_CLAIMS
from priorsim.claims.populations import QUICK, _any_world, factors_at, populations
from priorsim.claims.rule import Cell, Tally, Verdict, rule
from priorsim.keys import plain
from priorsim.measure.weighed import stated_splits
from priorsim.mu.code import encode
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Program, Var
from tests.claims.hand import HEADER, TRUTH, direct, disguised, search, site_of
from tests.claims.plain import BESIDE, PLAIN

PAIRS = [
    *((9, 16, 10, 64), (8, 64, 10, 16), (10, 4, 12, 400), (12, 64, 9, 8), (6, 4096, 20, 4), (9, 16, 9, 16)),
    *((5, 4 << 20, 20, 4), (5, 64, 21, 4), (5, 64, 22, 4)),
]
"""Bits c and steps over four lanes of the search, bits L and steps of the direct program.

The last two cross at gamma = 4 and at 4.25, the first of which is the greatest that a claim is about.
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
    is_predicted = crosses and odds / dearer <= 4
    at = [odds - gamma * dearer for gamma in (0, 0.5, 1)]
    wanted = {
        weight.delta_l: odds,
        weight.delta_kt: odds - dearer,
        weight.untaxed_delta_l: odds,
        bonuses.bonus_difference: 0,
        bonuses.greater_bonus: 0,
        weight.slope_in_beta: odds,
        weight.slope_in_gamma: -dearer,
        weight.log_odds: odds,
        # The least is at the first price beyond 1, since the odds grow with it.
        weight.odds_after_beta: odds * (1 + 1 / 32) if odds > 0 else math.nan,
        weight.delegated_share: share(at[0]) - share(at[2]),
        weight.majority_taken: float(at[0] > 0 >= at[2]),
        weight.opposite_orders: float(at[1] * at[2] < 0) if long > 2 * short else math.nan,
        weight.length_quotient: long / short,
        weight.agreeing_signs: 1 if is_predicted else math.nan,
        weight.crossover_error: 0 if is_predicted else math.nan,
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


def test_where_a_table_fits_every_world_it_is_direct_code_of_its_length():
    """(data (0 1 2 3) x (m) m) over words of 2 bits, with a header and the words."""
    table = len(encode(Program(Var(0), TRUTH, Var(0)), HEADER.language))
    site = site_of([search(TRUTH, 8), direct(TRUTH, table + 5)])
    assert np.isnan(weight.delta_l_with_tables(site).low).all()
    everywhere = replace(site, train=(0, 1, 2, 3), held_out=())
    for rows, shortest in (([direct(TRUTH, table + 5)], table), ([direct(TRUTH, table - 5)], table - 5), ([], table)):
        asked = site_of([search(TRUTH, 8), *rows])
        found = weight.delta_l_with_tables(replace(asked, train=everywhere.train, held_out=()))
        assert (found.low[0], found.high[0]) == (shortest - 8, shortest - 8)


def test_bonuses_of_both_classes_are_over_as_many_lengths_as_the_bound_leaves_the_longer_one():
    """At a bound of 30 bits direct code has 20 beyond its 10, so search has no more beyond its 4."""
    near, far = search(TRUTH, 24, count=1 << 30), search(TRUTH, 25, count=1 << 30)
    for rows, wanted in (([near], math.log2(2**-4 + 2**6) + 4), ([far], 0)):
        found = bonuses.bonus_difference(site_of([search(TRUTH, 4), direct(TRUTH, 10), *rows]))
        assert found.low[0] == found.high[0] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("tax", [-2, 0, 4])
def test_a_tax_enters_the_least_cost_that_a_search_beyond_the_bound_may_have(tax):
    """The direct program is found; of search nothing, so that Delta L is at most L less the least of the others."""
    site = site_of([direct(TRUTH, 20)], tax=tax)
    unseen = least_taxed_bits(HEADER.language, HEADER.max_bits, tax)
    found = weight.delta_l(site)
    assert (found.low[0], found.high[0]) == (-math.inf, 20 - min(unseen, 31))
    by_form = weight.delta_l(site_of([direct(TRUTH, 20)], tax=tax, class_by="form"))
    assert by_form.high[0] == 20 - unseen


def test_the_premise_of_a_penalty_that_does_not_work_is_that_search_leads_without_it():
    leads, trails, only = (
        [search(TRUTH, 8), direct(TRUTH, 10)],
        [search(TRUTH, 10), direct(TRUTH, 8)],
        [direct(TRUTH, 8)],
    )
    claim = next(claim for claim in SITE_CLAIMS if claim.name == "naive-penalty")
    # Search leads if the disguised program is one, and trails if it is not.
    either = [*trails, disguised(TRUTH, 7)]
    told = [claim.sample(claim.number, site_of(rows)) for rows in (leads, trails, only, either)]
    assert [(each.tally, each.not_asked) for each in told] == [
        (Tally(1, 0, 0), 0), (Tally(), 1), (Tally(0, 0, 1), 0), (Tally(0, 0, 1), 0)
    ]  # fmt: skip


def test_an_amount_is_asked_of_worlds_whose_complexity_is_8_bits_below_the_bound_and_an_order_of_all():
    claims = {claim.name: claim for claim in SITE_CLAIMS}
    for bits, asked in ((22, 1), (23, 0), (30, 0)):
        site = site_of([direct(TRUTH, bits), search(TRUTH, 30)])
        for name, number in (("bayes-net", asked), ("much-simpler", 1)):
            found = claims[name].sample(claims[name].number, site)
            assert (found.tally.worlds, found.not_asked) == (number, 1 - number)


def test_what_decides_about_a_claim_is_among_the_cells_that_it_gets():
    """The longest of the amortised questions decides, where their number does at all."""
    worlds = populations(QUICK)
    for claim in SITE_CLAIMS:
        mine = [each for each in worlds if each.population in claim.populations]
        assert {each.population for each in mine} == set(claim.populations)
        for factor, level in claim.deciding.items():
            assert (factor, level) == ("queries", max(QUICK.queries))
            assert level in {each.queries for each in mine}


def test_a_quarter_of_the_lanes_is_held_out_wherever_proxy_is_asked():
    """Two of 8 lanes and four of 16, as docs/claims.md says."""
    found = {}
    for each in populations(QUICK):
        if each.population in ("all", "in-context", "proxy"):
            for world in each.worlds or [_any_world(each.header.domain)]:
                splits = [world] if each.population == "proxy" else stated_splits(world)
                sizes = {(len(world.domain.lanes), len(split.held_out)) for split in splits} - {(8, 0), (16, 0)}
                found.setdefault((each.population, world.domain.word_bits), set()).update(sizes)
    two, four = (8, 2), (16, 4)
    assert found == {
        ("all", 3): {two}, ("all", 4): {four}, ("in-context", 3): {four}, ("in-context", 4): {four},
        ("proxy", 3): {two, four}, ("proxy", 4): {four},
    }  # fmt: skip


def test_only_the_amortised_questions_are_counted_to_a_lower_bound():
    preset = replace(QUICK, bounds={bits: 10 + bits for bits in QUICK.bounds}, given={})
    for each in populations(preset):
        lower = 4 if each.population == "in-context-amortised" else 0
        assert each.header.max_bits == 10 + each.header.domain.word_bits - lower


def test_a_cell_counts_every_world_once():
    factors = factors_at("all", Language.named("arith", 3), "form", 0, tax=4)
    levels = {18: Tally(30, 1, 1), 20: Tally(20, 29, 19)}
    cell = Cell(factors, Tally(50, 30, 20), levels, (0.25, 0.5), 7, (-1.0, 0.5, 7.0), 11, 20, spread=(-2.0, 9.0))
    assert plain(cell.answer()) == {
        **factors, "few": False, "max_bits": 20, "worlds": 100,
        "holds": 50, "fails": 30, "undecided": 20, "not_asked": 7,
        "support": {"low": 0.5, "high": 0.7}, "support_by_mass": {"low": 0.25, "high": 0.5},
        "quartiles": [-1.0, 0.5, 7.0], "spread": {"low": -2.0, "high": 9.0}, "beyond_margin": 11, "trend": None,
        "by_complexity": [
            {"up_to": 18, "holds": 30, "fails": 1, "undecided": 1},
            {"up_to": 20, "holds": 20, "fails": 29, "undecided": 19},
        ],
    }  # fmt: skip
    nothing = Cell(factors, Tally(0, 0, 4), reasons={"why": 4}).answer(decides=False)
    assert (nothing.worlds, nothing.support, nothing.quartiles, nothing.spread) == (4, Band(0, 1), None, None)
    assert (nothing.reasons, nothing.decides, nothing.few) == ({"why": 4}, False, True)
    assert [Cell(factors, Tally(20, fails, 9)).answer().few for fails in (9, 10)] == [True, False]
    assert Cell(factors, Tally(), not_asked=3).answer().support is None


def test_a_verdict_is_over_every_cell_that_tells_anything():
    yes, no = Cell({"tax": 0}, Tally(30, 0, 0)), Cell({"tax": 4}, Tally(0, 30, 0))
    silent = Cell({"tax": 9}, Tally(0, 29, 300))
    assert rule([yes, silent]).verdict is Verdict.SUPPORTED
    assert rule([no, silent]).verdict is Verdict.REFUTED
    both = rule([yes, silent, no, no])
    assert (both.verdict, both.factor, both.levels) == (Verdict.DEPENDS, "tax", (("0", 1.0), ("4", 0.0)))


OTHER = {
    "amortised-exception": (lambda n: n > 0, lambda n: n >= 1),
    "n*: queries a context from which on the shortest search takes fewer steps than the shortest direct program": (
        lambda n: n < math.inf,
        None,
    ),
    "what log2(t_direct / t_search) of these two tends to as queries grow": (lambda n: n > 0, lambda n: n >= 1),
    "informed-search": (lambda n: n > 0.5, None),
    "table-to-search": (lambda n: n > 0.5, None),
    "share of tables at gamma = 2 less that at gamma = 0": (lambda n: n > 0, lambda n: n >= 0.05),
    "once, from a table or direct code to search": (lambda n: n > 0.5, None),
    "whether a shortest program is a search at its root or by effort": (lambda n: n > 0.5, None),
    "Delta L where programs with data count, tables as direct code and hybrids as search": (
        lambda n: n > 0,
        lambda n: n >= 1,
    ),
}
"""Where what plain.py does not measure supports its claim, and does so by the margin."""


def test_conditions_hold_where_they_are_meant_to_and_where_their_text_says():
    meant = {name: (twin.is_true, twin.by_margin) for name, twin in (PLAIN | BESIDE).items()} | OTHER
    numbers = np.arange(-300, 301) / 100
    signs = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
    named = [(claim.name, claim.number) for claim in SITE_CLAIMS]
    named += [(each.text, each) for claim in SITE_CLAIMS for each in claim.beside]
    assert {name for name, _ in named} == set(meant)
    for name, number in named:
        sign, bound = number.condition.split()
        holds = number.supports(numbers).tolist()
        assert holds == signs[sign](numbers, float(bound)).tolist(), name
        is_true, by_margin = meant[name]
        assert holds == [bool(is_true(number)) for number in numbers.tolist()], name
        assert (by_margin is None) == (number.margin == 0), name
        if by_margin is not None:
            found = number.supports(numbers, margin=number.margin).tolist()
            assert found == [bool(by_margin(number)) for number in numbers.tolist()], name
