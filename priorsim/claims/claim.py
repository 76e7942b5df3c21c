"""What a claim is, what its number comes to in the worlds of a site and in a cell, and a claim that was ruled on."""

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from priorsim.claims.rule import (
    LEVEL_BITS,
    MARGINS,
    Cell,
    Factors,
    Quantifier,
    Ruling,
    Spread,
    Tally,
    Verdict,
    rule,
    total,
)
from priorsim.measure.histogram import Mask
from priorsim.measure.values import Values
from priorsim.priors import F64

DECIMALS = 12
"""What differs from a bound by less than half a unit of the last of these is taken to be equal to it."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The ends of the spread, and the quartiles between them."""
MOST_NUMBERS = 4001
"""Of more numbers than these of one site so many are kept, evenly spaced in their order, the QUANTILES among them."""
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
    undefined. Where it is nan, or None, nothing is known of it, or, if there is a `premise`, the world lacks what that
    says, and is not asked.
    """

    text: str
    holds: str
    measure: Callable[[Any], Any]
    premise: str | None = None

    @property
    def condition(self) -> str:
        """Sign and bound."""
        return " ".join(self.holds.split()[:2])

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return self.holds.split(maxsplit=2)[2]

    @property
    def margin(self) -> float:
        """The margin of its unit; 0 where it has none."""
        return MARGINS.get(self.unit, 0.0)

    def supports(self, number: F64, *, margin: float = 0) -> Mask:
        """Where numbers fulfil the condition, by the margin at least."""
        sign, bound = self.condition.split()
        if not margin:
            return SIGNS[sign](number, float(bound))
        is_above = sign.startswith(">")
        found: Mask = number >= float(bound) + margin if is_above else number <= float(bound) - margin
        return found


class Kind(StrEnum):
    """What sort of statement a claim is."""

    FINDING = "finding"
    IDENTITY = "identity"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Claim:
    """A step of the argument as a condition on a number of one world: `quantity`, `holds` and `measure`.

    The `text` is the claim in words, `source` whose it is, `populations` what the verdict is over, `limits` what the
    number cannot say, `figure` shows it. The `quantifier` says in how many worlds the claim says that the condition
    holds; the `premise` what a world must have for the claim to be asked of it. `identity` is what of it follows from
    the definitions, with the derivation; a claim all of which does is of the kind IDENTITY, and no finding.
    Where it needs an `amount`, such as a mass, and no mere order, worlds close to the bound are not asked.
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
    quantifier: Quantifier = Quantifier.MOSTLY
    premise: str | None = None
    amount: bool = False
    kind: Kind = Kind.FINDING

    @property
    def number(self) -> Number:
        """The number that the verdict hangs on."""
        return Number(self.quantity, self.holds, self.measure, self.premise)

    def sample(self, number: Number, site: Any) -> "Sample":
        """What one of the claim's numbers comes to in the worlds of a site."""
        asked = site.settled if self.amount else site
        values: Values = number.measure(asked)
        if number.premise is None:
            values = values.or_unknown()
        found = Sample.of(values, number, asked.worth, site.known)
        return replace(found, not_asked=found.not_asked + len(site.behaviours) - len(asked.behaviours))

    def counts(self, cell: Cell) -> bool:
        """Whether a cell has the levels that the verdict is over."""
        return all(cell.factors[factor] == level for factor, level in self.deciding.items())

    def decides(self, cell: Cell) -> bool:
        """Whether the verdict hangs on a cell: it has these levels, and enough of its worlds are decided."""
        return cell.has_enough and self.counts(cell)


