"""What fits many worlds on one domain, measured together: on their training lanes, and on the stated splits.

Worlds here ask for one word a lane, so a world is a behaviour, and what has its words on some lanes is its group.
Everything is a float64 sum over a group. Under a dyadic prior every partial sum is a multiple of the smallest weight,
so masses are exact while bound and tax together span no more than 53 bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U8, U32, U64, AtlasHeader, Rows
from priorsim.measure.histogram import CLASSES, I64, ClassBy, acceptable, kinds_of, mean_steps
from priorsim.measure.mass import End
from priorsim.measure.values import at_end, least_at_end, quotient
from priorsim.measure.weighed import Split
from priorsim.mu.domain import Domain
from priorsim.priors import F64, Prior
from priorsim.table import Table, groups
from priorsim.worlds.proxy import Camera

NONE = np.inf
"""In place of a least cost: none up to the bound."""
LENGTH_BITS = 8
LENGTHS = 1 << LENGTH_BITS
"""More than any program has bits."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassedRows(Table):
    """The rows of a census up to a bound, with the number of the class of each; every array has shape (rows,)."""

    header: AtlasHeader
    class_by: ClassBy
    behaviour: U64
    kind: U8
    bits: U8
    steps: U32
    searches: U8
    count: U64

    @classmethod
    def of_rows(cls, header: AtlasHeader, rows: Rows, class_by: ClassBy) -> "ClassedRows":
        """The programs of these rows."""
        columns = (rows.behaviour, kinds_of(rows, class_by), rows.bits, rows.steps, rows.searches, rows.count)
        return cls(header, class_by, *columns)

    def weights(self, prior: Prior) -> F64:
        """What the programs of each row weigh together, shape (rows,)."""
        weights = np.exp2(prior.log2_weight(self.bits, self.mean_steps, self.searches))
        return weights * self.count.astype(np.float64)

    @property
    def mean_steps(self) -> F64:
        """Mean steps t of each row, shape (rows,)."""
        return mean_steps(self.header, self.steps)


@dataclass(frozen=True, eq=False)
class Fitting:
    """Which rows fit which of several targets: those that agree with it on the training lanes are its group.

    `programs` and `group` have an entry for each row that fits some target: shape (entries,). `target`, what each asks
    for, packed, and `target_group` have shape (targets,). An entry may be wrong on the lanes `held_out`.
    """

    programs: ClassedRows
    group: I64
    target: U64
    target_group: I64
    held_out: tuple[int, ...] = ()

    @cached_property
    def groups(self) -> int:
        """How many groups there are, with programs or without."""
        return int(self.target_group.max(initial=-1)) + 1

    @cached_property
    def place(self) -> I64:
        """Group and class of each entry as one number: group * classes + class."""
        return self.group * len(CLASSES) + self.programs.kind

    def by_group(self, weights: F64) -> F64:
        """Sums over the entries of each group and class, shape (groups, classes)."""
        return sums(self.place, weights, self.groups * len(CLASSES)).reshape(-1, len(CLASSES))

    def sums(self, weights: F64) -> F64:
        """Sums over what fits each target, by class, shape (targets, classes)."""
        return self.by_group(weights)[self.target_group]

    def least(self, cost: NDArray[Any]) -> F64:
        """The least cost of what fits each target, by class, or NONE; shape (targets, classes)."""
        found = np.full(self.groups * len(CLASSES), NONE)
        np.minimum.at(found, self.place, cost.astype(np.float64))
        return found.reshape(-1, len(CLASSES))[self.target_group]

    @cached_property
    def by_length(self) -> tuple[I64, U8, I64, F64]:
        """The programs of each group, class and length: those three, and how many; shape (numbers,)."""
        keys, which = np.unique((self.place << LENGTH_BITS) | self.programs.bits, return_inverse=True)
        count = sums(which, self.programs.count.astype(np.float64), len(keys))
        place = keys >> LENGTH_BITS
        return place // len(CLASSES), (place % len(CLASSES)).astype(np.uint8), keys & (LENGTHS - 1), count

    @cached_property
    def pairs(self) -> tuple[I64, I64]:
        """Every target with every entry that fits it: places of targets, ascending, and of entries."""
        order = np.argsort(self.group, kind="stable")
        sizes = np.bincount(self.group, minlength=self.groups)
        first = np.cumsum(sizes) - sizes
        mine = sizes[self.target_group]
        within = np.arange(mine.sum()) - np.repeat(np.cumsum(mine) - mine, mine)
        return np.repeat(np.arange(len(self.target)), mine), order[np.repeat(first[self.target_group], mine) + within]


