"""What the page's explorer weighs: every world's cells, packed for its scripts.

Cells are merged where they differ only in whether they are essential, which the explorer does not ask;
nothing else is merged or left out. Counts stand as whole numbers of any size: a browser reads each
as the float64 nearest to it, as numpy does when masses are taken, so its odds are this package's to
float64 rounding.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np

from priorsim.census.recurrence import tokens
from priorsim.measure import crossover
from priorsim.measure.histogram import CLASSES, Cells, Histogram, mean_steps
from priorsim.measure.mass import programs
from priorsim.mu.dialect import Language
from priorsim.priors import PARAMETERS, PRIORS

SLIDERS = {"beta": [None, 4.0], "gamma": list(crossover.GAMMA_RANGE), "lambda": [0.0, 1.0], "delta": [-8.0, 16.0]}
"""The ends of the sliders; that of beta starts where the prior converges."""
STARTS = {"beta": 1.5, "lambda": 0.01, "cap": 64}
"""Where a slider is put by a prior that leaves its value open."""


class MenuWorld(NamedTuple):
    """A world of the explorer's menu: a shortest program of each class, as S-expression, None where none is shown."""

    histogram: Histogram
    witnesses: tuple[str | None, ...] = (None,) * len(CLASSES)


def explorer_json(worlds: Sequence[MenuWorld]) -> dict[str, Any]:
    """The object that explorer.js reads; every key is used by a script."""
    return {
        "worlds": [world_json(world) for world in worlds],
        "classes": [str(name) for name in CLASSES],
        "priors": [_prior_json(name) for name in PRIORS],
        "sliders": SLIDERS,
        "roots": {
            "range": SLIDERS["gamma"],
            "resolution": crossover.RESOLUTION,
            "noise": crossover.NOISE,
            "rounding": crossover.ROUNDING,
            "intervals": crossover.MAX_INTERVALS,
        },
    }


def _prior_json(name: str) -> dict[str, Any]:
    member = PRIORS[name]
    values: dict[str, float | None] = {"beta": 1, "gamma": 0, "lambda": 0, "delta": 0, "cap": None, **member.values}
    return {
        "name": name,
        "description": member.description,
        "values": {parameter: values[parameter] for parameter in PARAMETERS},
        "starts": {parameter: STARTS[parameter] for parameter in member.needs},
    }


def world_json(world: MenuWorld) -> dict[str, Any]:
    """The entry of a world in the menu."""
    histogram, task, header = world.histogram, world.histogram.world, world.histogram.header
    language, lanes = header.language, len(header.domain.lanes)
    return {
        "name": task.name,
        "family": task.family,
        "description": task.description,
        "dialect": language.dialect.name,
        "word_bits": language.word_bits,
        "lanes": lanes,
        "held_out": len(task.held_out),
        "class_by": histogram.class_by,
        "bound": histogram.max_bits,
        # What T is divided by to give t: 1 under the accountings of a single lane.
        "per": round(lanes / float(mean_steps(header, np.array(lanes)))),
        "symbols": symbols(language),
        "programs": list(programs(histogram)),
        "shortest": [key.bits if key else None for key in histogram.shortest],
        "witnesses": list(world.witnesses),
        "cells": packed(histogram.cells),
    }


def symbols(language: Language) -> list[list[list[int]]]:
    """What tells where a prior converges, by the number of binders around: the symbols that a term can start with.

    Of each [bits, how many, children under the same binders, children under one more, whether it is a search node].
    """
    return [
        [[each.bits, each.choices, each.binds.count(0), each.binds.count(1), int(each.is_search)] for each in starting]
        for starting in (tokens(language, bound) for bound in range(language.depth + 1))
    ]


def packed(cells: Cells) -> list[list[Any]]:
    """Groups [class, searches, faithful, bits, steps, counts]; steps: the least, then each one's excess over the last.

    >>> from priorsim.measure.histogram import Cells
    >>> flags = [np.zeros(2, dtype=bool)] * 3
    >>> columns = [np.array(numbers) for numbers in ([0, 0], [9, 9], [16, 20], [0, 0])]
    >>> packed(Cells(*columns, *flags, np.array([5, 2**60 + 1])))
    [[0, 0, 0, 9, [16, 4], [5, 1152921504606846977]]]
    """
    merged: Counter[tuple[int, ...]] = Counter()
    columns = (cells.kind, cells.searches, cells.faithful, cells.bits, cells.steps, cells.count)
    for *key, count in zip(*(column.tolist() for column in columns), strict=True):
        merged[tuple(map(int, key))] += count
    groups = []
    for shared, members in groupby(sorted(merged), key=lambda at: at[:-1]):
        found = list(members)
        steps = [at[-1] for at in found]
        excess = [steps[0], *(later - earlier for earlier, later in pairwise(steps))]
        groups.append([*shared, excess, [merged[at] for at in found]])
    return groups
