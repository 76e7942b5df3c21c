"""All worlds side by side, family by family: the log-odds interval at a few prices of time.

A world of which the bound holds no program on one side keeps its row, with a mark at that edge:
"none up to B bits" is not zero, and not nothing.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, GAMMA, INK, LOOKS, SHADE, Ends, Look
from priorsim.formats import counted
from priorsim.measure.mass import log_odds_of
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

COLUMNS = "family world bound_bits gamma log_odds_low_bits log_odds_high_bits"
"""A row for each world and gamma, the worlds of one family together; B, and the log-odds as `priorsim.measure` has
them."""
GAMMAS = (0.0, 0.5, 1.0)
PRIOR = Prior("solomonoff")
"""What holds besides gamma."""
ROW, AROUND = 0.125, 1.15
"""Inches from one row to the next, and for what stands above and below the rows."""
MOST_ROWS = 60
"""More rows than this are set in two blocks beside each other."""
EDGE = 0.16
"""Part of a panel's width, on either side, kept for marks of what the bound does not hold."""

WINNERS = {
    "search": (LOOKS[ProgramClass.SEARCH], "search heavier, wherever disguised programs count"),
    "direct": (LOOKS[ProgramClass.DIRECT], "direct heavier, wherever disguised programs count"),
    "open": (Look("#000000", "s", "-", is_filled=False), "depends on where disguised programs count"),
}
"""How an interval is drawn, and what the legend says of it: above 0, below 0, and where it holds 0."""
MARKS = {
    "<": (INK, "search: none up to B bits"),
    ">": (INK, "direct: none up to B bits"),
    "x": (FAINT, "nothing fits up to B bits"),
}


class WorldRow(NamedTuple):
    """A world with its ends, gamma by gamma, or the name of a family above its worlds, which has none."""

    name: str
    bound_bits: int | None = None
    ends: Sequence[Ends] = ()


def data(study: Study, _: Sequence[World]) -> Data:
    """The log-odds of every named world at GAMMAS."""
    rows = []
    for each in study.histograms(study.preset.named_worlds()):
        for gamma in GAMMAS:
            odds = log_odds_of(each, PRIOR.with_values({"gamma": gamma}))
            rows.append((each.world.family, each.world.name, each.max_bits, gamma, odds.low, odds.high))
    return Data(COLUMNS, rows)


