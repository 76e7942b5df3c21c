"""Everything said of a world off its training lanes, gathered: what `priorsim heldout` prints and exports.

Splits say what fits and what it does elsewhere (weighed.py); learning curves and flips what the fitting mass knows
after each lesson, and which class leads. A lesson is one training lane or, where the world has hidden rules, all
training lanes of a rule. Masses are as exact as the prior's; log-odds and their averages are floats. The classes are
those of code alone; the masses of programs with data join them by class number.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, attrgetter
from typing import Annotated, Literal

import msgspec
import numpy as np

from priorsim.census.atlas import U32, AtlasHeader
from priorsim.measure import keys
from priorsim.measure.histogram import CLASSES, ClassBy, Mask, acceptable, check_world
from priorsim.measure.mass import ALL_KINDS, Average, End, Interval, Mass, Share, joined, log_odds, share_of
from priorsim.measure.weighed import HeldOut, Weighed, Weights, held_out, lane_bits, right_lanes, stated_splits
from priorsim.priors import Prior
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World

ORDER_SEEDS = range(20)
EVEN = "even"
NO_LEARNING = "without an atlas fitting programs are listed one by one, and after a lesson or two too many fit"
"""Why a wide world has no learning curves, and no flips, which are read off them."""
TOGETHER_AND_EACH = (ALL_KINDS, *((kind,) for kind in ALL_KINDS))

Lesson = tuple[int, ...]
"""The lanes that are learnt at once."""
Leading = Literal["heaviest", "lightest"]
LEADING: tuple[Leading, ...] = ("heaviest", "lightest")
"""What a side leads by: its mass, or its program of least cost."""


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


class LearningAnswer(msgspec.Struct, frozen=True):
    """The learning curves."""

    unit: Annotated[str, keys.says("what a lesson is, `lane` or `rule`")]
    listed: Annotated[tuple[PointAnswer, ...], keys.says("in listed order")]
    averaged: Annotated[tuple[AveragePoint, ...], keys.says("averages over the orders")]


@dataclass(frozen=True, slots=True)
class Flip:
    """After how many lessons, and lanes, another side leads; `one_sided` where nothing of the side before fits."""

    lessons: int
    lanes: int
    before: str
    after: str
    one_sided: bool


class FlipsAnswer(msgspec.Struct, frozen=True):
    """Every N*, in listed order."""

    heaviest: keys.Ends[tuple[Flip, ...]]
    lightest: keys.Ends[tuple[Flip, ...]]


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


class SideAnswer(keys.Parts[Share | None], frozen=True):
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
    learning: Annotated[LearningAnswer | None, keys.says("the learning curves, null without an atlas")]
    flips: Annotated[FlipsAnswer | None, keys.says("every N*, in listed order, null without an atlas")]
    no_learning: Annotated[
        str | msgspec.UnsetType, keys.says("only without an atlas: why there are no learning curves and no flips")
    ] = msgspec.UNSET


def off_training(weighed: Weighed, world: World) -> HeldOutAnswer:
    """Everything said of a world off its training lanes; a weighed census serves all worlds on its domain.

    WorldError where the world's domain is not the census's; it says which part differs.
    """
    check_world(weighed.header, world)
    found = [held_out(weighed, world, split) for split in stated_splits(world)]
    sides, curves = _sides(weighed, world) if isinstance(world, Camera) else None, learning(weighed, world)
    return answer_of(world, weighed.prior, weighed.header, weighed.class_by, found, sides=sides, curves=curves)


def answer_of(
    world: World,
    prior: Prior,
    header: AtlasHeader,
    class_by: ClassBy,
    found: Sequence[HeldOut],
    *,
    sides: SidesAnswer | None,
    curves: LearningAnswer | None,
) -> HeldOutAnswer:
    """What was found on the stated splits, with averages over them; without an atlas there are no curves."""
    splits = tuple(map(_split, found))

    def average(name: str) -> Average:
        return Average.of(attrgetter(name)(each) for each in splits if each.held_out)

    return HeldOutAnswer(
        **keys.asked(world, prior, header),
        held_out=world.held_out,
        class_by=class_by,
        splits=splits,
        averages=SplitAverages(
            excess_defection=keys.at_ends(lambda end: average(f"excess_defection.{end.name}")),
            defection=keys.named(average(f"classes.{name}.defection") for name in CLASSES),
            entropy=average("entropy"),
            dormant_share=average("dormant_share"),
        ),
        sides=sides,
        learning=curves,
        flips=FlipsAnswer(*(flips(curves.listed, what) for what in LEADING)) if curves else None,
        no_learning=msgspec.UNSET if curves else NO_LEARNING,
    )


def _split(each: HeldOut) -> SplitAnswer:
    def of_class(kind: int) -> ClassHeldOut:
        defection, entropy = each.defection((kind,)), each.entropies[kind]
        faithful, whole = None if defection is None else 1 - defection, keys.log2_mass(each.masses[kind])
        return ClassHeldOut(whole, each.share(kind), faithful, defection, entropy, ways(entropy))

    split, excess, classes = each.split, keys.at_ends(each.excess), keys.named(map(of_class, ALL_KINDS))
    spread = (each.entropy, ways(each.entropy))
    return SplitAnswer(split.name, split.train, split.held_out, excess, *spread, each.dormant_share, classes)


def ways(entropy: float | None) -> float | None:
    """In how many ways a mass goes: 2^entropy."""
    return None if entropy is None else float(np.exp2(entropy))


def _sides(weighed: Weighed, camera: Camera) -> SidesAnswer:
    """Whose side the mass that fits a camera takes on the held-out lanes; right and shown is the truth's."""
    fitting = weighed.take(acceptable(weighed.behaviour, camera, camera.train))
    is_true = acceptable(fitting.behaviour, camera.truth, camera.held_out)
    is_shown = acceptable(fitting.behaviour, camera, camera.held_out)
    return sides_of(fitting.weights, is_true, is_shown)


