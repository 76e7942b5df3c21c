"""What walks say of the claims: recomputed from the plain graph, and what the parts must add up to."""

from collections import deque
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

import networkx as nx
import numpy as np
import pytest

from priorsim.mu.domain import Domain
from priorsim.mu.syntax import Program
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.ends import class_values, dependence, end_points
from priorsim.walks.finding import FINDINGS, Finding, beeline_swerve, find, no_pure_model, shallow_first, starvation
from priorsim.walks.graph import NOWHERE, barriers, path_from, ways
from priorsim.walks.landscape import DIRECT, SEARCH, inputs_needed, outcomes
from priorsim.walks.shown import (
    coarse_landscape,
    courses,
    first_search,
    likeliest_way,
    shows_shallow,
    two_feature_world,
)
from priorsim.walks.study import WalkStudy, make_study, studies
from priorsim.worlds import World, find_world
from tests.walks import plain
from tests.walks.test_dynamics import chance_to_pass, made, plain_graph, prior_of, square

CLOSE = 1e-12
WALKED = ("forward.w3-square-l8", "forward.w3-pronic-l8", "in-context.w3-words-itself-less-r4-q4")


def study(max_bits: int = 14, radius: int = 8, **options: object) -> WalkStudy:
    graph, _ = made(max_bits, radius)
    return make_study(square(), radius, max_bits=max_bits, graph=graph, **options)  # type: ignore[arg-type]


def all_findings(asked: WalkStudy) -> dict[str, Finding]:
    return {name: find(asked, name) for name in FINDINGS}


def steps_to(goal: set[Program], graph: plain.Graph, allowed: dict[Program, set[Program]]) -> dict[Program, int]:
    """Steps to the goal by breadth-first search against the moves allowed."""
    before: dict[Program, set[Program]] = {program: set() for program in graph}
    for program, targets in allowed.items():
        for to in targets:
            before[to].add(program)
    steps, waiting = dict.fromkeys(goal, 0), deque(goal)
    while waiting:
        here = waiting.popleft()
        for program in before[here]:
            if program not in steps:
                steps[program] = steps[here] + 1
                waiting.append(program)
    return steps


@pytest.mark.engine
def test_distances_descents_and_barriers_are_those_of_plain_searches() -> None:
    asked = study()
    graph, programs = made(14, 8)
    rows, landscape = plain_graph(14, 8), asked.landscape
    loss = plain.losses(rows, square())
    chosen = landscape.fits
    assert chosen.any()
    goal = {programs[number] for number in np.flatnonzero(chosen)}
    near = {x: {y for y in row if y != x} for x, row in rows.items()}
    distance, _ = ways(graph, chosen)
    steps = steps_to(goal, rows, near)
    falling, onward = ways(graph, chosen, landscape.loss)
    down = steps_to(goal, rows, {x: {y for y in targets if loss[y] <= loss[x]} for x, targets in near.items()})
    height = barriers(graph, chosen, landscape.loss)
    levels = sorted(set(loss.values()))
    met = [
        steps_to(goal, rows, {x: {y for y in t if max(loss[x], loss[y]) <= level} for x, t in near.items()})
        for level in levels
    ]
    for number, program in enumerate(programs):
        assert distance[number] == steps.get(program, np.inf)
        assert falling[number] == down.get(program, np.inf)
        least = [
            level for level, reached in zip(levels, met, strict=True) if program in reached and level >= loss[program]
        ]
        assert height[number] == (least[0] - loss[program] if least else np.inf)
        path = path_from(number, onward)
        if np.isfinite(falling[number]):
            assert len(path) == falling[number] + 1
            assert chosen[path[-1]]
            assert all(graph.matrix[x, y] > 0 for x, y in pairwise(path))
            assert np.all(np.diff(landscape.loss[path]) <= 0)
        else:
            assert path == [number]
    nowhere = np.zeros(len(programs), np.bool_)
    assert np.all(np.isinf(ways(graph, nowhere)[0]))
    assert np.all(ways(graph, nowhere, landscape.loss)[1] == NOWHERE)
    assert np.all(np.isinf(barriers(graph, nowhere, landscape.loss)))


@pytest.mark.engine
def test_first_improvements_are_those_of_the_plain_graph() -> None:
    asked = study(start="direct")
    rows, programs = plain_graph(14, 8), made(14, 8)[1]
    loss = plain.losses(rows, square())
    number = {program: place for place, program in enumerate(programs)}
    accepted, prior = plain.moves(rows, loss, "steepest"), prior_of(rows)
    shallow, moved = Fraction(0), Fraction(0)
    for program, row in accepted.items():
        if loss[program] and row and asked.landscape.kind[number[program]] == DIRECT:
            for to, chance in row.items():
                part = prior[program] * chance / sum(row.values())
                moved += part
                shallow += part * (int(asked.landscape.inputs_read[number[to]]) < inputs_needed(square()))
    found = shallow_first(asked)
    assert found.quantity == pytest.approx(float(shallow / moved), rel=CLOSE)


