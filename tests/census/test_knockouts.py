"""Languages without some operators: the census of the whole dialect but for the programs that use them."""

import math
from collections import Counter
from functools import cache

import pytest

from priorsim.census.atlas import Atlas, AtlasHeader, RowKey, counts_by_length
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.programs import list_programs
from priorsim.census.recurrence import kraft_sum, program_counts, term_counts
from priorsim.census.stored import StoredAtlas
from priorsim.census.summability import least_tax, log2_sum_of_terms
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import find_programs
from priorsim.errors import CensusError, CodeError, MuSyntaxError, WalkError
from priorsim.measure.data import count_with_data
from priorsim.measure.keys import Language as Told
from priorsim.mu.code import decode, encode
from priorsim.mu.dialect import DIALECTS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import count_searches, parse
from priorsim.study.atlases import atlas_name
from priorsim.walks.graph import vertices
from priorsim.worlds import find_world
from tests.measure.conftest import operators_of, programs_by_code

pytestmark = pytest.mark.engine

PLAIN_BITS, LISTED_BITS = 15, 20
LANGUAGES = [(dialect, word_bits) for dialect in DIALECTS for word_bits in (2, 3)]
SINGLES = [(*language, (name,)) for language in LANGUAGES for name in DIALECTS[language[0]].operators]
BOTH = {"find", "argmax"}
SEVERAL = [
    *((*language, ("find", "argmax")) for language in LANGUAGES if set(DIALECTS[language[0]].operators) >= BOTH),
    *((*language, tuple(set(DIALECTS[language[0]].operators) - {"iter"})) for language in LANGUAGES),
    *((*language, DIALECTS[language[0]].operators) for language in LANGUAGES),
    *(("arith", 3, ("iter", "find", "argmax")), ("arith", 2, ("add", "sub", "mul", "eq", "lt"))),
    *(("logic", 3, ("and", "xor", "eq", "if")), ("logic", 2, ("shl", "shr", "if", "iter"))),
]


def header_of(dialect: str, word_bits: int, without=(), max_bits: int = PLAIN_BITS) -> AtlasHeader:
    return make_header(dialect, max_bits, domain=Domain.default(word_bits), without=without)


@cache
def plain_programs(dialect: str, word_bits: int) -> list[tuple[frozenset[str], RowKey]]:
    """Every program of the whole dialect, decoded, run and lesioned one by one: its operators, and its row's key."""
    domain, found = Domain.default(word_bits), []
    for bits, program in programs_by_code(header_of(dialect, word_bits).language, PLAIN_BITS):
        words = lesion(program, domain)
        actual, strict, wide = map(domain.pack, (words.actual, words.strict, words.wide))
        key = RowKey(bits, actual, strict, wide, run(program, domain).steps[Accounting.TOTAL], count_searches(program))
        found.append((operators_of(program), key))
    return found


@cache
def listed_programs(dialect: str, word_bits: int) -> list[tuple[frozenset[str], RowKey]]:
    """The same of the exhaustive engine's walk through the whole dialect, up to a longer length."""
    header = header_of(dialect, word_bits, max_bits=LISTED_BITS)
    listed = list_programs(header)
    columns = (listed.bits, listed.behaviour, listed.strict, listed.wide, listed.steps, listed.searches)
    keys = zip(*(column.tolist() for column in columns), strict=True)
    return [(operators_of(listed.program(number)), RowKey(*key)) for number, key in enumerate(keys)]


def counts_of(rows) -> dict[RowKey, int]:
    return {rows.key(row): int(rows.count[row]) for row in range(len(rows))}


@pytest.mark.parametrize(("dialect", "word_bits"), LANGUAGES)
def test_the_walk_lists_the_programs_that_decoding_every_bit_string_finds(dialect, word_bits):
    listed = [each for each in listed_programs(dialect, word_bits) if each[1].bits <= PLAIN_BITS]
    assert Counter(listed) == Counter(plain_programs(dialect, word_bits))


