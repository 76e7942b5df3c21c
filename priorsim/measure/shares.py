"""Shares of masses, and their averages: exact rationals where the masses are exact, floats where not.

A share that is undefined, of a mass that is empty, is None; an average is taken over what is defined
and says over how many.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from priorsim.measure.mass import Mass, json_number

Share = Fraction | float
"""A number of an exact or a float mass: exact as long as all masses in it are."""


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


def share_to_json(share: Share | None) -> float | str | None:
    """The float nearest to a share; infinite ones and none as `json_number` writes them."""
    return None if share is None else json_number(float(share))


@dataclass(frozen=True, slots=True)
class Average:
    """A mean with its spread.

    Attributes
    ----------
    mean, least, most : Fraction, float or None
        Over what is defined and finite; None where nothing is.
    defined, undefined : int
        How many numbers are in the mean, and how many are not.
    """

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
        return cls(_mean(known), min(known), max(known), len(known), len(given) - len(known))

    def to_json(self) -> dict[str, Any]:
        """The average as JSON values, under its attributes' names."""
        return {
            **{name: share_to_json(getattr(self, name)) for name in ("mean", "least", "most")},
            "defined": self.defined,
            "undefined": self.undefined,
        }


def _mean(values: list[Share]) -> Share:
    exact = [value for value in values if isinstance(value, Fraction)]
    if len(exact) == len(values):
        return sum(exact, Fraction(0)) / len(values)
    return math.fsum(values) / len(values)
