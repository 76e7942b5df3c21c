"""What an edit can bring in: terms and operators with their other operands, with their probabilities.

New material of l bits has probability 2^-l among all that fits the place and the radius (docs/walks.md).
Everything is a piece of binary code, since an edit of a program is a cut and a splice of its bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import I64, U64
from priorsim.census.recurrence import Token, tokens
from priorsim.errors import WalkError
from priorsim.mu.code import constant_code, operator_code, variable_code
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Const

F64 = NDArray[np.float64]

LEAST_RADIUS, GREATEST_RADIUS = 1, 16


class Materials(NamedTuple):
    """Pieces of code by context, those of one context by rising length, as the kernels take them.

    Context d, of d bound variables, owns the entries `first[d]` to `first[d + 1]`. An entry stands as
    `before` and `after` the subterm it is put around; what replaces a subterm is all before.

    Attributes
    ----------
    first : array of int64, shape (contexts + 1,)
    before, after : arrays of uint64, shape (entries,)
        Bits of the two pieces, as numbers.
    before_bits, after_bits : arrays of int64, shape (entries,)
    chance : array of float64, shape (entries,)
        2^-bits over the sum of all 2^-bits of the context, rounded once.
    left : array of float64, shape (entries,)
        The chances of this entry and all behind it in its context, together, rounded once.
    """

    first: I64
    before: U64
    after: U64
    before_bits: I64
    after_bits: I64
    chance: F64
    left: F64


class Grammar(NamedTuple):
    """The symbols of the language by context, for taking programs apart.

    Context d owns the symbols `first[d]` to `first[d + 1]`.

    Attributes
    ----------
    first : array of int64, shape (contexts + 1,)
    code : array of uint64, shape (symbols,)
        The symbol's bits as a number, the payload of a literal left out.
    bits, payload, arity, binds : arrays of int64, shape (symbols,)
        Bits of the code; bits behind it that belong to the symbol; children; 1 where the last child
        gains a bound variable, else 0.
    """

    first: I64
    code: U64
    bits: I64
    payload: I64
    arity: I64
    binds: I64


@dataclass(frozen=True, slots=True)
class _Piece:
    before: str
    after: str = ""

    @property
    def bits(self) -> int:
        return len(self.before) + len(self.after)


def check_radius(radius: int, max_bits: int) -> None:
    """Raise WalkError unless edits of this radius are defined: `radius` is from 1 to 16 bits."""
    if not LEAST_RADIUS <= radius <= GREATEST_RADIUS:
        raise WalkError(f"a radius of {radius} bits is out of range: choose {LEAST_RADIUS} to {GREATEST_RADIUS}")
    if max_bits < 2:
        raise WalkError(f"a bound of {max_bits} bits holds no program: choose 2 or more")


def grammar(language: Language) -> Grammar:
    """The symbols of every context."""
    first, rows = [0], []
    for bound in range(language.depth + 1):
        for token in tokens(language, bound):
            payload = language.word_bits if token.kind == "literal" else 0
            code = _codes(token, bound, language)[0]
            short = code[: len(code) - payload]
            rows.append((int(short, 2), len(short), payload, len(token.binds), sum(token.binds)))
        first.append(len(rows))
    columns = list(zip(*rows, strict=True))
    return Grammar(
        np.array(first, np.int64),
        np.array(columns[0], np.uint64),
        *(np.array(column, np.int64) for column in columns[1:]),
    )


def replacements(language: Language, radius: int) -> Materials:
    """Every term of at most `radius` bits, in every context."""
    terms = _Terms(language)
    return _pack(
        [[_Piece(code) for bits in range(1, radius + 1) for code in terms.of(d, bits)] for d in range(terms.contexts)]
    )


def insertions(language: Language, radius: int) -> Materials:
    """Every operator with a place for a subterm of its own context, its other operands of at most `radius` bits."""
    terms = _Terms(language)
    return _pack([list(_wrappers(terms, d, radius)) for d in range(terms.contexts)])


def _wrappers(terms: "_Terms", bound: int, radius: int) -> Iterator[_Piece]:
    for token in tokens(terms.language, bound):
        for place, binds in enumerate(token.binds):
            if binds:
                continue
            others = [b for k, b in enumerate(token.binds) if k != place]
            head = operator_code(token.kind, bound, terms.language)
            for codes in terms.tuples(bound, others, radius):
                yield _Piece(head + "".join(codes[:place]), "".join(codes[place:]))


class _Terms:
    """The codes of all terms of a context and a length, remembered."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.contexts = language.depth + 1
        self._known: dict[tuple[int, int], list[str]] = {}

    def of(self, bound: int, bits: int) -> list[str]:
        """Codes of the terms of so many bits under `bound` binders."""
        if (bound, bits) not in self._known:
            found: list[str] = []
            for token in tokens(self.language, bound):
                rest = bits - token.bits
                if rest >= 0:
                    heads = _codes(token, bound, self.language)
                    tails = ["".join(codes) for codes in self._exactly(bound, token.binds, rest)]
                    found += [head + tail for head, tail in product(heads, tails)]
            self._known[bound, bits] = found
        return self._known[bound, bits]

    def _exactly(self, bound: int, binds: tuple[int, ...], bits: int) -> Iterator[tuple[str, ...]]:
        """Tuples of terms, one for each entry of `binds`, of so many bits together."""
        if not binds:
            if bits == 0:
                yield ()
            return
        for head_bits in range(1, bits - len(binds) + 2):
            for head in self.of(bound + binds[0], head_bits):
                for tail in self._exactly(bound, binds[1:], bits - head_bits):
                    yield (head, *tail)

    def tuples(self, bound: int, binds: list[int], most: int) -> Iterator[tuple[str, ...]]:
        """Tuples of terms, one for each entry of `binds`, of at most so many bits together."""
        for bits in range(most + 1):
            yield from self._exactly(bound, tuple(binds), bits)


def _codes(token: Token, bound: int, language: Language) -> list[str]:
    """The bits of a symbol, children left out; one for each payload."""
    if token.kind == "variable":
        return [variable_code(token.value, bound, language)]
    if token.kind == "constant":
        return [constant_code(Const(token.value, literal=False), language)]
    if token.kind == "literal":
        return [constant_code(Const(word, literal=True), language) for word in range(token.choices)]
    return [operator_code(token.kind, bound, language)]


def _pack(by_context: list[list[_Piece]]) -> Materials:
    first, pieces, chance, left = [0], [], [], []
    for context in by_context:
        ordered = sorted(context, key=lambda piece: (piece.bits, piece.before, piece.after))
        most = max((piece.bits for piece in ordered), default=0)
        weights = [1 << (most - piece.bits) for piece in ordered]
        total = sum(weights)
        # A quotient of Python integers is rounded once, correctly.
        chance += [weight / total for weight in weights]
        left += [(total - before) / total for before in accumulate(weights[:-1], initial=0)] if weights else []
        pieces += ordered
        first.append(len(pieces))
    return Materials(
        np.array(first, np.int64),
        np.array([int(piece.before or "0", 2) for piece in pieces], np.uint64),
        np.array([int(piece.after or "0", 2) for piece in pieces], np.uint64),
        np.array([len(piece.before) for piece in pieces], np.int64),
        np.array([len(piece.after) for piece in pieces], np.int64),
        np.array(chance, np.float64),
        np.array(left, np.float64),
    )
