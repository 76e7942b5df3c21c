"""Programs with data against the oracle, the recurrence, and every data segment run one by one."""

import csv
import gzip
import io
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.class_kernels import Words
from priorsim.census.progress import Progress
from priorsim.census.segments.kernels import canonical_entries
from priorsim.census.segments.terms import DataTerms, code_counts, code_mass, grouped, segments
from priorsim.errors import CensusError, WorldError
from priorsim.measure.data import (
    DATA_CLASSES,
    DataCounts,
    check_affordable,
    count_fitting_data,
    count_with_data,
    format_data_counts,
)
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH
from priorsim.measure.mass import Interval
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run, run_lane
from priorsim.mu.kinds import truncated_binary
from priorsim.mu.lesions import LesionedWords, ProgramClass, class_of, lesion, uses_data
from priorsim.mu.syntax import Const, Program, count_searches, parse
from priorsim.priors import named_prior
from priorsim.worlds.world import World
from tests.census.checked import checked_run
from tests.census.oracle import FOLDER, data_program_counts
from tests.measure.conftest import data_programs
from tests.plain_terms import term_bits, terms_up_to
from tests.strategies import terms as random_terms

pytestmark = pytest.mark.engine

KINDS = {ProgramClass.DIRECT: DIRECT, ProgramClass.DISGUISED: DISGUISED, ProgramClass.SEARCH: SEARCH}
LESIONS = ("actual", "strict", "wide")
ARITH2 = Language.named("arith", 2)
W2, ODD_LANES = Domain.default(2), Domain(3, ((1,), (6,), (2,)))


def make_world(domain, acceptable, train):
    return World("test", domain, tuple(map(frozenset, acceptable)), tuple(train), "test", "arith", "")


def anything(domain, train):
    """A world in which every word is right."""
    return make_world(domain, [range(2**domain.word_bits)] * len(domain.lanes), train)


def as_counter(counts):
    """Programs by class, use of the data, bits, steps, searches and faithfulness."""
    found = Counter()
    for uses in (False, True):
        cells = counts.used if uses else counts.unused
        columns = (cells.kind, cells.bits, cells.steps, cells.searches, cells.faithful, cells.count)
        for kind, bits, steps, searches, faithful, count in zip(*(c.tolist() for c in columns), strict=True):
            found[kind, uses, bits, steps, searches, faithful] += count
    return found


def one_by_one(programs, language, world):
    """The same out of the interpreter, program by program."""
    found = Counter()
    for program in programs:
        ran = run(program, world.domain)
        if world.accepts(ran.words, world.train):
            words, steps = lesion(program, world.domain), ran.steps[Accounting.TOTAL]
            faithful = world.accepts(words.actual, world.held_out)
            key = (KINDS[class_of(words)], uses_data(program, world.domain), length(program, language))
            found[*key, steps, count_searches(program), faithful] += 1
    return found


# --- the oracle -------------------------------------------------------------------------------

ORACLE_BITS = 21


def oracle_rows():
    """Programs with data of the oracle: behaviour, class, bits, steps, searches and count."""
    with gzip.open(FOLDER / "arith-w2-21-with-data.txt.gz", "rt") as file:
        for line in file:
            bits, behaviour, strict, wide, steps, searches, data, count = line.split()
            if data != "0":
                kind = SEARCH if strict != behaviour else DISGUISED if wide != behaviour else DIRECT
                yield int(behaviour, 16), kind, int(bits), int(steps), int(searches), int(count)


@pytest.fixture(scope="module")
def oracle():
    return list(oracle_rows())


@pytest.fixture(scope="module")
def oracle_terms():
    code_bits = ORACLE_BITS - segments(ARITH2)[0].payload
    terms = DataTerms(ARITH2, W2, code_bits)
    bodies = {bits: [rows.copy() for rows in terms.bodies(bits)] for bits in code_counts(ARITH2, code_bits)}
    parts = {name: getattr(terms, name) for name in ("language", "words", "code_bits", "indices")}
    return SimpleNamespace(**parts, bodies=bodies.get)


def test_every_behaviour_of_the_oracle_has_its_programs_with_data(oracle, oracle_terms):
    behaviours = {behaviour for behaviour, *_ in oracle}
    assert len(behaviours) == 256
    for behaviour in behaviours:
        wanted = Counter()
        for found, *key, count in oracle:
            if found == behaviour:
                wanted[*key, True] += count
        world = make_world(W2, [[word] for word in W2.unpack(behaviour)], range(4))
        check_against_oracle(count_fitting_data(oracle_terms, world), wanted)


