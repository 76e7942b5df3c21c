"""Censuses for the tests of the measures: the oracle's, and a tiny one made by the plain interpreter."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pytest

from priorsim.census.atlas import COLUMN_TYPES, Atlas, AtlasHeader, Rows, merge
from priorsim.census.segments.terms import segments
from priorsim.census.stored import Counted
from priorsim.errors import CodeError
from priorsim.measure.fitting import ClassedRows
from priorsim.measure.histogram import Cells, ClassBy, Histogram, histogram
from priorsim.measure.off_training import HeldOutAnswer, off_training
from priorsim.measure.weighed import HeldOut, Weighed, held_out, stated_splits
from priorsim.mu.code import decode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.kinds import truncated_binary
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import Apply, Program, count_searches
from priorsim.worlds.world import World

ORACLE = Path(__file__).parents[1] / "data" / "oracle"
HEADERS = {
    "arith-w4-24": AtlasHeader(Language.named("arith", 4), Domain.default(4), 24),
    "loops-w4-24": AtlasHeader(Language.named("loops", 4), Domain.default(4), 24),
    "logic-w3-23": AtlasHeader(Language.named("logic", 3), Domain.default(3), 23),
}
TINY_BITS = 16


def rows_of(tuples: Sequence[tuple[int, ...]]) -> Rows:
    """Rows from plain tuples in the order of the atlas's columns."""
    columns = zip(*tuples, strict=True) if tuples else [()] * len(COLUMN_TYPES)
    return merge(Rows(*(np.array(c, dtype=kind) for c, kind in zip(columns, COLUMN_TYPES.values(), strict=True))))


@cache
def oracle_atlas(name: str) -> Atlas:
    with gzip.open(ORACLE / f"{name}.txt.gz", "rt") as file:
        lines = [line.split() for line in file if line.strip()]
    tuples = [
        (int(bits), int(y, 16), int(strict, 16), int(wide, 16), int(steps), int(searches), int(count))
        for bits, y, strict, wide, steps, searches, k, count in lines
        if k == "0"
    ]
    return Atlas(HEADERS[name], rows_of(tuples))


def programs_of(atlas: Atlas, class_by: ClassBy = "lesion") -> ClassedRows:
    return ClassedRows.of_rows(atlas.header, atlas.rows, class_by)


def programs_by_code(language: Language, max_bits: int, *begin: str) -> Iterator[tuple[int, Program]]:
    """Length and program of every code-only bit string of at most `max_bits` bits, by trying all that begin so.

    What goes on with zeros ends in a program or is cut short; all others of its beginning have a 1 before that end.
    """
    prefixes = list(begin or "0")
    while prefixes:
        bits, end = prefixes.pop(), max_bits
        with suppress(CodeError):
            program, rest = decode(bits.ljust(max_bits, "0"), language)
            end -= len(rest)
            yield end, program
        prefixes += [bits.ljust(place, "0") + "1" for place in range(len(bits), end)]


def operators_of(program: Program) -> frozenset[str]:
    """The operators a code-only program uses, wherever they stand."""
    found, waiting = set(), [program.term]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Apply):
            found.add(term.form)
            waiting += term.args
    return frozenset(found)


def data_programs(language: Language, exponent: int, code_bits: int) -> Iterator[Program]:
    """Every program with data of 2^exponent words and at most so many code bits."""
    each = segments(language)[exponent - 1]
    header = "1" + truncated_binary(exponent - 1, language.word_bits)
    words = range(2**language.word_bits)
    for bits in range(code_bits - each.header + 1):
        for number in range(2**bits):
            text = header + "0" * each.payload + (format(number, f"0{bits}b") if bits else "")
            try:
                program, rest = decode(text, language)
            except CodeError:
                continue
            if not rest:
                for entries in product(words, repeat=2**exponent):
                    yield Program(program.term, entries, program.index)


@cache
def brute_force_atlas() -> Atlas:
    """Every code-only program of at most 16 bits of arith at w = 2, decoded, run and lesioned one by one."""
    language, domain = Language.named("arith", 2), Domain.default(2)
    counts: Counter[tuple[int, ...]] = Counter()
    for bits, program in programs_by_code(language, TINY_BITS):
        words = lesion(program, domain)
        packed = [domain.pack(each) for each in (words.actual, words.strict, words.wide)]
        steps = run(program, domain).steps[Accounting.TOTAL]
        counts[(bits, *packed, steps, count_searches(program))] += 1
    rows = rows_of([(*key, count) for key, count in counts.items()])
    return Atlas(AtlasHeader(language, domain, TINY_BITS), rows)


class Batched:
    """An atlas that is read in several batches."""

    def __init__(self, atlas: Atlas, batches: int) -> None:
        self.header, self.rows, self.number = atlas.header, atlas.rows, batches

    def batches(self) -> Iterator[Rows]:
        for part in np.array_split(np.arange(len(self.rows)), self.number):
            yield self.rows.take(part)


class OffTraining(NamedTuple):
    """What is said of a world off its training lanes, and what the programs that fit do on each of the splits."""

    answer: HeldOutAnswer
    splits: list[HeldOut]

    @classmethod
    def of(cls, weighed: Weighed, world: World) -> "OffTraining":
        splits = [held_out(weighed, world, split) for split in stated_splits(world)]
        return cls(off_training(weighed, world), splits)

    @property
    def own(self) -> HeldOut:
        """The world's own split."""
        return self.splits[-1]


def batched(atlas: Atlas, batches: int) -> Counted:
    """A file of an atlas stands for it in the same way."""
    return cast(Counted, Batched(atlas, batches))


def cells_of(*columns: Sequence[int]) -> Cells:
    """Cells of one search node each: class, bits, steps over all lanes, and number of programs."""
    kinds, bits, steps, counts = map(np.array, columns)
    ones = np.ones(len(kinds))
    return Cells(
        kinds.astype(np.uint8),
        bits.astype(np.uint8),
        steps.astype(np.uint32),
        ones.astype(np.uint8),
        *(ones.astype(bool),) * 3,
        counts.astype(np.uint64),
    )


@pytest.fixture(
    params=[("arith-w4-24", lambda x: x, range(8)), ("arith-w4-24", lambda x: x > 1, None)], ids=["x", "x>1"]
)
def found_in_two_worlds(request, oracle, world) -> Histogram:
    name, words, train = request.param
    atlas = oracle(name)
    return histogram(atlas, world(atlas.header, words, train))


@pytest.fixture(scope="session")
def tiny() -> Atlas:
    return brute_force_atlas()


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], Atlas]:
    return oracle_atlas


@pytest.fixture(scope="session")
def world() -> Callable[..., World]:
    """A world of a function of the lane's words, or of sets of acceptable words, one for each lane."""

    def make(header: AtlasHeader, words: object, train: object = None) -> World:
        domain = header.domain
        each = [words(*lane) for lane in domain.lanes] if callable(words) else list(words)  # type: ignore[call-overload]
        sets = tuple(
            frozenset(w) if isinstance(w, (set, frozenset)) else frozenset({w % 2**domain.word_bits}) for w in each
        )
        lanes = tuple(range(len(sets))) if train is None else tuple(train)  # type: ignore[arg-type]
        return World("test", domain, sets, lanes, "test", header.language.dialect.name, "for a test")

    return make
