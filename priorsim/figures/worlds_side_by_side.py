"""All worlds side by side, family by family: the log-odds interval at a few prices of time.

A world of which the bound holds no program on one side keeps its row, with a mark at that edge:
"none up to B bits" is not zero, and not nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from priorsim.figures.entry import Entry
from priorsim.figures.page import (
    FAINT,
    GAMMA,
    INK,
    LOOKS,
    SHADE,
    Columns,
    Ends,
    Look,
    Width,
    is_wide,
    legend_below,
    named_gammas,
    new_figure,
    style,
)
from priorsim.figures.rows import named_worlds
from priorsim.figures.words import CLASSES, counted, sentences
from priorsim.measure.mass import log_odds_of
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior, named_prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

ROW = 0.125
"""Inches from one row to the next."""
AROUND = 1.15
"""Inches for what stands above and below the rows."""
MOST_ROWS = 60
"""More rows than this are set in two blocks beside each other."""
EDGE = 0.16
"""Part of a panel's width, on either side, kept for marks of what the bound does not hold."""

SIDES: dict[str, Look] = {
    "search": LOOKS[ProgramClass.SEARCH],
    "direct": LOOKS[ProgramClass.DIRECT],
    "open": Look("#000000", "s", "-", is_filled=False),
}
"""How an interval is drawn: above 0, below 0, and where it holds 0."""


@dataclass(frozen=True, slots=True)
class WorldOdds:
    """One world's row.

    Attributes
    ----------
    name, family : str
    bound_bits : int
        B, the length up to which programs were counted.
    log_odds : sequence of (low, high)
        In bits, one pair for each gamma of the table; infinite or None as `priorsim.measure` has it.
    """

    name: str
    family: str
    bound_bits: int
    log_odds: Sequence[Ends]


@dataclass(frozen=True, slots=True)
class WorldTable:
    """The rows of all worlds, in the order of their families.

    Attributes
    ----------
    worlds : sequence of WorldOdds
        Worlds of one family stand together.
    gammas : sequence of float
    prior : Prior
        What holds besides gamma.
    """

    worlds: Sequence[WorldOdds]
    gammas: Sequence[float] = (0.0, 0.5, 1.0)
    prior: Prior = field(default_factory=lambda: Prior("solomonoff"))

    def columns(self) -> Columns:
        """The plotted numbers, one row for each world and gamma."""
        rows = [
            (world.family, world.name, world.bound_bits, gamma, *ends)
            for world in self.worlds
            for gamma, ends in zip(self.gammas, world.log_odds, strict=True)
        ]
        names = ("family", "world", "bound_bits", "gamma", "log_odds_low_bits", "log_odds_high_bits")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


Row = WorldOdds | str
"""A world, or the name of a family above its worlds."""


GAMMAS = (0.0, 0.5, 1.0)


def data(study: "Study", _: Sequence[World]) -> WorldTable:
    """The log-odds of every named world at GAMMAS."""
    prior = named_prior("solomonoff")
    rows = []
    for each in named_worlds(study):
        at = [log_odds_of(each, prior.with_values({"gamma": gamma})) for gamma in GAMMAS]
        ends = [(odds.low, odds.high) for odds in at]
        rows.append(WorldOdds(each.world.name, each.world.family, each.max_bits, ends))
    return WorldTable(rows, GAMMAS, prior)


