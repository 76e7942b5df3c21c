"""A wide world as a site: what fits it is listed for each set of training lanes, as no atlas holds its behaviours.

Behaviours are numbered: each is a place among the output words of what was listed (`priorsim.census.wide`). Claims see
what they see of a world in an atlas; those that need more than what fits are not asked (`judge.NOT_ON_WIDE`).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.effort import check_seconds, question_seconds
from priorsim.census.progress import Progress
from priorsim.census.wide import Task, WideRows, each_filtered, filter_and_verify
from priorsim.claims.elsewhere import last_splits
from priorsim.claims.populations import Preset, factors_at, several_words
from priorsim.claims.site import Site
from priorsim.measure.fitting import ClassedRows, Fitting, OnSplit, by_behaviour
from priorsim.measure.histogram import CLASS_BY, ClassBy, Mask
from priorsim.measure.mixture import Mixture, mixture_of
from priorsim.measure.weighed import Split, stated_splits
from priorsim.priors import F64
from priorsim.processes import Workers
from priorsim.shards import Shards
from priorsim.worlds.world import World

Lanes = tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class WideSite(Site):
    """One wide world; `listed` gives what fits it on some training lanes, up to the site's bound or beyond."""

    world: World
    listed: Callable[[Lanes], WideRows]

    def _programs(self, train: Lanes) -> ClassedRows:
        return classed(self.listed(train), self.max_bits, self.programs.class_by)

    @cached_property
    def fitting(self) -> Fitting:
        """What fits on the training lanes: all that was listed for them; nothing where no world is chosen."""
        entries = self.programs if len(self.behaviours) else self.programs.take(slice(0))
        group, of_world = np.zeros(len(entries), np.int64), np.zeros(len(self.behaviours), np.int64)
        return Fitting(entries, group, self.behaviours, of_world, self.held_out)

    @cached_property
    def mixture(self) -> Mixture:
        """What fits on the training lanes, by how much of the held-out ones it is right on."""
        right = self._right(self.train, self.held_out).sum(axis=1)
        return mixture_of(self.fitting, lambda _, entries: right[self.programs.behaviour[entries]])

    @cached_property
    def true_masses(self) -> F64:
        """The masses of what answers as the world on all lanes, which fits on the training lanes."""
        return self.own.faithful

    def on(self, split: Split) -> OnSplit:
        """The world on a split."""
        census = by_behaviour(self._programs(split.train))
        masses = census.by_group(census.programs.weights(self.prior()))
        chosen = np.arange(len(census.target)) if len(self.behaviours) else np.zeros(0, np.int64)
        every_lane = self._right(split.train, tuple(range(len(self.world.domain.lanes))))
        is_right = every_lane[census.target].all(axis=1)
        true = int(np.flatnonzero(is_right)[0]) if is_right.any() else -1
        group, of_world = np.zeros_like(chosen), np.zeros(len(self.behaviours), np.int64)
        return OnSplit(census, chosen, group, chosen, masses[chosen], of_world + true, of_world)

    def _right(self, train: Lanes, lanes: Lanes) -> Mask:
        """Where what was listed for these training lanes is right in some lanes, shape (behaviours, lanes)."""
        return Task(self.world.acceptable, lanes).right(self.listed(train).words, lanes)


def classed(counted: WideRows, max_bits: int, class_by: ClassBy) -> ClassedRows:
    """The listed programs up to a bound with their classes, behaviour by behaviour."""
    rows = counted.rows.take(counted.rows.bits <= max_bits)
    rows = rows.take(np.argsort(rows.behaviour, kind="stable"))
    return ClassedRows.of_rows(counted.header, rows, class_by)


def lane_sets(world: World) -> set[Lanes]:
    """The sets of training lanes for each of which what fits is listed, where the claims ask for it."""
    last = last_splits(len(world.domain.lanes))
    return {world.train, *(split.train for split in (*_holding_out(world), *last))}


def _holding_out(world: World) -> tuple[Split, ...]:
    """The stated splits that hold a lane out."""
    return tuple(split for split in stated_splits(world) if split.held_out)


def wide_sites(
    world: World,
    header: AtlasHeader,
    preset: Preset,
    *,
    allow_long: bool = False,
    workers: Workers = 2,
    shards: Shards | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[dict[str, str | int], Site]]:
    """The site of a wide world at each setting of the preset's grid, with its place there.

    What an executor lists is kept as shards where there are some.

    WorldError where it accepts several words in a lane. CensusError where, unless long work is allowed, all sets of
    training lanes together would take hours, or more programs fit on one of them than are listed.
    """
    if any(len(words) > 1 for words in world.acceptable):
        raise several_words(world)
    if not allow_long:
        check_seconds(header, len(lane_sets(world)) * question_seconds(header))

    how: dict[str, Any] = {"allow_long": allow_long, "workers": workers, "progress": progress}

    trains = sorted(lane_sets(world)) if isinstance(workers, Executor) else []
    tasks = [Task(world.acceptable, train) for train in trains]
    found = {trains[place]: each for place, each in each_filtered(header, tasks, shards=shards, **how)}

    @cache
    def listed(train: Lanes) -> WideRows:
        return found[train] if found else filter_and_verify(header, Task(world.acceptable, train), **how)

    lanes = (world.train, world.held_out, _holding_out(world), ())
    alone: dict[str, Any] = {"data_worlds": 0, "has_all": False, "world": world, "listed": listed}
    for class_by, below in product(CLASS_BY, preset.below):
        bound = header.max_bits - below
        programs = classed(listed(world.train), bound, class_by)
        for tax in preset.taxes:
            site = WideSite(programs, np.zeros(1, np.uint64), *lanes, tax, bound, preset.code_bits, **alone)
            yield factors_at(world.name, header.language, class_by, below, tax), site
