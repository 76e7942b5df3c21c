"""The inner programs that `apply` runs, and what it costs to run one, against section 7 of the language page."""

import pytest

from priorsim.errors import MuSyntaxError
from priorsim.mu.code import encode, operator_code
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.inner import INNER, inner_programs
from priorsim.mu.interpreter import Accounting, Evaluation, evaluate, inner_run, most_steps_of_node, run, trace
from priorsim.mu.lesions import classify, lesion
from priorsim.mu.syntax import count_searches, format_program, parse
from tests.measure.conftest import programs_by_code

NESTED = Language.named("nested", 6)
FOUR = Domain(6, tuple((word,) for word in range(4)))


def test_they_are_all_programs_of_the_inner_language_by_length_and_code():
    listed = [program for _, program in programs_by_code(INNER, 15)]
    codes = sorted((len(code), code) for code in (encode(program, INNER) for program in listed if not program.has_data))
    assert [encode(program, INNER) for program in inner_programs()] == [code for _, code in codes[:256]]


def test_the_numbers_of_the_language_page():
    programs = inner_programs()
    assert [format_program(program) for program in programs[:2]] == ["x", "1"]
    assert [len(encode(programs[2**bits - 1], INNER)) for bits in (6, 7, 8)] == [12, 14, 15]
    classes = [str(classify(program, Domain.default(2))) for program in programs]
    assert [classes[: 2**bits].count("search") for bits in (6, 7, 8)] == [0, 4, 10]
    assert max(inner_run(number, word).steps for number in range(256) for word in range(4)) == 13
    assert (most_steps_of_node(NESTED), most_steps_of_node(Language.named("arith", 6))) == (14, 1)


@pytest.mark.parametrize("number", [0, 1, 7, 63])
@pytest.mark.parametrize("word", [0, 3, 6, 61])
def test_apply_gives_the_word_of_the_inner_program_and_pays_its_steps(number, word):
    inner = evaluate(inner_programs()[number].term, (word % 4,), 2)
    found = evaluate(parse(f"(apply {number} x)", NESTED).term, (word,), 6)
    assert found == Evaluation(inner.word, 3 + inner.steps, 2 + inner.depth, 0)


def test_apply_is_the_first_operator_of_its_dialect():
    assert operator_code("apply", 0, NESTED) == operator_code("apply", 1, NESTED) == "1100"
    with pytest.raises(MuSyntaxError, match="dialect arith has no operator 'apply'"):
        parse("(apply 1 x)", Language.named("arith", 6))


def test_a_search_over_programs_pays_for_every_run_up_to_its_hit():
    """Program 0 is x, so find stops at once where x is not 0; at 0 it goes on to program 1, which is 1."""
    program = parse("(find (c) (apply c x))", NESTED)
    found = run(program, FOUR)
    assert found.words == (1, 0, 0, 0)
    assert found.steps[Accounting.TOTAL] == (1 + 4 + 4) + 3 * (1 + 4)


def test_lesions_act_on_the_outer_program_alone():
    number = next(n for n, each in enumerate(inner_programs()) if str(classify(each, Domain.default(2))) == "search")
    domain = Domain(8, tuple((word,) for word in range(4)))
    inside = parse(f"(apply {number} x)", Language.named("nested", 8))
    assert count_searches(inside) == 0
    assert str(classify(inside, domain)) == "direct"
    outside = parse("(apply (find (c) (eq (apply c x) 2)) x)", Language.named("nested", 8))
    assert str(classify(outside, domain)) == "search"
    assert lesion(outside, domain).strict == (0, 1, 2, 3)


def test_a_trace_shows_the_apply_and_not_the_inside_of_the_run():
    lines = list(trace(parse("(apply 1 x)", NESTED), FOUR, 2))
    assert [(line.text, line.word, line.steps) for line in lines] == [("(apply 1 x)", 1, 4), ("1", 1, 1), ("x", 2, 1)]