def sides_of(weights: Weights, is_true: Mask, is_shown: Mask) -> SidesAnswer:
    """The sides of what fits a camera, given where it is right, and what the camera shows, on all held-out lanes."""
    chosen = (is_true, is_shown & ~is_true, ~is_shown & ~is_true)
    by_side = [weights.take(mask).masses() for mask in chosen]

    def share(masses: tuple[Mass, ...], kinds: tuple[int, ...]) -> Share | None:
        return share_of(joined(masses, kinds), reduce(add, (joined(each, kinds) for each in by_side)))

    return SidesAnswer(*(SideAnswer(*(share(masses, kinds) for kinds in TOGETHER_AND_EACH)) for masses in by_side))


# --- lesson by lesson -------------------------------------------------------------------------


def lessons(world: World) -> tuple[Lesson, ...]:
    """The training lanes one by one, or rule by rule where the world has rules; in listed order.

    >>> from priorsim.worlds import find_world
    >>> lessons(find_world("in-context-root-w4"))
    ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11))
    """
    by_rule = world.rules or tuple((lane,) for lane in range(len(world.domain.lanes)))
    trained = (tuple(lane for lane in rule if lane in world.train) for rule in by_rule)
    return tuple(lesson for lesson in trained if lesson)


def learning(weighed: Weighed, world: World) -> LearningAnswer:
    """The learning curves of a world, after 1, 2, 3, ... lessons: in listed order, and averaged over 20 seeded orders.

    Accuracy is measured on the world's held-out lanes, the same ones all along the curve.
    """
    # What a curve asks of a behaviour is where it is right; few behaviours differ in that.
    (right,), weights = weighed.weights.merged(right_lanes(weighed.behaviour, world))
    given = lessons(world)
    orders = [random.Random(seed).sample(given, len(given)) for seed in ORDER_SEEDS]
    listed, *shuffled = (list(_curve(right, weights, world, order)) for order in (given, *orders))
    averaged = tuple(map(_average, zip(*shuffled, strict=True)))
    return LearningAnswer("rule" if world.rules else "lane", tuple(listed), averaged)


def _curve(right: U32, weights: Weights, world: World, given: Sequence[Lesson]) -> Iterator[PointAnswer]:
    """The points after 1, 2, 3, ... of these lessons."""
    rights = np.bitwise_count(right & lane_bits(world.held_out)).astype(np.uint64)
    lanes = 0
    for number, lesson in enumerate(given, start=1):
        learnt = lane_bits(lesson)
        fits = (right & learnt) == learnt
        right, rights, weights = right[fits], rights[fits], weights.take(fits)
        lanes += len(lesson)
        yield _point(number, lanes, weights, weights.masses(rights), len(world.held_out))


def _point(number: int, lanes: int, weights: Weights, right: tuple[Mass, ...], held_out: int) -> PointAnswer:
    """What the fitting mass knows: `right` counts it once for each of the held-out lanes that it is right on."""
    masses, lightest = weights.masses(), weights.lightest_by_class()

    def accuracy(kinds: tuple[int, ...]) -> Share | None:
        share = share_of(joined(right, kinds), joined(masses, kinds))
        return None if share is None or not held_out else share / held_out

    def leader(direct: Share, search: Share) -> str | None:
        if not len(weights):
            return None
        return EVEN if direct == search else "direct" if direct > search else "search"

    def heaviest(end: End) -> str | None:
        sides = (joined(masses, end.direct), joined(masses, end.search))
        return leader(*(each.log2 if each.exact is None else each.exact for each in sides))

    def of_least_cost(end: End) -> str | None:
        return leader(*(max(lightest[kind] for kind in kinds) for kinds in (end.direct, end.search)))

    known = WithAll(*map(accuracy, TOGETHER_AND_EACH))
    return PointAnswer(number, lanes, known, log_odds(masses), keys.at_ends(heaviest), keys.at_ends(of_least_cost))


def _average(points: Sequence[PointAnswer]) -> AveragePoint:
    accuracies = zip(*(each.accuracy for each in points), strict=True)
    odds = keys.at_ends(lambda end: Average.of(getattr(each.log_odds, end.name) for each in points))
    return AveragePoint(points[0].lessons, WithAll(*map(Average.of, accuracies)), odds)


def flips(points: Sequence[PointAnswer], what: Leading) -> keys.Ends[tuple[Flip, ...]]:
    """Every N* at which the side of greater mass, or that with the program of least cost, changes, at both ends.

    A tie changes nothing: the flip is where another side leads alone. Where nothing fits any more nothing
    leads, and there is no flip.
    """

    def at(end: End) -> tuple[Flip, ...]:
        found: list[Flip] = []
        before: str | None = None
        for point in points:
            after: str | None = getattr(getattr(point, what), end.name)
            if after is None or after == EVEN:
                continue
            if before is not None and before != after:
                # What leads fits: the odds are infinite where nothing of the other side does.
                is_gone = math.isinf(getattr(point.log_odds, end.name))
                found.append(Flip(point.lessons, point.lanes, before, after, is_gone))
            before = after
        return tuple(found)

    return keys.at_ends(at)
