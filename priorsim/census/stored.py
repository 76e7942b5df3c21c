"""An atlas on disk, asked without loading it: row groups are read one by one, only where they can matter.

A question reads the behaviours of every row group and the other columns of those with a row chosen, two
groups at a time, so memory holds a few groups whatever the size of the file. Everything is exact.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import local
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from priorsim.census.atlas import (
    COLUMN_TYPES,
    U64,
    AtlasHeader,
    Rows,
    check_totals,
    counts_by_length,
    damaged,
    read_header,
)
from priorsim.errors import AtlasError, CensusError

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
    """An atlas file that was whole when it was opened.

    Attributes
    ----------
    path : Path
    header : AtlasHeader
    """

    path: Path
    header: AtlasHeader

    @classmethod
    def open(cls, path: Path | str) -> "StoredAtlas":
        """Open an atlas, and refuse one that is not whole; bits and counts of all rows are read for it.

        Raises
        ------
        AtlasError
            When the file is missing, cut, altered, of another language version, or its totals
            disagree with the recurrence.
        """
        atlas = cls(Path(path), read_header(path))
        found = [0] * 256
        for counts in atlas._ask(_programs_by_length):
            found = [a + b for a, b in zip(found, counts, strict=True)]
        try:
            check_totals(atlas.header, found)
        except AtlasError as error:
            raise AtlasError(f"{path}: {error}") from None
        return atlas

    def __len__(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)

    def batches(self) -> Iterator[Rows]:
        """All rows, a row group at a time."""
        with _told_where_damaged(self.path):
            file = _open(self.path)
            for group in range(file.num_row_groups):
                yield _rows(file, group)

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order; groups without one are read no further."""

        def rows_of(file: pq.ParquetFile, group: int) -> Rows | None:
            mask = chosen(_column(file, group, "behaviour"))
            return _rows(file, group).take(mask) if mask.any() else None

        return Rows.concatenate([Rows.empty(), *(part for part in self._ask(rows_of) if part is not None)])

    def _ask(self, question: Callable[[pq.ParquetFile, int], Answer]) -> list[Answer]:
        """The answers of all row groups, in order; each reader opens the file for itself."""
        own = local()

        def answer(group: int) -> Answer:
            if not hasattr(own, "file"):
                own.file = _open(self.path)
            return question(own.file, group)

        with _told_where_damaged(self.path), ThreadPoolExecutor(READERS) as readers:
            return list(readers.map(answer, range(pq.read_metadata(self.path).num_row_groups)))


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


@contextmanager
def _told_where_damaged(path: Path) -> Iterator[None]:
    """Raise AtlasError, with the file's name, where its pages or columns cannot be read."""
    try:
        yield
    except (OSError, pa.ArrowException, KeyError) as error:
        raise damaged(path, error) from None


def _open(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, page_checksum_verification=True)


def _column(file: pq.ParquetFile, group: int, name: str) -> NDArray[Any]:
    column = file.read_row_group(group, columns=[name], use_threads=False).column(name)
    values: NDArray[Any] = column.to_numpy().astype(COLUMN_TYPES[name], copy=False)
    return values


def _rows(file: pq.ParquetFile, group: int) -> Rows:
    return Rows(*(_column(file, group, name) for name in COLUMN_TYPES))


def _programs_by_length(file: pq.ParquetFile, group: int) -> list[int]:
    bits, count = _column(file, group, "bits"), _column(file, group, "count")
    return counts_by_length(bits, count)
