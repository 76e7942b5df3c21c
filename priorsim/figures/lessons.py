"""Learning, lesson by lesson: the log-odds, and the accuracy of each class, against training lanes or rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

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
from priorsim.mu.lesions import ProgramClass

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


def odds_against_lessons(odds: LessonOdds, *, ax: Axes | None = None, width: Width = "single") -> Axes:
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
        _frame(axes, odds.unit, odds.lessons)
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


def _frame(ax: Axes, unit: str, lessons: Sequence[int]) -> None:
    ax.set_xlabel(f"training {unit}s (number)")
    ax.set_xlim(lessons[0] - 0.3, lessons[-1] + 0.3)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


@dataclass(frozen=True, slots=True)
class LearningCurves:
    """The accuracy of each class of a world after so many lessons.

    Attributes
    ----------
    world, prior : str
    unit : 'lane' or 'rule'
    lessons : sequence of int
    listed, averaged : mapping of str to sequence of (float or None)
        By class the mass-weighted share of held-out lanes that is right, in listed order and averaged over the
        seeded orders; None where the class is empty.
    """

    world: str
    prior: str
    unit: str
    lessons: Sequence[int]
    listed: Mapping[str, Sequence[float | None]]
    averaged: Mapping[str, Sequence[float | None]]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each number of lessons."""
        found: Columns = {f"{self.unit}s": list(self.lessons)}
        for order in ("listed", "averaged"):
            for kind, values in getattr(self, order).items():
                found[f"accuracy_{kind}_{order}"] = list(values)
        return found


def learning_curves(curves: LearningCurves, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw held-out accuracy by class: thick in listed order, thin averaged over the seeded orders."""
    with axes_or_new(ax, width, 2.9) as axes:
        axes.axhspan(0.9, 1.0, color=BAND, alpha=0.5, linewidth=0, zorder=0)
        handles: list[Artist] = []
        for kind, values in curves.listed.items():
            look = LOOKS[kind]
            is_empty = all(value is None for value in values)
            text = f"{kind}: none fits" if is_empty else kind
            handles += axes.plot(
                curves.lessons, finite(values), color=look.colour, ls=look.line, marker=look.marker, markersize=3.4,
                mfc=look.face, label=text, zorder=3,
            )  # fmt: skip
            axes.plot(curves.lessons, finite(curves.averaged[kind]), color=look.colour, linewidth=0.6, ls=look.line)
        handles.append(Line2D([], [], color=INK, linewidth=0.6, label="thin: 20 seeded orders"))
        handles.append(Patch(facecolor=BAND, alpha=0.5, label="90 % and more"))
        _frame(axes, curves.unit, curves.lessons)
        axes.set_ylim(-0.03, 1.03)
        axes.set_ylabel("held-out accuracy (share of lanes)")
        set_title(axes, curves.world, f"{curves.prior} prior")
        legend_below(axes, handles, columns=2)
        return axes
