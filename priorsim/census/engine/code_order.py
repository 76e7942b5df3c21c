"""Terms in the order of their codes, the first so many at a time.

Codes of one length are compared as binary numbers. As the code is prefix-free, and children follow in the
order written, the first terms of a kind are made of the first terms of their children's kinds alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import chain, islice, product

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import Token, counts_by_reading, tokens
from priorsim.mu.code import operator_code, symbols_of
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Apply, Const, Term, Var

Coded = tuple[str, Term]
"""A term after its code."""
Kind = tuple[int, int, bool]
"""Of a term: its bits, its find and argmax nodes, and whether it reads a query column."""


def coded_leaf(leaf: Var | Const, bound: int, language: Language) -> Coded:
    """A leaf under `bound` binders, with its code."""
    return next(symbols_of(leaf, bound, language))[1], leaf


def applied(form: str, bound: int, language: Language, children: Sequence[Iterable[Coded]]) -> Iterator[Coded]:
    """An operator on every choice of children, in the order of the codes where each child's are in order."""
    head = operator_code(form, bound, language)
    for chosen in product(*children):
        yield head + "".join(code for code, _ in chosen), Apply(form, tuple(term for _, term in chosen))


class FirstTerms:
    """The first terms of any kind in the order of their codes, at most `limit` of each, remembered.

    >>> from priorsim.mu.domain import Domain
    >>> first = FirstTerms(AtlasHeader(Language.named("arith", 4), Domain.default(4), 10), 2)
    >>> [code for code, _ in first.of(0, (8, 0, False))]
    ['10110000', '10110001']
    """

    def __init__(self, header: AtlasHeader, limit: int) -> None:
        self._header = header
        self._limit = limit
        self._known: dict[tuple[int, Kind], list[Coded]] = {}

    def of(self, bound: int, kind: Kind) -> list[Coded]:
        """The first terms of a kind under `bound` binders."""
        if (bound, kind) not in self._known:
            found: list[Coded] = []
            # Tokens are in code order, so the terms of one come before those of the next.
            for token in tokens(self._header.language, bound):
                if len(found) == self._limit:
                    break
                found += self._starting_with(token, bound, kind, self._limit - len(found))
            self._known[bound, kind] = found
        return self._known[bound, kind]

    def _starting_with(self, token: Token, bound: int, kind: Kind, limit: int) -> list[Coded]:
        bits, searches, reads = kind
        language = self._header.language
        is_reading = token.reads(self._header.queries, bound)
        if not token.binds:
            if (token.bits, 0, is_reading) != kind:
                return []
            words = range(token.value, token.value + min(token.choices, limit))
            is_literal, is_variable = token.kind == "literal", token.kind == "variable"
            leaves = (Var(word) if is_variable else Const(word, is_literal) for word in words)
            return [coded_leaf(leaf, bound, language) for leaf in leaves]
        bounds = tuple(bound + binds for binds in token.binds)
        shares = self._shares(bounds, bits - token.bits, searches - token.is_search)
        chosen = [kinds for kinds in shares if any(own for _, _, own in kinds) == reads]
        children = [[self.of(*part) for part in zip(bounds, kinds, strict=True)] for kinds in chosen]
        ways = (islice(applied(token.kind, bound, language, each), limit) for each in children)
        return nsmallest(limit, chain.from_iterable(ways))

    def _shares(self, bounds: tuple[int, ...], bits: int, searches: int) -> Iterator[tuple[Kind, ...]]:
        """Ways to share bits and searches among terms under these numbers of binders, so that each has terms."""
        if not bounds:
            if (bits, searches) == (0, 0):
                yield ()
            return
        for first in range(1, bits + 1):
            for own, reads in counts_by_reading(self._header.language, bounds[0], first, self._header.queries):
                for rest in self._shares(bounds[1:], bits - first, searches - own) if own <= searches else ():
                    yield ((first, own, reads), *rest)
