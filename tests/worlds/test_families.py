"""What all families share: their sizes, names that are found again, what is refused, and the edges."""

import re
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from priorsim.errors import WorldError
from priorsim.mu.dialect import DIALECTS
from priorsim.mu.domain import Domain
from priorsim.reading import quoted
from priorsim.worlds import Family, Knob, World, catalogue, families, family, find_world

SIZES = {
    "in-context": 4974,
    "video": 222,
    "inverse": 680,
    "forward": 494,
    "constant": 2**17 - 2**12,
    "proxy": 3723,
    "bayes": 181,
}
EVERY = 997
"""Of the constants every 997th is looked at."""


@cache
def members_of(name: str) -> tuple[World, ...]:
    if name == "constant":
        return tuple(find_world(word) for word in islice(family(name).names(), 0, None, EVERY))
    return tuple(family(name).members())


each_family = pytest.mark.parametrize("name", SIZES)


def test_the_families_in_their_order() -> None:
    assert [known.name for known in families()] == list(SIZES)


@each_family
def test_a_family_has_so_many_worlds_and_no_two_that_ask_the_same(name: str) -> None:
    names, tasks = set(), set()
    for world in family(name).members():
        names.add(world.name)
        tasks.add(world.task)
    assert len(names) == len(tasks) == SIZES[name]
    assert not names & set(catalogue())
    documented = (Path(__file__).parents[2] / "docs" / "worlds.md").read_text(encoding="utf-8")
    assert re.search(rf"\| `{name}` \|.*\| {SIZES[name]} \|", documented)


@each_family
def test_every_member_is_whole_and_within_the_language(name: str) -> None:
    for world in members_of(name):
        domain = world.domain
        assert world.family == name
        assert world.dialect in DIALECTS
        assert len(world.description.splitlines()) == 1
        assert len(domain.lanes) * domain.word_bits <= 64
        assert len(set(domain.lanes)) == len(domain.lanes)
        assert domain.environments(domain.default_depth) <= 2**20
        assert world.held_out or name == "constant"


@each_family
def test_every_member_is_found_again_by_its_name(name: str) -> None:
    for world in members_of(name):
        assert find_world(world.name) == world


