"""One question to many reference machines: sets of languages, and how far an answer differs between them.

Every language is counted up to one bound on the default domain, so that a world is the same behaviour in all of them
(docs/languages.md). In a language without find and argmax disguised programs count as search: they are its only search.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count, islice
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U64, AtlasHeader
from priorsim.census.recurrence import tokens
from priorsim.census.stored import Counted
from priorsim.census.take import make_header
from priorsim.errors import CensusError
from priorsim.measure import keys
from priorsim.measure.collapse import quartiles
from priorsim.measure.growth import Bins, growth
from priorsim.measure.knockouts import headers as without_each
from priorsim.measure.mass import HIGH, LOW
from priorsim.measure.operator_definitions import Defined, defined
from priorsim.measure.standings import standings
from priorsim.measure.trend import Direction, Trend
from priorsim.measure.values import log2_odds, rank_correlation
from priorsim.mu.dialect import FORMS, NESTED, Language, dialect_of
from priorsim.mu.domain import Domain
from priorsim.priors import F64
from priorsim.reading import quoted
from priorsim.table import Table

NAMED = ("arith", "logic", "loops", "kleene", "compare", "boolean", "bare")
REFERENCE = "arith"
"""The language with which all others are compared; it is counted in every set."""
LEAST_OPERATORS = 6
"""A random subset has so many operators at least."""
MOST_LANGUAGES = 1000
FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)

Signs = NDArray[np.int8]


def _named(_: int) -> Iterator[str]:
    yield from NAMED


def _codes(number: int) -> Iterator[str]:
    yield from (f"{REFERENCE}@random:{seed}" for seed in range(1, number + 1))


def _subsets(number: int) -> Iterator[str]:
    """Subsets of all operators but apply, each operator in one of two by a bit of SHA-256; none twice."""
    free = [name for name in FORMS if name not in NESTED.operators[:1]]
    drawn = (int.from_bytes(sha256(f"subset {draw}".encode()).digest()[:8]) for draw in count())
    chosen = ([name for place, name in enumerate(free) if bits >> place & 1] for bits in drawn)
    yield from islice(
        dict.fromkeys(
            dialect_of(names).name for names in islice(chosen, 4 * number + 64) if len(names) >= LEAST_OPERATORS
        ),
        number,
    )


_SETS: dict[str, Callable[[int], Iterator[str]]] = {"named": _named, "codes": _codes, "subsets": _subsets}
SETS = (*_SETS, "knockouts")
"""The names of the sets: named languages, random codes and random subsets of operators, and arith without each one."""


def check_set(name: str) -> str:
    """The name of a set; CensusError where there is none."""
    if name not in SETS:
        raise CensusError(f"unknown set {quoted(name)}: choose among {', '.join(SETS)}")
    return name


def members(name: str, number: int, word_bits: int, max_bits: int) -> tuple[AtlasHeader, ...]:
    """What the languages of a set count; `number` of those that are random. CensusError where it is out of range."""
    if not 1 <= number <= MOST_LANGUAGES:
        raise CensusError(f"{number} random languages: give a number from 1 to {MOST_LANGUAGES}")
    domain = Domain.default(word_bits)
    if check_set(name) == "knockouts":
        return without_each(make_header(REFERENCE, max_bits, domain=domain))[1:]
    return tuple(make_header(dialect, max_bits, domain=domain) for dialect in _SETS[name](number))


def reference(word_bits: int, max_bits: int) -> AtlasHeader:
    """What the reference language counts."""
    return make_header(REFERENCE, max_bits, domain=Domain.default(word_bits))


def search_bits(language: Language) -> int | None:
    """Bits of the cheapest word for find or argmax outside all binders; None where the language has neither."""
    return min((token.bits for token in tokens(language, 0) if token.is_search), default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Reached(Table):
    """The worlds that a language reaches within the bound, in increasing order; arrays of shape (worlds,).

    Their complexity and -log2 of their mass in bits, and the log-odds in bits with the disguised programs as direct
    code, and as search; nan where a side has no program.
    """

    words: U64
    complexity: F64
    bits: F64
    low: F64
    high: F64

    @classmethod
    def of(cls, atlas: Counted) -> "Reached":
        """Every behaviour of a census."""
        found = standings(atlas)
        if not atlas.header.language.has_search:
            found = found.disguised_as_search()
        mass = found.mass[:, 0]
        bits: F64 = atlas.header.max_bits - np.log2(mass.sum(axis=1))
        return cls(found.words, found.complexity, bits, log2_odds(mass, LOW), log2_odds(mass, HIGH))

    @property
    def has_both(self) -> NDArray[np.bool_]:
        """Where a side has a program, wherever the disguised ones are counted."""
        return ~np.isnan(self.low) & ~np.isnan(self.high)

    @property
    def signs(self) -> Signs:
        """1 where search outweighs and -1 where direct code does, wherever disguised programs count; 0 elsewhere."""
        is_above = ((self.low > 0) & (self.high > 0)).astype(np.int8)
        return is_above - ((self.low < 0) & (self.high < 0)).astype(np.int8)


class LastBin(msgspec.Struct, frozen=True):
    """The most complex worlds of a language."""

    above: float
    up_to: float
    worlds: Annotated[int, keys.says("the number of worlds")]
    search_first: Annotated[keys.Ends[float], keys.says("the share whose programs of least length all search")]


class Signed(msgspec.Struct, frozen=True):
    """The worlds that have a direct and a search program."""

    worlds: Annotated[int, keys.says("the number of worlds")]
    above: Annotated[keys.Ends[float | None], keys.says("the share in which the log-odds are above 0; null of none")]
    quartiles: Annotated[
        keys.Ends[tuple[float, float, float] | None], keys.says("of the log-odds in bits; null of none")
    ]


class Compared(msgspec.Struct, frozen=True):
    """A language beside the reference language, over the worlds that both reach."""

    shared: Annotated[int, keys.says("the number of worlds that both reach")]
    spearman: Annotated[float | None, keys.says("rank correlation of their masses; null where it has none")]
    complexity: Annotated[
        tuple[float, ...] | None,
        keys.says("least, quartiles and greatest of K here less K in the reference language, in bits; null of none"),
    ]
    signed: Annotated[int, keys.says("the number of worlds whose log-odds have a known sign in both")]
    agreement: Annotated[float | None, keys.says("the share of these with one sign; null of none")]
    kappa: Annotated[
        float | None,
        keys.says("Cohen's kappa: the agreement beyond that of chance; null where all signs are the same in one"),
    ]


class OfLanguage(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one language."""

    set: Annotated[str, keys.says("the set that it is of")]
    dialect: Annotated[str, keys.says("its operators and its code, by name")]
    without: Annotated[tuple[str, ...], keys.says("the operators that are knocked out")]
    search_bits: Annotated[
        int | None, keys.says("bits of the cheapest word for find or argmax outside binders; null without both")
    ]
    worlds: Annotated[int, keys.says("the number of worlds that it reaches")]
    last_bin: LastBin | None
    trend: Annotated[Direction | None, keys.says("of the share search-first; null over fewer than three bins")]
    slope: Annotated[
        keys.Ends[float] | None,
        keys.says("of the logistic fit of that trend, in log-odds (base e) a bit of complexity; null without a trend"),
    ]
    signed: Signed
    compared: Compared
    lacks: Annotated[
        Defined | None,
        keys.says("the operators of the reference language that it lacks, defined in it; null for long words"),
    ]
    adds: Annotated[
        Defined | None,
        keys.says("its operators that the reference language lacks, defined in that; null for long words"),
    ]


