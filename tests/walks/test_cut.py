"""Exact answers where the edit graph falls into parts: plain ones, what N steps say, and what sampled walks say.

Below radius 8 no edit brings a search node in or out, so that the programs with one lie in parts of their own.
"""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from priorsim.claims.populations import factors_at
from priorsim.claims.rule import Tally
from priorsim.claims.walking import CLAIMS, cell_of_findings
from priorsim.errors import UnsolvedError, WalkError
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import Program, parse
from priorsim.priors import F64
from priorsim.walks import solve
from priorsim.walks.answer import WalkQuestion, exact_answer, sampled_answer
from priorsim.walks.chains import LEAST_TEMPERATURE, Dynamics, Energy, make_chain
from priorsim.walks.ends import (
    can_meet,
    chance_to_meet,
    end_points,
    hitting_time,
    law_after,
    law_in_the_long_run,
)
from priorsim.walks.finding import reachable
from priorsim.walks.graph import number_of
from priorsim.walks.landscape import CLASSES, DIRECT, DISGUISED, SEARCH, Landscape, make_landscape
from priorsim.walks.sampled import sample_walks
from priorsim.walks.shown import coarse_landscape, courses, first_search
from priorsim.walks.study import WalkStudy
from priorsim.worlds import World
from tests.walks import plain
from tests.walks.test_dynamics import ARITH2, CLOSE, assert_equal, chance_to_pass, made, plain_graph, prior_of
from tests.walks.test_findings import all_findings

pytestmark = pytest.mark.engine

RADIUS = 6
ONE, FIND, ARGMAX = "(mul x 1)", "(find (c) c)", "(argmax (c) c)"
STARTS: dict[str, dict[str, Fraction] | None] = {
    "prior": None,
    "find": {FIND: Fraction(1)},
    "argmax": {ARGMAX: Fraction(1)},
    "two parts": {ONE: Fraction(1, 4), FIND: Fraction(3, 4)},
}
"""Where walks start, by name: in all parts of the space, in one, in two."""
DEVIATIONS = 5
MANY = 20_000
"""Proposals after which walks among these programs are where they will be in the long run."""


def ones() -> World:
    """1 on the first three lanes, which are trained on; some find fits, and no argmax."""
    outputs = tuple(frozenset({word}) for word in (1, 1, 1, 0))
    return World("ones", Domain.default(2), outputs, (0, 1, 2), "test", "arith", "")


def one_fits() -> World:
    """A world that one program of up to 16 bits fits."""
    outputs = tuple(frozenset({word}) for word in (1, 3, 2, 1))
    return World("one fits", Domain.default(2), outputs, (0, 1, 2, 3), "test", "arith", "")


def landscape_of(max_bits: int) -> Landscape:
    """By form, so that every program with a search node is search."""
    return make_landscape(made(max_bits, RADIUS)[0].programs, ones(), class_by="form")


def plain_start(name: str, max_bits: int) -> plain.Chances:
    chosen = STARTS[name]
    if chosen is None:
        return prior_of(plain_graph(max_bits, RADIUS))
    return {parse(text, ARITH2): mass for text, mass in chosen.items()}


def start_of(name: str, max_bits: int) -> F64:
    _, programs = made(max_bits, RADIUS)
    chances = plain_start(name, max_bits)
    return np.array([float(chances.get(program, 0)) for program in programs])


def chosen_by(mask: Any, programs: list[Program]) -> set[Program]:
    return {programs[number] for number in np.flatnonzero(mask)}


@cache
def hastings(max_bits: int) -> tuple[plain.Graph, dict[Program, Fraction]]:
    """The plain chain of Metropolis at a temperature of 1/2, and its weights."""
    rows = plain_graph(max_bits, RADIUS)
    loss = plain.losses(rows, ones())
    weight = {program: Fraction(1, 2 ** (2 * loss[program] + length(program, ARITH2))) for program in rows}
    return plain.metropolis(rows, weight), weight


