"""What searches over programs choose, against plain loops over programs that the interpreter runs one by one."""

import json
from collections.abc import Iterator
from functools import cache
from math import inf, log2

import numpy as np
import pytest

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header
from priorsim.errors import CensusError, DomainError, PriorError
from priorsim.measure.nested import (
    FORM_NAMES,
    Choices,
    Inner,
    inner_gamma,
    nested,
    nested_of,
    plain_weights,
    searches_over_programs,
)
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.inner import INNER, inner_programs
from priorsim.mu.interpreter import Accounting, evaluate, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import Apply, Term, parse
from tests.measure.conftest import programs_by_code
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

WORD_BITS, MAX_BITS = 4, 20
LANGUAGE = Language.named("nested", WORD_BITS)
DOMAIN = Domain(WORD_BITS, ((0,), (1,), (2,), (3,)))


@cache
def found() -> Choices:
    return Choices.of(list_programs(make_header("nested", MAX_BITS, domain=DOMAIN)))


def bodies(term: Term) -> Iterator[tuple[str, Term]]:
    """Searches over programs, by what is printed: the bound variable of the printer stands first in an apply."""
    if isinstance(term, Apply):
        if term.form in ("find", "argmax") and "apply', args=(Var(index=0)" in repr(term.args[0]):
            yield term.form, term.args[0]
        for arg in term.args:
            yield from bodies(arg)


@cache
def plain_choices() -> list[tuple[tuple[int, float, int], str, int, tuple[int, ...]]]:
    """Each choice: bits and log2 t of its program and that's choices, its form, what is chosen, what does as well."""
    listed = []
    for bits, program in programs_by_code(LANGUAGE, MAX_BITS):
        if program.has_data or str(classify(program, DOMAIN)) != "search":
            continue
        own = []
        for form, body in bodies(program.term):
            for lane in DOMAIN.lanes:
                words = [evaluate(body, (number, *lane), WORD_BITS).word for number in range(2**WORD_BITS)]
                alike = tuple(c for c, word in enumerate(words) if (word if form == "find" else word == max(words)))
                if alike:
                    own.append((form, alike[0], alike))
        time = log2(run(program, DOMAIN).steps[Accounting.TOTAL] / 4)
        listed += [((bits, time, len(own)), *choice) for choice in own]
    return listed


@cache
def plain_inner() -> list[tuple[int, float, bool]]:
    """Bits, log2 t and whether it searches, of each inner program."""
    domain = Domain.default(2)
    return [
        (
            length(program, INNER),
            log2(run(program, domain).steps[Accounting.TOTAL] / 4),
            str(classify(program, domain)) == "search",
        )
        for program in inner_programs()[: 2**WORD_BITS]
    ]


def mean(values, weights):
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def under(numbers, gamma, column):
    """The mean of a column under 2^-l t^-gamma over these inner programs."""
    inner = [plain_inner()[number] for number in numbers]
    return mean([row[column] for row in inner], [2 ** -(row[0] + gamma * row[1]) for row in inner])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("form", FORM_NAMES)
def test_means_are_those_of_plain_loops(form, gamma):
    own = [choice for choice in plain_choices() if form in (choice[1], "both")]
    weights = [2 ** -(bits + gamma * time) / share for (bits, time, share), *_ in own]
    (outcome,) = (each for each in nested_of(found(), [gamma]).outcomes if each.form == form)
    for column, means in enumerate((outcome.bits, outcome.log2_steps, outcome.search)):
        assert means.chosen == pytest.approx(mean([plain_inner()[c][column] for _, _, c, _ in own], weights))
        assert means.alike == pytest.approx(mean([under(alike, gamma, column) for *_, alike in own], weights))
        assert means.prior == pytest.approx(under(range(2**WORD_BITS), gamma, column))


def test_counts_are_those_of_plain_loops():
    counted = nested_of(found(), [0.0])
    assert counted.choices == len(plain_choices())
    assert counted.chosen_programs == len({chosen for _, _, chosen, _ in plain_choices()})
    assert counted.searches == len(np.unique(found().program))
    assert sum(each.shares[0] for each in counted.leading) <= 1 + 1e-12
    chosen = {each.number for each in counted.leading}
    assert chosen <= {number for _, _, number, _ in plain_choices()}