@pytest.mark.parametrize(("dialect", "word_bits", "without"), [*SINGLES, *SEVERAL])
def test_what_is_left_is_the_whole_dialect_but_for_the_programs_that_use_the_operators(dialect, word_bits, without):
    header = header_of(dialect, word_bits, without, LISTED_BITS)
    left = Counter(key for used, key in listed_programs(dialect, word_bits) if used.isdisjoint(without))
    quotient, exhaustive = count_quotient(header, workers=1), count_exhaustive(header)
    assert counts_of(quotient) == counts_of(exhaustive) == left
    by_length = Counter[int]()
    for key, programs in left.items():
        by_length[key.bits] += programs
    assert counts_by_length(quotient.bits, quotient.count) == [by_length[bits] for bits in range(256)]
    assert program_counts(header.language, LISTED_BITS) == tuple(by_length[bits] for bits in range(LISTED_BITS + 1))


@pytest.mark.parametrize("without", [("find", "argmax"), ("mul",), ("iter",), ("if", "add")])
def test_the_sum_over_all_programs_is_that_of_the_generating_function(without):
    language = Language.named("arith", 3, without=without)
    explored = float(kraft_sum(term_counts(language, 0, 240)))
    assert math.exp2(log2_sum_of_terms(language, 1.0)) == pytest.approx(explored, rel=1e-3)
    assert explored < 1
    assert (least_tax(language, 1.0) == -math.inf) == ("find" in without)


@pytest.mark.parametrize("without", [("mul",), ("iter",), ("find",), ("if", "argmax")])
def test_witnesses_and_questions_beyond_the_bound_know_what_is_knocked_out(without):
    world = find_world("inverse-w3")
    whole = take_census(header_of("arith", 3, without, 28), workers=1)
    keys = [whole.rows.key(row) for row in range(0, len(whole), 97)]
    for key, program in find_programs(whole.header, keys).items():
        assert len(encode(program, whole.header.language)) == key.bits

    def fits(behaviours):
        return behaviours == world.domain.pack([min(words) for words in world.acceptable])

    short = Atlas(header_of("arith", 3, without, 20), whole.rows.take(whole.rows.bits <= 20))
    targeted = TargetedAtlas(short, 28)
    assert counts_of(targeted.select(fits)) == counts_of(whole.select(fits))


def test_codes_stay_and_programs_with_the_operator_are_refused():
    whole, left = Language.named("arith", 4), Language.named("arith", 4, without=["find", "argmax"])
    program = parse("(mul x (iter x 1 (s) s))", left)
    assert encode(program, left) == encode(program, whole)
    with pytest.raises(MuSyntaxError, match=r"'find' is knocked out of the language: choose among add, sub, .*, iter$"):
        parse("(find (c) c)", left)
    searching = parse("(find (c) c)", whole)
    with pytest.raises(CodeError, match="knocked out"):
        encode(searching, left)
    with pytest.raises(CodeError, match="bit 7: operator 'find' is knocked out of the language"):
        decode(encode(searching, whole), left)
    with pytest.raises(
        CodeError, match=r"^'shl' cannot be knocked out: dialect arith has no operator 'shl': it has add"
    ):
        Language.named("arith", 4, without=["shl"])


def test_a_header_tells_what_is_knocked_out_and_only_then(tmp_path):
    whole, left = header_of("arith", 3), header_of("arith", 3, ("argmax", "find"))
    assert "without" not in whole.to_json()
    assert left.to_json()["without"] == ["find", "argmax"]
    assert AtlasHeader.from_json(left.to_json()) == left
    assert AtlasHeader.from_json(whole.to_json()) == whole
    assert atlas_name(whole) != atlas_name(left)
    assert Told.of(left).without == ("find", "argmax")
    take_census(left, workers=1).save(tmp_path / "left.parquet")
    stored = StoredAtlas.open(tmp_path / "left.parquet")
    stored.check()
    assert stored.header == left


def test_walks_and_programs_with_data_are_of_whole_dialects():
    left = header_of("arith", 3, ("find",))
    with pytest.raises(WalkError, match="leave out 'without'"):
        vertices(left)
    with pytest.raises(CensusError, match=r"not without find: give an atlas of all its operators"):
        count_with_data(left.language, find_world("isqrt-w3"), 16)
