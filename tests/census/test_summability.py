"""Where the sum over all programs converges, against the counts by length and search nodes and their growth."""

import math
from fractions import Fraction

import pytest

from priorsim.census.recurrence import counts_by_searches, term_counts
from priorsim.census.summability import converges, least_beta, least_tax, log2_sum_of_terms
from priorsim.mu.dialect import Language

LANGUAGES = [
    Language.named("arith", 3),
    Language.named("arith", 2, depth=1),
    Language.named("logic", 4, columns=2),
    Language.named("loops", 3),
]


def partial_sums(language: Language, beta: float, delta: float, max_bits: int) -> list[float]:
    """The sums of 2^(-beta l - delta s) over the terms of up to 1, 2, ... bits, from the counts."""
    sums = [0.0]
    for bits in range(1, max_bits + 1):
        counts = enumerate(counts_by_searches(language, 0, bits))
        sums.append(sums[-1] + math.fsum(count * 2 ** (-beta * bits - delta * nodes) for nodes, count in counts))
    return sums


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
def test_the_convergence_threshold_is_where_the_growth_of_the_counts_says(dialect):
    language = Language.named(dialect, 4)
    threshold = least_beta(language, 0.0)
    assert 0.94 < threshold < 0.97
    # Counts grow like C * 2^(threshold * l) * l^(-3/2): steps of 48 bits drop the code's period.
    low, high = 400, 448
    counts = term_counts(language, 0, high)
    ratio = Fraction(counts[high], counts[low])
    growth = (ratio.numerator.bit_length() - ratio.denominator.bit_length()) / 48
    assert abs(growth - threshold) < 0.03


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize(("beta", "delta"), [(1.3, 0), (1.2, 5), (2, -4), (1.5, -3.25), (1.25, -1)])
def test_the_sum_is_that_of_the_counts_by_length_and_search_nodes(language, beta, delta):
    found = partial_sums(language, beta, delta, 150)[-1]
    assert math.log2(found) == pytest.approx(log2_sum_of_terms(language, beta, delta), abs=1e-3)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_without_a_tax_all_terms_weigh_one(language):
    """Kraft's equality."""
    assert log2_sum_of_terms(language, 1.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("language", LANGUAGES[:3], ids=str)
@pytest.mark.parametrize("beta", [1.0, 1.25])
def test_at_the_least_tax_masses_of_lengths_neither_grow_nor_fall_but_as_a_power(language, beta):
    """At the edge the mass of l bits falls as l^(-3/2), as at any double root; else exponentially more or less."""

    def growth(delta):
        sums = partial_sums(language, beta, delta, 210)
        early, late = (sums[first + 60] - sums[first] for first in (70, 150))
        return late / early * (180 / 100) ** 1.5

    tax = least_tax(language, beta)
    assert growth(tax) == pytest.approx(1, abs=0.1)
    assert growth(tax + 0.5) < 0.9
    assert growth(tax - 0.5) > 1.2


@pytest.mark.parametrize("language", LANGUAGES[:3], ids=str)
def test_least_beta_and_least_tax_are_one_line(language):
    for beta in (0.97, 1.0, 1.5, 3.0):
        tax = least_tax(language, beta)
        assert converges(language, beta, tax)
        assert not converges(language, beta, tax - 1e-9)
        assert converges(language, beta + 1e-9, tax)
        assert not converges(language, beta - 1e-9, tax)
    assert least_tax(language, least_beta(language, 0.0)) == pytest.approx(0, abs=1e-9)
    # However high the tax, the bodies under all binders, which cannot search, have to converge.
    assert least_tax(language, least_beta(language, 20.0)) < 2
    assert not converges(language, least_beta(language, 20.0) - 1e-9, math.inf)


def test_no_tax_helps_where_code_without_search_nodes_diverges():
    assert least_tax(LANGUAGES[0], 0.5) == least_tax(LANGUAGES[3], 0.5) == math.inf


def test_nothing_over_or_underflows():
    language = LANGUAGES[0]
    assert converges(language, 1e9, -1e9)
    assert converges(language, 1e9, 1e9)
    assert not converges(language, 1e-9, -1e9)
    assert not converges(language, 1, -1e9)
    assert math.isfinite(least_tax(language, 1e9))
