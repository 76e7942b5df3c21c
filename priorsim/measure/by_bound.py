"""What else is said of a world by bound: crossover, break-even tax, alpha and the essential share at B, B-2, ..., B-8.

A number at a shorter bound is that of the programs of at most so many bits, which the histogram has already: no program
is counted again. Beside each number stands how many of its digits the last two bounds agree on.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Annotated, Literal

import msgspec

from priorsim.formats import finite
from priorsim.measure import keys
from priorsim.measure.crossover import Roots, break_even_tax, crossovers
from priorsim.measure.decomposition import alpha, essential_share
from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import Interval, class_masses, log_odds, log_odds_of
from priorsim.priors import Prior

BOUND_STEPS = (0, 2, 4, 6, 8)
"""A number is shown at B, B-2, B-4, B-6 and B-8."""
DECIMALS = 4
"""A number that is the same to so many decimals at the last two bounds has settled."""
EARLIER_BITS = 4
"""Log-odds keep their sign where it is the same at B, so many bits below it, and after the same change again."""
MOVING_BOUNDS = 3
"""A number is still falling, or rising, where it does so over the last so many bounds."""


class AtBound(msgspec.Struct, frozen=True):
    """The same numbers of the programs of at most so many bits."""

    bits: int
    log2_mass: keys.ByClass[keys.Log2Mass]
    log_odds: Interval
    gamma_star: keys.Ends[Roots]
    break_even_tax: keys.Ends[float | None]
    alpha: keys.Ends[float | None]
    essential_share: keys.Ends[float | None]

    def values(self, name: str, end: str) -> tuple[float, ...]:
        """All values of one of NUMBERS at an end, low or high; empty where it is unknown or there is none."""
        found = getattr(getattr(self, name), end)
        if isinstance(found, Roots):
            return found.roots
        return () if found is None else (found,)


class Settled(msgspec.Struct, frozen=True):
    """How far a number has settled at the bound."""

    decimals: Annotated[
        int | None, keys.says("to which the number is the same at B and at B-2, 4 at most; null where no digit is")
    ]
    still: Annotated[
        Literal["falling", "rising"] | None, keys.says("how it moves from B-4 to B, where that is one way all along")
    ]


class SettledNumbers(msgspec.Struct, frozen=True):
    """How far the numbers have settled; null where a number is unknown, or there is none, at B."""

    gamma_star: keys.Ends[Settled | None]
    break_even_tax: keys.Ends[Settled | None]
    alpha: keys.Ends[Settled | None]
    essential_share: keys.Ends[Settled | None]


NUMBERS = SettledNumbers.__struct_fields__


def at_bounds(histogram: Histogram, prior: Prior, within: tuple[float, float]) -> tuple[AtBound, ...]:
    """The numbers at B and at shorter bounds above 0; crossovers in gamma are looked for in the range `within`."""
    return tuple(
        _at_bound(_cut(histogram, histogram.max_bits - step), prior, within)
        for step in BOUND_STEPS
        if histogram.max_bits > step
    )


def earlier_odds(histogram: Histogram, prior: Prior) -> Interval:
    """The log-odds in bits of the programs of at most B - EARLIER_BITS bits."""
    return log_odds_of(_cut(histogram, histogram.max_bits - EARLIER_BITS), prior)


def keeps_sign(now: Interval, earlier: Interval) -> bool:
    """Whether both ends have one sign at B, at B - EARLIER_BITS, and where they would be after the same change again.

    >>> keeps_sign(Interval(1.0, 2.0), Interval(0.5, 2.5)), keeps_sign(Interval(1.0, 2.0), Interval(2.5, 2.5))
    (True, False)
    """
    signs: set[bool] = set()
    for after, before in ((finite(now.low), finite(earlier.low)), (finite(now.high), finite(earlier.high))):
        if after is None or before is None:
            return False
        signs.update(value > 0 for value in (after, before, 2 * after - before))
    return len(signs) == 1


def _cut(histogram: Histogram, bound: int) -> Histogram:
    """The programs of at most so many bits, without what has to be counted again: functions, and rows of least Kt.

    Whether a program is essential is the same at every bound, since all that is shorter than it is within.
    """
    return replace(
        histogram,
        header=replace(histogram.header, max_bits=bound),
        cells=histogram.cells.take(histogram.cells.bits <= bound),
        shortest=tuple(key if key is not None and key.bits <= bound else None for key in histogram.shortest),
        least_kt=(None,) * len(histogram.least_kt),
        functions=(),
    )


def _at_bound(cut: Histogram, prior: Prior, within: tuple[float, float]) -> AtBound:
    parts = class_masses(cut.cells, cut.header, prior)
    pairs = keys.at_ends(partial(alpha, cut))
    return AtBound(
        bits=cut.max_bits,
        log2_mass=keys.named(map(keys.log2_mass, parts)),
        log_odds=log_odds(parts),
        gamma_star=keys.at_ends(lambda end: crossovers(cut, prior, end, within=within)),
        break_even_tax=keys.at_ends(partial(break_even_tax, cut, prior)),
        alpha=keys.Ends(*(None if each is None else each.alpha for each in pairs)),
        essential_share=keys.at_ends(partial(essential_share, cut, prior)),
    )


def settled(bounds: Sequence[AtBound]) -> SettledNumbers:
    """How far each number has settled, from its values at B, B-2 and B-4."""

    def at(name: str, end: str) -> Settled | None:
        courses = [each.values(name, end) for each in bounds[:MOVING_BOUNDS]]
        return how_settled(courses) if courses[0] else None

    return SettledNumbers(*(keys.Ends(at(name, "low"), at(name, "high")) for name in NUMBERS))


def how_settled(courses: Sequence[tuple[float, ...]]) -> Settled:
    """How far a number of one or several values has settled, from its values at B, B-2 and B-4, in this order.

    >>> how_settled([(1.2345,), (1.2301,), (1.21,)])
    Settled(decimals=2, still='rising')
    >>> how_settled([(1.23451,), (1.23452,), (1.21,)]).decimals, how_settled([(0.04,), (0.06,), (0.05,)])
    (4, Settled(decimals=None, still=None))
    """
    decimals = _agreed(courses[0], courses[1]) if len(courses) > 1 else None
    steps = [now - before for pair in pairwise(courses) for now, before in zip(*pair, strict=False)]
    is_open = decimals != DECIMALS and len(courses) == MOVING_BOUNDS and len({len(each) for each in courses}) == 1
    if is_open and all(step > 0 for step in steps):
        return Settled(decimals, "rising")
    return Settled(decimals, "falling" if is_open and all(step < 0 for step in steps) else None)


def _agreed(now: tuple[float, ...], before: tuple[float, ...]) -> int | None:
    """The most decimals to which both are the same, the first digit of each value among them or all of DECIMALS."""
    for decimals in range(DECIMALS, -1, -1):
        has_digit = decimals == DECIMALS or all(abs(value) >= 10**-decimals for value in now)
        if has_digit and [fixed(value, decimals) for value in now] == [fixed(value, decimals) for value in before]:
            return decimals
    return None


def fixed(value: float, decimals: int) -> str:
    """The value to so many decimals; never minus 0.

    >>> fixed(-0.00001, 4), fixed(2.5, 1)
    ('0.0000', '2.5')
    """
    return f"{round(value, decimals) + 0.0:.{decimals}f}"
