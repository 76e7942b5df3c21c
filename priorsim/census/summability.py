"""Under which prices of length and of search nodes the sum over all programs converges (docs/measures.md).

The terms under d binders have a generating function G_d, the sum of 2^(-beta l - delta s). By the code it solves
G = c0 + c1 G + c2 G^2 + c3 G^3, where c_k adds up 2^(-beta bits - delta [search]) over the symbols with k children
under d binders, times G_(d+1) for a child under one more. No coefficient is negative, so the sum converges exactly
where each of these equations has a positive root, and is the least one. Only floats are rounded: all is in log2.
"""

import math
from collections.abc import Callable
from functools import lru_cache

from priorsim.census.recurrence import tokens
from priorsim.mu.dialect import Language

LARGEST_EXPONENT = 1000.0
"""A coefficient above 2^this leaves no root."""


def converges(language: Language, beta: float, delta: float = 0.0) -> bool:
    """Whether the sum of 2^(-beta l - delta s) over all code-only programs, and over all with data, is finite.

    At the very edge of the range it is: the least root is a double one there. A price on the logarithm of the steps
    moves no edge, since a program of l bits takes no more than l 2^(w D) steps a lane.

    >>> arith = Language.named("arith", 3)
    >>> converges(arith, 1.0), converges(arith, 0.9), converges(arith, 1.0, -2.4), converges(arith, 1.0, -2.5)
    (True, False, True, False)
    """
    return log2_sum_of_terms(language, beta, delta) < math.inf


def log2_sum_of_terms(language: Language, beta: float, delta: float = 0.0) -> float:
    """log2 of G_0, the sum of 2^(-beta l - delta s) over the terms without bound variables; inf where it diverges.

    >>> abs(log2_sum_of_terms(Language.named("arith", 4), 1.0)) < 1e-12
    True
    """
    inner = -math.inf
    for bound in range(language.depth, -1, -1):
        terms: list[list[float]] = [[], [], [], []]
        for token in tokens(language, bound):
            nested = token.binds.count(1)
            exponent = math.log2(token.choices) - beta * token.bits + (nested * inner if nested else 0.0)
            terms[token.binds.count(0)].append(exponent - (delta if token.is_search else 0.0))
        inner = _least_root([_log2_sum(each) for each in terms])
        if inner == math.inf:
            return math.inf
    return inner


def _log2_sum(exponents: list[float]) -> float:
    """log2 of the sum of 2^exponent."""
    top = max(exponents, default=-math.inf)
    return top if top == -math.inf else top + math.log2(math.fsum(math.exp2(each - top) for each in exponents))


def _least_root(log2_coefficients: list[float]) -> float:
    """log2 of the least root of x = c0 + c1 x + c2 x^2 + c3 x^3; inf where there is no positive one.

    With x = c0 y that is y = 1 + c1 y + c2 c0 y^2 + c3 c0^2 y^3, in which nothing over- or underflows that matters.
    """
    unit = log2_coefficients[0]
    scaled = [log2_coefficients[power] + (power - 1) * unit for power in (1, 2, 3)]
    if max(scaled) > LARGEST_EXPONENT:
        return math.inf
    first, second, third = (math.exp2(exponent) for exponent in scaled)
    if first >= 1:
        return math.inf

    def excess(y: float) -> float:
        return 1 + y * (first - 1 + y * (second + y * third))

    def slope(y: float) -> float:
        return first - 1 + y * (2 * second + 3 * y * third)

    bend = second + math.sqrt(second * second + 3 * third * (1 - first))
    if bend > 0 and excess((1 - first) / bend) > 0:
        return math.inf
    # The excess falls and is convex up to its least root, so that Newton's steps come from below and never pass it.
    y = 1.0
    while slope(y) < 0 and (nearer := y - excess(y) / slope(y)) > y:
        y = nearer
    return unit + math.log2(y)


def least_beta(language: Language, delta: float) -> float:
    """The beta below which the sum diverges at a search tax of at least 0, to double precision.

    >>> 0.9 < least_beta(Language.named("arith", 4), 0.0) < 1
    True
    """
    return _edge(lambda beta: converges(language, beta, delta), 0.0, 1.0)


@lru_cache(maxsize=1024)
def least_tax(language: Language, beta: float) -> float:
    """The search tax below which the sum diverges at this beta; -inf without search nodes, inf where none helps.

    >>> round(least_tax(Language.named("arith", 3), 1.0), 3)
    -2.462
    >>> least_tax(Language.named("loops", 3), 1.0)
    -inf
    """
    if not any(token.is_search for token in tokens(language, 0)):
        return -math.inf if converges(language, beta) else math.inf
    if not converges(language, beta, math.inf):
        return math.inf
    low, high = -1.0, 1.0
    while converges(language, beta, low):
        low *= 2
    while not converges(language, beta, high):
        high *= 2
    return _edge(lambda delta: converges(language, beta, delta), low, high)


def _edge(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The least float at which something holds that holds at `high` and not at `low`, by halving."""
    while (middle := (low + high) / 2) not in (low, high):
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