def lane_words(packed: U64, lane: int, domain: Domain) -> I64:
    """The words in a lane, shape (behaviours,)."""
    mask = np.uint64(2**domain.word_bits - 1)
    return ((packed >> np.uint64(lane * domain.word_bits)) & mask).astype(np.int64)


def fitting(
    programs: ClassedRows, behaviours: U64, *, train: tuple[int, ...], held_out: tuple[int, ...] = ()
) -> Fitting:
    """The programs that fit each of these packed behaviours, which may repeat, on the same training lanes."""
    mask = np.uint64(programs.header.domain.lane_mask(train))
    keys, target_group = np.unique(behaviours & mask, return_inverse=True)
    group = places(keys, programs.behaviour & mask)
    fits = np.flatnonzero(group >= 0)
    return Fitting(programs.take(fits), group[fits], behaviours, target_group, held_out)


def by_behaviour(programs: ClassedRows) -> Fitting:
    """All programs, behaviour by behaviour: each is a target, in increasing order, and a group of its own."""
    first, which = groups(programs.behaviour)
    return Fitting(programs, which, programs.behaviour[first], np.arange(len(first)))


def places(known: U64, wanted: U64) -> I64:
    """Where each wanted number is among known ones in increasing order; -1 where it is not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def sums(place: I64, weights: F64, size: int) -> F64:
    """Sums of weights by place, shape (size,)."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64, copy=False)


# --- splits -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class OnSplit:
    """Targets on one split: what agrees with a target on the training lanes is its group.

    What is found is of shape (targets,), float64, and nan where a class it needs is empty. `chosen` are the behaviours
    in some target's group, as places in the census; each has its `group`, its `way`, equal for those of a group that
    answer the same on the held-out lanes, and its `masses` by class. Ways count from 0; `true_way` is that of each
    target, or -1 where the census has none of it.
    """

    census: Fitting
    chosen: I64
    group: I64
    way: I64
    masses: F64
    true_way: I64
    target_group: I64

    @cached_property
    def _groups(self) -> int:
        return int(self.target_group.max(initial=-1)) + 1

    @cached_property
    def _group_of_way(self) -> I64:
        """The group of each way, shape (ways,)."""
        found = np.zeros(int(self.way.max(initial=-1)) + 1, dtype=np.int64)
        found[self.way] = self.group
        return found

    def _of_groups(self, values: F64) -> F64:
        """Sums over the behaviours of each target's group, shape (targets, columns)."""
        by_group = np.column_stack([sums(self.group, column, self._groups) for column in values.T])
        return by_group[self.target_group]

    @cached_property
    def fitting(self) -> F64:
        """The mass of each class that fits each target on the training lanes, shape (targets, classes)."""
        return self._of_groups(self.masses)

    @cached_property
    def faithful(self) -> F64:
        """Of that, what is right on the held-out lanes too, shape (targets, classes)."""
        by_way = np.column_stack([sums(self.way, column, len(self._group_of_way)) for column in self.masses.T])
        return of_targets(by_way, self.true_way, nothing=0.0)

    def defection(self, end: End) -> tuple[F64, F64]:
        """The share of direct code's, and of search's, fitting mass that is wrong on some held-out lane."""
        direct, search = map(quotient, at_end(self.faithful, end), at_end(self.fitting, end))
        return 1 - direct, 1 - search

    @cached_property
    def entropy(self) -> F64:
        """The entropy of the held-out behaviours of the fitting mass, in bits."""
        group = self._group_of_way
        mass = sums(self.way, self.masses.sum(axis=1), len(group))
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
        direct, search = self._of_groups(has.astype(np.float64)).T
        return direct, search

    def programs(self, end: End) -> tuple[F64, F64]:
        """The numbers of direct and of search programs that fit, over the lengths that both reach."""
        behaviour, kind, bits, count = self.census.by_length
        group_of = np.full(self.census.groups, -1)
        group_of[self.chosen] = self.group
        group = group_of[behaviour]
        mine = np.flatnonzero(group >= 0)
        place = (group[mine] * 2 + np.isin(kind[mine], end.search)) * LENGTHS + bits[mine]
        counted = sums(place, count[mine], self._groups * 2 * LENGTHS).reshape(-1, 2, LENGTHS)
        reached = (counted > 0).all(axis=1, keepdims=True)
        direct, search = np.where(reached, counted, 0.0).sum(axis=2)[self.target_group].T
        return direct, search

    def right(self, targets: U64, lanes: Sequence[int]) -> F64:
        """The mass of each class that fits, counted once for each of these lanes that it is right on.

        `targets`, shape (targets,), is what they ask for; the answer has shape (targets, classes).
        """
        domain = self.census.programs.header.domain
        total = np.zeros((len(targets), len(CLASSES)))
        behaviour = self.census.target[self.chosen]
        size = 2**domain.word_bits
        for lane in lanes:
            place = self.group * size + lane_words(behaviour, lane, domain)
            wanted = self.target_group * size + lane_words(targets, lane, domain)
            by_word = [sums(place, column, self._groups * size)[wanted] for column in self.masses.T]
            total += np.column_stack(by_word)
        return total

    def lightest_defects(self, least: F64, end: End, unseen: float = NONE) -> tuple[F64, F64]:
        """Whether the fitting program of least cost is search and wrong on a held-out lane: 1 or 0.

        `least`, shape (behaviours, classes), has the least costs in the census by behaviour, and `unseen` is the least
        that a program which was not counted may cost. The first array says where all programs of least cost are, the
        second where some is or may be. Nan where nothing fits, or nothing faithful does.
        """
        direct, search = map(self._least_by_way, least_at_end(least[self.chosen], end))
        faithful = of_targets(np.minimum(direct, search), self.true_way, nothing=NONE)
        safe = np.minimum(faithful, self._least_of_others(direct))
        others = self._least_of_others(search)
        is_seen = np.minimum(safe, others) < unseen
        all_do, some_do = (others < safe) & is_seen, (np.isfinite(others) & (others <= safe)) | ~is_seen
        undefined = np.where(np.isfinite(faithful), 0.0, np.nan)
        return undefined + all_do, undefined + some_do

    def _least_by_way(self, cost: F64) -> F64:
        """The least cost of what goes each way, shape (ways,)."""
        found = np.full(len(self._group_of_way), NONE)
        np.minimum.at(found, self.way, cost)
        return found

    def _least_of_others(self, cost: F64) -> F64:
        """The least cost by way in each target's group, the target's own way left out, shape (targets,)."""
        order = np.append(np.lexsort((cost, self._group_of_way)), -1)
        group, ranked = np.append(self._group_of_way, -1)[order], np.append(cost, NONE)[order]
        first = np.searchsorted(group[:-1], self.target_group)
        second = np.minimum(first + 1, len(order) - 1)
        is_own = (order[first] == self.true_way) & (self.true_way >= 0)
        place = np.where(is_own, second, first)
        return np.where(group[place] == self.target_group, ranked[place], NONE)


