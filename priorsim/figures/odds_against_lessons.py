"""Learning, lesson by lesson: the log-odds against the number of training lanes or rules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from priorsim.figures.entry import Entry
from priorsim.figures.lessons import ORDERS, PRIOR, as_float, count_lessons, lessons_of
from priorsim.figures.page import (
    BAND,
    INK,
    LOOKS,
    Columns,
    Ends,
    Width,
    axes_or_new,
    finite,
    legend_below,
    set_title,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import sentences
from priorsim.formats import span
from priorsim.mu.lesions import ProgramClass
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

EDGES = (LOOKS[ProgramClass.DIRECT], LOOKS[ProgramClass.SEARCH])
SIDES = ("disguised counted as direct code", "disguised counted as search")


@dataclass(frozen=True, slots=True)
class LessonOdds:
    """The log-odds of a world after so many lessons.

    Attributes
    ----------
    world, prior : str
    unit : 'lane' or 'rule'
        What a lesson is.
    lessons : sequence of int
    listed : sequence of (low, high)
        In bits, in listed order; infinite where a side has no fitting program left, None where neither has.
    averaged : sequence of (low, high)
        Means over the seeded orders in which they are finite; None where they are in none.
    """

    world: str
    prior: str
    unit: str
    lessons: Sequence[int]
    listed: Sequence[Ends]
    averaged: Sequence[Ends]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each number of lessons."""
        found: Columns = {f"{self.unit}s": list(self.lessons)}
        for order in ("listed", "averaged"):
            for side, end in enumerate(("low", "high")):
                found[f"log_odds_{order}_{end}_bits"] = [ends[side] for ends in getattr(self, order)]
        return found


def data(study: "Study", worlds: Sequence[World]) -> LessonOdds:
    """The log-odds of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    found = lessons_of(study, world)
    return LessonOdds(
        world.name,
        PRIOR,
        found.unit,
        [point.lessons for point in found.listed],
        [(point.log_odds.low, point.log_odds.high) for point in found.listed],
        [(as_float(point.log_odds[0].mean), as_float(point.log_odds[1].mean)) for point in found.averaged],
    )


def draw(odds: LessonOdds, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the log-odds against the number of training lanes or rules; arrows where one side is left alone."""
    with axes_or_new(ax, width, 2.9) as axes:
        axes.axhline(0, color=INK, linewidth=0.6, zorder=1)
        low, high = (finite([ends[side] for ends in odds.listed]) for side in (0, 1))
        means = [finite([ends[side] for ends in odds.averaged]) for side in (0, 1)]
        known = np.concatenate([low, high, *means, [0.0]])
        bottom, top = float(np.nanmin(known)), float(np.nanmax(known))
        margin = max(0.12 * (top - bottom), 1.0)
        axes.set_ylim(bottom - margin, top + margin)
        axes.fill_between(odds.lessons, low, high, color=BAND, linewidth=0, zorder=0.5)
        handles: list[Artist] = []
        for side, (ends, look) in enumerate(zip((low, high), EDGES, strict=True)):
            handles += axes.plot(
                odds.lessons, ends, color=look.colour, ls=look.line, marker=look.marker, markersize=3, mfc="white",
                label=f"listed order, {SIDES[side]}",
            )  # fmt: skip
            axes.plot(odds.lessons, means[side], color=look.colour, linewidth=0.6, ls=look.line)
            _open_ends(axes, odds, side)
        handles.append(Line2D([], [], color=INK, linewidth=0.6, label="thin: mean of 20 seeded orders, where finite"))
        if any(end is not None and math.isinf(end) for ends in odds.listed for end in ends):
            handles.append(Line2D([], [], ls="none", marker="^", color=INK, markersize=3, label="only one side left"))
        count_lessons(axes, odds.unit, odds.lessons)
        axes.set_ylabel("log₂ odds, search : direct (bits)")
        set_title(axes, odds.world, f"{odds.prior} prior")
        legend_below(axes, handles, columns=1)
        return axes


def _open_ends(ax: Axes, odds: LessonOdds, side: int) -> None:
    """A mark at the edge of the axes where the log-odds are infinite."""
    look = EDGES[side]
    for lessons, ends in zip(odds.lessons, odds.listed, strict=True):
        end = ends[side]
        if end is not None and math.isinf(end):
            ax.plot(
                [lessons], [0.97 if end > 0 else 0.03], transform=ax.get_xaxis_transform(), color=look.colour,
                marker="^" if end > 0 else "v", markersize=3.4, mfc=look.face, ls="none",
            )  # fmt: skip


def caption(odds: LessonOdds) -> str:
    """What the figure shows, with its numbers."""
    signs = [_sign(ends) for ends in odds.listed]
    changes = [
        f"{lessons}" for lessons, before, after in zip(odds.lessons[1:], signs, signs[1:], strict=False)
        if None not in (before, after) and before != after
    ]  # fmt: skip
    return sentences(
        f"Log-odds of search against direct code in the world {odds.world} after so many training {odds.unit}s, "
        "under the "
        f"{odds.prior} prior.",
        f"After {odds.lessons[0]} they are {span(*odds.listed[0])} bits, after all {odds.lessons[-1]} "
        f"{span(*odds.listed[-1])} "
        "bits, in listed order.",
        f"The side of more mass is another after {', '.join(changes)} {odds.unit}s than before."
        if changes
        else "The side of more mass never changes.",
        ORDERS,
        CLASSES_SAID,
    )


def _sign(ends: tuple[float | None, float | None]) -> bool | None:
    """Whether search holds more, wherever the disguised count; None where that decides, or nothing fits."""
    low, high = ends
    if low is None or high is None:
        return None
    return True if low > 0 else False if high < 0 else None


FIGURE = Entry(
    "odds-against-lessons",
    "posterior odds against the number of training lanes or rules",
    data,
    draw,
    caption,
    worlds=("root-w3", "in-context-root-sum-w4"),
    is_of_one=True,
)
