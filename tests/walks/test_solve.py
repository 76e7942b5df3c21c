"""Systems of chains: factorized or iterated, symmetric or not, the solution is that of plain elimination."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from priorsim.errors import UnsolvedError
from priorsim.walks import solve
from priorsim.walks.solve import RESIDUAL, long_run, visits

SMALL, LARGE = 300, 1600
"""Below and above the size from which on systems are iterated."""


def chain_of(count: int, *, leaving: float) -> tuple["csr_array[np.float64]", np.ndarray]:
    """A reversible chain on a random graph, left with a chance from every state, and the weights it balances."""
    random = np.random.Generator(np.random.PCG64(7))
    flows = np.zeros((count, count))
    for step in (1, 2, 7, 41):
        flow = random.uniform(0.1, 1, count)
        flows[np.arange(count), (np.arange(count) + step) % count] += flow
        flows[(np.arange(count) + step) % count, np.arange(count)] += flow
    weights = flows.sum(axis=1)
    return csr_array(flows / weights[:, None] * (1 - leaving)), weights


@pytest.mark.parametrize("is_reversible", [True, False])
@pytest.mark.parametrize("count", [SMALL, LARGE])
def test_visits_are_those_of_plain_elimination(count: int, is_reversible: bool) -> None:
    assert SMALL < solve._SMALL < LARGE
    moves, weights = chain_of(count, leaving=0.01)
    inflow = np.zeros(count)
    inflow[[0, 5]] = 0.25, 0.5
    found, residual = visits(moves, inflow, scale=np.sqrt(weights) if is_reversible else None)
    assert found == pytest.approx(np.linalg.solve(np.eye(count) - moves.toarray().T, inflow), rel=1e-8)
    left = np.abs(inflow - found + moves.T @ found).sum() / inflow.sum()
    assert residual == pytest.approx(left, abs=1e-14)
    assert residual <= RESIDUAL / 100
    # What leaves is what came in.
    assert 0.01 * found.sum() == pytest.approx(0.75, rel=1e-9)


def test_where_nothing_comes_in_nothing_is_visited() -> None:
    moves, _ = chain_of(SMALL, leaving=0.01)
    found, residual = visits(moves, np.zeros(SMALL))
    assert (found.tolist(), residual) == ([0.0] * SMALL, 0.0)


@pytest.mark.parametrize("count", [SMALL, LARGE])
@pytest.mark.parametrize("is_reversible", [True, False])
def test_a_chain_that_is_never_left_is_not_solved(count: int, is_reversible: bool) -> None:
    """Every state of it is visited without end."""
    moves, weights = chain_of(count, leaving=0.0)
    with pytest.raises(UnsolvedError, match=f"a chain of {count:,} states was not solved"):
        visits(moves, np.ones(count), scale=np.sqrt(weights) if is_reversible else None)


@pytest.mark.parametrize("count", [1, SMALL, LARGE])
def test_the_long_run_of_a_reversible_chain_is_its_balance(count: int) -> None:
    moves, weights = chain_of(count, leaving=0.0) if count > 1 else (csr_array(np.zeros((1, 1))), np.ones(1))
    assert long_run(moves) == pytest.approx(weights / weights.sum(), rel=1e-6)


def test_a_direction_that_leads_nowhere_ends_the_descent() -> None:
    """The image of the right side is orthogonal to it: stabilized gradients have no first step."""
    turn = csr_array(np.array([[0.0, 1.0], [-1.0, 0.0]]))
    assert solve._stabilized(turn, np.array([1.0, 0.0])).tolist() == [0.0, 0.0]
