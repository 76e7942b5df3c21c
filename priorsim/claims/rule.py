"""The one rule by which every claim gets its verdict (docs/claims.md).

A claim is a condition on a number of one world. Its support in a cell, that is in a population at one setting of the
grid, is the share of worlds in which the condition holds. It is an interval: worlds in which that is undecided count
against the claim at its low end, and for it at its high end. The thresholds of the rule stand here, those of a trend in
`priorsim.measure.trend`, and the bound of a condition with its claim; all were fixed before the second edition was run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from statistics import fmean
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from priorsim.claims.answer import Band, CellAnswer, LevelAnswer, LevelNumbers
from priorsim.formats import percent
from priorsim.measure.binning import joined
from priorsim.measure.trend import Direction, Trend, trend

LEAST_WORLDS = 30
"""A cell in which fewer worlds are decided decides nothing; so does a bin of complexity."""
LEVEL_BITS = 2
"""Worlds are put together by complexity in bins of so many bits, the last of which ends at `Site.known`."""
AMOUNT_BITS = 8
"""A condition that needs an amount and no mere order is asked of worlds whose complexity lies at least so many bits
below `Site.known`, up to which everything is counted: of what fits the others, most is not."""
TOP_BITS = 4
"""The last so many bits of complexity are ruled on apart."""
SLIGHT = Fraction(1, 2)
"""Where the condition holds by the margin in no greater share of the worlds in which it holds, it holds slightly."""
MARGINS: Mapping[str, float] = {"bits": 1, "share": 0.05, "loss": 0.01}
"""The margin of a number by its unit; what is counted in other units has none."""

AT_HOME: Mapping[str, str | int] = {"class_by": "lesion", "bound": "B", "tax": 0}
"""The setting of the grid that is shown first."""

Factors = Mapping[str, str | int]
"""A cell's place in the grid: population, dialect, word_bits, class_by, bound, tax and what else there is."""


def is_at_home(factors: Mapping[str, Any]) -> bool:
    """Whether a cell of these factors is at the setting that is shown first."""
    return all(factors[factor] == level for factor, level in AT_HOME.items())


def place_of(factors: Mapping[str, Any]) -> str:
    """The population, dialect and words of a cell of these factors, and what else there is besides the setting.

    >>> place_of({"population": "walks", "dialect": "arith", "word_bits": 3, "tax": 0, "radius": 4})
    'walks, arith, w = 3, radius 4'
    """
    more = [f"{name} {factors[name]}" for name in ("queries", "rules", "radius", "start") if name in factors]
    return ", ".join([f"{factors['population']}", f"{factors['dialect']}", f"w = {factors['word_bits']}", *more])


class Quantifier(StrEnum):
    """In how many worlds a claim says that its condition holds."""

    MOSTLY = "mostly"
    NEARLY_ALWAYS = "nearly always"
    SOMEWHERE = "somewhere"


THRESHOLDS: Mapping[Quantifier, tuple[Fraction, Fraction]] = {
    Quantifier.MOSTLY: (Fraction(2, 3), Fraction(1, 3)),
    Quantifier.NEARLY_ALWAYS: (Fraction(19, 20), Fraction(19, 20)),
    Quantifier.SOMEWHERE: (Fraction(0), Fraction(0)),
}
"""Support whose low end is above the first supports a claim; support whose high end is below the second, or 0, refutes
it. "Never" is "nearly always" of the opposite condition."""


class Verdict(StrEnum):
    """What can be said of a claim, in the order in which verdicts are shown.

    FEW_WORLDS is where some worlds are decided and no cell decides; a claim without a decided world is not answerable.
    """

    SUPPORTED = "supported"
    DEPENDS = "depends"
    REFUTED = "refuted"
    FEW_WORLDS = "few worlds"
    NOT_ANSWERABLE = "not answerable here"
    NOT_RULED_ON = "not ruled on"


@dataclass(frozen=True, slots=True)
class Tally:
    """In how many worlds a condition holds, in how many it fails, and how many are undecided."""

    holds: int = 0
    fails: int = 0
    undecided: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.holds + other.holds, self.fails + other.fails, self.undecided + other.undecided)

    @property
    def worlds(self) -> int:
        """All worlds that the condition is asked of."""
        return self.holds + self.fails + self.undecided

    @property
    def decided(self) -> int:
        """In how many worlds it is known whether the condition holds."""
        return self.holds + self.fails

    @property
    def is_few(self) -> bool:
        """Whether too few worlds are decided for a verdict."""
        return self.decided < LEAST_WORLDS

    @property
    def support(self) -> tuple[Fraction, Fraction] | None:
        """The share of worlds in which the condition holds, from low to high; None without worlds."""
        if not self.worlds:
            return None
        return Fraction(self.holds, self.worlds), Fraction(self.holds + self.undecided, self.worlds)

    def verdict(self, quantifier: Quantifier) -> Verdict:
        """What the worlds say of a claim of this quantifier.

        >>> Tally(70, 20, 5).verdict(Quantifier.MOSTLY).value, Tally(70, 20, 30).verdict(Quantifier.MOSTLY).value
        ('supported', 'depends')
        >>> Tally(70, 20, 5).verdict(Quantifier.NEARLY_ALWAYS).value, Tally(9, 0, 0).verdict(Quantifier.MOSTLY).value
        ('refuted', 'few worlds')
        """
        if not self.decided or self.support is None:
            return Verdict.NOT_ANSWERABLE
        if self.is_few:
            return Verdict.FEW_WORLDS
        (low, high), (supported, refuted) = self.support, THRESHOLDS[quantifier]
        if low > supported:
            return Verdict.SUPPORTED
        return Verdict.REFUTED if high < refuted or high == 0 else Verdict.DEPENDS


