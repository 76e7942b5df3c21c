"""Learning, lesson by lesson: the held-out accuracy of each class against training lanes or rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.lessons import ORDERS, PRIOR, as_float, count_lessons, lessons_of
from priorsim.figures.page import (
    BAND,
    INK,
    LOOKS,
    Columns,
    Width,
    axes_or_new,
    finite,
    legend_below,
    set_title,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import sentences
from priorsim.formats import counted, percent
from priorsim.measure.histogram import CLASSES
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study


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


def data(study: "Study", worlds: Sequence[World]) -> LearningCurves:
    """The held-out accuracy of each class of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    if not world.held_out:
        raise FigureError(f"world {world.name} holds no lane out, so that there is no accuracy: choose another world")
    found = lessons_of(study, world)
    listed = {
        str(name): [as_float(point.accuracy((kind,))) for point in found.listed] for kind, name in enumerate(CLASSES)
    }
    averaged = {
        str(name): [as_float(point.accuracies[kind].mean) for point in found.averaged]
        for kind, name in enumerate(CLASSES)
    }
    return LearningCurves(world.name, PRIOR, found.unit, [p.lessons for p in found.listed], listed, averaged)


def draw(curves: LearningCurves, *, ax: Axes | None = None, width: Width = "single") -> Axes:
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
        count_lessons(axes, curves.unit, curves.lessons)
        axes.set_ylim(-0.03, 1.03)
        axes.set_ylabel("held-out accuracy (share of lanes)")
        set_title(axes, curves.world, f"{curves.prior} prior")
        legend_below(axes, handles, columns=2)
        return axes


def caption(found: LearningCurves) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind, values in found.averaged.items():
        reached = next(
            (n for n, value in zip(found.lessons, values, strict=True) if value is not None and value >= 0.9), None
        )
        last = values[-1]
        if all(value is None for value in values):
            said.append(f"No {kind} program fits.")
            continue
        when = "never comes to 90 %" if reached is None else f"comes to 90 % after {counted(reached, found.unit)}"
        end = "none is left in the end" if last is None else f"it ends at {percent(last, '.3g')}"
        said.append(f"On average the accuracy of {kind} programs {when}; {end}.")
    return sentences(
        f"Accuracy on the held-out lanes of the world {found.world}, averaged by mass within each class, after so many "
        f"training {found.unit}s, under the {found.prior} prior.",
        *said,
        ORDERS,
        CLASSES_SAID,
    )


FIGURE = Entry(
    "learning-curves",
    "held-out accuracy by class against the number of training lanes or rules",
    data,
    draw,
    caption,
    worlds=("in-context-root-sum-w4", "in-context.w3-words-complement-product-r8-q2"),
    is_of_one=True,
)
