"""Masses of the classes under a prior, and what is made of them (docs/measures.md).

Where the prior is dyadic a mass is an exact rational, and so is what is a share of masses; a mass always has a log2,
taken from the exact value or from float64 sums in log space with compensation. An end of an interval says on which
side the disguised programs stand: at the low end with direct code, at the high end with search.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.summability import converges, least_beta, least_tax
from priorsim.errors import PriorError
from priorsim.measure.histogram import CLASSES, DIRECT, DISGUISED, I64, SEARCH, Cells, Histogram, mean_steps
from priorsim.mu.dialect import Language
from priorsim.priors import F64, Prior

MAX_EXACT_BITS = 1 << 13
"""Exact rationals are kept while exponents span no more than this: Python writes integers of up to 4300 digits."""
MIN_EXPONENT, MAX_EXPONENT = -1022, 1024
"""A float keeps all its digits from 2^MIN_EXPONENT to below 2^MAX_EXPONENT."""
ALL_KINDS = tuple(range(len(CLASSES)))


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known up to an interval; None is an end that nothing is known of.

    Ends of -inf and inf are odds against, or for, a class of which the bound holds no program.
    """

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class End:
    """One end of every interval: which classes stand together on either side."""

    name: str
    direct: tuple[int, ...]
    search: tuple[int, ...]


LOW = End("low", direct=(DIRECT, DISGUISED), search=(SEARCH,))
HIGH = End("high", direct=(DIRECT,), search=(DISGUISED, SEARCH))
ENDS = (LOW, HIGH)


@dataclass(frozen=True, slots=True)
class Mass:
    """A sum of weights: its log2 in bits, -inf when it is empty, and its exact value where there is one."""

    log2: float
    exact: Fraction | None = None

    @property
    def value(self) -> float | None:
        """The mass as a float; None where it is too small or too large for one, though `log2` is not."""
        if self.log2 == -math.inf:
            return 0.0
        if not MIN_EXPONENT <= self.log2 < MAX_EXPONENT:
            return None
        return float(self.exact) if self.exact is not None else math.exp2(self.log2)

    def __add__(self, other: "Mass") -> "Mass":
        if self.exact is not None and other.exact is not None:
            return exact_mass(self.exact + other.exact)
        return Mass(float(np.logaddexp2(self.log2, other.log2)))


def exact_mass(value: Fraction) -> Mass:
    """The mass of this exact value."""
    return Mass(log2_fraction(value), value)


def log2_fraction(value: Fraction) -> float:
    """log2 of an exact rational of any size; -inf for 0."""
    return math.log2(value.numerator) - math.log2(value.denominator) if value else -math.inf


def check_convergence(language: Language, prior: Prior) -> None:
    """Raise PriorError where the sum of 2^(-beta l - tax s) over all programs of the language diverges.

    gamma does not move that line: a program of l bits takes at most l 2^(wD) steps a lane, and a polynomial tames no
    exponential. lambda and a cap could move it, but not away: a body of a loop that never runs is as long as it likes
    and costs no time. What lies beyond the line of beta and tax is refused whatever the price of time.
    """
    if converges(language, prior.beta, prior.tax):
        return
    what = f"of all programs of dialect {language.dialect.name} with {language.word_bits}-bit words does not converge"
    least = least_beta(language, max(prior.tax, 0.0))
    if prior.beta < least:
        raise PriorError(
            f"beta is {prior.beta}: below {least:.4f} the mass {what}: "
            f"give a beta of at least {math.ceil(least * 1000) / 1000}"
        )
    tax = least_tax(language, prior.beta)
    raise PriorError(
        f"tax is {prior.tax:g}: below {tax:.4f} bits a search node, at a beta of {prior.beta:g}, the mass {what}: "
        f"give a tax of at least {math.ceil(tax * 1000) / 1000}, or a greater beta"
    )


def log2_weights(cells: Cells, header: AtlasHeader, prior: Prior, *, without: str | None = None) -> F64:
    """log2 of the weight of one program of each cell, shape (cells,), in bits."""
    return prior.log2_weight(cells.bits, mean_steps(header, cells.steps), cells.searches, without=without)


def log2_sum(log2_terms: F64, count: NDArray[Any]) -> float:
    """log2 of sum(count * 2^term), compensated; -inf where nothing is summed."""
    top = float(log2_terms.max(initial=-math.inf))
    if top == -math.inf:
        return -math.inf
    return top + math.log2(math.fsum((count.astype(np.float64) * np.exp2(log2_terms - top)).tolist()))


def mass(cells: Cells, header: AtlasHeader, prior: Prior) -> Mass:
    """The mass of all cells together, exact where the prior is dyadic."""
    if prior.is_dyadic:
        here = cells.take(prior.within_cap(mean_steps(header, cells.steps)))
        exponent = -(int(prior.beta) * here.bits.astype(np.int64) + int(prior.tax) * here.searches.astype(np.int64))
        if exponent.max(initial=0) - exponent.min(initial=0) <= MAX_EXACT_BITS:
            return exact_mass(exact_sums(np.zeros(len(here), dtype=np.int64), exponent, here.count, 1)[0])
    return Mass(log2_sum(log2_weights(cells, header, prior), cells.count))


