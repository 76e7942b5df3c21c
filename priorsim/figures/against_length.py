"""Against length l: the mass of each class's programs, the objectives of searches among them, and a census's costs.

Right of the bound stands where a geometric tail would take the mass, low and high; the tail is a guide and
no bound (docs/measures.md).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import OF_PRIOR, SHOWN_WORLDS, Data, Entry, Study, asked
from priorsim.figures.page import FAINT, INK, LOOKS, SERIES, SHADE, SIDES
from priorsim.formats import counted, number, percent
from priorsim.measure.convergence import convergence
from priorsim.measure.mass import mass
from priorsim.measure.objectives import objectives
from priorsim.priors import Prior
from priorsim.worlds import World

COLUMNS = "class item max_bits log2_mass log2_mass_low log2_mass_high"
"""Class by class a row for each bound, with log2 of the mass of the programs of at most so many bits, -inf where there
is none yet; and one 'extrapolated', with the ends of log2 of the mass with a geometric tail, None where none could be
fitted. An infinite high end is a tail that does not shrink."""
SIMPLICITY = Prior("solomonoff")
LAST_BITS = 4
"""The share of the mass in so many last bits is given."""


class Line(NamedTuple):
    """What the columns say of one class."""

    kind: str
    bounds: Sequence[int]
    log2_mass: Sequence[float]
    low: float | None
    high: float | None


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The mass of each class of a world up to every length, with its extrapolated range, under the study's prior.

    `last_shares`: by class the share of the mass in the last bits, None where there is no mass.
    """
    counted, prior = study.histogram(worlds[0]), study.prior or SIMPLICITY
    settled = convergence(counted, prior)
    rows: list[tuple[object, ...]] = []
    for place, (name, tail) in enumerate(settled.extrapolated_log2_mass.items()):
        cells = counted.cells.of([place])
        for bound in range(1, counted.max_bits + 1):
            grown = mass(cells.take(cells.bits <= bound), counted.header, prior).log2
            rows.append((name, "mass", bound, grown, None, None))
        ends = (None, None) if tail is None or tail.low is None or tail.high is None else (tail.low, tail.high)
        rows.append((name, "extrapolated", None, None, *ends))
    shares = dict(settled.last_four_bits_share.items())
    return Data(COLUMNS, rows, **asked(counted.world), prior=prior.name, last_shares=shares)


def _lines(masses: Data) -> list[Line]:
    lines = []
    for kind in dict.fromkeys(masses["class"]):
        *grown, tail = [row for row in masses.rows if row[0] == kind]
        lines.append(Line(kind, [row[2] for row in grown], [row[3] for row in grown], *tail[-2:]))
    return lines


@page.drawing(2.9)
def draw(masses: Data, ax: Axes) -> None:
    """Draw log2 of the mass up to each length, class by class, and the extrapolated range."""
    lines = _lines(masses)
    bound = lines[0].bounds[-1]
    ax.set(xlabel="program length l, at most (bits)", ylabel="log₂ mass of fitting programs (bits)")
    page.set_title(ax, masses.words, masses.world, f"{masses.prior} prior, up to {bound} bits")
    ax.axvspan(bound - LAST_BITS, bound, color=SHADE, linewidth=0, zorder=0)
    ax.axvline(bound, color=FAINT, linewidth=0.6, zorder=0.5)
    handles: list[Artist] = []
    for line in lines:
        values, style, share = page.finite(line.log2_mass), LOOKS[line.kind].style(3.2), masses.last_shares[line.kind]
        if np.isnan(values).all():
            handles.append(page.key(f"{line.kind}: none up to {bound} bits", **{**style, "linestyle": "none"}))
            continue
        text = "" if share is None else f": {percent(share, '.2g')} in the last {LAST_BITS} bits"
        handles += ax.plot(line.bounds, values, label=line.kind + text, **style)
    apart = _limits(ax, lines, bound)
    handles += _tails(ax, lines, bound, apart)
    handles.append(Patch(facecolor=SHADE, label=f"the last {LAST_BITS} bits"))
    page.legend_below(ax, handles)


