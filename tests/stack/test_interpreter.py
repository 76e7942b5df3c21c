"""Stack programs run: by hand, lane by lane, and as tables with both lesions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.lesions import ProgramClass, class_of
from priorsim.stack.interpreter import Ran, evaluate, run
from priorsim.stack.language import parse
from priorsim.stack.tables import finish, lesion, start
from tests.strategies import stack_programs

ARITH, WORDS = Language.named("arith", 3), Domain.default(3)
TWO = Domain(2, tuple((a, b) for a in range(4) for b in (0, 3)), ("a", "b"))
CASES = [
    (ARITH, WORDS),
    (Language.named("logic", 3), WORDS),
    (Language.named("kleene", 2, columns=2), TWO),
    (Language.named("arith", 2, columns=2), TWO),
    (ARITH, Domain(3, ((5,),))),
]


def words(text: str) -> tuple[int, ...]:
    return tuple(ran.word for ran in run(parse(text, ARITH), WORDS))


def class_by_lesion(text: str, domain: Domain = WORDS) -> ProgramClass:
    return class_of(lesion(parse(text, ARITH), domain))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", lambda x: x),
        ("1 sub", lambda x: x - 1),
        ("1 swap sub", lambda x: 1 - x),
        ("dup mul 3 add", lambda x: x * x + 3),
        ("4 over add sub", lambda x: x - (4 + x)),
        ("4 lt", lambda x: int(x < 4)),
        ("1 2 if", lambda x: 1 if x else 2),
        ("1 drop", lambda x: x),
        ("[ mul 1 eq ] find", lambda x: x if x % 2 else 0),
        ("[ swap dup mul eq ] find", lambda x: x * x),
        ("[ swap sub ] argmax", lambda x: x - 1),
        ("1 over [ mul ] iter", lambda x: x**x),
        ("1 3 [ mul ] iter", lambda x: x**3),
    ],
)
def test_values_are_those_by_hand(text, wanted):
    assert words(text) == tuple(wanted(x) % 8 for x in range(8))


@pytest.mark.parametrize(
    ("text", "x", "steps"),
    [
        ("", 3, 1),
        ("1 add", 3, 3),
        ("[ mul 1 eq ] find", 3, 1 + 1 + 4 * 4),
        ("[ mul 1 eq ] find", 2, 1 + 1 + 8 * 4),
        ("[ add ] argmax", 2, 1 + 1 + 8 * 2),
        ("1 over [ mul ] iter", 5, 1 + 2 + 1 + 5 * 2),
        ("dup 1 [ drop [ add ] argmax ] iter", 2, 1 + 2 + 1 + (3 + 8 * 2)),
    ],
)
def test_steps_are_those_by_hand(text, x, steps):
    assert evaluate(parse(text, ARITH), (x,), 3).steps == steps


@pytest.mark.parametrize(("language", "domain"), CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_tables_have_the_words_and_steps_of_the_interpreter(language, domain, data):
    program = data.draw(stack_programs(language))
    state = finish(program, start(domain.lanes), domain.word_bits)
    [tables] = state.stack
    assert tuple(map(Ran, tables.actual, state.steps)) == run(program, domain)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("dup mul", "direct"),
        ("[ mul 1 eq ] find", "search"),
        ("dup [ mul 1 eq ] find drop", "direct"),
        ("[ drop ] argmax", "direct"),
        ("dup [ swap drop 5 eq ] find add", "direct"),
        ("[ [ eq ] find eq ] find", "search"),
        ("0 7 [ swap over swap lt add ] iter", "disguised"),
        ("0 1 [ swap over swap lt add ] iter", "direct"),
        ("0 3 [ [ eq ] find add ] iter", "search"),
        ("0 1 [ [ eq ] find add ] iter", "direct"),
        ("0 1 [ drop [ eq ] find ] iter", "search"),
        ("0 1 [ drop [ swap drop 5 eq ] find ] iter", "direct"),
    ],
)
def test_classes_are_those_by_hand(text, wanted):
    assert class_by_lesion(text) == wanted


def test_on_a_single_lane_what_is_found_is_no_literal():
    one = Domain(3, ((5,),))
    assert class_by_lesion("dup drop [ swap drop 5 eq ] find", one) == "search"
    assert class_by_lesion("dup drop [ swap drop 5 eq ] find") == "direct"


def test_a_search_in_disguise_keeps_the_first_state_where_it_settled():
    found = lesion(parse("0 7 [ swap over swap lt add ] iter", ARITH), WORDS)
    assert (found.actual, found.strict, found.wide) == (tuple(range(8)), tuple(range(8)), (0,) * 7 + (7,))
