"""n* of two programs: by hand, by running both for every number of queries, and by the closed form."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import TheoryError
from priorsim.measure.amortisation import AmortisationFlip, Shares
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.syntax import parse
from priorsim.theory import amortisation_flip

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
        "once_search": flip.search.once,
        "each_search": flip.search.each,
        "once_direct": flip.direct.once,
        "each_direct": flip.direct.each,
    }
    try:
        return amortisation_flip().value(**numbers)
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
    flip = AmortisationFlip(*(Shares.of(program(text), one_context(2)) for text in (SEARCH, DIRECT)))
    assert flip.queries == 8 == closed_form(flip)

    def steps(text, queries):
        return run(program(text), one_context(queries)).steps[Accounting.AMORTISED]

    cheaper = [n for n in range(1, 17) if steps(SEARCH, n) < steps(DIRECT, n)]
    assert cheaper == list(range(flip.queries, 17))


means = st.fractions(0, 50, max_denominator=6)


@given(means, means, means, means)
def test_n_star_is_the_closed_form_wherever_that_is_defined(once_search, each_search, once_direct, each_direct):
    flip = AmortisationFlip(Shares(once_search, each_search), Shares(once_direct, each_direct))
    if each_direct > each_search:
        assert flip.queries == closed_form(flip)
    else:
        assert closed_form(flip) is None
        always = each_direct == each_search and once_search < once_direct
        assert flip.queries == (1 if always else None)


@given(means, means, means, means)
def test_n_star_is_the_first_number_of_queries_that_pays(once_search, each_search, once_direct, each_direct):
    flip = AmortisationFlip(Shares(once_search, each_search), Shares(once_direct, each_direct))

    def pays(queries):
        return once_search + queries * each_search < once_direct + queries * each_direct

    if flip.queries is None:
        assert not pays(10**6)
    else:
        assert pays(flip.queries) and pays(10**6)
        assert flip.queries == 1 or not pays(flip.queries - 1)


def test_never_is_a_word_in_json():
    same = Shares(Fraction(1), Fraction(3, 2))
    assert AmortisationFlip(same, same).to_json() == {
        "once_search": 1.0,
        "each_search": 1.5,
        "once_direct": 1.0,
        "each_direct": 1.5,
        "queries": "never",
    }
