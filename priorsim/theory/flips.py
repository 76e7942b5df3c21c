"""Where growth tips the balance: tables that get longer than a searcher, queries that share one search."""

from functools import cache

import sympy

from priorsim.theory.form import ClosedForm, log2
from priorsim.theory.quantities import EACH_D, EACH_S, ONCE_D, ONCE_S, OVERHEAD, C, W


@cache
def table_flip() -> ClosedForm:
    """N*: the least number of words at which a table of a + w N bits is longer than a searcher of c bits.

    a + w N > c if and only if N > (c - a) / w.

    Examples
    --------
    >>> table_flip().value(bits_search=31, table_overhead=6, word_bits=4)  # 6 + 4 * 6 = 30, 6 + 4 * 7 = 34
    Fraction(7, 1)
    """
    return ClosedForm(
        "table_flip",
        "words at which a table gets longer than the searcher",
        "N^*",
        sympy.Max(1, sympy.floor((C - OVERHEAD) / W) + 1),
        "a + w N > c",
    )


@cache
def table_flip_lanes() -> ClosedForm:
    """N* in lanes, where a table has 2^k words as in Mu: the least number of lanes whose table is longer than c bits.

    N lanes with words of their own need 2^ceil(log2 N) words. The longest table that is no longer than c bits
    has 2^floor(log2((c - a) / w)) words, and one lane more does not fit.

    Examples
    --------
    >>> table_flip_lanes().value(bits_search=31, table_overhead=6, word_bits=4)  # 6 + 4 * 4 = 22, 6 + 4 * 8 = 38
    Fraction(5, 1)
    """
    words = (C - OVERHEAD) / W
    return ClosedForm(
        "table_flip_lanes",
        "lanes at which a table of 2^k words gets longer than the searcher",
        "N^*_{2^k}",
        2 ** sympy.floor(log2(words)) + 1,
        "a + w 2^ceil(log2 N) > c; docs/language.md, section 3",
        (words >= 1,),
    )


@cache
def amortisation_flip() -> ClosedForm:
    """n*: the least number of queries in a context at which the program that searches once takes fewer steps.

    S_s + n q_s < S_d + n q_d, with S paid once a context and q for each query, if and only if
    n > (S_s - S_d) / (q_d - q_s). Where q_d <= q_s more queries never help it.

    Examples
    --------
    >>> amortisation_flip().value(once_search=60, each_search=3, once_direct=0, each_direct=11)  # 60 + 3 n < 11 n
    Fraction(8, 1)
    """
    return ClosedForm(
        "amortisation_flip",
        "queries a context from which searching once takes fewer steps",
        "n^*",
        sympy.Max(1, sympy.floor((ONCE_S - ONCE_D) / (EACH_D - EACH_S)) + 1),
        "S_s + n q_s < S_d + n q_d",
        (EACH_D > EACH_S,),
    )
