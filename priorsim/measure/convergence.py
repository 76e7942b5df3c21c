"""What a bound leaves out: shorter bounds, the share of the last bits, tails, and the unexplored mass.

A world's numbers are exact for the prior cut at the bound B; how they would go on is shown, not known.
Only the unconditional odds, over all code-only programs, are certified: there the mass beyond the bound
is known exactly from the code (docs/measures.md).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import kraft_sum, program_counts, unexplored_code_mass
from priorsim.census.stored import Counted
from priorsim.errors import PriorError
from priorsim.measure import keys
from priorsim.measure.by_bound import AtBound, SettledNumbers, at_bounds, settled
from priorsim.measure.crossover import GAMMA_RANGE
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells, ClassBy, Histogram, census_cells, merge_cells
from priorsim.measure.mass import (
    ALL_KINDS,
    HIGH,
    LOW,
    Interval,
    Mass,
    check_convergence,
    class_masses,
    exact_mass,
    log2_ratio,
    log_odds,
    mass,
    masses,
)
from priorsim.priors import Prior

LAST_BITS = 4
TAIL_BITS = 8
MIN_TAIL_LENGTHS = 4
"""A tail is fitted where at least so many of the last eight lengths hold programs of the class."""
TAIL_ERRORS = 2.0
"""The range is that of the fitted slope plus and minus so many of its standard errors."""


class Convergence(msgspec.Struct, frozen=True):
    """How far the numbers have settled at the bound: shorter bounds, the last bits, and geometric tails.

    Tails of a class are None where fewer than four of the last eight lengths hold programs of it. The log-odds have
    tails fitted to the classes that stand together at each end: low takes search's low tail and direct's high one,
    high the reverse; None at an end whose tail is unknown or unbounded.
    """

    bounds: Annotated[tuple[AtBound, ...], keys.says("B, B-2, B-4, B-6 and B-8, as far as they are above 0")]
    settled: SettledNumbers
    last_four_bits_share: Annotated[keys.ByClass[float | None], keys.says("of each class's mass")]
    extrapolated_log2_mass: keys.ByClass[Interval | None]
    extrapolated_log_odds: Interval


def convergence(histogram: Histogram, prior: Prior, *, gamma_range: tuple[float, float] = GAMMA_RANGE) -> Convergence:
    """Bounds, shares of the last bits and tails of a world under a prior; crossovers in gamma are those in the range.

    A straight line is fitted to log2 of a class's mass at each of the last eight lengths; its slope plus and minus two
    standard errors, through the centre of the points, gives the two tails. Where the high one does not shrink it is
    unbounded. No tail exceeds the code's unexplored mass where every weight is at most 2^-l. Counts of a context-free
    code fall a little slower than geometrically, so the range is a guide and no bound.
    """
    cells, header, max_bits = histogram.cells, histogram.header, histogram.max_bits
    bounds = at_bounds(histogram, prior, gamma_range)
    last = class_masses(cells.take(cells.bits > max_bits - LAST_BITS), header, prior)
    last_share = tuple(
        None if whole.log2 == -math.inf else float(np.exp2(part.log2 - whole.log2))
        for part, whole in zip(last, masses(histogram, prior), strict=True)
    )
    by_class = [cells.of([kind]) for kind in ALL_KINDS]
    tails = tuple(_with_tail(part, header, prior) if len(part) else None for part in by_class)
    search, direct = (
        [_with_tail(cells.of(kinds), header, prior) or Interval(None, None) for kinds in sides]
        for sides in ((LOW.search, HIGH.search), (LOW.direct, HIGH.direct))
    )
    with_tails = Interval(_quotient(search[0].low, direct[0].high), _quotient(search[1].high, direct[1].low))
    return Convergence(bounds, settled(bounds), keys.named(last_share), keys.named(tails), with_tails)


def _with_tail(cells: Cells, header: AtlasHeader, prior: Prior) -> Interval | None:
    """log2 of the mass of all cells with the low and with the high geometric tail; no cells have none."""
    if not len(cells):
        return Interval(-math.inf, -math.inf)
    bound = header.max_bits
    lengths = [bits for bits in range(max(1, bound - TAIL_BITS + 1), bound + 1) if (cells.bits == bits).any()]
    by_length = np.array([mass(cells.take(cells.bits == bits), header, prior).log2 for bits in lengths])
    here, by_length = np.array(lengths, dtype=np.float64)[by_length > -math.inf], by_length[by_length > -math.inf]
    if len(here) < MIN_TAIL_LENGTHS:
        return None
    (slope, _), covariance = np.polyfit(here - here.mean(), by_length, 1, cov=True)
    error = TAIL_ERRORS * math.sqrt(max(0.0, float(covariance[0, 0])))
    whole = mass(cells, header, prior).log2
    ends = []
    for tilt in (float(slope) - error, float(slope) + error):
        # Geometric series from B + 1 on, of ratio 2^tilt, through the centre of the points.
        tail = math.inf
        if tilt < 0:
            tail = float(by_length.mean()) + tilt * (bound + 1 - float(here.mean())) - math.log2(1 - 2**tilt)
        if prior.is_below_code:
            tail = min(tail, exact_mass(unexplored_code_mass(header.language, bound)).log2)
        ends.append(float(np.logaddexp2(whole, tail)))
    return Interval(*ends)


def _quotient(over: float | None, under: float | None) -> float | None:
    """log2 of the quotient of two masses, from their log2; None where either is unknown or unbounded."""
    return None if over is None or under is None or math.inf in (over, under) else log2_ratio(Mass(over), Mass(under))


@dataclass(frozen=True, slots=True)
class Explored:
    """Sums of 2^-l, exact: over the programs of a census, 1 minus it (longer programs and all with data), code-only."""

    explored: Fraction
    unexplored: Fraction
    unexplored_code: Fraction


def explored(header: AtlasHeader) -> Explored:
    """How much of the code's mass a census went through, from the recurrence.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.domain import Domain
    >>> explored(AtlasHeader(Language.named("arith", 4), Domain.default(4), 2)).unexplored
    Fraction(3, 4)
    """
    counted = kraft_sum(program_counts(header.language, header.max_bits))
    return Explored(counted, 1 - counted, unexplored_code_mass(header.language, header.max_bits))


@dataclass(frozen=True, slots=True)
class Unconditional:
    """Search against direct over all code-only programs, no world asked for; by class direct, disguised, search.

    All but `certified`, which contains the log-odds over code-only programs of any length, are of the census alone.
    """

    programs: tuple[int, ...]
    masses: tuple[Mass, ...]
    log_odds: Interval
    certified: Interval


def unconditional(atlas: Counted, prior: Prior, *, class_by: ClassBy = "lesion") -> Unconditional:
    """Certified odds over all code-only programs: [S / (D + G + R), (S + G + R) / D].

    S, D, G are the masses of search, direct and disguised programs in the census, R the code's unexplored mass.
    PriorError where some weight may exceed 2^-l, so that R bounds nothing: beta below 1 or a negative tax.
    """
    header = atlas.header
    if not prior.is_below_code:
        raise PriorError(
            f"unconditional odds need weights of at most 2^-l, prior '{prior.name}' has beta {prior.beta} and "
            f"tax {prior.tax}: give a beta of at least 1 and a tax of at least 0"
        )
    check_convergence(header.language, prior)
    cells = merge_cells(Cells.concatenate([census_cells(batch, class_by) for batch in atlas.batches()]))
    by_class = class_masses(cells, header, prior)
    beyond = exact_mass(unexplored_code_mass(header.language, header.max_bits))
    certified = Interval(
        log2_ratio(by_class[SEARCH], by_class[DIRECT] + by_class[DISGUISED] + beyond),
        log2_ratio(by_class[SEARCH] + by_class[DISGUISED] + beyond, by_class[DIRECT]),
    )
    counts = tuple(cells.of([kind]).programs for kind in ALL_KINDS)
    return Unconditional(counts, by_class, log_odds(by_class), certified)
