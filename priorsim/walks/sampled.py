"""Walks sampled, where the edit graph does not fit or one walk is to be seen: seeded, with intervals.

Rows of the graph are made as a walk needs them. The same seed gives the same walks, on any machine.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from priorsim.census.compiled import I64
from priorsim.census.progress import Progress
from priorsim.errors import WalkError
from priorsim.keys import Parts
from priorsim.priors import F64
from priorsim.walks import kernels
from priorsim.walks.chains import STRICT, Dynamics, Energy, check_steps, default_energy
from priorsim.walks.kernels import EditSpace
from priorsim.walks.landscape import Landscape

_DEVIATIONS = 1.959963984540054
_MOST_SEEN = 1 << 16
_STEPS = 10_000  # Proposals after which walks that do not end are looked at.
AT_ONCE = 32  # Walks between two of which an interrupt is heard.


class Share(Parts[float], frozen=True):
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


def sample_walks(
    space: EditSpace,
    landscape: Landscape,
    dynamics: Dynamics,
    *,
    start: F64,
    seed: int,
    walks: int = 1,
    steps: int | None = None,
    energy: Energy | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[I64, tuple[Visit, ...]]:
    """The end points of walks, as numbers of programs, shape (walks,); and of a single one all it comes to, in order.

    `start` is the chance to start at each program; `steps` are proposals of drift and Metropolis, after which they are
    looked at, and most moves of a descent. Raises WalkError when a number is out of range.
    """
    if walks < 1:
        raise WalkError(f"{walks} walks are too few: give at least 1")
    if seed < 0:
        raise WalkError(f"seed {seed} is out of range: give 0 or more")
    generator = np.random.Generator(np.random.PCG64(seed))
    # By hand, so that they do not depend on numpy's way to choose. A random number below 1 times the last edge is
    # below it however it is rounded.
    edges = np.cumsum(start)
    at = np.searchsorted(edges, generator.random(walks) * edges[-1], side="right").astype(np.int64)
    states = generator.integers(0, 2**64, walks, np.uint64)
    begun = Visit(int(at[0]), 0)
    usual = int(landscape.loss.max()) if dynamics in STRICT else _STEPS
    most = usual if steps is None else check_steps(steps)
    log2 = (energy or default_energy(landscape)).log2_weight(landscape)
    room = _MOST_SEEN if walks == 1 else 0
    taken, path, times = (np.zeros(size, np.int64) for size in (walks, room, room))
    scratch, other = kernels.make_scratch(len(landscape.loss)), kernels.make_scratch(len(landscape.loss))
    for done in range(0, walks, AT_ONCE):
        now = slice(done, done + AT_ONCE)
        kernels.walk_on(
            *(at[now], taken[now], path, times, states[now]),
            *(list(Dynamics).index(dynamics), most, landscape.loss, log2, space, scratch, other),
        )
        if progress is not None:
            progress(Progress(min(done + AT_ONCE, walks), walks, "walks"))
    seen = slice(taken[0])
    return at, (begun, *map(Visit, path[seen].tolist(), times[seen].tolist()))
