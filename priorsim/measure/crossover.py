"""Where the odds tip: every root of the log-odds in one parameter of the prior.

log2 weight is linear in each penalty theta with a feature phi (beta: l, gamma: log2 t, lambda: t, tax: s), so each
side's mass is an exponential sum, d log-odds / d theta = E_direct[phi] - E_search[phi], and each mean falls as theta
grows. On [a, b] the slope therefore lies in [E_d(b) - E_s(a), E_d(a) - E_s(b)]. Intervals that this bounds away from 0
are discarded, those where it has one sign hold at most one root; the others are halved. What both sides have in common
is taken off first: it moves no root. Complete up to float64 rounding and the resolution below.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import msgspec
import numpy as np

from priorsim.errors import PriorError
from priorsim.measure import keys
from priorsim.measure.fitting import Fitting
from priorsim.measure.histogram import Cells, Histogram, mean_steps
from priorsim.measure.mass import End, check_convergence, log2_weights
from priorsim.measure.values import log2_odds
from priorsim.priors import F64, PENALTIES, Prior, features

RESOLUTION = 1e-6
"""Halving ends at this width; roots within twice of it are reported as one."""
NOISE = 1e-12
"""Log-odds this near 0, in bits, cannot be told from 0 in float64."""
ROUNDING = 8 * float(np.finfo(float).eps)
"""Two sides that differ by no more than this part of their log2 are equal: a root."""
MAX_INTERVALS = 100_000
"""Halving ends after so many intervals; what is then undecided is reported as roots."""
GAMMA_RANGE = (0.0, 8.0)
TAX_RANGE = (-64.0, 64.0)


Sign = Literal["negative", "zero", "positive"]
SIGNS: tuple[Sign, ...] = ("zero", "positive", "negative")
"""By the number: 0, 1, -1."""


class Roots(msgspec.Struct, frozen=True):
    """All roots of the log-odds in the range, ascending.

    Those that are `touching` are double roots, to within RESOLUTION. `sign` is None where a side is empty, too: then
    nothing is known of the odds beyond the bound.
    """

    range: tuple[float, float]
    roots: tuple[float, ...] = ()
    touching: Annotated[tuple[float, ...], keys.says("roots with the same sign on either side")] = ()
    sign: Annotated[Sign | None, keys.says("that of the log-odds where there is no root")] = None
    missing: Annotated[
        Literal["direct", "search"] | None, keys.says("the side of which no program within the bound has weight")
    ] = None


@dataclass(frozen=True, slots=True, eq=False)
class ExponentialSum:
    """theta -> log2 sum 2^(base - theta * feature), with features that are distinct and ascending."""

    feature: F64
    base: F64

    @classmethod
    def collect(cls, feature: F64, log2_terms: F64) -> "ExponentialSum":
        """The sum of these terms, shape (n,), those of equal feature added up; terms of -inf are dropped."""
        is_there = log2_terms > -math.inf
        feature, log2_terms = feature[is_there], log2_terms[is_there]
        distinct, which = np.unique(feature, return_inverse=True)
        top = np.full(len(distinct), -math.inf)
        np.maximum.at(top, which, log2_terms)
        parts = np.bincount(which, weights=np.exp2(log2_terms - top[which]), minlength=len(distinct))
        return cls(distinct, top + np.log2(parts))

    def __len__(self) -> int:
        return len(self.feature)

    def beyond(self, other: "ExponentialSum") -> "ExponentialSum":
        """The terms of this sum less those of equal feature in the other, where something is left."""
        _, mine, theirs = np.intersect1d(self.feature, other.feature, assume_unique=True, return_indices=True)
        excess = self.base[mine] - other.base[theirs]
        base = self.base.copy()
        base[mine] = -math.inf
        is_more = excess > NOISE
        base[mine[is_more]] = self.base[mine[is_more]] + np.log2(-np.expm1(-math.log(2) * excess[is_more]))
        return ExponentialSum(self.feature[base > -math.inf], base[base > -math.inf])

    def at(self, theta: float) -> tuple[float, float]:
        """log2 of the sum, and the mean feature under its weights."""
        terms = self.base - theta * self.feature
        top = float(terms.max())
        weights = np.exp2(terms - top)
        total = float(weights.sum())
        return top + math.log2(total), float(weights @ self.feature) / total


class _Point(NamedTuple):
    theta: float
    odds: float
    direct: float
    search: float


def _point(search: ExponentialSum, direct: ExponentialSum, theta: float) -> _Point:
    """The log-odds, 0 where they cannot be told from it, and the mean features of the two sides."""
    (of_search, mean_search), (of_direct, mean_direct) = search.at(theta), direct.at(theta)
    odds = of_search - of_direct
    is_told = abs(odds) > ROUNDING * max(1.0, abs(of_search), abs(of_direct))
    return _Point(theta, odds if is_told else 0.0, mean_direct, mean_search)


def _isolate(search: ExponentialSum, direct: ExponentialSum, low: float, high: float) -> list[tuple[float, float]]:
    """Halve a range into intervals without a root, those with one, and undecided ones: roots, and the last."""
    found: list[tuple[float, float]] = []
    stack = [(_point(search, direct, low), _point(search, direct, high))]
    intervals = 0
    while stack:
        left, right = stack.pop()
        intervals += 1
        slope_low, slope_high = right.direct - left.search, left.direct - right.search
        if _is_free(left, right, slope_low, slope_high):
            continue
        has_one_sign = slope_low >= 0 or slope_high <= 0
        if not has_one_sign and right.theta - left.theta > RESOLUTION and intervals <= MAX_INTERVALS:
            middle = _point(search, direct, (left.theta + right.theta) / 2)
            stack += [(middle, right), (left, middle)]
        elif left.odds * right.odds < 0 or (has_one_sign and left.odds * right.odds == 0):
            found.append((_refine(search, direct, left, right),) * 2)
        elif not has_one_sign:
            found.append((left.theta, right.theta))
    return found


def _is_free(left: _Point, right: _Point, slope_low: float, slope_high: float) -> bool:
    """True where the slope's bounds keep the log-odds away from 0 in the whole interval."""
    if left.odds * right.odds <= 0:
        return False
    width = right.theta - left.theta
    near, far = abs(left.odds), abs(right.odds)
    least, most = (slope_low, slope_high) if left.odds > 0 else (-slope_high, -slope_low)
    if least >= 0 or most <= 0:
        return min(near, far) > 0
    # The steepest fall from the left end meets the steepest fall from the right one.
    lowest = (near * most - far * least + least * most * width) / (most - least)
    return min(lowest, near, far) > NOISE


