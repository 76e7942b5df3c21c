"""Stack programs: what is allowed where, the code, the text, and the recurrence against all bit strings."""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.errors import CodeError, PriorsimError
from priorsim.mu.dialect import DIALECTS, Language
from priorsim.stack.code import decode, encode, program_counts
from priorsim.stack.language import check_language, format_program, parse, search_bits, symbols
from tests.strategies import stack_programs

ARITH = Language.named("arith", 3)
LANGUAGES = [
    ARITH,
    Language.named("logic", 2, columns=2),
    Language.named("loops", 2, depth=1),
    Language.named("bare", 3, columns=3),
    Language.named("find", 2),
    Language.named("arith", 2, without=("find", "add")),
]


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "nested"])
@pytest.mark.parametrize("bound", [0, 1, 2])
@pytest.mark.parametrize("height", [1, 2, 3])
def test_the_code_of_every_context_is_complete_and_prefix_free(dialect, bound, height):
    allowed = symbols(Language.named(dialect, 3), bound, height)
    codes = sorted(symbol.code for symbol in allowed)
    assert not any(longer.startswith(code) for code, longer in pairwise(codes))
    assert sum(Fraction(symbol.choices, 2**symbol.bits) for symbol in allowed) == 1


def test_the_lengths_of_arith_are_those_of_the_page():
    bits = [{symbol.name: symbol.bits for symbol in symbols(ARITH, 0, height)} for height in (1, 2, 3)]
    assert bits[0] == {"end": 2, "dup": 2, "1": 3, "find": 3, "argmax": 3, "0": 4, "literal": 7}
    assert bits[1] == dict.fromkeys(("dup", "swap", "drop", "over", "1"), 3) | {"0": 4, "add": 4, "literal": 7} | (
        dict.fromkeys(("sub", "mul", "eq", "lt", "find", "argmax"), 5)
    )
    fours = dict.fromkeys(("add", "sub", "mul", "eq", "lt", "if", "iter"), 4)
    assert bits[2] == {"swap": 2, "drop": 2, "find": 5, "argmax": 5} | fours
    assert (search_bits(ARITH), search_bits(Language.named("loops", 3))) == (5, None)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: f"{language.dialect.name}-{language.columns}")
def test_the_recurrence_counts_the_programs_that_bit_strings_code(language):
    """Every string of so many bits begins with one program, or is cut short."""
    most, found = 13, defaultdict(Fraction)
    for bits in map("".join, product("01", repeat=most)):
        try:
            program, rest = decode(bits, language)
        except CodeError:
            continue
        found[len(bits) - len(rest)] += Fraction(1, 2 ** len(rest))
        assert encode(program, language) + rest == bits
    assert [found[length] for length in range(most + 1)] == list(program_counts(language, most))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: f"{language.dialect.name}-{language.columns}")
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_code_and_text_give_the_program_back(language, data):
    program = data.draw(stack_programs(language))
    assert decode(encode(program, language) + "01", language) == (program, "01")
    assert parse(format_program(program), language) == program


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("add", "instruction 1, 'add', cannot stand where 1 words are on the stack: choose among end, dup, 1"),
        ("dup dup dup", "instruction 3, 'dup', cannot stand where 3 words"),
        ("1", "instruction 2, 'end', cannot stand where 2 words"),
        ("end dup drop", "instruction 1, 'end', cannot stand"),
        ("9 add", "word 9 is out of range 0 to 7"),
        ("[ [ [ add ] find add ] find add ] find", "instruction 1 of a body, 'find', cannot stand where 2 words"),
        ("[ add", "a body is not closed"),
        ("[ add ]", "no find, argmax or iter stands after it"),
        ("add ]", "']' closes nothing"),
        ("find", "at 'find': a body [ ... ] stands before find"),
        ("1 [ add ] add", "at 'add': a body [ ... ] stands before find"),
        ("nothing", "'nothing', cannot stand"),
    ],
)
def test_what_is_no_program_is_refused(text, said):
    with pytest.raises(CodeError, match=r"^[^\n]*$") as refused:
        parse(text, ARITH)
    assert said in str(refused.value)


@pytest.mark.parametrize("bits", ["", "0", "01000", "1011", "02"])
def test_what_is_cut_short_is_no_program(bits):
    with pytest.raises(CodeError, match="cut short"):
        decode(bits, ARITH)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.named("nested", 3, depth=1), "nested has no stack language"),
        (Language.named("arith@random:7", 3), "choose one without apply and with the default code"),
        (Language.named("arith", 3, columns=4), "4 input columns"),
        (Language.named("arith", 5), "a word of 5 bits"),
    ],
)
def test_of_other_languages_none_is_made(language, said):
    with pytest.raises(PriorsimError, match=said):
        check_language(language)