@pytest.mark.parametrize("form", ["argmax", "both"])
def test_at_the_inner_gamma_plain_weights_take_as_long_as_what_is_chosen(form):
    own = [choice for choice in plain_choices() if form in (choice[1], "both")]
    weights = [2**-bits / share for (bits, _, share), *_ in own]
    (outcome,) = (each for each in nested_of(found(), [0.0]).outcomes if each.form == form)
    if outcome.inner_gamma == inf:
        assert all(plain_inner()[c][1] == min(plain_inner()[a][1] for a in alike) for _, _, c, alike in own)
    else:
        alike = mean([under(alike, outcome.inner_gamma, 1) for *_, alike in own], weights)
        assert alike == pytest.approx(outcome.log2_steps.chosen)


def tiny(times) -> Inner:
    """Inner programs of these log2 t, of 1, 2, 3, ... bits."""
    return Inner(np.arange(1.0, 1 + len(times)), np.exp2(np.array(times)), np.zeros(len(times), dtype=bool))


def test_the_inner_gamma_of_two_programs_is_that_of_the_closed_form():
    """Of programs of 1 bit and 4 steps, and of 2 bits and 1 step, the mean is 3/2 where 2^-2 2^(2 gamma) = 2^-1 / 3."""
    inner, both = tiny([2.0, 0.0]), np.array([[True, True]])
    weights, chosen, alike = np.array([0.75, 0.25]), np.array([0, 1]), np.array([0, 0])
    expected = (1 - log2(3)) / 2
    assert inner_gamma(inner, both, weights, chosen, alike) == pytest.approx(expected)
    assert plain_weights(inner, both, expected) @ inner.times == pytest.approx(1.5)


def test_the_inner_gamma_is_infinite_or_undefined_where_no_price_gives_the_mean():
    one, both = np.array([1.0]), np.array([[True, True]])
    assert inner_gamma(tiny([2.0, 0.0]), both, one, np.array([1]), np.array([0])) == inf
    assert inner_gamma(tiny([2.0, 0.0]), both, one, np.array([0]), np.array([0])) == -inf
    assert inner_gamma(tiny([1.0, 1.0]), both, one, np.array([0]), np.array([0])) is None
    # A choice without an alternative says nothing, and does not hide one that does.
    sets, weights = np.array([[True, True], [True, False]]), np.array([0.5, 0.5])
    assert inner_gamma(tiny([2.0, 0.0]), sets, weights, np.array([1, 0]), np.array([0, 1])) == inf


def test_a_search_is_over_programs_where_it_runs_what_it_searches():
    for text, forms in (
        ("(find (c) (apply c x))", ["find"]),
        ("(apply (argmax (c) (apply c x)) (find (c) (eq c x)))", ["argmax"]),
        ("(find (c) (apply x c))", []),
        ("(find (c) (apply (add c 1) x))", []),
        ("(apply x x)", []),
    ):
        assert [form for form, _ in searches_over_programs(parse(text, LANGUAGE).term)] == forms


def test_without_a_search_over_programs_there_is_no_outcome():
    answer = nested(8, 10)
    assert (answer.searches, answer.choices, answer.outcomes, answer.leading) == (0, 0, (), ())
    check_answer("nested", json.loads(json.dumps(answer.to_json())))


def test_at_words_of_8_bits_some_inner_programs_search_and_fewer_of_those_chosen():
    answer = nested(7, 26, [0.0, 1.0])
    assert (answer.inner_programs, answer.inner_searches) == (128, 4)
    for outcome in answer.of("both"):
        assert outcome.search.chosen < outcome.search.alike
        assert outcome.inner_gamma is not None and outcome.inner_gamma > outcome.gamma


def test_dear_time_leaves_numbers_for_each_form():
    for outcome in nested_of(found(), [1e9]).outcomes:
        assert np.isfinite([outcome.bits.chosen, outcome.log2_steps.alike, outcome.search.chosen]).all()


def test_what_is_out_of_range_is_refused():
    with pytest.raises(DomainError, match="choose 2 to 8"):
        nested(9, 20)
    with pytest.raises(PriorError, match="at least 0"):
        nested(6, 20, [-1.0])
    with pytest.raises(CensusError, match=r"programs up to 50 bits are too many to list: give --max-bits \d\d or less"):
        nested(8, 50)
