"""Learning curves and flips: what the fitting mass knows after each lesson, and which class leads.

A lesson is one training lane or, where the world has hidden rules, all training lanes of a rule. Masses
are as exact as the prior's (weighed.py); log-odds and their averages are floats.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.measure.histogram import U32
from priorsim.measure.mass import ENDS, End, Interval, Mass, joined, log_odds
from priorsim.measure.shares import Average, Share, share_of
from priorsim.measure.weighed import ALL_KINDS, Weighed, Weights, lane_bits, right_lanes
from priorsim.worlds.world import World

ORDER_SEEDS = range(20)
EVEN = "even"

Lesson = tuple[int, ...]
"""The lanes that are learnt at once."""


def lessons(world: World) -> tuple[Lesson, ...]:
    """The training lanes one by one, or rule by rule where the world has rules; in listed order.

    >>> from priorsim.worlds import find_world
    >>> lessons(find_world("in-context-root-w4"))
    ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11))
    """
    by_rule = world.rules or tuple((lane,) for lane in range(len(world.domain.lanes)))
    trained = (tuple(lane for lane in rule if lane in world.train) for rule in by_rule)
    return tuple(lesson for lesson in trained if lesson)


def seeded_order(given: Sequence[Lesson], seed: int) -> list[Lesson]:
    """The lessons in the order that `random.Random(seed).sample` draws them."""
    return random.Random(seed).sample(given, len(given))


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What fits after so many lessons, and what it knows.

    Attributes
    ----------
    lessons, lanes : int
        How many were given: training lanes or rules, and lanes.
    masses : tuple of Mass
        Of the fitting programs, by class.
    right : tuple of Mass
        The same with each program counted once for every held-out lane it is right on.
    lightest : tuple of float
        log2 weight in bits of the fitting program that weighs most, by class; -inf where there is none.
    held_out : int
        Number of held-out lanes.
    """

    lessons: int
    lanes: int
    masses: tuple[Mass, ...]
    right: tuple[Mass, ...]
    lightest: tuple[float, ...]
    held_out: int

    def accuracy(self, kinds: tuple[int, ...]) -> Share | None:
        """Mass-weighted share of held-out lanes these classes are right on; None without mass or such lanes."""
        right = share_of(joined(self.right, kinds), joined(self.masses, kinds))
        return None if right is None or not self.held_out else right / self.held_out

    @property
    def log_odds(self) -> Interval:
        """log2(M_search / M_direct) in bits."""
        return log_odds(self.masses)

    def is_empty(self, kinds: tuple[int, ...]) -> bool:
        """Whether no program of these classes fits within the bound."""
        return all(self.lightest[kind] == -math.inf for kind in kinds)

    def heaviest_side(self, end: End) -> str | None:
        """The side of greater mass at an end, EVEN, or None where nothing fits."""
        masses = {name: joined(self.masses, kinds) for name, kinds in sides(end).items()}
        return self._leader({name: each.log2 if each.exact is None else each.exact for name, each in masses.items()})

    def lightest_side(self, end: End) -> str | None:
        """The side that has the program of least cost at an end, EVEN, or None where nothing fits."""
        return self._leader({name: max(self.lightest[kind] for kind in kinds) for name, kinds in sides(end).items()})

    def _leader(self, values: dict[str, Share]) -> str | None:
        if self.is_empty(ALL_KINDS):
            return None
        most = max(values.values())
        leaders = [name for name, value in values.items() if value == most]
        return leaders[0] if len(leaders) == 1 else EVEN


def sides(end: End) -> dict[str, tuple[int, ...]]:
    """The classes that compete at an end, by name."""
    return {"direct": end.direct, "search": end.search}