def _limits(ax: Axes, lines: Sequence[Line], bound: int) -> float:
    """Set limits with room for the tails, and whole lengths as ticks; how far apart the tails stand."""
    points = [(x, y) for line in lines for x, y in zip(line.bounds, line.log2_mass, strict=True) if math.isfinite(y)]
    tails = [end for line in lines for end in (line.low, line.high) if end is not None and math.isfinite(end)]
    known = [y for _, y in points] + tails or [-1.0, 0.0]
    margin = max(0.08 * (max(known) - min(known)), 0.5)
    ax.set_ylim(min(known) - margin, max(known) + margin)
    first = min([*(x for x, _ in points), bound - LAST_BITS])
    span = bound - first
    right = bound + max(0.045 * span, 0.35) * (len(lines) + 0.5)
    ax.set_xlim(first - 0.05 * span, right)
    ticks: dict[float, str] = {tick: str(tick) for tick in range(bound, first - 1, -max(1, round(span / 6)))}
    if any(line.low is not None for line in lines):
        ticks[(bound + right) / 2] = "tail"
    ax.set_xticks(list(ticks), list(ticks.values()))
    if not points:
        page.say_inside(ax, f"no program up to {bound} bits fits")
    return max(0.045 * (bound - ax.get_xlim()[0]), 0.35)


def _tails(ax: Axes, lines: Sequence[Line], bound: int, apart: float) -> list[Artist]:
    """The extrapolated range of each class, right of the bound; an arrow where it has no upper end."""
    top = ax.get_ylim()[1]
    for place, line in enumerate(lines):
        if line.low is None or line.high is None:
            continue
        look, x = LOOKS[line.kind], bound + apart * (place + 0.75)
        low, high = min(line.low, top), min(line.high, top)
        ax.plot([x, x], [line.log2_mass[-1], low], color=look.colour, linewidth=0.5, linestyle=":")
        ax.plot([x, x], [low, high], color=look.colour, linewidth=1.0, solid_capstyle="butt")
        ax.plot([x], [low], color=look.colour, marker="_", markersize=5)
        marker = "^" if math.isinf(line.high) else "_"
        ax.plot([x], [high], color=look.colour, marker=marker, markersize=5, clip_on=False)
        ax.plot([x], [(low + high) / 2], color=look.colour, marker=look.marker, markersize=3, markerfacecolor="white")
    text = "tail: the mass with a geometric one, low to high"
    has_tails = any(None not in (line.low, line.high) for line in lines)
    return [page.key(text, color=INK, linestyle="none", marker="|", markersize=6, mew=1.0)] if has_tails else []


