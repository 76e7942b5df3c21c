"""How many programs there are of each length, without enumerating any (docs/language.md section 3).

N(d, l), the number of terms of l bits under d binders, follows from the code: leaves have fixed
lengths, and an operator of c bits heads as many terms of l bits as its children can share l - c bits.
All counts are Python integers and all masses exact rationals; every census is tested against them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import zip_longest
from math import inf
from operator import itemgetter

from priorsim.mu.code import constant_code, operator_code, variable_code
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.syntax import Const

CODE_ONLY_MASS = Fraction(1, 2)
"""Kraft sum of all code-only programs of every length, and of all with data, where that of all programs is 1."""


@dataclass(frozen=True, slots=True)
class Token:
    """A leaf or an operator in a context.

    `kind` is 'variable', 'constant' (the short 1 or 0), 'literal' or an operator's name; `value` a variable's index or
    a constant's word, else 0; `bits` the length of `code` and of a literal's payload; `choices` the number of payloads.
    `binds` says for each child how many variables it gains; a leaf has none.
    """

    kind: str
    value: int
    bits: int
    code: str
    choices: int = 1
    binds: tuple[int, ...] = ()

    @property
    def is_search(self) -> bool:
        """Whether it is find or argmax."""
        return self.kind in FORMS and FORMS[self.kind].is_search

    def reads(self, columns: tuple[int, ...], bound: int) -> bool:
        """Whether it is, under `bound` binders, the variable of one of these input columns."""
        return self.kind == "variable" and self.value - bound in columns


@cache
def tokens(language: Language, bound: int) -> tuple[Token, ...]:
    """Every symbol a term under `bound` binders can start with, in code order."""
    words = language.word_bits
    codes = [
        *(("variable", index, variable_code(index, bound, language)) for index in range(bound + language.columns)),
        *(("constant", word, constant_code(Const(word, literal=False), bound, language)) for word in (1, 0)),
        ("literal", 0, constant_code(Const(0, literal=True), bound, language)[:-words]),
        *((name, 0, operator_code(name, bound, language)) for name in language.operators_in(bound)),
    ]
    return tuple(
        Token(kind, value, len(code) + words, code, 2**words)
        if kind == "literal"
        else Token(kind, value, len(code), code, binds=FORMS[kind].binds if kind in FORMS else ())
        for kind, value, code in sorted(codes, key=itemgetter(2))
    )


class Counter:
    """N(d, l) and the ways an operator's children share bits, remembered; each search multiplies by `search_weight`.

    The terms are those of any prefix code: `tokens` are the symbols that a term can start with, by d.
    """

    def __init__(self, tokens: Sequence[Sequence[Token]], search_weight: int = 1) -> None:
        self.search_weight = search_weight
        self.tokens = tokens
        self.known: dict[tuple[tuple[int, ...] | None, int, int], int] = {}

    def terms(self, bound: int, bits: int) -> int:
        """N(d, l): terms of `bits` bits under `bound` binders."""
        key = (None, bound, bits)
        if key not in self.known:
            self.known[key] = sum(
                (self.search_weight if token.is_search else token.choices)
                * self.children(token.binds, bound, bits - token.bits)
                for token in self.tokens[bound]
            )
        return self.known[key]

    def children(self, binds: tuple[int, ...], bound: int, bits: int) -> int:
        """Tuples of terms, one for each entry of `binds`, of `bits` bits together."""
        if not binds or bits < len(binds):
            return int(bits == 0 and not binds)
        if len(binds) == 1:
            return self.terms(bound + binds[0], bits)
        key = (binds, bound, bits)
        if key not in self.known:
            self.known[key] = sum(
                self.terms(bound + binds[-1], last) * self.children(binds[:-1], bound, bits - last)
                for last in range(1, bits)
            )
        return self.known[key]


@cache
def _counter(language: Language, search_weight: int = 1, without: tuple[int, ...] = ()) -> Counter:
    """The terms of a language that read none of the input columns `without`."""
    symbols = [
        [token for token in tokens(language, bound) if not token.reads(without, bound)]
        for bound in range(language.depth + 1)
    ]
    return Counter(symbols, search_weight)


def term_counts(language: Language, bound: int, max_bits: int) -> tuple[int, ...]:
    """Number of terms of 0, 1, ..., `max_bits` bits under `bound` binders.

    >>> term_counts(Language.named("arith", 4), 0, 4)
    (0, 1, 0, 1, 1)
    """
    counter = _counter(language)
    return tuple(counter.terms(bound, bits) for bits in range(max_bits + 1))


def counts_by_searches(language: Language, bound: int, bits: int, *, without: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Number of terms of `bits` bits with 0, 1, ... find and argmax nodes, that read no input column in `without`.

    The recurrence is run once with so large a weight on the nodes that the counts are its digits.

    >>> counts_by_searches(Language.named("arith", 4), 0, 8)
    (17, 4)
    """
    digit_bits = 64 * (bits // 64 + 1)
    number = _counter(language, 1 << digit_bits, without).terms(bound, bits)
    counts = []
    while number:
        counts.append(number % (1 << digit_bits))
        number >>= digit_bits
    return tuple(counts)


def counts_by_reading(
    language: Language, bound: int, bits: int, columns: tuple[int, ...]
) -> dict[tuple[int, bool], int]:
    """Number of terms by their find and argmax nodes, and whether they read one of these columns; none that is 0.

    >>> counts_by_reading(Language.named("arith", 4, columns=2), 0, 2, (1,))
    {(0, False): 1, (0, True): 1}
    """
    counts: dict[tuple[int, bool], int] = {}
    found = counts_by_searches(language, bound, bits), counts_by_searches(language, bound, bits, without=columns)
    for searches, (every, silent) in enumerate(zip_longest(*found, fillvalue=0)):
        counts |= {(searches, False): silent, (searches, True): every - silent}
    return {kind: count for kind, count in counts.items() if count}


@cache
def least_taxed_bits(language: Language, max_bits: int, tax: float) -> float:
    """The least l + tax s of a code-only program of more than `max_bits` bits with s search nodes, one at least.

    inf where the language has none. A tax below 0 has to lie in the range in which the sum over programs converges
    (`priorsim.census.summability.least_tax`): there each further node costs more bits than the tax gives back, so that
    the least is met before one more node fits in.

    >>> arith = Language.named("arith", 3)
    >>> least_taxed_bits(arith, 36, 4), least_taxed_bits(arith, 36, 0), least_taxed_bits(arith, 36, -2)
    (41, 37, 29)
    """
    found = inf
    for bits in range(max_bits + 1, max_bits + 1 + _node_bits(language)):
        most = len(counts_by_searches(language, 0, bits - 1)) - 1
        if most > 0:
            found = min(found, bits + tax * (1 if tax >= 0 else most))
    return found


def _node_bits(language: Language) -> int:
    """More bits than one more search node takes at the least, in place of a leaf; 0 where there is none."""
    symbols = [tokens(language, bound) for bound in range(language.depth + 1)]
    leaves = [min(token.bits for token in some if not token.binds) for some in symbols]
    return max(
        (token.bits + leaves[bound + 1] for bound, some in enumerate(symbols) for token in some if token.is_search),
        default=0,
    )


def program_counts(language: Language, max_bits: int) -> tuple[int, ...]:
    """Number of code-only programs of 0, 1, ..., `max_bits` bits, the header bit included.

    >>> program_counts(Language.named("arith", 4), 27)[27]
    183219
    """
    return (0, *term_counts(language, 0, max_bits - 1))[: max_bits + 1]


def kraft_sum(counts: tuple[int, ...]) -> Fraction:
    """Sum of 2^-l over the programs these counts tell of, exactly.

    >>> kraft_sum(program_counts(Language.named("arith", 4), 2))
    Fraction(1, 4)
    """
    return sum((Fraction(count, 2**bits) for bits, count in enumerate(counts)), Fraction(0))


def unexplored_code_mass(language: Language, max_bits: int) -> Fraction:
    """Mass 2^-l of the code-only programs longer than `max_bits`: 1/2 minus the explored.

    It is exact where the masses of all programs add up to 1, and an upper bound in other languages: the codes that
    would use what is knocked out are in it, and those of terms without an end.
    """
    return CODE_ONLY_MASS - kraft_sum(program_counts(language, max_bits))
