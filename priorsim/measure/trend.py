"""How a share changes with complexity: its rank correlation, a logistic fit, and where the fit meets one half.

The bins of the upper half of the range count, each equally. The fit takes the share for the mean of a binomial
variable and has as its scatter the error of the slope that follows from how far the bins lie from the fit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from priorsim.priors import F64

LEAST_CORRELATION = 0.6
"""Spearman's rho from which on a curve rises; the opposite of it, falls."""
LEAST_BINS = 3
"""Through two points every monotone curve goes."""
MOST_STEPS = 200


class Direction(StrEnum):
    """What a share does as worlds get more complex."""

    RISES = "rises"
    FALLS = "falls"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Fit:
    """log-odds of the share = slope * (complexity - half): `slope` and its `scatter` in log-odds (base e) a bit.

    `half` is the complexity in bits at which the fit is one half, an extrapolation where it lies beyond the bins; None
    where the fit has no slope. `half_range` is the least and the greatest half of the fits that leave one bin out; None
    where one of them, or the fit of all bins, has none. It need not hold `half`.
    """

    correlation: float
    slope: float
    scatter: float
    half: float | None
    half_range: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of a share that is an interval: a fit for its low and its high end, over so many bins."""

    direction: Direction
    bins: int
    low: Fit
    high: Fit


def upper_half(complexity: F64) -> slice:
    """Of bins in ascending order those in the upper half of their range.

    >>> upper_half(np.array([10.0, 12.0, 20.0]))
    slice(2, None, None)
    """
    return slice(int(np.searchsorted(complexity, (complexity[0] + complexity[-1]) / 2)), None)


def trend(complexity: Sequence[float] | F64, low: Sequence[float] | F64, high: Sequence[float] | F64) -> Trend | None:
    """The trend of shares from `low` to `high` over ascending complexities in bits.

    None below LEAST_BINS bins in the upper half of the range.

    >>> trend(range(20), [0.01 * k for k in range(20)], [0.02 * k for k in range(20)]).direction.value
    'rises'
    """
    at = np.asarray(complexity, dtype=np.float64)
    chosen = upper_half(at) if len(at) else slice(None)
    at = at[chosen]
    if len(at) < LEAST_BINS:
        return None
    fits = [_fit(at, np.asarray(end, dtype=np.float64)[chosen]) for end in (low, high)]
    direction = Direction.LEVEL
    for sign, told in ((1, Direction.RISES), (-1, Direction.FALLS)):
        if all(sign * fit.correlation >= LEAST_CORRELATION and sign * fit.slope > 0 for fit in fits):
            direction = told
    return Trend(direction, len(at), *fits)


def _fit(at: F64, share: F64) -> Fit:
    from scipy.stats import spearmanr

    if np.ptp(share) == 0:
        return Fit(0.0, 0.0, 0.0, None, None)
    slope, half = _logistic(at, share)
    left_out = [_logistic(np.delete(at, place), np.delete(share, place))[1] for place in range(len(at))]
    met = half if math.isfinite(half) else None
    spread = (min(left_out), max(left_out)) if all(map(math.isfinite, left_out)) and met is not None else None
    return Fit(float(spearmanr(at, share).statistic), slope, _scatter(at, share, slope, half), met, spread)


def _logistic(at: F64, share: F64) -> tuple[float, float]:
    """Slope and half of the logistic curve of greatest likelihood, by Newton's method; the half inf without slope."""
    middle = float(at.mean())
    away = np.column_stack([np.ones(len(at)), at - middle])
    found = np.zeros(2)
    for _ in range(MOST_STEPS):
        mean = 1 / (1 + np.exp(-away @ found))
        weight = np.maximum(mean * (1 - mean), 1e-12)
        step = np.linalg.solve((away.T * weight) @ away + 1e-12 * np.eye(2), away.T @ (share - mean))
        # Steps are cut, so that a start far from a steep curve cannot overshoot it.
        found += step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-12:
            break
    level, slope = map(float, found)
    return slope, middle - level / slope if abs(slope) > 1e-9 else math.inf


def _scatter(at: F64, share: F64, slope: float, half: float) -> float:
    """The error of the slope: the bins' variance about the fit, in units of a binomial's, over the information."""
    if not math.isfinite(half) or len(at) <= 2:
        return math.inf
    mean = 1 / (1 + np.exp(-slope * (at - half)))
    weight = mean * (1 - mean)
    if not np.all(weight > 0):
        return math.inf
    variance = float(((share - mean) ** 2 / weight).sum()) / (len(at) - 2)
    centre = np.average(at, weights=weight)
    return math.sqrt(variance / float((weight * (at - centre) ** 2).sum()))
