"""Task diversity: leaders against a plain loop over programs, flips and laws by hand."""

import json
from collections import defaultdict
from fractions import Fraction

import pytest

from priorsim.census.programs import list_programs
from priorsim.census.segments.terms import DataTerms
from priorsim.census.take import make_header, take_census
from priorsim.errors import WorldError
from priorsim.formats import rounded
from priorsim.measure.data import count_with_data
from priorsim.measure.diversity import (
    EVERY_WORD,
    NOTHING,
    QUESTIONS_ASKED,
    Flip,
    Size,
    _posterior,
    diversity,
    flips,
    heaviest,
    is_settled,
    laws,
    lessons,
    parse_observations,
    parse_rules,
)
from priorsim.priors import named_prior
from priorsim.worlds.in_context import OBSERVATIONS, QUESTIONS, task_world
from tests.once import measured_once
from tests.test_cli import output, priorsim, unbroken
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

SIMPLICITY = named_prior("solomonoff")
BOUND, CODE_BITS = 16, 12


def test_worlds_are_what_they_say_at_every_number_of_rules():
    for word_bits in (3, 4):
        for observe in EVERY_WORD:
            size, shown = 2**word_bits, OBSERVATIONS[observe].function
            rule_of = {shown(rule)[0] % size: rule for rule in range(size)}
            assert len(rule_of) == 2**word_bits
            world = task_world(word_bits, observe, "sum", 2**word_bits, 1)
            asked = [min(words) for words in world.acceptable]
            assert asked == [rule_of[word] for word in range(2**word_bits)]
            assert world.domain.lanes == tuple((word, 0) for word in range(2**word_bits)) and not world.held_out
    world = task_world(3, "next", "product", 2, 3)
    for (seen, query), words in zip(world.domain.lanes, world.acceptable, strict=True):
        assert words == {(seen - 1) % 8 * query % 8}
    with pytest.raises(WorldError, match="unknown formula third of a rule: choose among itself"):
        task_world(3, "third", "sum", 2, 2)


def test_examples_come_query_by_query():
    assert list(lessons(3, 1)) == [(0,), (0, 1), (0, 1, 2)]
    assert [len(lanes) for lanes in lessons(4, 5)] == [1, 2, 3, 4, 6, 8, 12, 16]
    assert list(lessons(4, 5))[4] == (0, 1, 5, 6, 10, 15)  # Four first queries, and two second ones.


@pytest.mark.parametrize(("observe", "answer"), [("next", "product"), ("skew", "less"), ("negated", "sum")])
def test_the_leader_is_that_of_a_plain_loop_over_all_programs(observe, answer):
    world = task_world(3, observe, answer, 3, 3)
    header = make_header("arith", BOUND, domain=world.domain, depth=1)
    atlas, terms = take_census(header), DataTerms(header.language, world.domain, CODE_BITS)
    programs = list_programs(header)
    columns = programs.behaviour, programs.strict != programs.behaviour, programs.bits
    for lanes in lessons(3, 3):
        trained = world.trained_on(lanes)
        mass = defaultdict(Fraction)
        for behaviour, is_search, bits in zip(*(each.tolist() for each in columns), strict=True):
            words = world.domain.unpack(behaviour)
            if all(words[lane] in world.acceptable[lane] for lane in lanes):
                mass["search" if is_search else "code"] += Fraction(1, 2**bits)
        # Programs with data by the count that has plain twins of its own; here each class goes to its way.
        data = count_with_data(header.language, trained, CODE_BITS)
        for name, way in (("direct", "code"), ("disguised", "code"), ("disguised-with-data", "code")):
            mass[way] += plain_mass(data.of(name))
        mass["table"] = plain_mass(data.of("table"))
        mass["search"] += plain_mass(data.of("search")) + plain_mass(data.of("hybrid"))
        best = max(mass.values())
        expected = {way for way, held in mass.items() if held == best} if best else {NOTHING}
        assert heaviest(_posterior(atlas, terms, trained), SIMPLICITY) in expected


def plain_mass(cells) -> Fraction:
    numbers = zip(cells.bits.tolist(), cells.count.tolist(), strict=True)
    return sum((Fraction(count, 2**bits) for bits, count in numbers), Fraction(0))