@pytest.mark.parametrize("train", [(0,), (1, 2), (0, 1, 3)])
@pytest.mark.parametrize("acceptable", [[[0], [1], [2], [3]], [[0, 3], [1], [0, 1, 2], [2]], [[1], [1], [1, 2], [3]]])
def test_partial_training_lanes_add_up_the_oracles_behaviours(oracle, oracle_terms, train, acceptable):
    world = make_world(W2, acceptable, train)
    wanted = Counter()
    for behaviour, *key, count in oracle:
        words = W2.unpack(behaviour)
        if world.accepts(words, train):
            wanted[*key, world.accepts(words, world.held_out)] += count
    check_against_oracle(count_fitting_data(oracle_terms, world), wanted)


def check_against_oracle(counts, wanted):
    assert not counts.unclassed
    found = Counter()
    for (kind, _, bits, *rest), count in as_counter(counts).items():
        if bits <= ORACLE_BITS:
            found[kind, bits, *rest] += count
    assert found == wanted


# --- the recurrence ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "domain", "code_bits"),
    [
        (ARITH2, W2, 18),
        (Language.named("logic", 3), Domain.default(3), 18),
        (Language.named("loops", 4, depth=1), Domain.default(4), 18),
        (Language.named("arith", 4, columns=2), Domain(4, ((3, 1), (3, 2), (7, 0)), ("a", "b")), 19),
    ],
)
def test_where_every_word_is_right_all_programs_with_data_fit(language, domain, code_bits):
    counts = count_with_data(language, anything(domain, range(len(domain.lanes))), code_bits)
    by_bits = Counter(counts.unclassed)
    for (_, _, bits, _, _, faithful), count in as_counter(counts).items():
        assert faithful
        by_bits[bits] += count
    exhausted = code_bits + segments(language)[0].payload
    assert tuple(by_bits[bits] for bits in range(exhausted + 1)) == data_program_counts(language, exhausted)
    assert sum(Fraction(count, 2**bits) for bits, count in by_bits.items()) == code_mass(language, code_bits)


def test_more_segments_than_64_bits_are_counted():
    """Bodies that do without the datum leave 2^64 segments free, all of one length and number of steps."""
    domain = Domain.default(4)
    counts = count_with_data(Language.named("arith", 4), anything(domain, range(16)), 9)
    free = [count for count, bits in zip(counts.unused.count.tolist(), counts.unused.bits.tolist(), strict=True)]
    assert max(free) >= 2**64


# --- one by one -------------------------------------------------------------------------------


def test_all_short_programs_of_two_entries_run_one_by_one():
    language = Language.named("arith", 3)
    code_bits = 11
    for acceptable, train in (([[1], [6], [4, 5]], (0, 1)), ([[0, 1], [0, 2], [0, 3]], (0, 1, 2))):
        world = make_world(ODD_LANES, acceptable, train)
        counts = count_with_data(language, world, code_bits)
        first = segments(language)[0]
        found = Counter({k: n for k, n in as_counter(counts).items() if k[2] <= code_bits + first.payload})
        assert found == one_by_one(data_programs(language, 1, code_bits), language, world)


def all_data_programs(language, max_bits):
    """Every program with data up to a length, from the plain terms."""
    for exponent in range(1, language.word_bits + 1):
        payload = language.word_bits * 2**exponent
        left = max_bits - payload - 1 - len(truncated_binary(exponent - 1, language.word_bits))
        for entries in product(range(2**language.word_bits), repeat=2**exponent) if left > 0 else ():
            for index in terms_up_to(left, 0, language):
                for body in terms_up_to(left - term_bits(index, 0, language), 1, language):
                    yield Program(body, entries, index)


OTHERS = {
    **{"arith@random:7": 20, "arith@fitted": 15, "eq,mul,add,find": 16, "kleene": 16, "compare": 16, "boolean": 16},
    **{"kleene@random:3": 19, "iter,find": 16},
}
CHEAP_SEARCH = {"eq,mul,add,find@random:11": 17, "kleene@random:240": 17, "add,mul,eq,find@random:225": 17}
"""Languages of other operators, orders and codes, each with a bound; in the last (find (c) (eq c m)) takes 7 bits."""


