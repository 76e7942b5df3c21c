"""Operands read backwards: which classes of terms a row of a store stands for.

Stores of `quotient_stores` hold terms, or what `if` and `iter` read of them: then one row stands for several
classes. Rows are compared in full.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priorsim.census.packed import U, kernel
from priorsim.census.quotient_stores import Classes, Store
from priorsim.census.quotient_tables import INDEX, TAG, RowArray, hashes_of, place, same_key
from priorsim.census.quotient_terms import Scope

SLOTS_PER_KEY = 4


@kernel
def find_keys(rows, hashes, keys, slots, found):  # type: ignore[no-untyped-def]
    """Write into `found` the number of the key that each row has, or -1.

    rows : uint64 (any, words); hashes : uint64, those of its keys; keys : uint64 (keys, words), distinct;
    slots : uint64, as `place` writes them, some of them 0; found : int64 (any,), overwritten.
    """
    mask = U(slots.shape[0] - 1)
    key_words = rows.shape[1] - 1
    for row in range(rows.shape[0]):
        at = hashes[row] & mask
        found[row] = -1
        while slots[at] != U(0):
            if (slots[at] ^ hashes[row]) & TAG == U(0):
                key = np.int64(slots[at] & INDEX) - 1
                if same_key(rows[row, :key_words], keys[key, :key_words]):
                    found[row] = key
                    break
            at = (at + U(1)) & mask


class KeyIndex:
    """Distinct keys, found by their words; what stands in the last column of a row does not matter."""

    def __init__(self, rows: RowArray) -> None:
        self._rows = np.ascontiguousarray(rows)
        self._slots = np.zeros(1 << (SLOTS_PER_KEY * len(rows)).bit_length(), dtype=np.uint64)
        place(self._rows, len(rows), self._slots)

    def find(self, rows: RowArray) -> NDArray[np.int64]:
        """The number of each row's key, or -1: shape (rows,)."""
        rows = np.ascontiguousarray(rows)
        found = np.empty(len(rows), dtype=np.int64)
        find_keys(rows, hashes_of(rows), self._rows, self._slots, found)
        return found


@dataclass(frozen=True, slots=True)
class View:
    """A store of operands: under how many binders they are, the classes it was read from, and how."""

    depth: int
    store: Store
    classes: tuple[Classes, ...]
    read: Callable[[RowArray], RowArray] | None = None

    def readings(self, length: int, classes: Classes) -> RowArray:
        """What is read of each term of a length."""
        begin, end = classes.terms.spans.get(length, (0, 0))
        rows = classes.terms.rows[begin:end]
        return rows if self.read is None else self.read(rows)

    def first_class(self, at: int) -> tuple[int, RowArray]:
        """Bits and row of the first class that a row of the store stands for."""
        length = self.store.length_of(at)
        wanted = self.store.rows[at, :-1]
        for classes in self.classes:
            same = np.flatnonzero(np.all(self.readings(length, classes)[:, :-1] == wanted, axis=1))
            if len(same):
                return length, classes.terms.rows[classes.terms.spans[length][0] + same[0]]
        raise AssertionError("an operand stands for no class")


def views_of(scope: Scope) -> Iterator[View]:
    """Every store of a scope that operands are in."""
    for classes in scope.kinds.values():
        yield View(scope.depth, classes.terms, (classes,))
        yield View(scope.depth, classes.ignored, (classes,), classes.silent)
        for store in (classes.tests, classes.always, classes.never):
            yield View(scope.depth, store, (classes,), classes.masks)
    outside = (scope.kinds[False],)
    for store in (scope.rounds.sometimes, scope.rounds.always):
        yield View(scope.depth, store, outside, scope.rounds.masks)
    yield View(scope.depth, scope.rounds.silent, outside, scope.rounds.sums)
