"""Everything said of a world off its training lanes, gathered: what `priorsim heldout` prints and exports.

Splits say what fits and what it does elsewhere (weighed.py); learning curves and flips what the fitting mass knows
after each lesson, and which class leads. A lesson is one training lane or, where the world has hidden rules, all
training lanes of a rule. Masses are as exact as the prior's; log-odds and their averages are floats. The classes are
those of code alone; the masses of programs with data join them by class number.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from priorsim.measure.histogram import U32, check_world
from priorsim.measure.mass import (
    ALL_KINDS,
    ENDS,
    Average,
    End,
    Interval,
    Mass,
    Share,
    at_ends,
    difference,
    joined,
    language_to_json,
    log_odds,
    named,
    plain,
    share_of,
)
from priorsim.measure.weighed import (
    HeldOut,
    SideMasses,
    Weighed,
    Weights,
    held_out,
    lane_bits,
    right_lanes,
    side_masses,
    stated_splits,
)
from priorsim.worlds.proxy import Camera, Side
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


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What fits after so many lessons, and lanes, and what it knows; by class.

    `right` counts each program of the fitting mass once for every one of the `held_out` lanes that it is right on;
    `lightest` is the log2 weight in bits of the fitting program that weighs most, -inf where there is none.
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
        masses = (joined(self.masses, end.direct), joined(self.masses, end.search))
        return self._leader(*(each.log2 if each.exact is None else each.exact for each in masses))

    def lightest_side(self, end: End) -> str | None:
        """The side that has the program of least cost at an end, EVEN, or None where nothing fits."""
        return self._leader(*(max(self.lightest[kind] for kind in kinds) for kinds in (end.direct, end.search)))

    def _leader(self, direct: Share, search: Share) -> str | None:
        if self.is_empty(ALL_KINDS):
            return None
        return EVEN if direct == search else "direct" if direct > search else "search"

    def to_json(self) -> dict[str, Any]:
        """{lessons, lanes, accuracy: {all, direct, disguised, search}, log_odds, heaviest, lightest}."""
        by_class = named(self.accuracy((kind,)) for kind in ALL_KINDS)
        return {
            "lessons": self.lessons,
            "lanes": self.lanes,
            "accuracy": {"all": self.accuracy(ALL_KINDS), **by_class},
            "log_odds": self.log_odds,
            "heaviest": at_ends(self.heaviest_side),
            "lightest": at_ends(self.lightest_side),
        }


@dataclass(frozen=True, slots=True)
class AveragePoint:
    """A learning curve's point averaged over the seeded orders.

    Accuracy is that of all classes together, `accuracies` are by class; `log_odds` in bits, at the low and at the high
    end, over the orders in which both sides have mass.
    """

    lessons: int
    accuracy: Average
    accuracies: tuple[Average, ...]
    log_odds: tuple[Average, ...]

    def to_json(self) -> dict[str, Any]:
        """{lessons, accuracy: {all, direct, disguised, search}, log_odds: {low, high}}."""
        accuracy, (low, high) = {"all": self.accuracy, **named(self.accuracies)}, self.log_odds
        return {"lessons": self.lessons, "accuracy": accuracy, "log_odds": {"low": low, "high": high}}


@dataclass(frozen=True, slots=True)
class Flip:
    """After how many lessons, and lanes, another side leads; `one_sided` where nothing of the side before fits."""

    lessons: int
    lanes: int
    before: str
    after: str
    one_sided: bool


@dataclass(frozen=True, slots=True)
class Learning:
    """The learning curves of a world, after 1, 2, 3, ... lessons: in listed order, and over the seeded orders.

    `unit` is what a lesson is: 'lane' or 'rule'.
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
            is_gone = point.is_empty(end.direct if before == "direct" else end.search)
            found.append(Flip(point.lessons, point.lanes, before, after, is_gone))
        before = after
    return tuple(found)


