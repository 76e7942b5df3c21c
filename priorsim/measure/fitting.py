"""What fits many worlds on one domain, measured together: one entry for each world and fitting row.

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
from priorsim.measure.histogram import CLASSES, I64, U8, U32, U64, ClassBy, Mask, kinds_of, mean_steps
from priorsim.measure.mass import End
from priorsim.measure.weighed import lanes_where
from priorsim.mu.domain import Domain
from priorsim.prior import F64, Prior

NONE = np.inf
"""In place of a least cost: none up to the bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Programs:
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

    def __len__(self) -> int:
        return len(self.behaviour)

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

    def take(self, chosen: NDArray[Any]) -> "Programs":
        """The rows at these indices, or where this mask is True."""
        columns = (self.behaviour, self.kind, self.bits, self.steps, self.searches, self.count)
        return Programs(self.header, self.class_by, *(column[chosen] for column in columns))

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
    """Which rows fit which of several targets; arrays over entries have shape (entries,).

    Attributes
    ----------
    programs : Programs
        An entry's row; a row that fits several targets has an entry for each.
    target : array of int64
        Number of the target that an entry fits.
    targets : int
    right : array of int64
        On how many held-out lanes the entry has the target's word.
    held_out : int
        Number of held-out lanes.
    """

    programs: Programs
    target: I64
    targets: int
    right: I64
    held_out: int

    @cached_property
    def faithful(self) -> Mask:
        """Where an entry is right on all held-out lanes."""
        found: Mask = self.right == self.held_out
        return found

    @cached_property
    def _place(self) -> I64:
        return self.target * len(CLASSES) + self.programs.kind

    def sums(self, weights: F64) -> F64:
        """Sums over the entries of each target and class, shape (targets, classes)."""
        return sums(self._place, weights, self.targets * len(CLASSES)).reshape(self.targets, len(CLASSES))

    def least(self, cost: NDArray[Any]) -> F64:
        """The least cost of each target's entries of a class, or NONE; shape (targets, classes)."""
        found = np.full(self.targets * len(CLASSES), NONE)
        np.minimum.at(found, self._place, cost.astype(np.float64))
        return found.reshape(self.targets, len(CLASSES))


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
    domain = programs.header.domain
    mask = np.uint64(domain.lane_mask(train))
    keys, group = np.unique(behaviours & mask, return_inverse=True)
    of_group = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[of_group], np.arange(len(keys) + 1))
    place = places(keys, programs.behaviour & mask)
    rows = np.flatnonzero(place >= 0)
    mine = place[rows]
    size = starts[mine + 1] - starts[mine]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    target = of_group[np.repeat(starts[mine], size) + within].astype(np.int64)
    found = programs.take(np.repeat(rows, size))
    right = _lanes_right(found.behaviour ^ behaviours[target], domain, held_out)
    return Fitting(found, target, len(behaviours), right, len(held_out))


def places(known: U64, wanted: U64) -> I64:
    """Where each wanted number is among known ones in increasing order; -1 where it is not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def _lanes_right(wrong: U64, domain: Domain, lanes: tuple[int, ...]) -> I64:
    """On how many of these lanes no bit is wrong."""
    is_zero = np.arange(2**domain.word_bits) == 0
    is_nothing = np.zeros_like(is_zero)
    chosen = [is_zero if lane in lanes else is_nothing for lane in range(len(domain.lanes))]
    return np.bitwise_count(lanes_where(wrong, domain, chosen)).astype(np.int64)


def sums(place: I64, weights: F64, size: int) -> F64:
    """Sums of weights by place, shape (size,)."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64, copy=False)


def at_end(by_class: F64, end: End) -> tuple[F64, F64]:
    """Sums by class, shape (targets, classes), as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].sum(axis=1), by_class[:, list(end.search)].sum(axis=1)


def least_at_end(by_class: F64, end: End) -> tuple[F64, F64]:
    """Least costs by class, shape (targets, classes), as those of direct code and of search at one end."""
    return by_class[:, list(end.direct)].min(axis=1), by_class[:, list(end.search)].min(axis=1)
