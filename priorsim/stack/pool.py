"""Distinct rows of numbers, each with a number of its own: tables that many stacks share are kept once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


class Pool:
    """Rows of one shape and type, numbered from 0 as they first come; rows are equal only where all bytes are."""

    def __init__(self, shape: tuple[int, ...], kind: type[np.generic]) -> None:
        self._numbers: dict[bytes, int] = {}
        self._rows: NDArray[Any] = np.zeros((16, *shape), kind)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, numbers: I64 | slice) -> NDArray[Any]:
        """The rows of these numbers."""
        return self._rows[: len(self)][numbers]

    def number(self, rows: NDArray[Any]) -> I64:
        """The number of each row, shape (rows,); rows that are new get the next ones."""
        before, numbers = len(self), self._numbers
        whole, width = np.ascontiguousarray(rows, self._rows.dtype), self._rows[0].nbytes
        keys = np.frombuffer(whole.tobytes(), np.dtype((np.void, width))).tolist()
        found = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64, len(keys))
        new, places = np.unique(found[is_new := found >= before], return_index=True)
        self._reserve(len(self))
        self._rows[new] = rows[np.flatnonzero(is_new)[places]]
        return found

    def _reserve(self, size: int) -> None:
        """Make room for so many rows."""
        if size > len(self._rows):
            grown = np.zeros((max(size, 2 * len(self._rows)), *self._rows.shape[1:]), self._rows.dtype)
            grown[: len(self._rows)] = self._rows
            self._rows = grown
