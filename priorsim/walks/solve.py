"""Absorbing chains, solved: expected visits, and what follows from them.

`visits` solves v = inflow + v N for a substochastic matrix N. What is left over after v, the residual
inflow - v + v N, is mass that was not followed to its end: the sum of its sizes bounds the error of
every probability made from v. It is kept below RESIDUAL, and returned.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, diags_array, eye_array
from scipy.sparse.linalg import bicgstab, cg, splu

from priorsim.errors import WalkError

F64 = NDArray[np.float64]

RESIDUAL = 1e-9
"""Of a unit of inflow, the most that may be left over."""

_ROUNDS = 4
_SMALL = 1500
"""Up to so many states a factorization is quicker than iterating."""


def visits(moves: "csr_array[np.float64]", inflow: F64, *, scale: F64 | None = None) -> tuple[F64, float]:
    """Expected visits to each state before the chain is left.

    Parameters
    ----------
    moves : sparse array, shape (n, n)
        Chances of moves between the states, rows summing to at most 1; from every state that the inflow
        reaches the chain can be left.
    inflow : array of float64, shape (n,)
        Mass that comes in, state by state.
    scale : array of float64, shape (n,), optional
        Of a reversible chain, the square roots of the visits it would pay each state in the long run, up to a
        factor: with it the system is symmetric, and quicker solved.

    Returns
    -------
    (visits, residual)
        Visits of shape (n,); the sum of |inflow - v + v moves|, relative to the inflow.

    Raises
    ------
    WalkError
        When the residual cannot be brought below RESIDUAL: the walk would take too long to leave.
    """
    count, total = len(inflow), float(inflow.sum())
    if count == 0 or total == 0:
        return np.zeros(count), 0.0
    system = (eye_array(count, format="csr") - moves).T
    if count <= _SMALL:
        solver = splu(csc_array(system))
        found = solver.solve(inflow)
        found += solver.solve(inflow - system @ found)
    else:
        found = _iterate(csr_array(system), inflow, total, scale)
    residual = float(np.abs(inflow - system @ found).sum()) / total
    if not residual <= RESIDUAL:
        raise WalkError(
            f"a chain of {count:,} states was not solved: {residual:.1g} of its mass is left where {RESIDUAL:g} may be: "
            "lower --max-bits, choose another radius, or sample walks with --walks"
        )
    return found, residual


def _iterate(system: "csr_array[np.float64]", inflow: F64, total: float, scale: F64 | None) -> F64:
    if scale is not None:
        system = csr_array(diags_array(1 / scale) @ system @ diags_array(scale))
    else:
        scale = np.ones(len(inflow))
    solver = bicgstab if np.all(scale == 1) else cg
    found, left = np.zeros(len(inflow)), inflow / scale
    for _ in range(_ROUNDS):
        step, _ = solver(system, left, rtol=1e-11, atol=0.0, maxiter=10_000)
        after = inflow / scale - system @ (found + step)
        before_size, after_size = np.abs(left * scale).sum(), np.abs(after * scale).sum()
        if after_size < before_size:
            found, left = found + step, after
        # Another round starts from a residual computed afresh; where rounding is all that is left it brings nothing.
        if after_size <= RESIDUAL / 10 * total or after_size > before_size / 2:
            break
    return found * scale


def long_run(moves: "csr_array[np.float64]") -> F64:
    """The share of visits of each state of an irreducible chain in the long run, rows of `moves` summing to 1."""
    count = moves.shape[0]
    if count == 1:
        return np.ones(1)
    # Visits between two visits of the last state, that one's own being one.
    between, _ = visits(moves[:-1, :-1].tocsr(), moves[[-1], :-1].toarray()[0])
    shares = np.append(between, 1.0)
    return shares / shares.sum()
