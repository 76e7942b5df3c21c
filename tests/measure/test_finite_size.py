"""Finite sizes: every world against a plain loop over programs, two programs alone by hand, and the rule by hand."""

import csv
import io
import json
import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from msgspec.structs import replace

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header
from priorsim.formats import rounded
from priorsim.measure.collapse import GAMMAS, compare, quartiles
from priorsim.measure.extrapolation import Extrapolation, course, extrapolation
from priorsim.measure.finite_size import (
    BOUNDS,
    LITERAL_BITS,
    SPANS,
    Series,
    _lines,
    _programs,
    constants,
    finite_size,
    inverses,
    known,
    rule,
    shortest_searches,
    size_of,
)
from priorsim.measure.fitting import by_behaviour
from priorsim.measure.mass import ENDS, HIGH, LOW
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import parse
from priorsim.theory.forms import CRITICAL_SIZE, GAMMA_STAR
from priorsim.worlds import family
from priorsim.worlds.constant import constant_world
from tests.once import measured_once
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

INVERSE_BOUND = 24
CONSTANT_BITS, CONSTANT_BOUND = 10, 22
DOMAINS = {"constant": constant_world("any", CONSTANT_BITS, 0).domain, "inverse": Domain.default(2)}


def listed(domain, bound):
    """Behaviour, whether the strict and the wide lesion change it, bits and steps of every program."""
    programs = list_programs(make_header("arith", bound, domain=domain, depth=1))
    columns = (programs.behaviour, programs.strict, programs.wide, programs.bits, programs.steps)
    for behaviour, strict, wide, bits, steps in zip(*(each.tolist() for each in columns), strict=True):
        yield behaviour, strict != behaviour, wide != behaviour, bits, steps


def plain_worlds(domain, bound, span, end):
    """Of each behaviour L, c, the steps of both programs, and the programs that count, by side."""
    sides = defaultdict(lambda: ([], []))
    for behaviour, is_search, is_wide, bits, steps in listed(domain, bound):
        searches = is_search or (is_wide and end is HIGH)
        sides[behaviour][searches].append((bits, steps))
    for behaviour, (direct, search) in sides.items():
        if direct and min(direct)[0] + span <= bound:
            (least, direct_steps), counted = min(direct), ([], [])
            for mine, into in zip((direct, search), counted, strict=True):
                into += [each for each in mine if each[0] <= least + span]
            shortest = min(counted[1], default=None)
            yield behaviour, least, direct_steps, shortest, counted


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
@pytest.mark.parametrize(("name", "bound", "span"), [("constant", CONSTANT_BOUND, 7), ("inverse", 24, 8)])
def test_every_world_is_as_a_plain_loop_over_programs_has_it(name, bound, span, end):
    found = by_behaviour(_programs(DOMAINS[name], bound, 1))
    compared = compare(found, span, bound, end)
    place = {behaviour: at for at, behaviour in enumerate(found.target.tolist())}
    lanes = len(DOMAINS[name].lanes)
    worlds = {each[0]: each for each in plain_worlds(DOMAINS[name], bound, span, end)}
    assert {found.target.tolist()[at] for at in known(compared)} == set(worlds)
    searched = 0
    for behaviour, least, direct_steps, shortest, (direct, search) in worlds.values():
        at = place[behaviour]
        assert compared.bits[0, at] == least and compared.is_there[at] == (shortest is not None)
        if shortest is None:
            continue
        searched += 1
        assert compared.bits[1, at] == shortest[0]
        assert compared.alpha[at] == pytest.approx(math.log2(shortest[1] / direct_steps) / least)
        for row, gamma in enumerate(GAMMAS):
            mass = [sum(2.0**-bits * (steps / lanes) ** -gamma for bits, steps in side) for side in (direct, search)]
            odds = math.log2(mass[1] / mass[0])
            law = least - shortest[0] - gamma * math.log2(shortest[1] / direct_steps)
            assert compared.log_odds[row, at] == pytest.approx(odds)
            assert compared.residual[row, at] == pytest.approx((odds - law) / least, abs=1e-12)
    assert searched >= 10


