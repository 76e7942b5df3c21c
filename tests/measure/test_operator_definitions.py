"""Definitions of operators against every term there is, run by the plain interpreter."""

from itertools import product

import pytest

from priorsim.measure.operator_definitions import MOST_WORD_BITS, defined, definition_bits
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.interpreter import apply_operator, evaluate
from tests.plain_terms import term_bits, terms_up_to

pytestmark = pytest.mark.engine

PLAIN_BITS = 18
"""Of terms that are run one by one."""


def plain_bits(operator, language, bits):
    """The least bits of a term that gives the operator's word on all arguments, among all terms of up to so many."""
    words = range(2**language.word_bits)
    lanes = list(product(words, repeat=language.columns))
    wanted = [apply_operator(operator, lane, language.word_bits) for lane in lanes]

    def computes(term):
        return all(
            evaluate(term, lane, language.word_bits).word == word for lane, word in zip(lanes, wanted, strict=True)
        )

    fitting = [term_bits(term, 0, language) for term in terms_up_to(bits, 0, language) if computes(term)]
    return min(fitting, default=None)


@pytest.mark.parametrize(
    ("dialect", "operator"),
    [
        ("arith", "not"),
        ("arith", "xor"),
        ("arith@random:2", "succ"),
        ("arith@random:3", "shl"),
        ("arith@random:5", "not"),
        ("mul,lt,add,find@fitted", "shl"),
        ("sub,mul,eq", "add"),
        ("compare", "eq"),
        ("kleene", "add"),
        ("kleene", "not"),
        ("logic", "not"),
    ],
)
def test_a_definition_is_the_shortest_of_all_terms(dialect, operator):
    expected = plain_bits(operator, Language.named(dialect, 2, columns=FORMS[operator].arity), PLAIN_BITS)
    assert definition_bits(operator, Language.named(dialect, 2), PLAIN_BITS + 1) == expected
    assert (expected is None) == ((dialect, operator) == ("arith", "xor"))


@pytest.mark.parametrize("max_bits", [19, 24, 31])
def test_a_bound_beyond_the_definition_changes_nothing(max_bits):
    assert definition_bits("add", Language.named("arith", 3, without=["add"]), max_bits) == 18


def test_a_bound_below_every_program_holds_no_definition():
    assert definition_bits("add", Language.named("kleene", 3), 2) is None


def test_what_one_language_lacks_of_another_is_told():
    arith, kleene = (Language.named(name, 3) for name in ("arith", "kleene"))
    found = defined(arith, kleene, 22)
    assert list(found.bits) == ["add", "sub", "mul", "lt"]
    assert found.bits["add"] == 15 and found.bits["mul"] is None
    assert found.longest == max(bits for bits in found.bits.values() if bits is not None)
    assert found.undefined == sum(bits is None for bits in found.bits.values())
    assert found.binders == ("argmax",)
    assert list(defined(kleene, arith, 22).bits) == ["succ", "pred"]


def test_a_knocked_out_operator_is_lacking_and_does_not_define_itself():
    without = Language.named("arith", 3, without=["mul"])
    found = defined(Language.named("arith", 3), without, 22)
    assert (found.bits, found.longest, found.undefined, found.binders) == ({"mul": 21}, 21, 0, ())


def test_a_language_of_other_words_of_the_code_alone_lacks_nothing():
    found = defined(Language.named("arith", 3), Language.named("arith@random:1", 3), 20)
    assert (found.bits, found.longest, found.undefined, found.binders) == ({}, None, 0, ())


def test_of_long_words_there_are_too_many():
    long = Language.named("arith", MOST_WORD_BITS + 1)
    assert defined(long, Language.named("kleene", MOST_WORD_BITS + 1), 20) is None