def _refine(search: ExponentialSum, direct: ExponentialSum, left: _Point, right: _Point) -> float:
    """The root in an interval whose ends differ in sign, or the end that is one."""
    # Imported where there is something to refine: it takes longer than most questions.
    from scipy.optimize import brentq

    for end in (left, right):
        if end.odds == 0:
            return end.theta

    def odds(theta: float) -> float:
        return search.at(theta)[0] - direct.at(theta)[0]

    return float(brentq(odds, left.theta, right.theta, xtol=1e-13, rtol=4 * np.finfo(float).eps))


def log_odds_roots(search: ExponentialSum, direct: ExponentialSum, low: float, high: float) -> Roots:
    """All roots of log2(search / direct) in [low, high]; the module says how and to what precision.

    >>> def terms(*pairs): return ExponentialSum(*np.array(pairs, dtype=float).T)
    >>> log_odds_roots(terms((4, 0)), terms((2, -3)), 0, 8).roots  # 2^-4x = 2^(-3-2x)
    (1.5,)
    """
    if not len(search) or not len(direct):
        missing: Literal["direct", "search"] = "direct" if len(search) else "search"
        return Roots((low, high), missing=missing if len(search) or len(direct) else None)
    search, direct = search.beyond(direct), direct.beyond(search)
    if not len(search) or not len(direct):
        return Roots((low, high), sign=SIGNS[int(len(search) > 0) - int(len(direct) > 0)])
    found = _isolate(search, direct, low, high)
    found += [(theta, theta) for theta in (low, high) if abs(_point(search, direct, theta).odds) <= NOISE]
    if not found:
        return Roots((low, high), sign=SIGNS[int(np.sign(_point(search, direct, low).odds))])
    values, touching = [], []
    for left, right in _join(found):
        values.append((left + right) / 2)
        outside = [_point(search, direct, theta).odds for theta in (left - RESOLUTION, right + RESOLUTION)]
        if low < left and right < high and outside[0] * outside[1] > 0:
            touching.append(values[-1])
    return Roots((low, high), tuple(values), tuple(touching))


