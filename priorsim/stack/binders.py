"""What operators and binders do to many tables at once, in arrays (docs/stack.md sections 3 and 4).

A *value* is the three tables of a word on the stack, actual, strict and wide: uint8 of shape (3, environments). The
plain twin is `tables.py`; everything is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from priorsim.mu.interpreter import OPERATORS
from priorsim.stack.pool import I64, Pool
from priorsim.table import Table

U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]
Steps = NDArray[np.uint32]
"""Steps by environment."""


def operate(name: str, operands: list[U8], word_bits: int) -> U8:
    """An operator on values, each of shape (rows, 3, environments)."""
    if name == "if":
        return np.where(operands[0] != 0, operands[1], operands[2])
    return np.asarray(OPERATORS[name](*operands), np.uint8) & np.uint8(2**word_bits - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Ended(Table):
    """Classes of bodies of one length: what they give on every pair of words, value and steps, by number in pools."""

    value: I64
    steps: I64
    searches: I64
    count: U64


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Table):
    """What a find or argmax with each class of bodies leaves for every y, and the steps of the bodies that it runs.

    `words` and `steps` have shape (classes, 2^w).
    """

    words: U8
    steps: Steps
    searches: I64
    count: U64

    @classmethod
    def of(cls, name: str, bodies: Ended, actual: U8, steps: Steps) -> "Unary":
        """The classes, by actual tables and steps of the bodies of shape (bodies, 2^w, 2^w), y first."""
        size = actual.shape[2]
        if name == "find":
            is_hit = actual != 0
            words = is_hit.argmax(axis=2)
            last = np.where(is_hit.any(axis=2), words, size - 1)
        else:
            words, last = actual.argmax(axis=2), np.full(actual.shape[:2], size - 1)
        taken = np.take_along_axis(steps.cumsum(axis=2, dtype=np.uint32), last[:, :, None], axis=2)[:, :, 0]
        pool = Pool((2 * size + 1,), np.uint32)
        which = pool.number(np.column_stack([words, taken, bodies.searches]))
        count = np.zeros(len(pool), np.uint64)
        np.add.at(count, which, bodies.count)
        rows = pool[:]
        return cls(rows[:, :size].astype(np.uint8), rows[:, size:-1], rows[:, -1].astype(np.int64), count)


def search(unary: Unary, y: U8) -> tuple[U8, Steps]:
    """What each find or argmax makes of each y, given by its actual table: values and the steps of bodies.

    Their shapes are (classes, ys, 3, environments) and (classes, ys, environments).
    """
    actual = unary.words[:, y]
    is_literal = (actual == actual[:, :, :1]).all(axis=2, keepdims=True) & (y.shape[1] > 1)
    lesioned = np.where(is_literal, actual, 0)
    return np.stack([actual, lesioned, lesioned], axis=2), unary.steps[:, y]


def iterate(operands: list[U8], body: U8, steps: Steps) -> tuple[U8, Steps]:
    """What an iter with each body makes of each y, s0 and n: values and the steps of bodies, in shapes as `search`.

    Each operand has shape (rows, 3, environments), `body` (bodies, 3, 2^2w) and `steps` (bodies, 2^2w).
    """
    y, start, times = operands
    actual, strict, wide = (
        _Runs.of(y[:, which], start[:, which], times[:, which], body[:, which], steps) for which in range(3)
    )
    return np.stack([actual.finals, strict.finals, wide.undone(start[:, 2])], axis=2), actual.steps


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The runs of iters by one kind of table; arrays of shape (bodies, rows, environments)."""

    finals: U8
    moves: U8
    settled: NDArray[np.bool_]
    steps: Steps

    @classmethod
    def of(cls, y: U8, start: U8, times: U8, body: U8, costs: Steps) -> "_Runs":
        shape = (len(body), *y.shape)
        size = np.sqrt(body.shape[1]).astype(np.int64)
        first = np.arange(len(body))[:, None, None] * body.shape[1] + y * size
        state = np.broadcast_to(start, shape)
        moves, moved, steps = np.zeros(shape, np.uint8), np.zeros(shape, bool), np.zeros(shape, np.uint32)
        for turn in range(int(times.max(initial=0))):
            place, goes_on = first + state, turn < times
            after = np.where(goes_on, body.ravel()[place], state)
            moved = np.where(goes_on, after != state, moved)
            moves += after != state
            steps += np.where(goes_on, costs.ravel()[place], np.uint32(0))
            state = after
        return cls(state, moves, (moves > 0) & ~moved, steps)

    def undone(self, start: U8) -> U8:
        """The final states, but s0 where a search in disguise settled."""
        moved_twice = (self.settled & (self.moves > 1)).any(axis=2)
        least = np.where(self.settled, self.finals, 255).min(axis=2)
        is_disguise = moved_twice & (least < np.where(self.settled, self.finals, 0).max(axis=2))
        return np.where(is_disguise[:, :, None] & self.settled, start, self.finals)
