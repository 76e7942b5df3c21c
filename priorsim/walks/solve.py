"""Absorbing chains, solved: expected visits, and what follows from them.

`visits` solves v = inflow + v N for a substochastic matrix N. The residual inflow - v + v N is mass that was not
followed to its end: the sum of its sizes, kept below RESIDUAL, bounds the error of every probability made from v.
"""

import numpy as np
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import splu

from priorsim.errors import UnsolvedError
from priorsim.priors import F64

RESIDUAL = 1e-7  # Of a unit of inflow, the most that may be left over.
_GAIN, _ROUNDS, _MOST_STEPS = 1e-11, 4, 10_000
"""How much smaller a residual an iteration aims at, how often it begins anew, and after how many steps it ends."""

_SMALL = 1500  # Up to so many states a factorization is quicker than iterating.


def visits(moves: "csr_array[np.float64]", inflow: F64, *, scale: F64 | None = None) -> tuple[F64, float]:
    """Expected visits to each of n states before the chain is left, and the residual, relative to the inflow.

    `moves`, shape (n, n), holds chances of moves, rows summing to at most 1; from every state that the mass that comes
    in, `inflow` by state, reaches the chain can be left. `scale` is, of a reversible chain, the square roots of its
    long-run visits, up to a factor: it makes the system symmetric, and quicker solved. UnsolvedError says that the
    residual cannot be brought below RESIDUAL: the walk would take too long to leave.
    """
    count, total = len(inflow), float(inflow.sum())
    if count == 0 or total == 0:
        return np.zeros(count), 0.0
    leaving = csr_array(eye_array(count, format="csr") - moves)
    # What overflows on the way to no solution shows in the residual.
    with np.errstate(all="ignore"):
        is_small = count <= _SMALL
        found = _factorize(csc_array(leaving.T), inflow) if is_small else _iterate(leaving, inflow, total, scale)
        residual = float(np.abs(inflow - leaving.T @ found).sum()) / total
    if not residual <= RESIDUAL:
        raise UnsolvedError(
            f"a chain of {count:,} states was not solved: its residual is {residual:.1g}, at most {RESIDUAL:g} may be: "
            "lower --max-bits, choose another radius, or sample walks with --walks"
        )
    return found, residual


def _factorize(system: "csc_array[np.float64]", inflow: F64) -> F64:
    try:
        solver = splu(system)
    except RuntimeError:
        # Singular: some state is left less often than a float64 can say.
        return np.zeros(len(inflow))
    found = solver.solve(inflow)
    return np.asarray(found + solver.solve(inflow - system @ found))


def _iterate(leaving: "csr_array[np.float64]", inflow: F64, total: float, scale: F64 | None) -> F64:
    """Solve found @ leaving = inflow."""
    if scale is None:
        solver, system, scale = _stabilized, csr_array(leaving.T), np.ones(len(inflow))
    else:
        # Scaled, the matrix is symmetric: it need not be turned round.
        within = np.repeat(scale, np.diff(leaving.indptr)) / scale[leaving.indices]
        parts = leaving.data * within, leaving.indices, leaving.indptr
        solver, system = _conjugate, csr_array(parts, shape=leaving.shape)
    found, left = np.zeros(len(inflow)), inflow / scale
    for _ in range(_ROUNDS):
        step = solver(system, left)
        after = inflow / scale - system @ (found + step)
        before_size, after_size = np.abs(left * scale).sum(), np.abs(after * scale).sum()
        if after_size < before_size:
            found, left = found + step, after
        # Another round starts from a residual computed afresh; where rounding is all that is left it brings nothing.
        if after_size <= RESIDUAL / 1000 * total or after_size > before_size / 2:
            break
    return found * scale


def _dot(first: F64, second: F64) -> float:
    """Not by BLAS, whose sums depend on the number of threads, and which waits for all of them every time."""
    return float(np.sum(first * second))


def _conjugate(system: "csr_array[np.float64]", right: F64) -> F64:
    """Conjugate gradients, for a symmetric positive definite system with ones on its diagonal."""
    found, left = np.zeros(len(right)), right.copy()
    along, size = left.copy(), _dot(left, left)
    goal = _GAIN**2 * size
    for _ in range(_MOST_STEPS):
        if size <= goal:
            break
        image = np.asarray(system @ along)
        step = size / _dot(along, image)
        found += step * along
        left -= step * image
        size, before = _dot(left, left), size
        along *= size / before
        along += left
    return found


def _stabilized(system: "csr_array[np.float64]", right: F64) -> F64:
    """Stabilized bi-conjugate gradients (van der Vorst 1992), for any system."""
    found, left = np.zeros(len(right)), right.copy()
    shadow, along = left.copy(), left.copy()
    size, goal = _dot(left, left), _GAIN**2 * _dot(left, left)
    for _ in range(_MOST_STEPS):
        image = np.asarray(system @ along)
        against = _dot(shadow, image)
        if against == 0 or size == 0:
            break
        step = size / against
        half = left - step * image
        turned = np.asarray(system @ half)
        stretch = _dot(turned, turned)
        second = _dot(turned, half) / stretch if stretch > 0 else 0.0
        found += step * along + second * half
        left = half - second * turned
        if second == 0 or _dot(left, left) <= goal:
            break
        size, before = _dot(shadow, left), size
        along = left + (size / before) * (step / second) * (along - second * image)
    return found


def long_run(moves: "csr_array[np.float64]") -> F64:
    """The share of visits of each state of an irreducible chain in the long run, rows of `moves` summing to 1."""
    count = moves.shape[0]
    if count == 1:
        return np.ones(1)
    # Visits between two visits of the last state, that one's own being one.
    between, _ = visits(moves[:-1, :-1].tocsr(), moves[[-1], :-1].toarray()[0])
    shares = np.append(between, 1.0)
    return np.asarray(shares / shares.sum())
