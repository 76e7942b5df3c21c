"""n* of two programs: by hand, by running both for every number of queries, and by the closed form."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.census.take import make_header, take_census
from priorsim.census.witness import print_witnesses
from priorsim.errors import TheoryError, WorldError
from priorsim.keys import plain
from priorsim.measure.histogram import histogram
from priorsim.measure.histogram_file import format_histogram, parse_histogram
from priorsim.measure.odds import odds
from priorsim.measure.program import Shares, compare_shares
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.syntax import parse
from priorsim.priors import named_prior
from priorsim.text.answers import odds_text
from priorsim.theory.forms import AMORTISATION_FLIP
from priorsim.worlds.world import World

pytestmark = pytest.mark.engine

LANGUAGE = Language.named("arith", 4, columns=2)
SEARCH = "(mul q (find (r) (eq o (mul r r))))"
DIRECT = "(add q (add q q))"


def program(text):
    return parse(text, LANGUAGE, ("o", "q"))


def one_context(queries):
    return Domain(4, tuple((9, q) for q in range(queries)), ("o", "q"), ("o",))


def closed_form(flip):
    """n* by the theory's formula, or None where it is not defined."""
    numbers = {
        "once_search": flip.once_search,
        "each_search": flip.each_search,
        "once_direct": flip.once_direct,
        "each_direct": flip.each_direct,
    }
    try:
        return AMORTISATION_FLIP.value(**numbers)
    except TheoryError:
        return None


def test_shares_by_hand():
    """r r = 9 first at r = 3 after four candidates of five steps; q and mul take two steps a query."""
    assert Shares.of(program(SEARCH), one_context(3)) == Shares(Fraction(21), Fraction(2))
    assert Shares.of(program(DIRECT), one_context(3)) == Shares(Fraction(0), Fraction(5))


def test_shares_are_means_over_contexts_and_over_lanes():
    """Contexts of one and of two queries: 21 and 1 + 5 * 1 steps of searching; 2 and 1 + q steps of iterating."""
    domain = Domain(4, ((9, 1), (0, 2), (0, 3)), ("o", "q"), ("o",))
    assert Shares.of(program(SEARCH), domain) == Shares(Fraction(21 + 6, 2), Fraction(2))
    assert Shares.of(program("(iter q o (s) s)"), domain) == Shares(Fraction(1), Fraction(2 * 3 + 1 + 2 + 3, 3))


def test_from_n_star_queries_on_the_search_takes_fewer_steps():
    flip = compare_shares(*(Shares.of(program(text), one_context(2)) for text in (SEARCH, DIRECT)))
    assert flip.queries == 8 == closed_form(flip)

    def steps(text, queries):
        return run(program(text), one_context(queries)).steps[Accounting.AMORTISED]

    cheaper = [n for n in range(1, 17) if steps(SEARCH, n) < steps(DIRECT, n)]
    assert cheaper == list(range(flip.queries, 17))


means = st.fractions(0, 50, max_denominator=6)


@given(means, means, means, means)
def test_n_star_is_the_closed_form_wherever_that_is_defined(once_search, each_search, once_direct, each_direct):
    flip = compare_shares(Shares(once_search, each_search), Shares(once_direct, each_direct))
    if each_direct > each_search:
        assert flip.queries == closed_form(flip)
    else:
        assert closed_form(flip) is None
        always = each_direct == each_search and once_search < once_direct
        assert flip.queries == (1 if always else "never")


@given(means, means, means, means)
def test_n_star_is_the_first_number_of_queries_that_pays(once_search, each_search, once_direct, each_direct):
    flip = compare_shares(Shares(once_search, each_search), Shares(once_direct, each_direct))

    def pays(queries):
        return once_search + queries * each_search < once_direct + queries * each_direct

    if flip.queries == "never":
        assert not pays(10**6)
    else:
        assert pays(flip.queries) and pays(10**6)
        assert flip.queries == 1 or not pays(flip.queries - 1)


