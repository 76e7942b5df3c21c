"""The quotient census: stack programs counted by classes of whole stacks (docs/stack.md section 5).

A class of beginnings is what is on the stack, as numbers of values in a pool, the steps so far, as the number of a
table in another one, and how many find and argmax there are. Beginnings of one class go on alike, so longer classes are
made of shorter ones, on demand. Everything is exact: counts are integers below 2^64, and those of every length are
compared with the recurrence's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from priorsim.errors import CensusError
from priorsim.mu.dialect import Language
from priorsim.stack.binders import U8, U64, Ended, Steps, Unary, iterate, operate, search
from priorsim.stack.code import endings
from priorsim.stack.language import BODY_HEIGHT, CONSTANTS, END, MOST_WORDS, SHUFFLES, Instruction, Symbol, symbols
from priorsim.stack.pool import I64, Pool
from priorsim.table import Table, groups, runs

CELLS = 1 << 20
"""Words of the tables that are made at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Begun(Table):
    """Classes of beginnings of one length and height: `stack`, shape (classes, height), and `steps` are numbers."""

    stack: I64
    steps: I64
    searches: I64
    count: U64

    @classmethod
    def merged(cls, parts: list["Begun"]) -> "Begun":
        """The classes of all parts, each once, in order."""
        every = cls.concatenate(parts)
        if not len(every):
            return every
        order, starts = runs(*every.stack.T, every.steps, every.searches)
        return replace(every.take(order[starts]), count=np.add.reduceat(every.count[order], starts))

    @classmethod
    def none(cls, height: int) -> "Begun":
        """No beginnings."""
        no = np.zeros(0, np.int64)
        return cls(np.zeros((0, height), np.int64), no, no, no.astype(np.uint64))

    def replacing(self, takes: int, left: list[I64], steps: I64) -> "Begun":
        """The same, one instruction later, with other words in place of those that it takes."""
        kept = self.stack[:, : self.stack.shape[1] - takes]
        return replace(self, stack=np.column_stack([kept, *left]), steps=steps)


