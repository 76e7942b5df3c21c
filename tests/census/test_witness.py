"""Witnesses: the program found again has the key it was sought by."""

from dataclasses import replace

import pytest

from priorsim.census.exhaustive import count_exhaustive, key_of
from priorsim.census.witness import find_programs
from priorsim.errors import CensusError
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import format_program, parse
from tests.census import oracle

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(
    "header",
    [
        oracle.make_header("arith", Domain.default(2), 2, 18),
        oracle.make_header("logic", Domain.default(3), 2, 18),
        oracle.make_header("arith", oracle.PAIRS, 2, 17),
        oracle.make_header("arith", oracle.ONE_LANE, 1, 19),
    ],
    ids=lambda header: f"{header.language.dialect.name}-w{header.language.word_bits}",
)
def test_every_row_has_a_witness_with_its_key(header):
    rows = count_exhaustive(header)
    keys = [rows.key(row) for row in range(len(rows))]
    for key, program in find_programs(header, keys).items():
        assert key_of(header, program) == key
        assert length(program, header.language) == key.bits
        text = format_program(program, header.domain.columns)
        assert parse(text, header.language, header.domain.columns) == program


def test_a_key_that_no_program_has_is_an_error():
    header = oracle.make_header("arith", Domain.default(2), 2, 12)
    key = count_exhaustive(header).key(0)
    with pytest.raises(CensusError, match="no program of 2 bits"):
        find_programs(header, [key, replace(key, steps=99)])