@dataclass(frozen=True, slots=True)
class AveragePoint:
    """A learning curve's point averaged over the seeded orders.

    Attributes
    ----------
    lessons : int
    accuracy : Average
        Of all classes together.
    accuracies : tuple of Average
        By class.
    log_odds : tuple of Average
        At the low and at the high end, over the orders in which both sides have mass; bits.
    """

    lessons: int
    accuracy: Average
    accuracies: tuple[Average, ...]
    log_odds: tuple[Average, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """Where another side leads.

    Attributes
    ----------
    lessons, lanes : int
        The number of lessons, and of lanes, at which it does.
    before, after : str
        The sides.
    one_sided : bool
        Whether the bound holds no fitting program of the side before any more.
    """

    lessons: int
    lanes: int
    before: str
    after: str
    one_sided: bool


@dataclass(frozen=True, slots=True)
class Learning:
    """The learning curves of a world.

    Attributes
    ----------
    unit : 'lane' or 'rule'
        What a lesson is.
    listed : tuple of CurvePoint
        After 1, 2, 3, ... lessons in listed order.
    averaged : tuple of AveragePoint
        After as many, over the seeded orders.
    """

    unit: str
    listed: tuple[CurvePoint, ...]
    averaged: tuple[AveragePoint, ...]

    def heaviest_flips(self, end: End) -> tuple[Flip, ...]:
        """Every N* at which the side of greater mass changes, in listed order; see `flips`."""
        return flips(self.listed, end, CurvePoint.heaviest_side)

    def lightest_flips(self, end: End) -> tuple[Flip, ...]:
        """Every N* at which the side with the program of least cost changes, in listed order; see `flips`."""
        return flips(self.listed, end, CurvePoint.lightest_side)


def flips(points: Sequence[CurvePoint], end: End, side: Callable[[CurvePoint, End], str | None]) -> tuple[Flip, ...]:
    """Where the leading side changes.

    A tie changes nothing: the flip is where another side leads alone. Where nothing fits any more nothing
    leads, and there is no flip.
    """
    found: list[Flip] = []
    before: str | None = None
    for point in points:
        after = side(point, end)
        if after is None or after == EVEN:
            continue
        if before is not None and before != after:
            found.append(Flip(point.lessons, point.lanes, before, after, point.is_empty(sides(end)[before])))
        before = after
    return tuple(found)


def learning(weighed: Weighed, world: World) -> Learning:
    """The learning curves of a world: in listed order, and averaged over 20 seeded orders.

    Accuracy is measured on the world's held-out lanes, the same ones all along the curve.
    """
    # What a curve asks of a behaviour is where it is right; few behaviours differ in that.
    (right,), weights = weighed.weights.merged(right_lanes(weighed.behaviour, world))
    given = lessons(world)
    listed = tuple(_curve(right, weights, world, given))
    shuffled = [list(_curve(right, weights, world, seeded_order(given, seed))) for seed in ORDER_SEEDS]
    averaged = tuple(_average(points) for points in zip(*shuffled, strict=True))
    return Learning("rule" if world.rules else "lane", listed, averaged)


def _curve(right: U32, weights: Weights, world: World, given: Sequence[Lesson]) -> Iterator[CurvePoint]:
    """The points after 1, 2, 3, ... of these lessons."""
    rights = np.bitwise_count(right & lane_bits(world.held_out)).astype(np.uint64)
    lanes = 0
    for number, lesson in enumerate(given, start=1):
        learnt = lane_bits(lesson)
        fits = (right & learnt) == learnt
        right, rights, weights = right[fits], rights[fits], weights.take(fits)
        lanes += len(lesson)
        masses, correct = weights.masses(), weights.masses(rights)
        yield CurvePoint(number, lanes, masses, correct, weights.lightest_by_class(), len(world.held_out))


def _average(points: Sequence[CurvePoint]) -> AveragePoint:
    odds = [point.log_odds for point in points]
    return AveragePoint(
        points[0].lessons,
        Average.of(point.accuracy(ALL_KINDS) for point in points),
        tuple(Average.of(point.accuracy((kind,)) for point in points) for kind in ALL_KINDS),
        tuple(Average.of(getattr(each, end.name) for each in odds) for end in ENDS),
    )