@dataclass(frozen=True, slots=True)
class Worth:
    """What worlds are put in order and weighed by: their complexity in bits, inf where nothing fits, and their mass."""

    complexity: F64
    mass: F64


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What a number comes to in the worlds of a site, in the parts of a `Cell`, which sums up several.

    `masses` are the worlds' own, where the condition holds, fails, and is undecided. `numbers` are those that are
    known, ascending, each of which stands for `share` of them, and `spreads` their quartiles by complexity.
    """

    tally: Tally
    levels: dict[int, Tally] = field(default_factory=dict)
    masses: tuple[float, float, float] = (0.0, 0.0, 0.0)
    not_asked: int = 0
    beyond: int = 0
    numbers: F64 = field(default_factory=lambda: np.zeros(0))
    share: float = 1.0
    spreads: dict[int, Spread] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Values, number: Number, worth: Worth | None = None, max_bits: int = 0) -> "Sample":
        """In how many worlds a condition on a number holds, overall and by complexity up to `max_bits`.

        >>> values = Values(np.array([1.0, -1.0, -1.0, np.nan]), np.array([1.0, 2.0, -1.0, np.nan]))
        >>> found = Sample.of(values, Number("Delta L", "> 0 bits", len))
        >>> found.tally, found.not_asked, found.numbers
        (Tally(holds=1, fails=1, undecided=1), 1, array([-1. ,  0.5,  1. ]))
        """
        asked = ~(np.isnan(values.low) | np.isnan(values.high))
        ends = [np.round(end[asked], DECIMALS) for end in (values.low, values.high)]
        low, high = ends
        holds, fails = (np.logical_and.reduce([number.supports(end) == at for end in ends]) for at in (True, False))
        state = np.select([holds, fails], [0, 1], 2)
        by_margin = np.logical_and.reduce([number.supports(end, margin=number.margin) for end in ends])
        is_finite = np.isfinite(low) & np.isfinite(high)
        numbers = np.sort((low[is_finite] + high[is_finite]) / 2)
        known = len(numbers)
        if known > MOST_NUMBERS:
            numbers = np.quantile(numbers, np.linspace(0, 1, MOST_NUMBERS))
        levels: dict[int, Tally] = {}
        spreads: dict[int, Spread] = {}
        masses: F64 = np.zeros(3)
        if worth is not None:
            within = worth.complexity[asked] <= max_bits
            up_to = max_bits - LEVEL_BITS * ((max_bits - worth.complexity[asked][within]) // LEVEL_BITS)
            levels = {int(level): _tally(state[within][up_to == level]) for level in np.unique(up_to)}
            here = within & is_finite
            spreads = _spreads((low[here] + high[here]) / 2, up_to[is_finite[within]])
            masses = np.bincount(state, worth.mass[asked], 3).astype(np.float64)
        return cls(
            _tally(state),
            levels,
            (float(masses[0]), float(masses[1]), float(masses[2])),
            len(asked) - len(low),
            int((holds & by_margin).sum()),
            numbers,
            known / max(1, len(numbers)),
            spreads,
        )


def _spreads(numbers: F64, levels: F64) -> dict[int, Spread]:
    """The quartiles of the numbers at each level of complexity."""
    found = {}
    for level in np.unique(levels):
        here = numbers[levels == level]
        first, middle, third = np.quantile(here, QUANTILES[1:4]).tolist()
        found[int(level)] = Spread(len(here), (first, middle, third))
    return found


def _tally(state: Any) -> Tally:
    return Tally(*np.bincount(state, minlength=3).tolist())


def cell_of(samples: Sequence[Sample], number: Number, factors: Factors, max_bits: int | None = None) -> Cell:
    """The worlds of several sites as one cell."""
    levels: dict[int, Tally] = {}
    reasons: Counter[str] = Counter()
    for sample in samples:
        reasons.update(sample.reasons)
        for up_to, tally in sample.levels.items():
            levels[up_to] = levels.get(up_to, Tally()) + tally
    holds, fails, undecided = (math.fsum(part) for part in zip(*(sample.masses for sample in samples), strict=True))
    whole = holds + fails + undecided
    quartiles, spread = _quantiles(samples)
    return Cell(
        factors,
        total(sample.tally for sample in samples),
        dict(sorted(levels.items())),
        (holds / whole, (holds + undecided) / whole) if whole else None,
        sum(sample.not_asked for sample in samples),
        quartiles,
        sum(sample.beyond for sample in samples) if number.margin else None,
        max_bits,
        dict(sorted(reasons.items())),
        spread,
        samples[0].spreads if len(samples) == 1 else {},
    )


def _quantiles(samples: Sequence[Sample]) -> tuple[tuple[float, float, float] | None, tuple[float, float] | None]:
    """The quartiles of the numbers of all samples, and their spread."""
    numbers = np.concatenate([sample.numbers for sample in samples])
    if not len(numbers):
        return None, None
    shares = np.concatenate([np.full(len(sample.numbers), sample.share) for sample in samples])
    if np.ptp(shares) == 0:
        found = np.quantile(numbers, QUANTILES)
    else:
        found = np.quantile(numbers, QUANTILES, weights=shares, method="inverted_cdf")
    least, first, middle, third, greatest = found.tolist()
    return (first, middle, third), (least, greatest)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its cells and the verdict over those that decide, and the cells of the numbers beside it."""

    claim: Claim
    cells: tuple[Cell, ...]
    ruling: Ruling
    beside: tuple[tuple[Number, tuple[Cell, ...]], ...]

    @classmethod
    def of(cls, claim: Claim, cells_of: Callable[[Number], Sequence[Cell]]) -> "Judged":
        """The verdict over the cells that decide; only a finding gets one."""
        cells = tuple(cells_of(claim.number))
        beside = tuple((number, tuple(cells_of(number))) for number in claim.beside)
        if claim.kind is not Kind.FINDING:
            return cls(claim, cells, Ruling(Verdict.NOT_RULED_ON), beside)
        return cls(claim, cells, rule([cell for cell in cells if claim.counts(cell)], claim.quantifier), beside)

    @property
    def deciding(self) -> tuple[Cell, ...]:
        """The cells that the verdict is over."""
        return tuple(cell for cell in self.cells if self.claim.decides(cell))
