"""What is said without an atlas off the training lanes: against an atlas where there is one, and plain counting."""

import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from operator import attrgetter

import pytest

from priorsim.census.progress import Progress
from priorsim.census.take import take_census
from priorsim.census.wide import Task, exhaustive, wide_header
from priorsim.errors import CensusError, PriorError, WorldError
from priorsim.measure.off_training import NO_LEARNING, off_training
from priorsim.measure.weighed import held_out, stated_splits, weigh
from priorsim.measure.wide_off_training import wide_off_training
from priorsim.mu.domain import Domain
from priorsim.priors import Prior, named_prior
from priorsim.worlds import find_world
from priorsim.worlds.proxy import PROXY, truths
from priorsim.worlds.world import world_of_words
from tests.once import measured_once
from tests.test_cli import output, priorsim, unbroken
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

SOLOMONOFF = named_prior("solomonoff")
SQUARE, INVERSE = "forward.w5-square-l32", "inverse.w6-quotient-one-l64"
PAIRS = world_of_words(
    "pairs", Domain(2, tuple(product(range(4), repeat=2)), ("a", "b")), [a for a, _ in product(range(4), repeat=2)],
    family="test", train=(0, 1, 6, 9),
)  # fmt: skip
"""Words of 2 bits on 16 lanes."""
CURVES = ("learning", "flips", "no_learning")


