"""The path through the report: five questions in the order of the argument, each with what was found of it.

A finding is the first sentence of a figure's caption, or comes from the curves over complexity; where the results have
neither it is a claim with its verdict. Nothing is computed here but the last rounding.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from priorsim.figures.entry import Drawing
from priorsim.text.claims import search_first

ClaimRow = Mapping[str, Any]
"""A claim with its verdict, as claims.json has it; its figure is one of the page's or None."""
Curve = Mapping[str, Any]
"""What growth.json has of one language at one price of time."""
PRICE = "The price of time"
"""The question of which the curves themselves tell the finding."""


class Question(NamedTuple):
    """A step of the path: the figure whose caption begins with its finding, and the claims that belong to it."""

    topic: str
    figure: str
    claims: tuple[str, ...]


PATH = (
    Question("Growth", "growth", ("bounded-heuristics", "much-simpler")),
    Question("Scaling", "scaling", ("much-simpler",)),
    Question(PRICE, "growth", ("speed-disincentive", "gamma-star", "well-tuned")),
    Question("Languages", "languages", ("machine-dependence",)),
    Question("Walks", "walk-ends", ("reachable", "beeline-swerve")),
)


class Step(NamedTuple):
    """What the page shows of a question; `counted` tells n, or the bound."""

    topic: str
    finding: str
    counted: str
    figure: Drawing | None
    claims: Sequence[ClaimRow]


def guide(figures: Sequence[Drawing], claims: Sequence[ClaimRow], curves: Sequence[Curve]) -> list[Step]:
    """The steps of which there is a figure or a claim; the curves are those of one language."""
    drawings = {each.figure: each for each in reversed(figures)}
    rows = {each["id"]: each for each in claims}
    steps = []
    for topic, figure, names in PATH:
        mine = [rows[name] for name in names if name in rows]
        drawing = drawings.get(figure)
        if drawing is not None or mine:
            found = (_of_price(curves) if topic == PRICE else None) or _of_figure(drawing) or _of_claim(mine)
            steps.append(Step(topic, *found, drawing, mine))
    return steps


def _of_figure(drawing: Drawing | None) -> tuple[str, str] | None:
    """The caption's first sentence, and the first after it that tells a length in bits, which is the bound."""
    if drawing is None:
        return None
    finding, *more = drawing.caption.splitlines() or [""]
    return finding, next((line for line in more if re.search("[0-9] bits", line)), "")


def _of_price(curves: Sequence[Curve]) -> tuple[str, str] | None:
    """What a price of one bit for each doubling of the time does to the most complex worlds; None where none is set."""
    by_gamma = {curve["prior"]["gamma"]: curve for curve in curves if curve["bins"]}
    if not {0, 1} <= by_gamma.keys():
        return None
    free, dear = (by_gamma[gamma]["bins"][-1:] for gamma in (0, 1))
    finding = (
        f"A search is the cheapest program of {search_first(free)} of the most complex worlds where time costs "
        f"nothing, and of {search_first(dear)} where each doubling of the running time costs a bit."
    )
    n = " and ".join(str(last["worlds"]) for (last,) in (free, dear))
    return finding, f"n = {n} worlds of the greatest complexity, up to {by_gamma[0]['bound_bits']} bits."


def _of_claim(claims: Sequence[ClaimRow]) -> tuple[str, str]:
    """The first claim with its verdict, and by how many worlds it is told where most are."""
    first = claims[0]
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{first['claim']}\N{RIGHT DOUBLE QUOTATION MARK} {first['verdict_in_words']}",
        "",
    )