def caption(masses: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind, bounds, log2_mass, *_ in _lines(masses):
        first = next((bits for bits, value in zip(bounds, log2_mass, strict=True) if value > -math.inf), None)
        if first is None:
            said.append(f"No {kind} program of at most {bounds[-1]} bits fits.")
            continue
        weigh = (
            f"{number(log2_mass[-1] + first)} bits more than it: the multiplicity bonus B."
            if masses.prior == SIMPLICITY.name
            else f"2^{number(log2_mass[-1])}."
        )
        whole = f"all of at most {bounds[-1]} bits together weigh"
        said.append(f"The shortest {kind} program has {first} bits, and {whole} {weigh}")
    return page.sentences(
        f"Mass of the fitting programs of at most l bits against l, class by class, in the world {masses.world} under "
        f"the {masses.prior} prior.",
        *said,
        "Right of the bound stands where a geometric tail would take each class; it is a guide and no bound.",
    )


SHOWS = "cumulative mass of each class against length: what multiplicity is worth"
FIGURE = Entry("mass-against-length", SHOWS, data, draw, caption, SHOWN_WORLDS, is_of_one=True, takes=OF_PRIOR)


# How many objectives fit, and how many programs search for them, as programs get longer.
OBJECTIVES = "world max_bits objectives programs"
"""Distinct body tables of the fitting programs of at most so many bits whose root is a search, and these programs;
from the length on at which there is one."""
OBJECTIVE_BITS = 38
"""Objectives are counted up to so many bits, or the study's bound where that is less."""


def objectives_data(study: Study, worlds: Sequence[World]) -> Data:
    """The objectives of worlds on one domain, up to each length."""
    header = study.header(worlds[0])
    header = replace(header, max_bits=min(header.max_bits, OBJECTIVE_BITS))
    found = objectives(header, worlds, workers=study.workers)
    if not any(sum(each.tables) for each in found):
        raise FigureError(f"no program up to {header.max_bits} bits that fits is a search at its root: nothing to draw")
    rows = []
    for world, each in zip(worlds, found, strict=True):
        grown = enumerate(zip(accumulate(each.tables), accumulate(each.programs), strict=True))
        rows += [(world.name, bits, tables, programs) for bits, (tables, programs) in grown if programs]
    return Data(OBJECTIVES, rows, worlds=[world.name for world in worlds], bound_bits=header.max_bits)


def last(found: Data, world: str) -> tuple[int, int]:
    """The objectives and the programs of a world in the end."""
    return next((row[2:] for row in reversed(found.rows) if row[0] == world), (0, 0))


@page.drawing(2.9)
def draw_objectives(found: Data, ax: Axes) -> None:
    """Draw the number of objectives (thick, marked) and of programs (thin) up to each length, on a log scale."""
    handles: list[Artist] = []
    for world, look in zip(found.worlds, SERIES, strict=False):
        here = {bits: counts for name, bits, *counts in found.rows if name == world}
        bits = range(found.bound_bits + 1)
        tables, programs = np.array([here.get(each, (np.nan, np.nan)) for each in bits], dtype=np.float64).T
        style = look.style(3, linestyle="-", markerfacecolor=look.cover)
        handles += ax.step(bits, tables, where="post", label=f"{world}: {last(found, world)[0]} in the end", **style)
        ax.step(bits, programs, where="post", color=look.colour, ls=":", linewidth=0.9)
    handles.append(page.key("dotted: programs that search for them", color=INK, ls=":", linewidth=0.9))
    ax.set_yscale("log", base=2)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    page.whole_numbers(ax, "x")
    ax.set(xlim=(min(found.max_bits) - 0.5, found.bound_bits + 0.5), xlabel="program length l, at most (bits)")
    ax.set_ylabel("objectives, or programs (number)")
    ax.set_title("objectives of fitting searches")
    page.legend_below(ax, handles)


def objectives_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for world in found.worlds:
        tables, programs = last(found, world)
        said.append(f"In {world}, {counted(programs, 'program')} have {counted(tables, 'objective')}.")
    return page.sentences(
        "Objectives of the fitting programs whose root is a search, up to each length: an objective is the table of "
        "the body of the find or argmax, its word for every candidate in every lane, and two bodies with one table are "
        "one objective.",
        f"Up to {found.bound_bits} bits:",
        *said,
    )


SHOWS = "distinct objectives of fitting searches, and their programs, against length"
SHOWN = ("root-w4", "inverse-w4", "best-action-w4")
OF_OBJECTIVES = Entry("objectives", SHOWS, objectives_data, draw_objectives, objectives_caption, SHOWN)


# What a census costs by its bound; tests/benchmarks measures it.
class Cost(NamedTuple):
    """One measured census: seconds of the whole process, the median of the repeats, kernels compiled before.

    Memory is the peak of the largest process, in bytes; bits are the bound.
    """

    engine: str
    workers: int
    bits: int
    programs: int
    rows: int
    seconds: float
    memory: int


def draw_costs(costs: Sequence[Cost], *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw seconds and peak memory against the bound, on logarithmic scales, of the most workers of each engine."""
    with page.style():
        panels = page.new_figure(width, 2.6).subplots(1, 2)
        handles: list[Artist] = []
        for engine, (look, _) in zip(dict.fromkeys(cost.engine for cost in costs), SIDES, strict=False):
            workers = max(cost.workers for cost in costs if cost.engine == engine)
            own = sorted((cost for cost in costs if cost[:2] == (engine, workers)), key=lambda cost: cost.bits)
            style = look.style(4, label=f"{engine}, {counted(workers, 'worker')}")
            bits = [cost.bits for cost in own]
            panels[0].plot(bits, [cost.seconds for cost in own], **style)
            handles += panels[1].plot(bits, [cost.memory / 2**30 for cost in own], **style)
        for panel, label in zip(panels, ("time of the whole process (s)", "peak memory (GiB)"), strict=True):
            panel.set_yscale("log")
            panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            panel.yaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            panel.set(xlabel="bound of the census (bits)", ylabel=label)
            page.whole_numbers(panel, "x")
        page.legend_below(panels[0], handles, ncols=2)
        return tuple(panels)
