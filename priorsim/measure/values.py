"""Numbers of many worlds at once, as intervals: arrays of shape (worlds,), where one world is an axis of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.measure.mass import ENDS, End, Interval
from priorsim.priors import F64


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A number in every world, from low to high; nan where it is not defined, infinite where an end is not known."""

    low: F64
    high: F64

    def __sub__(self, other: "Values") -> "Values":
        """All that the one number less the other may be."""
        return Values(self.low - other.high, self.high - other.low)

    @classmethod
    def hull(cls, parts: "Sequence[Values]") -> "Values":
        """The least interval that holds all of these; nan where one of them is."""
        return cls(np.minimum.reduce([part.low for part in parts]), np.maximum.reduce([part.high for part in parts]))

    @classmethod
    def at_ends(cls, value: Callable[[End], F64]) -> "Values":
        """A number that is known but for the side on which the disguised programs stand."""
        found = [value(end) for end in ENDS]
        return cls.hull([cls(each, each) for each in found])

    @classmethod
    def joined(cls, parts: "Sequence[Values]") -> "Values":
        """The worlds of several sites, one after the other."""
        return cls(*(np.concatenate([getattr(part, end) for part in parts]) for end in ("low", "high")))

    @classmethod
    def of_one(cls, number: Interval) -> "Values":
        """A number of one world."""
        low = -np.inf if number.low is None else number.low
        return cls(np.array([low]), np.array([np.inf if number.high is None else number.high]))

    @property
    def only(self) -> Interval:
        """The whole number of the only world, such as bits; None at an end that is not known."""
        return Interval(*(int(end[0]) if np.isfinite(end[0]) else None for end in (self.low, self.high)))
