"""The tables of every world's odds: a CSV row each, all of it as JSON, and Markdown for readers."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from priorsim.formats import format_csv, format_json, rounded
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import Interval
from priorsim.measure.odds import Odds
from priorsim.provenance import software
from priorsim.text.templates import render, roots
from priorsim.worlds import World

SHOWN_PRIORS = ("solomonoff", "kind-of-speed", "levin", "schmidhuber")
LEAST = ("l_min", "kt_min", "programs")
_CSV_HEAD = (
    *("world", "family", "dialect", "word_bits", "lanes", "bound_bits"),
    *(f"log_odds_{name}_{end}" for name in SHOWN_PRIORS for end in ("low", "high")),
    *(f"{what}_{name}" for what in LEAST for name in CLASSES),
    *("gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
)


class Result(NamedTuple):
    """One world's histogram, its odds under the simplicity prior, and its log-odds under each of SHOWN_PRIORS."""

    world: World
    histogram: Histogram
    odds: Odds
    log_odds: dict[str, Interval]


def odds_csv(results: Sequence[Result]) -> str:
    """The worlds, a row each; empty where unknown or none up to the bound."""
    rows = []
    for world, histogram, first, log_odds in results:
        row: list[object] = [world.name, world.family, world.dialect, world.domain.word_bits]
        row += [len(world.domain.lanes), histogram.max_bits]
        row += [end for name in SHOWN_PRIORS for end in (log_odds[name].low, log_odds[name].high)]
        row += [getattr(part, what) for what in LEAST for part in first.classes]
        row += [" ".join(map(str, rounded(end.gamma_star.roots))) for end in (first.low, first.high)]
        row += [first.low.break_even_tax, first.high.break_even_tax]
        rows.append(row)
    return format_csv(_CSV_HEAD, rows)


def odds_json(results: Sequence[Result]) -> str:
    """The code, and of each world what `priorsim odds --json` says."""
    return format_json({"software": software(), "worlds": [result.odds.to_json() for result in results]})


def odds_markdown(results: Sequence[Result], command: str) -> str:
    """The worlds under the simplicity prior, family by family: who wins and where it tips."""
    families = groupby(results, key=lambda result: result.world.family)
    priors = SHOWN_PRIORS[:3]
    return render("odds.md", command=command, families=families, priors=priors, tips=_tips, results=results)


def _tips(result: Result) -> str:
    """Where the odds tip: the crossovers with the disguised programs on either side."""
    found = sorted({roots(end.gamma_star) for end in (result.odds.low, result.odds.high)})
    return "none" if all(text.startswith("none") for text in found) else " / ".join(found)
