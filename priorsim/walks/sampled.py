"""Walks sampled, where the edit graph does not fit or one walk is to be seen: seeded, with intervals.

Rows of the graph are made as a walk needs them. The same seed gives the same walks, on any machine.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from priorsim.census.compiled import I64, U64
from priorsim.census.progress import Progress
from priorsim.errors import WalkError
from priorsim.priors import F64
from priorsim.walks import kernels
from priorsim.walks.chains import STRICT, Dynamics, Energy, check_steps, default_energy
from priorsim.walks.kernels import EditSpace
from priorsim.walks.landscape import Landscape

_DEVIATIONS = 1.959963984540054
_MOST_SEEN = 1 << 16
_STEPS = 10_000  # Proposals after which walks that do not end are looked at.
AT_ONCE = 32  # Walks between two of which an interrupt is heard.


class Share(NamedTuple):
    """A share of sampled walks, with Wilson's interval at 95 %."""

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


class Visit(NamedTuple):
    """A program a walk came to, and at which proposal, or move of a descent; 0 for the start."""

    number: int
    step: int


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
) -> I64:
    """The end points of walks, as numbers of programs, shape (walks,).

    `start` is the chance to start at each program; `steps` are proposals of drift and Metropolis, after which they are
    looked at, and most moves of a descent. Raises WalkError when a number is out of range.
    """
    if walks < 1:
        raise WalkError(f"{walks} walks are too few: give at least 1")
    at, states = _begin(start, walks, seed)
    _walk(space, landscape, dynamics, at, states, steps, energy, progress=progress)
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
) -> tuple[Visit, ...]:
    """One walk: every program it comes to, the start first; as `sample_ends` with one walk."""
    at, states = _begin(start, 1, seed)
    first = Visit(int(at[0]), 0)
    path, times = _walk(space, landscape, dynamics, at, states, steps, energy, room=_MOST_SEEN)
    return (first, *map(Visit, path.tolist(), times.tolist()))


def _begin(start: F64, walks: int, seed: int) -> tuple[I64, U64]:
    """Programs to start from, and the walks' own seeds."""
    if seed < 0:
        raise WalkError(f"seed {seed} is out of range: give 0 or more")
    generator = np.random.Generator(np.random.PCG64(seed))
    # By hand, so that they do not depend on numpy's way to choose. A random number below 1 times the last edge is
    # below it however it is rounded.
    edges = np.cumsum(start)
    at = np.searchsorted(edges, generator.random(walks) * edges[-1], side="right").astype(np.int64)
    return at, generator.integers(0, 2**64, walks, np.uint64)


def _walk(
    space: EditSpace,
    landscape: Landscape,
    dynamics: Dynamics,
    at: I64,
    states: U64,
    steps: int | None,
    energy: Energy | None,
    room: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[I64, I64]:
    """Take walks to their ends; returns the programs that a single one moves to, and the numbers of these steps."""
    count = len(landscape.loss)
    usual = int(landscape.loss.max()) if dynamics in STRICT else _STEPS
    most = usual if steps is None else check_steps(steps)
    log2 = (energy or default_energy(landscape)).log2_weight(landscape)
    taken, path, times = (np.zeros(size, np.int64) for size in (len(at), room, room))
    scratch, other = kernels.make_scratch(count), kernels.make_scratch(count)
    for done in range(0, len(at), AT_ONCE):
        now = slice(done, done + AT_ONCE)
        kernels.walk_on(
            *(at[now], taken[now], path, times, states[now]),
            *(list(Dynamics).index(dynamics), most, landscape.loss, log2, space, scratch, other),
        )
        if progress is not None:
            progress(Progress(min(done + AT_ONCE, len(at)), len(at), "walks"))
    return path[: taken[0]], times[: taken[0]]
