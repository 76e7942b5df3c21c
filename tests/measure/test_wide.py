"""Worlds that no atlas holds, by the measures and by the command line."""

import json
from collections import Counter

import pytest

from priorsim.census.take import take_census
from priorsim.census.wide import exhaustive
from priorsim.measure.histogram import CLASSES, histogram
from priorsim.measure.histogram_file import format_histogram, parse_histogram
from priorsim.measure.wide import count_wide, find_terms, histogram_of_wide, task_of
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import Program, count_searches
from priorsim.worlds import find_world
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer

INVERSE = "inverse.w6-quotient-one-l64"


def test_cells_are_those_of_the_interpreter_on_every_fitting_program():
    world = find_world(INVERSE).trained_on(range(1, 12))
    found = count_wide(world, 24)
    expected: Counter[tuple] = Counter()
    for row in range(len(found.counted.rows)):
        program = Program(found.counted.term(row))
        result = run(program, world.domain)
        kind = CLASSES.index(classify(program, world.domain))
        numbers = (int(found.counted.rows.bits[row]), result.steps[Accounting.TOTAL], count_searches(program))
        faithful = world.accepts(result.words, world.held_out)
        expected[kind, *numbers, faithful] += int(found.counted.rows.count[row])
    cells = found.histogram.cells
    columns = (cells.kind, cells.bits, cells.steps, cells.searches, cells.faithful)
    met: Counter[tuple] = Counter()
    for *key, count in zip(*(column.tolist() for column in columns), cells.count.tolist(), strict=True):
        met[tuple(key)] += count
    assert met == expected
    assert {faithful for *_, faithful in met} == {True}


def test_held_out_lanes_decide_who_is_faithful():
    world = find_world("forward.w5-square-l32").trained_on((0, 1))
    found = count_wide(world, 20).histogram
    assert 0 < found.cells.take(found.cells.faithful).programs < found.cells.programs
    header = count_wide(world, 20).counted.header
    assert format_histogram(histogram_of_wide(exhaustive(header, task_of(world)), world)) == format_histogram(found)


def test_on_a_domain_that_is_not_wide_the_histogram_is_the_atlass():
    world = find_world("inverse-w3")
    found = count_wide(world, 24)
    assert format_histogram(found.histogram) == format_histogram(histogram(take_census(found.counted.header), world))


def test_a_wide_histogram_is_written_read_and_its_programs_found_again():
    found = count_wide(find_world(INVERSE), 26, class_by="form").histogram
    again = parse_histogram(format_histogram(found))
    assert format_histogram(again) == format_histogram(found)
    assert set(find_terms(again, again.least_rows)) == set(found.least_rows)


def test_the_command_line_weighs_a_wide_world_without_an_atlas(tmp_path):
    asked = ("--world", INVERSE, "--max-bits", 26)
    code, text, told = priorsim("odds", *asked)
    assert code == 0
    assert "(find (c) (eq 1 (mul c x)))" in text
    assert "fit on the training lanes 3, 5, " in told
    exported = tmp_path / "wide.csv"
    output("histogram", *asked, "--out", exported)
    assert output("odds", "--histogram", exported) == text
    answer = json.loads(output("odds", *asked, "--json"))
    check_answer("odds", answer)
    assert answer["classes"]["search"]["l_min"] == 24
    remark, _, *rows = output("sweep", *asked, "--grid", "gamma=0,1").splitlines()
    assert remark.startswith("# sweep {")
    assert len(rows) == 2


@pytest.mark.parametrize(
    "command",
    [
        ("heldout", "--atlas", "ATLAS", "--world", INVERSE),
        ("odds", "--atlas", "ATLAS", "--world", INVERSE),
        ("odds", "--atlas", "ATLAS", "--world", INVERSE, "--max-bits", 30),
        ("histogram", "--atlas", "ATLAS", "--world", INVERSE),
        ("definitions", "--atlas", "ATLAS", "--world", INVERSE),
        ("growth", "--atlas", "ATLAS", "--world", INVERSE),
        ("claims", "--atlas", "ATLAS", "--world", INVERSE),
    ],
    ids=lambda command: " ".join(map(str, command[:2])),
)
def test_what_cannot_take_a_wide_world_says_what_can(command, tmp_path):
    atlas = tmp_path / "small.parquet"
    output("census", "--dialect", "arith", "--word-bits", 3, "--max-bits", 10, "--out", atlas)
    code, out, err = priorsim(*(str(atlas) if each == "ATLAS" else each for each in command))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "64 lanes of 6 bits make 384 bits of behaviour" in err
    assert (
        "ask 'priorsim odds', 'sweep', 'histogram', 'heldout' or 'claims' with --world and --max-bits, without --atlas"
        in err
    )


@pytest.mark.parametrize(
    "command",
    [
        ("objectives", "--world", INVERSE, "--max-bits", 20),
        ("walk", "--world", INVERSE, "--dynamics", "steepest", "--radius", 4, "--max-bits", 14),
    ],
    ids=lambda command: command[0],
)
def test_what_counts_on_a_domain_says_what_can_take_a_wide_one(command):
    code, out, err = priorsim(*command)
    assert (code, out) == (2, "")
    assert "64 lanes of 6 bits make 384 bits of behaviour" in err
    assert "'priorsim odds' or 'priorsim histogram', --world and --max-bits, without an atlas" in err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("odds", "--world", INVERSE, "--max-bits", 60), "days: give --yes to start all the same, or --max-bits"),
        (("odds", "--world", INVERSE, "--max-bits", 64), "a bound of 64 bits is out of range: choose 2 to 63"),
        (("odds", "--world", INVERSE, "--max-bits", 20, "--trust-other-code"), "is about an atlas"),
        (("odds", "--max-bits", 20), "give --world NAME, or --histogram FILE"),
    ],
)
def test_what_a_wide_world_needs_is_said_in_a_line(command, said):
    code, out, err = priorsim(*command)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