def _gathered(found: Begun, parts: Iterator[Begun]) -> Begun:
    """All parts merged, as they come: what waits never outgrows what is merged by more than one part."""
    waiting: list[Begun] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) > max(len(found), CELLS // 8):
            found, waiting = Begun.merged([found, *waiting]), []
    return Begun.merged([found, *waiting])


class Census:
    """The beginnings, and the ends, of all programs; or of all bodies in `bound` bodies, themselves counted.

    `environments` are the words that the stack starts with, shape (environments, height). The steps are kept in every
    environment, or with `is_summed` only their sum.
    """

    def __init__(self, language: Language, bound: int, environments: U8, *, is_summed: bool) -> None:
        self.language, self.bound = language, bound
        self.size, self.height = environments.shape
        self.values = Pool((3, self.size), np.uint8)
        self.steps = Pool((1 if is_summed else self.size,), np.uint32)
        self._is_summed = is_summed
        self._step = np.uint32(self.size if is_summed else 1)
        self._later = np.zeros(0, np.int64)
        self._begun: dict[tuple[int, int], Begun] = {}
        self._ended: dict[int, Ended] = {}
        self._unary: dict[tuple[str, int], Unary] = {}
        self._inner = _of_bodies(language, bound + 1) if bound < language.depth else None
        first = self.values.number(np.repeat(environments.T[:, None], 3, axis=1))
        no_steps = self.steps.number(np.zeros((1, *self.steps[:].shape[1:]), np.uint32))
        one = np.ones(1, np.uint64)
        self._begun[0, self.height] = Begun(first[None], no_steps, np.zeros(1, np.int64), one)

    def ended(self, bits: int) -> Ended:
        """The classes of what ends with so many bits; CensusError where their number is not the recurrence's."""
        if bits not in self._ended:
            [end] = (symbol for symbol in symbols(self.language, self.bound, 1) if symbol.name == END)
            begun = self.begun(bits - end.bits, 1)
            found = Ended(begun.stack[:, 0], self._one_later(begun.steps), begun.searches, begun.count)
            expected = endings(self.language, self.bound, self.height, bits)
            if int(found.count.sum()) != expected:
                raise CensusError(f"{found.count.sum()} ends of {bits} bits where the recurrence says {expected}")
            self._ended[bits] = found
        return self._ended[bits]

    def begun(self, bits: int, height: int) -> Begun:
        """The classes of what begins with so many bits and leaves so many words on the stack."""
        key = bits, height
        if key not in self._begun:
            self._begun[key] = _gathered(Begun.none(height), self._made(bits, height) if bits > 0 else iter(()))
        return self._begun[key]

    def _made(self, bits: int, height: int) -> Iterator[Begun]:
        for before in range(1, MOST_WORDS + 1):
            for symbol in symbols(self.language, self.bound, before):
                if before + symbol.grows != height or symbol.name == END:
                    continue
                if symbol.binds:
                    for left in range(bits - symbol.bits):
                        yield from self._bound_by(symbol, self.begun(left, before), bits - symbol.bits - left)
                else:
                    yield from self._followed_by(symbol, self.begun(bits - symbol.bits, before))

    def _followed_by(self, symbol: Symbol, begun: Begun) -> Iterator[Begun]:
        """The classes one plain instruction later."""
        steps, name = self._one_later(begun.steps), symbol.name
        taken = list(begun.stack[:, begun.stack.shape[1] - symbol.takes :].T)
        if name in CONSTANTS:
            for choice in range(symbol.choices):
                word = self._constant(Instruction(name, choice).constant)
                yield begun.replacing(0, [np.broadcast_to(word, len(begun))], steps)
        elif name in SHUFFLES:
            yield begun.replacing(symbol.takes, [taken[place] for place in SHUFFLES[name][1]], steps)
        elif len(begun):
            rows, which = groups(*taken)
            made = operate(name, [self.values[each[rows]] for each in taken], self.language.word_bits)
            yield begun.replacing(symbol.takes, [self.values.number(made)[which]], steps)

    def _constant(self, word: int) -> I64:
        return self.values.number(np.full((1, 3, self.size), word, np.uint8))

    def _bound_by(self, symbol: Symbol, begun: Begun, bits: int) -> Iterator[Begun]:
        """The classes after a binder with a body of so many bits."""
        assert self._inner is not None
        if not len(begun):
            return
        bodies = self._inner.unary(symbol.name, bits) if symbol.searches else self._inner.ended(bits)
        taken = list(begun.stack[:, begun.stack.shape[1] - symbol.takes :].T)
        rows, which = groups(*taken)
        operands = [self.values[each[rows]] for each in taken]
        at_once = max(1, CELLS // max(len(begun), self.size * len(rows)))
        for start in range(0, len(bodies), at_once):
            some = bodies.take(slice(start, start + at_once))
            if isinstance(some, Unary):
                values, steps = search(some, operands[0][:, 0])
            else:
                values, steps = iterate(operands, self._inner.values[some.value], self._inner.steps[some.steps])
            yield self._after(symbol, begun, which, some, values, steps)

    def _after(
        self, symbol: Symbol, begun: Begun, which: I64, bodies: Unary | Ended, values: U8, steps: Steps
    ) -> Begun:
        """The classes after a binder with each of these bodies; `which` says what each class has for operands."""
        if self._is_summed:
            steps = steps.sum(axis=2, dtype=np.uint32, keepdims=True)
        made, more = (
            pool.number(rows.reshape(-1, *rows.shape[2:])).reshape(rows.shape[:2])[:, which].ravel()
            for pool, rows in ((self.values, values), (self.steps, steps + self._step))
        )
        every = begun.take(np.tile(np.arange(len(begun)), len(bodies)))
        rows, pairs = groups(every.steps, more)
        sums = self.steps.number(self.steps[every.steps[rows]] + self.steps[more[rows]])[pairs]
        searches = every.searches + np.repeat(bodies.searches + symbol.searches, len(begun))
        count = every.count * np.repeat(bodies.count, len(begun))
        return replace(every.replacing(symbol.takes, [made], sums), searches=searches, count=count)

    def _one_later(self, steps: I64) -> I64:
        """The numbers of the steps one step later."""
        known = len(self._later)
        if len(steps) and (most := int(steps.max())) >= known:
            later = self.steps.number(self.steps[slice(known, most + 1)] + self._step)
            self._later = np.concatenate([self._later, later])
        return self._later[steps]

    def unary(self, name: str, bits: int) -> Unary:
        """What find or argmax is with each of the bodies of so many bits."""
        key = name, bits
        if key not in self._unary:
            bodies, size = self.ended(bits), 2**self.language.word_bits
            shape = len(bodies), size, size
            actual, steps = self.values[:][bodies.value, 0].reshape(shape), self.steps[bodies.steps].reshape(shape)
            self._unary[key] = Unary.of(name, bodies, actual, steps)
        return self._unary[key]


def _of_bodies(language: Language, bound: int) -> Census:
    """The census of bodies."""
    pairs = np.array(list(product(range(2**language.word_bits), repeat=BODY_HEIGHT)), np.uint8)
    return Census(language, bound, pairs, is_summed=False)
