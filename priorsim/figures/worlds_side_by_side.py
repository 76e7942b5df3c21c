"""Every world side by side: an arrow from its log-odds without a price of time to those under the Levin prior.

A world of which the bound holds no program on one side keeps its row, with a mark at that edge: such odds are unknown.
"""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study, question
from priorsim.figures.page import FAINT, GAMMA, INK, LOOKS, SHADE, Look
from priorsim.formats import counted
from priorsim.measure.by_bound import EARLIER_BITS, earlier_odds, keeps_sign
from priorsim.measure.mass import log_odds_of
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

COLUMNS = (
    "family world bound_bits gamma log_odds_low_bits log_odds_high_bits earlier_low_bits earlier_high_bits settled"
)
"""A row for each world and gamma; B; the log-odds at B and at B - 4, and whether the sign of both ends has settled."""
GAMMAS = (0.0, 1.0)
PRIOR = Prior("solomonoff")
"""What holds besides gamma."""
ROW, AROUND = 0.115, 1.3
"""Inches from one row of one line to the next, and for what is above and below the rows."""
MOST_ROWS = 60
"""More rows than this are set in two blocks beside each other."""
EDGE = 0.12
"""Part of a panel's width, on either side, kept for marks of what the bound does not hold."""
ARROW: dict[str, Any] = {
    **{"arrowstyle": "-|>,head_length=1.1,head_width=0.5", "mutation_scale": 3},
    **{"lw": 0.6, "shrinkA": 0, "shrinkB": 0},
}
OPEN = Look(INK, "s", "-")
WINNERS = {
    "search": (LOOKS[ProgramClass.SEARCH], "search outweighs, however disguised programs are counted"),
    "direct": (LOOKS[ProgramClass.DIRECT], "direct code outweighs, however they are counted"),
    "open": (OPEN, "that decides which side outweighs"),
}
"""How the log-odds at gamma 0 are drawn, and what the legend says of them: above 0, below 0, and where they hold 0."""


class Row(NamedTuple):
    """What stands in a row: of a world what it asks, its rows of data by gamma, and B and w; of a family its name."""

    label: str
    found: Sequence[Any] = ()
    at_right: str = ""


def data(study: Study, _: Sequence[World]) -> Data:
    """The log-odds of every named world at GAMMAS, at the bound and at a smaller one; families by their median odds.

    `worlds` has what each world asks in words, and the bits of its words.
    """
    rows, worlds = [], {}
    for each in study.histograms(study.preset.named_worlds()):
        worlds[each.world.name] = question(each.world), each.world.domain.word_bits
        for gamma in GAMMAS:
            prior = PRIOR.with_values({"gamma": gamma})
            now, earlier = log_odds_of(each, prior), earlier_odds(each, prior)
            ends = now.low, now.high, earlier.low, earlier.high
            rows.append((each.world.family, each.world.name, each.max_bits, gamma, *ends, keeps_sign(now, earlier)))
    return Data(COLUMNS, sorted(rows, key=_order(rows)), worlds=worlds)


def _middle(row: Sequence[Any]) -> float:
    """The middle of the log-odds; infinite, or 0 where they are open to both sides or nothing fits."""
    low, high = row[4:6]
    return 0.0 if low is None or high is None or low == -high else (low + high) / 2


