"""The exhaustive engine against the oracle, the recurrence and the plain interpreter."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priorsim.census.atlas import RowKey, Rows, counts_by_length, merge
from priorsim.census.engine.exhaustive import PARTS, check_bounds, count_exhaustive, count_part, key_of
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError, DomainError
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import count_searches, parse
from tests.census import oracle
from tests.strategies import programs

pytestmark = pytest.mark.engine

W16 = Domain(16, ((7,), (65535,)))
TWO_COLUMNS = Domain(3, tuple((a, b) for a in (1, 4, 6) for b in (0, 3, 5, 7)), ("a", "b"))


def interpreted_key(header, program):
    """The row key by the plain interpreter."""
    result = run(program, header.domain)
    words = lesion(program, header.domain)
    behaviour, strict, wide = map(header.domain.pack, (words.actual, words.strict, words.wide))
    assert header.domain.pack(result.words) == behaviour
    bits = length(program, header.language)
    return RowKey(bits, behaviour, strict, wide, result.steps[Accounting.TOTAL], count_searches(program))


@pytest.mark.parametrize("name", oracle.HEADERS)
def test_rows_and_counts_are_the_oracles(name):
    header = oracle.make_header(*oracle.HEADERS[name])
    assert oracle.as_dict(count_exhaustive(header)) == oracle.read(name)


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
@pytest.mark.parametrize("depth", [1, 2])
def test_every_program_the_recurrence_tells_of_comes_by_once(dialect, depth):
    header = oracle.make_header(dialect, TWO_COLUMNS, depth, 22)
    rows = count_exhaustive(header)
    assert counts_by_length(rows.bits, rows.count)[:23] == list(program_counts(header.language, 22))


@pytest.mark.parametrize(
    ("dialect", "domain", "depth", "size"),
    [
        ("arith", Domain.default(2), 2, 5),
        ("arith", Domain.default(3), 2, 4),
        ("logic", Domain.default(3), 2, 4),
        ("loops", Domain.default(4), 2, 3),
        ("arith", TWO_COLUMNS, 2, 3),
        ("arith", Domain.default(8), 1, 4),
        ("arith", oracle.ONE_LANE, 1, 2),
    ],
)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_kernels_agree_with_the_interpreter_on_random_programs(dialect, domain, depth, size, data):
    header = oracle.make_header(dialect, domain, depth, 63)
    program = data.draw(programs(header.language, data=False, size=size))
    assume(length(program, header.language) <= 255)
    assert key_of(header, program) == interpreted_key(header, program)


@pytest.mark.parametrize(
    "text",
    [
        "(find (c) (lt x (mul c c)))",
        "(iter 40 0 (s) (if (lt (mul s s) x) (add s 1) s))",
    ],
)
def test_kernels_agree_with_the_interpreter_at_sixteen_bits(text):
    header = oracle.make_header("arith", W16, 1, 63)
    program = parse(text, header.language)
    assert key_of(header, program) == interpreted_key(header, program)


@pytest.mark.parametrize(
    "text",
    [
        "(iter (find (d) (lt x d)) (argmax (d) (mul d x)) (s) (iter s x (r) (if (lt r s) (add r 1) r)))",
        "(find (c) (argmax (d) (sub (mul c d) x)))",
        "(iter 7 x (s) (find (c) (lt s c)))",
        "(find (c) (iter c 0 (s) (if (lt s x) (add s 1) s)))",
        "(if (find (c) (eq c 3)) (iter x 1 (s) (add s s)) (argmax (c) (find (d) (eq d c))))",
    ],
)
def test_kernels_agree_with_the_interpreter_on_nested_binders(text):
    header = oracle.make_header("arith", Domain.default(3), 2, 63)
    program = parse(text, header.language)
    assert key_of(header, program) == interpreted_key(header, program)


def test_rows_do_not_depend_on_the_number_of_workers():
    header = oracle.make_header("arith", Domain.default(3), 2, 20)
    seen: list[Progress] = []
    alone = count_exhaustive(header, workers=1)
    together = count_exhaustive(header, workers=2, progress=seen.append)
    assert oracle.as_dict(alone) == oracle.as_dict(together)
    assert [len(seen), seen[-1].programs] == [PARTS, seen[-1].total]


def test_merging_parts_in_any_order_gives_the_same_rows():
    header = oracle.make_header("loops", Domain.default(2), 2, 17)
    parts = [count_part(header, part) for part in range(PARTS)]
    forward, backward = merge(Rows.concatenate(parts)), merge(Rows.concatenate(parts[::-1]))
    assert oracle.as_dict(forward) == oracle.as_dict(backward)
    assert len(forward) == len(oracle.as_dict(forward))


def test_a_bound_extends_a_smaller_one():
    header = oracle.make_header("logic", Domain.default(2), 2, 18)
    larger = count_exhaustive(header)
    smaller = count_exhaustive(replace(header, max_bits=15))
    assert oracle.as_dict(larger.take(larger.bits <= 15)) == oracle.as_dict(smaller)


def test_what_could_overflow_is_refused_before_it_starts():
    with pytest.raises(CensusError, match="choose 2 to 63"):
        check_bounds(oracle.make_header("arith", Domain.default(2), 2, 64))
    with pytest.raises(DomainError, match="environments"):
        check_bounds(oracle.make_header("arith", oracle.ONE_LANE, 2, 20))
