"""Walks solved: equal to the plain twin with fractions, and what must hold of each dynamics."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_array

from priorsim.census.atlas import AtlasHeader
from priorsim.errors import WalkError
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import Program, parse
from priorsim.priors import F64
from priorsim.walks.answer import WalkQuestion
from priorsim.walks.chains import Chain, Dynamics, Energy, default_energy, make_chain
from priorsim.walks.ends import (
    chance_to_meet,
    end_points,
    end_values,
    hitting_time,
    law_after,
    law_in_the_long_run,
    passed_through,
)
from priorsim.walks.graph import EditGraph, make_graph, number_of
from priorsim.walks.landscape import DIRECT, STARTS, Mask, check_start, inputs_needed, make_landscape, start_of
from priorsim.worlds import World, find_world
from tests.walks import plain

CLOSE = 1e-12
ARITH2 = Language.named("arith", 2)
OTHERS = [
    *(("arith@random:7", 12), ("arith@fitted", 10), ("eq,mul,add,find", 11), ("kleene", 10), ("compare", 11)),
    *(("boolean", 11), ("bare", 11), ("kleene@random:3", 11)),
]
"""Languages of other operators, orders and codes, each with a bound up to which it has a few dozen programs."""


def square(lanes: tuple[int, ...] = (0, 1, 2, 3)) -> World:
    """The square of a word of 2 bits: 0, 1, 0, 1."""
    outputs = (0, 1, 0, 1)
    return World("square", Domain.default(2), tuple(frozenset({o}) for o in outputs), lanes, "test", "arith", "")


def chance_to_pass(chain: Chain, start: F64, goal: Mask) -> float:
    """Chance that a descent meets the goal on its way, start and end included: it is made to end there."""
    ended = csr_array(chain.moves * (~goal)[:, None].astype(np.float64))
    return float(passed_through(replace(chain, moves=ended), start)[goal].sum())


@cache
def made(max_bits: int, radius: int, language: Language = ARITH2) -> tuple[EditGraph, list[Program]]:
    graph = make_graph(AtlasHeader(language, Domain.default(2), max_bits), radius)
    return graph, [graph.programs.program(number) for number in range(len(graph))]


@cache
def plain_graph(max_bits: int, radius: int, language: Language = ARITH2) -> plain.Graph:
    return plain.edit_graph(radius, max_bits, language)


def prior_of(graph: plain.Graph, language: Language = ARITH2) -> plain.Chances:
    weights = {program: Fraction(1, 2 ** length(program, language)) for program in graph}
    return {program: weight / sum(weights.values()) for program, weight in weights.items()}


def assert_equal(found: np.ndarray, programs: list[Program], expected: plain.Chances) -> None:
    for number, program in enumerate(programs):
        assert found[number] == pytest.approx(float(expected.get(program, 0)), rel=CLOSE, abs=1e-15)


@pytest.mark.engine
@pytest.mark.parametrize("dynamics", ["steepest", "first"])
def test_ends_of_descents_are_the_plain_ones(dynamics: str) -> None:
    graph, programs = made(14, 8)
    landscape, rows = make_landscape(graph.programs, square()), plain_graph(14, 8)
    loss = plain.losses(rows, square())
    assert [loss[program] for program in programs] == landscape.loss.tolist()
    accepted = plain.moves(rows, loss, dynamics)
    chain = make_chain(graph, landscape, Dynamics(dynamics))
    found = end_points(chain, landscape, landscape.prior)
    assert_equal(found.mass, programs, plain.ends_of_descent(accepted, loss, prior_of(rows)))
    # Backwards it is the same sum.
    value = np.arange(float(len(graph)))
    assert end_values(chain, value) @ landscape.prior == pytest.approx(found.mass @ value, rel=CLOSE)


@pytest.mark.engine
def test_ends_of_drift_are_the_plain_ones() -> None:
    graph, programs = made(10, 6)
    landscape, rows = make_landscape(graph.programs, square()), plain_graph(10, 6)
    loss = plain.losses(rows, square())
    found = end_points(make_chain(graph, landscape, Dynamics.DRIFT), landscape, landscape.prior)
    assert_equal(found.mass, programs, plain.ends_of_drift(plain.moves(rows, loss, "drift"), loss, prior_of(rows)))
    assert found.residual < CLOSE


@pytest.mark.engine
def test_chances_to_meet_of_drift_are_the_plain_ones() -> None:
    graph, programs = made(10, 6)
    landscape, rows = make_landscape(graph.programs, square()), plain_graph(10, 6)
    loss = plain.losses(rows, square())
    chain, accepted = make_chain(graph, landscape, Dynamics.DRIFT), plain.moves(rows, loss, "drift")
    found = []
    # All that fits, some of it, a part of a plateau that walks leave and meet again, and a dead end of another.
    for goal in (
        landscape.fits,
        landscape.fits & (landscape.programs.bits == 10),
        landscape.loss == 2,
        *np.eye(len(programs), dtype=bool)[::7],
    ):
        chances = plain.chances_to_meet(accepted, {programs[number] for number in np.flatnonzero(goal)})
        expected = sum(prior_of(rows)[program] * chance for program, chance in chances.items())
        chance, residual = chance_to_meet(chain, landscape, landscape.prior, goal)
        assert chance == pytest.approx(float(expected), rel=CLOSE)
        assert residual < CLOSE
        found.append(chance)
    assert len({round(chance, 9) for chance in found}) > 5
    assert chance_to_meet(chain, landscape, landscape.prior, np.zeros(len(programs), np.bool_))[0] == 0
    with pytest.raises(WalkError, match="metropolis walks do not drift"):
        chance_to_meet(make_chain(graph, landscape, Dynamics.METROPOLIS), landscape, landscape.prior, landscape.fits)


@pytest.mark.engine
def test_hitting_times_of_metropolis_are_the_plain_ones() -> None:
    graph, programs = made(10, 8)
    landscape, rows = make_landscape(graph.programs, square()), plain_graph(10, 8)
    loss = plain.losses(rows, square())
    weight = {program: Fraction(1, 2 ** (2 * loss[program] + length(program, ARITH2))) for program in rows}
    goal = landscape.fits & (landscape.kind == DIRECT)
    times = plain.expected_proposals(
        plain.metropolis(rows, weight), {programs[number] for number in np.flatnonzero(goal)}
    )
    expected = sum(prior_of(rows)[program] * time for program, time in times.items())
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=Energy(0.5))
    found = hitting_time(chain, landscape.prior, goal)
    assert found.proposals == pytest.approx(float(expected), rel=CLOSE)
    assert found.chance == pytest.approx(1, rel=CLOSE)
    assert hitting_time(chain, landscape.prior, np.zeros(len(graph), np.bool_)).proposals == np.inf


@pytest.mark.engine
@pytest.mark.parametrize(("name", "max_bits"), OTHERS)
def test_walks_in_other_languages_are_the_plain_ones(name: str, max_bits: int) -> None:
    language = Language.named(name, 2)
    graph, programs = made(max_bits, 6, language)
    landscape, rows = make_landscape(graph.programs, square((0, 1))), plain_graph(max_bits, 6, language)
    loss, begun = plain.losses(rows, square((0, 1))), prior_of(rows, language)
    assert 10 < len(programs) < 60 and len(set(loss.values())) == 3
    for dynamics in (Dynamics.STEEPEST, Dynamics.FIRST, Dynamics.DRIFT):
        ends_of = plain.ends_of_drift if dynamics is Dynamics.DRIFT else plain.ends_of_descent
        expected = ends_of(plain.moves(rows, loss, dynamics), loss, begun)
        found = end_points(make_chain(graph, landscape, dynamics), landscape, landscape.prior)
        assert_equal(found.mass, programs, expected)
    weight = {program: Fraction(1, 2 ** (2 * loss[program] + length(program, language))) for program in rows}
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=Energy(0.5))
    expected = plain.law_of_metropolis(plain.metropolis(rows, weight), weight, begun)
    assert_equal(law_in_the_long_run(chain, landscape.prior), programs, expected)


@pytest.mark.engine
@pytest.mark.parametrize("with_prior", [True, False])
@pytest.mark.parametrize("temperature", [0.25, 1, 3])
def test_the_posterior_is_the_stationary_law_of_metropolis(with_prior: bool, temperature: float) -> None:
    graph, _ = made(15, 8)
    landscape = make_landscape(graph.programs, square((0, 1, 2)))
    energy = Energy(temperature, with_prior)
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS, energy=energy)
    law = law_in_the_long_run(chain, landscape.prior)
    after = law_after(chain, law, 1)
    assert np.max(np.abs(after - law) / law) < CLOSE
    # Detailed balance, pair by pair.
    flow = csr_array(chain.by_proposal().multiply(law[:, None]))
    assert abs(flow - flow.T).max() < 1e-16
    expected = 2.0 ** -(landscape.loss / temperature + (landscape.programs.bits if with_prior else 0))
    assert np.allclose(law, expected / expected.sum(), rtol=CLOSE, atol=0)


@pytest.mark.engine
def test_metropolis_forgets_its_start_and_comes_to_the_posterior() -> None:
    graph, _ = made(10, 8)
    landscape = make_landscape(graph.programs, square())
    energy = default_energy(landscape)
    assert energy.temperature == 0.5
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS)
    after = law_after(chain, start_of(landscape, "empty"), 3000)
    assert np.abs(after - law_in_the_long_run(chain, landscape.prior)).sum() < 1e-9


@pytest.mark.engine
def test_descents_lower_the_loss_with_every_move_and_drift_never_raises_it() -> None:
    graph, _ = made(16, 8)
    for loss_by in ("lanes", "bits"):
        landscape = make_landscape(graph.programs, square(), loss_by=loss_by)
        for dynamics in (Dynamics.STEEPEST, Dynamics.FIRST, Dynamics.DRIFT):
            chain = make_chain(graph, landscape, dynamics)
            rows, targets = chain.moves.nonzero()
            change = landscape.loss[targets] - landscape.loss[rows]
            assert change.max() == (0 if dynamics is Dynamics.DRIFT else -1)
            sums = chain.moves.sum(axis=1)
            assert np.allclose(sums, ~chain.stuck, rtol=CLOSE)
            assert np.allclose(chain.by_proposal().sum(axis=1), 1, rtol=CLOSE)


@pytest.mark.engine
def test_steepest_takes_the_best_improvement_there_is() -> None:
    graph, _ = made(14, 8)
    landscape = make_landscape(graph.programs, square())
    chain = make_chain(graph, landscape, Dynamics.STEEPEST)
    for number in range(0, len(graph), 5):
        near = landscape.loss[graph.matrix.indices[graph.matrix.indptr[number] : graph.matrix.indptr[number + 1]]]
        row = chain.moves[[number]].indices
        if len(row):
            assert set(landscape.loss[row]) == {near.min()}
        else:
            assert near.min(initial=99) >= landscape.loss[number]


@pytest.mark.engine
def test_a_descent_passes_where_it_starts_and_ends() -> None:
    graph, _ = made(14, 8)
    landscape = make_landscape(graph.programs, square())
    chain, start = make_chain(graph, landscape, Dynamics.FIRST), start_of(landscape, "empty")
    passed = passed_through(chain, start)
    assert passed[start > 0] == 1
    ends = end_points(chain, landscape, start).mass
    assert np.all(passed[chain.stuck] == ends[chain.stuck])
    assert chance_to_pass(chain, start, ends > 0) == pytest.approx(1, rel=CLOSE)
    one = int(np.argmax(np.where(chain.stuck, 0, passed * (start == 0))))
    assert chance_to_pass(chain, start, np.arange(len(graph)) == one) == pytest.approx(passed[one], rel=CLOSE)


@pytest.mark.engine
def test_what_programs_read_and_worlds_need() -> None:
    graph, _ = made(14, 8)
    landscape = make_landscape(graph.programs, square())
    # The square of a word of 2 bits is its low bit.
    reads = {"x": 2, "0": 0, "(mul x x)": 1, "(add x 1)": 2, "(lt x 1)": 2, "(eq x x)": 0, "(add x x)": 1}
    for text, bits in reads.items():
        assert landscape.inputs_read[number_of(graph.programs, parse(text, ARITH2))] == bits
    assert inputs_needed(square()) == 1
    assert inputs_needed(find_world("inverse-w3")) == 3
    assert landscape.constant_loss == 2


def test_a_search_to_start_from_is_not_sought_in_a_language_without_one() -> None:
    """The command refuses before any program is listed, as a larger bound would not help."""
    for start in set(STARTS) - {"search"}:
        check_start(start, Language.named("bare", 2))
    check_start("search", ARITH2)
    asked = WalkQuestion(find_world("square-w3"), "first", 6, 13, dialect="bare", start="search")
    with pytest.raises(WalkError, match="cannot start from 'search': the language has neither"):
        asked.header()


@pytest.mark.engine
def test_starts_and_what_cannot_be_asked() -> None:
    graph, programs = made(14, 8)
    landscape = make_landscape(graph.programs, square())
    assert programs[int(np.argmax(start_of(landscape, "empty")))] == parse("0", ARITH2)
    assert np.all((start_of(landscape, "direct") > 0) == (landscape.kind == DIRECT))
    with pytest.raises(WalkError, match="no program to start from: up to 14 bits none is 'search'"):
        start_of(landscape, "search")
    with pytest.raises(WalkError, match="cannot start from 'nowhere': choose prior, empty, direct"):
        start_of(landscape, "nowhere")
    with pytest.raises(WalkError, match="temperature of 0 is out of range"):
        Energy(0)
    chain = make_chain(graph, landscape, Dynamics.METROPOLIS)
    with pytest.raises(WalkError, match="metropolis walks do not end"):
        end_points(chain, landscape, landscape.prior)
    with pytest.raises(WalkError, match="on other lanes"):
        make_landscape(graph.programs, find_world("inverse-w3"))
