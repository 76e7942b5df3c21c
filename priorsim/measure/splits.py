"""Many worlds of one census off their training lanes, on the stated splits, measured together.

For each split the behaviours that agree on the training lanes are one group; a world is a behaviour of it, and
everything is a sum over its group. Floats as in `fitting`, exact under the same condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from priorsim.measure.fitting import NONE, Programs, lane_words, places, sums
from priorsim.measure.held_out import Split
from priorsim.measure.histogram import CLASSES, I64, U8, U64, acceptable
from priorsim.measure.mass import End
from priorsim.measure.sides import at_end, least_at_end, quotient
from priorsim.priors import F64, Prior
from priorsim.worlds.proxy import Camera

LENGTH_BITS = 8
LENGTHS = 1 << LENGTH_BITS
"""More than any program has bits."""


@dataclass(frozen=True, eq=False)
class ByBehaviour:
    """A census by behaviour.

    Attributes
    ----------
    programs : Programs
    """

    programs: Programs

    @cached_property
    def _unique(self) -> tuple[U64, I64]:
        behaviour, which = np.unique(self.programs.behaviour, return_inverse=True)
        return behaviour, which

    @property
    def behaviour(self) -> U64:
        """The behaviours in increasing order, shape (behaviours,)."""
        return self._unique[0]

    @property
    def which(self) -> I64:
        """The behaviour of each row of the programs, shape (rows,)."""
        return self._unique[1]

    @cached_property
    def _place(self) -> I64:
        return self.which * len(CLASSES) + self.programs.kind

    def masses(self, prior: Prior) -> F64:
        """What each behaviour's programs of each class weigh, shape (behaviours, classes)."""
        size = len(self.behaviour) * len(CLASSES)
        return sums(self._place, self.programs.weights(prior), size).reshape(-1, len(CLASSES))

    def least(self, cost: F64) -> F64:
        """The least cost of each behaviour's programs of a class, or NONE; shape (behaviours, classes)."""
        found = np.full(len(self.behaviour) * len(CLASSES), NONE)
        np.minimum.at(found, self._place, cost)
        return found.reshape(-1, len(CLASSES))

    @cached_property
    def by_length(self) -> tuple[I64, U8, U8, F64]:
        """The programs of each behaviour, class and length: those three, and how many; shape (numbers,)."""
        key = (self._place << LENGTH_BITS) | self.programs.bits
        keys, which = np.unique(key, return_inverse=True)
        count = sums(which, self.programs.count.astype(np.float64), len(keys))
        place, bits = keys >> LENGTH_BITS, keys & (LENGTHS - 1)
        return place // len(CLASSES), (place % len(CLASSES)).astype(np.uint8), bits.astype(np.uint8), count

    def both_classes(self) -> U64:
        """The behaviours that have a direct and a search program: the population of a census."""
        least = self.least(self.programs.bits.astype(np.float64))
        has = np.isfinite(least)
        return self.behaviour[has[:, 0] & has[:, -1]]


