"""Verdicts as JSON: what claims.json and `priorsim claims --json` hold."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from priorsim import keys


class CellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A claim in one population at one setting of the grid."""

    population: str
    word_bits: int
    class_by: str
    bound: str
    tax: int
    queries: Annotated[int | UnsetType, keys.says("where it varies")] = UNSET
    radius: Annotated[int | UnsetType, keys.says("for walks")] = UNSET
    max_bits: Annotated[int | None, keys.says("the bound, B or B-4, as a number")]
    worlds: Annotated[int, keys.says("all of the cell")]
    holds: int
    fails: int
    undefined: int
    support: Annotated[float | None, keys.says("holds / (holds + fails), null where that is 0 / 0")]
    median: Annotated[float | None, keys.says("of the quantity over the worlds in which it is known and finite")]
    reasons: Annotated[dict[str, int] | UnsetType, keys.says("for walks, why worlds are undefined, and how many")] = (
        UNSET
    )
    decides: Annotated[bool | UnsetType, keys.says("whether the verdict hangs on it")] = UNSET


class BesideAnswer(msgspec.Struct, frozen=True):
    """Numbers on which no verdict hangs; their cells have no `decides`."""

    quantity: str
    unit: str
    condition: str
    cells: tuple[CellAnswer, ...]
    headline: str


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"name": "id"}):
    """A claim and its verdict."""

    name: Annotated[str, keys.says("the claim's name")]
    source: Annotated[str, keys.says("whose it is")]
    claim: Annotated[str, keys.says("its words")]
    quantity: Annotated[str, keys.says("what is measured in a world")]
    unit: Annotated[str, keys.says("what that is counted in")]
    condition: Annotated[str, keys.says("where it supports the claim")]
    verdict: Annotated[str, keys.says("`supported`, `refuted`, `depends` or `not answerable here`")]
    depends_on: Annotated[str | None, keys.says("the factor with its levels' mean supports, or null")]
    identity: Annotated[str | None, keys.says("what of it follows from the definitions, or null")]
    cells: Annotated[tuple[CellAnswer, ...], keys.says("the claim in each population at each setting of the grid")]
    beside: Annotated[
        tuple[BesideAnswer, ...], keys.says("numbers on which no verdict hangs, whose cells have no `decides`")
    ]
    figure: Annotated[str | None, keys.says("the figure that shows it, or null")]
    limits: Annotated[str, keys.says("what the number cannot say")]
    headline: Annotated[
        str,
        keys.says(
            "support in each population at home (by lesion, B, no tax; from the least to the greatest where it is "
            "taken at several words, queries or radii), and its range over the cells that decide"
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


class VerdictsAnswer(keys.Answer, frozen=True, kw_only=True):
    """All verdicts, and what they were made with."""

    software: Annotated[Software, keys.says("the code ([measures.md](measures.md#which-code-made-a-result))")]
    command: Annotated[str, keys.says("the command line")]
    rule: Annotated[Thresholds, keys.says("the thresholds, as fractions")]
    claims: tuple[ClaimAnswer, ...]
