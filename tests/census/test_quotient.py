"""The quotient engine against the oracle, the exhaustive engine, the recurrence and itself."""

import math
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from priorsim.census.atlas import Rows, counts_by_length
from priorsim.census.effort import check_estimate, estimate, pilot
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.engine.levels import Census
from priorsim.census.engine.quotient import check_exact, count_quotient, open_run
from priorsim.census.engine.sorting import sort_parts, splitters_of
from priorsim.census.engine.tables import FIRST_ROWS, MULTIPLIER, SHIFT, Shared, Table, hash_key, hash_outer
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError, StorageError
from priorsim.mu.domain import Domain
from tests.census import oracle

pytestmark = pytest.mark.engine

W4 = Domain.default(4)
PAIRS = Domain(3, tuple((a, b) for a in (1, 4, 6) for b in (0, 3, 5, 7)), ("a", "b"))
TWO_LANES = Domain(4, ((3,), (9,)))
ODD_LANES = Domain(3, ((1,), (6,), (2,)))


def by_length(rows, max_bits):
    """Programs of 0, 1, ..., max_bits bits."""
    return tuple(counts_by_length(rows.bits, rows.count)[: max_bits + 1])


def same(left: Rows, right: Rows) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in Rows.__dataclass_fields__)


def class_totals(rows: Rows, bits: int) -> tuple[int, ...]:
    """Rows, direct, disguised and search programs of a length, and the steps of all its programs."""
    rows = rows.take(rows.bits == bits)
    searches = rows.strict != rows.behaviour
    disguised = ~searches & (rows.wide != rows.behaviour)
    counts = [int(rows.count[chosen].sum()) for chosen in (~searches & ~disguised, disguised, searches)]
    return len(rows), *counts, sum(int(c) * int(s) for c, s in zip(rows.count, rows.steps, strict=True))


@pytest.mark.parametrize("name", oracle.HEADERS)
def test_the_rows_are_those_of_the_oracle(name):
    header = oracle.make_header(*oracle.HEADERS[name])
    rows = count_quotient(header)
    assert {rows.key(row): int(rows.count[row]) for row in range(len(rows))} == oracle.read(name)
    assert by_length(rows, header.max_bits) == program_counts(header.language, header.max_bits)


CASES = [
    ("arith", Domain.default(2), 2, 24),
    ("arith", Domain.default(3), 2, 22),
    ("arith", W4, 1, 22),
    ("arith", TWO_LANES, 2, 22),
    ("arith", Domain(3, ((5,),)), 2, 22),
    ("arith", PAIRS, 2, 22),
    ("arith", Domain(16, ((7,), (65535,))), 1, 20),
    ("logic", Domain.default(2), 2, 22),
    ("logic", W4, 2, 22),
    ("logic", PAIRS, 1, 22),
    ("logic", ODD_LANES, 2, 21),
    ("loops", Domain.default(3), 2, 22),
    ("loops", ODD_LANES, 2, 22),
    ("loops", PAIRS, 2, 22),
]


@pytest.mark.parametrize(("dialect", "domain", "depth", "max_bits"), CASES)
def test_the_rows_are_those_of_the_exhaustive_engine(dialect, domain, depth, max_bits):
    header = oracle.make_header(dialect, domain, depth, max_bits)
    assert same(count_quotient(header), count_exhaustive(header))


TWENTY_SIX_BIT_DOMAINS = [
    *(Domain.default(2), Domain.default(3), W4, PAIRS),
    *(Domain(w, tuple((a, b) for a in (1, 4, 6, 7) for b in (0, 3, 5, 2)), ("a", "b")) for w in (3, 4)),
]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
@pytest.mark.parametrize("domain", TWENTY_SIX_BIT_DOMAINS, ids=["w2", "w3", "w4", "w2-pairs", "w3-pairs", "w4-pairs"])
def test_the_rows_are_those_of_the_exhaustive_engine_at_26_bits(dialect, domain):
    header = oracle.make_header(dialect, domain, 2, 26)
    assert same(count_quotient(header), count_exhaustive(header, workers=2))


