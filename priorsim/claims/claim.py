"""What a claim is, what it comes to in a cell, and a claim that was ruled on."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from priorsim.claims.rule import Cell, Factors, Ruling, rule
from priorsim.measure.histogram import Mask
from priorsim.measure.values import Values
from priorsim.priors import F64

DECIMALS = 12
"""What differs from a bound by less than half a unit of the last of these is taken to be equal to it."""
SIGNS: Mapping[str, Callable[[F64, float], Mask]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a world: what it is, where it lies if a claim holds, such as "> 0 bits", and how it is measured.

    `measure` gives the number in each world of a site as `Values`; of a finding of walks a float, or None where
    undefined.
    """

    text: str
    holds: str
    measure: Callable[[Any], Any]

    @property
    def condition(self) -> str:
        """Sign and bound."""
        return " ".join(self.holds.split()[:2])

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return self.holds.split(maxsplit=2)[2]

    def supports(self, number: F64) -> Mask:
        """Where numbers fulfil the condition; it holds on an interval where it does on both ends."""
        sign, bound = self.condition.split()
        return SIGNS[sign](number, float(bound))


@dataclass(frozen=True, slots=True)
class Claim:
    """A step of the argument as a condition on a number of one world: `quantity`, `holds` and `measure`.

    The `text` is the claim in words, `source` whose it is, `populations` what the verdict is over, `limits` what the
    number cannot say, `figure` shows it. `identity` is what of it follows from the definitions, with the derivation.
    `deciding` are levels of factors; cells that have others are shown, and do not decide. On the numbers `beside` it
    no verdict hangs.
    """

    name: str
    source: str
    text: str
    quantity: str
    holds: str
    measure: Callable[[Any], Any]
    populations: tuple[str, ...]
    limits: str
    figure: str | None = None
    identity: str | None = None
    deciding: Factors = field(default_factory=dict)
    beside: tuple[Number, ...] = ()

    @property
    def number(self) -> Number:
        """The number that the verdict hangs on."""
        return Number(self.quantity, self.holds, self.measure)

    def decides(self, cell: Cell) -> bool:
        """Whether a cell counts for the verdict."""
        return all(cell.factors[factor] == level for factor, level in self.deciding.items())


def cell_of(values: Values, number: Number, factors: Factors, max_bits: int | None = None) -> Cell:
    """How many worlds support a condition on a number, and the values where they are known.

    >>> values = Values(np.array([1.0, -1.0, -1.0, np.nan]), np.array([1.0, 2.0, -1.0, np.nan]))
    >>> cell = cell_of(values, Number("Delta L", "> 0 bits", len), {})
    >>> cell.holds, cell.fails, cell.undefined, cell.numbers
    (1, 1, 2, (-1.0, 0.5, 1.0))
    """
    known = ~(np.isnan(values.low) | np.isnan(values.high))
    low, high = (np.round(end[known], DECIMALS) for end in (values.low, values.high))
    at_low, at_high = number.supports(low), number.supports(high)
    is_finite = np.isfinite(low) & np.isfinite(high)
    holds, fails = int((at_low & at_high).sum()), int((~at_low & ~at_high).sum())
    middle = (low[is_finite] + high[is_finite]) / 2
    return Cell(factors, holds, fails, len(values.low) - holds - fails, tuple(sorted(middle.tolist())), max_bits)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its cells and the verdict over those that decide, and the cells of the numbers beside it."""

    claim: Claim
    cells: tuple[Cell, ...]
    ruling: Ruling
    beside: tuple[tuple[Number, tuple[Cell, ...]], ...]

    @classmethod
    def of(cls, claim: Claim, cells_of: Callable[[Number], Sequence[Cell]]) -> "Judged":
        """The verdict over the cells that decide."""
        cells = tuple(cells_of(claim.number))
        beside = tuple((number, tuple(cells_of(number))) for number in claim.beside)
        return cls(claim, cells, rule([cell for cell in cells if claim.decides(cell)]), beside)

    @property
    def deciding(self) -> tuple[Cell, ...]:
        """The cells that the verdict is over."""
        return tuple(cell for cell in self.cells if self.claim.decides(cell))