@dataclass(frozen=True, eq=False)
class OnSplit:
    """Targets on one split: what agrees with a target on the training lanes is its group.

    What is found is of shape (targets,), float64, and nan where a class it needs is empty.

    Attributes
    ----------
    census : ByBehaviour
    chosen : array of int64, shape (chosen,)
        The behaviours that are in some target's group, as places among the census's.
    group : array of int64, shape (chosen,)
        Number of the group of each.
    way : array of int64, shape (chosen,)
        Equal for those of a group that answer the same on the held-out lanes.
    masses : array of float64, shape (chosen, classes)
    target : array of int64, shape (targets,)
        Place of each target among the chosen, or -1 where the census has none of it.
    target_group : array of int64, shape (targets,)
    """

    census: ByBehaviour
    chosen: I64
    group: I64
    way: I64
    masses: F64
    target: I64
    target_group: I64

    @cached_property
    def _groups(self) -> int:
        return int(self.target_group.max(initial=-1)) + 1

    def _by_group(self, values: F64) -> F64:
        """Sums over the behaviours of each group, shape (groups, columns)."""
        return np.column_stack([sums(self.group, column, self._groups) for column in values.T])

    @cached_property
    def fitting(self) -> F64:
        """The mass of each class that fits each target on the training lanes, shape (targets, classes)."""
        return self._by_group(self.masses)[self.target_group]

    @cached_property
    def faithful(self) -> F64:
        """Of that, what is right on the held-out lanes too, shape (targets, classes)."""
        return _of_targets(self.masses, self.target, nothing=0.0)

    def defection(self, end: End) -> tuple[F64, F64]:
        """The share of direct code's, and of search's, fitting mass that is wrong on some held-out lane."""
        right, whole = at_end(self.faithful, end), at_end(self.fitting, end)
        return 1 - quotient(right[0], whole[0]), 1 - quotient(right[1], whole[1])

    @cached_property
    def entropy(self) -> F64:
        """The entropy of the held-out behaviours of the fitting mass, in bits."""
        ways, first = np.unique(self.way, return_index=True)
        mass = sums(np.searchsorted(ways, self.way), self.masses.sum(axis=1), len(ways))
        group = self.group[first]
        whole = sums(group, mass, self._groups)
        share = quotient(mass, whole[group])
        terms = np.where(share > 0, -share * np.log2(np.where(share > 0, share, 1)), 0.0)
        found = sums(group, terms, self._groups)
        return np.where(whole > 0, found, np.nan)[self.target_group]

    def direct_and_faithful(self, end: End) -> F64:
        """The part of the fitting mass that is direct code and right on the held-out lanes too."""
        return quotient(at_end(self.faithful, end)[0], self.fitting.sum(axis=1))

    def functions(self, end: End) -> tuple[F64, F64]:
        """The numbers of distinct behaviours that fit and have direct, and search programs."""
        has = np.column_stack(at_end(self.masses, end)) > 0
        counted = self._by_group(has.astype(np.float64))[self.target_group]
        return counted[:, 0], counted[:, 1]

    def programs(self, end: End) -> tuple[F64, F64]:
        """The numbers of direct and of search programs that fit, over the lengths that both reach."""
        behaviour, kind, bits, count = self.census.by_length
        side = np.zeros(len(CLASSES), dtype=np.int64)
        side[list(end.search)] = 1
        group_of = np.full(len(self.census.behaviour), -1)
        group_of[self.chosen] = self.group
        group = group_of[behaviour]
        mine = np.flatnonzero(group >= 0)
        place = (group[mine] * 2 + side[kind[mine]]) * LENGTHS + bits[mine]
        size = self._groups * 2 * LENGTHS
        counted = sums(place, count[mine], size).reshape(-1, 2, LENGTHS)
        reached = (counted > 0).all(axis=1, keepdims=True)
        total = np.where(reached, counted, 0.0).sum(axis=2)[self.target_group]
        return total[:, 0], total[:, 1]

    def right(self, targets: U64, lanes: Sequence[int]) -> F64:
        """The mass of each class that fits, counted once for each of these lanes that it is right on.

        Parameters
        ----------
        targets : array of uint64, shape (targets,)
            What the targets ask for.
        lanes : sequence of int

        Returns
        -------
        array of float64, shape (targets, classes)
        """
        domain = self.census.programs.header.domain
        total = np.zeros((len(targets), len(CLASSES)))
        behaviour = self.census.behaviour[self.chosen]
        size = 2**domain.word_bits
        for lane in lanes:
            place = self.group * size + lane_words(behaviour, lane, domain)
            wanted = self.target_group * size + lane_words(targets, lane, domain)
            by_word = [sums(place, column, self._groups * size)[wanted] for column in self.masses.T]
            total += np.column_stack(by_word)
        return total

    def lightest_defects(self, least: F64, end: End) -> tuple[F64, F64]:
        """Whether the fitting program of least cost is search and wrong on a held-out lane: 1 or 0.

        Parameters
        ----------
        least : array of float64, shape (behaviours, classes)
            Least costs, as `ByBehaviour.least` gives them.
        end : End

        Returns
        -------
        tuple of array of float64, shape (targets,)
            Where all programs of least cost are, and where some is. Nan where nothing fits, or nothing faithful does.
        """
        direct, search = least_at_end(least[self.chosen], end)
        faithful = np.minimum(*(_of_targets(side, self.target, nothing=NONE) for side in (direct, search)))
        safe = np.minimum(faithful, self._least_of_others(direct))
        others = self._least_of_others(search)
        all_do, some_do = others < safe, np.isfinite(others) & (others <= safe)
        undefined = np.where(np.isfinite(faithful), 0.0, np.nan)
        return undefined + all_do, undefined + some_do

    def _least_of_others(self, cost: F64) -> F64:
        """The least cost in each target's group, the target's own behaviour left out, shape (targets,)."""
        order = np.append(np.lexsort((cost, self.group)), -1)
        group, ranked = np.append(self.group, -1)[order], np.append(cost, NONE)[order]
        first = np.searchsorted(group[:-1], self.target_group)
        second = np.minimum(first + 1, len(order) - 1)
        is_own = (order[first] == self.target) & (self.target >= 0)
        place = np.where(is_own, second, first)
        return np.where(group[place] == self.target_group, ranked[place], NONE)


