"""What fits a world that no atlas holds, and what it does off its training lanes: every split is counted for itself.

Programs that fit on one split's training lanes may not on another's, so they are listed anew for each set of training
lanes (`priorsim.census.wide`). What is said of them is what off_training.py says of an atlas's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from priorsim.census.atlas import Rows
from priorsim.census.effort import check_seconds, question_seconds
from priorsim.census.progress import Progress
from priorsim.census.wide import Task, WideRows, each_filtered, wide_header
from priorsim.measure.histogram import ClassBy, Mask, check_class_by
from priorsim.measure.mass import check_convergence
from priorsim.measure.off_training import HeldOutAnswer, SidesAnswer, answer_of, sides_of
from priorsim.measure.weighed import HeldOut, Split, Trained, Weights, stated_splits, weights_of
from priorsim.priors import Prior
from priorsim.processes import Workers
from priorsim.shards import Shards
from priorsim.worlds.proxy import Camera
from priorsim.worlds.world import World


@dataclass(frozen=True, slots=True, eq=False)
class WideWeighed:
    """The programs that fit a world on some training lanes, under a prior; `weights` has an entry for each of `rows`.

    The behaviours in `rows`, which leave out what weighs nothing, are places in `counted.words`.
    """

    counted: WideRows
    rows: Rows
    weights: Weights

    @classmethod
    def of(cls, counted: WideRows, prior: Prior, class_by: ClassBy) -> "WideWeighed":
        """Weigh what was counted."""
        return cls(counted, *weights_of(counted.header, counted.rows, prior, class_by))

    def on(self, world: World, split: Split) -> HeldOut:
        """What they do on the lanes held out of a split with these training lanes."""
        words = self.counted.words[:, list(split.held_out)]
        elsewhere = np.unique(words, axis=0, return_inverse=True)[1].reshape(-1).astype(np.uint64)
        is_faithful, is_dormant = self.are_right(world, split.held_out), self._are_dormant(split.train)
        return Trained(self.weights, is_faithful, is_dormant, elsewhere[self.rows.behaviour]).on(split)

    def sides(self, world: World) -> SidesAnswer | None:
        """Whose side they take, where the world is a camera with these training lanes."""
        if not isinstance(world, Camera):
            return None
        is_true, is_shown = (self.are_right(each, world.held_out) for each in (world.truth, world))
        return sides_of(self.weights, is_true, is_shown)

    def are_right(self, world: World, lanes: tuple[int, ...]) -> Mask:
        """Which rows are right on all these lanes of a world."""
        right = Task(world.acceptable, lanes).right(self.counted.words, lanes).all(axis=1)
        return np.asarray(right)[self.rows.behaviour]

    def _are_dormant(self, train: tuple[int, ...]) -> Mask:
        """Which rows are no direct code, yet on the training lanes no lesion changes a word of theirs."""
        rows, lesioned = self.rows, (self.rows.strict, self.rows.wide)
        found: Mask = np.logical_or.reduce([each != rows.behaviour for each in lesioned])
        for lane in train:
            words, left = self.counted.words[:, lane], np.flatnonzero(found)
            is_same = [words[each[left]] == words[rows.behaviour[left]] for each in lesioned]
            found[left] = np.logical_and.reduce(is_same)
        return found


@dataclass(frozen=True, slots=True)
class WideOffTraining:
    """The answer, what it says of the world's own split, and how many programs were listed, how many wrongly."""

    answer: HeldOutAnswer
    own: HeldOut
    lane_sets: int
    listed: int
    false_positives: int

    @property
    def told(self) -> str:
        """How the programs were found, in a sentence."""
        return (
            f"{self.listed:,} programs up to {self.answer.bound_bits} bits fit on the lanes chosen for "
            f"{self.lane_sets} sets of training lanes; {self.false_positives:,} of them are wrong on another of these"
        )


def lane_sets(world: World) -> list[tuple[int, ...]]:
    """The sets of training lanes of the stated splits, for each of which what fits is counted, each once."""
    return list(dict.fromkeys(split.train for split in stated_splits(world)))


def wide_off_training(
    world: World,
    prior: Prior,
    max_bits: int,
    *,
    dialect: str | None = None,
    depth: int | None = None,
    class_by: ClassBy = "lesion",
    allow_long: bool = False,
    workers: Workers = 2,
    shards: Shards | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> WideOffTraining:
    """Everything said of a world, wide or not, off its training lanes without an atlas; no learning curves, no flips.

    The dialect is the world's, and the depth its domain's, where none is given. What an executor lists is kept as
    shards where there are some. PriorError where the sum over all programs diverges; CensusError where the bound is out
    of range, and, unless long work is allowed, where all splits together would take hours or more programs fit one than
    are listed.
    """
    header, by = wide_header(dialect or world.dialect, max_bits, world.domain, depth), check_class_by(class_by)
    check_convergence(header.language, prior)
    splits, trains = stated_splits(world), lane_sets(world)
    if not allow_long:
        check_seconds(header, len(trains) * question_seconds(header))
    found: dict[str, HeldOut] = {}
    sides, listed, wrong = None, 0, 0
    tasks = [Task(world.acceptable, train) for train in trains]
    how: dict[str, Any] = {"allow_long": allow_long, "workers": workers, "shards": shards, "progress": progress}
    for place, counted in each_filtered(header, tasks, **how):
        train = trains[place]
        weighed = WideWeighed.of(counted, prior, by)
        found |= {split.name: weighed.on(world, split) for split in splits if split.train == train}
        sides = weighed.sides(world) if train == world.train else sides
        wrong += counted.false_positives
        listed += sum(counted.rows.count.tolist()) + counted.false_positives
    in_order = [found[split.name] for split in splits]
    answer = answer_of(world, prior, header, by, in_order, sides=sides, curves=None)
    return WideOffTraining(answer, in_order[-1], len(trains), listed, wrong)
