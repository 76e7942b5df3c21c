"""What fits many worlds on one domain, measured together.

Worlds here ask for one word a lane, so a world is a behaviour, and what fits it on some lanes is found by a
key: its words there. Sums are float64. Under a dyadic prior every partial sum is a multiple of the smallest
weight, so masses are exact while bound and tax together span no more than 53 bits.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, Rows
from priorsim.census.stored import Counted
from priorsim.measure.histogram import CLASSES, I64, U8, U32, U64, ClassBy, kinds_of, mean_steps
from priorsim.mu.domain import Domain
from priorsim.priors import F64, Prior
from priorsim.table import Table

NONE = np.inf
"""In place of a least cost: none up to the bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Programs(Table):
    """The rows of a census up to a bound, with the class of each; every array has shape (rows,).

    Attributes
    ----------
    header : AtlasHeader
    class_by : 'lesion' or 'form'
    behaviour : array of uint64
    kind : array of uint8
        Class number, as in `CLASSES`.
    bits, steps, searches : arrays of uint8, uint32, uint8
    count : array of uint64
    """

    header: AtlasHeader
    class_by: ClassBy
    behaviour: U64
    kind: U8
    bits: U8
    steps: U32
    searches: U8
    count: U64

    @classmethod
    def of(cls, atlas: Counted, *, max_bits: int | None = None, class_by: ClassBy = "lesion") -> "Programs":
        """The programs of an atlas up to a bound, its own where none is given."""
        bound = atlas.header.max_bits if max_bits is None else max_bits
        parts = [rows.take(rows.bits <= bound) for rows in atlas.batches()]
        return cls.of_rows(atlas.header, Rows.concatenate(parts), class_by)

    @classmethod
    def of_rows(cls, header: AtlasHeader, rows: Rows, class_by: ClassBy) -> "Programs":
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

    Arrays over entries, one for each row that fits some target, have shape (entries,).

    Attributes
    ----------
    programs : Programs
        The entries' rows.
    group : array of int64
        The group that an entry is in.
    target : array of uint64, shape (targets,)
        What each target asks for, packed.
    target_group : array of int64, shape (targets,)
    held_out : tuple of int
        The lanes on which an entry may be wrong.
    """

    programs: Programs
    group: I64
    target: U64
    target_group: I64
    held_out: tuple[int, ...]

    @property
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


def fitting(programs: Programs, behaviours: U64, *, train: tuple[int, ...], held_out: tuple[int, ...] = ()) -> Fitting:
    """The programs that fit each of these behaviours on the training lanes.

    Parameters
    ----------
    programs : Programs
    behaviours : array of uint64, shape (targets,)
        What each target asks for, packed; one may stand there several times.
    train, held_out : tuple of int
        Lanes; the same for all targets.
    """
    mask = np.uint64(programs.header.domain.lane_mask(train))
    keys, target_group = np.unique(behaviours & mask, return_inverse=True)
    group = places(keys, programs.behaviour & mask)
    fits = np.flatnonzero(group >= 0)
    return Fitting(programs.take(fits), group[fits], behaviours, target_group, held_out)


def places(known: U64, wanted: U64) -> I64:
    """Where each wanted number is among known ones in increasing order; -1 where it is not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def sums(place: I64, weights: F64, size: int) -> F64:
    """Sums of weights by place, shape (size,)."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64, copy=False)
