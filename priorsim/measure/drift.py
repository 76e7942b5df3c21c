"""Whether the bound decides a sign: the log-odds at B beside those at B - 4, continued as far again."""

import math
from dataclasses import replace

from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import Interval, log_odds_of
from priorsim.priors import Prior

DRIFT_BITS = 4
"""The log-odds are compared with those of a bound of so many bits less."""


def before(histogram: Histogram, prior: Prior) -> Interval:
    """The log-odds in bits of the programs of at most B - DRIFT_BITS bits."""
    cells = histogram.cells
    return log_odds_of(replace(histogram, cells=cells.take(cells.bits <= histogram.max_bits - DRIFT_BITS)), prior)


def is_settled(now: Interval, earlier: Interval) -> bool:
    """Whether both ends have one sign at B, at B - DRIFT_BITS, and where they would be after the same change again.

    >>> is_settled(Interval(1.0, 2.0), Interval(0.5, 2.5)), is_settled(Interval(1.0, 2.0), Interval(2.5, 2.5))
    (True, False)
    """
    ends = (now.low, now.high, earlier.low, earlier.high)
    known = [end for end in ends if end is not None and math.isfinite(end)]
    if len(known) < len(ends):
        return False
    low, high, earlier_low, earlier_high = known
    return len({value > 0 for value in (*known, 2 * low - earlier_low, 2 * high - earlier_high)}) == 1