def middle_quartiles(of: OfLanguage) -> tuple[float, float, float] | None:
    """The quartiles of a language's log-odds, in the middle between both ends; None without such worlds."""
    low, high = of.signed.quartiles
    if low is None or high is None:
        return None
    first, median, third = ((one + other) / 2 for one, other in zip(low, high, strict=True))
    return first, median, third


def median_odds(of: OfLanguage) -> float | None:
    """The median of these log-odds."""
    found = middle_quartiles(of)
    return None if found is None else found[1]


class ByItself(NamedTuple):
    """What is said of a language by itself: the share search-first in the last bin, and the trend of that share.

    The definitions are of the operators that it lacks, and that it has beyond those of the reference language.
    """

    last_bin: LastBin | None
    trend: Trend | None
    lacks: Defined | None
    adds: Defined | None

    @classmethod
    def of(cls, atlas: Counted, first: Language) -> "ByItself":
        """The worlds of a census, beside the operators of the reference language."""
        found, language, bound = growth(atlas), atlas.header.language, atlas.header.max_bits
        defined_in = defined(first, language, bound), defined(language, first, bound)
        return cls(_last_bin(found.bins), found.trend, *defined_in)


def of_language(set_name: str, language: Language, by_itself: ByItself, reached: Reached, first: Reached) -> OfLanguage:
    """What is said of a language, beside the reference language."""
    trend = by_itself.trend
    return OfLanguage(
        set=set_name,
        dialect=language.dialect.name,
        without=language.knocked_out,
        search_bits=search_bits(language),
        worlds=len(reached),
        last_bin=by_itself.last_bin,
        trend=None if trend is None else trend.direction,
        slope=None if trend is None else keys.Ends(trend.low.slope, trend.high.slope),
        signed=signed(reached),
        compared=compare(reached, first),
        lacks=by_itself.lacks,
        adds=by_itself.adds,
    )


