"""An atlas on disk, asked without loading it: row groups are read one by one, only where they can matter.

A question reads the behaviours of every row group and the other columns of those with a row chosen, two
groups at a time, so memory holds a few groups whatever the size of the file. Everything is exact.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import (
    MAX_BITS,
    U64,
    AtlasHeader,
    Rows,
    check_totals,
    counts_by_length,
    is_strictly_sorted,
)
from priorsim.census.atlas_file import AtlasFile
from priorsim.errors import AtlasError, CensusError
from priorsim.reading import source_name

READERS = 2

Choice = Callable[[U64], NDArray[np.bool_]]
"""From behaviours, shape (rows,), to the rows chosen, shape (rows,)."""
Answer = TypeVar("Answer")


class Selectable(Protocol):
    """What can be asked for the rows of some behaviours: an atlas, or one continued (`TargetedAtlas`)."""

    @property
    def header(self) -> AtlasHeader:
        """What was counted."""

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order."""


class Counted(Selectable, Protocol):
    """A census that can be asked, in memory (`Atlas`) or on disk (`StoredAtlas`)."""

    def __len__(self) -> int:
        """Number of rows."""

    def batches(self) -> Iterator[Rows]:
        """All rows, in order, in batches of any size."""


@dataclass(frozen=True, slots=True)
class StoredAtlas:
    """An atlas file that was whole when it was opened; it stays open, and what is read later is checked as it is read.

    Attributes
    ----------
    file : AtlasFile
    """

    file: AtlasFile

    @classmethod
    def open(cls, path: Path | str, *, trust_other_code: bool = False) -> "StoredAtlas":
        """Open an atlas, and refuse one that is not whole; bits and counts of all rows are read for it.

        Parameters
        ----------
        path : Path or str
        trust_other_code : bool
            Take one that other code counted, too. A damaged one never is.

        Raises
        ------
        AtlasError
            When the file is missing, damaged, of another language version or made by other code, or its totals
            disagree with the recurrence.
        """
        atlas = cls(AtlasFile(path, trust_other_code=trust_other_code))
        found = [0] * (MAX_BITS + 1)
        for counts in atlas._ask(atlas._programs_by_length):
            found = [a + b for a, b in zip(found, counts, strict=True)]
        try:
            check_totals(atlas.header, found)
        except AtlasError as error:
            raise AtlasError(f"{source_name(path)}: {error}") from None
        return atlas

    @property
    def header(self) -> AtlasHeader:
        """What was counted."""
        return self.file.header

    def __len__(self) -> int:
        return len(self.file)

    def batches(self) -> Iterator[Rows]:
        """All rows, a row group at a time; AtlasError where they are not in strict order."""
        last = Rows.empty()
        for group in range(self.file.groups):
            rows = self.file.rows(group)
            if not is_strictly_sorted(rows) or not is_strictly_sorted(Rows.concatenate([last, rows.take(slice(1))])):
                raise self.file.damaged(f"row group {group} is not in order")
            last = rows.take(slice(-1, None))
            yield rows

    def check(self) -> None:
        """Read all rows; AtlasError where any is damaged or out of order."""
        for _ in self.batches():
            pass

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order; groups without one are read no further."""

        def rows_of(group: int) -> Rows | None:
            behaviour = self.file.column(group, "behaviour")
            mask = chosen(behaviour)
            return self.file.rows(group, {"behaviour": behaviour}).take(mask) if mask.any() else None

        return Rows.concatenate([Rows.empty(), *(part for part in self._ask(rows_of) if part is not None)])

    def _ask(self, question: Callable[[int], Answer]) -> list[Answer]:
        """The answers of all row groups, in order."""
        with ThreadPoolExecutor(READERS) as readers:
            return list(readers.map(question, range(self.file.groups)))

    def _programs_by_length(self, group: int) -> list[int]:
        return counts_by_length(self.file.column(group, "bits"), self.file.column(group, "count"))


@dataclass(frozen=True, slots=True)
class CutAtlas:
    """A census as it would be with a smaller bound: the rows of more bits are passed over.

    Attributes
    ----------
    atlas : Atlas or StoredAtlas
    header : AtlasHeader
        That of the census, with the smaller bound.
    """

    atlas: Counted
    header: AtlasHeader

    def __len__(self) -> int:
        return sum(map(len, self.batches()))

    def batches(self) -> Iterator[Rows]:
        """All rows within the bound, in order, in batches that may be empty; what lies behind is not read."""
        for rows in self.atlas.batches():
            yield self._within(rows)
            if len(rows) and rows.bits[-1] > self.header.max_bits:
                return

    def select(self, chosen: Choice) -> Rows:
        """The rows within the bound whose behaviour is chosen, in order."""
        return self._within(self.atlas.select(chosen))

    def _within(self, rows: Rows) -> Rows:
        return rows.take(rows.bits <= self.header.max_bits)


def cut(atlas: Counted, max_bits: int | None) -> Counted:
    """The census up to a smaller bound than its own; as it is where none is given.

    Raises
    ------
    CensusError
        When the bound is below 1 or above the census's.
    """
    bound = atlas.header.max_bits
    if max_bits is None or max_bits == bound:
        return atlas
    if not 1 <= max_bits <= bound:
        raise CensusError(f"the atlas holds programs up to {bound} bits, not {max_bits}: ask for 1 to {bound}")
    return CutAtlas(atlas, replace(atlas.header, max_bits=max_bits))
