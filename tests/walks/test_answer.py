"""What `priorsim walk` answers: the same distribution exactly and sampled, one walk, and refusals in one line."""

import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from priorsim.cli import app
from priorsim.errors import PriorsimError
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import format_program, parse
from priorsim.walks.answer import SHOWN, WalkQuestion, exact_answer
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.ends import end_points
from priorsim.walks.finding import FINDINGS
from priorsim.walks.graph import make_graph
from priorsim.walks.landscape import CLASSES
from priorsim.worlds import find_world
from tests.test_docs import check_answer

ARITH3 = Language.named("arith", 3)
BASE = ["walk", "--world", "inverse-w3", "--radius", "8", "--max-bits", "18"]


def answer(*options: str) -> str:
    result = CliRunner().invoke(app, [*BASE, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def report(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(*options, "--json"))
    check_answer("walk", found)
    return found


@pytest.mark.engine
@pytest.mark.parametrize("dynamics", ["steepest", "first"])
def test_sampled_intervals_hold_the_exact_shares(dynamics: str) -> None:
    exact = report("--dynamics", dynamics)
    sampled = report("--dynamics", dynamics, "--walks", "4000", "--seed", "5")
    assert exact["programs"] == 2093
    ends = [part for parts in exact["ends"].values() for name, part in parts.items() if name != "right"]
    assert sum(ends) == pytest.approx(1, rel=1e-9)
    # Three times the interval's width: a chance of one in a hundred million.
    for name, parts in exact["ends"].items():
        for part, value in parts.items():
            found = sampled["ends"][name][part]
            spread = found["high"] - found["low"]
            assert abs(found["value"] - value) <= 1.5 * spread


@pytest.mark.engine
def test_the_likeliest_ends_are_all_that_walks_can_come_to_the_likeliest_first() -> None:
    asked = WalkQuestion(find_world("inverse-w3"), "steepest", 8, 14, start="(eq x 1)")
    graph = make_graph(asked.header(), 8)
    landscape = asked.landscape(graph.programs)
    mass = end_points(make_chain(graph, landscape, Dynamics.STEEPEST), landscape, asked.begin(landscape)).mass
    expected = sorted(np.flatnonzero(mass).tolist(), key=lambda number: (-mass[number], number))
    assert 1 <= len(expected) < SHOWN
    columns = find_world("inverse-w3").domain.columns
    texts = [format_program(graph.programs.program(number), columns) for number in expected]
    told = exact_answer(asked).to_json()["most"]
    assert [each["program"] for each in told] == texts
    assert [each["chance"] for each in told] == mass[expected].tolist()
    assert [(each["bits"], each["loss"], each["class"]) for each in told] == [
        (graph.programs.bits[n], landscape.loss[n], str(CLASSES[landscape.kind[n]])) for n in expected
    ]


@pytest.mark.engine
def test_a_walk_is_a_list_of_programs_with_falling_loss() -> None:
    walk = report("--dynamics", "first", "--trace", "--seed", "4", "--from", "(eq x 1)")["walk"]
    assert walk[0]["program"] == "(eq x 1)"
    assert [visit["step"] for visit in walk] == list(range(len(walk)))
    losses = [visit["loss"] for visit in walk]
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == len(losses)
    for visit in walk:
        assert visit["bits"] == length(parse(visit["program"], ARITH3), ARITH3) <= 18


@pytest.mark.engine
def test_drift_tells_what_it_meets() -> None:
    found = report("--dynamics", "drift")
    assert found["meeting"]["direct"]["chance"] >= found["ends"]["direct"]["fits"]
    assert found["meeting"]["search"] == {"chance": 0.0, "residual": pytest.approx(0, abs=1e-7)}
    assert "a fitting search program is met by 0 of the walks" in answer("--dynamics", "drift")


@pytest.mark.engine
def test_metropolis_tells_its_law_and_its_hitting_times() -> None:
    found = report("--dynamics", "metropolis")
    assert found["temperature"] == pytest.approx(1 / 3)
    assert found["hitting"]["direct"]["proposals"] > 1
    assert found["hitting"]["search"] == {"chance": 0.0, "proposals": None, "residual": 0.0}
    # In the long run what fits is weighed as the posterior weighs it.
    assert found["total_variation"] == pytest.approx(0, abs=1e-12)
    text = answer("--dynamics", "metropolis", "--steps", "10")
    assert "where walks are after 10 steps" in text
    assert "first fitting search program: never" in text


@pytest.mark.engine
def test_findings_tell_what_walks_in_a_world_say_to_each_claim() -> None:
    found = report("--dynamics", "steepest", "--findings")
    exact = report("--dynamics", "steepest")
    told = {finding["claim"]: finding for finding in found["findings"]}
    assert list(told) == list(FINDINGS)
    assert told["no-pure-model"]["quantity"] == pytest.approx(exact["ends"]["direct"]["right"])
    assert told["gradual"]["quantity"] is None and "no search program fits up to 18 bits" in told["gradual"]["reason"]
    text = answer("--dynamics", "steepest", "--findings")
    assert "gradual: undefined: no search program fits up to 18 bits" in text
    assert f"    needed: {told['shallow-first']['details']['needed']}\n" in text
    from_search = report("--dynamics", "steepest", "--findings", "--from", "(find (c) (eq x c))")
    assert from_search["findings"] != found["findings"]


@pytest.mark.engine
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dynamics", "downhill"], "unknown dynamics 'downhill': choose one of steepest, first, drift, metropolis"),
        (["--dynamics", "first", "--radius", "0"], "a radius of 0 bits is out of range: choose 1 to 16"),
        (["--dynamics", "first", "--max-bits", "40"], "514.2 GiB, above the 8.0 GiB allowed: lower --max-bits to 33$"),
        (["--dynamics", "first", "--loss", "all"], "unknown loss 'all': choose one of lanes, bits"),
        (["--dynamics", "first", "--trace", "--walks", "3"], "give one of them"),
        (["--dynamics", "first", "--trace", "--findings"], "give one of them"),
        (["--dynamics", "metropolis", "--findings"], "findings are of walks that end: give steepest, first or drift"),
        (["--dynamics", "first", "--from", "(mul x"], "never closed"),
        (["--dynamics", "metropolis", "--temperature", "-1"], "temperature of -1 is out of range"),
    ],
)
def test_what_cannot_be_walked_is_refused_in_one_line(options: list[str], message: str) -> None:
    with pytest.raises(PriorsimError, match=message):
        given = dict(zip(BASE[1::2], BASE[2::2], strict=True))
        base = [part for name, value in given.items() if name not in options for part in (name, value)]
        CliRunner().invoke(app, [BASE[0], *base, *options], catch_exceptions=False)


def test_the_radius_is_mandatory() -> None:
    result = CliRunner().invoke(app, ["walk", "--world", "inverse-w3", "--dynamics", "first"])
    assert result.exit_code == 2
