"""Learning, lesson by lesson: the log-odds, and the accuracy of each class, against training lanes or rules."""

import math
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import BAND, INK, LOOKS, SIDES
from priorsim.formats import counted, percent, span
from priorsim.measure.histogram import CLASSES
from priorsim.measure.mass import Share
from priorsim.measure.off_training import ORDER_SEEDS, Learning, learning
from priorsim.priors import named_prior
from priorsim.worlds import World

PRIOR = "solomonoff"
ORDERS = (
    f"Lessons come in listed order, and averaged over {len(ORDER_SEEDS)} seeded orders; a lesson is a training lane "
    "or, in a world with hidden rules, all training lanes of a rule."
)
OF_ODDS = ("odds-against-lessons", "posterior odds against the number of training lanes or rules")
ODDS = "{}s log_odds_listed_low_bits log_odds_listed_high_bits log_odds_averaged_low_bits log_odds_averaged_high_bits"
"""Lessons; the log-odds in listed order, infinite where a side has no fitting program left and None where neither has;
and their means over the seeded orders in which they are finite, None where they are in none."""
OF_ACCURACY = ("learning-curves", "held-out accuracy by class against the number of training lanes or rules")
ACCURACY = "{}s " + " ".join(f"accuracy_{kind}_{order}" for order in ("listed", "averaged") for kind in CLASSES)
"""Lessons; by class the mass-weighted share of held-out lanes that is right, in listed order and averaged over the
seeded orders, None where the class is empty."""


def _lessons_of(study: Study, worlds: Sequence[World]) -> Learning:
    (world,) = worlds
    return learning(study.weighed(world, named_prior(PRIOR)), world)


def _as_float(share: Share | None) -> float | None:
    return None if share is None else float(share)


def _frame(ax: Axes, found: Data) -> None:
    """Set up the title, and the axis across: the number of lessons, in whole numbers."""
    lessons = found[f"{found.unit}s"]
    ax.set(xlabel=f"training {found.unit}s (number)", xlim=(lessons[0] - 0.3, lessons[-1] + 0.3))
    page.whole_numbers(ax, "x", min_n_ticks=1)
    page.set_title(ax, found.world, f"{found.prior} prior")


def odds_data(study: Study, worlds: Sequence[World]) -> Data:
    """The log-odds of one world after 1, 2, 3, ... lessons."""
    found = _lessons_of(study, worlds)
    rows = [
        (point.lessons, point.log_odds.low, point.log_odds.high, *(_as_float(end.mean) for end in means.log_odds))
        for point, means in zip(found.listed, found.averaged, strict=True)
    ]
    return Data(ODDS.format(found.unit), rows, world=worlds[0].name, prior=PRIOR, unit=found.unit)


@page.drawing(2.9)
def draw_odds(odds: Data, ax: Axes) -> None:
    """Draw the log-odds against the number of training lanes or rules; arrows where one side is left alone."""
    lessons, *ends = zip(*odds.rows, strict=True)
    low, high, *means = map(page.finite, ends)
    page.frame_odds(ax, low, high, *means, air=0.12)
    ax.fill_between(lessons, low, high, color=BAND, linewidth=0, zorder=0.5)
    handles: list[Artist] = []
    for line, mean, side, (look, name) in zip((low, high), means, ends, SIDES, strict=False):
        handles += ax.plot(lessons, line, label=f"listed order, {name}", **look.style(3, markerfacecolor="white"))
        ax.plot(lessons, mean, color=look.colour, linewidth=0.6, ls=look.line)
        for x, end in zip(lessons, side, strict=True):
            if end is not None and math.isinf(end):
                y, marker = (0.97, "^") if end > 0 else (0.03, "v")
                at_edge = look.style(3.4, marker=marker, linestyle="none")
                ax.plot([x], [y], transform=ax.get_xaxis_transform(), **at_edge)
    handles.append(page.key("thin: mean of 20 seeded orders, where finite", color=INK, linewidth=0.6))
    if any(end is not None and math.isinf(end) for side in ends[:2] for end in side):
        handles.append(page.key("only one side left", ls="none", marker="^", color=INK, markersize=3))
    _frame(ax, odds)
    page.legend_below(ax, handles)


