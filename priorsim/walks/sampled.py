"""Walks sampled, where the edit graph does not fit or one walk is to be seen: seeded, with intervals.

Rows of the graph are made as a walk needs them. The same seed gives the same walks, on any machine.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import I64
from priorsim.census.progress import Progress
from priorsim.errors import WalkError
from priorsim.walks import kernels
from priorsim.walks.chains import STRICT, Dynamics, Energy, check_steps, default_energy
from priorsim.walks.kernels import F64, EditSpace
from priorsim.walks.landscape import Landscape

CONFIDENCE = 0.95
_DEVIATIONS = 1.959963984540054
_NUMBERS = {dynamics: number for number, dynamics in enumerate(Dynamics)}
_MOST_SEEN = 1 << 16
AT_ONCE = 32
"""Walks between two of which an interrupt is heard."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of sampled walks, with Wilson's interval at 95 %.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float


def share(hits: int, walks: int) -> Share:
    """The share of walks that did something (Wilson 1927: it holds for few hits, too).

    >>> share(0, 100).low, round(share(0, 100).high, 4)
    (0.0, 0.037)
    """
    z2 = _DEVIATIONS**2
    middle = (hits + z2 / 2) / (walks + z2)
    half = _DEVIATIONS / (walks + z2) * math.sqrt(hits * (walks - hits) / walks + z2 / 4)
    return Share(hits / walks, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Visit:
    """A program a walk came to.

    Attributes
    ----------
    number : int
    step : int
        At which proposal; at which move of a descent. 0 for the start.
    """

    number: int
    step: int


def default_steps(landscape: Landscape, dynamics: Dynamics) -> int:
    """As many steps as a descent can take; 10,000 proposals where walks do not end."""
    return int(landscape.loss.max()) if dynamics in STRICT else 10_000


def sample_ends(
    space: EditSpace,
    landscape: Landscape,
    dynamics: Dynamics,
    *,
    start: F64,
    walks: int,
    seed: int,
    steps: int | None = None,
    energy: Energy | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> NDArray[np.int64]:
    """The end points of walks, as numbers of programs, shape (walks,).

    Parameters
    ----------
    space : EditSpace
    landscape : Landscape
    dynamics : Dynamics
    start : array of float64, shape (programs,)
        Chance to start at each program.
    walks, seed : int
    steps : int, optional
        Proposals of drift and Metropolis, after which they are looked at; most moves of a descent.
    energy : Energy, optional
        Of Metropolis.
    progress : callable, optional
        Called with how many walks are done.

    Raises
    ------
    WalkError
        When a number is out of range.
    """
    if walks < 1:
        raise WalkError(f"{walks} walks are too few: give at least 1")
    generator = np.random.Generator(np.random.PCG64(_check_seed(seed)))
    at = _draw(start, walks, generator)
    states = generator.integers(0, 2**64, walks, np.uint64)
    _walk(space, landscape, dynamics, at, states, steps, energy, np.zeros(0, np.int64), progress)
    return at


def trace_walk(
    space: EditSpace,
    landscape: Landscape,
    dynamics: Dynamics,
    *,
    start: F64,
    seed: int,
    steps: int | None = None,
    energy: Energy | None = None,
) -> Sequence[Visit]:
    """One walk: every program it comes to, the start first; as `sample_ends` with one walk."""
    generator = np.random.Generator(np.random.PCG64(_check_seed(seed)))
    at = _draw(start, 1, generator)
    states = generator.integers(0, 2**64, 1, np.uint64)
    first = Visit(int(at[0]), 0)
    path = np.zeros(_MOST_SEEN, np.int64)
    times, taken = _walk(space, landscape, dynamics, at, states, steps, energy, path)
    return (first, *(Visit(int(path[i]), int(times[i])) for i in range(min(int(taken[0]), len(path)))))


def _check_seed(seed: int) -> int:
    if seed < 0:
        raise WalkError(f"seed {seed} is out of range: give 0 or more")
    return seed


def _draw(start: F64, walks: int, generator: np.random.Generator) -> I64:
    """Programs to start from; by hand, so that they do not depend on numpy's way to choose."""
    edges = np.cumsum(start)
    # A random number below 1 times the last edge is below it however it is rounded.
    return np.asarray(np.searchsorted(edges, generator.random(walks) * edges[-1], side="right"), np.int64)


def _walk(
    space: EditSpace,
    landscape: Landscape,
    dynamics: Dynamics,
    at: I64,
    states: NDArray[np.uint64],
    steps: int | None,
    energy: Energy | None,
    path: I64,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[I64, I64]:
    count = len(landscape.loss)
    most = default_steps(landscape, dynamics) if steps is None else check_steps(steps)
    log2 = (energy or default_energy(landscape)).log2_weight(landscape)
    taken, times = np.zeros(len(at), np.int64), np.zeros(len(path), np.int64)
    scratch, other = kernels.make_scratch(count), kernels.make_scratch(count)
    for done in range(0, len(at), AT_ONCE):
        now = slice(done, done + AT_ONCE)
        kernels.walk_on(
            *(at[now], taken[now], path, times, states[now]),
            *(_NUMBERS[dynamics], most, landscape.loss, log2, space, scratch, other),
        )
        if progress is not None:
            progress(Progress(min(done + AT_ONCE, len(at)), len(at), "walks"))
    return times, taken
