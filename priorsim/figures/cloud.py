"""Every fitting program by length and time, and the lower hull on which the lightest ones lie.

Length l stands upright and log2 t lies across, so that for the price l + gamma log2 t the gamma at
which the lightest program changes is minus the slope of an edge, as seen (docs/measures.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from priorsim.figures.entry import SHOWN_WORLDS, Entry
from priorsim.figures.page import (
    GAMMA,
    INK,
    LOOKS,
    Columns,
    Label,
    Width,
    axes_or_new,
    dense,
    is_wide,
    legend_below,
    place_labels,
    set_title,
    settle,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import GAMMA_STAR, at_gammas, sentences
from priorsim.formats import counted, number
from priorsim.measure.crossover import GAMMA_RANGE, crossovers
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import ENDS, End, shortest
from priorsim.measure.tradeoff import alpha, hull
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

SHOWN = (ProgramClass.DIRECT, ProgramClass.DISGUISED, ProgramClass.SEARCH)
Point = tuple[str, int, float]
"""Class, length in bits, log2 of the mean steps."""


class Corner(Protocol):
    """A corner of the hull, as `priorsim.measure.tradeoff.Vertex`."""

    @property
    def bits(self) -> int:
        """Length l."""

    @property
    def log2_steps(self) -> float:
        """log2 t."""

    @property
    def classes(self) -> Sequence[str]:
        """The classes with a program there."""


Place = tuple[int, float]
"""Length in bits, log2 of the mean steps."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the odds tip, predicted from the shortest program of either side and measured on all of them.

    Attributes
    ----------
    side : str
        Where the disguised programs count: 'direct' or 'search'.
    direct, search : Place
        The two shortest programs.
    predicted : float or None
        (1 - c/L) / alpha: the price gamma* at which these two weigh the same; None where they take as long.
    measured : sequence of float
        Every gamma* of the whole masses in the range that was looked at.
    """

    side: str
    direct: Place
    search: Place
    predicted: float | None
    measured: Sequence[float]


@dataclass(frozen=True, slots=True)
class Cloud:
    """The fitting programs of a world, and the lower hull.

    Attributes
    ----------
    world : str
    bound_bits : int
        B, the length up to which programs were counted.
    kinds : sequence of str
        Class of each entry: 'direct', 'disguised' or 'search'; entries of equal class, length and time
        are added up.
    bits : sequence of int
        Length l.
    log2_steps : sequence of float
        log2 of t.
    counts : sequence of int
        Number of programs.
    corners : sequence of Corner
        Of the hull, by growing length and falling steps.
    gammas : sequence of float
        Entry i: the gamma at which corner i gives way to corner i + 1.
    tips : sequence of Tip
        Predicted and measured gamma*, the disguised programs on either side.
    time : str
        What t is, with its unit.
    """

    world: str
    bound_bits: int
    kinds: Sequence[str]
    bits: Sequence[int]
    log2_steps: Sequence[float]
    counts: Sequence[int]
    corners: Sequence[Corner] = ()
    gammas: Sequence[float] = ()
    tips: Sequence[Tip] = ()
    time: str = "mean steps per lane"

    def points(self) -> dict[Point, int]:
        """Number of programs at each point, sorted by class, length and time."""
        totals: dict[Point, int] = {}
        for kind, bits, steps, count in zip(self.kinds, self.bits, self.log2_steps, self.counts, strict=True):
            point = (str(kind), int(bits), float(steps))
            totals[point] = totals.get(point, 0) + int(count)
        return dict(sorted(totals.items()))

    def columns(self) -> Columns:
        """The plotted numbers: points, then the corners of the hull with the gamma at which each gives way."""
        rows: list[tuple[object, ...]] = [
            ("point", kind, bits, steps, count, None) for (kind, bits, steps), count in self.points().items()
        ]
        for place, corner in enumerate(self.corners):
            gives_way = self.gammas[place] if place < len(self.gammas) else None
            rows.append(("hull", "+".join(corner.classes), corner.bits, corner.log2_steps, None, gives_way))
        for tip in self.tips:
            rows.append(("predicted", f"disguised as {tip.side}", None, None, None, tip.predicted))
            rows += [("measured", f"disguised as {tip.side}", None, None, None, gamma) for gamma in tip.measured]
        names = ("item", "class", "bits", "log2_mean_steps", "programs", "gives_way_at_gamma")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def data(study: "Study", worlds: Sequence[World]) -> Cloud:
    """The cloud of one world."""
    return cloud_of(study.histogram(worlds[0]))


def cloud_of(counted: Histogram) -> Cloud:
    """Length and time of every fitting program, the hull, and gamma* predicted and measured."""
    cells, edge = counted.cells, hull(counted)
    tips = [
        tip
        for end, side in zip(ENDS, ("direct", "search"), strict=True)
        if (tip := _tip(counted, end, side)) is not None
    ]
    return Cloud(
        counted.world.name,
        counted.max_bits,
        [str(CLASSES[kind]) for kind in cells.kind],
        cells.bits.tolist(),
        np.log2(mean_steps(counted.header, cells.steps)).tolist(),
        cells.count.tolist(),
        edge.vertices,
        edge.gammas,
        tips,
    )


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


def draw(programs: Cloud, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw all fitting programs by length and time, the hull, and the gamma of each of its edges.

    Parameters
    ----------
    programs : Cloud
    ax : Axes, optional
        By default those of a new figure.
    width : 'single', 'double' or float
        Of the new figure: one column of a journal page, both, or inches.
    """
    with axes_or_new(ax, width, 3.5) as axes:
        points = programs.points()
        axes.set_xlabel(f"log₂ {programs.time}")
        axes.set_ylabel("program length l (bits)")
        set_title(axes, programs.world, f"up to {programs.bound_bits} bits")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        handles = [_class(axes, programs, points, kind) for kind in SHOWN]
        _limits(axes, programs, points)
        if programs.corners:
            handles.append(_hull(axes, programs))
        if points:
            handles += _sizes(max(points.values()), _scale(points))
        else:
            text = f"no program up to {programs.bound_bits} bits fits"
            axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")
        handles += _tips(axes, programs)
        legend_below(axes, handles, columns=4 if is_wide(width) else 2)
        _edges(axes, programs, points)
        return axes


