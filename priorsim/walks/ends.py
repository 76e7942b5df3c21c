"""Where walks end and when they get somewhere, exactly.

Descents lower the loss with every move, so their ends follow level by level without solving anything.
With neutral drift a walk ends in a closed plateau, programs of one loss that neutral edits connect and
no edit improves, and is then found at each of them as often as in the long run; that it meets a set of
programs on its way is solved with these as ends. Metropolis never ends: it has hitting times, a law after
so many proposals, and one in the long run. It never leaves the part of the space that it starts in.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from priorsim.errors import UnsolvedError, WalkError
from priorsim.walks.chains import STRICT, Chain, Dynamics, check_steps
from priorsim.walks.kernels import F64, I32
from priorsim.walks.landscape import Landscape, Mask
from priorsim.walks.solve import long_run, visits


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Where walks end.

    Attributes
    ----------
    mass : array of float64, shape (programs,)
        Chance to end at each program.
    residual : float
        Bound on the mass that was not followed to its end; 0 for descents.
    """

    mass: F64
    residual: float


def end_points(chain: Chain, landscape: Landscape, start: F64) -> Ends:
    """The distribution of end points.

    Parameters
    ----------
    chain : Chain
        Of any dynamics but Metropolis.
    landscape : Landscape
    start : array of float64, shape (programs,)
        Chance to start at each program.

    Raises
    ------
    WalkError
        For Metropolis, which does not end; where a plateau takes too long to leave to be solved.
    """
    if chain.dynamics in STRICT:
        return Ends(_descend(chain, start)[0], 0.0)
    if chain.dynamics is Dynamics.METROPOLIS:
        raise WalkError("metropolis walks do not end: ask for their law after so many --steps")
    return _drift(chain, landscape, start)


def _descend(chain: Chain, start: F64) -> tuple[F64, F64]:
    """Chance to end at each program, and to pass each, where every move lowers the loss."""
    at, passed = start, start.copy()
    onward = chain.moves.T.tocsr()
    while (at := np.asarray(onward @ at)).any():
        passed += at
    return np.where(chain.stuck, passed, 0.0), passed


def passed_through(chain: Chain, start: F64) -> F64:
    """Chance that a descent passes each program, its start and end included; shape (programs,)."""
    return _descend(chain, start)[1]


def end_values(chain: Chain, value: F64) -> F64:
    """Expected value of a descent's end point, by program started from; both of shape (programs,).

    >>> moves = csr_array(np.array([[0, 0.5, 0.5], [0, 0, 0], [0, 0, 0]]))
    >>> end_values(Chain(Dynamics.FIRST, moves, np.array([1.0, 0, 0])), np.array([9.0, 1, 3]))
    array([2., 1., 3.])
    """
    if chain.dynamics not in STRICT:
        raise WalkError(f"{chain.dynamics} walks do not lower the loss with every move: ask for their end points")
    values = np.where(chain.stuck, value, 0.0)
    after = values
    while (after := np.asarray(chain.moves @ after)).any():
        values = values + after
    return values


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    """Drifting walks that were followed until no move improves any more, or to a goal.

    Attributes
    ----------
    arrived : array of float64, shape (programs,)
        Where they came to that: in the goal, or at their first program of a closed plateau.
    neutral : sparse array of float64, shape (programs, programs)
        The moves on plateaus.
    plateau : array of int32, shape (programs,)
        The number of each program's plateau.
    residual : float
    """

    arrived: F64
    neutral: csr_array
    plateau: I32
    residual: float


def _settle(chain: Chain, landscape: Landscape, start: F64, goal: Mask) -> _Settled:
    """Follow drifting walks, level by level; programs of the goal are not left."""
    loss = landscape.loss
    rows = np.repeat(np.arange(len(loss)), np.diff(chain.moves.indptr))
    is_neutral = (loss[chain.moves.indices] == loss[rows]) & ~goal[chain.moves.indices]
    neutral = _part(chain.moves, rows, is_neutral & ~goal[rows])
    leaves = ~is_neutral & ~goal[rows]
    onward = _part(chain.moves, rows, leaves)
    plateaus, plateau = connected_components(neutral, directed=False)
    is_open = np.zeros(plateaus, np.bool_)
    is_open[plateau[rows[leaves]]] = True
    inflow, residual = start.astype(np.float64), 0.0
    for level in np.unique(loss)[::-1]:
        here = np.flatnonzero((loss == level) & is_open[plateau])
        if inflow[here].any():
            seen, left = visits(neutral[here][:, here], inflow[here])
            residual += left * float(inflow[here].sum())
            inflow += onward[here].T @ seen
    return _Settled(np.where(is_open[plateau], 0.0, inflow), neutral, plateau, residual)