def test_the_graph_is_cut_and_fits_lie_in_some_parts() -> None:
    graph, _ = made(14, RADIUS)
    landscape = landscape_of(14)
    parts, part = connected_components(graph.matrix, directed=False)
    assert parts == 3
    assert sorted(np.unique(part[landscape.fits]).tolist()) == [0, 1]
    assert landscape.kind[number_of(graph.programs, parse(FIND, ARITH2))] == SEARCH


@pytest.mark.parametrize("start", STARTS)
def test_the_long_run_of_metropolis_is_the_plain_one_in_every_part(start: str) -> None:
    graph, programs = made(12, RADIUS)
    chain = make_chain(graph, landscape_of(12), Dynamics.METROPOLIS, energy=Energy(0.5))
    rows, weight = hastings(12)
    expected = plain.law_of_metropolis(rows, weight, plain_start(start, 12))
    assert_equal(law_in_the_long_run(chain, start_of(start, 12)), programs, expected)


@pytest.mark.parametrize("start", STARTS)
def test_hitting_times_are_the_plain_ones_of_the_starts_that_meet_the_goal(start: str) -> None:
    graph, programs = made(12, RADIUS)
    landscape = landscape_of(12)
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=Energy(0.5))
    begun = plain_start(start, 12)
    for goal in (landscape.fits, landscape.fits & (landscape.kind == SEARCH), landscape.programs.bits == 11):
        goals = chosen_by(goal, programs)
        times = dict.fromkeys(goals, Fraction(0)) | plain.expected_proposals(hastings(12)[0], goals)
        chance = sum(mass for program, mass in begun.items() if program in times)
        found = hitting_time(chain, start_of(start, 12), goal)
        assert found.chance == pytest.approx(float(chance), rel=CLOSE)
        assert chosen_by(can_meet(chain, goal), programs) == set(times)
        if chance:
            spent = sum(mass * times[program] for program, mass in begun.items() if program in times)
            assert found.proposals == pytest.approx(float(spent / chance), rel=CLOSE, abs=1e-15)
        else:
            assert found.proposals == np.inf


@pytest.mark.parametrize("start", STARTS)
def test_ends_and_meetings_are_the_plain_ones(start: str) -> None:
    graph, programs = made(12, RADIUS)
    landscape, rows = landscape_of(12), plain_graph(12, RADIUS)
    loss, begun, number = plain.losses(rows, ones()), plain_start(start, 12), start_of(start, 12)
    for dynamics in (Dynamics.STEEPEST, Dynamics.FIRST, Dynamics.DRIFT):
        ends_of = plain.ends_of_drift if dynamics is Dynamics.DRIFT else plain.ends_of_descent
        chain, accepted = make_chain(graph, landscape, dynamics), plain.moves(rows, loss, dynamics)
        assert_equal(end_points(chain, landscape, number).mass, programs, ends_of(accepted, loss, begun))
        for goal in (landscape.fits, landscape.kind == SEARCH, landscape.programs.bits == 9):
            kept = {x: {y: chance / sum(row.values()) for y, chance in row.items()} for x, row in accepted.items()}
            chances = plain.chances_to_meet(kept, chosen_by(goal, programs))
            expected = float(sum(mass * chances.get(program, Fraction(0)) for program, mass in begun.items()))
            if dynamics is Dynamics.DRIFT:
                found = chance_to_meet(chain, landscape, number, goal)[0]
            else:
                found = chance_to_pass(chain, number, goal)
            assert found == pytest.approx(expected, rel=CLOSE)


@pytest.mark.parametrize("dynamics", list(Dynamics))
@pytest.mark.parametrize("start", STARTS)
def test_exact_ends_are_where_walks_are_after_many_steps(start: str, dynamics: Dynamics) -> None:
    graph, _ = made(14, RADIUS)
    landscape = landscape_of(14)
    chain, begun = make_chain(graph, landscape, dynamics), start_of(start, 14)
    after = law_after(chain, begun, MANY)
    if dynamics is Dynamics.METROPOLIS:
        exact = law_in_the_long_run(chain, begun)
    else:
        exact = end_points(chain, landscape, begun).mass
    assert np.abs(after - exact).sum() < 1e-9
    assert after.sum() == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("start", STARTS)
