"""Edges every measure has an answer for: a camera that is the truth, a family of one, all lanes or none, no fit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from priorsim.census.take import make_header, take_census
from priorsim.errors import WorldError
from priorsim.keys import plain
from priorsim.measure.data import count_with_data, join_counts
from priorsim.measure.data_joint import data_answer, joint_answer
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import ENDS
from priorsim.measure.objectives import objectives, objectives_answer
from priorsim.measure.odds import odds
from priorsim.measure.off_training import off_training
from priorsim.measure.population import population
from priorsim.measure.weighed import weigh
from priorsim.mu.domain import Domain
from priorsim.priors import named_prior
from priorsim.worlds import Family, World
from priorsim.worlds.family import Knob
from priorsim.worlds.proxy import Camera
from tests.measure.conftest import TINY_BITS

pytestmark = pytest.mark.engine

W2 = Domain.default(2)
PAIRS = Domain(2, ((0, 0), (0, 1), (1, 0), (1, 1)), ("a", "b"))
SOLOMONOFF = named_prior("solomonoff")
CODE_BITS = 9


def world_of(words, train, domain=W2):
    return World("test", domain, tuple(frozenset([word]) for word in words), tuple(train), "test", "arith", "a test")


def odds_of(atlas, world):
    return odds(histogram(atlas, world), SOLOMONOFF).to_json()


def off_training_of(atlas, world):
    return off_training(weigh(atlas, SOLOMONOFF), world).to_json()


def data_of(atlas, world):
    return data_answer(count_with_data(atlas.header.language, world, CODE_BITS), None, SOLOMONOFF).to_json()


def joint_of(atlas, world):
    counts = count_with_data(atlas.header.language, world, CODE_BITS)
    return joint_answer(join_counts(histogram(atlas, world), counts), SOLOMONOFF).to_json()


def objectives_of(atlas, world):
    (found,) = objectives(atlas.header, [world])
    return objectives_answer(found, atlas.header, world).to_json()


MEASURES = {
    "odds": odds_of,
    "held out": off_training_of,
    "data": data_of,
    "code and data": joint_of,
    "objectives": objectives_of,
}
each_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def answer(measure, atlas, world):
    """What a measure says: valid JSON without names."""
    values = measure(atlas, world)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    return {key: value for key, value in values.items() if key not in ("world", "family", "description", "sides")}


@each_measure
@pytest.mark.parametrize("train", [(0, 1, 2), (0, 1, 2, 3)])
def test_a_camera_that_is_the_truth_is_measured_as_the_truth(measure, tiny, train):
    truth = world_of((0, 1, 2, 3), train)
    camera = Camera("camera", W2, truth.acceptable, truth.train, "proxy", "arith", "the truth", truth=truth)
    assert answer(measure, tiny, camera) == answer(measure, tiny, truth)


@each_measure
def test_the_member_of_a_family_of_one_is_a_world_like_any_other(measure, tiny):
    def build(name, only):
        return replace(world_of((1, 2, 3, 0), (0, 1, 2)), name=name, family="lone")

    lone = Family("lone", "one world", (Knob("only", "one", lambda _: ("one",)),), build)
    answers = [answer(measure, tiny, member) for member in lone.members()]
    assert answers == [answer(measure, tiny, world_of((1, 2, 3, 0), (0, 1, 2)))]


def test_with_all_lanes_given_nothing_is_held_out(tiny):
    """Whatever fits is right, in every measure; and no more fits than with fewer lanes."""
    some, every = (world_of((0, 1, 2, 3), train) for train in ((0, 1), (0, 1, 2, 3)))
    cells = histogram(tiny, every).cells
    assert len(cells) and cells.faithful.all()
    held_out = off_training_of(tiny, every)
    assert held_out["held_out"] == []
    assert {each["defection"] for each in held_out["splits"][-1]["classes"].values()} <= {0, None}
    with_data = data_of(tiny, every)["classes"]
    assert {each["faithful_share"] for each in with_data.values()} == {1.0, None}
    fewer, more = (objectives_of(tiny, world) for world in (every, some))
    assert 0 < fewer["programs"] <= more["programs"]
    assert fewer["number"] <= more["number"]


@pytest.mark.parametrize("kind", ["world", "camera"])
def test_no_measure_meets_a_world_without_training_lanes(kind):
    world = world_of((0, 1, 2, 3), (0,))
    if kind == "camera":
        world = Camera("camera", W2, world.acceptable, world.train, "proxy", "arith", "", truth=world)
    with pytest.raises(WorldError, match="give at least one training lane: without any, every program fits"):
        world.trained_on(())


@pytest.fixture(scope="module")
def pairs():
    """Every program of two columns up to 8 bits: none of them, and no table of one column, is 0, 1, 1, 3."""
    return take_census(make_header("arith", 8, domain=PAIRS), engine="exhaustive", workers=1)


def test_a_world_that_nothing_fits_has_an_answer_to_every_question(pairs):
    world = world_of((0, 1, 1, 3), (0, 1, 2, 3), PAIRS)
    answers = {name: answer(measure, pairs, world) for name, measure in MEASURES.items()}
    nothing = {"low": None, "high": None}
    for name in ("odds", "data", "code and data"):
        assert answers[name]["log_odds"] == nothing
        assert {str(each["programs"]) for each in answers[name]["classes"].values()} == {"0"}
    assert answers["held out"]["splits"][-1]["entropy"] is None
    assert answers["held out"]["learning"]["listed"][-1]["log_odds"] == nothing
    assert answers["data"]["l_min_direct"] == {"low": CODE_BITS + 1, "high": None}
    assert answers["code and data"]["delta_l"] == {"low": nothing, "high": nothing}
    assert (answers["objectives"]["number"], answers["objectives"]["programs"]) == (0, 0)


def test_a_population_of_one_and_of_none(tiny):
    """With one member every share is 0 or 1 and the least is the most; with none, nothing is said."""
    whole = population(tiny)
    lone = replace(whole, members=whole.members.take(np.array([0])))
    spread = lone.to_json()["log_odds"]
    for end in ENDS:
        assert set(plain(lone.support(end)).values()) <= {0, 1}
        assert spread[end.name]["least"] == spread[end.name]["median"] == spread[end.name]["most"]
    none = population(tiny, max_bits=2).to_json()
    assert none["behaviours"]["all"] == 1
    assert none["log_odds"] == {"low": None, "high": None}
    assert whole.header.max_bits == TINY_BITS