def draw(table: WorldTable, *, axes: Sequence[Axes] | None = None, width: Width = "double") -> tuple[Axes, ...]:
    """Draw every world's log-odds interval, one panel for each gamma, one row for each world.

    Parameters
    ----------
    table : WorldTable
    axes : sequence of Axes, optional
        One for each gamma; by default those of a new figure, which sets many worlds in two blocks.
    width : 'single', 'double' or float
        Of the new figure: one column of a journal page, both, or inches.

    Returns
    -------
    tuple of Axes
        Block by block, each with its panels from the first gamma to the last.
    """
    if axes is not None:
        _block(axes, table, _rows(table.worlds), _limits(table))
        legend_below(axes[0], _legend(), columns=1)
        return tuple(axes)
    with style():
        blocks = _blocks(table.worlds) if is_wide(width) else [_rows(table.worlds)]
        tallest = max(len(block) for block in blocks)
        figure = new_figure(width, ROW * tallest + AROUND)
        parts = figure.subfigures(1, len(blocks), squeeze=False, wspace=0.02)[0]
        every: list[Axes] = []
        for part, block in zip(parts, blocks, strict=True):
            panels = part.subplots(1, len(table.gammas), squeeze=False)[0]
            padded = [*block, *[""] * (tallest - len(block))]
            _block(panels, table, padded, _limits(table))
            every += list(panels)
        figure.legend(
            handles=_legend(), loc="outside lower center", borderaxespad=1.0, ncols=3 if is_wide(width) else 1
        )
        return tuple(every)


def _rows(worlds: Sequence[WorldOdds]) -> list[Row]:
    rows: list[Row] = []
    for family, members in groupby(worlds, key=lambda world: world.family):
        rows += [family, *members]
    return rows


def _blocks(worlds: Sequence[WorldOdds]) -> list[list[Row]]:
    """The rows in one block, or in two of about the same height, cut between families."""
    rows = _rows(worlds)
    cuts = [place for place, row in enumerate(rows) if isinstance(row, str) and place]
    if len(rows) <= MOST_ROWS or not cuts:
        return [rows]
    cut = min(cuts, key=lambda place: max(place, len(rows) - place))
    return [rows[:cut], rows[cut:]]


def _limits(table: WorldTable) -> tuple[float, float]:
    """Least and greatest finite end of all worlds, with 0, and a little air."""
    known = [end for world in table.worlds for ends in world.log_odds for end in ends if end is not None]
    known = [0.0, *(end for end in known if math.isfinite(end))]
    air = max(0.04 * (max(known) - min(known)), 0.5)
    return min(known) - air, max(known) + air


