"""Wide domains: chunks against the interpreter, and filter and verify against every program there is."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priorsim.census.atlas import AtlasHeader
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine import exhaustive
from priorsim.census.engine.exhaustive import chunks_of, key_of
from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.census.wide import Task, WideRows, choose_lanes, filter_and_verify, wide_header
from priorsim.census.wide import exhaustive as run_all
from priorsim.errors import CensusError, DomainError
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.mu.syntax import Program
from tests.census.test_exhaustive import interpreted_key
from tests.strategies import programs

pytestmark = pytest.mark.engine

PAIRS = Domain(4, tuple(product((0, 1, 3, 6, 7, 10), (0, 2, 5, 8, 9, 15))), ("a", "b"))
PRIME = Domain(2, tuple(product(range(4), repeat=3))[:37], ("a", "b", "c"))
"""Lanes of which no chunk but a single one has a whole number."""
DOMAINS = {"pairs": PAIRS, "prime": PRIME, "five": Domain.of_all_words(5)}


def rows_of(found: WideRows):
    return [(found.key(row), int(found.rows.count[row]), int(found.code[row])) for row in range(len(found.rows))]


def task_of(words, train=None):
    return Task(tuple(frozenset({word}) for word in words), tuple(range(len(words)) if train is None else train))


def inverse(bits):
    return [pow(x, -1, 2**bits) if x % 2 else 0 for x in range(2**bits)]


def root(bits):
    return [next((c for c in range(2**bits) if (c * c - x) % 2**bits == 0), 0) for x in range(2**bits)]


def test_chunks_have_as_many_lanes_each_and_no_more_than_fit():
    sizes = {
        name: [len(each.domain.lanes) for each in chunks_of(wide_header("arith", 9, domain))]
        for name, domain in DOMAINS.items()
    }
    assert sizes == {"pairs": [12] * 3, "prime": [1] * 37, "five": [8] * 4}
    assert len(chunks_of(wide_header("arith", 9, Domain.default(4)))) == 1


@pytest.mark.parametrize(
    ("dialect", "name", "depth", "size"),
    [
        ("arith", "pairs", 2, 4),
        ("logic", "pairs", 2, 4),
        ("loops", "pairs", 2, 3),
        ("arith", "prime", 2, 5),
        ("arith", "five", 1, 5),
        ("arith", "five", 2, 2),
    ],
)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_chunks_agree_with_the_interpreter_on_random_programs(dialect, name, depth, size, data):
    header = wide_header(dialect, 63, DOMAINS[name], depth)
    program = data.draw(programs(header.language, data=False, size=size))
    assume(length(program, header.language) <= 255)
    assert key_of(header, program) == interpreted_key(header, program)


@pytest.mark.parametrize(("dialect", "name"), [("arith", "prime"), ("loops", "pairs"), ("logic", "five")])
def test_rows_are_those_of_a_plain_loop_over_all_programs(dialect, name):
    domain = DOMAINS[name]
    header = wide_header(dialect, 14, domain, 2)
    narrow = AtlasHeader(header.language, replace(domain, lanes=domain.lanes[:2]), 14)
    listed = list_programs(narrow)
    task = task_of([lane[0] for lane in domain.lanes])
    expected = {}
    for number, code in enumerate(listed.code.tolist()):
        key = interpreted_key(header, listed.program(number))
        if domain.unpack(key.behaviour) == tuple(lane[0] for lane in domain.lanes):
            counted, first = expected.get(key, (0, code))
            expected[key] = counted + 1, min(first, code)
    assert {key: tuple(rest) for key, *rest in rows_of(run_all(header, task))} == expected
    assert rows_of(filter_and_verify(header, task)) == rows_of(run_all(header, task))


TASKS = {
    "inverse on all 64 words of 6 bits": ("arith", 24, Domain.of_all_words(6), task_of(inverse(6))),
    "inverse, a quarter held out": ("arith", 24, Domain.of_all_words(6), task_of(inverse(6), range(48))),
    "square on all 256 words of 8 bits": (
        "arith",
        20,
        Domain.of_all_words(8),
        task_of([x * x % 256 for x in range(256)], range(128)),
    ),
    "root on all 32 words of 5 bits": ("arith", 24, Domain.of_all_words(5), task_of(root(5))),
    "the lowest bit": ("logic", 18, Domain.of_all_words(6), task_of([x % 2 for x in range(64)])),
    "powers by a loop": ("loops", 20, Domain.of_all_words(5), task_of([2**x % 32 for x in range(32)], range(16))),
    "two columns": ("arith", 18, PAIRS, task_of([a * b % 16 for a, b in PAIRS.lanes], range(0, 36, 2))),
    "several words, few training lanes": (
        "arith",
        15,
        PAIRS,
        Task(tuple(frozenset({a, (a + b) % 16}) for a, b in PAIRS.lanes), (1, 8, 20)),
    ),
}


@pytest.mark.parametrize("name", TASKS)
def test_filter_and_verify_finds_what_running_every_program_does_row_for_row(name):
    dialect, max_bits, domain, task = TASKS[name]
    header = wide_header(dialect, max_bits, domain)
    found = filter_and_verify(header, task)
    assert rows_of(found) == rows_of(run_all(header, task))
    assert len(found.rows)
    for row in range(0, len(found.rows), 1 + len(found.rows) // 20):
        assert key_of(header, Program(found.term(row))) == found.key(row)
        words = domain.unpack(found.key(row).behaviour)
        assert all(words[lane] in task.acceptable[lane] for lane in task.train)


def test_on_a_domain_that_is_not_wide_the_rows_are_an_atlass():
    domain = Domain.default(3)
    words = [pow(x, -1, 8) if x % 2 else 0 for x in range(8)]
    header = make_header("arith", 24, domain=domain)
    wanted = np.uint64(domain.pack(words))
    atlas = TargetedAtlas(take_census(replace(header, max_bits=16)), 24)
    rows = atlas.select(lambda behaviour: behaviour == wanted)
    found = filter_and_verify(header, task_of(words))
    assert [(key, count) for key, count, _ in rows_of(found)] == [
        (rows.key(row), int(rows.count[row])) for row in range(len(rows))
    ]
    assert found.false_positives == 0


def test_chosen_lanes_tell_apart_and_are_the_same_every_time():
    task = task_of(inverse(6), range(10, 60))
    header = wide_header("arith", 30, Domain.of_all_words(6))
    chosen = choose_lanes(header, task)
    assert chosen == choose_lanes(header, task) == tuple(sorted(set(chosen)))
    assert len(chosen) == 10
    assert set(chosen) <= set(range(10, 60))
    # On even words every wrong program that gives 0 is right.
    assert sum(lane % 2 for lane in chosen) > 5
    assert choose_lanes(header, task_of(inverse(6), (1, 5, 7))) == (1, 5, 7)


def test_terms_are_found_by_their_keys():
    dialect, max_bits, domain, task = TASKS["inverse on all 64 words of 6 bits"]
    found = filter_and_verify(wide_header(dialect, max_bits, domain), task)
    keys = [found.key(row) for row in range(len(found.rows))]
    missing = replace(keys[0], behaviour=keys[0].behaviour + 1)
    assert found.find_terms([*keys, missing]) == {key: found.term(row) for row, key in enumerate(keys)}


def test_what_is_too_much_or_cannot_be_is_refused(monkeypatch):
    domain = Domain.of_all_words(6)
    header = wide_header("arith", 24, domain)
    monkeypatch.setattr("priorsim.census.wide.MOST_LISTED", 8)
    with pytest.raises(CensusError, match=r"14 programs up to 24 bits fit .*: give --max-bits 23 or less, or --yes"):
        filter_and_verify(replace(header, max_bits=24), task_of(inverse(6)))
    assert filter_and_verify(header, task_of(inverse(6)), allow_long=True).rows.count.sum() == 14
    with pytest.raises(CensusError, match="days: give --yes to start all the same, or --max-bits"):
        filter_and_verify(replace(header, max_bits=60), task_of(inverse(6)))
    with pytest.raises(CensusError, match="steps are not counted as 'amortised': choose total"):
        chunks_of(replace(header, accounting=Accounting.AMORTISED))
    with pytest.raises(DomainError, match=r"384 bits of behaviour, .* 'priorsim odds' or 'priorsim histogram'"):
        make_header("arith", 20, domain=domain)
    with pytest.raises(DomainError, match="384 bits of behaviour"):
        exhaustive.count_exhaustive(header)
    with pytest.raises(DomainError, match="384 bits of behaviour"):
        take_census(header)
    with pytest.raises(DomainError, match="384 bits of behaviour"):
        list_programs(header)
