"""The parser, the printer and the code of Mu."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import CodeError, DomainError, MuSyntaxError
from priorsim.mu.code import decode, encode, operator_code
from priorsim.mu.dialect import DIALECTS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run, trace
from priorsim.mu.kinds import truncated_binary
from priorsim.mu.lesions import ProgramClass, classify
from priorsim.mu.syntax import MAX_NESTING, Apply, Const, Program, Term, Var, count_searches, format_program, parse
from tests.strategies import LANGUAGES, programs

ARITH = Language.named("arith", 4)


@given(st.data())
def test_parsing_what_was_printed_gives_the_program_back(data):
    language = data.draw(st.sampled_from(LANGUAGES))
    program = data.draw(programs(language))
    assert parse(format_program(program), language) == program


@given(st.data())
def test_decoding_what_was_encoded_gives_the_program_and_the_rest(data):
    language = data.draw(st.sampled_from(LANGUAGES))
    program = data.draw(programs(language))
    rest = data.draw(st.text("01", max_size=8))
    assert decode(encode(program, language) + rest, language) == (program, rest)


@given(st.data())
def test_every_bit_string_is_one_program_and_a_rest_or_is_cut_short(data):
    language = data.draw(st.sampled_from(LANGUAGES))
    bits = data.draw(st.text("01", max_size=60))
    try:
        program, rest = decode(bits, language)
    except CodeError as error:
        assert "cut short" in str(error)
    else:
        assert encode(program, language) + rest == bits


def test_no_program_starts_another():
    language = Language.named("arith", 2)
    whole = set()
    for number in range(2**13):
        bits = format(number, "013b")
        try:
            _, rest = decode(bits, language)
        except CodeError:
            continue
        whole.add(bits[: len(bits) - len(rest)])
    for code in whole:
        assert not any(code[:cut] in whole for cut in range(1, len(code)))


def test_truncated_binary_is_that_of_the_definition():
    assert truncated_binary(0, 1) == ""
    assert [truncated_binary(i, 5) for i in range(5)] == ["00", "01", "10", "110", "111"]
    assert [truncated_binary(i, 9) for i in (0, 6, 7, 8)] == ["000", "110", "1110", "1111"]


def test_codes_spelled_out_by_hand():
    # header 0; variable 0 + TB(0;1); constants 10 + 0 | 10 | 11; operators 11 + TB(o;9)
    assert encode(parse("x", ARITH), ARITH) == "00"
    assert encode(parse("1", ARITH), ARITH) == "0100"
    assert encode(parse("0", ARITH), ARITH) == "01010"
    assert encode(parse("7", ARITH), ARITH) == "010110111"
    assert encode(parse("#1", ARITH), ARITH) == "010110001"
    # find is symbol 7 of 9: 1110; its body's eq symbol 3 of 9: 011; x is variable 1 of 2, c 0 of 2.
    assert encode(parse("(find (c) (eq x c))", ARITH), ARITH) == "0" + "111110" + "11011" + "01" + "00"
    # At depth D the list has no binders: lt is symbol 4 of 6, TB = 110.
    nested = parse("(find (c) (find (d) (lt d c)))", ARITH)
    assert encode(nested, ARITH) == "0" + "111110" + "111110" + "11110" + "00" + "010"
    # k = 1: header 1, TB(0;4) = 00, two words, index x, body m.
    assert encode(parse("(data (3 5) x (m) m)", ARITH), ARITH) == "1" + "00" + "0011" + "0101" + "0" + "00"


def test_bound_variables_print_with_fresh_names():
    assert format_program(parse("(find (a) (find (b) (lt b a)))", ARITH)) == "(find (c) (find (c2) (lt c2 c)))"
    columns = Language.named("arith", 4, columns=2)
    program = parse("(iter c s (t) t)", columns, ("c", "s"))
    assert format_program(program, ("c", "s")) == "(iter c s (s2) s2)"
    assert parse(format_program(program, ("c", "s")), columns, ("c", "s")) == program


def test_names_of_bound_variables_do_not_matter():
    assert parse("(find (c) (eq c x))", ARITH) == parse("(find (candidate) (eq candidate x))", ARITH)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("(add x", 1, 1, "never closed: add a ')'"),
        ("(add x 1))", 1, 10, "after the end"),
        (")", 1, 1, "closes nothing"),
        ("", 1, 1, "empty"),
        ("; only a comment\n", 2, 1, "empty"),
        ("x y", 1, 3, "after the end"),
        ("()", 1, 1, "not a term"),
        ("(add x\n  (frob x))", 2, 4, "'frob' is not an operator"),
        ("(and x x)", 1, 2, "no operator 'and'"),
        ("((add) x)", 1, 2, "not an operator"),
        ("(add x (frob x))", 1, 9, "choose among add, sub, mul, eq, lt, if, iter, find, argmax"),
        ("(add x)", 1, 1, "write (add term term): 1 items stand after add"),
        ("(find c)", 1, 1, "write (find (name) body): 1 items"),
        ("(add x y)", 1, 8, "'y' is not bound"),
        ("(find (x) x)", 1, 7, "already bound"),
        ("(find (add) x)", 1, 7, "cannot name"),
        ("(find c c)", 1, 7, "in parentheses"),
        ("(find (a) (find (b) (find (c) c)))", 1, 22, "binder too deep"),
        ("(add x 16)", 1, 8, "16 is out of range 0 to 15"),
        ("(add x " + "9" * 5000 + ")", 1, 8, "999999999... (5000 characters) is out of range 0 to 15"),
        ("(add x " * 101 + "x" + ")" * 101, 1, 701, "nest more than 100 deep"),
        ("(" * 5000 + ")" * 5000, 1, 101, "nest more than 100 deep"),
        ("(data (1 2 3) x (m) m)", 1, 7, "power of two"),
        ("(data (1 99) x (m) m)", 1, 10, "99 is out of range"),
        ("(data (1 2) x m)", 1, 1, "write (data"),
        ("(add x (data (1 2) x (m) m))", 1, 9, "only at the root"),
        ("(data (1 2) x (m) (find (c) (find (d) m)))", 1, 30, "binder too deep"),
    ],
)
def test_syntax_errors_name_line_and_column(text, line, column, words):
    with pytest.raises(MuSyntaxError, match=r".") as caught:
        parse(text, ARITH)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in str(caught.value)


def test_programs_nest_as_deep_as_is_said_and_can_be_run():
    logic = Language.named("logic", 3)
    deepest: Term = Var(0)
    for _ in range(MAX_NESTING - 1):
        deepest = Apply("shr", (deepest,))
    deepest = Apply("find", (deepest,))
    program = Program(deepest)
    assert parse(format_program(program), logic) == program
    assert decode(encode(program, logic), logic) == (program, "")
    assert run(program, Domain.default(3)).words == (0,) * 8
    assert classify(program, Domain.default(3)) is ProgramClass.DIRECT
    assert len(list(trace(program, Domain.default(3), 0))) == 8 * MAX_NESTING + 1


def test_programs_that_nest_deeper_are_refused():
    logic = Language.named("logic", 3)
    term: Term = Var(0)
    for _ in range(MAX_NESTING + 1):
        term = Apply("shr", (term,))
    with pytest.raises(CodeError, match="nest more than 100 deep"):
        encode(Program(term), logic)
    with pytest.raises(CodeError, match=r"bit \d+: operators nest more than 100 deep"):
        decode("0" + operator_code("shr", 0, logic) * 5000, logic)
    assert parse("(add x " + "0" * 5000 + "7)", ARITH) == parse("(add x 7)", ARITH)


def test_programs_outside_the_language_have_no_code():
    for term in (Var(1), Const(16, literal=True), Const(2, literal=False), Apply("and", (Var(0), Var(0)))):
        with pytest.raises(CodeError):
            encode(Program(term), ARITH)
    with pytest.raises(CodeError, match="cut short"):
        decode("0110", ARITH)
    with pytest.raises(CodeError, match="holds only 0 and 1"):
        decode("012", ARITH)


def test_languages_out_of_range_are_refused():
    for make in (
        lambda: Language.named("arith", 1),
        lambda: Language.named("arith", 17),
        lambda: Language.named("arith", 4, depth=3),
        lambda: Language.named("arith", 4, columns=0),
    ):
        with pytest.raises(DomainError):
            make()
    for words, make in (
        ("a word of 9 bits is out of range in dialect nested: choose 2 to 8", lambda: Language.named("nested", 9)),
        ("depth 2 is out of range in dialect nested: choose 1", lambda: Language.named("nested", 6, depth=2)),
    ):
        with pytest.raises(DomainError, match=words):
            make()
    with pytest.raises(CodeError, match="choose one of arith, logic, loops, nested"):
        Language.named("algol", 4)


def test_loops_has_no_search_form():
    assert not {"find", "argmax"} & set(DIALECTS["loops"].operators)
    assert count_searches(parse("(find (c) (argmax (d) d))", ARITH)) == 2
