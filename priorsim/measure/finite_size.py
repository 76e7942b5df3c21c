"""Finite-size scaling of gamma*: whether (1 - c/L)/alpha, told by two programs, is met better as worlds grow.

Where the residual (`collapse`) goes to 0 as worlds grow, log-odds / L collapse on one line in gamma - gamma*, and the
law may be carried beyond the sizes that are counted; docs/measures.md has the rule. So that no size is favoured, the
programs of a world are counted up to the same number of bits above its L, its *span*, at every size of a series.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from priorsim.census.atlas import U64, Rows
from priorsim.census.progress import Progress
from priorsim.census.take import make_header, take_census
from priorsim.errors import WorldError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.collapse import GAMMAS, Compared, compare, quartiles
from priorsim.measure.extrapolation import Course, Extrapolation, course, extrapolation
from priorsim.measure.fitting import ClassedRows, by_behaviour, fitting
from priorsim.measure.histogram import I64
from priorsim.measure.mass import ENDS
from priorsim.measure.scaling import DEPTH, DIALECT
from priorsim.mu.domain import Domain
from priorsim.priors import F64
from priorsim.reading import quoted
from priorsim.storage import begins_with
from priorsim.worlds import family
from priorsim.worlds.constant import constant_world

LEAST_WORLDS = 30
"""So many worlds of a size have to be compared before it counts for the ruling."""
SPANS = {"constant": 13, "shortest searches": 13, "inverse": 14, "behaviour": 4}
"""Series, with the bits above L that are counted. At 13 a constant has searches that hold it as a literal: the quick
ones that need not try all words."""
BOUNDS = {10: 28, 11: 29, 12: 30, 13: 31, 14: 28, 15: 28, 16: 28}
"""The bound in bits for constants by word size: the whole span up to 13 bits, above that what takes half a minute."""
SIZES = (10, 11, 12)
LITERAL_BITS = 5
"""By so many bits the program that spells a word out is longer than the word."""
INVERSE_SIZES = (2, 3, 4)
BEHAVIOUR_BITS = 3
MAX_BITS = 36
"""The bound of the censuses of inverse worlds and of all behaviours."""
MOST_BITS = 38
"""The greatest bound of these in the results of a preset."""
BIN_BITS = 2
ENDS_NAMED = tuple(end.name for end in ENDS)
Quartiles = Annotated[tuple[float, float, float] | None, keys.says("null where nothing is compared")]


# --- sizes ----------------------------------------------------------------------------------------


class AtPrice(msgspec.Struct, frozen=True):
    """The worlds of a size at a price of time."""

    gamma: float
    log_odds: Annotated[keys.Ends[Quartiles], keys.says("quartiles of log-odds / L over the worlds compared")]
    residual: Annotated[keys.Ends[Quartiles], keys.says("quartiles of log-odds / L less (1 - c/L) - alpha gamma")]
    distance: Annotated[
        keys.Ends[float | None], keys.says("three quarters of the worlds compared have a residual no larger than it")
    ]
    outweighs: Annotated[keys.Ends[float | None], keys.says("the share of all worlds in which search outweighs")]


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """A size of a series; quartiles are values that worlds have."""

    series: Annotated[str, keys.says("`constant`, `shortest searches`, `inverse` or `behaviour`")]
    size: Annotated[int, keys.says("bits of a word; of `behaviour` the least L of the bin")]
    bound_bits: keys.BoundBits
    span_bits: Annotated[int, keys.says("programs count up to so many bits above L")]
    counts: Annotated[bool, keys.says("whether the span is the whole one and 30 worlds or more are compared")]
    worlds: Annotated[keys.Ends[int], keys.says("those whose programs are counted up to the span")]
    compared: Annotated[keys.Ends[int], keys.says("those with a search up to there")]
    direct_bits: Annotated[keys.Ends[Quartiles], keys.says("quartiles of L")]
    search_bits: Annotated[keys.Ends[Quartiles], keys.says("of c")]
    alpha: Annotated[keys.Ends[Quartiles], keys.says("of alpha")]
    predicted: Annotated[keys.Ends[Quartiles], keys.says("of (1 - c/L) / alpha")]
    critical_size: Annotated[
        keys.Ends[Quartiles],
        keys.says("of c / (1 - alpha), the L from which the law has gamma = 1 protect no more"),
    ]
    prices: Annotated[tuple[AtPrice, ...], keys.says("by price of time")]


class Series(NamedTuple):
    """Worlds of one size: a label, the span, whether it is the whole one, and which of the targets they are."""

    name: str
    size: int
    span: int
    pick: Callable[[Compared], I64]


def size_of(series: Series, compared: Sequence[Compared], max_bits: int) -> Size:
    """The numbers of one size from its census at both ends."""
    all_worlds = [each.take(series.pick(each)) for each in compared]
    both = [each.take(np.flatnonzero(each.is_there)) for each in all_worlds]

    def over(value: Callable[[Compared], F64]) -> keys.Ends[tuple[float, float, float] | None]:
        return keys.Ends(*(quartiles(value(each)) for each in both))

    numbers = [len(each.alpha) for each in both]
    return Size(
        series=series.name,
        size=series.size,
        bound_bits=max_bits,
        span_bits=series.span,
        counts=series.span == SPANS[series.name] and min(numbers) >= LEAST_WORLDS,
        worlds=keys.Ends(*(len(each.alpha) for each in all_worlds)),
        compared=keys.Ends(*numbers),
        direct_bits=over(lambda each: each.bits[0]),
        search_bits=over(lambda each: each.bits[1]),
        alpha=over(lambda each: each.alpha),
        predicted=over(lambda each: each.predicted),
        critical_size=over(lambda each: each.critical_size),
        prices=tuple(_at_price(place, all_worlds, both) for place in range(len(GAMMAS))),
    )


def _at_price(place: int, all_worlds: Sequence[Compared], both: Sequence[Compared]) -> AtPrice:
    residuals = [each.residual[place] for each in both]
    distances = (quartiles(np.abs(each)) for each in residuals)
    won = (int((each.log_odds[place] > 0).sum()) for each in both)
    shares = (above / len(each.alpha) if len(each.alpha) else None for above, each in zip(won, all_worlds, strict=True))
    return AtPrice(
        gamma=GAMMAS[place],
        log_odds=keys.Ends(*(quartiles(each.log_odds[place] / each.bits[0]) for each in both)),
        residual=keys.Ends(*map(quartiles, residuals)),
        distance=keys.Ends(*(None if found is None else found[2] for found in distances)),
        outweighs=keys.Ends(*shares),
    )


# --- series ---------------------------------------------------------------------------------------


def known(compared: Compared) -> I64:
    """The worlds whose programs are counted up to the span."""
    return np.flatnonzero(compared.is_known)


def shortest_searches(compared: Compared) -> I64:
    """The LEAST_WORLDS worlds with the shortest searches; of equally long ones, those that come first."""
    places = np.flatnonzero(compared.is_there)
    return places[np.argsort(compared.bits[1, places], kind="stable")][:LEAST_WORLDS]


def _programs(domain: Domain, max_bits: int, workers: int) -> ClassedRows:
    header = make_header(DIALECT, max_bits, domain=domain, depth=DEPTH)
    atlas = take_census(header, workers=workers)
    return ClassedRows.of_rows(header, Rows.concatenate(list(atlas.batches())), "lesion")


def constants(word_bits: int, max_bits: int, *, workers: int = 2) -> Iterator[Size]:
    """All constants of a word size, and those with the shortest searches."""
    programs = _programs(constant_world("constant", word_bits, 0).domain, max_bits, workers)
    words: U64 = np.arange(2**word_bits, dtype=np.uint64)
    found = fitting(programs, words, train=(0,))
    for name, pick in (("constant", known), ("shortest searches", shortest_searches)):
        series = Series(name, word_bits, min(SPANS[name], max_bits - word_bits - LITERAL_BITS), pick)
        yield size_of(series, [compare(found, series.span, max_bits, end) for end in ENDS], max_bits)


def inverses(word_bits: int, max_bits: int, *, workers: int = 2) -> Iterator[Size]:
    """The members of the family `inverse` on all words, each behaviour once; and, at 3 bits, every behaviour by L."""
    lanes = tuple(range(2**word_bits))
    programs = _programs(Domain.default(word_bits), max_bits, workers)
    worlds = family("inverse").members(word_bits=word_bits, lanes=len(lanes))
    asked = np.unique(np.array([world.behaviour for world in worlds], dtype=np.uint64))
    series = Series("inverse", word_bits, SPANS["inverse"], known)
    found = fitting(programs, asked, train=lanes)
    yield size_of(series, [compare(found, series.span, max_bits, end) for end in ENDS], max_bits)
    if word_bits == BEHAVIOUR_BITS:
        yield from _by_length(programs, max_bits)


def _by_length(programs: ClassedRows, max_bits: int) -> Iterator[Size]:
    """All behaviours, in bins of BIN_BITS of L."""
    span = SPANS["behaviour"]
    compared = [compare(by_behaviour(programs), span, max_bits, end) for end in ENDS]
    for least in range(BIN_BITS, max_bits - span - BIN_BITS + 2, BIN_BITS):

        def of_length(each: Compared, least: int = least) -> I64:
            return np.flatnonzero((each.bits[0] >= least) & (each.bits[0] < least + BIN_BITS))

        found = size_of(Series("behaviour", least, span, of_length), compared, max_bits)
        if found.worlds.low:
            yield found


# --- the ruling -----------------------------------------------------------------------------------


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the distance falls fast enough as L grows, over the sizes of a series that count."""

    series: str
    gamma: float
    sizes: Annotated[int, keys.says("how many count")]
    exponent: Annotated[
        keys.Ends[float | None],
        keys.says("the slope of log distance over log L; null over fewer than three sizes, or where the distance is 0"),
    ]
    exponent_range: Annotated[
        keys.Ends[tuple[float, float] | None], keys.says("its least and greatest when one size is left out")
    ]
    extrapolation: Annotated[Extrapolation, keys.says("`licensed`, `forbidden` or `not ruled on`")]
    some_from: Annotated[
        keys.Ends[int | None], keys.says("the least size in which search outweighs in some world, whether it counts")
    ]
    most_from: Annotated[keys.Ends[int | None], keys.says("the same in more than half of the worlds; null is none")]