def test_without_a_price_of_time_the_log_odds_are_those_of_exact_fractions():
    found = by_behaviour(_programs(DOMAINS["inverse"], 24, 1))
    compared = compare(found, 8, 24, LOW)
    place = {behaviour: at for at, behaviour in enumerate(found.target.tolist())}
    for behaviour, _, _, shortest, counted in plain_worlds(DOMAINS["inverse"], 24, 8, LOW):
        if shortest is not None:
            direct, search = (sum(Fraction(1, 2**bits) for bits, _ in side) for side in counted)
            assert 2 ** compared.log_odds[0, place[behaviour]] == pytest.approx(float(search / direct), rel=1e-12)


def test_the_law_is_that_of_the_closed_forms():
    compared = compare(by_behaviour(_programs(DOMAINS["constant"], CONSTANT_BOUND, 1)), 7, CONSTANT_BOUND, LOW)
    for at in np.flatnonzero(compared.is_there)[:8]:
        given = {"bits_direct": compared.bits[0, at], "bits_search": compared.bits[1, at], "alpha": compared.alpha[at]}
        assert compared.predicted[at] == pytest.approx(float(GAMMA_STAR.at(**given).expression))
        size = CRITICAL_SIZE.at(bits_search=given["bits_search"], alpha=given["alpha"], gamma=1).expression
        expected = float(size) if given["alpha"] < 1 else math.inf
        assert compared.critical_size[at] == pytest.approx(expected)


def test_spans_and_bounds_go_together():
    language = make_header("arith", 20, domain=DOMAINS["constant"], depth=1).language
    assert length(parse("777", language), language) == CONSTANT_BITS + LITERAL_BITS
    # The whole span holds the searches that hold the word, which are quick.
    assert (
        length(parse("(mul (find (c) c) 777)", language), language) == CONSTANT_BITS + LITERAL_BITS + SPANS["constant"]
    )
    assert [bits for bits, bound in BOUNDS.items() if bound == bits + LITERAL_BITS + SPANS["constant"]] == [
        10,
        11,
        12,
        13,
    ]


def test_constants_are_all_words_and_thirty_of_them():
    every, some = constants(CONSTANT_BITS, CONSTANT_BOUND, workers=1)
    assert (every.series, some.series) == ("constant", "shortest searches")
    assert every.span_bits == some.span_bits == 7 and not (every.counts or some.counts)
    assert every.worlds == some.worlds.__class__(1024, 1024)
    assert some.compared == some.worlds == every.compared and every.compared.low < 30
    # The price at gamma 0 and 1: shares are of all words.
    outweighed = {price.gamma: price.outweighs.low * 1024 for price in every.prices}
    assert outweighed[0.0] >= 1 and outweighed[1.0] == 0


def test_the_shortest_searches_are_chosen_by_length_then_by_word():
    compared = compare(by_behaviour(_programs(DOMAINS["inverse"], 24, 1)), 8, 24, LOW)
    places = np.flatnonzero(compared.is_there)
    expected = sorted(places.tolist(), key=lambda at: (compared.bits[1, at], at))[:30]
    assert shortest_searches(compared).tolist() == expected


def test_inverse_worlds_are_the_members_and_behaviours_come_by_length():
    members = {world.behaviour for world in family("inverse").members(word_bits=3, lanes=8)}
    inverse, *by_length = inverses(3, INVERSE_BOUND, workers=1)
    worlds = [
        each for each in plain_worlds(Domain.default(3), INVERSE_BOUND, SPANS["inverse"], LOW) if each[0] in members
    ]
    assert inverse.worlds.low == len(worlds)
    assert inverse.compared.low == sum(each[3] is not None for each in worlds)
    assert [each.series for each in by_length] == ["behaviour"] * len(by_length)
    lengths = [each[1] for each in plain_worlds(Domain.default(3), INVERSE_BOUND, SPANS["behaviour"], LOW)]
    for size in by_length:
        assert size.worlds.low == sum(size.size <= each < size.size + 2 for each in lengths)
        assert size.size + 1 + SPANS["behaviour"] <= INVERSE_BOUND
    assert {each.series for each in inverses(2, INVERSE_BOUND, workers=1)} == {"inverse"}


def test_quartiles_are_values_that_are_there():
    assert quartiles(np.array([])) is None
    assert quartiles(np.array([math.inf, 1.0, math.inf, 2.0])) == (1.0, 2.0, math.inf)


