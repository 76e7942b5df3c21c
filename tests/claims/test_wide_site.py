"""Claims in wide worlds: where an atlas holds a world too, both ways to it give the same numbers."""

import json

import pytest

from priorsim.census.take import make_header, take_census
from priorsim.claims.judge import NOT_ON_WIDE, claims_for, find_claims, judge_wide_world, judge_world
from priorsim.claims.populations import QUICK
from priorsim.errors import CensusError, PriorsimError, WorldError
from priorsim.worlds import find_world
from priorsim.worlds.world import World
from tests.test_cli import priorsim

pytestmark = pytest.mark.engine

WIDE = "inverse.w6-quotient-one-l64"


def judged_both_ways(name, max_bits):
    world = find_world(name)
    claims = [claim for claim in claims_for(world) if claim.name not in NOT_ON_WIDE]
    atlas = take_census(make_header(world.dialect, max_bits, domain=world.domain), workers=1)
    return judge_world(world, claims, atlas, QUICK), judge_wide_world(world, claims, max_bits, QUICK, workers=1)


@pytest.mark.parametrize(("name", "max_bits"), [("inverse-w3", 20), ("gray-w4", 24), ("root-w3", 24)])
def test_where_an_atlas_holds_the_world_the_numbers_are_those_of_its_census(name, max_bits):
    """Cell for cell, and of what stands beside; but for programs with data, which are not counted on wide domains."""
    in_atlas, listed = judged_both_ways(name, max_bits)
    told = 0
    for one, other in zip(in_atlas, listed, strict=True):
        assert one.cells == other.cells
        told += sum(cell.tally.decided for cell in one.cells)
        for (number, cells), (_, others) in zip(one.beside, other.beside, strict=True):
            assert "tables" in number.text or cells == others
    assert told >= 17


def test_the_rows_of_a_smaller_bound_are_those_counted_to_it():
    """The cells at B - 4 are what is said of that bound."""
    world, claims = find_world(WIDE), find_claims(["much-simpler", "proxy"])
    for one, other in zip(*(judge_wide_world(world, claims, bits, QUICK) for bits in (20, 16)), strict=True):
        below = [cell for cell in one.cells if cell.factors["bound"] == "B-4"]
        at_bound = [cell for cell in other.cells if cell.factors["bound"] == "B"]
        assert [cell.tally for cell in below] == [cell.tally for cell in at_bound]
        assert [cell.median for cell in below] == [cell.median for cell in at_bound]


def test_of_a_wide_world_is_asked_what_can_be_and_said_what_is_left_out():
    code, out, err = priorsim("claims", "--world", WIDE, "--max-bits", 16, "--json")
    assert code == 0
    named = [claim["id"] for claim in json.loads(out)["claims"]]
    assert named == [claim.name for claim in claims_for(find_world(WIDE))]
    assert not set(named) & set(NOT_ON_WIDE)
    assert f"not measured in a wide world: {', '.join(NOT_ON_WIDE)}" in err


def test_a_claim_that_cannot_be_asked_of_a_wide_world_is_refused_by_name():
    with pytest.raises(PriorsimError, match="is wide, on which table-to-search cannot be measured: choose among proxy"):
        judge_wide_world(find_world(WIDE), find_claims(["table-to-search", "proxy"]), 20, QUICK)


def test_a_wide_world_with_several_right_words_is_refused():
    world = find_world(WIDE)
    both = (frozenset({0, 1}), *world.acceptable[1:])
    several = World("several", world.domain, both, world.train, "", world.dialect, "")
    with pytest.raises(WorldError, match="accepts several words in a lane"):
        judge_wide_world(several, find_claims(["proxy"]), 20, QUICK)


def test_what_would_take_hours_is_said_before():
    world = find_world(WIDE)
    with pytest.raises(CensusError, match="give --yes"):
        judge_wide_world(world, find_claims(["proxy"]), 56, QUICK)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--world", WIDE, "--max-bits", 64), "a bound of 64 bits is out of range"),
        (("--max-bits", 20), "--max-bits has no effect without --world"),
        (
            ("table-to-search", "--world", WIDE, "--max-bits", 20),
            "is wide, on which table-to-search cannot be measured",
        ),
    ],
)
def test_wrong_options_are_one_line(options, said):
    code, out, err = priorsim("claims", *options)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
