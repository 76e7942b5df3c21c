"""Witnesses: the program found again has the key it was sought by."""

from dataclasses import replace

import numpy as np
import pytest

from priorsim.census.engine.exhaustive import key_of
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.witness import find_programs
from priorsim.errors import CensusError
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import Apply, Const, count_searches, format_program, parse, program_terms
from tests.census import oracle

pytestmark = pytest.mark.engine

W4 = Domain.default(4)
WIDE = Domain(16, ((7,), (65535,)))
SMALL = {
    "arith-w2": oracle.make_header("arith", Domain.default(2), 2, 19),
    "arith-w4": oracle.make_header("arith", W4, 2, 19),
    "logic-w3": oracle.make_header("logic", Domain.default(3), 2, 20),
    "loops-w3": oracle.make_header("loops", Domain.default(3), 2, 20),
    "loops-w4": oracle.make_header("loops", W4, 2, 19),
    "two-columns": oracle.make_header("arith", oracle.PAIRS, 2, 19),
    "one-lane": oracle.make_header("arith", oracle.ONE_LANE, 1, 15),
    "depth-1": oracle.make_header("logic", W4, 1, 20),
    "wide-words": oracle.make_header("arith", WIDE, 1, 10),
}


def every_key(header):
    rows = count_quotient(header)
    return [rows.key(row) for row in range(len(rows))]


def classes_of(header, some, seed):
    """A few keys of each class of a census: direct, disguised and search."""
    rows = count_quotient(header)
    search = rows.strict != rows.behaviour
    disguised = ~search & (rows.wide != rows.behaviour)
    generator = np.random.default_rng(seed)
    chosen = [generator.choice(np.flatnonzero(rows_of), some) for rows_of in (~search & ~disguised, disguised, search)]
    return [[rows.key(row) for row in of_class] for of_class in chosen]


@pytest.mark.parametrize("name", SMALL)
def test_every_row_has_a_witness_with_its_key(name):
    header = SMALL[name]
    keys = every_key(header)
    programs = find_programs(header, keys)
    assert list(programs) == keys
    for key, program in programs.items():
        assert key_of(header, program) == key
        assert length(program, header.language) == key.bits
        text = format_program(program, header.domain.columns)
        assert parse(text, header.language, header.domain.columns) == program


@pytest.mark.parametrize("bits", range(2, 14))
def test_small_bounds_have_witnesses(bits):
    header = oracle.make_header("loops", W4, 2, bits)
    keys = every_key(header)
    assert list(find_programs(header, keys)) == keys


def test_rows_of_30_bits_have_witnesses_in_every_class():
    header = oracle.make_header("arith", W4, 2, 30)
    for keys in classes_of(header, 20, seed=1):
        for key, program in find_programs(header, keys).items():
            words = lesion(program, W4)
            assert [W4.pack(each) for each in (words.actual, words.strict, words.wide)] == [
                key.behaviour,
                key.strict,
                key.wide,
            ]
            assert run(program, W4).steps[Accounting.TOTAL] == key.steps
            assert (length(program, header.language), count_searches(program)) == (key.bits, key.searches)


@pytest.mark.parametrize("name", ["logic", "loops"])
def test_some_rows_of_27_bits_have_witnesses(name):
    header = oracle.make_header(name, Domain.default(3), 2, 27)
    rows = count_quotient(header)
    chosen = np.random.default_rng(2).choice(np.flatnonzero(rows.bits == 27), 50)
    keys = dict.fromkeys(rows.key(row) for row in chosen)
    assert find_programs(header, keys).keys() == keys.keys()


@pytest.mark.slow
def test_rows_of_36_bits_have_witnesses_in_every_class():
    header = oracle.make_header("arith", W4, 2, 36)
    keys = dict.fromkeys(key for of_class in classes_of(header, 50, seed=3) for key in of_class)
    assert find_programs(header, keys).keys() == keys.keys()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "(iter 0 x (s) (mul s s))",
        "(iter #0 7 (s) (add s x))",
        "(iter 0 (find (c) x) (s) (find (d) s))",
        "(iter (sub x x) x (s) (argmax (c) c))",
        "(iter 5 x (s) s)",
        "(iter x 1 (s) 3)",
        "(iter 3 x (s) (mul s s))",
        "(if 1 x (mul x (add x 3)))",
        "(if 0 (find (c) c) (lt x 3))",
        "(if x #1 (sub 0 x))",
        "(find (c) (eq x (mul c c)))",
        "(find (c) (iter 0 c (s) (sub s x)))",
        "(argmax (c) (if c x (iter x c (s) s)))",
        "(find (c) (find (d) (eq x (add c d))))",
    ],
)
def test_the_row_of_a_program_has_a_witness(text):
    header = oracle.make_header("arith", W4, 2, 2)
    key = key_of(header, parse(text, header.language))
    assert key_of(header, find_programs(header, [key])[key]) == key


def test_a_loop_without_rounds_can_be_a_witness():
    header = SMALL["loops-w3"]
    zeros = (Const(0, literal=False), Const(0, literal=True))
    forms = [term for program in find_programs(header, every_key(header)).values() for term in program_terms(program)]
    loops = [term for term in forms if isinstance(term, Apply) and term.form == "iter"]
    assert any(loop.args[0] in zeros for loop in loops)


def test_witnesses_do_not_depend_on_the_number_of_workers_nor_on_the_other_keys():
    header = oracle.make_header("arith", W4, 2, 28)
    keys = [key for of_class in classes_of(header, 15, seed=4) for key in of_class]
    longest = [key for key in keys if key.bits == 28]
    alone = find_programs(header, keys, workers=1)
    for workers in (2, 3):
        assert find_programs(header, keys, workers=workers) == alone
    assert find_programs(header, longest) == {key: alone[key] for key in longest}


def test_no_keys_have_no_witnesses():
    assert find_programs(SMALL["arith-w2"], []) == {}


def test_a_key_that_no_program_has_is_an_error():
    header = oracle.make_header("arith", Domain.default(2), 2, 12)
    key = every_key(header)[0]
    with pytest.raises(CensusError, match="no program of 2 bits"):
        find_programs(header, [key, replace(key, steps=99)])
    for bits in (0, 1, 19):
        with pytest.raises(CensusError, match=f"no program of {bits} bits"):
            find_programs(header, [replace(key, bits=bits)])