def near(found, wanted):
    """Equal texts, counts and nulls; numbers to the last digits."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(near(found[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(near, found, wanted))
    if isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return found == wanted


def same_as_of_an_atlas(world, bits, prior=SOLOMONOFF, class_by="lesion", dialect=None):
    """What is found without an atlas, after it was compared with what an atlas says."""
    found = wide_off_training(world, prior, bits, dialect=dialect, class_by=class_by, workers=1)
    header = wide_header(dialect or world.dialect, bits, world.domain)
    weighed = weigh(take_census(header, workers=1), prior, class_by=class_by)
    said, wanted = found.answer.to_json(), off_training(weighed, world).to_json()
    assert near(
        {name: said[name] for name in said if name not in CURVES},
        {name: wanted[name] for name in wanted if name not in CURVES},
    )
    assert said["learning"] is said["flips"] is None
    own = held_out(weighed, world, stated_splits(world)[-1])
    if prior.is_dyadic:
        assert (found.own.masses, found.own.faithful, found.own.dormant) == (own.masses, own.faithful, own.dormant)
        splits = zip(found.answer.splits, off_training(weighed, world).splits, strict=True)
        for each, other in splits:
            # Shares under a dyadic prior are fractions.
            assert (each.name, each.train, each.held_out) == (other.name, other.train, other.held_out)
            assert (each.excess_defection, each.dormant_share) == (other.excess_defection, other.dormant_share)
            for mine, theirs in zip(each.classes, other.classes, strict=True):
                assert (mine.share, mine.faithful, mine.log2_mass) == (theirs.share, theirs.faithful, theirs.log2_mass)
    return found


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
@pytest.mark.parametrize(
    ("world", "bits"),
    [
        (PAIRS, 16),
        (find_world("identity-w3").trained_on((0, 2, 5)), 16),
        (find_world("square-w3").trained_on((0,)), 18),
    ],
)
def test_what_an_atlas_can_hold_is_said_as_of_the_atlas(dialect, world, bits):
    found = same_as_of_an_atlas(world, bits, dialect=dialect)
    assert found.own.defection((0, 1, 2)) and found.listed
    assert found.false_positives == 0
    assert (found.own.dormant.exact > 0) == (world.train == (0,))


@pytest.mark.parametrize(
    ("prior", "class_by"),
    [(named_prior("levin"), "lesion"), (named_prior("capped", cap=9), "lesion"), (SOLOMONOFF, "form")],
)
def test_other_priors_and_classes_too(prior, class_by):
    same_as_of_an_atlas(find_world("identity-w3").trained_on((0, 2, 5)), 16, prior, class_by)


def test_a_world_of_several_words_a_lane_and_one_that_holds_no_lane_out():
    world = find_world("identity-w3")
    several = replace(world, acceptable=tuple(frozenset({word, 7}) for word in range(8)))
    same_as_of_an_atlas(several, 15)
    assert same_as_of_an_atlas(world.trained_on(range(8)), 15).own.entropy == 0


def test_nothing_that_fits_is_said_to_be_nothing():
    found = same_as_of_an_atlas(find_world("inverse-w3"), 8)
    assert found.own.entropy is None and found.listed == 0


def test_whose_side_what_fits_a_camera_takes():
    camera = find_world("proxy.blank-coarse-forward.w3-square-l8")
    sides = same_as_of_an_atlas(camera, 20).answer.sides
    assert sides.truth.share and sides.neither.share and sides.truth.share + sides.camera.share < 1


def test_no_world_that_is_filmed_is_wide():
    assert not any(find_world(name).domain.is_wide for name in truths())
    assert not find_world(next(iter(PROXY.names()))).domain.is_wide


# --- a wide world against plain counting ----------------------------------------------------------


@cache
def every_program(name, bits):
    """(words, class, lanes that no lesion moves, weight in 2^-bits) of every program, from running them all."""
    world = find_world(name)
    anything = (frozenset(range(2**world.domain.word_bits)),) * len(world.domain.lanes)
    found = exhaustive(wide_header(world.dialect, bits, world.domain), Task(anything, (0,)))
    words = list(map(tuple, found.words.tolist()))
    programs = []
    for row in range(len(found.rows)):
        key, count = found.rows.key(row), int(found.rows.count[row])
        actual, strict, wide = (words[place] for place in (key.behaviour, key.strict, key.wide))
        kind = 2 if strict != actual else 1 if wide != actual else 0
        moved = {lane for lane, word in enumerate(actual) if strict[lane] != word or wide[lane] != word}
        programs.append((actual, kind, moved, count * 2 ** (bits - key.bits)))
    return programs


def total(programs):
    return sum(weight for *_, weight in programs)


def share(part, whole):
    return Fraction(total(part), total(whole)) if whole else None


def plain_entropy(programs, lanes):
    by_words = defaultdict(int)
    for words, *_, weight in programs:
        by_words[tuple(words[lane] for lane in lanes)] += weight
    whole = sum(by_words.values())
    return math.fsum(-weight / whole * math.log2(weight / whole) for weight in by_words.values()) if whole else None


@pytest.mark.parametrize(("name", "train"), [(SQUARE, (0, 1)), (INVERSE, (0, 1))])
def test_a_wide_world_is_what_counting_every_program_gives(name, train):
    world, bits, met = find_world(name).trained_on(train), 20, Counter()
    found = wide_off_training(world, SOLOMONOFF, bits, workers=1)
    assert world.domain.is_wide and len(found.answer.splits) == 13
    for each in found.answer.splits:
        fitting = [program for program in every_program(name, bits) if world.accepts(program[0], each.train)]
        dormant = [program for program in fitting if program[2] and program[2].isdisjoint(each.train)]
        assert each.dormant_share == share(dormant, fitting)
        assert each.entropy == pytest.approx(plain_entropy(fitting, each.held_out), abs=1e-9)
        met["dormant"] += bool(dormant)
        for kind, of_class in enumerate(each.classes):
            mine = [program for program in fitting if program[1] == kind]
            faithful = [program for program in mine if world.accepts(program[0], each.held_out)]
            assert of_class.share == share(mine, fitting)
            assert of_class.faithful == share(faithful, mine)
            assert of_class.log2_mass == (math.log2(total(mine)) - bits if mine else None)
            assert of_class.entropy == pytest.approx(plain_entropy(mine, each.held_out), abs=1e-9)
            met["defecting"] += len(faithful) < len(mine)
    assert met["defecting"] and met["dormant"]


# --- the command line, and what is refused --------------------------------------------------------


def test_the_command_line_says_it_without_an_atlas(monkeypatch):
    measured_once(monkeypatch)
    asked = ("heldout", "--world", SQUARE, "--train", "0,1,3,6", "--max-bits", 14)
    code, text, told = priorsim(*asked)
    assert code == 0
    assert f"no learning curves, no flips: {NO_LEARNING}" in unbroken(*asked)
    assert "every code-only program up to 14 bits" in text
    assert "fit on the lanes chosen for 13 sets of training lanes" in told
    answer = json.loads(output(*asked, "--json"))
    check_answer("heldout", answer)
    assert (answer["learning"], answer["flips"], answer["no_learning"]) == (None, None, NO_LEARNING)
    assert answer["averages"]["entropy"]["defined"] == 13


def test_progress_goes_on_from_split_to_split():
    told: list[Progress] = []
    found = wide_off_training(find_world("square-w3"), SOLOMONOFF, 9, progress=told.append)
    assert told == sorted(told, key=attrgetter("programs"))
    assert told[-1].programs > told[0].programs > 0
    assert len({each.total for each in told}) == 1
    assert (found.lane_sets - 1) / found.lane_sets < told[-1].programs / told[-1].total <= 1
    assert len(told) % found.lane_sets == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--world", INVERSE, "--max-bits", 48), "give --yes to start all the same, or --max-bits"),
        (("--world", INVERSE, "--max-bits", 64), "a bound of 64 bits is out of range: choose 2 to 63"),
        (("--world", INVERSE, "--max-bits", 20, "--trust-other-code"), "is about an atlas"),
        (("--world", INVERSE, "--max-bits", 20, "--class-by", "name"), "cannot be classed by 'name'"),
        (("--world", INVERSE, "--max-bits", 20, "--delta", -9), "does not converge"),
        (("--world", INVERSE, "--atlas", "none.parquet", "--yes"), "--yes has no effect with --atlas: leave out --yes"),
    ],
)
def test_what_cannot_be_said_is_one_line(more, said):
    code, out, err = priorsim("heldout", *more)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


def test_hours_of_all_splits_together_are_refused_from_python_too():
    with pytest.raises(CensusError, match="would take about"):
        wide_off_training(find_world(INVERSE), SOLOMONOFF, 46)
    with pytest.raises(WorldError, match="cannot be classed by 'name'"):
        wide_off_training(find_world(INVERSE), SOLOMONOFF, 10, class_by="name")  # type: ignore[arg-type]
    with pytest.raises(PriorError, match="does not converge"):
        wide_off_training(find_world(INVERSE), Prior("p", beta=0.5), 10)
