"""The rule by which claims get their verdicts, threshold by threshold, on worlds that are only counted."""

import statistics
from fractions import Fraction

import numpy as np
import pytest

from priorsim.claims.claim import MOST_NUMBERS, Number, Sample, Worth, cell_of
from priorsim.claims.rule import Cell, Quantifier, Tally, Verdict, rule
from priorsim.measure.trend import Direction
from priorsim.measure.values import Values

MOSTLY, NEARLY, SOMEWHERE = Quantifier.MOSTLY, Quantifier.NEARLY_ALWAYS, Quantifier.SOMEWHERE
YES, NO, OPEN, FEW, SILENT = (
    *(Verdict.SUPPORTED, Verdict.REFUTED, Verdict.DEPENDS, Verdict.FEW_WORLDS),
    Verdict.NOT_ANSWERABLE,
)


def plain_verdict(tallies, quantifier):
    """The table of docs/claims.md, read aloud: of (holds, fails, undecided) in each cell."""
    told = [each for each in tallies if each[0] + each[1] >= 30]
    low = [Fraction(holds, sum(each)) for each in told for holds in each[:1]]
    high = [Fraction(each[0] + each[2], sum(each)) for each in told]
    above, below = {
        MOSTLY: (lambda share: share > Fraction(2, 3), lambda share: share < Fraction(1, 3)),
        NEARLY: (lambda share: share > Fraction(95, 100), lambda share: share < Fraction(95, 100)),
        SOMEWHERE: (lambda share: share > 0, lambda share: share == 0),
    }[quantifier]
    if not told:
        return FEW if any(holds + fails for holds, fails, _ in tallies) else SILENT
    return YES if all(map(above, low)) else NO if all(map(below, high)) else OPEN


TALLIES = [
    *((20, 10, 0), (10, 20, 0), (201, 100, 0), (200, 101, 0), (100, 201, 0), (101, 200, 0)),
    *((67, 23, 10), (66, 24, 10), (20, 70, 13), (20, 70, 15), (21, 8, 500), (21, 9, 500)),
    *((95, 5, 0), (96, 4, 0), (94, 6, 0), (96, 0, 4), (96, 0, 6), (94, 5, 1), (0, 30, 0), (1, 29, 0)),
    *((0, 30, 1), (0, 29, 0), (29, 0, 0), (30, 0, 0), (0, 0, 40), (1, 29, 10000), (0, 0, 0)),
]


@pytest.mark.parametrize("quantifier", Quantifier)
def test_a_cell_is_ruled_on_by_its_quantifiers_thresholds(quantifier):
    found = {counts: rule([Cell({}, Tally(*counts))], quantifier).verdict for counts in TALLIES}
    assert found == {counts: plain_verdict([counts], quantifier) for counts in TALLIES}
    assert set(found.values()) == set(Verdict) - {Verdict.NOT_RULED_ON}


@pytest.mark.parametrize("quantifier", Quantifier)
def test_every_cell_that_tells_has_to_agree(quantifier):
    for first in TALLIES:
        for second in TALLIES:
            cells = [Cell({"tax": tax}, Tally(*counts)) for tax, counts in enumerate((first, second))]
            assert rule(cells, quantifier).verdict is plain_verdict([first, second], quantifier), (first, second)


def test_thresholds_are_met_by_neither_side_where_support_lies_on_them():
    assert Tally(20, 10).verdict(MOSTLY) is Tally(10, 20).verdict(MOSTLY) is OPEN
    assert Tally(95, 5).verdict(NEARLY) is OPEN
    # One world more in a hundred and one: above on the one hand, below on the other.
    assert (Tally(96, 5).verdict(NEARLY), Tally(95, 6).verdict(NEARLY)) == (YES, NO)
    assert (Tally(1, 29).verdict(SOMEWHERE), Tally(0, 30).verdict(SOMEWHERE)) == (YES, NO)
    assert Tally(0, 30, 1).verdict(SOMEWHERE) is OPEN


