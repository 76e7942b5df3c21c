"""Code and programs with data together: a world by hand, and every program one by one."""

import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from priorsim.census.segments.terms import code_mass
from priorsim.census.stored import cut
from priorsim.errors import CensusError, PriorError, WorldError
from priorsim.measure.data import DATA_CLASSES, JOINT_CLASSES, count_with_data, join_counts
from priorsim.measure.data_joint import data_answer, joint_answer
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, histogram
from priorsim.measure.mass import HIGH, LOW, Interval, log2_fraction
from priorsim.measure.values import difference
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import ProgramClass, classify, lesion
from priorsim.priors import Prior, named_prior
from priorsim.worlds.world import World
from tests.measure.conftest import TINY_BITS, data_programs, programs_by_code

pytestmark = pytest.mark.engine

ARITH2 = Language.named("arith", 2)
W2 = Domain.default(2)
SOLOMONOFF, LEVIN = named_prior("solomonoff"), named_prior("levin")


def delta_l(counts, end):
    """L_min(direct) - L_min(search) at one end."""
    return difference(*counts.l_min_sides(end))


def world_of(acceptable, train):
    return World("test", W2, tuple(map(frozenset, acceptable)), tuple(train), "test", "arith", "")


# --- by hand -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parity(tiny):
    """Counts of code up to some bound, and of programs with data up to 5 code bits, for x mod 2, lane 3 held out."""
    world = world_of([[0], [1], [0], [1]], (0, 1, 2))
    data = count_with_data(ARITH2, world, 5)
    return lambda bound: join_counts(histogram(cut(tiny, bound), world), data)


def test_tables_by_hand(parity):
    """Words of 2 bits; the answer is x mod 2; lanes 0 to 2 train.

    A program with data takes 2 bits for `1` and the size, 1 bit for the index x (`0` and nothing), 2 bits for the
    body m or x: 5 code bits, the least there are, and 4 or 8 bits of entries. The body x does not fit lane 2.

    Body m, two entries: x mod 2 reads entry 0 in lanes 0 and 2, entry 1 in lane 1 and 3. They have to be 0 and 1: one
    table of 9 bits, right on lane 3. Four entries: 0, 1, 0 and any word: 4 tables of 13 bits, one right on lane 3. So
    tables weigh 1/2^9 + 4/2^13 = 20/2^13, faithful 17 of 20. A lane takes 3 steps: program, index, body.
    """
    data = replace(parity(8), code=None)
    assert data.masses(DATA_CLASSES, SOLOMONOFF)["table"].exact == Fraction(20, 2**13)
    assert data.masses(DATA_CLASSES, LEVIN)["table"].value == pytest.approx(20 / 2**13 / 3, rel=1e-15)
    cells = data.of("table")
    columns = (cells.bits, cells.steps, cells.faithful, cells.count)
    rows = sorted(zip(*(column.tolist() for column in columns), strict=True))
    assert rows == [(9, 12, True, 1), (13, 12, False, 3), (13, 12, True, 1)]
    assert data_answer(data, None, SOLOMONOFF).to_json()["classes"]["table"]["faithful_share"] == pytest.approx(
        17 / 20, rel=1e-15
    )
    assert sum(data.of(name).programs for name in data.masses(DATA_CLASSES, SOLOMONOFF) if name != "table") == 0


def test_code_and_tables_by_hand(parity):
    """Up to 8 bits only (mul x x) = 0, 1, 0, 1 fits: 1 + 2 + 3 bits and two variables of 1 bit, so 1/2^8.

    With tables: direct code 32/2^13 and 20/2^13, shares 8/13 and 5/13. Nothing searches: the odds are one-sided.
    Code is exhausted up to 8 bits, programs with data up to 5 + 4 = 9, so L_min is 8 for direct code, 9 for tables,
    and at least 9 for search: Delta L is at most 8 - 9 = -1.

    Explored, in 1/2^8: x 64, the constant 1 of 4 bits 16, 0 of 5 bits 8, four literals of 7 bits 8, five operators of
    two x 5; and programs with data, whatever their entries, 4 times 1/2^5, two sizes with two bodies each.
    """
    joint = parity(8)
    assert joint.mass(JOINT_CLASSES["direct"], SOLOMONOFF).exact == Fraction(1, 2**8)
    values = joint_answer(joint, SOLOMONOFF).to_json()
    assert [values["classes"][name]["share"] for name in ("direct", "table")] == pytest.approx([8 / 13, 5 / 13])
    assert values["log_odds"] == {"low": "-inf", "high": "-inf"}
    assert values["log_odds_data"] == {"low": "-inf", "high": "-inf"}
    assert joint.l_min(JOINT_CLASSES["direct"]) == Interval(8, 8)
    assert joint.l_min(JOINT_CLASSES["table"]) == Interval(9, 9)
    assert joint.l_min_sides(LOW) == joint.l_min_sides(HIGH) == (Interval(8, 8), Interval(9, None))
    assert delta_l(joint, LOW) == delta_l(joint, HIGH) == Interval(None, -1)
    explored = Fraction(values["explored"]["explored"])
    assert explored == Fraction(64 + 16 + 8 + 8 + 5, 2**8) + Fraction(4, 2**5)