def total(tallies: Iterable[Tally]) -> Tally:
    """All worlds together."""
    return sum(tallies, Tally())


class Spread(NamedTuple):
    """The quartiles of a number over so many worlds, those in which it is known and finite."""

    worlds: int
    quartiles: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A claim in one population at one setting of the grid.

    Of the worlds of the `tally` each has a complexity: `levels` are the tallies by it, by the bits up to which a bin
    goes; worlds that are more complex than what is counted in full are in none. `by_mass` is the share of the worlds'
    own prior mass in which the condition holds, from low to high. `not_asked` worlds lack what the claim presupposes,
    or are too complex for an amount. `quartiles` are those of the number where it is known, at the middle of its
    interval, and in `beyond` of the worlds the condition holds by the margin at least, None where there is no margin.
    Programs were counted up to `max_bits`; None where that is not one number. `reasons` say of how many worlds why they
    are undecided, where that was said. The `spread` is from the 5th to the 95th percentile of the same numbers as the
    quartiles. `numbers` are the quartiles by complexity, like the levels, where one census has all the cell's worlds.
    """

    factors: Factors
    tally: Tally
    levels: Mapping[int, Tally] = field(default_factory=dict)
    by_mass: tuple[float, float] | None = None
    not_asked: int = 0
    quartiles: tuple[float, float, float] | None = None
    beyond: int | None = None
    max_bits: int | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    spread: tuple[float, float] | None = None
    numbers: Mapping[int, Spread] = field(default_factory=dict)

    @property
    def is_at_home(self) -> bool:
        """Whether the cell is at the setting that is shown first."""
        return is_at_home(self.factors)

    @property
    def support(self) -> tuple[Fraction, Fraction] | None:
        """The share of worlds in which the condition holds, from low to high."""
        return self.tally.support

    @property
    def has_enough(self) -> bool:
        """Whether enough worlds are decided for a verdict."""
        return not self.tally.is_few

    @property
    def median(self) -> float | None:
        """The median of the number; None where it is known in no world."""
        return None if self.quartiles is None else self.quartiles[1]

    @property
    def top(self) -> Tally:
        """The worlds of the last TOP_BITS bits of complexity of which the condition is asked."""
        last = max(self.levels, default=0)
        return total(tally for up_to, tally in self.levels.items() if up_to > last - TOP_BITS)

    @property
    def by_complexity(self) -> dict[int, Tally]:
        """The levels in order, those with fewer than LEAST_WORLDS decided worlds joined to the next, the last to its
        neighbour.
        """
        levels = sorted(self.levels)
        decided = [self.levels[up_to].decided for up_to in levels]
        if sum(decided) < LEAST_WORLDS:
            return {}
        ends = [0, *(last + 1 for last in joined(decided, LEAST_WORLDS))]
        return {levels[end - 1]: total(map(self.levels.__getitem__, levels[at:end])) for at, end in pairwise(ends)}

    @property
    def trend(self) -> Trend | None:
        """How support changes with complexity; None over too few bins."""
        bins = self.by_complexity
        shares = [tally.support or (Fraction(0), Fraction(1)) for tally in bins.values()]
        low, high = ([float(share[end]) for share in shares] for end in range(2))
        return trend(list(map(float, bins)), low, high)

    def answer(self, decides: bool | UnsetType = UNSET) -> CellAnswer:
        """The cell as JSON shows it."""
        known: dict[str, Any] = {**self.factors, "reasons": dict(self.reasons) or UNSET, "decides": decides}
        tally, support = self.tally, self.support
        return CellAnswer(
            **known,
            few=self.tally.is_few,
            max_bits=self.max_bits,
            worlds=tally.worlds,
            holds=tally.holds,
            fails=tally.fails,
            undecided=tally.undecided,
            not_asked=self.not_asked,
            support=None if support is None else Band(*map(float, support)),
            support_by_mass=None if self.by_mass is None else Band(*self.by_mass),
            quartiles=self.quartiles,
            spread=None if self.spread is None else Band(*self.spread),
            beyond_margin=self.beyond,
            by_complexity=tuple(
                LevelAnswer(up_to, each.holds, each.fails, each.undecided) for up_to, each in self.by_complexity.items()
            ),
            numbers_by_complexity=tuple(LevelNumbers(up_to, *each) for up_to, each in self.numbers.items())
            if self.is_at_home
            else UNSET,
            trend=self.trend,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict; where it depends, the factor that separates the cells best, with mean supports at its levels.

    A claim is supported slightly where, in most of the cells, the condition holds by the margin in no more than SLIGHT
    of the worlds in which it holds.
    `direction` is what support does with complexity in the cells that decide, where that is the same in all of them
    that show a trend.
    """

    verdict: Verdict
    factor: str | None = None
    levels: tuple[tuple[str, float], ...] = ()
    is_slight: bool = False
    direction: Direction | None = None

    @property
    def depends_on(self) -> str | None:
        """The factor and the mean support at its levels, in words; None where nothing is to be told apart."""
        if self.factor is None:
            return None
        shares = ", ".join(f"{level}: {percent(support, '.0f')}" for level, support in self.levels)
        return f"{self.factor.replace('_', ' ')} ({shares})"

    @property
    def in_words(self) -> str:
        """The verdict with what is to be said beside it.

        >>> Ruling(Verdict.REFUTED, direction=Direction.RISES).in_words
        'refuted, and rising'
        """
        moving = {Direction.RISES: ", and rising", Direction.FALLS: ", and falling"}
        is_firm = self.verdict in (Verdict.SUPPORTED, Verdict.REFUTED)
        said = moving.get(self.direction or Direction.LEVEL, "") if is_firm else ""
        return f"{self.verdict}{', slightly' if self.is_slight else ''}{said}"


