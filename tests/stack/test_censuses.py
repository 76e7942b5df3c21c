"""Both censuses of stack programs against each other, the recurrence and the interpreter."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from priorsim.census.atlas import AtlasHeader, RowKey, counts_by_length, is_strictly_sorted
from priorsim.census.progress import Progress
from priorsim.errors import CodeError, PriorsimError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.stack.census import count_stack
from priorsim.stack.code import decode, program_counts
from priorsim.stack.interpreter import run
from priorsim.stack.language import Program
from priorsim.stack.tables import lesion
from tests.census.oracle import as_dict, make_header

PAIRS = Domain(2, tuple((a, b) for a in range(4) for b in range(4)), ("a", "b"))
THREE = Domain(2, ((0, 1, 2), (3, 2, 1), (2, 2, 0)), ("a", "b", "c"))
WIDE = Domain(4, tuple(product(range(5), repeat=2)), ("a", "b"))
HEADERS = {
    "arith-w3": make_header("arith", Domain.default(3), 2, 20),
    "arith-w2": make_header("arith", Domain.default(2), 2, 20),
    "arith-w4": make_header("arith", Domain.default(4), 2, 17),
    "arith-depth-1": make_header("arith", Domain.default(3), 1, 19),
    "logic-pairs": make_header("logic", PAIRS, 2, 18),
    "loops": make_header("loops", Domain.default(2), 2, 21),
    "kleene-three-columns": make_header("kleene", THREE, 2, 16),
    "bare": make_header("bare", Domain.default(3), 2, 20),
    "one-lane": make_header("arith", Domain(3, ((5,),)), 2, 18),
    "without": AtlasHeader(Language.named("arith", 2, without=("find", "add")), Domain.default(2), 20),
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_censuses_agree(name):
    by_class, one_by_one = (count_stack(HEADERS[name], engine=engine) for engine in ("quotient", "exhaustive"))
    assert as_dict(by_class.rows) == as_dict(one_by_one.rows)
    assert is_strictly_sorted(by_class.rows) and is_strictly_sorted(one_by_one.rows)


@pytest.mark.slow
def test_the_censuses_agree_up_to_26_bits():
    header = make_header("arith", Domain.default(3), 2, 26)
    assert as_dict(count_stack(header).rows) == as_dict(count_stack(header, engine="exhaustive").rows)


@pytest.mark.parametrize("name", ["arith-w3", "logic-pairs", "loops"])
def test_a_longer_census_has_as_many_programs_as_the_recurrence_says(name):
    header = HEADERS[name]
    longer = AtlasHeader(header.language, header.domain, 25)
    rows = count_stack(longer).rows
    assert counts_by_length(rows.bits, rows.count)[:26] == list(program_counts(header.language, 25))


def every_program(language: Language, most: int) -> list[tuple[int, Program]]:
    """Every program of up to so many bits with its length, from all bit strings."""
    found = {}
    for bits in map("".join, product("01", repeat=most)):
        try:
            program, rest = decode(bits, language)
        except CodeError:
            continue
        found[program] = most - len(rest)
    return [(length, program) for program, length in found.items()]


def count_searches(program: Program) -> int:
    return sum((each.name in ("find", "argmax")) + count_searches(each.body) for each in program)


@pytest.mark.parametrize(("name", "most"), [("arith-w3", 16), ("logic-pairs", 14), ("loops", 15)])
def test_the_rows_are_those_of_the_interpreter(name, most):
    header = HEADERS[name]
    wanted: Counter[RowKey] = Counter()
    for bits, program in every_program(header.language, most):
        ran, words = run(program, header.domain), lesion(program, header.domain)
        assert tuple(each.word for each in ran) == words.actual
        steps = sum(each.steps for each in ran)
        behaviour, strict, wide = map(header.domain.pack, words)
        wanted[RowKey(bits, behaviour, strict, wide, steps, count_searches(program))] += 1
    assert as_dict(count_stack(AtlasHeader(header.language, header.domain, most)).rows) == wanted


def test_the_inverse_is_found():
    header = HEADERS["arith-w3"]
    wanted = header.domain.pack([x if x % 2 else 0 for x in range(8)])
    rows = count_stack(header).select(lambda words: words == np.uint64(wanted))
    assert (rows.bits == 20).any() and (rows.strict[rows.bits == 20] != rows.behaviour[rows.bits == 20]).any()


def test_progress_ends_with_all_programs():
    seen: list[Progress] = []
    count_stack(HEADERS["bare"], progress=seen.append)
    assert len(seen) == 19 and seen[-1].programs == seen[-1].total == sum(program_counts(HEADERS["bare"].language, 20))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            make_header("arith", Domain.default(3), 2, 40),
            "5,123,708,005 stack programs are too many: choose a bound of 2 to 38 bits",
        ),
        (make_header("arith", Domain.default(3), 2, 61), "61 bits is out of range: choose 2 to 60"),
        (make_header("arith", Domain.default(3), 2, 1), "1 bits is out of range"),
        (make_header("arith", Domain.default(8), 1, 20), "a word of 8 bits is too long"),
        (AtlasHeader(Language.named("arith", 3), Domain.default(3), 20, Accounting.AMORTISED), "choose total"),
        (
            AtlasHeader(
                Language.named("arith", 4, columns=2), Domain(4, tuple(product(range(5), repeat=2)), ("a", "b")), 9
            ),
            "lanes",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(header, said):
    with pytest.raises(PriorsimError, match=said):
        count_stack(header)