@pytest.mark.engine
def test_swerves_are_those_of_plain_descents_from_direct_first_moves() -> None:
    outputs = tuple(frozenset({word}) for word in (0, 3, 2, 1))
    world = World("negated", Domain.default(2), outputs, (0, 1, 2), "test", "arith", "")
    graph, programs = made(16, 8)
    asked = make_study(world, 8, max_bits=16, graph=graph, class_by="form")
    loss, kinds = (
        dict(zip(programs, each.tolist(), strict=True)) for each in (asked.landscape.loss, asked.landscape.kind)
    )
    rows: plain.Graph = {
        program: {programs[to]: Fraction(chance) for to, chance in zip(row.indices, row.data, strict=True)}
        for program, row in zip(programs, (graph.matrix[[number]] for number in range(len(graph))), strict=True)
    }
    accepted = plain.moves(rows, loss, "steepest")
    start = {program: Fraction(mass) for program, mass in zip(programs, asked.start, strict=True)}
    first = {program: Fraction(0) for program in programs}
    for program, row in accepted.items():
        for to, chance in row.items():
            first[to] += start[program] * chance / sum(row.values()) if kinds[to] == DIRECT else 0
    ends, swerved = (plain.ends_of_descent(accepted, loss, begun) for begun in (start, first))

    def in_search(mass: plain.Chances, losses: set[int]) -> float:
        return float(sum(each for at, each in mass.items() if kinds[at] == SEARCH and loss[at] in losses))

    found = beeline_swerve(asked)
    assert found.quantity == pytest.approx(in_search(swerved, {0, 1, 2, 3}) / in_search(ends, {0, 1, 2, 3}), rel=CLOSE)
    assert found.details["fitting_swerved"] == pytest.approx(in_search(swerved, {0}) / in_search(ends, {0}), rel=CLOSE)
    assert found.details["ends_in_search"] == pytest.approx(in_search(ends, {0, 1, 2, 3}), rel=CLOSE)
    assert found.details["ends_in_fitting_search"] == pytest.approx(in_search(ends, {0}), rel=CLOSE)
    assert found.quantity != pytest.approx(found.details["fitting_swerved"], rel=0.01)


@pytest.mark.engine
def test_end_shares_add_up_to_one() -> None:
    for dynamics in (Dynamics.STEEPEST, Dynamics.FIRST, Dynamics.DRIFT):
        found = no_pure_model(study(16, dynamics=dynamics))
        shares = [
            found.details[f"{kind}_{how}"] for kind in ("direct", "disguised", "search") for how in ("fits", "short")
        ]
        assert sum(shares) == pytest.approx(1, rel=1e-9)  # type: ignore[arg-type]
        assert found.quantity == found.details["direct_right"]


@pytest.mark.engine
def test_variance_is_split_without_rest_and_nothing_hangs_on_a_sure_end() -> None:
    asked = study(16)
    landscape, chain = asked.landscape, asked.chain()
    for ends in (landscape.fits, landscape.kind == SEARCH, landscape.programs.bits < 12):
        chance, *parts = dependence(chain, asked.start, ends)
        assert sum(parts) == pytest.approx(chance * (1 - chance), abs=1e-12)
    _, *sure = dependence(chain, asked.start, np.ones(len(landscape.loss), np.bool_))
    assert sure == pytest.approx([0, 0, 0], abs=1e-12)
    assert sum(class_values(chain, landscape)) == pytest.approx(np.ones(len(landscape.loss)), rel=CLOSE)


@pytest.mark.engine
def test_courses_end_where_walks_end() -> None:
    asked = study(17)
    landscape, chain = asked.landscape, asked.chain()
    ends = end_points(chain, landscape, asked.start).mass
    found = courses(chain, landscape, asked.start)
    assert sum(course.share for course in found) == pytest.approx(1, rel=CLOSE)
    for course in found:
        of_class = landscape.kind == ["direct", "disguised", "search"].index(course.kind)
        assert course.share == pytest.approx(ends[of_class].sum(), rel=CLOSE)
        assert course.loss[-1] == pytest.approx((ends * landscape.loss)[of_class].sum() / course.share, rel=1e-9)
        assert all(after <= before + CLOSE for before, after in zip(course.loss, course.loss[1:], strict=False))
    chances, swerves = first_search(chain, landscape, asked.start)
    search = landscape.kind == SEARCH
    assert sum(chances) == pytest.approx(chance_to_pass(chain, asked.start, search), rel=1e-9)
    assert all(part <= whole + CLOSE for part, whole in zip(swerves, chances, strict=True))


@pytest.mark.engine
def test_outcomes_compare_two_distributions() -> None:
    asked = make_study(square((0, 1, 2)), 8, max_bits=14, graph=made(14, 8)[0])
    landscape = asked.landscape
    found = outcomes(landscape, asked.ends().mass)
    assert found is not None
    assert sum(row.posterior for row in found.rows) == pytest.approx(1, rel=CLOSE)
    assert sum(row.ends for row in found.rows) == pytest.approx(1, rel=CLOSE)
    apart: dict[int, float] = {}
    for row in found.rows:
        apart[row.behaviour] = apart.get(row.behaviour, 0.0) + row.ends - row.posterior
    assert found.total_variation == pytest.approx(sum(map(abs, apart.values())) / 2, rel=1e-9)
    assert len({(row.behaviour, row.kind) for row in found.rows}) == len(found.rows) >= len(apart) > 1
    exact = outcomes(landscape, landscape.posterior)
    assert exact is not None
    assert exact.total_variation < 1e-15
    assert outcomes(landscape, np.where(landscape.fits, 0.0, 1.0)) is None