UNDECIDED = (Verdict.FEW_WORLDS, Verdict.NOT_ANSWERABLE)
"""The verdicts of worlds that decide nothing."""
COMPLEXITY = "complexity"
"""The factor of a claim on which all worlds and the most complex ones say different things."""


def rule(cells: Sequence[Cell], quantifier: Quantifier = Quantifier.MOSTLY) -> Ruling:
    """The verdict over all cells with enough decided worlds; where there is none, of few worlds if any is decided.

    >>> yes, no = Cell({"tax": 0}, Tally(90, 10)), Cell({"tax": 4}, Tally(10, 90))
    >>> rule([yes]).verdict.value, rule([no]).verdict.value
    ('supported', 'refuted')
    >>> rule([yes, no]).depends_on
    'tax (0: 90 %, 4: 10 %)'
    """
    deciding = [cell for cell in cells if cell.has_enough]
    whole = _verdict([cell.tally for cell in cells], quantifier)
    if whole in UNDECIDED:
        return Ruling(whole)
    direction = _direction(deciding)
    top = _verdict([cell.top for cell in deciding], quantifier)
    if whole is Verdict.DEPENDS:
        return Ruling(whole, *_separating(deciding), direction=direction)
    if top not in (whole, *UNDECIDED):
        levels = (
            ("all", _mean(cell.tally for cell in deciding)),
            (f"last {TOP_BITS} bits", _mean(c.top for c in deciding)),
        )
        return Ruling(Verdict.DEPENDS, COMPLEXITY, levels, direction=direction)
    slight = [cell.beyond <= SLIGHT * cell.tally.holds for cell in deciding if cell.beyond is not None]
    is_slight = whole is Verdict.SUPPORTED and 2 * sum(slight) > len(deciding)
    return Ruling(whole, is_slight=is_slight, direction=direction)


def _verdict(tallies: Sequence[Tally], quantifier: Quantifier) -> Verdict:
    """What all say that say anything; where they do not agree, it depends."""
    every = {tally.verdict(quantifier) for tally in tallies}
    found = every - set(UNDECIDED)
    if not found:
        return Verdict.FEW_WORLDS if Verdict.FEW_WORLDS in every else Verdict.NOT_ANSWERABLE
    return found.pop() if len(found) == 1 else Verdict.DEPENDS


def _direction(cells: Sequence[Cell]) -> Direction | None:
    """What support does with complexity where that is the same in every cell that has a trend."""
    found = {found.direction for cell in cells if (found := cell.trend) is not None}
    return found.pop() if len(found) == 1 else None


def _middle(tally: Tally) -> float:
    return float(sum(tally.support or (0, 1)) / 2)


def _mean(tallies: Iterable[Tally]) -> float:
    """The mean support of those with enough decided worlds, at the middle of the intervals."""
    return fmean(_middle(tally) for tally in tallies if not tally.is_few)


def _separating(deciding: Sequence[Cell]) -> tuple[str | None, tuple[tuple[str, float], ...]]:
    """The factor whose levels' mean supports explain most of the variance between cells, and these means.

    The first of several that explain as much; no factor where none has two levels or explains anything.
    """
    best: tuple[float, str | None, tuple[tuple[str, float], ...]] = (0.0, None, ())
    supports = [_middle(cell.tally) for cell in deciding]
    overall = fmean(supports)
    for factor in dict.fromkeys(name for cell in deciding for name in cell.factors):
        levels: dict[str, list[float]] = {}
        for cell, support in zip(deciding, supports, strict=True):
            levels.setdefault(str(cell.factors.get(factor, "none")), []).append(support)
        means = tuple((level, fmean(each)) for level, each in levels.items())
        explained = sum(len(levels[level]) * (mean - overall) ** 2 for level, mean in means) / len(deciding)
        if len(levels) > 1 and explained > best[0] + 1e-12:
            best = (explained, factor, means)
    return best[1], best[2]