def test_a_table_longer_than_code_that_was_exhausted_leaves_an_interval(parity):
    """Code up to 7 bits holds nothing that fits; the table has 9: L_min(direct) is in [8, 9], and Delta L unknown."""
    joint = parity(7)
    assert joint.l_min(JOINT_CLASSES["direct"]) == Interval(8, None)
    assert joint.l_min(JOINT_CLASSES["table"]) == Interval(9, 9)
    assert joint.l_min_sides(LOW)[0] == Interval(8, 9)
    assert delta_l(joint, LOW) == Interval(None, 1)


def test_hybrids_join_search_and_tables_join_direct_code(parity):
    """As `test_tables_by_hand`, were the 3 unfaithful tables of 13 bits disguised, and the other of 13 bits a hybrid.

    In 1/2^13: direct 32, table 16, disguised 3, hybrid 1. Odds 1 : 51 and 4 : 48; hybrids to tables 1 : 19 and 4 : 16.
    A search of 9 bits could have been missed, as code ends at 8: L_min(search) is in [9, 13], Delta L in [-5, -1].
    """
    joint = parity(8)
    order = np.lexsort((joint.used.faithful, joint.used.bits))
    used = replace(joint.used.take(order), kind=np.array([DIRECT, DISGUISED, SEARCH], dtype=np.uint8))
    mixed = replace(joint, used=used)
    odds, of_data = mixed.log_odds(SOLOMONOFF), mixed.log_odds(SOLOMONOFF, [True])
    assert (odds.low, odds.high) == (log2_fraction(Fraction(1, 51)), log2_fraction(Fraction(4, 48)))
    assert (of_data.low, of_data.high) == (log2_fraction(Fraction(1, 19)), log2_fraction(Fraction(4, 16)))
    assert mixed.log_odds(SOLOMONOFF, [False]) == Interval(-math.inf, -math.inf)
    assert mixed.l_min_sides(LOW) == mixed.l_min_sides(HIGH) == (Interval(8, 8), Interval(9, 13))
    assert delta_l(mixed, LOW) == Interval(-5, -1)


# --- one by one --------------------------------------------------------------------------------

CODE_BITS = 9
WORLDS = {
    "identity": ([[0], [1], [2], [3]], (0, 1, 2)),
    "zero or one": ([[0, 1], [0, 1], [0, 1], [0]], (0, 1, 3)),
    "all lanes": ([[0], [1], [0], [1]], (0, 1, 2, 3)),
    "one lane": ([[1], [1], [2], [3]], (1,)),
}


@pytest.fixture(scope="module")
def every_program():
    """Length, words, class, steps of each program: code of up to 16 bits, with data up to 9 code bits."""
    code = [program for _, program in programs_by_code(ARITH2, TINY_BITS)]
    data = [program for k in (1, 2) for program in data_programs(ARITH2, k, CODE_BITS)]
    return [
        (
            length(program, ARITH2),
            lesion(program, W2).actual,
            classify(program, W2),
            run(program, W2).steps[Accounting.TOTAL],
        )
        for program in (*code, *data)
    ]


@pytest.fixture(params=WORLDS, scope="module")
def case(request, tiny, every_program):
    world = world_of(*WORLDS[request.param])
    joint = join_counts(histogram(tiny, world), count_with_data(ARITH2, world, CODE_BITS))
    return joint, [program for program in every_program if world.accepts(program[1], world.train)]