def test_fewer_than_thirty_worlds_that_tell_decide_nothing_however_many_do_not():
    assert Tally(29, 0).verdict(MOSTLY) is Tally(0, 29, 1000).verdict(MOSTLY) is FEW
    assert Tally(0, 0, 1000).verdict(MOSTLY) is SILENT
    assert Tally(30, 0).verdict(MOSTLY) is YES
    assert not Cell({}, Tally(20, 9, 50)).has_enough and Cell({}, Tally(20, 10, 50)).has_enough


def test_undecided_worlds_count_against_a_claim_at_the_low_end_and_for_it_at_the_high_end():
    tally = Tally(3, 2, 5)
    assert (tally.worlds, tally.decided, tally.support) == (10, 5, (Fraction(3, 10), Fraction(8, 10)))
    assert Tally().support is None
    assert Tally(60, 20, 5).verdict(MOSTLY) is YES
    assert Tally(60, 20, 20).verdict(MOSTLY) is OPEN
    assert Tally(20, 60, 5).verdict(MOSTLY) is NO
    assert Tally(20, 60, 20).verdict(MOSTLY) is OPEN


def test_a_verdict_names_the_factor_that_separates_the_cells():
    cells = [
        Cell(
            {"population": population, "tax": tax}, Tally(*((90, 10) if population == "all" else (10 + tax, 90 - tax)))
        )
        for population in ("all", "constant")
        for tax in (0, 40)
    ]
    found = rule(cells)
    assert (found.verdict, found.factor) == (OPEN, "population")
    assert found.depends_on == "population (all: 90 %, constant: 30 %)"


def test_the_factor_is_that_of_the_greatest_variance_between_its_levels_means():
    """Against a plain computation, with the support at the middle of each interval."""
    random = np.random.default_rng(7)
    for _ in range(20):
        cells = [
            Cell({"tax": tax, "class_by": by, "bound": bound}, Tally(*random.integers(10, 90, 3).tolist()))
            for tax in (-2, 0, 4)
            for by in ("form", "lesion")
            for bound in ("B", "B-4")
        ]
        found = rule(cells)
        middles = [(cell, (cell.tally.holds + cell.tally.undecided / 2) / cell.tally.worlds) for cell in cells]
        explained = {}
        for factor in ("tax", "class_by", "bound"):
            levels = {}
            for cell, middle in middles:
                levels.setdefault(str(cell.factors[factor]), []).append(middle)
            means = [statistics.fmean(levels[str(cell.factors[factor])]) for cell, _ in middles]
            explained[factor] = statistics.pvariance(means)
        if found.verdict is OPEN:
            assert found.factor == max(explained, key=explained.__getitem__)


# --- slightly -----------------------------------------------------------------------------------


def test_a_claim_is_supported_slightly_where_the_margin_is_met_in_half_of_the_worlds_or_fewer():
    def cell(beyond, holds=80):
        return Cell({}, Tally(holds, 10), beyond=beyond)

    assert rule([cell(40)]).is_slight and not rule([cell(41)]).is_slight
    assert rule([cell(40)]).in_words == "supported, slightly"
    # In most cells that decide, those without a margin among them.
    assert not rule([cell(0), cell(80)]).is_slight
    assert rule([cell(0), cell(0), cell(80)]).is_slight
    assert not rule([cell(0), cell(None)]).is_slight
    assert not rule([Cell({}, Tally(10, 80), beyond=0)]).is_slight


def test_a_margin_has_to_be_met_at_both_ends_of_an_interval():
    low, high = np.array([2.0, 0.5, 1.0, -3.0, -0.1]), np.array([9.0, 9.0, 1.0, 3.0, 0.0])
    found = Sample.of(Values(low, high), Number("n", "> 0 bits", len))
    assert (found.tally, found.beyond) == (Tally(3, 1, 1), 2)
    below = Sample.of(Values(-high, -low), Number("n", "< 0 bits", len))
    assert (below.tally, below.beyond) == (Tally(3, 1, 1), 2)
    assert cell_of([found, found], Number("n", "> 0 bits", len), {}).beyond == 4
    assert cell_of([found], Number("n", "> 0 gamma", len), {}).beyond is None


# --- complexity ---------------------------------------------------------------------------------


