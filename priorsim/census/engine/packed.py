"""Words packed into 64 bits: every operator on all lanes at once, in a handful of instructions.

A packed word holds lane i at bits [i*w, (i+1)*w) and zeros above the last lane. Each function takes and returns
uint64 and needs the two masks of `masks`: `low`, bit 0 of every lane, and `high`, bit w-1 of every lane. Nothing
carries from one lane into the next. Where a function takes `words`, that is a tuple that has these masks, `word_bits`,
`lanes`, and `size`, the number 2^w of words.
"""

import numpy as np

from priorsim.census.compiled import ONE, U, inner, kernel
from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain

VARIABLE, CONSTANT, ADD, SUB, MUL, EQ, LT, IF, AND, XOR, SHL, SHR, SUCC, PRED, NOT, APPLY, ITER, FIND, ARGMAX = range(
    19
)
FORM_OF_SYMBOL = dict(enumerate(FORMS, start=ADD))
SYMBOLS = {form: symbol for symbol, form in FORM_OF_SYMBOL.items()}
ARITY = np.array([0, 0, *(form.arity for form in FORMS.values())])


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


@inner
def lane_sum(word, words):  # type: ignore[no-untyped-def]
    """Sum of the words of all lanes."""
    total = U(0)
    for lane in range(words.lanes):
        total += (word >> U(lane * words.word_bits)) & U(words.size - 1)
    return total


@inner
def is_unary(symbol):  # type: ignore[no-untyped-def]
    """Whether the operator has one operand; the second is then ignored."""
    return symbol in (SHL, SHR, SUCC, PRED, NOT)


@inner
def operate(symbol, a, b, words):  # type: ignore[no-untyped-def]
    """An operator of one or two operands on two packed words."""
    if symbol == ADD:
        return add(a, b, words.high)
    if symbol == SUB:
        return sub(a, b, words.high)
    if symbol == MUL:
        return mul(a, b, words.low, words.high, words.word_bits)
    if symbol == EQ:
        return eq(a, b, words.high, words.word_bits)
    if symbol == LT:
        return lt(a, b, words.high, words.word_bits)
    if symbol == AND:
        return a & b
    if symbol == XOR:
        return a ^ b
    if symbol == SHL:
        return shl(a, words.high)
    if symbol == SHR:
        return shr(a, words.low)
    if symbol == SUCC:
        return add(a, words.low, words.high)
    if symbol == PRED:
        return sub(a, words.low, words.high)
    return a ^ (words.high - words.low + words.high)


@inner
def multiply_tables(a, b, words, out):  # type: ignore[no-untyped-def]
    """Write the products of two tables; one pass for each bit, so that the inner loop runs on vectors."""
    low, high = words.low, words.high
    for i in range(out.shape[0]):
        out[i] = U(0)
    keep = (high - low) + high
    for bit in range(words.word_bits):
        for i in range(out.shape[0]):
            chosen = (b[i] >> U(bit)) & low
            partial = ((a[i] & keep) << U(bit)) & ((chosen << U(words.word_bits)) - chosen)
            out[i] = add(out[i], partial, high)
        keep &= ~(high >> U(bit))


@inner
def operate_tables(symbol, left, right, words, out):  # type: ignore[no-untyped-def]
    """An operator on two tables, uint64 (any,), into a third; the right one is ignored where it has one operand.

    One loop for each of the frequent operators, so that each becomes vector instructions.
    """
    if symbol == ADD:
        for k in range(out.shape[0]):
            out[k] = add(left[k], right[k], words.high)
    elif symbol == SUB:
        for k in range(out.shape[0]):
            out[k] = sub(left[k], right[k], words.high)
    elif symbol == MUL:
        multiply_tables(left, right, words, out)
    elif symbol == EQ:
        for k in range(out.shape[0]):
            out[k] = eq(left[k], right[k], words.high, words.word_bits)
    elif symbol == LT:
        for k in range(out.shape[0]):
            out[k] = lt(left[k], right[k], words.high, words.word_bits)
    else:
        for k in range(out.shape[0]):
            out[k] = operate(symbol, left[k], right[k], words)
