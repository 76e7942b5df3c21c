"""Languages of any operators and codes: both engines, counting beyond an atlas, witnesses and walks agree in each."""

from functools import cache
from hashlib import sha256

import numpy as np
import pytest

from priorsim.census.atlas import Atlas, AtlasHeader, RowKey
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.engine.exhaustive import key_of
from priorsim.census.recurrence import least_taxed_bits, program_counts
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import find_programs
from priorsim.measure.histogram import histogram
from priorsim.mu.domain import Domain
from priorsim.mu.kinds import kind_codes
from priorsim.worlds import find_world

pytestmark = pytest.mark.engine

COLUMNS = (*RowKey.__dataclass_fields__, "count")
ODD = [
    *("find", "argmax,find", "iter", "eq", "not,succ", "if,iter@random:5", "iter,find@random:3", "loops@random:6"),
    *("succ,pred,not,if,xor,iter,find,argmax@random:9", "boolean@random:3", "arith@fitted", "nested@random:1"),
]
"""No search, nothing else, nothing that computes, loops alone, and mixes of all operators."""
CODES = [f"arith@random:{seed}" for seed in range(1, 19)]
CHEAP, DEAR = "arith@random:40", "arith@random:107"


def header_of(name: str, max_bits: int) -> AtlasHeader:
    return make_header(name, max_bits, domain=Domain.default(3))


@cache
def census(name: str, max_bits: int) -> Atlas:
    return take_census(header_of(name, max_bits), workers=1)


def digest(atlas: Atlas) -> str:
    rows = b"".join(getattr(atlas.rows, name).tobytes() for name in COLUMNS)
    return sha256(rows).hexdigest()[:16]


@pytest.mark.parametrize(
    ("name", "word_bits", "max_bits", "rows", "expected"),
    [
        ("arith", 2, 26, 9582, "a111265b14694adb"),
        ("loops", 4, 27, 30017, "f1f01b6510671746"),
        ("nested", 3, 26, 20010, "7ef8333c254989b8"),
    ],
)
def test_the_first_dialects_have_the_rows_that_they_had_before_there_were_others(
    name, word_bits, max_bits, rows, expected
):
    found = take_census(make_header(name, max_bits, domain=Domain.default(word_bits)), workers=1)
    assert (len(found), digest(found)) == (rows, expected)


@pytest.mark.parametrize("name", [*ODD, *CODES])
def test_both_engines_count_the_same(name):
    one, other = census(name, 22), take_census(header_of(name, 22), engine="exhaustive", workers=1)
    for column in COLUMNS:
        assert np.array_equal(getattr(one.rows, column), getattr(other.rows, column))
    assert sum(map(int, one.rows.count)) == sum(program_counts(one.header.language, 22))


@pytest.mark.parametrize("name", ["iter", "kleene", "arith@random:2", "arith@random:5", "boolean@random:3"])
@pytest.mark.parametrize("world", ["identity-w3", "square-w3", "parity-w3"])
def test_what_fits_beyond_an_atlas_is_what_a_larger_one_has(name, world):
    beyond = histogram(TargetedAtlas(census(name, 16), 22), find_world(world)).cells
    within = histogram(census(name, 22), find_world(world)).cells
    for column in ("kind", "searches", "bits", "steps", "count"):
        assert np.array_equal(getattr(beyond, column), getattr(within, column))


@pytest.mark.parametrize("name", ["iter", "bare", "find", "arith@random:2", "logic@random:7", "arith@fitted"])
def test_a_witness_is_counted_in_its_row(name):
    atlas = census(name, 18)
    keys = [atlas.rows.key(row) for row in range(0, len(atlas), max(1, len(atlas) // 12))]
    for key, program in find_programs(atlas.header, keys).items():
        assert key_of(atlas.header, program) == key


@pytest.mark.parametrize(("name", "bits"), [(CHEAP, 1), (DEAR, 8)])
def test_find_may_cost_one_bit_or_eight(name, bits):
    header = header_of(name, 22)
    assert len(kind_codes(header.language, 0)["find"]) == bits
    assert digest(take_census(header, engine="exhaustive", workers=1)) == digest(census(name, 22))


def test_the_least_taxed_program_is_met_however_dear_a_search_is():
    for name in (CHEAP, DEAR):
        language, bound = header_of(name, 20).language, 20
        longer = [bits for bits in range(bound + 1, bound + 60) if least_taxed_bits(language, bits - 1, 0) == bits]
        assert least_taxed_bits(language, bound, 0) == longer[0]
    # No program of the one has a search, and the other has 36 programs altogether, of at most 10 bits.
    for name in ("bare", "find"):
        assert least_taxed_bits(header_of(name, 20).language, 20, 0) == float("inf")
    assert sum(program_counts(header_of("find", 20).language, 60)) == 36
