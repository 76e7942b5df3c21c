"""The dialect `nested`: both engines against the interpreter, each other and the recurrence; what it refuses."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priorsim.census.atlas import Atlas, AtlasHeader, Rows
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine.apply_kernels import INPUTS, runs_table
from priorsim.census.engine.exhaustive import check_numbers, count_exhaustive, key_of
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.programs import list_programs
from priorsim.census.recurrence import program_counts
from priorsim.census.shortest import shortest_programs
from priorsim.census.stored import StoredAtlas
from priorsim.census.take import make_header, take_census, unchecked_header
from priorsim.census.wide import Task, exhaustive, filter_and_verify, wide_header
from priorsim.census.witness import find_programs
from priorsim.errors import AtlasError, CensusError
from priorsim.measure.data import count_with_data
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.inner import inner_programs
from priorsim.mu.interpreter import evaluate
from priorsim.mu.syntax import Program, parse
from priorsim.worlds import find_world
from tests.census.test_amortised import amortised
from tests.census.test_amortised import interpreted_key as amortised_key
from tests.census.test_exhaustive import interpreted_key
from tests.strategies import programs

pytestmark = pytest.mark.engine

CONTEXTS = Domain(6, tuple((a, b) for a in (0, 1, 5) for b in (0, 2, 3)), ("o", "q"), ("o",))
DOMAINS = {
    "w6": Domain(6, tuple((word,) for word in range(4))),
    "w8": Domain(8, ((0,), (255,))),
    "w2": Domain.default(2),
    "w3": Domain.default(3),
    "one-lane": Domain(7, ((5,),)),
    "two-columns": Domain(4, tuple((a, b) for a in (1, 4, 6) for b in (0, 3, 5, 7)), ("a", "b")),
}


def same(left: Rows, right: Rows) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in Rows.__dataclass_fields__)


@cache
def header_of(name: str, max_bits: int) -> AtlasHeader:
    return make_header("nested", max_bits, domain=DOMAINS[name])


def test_the_table_of_runs_is_that_of_the_interpreter():
    for number, program in enumerate(inner_programs()):
        for word in range(INPUTS):
            run = evaluate(program.term, (word,), 2)
            assert int(runs_table()[number * INPUTS + word]) == run.word + INPUTS * run.steps


@pytest.mark.parametrize("name", DOMAINS)
def test_every_program_has_the_row_of_the_interpreter(name):
    listed = list_programs(header_of(name, 14 if name == "w6" else 15))
    keys = zip(
        *(column.tolist() for column in (listed.bits, listed.behaviour, listed.strict, listed.wide)), strict=True
    )
    for number, words in enumerate(keys):
        key = interpreted_key(listed.header, listed.program(number))
        assert (key.bits, key.behaviour, key.strict, key.wide) == words
        assert (key.steps, key.searches) == (listed.steps[number], listed.searches[number])


@pytest.mark.parametrize("name", DOMAINS)
def test_the_rows_of_both_engines_are_the_same_and_add_up_to_the_recurrence(name):
    atlas = take_census(header_of(name, 22))
    assert same(atlas.rows, count_exhaustive(atlas.header))
    assert int(atlas.rows.count.sum()) == sum(program_counts(atlas.header.language, 22))


@pytest.mark.slow
@pytest.mark.parametrize("name", DOMAINS)
def test_the_rows_of_both_engines_are_the_same_at_26_bits(name):
    header = header_of(name, 26)
    assert same(count_quotient(header), count_exhaustive(header, workers=2))


@pytest.mark.parametrize("without", [("apply",), ("find", "argmax"), ("add", "eq")])
def test_knocked_out_languages_are_counted_by_both_engines(without):
    header = make_header("nested", 21, domain=DOMAINS["w6"], without=without)
    assert same(count_quotient(header), count_exhaustive(header))


def test_amortised_rows_are_those_of_the_interpreter_and_of_both_engines():
    header = amortised("nested", CONTEXTS, 1, 19)
    rows = count_quotient(header)
    assert same(rows, count_exhaustive(header))
    keys = [rows.key(row) for row in range(0, len(rows), 3)]
    for key, program in find_programs(header, keys).items():
        assert amortised_key(header, program) == key


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_kernels_agree_with_the_interpreter_on_random_programs(data):
    name = data.draw(st.sampled_from(sorted(DOMAINS)))
    header = header_of(name, 63)
    program = data.draw(programs(header.language, data=False, size=4))
    assume(length(program, header.language) <= 255)
    assert key_of(header, program) == interpreted_key(header, program)
    shared = amortised("nested", CONTEXTS, 1, 63)
    program = data.draw(programs(shared.language, data=False, size=3))
    assume(length(program, shared.language) <= 255)
    assert key_of(shared, program) == amortised_key(shared, program)


@pytest.mark.parametrize("name", ["w6", "w8", "two-columns"])
def test_every_row_has_a_witness_with_its_key(name):
    header = header_of(name, 19)
    rows = count_quotient(header)
    keys = [rows.key(row) for row in range(0, len(rows), 2)]
    for key, program in find_programs(header, keys).items():
        assert interpreted_key(header, program) == key


@pytest.mark.parametrize("name", ["w6", "two-columns"])
def test_what_fits_beyond_an_atlas_is_what_a_larger_census_says(name):
    header = header_of(name, 16)
    whole = count_quotient(replace(header, max_bits=23))

    def fits(behaviour):
        return behaviour & np.uint64(15) == np.uint64(1)

    targeted = TargetedAtlas(Atlas(header, count_quotient(header)), 23)
    rows = targeted.select(fits)
    assert same(rows, whole.take(fits(whole.behaviour)))
    keys = [rows.key(row) for row in range(0, len(rows), 5)]
    found = find_programs(targeted.header, keys, finder=targeted.find_terms)
    assert [interpreted_key(header, program) for program in found.values()] == keys


def test_the_shortest_programs_are_those_of_the_list():
    header = header_of("w6", 21)
    listed = list_programs(header)
    rows = count_quotient(header)
    goal = key_of(header, parse("(find (c) (apply c x))", header.language)).behaviour

    def fits(behaviour):
        return behaviour == np.uint64(goal)

    found = shortest_programs(header, rows.take(fits(rows.behaviour)), fits, 50)
    chosen = np.flatnonzero(fits(listed.behaviour))[:50]
    assert [program for _, program in found.programs] == [listed.program(int(number)) for number in chosen]


def test_a_wide_domain_is_counted_by_filter_and_verify():
    header = wide_header("nested", 20, Domain.of_all_words(5))
    task = Task(tuple(frozenset([word % 4]) for word in range(32)), tuple(range(16)))
    found, plain = filter_and_verify(header, task), exhaustive(header, task)
    assert len(found.rows)
    assert same(found.rows, plain.rows)
    for row in range(len(found.rows)):
        assert interpreted_key(header, Program(found.term(row))) == found.key(row)


def test_its_atlas_is_of_version_2_and_those_of_other_dialects_stay_of_version_1(tmp_path):
    assert header_of("w6", 12).to_json()["language_version"] == "2"
    assert make_header("arith", 12, domain=Domain.default(3)).to_json()["language_version"] == "1"
    take_census(header_of("w6", 14)).save(tmp_path / "nested.parquet")
    assert StoredAtlas.open(tmp_path / "nested.parquet").header == header_of("w6", 14)
    assert pq.read_table(tmp_path / "nested.parquet").num_rows
    told = header_of("w6", 14).to_json() | {"language_version": "1"}
    with pytest.raises(AtlasError, match="it is of language version 1, this priorsim reads version 2: make it again"):
        AtlasHeader.from_json(told)


def test_what_could_overflow_is_refused_with_the_steps_of_the_inner_runs_in_it():
    pairs = Domain(8, tuple((a, b) for a in range(256) for b in range(256)), ("a", "b"))
    check_numbers(unchecked_header("arith", 63, domain=pairs, depth=1))
    check_numbers(unchecked_header("nested", 18, domain=pairs))
    with pytest.raises(CensusError, match="lower the bound"):
        check_numbers(unchecked_header("nested", 19, domain=pairs))


def test_programs_with_data_are_refused():
    with pytest.raises(CensusError, match="not counted in dialect nested: ask another, as arith"):
        count_with_data(Language.named("nested", 3), find_world("isqrt-w3"), 16)