def _join(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The intervals in order, those within twice the resolution of each other made one."""
    runs: list[tuple[float, float]] = []
    for left, right in sorted(intervals):
        if runs and left <= runs[-1][1] + 2 * RESOLUTION:
            runs[-1] = (runs[-1][0], max(right, runs[-1][1]))
        else:
            runs.append((left, right))
    return runs


def exponential_sum(cells: Cells, histogram: Histogram, prior: Prior, parameter: str) -> ExponentialSum:
    """The mass of these cells as a function of one penalty, the prior's other values kept."""
    steps = mean_steps(histogram.header, cells.steps)
    feature = features(cells.bits, steps, cells.searches)[parameter]
    terms = log2_weights(cells, histogram.header, prior, without=parameter)
    return ExponentialSum.collect(feature, terms + np.log2(cells.count.astype(np.float64)))


def crossovers(
    histogram: Histogram, prior: Prior, end: End, *, parameter: str = "gamma", within: tuple[float, float] = GAMMA_RANGE
) -> Roots:
    """Every value of one of PENALTIES at which the log-odds at one end are 0, the prior's other values kept.

    PriorError where the weight is not linear in it, the range is empty, or the sum over all programs diverges.
    """
    if parameter not in PENALTIES:
        raise PriorError(f"crossovers in '{parameter}' are not defined: choose one of {', '.join(PENALTIES)}")
    low, high = map(float, within)
    if not low < high or not math.isfinite(high - low):
        raise PriorError(f"the range {low} to {high} of {parameter} is empty: give the lower end first")
    check_convergence(histogram.header.language, prior)
    search, direct = (
        exponential_sum(histogram.cells.of(kinds), histogram, prior, parameter) for kinds in (end.search, end.direct)
    )
    return log_odds_roots(search, direct, low, high)


def break_even_tax(histogram: Histogram, prior: Prior, end: End) -> float | None:
    """The break-even tax: the bits a search node, nearest 0 and within 64 bits of it, at which the log-odds are 0.

    None where there is none, or where a side is empty; 0 where the log-odds are 0 whatever the tax. It may lie below
    the least tax at which the prior converges.
    """
    roots = crossovers(histogram, prior, end, parameter="tax", within=TAX_RANGE)
    if roots.sign == "zero":
        return 0.0
    return min(roots.roots, key=lambda tax: (abs(tax), tax), default=None)


def slopes(histogram: Histogram, prior: Prior, end: End) -> dict[str, float] | None:
    """How fast the log-odds move with each of PENALTIES: E_direct[phi] - E_search[phi]; None where a side has no mass.

    In bits a unit of the parameter: beta: bits of length, gamma: log2 steps, lambda: steps, tax: nodes.
    """
    found = {}
    for parameter in PENALTIES:
        theta = float(prior.value(parameter) or 0)
        sides = (histogram.cells.of(kinds) for kinds in (end.direct, end.search))
        sums = [exponential_sum(cells, histogram, prior, parameter) for cells in sides]
        if not all(map(len, sums)):
            return None
        found[parameter] = sums[0].at(theta)[1] - sums[1].at(theta)[1]
    return found


# --- many worlds at once ----------------------------------------------------------------------

GAMMAS = np.linspace(*GAMMA_RANGE, 129)
BISECTIONS = 40


def first_crossover(found: Fitting, weights: F64, end: End) -> F64:
    """The least gamma in GAMMA_RANGE at which the log-odds turn from above 0, in every world; nan where none is.

    They are looked at in steps of 1/16; two turns within a step are not seen, as `crossovers` sees them. `weights`,
    shape (entries,), are those at no price on time.
    """
    time = np.log2(found.programs.mean_steps)

    def odds(gamma: F64) -> F64:
        """The log-odds of each group at a gamma of its own."""
        return log2_odds(found.by_group(weights * np.exp2(-gamma[found.group] * time)), end)

    along = np.stack([odds(np.full(found.groups, gamma)) for gamma in GAMMAS], axis=1)
    turns = (along[:, :-1] > 0) & (along[:, 1:] <= 0)
    place = turns.argmax(axis=1)
    low, high = GAMMAS[place], GAMMAS[place + 1]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        is_above = odds(middle) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return np.where(turns.any(axis=1), (low + high) / 2, np.nan)[found.target_group]
