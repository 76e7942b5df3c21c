"""Every fitting program by length and time, and the lower hull on which the lightest ones lie.

Length l stands upright and log2 t lies across, so that for the price l + gamma log2 t the gamma at
which the lightest program changes is minus the slope of an edge, as seen (docs/measures.md).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from priorsim.figures.entry import SHOWN_WORLDS, Data, Entry, Study
from priorsim.figures.page import (
    GAMMA,
    INK,
    LOOKS,
    Label,
    Look,
    dense,
    drawing,
    is_wide,
    key,
    legend_below,
    place_labels,
    set_title,
    settle,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import GAMMA_STAR, at_gammas, sentences
from priorsim.formats import counted, number
from priorsim.measure.crossover import GAMMA_RANGE, crossovers
from priorsim.measure.decomposition import alpha, hull
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import ENDS, End, shortest
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

SHOWN = (ProgramClass.DIRECT, ProgramClass.DISGUISED, ProgramClass.SEARCH)
Point = tuple[str, int, float]
"""Class, length in bits, log2 of the mean steps."""
Corner = tuple[int, float, Sequence[str]]
"""A corner of the hull: length in bits, log2 of the mean steps, the classes with a program there."""


class Tip(NamedTuple):
    """Where the odds tip, predicted from the shortest program of either side and measured on all of them.

    `side` says where the disguised programs count; the places are length in bits and log2 of the mean steps. Predicted
    is (1 - c/L) / alpha, None where the two take as long; measured is every gamma* of the whole masses.
    """

    side: str
    direct: tuple[int, float]
    search: tuple[int, float]
    predicted: float | None
    measured: Sequence[float]


def data(study: Study, worlds: Sequence[World]) -> Data:
    """Length and time of every fitting program of a world, the hull, and gamma* predicted and measured."""
    counted = study.histogram(worlds[0])
    cells, edge = counted.cells, hull(counted)
    tips = [_tip(counted, end, side) for end, side in zip(ENDS, ("direct", "search"), strict=True)]
    totals: Counter[Point] = Counter()
    steps = np.log2(mean_steps(counted.header, cells.steps)).tolist()
    for kind, bits, log2_steps, count in zip(cells.kind, cells.bits.tolist(), steps, cells.count.tolist(), strict=True):
        totals[str(CLASSES[kind]), bits, log2_steps] += count
    corners = [(corner.bits, corner.log2_mean_steps, corner.classes) for corner in edge.vertices]
    return cloud_of(
        counted.world.name, counted.max_bits, totals, corners, edge.gammas, [tip for tip in tips if tip is not None]
    )


def cloud_of(
    world: str,
    bound_bits: int,
    totals: Mapping[Point, int],
    corners: Sequence[Corner] = (),
    gammas: Sequence[float] = (),
    tips: Sequence[Tip] = (),
) -> Data:
    """Points, the corners of the hull with the gamma at which each gives way to the next, and gamma* where odds tip."""
    points = dict(sorted(totals.items()))
    rows: list[tuple[object, ...]] = [("point", *point, count, None) for point, count in points.items()]
    for (bits, steps, classes), gives_way in zip_longest(corners, gammas):
        rows.append(("hull", "+".join(classes), bits, steps, None, gives_way))
    for tip in tips:
        rows.append(("predicted", f"disguised as {tip.side}", None, None, None, tip.predicted))
        rows += [("measured", f"disguised as {tip.side}", None, None, None, gamma) for gamma in tip.measured]
    columns = "item class bits log2_mean_steps programs gives_way_at_gamma"
    facts = {"points": points, "corners": corners, "gammas": gammas, "tips": tips}
    return Data(columns, rows, world=world, bound_bits=bound_bits, **facts)


def _tip(counted: Histogram, end: End, side: str) -> Tip | None:
    """Predicted and measured gamma* at one end; None where a side is empty."""
    found = alpha(counted, end)
    places = []
    for kinds in (end.direct, end.search):
        key = shortest(counted, kinds)
        if key is None or found is None:
            return None
        places.append((key.bits, math.log2(mean_steps(counted.header, np.array(key.steps)))))
    assert found is not None
    measured = crossovers(counted, Prior("solomonoff"), end, within=GAMMA_RANGE).values
    return Tip(side, places[0], places[1], found.predicted, measured)


@drawing(3.5)
def draw(programs: Data, ax: Axes) -> None:
    """Draw all fitting programs by length and time, the hull, and the gamma of each of its edges."""
    points = programs.points
    ax.set_xlabel("log₂ mean steps per lane")
    ax.set_ylabel("program length l (bits)")
    set_title(ax, programs.world, f"up to {programs.bound_bits} bits")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    handles = [_class(ax, programs, points, kind) for kind in SHOWN]
    _limits(ax, programs, points)
    if programs.corners:
        handles.append(_hull(ax, programs))
    if points:
        handles += _sizes(max(points.values()), _scale(points))
    else:
        text = f"no program up to {programs.bound_bits} bits fits"
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center")
    handles += _tips(ax, programs)
    legend_below(ax, handles, columns=4 if is_wide(ax) else 2)
    _edges(ax, programs, points)


def _area(count: int) -> float:
    """Square points of a marker: with the logarithm of the count."""
    return 7.0 + 9.0 * float(np.log10(count))


def _scale(points: dict[Point, int]) -> float:
    """Many points are drawn smaller, to at most a third of the area."""
    return float(np.clip(np.sqrt(200 / max(len(points), 1)), 1 / 3, 1))


def _class(ax: Axes, programs: Data, points: dict[Point, int], kind: str) -> Artist:
    """The points of one class, and what the legend says of it."""
    look = LOOKS[kind]
    mine = [
        (steps, bits, _area(count) * _scale(points)) for (name, bits, steps), count in points.items() if name == kind
    ]
    number = sum(count for (name, _, _), count in points.items() if name == kind)
    if mine:
        steps, bits, areas = map(list, zip(*mine, strict=True))
        colours: dict[str, Any] = {"facecolor": look.face, "edgecolor": look.colour}
        if look.marker == "x":
            colours = {"color": look.colour}
        ax.scatter(steps, bits, s=areas, marker=look.marker, linewidth=0.5, alpha=0.85, zorder=3, **colours)
    text = counted(number, "program", apart=True) if number else f"none up to {programs.bound_bits} bits"
    return key(f"{kind}: {text}", linestyle="none", marker=look.marker, color=look.colour, markerfacecolor=look.face)


def _sizes(largest: int, scale: float) -> list[Artist]:
    """A legend's entries for the size of the markers: 1 program, and a power of ten near the most."""
    power = 10 ** int(np.log10(largest))
    look = {"linestyle": "none", "marker": "o", "color": INK, "markerfacecolor": "none"}
    return [
        key(
            f"{counted(count, 'program', apart=True)} at a point",
            markersize=float(np.sqrt(_area(count) * scale)),
            **look,
        )
        for count in sorted({1, power})
    ]


