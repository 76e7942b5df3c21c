"""A table: columns of one length, by name, as the fields of a dataclass.

A field that holds an array or a table is a column; what else there is belongs to the table as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The base of tables: a dataclass of columns, all of which have their first axis in common."""

    def _columns(self) -> "dict[str, NDArray[Any] | Table]":
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if isinstance(value, np.ndarray | Table)}

    def __len__(self) -> int:
        return len(next(iter(self._columns().values())))

    def take(self, chosen: NDArray[Any] | slice) -> Self:
        """The rows at these indices, in this slice, or where this mask is True."""
        taken: dict[str, Any] = {
            name: column.take(chosen) if isinstance(column, Table) else column[chosen]
            for name, column in self._columns().items()
        }
        return replace(self, **taken)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """All rows of the parts, one at least, in their order; what is no column is that of the first."""
        joined: dict[str, Any] = {}
        for name, column in parts[0]._columns().items():
            every = [getattr(part, name) for part in parts]
            joined[name] = column.concatenate(every) if isinstance(column, Table) else np.concatenate(every)
        return replace(parts[0], **joined)


def runs(*keys: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order of rows by keys, the first counting most, and where in it each run of equal keys begins.

    >>> runs(np.array([2, 1, 2]), np.array([0, 5, 0]))
    (array([1, 0, 2]), array([0, 1]))
    """
    order = np.lexsort(keys[::-1])
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
    return order, np.flatnonzero(is_new)


def groups(*keys: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row of each group of rows with equal keys, groups in order, and the group of every row.

    This is quick where the rows are in order already.

    >>> groups(np.array([2, 1, 2]), np.array([0, 5, 0]))
    (array([1, 0]), array([1, 0, 1]))
    """
    order, starts = runs(*keys)
    which = np.empty(len(order), dtype=np.int64)
    which[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    return order[starts], which
