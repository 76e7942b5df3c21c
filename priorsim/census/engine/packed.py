"""Words packed into 64 bits: every operator on all lanes at once, in a handful of instructions.

A packed word holds lane i at bits [i*w, (i+1)*w) and zeros above the last lane. Each function takes
and returns uint64 and needs the two masks of `masks`: `low`, bit 0 of every lane, and `high`, bit
w-1 of every lane. Nothing carries from one lane into the next.
"""

import numpy as np

from priorsim.census.compiled import ONE, U, kernel
from priorsim.mu.domain import Domain


def masks(domain: Domain) -> tuple[np.uint64, np.uint64]:
    """The masks (low, high) of a domain's lanes."""
    lanes = len(domain.lanes)
    return U(domain.pack([1] * lanes)), U(domain.pack([1 << (domain.word_bits - 1)] * lanes))


@kernel
def add(a, b, high):  # type: ignore[no-untyped-def]
    """Sum modulo 2^w in every lane."""
    return ((a & ~high) + (b & ~high)) ^ ((a ^ b) & high)


@kernel
def sub(a, b, high):  # type: ignore[no-untyped-def]
    """Difference modulo 2^w in every lane."""
    return ((a | high) - (b & ~high)) ^ ((a ^ ~b) & high)


@kernel
def mul(a, b, low, high, word_bits):  # type: ignore[no-untyped-def]
    """Product modulo 2^w in every lane, by shift and add of w partial products."""
    product = U(0)
    shifted = a
    for bit in range(word_bits):
        chosen = spread(((b >> U(bit)) & low) << U(word_bits - 1), word_bits)
        product = add(product, shifted & chosen, high)
        shifted = shl(shifted, high)
    return product


@kernel
def nonzero(a, high):  # type: ignore[no-untyped-def]
    """The high bit of every lane whose word is not 0."""
    return (((a & ~high) + ~high) | a) & high


@kernel
def spread(flags, word_bits):  # type: ignore[no-untyped-def]
    """All bits of every lane whose high bit is set in `flags`, which has no other bits."""
    return flags | (flags - (flags >> U(word_bits - 1)))


@kernel
def eq(a, b, high, word_bits):  # type: ignore[no-untyped-def]
    """1 in every lane where the words are equal."""
    return (nonzero(a ^ b, high) ^ high) >> U(word_bits - 1)


@kernel
def less(a, b, high):  # type: ignore[no-untyped-def]
    """The high bit of every lane where a < b, unsigned."""
    return ((~a & b) | (~(a ^ b) & sub(a, b, high))) & high


@kernel
def lt(a, b, high, word_bits):  # type: ignore[no-untyped-def]
    """1 in every lane where a < b, unsigned."""
    return less(a, b, high) >> U(word_bits - 1)


@kernel
def select(condition, a, b, high, word_bits):  # type: ignore[no-untyped-def]
    """The word of a in every lane where the condition is not 0, of b elsewhere."""
    mask = spread(nonzero(condition, high), word_bits)
    return (a & mask) | (b & ~mask)


@kernel
def shl(a, high):  # type: ignore[no-untyped-def]
    """Every word shifted left by one bit."""
    return (a & ~high) << ONE


@kernel
def shr(a, low):  # type: ignore[no-untyped-def]
    """Every word shifted right by one bit."""
    return (a & ~low) >> ONE