def odds_caption(odds: Data) -> str:
    """What the figure shows, with its numbers."""
    lessons, ends = [row[0] for row in odds.rows], [row[1:3] for row in odds.rows]
    signs = [_sign(*each) for each in ends]
    changes = [
        f"{after}"
        for after, old, new in zip(lessons[1:], signs, signs[1:], strict=False)
        if None not in (old, new) and old != new
    ]
    return page.sentences(
        f"Log-odds of search against direct code in the world {odds.world} after so many training {odds.unit}s, "
        f"under the {odds.prior} prior.",
        f"After {lessons[0]} they are {span(*ends[0])} bits, after all {lessons[-1]} {span(*ends[-1])} bits, in listed "
        "order.",
        f"The side of more mass is another after {', '.join(changes)} {odds.unit}s than before."
        if changes
        else "The side of more mass never changes.",
        ORDERS,
        page.CLASSES_SAID,
    )


def _sign(low: float | None, high: float | None) -> bool | None:
    """Whether search holds more, wherever the disguised count; None where that decides, or nothing fits."""
    if low is None or high is None:
        return None
    return True if low > 0 else False if high < 0 else None


def accuracy_data(study: Study, worlds: Sequence[World]) -> Data:
    """The held-out accuracy of each class of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    if not world.held_out:
        raise FigureError(f"world {world.name} holds no lane out, so that there is no accuracy: choose another world")
    found, kinds = _lessons_of(study, worlds), range(len(CLASSES))
    rows = []
    for point, means in zip(found.listed, found.averaged, strict=True):
        listed, averaged = [point.accuracy((kind,)) for kind in kinds], [each.mean for each in list(means.accuracy)[1:]]
        rows.append((point.lessons, *map(_as_float, listed + averaged)))
    return Data(ACCURACY.format(found.unit), rows, world=world.name, prior=PRIOR, unit=found.unit)


@page.drawing(2.9)
def draw_accuracy(curves: Data, ax: Axes) -> None:
    """Draw held-out accuracy by class: thick in listed order, thin averaged over the seeded orders."""
    ax.axhspan(0.9, 1.0, color=BAND, alpha=0.5, linewidth=0, zorder=0)
    lessons = curves[f"{curves.unit}s"]
    handles: list[Artist] = []
    for kind in CLASSES:
        look, values = LOOKS[kind], curves[f"accuracy_{kind}_listed"]
        text = f"{kind}: none fits" if set(values) == {None} else str(kind)
        handles += ax.plot(lessons, page.finite(values), label=text, zorder=3, **look.style(3.4))
        averaged = page.finite(curves[f"accuracy_{kind}_averaged"])
        ax.plot(lessons, averaged, color=look.colour, linewidth=0.6, ls=look.line)
    handles.append(page.key("thin: 20 seeded orders", color=INK, linewidth=0.6))
    handles.append(Patch(facecolor=BAND, alpha=0.5, label="90 % and more"))
    ax.set(ylim=(-0.03, 1.03), ylabel="held-out accuracy (share of lanes)")
    _frame(ax, curves)
    page.legend_below(ax, handles, ncols=2)


def accuracy_caption(curves: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in CLASSES:
        values = curves[f"accuracy_{kind}_averaged"]
        if set(values) == {None}:
            said.append(f"No {kind} program fits.")
            continue
        reached = next((row[0] for row, value in zip(curves.rows, values, strict=True) if (value or 0) >= 0.9), None)
        when = "never comes to 90 %" if reached is None else f"comes to 90 % after {counted(reached, curves.unit)}"
        end = "none is left in the end" if values[-1] is None else f"it ends at {percent(values[-1], '.3g')}"
        said.append(f"On average the accuracy of {kind} programs {when}; {end}.")
    return page.sentences(
        f"Accuracy on the held-out lanes of the world {curves.world}, averaged by mass within each class, after so "
        f"many training {curves.unit}s, under the {curves.prior} prior.",
        *said,
        ORDERS,
        page.CLASSES_SAID,
    )


WORLDS = ("root-w3", "in-context-root-sum-w4")
RULES = ("in-context-root-sum-w4", "in-context.w3-words-complement-product-r8-q2")
FIGURES = (
    Entry(*OF_ODDS, odds_data, draw_odds, odds_caption, WORLDS, is_of_one=True),
    Entry(*OF_ACCURACY, accuracy_data, draw_accuracy, accuracy_caption, RULES, is_of_one=True),
)
