"""The scaling table: programs by hand by the interpreter, and intervals by hand."""

import json
from math import log2

import pytest

from priorsim.census.take import make_header, take_census
from priorsim.errors import WorldError
from priorsim.measure.data import table_bits
from priorsim.measure.histogram import histogram
from priorsim.measure.scaling import QUESTIONS, SIZES, _first, _first_from, find_question, scaling
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import parse
from tests.once import measured_once
from tests.test_cli import output, priorsim, unbroken
from tests.test_docs import check_answer

BOUND = 24


@pytest.fixture(scope="module")
def table():
    found = scaling(sizes=(2, 3, 5), max_bits=BOUND)
    return {(each.question, each.word_bits): each for each in found.sizes}


def test_questions_are_asked_at_every_size():
    for question in QUESTIONS:
        for bits in SIZES:
            world = question.world(bits)
            assert (len(world.domain.lanes), world.held_out) == (2**bits, ())
    with pytest.raises(WorldError, match="unknown question 'third': choose among isqrt, root"):
        find_question("third")


LENGTHS = {
    "isqrt": (11, 29, 49, 91, 137, 333),
    "root": (22, 47, 76, 167, 332, 1492),
    "inverse": (22, 23, 24, 25, 26, 28),
    "log2": (10, 28, 48, 70, 94, 148),
    "half": (35, 35, 35, 35, 35, 35),
}
"""Of direct code by hand at each size."""


@pytest.mark.parametrize("name", LENGTHS)
def test_programs_by_hand_fit_and_have_these_lengths_at_every_size(name):
    question = find_question(name)
    for bits, expected in zip(SIZES, LENGTHS[name], strict=True):
        world, language = question.world(bits), Language.named("arith", bits, depth=1)
        texts = [question.direct(world)] + ([question.search] if question.search else [])
        programs = [parse(text, language, ("x",)) for text in texts]
        assert length(programs[0], language) == expected
        assert length(programs[-1], language) == (42 if question.search else expected)
        for program in programs if bits < 8 else ():
            assert world.accepts(run(program, world.domain).words, world.train)


def test_what_is_by_hand_is_of_its_class_by_the_interpreter(table):
    for (name, bits), size in table.items():
        world, language = find_question(name).world(bits), Language.named("arith", bits, depth=1)
        for written, kind in ((size.written_direct, "direct"), (size.written_search, "search")):
            if written:
                program = parse(written.program, language, ("x",))
                assert classify(program, world.domain) == kind
                assert written.bits == length(program, language)
                assert written.steps == run(program, world.domain).steps[Accounting.TOTAL] / 2**bits


def test_sizes_that_are_not_wide_are_those_of_a_census(table):
    domain = Domain.of_all_words(3)
    atlas = take_census(make_header("arith", BOUND, domain=domain, depth=1))
    for question in QUESTIONS:
        cells = histogram(atlas, question.world(3))
        size = table[question.name, 3]
        assert tuple(size.l_min) == tuple(key and key.bits for key in cells.shortest)
        assert size.programs == cells.cells.programs


def test_the_table_of_all_answers_has_its_length():
    # Header, TB(2; 3), 8 words of 3 bits, the index x and the datum.
    assert table_bits(Language.named("arith", 3, depth=1), 8) == 1 + 2 + 24 + 1 + 2


def test_intervals_end_at_the_bound_and_at_what_is_known(table):
    root = table["root", 5]
    assert tuple(root.l_min) == (None, None, 23)
    for ends in root.delta_l:
        assert (ends.low, ends.high) == (BOUND + 1 - 23, 167 - 23)
    for ends in root.gamma_star:
        # Search costs least while it costs less than B + 1, and until the program by hand costs less.
        assert ends.low == pytest.approx((BOUND + 1 - 23) / log2(4177 / 32))
        assert ends.high == pytest.approx((167 - 23) / (log2(4177 / 32) - log2(3)))
    first = table["inverse", 3]
    assert [(ends.low, ends.high) for ends in first.delta_l] == [(-10, -10), (-9, -9)]
    assert {(ends.low, ends.high) for ends in first.gamma_star} == {(0, 0)}
    log = table["log2", 5]
    assert [(ends.low, ends.high) for ends in log.delta_l] == [(None, 70 - BOUND - 1)] * 2
    assert [(ends.low, ends.high) for ends in log.gamma_star] == [(0, None)] * 2


def test_prices_at_which_lines_cross():
    cheap, dear = [(10.0, 4.0)], [(14.0, 2.0)]
    assert _first(cheap, dear) == _first_from(dear, cheap) == 2
    assert (_first(dear, cheap), _first_from(cheap, dear)) == (0, 0)
    assert _first_from([(14.0, 4.0)], cheap) is None
    # Of two lines the lesser counts: 9 + 9 gamma is less until 0.2.
    assert _first([(9.0, 9.0), (10.0, 4.0)], dear) == 2


def test_the_command_prints_the_table_in_three_ways(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    asked = ("scaling", "--question", "inverse", "--sizes", "2,5", "--max-bits", BOUND)
    text = unbroken(*asked)
    assert "every word of w bits is a lane" in text
    assert len([line for line in text.splitlines() if line.startswith("inverse ")]) == 2
    answer = json.loads(output(*asked, "--json"))
    check_answer("scaling", answer)
    assert answer["sizes"][1]["l_min"] == {"direct": None, "disguised": 24, "search": 24}
    path = tmp_path / "scaling.csv"
    output(*asked, "--out", path)
    output(*asked, "--out", path)
    head, *rows = path.read_text().splitlines()
    assert head.startswith("question,word_bits,lanes,") and len(rows) == 2
    for bad, said in (
        (("scaling", "--sizes", "7"), "'7' is not a size: choose among 2, 3, 4, 5, 6, 8"),
        (("scaling", "--question", "cube"), "unknown question 'cube'"),
        (("scaling", "--max-bits", 99), "a bound of 99 bits is out of range: choose 2 to 63"),
    ):
        code, out, err = priorsim(*bad)
        assert (code, out) == (2, "") and said in err