def test_hitting_times_are_those_of_the_chain_kept_at_the_goal(start: str) -> None:
    graph, _ = made(12, RADIUS)
    landscape, begun = landscape_of(12), start_of(start, 12)
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=Energy(0.5))
    for kind in (DIRECT, SEARCH):
        goal = landscape.fits & (landscape.kind == kind)
        moves = chain.by_proposal().toarray()
        moves[goal] = np.eye(len(graph))[goal]
        met = np.linalg.matrix_power(moves, 2**20)[:, goal].sum(axis=1)
        can = met > 0.5
        open_yet = can & ~goal
        times = np.zeros(len(graph))
        times[open_yet] = np.linalg.solve(
            (np.eye(len(graph)) - moves)[np.ix_(open_yet, open_yet)], np.ones(sum(open_yet))
        )
        found = hitting_time(chain, begun, goal)
        assert found.chance == pytest.approx(begun @ met, abs=1e-9)
        if found.chance:
            assert found.proposals == pytest.approx(begun @ times / begun[can].sum(), rel=1e-9)


def asked(dynamics: str, start: str, steps: int | None = None) -> WalkQuestion:
    return WalkQuestion(ones(), dynamics, RADIUS, 14, start=start, class_by="form", steps=steps)


@pytest.mark.parametrize("dynamics", list(Dynamics))
@pytest.mark.parametrize("start", ["prior", FIND, "search", "empty"])
def test_an_answer_is_that_after_many_steps_and_that_of_sampled_walks(start: str, dynamics: str) -> None:
    exact, after = (exact_answer(asked(dynamics, start, steps)).to_json() for steps in (None, MANY))
    walks = 1000
    sampled = sampled_answer(asked(dynamics, start, 300), walks=walks, seed=2).to_json()
    assert exact["fitting"] == pytest.approx(after["fitting"], abs=1e-9)
    assert exact["fitting"] == pytest.approx(sum(parts["fits"] for parts in exact["ends"].values()), abs=CLOSE)
    for name, parts in exact["ends"].items():
        for part, value in parts.items():
            assert value == pytest.approx(after["ends"][name][part], abs=1e-9)
            spread = np.sqrt(walks * value * max(0.0, 1 - value))
            assert abs(walks * sampled["ends"][name][part]["value"] - walks * value) <= DEVIATIONS * spread + 3
    if exact["total_variation"] is not None:
        assert exact["total_variation"] == pytest.approx(after["total_variation"], abs=1e-9)
    chances = {each["program"]: each["chance"] for each in after["most"]}
    for each in exact["most"]:
        assert each["chance"] > 0
        assert each["chance"] == pytest.approx(chances.get(each["program"], each["chance"]), abs=1e-9)
        # In no part of the space but those that walks start in.
        if start == FIND:
            assert "find" in each["program"]
    for what in ("meeting", "hitting"):
        if what in exact:
            assert exact[what] == after[what]


def test_the_long_run_from_a_part_of_its_own_is_what_steps_say() -> None:
    """The law of the whole space, whatever the start, would have 0.0651 of the walks fit."""
    outputs = tuple(frozenset({word}) for word in (0, 3, 2, 1))
    negated = World("negated", Domain.default(2), outputs, (0, 1, 2, 3), "test", "arith", "")
    found = exact_answer(WalkQuestion(negated, "metropolis", RADIUS, 18, start=FIND)).to_json()
    assert found["fitting"] == pytest.approx(0.272692688123, abs=1e-12)


