"""When a law that is seen at some sizes may be carried beyond them: where its distance falls as sizes grow."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from priorsim.measure.trend import LEAST_BINS, LEAST_CORRELATION
from priorsim.priors import F64


class Extrapolation(StrEnum):
    """What the rule says of carrying a law to sizes that are not counted."""

    LICENSED = "licensed"
    FORBIDDEN = "forbidden"
    NOT_RULED_ON = "not ruled on"


class Course(NamedTuple):
    """How a distance goes with size: Spearman's correlation, and the slope of log distance over log size.

    There is no slope where the distance is 0 somewhere, or sizes do not differ.
    """

    correlation: float
    exponent: float | None


def course(size: Sequence[float] | F64, distance: Sequence[float] | F64) -> Course | None:
    """The course over these sizes; None over fewer than LEAST_BINS of them.

    >>> course([1, 2, 4], [8, 4, 2])
    Course(correlation=-1.0, exponent=-1.0)
    """
    at, away = (np.asarray(each, dtype=np.float64) for each in (size, distance))
    if len(at) < LEAST_BINS:
        return None
    from scipy.stats import spearmanr

    has_slope = np.ptp(at) > 0 and away.min() > 0
    exponent = round(float(np.polyfit(np.log(at), np.log(away), 1)[0]), 12) if has_slope else None
    correlation = float(spearmanr(at, away).statistic) if np.ptp(at) > 0 and np.ptp(away) > 0 else 0.0
    return Course(round(correlation, 12), exponent)


def extrapolation(courses: Sequence[Course | None]) -> Extrapolation:
    """Licensed where the distance falls in all of these courses; not ruled on where one is None.

    >>> extrapolation([Course(-1.0, -0.8), Course(-0.5, 0.1)]).value
    'forbidden'
    """
    known = [each for each in courses if each is not None]
    if len(known) < len(courses):
        return Extrapolation.NOT_RULED_ON
    falls = all(each.correlation <= -LEAST_CORRELATION for each in known)
    return Extrapolation.LICENSED if falls else Extrapolation.FORBIDDEN