def test_masses_and_counts_are_those_of_all_programs_one_by_one(case):
    joint, fitting = case
    number, by_time = Counter(), Counter()
    masses: defaultdict[str, Fraction] = defaultdict(Fraction)
    for bits, _, kind, steps in fitting:
        number[str(kind)] += 1
        masses[str(kind)] += Fraction(1, 2**bits)
        by_time[str(kind)] += 2.0**-bits / (steps / 4)
    for name, parts in JOINT_CLASSES.items():
        assert joint.programs(parts) == number[name]
        assert joint.mass(parts, SOLOMONOFF).exact == masses[name]
        assert joint.mass(parts, LEVIN).value == pytest.approx(by_time[name], rel=1e-12)
    odds = joint.log_odds(SOLOMONOFF)
    search, direct = masses["search"] + masses["hybrid"], masses["direct"] + masses["table"]
    if search and direct:
        assert odds.low == log2_fraction(search / (direct + masses["disguised"]))
        assert odds.high == log2_fraction((search + masses["disguised"]) / direct)


def test_lengths_are_claimed_as_far_as_all_programs_were_counted(case):
    """All programs of up to 9 + 4 = 13 bits are counted, code up to 16."""
    joint, fitting = case
    least = {name: min((bits for bits, _, kind, _ in fitting if kind == name), default=None) for name in ProgramClass}
    for name, parts in JOINT_CLASSES.items():
        found = joint.l_min(parts)
        exhausted = CODE_BITS + 4
        assert joint.exhausted(parts) == exhausted
        assert found.high == least[ProgramClass(name)]
        assert found.low == (exhausted + 1 if found.high is None else min(found.high, exhausted + 1))


def test_what_is_explored_is_code_and_data(case):
    joint, _ = case
    values = joint_answer(joint, SOLOMONOFF).to_json()
    code = sum((Fraction(1, 2**bits) for bits, _ in programs_by_code(ARITH2, TINY_BITS)), Fraction(0))
    assert Fraction(values["explored"]["explored"]) == code + code_mass(ARITH2, CODE_BITS)
    assert json.loads(json.dumps(values, allow_nan=False)) == values


def test_what_was_not_classed_ends_what_is_exhausted(case):
    joint, _ = case
    doubtful = replace(joint, unclassed={11: 3})
    assert doubtful.exhausted(JOINT_CLASSES["hybrid"]) == 10
    assert doubtful.l_min(JOINT_CLASSES["hybrid"]).low <= 11


def test_code_and_data_apart_are_what_they_are_alone(case):
    """Of the data, only programs that use it: the others count as code."""
    joint, fitting = case
    masses: defaultdict[str, Fraction] = defaultdict(Fraction)
    for bits, _, kind, _ in fitting:
        masses[str(kind)] += Fraction(1, 2**bits)
    alone = joint.log_odds(SOLOMONOFF, [True])
    if masses["hybrid"] and masses["table"]:
        assert alone.low <= log2_fraction(masses["hybrid"] / masses["table"]) <= alone.high
    code = joint.log_odds(SOLOMONOFF, [False])
    if masses["search"] and masses["direct"]:
        assert code.low <= log2_fraction(masses["search"] / masses["direct"]) <= code.high


def test_a_world_that_nothing_fits_has_no_joint_odds(tiny):
    world = world_of([[3], [1], [0], [2]], range(4))
    joint = join_counts(histogram(cut(tiny, 8), world), count_with_data(ARITH2, world, 5))
    nothing = join_counts(histogram(cut(tiny, 8), world), replace(joint, used=joint.unused))
    values = joint_answer(nothing, SOLOMONOFF).to_json()
    assert nothing.programs(sum(JOINT_CLASSES.values(), ())) == 0
    assert values["log_odds"] == {"low": None, "high": None}
    assert {each["share"] for each in values["classes"].values()} == {None}
    assert delta_l(nothing, LOW) == Interval(None, None)


def test_what_does_not_belong_together_is_refused(tiny, parity):
    joint = parity(8)
    with pytest.raises(WorldError, match="take one"):
        join_counts(histogram(tiny, world_of([[0]] * 4, (0,))), joint)
    with pytest.raises(CensusError, match="by form"):
        join_counts(histogram(tiny, joint.world, class_by="form"), joint)
    amortised = replace(joint.code, header=replace(joint.code.header, accounting=Accounting.AMORTISED))
    with pytest.raises(CensusError, match="--accounting total"):
        join_counts(amortised, joint)
    shallow = count_with_data(Language.named("arith", 2, depth=1), joint.world, 6)
    with pytest.raises(CensusError, match="two languages"):
        join_counts(joint.code, shallow)
    with pytest.raises(PriorError, match="does not converge"):
        joint_answer(joint, Prior("p", beta=0.5)).to_json()
