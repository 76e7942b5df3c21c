"""The codes of the kinds of nodes, against Kraft's equality and a Huffman code by another way."""

from collections import Counter
from fractions import Fraction
from hashlib import sha256
from itertools import chain, pairwise, permutations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import CodeError
from priorsim.measure.program import read_program
from priorsim.mu.code import decode, encode
from priorsim.mu.dialect import DIALECTS, FORMS, Language, dialect_named, dialect_of, names_dialect
from priorsim.mu.files import head_comments, read_source
from priorsim.mu.kinds import FREQUENCIES, LONGEST, canonical_codes, huffman_lengths, kind_codes
from priorsim.mu.syntax import Apply, Const, Program, Term, Var
from priorsim.worlds import find_world

PROGRAMS = sorted((Path(__file__).parents[2] / "programs").glob("*.mu"))
FREE = [name for name in FORMS if name != "apply"]

names = st.lists(st.sampled_from(FREE), min_size=1, unique=True).map(",".join)
codes = st.sampled_from(["", "@fitted", *(f"@random:{seed}" for seed in range(50))])
languages = st.builds(
    lambda name, code, words, columns: Language.named(name + code, words, columns=columns),
    names,
    codes,
    st.integers(2, 5),
    st.integers(1, 2),
)


def kinds_of(term: Term, bound: int) -> list[tuple[int, str]]:
    """The kinds of all nodes, each with the number of binders around it."""
    if not isinstance(term, Apply):
        return [(bound, "variable" if isinstance(term, Var) else "constant")]
    parts = (kinds_of(arg, bound + binds) for arg, binds in zip(term.args, FORMS[term.form].binds, strict=True))
    return [(bound, term.form), *chain.from_iterable(parts)]


def test_the_fitted_code_is_by_the_kinds_of_the_example_programs():
    found = Counter()
    for path in PROGRAMS:
        program, _ = read_program(path, find_world(head_comments(read_source(str(path)))["world"]))
        found.update(kinds_of(program.term, 1 if program.has_data else 0))
        found.update([] if program.index is None else kinds_of(program.index, 0))
    assert found == {(bound, kind): n for bound, kinds in enumerate(FREQUENCIES) for kind, n in kinds.items()}


@given(languages)
def test_the_code_of_every_context_is_complete_and_prefix_free(language):
    for bound in range(language.depth + 1):
        words = kind_codes(language, bound)
        assert list(words) == ["variable", "constant", *language.coded_in(bound)]
        assert sum(Fraction(1, 2 ** len(word)) for word in words.values()) == 1
        assert not any(a != b and b.startswith(a) for a, b in product(words.values(), repeat=2))
        if language.dialect.code.startswith("random"):
            assert max(map(len, words.values())) <= LONGEST


@given(languages, st.data())
def test_what_is_decoded_is_encoded_again(language, data):
    bits = "0" + "".join(data.draw(st.lists(st.sampled_from("01"), max_size=80)))
    try:
        program, rest = decode(bits, language)
    except CodeError as error:
        assert "cut short" in str(error)
        return
    assert encode(program, language) + rest == bits


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12))
def test_huffman_lengths_are_the_best_of_all(weights):
    cost = sum(weight * length for weight, length in zip(weights, huffman_lengths(weights), strict=True))
    merged, left = 0, sorted(weights)
    while len(left) > 1:
        first, second, *left = left
        merged += first + second
        left = sorted([*left, first + second])
    assert cost == merged


def test_canonical_words_are_numbers_in_order():
    words = canonical_codes([3, 1, 3, 2])
    assert words == ["110", "0", "111", "10"]


def test_a_random_code_is_that_of_its_seed():
    words = kind_codes(Language.named("eq,find@random:1", 3), 0)
    assert words == {"variable": "110", "constant": "10", "eq": "0", "find": "111"}
    # By the definition of docs/language.md, the gaps between the cuts are the weights, and a code for four kinds of
    # 1, 2, 3 and 3 bits gives the greatest weight the shortest word.
    cuts = [int.from_bytes(sha256(f"1 0 0 {place}".encode()).digest()[:8]) for place in range(3)]
    weights = [after - before for before, after in pairwise([0, *sorted(cuts), 2**64])]
    lengths = [len(word) for word in words.values()]
    assert sum(weight * bits for weight, bits in zip(weights, lengths, strict=True)) == min(
        sum(weight * bits for weight, bits in zip(weights, some, strict=True))
        for some in [*permutations([1, 2, 3, 3]), (2, 2, 2, 2)]
    )
    first, second = (kind_codes(Language.named(f"arith@random:{seed}", 3), 0) for seed in (1, 2))
    assert first != second


def test_without_operators_a_context_has_variables_and_constants_alone():
    assert kind_codes(Language.named("find", 3), 2) == {"variable": "0", "constant": "1"}


def test_names_say_operators_and_code():
    assert dialect_named("add,sub,mul,eq,lt,if,iter,find,argmax") is DIALECTS["arith"]
    assert dialect_of(["add", "eq"], "fitted").name == "add,eq@fitted"
    assert dialect_named("add,eq@fitted") == dialect_of(["add", "eq"], "fitted")
    assert dialect_named("arith@default") is DIALECTS["arith"]
    assert dialect_named("kleene").version == "3"
    assert [names_dialect(text) for text in ("arith", "add,eq", "arith@x", "isqrt-w3")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lisp", "unknown dialect 'lisp': choose one of arith, logic"),
        ("add,plus", "operator 2 is 'plus': choose among add, sub"),
        ("add,add", "operator 'add' is given twice"),
        ("add,apply", "operator 2 is 'apply', which is of the dialect nested alone"),
        ("arith@huffman", "unknown code 'huffman': choose default, fitted or random:SEED"),
        ("arith@random:-1", "unknown code 'random:-1'"),
        ("arith@random:01", "unknown code 'random:01'"),
        ("arith@", "unknown code ''"),
    ],
)
def test_a_name_of_no_dialect_is_refused(name, message):
    with pytest.raises(CodeError) as refused:
        dialect_named(name)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_dialect_has_an_operator():
    with pytest.raises(CodeError, match="without operators"):
        dialect_of([])


def test_a_knocked_out_operator_is_not_decoded():
    language = Language.named("arith@random:2", 3, without=["find"])
    bits = encode(Program(Apply("find", (Const(1, literal=False),))), Language.named("arith@random:2", 3))
    with pytest.raises(CodeError, match="knocked out"):
        decode(bits, language)