def test_what_is_settled_has_its_shortest_program_within_what_is_exhausted():
    world = task_world(3, "next", "sum", 2, 2)
    header = make_header("arith", BOUND, domain=world.domain, depth=1)
    atlas, terms = take_census(header), DataTerms(header.language, world.domain, CODE_BITS)
    for lanes in lessons(2, 2):
        counts = _posterior(atlas, terms, world.trained_on(lanes))
        lengths = [each.bits.min() for each in (counts.code.cells, counts.used, counts.unused) if len(each)]
        # All that was not counted is longer than this: code beyond the bound, data of one code bit more and two words.
        known = min(BOUND, CODE_BITS + 2 * 3)
        assert is_settled(counts) == (bool(lengths) and min(lengths) <= known)


def test_a_flip_is_the_last_change_from_one_way_to_another():
    examples = [1, 2, 3, 4, 6, 8]
    course = ["code", "table", "code", "table", NOTHING, NOTHING]
    assert flips(examples, course) == {("code", "table"): 4, ("table", "code"): 3}
    assert flips(examples, ["code"] * 6) == flips(examples, [NOTHING] * 6) == {}


def sizes_with(medians: dict[int, float], worlds: int) -> list[Size]:
    return [
        Size(
            word_bits=3,
            rules=rules,
            queries=2,
            worlds=96,
            settled=1.0,
            leaders=(),
            flips=(Flip("table", "code", worlds, (median, median, median)),),
        )
        for rules, median in medians.items()
    ]


def test_laws_are_fits_of_the_medians_and_say_where_they_are_few():
    (law,) = laws(sizes_with({2: 3.0, 4: 6.0, 8: 12.0}, 30))
    assert (law.exponent, law.few, law.rules, law.worlds) == (pytest.approx(1), False, (2, 4, 8), (30, 30, 30))
    assert law.exponent_range == pytest.approx((1, 1))
    (law,) = laws(sizes_with({2: 3.0, 4: 6.0}, 29))
    assert law.exponent is law.exponent_range is None and law.few


def test_sizes_count_every_world_once_at_each_number_of_examples():
    found = diversity((8,), 3, observations=("next",), max_bits=18, code_bits=10, workers=1)
    (size,) = found.sizes
    assert size.worlds == len(QUESTIONS_ASKED) == sum("arith" in each.dialects for each in QUESTIONS.values())
    assert (size.rules, size.queries) == (8, 2) and 0 <= size.settled <= 1
    for at in size.leaders:
        assert at.table + at.code + at.search + at.nothing == size.worlds
    # What fits nothing once fits nothing again.
    assert [at.nothing for at in size.leaders] == sorted(at.nothing for at in size.leaders)
    assert found == diversity((8,), 3, observations=("next",), max_bits=18, code_bits=10, workers=2)


def test_numbers_out_of_range_are_refused():
    for text, said in (("2,x", "cannot be read"), ("", "cannot be read"), ("2,100", "cannot be read")):
        with pytest.raises(WorldError, match=said):
            parse_rules(text)
    with pytest.raises(WorldError, match="9 rules: choose 1 to 8, the words of 3 bits"):
        diversity((9,), 3)
    with pytest.raises(WorldError, match="words of 5 bits: choose 3 or 4"):
        diversity((2,), 5)
    assert parse_observations("all") == EVERY_WORD
    with pytest.raises(WorldError, match="choose all, or some of itself, next"):
        parse_observations("square")


def test_the_command_prints_leaders_flips_and_laws_in_three_ways(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    asked = ("diversity", "--rules", "4,8", "--observe", "skew", "--max-bits", 20, "--code-bits", 11)
    text = unbroken(*asked)
    assert "the heaviest turns from" in text and "Wurgaft et al. 2025" in text
    answer = json.loads(output(*asked, "--json"))
    check_answer("diversity", answer)
    assert [each["rules"] for each in answer["sizes"]] == [4, 8]
    again = diversity((4, 8), 3, observations=("skew",), max_bits=20, code_bits=11)
    assert answer == rounded(json.loads(json.dumps(again.to_json())))
    path = tmp_path / "flips.csv"
    output(*asked, "--out", path)
    output(*asked, "--out", path)
    head, *rows = path.read_text().splitlines()
    assert head.startswith("word_bits,rules,queries,worlds,before,after,flips")
    assert len(rows) == sum(len(each["flips"]) for each in answer["sizes"])
    for bad, said in (
        (("--word-bits", 5), "words of 5 bits: choose 3 or 4"),
        (("--code-bits", 99), "99 code bits"),
        (("--max-bits", 1), "a bound of 1 bits is out of range"),
        (("--rules", "many"), "--rules 'many' cannot be read"),
    ):
        code, out, err = priorsim("diversity", *bad)
        assert (code, out) == (2, "") and said in err, err
