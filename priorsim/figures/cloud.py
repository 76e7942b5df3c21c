"""Every fitting program by length and time, and the lower hull on which the lightest ones lie.

Length l stands upright and log2 t lies across, so that for the price l + gamma log2 t the gamma at
which the lightest program changes is minus the slope of an edge, as seen (docs/measures.md).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from priorsim.figures import page
from priorsim.figures.entry import OF_CENSUS, Data, Entry, Study, asked
from priorsim.figures.labels import Label, dense, place_labels
from priorsim.figures.page import FAINT, GAMMA, INK, LOOKS, SERIES
from priorsim.formats import counted, listed, number
from priorsim.measure.crossover import GAMMA_RANGE, crossovers
from priorsim.measure.decomposition import alpha, hull
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import ENDS, LOW, End, shortest
from priorsim.measure.population import population
from priorsim.priors import Prior
from priorsim.worlds import World, constant_world

COLUMNS = "item class bits log2_mean_steps programs gives_way_at_gamma"
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
    measured: tuple[float, ...]


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
    known = [tip for tip in tips if tip is not None]
    return cloud_of(counted.world, counted.max_bits, totals, corners, edge.gammas, known)


def cloud_of(
    world: World,
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
        found = [("predicted", tip.predicted), *(("measured", gamma) for gamma in tip.measured)]
        rows += [(item, f"disguised as {tip.side}", None, None, None, gamma) for item, gamma in found]
    facts = {"points": points, "corners": corners, "gammas": gammas, "tips": tips}
    return Data(COLUMNS, rows, **asked(world), bound_bits=bound_bits, **facts)


def _tip(counted: Histogram, end: End, side: str) -> Tip | None:
    """Predicted and measured gamma* at one end; None where a side is empty."""
    found, keys = alpha(counted, end), [shortest(counted, kinds) for kinds in (end.direct, end.search)]
    if found is None or None in keys:
        return None
    direct, search = (
        (each.bits, math.log2(mean_steps(counted.header, np.array(each.steps)))) for each in keys if each is not None
    )
    measured = crossovers(counted, Prior("solomonoff"), end, within=GAMMA_RANGE).roots
    return Tip(side, direct, search, found.predicted, measured)


@page.drawing(3.5)
def draw(programs: Data, ax: Axes) -> None:
    """Draw all fitting programs by length and time, the hull, and the gamma of each of its edges."""
    points = programs.points
    # Many points are drawn smaller, to at most a third of the area.
    scale = float(np.clip(np.sqrt(200 / max(len(points), 1)), 1 / 3, 1))
    ax.set(xlabel="log₂ mean steps per lane", ylabel="program length l (bits)")
    page.set_title(ax, programs.words, programs.world, f"up to {programs.bound_bits} bits")
    page.whole_numbers(ax, "y", min_n_ticks=1)
    handles = [_class(ax, programs, str(kind), scale) for kind in CLASSES]
    _limits(ax, programs)
    if programs.corners:
        bits, steps, _ = zip(*programs.corners, strict=True)
        ax.plot(steps, bits, color=INK, linewidth=0.9, zorder=2)
        ax.scatter(steps, bits, s=70, marker="o", facecolor="none", edgecolor=INK, linewidth=0.9, zorder=4)
        look = page.Look(INK, "o", "-", is_filled=False)
        handles.append(page.key("lower hull, witnesses", **look.style(8, linewidth=0.9)))
    if points:
        power = 10 ** int(np.log10(max(points.values())))
        for count in sorted({1, power}):
            look = page.Look(INK, "o", "none", is_filled=False)
            text = f"{counted(count, 'program', apart=True)} at a point"
            handles.append(page.key(text, **look.style(float(np.sqrt(_area(count) * scale)))))
    else:
        page.say_inside(ax, f"no program up to {programs.bound_bits} bits fits")
    # The slope of the line through the two shortest programs is minus the predicted gamma*.
    sides = {
        tip[1:]: tip.side if len({each[1:] for each in programs.tips}) > 1 else "either way" for tip in programs.tips
    }
    for (tip, side), dashes in zip(sides.items(), ((4, 2), (1, 1.5)), strict=False):
        direct, search, predicted, measured = tip
        bits, steps = zip(direct, search, strict=True)
        line: dict[str, Any] = {"color": INK, "linewidth": 0.8, "ls": (0, dashes)}
        ax.plot(steps, bits, zorder=5, **line)
        text = f"{GAMMA}*, disguised {side}:\npredicted {number(predicted, none='none')}\nmeasured {listed(measured)}"
        handles.append(page.key(text, **line))
    page.legend_below(ax, handles, ncols=4 if page.is_wide(ax) else 2)
    if programs.gammas:
        _edges(ax, programs)


def _area(count: int) -> float:
    """Square points of a marker: with the logarithm of the count."""
    return 7.0 + 9.0 * float(np.log10(count))


def _class(ax: Axes, programs: Data, kind: str, scale: float) -> Artist:
    """The points of one class, and what the legend says of it."""
    look = LOOKS[kind]
    mine = [(steps, bits, count) for (name, bits, steps), count in programs.points.items() if name == kind]
    text = f"none up to {programs.bound_bits} bits"
    if mine:
        steps, bits, counts = zip(*mine, strict=True)
        text = counted(sum(counts), "program", apart=True)
        edged = {"facecolor": look.face, "edgecolor": look.colour}
        colours: dict[str, Any] = {"color": look.colour} if look.marker == "x" else edged
        areas = [_area(count) * scale for count in counts]
        ax.scatter(steps, bits, s=areas, marker=look.marker, linewidth=0.5, alpha=0.85, zorder=3, **colours)
    return page.key(f"{kind}: {text}", ls="none", marker=look.marker, color=look.colour, markerfacecolor=look.face)


def _limits(ax: Axes, programs: Data) -> None:
    """Limits with room for the labels on the side of the hull where no program is."""
    places = [*(point[1:] for point in programs.points), *(corner[:2] for corner in programs.corners)]
    bits, steps = zip(*(places or [(2, 0.6), (programs.bound_bits, 8.0)]), strict=True)
    wide, tall = max(steps) - min(steps), max(bits) - min(bits)
    ax.set_xlim(min(steps) - max(0.2 * wide, 0.6), max(steps) + max(0.06 * wide, 0.3))
    left, right = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if max(left, 0) <= tick <= right])
    ax.set_ylim(max(min(bits) - max(0.18 * tall, 2.5), 0), max(bits) + max(0.06 * tall, 1.0))


def _edges(ax: Axes, programs: Data) -> None:
    """The gamma of each edge, where a price may be, written on the side of the hull where no program is."""
    corners = np.array([(steps, bits) for bits, steps, _ in programs.corners])
    labels = [
        Label(f"{GAMMA} = {gamma:.3g}", tuple((one + other) / 2), (-120, -150, 180, -90, -135, -165, 165, -60))
        for gamma, (one, other) in zip(programs.gammas, pairwise(corners), strict=True)
        if GAMMA_RANGE[0] <= gamma <= GAMMA_RANGE[1]
    ]
    here = np.array([(point[2], point[1]) for point in programs.points], dtype=np.float64)
    page.lay_out(page.figure_of(ax))
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = 6 * ax.figure.dpi / 72 * np.column_stack([np.cos(turns), np.sin(turns)])
    rings = ax.transData.inverted().transform((ax.transData.transform(corners)[:, None] + ring).reshape(-1, 2))
    place_labels(ax, labels, avoid=np.vstack([here, dense(corners, ax), rings]))


def caption(programs: Data) -> str:
    """What the figure shows, with its numbers."""
    tips = [
        f"With the disguised counted as {tip.side} the two shortest programs predict gamma* {number(tip.predicted)}; "
        f"the whole masses weigh the same {page.at_gammas(tip.measured)} in [0, 8]."
        for tip in programs.tips
    ]
    first = ""
    if programs.tips:
        tip = programs.tips[0]
        first = (
            "The two shortest programs predict that search and direct code weigh the same at gamma* "
            f"{number(tip.predicted)}; all programs together do so {page.at_gammas(tip.measured)}."
        )
    return page.sentences(
        first,
        f"Every code-only program of at most {programs.bound_bits} bits that fits the world {programs.world}, by "
        f"length and time: {sum(programs.points.values())} programs.",
        "The line is the lower hull, on which the lightest program lies.",
        f"The lightest changes {page.at_gammas(programs.gammas)}.",
        *(tips or ["One of the sides has no program, so no gamma* is predicted or measured."]),
        "Dashes join the shortest program of either side; minus their slope is the predicted gamma*." if tips else "",
        page.GAMMA_STAR_SAID,
    )


SHOWS = "length against time of every program that fits, the hull, and gamma* predicted and measured"
FIGURE = Entry("cloud", SHOWS, data, draw, caption, ("constant-greatest-square-w12",), is_of_one=True, takes=OF_CENSUS)


# The same prediction for every constant, against what the whole masses say.
CROSSINGS = "world predicted measured"
"""(1 - c/L) / alpha of the two shortest programs, and the crossover of the whole masses nearest to it."""
CROSSING_RANGE = (-4.0, 8.0)
"""Where crossovers of constants are looked for; a negative gamma would reward time."""
CLOSE = 0.05
"""Predicted and measured crossovers that differ by no more agree."""
CONSTANT_BITS = 12
MOST_ROWS, DENSE = 20, 40
"""Worlds that have a row, and parts of either axis of the others."""


def crossings_data(study: Study, _: Sequence[World]) -> Data:
    """Predicted and measured crossovers of every constant that both direct code and search spell out.

    Those in which the masses do not cross, or nothing is predicted, are counted: `without`.
    """
    first = constant_world("constant", CONSTANT_BITS, 0)
    words = population(study.atlas(first)).members.words.tolist()
    worlds = [constant_world(f"constant.w{CONSTANT_BITS}-{word}", CONSTANT_BITS, word) for word in words]
    rows = []
    low, high = CROSSING_RANGE
    for each in study.histograms(worlds):
        found = alpha(each, LOW)
        measured = crossovers(each, Prior("solomonoff"), LOW, within=CROSSING_RANGE).roots
        if found is None or found.predicted is None or not low <= found.predicted <= high or not measured:
            continue
        nearest = min(measured, key=lambda gamma: abs(gamma - found.predicted))  # type: ignore[operator]
        rows.append((each.world.name, found.predicted, nearest))
    return Data(CROSSINGS, rows, without=len(worlds) - len(rows), bound_bits=study.header(first).max_bits)


def agreeing(crossings: Data) -> int:
    """In how many worlds the two agree."""
    return sum(abs(measured - predicted) <= CLOSE for _, predicted, measured in crossings.rows)


def priced(crossings: Data) -> list[tuple[str, float, float]]:
    """The worlds that tip at a price of time, by falling crossover."""
    return sorted((row for row in crossings.rows if row[2] >= 0), key=lambda row: -row[2])


def draw_crossings(crossings: Data, *, width: float = page.SINGLE) -> tuple[Axes, ...]:
    """Draw predicted and measured gamma* of each world that tips at a price, and how all the others lie below 0."""
    with page.style():
        wide = page.is_wide(width)
        figure = page.new_figure(width, 2.8 if wide else 5.2)
        tipping, others = figure.subplots(1, 2) if wide else figure.subplots(2, 1)
        _tipping(tipping, priced(crossings)[:MOST_ROWS])
        _others(others, [row[1:] for row in crossings.rows if row[2] < 0])
        return tipping, others


def _tipping(ax: Axes, rows: Sequence[tuple[str, float, float]]) -> None:
    """A row for each world, from the predicted to the measured crossover."""
    known, found = SERIES[0], SERIES[1]
    page.set_title(ax, "words that tip at a price of time")
    for row, (_, predicted, measured) in enumerate(rows):
        ax.plot([predicted, measured], [row, row], color=FAINT, linewidth=1.0, zorder=1)
        ax.plot([predicted], [row], **known.style(4.5, linestyle="none"))
        ax.plot([measured], [row], **found.style(4.5, linestyle="none"))
    if not rows:
        page.say_inside(ax, "none")
    named = ((known, "predicted", 6), (found, "measured", -11))
    for value, (look, text, above) in zip(rows[0][1:] if rows else (), named, strict=False):
        near: dict[str, Any] = {"xytext": (0, above), "textcoords": "offset points"}
        ax.annotate(text, (value, 0), ha="center", fontsize=6.5, color=look.colour, **near)
    ax.set_yticks(range(len(rows)), [world.rpartition("-")[2] for world, *_ in rows])
    ax.set(ylim=(max(len(rows), 1) - 0.4, -0.9), ylabel="word (of the constant)")
    values = [0.0, *(value for row in rows for value in row[1:])] if rows else [0.0, 1.0]
    ax.set_xlim(1.25 * min(values), 1.25 * max(values))
    ax.set_xlabel(f"{GAMMA}* (bits per doubling of mean steps)")


def _others(ax: Axes, rows: Sequence[tuple[float, float]]) -> None:
    """How many worlds have so much predicted and measured, below 0, in grey."""
    page.set_title(ax, f"the other {counted(len(rows), 'word')}: only a reward for time would tip them")
    ax.set(xlabel=f"predicted {GAMMA}* (bits per doubling)", ylabel=f"measured {GAMMA}* (bits per doubling)")
    if not rows:
        page.say_inside(ax, "none")
        return
    predicted, measured = np.array(rows).T
    ends = [float(min(predicted.min(), measured.min())) - 0.1, 0.0]
    counts, *edges = np.histogram2d(predicted, measured, bins=DENSE, range=[ends, ends])
    norm = LogNorm(1 / 3, max(counts.max(), 10))
    plane = ax.pcolormesh(*edges, np.where(counts > 0, counts, np.nan).T, cmap="Greys", norm=norm)
    ax.plot(ends, ends, color=INK, linewidth=0.7)
    where = ends[0] + 0.75 * (ends[1] - ends[0])
    ax.annotate("equal", (where, where), xytext=(3, -8), textcoords="offset points", fontsize=6.5)
    bar = ax.figure.colorbar(plane, ax=ax, pad=0.02, fraction=0.08)
    bar.set_label("worlds (number)")
    bar.outline.set_linewidth(0.6)


def crossings_caption(crossings: Data) -> str:
    """What the figure shows, with its numbers."""
    low, high = CROSSING_RANGE
    rows, whole = priced(crossings), counted(len(crossings.rows), "world")
    most = max((abs(measured - predicted) for _, predicted, measured in rows), default=None)
    first = f"{len(rows)} of {whole} of constants tip at a price of time" + (
        f", and two programs predict it to {number(most)}." if rows else "."
    )
    return page.sentences(
        first,
        f"Crossovers of constants of {CONSTANT_BITS} bits: gamma* of the whole masses beside (1 - c/L) / alpha, which "
        "the shortest search program (c bits) and the shortest direct one (L bits) predict; alpha is log2 of the ratio "
        "of their times over L.",
        f"Over every code-only program of at most {crossings.bound_bits} bits, under 2^-l / t^gamma; the one lane is "
        "trained on.",
        f"Where the two differ by at most {CLOSE:g} they agree: in {agreeing(crossings)} of {whole}.",
        f"Counted are all words that both direct code and search spell out up to the bound; {crossings.without} more "
        f"have no crossover in [{low:g}, {high:g}], or none is predicted there.",
        "Below 0 a reward for time would be needed for search to weigh as much. Disguised programs, which owe their "
        "answer to a loop that ran until something held, are counted as direct code.",
        page.GAMMA_STAR_SAID,
    )


SHOWS = "crossovers of constants: measured on the whole masses against predicted from two programs"
CROSSOVERS = Entry("constant-crossovers", SHOWS, crossings_data, draw_crossings, crossings_caption)
