"""The amortised accounting in a census: every row against a brute force by the plain interpreter."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from priorsim.census.atlas import Atlas, AtlasHeader, RowKey
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine.exhaustive import check_bounds, count_exhaustive, key_of
from priorsim.census.engine.quotient import check_exact, count_quotient, open_run
from priorsim.census.take import make_header
from priorsim.census.witness import find_programs
from priorsim.errors import CensusError, CodeError, StorageError
from priorsim.mu.code import decode, length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import count_searches, parse
from tests.census import oracle
from tests.strategies import programs

pytestmark = pytest.mark.engine

LANES = ((0, 1), (1, 2), (0, 2), (1, 1), (2, 3), (0, 3))
"""Three settings of the first column, met three times, twice and once, and not side by side."""
DOMAINS = {
    "one-context-column": Domain(2, LANES, ("o", "q"), ("o",)),
    "the-other-one": Domain(2, LANES, ("q", "o"), ("o",)),
    "no-context-column": Domain.default(2),
    "all-context": Domain(2, (*LANES, (0, 1)), ("o", "p"), ("o", "p")),
    "three-columns": Domain(2, ((0, 1, 2), (0, 1, 3), (1, 1, 0), (0, 2, 1)), ("o", "p", "q"), ("o", "p")),
}


def amortised(dialect: str, domain: Domain, depth: int, max_bits: int) -> AtlasHeader:
    return make_header(dialect, max_bits, domain=domain, depth=depth, accounting="amortised")


def interpreted_key(header: AtlasHeader, program) -> RowKey:
    words = lesion(program, header.domain)
    actual, strict, wide = (header.domain.pack(each) for each in (words.actual, words.strict, words.wide))
    steps = run(program, header.domain).steps[header.accounting]
    return RowKey(length(program, header.language), actual, strict, wide, steps, count_searches(program))


@cache
def brute_force(header: AtlasHeader) -> Counter[RowKey]:
    """Every code-only bit string up to the bound, decoded, run and lesioned one by one."""
    counts: Counter[RowKey] = Counter()
    prefixes = ["0"]
    while prefixes:
        bits = prefixes.pop()
        try:
            program, _ = decode(bits, header.language)
        except CodeError:
            if len(bits) < header.max_bits:
                prefixes += [bits + "0", bits + "1"]
            continue
        counts[interpreted_key(header, program)] += 1
    return counts


CASES = [(name, "arith", 2, 16) for name in DOMAINS]
CASES += [("one-context-column", dialect, 2, 16) for dialect in ("logic", "loops")]
CASES += [("one-context-column", "arith", 1, 16)]


@pytest.mark.parametrize(("name", "dialect", "depth", "max_bits"), CASES)
@pytest.mark.parametrize("count", [count_exhaustive, count_quotient])
def test_every_row_is_that_of_the_interpreter(count, name, dialect, depth, max_bits):
    header = amortised(dialect, DOMAINS[name], depth, max_bits)
    assert oracle.as_dict(count(header)) == brute_force(header)


LONGER = [(name, dialect, 2, 22) for name in DOMAINS for dialect in ("arith", "loops")]
LONGER += [("one-context-column", "logic", 2, 22), ("three-columns", "arith", 1, 23)]


@pytest.mark.parametrize(("name", "dialect", "depth", "max_bits"), LONGER)
def test_both_engines_give_the_same_rows(name, dialect, depth, max_bits):
    header = amortised(dialect, DOMAINS[name], depth, max_bits)
    assert oracle.as_dict(count_quotient(header)) == oracle.as_dict(count_exhaustive(header))


@pytest.mark.parametrize("name", DOMAINS)
def test_every_row_has_a_witness_with_its_key(name):
    """Among them are loops without rounds, whose bodies may or may not read a query."""
    header = amortised("arith", DOMAINS[name], 2, 16)
    rows = count_quotient(header)
    keys = [rows.key(row) for row in range(len(rows))]
    for key, program in find_programs(header, keys).items():
        assert interpreted_key(header, program) == key


@pytest.mark.parametrize("name", ["one-context-column", "no-context-column"])
def test_what_fits_beyond_an_atlas_is_what_a_larger_census_says(name):
    header = amortised("arith", DOMAINS[name], 2, 16)
    whole = count_quotient(replace(header, max_bits=21))

    def fits(behaviour):
        return behaviour & np.uint64(15) == np.uint64(1)

    targeted = TargetedAtlas(Atlas(header, count_quotient(header)), 21)
    rows = targeted.select(fits)
    assert oracle.as_dict(rows) == oracle.as_dict(whole.take(fits(whole.behaviour)))
    keys = [rows.key(row) for row in range(0, len(rows), 5)]
    found = find_programs(targeted.header, keys, finder=targeted.find_terms)
    assert [interpreted_key(header, program) for program in found.values()] == keys


def test_a_census_interrupted_goes_on_with_the_identical_rows(tmp_path):
    header = amortised("arith", DOMAINS["one-context-column"], 2, 18)
    with open_run(header, tmp_path) as run:
        count_quotient(header, run_directory=run)
        (tmp_path / "level-017.piece").unlink()
        (tmp_path / "level-016.piece").unlink()
        again = count_quotient(header, run_directory=run)
    assert oracle.as_dict(again) == oracle.as_dict(count_quotient(header))
    with pytest.raises(StorageError, match="another task"):
        open_run(replace(header, accounting=Accounting.TOTAL), tmp_path)


@pytest.mark.parametrize("name", DOMAINS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_kernels_agree_with_the_interpreter_on_random_programs(name, data):
    header = amortised("arith", DOMAINS[name], 2, 63)
    program = data.draw(programs(header.language, data=False, size=4))
    assume(length(program, header.language) <= 255)
    assert key_of(header, program) == interpreted_key(header, program)


@pytest.mark.parametrize(
    "text",
    [
        "(mul q (find (r) (eq o (mul r r))))",
        "(find (c) (iter c o (s) (if (lt s 2) (add s 1) s)))",
        "(find (c) (iter c q (s) (if (lt s 2) (add s 1) s)))",
        "(iter o 1 (s) (find (c) (lt s c)))",
        "(iter o 1 (s) (find (c) (lt s (mul q c))))",
        "(iter 3 q (s) (argmax (c) (lt s c)))",
        "(argmax (c) (iter o c (s) (add s s)))",
        "(argmax (c) (iter q c (s) (add s s)))",
        "(if (find (c) (eq c 3)) (iter o 1 (s) (add s s)) q)",
    ],
)
def test_kernels_agree_with_the_interpreter_on_binders(text):
    header = amortised("arith", DOMAINS["one-context-column"], 2, 63)
    program = parse(text, header.language, header.domain.columns)
    assert key_of(header, program) == interpreted_key(header, program)


def test_a_search_shared_by_all_queries_of_a_context_is_paid_once():
    """The find takes 1 + 5 * 2 steps at o = 1 and 1 + 5 * 3 at o = 4; mul and q are paid in all six lanes."""
    domain = Domain(4, tuple((o, q) for o in (1, 4) for q in (0, 1, 2)), ("o", "q"), ("o",))
    header = amortised("arith", domain, 2, 63)
    program = parse("(mul q (find (r) (eq o (mul r r))))", header.language, domain.columns)
    assert key_of(header, program).steps == 6 * 2 + 11 + 16
    assert key_of(replace(header, accounting=Accounting.TOTAL), program).steps == 6 * 2 + 3 * (11 + 16)


def test_where_every_lane_is_a_context_of_its_own_nothing_is_shared():
    domain = Domain(2, ((0,), (1,), (2,), (3,)), ("o",), ("o",))
    header = amortised("arith", domain, 2, 20)
    total = count_exhaustive(replace(header, accounting=Accounting.TOTAL))
    assert oracle.as_dict(count_exhaustive(header)) == oracle.as_dict(total)


def test_rows_do_not_depend_on_the_number_of_workers():
    header = amortised("arith", DOMAINS["one-context-column"], 2, 24)
    alone, together = (count_quotient(header, workers=workers) for workers in (1, 3))
    assert oracle.as_dict(alone) == oracle.as_dict(together)


@pytest.mark.parametrize("accounting", ["max", "depth", "free"])
def test_what_no_census_counts_is_refused(accounting):
    with pytest.raises(CensusError, match="choose total or amortised"):
        make_header("arith", 20, domain=DOMAINS["all-context"], accounting=accounting)


def test_a_header_of_another_accounting_is_refused():
    header = replace(amortised("arith", DOMAINS["all-context"], 2, 20), accounting=Accounting.MAX)
    for check in (check_bounds, check_exact):
        with pytest.raises(CensusError, match="choose total or amortised"):
            check(header)
    with pytest.raises(CensusError, match="choose total or amortised"):
        key_of(header, parse("o", header.language, header.domain.columns))