def on_split(census: ByBehaviour, masses: F64, targets: U64, split: Split) -> OnSplit:
    """Targets on a split.

    Parameters
    ----------
    census : ByBehaviour
    masses : array of float64, shape (behaviours, classes)
        `census.masses` of a prior.
    targets : array of uint64, shape (targets,)
        The behaviour that each asks for; at least one.
    split : Split
    """
    mask = np.uint64(census.programs.header.domain.lane_mask(split.train))
    keys, target_group = np.unique(targets & mask, return_inverse=True)
    group = places(keys, census.behaviour & mask)
    chosen = np.flatnonzero(group >= 0)
    target = places(census.behaviour[chosen], targets)
    # What agrees in training and is another behaviour answers otherwise on the held-out lanes.
    return OnSplit(census, chosen, group[chosen], chosen, masses[chosen], target, target_group)


def on_cameras(census: ByBehaviour, masses: F64, cameras: Sequence[Camera]) -> OnSplit:
    """Cameras on their own training lanes: a group is what a camera accepts there, its target the truth.

    Each camera has a group of its own, so a behaviour is chosen once for each camera that accepts it.
    """
    fits = [np.flatnonzero(acceptable(census.behaviour, camera, camera.train)) for camera in cameras]
    chosen, sizes = np.concatenate(fits), np.array([len(each) for each in fits])
    first = np.cumsum(sizes) - sizes
    truths = np.array([camera.truth.behaviour for camera in cameras], dtype=np.uint64)
    own = [places(census.behaviour[each], truth) for each, truth in zip(fits, truths[:, None], strict=True)]
    target = np.concatenate(own)
    group = np.repeat(np.arange(len(cameras)), sizes)
    elsewhere = np.array([camera.domain.lane_mask(camera.held_out) for camera in cameras], dtype=np.uint64)
    answers = np.column_stack([group.astype(np.uint64), census.behaviour[chosen] & elsewhere[group]])
    _, way = np.unique(answers, axis=0, return_inverse=True)
    target = np.where(target >= 0, target + first, -1)
    return OnSplit(census, chosen, group, way, masses[chosen], target, np.arange(len(cameras)))


def _of_targets(values: F64, target: I64, *, nothing: float) -> F64:
    """The values of each target, or what stands for a target that is not there."""
    padded = np.concatenate([values, np.full((1, *values.shape[1:]), nothing)])
    found: F64 = padded[target]
    return found


def averaged(values: Sequence[F64]) -> F64:
    """The mean over the splits in which a number is defined, shape (targets,); nan where it is in none."""
    stacked = np.stack(values)
    defined = np.isfinite(stacked)
    number = defined.sum(axis=0)
    total = np.where(defined, stacked, 0.0).sum(axis=0)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
