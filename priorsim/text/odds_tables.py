"""The tables of every world's odds: a CSV row each, all of it as JSON, and Markdown for readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from priorsim.formats import format_csv, format_json, markdown_table, rounded
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import Interval
from priorsim.measure.odds import Odds
from priorsim.provenance import software
from priorsim.text.report import format_interval, format_roots
from priorsim.worlds import World

SHOWN_PRIORS = ("solomonoff", "kind-of-speed", "levin", "schmidhuber")


@dataclass(frozen=True, slots=True)
class Result:
    """One world's histogram, its odds under the simplicity prior, and its log-odds under each of SHOWN_PRIORS."""

    world: World
    histogram: Histogram
    odds: Odds
    log_odds: dict[str, Interval]


_CSV_HEAD = (
    *("world", "family", "dialect", "word_bits", "lanes", "bound_bits"),
    *(f"log_odds_{name}_{end}" for name in SHOWN_PRIORS for end in ("low", "high")),
    *(f"{what}_{name}" for what in ("l_min", "kt_min", "programs") for name in CLASSES),
    *("gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
)


def odds_csv(results: Sequence[Result]) -> str:
    """The worlds, a row each; empty where unknown or none up to the bound."""
    rows = []
    for result in results:
        world, first = result.world, result.odds
        row: list[object] = [world.name, world.family, world.dialect, world.domain.word_bits]
        row += [len(world.domain.lanes), first.histogram.max_bits]
        row += [end for name in SHOWN_PRIORS for end in (result.log_odds[name].low, result.log_odds[name].high)]
        for what in ("l_min", "kt_min", "programs"):
            row += [getattr(part, what) for part in first.classes]
        row += [" ".join(map(str, rounded(end.gamma_star.values))) for end in (first.low, first.high)]
        row += [first.low.break_even_tax, first.high.break_even_tax]
        rows.append(row)
    return format_csv(_CSV_HEAD, rows)


def odds_json(results: Sequence[Result]) -> str:
    """The code, and of each world what `priorsim odds --json` says."""
    return format_json({"software": software(), "worlds": [result.odds.to_json() for result in results]})


def odds_markdown(results: Sequence[Result], command: str) -> str:
    """The worlds under the simplicity prior, family by family: who wins and where it tips."""
    lines = [
        "# Search against direct code, world by world",
        "",
        f"Made by `{command}`. Exact counts of every code-only program up to the bound B; log-odds in bits, positive",
        "where search outweighs direct code; an interval where the disguised programs decide (low: counted as direct,",
        "high: as search); `inf` and `-inf` are one-sided: the other class has no program up to B bits. gamma* is the",
        "price in bits of a doubling of the time at which the odds are even, in [0, 8].",
    ]
    for family, group in groupby(results, key=lambda result: result.world.family):
        lines += ["", f"## {family}", ""]
        lines += markdown_table(
            ("world", "B", "L_min direct", "L_min search", *(f"log-odds, {p}" for p in SHOWN_PRIORS[:3]), "gamma*"),
            [_markdown_row(result) for result in group],
        )
    lines += ["", "## Shortest programs", ""]
    for result in results:
        shown = [f"- `{result.world.name}` ({result.world.description})"]
        for each in result.odds.classes:
            if each.witness is not None:
                shown.append(f"  - {each.name}, {each.l_min} bits: `{each.witness}`")
        lines += shown
    return "\n".join(lines) + "\n"


def _markdown_row(result: Result) -> tuple[str, ...]:
    first = result.odds
    bound = first.histogram.max_bits
    direct, _, search = first.classes
    lengths = ["none" if each.l_min is None else str(each.l_min) for each in (direct, search)]
    roots = {format_roots(end.gamma_star) for end in (first.low, first.high)}
    tips = "none" if all(root.startswith("none") for root in roots) else " / ".join(sorted(roots))
    intervals = [format_interval(result.log_odds[name]) for name in SHOWN_PRIORS[:3]]
    return (result.world.name, str(bound), *lengths, *intervals, tips)
