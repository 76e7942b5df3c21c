"""Learning, lesson by lesson: the log-odds against the number of training lanes or rules."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.lessons import ORDERS, PRIOR, as_float, count_lessons, lessons_of
from priorsim.figures.page import BAND, INK, SIDES, Look, drawing, finite, key, legend_below, set_title
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import sentences
from priorsim.formats import span
from priorsim.worlds import World

COLUMNS = (
    "{}s log_odds_listed_low_bits log_odds_listed_high_bits log_odds_averaged_low_bits log_odds_averaged_high_bits"
)
"""Lessons; the log-odds in listed order, infinite where a side has no fitting program left and None where neither has;
and their means over the seeded orders in which they are finite, None where they are in none."""


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The log-odds of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    found = lessons_of(study, world)
    rows = [
        (point.lessons, point.log_odds.low, point.log_odds.high, *(as_float(end.mean) for end in means.log_odds))
        for point, means in zip(found.listed, found.averaged, strict=True)
    ]
    return Data(COLUMNS.format(found.unit), rows, world=world.name, prior=PRIOR, unit=found.unit)


@drawing(2.9)
def draw(odds: Data, ax: Axes) -> None:
    """Draw the log-odds against the number of training lanes or rules; arrows where one side is left alone."""
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    lessons, *ends = zip(*odds.rows, strict=True)
    low, high, *means = map(finite, ends)
    known = np.concatenate([low, high, *means, [0.0]])
    bottom, top = float(np.nanmin(known)), float(np.nanmax(known))
    margin = max(0.12 * (top - bottom), 1.0)
    ax.set_ylim(bottom - margin, top + margin)
    ax.fill_between(lessons, low, high, color=BAND, linewidth=0, zorder=0.5)
    handles: list[Artist] = []
    for line, mean, side, (look, name) in zip((low, high), means, ends, SIDES, strict=False):
        style = look.style(3, markerfacecolor="white")
        handles += ax.plot(lessons, line, label=f"listed order, {name}", **style)
        ax.plot(lessons, mean, color=look.colour, linewidth=0.6, ls=look.line)
        _open_ends(ax, lessons, side, look)
    handles.append(key("thin: mean of 20 seeded orders, where finite", color=INK, linewidth=0.6))
    if any(end is not None and math.isinf(end) for side in ends[:2] for end in side):
        handles.append(key("only one side left", ls="none", marker="^", color=INK, markersize=3))
    count_lessons(ax, odds.unit, lessons)
    ax.set_ylabel("log₂ odds, search : direct (bits)")
    set_title(ax, odds.world, f"{odds.prior} prior")
    legend_below(ax, handles)


def _open_ends(ax: Axes, lessons: Sequence[int], ends: Sequence[float | None], look: Look) -> None:
    """A mark at the edge of the axes where the log-odds are infinite."""
    for x, end in zip(lessons, ends, strict=True):
        if end is not None and math.isinf(end):
            y, marker = (0.97, "^") if end > 0 else (0.03, "v")
            ax.plot([x], [y], transform=ax.get_xaxis_transform(), **look.style(3.4, marker=marker, linestyle="none"))


def caption(odds: Data) -> str:
    """What the figure shows, with its numbers."""
    lessons, ends = [row[0] for row in odds.rows], [row[1:3] for row in odds.rows]
    signs = [_sign(*each) for each in ends]
    changes = [
        f"{after}"
        for after, old, new in zip(lessons[1:], signs, signs[1:], strict=False)
        if None not in (old, new) and old != new
    ]
    return sentences(
        f"Log-odds of search against direct code in the world {odds.world} after so many training {odds.unit}s, "
        f"under the {odds.prior} prior.",
        f"After {lessons[0]} they are {span(*ends[0])} bits, after all {lessons[-1]} {span(*ends[-1])} bits, in listed "
        "order.",
        f"The side of more mass is another after {', '.join(changes)} {odds.unit}s than before."
        if changes
        else "The side of more mass never changes.",
        ORDERS,
        CLASSES_SAID,
    )


def _sign(low: float | None, high: float | None) -> bool | None:
    """Whether search holds more, wherever the disguised count; None where that decides, or nothing fits."""
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
