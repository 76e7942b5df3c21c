"""When a law that is seen at some sizes may be carried beyond them: where its distance falls fast enough as they grow.

A distance that is of so many bits whatever the size L falls, over L, as 1/L; one whose bits grow as the root of L, as
those of a sum of chances, falls as L^-1/2. What falls more slowly than that is no chance.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from priorsim.measure.trend import LEAST_BINS
from priorsim.priors import F64

MOST_EXPONENT = -0.5
"""The exponent of size with which a distance has to fall, or a lesser one."""


class Extrapolation(StrEnum):
    """What the rule says of carrying a law to sizes that are not counted."""

    LICENSED = "licensed"
    FORBIDDEN = "forbidden"
    NOT_RULED_ON = "not ruled on"


class Course(NamedTuple):
    """The slope of log distance over log size, and its least and greatest value when one size is left out."""

    exponent: float
    exponent_range: tuple[float, float]


def course(size: Sequence[float] | F64, distance: Sequence[float] | F64) -> Course | None:
    """How a distance goes with size; None over fewer than LEAST_BINS sizes that differ, or where it is 0.

    >>> course([1, 2, 4], [8, 4, 2])
    Course(exponent=-1.0, exponent_range=(-1.0, -1.0))
    """
    at, away = (np.asarray(each, dtype=np.float64) for each in (size, distance))
    if len(np.unique(at)) < max(len(at), LEAST_BINS) or away.min() <= 0:
        return None
    left_out = [_slope(np.delete(at, place), np.delete(away, place)) for place in range(len(at))]
    return Course(_slope(at, away), (min(left_out), max(left_out)))


def _slope(at: F64, away: F64) -> float:
    x, y = np.log(at), np.log(away)
    return round(float(((x - x.mean()) * y).sum() / ((x - x.mean()) ** 2).sum()), 12)


def extrapolation(courses: Sequence[Course | None]) -> Extrapolation:
    """Licensed where in all of these courses, whichever size is left out, the distance falls fast enough.

    Not ruled on where one is None.

    >>> extrapolation([Course(-1.0, (-1.2, -0.8)), Course(-0.6, (-0.9, -0.4))]).value
    'forbidden'
    """
    known = [each for each in courses if each is not None]
    if len(known) < len(courses):
        return Extrapolation.NOT_RULED_ON
    falls = all(each.exponent_range[1] <= MOST_EXPONENT for each in known)
    return Extrapolation.LICENSED if falls else Extrapolation.FORBIDDEN
