"""What an edit can bring in: terms and operators with their other operands, with their probabilities.

New material of l bits has probability 2^-l among all that fits the place and the radius (docs/walks.md).
Everything is a piece of binary code, since an edit of a program is a cut and a splice of its bits.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, product
from typing import NamedTuple

import numpy as np

from priorsim.census.compiled import I64, U64
from priorsim.census.recurrence import Token, tokens
from priorsim.errors import WalkError
from priorsim.mu.code import constant_code, operator_code, variable_code
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Const
from priorsim.priors import F64

LEAST_RADIUS, GREATEST_RADIUS = 1, 16
Piece = tuple[str, str]
"""Codes before and after the subterm that a piece is put around; what replaces a subterm is all before."""


class Materials(NamedTuple):
    """Pieces, shorter ones first; context d, of d bound variables, owns `first[d]` to `first[d + 1]`."""

    first: I64  # (contexts + 1,)
    before: U64  # (entries,), the bits of the two codes as numbers
    after: U64
    before_bits: I64
    after_bits: I64
    chance: F64  # 2^-bits over the sum of all 2^-bits of the context, rounded once
    left: F64  # the chances of this entry and all behind it in its context, together, rounded once


class Grammar(NamedTuple):
    """The symbols of the language, for taking programs apart: context d owns `first[d]` to `first[d + 1]`."""

    first: I64  # (contexts + 1,)
    code: U64  # (symbols,), bits as a number, the payload of a literal left out
    bits: I64
    payload: I64  # bits behind the code that belong to the symbol
    arity: I64
    binds: I64  # 1 where the last child gains a bound variable, else 0


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
    codes, *others = zip(*rows, strict=True)
    columns = (np.array(column, np.int64) for column in others)
    return Grammar(np.array(first, np.int64), np.array(codes, np.uint64), *columns)


def replacements(language: Language, radius: int) -> Materials:
    """Every term of at most `radius` bits, in every context."""
    lengths, contexts = range(1, radius + 1), range(language.depth + 1)
    return _pack([[(code, "") for bits in lengths for code in _terms(language, d, bits)] for d in contexts])


def insertions(language: Language, radius: int) -> Materials:
    """Every operator with a place for a subterm of its own context, its other operands of at most `radius` bits."""
    return _pack([_wrappers(language, d, radius) for d in range(language.depth + 1)])


def _wrappers(language: Language, bound: int, radius: int) -> Iterator[Piece]:
    for token in tokens(language, bound):
        for place in (place for place, binds in enumerate(token.binds) if not binds):
            others = token.binds[:place] + token.binds[place + 1 :]
            head = operator_code(token.kind, bound, language)
            for bits in range(radius + 1):
                for codes in _tuples(language, bound, others, bits):
                    yield head + "".join(codes[:place]), "".join(codes[place:])


@cache
def _terms(language: Language, bound: int, bits: int) -> list[str]:
    """Codes of the terms of so many bits under `bound` binders."""
    found: list[str] = []
    for token in tokens(language, bound):
        tails = ["".join(codes) for codes in _tuples(language, bound, token.binds, bits - token.bits)]
        found += [head + tail for head, tail in product(_codes(token, bound, language), tails)]
    return found


def _tuples(language: Language, bound: int, binds: tuple[int, ...], bits: int) -> Iterator[tuple[str, ...]]:
    """Tuples of terms, one for each entry of `binds`, of so many bits together."""
    if not binds and bits == 0:
        yield ()
    for head_bits in range(1, bits - len(binds) + 2) if binds else ():
        for head in _terms(language, bound + binds[0], head_bits):
            for tail in _tuples(language, bound, binds[1:], bits - head_bits):
                yield (head, *tail)


def _codes(token: Token, bound: int, language: Language) -> list[str]:
    """The bits of a symbol, children left out; one for each payload."""
    if token.kind == "variable":
        return [variable_code(token.value, bound, language)]
    if token.kind == "constant":
        return [constant_code(Const(token.value, literal=False), bound, language)]
    if token.kind == "literal":
        return [constant_code(Const(word, literal=True), bound, language) for word in range(token.choices)]
    return [operator_code(token.kind, bound, language)]


def _pack(by_context: list[Iterable[Piece]]) -> Materials:
    first, pieces, chance, left = [0], [], [], []
    for context in by_context:
        ordered = sorted(context, key=lambda piece: (len(piece[0] + piece[1]), piece))
        sizes = [len(before + after) for before, after in ordered]
        weights = [1 << (max(sizes) - size) for size in sizes]
        total = sum(weights)
        # A quotient of Python integers is rounded once, correctly.
        chance += [weight / total for weight in weights]
        left += [(total - before) / total for before in accumulate(weights[:-1], initial=0)] if weights else []
        pieces += ordered
        first.append(len(pieces))
    before, after = (np.array([int(piece[side] or "0", 2) for piece in pieces], np.uint64) for side in (0, 1))
    before_bits, after_bits = (np.array([len(piece[side]) for piece in pieces], np.int64) for side in (0, 1))
    chances = (np.array(values, np.float64) for values in (chance, left))
    return Materials(np.array(first, np.int64), before, after, before_bits, after_bits, *chances)
