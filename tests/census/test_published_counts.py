"""The recurrence of the census against counts that others published, of the binary lambda calculus.

In that language (Tromp) a variable with i binders between it and its own takes i + 2 bits, an abstraction 2 and an
application 2. The closed terms of n bits are sequence A114852 of the OEIS, those with a normal form A195691.
"""

from functools import cache

import pytest

from priorsim.census.recurrence import Counter, Token

CLOSED: tuple[int, ...] = (
    1,
    0,
    1,
    1,
    2,
    1,
    6,
    5,
    13,
    14,
    37,
    44,
    101,
    134,
    298,
    431,
    883,
    1361,
    2736,
    4405,
    8574,
    14334,
    27465,
)
CLOSED += (47146, 89270, 156360)
"""Closed terms of 4, 5, ... 29 bits."""
NORMAL = dict(zip(range(4, 22), (*CLOSED[:14], 297, 431, 882, 1361), strict=True)) | {22: 2729, 23: 4405}
"""Of these, terms that have a normal form."""
STEPS = 60
"""No term of so few bits that has a normal form takes more reductions to reach it."""

Term = tuple


def symbols(bound: int) -> list[Token]:
    leaves = [Token("variable", index, index + 2, "1" * (index + 1) + "0") for index in range(bound)]
    return [Token("abstraction", 0, 2, "00", binds=(1,)), Token("application", 0, 2, "01", binds=(0, 0)), *leaves]


@cache
def terms(bound: int, bits: int) -> tuple[Term, ...]:
    """Every term of so many bits under so many binders, listed: (index,), (body,) marked by a name, or a pair."""
    found: list[Term] = [("v", bits - 2)] if 2 <= bits < bound + 2 else []
    if bits > 2:
        found += [("l", body) for body in terms(bound + 1, bits - 2)]
        found += [
            ("a", first, second)
            for left in range(1, bits - 2)
            for first in terms(bound, left)
            for second in terms(bound, bits - 2 - left)
        ]
    return tuple(found)


def moved(term: Term, by: int, above: int = 0) -> Term:
    if term[0] == "v":
        return ("v", term[1] + by) if term[1] >= above else term
    if term[0] == "l":
        return ("l", moved(term[1], by, above + 1))
    return ("a", *(moved(part, by, above) for part in term[1:]))


def put(term: Term, value: Term, at: int = 0) -> Term:
    """The body with its variable replaced by a value."""
    if term[0] == "v":
        return moved(value, at) if term[1] == at else ("v", term[1] - (term[1] > at))
    if term[0] == "l":
        return ("l", put(term[1], value, at + 1))
    return ("a", *(put(part, value, at) for part in term[1:]))


def reduced(term: Term) -> Term | None:
    """One leftmost outermost reduction; None of a normal form."""
    if term[0] == "v":
        return None
    if term[0] == "l":
        body = reduced(term[1])
        return None if body is None else ("l", body)
    _, function, value = term
    if function[0] == "l":
        return put(function[1], value)
    first = reduced(function)
    if first is not None:
        return ("a", first, value)
    second = reduced(value)
    return None if second is None else ("a", function, second)


def has_normal_form(term: Term) -> bool:
    for _ in range(STEPS):
        after = reduced(term)
        if after is None:
            return True
        term = after
    return False


def test_the_recurrence_counts_the_closed_terms_of_the_lambda_calculus():
    counter = Counter([symbols(bound) for bound in range(16)])
    assert tuple(counter.terms(0, bits) for bits in range(4, 30)) == CLOSED
    assert all(len(terms(0, bits)) == counter.terms(0, bits) for bits in range(1, 24))


@pytest.mark.parametrize("bits", sorted(NORMAL))
def test_as_many_of_them_have_a_normal_form_as_were_published(bits):
    assert sum(map(has_normal_form, terms(0, bits))) == NORMAL[bits]