def test_class_totals_at_27_bits():
    rows = count_quotient(oracle.make_header("arith", W4, 2, 27))
    assert class_totals(rows, 27)[:4] == (9_062, 180_697, 123, 2_399)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("max_bits", "count", "totals"),
    [
        (40, 9_696_584, (3_323_892, 626_789_328, 1_728_398, 21_608_610, 469_040_325_556)),
        (42, 22_400_926, (7_792_936, 2_252_304_017, 5_012_440, 72_809_567, 1_742_190_673_364)),
    ],
)
def test_class_totals_of_long_programs(max_bits, count, totals):
    rows = count_quotient(oracle.make_header("arith", W4, 2, max_bits))
    assert len(rows) == count
    assert class_totals(rows, max_bits) == totals


def test_the_rows_do_not_depend_on_the_number_of_workers():
    header = oracle.make_header("arith", W4, 2, 31)
    alone = count_quotient(header, workers=1)
    assert same(alone, count_quotient(header, workers=2))
    assert same(alone, count_quotient(header, workers=3))


def test_rows_are_sorted_and_their_keys_distinct():
    rows = count_quotient(oracle.make_header("arith", W4, 2, 26))
    keys = [rows.key(row) for row in range(len(rows))]
    ordered = [tuple(getattr(key, name) for name in key.__dataclass_fields__) for key in keys]
    assert ordered == sorted(set(ordered))


@pytest.mark.parametrize("max_bits", range(2, 12))
def test_small_bounds_agree_with_the_recurrence(max_bits):
    header = oracle.make_header("arith", W4, 2, max_bits)
    assert by_length(count_quotient(header), max_bits) == program_counts(header.language, max_bits)


def test_progress_tells_every_length():
    seen: list[Progress] = []
    header = oracle.make_header("logic", Domain.default(2), 2, 14)
    rows = count_quotient(header, progress=seen.append)
    counts = program_counts(header.language, 14)
    assert [step.programs for step in seen] == [sum(counts[: bits + 1]) for bits in range(2, 15)]
    assert {step.total for step in seen} == {int(rows.count.sum())}


# --- runs that outlive a mishap ---------------------------------------------------------------

RUN = """
from pathlib import Path
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.engine.quotient import count_quotient, open_run
from priorsim.census.engine.quotient import count_quotient, open_run
from priorsim.mu.domain import Domain
from tests.census import oracle
header = oracle.make_header("arith", Domain.default(4), 2, 32)
with open_run(header, Path({directory!r})) as run:
    count_quotient(header, run_directory=run)
"""


def counted_in(header, path):
    """The rows of a census that keeps its levels in a directory, and the lengths that it counted anew."""
    counted = []
    level = Census.level

    def noted(self, length):
        counted.append(length)
        return level(self, length)

    with pytest.MonkeyPatch.context() as patched, open_run(header, path) as run:
        patched.setattr(Census, "level", noted)
        return count_quotient(header, run_directory=run), counted


def test_a_killed_run_continues_to_the_same_rows(tmp_path):
    header = oracle.make_header("arith", W4, 2, 32)
    command = [sys.executable, "-c", RUN.format(directory=str(tmp_path))]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    while not (tmp_path / "level-028.piece").exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rows, counted = counted_in(header, tmp_path)
    assert same(rows, count_quotient(header))
    assert min(counted) > 28


@pytest.mark.parametrize("kept", [3, 14, 20, 25])
def test_a_run_continues_from_any_level_and_counts_none_twice(tmp_path, kept):
    header = oracle.make_header("arith", Domain.default(3), 2, 26)
    whole, counted = counted_in(header, tmp_path)
    assert counted == list(range(1, 26))
    for length in range(kept + 1, 26):
        (tmp_path / f"level-{length:03d}.piece").unlink()
    rows, counted = counted_in(header, tmp_path)
    assert same(rows, whole)
    assert counted == list(range(kept + 1, 26))


def test_a_damaged_level_is_counted_again(tmp_path):
    header = oracle.make_header("loops", Domain.default(3), 2, 22)
    whole, _ = counted_in(header, tmp_path)
    piece = tmp_path / "level-019.piece"
    piece.write_bytes(piece.read_bytes()[:-8] + b"damaged!")
    rows, counted = counted_in(header, tmp_path)
    assert same(rows, whole)
    assert min(counted) == 19