@pytest.mark.engine
def test_a_coarse_landscape_keeps_all_mass() -> None:
    asked = study(16)
    coarse = coarse_landscape(asked.chain(), asked.landscape, asked.start)
    for part in ("prior", "starts", "ends"):
        assert sum(value for _, value in coarse.nodes(data=part)) == pytest.approx(1, rel=CLOSE)
    for region, each in coarse.nodes(data=True):
        into, out = (
            sum(chance for *_, chance in edges(region, data="chance")) for edges in (coarse.in_edges, coarse.out_edges)
        )
        assert each["passed"] == pytest.approx(each["starts"] + into, abs=CLOSE)
        assert each["passed"] - each["ends"] == pytest.approx(out, abs=CLOSE)
    assert all(target[0] < source[0] for source, target in coarse.edges)


@pytest.mark.engine
def test_the_likeliest_way_is_the_best_of_all_ways() -> None:
    asked = study(16)
    coarse = coarse_landscape(asked.chain(), asked.landscape, asked.start)

    def chance(way: list[tuple[int, str]]) -> float:
        moves = (coarse.edges[move]["chance"] / coarse.nodes[move[0]]["passed"] for move in pairwise(way))
        return float(coarse.nodes[way[0]]["starts"] * prod(moves))

    for goal in coarse:
        ways = [[goal]] + [way for begin in coarse if begin != goal for way in nx.all_simple_paths(coarse, begin, goal)]
        best = max(map(chance, ways))
        assert chance(list(likeliest_way(coarse, goal))) == pytest.approx(best, rel=1e-9)
    assert len(likeliest_way(coarse, (0, "direct"))) > 1
    assert likeliest_way(coarse, (99, "search")) == ()


@pytest.mark.engine
def test_a_capped_study_is_one_made_at_the_lower_bound() -> None:
    cut, whole = study(16).capped(14), study(14)
    assert np.allclose(cut.start, whole.start, rtol=CLOSE)
    assert np.allclose(cut.ends().mass, whole.ends().mass, rtol=1e-9, atol=1e-15)
    for found, expected in zip(all_findings(cut).values(), all_findings(whole).values(), strict=True):
        assert found.reason == expected.reason
        assert (found.quantity or 0) == pytest.approx(expected.quantity or 0, rel=1e-9)


@pytest.mark.engine
def test_what_is_not_there_is_undefined_and_says_why() -> None:
    found = all_findings(study(14))
    assert found["gradual"].quantity is None
    assert found["gradual"].reason == "no search program fits up to 14 bits"
    assert found["reachable"].quantity == np.inf
    assert beeline_swerve(study(10)).quantity in (None, 0.0)
    for each in found.values():
        assert (each.quantity in (None, -np.inf)) == bool(each.reason)


@pytest.mark.engine
def test_a_shallow_feature_starves_the_deep_one() -> None:
    """From the shallow behaviour steepest descent comes to the deep one less often than where it is forbidden."""
    asked = make_study(two_feature_world(), 8, max_bits=22)
    shallow = shows_shallow(asked)
    found: Any = starvation(asked, shallow)
    assert 0 < found["gain_with"] < found["gain_without"]
    assert 0 < found["ends_with"] < found["ends_without"]
    assert chance_to_pass(asked.chain(), asked.start, shallow) > 0.9
    deep = asked.graph.programs.behaviour[asked.landscape.fits]
    assert set(deep.tolist()) == {two_feature_world().behaviour}


@pytest.mark.engine
@pytest.mark.slow
def test_search_grows_by_edits_only_where_the_radius_lets_it() -> None:
    world = find_world("in-context.w3-words-itself-less-r4-q4")
    near, far = (make_study(world, radius, max_bits=24) for radius in (4, 8))
    assert FINDINGS["reachable"](near).quantity == np.inf
    assert np.isfinite(FINDINGS["reachable"](far).quantity or np.inf)


@pytest.mark.engine
def test_forbidden_programs_are_not_moved_to() -> None:
    asked = study(14)
    forbidden = asked.landscape.heuristics
    chain = make_chain(asked.graph, asked.landscape, Dynamics.FIRST, forbidden=forbidden)
    assert not np.any(forbidden[chain.moves.indices])


@pytest.mark.engine
def test_a_population_has_a_study_for_each_world() -> None:
    worlds = [find_world(name) for name in WALKED]
    found = list(studies(worlds, 8, max_bits=14))
    assert [(each.world, each.radius) for each in found] == [(world, 8) for world in worlds]
    assert found[0].graph is found[1].graph