def _limits(ax: Axes, programs: Data, points: dict[Point, int]) -> None:
    steps = [*(point[2] for point in points), *(corner[1] for corner in programs.corners)] or [0.6, 8.0]
    bits = [*(point[1] for point in points), *(corner[0] for corner in programs.corners)] or [2, programs.bound_bits]
    wide, tall = max(steps) - min(steps), max(bits) - min(bits)
    # Room for the labels on the side of the hull where no program is.
    ax.set_xlim(min(steps) - max(0.2 * wide, 0.6), max(steps) + max(0.06 * wide, 0.3))
    left, right = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if max(left, 0) <= tick <= right])
    ax.set_ylim(max(min(bits) - max(0.18 * tall, 2.5), 0), max(bits) + max(0.06 * tall, 1.0))


def _hull(ax: Axes, programs: Data) -> Artist:
    bits, steps, _ = zip(*programs.corners, strict=True)
    ax.plot(steps, bits, color=INK, linewidth=0.9, zorder=2)
    ax.scatter(steps, bits, s=70, marker="o", facecolor="none", edgecolor=INK, linewidth=0.9, zorder=4)
    look = Look(INK, "o", "-", is_filled=False).style(8, linewidth=0.9)
    return key("lower hull, witnesses", **look)


def _tips(ax: Axes, programs: Data) -> list[Artist]:
    """The line through the two shortest programs, whose slope is minus the predicted gamma*, and both in words."""
    handles: list[Artist] = []
    for place, tip in enumerate(programs.tips):
        dashes = (0, (4, 2)) if place == 0 else (0, (1, 1.5))
        bits, steps = zip(tip.direct, tip.search, strict=True)
        ax.plot(steps, bits, color=INK, linewidth=0.8, ls=dashes, zorder=5)
        predicted = "none" if tip.predicted is None else f"{tip.predicted:.3g}"
        measured = ", ".join(f"{gamma:.3g}" for gamma in tip.measured) or "none"
        text = f"{GAMMA}*, disguised {tip.side}:\npredicted {predicted}\nmeasured {measured}"
        handles.append(key(text, color=INK, linewidth=0.8, ls=dashes))
    return handles


def _edges(ax: Axes, programs: Data, points: dict[Point, int]) -> None:
    """The gamma of each edge, written on the side of the hull where no program is."""
    if not programs.gammas:
        return
    steps = np.array([corner[1] for corner in programs.corners])
    bits = np.array([corner[0] for corner in programs.corners], dtype=np.float64)
    labels = [
        Label(
            f"{GAMMA} = {gamma:.3g}",
            (float(steps[place] + steps[place + 1]) / 2, float(bits[place] + bits[place + 1]) / 2),
            (-120, -150, 180, -90, -135, -165, 165, -60),
        )
        for place, gamma in enumerate(programs.gammas)
    ]
    here = np.array([(point[2], point[1]) for point in points], dtype=np.float64)
    settle(ax)
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = 6 * ax.figure.dpi / 72 * np.column_stack([np.cos(turns), np.sin(turns)])
    corners = ax.transData.transform(np.column_stack([steps, bits]))
    rings = ax.transData.inverted().transform((corners[:, None] + ring).reshape(-1, 2))
    place_labels(ax, labels, avoid=np.vstack([here, dense(steps, bits, ax), rings]))


def caption(programs: Data) -> str:
    """What the figure shows, with its numbers."""
    tips = [
        f"With the disguised counted as {tip.side} the two shortest programs predict gamma* {number(tip.predicted)}; "
        f"the whole masses weigh the same {at_gammas(tip.measured)} in [0, 8]."
        for tip in programs.tips
    ]
    return sentences(
        f"Every code-only program of at most {programs.bound_bits} bits that fits the world {programs.world}, by "
        f"length and time: {sum(programs.points.values())} programs.",
        "The line is the lower hull, on which the lightest program lies.",
        f"The lightest changes {at_gammas(programs.gammas)}.",
        *(tips or ["One of the sides has no program, so no gamma* is predicted or measured."]),
        "Dashes join the shortest program of either side; minus their slope is the predicted gamma*." if tips else "",
        GAMMA_STAR,
        CLASSES_SAID,
    )


FIGURE = Entry(
    "cloud",
    "length against time of every program that fits, the hull, and gamma* predicted and measured",
    data,
    draw,
    caption,
    worlds=SHOWN_WORLDS,
    is_of_one=True,
)