def test_never_is_a_word_in_json():
    same = Shares(Fraction(1), Fraction(3, 2))
    assert plain(compare_shares(same, same)) == {
        "once_search": 1.0,
        "each_search": 1.5,
        "once_direct": 1.0,
        "each_direct": 1.5,
        "queries": "never",
    }


# --- the odds on an amortised census -----------------------------------------------------------

DOMAIN = Domain(2, tuple((o, q) for o in range(3) for q in range(4)), ("o", "q"), ("o",))
WORLD = World(
    "shared", DOMAIN, tuple(frozenset({o + q & 3}) for o, q in DOMAIN.lanes), tuple(range(4)), "", "arith", "o + q"
)


@pytest.fixture(scope="module")
def censuses():
    """One census by each accounting."""
    headers = [make_header("arith", 21, domain=DOMAIN, accounting=name) for name in ("total", "amortised")]
    return [take_census(header) for header in headers]


@pytest.fixture(scope="module")
def counted(censuses):
    return histogram(censuses[1], WORLD)


@pytest.fixture(scope="module")
def shared(counted):
    return odds(counted, named_prior("levin"), witnesses=print_witnesses(counted.header, counted.least_rows))


def test_witnesses_have_the_amortised_steps_of_their_rows(counted, shared):
    assert shared.classes.direct.witness and shared.classes.search.witness
    for each in shared.classes:
        pairs = ((each.shortest_row, each.witness), (each.least_kt_row, each.kt_witness))
        for key, text in pairs if each.witness else ():
            found = parse(text, counted.header.language, DOMAIN.columns)
            assert run(found, DOMAIN).steps[Accounting.AMORTISED] == key.steps


def test_the_odds_name_the_accounting_and_n_star(counted, shared):
    values = shared.to_json()
    assert values["language"]["accounting"] == "amortised"
    assert set(values["amortisation_flip"]) == {"low", "high"}
    witness = {name: each.witness for name, each in shared.classes.items()}
    flip = compare_shares(
        *(
            Shares.of(parse(witness[name], counted.header.language, DOMAIN.columns), DOMAIN)
            for name in ("search", "direct")
        )
    )
    assert values["amortisation_flip"]["low"] == plain(flip)
    text = odds_text(shared, counted, named_prior("levin"))
    assert "amortised accounting" in text
    assert "n*, queries a context" in text


def test_paying_once_lifts_the_mass_of_every_class_and_leaves_lengths_alone(censuses, shared):
    found, prior = histogram(censuses[0], WORLD), named_prior("levin")
    total = odds(found, prior)
    assert "accounting" not in odds_text(total, found, prior)
    for paid_always, paid_once in zip(total.classes, shared.classes, strict=True):
        assert (paid_once.log2_mass or -math.inf) >= (paid_always.log2_mass or -math.inf)
        assert (paid_once.l_min, paid_once.programs) == (paid_always.l_min, paid_always.programs)
    assert shared.classes.direct.log2_mass > total.classes.direct.log2_mass


def test_an_exported_histogram_keeps_accounting_and_context(counted):
    again = parse_histogram(format_histogram(counted))
    assert again.header == counted.header
    assert again.world.domain == DOMAIN


def test_without_witnesses_or_context_columns_there_is_no_n_star(censuses):
    found = histogram(censuses[1], WORLD)
    assert odds(found, named_prior("levin")).to_json()["amortisation_flip"] == {"low": None, "high": None}
    plain = replace(WORLD, domain=replace(DOMAIN, context=()))
    assert "amortisation_flip" not in odds(histogram(censuses[0], plain), named_prior("levin")).to_json()


def test_context_columns_matter_to_an_amortised_census_alone(censuses):
    other = replace(WORLD, domain=replace(DOMAIN, context=("q",)))
    assert histogram(censuses[0], other).cells.programs == histogram(censuses[0], WORLD).cells.programs
    with pytest.raises(WorldError, match="context columns"):
        histogram(censuses[1], other)
