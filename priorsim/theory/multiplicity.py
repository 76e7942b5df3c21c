"""What it is worth that there are many programs of a class, and the most that can be.

B_C = L_min + log2(sum over C of 2^-l), the bonus in bits of a class C over its shortest program alone.
"""

from functools import cache

from priorsim.theory.form import ClosedForm, log2
from priorsim.theory.quantities import B_D, B_S, KRAFT, C, L


@cache
def decomposition() -> ClosedForm:
    """log-odds under 2^-l, in bits: the shortest programs' difference and the difference of the bonuses.

    By the definition of B, log2 M_C = B_C - L_min(C); c and L are the L_min of search and of direct code.

    Examples
    --------
    >>> decomposition().value(bits_search=10, bits_direct=12, bonus_search=0.5, bonus_direct=3)
    Fraction(-1, 2)
    """
    return ClosedForm(
        "decomposition",
        "log-odds under 2^-l from shortest programs and bonuses, in bits",
        r"\Lambda",
        (L - C) + (B_S - B_D),
        "Definition of the bonus",
    )


@cache
def bonus_bound() -> ClosedForm:
    """The most that multiplicity can buy the search class: B <= c + log2 K, in bits; and B >= 0.

    Let every program of the class have at least c = L_min bits and one of them have exactly c. A code that is
    prefix-free obeys Kraft's inequality: over all its programs the sum of 2^-l is at most 1. Let K be the sum
    of 2^-l over all its programs of at least c bits, which is 1 (1/2 for Mu's code-only programs) less that of
    the shorter ones. The class is a part of those programs and terms are positive, so its sum M lies in
    [2^-c, K], and B = c + log2 M in [0, c + log2 K]. The class of *all* programs of at least c bits has M = K: no
    smaller bound holds for every class. With nothing known but Kraft's inequality K = 1: B <= c; for code-only
    programs K = 1/2: B <= c - 1.

    Examples
    --------
    >>> bonus_bound().value(bits_search=20, kraft_mass=0.5)
    Fraction(19, 1)
    """
    return ClosedForm(
        "bonus_bound",
        "most bits that the number of search programs can be worth",
        r"\max B_s",
        C + log2(KRAFT),
        "Kraft 1949",
        (KRAFT <= 1,),
    )


@cache
def odds_bound() -> ClosedForm:
    """The most that search can outweigh direct code under 2^-l: L + log2 K, in bits.

    `decomposition` with the largest bonus for search, c + log2 K, and the least for direct code, 0: c drops
    out. K is the sum of 2^-l over all programs of at least c bits, 1/2 at most for code-only ones. Search and
    direct code exchanged, the same bounds the log-odds from below by -(c + log2 K).

    Examples
    --------
    >>> odds_bound().value(bits_direct=30, kraft_mass=0.5)
    Fraction(29, 1)
    """
    most = decomposition().expression.subs({B_S: bonus_bound().expression, B_D: 0})
    return ClosedForm(
        "odds_bound",
        "most that the log-odds under 2^-l can be, in bits",
        r"\max \Lambda",
        most,
        "Kraft 1949, by decomposition",
        (KRAFT <= 1,),
    )