@pytest.mark.parametrize("bits", [5, 6, 8])
def test_forward_and_inverse_worlds_on_all_lanes_of_longer_words_are_known_and_not_listed(bits: int) -> None:
    size = 2**bits
    for name in (f"inverse.w{bits}-quotient-one-l{size}", f"forward.w{bits}-square-l{size}"):
        world = find_world(name)
        assert world.domain == Domain.of_all_words(bits)
        assert world.domain.is_wide
        assert name not in {*family(world.family).names()}
    inverse, square = find_world(f"inverse.w{bits}-quotient-one-l{size}"), find_world(f"forward.w{bits}-square-l{size}")
    assert all(x * next(iter(inverse.acceptable[x])) % size == 1 for x in range(1, size, 2))
    assert [next(iter(words)) for words in square.acceptable] == [x * x % size for x in range(size)]
    assert square.train == tuple(range(size * 3 // 4))


@pytest.mark.parametrize("name", [name for name in SIZES if name != "constant"])
def test_every_name_is_of_a_member_under_it_or_an_earlier_name(name: str) -> None:
    tasks = {world.task for world in members_of(name)}
    for any_name in islice(family(name).names(), 0, None, 5):
        assert find_world(any_name).task in tasks


def test_knobs_choose_among_the_members() -> None:
    chosen = list(family("in-context").members(word_bits=4, seen="squares", observe="square", rules=4, queries=4))
    assert [world.name.split("-")[4] for world in chosen] == [
        *("product", "sum", "difference", "affine", "quadratic", "sumsquare", "less", "maximum"),
        *("power", "rulepower", "steps", "quotient"),
    ]
    assert len({world.domain for world in chosen}) == 1


def test_the_catalogues_worlds_are_members_under_other_names() -> None:
    known = {
        (world.domain, world.acceptable, world.train)
        for name in ("in-context", "video", "inverse", "forward")
        for world in members_of(name)
    }
    for world in catalogue().values():
        if world.family in ("in-context", "video", "inverse", "forward"):
            assert (world.domain, world.acceptable, world.train) in known, world.name
        if world.family == "constant":
            assert find_world(f"constant.w{world.domain.word_bits}-{world.behaviour}").task == world.task


def test_a_family_with_one_member() -> None:
    """Knobs that leave no choice leave one world, which is found by its name."""
    (word,) = family("constant").members(word_bits=16, word=0x3F4B)
    assert (word.name, word.behaviour) == ("constant.w16-16203", 0x3F4B)

    def build(name: str, *, only: str) -> World:
        return World(name, Domain(2, ((0,),)), (frozenset({3}),), (0,), "lone", "arith", "the word 3")

    lone = Family("lone", "one world", (Knob("only", "one", lambda _: ("one",)),), build)
    (world,) = lone.members()
    assert world == lone.member("lone.one")


def test_training_on_all_lanes_leaves_none_to_be_wrong_on() -> None:
    world = find_world("inverse.w3-floor-square-l8").trained_on(range(8))
    words = [0, 1, 1, 1, 2, 2, 2, 2]
    assert world.held_out == ()
    assert world.accepts(words, world.train)
    assert world.accepts([7] * 8, world.held_out)


def test_training_on_no_lane_is_refused() -> None:
    with pytest.raises(WorldError, match="give at least one training lane: without any, every program fits"):
        find_world("inverse.w3-floor-square-l8").trained_on(())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("constant.w17-1", "word_bits cannot be 'w17': choose w12 to w16"),
        ("constant.w12-4096", "word cannot be '4096' with word_bits 12: choose 0 to 4095"),
        ("constant.w12-0017", "word cannot be '0017'"),
        ("constant.w12--1", "word cannot be '-1'"),
        ("constant.w12-" + "9" * 5000, "choose 0 to 4095"),
        ("constant.w12-²", "word cannot be '²'"),
        ("constant.", "members of this family are named constant.WORD_BITS-WORD, as constant.w12-0"),
        ("in-context.w4-squares", "'priorsim worlds --family in-context' lists all"),
        ("in-context.w2-squares-square-sum-r4-q4", "seen cannot be 'squares' with word_bits 2: choose words"),
        (
            "in-context.w4-squares-power3-sum-r4-q4",
            "observe cannot be 'power3' with word_bits 4, seen squares: choose it",
        ),
        ("in-context.w4-squares-square-both-r4-q4", "answer cannot be 'both'"),
        ("in-context.w4-squares-square-sum-r8-q4", "rules cannot be 'r8'"),
        ("in-context.w4-squares-square-sum-r4-q8", "queries cannot be 'q8'"),
        ("in-context.w4-squares-square-sum-r4-q4-q4", "queries cannot be 'q4-q4'"),
        ("video.w4-words-ratio-r4-f4", "step cannot be 'ratio' with word_bits 4, seen words: choose drift"),
        (
            "inverse.w4-least-square-l17",
            "lanes cannot be 'l17' with word_bits 4, way least, function square: choose l4",
        ),
        ("inverse.w4-floor-negated-l16", "function cannot be 'negated'"),
        ("forward.w7-square-l12", "word_bits cannot be 'w7': choose w2, w3, w4, w5, w6, w8"),
        ("forward.w5-square-l12", "lanes cannot be 'l12' with word_bits 5, function square: choose l32"),
        ("bayes.w5-n1-c2-flat-itself-distance-e1", "word_bits cannot be 'w5': choose w2, w3, w4"),
        ("proxy.blank-sharp-inverse.w4-least-squar-l16", "choose inverse.w4-least-square-l16"),
        ("bayes.w2-n1-c8-flat-itself-distance-e1", "causes cannot be 'c8'"),
    ],
)
def test_a_name_with_a_knob_where_it_cannot_stand_is_refused(name: str, said: str) -> None:
    with pytest.raises(WorldError) as refused:
        find_world(name)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"world {quoted(name)}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_unknown_families_and_knobs_are_refused() -> None:
    with pytest.raises(WorldError, match="unknown family 'outverse': choose one of in-context, video"):
        family("outverse")
    with pytest.raises(WorldError, match="family inverse has no knob 'word': choose among word_bits, way, function"):
        list(family("inverse").members(word=3))
    with pytest.raises(WorldError, match=r"family video has no member with rules 5: .*\(rules: 2 to 8"):
        list(family("video").names(rules=5))
    with pytest.raises(WorldError, match=r"unknown world 'outverse\.w3-1'"):
        find_world("outverse.w3-1")