def leveled(shares, worlds=100):
    """A cell of worlds in bins of complexity up to 2, 4, ... bits, with these supports in percent."""
    levels = {
        2 * at + 2: Tally(round(share * worlds), worlds - round(share * worlds)) for at, share in enumerate(shares)
    }
    tally = Tally(sum(each.holds for each in levels.values()), sum(each.fails for each in levels.values()))
    return Cell({"tax": 0}, tally, levels)


RISES = [0.0, 0.0, 0.0, 0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25]


def test_support_by_complexity_rises_falls_or_stays_level():
    for shares, direction, words in (
        (RISES, Direction.RISES, "refuted, and rising"),
        ([share + 0.7 for share in RISES[::-1]], Direction.FALLS, "supported, and falling"),
        ([0.1, 0.12] * 5, Direction.LEVEL, "refuted"),
    ):
        found = rule([leveled(shares)])
        assert (found.direction, found.in_words) == (direction, words)
    assert rule([leveled(RISES), leveled([0.1, 0.12] * 5)]).direction is None
    assert rule([leveled(RISES), Cell({"tax": 4}, Tally(1, 99))]).direction is Direction.RISES


def test_a_claim_whose_whole_and_whose_last_bits_differ_depends_on_complexity():
    """Search is first in the most complex worlds alone."""
    found = rule([leveled([0.0] * 8 + [0.9, 0.9])])
    assert (found.verdict, found.factor) == (OPEN, "complexity")
    assert found.depends_on == "complexity (all: 18 %, last 4 bits: 90 %)"
    turned = rule([leveled([1.0] * 8 + [0.5, 0.5])])
    assert turned.depends_on == "complexity (all: 90 %, last 4 bits: 50 %)"
    # The last bin alone would differ, the last four bits do not.
    assert rule([leveled([0.0] * 9 + [0.5])]).verdict is NO
    assert rule([leveled([0.0] * 8 + [0.9, 0.9], worlds=10)]).verdict is NO


def test_the_last_bits_are_those_of_the_most_complex_worlds_that_are_asked():
    levels = {22: Tally(1, 2), 24: Tally(3, 4, 1), 26: Tally(5, 6), 28: Tally(7, 8)}
    assert Cell({}, Tally(), levels).top == Tally(12, 14)
    assert Cell({}, Tally()).top == Tally()


def test_bins_in_which_few_worlds_tell_are_joined_to_the_next_and_the_last_to_its_neighbour():
    levels = {2: Tally(0, 20), 4: Tally(5, 5, 9), 6: Tally(30), 8: Tally(0, 29, 100), 10: Tally(1), 12: Tally(2, 2)}
    found = Cell({}, Tally(), levels).by_complexity
    assert found == {4: Tally(5, 25, 9), 6: Tally(30), 12: Tally(3, 31, 100)}
    assert Cell({}, Tally(), {2: Tally(1), 4: Tally(1)}).by_complexity == {}


# --- samples ------------------------------------------------------------------------------------

NUMBER = Number("n", "> 0 bits", len)


def test_worlds_are_put_into_bins_by_complexity_that_end_at_the_bound_and_weighed_by_their_mass():
    numbers = np.array([1.0, -1.0, 2.0, -2.0, np.nan, 3.0, 4.0])
    values = Values(numbers, np.where(numbers == -2, 2, numbers))
    complexity = np.array([21.0, 20.0, 19.0, 18.0, 21.0, 17.0, np.inf])
    mass = np.exp2(-np.arange(7.0))
    found = Sample.of(values, NUMBER, Worth(complexity, mass), 21)
    assert (found.tally, found.not_asked) == (Tally(4, 1, 1), 1)
    # What has no program up to the bound is in no bin.
    assert found.levels == {21: Tally(1, 1), 19: Tally(1, 0, 1), 17: Tally(1)}
    assert found.masses == (mass[[0, 2, 5, 6]].sum(), mass[1], mass[3])
    cell = cell_of([found], NUMBER, {})
    whole = mass.sum() - mass[4]
    assert cell.by_mass == (found.masses[0] / whole, (found.masses[0] + mass[3]) / whole)


