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
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.measure import keys
from priorsim.measure.histogram import U32, check_world
from priorsim.measure.mass import (
    ALL_KINDS,
    Average,
    End,
    Interval,
    Mass,
    Share,
    joined,
    log_odds,
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
SINGLE_KINDS = tuple((kind,) for kind in ALL_KINDS)

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

    def shown(self) -> "PointAnswer":
        """The point as JSON has it."""
        accuracy = WithAll(*map(self.accuracy, (ALL_KINDS, *SINGLE_KINDS)))
        sides = (keys.at_ends(side) for side in (self.heaviest_side, self.lightest_side))
        return PointAnswer(self.lessons, self.lanes, accuracy, self.log_odds, *sides)


class WithAll(keys.Parts[keys.T], frozen=True):
    """A value of all classes together, and of each."""

    all: keys.T
    direct: keys.T
    disguised: keys.T
    search: keys.T


class PointAnswer(msgspec.Struct, frozen=True):
    """A point of the learning curve in listed order."""

    lessons: int
    lanes: int
    accuracy: WithAll[Share | None]
    log_odds: Interval
    heaviest: keys.Ends[str | None]
    lightest: keys.Ends[str | None]


class AveragePoint(msgspec.Struct, frozen=True):
    """A learning curve's point averaged over the seeded orders: log-odds over those in which both sides have mass."""

    lessons: int
    accuracy: WithAll[Average]
    log_odds: keys.Ends[Average]


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
        WithAll(*(Average.of(each.accuracy(kinds) for each in points) for kinds in (ALL_KINDS, *SINGLE_KINDS))),
        keys.at_ends(lambda end: Average.of(getattr(each, end.name) for each in odds)),
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
        """One strictly valid JSON object, the same for the same census, world and prior; its keys: `HeldOutAnswer`."""
        world, curves, sides = self.world, self.learning, self.sides
        return HeldOutAnswer(
            **keys.asked(world, self.weighed.prior, self.weighed.header),
            held_out=world.held_out,
            class_by=self.weighed.class_by,
            splits=tuple(map(_shown_split, self.splits)),
            averages=SplitAverages(
                excess_defection=keys.at_ends(self.excess_defection),
                defection=keys.named(self.average(partial(HeldOut.defection, kinds=kinds)) for kinds in SINGLE_KINDS),
                entropy=self.average(lambda each: each.entropy),
                dormant_share=self.average(lambda each: each.dormant_share),
            ),
            sides=None if sides is None else SidesAnswer(*(_shown_side(sides, side) for side in Side)),
            learning=LearningAnswer(curves.unit, tuple(point.shown() for point in curves.listed), curves.averaged),
            flips=FlipsAnswer(keys.at_ends(curves.heaviest_flips), keys.at_ends(curves.lightest_flips)),
        ).to_json()


class ClassHeldOut(msgspec.Struct, frozen=True):
    """A class on a split."""

    log2_mass: keys.Log2Mass
    share: Share | None
    faithful: Share | None
    defection: Share | None
    entropy: float | None
    ways: float | None


class SplitAnswer(msgspec.Struct, frozen=True):
    """A split."""

    name: str
    train: tuple[int, ...]
    held_out: tuple[int, ...]
    excess_defection: keys.Ends[Share | None]
    entropy: float | None
    ways: float | None
    dormant_share: Share | None
    classes: keys.ByClass[ClassHeldOut]


class SplitAverages(msgspec.Struct, frozen=True, kw_only=True):
    """Averages over the splits that hold a lane out."""

    excess_defection: keys.Ends[Average]
    defection: keys.ByClass[Average]
    entropy: Average
    dormant_share: Average


class SideAnswer(msgspec.Struct, frozen=True):
    """The shares on a side: of the fitting mass, and of each class's."""

    share: Share | None
    direct: Share | None
    disguised: Share | None
    search: Share | None


class SidesAnswer(msgspec.Struct, frozen=True):
    """The sides of a camera."""

    truth: SideAnswer
    camera: SideAnswer
    neither: SideAnswer


class LearningAnswer(msgspec.Struct, frozen=True):
    """The learning curves."""

    unit: Annotated[str, keys.says("what a lesson is, `lane` or `rule`")]
    listed: Annotated[tuple[PointAnswer, ...], keys.says("in listed order")]
    averaged: Annotated[tuple[AveragePoint, ...], keys.says("averages over the orders")]


class FlipsAnswer(msgspec.Struct, frozen=True):
    """Every N*, in listed order."""

    heaviest: keys.Ends[tuple[Flip, ...]]
    lightest: keys.Ends[tuple[Flip, ...]]


class HeldOutAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim heldout --json` prints."""

    world: keys.World
    family: keys.Family
    train: keys.Train
    held_out: Annotated[tuple[int, ...], keys.says("the other lanes")]
    prior: keys.Prior
    bound_bits: keys.BoundBits
    language: keys.Language
    class_by: keys.ClassBy
    splits: Annotated[tuple[SplitAnswer, ...], keys.says("the stated splits, the own one last")]
    averages: SplitAverages
    sides: Annotated[
        SidesAnswer | None,
        keys.says("of a camera, null in other worlds: the share of the fitting mass, and of each class's"),
    ]
    learning: LearningAnswer
    flips: FlipsAnswer


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


def _shown_split(each: HeldOut) -> SplitAnswer:
    def of_class(kind: int) -> ClassHeldOut:
        defection = each.defection((kind,))
        faithful, entropy = None if defection is None else 1 - defection, each.entropies[kind]
        whole = keys.log2_mass(each.masses[kind])
        return ClassHeldOut(whole, each.share(kind), faithful, defection, entropy, ways(entropy))

    split, excess, classes = each.split, keys.at_ends(each.excess), keys.named(map(of_class, ALL_KINDS))
    spread = (each.entropy, ways(each.entropy))
    return SplitAnswer(split.name, split.train, split.held_out, excess, *spread, each.dormant_share, classes)


def _shown_side(sides: SideMasses, side: Side) -> SideAnswer:
    return SideAnswer(*(sides.share(side, kinds) for kinds in (ALL_KINDS, *SINGLE_KINDS)))