@pytest.mark.parametrize("start", ["find", "two parts"])
def test_sampled_walks_meet_a_goal_after_as_many_proposals(start: str) -> None:
    graph, _ = made(14, RADIUS)
    landscape, begun = landscape_of(14), start_of(start, 14)
    energy = Energy(0.5)
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=energy)
    goal = landscape.fits & (landscape.kind == SEARCH)
    exact = hitting_time(chain, begun, goal)
    times = []
    for seed in range(200):
        walk = sample_walks(
            graph.space, landscape, Dynamics.METROPOLIS, start=begun, seed=seed, steps=5000, energy=energy
        )[1]
        times.append(next((visit.step for visit in walk if goal[visit.number]), None))
    met = [time for time in times if time is not None]
    error = np.sqrt(len(times) * exact.chance * (1 - exact.chance))
    assert abs(len(met) - len(times) * exact.chance) <= DEVIATIONS * error
    assert abs(np.mean(met) - exact.proposals) <= DEVIATIONS * np.std(met) / np.sqrt(len(met))


def test_descents_pass_regions_as_sampled_ones_do() -> None:
    graph, _ = made(14, RADIUS)
    landscape = landscape_of(14)
    chain, begun = make_chain(graph, landscape, Dynamics.FIRST), start_of("two parts", 14)
    coarse = coarse_landscape(chain, landscape, begun)
    walks = [sample_walks(graph.space, landscape, Dynamics.FIRST, start=begun, seed=seed)[1] for seed in range(400)]
    for region, each in coarse.nodes(data=True):
        loss, kind = region
        there = (landscape.loss == loss) & (landscape.kind == CLASSES.index(kind))
        for name, share in (
            ("starts", np.mean([there[walk[0].number] for walk in walks])),
            ("passed", np.mean([any(there[visit.number] for visit in walk) for walk in walks])),
            ("ends", np.mean([there[walk[-1].number] for walk in walks])),
        ):
            spread = np.sqrt(each[name] * (1 - min(1.0, each[name])) / len(walks))
            assert abs(share - each[name]) <= DEVIATIONS * spread + 1e-9, (region, name)
    chances, _ = first_search(chain, landscape, begun)
    ends = end_points(chain, landscape, begun).mass
    assert chances[0] == pytest.approx(0.75)
    assert sum(chances[1:]) == 0
    told = {course.kind: course.share for course in courses(chain, landscape, begun)}
    assert told == pytest.approx(
        {str(CLASSES[kind]): ends[landscape.kind == kind].sum() for kind in (DIRECT, SEARCH)}, rel=CLOSE
    )


def study(start: str, temperature: float = 0.5) -> WalkStudy:
    graph, _ = made(14, RADIUS)
    return WalkStudy(graph, landscape_of(14), Dynamics.STEEPEST, start_of(start, 14), Energy(temperature))


def test_search_that_is_met_from_other_starts_than_direct_code_is_out_of_reach() -> None:
    """A quarter of the walks starts where direct code is met, the others where search is: none meets both."""
    found = reachable(study("two parts"))
    assert found.details["direct_chance"] == 0.25
    assert (found.quantity, found.details["search_chance"]) == (np.inf, 0)
    none = reachable(study("argmax"))
    assert none.quantity is None
    assert none.reason == "walks meet neither a fitting search nor a fitting direct program"


def test_direct_code_that_no_walk_meets_is_infinitely_far_where_search_is_met() -> None:
    """What fits and is direct code counts as search, as if there were no direct code."""
    asked = study("two parts")
    kind = np.where(asked.landscape.kind == DIRECT, SEARCH, asked.landscape.kind)
    found = reachable(replace(asked, landscape=replace(asked.landscape, kind=kind), _chains={}, _ends={}))
    assert (found.quantity, found.reason, found.details["direct_least_kt"]) == (0, "", None)


