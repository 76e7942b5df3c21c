"""The trend of a share against curves whose answer is known, and the fit against scipy's general minimizer."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from priorsim.measure.trend import Direction, trend, upper_half

BINS = np.arange(12.0, 43.0, 2.0)


def logistic(slope: float, half: float) -> np.ndarray:
    return 1 / (1 + np.exp(-slope * (BINS - half)))


@pytest.mark.parametrize(
    ("low", "high", "direction"),
    [
        (logistic(0.1, 50), logistic(0.1, 45), Direction.RISES),
        (1 - logistic(0.1, 50), 1 - logistic(0.1, 45), Direction.FALLS),
        (np.full(len(BINS), 0.25), np.full(len(BINS), 0.25), Direction.LEVEL),
        (np.full(len(BINS), 0.0), logistic(0.1, 45), Direction.LEVEL),
        (1 - logistic(0.1, 50), logistic(0.1, 45), Direction.LEVEL),
        (0.3 + 0.1 * (np.arange(len(BINS)) % 2), 0.4 + 0.1 * (np.arange(len(BINS)) % 2), Direction.LEVEL),
    ],
    ids=["rises", "falls", "constant", "one end only", "ends apart", "parity"],
)
def test_both_ends_have_to_rise_or_fall(low, high, direction):
    assert trend(BINS, low, high).direction is direction


def test_a_logistic_curve_is_found_again_without_scatter():
    found = trend(BINS, logistic(0.12, 50), logistic(0.2, 44))
    assert found.bins == len(BINS[(BINS[0] + BINS[-1]) / 2 <= BINS])
    for fit, slope, half in ((found.low, 0.12, 50), (found.high, 0.2, 44)):
        assert fit.slope == pytest.approx(slope)
        assert fit.half == pytest.approx(half)
        assert fit.half_range == pytest.approx((half, half))
        assert fit.scatter == pytest.approx(0, abs=1e-6)
        assert fit.correlation == 1


def test_the_fit_is_of_greatest_likelihood():
    share = logistic(0.1, 46) + np.where(np.arange(len(BINS)) % 2, 0.06, -0.03)
    fit = trend(BINS, share, share).low
    at, upper = BINS[upper_half(BINS)], share[upper_half(BINS)]

    def loss(found):
        mean = 1 / (1 + np.exp(-found[0] * (at - found[1])))
        return -(upper * np.log(mean) + (1 - upper) * np.log(1 - mean)).sum()

    best = minimize(loss, [0.1, 46], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
    assert [fit.slope, fit.half] == pytest.approx(best.x, rel=1e-5)
    assert fit.half_range[0] < fit.half < fit.half_range[1]
    assert fit.scatter > 0


def test_shares_that_jump_from_none_to_all_have_a_trend():
    found = trend(BINS, (BINS > 36).astype(float), (BINS > 36).astype(float))
    assert found.direction is Direction.RISES
    assert math.isfinite(found.low.slope)


def test_few_bins_have_no_trend():
    assert trend([], [], []) is None
    assert trend([10, 20], [0.1, 0.2], [0.1, 0.2]) is None