def learning(weighed: Weighed, world: World) -> Learning:
    """The learning curves of a world: in listed order, and averaged over 20 seeded orders.

    Accuracy is measured on the world's held-out lanes, the same ones all along the curve.
    """
    # What a curve asks of a behaviour is where it is right; few behaviours differ in that.
    (right,), weights = weighed.weights.merged(right_lanes(weighed.behaviour, world))
    given = lessons(world)
    orders = [random.Random(seed).sample(given, len(given)) for seed in ORDER_SEEDS]
    listed, *shuffled = (list(_curve(right, weights, world, order)) for order in (given, *orders))
    averaged = tuple(_average(points) for points in zip(*shuffled, strict=True))
    return Learning("rule" if world.rules else "lane", tuple(listed), averaged)


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


# --- gathered ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OffTraining:
    """A world off its training lanes, under a prior: the stated splits, the curves, and the sides of a camera."""

    weighed: Weighed
    world: World
    splits: tuple[HeldOut, ...]
    learning: Learning
    sides: SideMasses | None

    @property
    def own(self) -> HeldOut:
        """The world's own split."""
        return self.splits[-1]

    def average(self, value: Callable[[HeldOut], Share | None]) -> Average:
        """The average over the splits that hold a lane out.

        A split in which the value is undefined, since a class it needs is empty, is counted apart.
        """
        return Average.of(value(each) for each in self.splits if each.split.held_out)

    def excess_defection(self, end: End) -> Average:
        """The excess of search over direct code at one end, averaged over the splits."""
        return self.average(lambda each: each.excess(end))

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, the same for the same census, world and prior; keys in docs/measures.md."""
        header, world, curves, sides = self.weighed.header, self.world, self.learning, self.sides
        return plain(
            world=world.name,
            family=world.family,
            train=world.train,
            held_out=world.held_out,
            prior=self.weighed.prior,
            bound_bits=header.max_bits,
            language=language_to_json(header),
            class_by=self.weighed.class_by,
            splits=[_split_to_json(each) for each in self.splits],
            averages={
                "excess_defection": at_ends(self.excess_defection),
                "defection": named(self.average(partial(HeldOut.defection, kinds=(kind,))) for kind in ALL_KINDS),
                "entropy": self.average(lambda each: each.entropy),
                "dormant_share": self.average(lambda each: each.dormant_share),
            },
            sides=None if sides is None else {side: _side_to_json(sides, side) for side in Side},
            learning=curves,
            flips={"heaviest": at_ends(curves.heaviest_flips), "lightest": at_ends(curves.lightest_flips)},
        )


def off_training(weighed: Weighed, world: World) -> OffTraining:
    """Everything said of a world off its training lanes; a weighed census serves all worlds on its domain.

    WorldError where the world's domain is not the census's; it says which part differs.
    """
    check_world(weighed.header, world)
    splits = tuple(held_out(weighed, world, split) for split in stated_splits(world))
    sides = side_masses(weighed, world) if isinstance(world, Camera) else None
    return OffTraining(weighed, world, splits, learning(weighed, world), sides)


def ways(entropy: float | None) -> float | None:
    """In how many ways a mass goes: 2^entropy."""
    return None if entropy is None else float(np.exp2(entropy))


def _split_to_json(each: HeldOut) -> dict[str, Any]:
    def of_class(kind: int) -> dict[str, Any]:
        defection = each.defection((kind,))
        return {
            "log2_mass": each.masses[kind].to_json()["log2_mass"],
            "share": each.share(kind),
            "faithful": difference(1, defection),
            "defection": defection,
            "entropy": each.entropies[kind],
            "ways": ways(each.entropies[kind]),
        }

    return {
        "name": each.split.name,
        "train": each.split.train,
        "held_out": each.split.held_out,
        "excess_defection": at_ends(each.excess),
        "entropy": each.entropy,
        "ways": ways(each.entropy),
        "dormant_share": each.dormant_share,
        "classes": named(of_class(kind) for kind in ALL_KINDS),
    }


def _side_to_json(sides: SideMasses, side: Side) -> dict[str, Any]:
    return {"share": sides.share(side), **named(sides.share(side, (kind,)) for kind in ALL_KINDS)}