def on_split(census: Fitting, masses: F64, targets: U64, split: Split) -> OnSplit:
    """Targets, one at least, on a split; `census` is `by_behaviour`, and `masses` its masses under a prior."""
    mask = np.uint64(census.programs.header.domain.lane_mask(split.train))
    keys, target_group = np.unique(targets & mask, return_inverse=True)
    group = places(keys, census.target & mask)
    chosen = np.flatnonzero(group >= 0)
    # What agrees in training and is another behaviour answers otherwise on the held-out lanes: a way is a behaviour.
    true_way = places(census.target[chosen], targets)
    return OnSplit(census, chosen, group[chosen], np.arange(len(chosen)), masses[chosen], true_way, target_group)


def on_cameras(census: Fitting, masses: F64, cameras: Sequence[Camera]) -> OnSplit:
    """Cameras on their own training lanes: a group is what a camera accepts there, and right what the truth accepts.

    Each camera has a group of its own, so a behaviour is chosen once for each camera that accepts it.
    """
    fits = [np.flatnonzero(acceptable(census.target, camera, camera.train)) for camera in cameras]
    chosen, group = np.concatenate(fits), np.repeat(np.arange(len(cameras)), [len(each) for each in fits])
    truths = np.array([camera.truth.behaviour for camera in cameras], dtype=np.uint64)
    elsewhere = np.array([camera.domain.lane_mask(camera.held_out) for camera in cameras], dtype=np.uint64)[group]
    answers = census.target[chosen] & elsewhere
    _, way = groups(group, answers)
    is_right = answers == truths[group] & elsewhere
    true_way = np.full(len(cameras), -1)
    true_way[group[is_right]] = way[is_right]
    return OnSplit(census, chosen, group, way, masses[chosen], true_way, np.arange(len(cameras)))


def of_targets(values: F64, target: I64, *, nothing: float) -> F64:
    """The values of each target, or what stands for a target that is not there."""
    padded = np.concatenate([values, np.full((1, *values.shape[1:]), nothing)])
    found: F64 = padded[target]
    return found


def averaged(values: Sequence[F64]) -> F64:
    """The mean over the splits in which a number is defined, shape (targets,); nan where it is in none."""
    stacked = np.stack(values)
    defined = np.isfinite(stacked)
    return quotient(np.where(defined, stacked, 0.0).sum(axis=0), defined.sum(axis=0))