@pytest.mark.parametrize(("name", "max_bits"), [*OTHERS.items(), *CHEAP_SEARCH.items()])
def test_all_short_programs_of_other_languages_run_one_by_one(name, max_bits):
    language = Language.named(name, 2)
    world = make_world(W2, [[0, 1], [1, 2, 3], [0, 2], [0, 3]], (1, 2))
    counts = count_with_data(language, world, max_bits - segments(language)[0].payload)
    found = Counter({key: number for key, number in as_counter(counts).items() if key[2] <= max_bits})
    assert found == one_by_one(all_data_programs(language, max_bits), language, world)
    kinds = {SEARCH, DIRECT} if name in CHEAP_SEARCH else {DIRECT}
    assert {key[:2] for key in found} == set(product(kinds, (False, True)))


class OnePair:
    """One index and one body, in place of all `DataTerms`: their classes come from the interpreter."""

    def __init__(self, index, body, exponent, language, domain):
        self.language, self.domain, self.exponent = language, domain, exponent
        self.words = Words.of(AtlasHeader(language, domain, 2))
        self.index = Program(index)
        # With entries of one word throughout, a program is its body at that word: 2 steps a lane are not the body's.
        self.body = [Program(body, (word,) * 2, Const(0, False)) for word in range(self.words.size)]
        self.index_words, self.body_words = lesion(self.index, domain), [lesion(p, domain) for p in self.body]
        lanes = range(self.words.lanes)
        self.body_steps = [[run_lane(program, domain, lane).steps - 2 for lane in lanes] for program in self.body]
        self.index_steps = run(self.index, domain).steps[Accounting.TOTAL]
        first, own = segments(language)[0], segments(language)[exponent - 1]
        self.code = own.header + length(self.index, language) - 1
        self.length = length(self.body[0], language) - first.header - first.payload - 4
        self.bits = self.code + own.payload + self.length
        self.code_bits = self.code + self.length
        self.indices = grouped(self.index_row(), self.words)

    def index_row(self):
        packed = [self.domain.pack(getattr(self.index_words, name)) for name in LESIONS]
        row = np.array([[*packed, (self.index_steps << 8) + count_searches(self.index), 1]], dtype=np.uint64)
        out = np.empty_like(row)
        canonical_entries(row, (self.exponent << 8) | self.code, 2**self.exponent - 1, self.words, out)
        return out

    def bodies(self, bits):
        steps = [number for lanes in self.body_steps for number in lanes]
        short = np.zeros(-(-len(steps) // 4) * 4, dtype=np.uint16)
        short[: len(steps)] = steps
        words = [self.domain.pack(getattr(found, name)) for name in LESIONS for found in self.body_words]
        row = [*words, *short.view(np.uint64).tolist(), count_searches(self.body[0]), 1]
        yield np.array([row] if bits == self.length else [], dtype=np.uint64).reshape(-1, len(row))

    def behaviours(self, entries):
        """The three behaviours of the program with these entries."""
        read = [[entries[word % len(entries)] for word in getattr(self.index_words, name)] for name in LESIONS]
        return LesionedWords(
            *(
                tuple(getattr(self.body_words[word], name)[lane] for lane, word in enumerate(words))
                for name, words in zip(LESIONS, read, strict=True)
            )
        )

    def segment_by_segment(self, world):
        found = Counter()
        for entries in product(range(self.words.size), repeat=2**self.exponent):
            words = self.behaviours(entries)
            if world.accepts(words.actual, world.train):
                uses = words.actual != self.behaviours((entries[0],) * len(entries)).actual
                read = [entries[word % len(entries)] for word in self.index_words.actual]
                steps = sum(1 + self.body_steps[word][lane] for lane, word in enumerate(read))
                searches = count_searches(self.index) + count_searches(self.body[0])
                faithful = world.accepts(words.actual, world.held_out)
                found[KINDS[class_of(words)], uses, self.bits, self.index_steps + steps, searches, faithful] += 1
        return found


def counted(pair: OnePair, world: World) -> DataCounts:
    return count_fitting_data(cast(DataTerms, pair), world)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_random_index_and_body_fit_as_often_as_they_do_segment_by_segment(data):
    language, domain = data.draw(st.sampled_from([(ARITH2, W2), (Language.named("logic", 3), ODD_LANES)]))
    words, lanes = range(2**domain.word_bits), range(len(domain.lanes))
    index, body = data.draw(random_terms(language, 0, 3)), data.draw(random_terms(language, 1, 3))
    pair = OnePair(index, body, data.draw(st.integers(1, 2)), language, domain)
    right = st.lists(st.sets(st.sampled_from(words), min_size=1), min_size=len(lanes), max_size=len(lanes))
    world = make_world(domain, data.draw(right), data.draw(st.sets(st.sampled_from(lanes), min_size=1)))
    counts = counted(pair, world)
    assert not counts.unclassed
    assert as_counter(counts) == pair.segment_by_segment(world)


CROSSED = [
    ("(find (c) (eq c x))", "m"),
    ("(find (c) (eq c x))", "(add m x)"),
    ("(add x (find (c) (lt x c)))", "(if x m 1)"),
    ("(argmax (c) (mul c x))", "(find (c) (eq m (mul c x)))"),
    ("(iter x 0 (s) (if (lt s 1) (add s 1) s))", "(mul m x)"),
    ("x", "(find (c) (eq m (mul c x)))"),
    ("x", "(iter m x (s) (mul s s))"),
    ("(find (c) (eq c x))", "(find (c) (eq c x))"),
    ("x", "(iter 3 0 (s) (if (lt s m) (add s 1) s))"),
    ("x", "(iter 3 m (s) (if (lt s x) (add s 1) s))"),
]


@pytest.mark.parametrize(("index", "body"), CROSSED)
@pytest.mark.parametrize("acceptable", [[[0], [1], [2], [3]], [[0, 1], [0, 1, 2, 3], [2, 3], [1, 3]]])
def test_lesions_that_change_which_entry_is_read(index, body, acceptable):
    index_term = parse(index, ARITH2).term
    body_term = parse(f"(data (0 0) x (m) {body})", ARITH2).term
    for exponent, train in product((1, 2), ((0, 1, 2, 3), (0, 2))):
        pair, world = OnePair(index_term, body_term, exponent, ARITH2, W2), make_world(W2, acceptable, train)
        assert as_counter(counted(pair, world)) == pair.segment_by_segment(world)


@pytest.mark.parametrize("kind", [DIRECT, DISGUISED, SEARCH])
@pytest.mark.parametrize("uses", [False, True])
def test_among_these_pairs_are_programs_of_each_class_that_use_their_data_and_that_do_not(kind, uses):
    counts = Counter()
    for index, body in CROSSED:
        pair = OnePair(parse(index, ARITH2).term, parse(f"(data (0 0) x (m) {body})", ARITH2).term, 1, ARITH2, W2)
        counts += pair.segment_by_segment(anything(W2, range(4)))
    assert any(key[:2] == (kind, uses) for key in counts)


def test_the_segments_of_a_pair_are_those_of_the_interpreter():
    """The shortcut of `OnePair` is the definition: whole programs, run and lesioned."""
    index, body = (parse(f"(data (0 0) {text})", ARITH2) for text in ("(find (c) (eq c x)) (m) m", "x (m) (mul m x)"))
    pair = OnePair(index.index, body.term, 2, ARITH2, W2)
    world = make_world(W2, [[0], [1, 3], [2], [3, 0]], (0, 1, 2))
    programs = (Program(pair.body[0].term, entries, pair.index.term) for entries in product(range(4), repeat=4))
    assert pair.segment_by_segment(world) == one_by_one(programs, ARITH2, world)


def test_too_many_entries_that_depend_on_each_other_are_counted_and_not_classed():
    language, domain = Language.named("arith", 3), Domain.default(3)
    index, body = parse("(add x (find (c) (lt x c)))", language).term, parse("(data (0 0) x (m) m)", language).term
    pair = OnePair(index, body, 3, language, domain)
    counts = counted(pair, anything(domain, range(8)))
    assert counts.unclassed == {pair.bits: 8**8}
    assert not as_counter(counts)
    assert counts.unclassed_mass == Fraction(8**8, 2**pair.bits)
    assert counts.l_min(DATA_CLASSES["search"]).low == min(pair.bits, counts.code_bits + 1)


# --- what is made of the counts ---------------------------------------------------------------


@pytest.fixture(scope="module")
def counts():
    world = make_world(Domain.default(3), [[word] for word in (0, 1, 1, 1, 2, 2, 2, 2)], range(6))
    return count_with_data(Language.named("arith", 3), world, 26)


def test_masses_are_exact_sums_of_weights(counts):
    for name, found in counts.masses(DATA_CLASSES, named_prior("solomonoff", beta=2, tax=1)).items():
        cells = counts.of(name)
        columns = zip(cells.bits.tolist(), cells.searches.tolist(), cells.count.tolist(), strict=True)
        assert found.exact == sum(
            (Fraction(count, 2 ** (2 * bits + searches)) for bits, searches, count in columns), Fraction(0)
        )
    assert (
        counts.masses(DATA_CLASSES, named_prior("levin"))["table"].log2
        < counts.masses(DATA_CLASSES, named_prior("solomonoff"))["table"].log2
    )


def test_lengths_beyond_the_bound_on_code_bits_are_intervals(counts):
    assert counts.l_min(DATA_CLASSES["table"]) == Interval(27, min(counts.of("table").bits.tolist()))
    assert counts.l_min(DATA_CLASSES["direct"]) == Interval(27, None)
    identity = make_world(Domain.default(3), [[word] for word in range(8)], range(8))
    known = count_with_data(Language.named("arith", 3), identity, 20)
    assert known.l_min(DATA_CLASSES["direct"] + DATA_CLASSES["table"]) == Interval(11, 11)


def test_counts_depend_neither_on_workers_nor_on_progress(counts):
    told = []
    again = count_with_data(counts.header.language, counts.world, 26, workers=1, progress=told.append)
    assert as_counter(again) == as_counter(counts)
    assert told[0].programs == 0
    assert told[-1] == Progress(told[-1].total, told[-1].total)
    assert told[-1].total == sum(code_counts(counts.header.language, 26).values())


@pytest.mark.parametrize("language", [Language.named("arith", 3), Language.named("logic", 4)], ids=["arith", "logic"])
def test_a_bound_that_takes_too_much_is_refused_with_the_largest_that_does_not(language):
    with pytest.raises(CensusError, match="too long, or too much memory") as refused:
        check_affordable(language, 60)
    named, gib = map(int, re.search(r"at most (\d+) code bits, .* and (\d+) GiB", str(refused.value)).groups())
    assert 1 <= gib <= 8
    check_affordable(language, named)
    with pytest.raises(CensusError, match=f"at most {named} code bits"):
        check_affordable(language, named + 1)


def test_every_cell_and_what_is_not_classed_is_in_the_file(counts):
    rows = list(csv.DictReader(io.StringIO(format_data_counts(replace(counts, unclassed={60: 2**70})))))
    assert sum(int(row["count"]) for row in rows) == sum(as_counter(counts).values()) + 2**70
    assert (rows[-1]["class"], rows[-1]["bits"], rows[-1]["steps"]) == ("", "60", "")


@pytest.mark.parametrize(
    ("language", "code_bits", "error", "message"),
    [
        (Language.named("arith", 3), 99, CensusError, "give at most"),
        (Language.named("arith", 3), 4, CensusError, "give at least 5"),
        (Language.named("arith", 4), 20, WorldError, "the language has 4 bits"),
    ],
)
def test_what_cannot_be_counted_is_refused(counts, language, code_bits, error, message):
    with pytest.raises(error, match=message):
        count_with_data(language, counts.world, code_bits)


@pytest.mark.parametrize("name", ["bare", "not,succ", "eq@random:3", "find,argmax", "find"])
def test_a_language_without_both_a_binder_and_another_operator_than_a_search_is_refused(name):
    """No census of such a language makes all indices and bodies, so that none of them would be large enough."""
    message = f"programs with data are not counted in dialect {name}: "
    with pytest.raises(CensusError, match=re.escape(message)):
        DataTerms(Language.named(name, 2), W2, 10)
    with pytest.raises(CensusError, match=re.escape(message)):
        count_with_data(Language.named(name, 2), anything(W2, (0,)), 10)


def test_longer_words_are_refused():
    domain = Domain(12, ((0,),))
    with pytest.raises(CensusError, match="words of 12 bits"):
        count_with_data(Language.named("arith", 12, depth=1), make_world(domain, [[1]], (0,)), 20)


CHECKED_RUN = """
from priorsim.measure.data import count_with_data
from priorsim.mu.dialect import Language
from priorsim.worlds import find_world
from tests.census.checked import count_checked
for name, code_bits in (("identity-w3", 22), ("isqrt-w4", 22)):
    world = find_world(name)
    count_with_data(Language.named("arith", world.domain.word_bits), world, code_bits)
print(count_checked("segments.kernels"))
"""


@pytest.mark.slow
def test_kernels_keep_within_their_buffers_and_hold_no_float(tmp_path):
    assert checked_run(CHECKED_RUN, tmp_path) > 15