def _last_bin(bins: Bins) -> LastBin | None:
    if not len(bins):
        return None
    share = keys.Ends(*bins.share(bins.search_first)[-1].tolist())
    return LastBin(float(bins.above[-1]), float(bins.up_to[-1]), int(bins.worlds[-1]), share)


def signed(reached: Reached) -> Signed:
    """The log-odds of the worlds that have both classes."""
    both = reached.take(reached.has_both)
    if not len(both):
        return Signed(0, keys.Ends(None, None), keys.Ends(None, None))
    ends = both.low, both.high
    return Signed(
        len(both),
        keys.Ends(*(float((odds > 0).mean()) for odds in ends)),
        keys.Ends(*(quartiles(odds) for odds in ends)),
    )


def compare(reached: Reached, first: Reached) -> Compared:
    """One language beside another."""
    mine, yours = shared(reached, first)
    difference = mine.complexity - yours.complexity
    is_signed = (mine.signs != 0) & (yours.signs != 0)
    one, other = mine.signs[is_signed] > 0, yours.signs[is_signed] > 0
    return Compared(
        len(mine),
        rank_correlation(mine.bits, yours.bits),
        tuple(np.quantile(difference, FIVE).tolist()) if len(mine) else None,
        int(is_signed.sum()),
        float((one == other).mean()) if len(one) else None,
        kappa(one, other),
    )


def shared(one: Reached, other: Reached) -> tuple[Reached, Reached]:
    """What two languages have of the worlds that both reach."""
    _, mine, yours = np.intersect1d(one.words, other.words, assume_unique=True, return_indices=True)
    return one.take(mine), other.take(yours)


def kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float | None:
    """Cohen's kappa of two judgements of the same things; None where one of the two is always the same.

    >>> kappa(np.array([True, True, False, False]), np.array([True, False, False, False]))
    0.5
    """
    if not len(one) or one.all() or other.all() or not (one.any() and other.any()):
        return None
    first, second = float(one.mean()), float(other.mean())
    chance = first * second + (1 - first) * (1 - second)
    return (float((one == other).mean()) - chance) / (1 - chance)


def rank_correlations(found: Sequence[Reached]) -> tuple[tuple[float | None, ...], ...]:
    """Spearman's rank correlation between every two languages, in their order."""
    known = {
        (i, j): rank_correlation(*(each.bits for each in shared(found[i], found[j])))
        for i in range(len(found))
        for j in range(i + 1, len(found))
    }
    size = range(len(found))
    return tuple(tuple(1.0 if i == j else known[min(i, j), max(i, j)] for j in size) for i in size)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Every world that has both classes in two languages at least; arrays of shape (worlds,).

    Its words, its complexity in the reference language, nan where that does not reach it, and whether its log-odds have
    not the same sign in all of these languages: 1 where two differ, 0 where all are the same, and -1 where no two
    differ and one is not known. `spread` and `span`, in bits, are the distance between its quartiles over the
    languages, and between the least and the greatest; `languages` their number.
    """

    words: U64
    complexity: F64
    differs: Signs
    languages: NDArray[np.int64]
    spread: F64
    span: F64


def together(found: Sequence[Reached], first: Reached) -> Together:
    """The worlds of several languages; log-odds are taken in the middle between both ends."""
    both = [each.take(each.has_both) for each in found]
    every, numbers = np.unique(np.concatenate([each.words for each in both]), return_counts=True)
    words = every[numbers > 1]
    signs = np.zeros((len(words), len(both)), dtype=np.int8)
    odds = np.full((len(words), len(both)), np.nan)
    for column, each in enumerate(both):
        _, at, own = np.intersect1d(words, each.words, assume_unique=True, return_indices=True)
        signs[at, column], odds[at, column] = each.signs[own], (each.low[own] + each.high[own]) / 2
    has = ~np.isnan(odds)
    is_mixed = (signs > 0).any(axis=1) & (signs < 0).any(axis=1)
    is_open = ((signs == 0) & has).any(axis=1)
    differs = np.where(is_mixed, 1, np.where(is_open, -1, 0)).astype(np.int8)
    low, lower, upper, high = np.nanquantile(odds, (0, 0.25, 0.75, 1), axis=1) if len(words) else np.zeros((4, 0))
    complexity = np.full(len(words), np.nan)
    _, at, own = np.intersect1d(words, first.words, assume_unique=True, return_indices=True)
    complexity[at] = first.complexity[own]
    return Together(words, complexity, differs, has.sum(axis=1), upper - lower, high - low)
