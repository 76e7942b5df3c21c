"""What a claim is, and what it comes to in a cell."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from priorsim.claims.rule import Cell, Factors
from priorsim.claims.site import Site
from priorsim.measure.histogram import Mask
from priorsim.measure.values import Values
from priorsim.priors import F64


@dataclass(frozen=True, slots=True)
class Condition:
    """Where a number lies if a claim holds in a world.

    Attributes
    ----------
    text : str
    test : callable
        From numbers to where they fulfil it; it holds on an interval where it does on both ends.
    """

    text: str
    test: Callable[[F64], Mask]


def above(bound: float) -> Condition:
    """The number is above a bound."""
    return Condition(f"> {bound:g}", lambda number: number > bound)


def at_least(bound: float) -> Condition:
    """The number is a bound or above it."""
    return Condition(f">= {bound:g}", lambda number: number >= bound)


def below(bound: float) -> Condition:
    """The number is below a bound."""
    return Condition(f"< {bound:g}", lambda number: number < bound)


def at_most(bound: float) -> Condition:
    """The number is a bound or below it."""
    return Condition(f"<= {bound:g}", lambda number: number <= bound)


@dataclass(frozen=True, slots=True)
class Beside:
    """A number shown beside a claim's, on which no verdict hangs: its name, unit and condition."""

    text: str
    unit: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class SiteBeside(Beside):
    """A number beside a claim's that is measured on sites."""

    measure: Callable[[Site], Values]


@dataclass(frozen=True, slots=True)
class Claim:
    """A step of the argument as a condition on a number of one world.

    Attributes
    ----------
    name : str
        The claim's id.
    source : str
        Whose it is.
    text : str
        The claim in words.
    quantity, unit : str
        What is measured in a world.
    condition : Condition
        Where it supports the claim.
    populations : tuple of str
        Names of the populations that the verdict is over.
    limits : str
        What the number cannot say.
    figure : str or None
        Name of the figure that shows it.
    identity : str or None
        What of it follows from the definitions, with the derivation.
    deciding : mapping
        Levels of factors; cells that have others are shown, and do not decide.
    """

    name: str
    source: str
    text: str
    quantity: str
    unit: str
    condition: Condition
    populations: tuple[str, ...]
    limits: str
    figure: str | None = None
    identity: str | None = None
    deciding: Factors = field(default_factory=dict)

    def decides(self, cell: Cell) -> bool:
        """Whether a cell counts for the verdict."""
        return all(cell.factors[factor] == level for factor, level in self.deciding.items())


@dataclass(frozen=True, slots=True)
class SiteClaim(Claim):
    """A claim that is measured on sites.

    Attributes
    ----------
    measure : callable
        From a site to the quantity in each of its worlds.
    beside : tuple of SiteBeside
    """

    measure: Callable[[Site], Values] = field(kw_only=True)
    beside: tuple[SiteBeside, ...] = ()


DECIMALS = 12
"""What differs from a bound by less than half a unit of the last of these is taken to be equal to it."""


def cell_of(values: Values, condition: Condition, factors: Factors, max_bits: int | None = None) -> Cell:
    """How many worlds support a condition, and the quantity where it is known.

    Examples
    --------
    >>> values = Values(np.array([1.0, -1.0, -1.0, np.nan]), np.array([1.0, 2.0, -1.0, np.nan]))
    >>> cell = cell_of(values, above(0), {})
    >>> cell.holds, cell.fails, cell.undefined, cell.numbers
    (1, 1, 2, (-1.0, 0.5, 1.0))
    """
    known = ~(np.isnan(values.low) | np.isnan(values.high))
    low, high = (np.round(end[known], DECIMALS) for end in (values.low, values.high))
    at_low, at_high = condition.test(low), condition.test(high)
    is_finite = np.isfinite(low) & np.isfinite(high)
    holds, fails = int((at_low & at_high).sum()), int((~at_low & ~at_high).sum())
    middle = (low[is_finite] + high[is_finite]) / 2
    return Cell(factors, holds, fails, len(values.low) - holds - fails, tuple(sorted(middle.tolist())), max_bits)
