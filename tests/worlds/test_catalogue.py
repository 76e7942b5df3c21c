"""The named worlds: what they are by definition, how they are split, and what they share."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from priorsim.errors import WorldError
from priorsim.mu.dialect import DIALECTS
from priorsim.mu.domain import Domain
from priorsim.worlds import World, catalogue, default_train, find_world, parse_lanes
from priorsim.worlds.constant import constant_world
from priorsim.worlds.one_column import DIAGNOSIS_CHANCES, DIAGNOSIS_PRIOR, ring_goal, ring_wall

WORLDS = list(catalogue().values())


def words(name: str) -> list[int]:
    return [min(accepted) for accepted in catalogue()[name].acceptable]


def by_word_size(*names: str) -> list[str]:
    return [name for name in catalogue() if name.rsplit("-w", 1)[0] in names]


def test_there_are_worlds_enough_of_every_family() -> None:
    assert sum(world.domain.word_bits in (3, 4) for world in WORLDS) >= 30
    count = Counter(world.family for world in WORLDS)
    assert set(count) == {
        *("forward", "inverse", "number", "bits", "automaton", "planner", "bayes", "table"),
        *("in-context", "video", "constant"),
    }
    assert count["in-context"] >= 6
    assert count["video"] >= 2
    assert {w.domain.word_bits for w in WORLDS if w.family == "constant"} == {12, 14, 16}


def test_few_censuses_serve_the_whole_catalogue() -> None:
    assert len({(world.dialect, world.domain) for world in WORLDS}) <= 18


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_every_world_is_whole(world: World) -> None:
    assert catalogue()[world.name] is world
    assert world.name.endswith(f"-w{world.domain.word_bits}")
    assert world.dialect in DIALECTS
    assert world.description
    assert "\n" not in world.description
    assert world.behaviour is not None
    world.domain.check_depth(world.domain.default_depth)


def test_worlds_built_on_bits_are_at_home_where_bits_have_operators() -> None:
    assert {world.dialect for world in WORLDS if world.family in ("bits", "automaton")} == {"logic"}
    assert all(world.dialect in ("arith", "loops") for world in WORLDS if world.family in ("forward", "inverse"))


def test_worlds_of_a_family_differ_within_a_census() -> None:
    seen: dict[tuple[str, Domain, int | None], str] = {}
    for world in WORLDS:
        key = (world.dialect, world.domain, world.behaviour)
        assert key not in seen, f"{world.name} is {seen.get(key)} under another name"
        seen[key] = world.name


def test_default_split_trains_on_the_first_three_quarters() -> None:
    for world in WORLDS:
        if world.family not in ("in-context", "video", "constant"):
            assert world.train == default_train(len(world.domain.lanes))
            assert len(world.train) * 4 == len(world.domain.lanes) * 3
    assert catalogue()["constant-sqrt17-w16"].train == (0,)


@pytest.mark.parametrize("name", by_word_size("isqrt", "isqrt-loops"))
def test_integer_square_root_by_definition(name: str) -> None:
    assert all(c * c <= x < (c + 1) ** 2 for x, c in enumerate(words(name)))


@pytest.mark.parametrize("name", by_word_size("triangular-root"))
def test_triangular_root_by_definition(name: str) -> None:
    assert all(c * (c + 1) <= 2 * x < (c + 1) * (c + 2) for x, c in enumerate(words(name)))


@pytest.mark.parametrize(("base", "divisor"), [("half", 2), ("third", 3)])
def test_quotients_by_definition(base: str, divisor: int) -> None:
    for name in by_word_size(base, f"{base}-loops"):
        assert all(divisor * c <= x < divisor * (c + 1) for x, c in enumerate(words(name)))


@pytest.mark.parametrize(
    ("base", "image"),
    [
        ("root", lambda c, size: c * c % size),
        ("cube-root", lambda c, size: c * c * c % size),
        ("log3", lambda c, size: 3**c % size),
        ("gray-inverse", lambda c, size: c ^ c >> 1),
    ],
)
def test_inverses_give_the_least_preimage_or_0(base: str, image: Callable[[int, int], int]) -> None:
    for name in by_word_size(base):
        size = len(words(name))
        images = [image(c, size) for c in range(size)]
        assert words(name) == [images.index(x) if x in images else 0 for x in range(size)]


@pytest.mark.parametrize("name", by_word_size("inverse"))
def test_modular_inverse_of_odd_words_and_0_for_even_ones(name: str) -> None:
    size = len(words(name))
    assert all(c * x % size == 1 if x % 2 else c == 0 for x, c in enumerate(words(name)))


def test_number_and_bit_worlds_by_hand() -> None:
    assert [x for x, word in enumerate(words("prime-w4")) if word] == [2, 3, 5, 7, 11, 13]
    assert words("smallest-factor-w4")[8:] == [2, 3, 2, 11, 2, 13, 2, 3]
    assert words("remainder3-w3") == [0, 1, 2, 0, 1, 2, 0, 1]
    assert words("log2-w4") == [0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]
    assert words("parity-w4") == [word % 2 for word in words("popcount-w4")]
    assert [words("reversal-w4")[word] for word in words("reversal-w4")] == list(range(16))
    assert words("lowest-bit-w4")[12] == 4
    assert words("fibonacci-w4")[:8] == [0, 1, 1, 2, 3, 5, 8, 13]


def test_neighbouring_gray_codes_differ_in_one_bit() -> None:
    codes = words("gray-w4")
    assert all((a ^ b).bit_count() == 1 for a, b in zip(codes, codes[1:] + codes[:1], strict=True))


@pytest.mark.parametrize(("rule", "left_right"), [(90, {0b1010}), (30, {0b1110}), (110, {0b1100})])
def test_automata_spread_a_single_cell_as_their_rule_says(rule: int, left_right: set[int]) -> None:
    assert {words(f"rule{rule}-w4")[0b0100]} == left_right


@pytest.mark.parametrize("word_bits", [3, 4])
def test_the_ring_planner_arrives_without_crossing_the_wall(word_bits: int) -> None:
    moves, size = words(f"ring-w{word_bits}"), 2**word_bits
    wall = {ring_wall(word_bits), (ring_wall(word_bits) + 1) % size}
    for start in range(size):
        cell = start
        for _ in range(size):
            following = (cell + moves[cell]) % size
            assert {cell, following} != wall
            cell = following
        assert cell == ring_goal(word_bits)


@pytest.mark.parametrize("word_bits", [3, 4])
def test_no_cause_is_more_probable_than_the_diagnosis(word_bits: int) -> None:
    def weight(cause: int, evidence: int) -> int:
        total = DIAGNOSIS_PRIOR[cause]
        for symptom in range(word_bits):
            chance = DIAGNOSIS_CHANCES[cause][symptom]
            total *= chance if evidence >> symptom & 1 else 8 - chance
        return total

    chosen = words(f"diagnosis-w{word_bits}")
    assert set(chosen) == {0, 1, 2, 3}
    for (evidence, best), cause in product(enumerate(chosen), range(4)):
        assert weight(best, evidence) >= weight(cause, evidence)


def test_constants_have_their_property() -> None:
    properties: dict[str, Callable[[int, int], bool]] = {
        "constant-sqrt17": lambda c, size: c * c % size == 17,
        "constant-cube-root5": lambda c, size: c**3 % size == 5,
        "constant-quadratic": lambda c, size: (c * c + c + 2) % size == 0,
        "constant-inverse7": lambda c, size: 7 * c % size == 1,
        "constant-greatest-square": lambda c, size: (c * c + 7) % size == 0,
    }
    for name, holds in properties.items():
        for world in by_word_size(name):
            assert holds(words(world)[0], 2 ** catalogue()[world].domain.word_bits)
    assert words("constant-greatest-square-w16") == [0x3F4B]
    assert words("constant-golden-w16") == [40503]
    assert words("constant-last-prime-w16") == [65521]


def test_seeded_tables_are_the_same_everywhere() -> None:
    assert words("table-a-w3") == [4, 6, 6, 2, 6, 4, 3, 4]
    assert words("table-b-w4") == [7, 0, 12, 15, 8, 11, 11, 8, 3, 13, 2, 11, 13, 0, 5, 14]


def test_a_constant_out_of_range_is_refused() -> None:
    with pytest.raises(WorldError, match=r"constant 4096 is out of range 0 to 4095"):
        constant_world("big", 12, 4096)


def test_a_world_is_found_by_name() -> None:
    assert find_world("isqrt-w4") is catalogue()["isqrt-w4"]


@pytest.mark.parametrize("name", ["isqt-w4", "ISQRT-w4"])
def test_an_unknown_world_lists_near_matches_and_says_what_to_do(name: str) -> None:
    with pytest.raises(WorldError, match=r"unknown world '.*': did you mean isqrt-w4.*'priorsim worlds'"):
        find_world(name)


@pytest.mark.parametrize("name", ["", "zzz", "folder/zzz", "zzz.txt", "."])
def test_a_name_near_to_none_says_what_to_do(name: str) -> None:
    with pytest.raises(WorldError, match=r"unknown world '.*': 'priorsim worlds' lists all names"):
        find_world(name)


def test_lane_ranges_outside_the_domain_are_refused() -> None:
    domain = Domain.default(3)
    assert parse_lanes("0-2, 5", domain) == (0, 1, 2, 5)
    for text in ("0-8", "", "3-1", "a", "1-", "1,,2"):
        with pytest.raises(WorldError):
            parse_lanes(text, domain)


def test_listing_worlds_imports_nothing_heavy() -> None:
    code = "import priorsim.worlds as w, sys; w.catalogue(); print('numpy' in sys.modules, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
