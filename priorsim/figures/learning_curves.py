"""Learning, lesson by lesson: the held-out accuracy of each class against training lanes or rules."""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.lessons import ORDERS, PRIOR, as_float, count_lessons, lessons_of
from priorsim.figures.page import BAND, INK, LOOKS, drawing, finite, key, legend_below, set_title
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import sentences
from priorsim.formats import counted, percent
from priorsim.measure.histogram import CLASSES
from priorsim.worlds import World

COLUMNS = "{}s " + " ".join(f"accuracy_{kind}_{order}" for order in ("listed", "averaged") for kind in CLASSES)
"""Lessons; by class the mass-weighted share of held-out lanes that is right, in listed order and averaged over the
seeded orders, None where the class is empty."""


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The held-out accuracy of each class of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    if not world.held_out:
        raise FigureError(f"world {world.name} holds no lane out, so that there is no accuracy: choose another world")
    found = lessons_of(study, world)
    kinds = range(len(CLASSES))
    rows = [
        (
            point.lessons,
            *(as_float(point.accuracy((kind,))) for kind in kinds),
            *(as_float(means.accuracies[kind].mean) for kind in kinds),
        )
        for point, means in zip(found.listed, found.averaged, strict=True)
    ]
    return Data(COLUMNS.format(found.unit), rows, world=world.name, prior=PRIOR, unit=found.unit)


@drawing(2.9)
def draw(curves: Data, ax: Axes) -> None:
    """Draw held-out accuracy by class: thick in listed order, thin averaged over the seeded orders."""
    ax.axhspan(0.9, 1.0, color=BAND, alpha=0.5, linewidth=0, zorder=0)
    lessons = curves[f"{curves.unit}s"]
    handles: list[Artist] = []
    for kind in CLASSES:
        look, values = LOOKS[kind], curves[f"accuracy_{kind}_listed"]
        text = f"{kind}: none fits" if all(value is None for value in values) else str(kind)
        handles += ax.plot(lessons, finite(values), label=text, zorder=3, **look.style(3.4))
        averaged = finite(curves[f"accuracy_{kind}_averaged"])
        ax.plot(lessons, averaged, color=look.colour, linewidth=0.6, ls=look.line)
    handles.append(key("thin: 20 seeded orders", color=INK, linewidth=0.6))
    handles.append(Patch(facecolor=BAND, alpha=0.5, label="90 % and more"))
    count_lessons(ax, curves.unit, lessons)
    ax.set_ylim(-0.03, 1.03)
    ax.set_ylabel("held-out accuracy (share of lanes)")
    set_title(ax, curves.world, f"{curves.prior} prior")
    legend_below(ax, handles, columns=2)


def caption(curves: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in CLASSES:
        values = curves[f"accuracy_{kind}_averaged"]
        if all(value is None for value in values):
            said.append(f"No {kind} program fits.")
            continue
        reached = next((row[0] for row, value in zip(curves.rows, values, strict=True) if (value or 0) >= 0.9), None)
        when = "never comes to 90 %" if reached is None else f"comes to 90 % after {counted(reached, curves.unit)}"
        end = "none is left in the end" if values[-1] is None else f"it ends at {percent(values[-1], '.3g')}"
        said.append(f"On average the accuracy of {kind} programs {when}; {end}.")
    return sentences(
        f"Accuracy on the held-out lanes of the world {curves.world}, averaged by mass within each class, after so "
        f"many training {curves.unit}s, under the {curves.prior} prior.",
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
