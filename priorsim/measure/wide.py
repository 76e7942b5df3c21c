"""The histogram of a world that no atlas holds: what fits it is counted for it alone (`priorsim.census.wide`)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from priorsim.census.atlas import RowKey
from priorsim.census.progress import Progress
from priorsim.census.wide import Task, WideRows, filter_and_verify, wide_header
from priorsim.measure.histogram import ClassBy, Histogram, count_cells
from priorsim.mu.syntax import Term
from priorsim.worlds.world import World


@dataclass(frozen=True, slots=True, eq=False)
class WideCount:
    """The programs that fit a world, one by one behind the histogram."""

    histogram: Histogram
    counted: WideRows

    @property
    def told(self) -> str:
        """How they were found, in a sentence."""
        lanes, wrong = self.counted.chosen, self.counted.false_positives
        listed = self.histogram.cells.programs + wrong
        return (
            f"{listed:,} programs up to {self.histogram.max_bits} bits fit on the training lanes "
            f"{', '.join(map(str, lanes))}; {wrong:,} of them are wrong on another"
        )


def task_of(world: World) -> Task:
    """What programs have to do to fit a world."""
    return Task(world.acceptable, world.train)


def count_wide(
    world: World,
    max_bits: int,
    *,
    dialect: str | None = None,
    depth: int | None = None,
    class_by: ClassBy = "lesion",
    allow_long: bool = False,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> WideCount:
    """Count every code-only program up to a bound that fits a world, wide or not, without an atlas.

    The dialect is the world's, and the depth its domain's, where none is given. CensusError where the bound is out of
    range, and, unless long work is allowed, where it would take hours or more programs fit than are listed.
    """
    header = wide_header(dialect or world.dialect, max_bits, world.domain, depth)
    counted = filter_and_verify(header, task_of(world), allow_long=allow_long, workers=workers, progress=progress)
    return WideCount(histogram_of_wide(counted, world, class_by), counted)


def histogram_of_wide(counted: WideRows, world: World, class_by: ClassBy = "lesion") -> Histogram:
    """The histogram of the programs that fit a world."""
    right = np.asarray(task_of(world).right(counted.words, world.held_out).all(axis=1))
    faithful = right[counted.rows.behaviour]
    return count_cells(counted.header, counted.rows, world, faithful, counted.key, class_by)


def find_terms(histogram: Histogram, keys: Iterable[RowKey]) -> dict[RowKey, Term]:
    """A term for each of these keys of programs that fit a histogram's world, all of which are listed again."""
    sought = list(keys)
    header = replace(histogram.header, max_bits=max((2, *(key.bits for key in sought))))
    return filter_and_verify(header, task_of(histogram.world), allow_long=True).find_terms(sought)
