"""What happens along descents: loss by step and class of the end, when search comes up, what decides the end.

For steepest and first descent, in moves. Everything is a sum along the exact chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from priorsim.walks.chains import Chain
from priorsim.walks.ends import end_values
from priorsim.walks.kernels import F64
from priorsim.walks.landscape import CLASSES, DIRECT, SEARCH, Landscape, Mask


def steps_of(chain: Chain, start: F64) -> Iterator[F64]:
    """Where walks are after 0, 1, 2, ... moves, ended ones at their ends, until all have ended."""
    onward = chain.moves.T.tocsr()
    moving, ended = start, np.zeros(len(start))
    while moving.any():
        yield moving + ended
        ended = ended + np.where(chain.stuck, moving, 0.0)
        moving = np.asarray(onward @ moving)


@dataclass(frozen=True, slots=True)
class Course:
    """How walks of one end class go.

    Attributes
    ----------
    kind : str
        Class of the end point.
    share : float
        Of all walks.
    loss : tuple of float
        Mean loss after 0, 1, 2, ... moves of the walks that end in the class.
    """

    kind: str
    share: float
    loss: tuple[float, ...]


def courses(chain: Chain, landscape: Landscape, start: F64) -> tuple[Course, ...]:
    """Loss against moves, by class of the end point; classes in which no walk ends are left out."""
    steps = list(steps_of(chain, start))
    found = []
    for kind, name in enumerate(CLASSES):
        ends_there = end_values(chain, (landscape.kind == kind).astype(np.float64))
        share = float(np.sum(start * ends_there))
        if share > 0:
            losses = tuple(float(np.sum(at * ends_there * landscape.loss)) / share for at in steps)
            found.append(Course(str(name), share, losses))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ClassShares:
    """Classes after 0, 1, 2, ... moves, and when search first comes up.

    Attributes
    ----------
    shares : tuple of tuple of float
        By move, the share of walks in each of the classes.
    first_search : tuple of float
        Chance that the first search program is the one after so many moves; what is missing to 1 never has one.
    swerves : tuple of float
        The part of `first_search` in walks that were at a direct program that had improved on their start.
    """

    shares: tuple[tuple[float, ...], ...]
    first_search: tuple[float, ...]
    swerves: tuple[float, ...]


def classes_along(chain: Chain, landscape: Landscape, start: F64) -> ClassShares:
    """Classes along descents."""
    kinds = range(len(CLASSES))
    shares = tuple(tuple(float(at[landscape.kind == kind].sum()) for kind in kinds) for at in steps_of(chain, start))
    search = landscape.kind == SEARCH
    onward = chain.moves.T.tocsr()
    without, improved = np.where(search, 0.0, start), np.zeros(len(start))
    first, swerves = [float(start[search].sum())], [0.0]
    for _ in shares[1:]:
        after, after_improved = np.asarray(onward @ without), np.asarray(onward @ improved)
        first.append(float(after[search].sum()))
        swerves.append(float(after_improved[search].sum()))
        without = np.where(search, 0.0, after)
        # Every move improves, so what is direct now has improved on its start.
        improved = np.where(search, 0.0, np.where(landscape.kind == DIRECT, without, after_improved))
    return ClassShares(shares, tuple(first), tuple(swerves))


@dataclass(frozen=True, slots=True)
class Dependence:
    """What decides whether a walk ends as it does: parts of the variance of a yes or no, that sum to it.

    Attributes
    ----------
    chance : float
        That it does.
    by_start, by_first_step, by_chance : float
        Variance of the chance over starts; over first moves, the start given; what is left after the first
        move. All 0 where the chance is 0 or 1.
    """

    chance: float
    by_start: float
    by_first_step: float
    by_chance: float

    @property
    def variance(self) -> float:
        """Of the yes or no: chance (1 - chance)."""
        return self.chance * (1 - self.chance)


def dependence(chain: Chain, start: F64, ends: Mask) -> Dependence:
    """How far the end of a walk, in `ends` or not, hangs on start, first move and later chance.

    By the law of total variance, twice; a walk that cannot move has its start for a first move.
    """
    values = end_values(chain, ends.astype(np.float64))
    chance = float(np.sum(start * values))
    after = np.where(chain.stuck, values**2, np.asarray(chain.moves @ values**2))
    by_start = float(np.sum(start * values**2)) - chance**2
    by_first = float(np.sum(start * (after - values**2)))
    left = chance - float(np.sum(start * after))
    return Dependence(chance, *(max(0.0, part) for part in (by_start, by_first, left)))


@dataclass(frozen=True, slots=True)
class Forced:
    """Ends after a forced early step.

    Attributes
    ----------
    free, forced : tuple of float
        Chances to end in each class from the start itself, and from the programs the walk was put on.
    distance : float
        Total variation between the two.
    """

    free: tuple[float, ...]
    forced: tuple[float, ...]
    distance: float


def forced_start(chain: Chain, landscape: Landscape, start: F64, *, forced: F64) -> Forced:
    """How the class of the end changes where a walk is first put on other programs; chances of shape (programs,)."""
    chances = []
    for begun in (start, forced):
        values = [end_values(chain, (landscape.kind == kind).astype(np.float64)) for kind in range(len(CLASSES))]
        chances.append(tuple(float(np.sum(begun * value)) for value in values))
    return Forced(chances[0], chances[1], sum(abs(a - b) for a, b in zip(*chances, strict=True)) / 2)