def rule(series: str, place: int, sizes: Sequence[Size]) -> Ruling:
    """The ruling at one of GAMMAS over the sizes of a series, ascending."""
    counting = [each for each in sizes if each.counts]
    courses = keys.Ends(*(_course(counting, place, end) for end in ENDS_NAMED))
    return Ruling(
        series=series,
        gamma=GAMMAS[place],
        sizes=len(counting),
        exponent=keys.Ends(*(each and each.exponent for each in courses)),
        exponent_range=keys.Ends(*(each and each.exponent_range for each in courses)),
        extrapolation=extrapolation(tuple(courses)),
        some_from=keys.Ends(*(_from(sizes, place, end, 0.0) for end in ENDS_NAMED)),
        most_from=keys.Ends(*(_from(sizes, place, end, 0.5) for end in ENDS_NAMED)),
    )


def _course(sizes: Sequence[Size], place: int, end: str) -> Course | None:
    lengths = [getattr(each.direct_bits, end)[1] for each in sizes]
    return course(lengths, [getattr(each.prices[place].distance, end) for each in sizes])


def _from(sizes: Sequence[Size], place: int, end: str, share: float) -> int | None:
    shares = ((each.size, getattr(each.prices[place].outweighs, end)) for each in sizes)
    return next((size for size, found in shares if found is not None and found > share), None)