def test_starts_from_which_no_direct_code_is_met_do_not_count_for_reach() -> None:
    """Of what fits in the part of find every other program is called direct and search; in that of argmax none is."""
    graph, _ = made(14, RADIUS)
    outputs = tuple(frozenset({word}) for word in (0, 0, 0, 1))
    zeros = World("zeros", Domain.default(2), outputs, (0, 1, 2), "test", "arith", "")
    landscape = make_landscape(graph.programs, zeros)
    _, part = connected_components(graph.matrix, directed=False)
    there = np.flatnonzero(part == part[number_of(graph.programs, parse(FIND, ARITH2))])
    kind = np.full(len(graph), DISGUISED, np.uint8)
    kind[there] = np.where(np.arange(len(there)) % 2, DIRECT, SEARCH)
    landscape = replace(landscape, kind=kind)
    one = int(there[~landscape.fits[there]][0])
    begun = np.zeros(len(graph))
    begun[[one, number_of(graph.programs, parse(ARGMAX, ARITH2))]] = 0.5
    found = reachable(WalkStudy(graph, landscape, Dynamics.STEEPEST, begun, Energy(0.5)))
    assert (found.details["direct_chance"], found.details["search_chance"]) == (0.5, 0.5)
    begun = np.arange(len(graph)) == one
    alone = reachable(WalkStudy(graph, landscape, Dynamics.STEEPEST, begun.astype(np.float64), Energy(0.5)))
    assert found.quantity == pytest.approx(alone.quantity, rel=CLOSE)
    assert np.isfinite(alone.quantity or np.inf)
    assert found.quantity != 1


def test_a_chain_that_is_not_solved_leaves_a_finding_undefined_and_says_why() -> None:
    graph, _ = made(16, RADIUS)
    landscape = make_landscape(graph.programs, one_fits())
    assert landscape.fits.sum() == 1
    for temperature, message in (
        (0.02, "a chain of 566 states was not solved: its residual is"),
        (LEAST_TEMPERATURE, "longer than a float64 can say: raise --temperature"),
    ):
        hopeless = WalkStudy(graph, landscape, Dynamics.STEEPEST, landscape.prior, Energy(temperature))
        with pytest.raises(UnsolvedError, match=message):
            hitting_time(hopeless.chain(Dynamics.METROPOLIS), hopeless.start, landscape.fits)
        found = all_findings(hopeless)
        assert [name for name, each in found.items() if "unsolved" in each.details] == ["reachable"]
        unsolved = found["reachable"]
        assert unsolved.quantity is None
        assert unsolved.reason == "walks take too long for their chain to be solved"
        assert message in str(unsolved.details["unsolved"])
        assert unsolved.details["direct_least_kt"] == pytest.approx(18.32192809488736)
        assert unsolved.details["search_least_kt"] is None
        pure = next(claim for claim in CLAIMS if claim.name == "no-pure-model")
        cell = cell_of_findings(
            pure,
            [unsolved, found["no-pure-model"], unsolved],
            factors_at("walks", Language.named("arith", 3), "lesion", 0, 0),
        )
        assert (cell.tally, cell.reasons) == (Tally(1, 0, 2), {unsolved.reason: 2})
        assert cell.answer().reasons == {unsolved.reason: 2}


def test_a_drift_that_is_not_solved_leaves_its_findings_undefined(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plateau of so small a space is hard to leave: all residuals are taken to be too large."""
    monkeypatch.setattr(solve, "RESIDUAL", -1.0)
    graph, _ = made(14, RADIUS)
    drifting = WalkStudy(graph, landscape_of(14), Dynamics.DRIFT, start_of("prior", 14), Energy(0.5))
    found = all_findings(drifting)
    assert {name for name, each in found.items() if "unsolved" in each.details} == {
        "no-pure-model",
        "reachable",
        "bounded-heuristics",
    }


def test_a_temperature_at_which_lengths_are_lost_is_refused() -> None:
    with pytest.raises(WalkError, match=r"a temperature of 1e-17 is out of range: give a number of 0\.001 or more"):
        Energy(1e-17)
    landscape = landscape_of(14)
    weight = Energy(LEAST_TEMPERATURE).log2_weight(landscape)
    same = landscape.loss == landscape.loss.max()
    bits = landscape.programs.bits[same].astype(np.int64)
    assert np.array_equal(weight[same] - weight[same][0], bits[0] - bits)


def test_numbers_of_steps_below_0_are_refused() -> None:
    with pytest.raises(WalkError, match="-1 steps are out of range: give 0 or more"):
        exact_answer(asked("first", "prior", -1))
