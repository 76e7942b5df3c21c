"""Verdicts as JSON: what claims.json and `priorsim claims --json` hold."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from priorsim import keys
from priorsim.measure.trend import Trend


class Band(msgspec.Struct, frozen=True):
    """From low to high."""

    low: float
    high: float


class LevelAnswer(msgspec.Struct, frozen=True):
    """The worlds of a bin of complexity."""

    up_to: Annotated[int, keys.says("the most bits of complexity")]
    holds: int
    fails: int
    undecided: int


class LevelNumbers(msgspec.Struct, frozen=True):
    """The number in the worlds of a bin of complexity."""

    up_to: Annotated[int, keys.says("the most bits of complexity")]
    worlds: Annotated[int, keys.says("those in which the number is known and finite")]
    quartiles: tuple[float, float, float]


class CellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A claim in one population at one setting of the grid."""

    population: str
    dialect: str
    word_bits: int
    class_by: str
    bound: str
    tax: int
    queries: Annotated[int | UnsetType, keys.says("where it varies")] = UNSET
    rules: Annotated[int | UnsetType, keys.says("where it varies")] = UNSET
    radius: Annotated[int | UnsetType, keys.says("for walks")] = UNSET
    start: Annotated[str | UnsetType, keys.says("for walks")] = UNSET
    max_bits: Annotated[int | None, keys.says("the bound, B or B-4, as a number")]
    worlds: Annotated[int, keys.says("the number of worlds of which the claim is asked")]
    holds: int
    fails: int
    undecided: int
    not_asked: Annotated[int, keys.says("other worlds, of which the claim is not asked")]
    support: Annotated[
        Band | None, keys.says("holds / worlds and (holds + undecided) / worlds; null where there are none")
    ]
    support_by_mass: Annotated[Band | None, keys.says("the same by the worlds' prior mass; null where none is known")]
    quartiles: Annotated[tuple[float, float, float] | None, keys.says("of the number, where it is known and finite")]
    spread: Annotated[Band | None, keys.says("its 5th and 95th percentile, over the same worlds")]
    beyond_margin: Annotated[
        int | None, keys.says("in how many worlds the condition holds by the margin; null where the unit has none")
    ]
    by_complexity: Annotated[tuple[LevelAnswer, ...], keys.says("the worlds in bins of complexity")]
    numbers_by_complexity: Annotated[
        tuple[LevelNumbers, ...] | UnsetType,
        keys.says(
            "the number in bins of complexity, where one census has all worlds of the cell; only by lesion, at B and "
            "without a tax"
        ),
    ] = UNSET
    trend: Annotated[Trend | None, keys.says("of support with complexity; null over too few bins")]
    reasons: Annotated[dict[str, int] | UnsetType, keys.says("for walks, why worlds are undecided, and how many")] = (
        UNSET
    )
    decides: Annotated[bool | UnsetType, keys.says("whether the verdict depends on the cell")] = UNSET
    few: Annotated[bool, keys.says("whether fewer than 30 of its worlds are decided, so that it decides nothing")]


class BesideAnswer(msgspec.Struct, frozen=True):
    """Numbers on which no verdict depends; their cells have no `decides`."""

    quantity: str
    unit: str
    condition: str
    premise: str | None
    cells: tuple[CellAnswer, ...]
    headline: str


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"name": "id"}):
    """A claim and its verdict."""

    name: Annotated[str, keys.says("the claim's name")]
    source: Annotated[str, keys.says("who made the claim")]
    claim: Annotated[str, keys.says("the claim in words")]
    kind: Annotated[str, keys.says("`finding`, `identity` or `question`; only findings are ruled on")]
    quantity: Annotated[str, keys.says("what is measured in a world")]
    unit: Annotated[str, keys.says("the unit of the quantity")]
    condition: Annotated[str, keys.says("the values of the quantity that support the claim")]
    quantifier: Annotated[str, keys.says("`mostly`, `nearly always` or `somewhere`")]
    premise: Annotated[str | None, keys.says("the condition on the worlds of which the claim is asked, or null")]
    amount: Annotated[bool, keys.says("whether worlds whose complexity is close to the bound are left out")]
    verdict: Annotated[
        str,
        keys.says(
            "`supported`, `refuted`, `depends`, `few worlds`, `not answerable here`, or of no finding `not ruled on`"
        ),
    ]
    verdict_in_words: Annotated[str, keys.says("the verdict, with `slightly`, `and rising` or `and falling`")]
    depends_on: Annotated[str | None, keys.says("the factor with its levels' mean supports, or null")]
    identity: Annotated[str | None, keys.says("what of the claim follows from the definitions, or null")]
    cells: Annotated[tuple[CellAnswer, ...], keys.says("the claim in each population at each setting of the grid")]
    beside: Annotated[
        tuple[BesideAnswer, ...], keys.says("numbers on which no verdict depends; their cells have no `decides`")
    ]
    figure: Annotated[str | None, keys.says("the figure that shows the claim, or null")]
    limits: Annotated[str, keys.says("what the number cannot say")]
    headline: Annotated[
        str,
        keys.says(
            "support in each population by lesion, at B and without a tax, and its range over the cells that decide. "
            "The first goes from the least to the greatest over dialects, words, queries, rules and radii"
        ),
    ]


class Software(msgspec.Struct, frozen=True):
    """Which code it was."""

    name: str
    version: str
    code: Annotated[str, keys.says("the digest of what decides a count")]


class Thresholds(msgspec.Struct, frozen=True):
    """Supports as fractions."""

    supported_above: str
    refuted_below: str


class RuleAnswer(msgspec.Struct, frozen=True):
    """The numbers of the rule."""

    least_worlds: Annotated[int, keys.says("a cell with fewer decided worlds decides nothing")]
    level_bits: Annotated[int, keys.says("the width of a bin of complexity")]
    top_bits: Annotated[int, keys.says("how many of the last bits of complexity have a ruling of their own")]
    amount_bits: Annotated[
        int, keys.says("how many bits below B a world's complexity is at most, if the claim is on an amount")
    ]
    margins: Annotated[dict[str, float], keys.says("by unit")]
    thresholds: Annotated[dict[str, Thresholds], keys.says("by quantifier")]


class VerdictsAnswer(keys.Answer, frozen=True, kw_only=True):
    """All verdicts, and what they were made with."""

    software: Annotated[Software, keys.says("the code ([measures.md](measures.md#which-code-made-a-result))")]
    command: Annotated[str, keys.says("the command line")]
    rule: Annotated[RuleAnswer, keys.says("the rule's numbers")]
    claims: tuple[ClaimAnswer, ...]
