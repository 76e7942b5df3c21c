"""The exhaustive census: every stack program up to a length is run, one by one (docs/stack.md section 5).

It merges no two programs, which the quotient census does; that one is checked against it. Beginnings that programs
share are run once, and so is each body.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, Rows
from priorsim.mu.dialect import Language
from priorsim.stack.code import endings
from priorsim.stack.language import BODY_HEIGHT, END, Instruction, Symbol, symbols
from priorsim.stack.tables import State, after, start, start_of_body


def exhaustive(header: AtlasHeader) -> Callable[[int], Rows]:
    """What gives the rows of the programs of a length."""
    walk, first = _Walk(header.language), start(header.domain.lanes)

    def rows(bits: int) -> Rows:
        ended = walk.ended(first, 0, header.language.columns, bits)
        keys = ((bits, *map(header.domain.pack, state.top), sum(state.steps), state.searches) for state in ended)
        counts = Counter(keys)
        columns = zip(*((*key, counts[key]) for key in sorted(counts)), strict=True)
        return Rows(*map(np.array, columns, COLUMN_TYPES.values())) if counts else Rows.empty()

    return rows


class _Walk:
    """A walk through all programs, and all bodies, of a language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._bodies: dict[tuple[int, int], tuple[State, ...]] = {}

    def ended(self, state: State, bound: int, height: int, bits: int) -> Iterator[State]:
        """Every state at the end of what goes on from a state in `bound` bodies with exactly so many bits.

        Where the recurrence says that nothing ends, nothing is tried.
        """
        for symbol in symbols(self._language, bound, height):
            if symbol.name == END and bits == symbol.bits:
                yield after(state, Instruction(END), None, self._language.word_bits)
            elif symbol.name != END:
                for left, body in self._bodies_after(symbol, bound, height, bits - symbol.bits):
                    for word in range(symbol.choices):
                        reached = after(state, Instruction(symbol.name, word), body, self._language.word_bits)
                        yield from self.ended(reached, bound, height + symbol.grows, left)

    def _bodies_after(self, symbol: Symbol, bound: int, height: int, bits: int) -> Iterator[tuple[int, State | None]]:
        """The bodies of a binder's symbol, with the bits that are left after each; no body of another symbol."""
        for left in range(1, bits + 1) if symbol.binds else (bits,):
            if endings(self._language, bound, height + symbol.grows, left):
                bodies = self._bodies_of(bound + 1, bits - left) if symbol.binds else (None,)
                yield from ((left, body) for body in bodies)

    def _bodies_of(self, bound: int, bits: int) -> tuple[State, ...]:
        key = bound, bits
        if key not in self._bodies:
            first = start_of_body(self._language.word_bits)
            self._bodies[key] = tuple(self.ended(first, bound, BODY_HEIGHT, bits))
        return self._bodies[key]