def test_the_rule_asks_for_a_distance_that_falls_fast_at_both_ends_whichever_size_is_left_out():
    falls, slow = course([10, 20, 40], [0.4, 0.2, 0.1]), course([10, 20, 40], [0.4, 0.36, 0.33])
    # Without its first size this one does not fall.
    once = course([10, 20, 40], [0.4, 0.1, 0.1])
    assert falls.exponent == pytest.approx(-1) and falls.exponent_range == pytest.approx((-1, -1))
    assert once.exponent == pytest.approx(-1) and once.exponent_range == pytest.approx((-2, 0))
    assert course([10, 20], [0.4, 0.2]) is None
    assert course([10, 20, 40], [0.4, 0.0, 0.0]) is None
    assert course([10, 10, 40], [0.1, 0.2, 0.3]) is None
    assert extrapolation([falls, falls]) is Extrapolation.LICENSED
    assert extrapolation([course([1, 4, 16], [4.0, 2.0, 1.0])]) is Extrapolation.LICENSED
    for other in (slow, once):
        assert extrapolation([falls, other]) is extrapolation([other, falls]) is Extrapolation.FORBIDDEN
    assert extrapolation([falls, None]) is Extrapolation.NOT_RULED_ON


def up_to(most):
    """The worlds of L up to so many bits."""
    return lambda compared: np.flatnonzero(compared.is_known & (compared.bits[0] <= most))


def test_only_sizes_that_count_are_ruled_on_but_all_are_looked_through_for_search():
    programs = by_behaviour(_programs(Domain.default(2), 28, 1))
    compared = [compare(programs, 4, 28, end) for end in ENDS]
    series = [Series("behaviour", size, 4, up_to(size)) for size in (18, 22, 26)]
    sizes = [size_of(each, compared, 28) for each in series]
    assert [each.counts for each in sizes] == [each.compared.low >= 30 for each in sizes]
    counting = [replace(each, counts=True) for each in sizes]
    ruling = rule("behaviour", 0, counting)
    lengths, distances = zip(*((each.direct_bits.low[1], each.prices[0].distance.low) for each in sizes), strict=True)
    assert ruling.sizes == 3 and ruling.exponent.low == course(lengths, distances).exponent
    won = [each.size for each in sizes if each.prices[0].outweighs.low > 0]
    assert ruling.some_from.low == (won[0] if won else None)
    short = [replace(sizes[0], counts=False), *counting[1:]]
    assert (rule("behaviour", 0, short).sizes, rule("behaviour", 0, short).exponent.low) == (2, None)
    assert rule("behaviour", 0, short).extrapolation is Extrapolation.NOT_RULED_ON
    assert not size_of(Series("behaviour", 26, 3, known), compared, 28).counts


def test_a_size_without_worlds_has_no_numbers():
    compared = [compare(by_behaviour(_programs(Domain.default(2), 12, 1)), 4, 12, end) for end in ENDS]
    size = size_of(Series("behaviour", 2, 4, lambda each: np.array([], dtype=np.int64)), compared, 12)
    assert size.worlds.low == size.compared.low == 0 and size.alpha.low is None
    assert size.prices[0].distance.low is None and size.prices[0].outweighs.high is None
    assert len(list(_lines(size))) == 2 * len(GAMMAS)


def test_the_command_prints_sizes_and_rulings_in_three_ways(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    asked = ("finite-size", "--sizes", "10", "--max-bits", "22")
    text = output(*asked)
    assert "extrapolation is licensed where the distance falls as L^-1/2" in text
    answer = json.loads(output(*asked, "--json"))
    check_answer("finite-size", answer)
    assert [each["size"] for each in answer["sizes"] if each["series"] == "constant"] == [10]
    assert answer == rounded(finite_size((10,), 22, workers=1).to_json())
    path = tmp_path / "sizes.csv"
    output(*asked, "--out", path)
    output(*asked, "--out", path)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == 2 * len(GAMMAS) * len(answer["sizes"])
    first = answer["sizes"][0]
    assert float(rows[0]["residual_median"]) == pytest.approx(first["prices"][0]["residual"]["low"][1])
    for bad, said in (
        (("--sizes", "9"), "'9' is not a size: choose among 10, 11, 12, 13, 14, 15, 16"),
        (("--max-bits", 99), "a bound of 99 bits is out of range: choose 2 to 63"),
    ):
        code, out, err = priorsim("finite-size", *bad)
        assert (code, out) == (2, "") and said in err
