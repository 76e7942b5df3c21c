"""Values and steps, against counts made by hand from section 4 of the language page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import DomainError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, apply_operator, evaluate, free_variables, run, run_lane, trace
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import parse
from tests.strategies import LANGUAGES, programs

ARITH = Language.named("arith", 4)
X = Domain.default(4)


def lane(text, x, language=ARITH):
    return evaluate(parse(text, language).term, (x,), language.word_bits)


def test_operators_wrap_compare_unsigned_and_choose():
    assert [apply_operator(f, a, 4) for f, a in (("add", (9, 9)), ("sub", (1, 2)), ("mul", (5, 5)))] == [2, 15, 9]
    assert [apply_operator(f, (3, 12), 4) for f in ("eq", "lt", "and", "xor")] == [0, 1, 0, 15]
    assert [apply_operator("shl", (9,), 4), apply_operator("shr", (9,), 4)] == [2, 4]
    assert [apply_operator("if", (c, 7, 8), 4) for c in (0, 2)] == [8, 7]


def test_if_pays_for_both_arms():
    assert lane("(if x (add x 1) 0)", 5).steps == 1 + 1 + 3 + 1


def test_iter_pays_for_count_start_and_every_body():
    result = lane("(iter x (add x 1) (s) (add s s))", 2)
    assert (result.word, result.steps) == (12, 1 + 1 + 3 + 2 * 3)
    assert result.depth == 1 + max(1, 2) + 2 * 2
    assert lane("(iter 0 x (s) (add s s))", 7).steps == 1 + 1 + 1


def test_find_stops_at_its_first_hit_and_gives_0_without_one():
    assert (lane("(find (c) (eq c x))", 4).word, lane("(find (c) (eq c x))", 4).steps) == (4, 1 + 5 * 3)
    assert (lane("(find (c) 0)", 4).word, lane("(find (c) 0)", 4).steps) == (0, 1 + 16)


def test_argmax_tries_all_and_takes_the_least_greatest():
    result = lane("(argmax (c) (if (lt c 3) c 1))", 0)
    assert (result.word, result.steps) == (2, 1 + 16 * 6)
    assert lane("(argmax (c) x)", 5).word == 0


def test_depth_takes_the_greatest_of_parallel_parts():
    assert lane("(add (add x x) (add x (add x x)))", 1).depth == 4
    assert lane("(find (c) (eq c x))", 4).depth == 1 + 2


def test_data_programs_look_up_modulo_their_size():
    program = parse("(data (7 9) (add x 1) (m) (add m x))", ARITH)
    result = run_lane(program, X, 2)
    assert result.word == (9 + 2) % 16
    assert result.steps == 1 + 3 + 3
    assert result.depth == 1 + 2 + 2


def test_the_four_accountings_on_a_program_counted_by_hand():
    domain = Domain(4, tuple((o, q) for o in (1, 4) for q in (0, 1, 2)), ("o", "q"), ("o",))
    language = Language.named("arith", 4, columns=2)
    program = parse("(mul q (find (r) (eq o (mul r r))))", language, domain.columns)
    steps = run(program, domain).steps
    # find: r = 1 after two candidates, r = 2 after three; a candidate takes 5 steps.
    assert steps[Accounting.TOTAL] == 3 * (2 + 1 + 2 * 5) + 3 * (2 + 1 + 3 * 5)
    assert steps[Accounting.AMORTISED] == 6 * 2 + (1 + 2 * 5) + (1 + 3 * 5)
    assert steps[Accounting.MAX] == 2 + 1 + 3 * 5
    assert steps[Accounting.DEPTH] == 1 + 1 + 3


def test_amortised_pays_what_reads_no_query_once_and_bodies_every_time():
    domain = Domain(4, ((0,), (1,), (2,)), ("x",))
    steps = run(parse("(add x (find (c) (eq c 3)))", ARITH), domain).steps
    assert steps[Accounting.AMORTISED] == 3 * 2 + 1 + 4 * 3
    data = run(parse("(data (7 9) 1 (m) (add m 1))", ARITH), domain).steps
    assert data[Accounting.AMORTISED] == 3 * (1 + 3) + 1
    iterated = run(parse("(iter 2 1 (s) (add s x))", ARITH), domain).steps
    assert iterated[Accounting.AMORTISED] == 1 + 1 + 3 * (1 + 2 * 3)


def test_free_variables_look_through_binders():
    assert free_variables(parse("(find (c) (eq c x))", ARITH).term) == {0}
    assert free_variables(parse("(find (c) (eq c 3))", ARITH).term) == set()


@given(st.data())
def test_a_run_visits_what_the_tables_hold(data):
    language = data.draw(st.sampled_from(LANGUAGES))
    domain = Domain.default(language.word_bits)
    program = data.draw(programs(language, size=3))
    result = run(program, domain)
    assert result.words == lesion(program, domain).actual
    assert result.steps[Accounting.MAX] <= result.steps[Accounting.TOTAL]
    assert result.steps[Accounting.AMORTISED] <= result.steps[Accounting.TOTAL]
    assert result.steps[Accounting.DEPTH] <= result.steps[Accounting.MAX]


def test_a_trace_lists_every_evaluation_with_its_word():
    lines = list(trace(parse("(find (c) (eq c x))", ARITH), X, 1))
    assert [(line.level, line.text, line.word) for line in lines] == [
        (0, "(find (c) (eq c x))", 1),
        (1, "(eq c x)", 0),
        (2, "c", 0),
        (2, "x", 1),
        (1, "(eq c x)", 1),
        (2, "c", 1),
        (2, "x", 1),
    ]
    with pytest.raises(DomainError, match="there is no lane 16"):
        trace(parse("x", ARITH), X, 16)