def _block(axes: Sequence[Axes], table: WorldTable, rows: Sequence[Row], limits: tuple[float, float]) -> None:
    """One block: names on its left, bounds on its right, a panel for each gamma."""
    low, high = limits
    strip = EDGE * (high - low)
    names = {gamma: name for name, gamma in named_gammas(table.prior).items()}
    is_world = [isinstance(row, WorldOdds) for row in rows]
    labels = [row.name if isinstance(row, WorldOdds) else row for row in rows]
    for place, (ax, gamma) in enumerate(zip(axes, table.gammas, strict=True)):
        ax.set_xlim(low - strip, high + strip)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.axvspan(low - strip, low, color=SHADE, linewidth=0, zorder=0)
        ax.axvspan(high, high + strip, color=SHADE, linewidth=0, zorder=0)
        ax.vlines(0, -0.6, len(rows) - 0.4, color=INK, linewidth=0.6, zorder=1)
        ax.spines["left"].set_visible(False)
        ticks = MaxNLocator(2, integer=True, steps=[1, 2, 5, 10]).tick_values(low, high)
        ax.set_xticks([tick for tick in ticks if low <= tick <= high])
        ax.tick_params(axis="x", labelsize=5.5)
        price = f"{GAMMA} = {Fraction(gamma).limit_denominator(64)}"
        ax.set_title(f"{price}\n{names[gamma]}" if gamma in names else price, fontsize=6, weight="normal", loc="center")
        ax.set_yticks(*((range(len(rows)), labels) if place == 0 else ([], [])), fontsize=6)
        lines = [number for number, each in enumerate(is_world) if each]
        ax.hlines(lines, low - strip, high + strip, color=SHADE, linewidth=0.5, zorder=0)
        ax.tick_params(axis="y", length=0)
        for number, row in enumerate(rows):
            if isinstance(row, WorldOdds):
                _interval(ax, number, row.log_odds[place], limits)
        # What is drawn stays inside the panels, so the layout need not measure it, mark by mark.
        for artist in (*ax.lines, *ax.collections, *ax.patches):
            artist.set_in_layout(False)
    for tick, is_row in zip(axes[0].get_yticklabels(), is_world, strict=True):
        tick.set_fontweight("normal" if is_row else "bold")
    axes[len(axes) // 2].set_xlabel("log₂ odds, search : direct (bits)")
    _bounds(axes[-1], rows)


def _bounds(ax: Axes, rows: Sequence[Row]) -> None:
    """B of each world, right of the last panel."""
    right = ax.secondary_yaxis("right")
    places = [place for place, row in enumerate(rows) if isinstance(row, WorldOdds)]
    texts = [str(row.bound_bits) for row in rows if isinstance(row, WorldOdds)]
    right.set_yticks(places, texts, fontsize=5.5, color=INK)
    right.tick_params(length=0, pad=2)
    right.spines["right"].set_visible(False)
    ax.annotate(
        "B", (1, 1), xytext=(2, 5), xycoords="axes fraction", textcoords="offset points", fontsize=6, style="italic"
    )


def _side(ends: tuple[float, float]) -> Literal["search", "direct", "open"]:
    low, high = ends
    return "search" if low > 0 else "direct" if high < 0 else "open"


def _interval(ax: Axes, row: int, ends: Ends, limits: tuple[float, float]) -> None:
    """One world at one gamma: a line from low to high, marks at its ends, arrows at the edges."""
    if ends[0] is None or ends[1] is None:
        ax.plot(sum(limits) / 2, row, marker="x", markersize=2.6, color=FAINT, zorder=3)
        return
    look = SIDES[_side((ends[0], ends[1]))]
    strip = EDGE * (limits[1] - limits[0])
    edges = (limits[0] - strip / 2, limits[1] + strip / 2)
    low, high = (float(np.clip(end, *edges)) for end in (ends[0], ends[1]))
    ax.plot([low, high], [row, row], color=look.colour, linewidth=1.1, zorder=2, solid_capstyle="butt")
    for end, place in {ends[0]: low, ends[1]: high}.items():
        if math.isinf(end):
            marker, face = "<" if end < 0 else ">", look.colour
        else:
            marker, face = look.marker, look.colour if look.is_filled else "white"
        ax.plot(place, row, marker=marker, markersize=3.2, color=look.colour, markerfacecolor=face, zorder=3, mew=0.7)


def _legend() -> list[Line2D]:
    texts = {
        "search": "search heavier, wherever disguised programs count",
        "direct": "direct heavier, wherever disguised programs count",
        "open": "depends on where disguised programs count",
    }
    handles = [
        Line2D(
            [],
            [],
            color=look.colour,
            linewidth=1.1,
            marker=look.marker,
            markersize=3.2,
            markerfacecolor=look.colour if look.is_filled else "white",
            label=texts[name],
        )
        for name, look in SIDES.items()
    ]
    marks = {
        "<": "search: none up to B bits",
        ">": "direct: none up to B bits",
        "x": "nothing fits up to B bits",
    }
    return handles + [
        Line2D(
            [], [], linestyle="none", color=FAINT if marker == "x" else INK, marker=marker, markersize=3.2, label=text
        )
        for marker, text in marks.items()
    ]


def caption(table: WorldTable) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for place, gamma in enumerate(table.gammas):
        ends = [each.log_odds[place] for each in table.worlds]
        known = [(low, high) for low, high in ends if low is not None and high is not None]
        search, direct = sum(low > 0 for low, _ in known), sum(high < 0 for _, high in known)
        said.append(
            f"At gamma {gamma:g} search outweighs direct code in {counted(search, 'world')} and direct code search in "
            f"{direct}, wherever the disguised programs count; in {len(known) - search - direct} that decides."
        )
    nothing = sum(None in each.log_odds[0] for each in table.worlds)
    return sentences(
        f"Log-odds of search against direct code in every named world, {len(table.worlds)} of them, at three prices "
        "of time.",
        *said,
        f"In {counted(nothing, 'world')} nothing fits up to the bound B, given at the right of each row.",
        CLASSES,
    )


FIGURE = Entry(
    "worlds-side-by-side",
    "log-odds of search against direct code in every named world, at three prices of time",
    data,
    draw,
    caption,
)
