"""The one rule by which every claim gets its verdict.

A claim is a condition on a number of one world. Its support in a cell, that is in a population at one setting of
the grid, is the share of worlds in which the condition holds. The thresholds stand here and nowhere else; they were
fixed before anything was run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from statistics import fmean, median
from typing import Any

from msgspec import UNSET, UnsetType

from priorsim.claims.answer import CellAnswer
from priorsim.formats import percent

SUPPORTED_ABOVE = Fraction(2, 3)
REFUTED_BELOW = Fraction(1, 3)
"""Support above the one in every cell supports a claim; below the other in every cell refutes it."""

Factors = Mapping[str, str | int]
"""A cell's place in the grid: population, word_bits, class_by, bound, tax and what else there is."""


class Verdict(StrEnum):
    """What can be said of a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    DEPENDS = "depends"
    NOT_ANSWERABLE = "not answerable here"


@dataclass(frozen=True, slots=True)
class Cell:
    """A claim in one population at one setting of the grid.

    The condition `holds` in so many worlds, `fails` in others, and is `undefined` where it cannot be told: a class is
    empty, the number is censored by the bound, or the disguised programs decide; `reasons` say of how many worlds why,
    where that was said. `numbers` are the quantity where it is known, at the middle of its interval, ascending.
    Programs were counted up to `max_bits`; None where that is not one number.
    """

    factors: Factors
    holds: int
    fails: int
    undefined: int
    numbers: tuple[float, ...] = ()
    max_bits: int | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def told(self) -> int:
        """In how many worlds it can be told whether the condition holds."""
        return self.holds + self.fails

    @property
    def support(self) -> Fraction | None:
        """The share of worlds in which the condition holds, of those in which it can be told."""
        return Fraction(self.holds, self.told) if self.told else None

    @property
    def median(self) -> float | None:
        """The median of the quantity; None where it is known in no world."""
        return median(self.numbers) if self.numbers else None

    def answer(self, decides: bool | UnsetType = UNSET) -> CellAnswer:
        """The cell as JSON shows it."""
        factors: dict[str, Any] = {**self.factors, "reasons": dict(self.reasons) or UNSET, "decides": decides}
        return CellAnswer(
            **factors,
            max_bits=self.max_bits,
            worlds=self.told + self.undefined,
            holds=self.holds,
            fails=self.fails,
            undefined=self.undefined,
            support=None if self.support is None else float(self.support),
            median=self.median,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and, where it depends, the factor that separates the cells best, with mean supports at its levels."""

    verdict: Verdict
    factor: str | None = None
    levels: tuple[tuple[str, float], ...] = ()

    @property
    def depends_on(self) -> str | None:
        """The factor and the mean support at its levels, in words; None where nothing is to be told apart."""
        if self.factor is None:
            return None
        shares = ", ".join(f"{level}: {percent(support, '.0f')}" for level, support in self.levels)
        return f"{self.factor.replace('_', ' ')} ({shares})"


def rule(cells: Sequence[Cell]) -> Ruling:
    """The verdict over all cells in which there is a world that tells.

    >>> yes, no = Cell({"tax": 0}, 9, 1, 0), Cell({"tax": 4}, 1, 9, 0)
    >>> rule([yes]).verdict.value, rule([no]).verdict.value
    ('supported', 'refuted')
    >>> rule([yes, no]).depends_on
    'tax (0: 90 %, 4: 10 %)'
    """
    told = [(cell.factors, cell.support) for cell in cells if cell.support is not None]
    if not told:
        return Ruling(Verdict.NOT_ANSWERABLE)
    if all(support > SUPPORTED_ABOVE for _, support in told):
        return Ruling(Verdict.SUPPORTED)
    if all(support < REFUTED_BELOW for _, support in told):
        return Ruling(Verdict.REFUTED)
    return Ruling(Verdict.DEPENDS, *_separating(told))


def _separating(told: Sequence[tuple[Factors, Fraction]]) -> tuple[str | None, tuple[tuple[str, float], ...]]:
    """The factor whose levels' mean supports explain most of the variance between cells, and these means.

    The first of several that explain as much; no factor where none has two levels or explains anything.
    """
    best: tuple[float, str | None, tuple[tuple[str, float], ...]] = (0.0, None, ())
    overall = fmean(support for _, support in told)
    for factor in dict.fromkeys(name for factors, _ in told for name in factors):
        levels: dict[str, list[float]] = {}
        for factors, support in told:
            levels.setdefault(str(factors.get(factor, "none")), []).append(float(support))
        means = tuple((level, fmean(supports)) for level, supports in levels.items())
        explained = sum(len(levels[level]) * (mean - overall) ** 2 for level, mean in means) / len(told)
        if len(levels) > 1 and explained > best[0] + 1e-12:
            best = (explained, factor, means)
    return best[1], best[2]
