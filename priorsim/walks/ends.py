"""Where walks end and when they get somewhere, exactly; arrays of chances have shape (programs,).

Descents lower the loss with every move: their ends follow level by level. With neutral drift a walk ends in a closed
plateau, programs of one loss that neutral edits connect and none improves, and is then at each as often as in the long
run. Metropolis never ends: it has hitting times, a law after so many proposals and one in the long run, in the part of
the space that it starts in. `start` is the chance to start at each program.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from priorsim.errors import UnsolvedError, WalkError
from priorsim.priors import F64
from priorsim.walks.chains import STRICT, Chain, Dynamics, check_steps
from priorsim.walks.graph import entries
from priorsim.walks.kernels import I32
from priorsim.walks.landscape import CLASSES, Landscape, Mask
from priorsim.walks.solve import long_run, visits


class Ends(NamedTuple):
    """The chance to end at each program, and a bound on the mass not followed to its end, 0 for descents."""

    mass: F64
    residual: float


def end_points(chain: Chain, landscape: Landscape, start: F64) -> Ends:
    """The distribution of end points; WalkError for Metropolis, and where a plateau takes too long to be solved."""
    if chain.dynamics is Dynamics.METROPOLIS:
        raise WalkError("metropolis walks do not end: ask for their law after so many --steps")
    if chain.dynamics in STRICT:
        return Ends(np.where(chain.stuck, passed_through(chain, start), 0.0), 0.0)
    settled, neutral, plateau, residual = _settle(chain, landscape, start, np.zeros(len(start), np.bool_))
    arrived, mass = np.bincount(plateau, settled), np.zeros(len(start))
    for closed in np.flatnonzero(arrived):
        inside = np.flatnonzero(plateau == closed)
        shares = long_run(neutral[inside][:, inside])
        if len(inside) > 1:
            # A share of visits, weighed by how long each takes.
            shares /= chain.rate[inside]
            shares /= shares.sum()
        mass[inside] += arrived[closed] * shares
    return Ends(mass, residual)


def _powers(matrix: "csr_array[np.float64]", at: F64) -> Iterator[F64]:
    """What a vector becomes by 0, 1, 2, ... products, until nothing is left of it."""
    yield at
    while (at := np.asarray(matrix @ at)).any():
        yield at


def moving(chain: Chain, start: F64) -> Iterator[F64]:
    """The chance of a descent to come to each program with its move 0, 1, 2, ... until all have ended."""
    return _powers(chain.moves.T.tocsr(), start)


def passed_through(chain: Chain, start: F64) -> F64:
    """Chance that a descent passes each program, its start and end included."""
    return np.asarray(sum(moving(chain, start)))


def end_values(chain: Chain, value: F64) -> F64:
    """Expected value of a descent's end point, by program started from.

    >>> moves = csr_array(np.array([[0, 0.5, 0.5], [0, 0, 0], [0, 0, 0]]))
    >>> end_values(Chain(Dynamics.FIRST, moves, np.array([1.0, 0, 0])), np.array([9.0, 1, 3]))
    array([2., 1., 3.])
    """
    if chain.dynamics not in STRICT:
        raise WalkError(f"{chain.dynamics} walks do not lower the loss with every move: ask for their end points")
    return np.asarray(sum(_powers(chain.moves, np.where(chain.stuck, value, 0.0))))


def class_values(chain: Chain, landscape: Landscape) -> list[F64]:
    """The chance that a descent ends in each of CLASSES, by program started from."""
    return [end_values(chain, (landscape.kind == kind).astype(np.float64)) for kind in range(len(CLASSES))]


def dependence(chain: Chain, start: F64, ends: Mask) -> tuple[float, float, float, float]:
    """The chance that a descent ends in `ends`, and how far that hangs on start, first move and later chance.

    By the law of total variance, twice: parts of the variance of a yes or no, chance (1 - chance), by the start; by the
    first move, the start given; by what comes after it. A walk that cannot move has its start for a first move.
    """
    values = end_values(chain, ends.astype(np.float64))
    chance = float(np.sum(start * values))
    after = np.where(chain.stuck, values**2, np.asarray(chain.moves @ values**2))
    by_start = float(np.sum(start * values**2)) - chance**2
    by_first = float(np.sum(start * (after - values**2)))
    left = chance - float(np.sum(start * after))
    return chance, max(0.0, by_start), max(0.0, by_first), max(0.0, left)


def _settle(
    chain: Chain, landscape: Landscape, start: F64, goal: Mask
) -> tuple[F64, "csr_array[np.float64]", I32, float]:
    """Follow drifting walks, level by level, until no move improves any more, or to a goal.

    The chance to come to that at each program (goal, or first of a closed plateau), the moves on plateaus, each
    program's plateau, and the residual.
    """
    loss, moves = landscape.loss, chain.moves
    rows, targets = moves.tocoo().coords
    is_neutral = (loss[targets] == loss[rows]) & ~goal[targets]
    leaves = ~is_neutral & ~goal[rows]
    neutral, onward = (entries(moves, kept) for kept in (is_neutral & ~goal[rows], leaves))
    plateaus, plateau = connected_components(neutral, directed=False)
    is_open = np.zeros(plateaus, np.bool_)
    is_open[plateau[rows[leaves]]] = True
    inflow, residual = start.astype(np.float64), 0.0
    for level in np.unique(loss)[::-1]:
        here = np.flatnonzero((loss == level) & is_open[plateau])
        if inflow[here].any():
            seen, left = visits(neutral[here][:, here], inflow[here])
            residual += left * float(inflow[here].sum())
            inflow += np.asarray(onward[here].T @ seen)
    return np.where(is_open[plateau], 0.0, inflow), neutral, plateau, residual


def chance_to_meet(chain: Chain, landscape: Landscape, start: F64, goal: Mask) -> tuple[float, float]:
    """Chance that a drifting walk ever meets the goal, and a bound on its error; WalkError as for `end_points`."""
    if chain.dynamics is not Dynamics.DRIFT:
        raise WalkError(f"{chain.dynamics} walks do not drift: ask for the chance to pass, or for hitting times")
    arrived, _, _, residual = _settle(chain, landscape, start, goal)
    return float(arrived[goal].sum()), residual


class Hit(NamedTuple):
    """The chance that walks ever meet a set of programs, and of those that do the expected proposals until then.

    These are infinite where none does; the residual is that of the linear system, relative.
    """

    chance: float
    proposals: float
    residual: float


def _weights_and_parts(chain: Chain) -> tuple[F64, I32]:
    """log2 of the weight of each program, and its part of the space: whatever moves a part has can be undone."""
    if chain.log2_weight is None:
        raise WalkError(f"{chain.dynamics} walks may stop short: ask for the chance to pass, or for metropolis")
    return chain.log2_weight, chain.part


def can_meet(chain: Chain, goal: Mask) -> Mask:
    """From where Metropolis walks meet the goal at some time: the parts of the space that have some of it."""
    _, part = _weights_and_parts(chain)
    has_goal = np.zeros(part.max() + 1, np.bool_)
    has_goal[part[goal]] = True
    return has_goal[part]


def law_in_the_long_run(chain: Chain, start: F64) -> F64:
    """Where Metropolis walks are in the long run: in each part by its weights, as often as walks start in it.

    >>> moves = csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))
    >>> chain = Chain(Dynamics.METROPOLIS, moves, np.array([0.5, 0.25, 0.0]), np.array([0.0, 1.0, 9.0]))
    >>> law_in_the_long_run(chain, np.array([0.75, 0.0, 0.25]))
    array([0.25, 0.5 , 0.25])
    """
    log2, part = _weights_and_parts(chain)
    heaviest = np.full(part.max() + 1, -np.inf)
    np.maximum.at(heaviest, part, log2)
    weights = np.exp2(log2 - heaviest[part])
    return np.asarray(weights * (np.bincount(part, start) / np.bincount(part, weights))[part])


def hitting_time(chain: Chain, start: F64, goal: Mask) -> Hit:
    """When Metropolis walks, and no others, first meet the goal; UnsolvedError where that cannot be solved."""
    log2, _ = _weights_and_parts(chain)
    reaches = can_meet(chain, goal)
    chance = float(start[reaches].sum())
    if chance == 0:
        return Hit(0.0, np.inf, 0.0)
    before = np.flatnonzero(reaches & ~goal)
    if not start[before].any():
        return Hit(chance, 0.0, 0.0)
    if chain.rate[before].min() < np.finfo(np.float64).tiny:
        raise UnsolvedError("walks stay at some program for longer than a float64 can say: raise --temperature")
    log2 = log2[before] + np.log2(chain.rate[before])
    scale = np.exp2((log2 - log2.max()) / 2)
    seen, residual = visits(chain.moves[before][:, before], start[before] / chance, scale=scale)
    return Hit(chance, float((seen / chain.rate[before]).sum()), residual)


def law_after(chain: Chain, start: F64, proposals: int) -> F64:
    """Where walks are after so many proposals; for steepest descent, after so many moves."""
    onward = chain.by_proposal().T.tocsr()
    for _ in range(check_steps(proposals)):
        start = np.asarray(onward @ start)
    return start
