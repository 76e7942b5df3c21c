"""The oracle counts: exact censuses of small programs by a brute force that shares no code with this one."""

import gzip
from pathlib import Path

from priorsim.census.atlas import AtlasHeader, RowKey, Rows
from priorsim.census.recurrence import term_counts
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.kinds import truncated_binary

FOLDER = Path(__file__).parent.parent / "data" / "oracle"

PAIRS = Domain(2, tuple((a, b) for a in range(4) for b in range(4)), ("a", "b"))
ONE_LANE = Domain(12, ((0,),))

HEADERS = {
    "arith-w4-24": ("arith", Domain.default(4), 2, 24),
    "loops-w4-24": ("loops", Domain.default(4), 2, 24),
    "logic-w3-23": ("logic", Domain.default(3), 2, 23),
    "arith-w2-21-with-data": ("arith", Domain.default(2), 2, 21),
    "arith-w2-pairs-21": ("arith", PAIRS, 2, 21),
    "arith-w8-19": ("arith", Domain.default(8), 2, 19),
    "arith-w12-one-lane-depth1-22": ("arith", ONE_LANE, 1, 22),
}


def make_header(dialect: str, domain: Domain, depth: int, max_bits: int) -> AtlasHeader:
    language = Language.named(dialect, domain.word_bits, depth=depth, columns=len(domain.columns))
    return AtlasHeader(language, domain, max_bits)


def read(name: str) -> dict[RowKey, int]:
    """The code-only rows of an oracle file."""
    counts = {}
    with gzip.open(FOLDER / f"{name}.txt.gz", "rt") as file:
        for line in file:
            bits, behaviour, strict, wide, steps, searches, data, count = line.split()
            if data == "0":
                words = int(behaviour, 16), int(strict, 16), int(wide, 16)
                counts[RowKey(int(bits), *words, int(steps), int(searches))] = int(count)
    return counts


def as_dict(rows: Rows) -> dict[RowKey, int]:
    return {rows.key(row): int(rows.count[row]) for row in range(len(rows))}


def data_program_counts(language: Language, max_bits: int) -> tuple[int, ...]:
    """Number of programs with data of 0, 1, ..., `max_bits` bits."""
    index, body = (term_counts(language, bound, max_bits) for bound in (0, 1))
    counts = [0] * (max_bits + 1)
    for exponent in range(1, language.word_bits + 1):
        payload = language.word_bits * 2**exponent
        header = 1 + len(truncated_binary(exponent - 1, language.word_bits))
        for bits in range(header + payload, max_bits + 1):
            code = bits - header - payload
            counts[bits] += 2**payload * sum(index[i] * body[code - i] for i in range(code + 1))
    return tuple(counts)