def _drift(chain: Chain, landscape: Landscape, start: F64) -> Ends:
    settled = _settle(chain, landscape, start, np.zeros(len(start), np.bool_))
    arrived, mass = np.bincount(settled.plateau, settled.arrived), np.zeros(len(start))
    for closed in np.flatnonzero(arrived):
        inside = np.flatnonzero(settled.plateau == closed)
        shares = long_run(settled.neutral[inside][:, inside])
        if len(inside) > 1:
            # A share of visits, weighed by how long each takes.
            shares /= chain.rate[inside]
            shares /= shares.sum()
        mass[inside] += arrived[closed] * shares
    return Ends(mass, settled.residual)


def chance_to_meet(chain: Chain, landscape: Landscape, start: F64, goal: Mask) -> tuple[float, float]:
    """Chance that a drifting walk ever meets the goal, and a bound on its error.

    Raises
    ------
    WalkError
        For other dynamics; where a plateau takes too long to leave to be solved.
    """
    if chain.dynamics is not Dynamics.DRIFT:
        raise WalkError(f"{chain.dynamics} walks do not drift: ask for the chance to pass, or for hitting times")
    settled = _settle(chain, landscape, start, goal)
    return float(settled.arrived[goal].sum()), settled.residual


def _part(moves: "csr_array[np.float64]", rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", kept: Mask) -> csr_array:
    """The moves kept; `rows` is the row of each."""
    count = moves.shape[0]
    first = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=count))])
    return csr_array((moves.data[kept], moves.indices[kept], first), shape=moves.shape)


@dataclass(frozen=True, slots=True)
class Hit:
    """When walks first meet a set of programs.

    Attributes
    ----------
    chance : float
        That they ever do.
    proposals : float
        Expected number of proposals until then, of the walks that do; infinite where none does.
    residual : float
        Of the linear system, relative.
    """

    chance: float
    proposals: float
    residual: float


def can_meet(chain: Chain, goal: Mask) -> Mask:
    """From where Metropolis walks meet the goal at some time: the parts of the space that have some of it."""
    part = _parts(chain)
    return np.isin(part, np.unique(part[goal]))


def _parts(chain: Chain) -> I32:
    """The number of the part of the space that each program is in: whatever moves a part has can be undone."""
    if chain.log2_weight is None:
        raise WalkError(f"{chain.dynamics} walks may stop short: ask for the chance to pass, or for metropolis")
    return np.asarray(connected_components(chain.moves, directed=False)[1])


def law_in_the_long_run(chain: Chain, start: F64) -> F64:
    """Where Metropolis walks that start so are found in the long run, shape (programs,).

    In each part of the space by its weights over their sum there, as often as walks start in it.

    >>> moves = csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))
    >>> chain = Chain(Dynamics.METROPOLIS, moves, np.array([0.5, 0.25, 0.0]), np.array([0.0, 1.0, 9.0]))
    >>> law_in_the_long_run(chain, np.array([0.75, 0.0, 0.25]))
    array([0.25, 0.5 , 0.25])
    """
    part = _parts(chain)
    assert chain.log2_weight is not None, "metropolis has weights"
    heaviest = np.full(part.max() + 1, -np.inf)
    np.maximum.at(heaviest, part, chain.log2_weight)
    weights = np.exp2(chain.log2_weight - heaviest[part])
    return np.asarray(weights * (np.bincount(part, start) / np.bincount(part, weights))[part])


def hitting_time(chain: Chain, start: F64, goal: Mask) -> Hit:
    """When Metropolis walks that start so first meet the goal.

    Raises
    ------
    WalkError
        For other dynamics; UnsolvedError when the system cannot be solved to its residual.
    """
    reaches = can_meet(chain, goal)
    chance = float(start[reaches].sum())
    if chance == 0:
        return Hit(0.0, np.inf, 0.0)
    before = np.flatnonzero(reaches & ~goal)
    if not start[before].any():
        return Hit(chance, 0.0, 0.0)
    assert chain.log2_weight is not None, "metropolis has weights"
    if chain.rate[before].min() < np.finfo(np.float64).tiny:
        raise UnsolvedError("walks stay at some program for longer than a float64 can say: raise --temperature")
    log2 = chain.log2_weight[before] + np.log2(chain.rate[before])
    scale = np.exp2((log2 - log2.max()) / 2)
    seen, residual = visits(chain.moves[before][:, before], start[before] / chance, scale=scale)
    return Hit(chance, float((seen / chain.rate[before]).sum()), residual)


def chance_to_pass(chain: Chain, start: F64, goal: Mask) -> float:
    """Chance that a descent meets the goal on its way, its start and end included."""
    if chain.dynamics not in STRICT:
        raise WalkError(f"{chain.dynamics} walks do not end with a descent: ask for hitting times")
    ended = csr_array(chain.moves * (~goal)[:, None].astype(np.float64))
    _, passed = _descend(Chain(chain.dynamics, ended, np.where(goal, 0.0, chain.rate)), start)
    return float(passed[goal].sum())


def law_after(chain: Chain, start: F64, proposals: int) -> F64:
    """Where walks are after so many proposals, shape (programs,); for steepest descent, after so many moves."""
    onward = chain.by_proposal().T.tocsr()
    at = start
    for _ in range(check_steps(proposals)):
        at = np.asarray(onward @ at)
    return at
