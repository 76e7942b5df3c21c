"""What a reader is told of numbers by bound, and beside a class of which the bound holds no program."""

import json
import math
import re

import pytest

import priorsim as ps
from priorsim.formats import no_program
from priorsim.measure.by_bound import NUMBERS, Settled, fixed
from priorsim.text.by_bound import settled_text
from tests.test_cli import output, small_atlas, unbroken

ROWS = {
    "gamma_star": "crossover gamma*",
    "break_even_tax": "break-even search tax",
    "essential_share": "essential share of search",
    "alpha": "alpha of the shortest pair",
}
BY_BOUND = re.compile(r"log-odds search|No code-only|  next to try|  a table of|bound +log-odds| +[0-9]+  ")
"""Lines on what the bound leaves open."""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"), 26)


@pytest.mark.parametrize(
    ("values", "settled", "said"),
    [
        ((1.2345,), Settled(2, "rising"), "1.23, still rising"),
        ((1.2345,), Settled(4, None), "1.2345"),
        ((1.2345, 0.5), Settled(0, None), "1, 0"),
        ((0.047,), Settled(None, "falling"), "about 0.05, still falling"),
        ((-23.4, 0.0), Settled(None, None), "about -20, 0"),
    ],
)
def test_no_digit_is_shown_that_has_not_settled_but_one_with_about(values, settled, said):
    assert settled_text(values, settled) == said


@pytest.fixture(scope="module")
def bid(tmp_path_factory):
    """A world with a crossover: the greatest word above x, 0 where there is none."""
    path = tmp_path_factory.mktemp("world") / "bid.csv"
    lanes = [f"{x},{7 if x < 7 else 0}" for x in range(8)]
    path.write_text("\n".join(["# word_bits = 3", "x,output", *lanes, ""]))
    return path


@pytest.mark.parametrize("prior", ["solomonoff", "levin"])
@pytest.mark.parametrize("world", ["inverse-w3", "root-w3", None])
def test_text_and_json_say_the_same_of_every_number_by_bound(atlas, bid, world, prior):
    asked = ("odds", "--atlas", atlas, "--world", world or bid, "--train", "0-7", "--prior", prior)
    text, found = unbroken(*asked), json.loads(output(*asked, "--json"))
    if world is None and prior == "solomonoff":
        assert found["convergence"]["settled"]["gamma_star"]["low"] == {"decimals": None, "still": "falling"}
    rows = {line[:26].strip(): re.split("  +", line[26:].strip()) for line in text.splitlines()}
    bounds = found["convergence"]["bounds"]
    table = [line.split() for line in text.splitlines()]
    [head] = [place for place, line in enumerate(table) if line[:2] == ["bound", "log-odds"]]
    for at, line in zip(bounds, table[head + 1 :], strict=False):
        assert int(line[0]) == at["bits"]
        for name in NUMBERS:
            for end in at[name].values():
                value = end["roots"] if name == "gamma_star" else [] if end is None else [end]
                assert all(fixed(each, 4) in " ".join(line) for each in value)
    for name, row in ROWS.items():
        for end, shown in zip(("low", "high"), rows[row], strict=True):
            settled = found["convergence"]["settled"][name][end]
            assert (settled is None) == bool(re.match("none|unknown", shown))
            if settled is not None:
                assert ("still " in shown) == (settled["still"] is not None)
                assert shown.startswith("about") == (settled["decimals"] is None)


@pytest.mark.parametrize("world", ["inverse-w3", "isqrt-w3", "root-w3"])
def test_lines_by_bound_fit_on_a_page(atlas, world):
    lines = output("odds", "--atlas", atlas, "--world", world).splitlines()
    found = [line for line in lines if BY_BOUND.match(line)]
    assert len(found) >= 4 and max(map(len, found)) <= 80


def test_a_side_without_programs_is_unknown_and_a_table_and_the_next_bound_stand_beside_it(atlas):
    text = unbroken("odds", "--atlas", atlas, "--world", "root-w3")
    found = json.loads(output("odds", "--atlas", atlas, "--world", "root-w3", "--json"))
    assert found["classes"]["direct"]["l_min"] is None and found["classes"]["search"]["l_min"] is not None
    assert "No code-only direct program up to 26 bits fits: longer ones are unknown.\n" in text
    assert f"next to try: --max-bits {found['further']['max_bits']}, some 7.9 seconds on two cores\n" in text
    assert f"a table of the answers, direct code with data, has {found['further']['table_bits']} bits\n" in text
    assert text.count("unknown: no direct program up to 26 bits") == 5
    assert "stay" not in text and "inf" not in text and "undefined" not in text


def test_a_world_that_nothing_fits_has_a_table_all_the_same(atlas):
    text = output("odds", "--atlas", atlas, "--world", "isqrt-w3")
    assert "No code-only program up to 26 bits fits: longer ones are unknown.\n" in text
    assert "has 30 bits\n" in text and "bound  log-odds" not in text


def test_a_side_that_lies_above_the_cap_is_unknown_up_to_the_cap(atlas):
    asked = ("--world", "inverse-w3", "--prior", "capped", "--cap", "7")
    text = unbroken("odds", "--atlas", atlas, *asked)
    assert "unknown: no search program up to 26 bits and within the cap" in text
    assert "No code-only" not in text


def test_one_end_that_is_unknown_leaves_the_other(atlas):
    """Disguised programs are all the search there is: with them as direct code it is unknown."""
    text = output("odds", "--atlas", atlas, "--world", "inverse-w3", "--max-bits", "23")
    assert "[unknown, -9.25] bits: the only search is disguised\n" in text


def test_several_worlds_have_what_to_try_next_below_their_table(atlas):
    text = output("odds", "--atlas", atlas, *(word for name in ("root-w3", "inverse-w3") for word in ("--world", name)))
    assert text.splitlines()[-2:] == [
        "of root-w3, next to try: --max-bits 44, some 7.9 seconds on two cores",
        "of root-w3, a table of the answers, direct code with data, has 30 bits",
    ]
    assert "inf" not in text


def test_held_out_lessons_with_one_side_alone_say_which_is_missing(atlas):
    text = output("heldout", "--atlas", atlas, "--world", "root-w3")
    assert "no direct program" in text and "inf" not in text


def test_infinite_odds_are_of_the_side_that_is_missing():
    assert [no_program(end, end) for end in (math.inf, -math.inf, None, 0.0)] == [
        *("no direct program", "no search program", "no program", ""),
    ]


def test_the_odds_in_a_notebook_are_the_text(atlas):
    assert str(ps.odds("root-w3", atlas).answer.further.table_bits) == "30"