def draw(odds: Data, *, axes: Sequence[Axes] | None = None, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw every world's log-odds interval, one panel for each gamma, one row for each world.

    A new figure sets many worlds in two blocks; its axes come block by block.
    """
    rows: list[WorldRow] = []
    for family, of_family in groupby(odds.rows, key=lambda row: row[0]):
        rows.append(WorldRow(family))
        for (name, bound), of_world in groupby(of_family, key=lambda row: row[1:3]):
            rows.append(WorldRow(name, bound, [row[4:] for row in of_world]))
    ends = (*odds.log_odds_low_bits, *odds.log_odds_high_bits)
    known = [0.0, *(end for end in ends if end is not None and math.isfinite(end))]
    air = max(0.04 * (max(known) - min(known)), 0.5)
    limits = min(known) - air, max(known) + air
    if axes is not None:
        _block(axes, rows, limits)
        page.legend_below(axes[0], _legend())
        return tuple(axes)
    with page.style():
        wide = page.is_wide(width)
        blocks = _blocks(rows) if wide else [rows]
        tallest = max(len(block) for block in blocks)
        figure = page.new_figure(width, ROW * tallest + AROUND)
        every: list[Axes] = []
        for part, block in zip(figure.subfigures(1, len(blocks), squeeze=False, wspace=0.02)[0], blocks, strict=True):
            panels = part.subplots(1, len(GAMMAS), squeeze=False)[0]
            _block(panels, [*block, *[WorldRow("")] * (tallest - len(block))], limits)
            every += list(panels)
        figure.legend(handles=_legend(), loc="outside lower center", borderaxespad=1.0, ncols=3 if wide else 1)
        return tuple(every)


def _blocks(rows: list[WorldRow]) -> list[list[WorldRow]]:
    """The rows in one block, or in two of about the same height, cut between families."""
    cuts = [place for place, row in enumerate(rows) if not row.ends and place]
    if len(rows) <= MOST_ROWS or not cuts:
        return [rows]
    cut = min(cuts, key=lambda place: max(place, len(rows) - place))
    return [rows[:cut], rows[cut:]]


def _block(axes: Sequence[Axes], rows: Sequence[WorldRow], limits: tuple[float, float]) -> None:
    """One block: names on its left, bounds on its right, a panel for each gamma."""
    low, high = limits
    strip = EDGE * (high - low)
    names = {gamma: name for name, gamma in page.NAMED_GAMMAS.items()}
    lines = [number for number, row in enumerate(rows) if row.ends]
    ticks = MaxNLocator(2, integer=True, steps=[1, 2, 5, 10]).tick_values(low, high)
    for place, (ax, gamma) in enumerate(zip(axes, GAMMAS, strict=True)):
        ax.set(xlim=(low - strip, high + strip), ylim=(len(rows) - 0.4, -0.6))
        ax.axvspan(low - strip, low, color=SHADE, linewidth=0, zorder=0)
        ax.axvspan(high, high + strip, color=SHADE, linewidth=0, zorder=0)
        ax.vlines(0, -0.6, len(rows) - 0.4, color=INK, linewidth=0.6, zorder=1)
        ax.spines["left"].set_visible(False)
        ax.set_xticks([tick for tick in ticks if low <= tick <= high])
        ax.tick_params(axis="x", labelsize=5.5)
        price = f"{GAMMA} = {Fraction(gamma).limit_denominator(64)}"
        ax.set_title(f"{price}\n{names[gamma]}" if gamma in names else price, fontsize=6, weight="normal", loc="center")
        ax.set_yticks(*((range(len(rows)), [row.name for row in rows]) if place == 0 else ([], [])), fontsize=6)
        ax.hlines(lines, low - strip, high + strip, color=SHADE, linewidth=0.5, zorder=0)
        ax.tick_params(axis="y", length=0)
        for number in lines:
            _interval(ax, number, rows[number].ends[place], limits)
        # What is drawn stays inside the panels, so the layout need not measure it, mark by mark.
        for artist in (*ax.lines, *ax.collections, *ax.patches):
            artist.set_in_layout(False)
    for tick, row in zip(axes[0].get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if row.ends else "bold")
    axes[len(axes) // 2].set_xlabel(page.ODDS)
    right = axes[-1].secondary_yaxis("right")
    right.set_yticks(lines, [str(rows[number].bound_bits) for number in lines], fontsize=5.5, color=INK)
    right.tick_params(length=0, pad=2)
    right.spines["right"].set_visible(False)
    above: dict[str, Any] = {"xytext": (2, 5), "xycoords": "axes fraction", "textcoords": "offset points"}
    axes[-1].annotate("B", (1, 1), fontsize=6, style="italic", **above)


def _interval(ax: Axes, row: int, ends: Ends, limits: tuple[float, float]) -> None:
    """One world at one gamma: a line from low to high, marks at its ends, arrows at the edges."""
    if ends[0] is None or ends[1] is None:
        ax.plot(sum(limits) / 2, row, marker="x", markersize=2.6, color=FAINT, zorder=3)
        return
    look = WINNERS["search" if ends[0] > 0 else "direct" if ends[1] < 0 else "open"][0]
    strip = EDGE * (limits[1] - limits[0])
    edges = (limits[0] - strip / 2, limits[1] + strip / 2)
    low, high = (float(np.clip(end, *edges)) for end in (ends[0], ends[1]))
    ax.plot([low, high], [row, row], color=look.colour, linewidth=1.1, zorder=2, solid_capstyle="butt")
    for end, place in {ends[0]: low, ends[1]: high}.items():
        marker, face = (look.marker, look.cover) if math.isfinite(end) else ("<" if end < 0 else ">", look.colour)
        ax.plot(place, row, marker=marker, markersize=3.2, color=look.colour, markerfacecolor=face, zorder=3, mew=0.7)


def _legend() -> list[Line2D]:
    intervals = [
        page.key(text, **look.style(3.2, linestyle="-", linewidth=1.1, markerfacecolor=look.cover))
        for look, text in WINNERS.values()
    ]
    marks = MARKS.items()
    return intervals + [page.key(text, ls="none", color=ink, marker=each, ms=3.2) for each, (ink, text) in marks]


def caption(odds: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for gamma in GAMMAS:
        known = [row[4:] for row in odds.rows if row[3] == gamma and None not in row]
        search, direct = sum(low > 0 for low, _ in known), sum(high < 0 for _, high in known)
        said.append(
            f"At gamma {gamma:g} search outweighs direct code in {counted(search, 'world')} and direct code search in "
            f"{direct}, wherever the disguised programs count; in {len(known) - search - direct} that decides."
        )
    nothing = sum(None in row and row[3] == GAMMAS[0] for row in odds.rows)
    return page.sentences(
        f"Log-odds of search against direct code in every named world, {odds.gamma.count(GAMMAS[0])} of them, at three "
        "prices of time.",
        *said,
        f"In {counted(nothing, 'world')} nothing fits up to the bound B, given at the right of each row.",
        page.CLASSES_SAID,
    )


SHOWS = "log-odds of search against direct code in every named world, at three prices of time"
FIGURE = Entry("worlds-side-by-side", SHOWS, data, draw, caption)
