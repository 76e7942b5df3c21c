"""Every term up to a length, from the grammar and the code's rules alone: no census and no array.

Of a code that is not the default the words of the kinds are given; `tests/mu/test_kinds.py` is about these.
"""

from collections.abc import Iterator
from functools import cache

from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.kinds import kind_codes
from priorsim.mu.syntax import Apply, Const, Term, Var


def operator_bits(form: str, bound: int, language: Language) -> int:
    """Bits of an operator alone: those of an application less its children's."""
    arguments = [Var(0)] * len(FORMS[form].binds)
    whole = term_bits(Apply(form, tuple(arguments)), bound, language)
    return whole - sum(term_bits(Var(0), bound + b, language) for b in FORMS[form].binds)


@cache
def term_bits(term: Term, bound: int, language: Language) -> int:
    """Bits of a term under `bound` binders, by the language page's rules."""

    def truncated(index: int, size: int) -> int:
        k = size.bit_length() - 1
        return k if index < 2 ** (k + 1) - size else k + 1

    def of_kind(kind: str, usual: int) -> int:
        return usual if language.dialect.code == "default" else len(kind_codes(language, bound)[kind])

    if isinstance(term, Var):
        return of_kind("variable", 1) + truncated(term.index, bound + language.columns)
    operators = language.operators_in(bound)
    if isinstance(term, Const):
        after = 2 + language.word_bits if term.literal else truncated(1 - term.word, 3)
        return of_kind("constant", 2 if operators else 1) + after
    bits = of_kind(term.form, 2 + truncated(operators.index(term.form), len(operators)))
    children = zip(term.args, FORMS[term.form].binds, strict=True)
    return bits + sum(term_bits(arg, bound + binds, language) for arg, binds in children)


@cache
def terms_up_to(bits: int, bound: int, language: Language) -> tuple[Term, ...]:
    """Every term of at most so many bits."""
    leaves: list[Term] = [Var(i) for i in range(bound + language.columns)]
    leaves += [Const(1, literal=False), Const(0, literal=False)]
    leaves += [Const(word, literal=True) for word in range(2**language.word_bits)]
    found = [leaf for leaf in leaves if term_bits(leaf, bound, language) <= bits]
    for form in language.operators_in(bound):
        rest = bits - operator_bits(form, bound, language)
        found += [Apply(form, args) for args in tuples_up_to(rest, bound, FORMS[form].binds, language)]
    return tuple(found)


def tuples_up_to(bits: int, bound: int, binds: tuple[int, ...], language: Language) -> Iterator[tuple[Term, ...]]:
    """Tuples of terms of at most so many bits together."""
    if not binds:
        if bits >= 0:
            yield ()
        return
    if bits <= 0:
        return
    for head in terms_up_to(bits - len(binds) + 1, bound + binds[0], language):
        left = bits - term_bits(head, bound + binds[0], language)
        for tail in tuples_up_to(left, bound, binds[1:], language):
            yield (head, *tail)


def most_searches(language: Language, max_bits: int) -> list[int]:
    """The greatest number of search nodes of a code-only program of each length up to a bound; -1 where there is none.

    No term is written down, so that the bound may be far away.
    """

    @cache
    def of_term(bound: int, bits: int) -> int:
        leaves = [*map(Var, range(bound + language.columns)), *(Const(word, literal=False) for word in (1, 0))]
        found = 0 if bits in {term_bits(leaf, bound, language) for leaf in (*leaves, Const(0, literal=True))} else -1
        for form in language.operators_in(bound):
            of_args = of_tuple(FORMS[form].binds, bound, bits - operator_bits(form, bound, language))
            found = max(found, of_args + FORMS[form].is_search if of_args >= 0 else -1)
        return found

    @cache
    def of_tuple(binds: tuple[int, ...], bound: int, bits: int) -> int:
        if not binds:
            return 0 if bits == 0 else -1
        found = -1
        for first in range(1, bits + 1):
            head, tail = of_term(bound + binds[0], first), of_tuple(binds[1:], bound, bits - first)
            found = max(found, head + tail if head >= 0 and tail >= 0 else -1)
        return found

    return [-1, *(of_term(0, bits - 1) for bits in range(1, max_bits + 1))]
