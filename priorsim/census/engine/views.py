"""Operands read backwards: which classes of terms a row of a store stands for.

Stores of `stores` hold terms, or what `if` and `iter` read of them: then one row stands for several
classes. Rows are compared in full.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from priorsim.census.engine.stores import Classes, Store
from priorsim.census.engine.tables import RowArray
from priorsim.census.engine.terms import Scope


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
