"""The decomposition adds up, and each of its terms is what it says."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.measure.decomposition import bonus, bonuses, decomposition, delta_l, essential_share, three_counts
from priorsim.measure.histogram import histogram, histogram_of
from priorsim.measure.mass import ENDS, HIGH, LOW, Interval, log_odds_of, masses
from priorsim.priors import Prior, named_prior

PRIORS = [
    named_prior("solomonoff"),
    named_prior("levin"),
    named_prior("schmidhuber"),
    named_prior("linear", lam=0.1, tax=2),
]


@pytest.fixture
def found(oracle, world):
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: x, range(8)))


def made(header: AtlasHeader, world, tuples):
    """A histogram of hand-made rows (bits, kind, steps, searches, count) that all compute the identity."""
    import numpy as np

    from priorsim.census.atlas import COLUMN_TYPES, Rows

    y = header.domain.pack([x for (x,) in header.domain.lanes])
    lesioned = {0: (y, y), 1: (y, 0), 2: (0, 0)}
    rows = [(bits, y, *lesioned[kind], steps, searches, count) for bits, kind, steps, searches, count in tuples]
    columns = zip(*rows, strict=True) if rows else [()] * 7
    table = Rows(*(np.array(c, dtype=t) for c, t in zip(columns, COLUMN_TYPES.values(), strict=True)))
    return histogram_of(header, table, world(header, lambda x: x))


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_the_terms_add_up_to_the_log_odds(found, prior, end):
    terms = decomposition(found, prior, end)
    assert terms.delta_l + terms.bonus_difference + terms.penalty == pytest.approx(terms.log_odds, abs=1e-12)
    assert terms.log_odds == getattr(log_odds_of(found, prior), end.name)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_solomonoff_has_no_penalty(found, end):
    assert decomposition(found, PRIORS[0], end).penalty == 0


def test_the_bonus_is_what_all_the_others_are_worth(found):
    for kind, (extra, part) in enumerate(zip(bonuses(found), masses(found, PRIORS[0]), strict=True)):
        assert extra == pytest.approx(math.log2(part.exact * 2 ** found.shortest[kind].bits), abs=1e-12)


def test_a_lone_program_has_no_bonus(tiny, world):
    header = replace(tiny.header, max_bits=20)
    lone = made(header, world, [(9, 0, 4, 0, 1), (12, 2, 40, 1, 2)])
    assert bonuses(lone) == (0.0, None, 1.0)
    assert bonus(lone, (0, 1)) == 0


def test_delta_l_is_an_interval_where_a_length_is_censored(tiny, world):
    header = replace(tiny.header, max_bits=20)
    direct, search, disguised = (9, 0, 4, 0, 1), (12, 2, 40, 1, 2), (7, 1, 4, 0, 1)
    for rows, low, high in (
        ([direct, search], (-3, -3), (-3, -3)),
        ([direct, search, disguised], (-5, -5), (2, 2)),
        ([search], (9, None), (9, None)),
        ([direct], (None, -12), (None, -12)),
        ([], (None, None), (None, None)),
        ([disguised], (None, -14), (14, None)),
    ):
        found = made(header, world, rows)
        assert delta_l(found, LOW) == Interval(*low)
        assert delta_l(found, HIGH) == Interval(*high)


def test_the_decomposition_is_undefined_where_a_class_is_empty(tiny, world):
    assert decomposition(made(tiny.header, world, [(9, 0, 4, 0, 1)]), PRIORS[0], LOW) is None


def test_a_cap_that_empties_a_class_is_an_infinite_penalty(tiny, world):
    found = made(tiny.header, world, [(9, 0, 4, 0, 1), (12, 2, 40, 1, 2)])
    assert decomposition(found, named_prior("capped", cap=2), LOW).penalty == -math.inf


def test_essential_programs_are_shorter_than_all_direct_code_of_their_behaviour(tiny, world):
    rows = [(9, 0, 4, 0, 1), (8, 2, 8, 1, 1), (9, 2, 8, 1, 5), (8, 1, 4, 0, 1)]
    found = made(tiny.header, world, rows)
    # The disguised program of 8 bits is as short as the shortest search program.
    assert essential_share(found, PRIORS[0], LOW) == 0
    assert essential_share(found, PRIORS[0], HIGH) == float(Fraction(4, 9))
    found = made(tiny.header, world, [*rows, (7, 2, 8, 1, 1)])
    assert essential_share(found, PRIORS[0], LOW) == float(Fraction(4, 11))
    assert essential_share(found, PRIORS[1], LOW) == pytest.approx(4 / 11)
    assert essential_share(found, PRIORS[0], HIGH) == float(Fraction(8, 13))


def test_without_direct_programs_all_search_is_essential(tiny, world):
    assert essential_share(made(tiny.header, world, [(12, 2, 40, 1, 2)]), PRIORS[0], LOW) == 1


def test_the_essential_share_of_no_search_is_undefined(tiny, world):
    assert essential_share(made(tiny.header, world, [(9, 0, 4, 0, 1)]), PRIORS[0], LOW) is None


def test_three_counts_count_functions_programs_and_mass(tiny, world):
    found = made(tiny.header, world, [(9, 0, 4, 0, 3), (9, 2, 8, 1, 5), (10, 2, 8, 1, 7), (8, 1, 4, 0, 1)])
    counts = three_counts(found, PRIORS[0], LOW)
    assert (counts.functions.direct, counts.functions.search, counts.functions.both) == (1, 1, 1)
    assert counts.functions.log2_ratio == 0
    assert counts.programs.by_length == ((9, 3, 5),)
    assert counts.programs.log2_ratio == pytest.approx(math.log2(5 / 3))
    assert counts.mass == log_odds_of(found, PRIORS[0]).low


def test_functions_of_both_sides_are_counted_for_both(found):
    counts = three_counts(found, Prior("p"), HIGH)
    assert counts.functions.both <= min(counts.functions.direct, counts.functions.search)
    assert counts.functions.direct > counts.functions.search > 0