def exact_sums(place: I64, exponent: I64, count: NDArray[Any], size: int) -> list[Fraction]:
    """Sums of count * 2^exponent by place, exactly, as many as `size`; counts are uint64 or Python integers.

    >>> exact_sums(np.array([1, 1, 1]), np.array([-3, -3, 2]), np.array([1, 2, 1], dtype=np.uint64), 2)
    [Fraction(0, 1), Fraction(35, 8)]
    """
    if not len(place):
        return [Fraction(0)] * size
    least = int(exponent.min())
    width = int(exponent.max()) - least + 1
    cell = place * width + (exponent - least)
    # Of fewer than 2^32 entries, no sum of the halves of 64-bit numbers outgrows 64 bits.
    halves = [count] if count.dtype == object else [count & np.uint64(2**32 - 1), count >> np.uint64(32)]
    sums = []
    for half in halves:
        total = np.zeros(size * width, dtype=count.dtype)
        np.add.at(total, cell, half)
        sums.append(total.reshape(size, width).tolist())
    unit = Fraction(2) ** least
    return [
        unit * sum(part << (32 * half + at) for half, row in enumerate(rows) for at, part in enumerate(row))
        for rows in zip(*sums, strict=True)
    ]


def class_masses(cells: Cells, header: AtlasHeader, prior: Prior) -> tuple[Mass, ...]:
    """The mass of each class: direct, disguised, search."""
    return tuple(mass(cells.of([kind]), header, prior) for kind in ALL_KINDS)


def masses(histogram: Histogram, prior: Prior) -> tuple[Mass, ...]:
    """The mass of each class; PriorError where the sum over all programs diverges."""
    check_convergence(histogram.header.language, prior)
    return class_masses(histogram.cells, histogram.header, prior)


def joined(by_class: tuple[Mass, ...], kinds: tuple[int, ...]) -> Mass:
    """The mass of several classes together."""
    return reduce(add, (by_class[kind] for kind in kinds))


def log2_ratio(search: Mass, direct: Mass) -> float | None:
    """log2 of the quotient; -inf or inf where one mass is empty, None where both are."""
    if search.log2 == direct.log2 == -math.inf:
        return None
    if search.exact and direct.exact:
        return log2_fraction(search.exact / direct.exact)
    return search.log2 - direct.log2


def odds_at(by_class: tuple[Mass, ...], end: End) -> float | None:
    """The log-odds at one end; see `log_odds`."""
    return log2_ratio(joined(by_class, end.search), joined(by_class, end.direct))


def log_odds(by_class: tuple[Mass, ...]) -> Interval:
    """log2(M_search / M_direct) in bits, disguised programs on either side.

    A side without mass makes the odds one-sided: -inf says that the bound holds no search program (below the cap, where
    there is one), inf that it holds no direct one; neither says that there is none. None: neither side has any.

    >>> log_odds((Mass(-3.0), Mass(-math.inf), Mass(-5.0)))
    Interval(low=-2.0, high=-2.0)
    """
    return Interval(odds_at(by_class, LOW), odds_at(by_class, HIGH))


def log_odds_of(histogram: Histogram, prior: Prior) -> Interval:
    """The log-odds interval of a world under a prior; see `log_odds`."""
    return log_odds(masses(histogram, prior))


def shares(by_class: tuple[Mass, ...]) -> tuple[float, ...] | None:
    """Each class's share of the fitting mass; None where nothing fits."""
    total = reduce(add, by_class)
    if total.log2 == -math.inf:
        return None
    return tuple(float(np.exp2(part.log2 - total.log2)) for part in by_class)


def programs(histogram: Histogram) -> tuple[int, ...]:
    """Number of fitting programs of each class within the bound, whatever the prior."""
    return tuple(histogram.cells.of([kind]).programs for kind in ALL_KINDS)


def shortest(histogram: Histogram, kinds: tuple[int, ...]) -> RowKey | None:
    """The row of least length of several classes together; ties go to fewer steps."""
    found = [key for key in (histogram.shortest[kind] for kind in kinds) if key is not None]
    return min(found, key=lambda key: (key.bits, key.steps, key.searches, key.behaviour), default=None)


def kt(key: RowKey, header: AtlasHeader) -> float:
    """Kt = l + log2 t of a row's programs, in bits."""
    return key.bits + float(np.log2(mean_steps(header, np.array(key.steps))))


# --- shares of masses, and their averages -----------------------------------------------------

if TYPE_CHECKING:
    Share = Fraction | float
    """A number of an exact or a float mass: exact as long as all masses in it are; None of an empty mass: undefined."""
else:
    Share = float  # which it is in JSON: a schema has no exact rationals


def share_of(part: Mass, whole: Mass) -> Share | None:
    """What part of a mass another one is; None where the whole is empty.

    >>> share_of(Mass(-3.0, Fraction(1, 8)), Mass(-1.0, Fraction(1, 2)))
    Fraction(1, 4)
    """
    if whole.log2 == -math.inf:
        return None
    if part.exact is not None and whole.exact:
        return part.exact / whole.exact
    return float(np.exp2(part.log2 - whole.log2))


def difference(first: Share | None, second: Share | None) -> Share | None:
    """The first less the second; None where either is undefined."""
    return None if first is None or second is None else first - second


@dataclass(frozen=True, slots=True)
class Average:
    """Mean, least and most of what is defined and finite, None where nothing is; how many numbers are, and are not."""

    mean: Share | None
    least: Share | None
    most: Share | None
    defined: int
    undefined: int

    @classmethod
    def of(cls, values: Iterable[Share | None]) -> "Average":
        """The average of these.

        >>> Average.of([Fraction(1, 2), None, Fraction(1, 4)])
        Average(mean=Fraction(3, 8), least=Fraction(1, 4), most=Fraction(1, 2), defined=2, undefined=1)
        """
        given = list(values)
        known = [value for value in given if value is not None and math.isfinite(value)]
        if not known:
            return cls(None, None, None, 0, len(given))
        is_exact = all(isinstance(value, Fraction) for value in known)
        mean = sum(known) / Fraction(len(known)) if is_exact else math.fsum(known) / len(known)
        return cls(mean, min(known), max(known), len(known), len(given) - len(known))
