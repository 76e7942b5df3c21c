"""What claims.json says: every finding's support over the grid, and the claims' own numbers against complexity."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.claims.judge import STEPS
from priorsim.claims.rule import LEAST_WORLDS, THRESHOLDS, Quantifier, Verdict, is_at_home, place_of
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, SERIES, SHADE
from priorsim.formats import counted, number
from priorsim.worlds import World

ClaimJson = Mapping[str, Any]
"""A claim, and a cell, as claims.json has it."""
OF_SUPPORT = "claim verdict item place decided support_low support_high"
"""A row for each finding over the grid, with the most decided worlds in a cell, and one for each of its cells with
classes by lesion, at the bound B and without a search tax; `decided` is the number of decided worlds."""
OF_NUMBERS = "claim place up_to worlds quartile_1 median quartile_3"
"""A row for each bin of complexity of a cell, or for each cell where its worlds are of several censuses, for which
`up_to` is empty; of a condition that is true or false the quartiles are the support, low, middle and high."""
TRUTH = "0 or 1"
MOST_ABREAST = 8
"""The names of more cells than this are written upright."""


def _decided(cell: ClaimJson) -> int:
    return int(cell["holds"] + cell["fails"])


def support_data(study: Study, _: Sequence[World]) -> Data:
    """The support of every finding: over the cells that decide, and cell by cell at home."""
    rows: list[tuple[Any, ...]] = []
    findings = [claim for claim in study.verdicts()["claims"] if claim["kind"] == "finding"]
    for claim in sorted(findings, key=lambda each: list(Verdict).index(each["verdict"])):
        deciding = [cell for cell in claim["cells"] if cell["decides"]]
        ends = [cell["support"][end] for cell in deciding for end in ("low", "high")]
        most = max(map(_decided, deciding), default=0)
        reach = (min(ends), max(ends)) if ends else (None, None)
        rows.append((claim["id"], claim["verdict"], "grid", f"{len(deciding)} cells", most, *reach))
        for cell in filter(is_at_home, claim["cells"]):
            if cell["support"] is not None:
                support = cell["support"]["low"], cell["support"]["high"]
                rows.append((claim["id"], claim["verdict"], "cell", place_of(cell), _decided(cell), *support))
    return Data(OF_SUPPORT, rows, limits={each["id"]: _thresholds(each) for each in findings})


def _thresholds(claim: ClaimJson) -> tuple[float, ...]:
    return tuple(sorted({float(end) for end in THRESHOLDS[Quantifier(claim["quantifier"])]}))


@page.drawing(lambda found: 0.16 * (found.item.count("grid") + len(set(found.verdict))) + 1.1, page.DOUBLE)
def draw_support(found: Data, ax: Axes) -> None:
    """Draw a bar for each finding from the least to the greatest support, with a mark for each cell at home."""
    places: dict[str, int] = {}
    heads: list[tuple[int, str]] = []
    names: list[str] = []
    for claim, verdict in dict.fromkeys(zip(found.claim, found.verdict, strict=True)):
        if verdict not in dict(heads).values():
            heads.append((len(names), verdict))
            names.append(verdict)
        places[claim] = len(names)
        names.append(claim)
    for claim, _, item, place, decided, low, high in found.rows:
        row, few = places[claim], decided < LEAST_WORLDS
        if item == "cell":
            colour = FAINT if few else INK
            face = "white" if few else INK
            ax.plot([100 * low, 100 * high], [row, row], color=colour, linewidth=0.8, zorder=3)
            ax.plot(50 * (low + high), row, marker="s", markersize=2.6, color=colour, mfc=face, mew=0.6, zorder=4)
            continue
        n = f"n = {decided}, {place}" if low is not None else "no cell of 30 worlds"
        ax.text(101.5, row, n, fontsize=5.5, va="center", color=FAINT if few else INK)
        if low is not None:
            ax.barh(row, 100 * (high - low), 0.62, left=100 * low, color="#cfd8c8", zorder=1)
        for limit in found.limits[claim]:
            ax.plot([100 * limit] * 2, [row - 0.42, row + 0.42], color="#009E73", linewidth=1.1, zorder=2)
    ax.set(xlim=(-1, 101), ylim=(len(names) - 0.4, -0.6), xlabel="support: worlds in which the condition holds (%)")
    ax.set_yticks(range(len(names)), names, fontsize=6, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.hlines(list(places.values()), -1, 101, color=SHADE, linewidth=0.5, zorder=0)
    for row, _ in heads:
        ax.get_yticklabels()[row].set_fontweight("bold")
    ax.spines["left"].set_visible(False)
    handles = [
        page.key("bar: from the least to the greatest cell of the grid", color="#cfd8c8", linewidth=5),
        page.key("a population at the bound, without a tax", color=INK, marker="s", markersize=3, linewidth=0.8),
        page.key(f"fewer than {LEAST_WORLDS} worlds: decides nothing", color=FAINT, marker="s", mfc="white", ms=3),
        page.key("thresholds of the verdict", ls="none", color="#009E73", marker="|", markersize=6),
    ]
    page.legend_of_rows(ax, *handles, ncols=2 if page.is_wide(ax) else 1)


def support_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    verdicts = Counter(dict(zip(found.claim, found.verdict, strict=True)).values())
    few = verdicts[Verdict.FEW_WORLDS] + verdicts[Verdict.NOT_ANSWERABLE]
    return page.sentences(
        f"{verdicts['depends']} of {counted(sum(verdicts.values()), 'finding')} depend on the population, the language "
        f"or the setting; supported everywhere: {verdicts['supported']}; refuted everywhere: {verdicts['refuted']}; "
        f"without a cell of {LEAST_WORLDS} decided worlds: {few}.",
        "Each row is one finding. Its support is the share of worlds in which its condition holds; the bar spans the "
        "cells that decide, over populations, languages, bounds, taxes and definitions of a class. A line joins the "
        "ends of a support in which undecided worlds are counted against the finding and for it.",
        "n is the greatest number of decided worlds in one cell.",
    )


def numbers_data(study: Study, _: Sequence[World]) -> Data:
    """The number of each step of the argument, at home: against complexity, or cell by cell."""
    rows: list[tuple[Any, ...]] = []
    facts: dict[str, ClaimJson] = {}
    claims = {claim["id"]: claim for claim in study.verdicts()["claims"]}
    for name in STEPS:
        if name not in claims:
            continue
        claim, home = claims[name], [cell for cell in claims[name]["cells"] if is_at_home(cell)]
        facts[name] = {key: claim[key] for key in ("quantity", "unit", "condition", "quantifier")}
        by_bins = [cell for cell in home if cell.get("numbers_by_complexity")]
        for cell in by_bins if claim["unit"] != TRUTH else ():
            bins = cell["numbers_by_complexity"]
            rows += [(name, place_of(cell), each["up_to"], each["worlds"], *each["quartiles"]) for each in bins]
        if not by_bins or claim["unit"] == TRUTH:
            rows += [(name, place_of(cell), None, *_of_cell(cell, claim["unit"])) for cell in home if cell["support"]]
    return Data(OF_NUMBERS, rows, facts=facts)


def _of_cell(cell: ClaimJson, unit: str) -> tuple[Any, ...]:
    """The decided worlds, and the quartiles of the number, or the support of a condition that is true or false."""
    if unit == TRUTH:
        low, high = cell["support"]["low"], cell["support"]["high"]
        return _decided(cell), low, (low + high) / 2, high
    return _decided(cell), *(cell["quartiles"] or (None, None, None))


def draw_numbers(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a panel for each step: quartiles of its number, and the line of its condition."""
    with page.style():
        rows = max(1, -(-len(found.facts) // 2))
        panels = page.new_figure(width, 1.55 * rows + 0.7).subplots(rows, 2, squeeze=False).ravel()
        handles: dict[str, Artist] = {}
        for panel, (name, facts) in zip(panels, found.facts.items(), strict=False):
            of_claim = [row[1:] for row in found.rows if row[0] == name]
            is_binned = any(row[1] is not None for row in of_claim)
            (_draw_bins if is_binned else _draw_cells)(panel, of_claim, handles)
            for limit in _limits(facts):
                panel.axhline(limit, color=INK, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1)
            what = "support" if facts["unit"] == TRUTH else f"{facts['condition']} {facts['unit']}"
            page.set_title(panel, f"{name}: {what}")
        for panel in panels[len(found.facts) :]:
            panel.set_visible(False)
        handles[""] = page.key("condition, or thresholds of a support", color=INK, linewidth=0.7, ls=(0, (4, 2)))
        page.legend_of_rows(panels[0], *handles.values(), ncols=4 if page.is_wide(width) else 2)
        return tuple(panels)


def _limits(facts: ClaimJson) -> tuple[float, ...]:
    """Where the condition begins to hold, or the thresholds of the support."""
    return _thresholds(facts) if facts["unit"] == TRUTH else (float(facts["condition"].split()[-1]),)


def _draw_bins(panel: Axes, rows: Sequence[Sequence[Any]], handles: dict[str, Artist]) -> None:
    """A line at the median of each cell, a band of the quartiles of the first; hollow grey marks where n is small."""
    for order, place in enumerate(dict.fromkeys(row[0] for row in rows)):
        _, dialect, words, *_ = place.split(", ")
        label = f"{dialect}, {words}"
        look = SERIES[(list(handles).index(label) if label in handles else len(handles)) % len(SERIES)]
        bins = np.array([row[1:] for row in rows if row[0] == place], dtype=np.float64)
        up_to, worlds, first, median, third = bins.T
        if order == 0:
            panel.fill_between(up_to, first, third, color=look.colour, alpha=0.25, linewidth=0)
        (handles[label],) = panel.plot(
            up_to, median, label=label, **look.style(2.6, linewidth=0.9, markerfacecolor=look.cover)
        )
        few = worlds < LEAST_WORLDS
        if few.any():
            panel.plot(up_to[few], median[few], ls="none", marker="s", ms=3.4, color=FAINT, mfc="white", zorder=4)
    page.whole_numbers(panel, "x")
    every = [row[1] for row in rows]
    panel.set_xlim(min(every) - 1, max(every) + 1)
    panel.set_xlabel("complexity, up to (bits)", fontsize=6)


def _draw_cells(panel: Axes, rows: Sequence[Sequence[Any]], handles: dict[str, Artist]) -> None:
    """A bar of quartiles for each cell, with its population and the number of its worlds."""
    for at, (_, _, worlds, first, median, third) in enumerate(rows):
        colour = FAINT if worlds < LEAST_WORLDS else INK
        if median is not None:
            panel.plot([at, at], [first, third], color=colour, linewidth=1.6, solid_capstyle="butt")
            panel.plot(at, median, marker="s", color=colour, ms=3, mfc="white" if worlds < LEAST_WORLDS else colour)
    are_many = len(rows) > MOST_ABREAST
    names = [(" " if are_many else "\n").join([*_short(place), f"({worlds})"]) for place, _, worlds, *_ in rows]
    panel.set_xticks(range(len(rows)), names, fontsize=4.8, rotation=90 if are_many else 0)
    panel.set_xlim(-0.6, len(rows) - 0.4)
    handles["cells"] = page.key("quartiles in a population; n below it", color=INK, marker="s", ms=3, linewidth=1.6)


def _short(place: str) -> list[str]:
    """A cell's place in a few words."""
    population, dialect, words, *more = place.split(", ")
    return [population, f"{dialect} {words.removeprefix('w = ')}", *(each.split()[-1] for each in more)]


def numbers_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for name, facts in found.facts.items():
        of_claim = [row for row in found.rows if row[0] == name and row[5] is not None]
        if of_claim:
            _, place, up_to, worlds, first, median, third = of_claim[-1]
            where = f"in the {counted(worlds, 'world')} of {place}" + (f", up to {up_to} bits" if up_to else "")
            what = "support" if facts["unit"] == TRUTH else facts["quantity"]
            said.append(f"{name} ({what}): {number(median)}, {number(first)} to {number(third)} {where}.")
    return page.sentences(
        "Each step of the argument is a number of a world and a condition on it, which holds on the side of the dashed "
        "line that the panel's title names.",
        "Lines are medians over all worlds of a complexity, the band is the quartiles in the first language. Steps "
        "whose worlds are of several censuses are shown population by population.",
        *said,
        f"Grey: fewer than {LEAST_WORLDS} worlds, which decide nothing. Classes by lesion, bound B, no search tax.",
    )


SUPPORT_SHOWS = "in what share of worlds the condition of each finding holds, over all cells of the grid"
NUMBERS_SHOWS = "the number of each step of the argument as worlds get more complex, with its condition"
FIGURES = (
    Entry("verdicts", SUPPORT_SHOWS, support_data, draw_support, support_caption),
    Entry("claim-cells", NUMBERS_SHOWS, numbers_data, draw_numbers, numbers_caption),
)