def _area(count: int) -> float:
    """Square points of a marker: with the logarithm of the count."""
    return 7.0 + 9.0 * float(np.log10(count))


def _scale(points: dict[Point, int]) -> float:
    """Many points are drawn smaller, to at most a third of the area."""
    return float(np.clip(np.sqrt(200 / max(len(points), 1)), 1 / 3, 1))


def _class(ax: Axes, programs: Cloud, points: dict[Point, int], kind: str) -> Artist:
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
    text = (
        f"{kind}: {counted(number, 'program', apart=True)}"
        if number
        else f"{kind}: none up to {programs.bound_bits} bits"
    )
    return Line2D(
        [], [], linestyle="none", marker=look.marker, color=look.colour, markerfacecolor=look.face, label=text
    )


def _sizes(largest: int, scale: float) -> list[Artist]:
    """A legend's entries for the size of the markers: 1 program, and a power of ten near the most."""
    power = 10 ** int(np.log10(largest))
    return [
        Line2D([], [], linestyle="none", marker="o", color=INK, markerfacecolor="none", markersize=size, label=text)
        for size, text in [
            (float(np.sqrt(_area(count) * scale)), f"{counted(count, 'program', apart=True)} at a point")
            for count in sorted({1, power})
        ]
    ]


def _limits(ax: Axes, programs: Cloud, points: dict[Point, int]) -> None:
    steps = [*(point[2] for point in points), *(corner.log2_steps for corner in programs.corners)] or [0.6, 8.0]
    bits = [*(point[1] for point in points), *(corner.bits for corner in programs.corners)] or [2, programs.bound_bits]
    wide, tall = max(steps) - min(steps), max(bits) - min(bits)
    # Room for the labels on the side of the hull where no program is.
    ax.set_xlim(min(steps) - max(0.2 * wide, 0.6), max(steps) + max(0.06 * wide, 0.3))
    left, right = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if max(left, 0) <= tick <= right])
    ax.set_ylim(max(min(bits) - max(0.18 * tall, 2.5), 0), max(bits) + max(0.06 * tall, 1.0))


def _hull(ax: Axes, programs: Cloud) -> Artist:
    steps = [corner.log2_steps for corner in programs.corners]
    bits = [corner.bits for corner in programs.corners]
    ax.plot(steps, bits, color=INK, linewidth=0.9, zorder=2)
    ax.scatter(steps, bits, s=70, marker="o", facecolor="none", edgecolor=INK, linewidth=0.9, zorder=4)
    return Line2D(
        [],
        [],
        color=INK,
        linewidth=0.9,
        marker="o",
        markersize=8,
        markerfacecolor="none",
        label="lower hull, witnesses",
    )


def _tips(ax: Axes, programs: Cloud) -> list[Artist]:
    """The line through the two shortest programs, whose slope is minus the predicted gamma*, and both in words."""
    handles: list[Artist] = []
    for place, tip in enumerate(programs.tips):
        dashes = (0, (4, 2)) if place == 0 else (0, (1, 1.5))
        ax.plot(
            [tip.direct[1], tip.search[1]],
            [tip.direct[0], tip.search[0]],
            color=INK,
            linewidth=0.8,
            ls=dashes,
            zorder=5,
        )
        predicted = "none" if tip.predicted is None else f"{tip.predicted:.3g}"
        measured = ", ".join(f"{gamma:.3g}" for gamma in tip.measured) or "none"
        text = f"{GAMMA}*, disguised {tip.side}:\npredicted {predicted}\nmeasured {measured}"
        handles.append(Line2D([], [], color=INK, linewidth=0.8, ls=dashes, label=text))
    return handles


def _edges(ax: Axes, programs: Cloud, points: dict[Point, int]) -> None:
    """The gamma of each edge, written on the side of the hull where no program is."""
    if not programs.gammas:
        return
    steps = np.array([corner.log2_steps for corner in programs.corners])
    bits = np.array([corner.bits for corner in programs.corners], dtype=np.float64)
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


def caption(programs: Cloud) -> str:
    """What the figure shows, with its numbers."""
    tips = [
        f"With the disguised counted as {tip.side} the two shortest programs predict gamma* {number(tip.predicted)}; "
        f""
        f"the whole masses weigh the same {at_gammas(tip.measured)} in [0, 8]."
        for tip in programs.tips
    ]
    return sentences(
        f"Every code-only program of at most {programs.bound_bits} bits that fits the world {programs.world}, by "
        "length "
        f"and time: {sum(programs.counts)} programs.",
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
