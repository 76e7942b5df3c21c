"""Walks as Markov chains on the edit graph: which proposals are accepted (docs/walks.md).

Four dynamics: steepest descent, first-improvement descent, descent with neutral drift, and Metropolis.
Chances are float64, within 1e-12 of the exact ones.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import connected_components

from priorsim.errors import WalkError
from priorsim.priors import F64
from priorsim.walks.graph import EditGraph
from priorsim.walks.kernels import I32
from priorsim.walks.landscape import Landscape, Mask


class Dynamics(StrEnum):
    """Which proposals a walk accepts."""

    STEEPEST = "steepest"
    FIRST = "first"
    DRIFT = "drift"
    METROPOLIS = "metropolis"


STRICT = (Dynamics.STEEPEST, Dynamics.FIRST)
"""Every move lowers the loss, so a walk ends after at most as many moves as there are losses."""

LEAST_TEMPERATURE = 1e-3
"""Below it a wrong lane weighs less than the least float64, and rounding loses the lengths beside the losses."""


def check_steps(steps: int) -> int:
    """The number of steps; raises WalkError where it is negative."""
    if steps < 0:
        raise WalkError(f"{steps} steps are out of range: give 0 or more")
    return steps


@dataclass(frozen=True, slots=True)
class Energy:
    """What Metropolis weighs a program by: weight 2^-(loss / temperature + length), length if it counts.

    The temperature is in wrong lanes (or bits) for a bit of weight.
    """

    temperature: float
    with_prior: bool = True

    def __post_init__(self) -> None:
        if not LEAST_TEMPERATURE <= self.temperature < np.inf:
            raise WalkError(
                f"a temperature of {self.temperature:g} is out of range: give a number of {LEAST_TEMPERATURE:g} or more"
            )

    def log2_weight(self, landscape: Landscape) -> F64:
        """log2 of the weight of each program, shape (programs,)."""
        log2 = -landscape.loss / self.temperature
        return log2 - landscape.programs.bits if self.with_prior else log2


def default_energy(landscape: Landscape) -> Energy:
    """A wrong lane costs the bits of a word, as if the right one had to be told; a wrong bit costs one."""
    cost = landscape.world.domain.word_bits if landscape.loss_by == "lanes" else 1
    return Energy(1 / cost)


@dataclass(frozen=True, eq=False)
class Chain:
    """A walk's moves; arrays have shape (programs,).

    `moves`, shape (programs, programs), holds the chance that the next move, if there is one, goes from row to column:
    rows sum to 1, or are empty where no move is possible. `rate` is the chance that a proposal is accepted and changes
    the program, so that a move takes 1 / rate proposals; 1 for steepest descent, which looks at all proposals at once.
    Of Metropolis `log2_weight` is log2 of the weights whose shares are its long-run law in each part of the space.
    """

    dynamics: Dynamics
    moves: "csr_array[np.float64]"
    rate: F64
    log2_weight: F64 | None = None

    @property
    def stuck(self) -> Mask:
        """Where no move is possible."""
        return np.asarray(self.rate == 0)

    @cached_property
    def part(self) -> I32:
        """The part of the space that each program is in; no Metropolis walk leaves its part."""
        found: I32 = connected_components(self.moves, directed=False)[1]
        return found

    def by_proposal(self) -> "csr_array[np.float64]":
        """The chain with time in proposals: rows sum to 1, stays on the diagonal."""
        return csr_array(self.moves * self.rate[:, None] + diags_array(1 - self.rate, format="csr"))


def make_chain(
    graph: EditGraph,
    landscape: Landscape,
    dynamics: Dynamics,
    *,
    energy: Energy | None = None,
    forbidden: Mask | None = None,
) -> Chain:
    """The chain of a walk among the graph's programs; no descent or drift moves to what is forbidden."""
    (rows, targets), weights = graph.matrix.tocoo().coords, graph.matrix.data
    log2 = None
    if dynamics is Dynamics.METROPOLIS:
        log2 = (energy or default_energy(landscape)).log2_weight(landscape)
        turned = graph.matrix.T.tocsr()
        turned.sort_indices()
        assert np.array_equal(turned.indices, targets), "every edit can be undone within the radius"
        # q(x -> y) min(1, pi(y) q(y -> x) / (pi(x) q(x -> y))), the Hastings rule.
        with np.errstate(over="ignore"):
            back = np.exp2(log2[targets] - log2[rows]) * turned.data
        weights = np.minimum(weights, back)
        kept = weights > 0
    else:
        before, after = landscape.loss[rows], landscape.loss[targets]
        kept = after <= before if dynamics is Dynamics.DRIFT else after < before
        if forbidden is not None:
            kept &= ~forbidden[targets]
        if dynamics is Dynamics.STEEPEST:
            least = landscape.loss.copy()
            np.minimum.at(least, rows[kept], after[kept])
            kept &= after == least[rows]
    rows, targets, weights = rows[kept], targets[kept], weights[kept]
    rate = np.bincount(rows, weights, minlength=len(graph)).astype(np.float64)
    moves = csr_array((weights / rate[rows], (rows, targets)), shape=graph.matrix.shape)
    if dynamics is Dynamics.STEEPEST:
        rate = (rate > 0).astype(np.float64)
    return Chain(dynamics, moves, rate, log2)