def test_what_the_bits_of_rounding_decide_is_taken_to_be_equal():
    near = np.array([4e-13, -4e-13, 6e-13])
    assert Sample.of(Values(near, near), NUMBER).tally == Tally(1, 2)


@pytest.mark.parametrize("worlds", [MOST_NUMBERS, MOST_NUMBERS + 1, 3 * MOST_NUMBERS + 1, 100_003])
def test_a_sample_of_many_worlds_keeps_exact_quartiles(worlds):
    numbers = np.round(np.random.default_rng(worlds).normal(size=worlds) ** 3, 6)
    found = Sample.of(Values(numbers, numbers), NUMBER)
    assert len(found.numbers) <= MOST_NUMBERS
    assert len(found.numbers) * found.share == pytest.approx(worlds)
    quarters = statistics.quantiles(numbers.tolist(), method="inclusive")
    assert cell_of([found], NUMBER, {}).quartiles == pytest.approx(tuple(quarters), rel=1e-12)
    twentieths = statistics.quantiles(numbers.tolist(), n=20, method="inclusive")
    assert cell_of([found], NUMBER, {}).spread == pytest.approx((twentieths[0], twentieths[-1]), rel=1e-12)
    assert found.tally == Tally(int((numbers > 0).sum()), int((numbers <= 0).sum()))


def test_cells_are_merged_from_several_sites():
    """Tallies, bins, masses, margins and reasons add up; quartiles are of all worlds, wherever they come from."""
    random = np.random.default_rng(3)
    parts = []
    for worlds in (5, 40, 7):
        numbers, complexity = random.normal(size=worlds) * 3, random.integers(10, 24, worlds).astype(float)
        numbers[0] = np.nan
        parts.append((numbers, complexity, random.random(worlds)))
    samples = [Sample.of(Values(n, n), NUMBER, Worth(k, mass), 22) for n, k, mass in parts]
    cell = cell_of(samples, NUMBER, {"tax": 0}, 22)
    whole = Sample.of(
        Values(*[np.concatenate([part[0] for part in parts])] * 2),
        NUMBER,
        Worth(*(np.concatenate([part[at] for part in parts]) for at in (1, 2))),
        22,
    )
    assert (cell.tally, cell.not_asked, cell.beyond) == (whole.tally, 3, whole.beyond)
    assert cell.levels == whole.levels and list(cell.levels) == sorted(cell.levels)
    assert cell.by_mass == pytest.approx(cell_of([whole], NUMBER, {}).by_mass, rel=1e-12)
    known = [number for part in parts for number in part[0][1:].tolist()]
    assert cell.quartiles == pytest.approx(tuple(statistics.quantiles(known, method="inclusive")), abs=1e-11)
    twentieths = statistics.quantiles(known, n=20, method="inclusive")
    assert cell.spread == pytest.approx((twentieths[0], twentieths[-1]), abs=1e-11)
    reasons = [Sample(Tally(0, 0, 2), reasons={"a": 1, "b": 1}), Sample(Tally(0, 0, 1), reasons={"b": 1})]
    assert cell_of(reasons, NUMBER, {}).reasons == {"a": 1, "b": 2}
    nothing = cell_of([Sample(Tally())], NUMBER, {})
    assert (nothing.by_mass, nothing.quartiles, nothing.spread, nothing.median) == (None,) * 4


def test_a_site_of_many_worlds_weighs_as_many_in_the_quartiles_as_it_has():
    """Of 50000 worlds fewer numbers are kept; beside them 10000 far away make up the last sixth."""
    many, few = np.linspace(0, 1, 50_000), np.full(10_000, 9.0)
    samples = [Sample.of(Values(each, each), NUMBER) for each in (many, few)]
    found = cell_of(samples, NUMBER, {}).quartiles
    assert found == pytest.approx(np.quantile(np.concatenate([many, few]), (0.25, 0.5, 0.75)).tolist(), abs=1e-3)
    assert cell_of(samples, NUMBER, {}).spread == pytest.approx((0.06, 9.0), abs=1e-3)