def _order(rows: Sequence[Sequence[Any]]) -> Any:
    """Families from the greatest median of the log-odds at gamma 0 down, and their worlds so, too."""
    first = {row[1]: _middle(row) for row in rows if row[3] == GAMMAS[0]}
    families: dict[str, list[float]] = {}
    for row in rows:
        families.setdefault(row[0], []).append(first[row[1]])
    medians = {family: sorted(odds)[len(odds) // 2] for family, odds in families.items()}
    return lambda row: (-medians[row[0]], row[0], -first[row[1]], row[1], row[3])


def draw(odds: Data, *, axes: Sequence[Axes] | None = None, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw an arrow for each world, from gamma 0 to gamma 1, in one block of rows or two with equal axes."""
    rows: list[Row] = []
    for family, of_family in groupby(odds.rows, key=lambda row: row[0]):
        rows.append(Row(family))
        for name, of_world in groupby(of_family, key=lambda row: row[1]):
            (words, word_bits), found = odds.worlds[name], list(of_world)
            rows.append(Row(words, found, f"{found[0][2]}  {word_bits}"))
    ends = [*odds.log_odds_low_bits, *odds.log_odds_high_bits]
    known = [0.0, *(end for end in ends if end is not None and math.isfinite(end))]
    air = max(0.04 * (max(known) - min(known)), 0.5)
    limits = min(known) - air, max(known) + air
    if axes is not None:
        _block(axes[0], rows, limits)
        page.legend_below(axes[0], _legend())
        return tuple(axes)
    with page.style():
        wide = page.is_wide(width)
        blocks = _blocks(rows) if wide else [rows]
        tallest = max(map(_height, blocks))
        figure = page.new_figure(width, ROW * tallest + AROUND)
        panels = figure.subplots(1, len(blocks), squeeze=False)[0]
        for panel, block in zip(panels, blocks, strict=True):
            _block(panel, block, limits)
            panel.set_ylim(tallest - 0.4, -0.6)
        figure.legend(handles=_legend(), loc="outside lower center", borderaxespad=1.0, ncols=2 if wide else 1)
        return tuple(panels)


def _height(rows: Sequence[Row]) -> float:
    return page.rows_high([row.label for row in rows])


def _blocks(rows: list[Row]) -> list[list[Row]]:
    """The rows in one block, or in two of about the same height, cut between families."""
    cuts = [place for place, row in enumerate(rows) if not row.found and place]
    if len(rows) <= MOST_ROWS or not cuts:
        return [rows]
    cut = min(cuts, key=lambda place: max(_height(rows[:place]), _height(rows[place:])))
    return [rows[:cut], rows[cut:]]


def _block(ax: Axes, rows: Sequence[Row], limits: tuple[float, float]) -> None:
    """One block: what each world asks on the left, its bound and word size on the right, and an arrow in each row."""
    low, high = limits
    strip = EDGE * (high - low)
    middles = page.name_rows(ax, [row.label for row in rows])
    worlds = [(middle, row) for middle, row in zip(middles, rows, strict=True) if row.found]
    lines = [middle for middle, _ in worlds]
    ax.set(xlim=(low - strip, high + strip), xlabel=page.ODDS)
    for edge in (low - strip, high):
        ax.axvspan(edge, edge + strip, color=SHADE, linewidth=0, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)
    ax.spines["left"].set_visible(False)
    ticks = MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]).tick_values(low, high)
    ax.set_xticks([tick for tick in ticks if low <= tick <= high])
    ax.hlines(lines, low - strip, high + strip, color=SHADE, linewidth=0.5, zorder=0)
    for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if row.found else "bold")
    for middle, row in worlds:
        _arrow(ax, middle, row.found, limits)
    # What is drawn stays inside the panels, so the layout need not measure it, mark by mark.
    for artist in (*ax.lines, *ax.collections, *ax.patches):
        artist.set_in_layout(False)
    right = ax.secondary_yaxis("right")
    right.set_yticks(lines, [row.at_right for _, row in worlds], fontsize=page.ROW_SIZE, color=INK)
    right.tick_params(length=0, pad=2)
    right.spines["right"].set_visible(False)
    above: dict[str, Any] = {"xytext": (2, 5), "xycoords": "axes fraction", "textcoords": "offset points"}
    ax.annotate("B   w", (1, 1), fontsize=6, style="italic", **above)


def _arrow(ax: Axes, row: float, found: Sequence[Any], limits: tuple[float, float]) -> None:
    """A world: its log-odds at gamma 0 with their drift as a tail, and an arrow to those at gamma 1."""
    low, high = found[0][4:6]
    if low is None or high is None:
        ax.plot(sum(limits) / 2, row, marker="x", markersize=2.6, color=FAINT, zorder=3)
        return
    look = WINNERS["search" if low > 0 else "direct" if high < 0 else "open"][0]
    if not (math.isfinite(low) and math.isfinite(high)):
        strip = EDGE * (limits[1] - limits[0]) / 2
        for end, x in ((low, limits[0] - strip), (high, limits[1] + strip)):
            if math.isinf(end):
                ax.plot(x, row, marker="<" if end < 0 else ">", markersize=2.8, color=FAINT, zorder=3)
        return
    start, end, earlier = _middle(found[0]), _middle(found[1]), found[0][6:8]
    if None not in earlier and np.isfinite(earlier).all():
        ax.plot([sum(earlier) / 2, start], [row, row], color=look.colour, linewidth=2.2, alpha=0.35, zorder=1)
    ax.annotate("", (end, row), (start, row), arrowprops={**ARROW, "color": look.colour}, annotation_clip=False)
    ax.plot([low, high], [row, row], color=look.colour, linewidth=0.8, marker="|", markersize=3, zorder=2)
    face = look.colour if found[0][8] else "white"
    ax.plot(start, row, marker=look.marker, markersize=3.2, color=look.colour, mfc=face, mew=0.7, zorder=3)


def _legend() -> list[Artist]:
    marks: list[Artist] = [
        page.key(text, **look.style(3.2, linestyle="none", mfc=look.colour)) for look, text in WINNERS.values()
    ]
    marks.append(
        page.key("hollow: not settled, the drift would undo the sign", ls="none", marker="s", mfc="w", color=INK)
    )
    marks.append(page.key(f"tail: drift since a bound {EARLIER_BITS} bits less", color=INK, linewidth=2.2, alpha=0.35))
    marks.append(page.key(f"arrow: to {GAMMA} = {GAMMAS[1]:g} (levin)", color=INK, lw=0.6, marker=">", markersize=3))
    marks.append(page.key("no search (<) or no direct (>) program up to B", ls="none", color=FAINT, marker=">", ms=3))
    marks.append(page.key("nothing fits up to B", ls="none", color=FAINT, marker="x", ms=3))
    return marks


def caption(odds: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for gamma in GAMMAS:
        known = [row for row in odds.rows if row[3] == gamma and None not in row[4:6]]
        search, direct = sum(row[4] > 0 for row in known), sum(row[5] < 0 for row in known)
        settled = sum(row[8] for row in known)
        said.append(
            f"At gamma {gamma:g} search outweighs direct code in {counted(search, 'world')} and direct code search in "
            f"{direct}, however disguised programs are counted; in {len(known) - search - direct} that decides. The "
            f"sign has settled in {settled}."
        )
    nothing = sum(None in row[4:6] for row in odds.rows if row[3] == GAMMAS[0])
    return page.sentences(
        said[0],
        f"Log-odds of search against direct code in every named world, {odds.gamma.count(GAMMAS[0])} of them.",
        *said[1:],
        f"In {counted(nothing, 'world')} nothing fits up to the bound B.",
        "At the right of each row stand B and w, the bits of a word.",
    )


SHOWS = "log-odds of search against direct code in every named world, without and with a price of time"
FIGURE = Entry("worlds-side-by-side", SHOWS, data, draw, caption)
