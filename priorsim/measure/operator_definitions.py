"""How long the operators of one language are in another that lacks them (docs/languages.md).

An operator without binders is a function of its arguments. Its definition in a language is a shortest term of that
language that computes the function: the input columns are the arguments, and the lanes are all words that they can have
together. Such a term is found exactly, by filter and verify (`priorsim.census.wide`). A binder is no function of words,
and has no such definition.
"""

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Annotated

import msgspec

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import program_counts
from priorsim.census.wide import Task, filter_and_verify
from priorsim.measure import keys
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, apply_operator

MOST_WORD_BITS = 4
"""Of longer words there are too many together."""
ARGUMENTS = ("a", "b", "c")
FIRST_BITS_BELOW = 12
"""Definitions of up to so many bits less than the bound are sought first: up to the bound too many may compute it."""


class Defined(msgspec.Struct, frozen=True):
    """The operators of one language that another lacks, defined in the other."""

    bits: Annotated[
        dict[str, int | None],
        keys.says(
            "by operator without binders, of a shortest term that computes it from its arguments; "
            "null where no program up to the bound does"
        ),
    ]
    longest: Annotated[int | None, keys.says("the greatest of these bits; null of none")]
    undefined: Annotated[int, keys.says("how many of the operators have null bits, and no part in longest")]
    binders: Annotated[
        tuple[str, ...], keys.says("those that bind a variable: no functions of words, they have no such definition")
    ]


def defined(operators_of: Language, language: Language, max_bits: int) -> Defined | None:
    """The operators of the first language that the second lacks, defined in it by programs of up to so many bits.

    None where words have more than MOST_WORD_BITS bits.
    """
    if language.word_bits > MOST_WORD_BITS:
        return None
    lacking = [name for name in operators_of.operators_in(0) if name not in language.operators_in(0)]
    bits = {name: definition_bits(name, language, max_bits) for name in lacking if not FORMS[name].is_binder}
    known = [each for each in bits.values() if each is not None]
    binders = tuple(name for name in lacking if FORMS[name].is_binder)
    return Defined(bits, max(known, default=None), len(bits) - len(known), binders)


@cache
def definition_bits(operator: str, language: Language, max_bits: int) -> int | None:
    """Bits of a shortest term of a language that computes an operator; None where no program up to the bound does."""
    arity, word_bits = FORMS[operator].arity, language.word_bits
    domain = Domain(word_bits, tuple(product(range(2**word_bits), repeat=arity)), ARGUMENTS[:arity])
    words = (apply_operator(operator, lane, word_bits) for lane in domain.lanes)
    task = Task(tuple(frozenset({word}) for word in words), tuple(range(len(domain.lanes))))
    of_columns = replace(language, columns=arity)
    for bound in (max(2, max_bits - FIRST_BITS_BELOW), max_bits):
        if not any(program_counts(of_columns, bound)):
            continue
        header = AtlasHeader(of_columns, domain, bound, Accounting.TOTAL)
        found = filter_and_verify(header, task, allow_long=True, workers=1).rows.bits
        if len(found):
            # A program of code alone is one bit, then a term.
            return int(found.min()) - 1
    return None