# --- all together ---------------------------------------------------------------------------------


class FiniteSize(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim finite-size --json` prints."""

    dialect: keys.Dialect
    depth: Annotated[int, keys.says("how deep binders nest")]
    sizes: Annotated[tuple[Size, ...], keys.says("series, each from its smallest size to its largest")]
    rulings: Annotated[tuple[Ruling, ...], keys.says("of every series at every price of time")]

    def to_csv(self) -> str:
        """A line for each size, price of time and end, with the names of `_HEAD`."""
        return format_csv(_HEAD, [line for each in self.sizes for line in _lines(each)])


_HEAD = (
    *("series", "size", "bound_bits", "span_bits", "counts", "gamma", "disguised", "worlds", "compared"),
    *(
        f"{name}_{part}"
        for name in ("direct_bits", "search_bits", "alpha", "predicted", "critical_size", "log_odds", "residual")
        for part in ("lower", "median", "upper")
    ),
    *("distance", "outweighs"),
)


def _lines(size: Size) -> Iterator[tuple[object, ...]]:
    told = (size.series, size.size, size.bound_bits, size.span_bits, int(size.counts))
    pairs = (size.direct_bits, size.search_bits, size.alpha, size.predicted, size.critical_size)
    for each in size.prices:
        for end, disguised in zip(ENDS_NAMED, ("direct", "search"), strict=True):
            numbers = [getattr(of, end) for of in (size.worlds, size.compared)]
            parts = [getattr(of, end) or (None,) * 3 for of in (*pairs, each.log_odds, each.residual)]
            last = getattr(each.distance, end), getattr(each.outweighs, end)
            yield (*told, each.gamma, disguised, *numbers, *(value for part in parts for value in part), *last)


def is_finite_size(path: Path) -> bool:
    """Whether a file is the CSV of finite sizes."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def parse_constant_sizes(text: str) -> tuple[int, ...]:
    """Word sizes of constants from a list such as ``10,12``; WorldError where one is none of BOUNDS.

    >>> parse_constant_sizes("12, 10")
    (10, 12)
    """
    sizes = {str(bits): bits for bits in BOUNDS}
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in sizes:
            raise WorldError(f"--sizes {quoted(text)}: {quoted(part)} is not a size: choose among {', '.join(sizes)}")
    return tuple(sorted({sizes[part] for part in parts}))


def finite_size(
    sizes: Sequence[int] = SIZES,
    max_bits: int = MAX_BITS,
    *,
    bounds: Mapping[int, int] = BOUNDS,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> FiniteSize:
    """Constants of these word sizes up to `bounds`, and inverse worlds and behaviours up to `max_bits`.

    PriorsimError where a size or a bound is out of range.
    """
    # The largest censuses first: what is out of range is refused at once.
    jobs = [partial(inverses, bits, max_bits, workers=workers) for bits in reversed(INVERSE_SIZES)]
    jobs += [partial(constants, bits, bounds[bits], workers=workers) for bits in sizes]
    found: list[Size] = []
    for place, job in enumerate(jobs):
        found += job()
        if progress is not None:
            progress(Progress(place + 1, len(jobs)))
    found.sort(key=lambda each: each.size)
    by_series = {name: [each for each in found if each.series == name] for name in SPANS}
    rulings = [rule(name, place, of) for name, of in by_series.items() for place in range(len(GAMMAS)) if of]
    return FiniteSize(
        dialect=DIALECT,
        depth=DEPTH,
        sizes=tuple(size for of in by_series.values() for size in of),
        rulings=tuple(rulings),
    )
