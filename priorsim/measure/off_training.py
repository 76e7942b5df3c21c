"""Everything said of a world off its training lanes, gathered: what `priorsim heldout` prints and exports.

The classes are those of code alone; the masses of programs with data join them by class number.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from priorsim.measure.held_out import HeldOut, SideMasses, held_out, side_masses, stated_splits
from priorsim.measure.histogram import CLASSES, check_world
from priorsim.measure.learning import AveragePoint, CurvePoint, Learning, learning
from priorsim.measure.mass import ENDS, End
from priorsim.measure.odds import language_to_json
from priorsim.measure.shares import Average, Share, share_to_json
from priorsim.measure.weighed import ALL_KINDS, Weighed
from priorsim.worlds.proxy import Camera, Side
from priorsim.worlds.world import World


@dataclass(frozen=True, slots=True)
class OffTraining:
    """A world off its training lanes, under a prior.

    Attributes
    ----------
    weighed : Weighed
    world : World
    splits : tuple of HeldOut
        Of the stated splits, the world's own last.
    learning : Learning
    sides : SideMasses or None
        Where the world is a camera.
    """

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
        """One strictly valid JSON object, the same for the same census, world and prior.

        Shares are numbers of 0 to 1, entropies and odds are in bits; `null` is undefined. `{low, high}` are the
        two ends: disguised programs counted as direct, and as search. An average is {mean, least, most,
        defined, undefined}: over how many splits or orders it is, and how many are undefined.

        ========== ===========================================================================================
        key        value
        ========== ===========================================================================================
        world      name of the world
        family     its family
        train      list of its training lanes
        held_out   list of the others
        prior      {name, beta, gamma, lambda, delta, cap}
        bound_bits B, the length up to which programs were counted
        language   {dialect, word_bits, depth, columns, lanes, accounting}
        class_by   "lesion" or "form"
        splits     list of {name, train, held_out, excess_defection: {low, high}, entropy, ways, dormant_share,
                   classes: {direct, disguised, search}, each {log2_mass, share, faithful, defection, entropy,
                   ways}}; the world's own split is the last
        averages   {excess_defection: {low, high}, defection: {direct, disguised, search}, entropy,
                   dormant_share}, averages over the splits
        sides      null, or for a camera {truth, camera, neither}, each {share, direct, disguised, search}: the
                   share of the fitting mass, and of each class's
        learning   {unit: "lane" or "rule", listed: list of {lessons, lanes, accuracy: {all, direct, disguised,
                   search}, log_odds: {low, high}, heaviest: {low, high}, lightest: {low, high}}, averaged: list
                   of {lessons, accuracy: {all, direct, disguised, search}, log_odds: {low, high}}, averages over
                   the seeded orders}
        flips      {heaviest: {low, high}, lightest: {low, high}}, each a list of {lessons, lanes, before, after,
                   one_sided}
        ========== ===========================================================================================
        """
        header, world = self.weighed.header, self.world
        curves = self.learning
        return {
            "world": world.name,
            "family": world.family,
            "train": list(world.train),
            "held_out": list(world.held_out),
            "prior": self.weighed.prior.to_json(),
            "bound_bits": header.max_bits,
            "language": language_to_json(header),
            "class_by": self.weighed.class_by,
            "splits": [_split_to_json(each) for each in self.splits],
            "averages": {
                "excess_defection": _at_ends(lambda end: self.excess_defection(end).to_json()),
                "defection": _by_class(self.average(_defection_of(kind)).to_json() for kind in ALL_KINDS),
                "entropy": self.average(lambda each: each.entropy).to_json(),
                "dormant_share": self.average(lambda each: each.dormant_share).to_json(),
            },
            "sides": None if self.sides is None else _sides_to_json(self.sides),
            "learning": {
                "unit": curves.unit,
                "listed": [_point_to_json(point) for point in curves.listed],
                "averaged": [_average_point_to_json(point) for point in curves.averaged],
            },
            "flips": {
                "heaviest": _at_ends(lambda end: [asdict(flip) for flip in curves.heaviest_flips(end)]),
                "lightest": _at_ends(lambda end: [asdict(flip) for flip in curves.lightest_flips(end)]),
            },
        }


def off_training(weighed: Weighed, world: World) -> OffTraining:
    """Everything said of a world off its training lanes.

    Parameters
    ----------
    weighed : Weighed
        The census under a prior; one serves all worlds on its domain.
    world : World

    Raises
    ------
    WorldError
        When the world's domain is not the census's; it says which part differs.
    """
    check_world(weighed.header, world)
    return OffTraining(
        weighed,
        world,
        tuple(held_out(weighed, world, split) for split in stated_splits(world)),
        learning(weighed, world),
        side_masses(weighed, world) if isinstance(world, Camera) else None,
    )


def ways(entropy: float | None) -> float | None:
    """2^entropy: the number of ways a mass goes."""
    return None if entropy is None else float(np.exp2(entropy))


def _defection_of(kind: int) -> Callable[[HeldOut], Share | None]:
    return lambda each: each.defection((kind,))


def _at_ends(value: Callable[[End], Any]) -> dict[str, Any]:
    return {end.name: value(end) for end in ENDS}


def _by_class(values: Iterable[Any]) -> dict[str, Any]:
    return {str(name): value for name, value in zip(CLASSES, values, strict=True)}


def _split_to_json(each: HeldOut) -> dict[str, Any]:
    def of_class(kind: int) -> dict[str, Any]:
        defection = each.defection((kind,))
        return {
            "log2_mass": each.masses[kind].to_json()["log2_mass"],
            "share": share_to_json(each.share(kind)),
            "faithful": None if defection is None else share_to_json(1 - defection),
            "defection": share_to_json(defection),
            "entropy": each.entropies[kind],
            "ways": ways(each.entropies[kind]),
        }

    return {
        "name": each.split.name,
        "train": list(each.split.train),
        "held_out": list(each.split.held_out),
        "excess_defection": _at_ends(lambda end: share_to_json(each.excess(end))),
        "entropy": each.entropy,
        "ways": ways(each.entropy),
        "dormant_share": share_to_json(each.dormant_share),
        "classes": _by_class(of_class(kind) for kind in ALL_KINDS),
    }


def _sides_to_json(sides: SideMasses) -> dict[str, Any]:
    return {
        str(side): {
            "share": share_to_json(sides.share(side)),
            **_by_class(share_to_json(sides.share(side, (kind,))) for kind in ALL_KINDS),
        }
        for side in Side
    }


def _point_to_json(point: CurvePoint) -> dict[str, Any]:
    return {
        "lessons": point.lessons,
        "lanes": point.lanes,
        "accuracy": {
            "all": share_to_json(point.accuracy(ALL_KINDS)),
            **_by_class(share_to_json(point.accuracy((kind,))) for kind in ALL_KINDS),
        },
        "log_odds": point.log_odds.to_json(),
        "heaviest": _at_ends(point.heaviest_side),
        "lightest": _at_ends(point.lightest_side),
    }


def _average_point_to_json(point: AveragePoint) -> dict[str, Any]:
    return {
        "lessons": point.lessons,
        "accuracy": {"all": point.accuracy.to_json(), **_by_class(each.to_json() for each in point.accuracies)},
        "log_odds": {end.name: each.to_json() for end, each in zip(ENDS, point.log_odds, strict=True)},
    }