def test_a_run_directory_of_another_census_is_refused(tmp_path):
    header = oracle.make_header("loops", Domain.default(3), 2, 12)
    counted_in(header, tmp_path)
    with pytest.raises(StorageError, match="another task"):
        open_run(replace(header, max_bits=13), tmp_path)


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "memory_bytes", "seconds", "said"),
    [
        (60, 1 << 30, math.inf, "and 6.7 TiB, more than the 1.0 GiB given: give more memory, or"),
        (60, 8 << 30, 1800, "in 32 hours and 6.7 TiB, more than the 8.0 GiB given: give more memory and --yes to"),
        (53, 1 << 50, 1800, "in 92 minutes and 329 GiB: give --yes to start all the same, or"),
    ],
)
def test_what_takes_too_much_is_refused_with_the_largest_bound_that_is_not(bits, memory_bytes, seconds, said):
    def check(bits):
        check_estimate(oracle.make_header("arith", W4, 2, bits), memory_bytes, seconds=seconds)

    with pytest.raises(CensusError, match=r", or --max-bits \d+ or less$") as refused:
        check(bits)
    assert said in str(refused.value)
    bound = int(re.search(r"--max-bits (\d+)", str(refused.value))[1])
    check(bound)
    with pytest.raises(CensusError, match=f"or --max-bits {bound} or less"):
        check(bound + 1)


def test_no_bound_is_named_where_none_fits():
    with pytest.raises(CensusError, match=r"400 MiB, more than the 100 MiB given: give more memory$"):
        check_estimate(oracle.make_header("arith", W4, 2, 2), 100 << 20)


def test_the_estimate_is_within_a_factor_of_two():
    header = oracle.make_header("arith", W4, 2, 40)
    rows = estimate(header, pilot(header)).rows
    assert 9_696_584 / 2 < rows < 9_696_584 * 2


def test_counts_that_could_overflow_are_refused():
    with pytest.raises(CensusError, match="overflow"):
        check_exact(oracle.make_header("arith", W4, 2, 80))


# --- tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key_words", [1, 4, 5, 18])
def test_tables_add_up_equal_keys_and_only_those(key_words):
    generator = np.random.default_rng(1)
    rows = generator.integers(0, 3, (40 * FIRST_ROWS, key_words + 1), dtype=np.uint64)
    expected: dict[tuple[int, ...], int] = {}
    for *key, count in rows.tolist():
        expected[tuple(key)] = expected.get(tuple(key), 0) + count
    shared = Shared(key_words, 8)
    shared.add(rows)
    for found in (Table.of(rows).rows, np.concatenate(shared.parts())):
        assert {tuple(row[:-1]): row[-1] for row in found.tolist()} == expected
        assert len(found) == len(expected)


def stirred(seed: int, word: int) -> int:
    """One step of the hash of a key."""
    mixed = (seed ^ word) * int(MULTIPLIER) % 2**64
    return mixed ^ (mixed >> int(SHIFT))


@pytest.mark.parametrize(("key_words", "place"), [(2, 1), (4, 2)])
def test_keys_that_share_a_hash_stay_apart(key_words, place):
    rows = np.zeros((3, key_words + 1), dtype=np.uint64)
    rows[:, -1] = 1
    rows[1, 0] = 7
    rows[1, place] = stirred(int(MULTIPLIER), 0) ^ stirred(int(MULTIPLIER), 7)
    hashed = [hash_outer(rows, row) if key_words == 4 else hash_key(rows[row, :-1]) for row in (0, 1)]
    assert hashed[0] == hashed[1]
    assert sorted(Table.of(rows).rows.tolist()) == [[0] * key_words + [2], [*rows[1, :-1].tolist(), 1]]


def test_parts_are_sorted_together():
    generator = np.random.default_rng(2)
    rows = np.unique(generator.integers(0, 40, (50_000, 5), dtype=np.uint64) << np.uint64(58), axis=0)
    rows = rows[np.unique(rows[:, :4], axis=0, return_index=True)[1]]
    shuffled = generator.permutation(rows)
    found = sort_parts([shuffled[:7], shuffled[7:7], shuffled[7:]], workers=2)
    assert np.array_equal(found, rows)


def test_splitters_are_the_same_whatever_rounds_numbers() -> None:
    """Of 1003 words, one in 62 steps is a whole number, which floating-point numbers miss."""
    found = splitters_of(np.arange(1003, dtype=np.uint64), 64)
    assert found.tolist() == [1002 * place // 62 for place in range(63)]
    assert splitters_of(np.zeros(0, dtype=np.uint64), 4).tolist() == [0, 0, 0]
