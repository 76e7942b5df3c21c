"""Against length l: the mass of each class's programs, the objectives of searches among them, and a census's costs.

Right of the bound an arrow goes to where a geometric tail would take the mass; the tail is a guide and no bound
(docs/measures.md).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from priorsim.census.atlas import AtlasHeader
from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import OF_PRIOR, Data, Entry, Study, asked
from priorsim.figures.labels import Label, dense, place_labels
from priorsim.figures.page import F64, FAINT, INK, LOOKS, SERIES, SHADE, Look
from priorsim.formats import counted, number, percent
from priorsim.measure.convergence import convergence
from priorsim.measure.histogram import Cells
from priorsim.measure.mass import log2_weights, mass
from priorsim.measure.objectives import objectives
from priorsim.priors import Prior
from priorsim.worlds import World

COLUMNS = "class item max_bits log2_mass log2_mass_low log2_mass_high"
"""Class by class a row 'shortest' with the length of the shortest program and log2 of its weight, None where there is
none; a row for each bound, with log2 of the mass of the programs of at most so many bits, -inf where there is none yet;
and one 'extrapolated', with the ends of log2 of the mass with a geometric tail, None where none could be fitted. An
infinite high end is a tail that does not shrink."""
SIMPLICITY = Prior("solomonoff")
LAST_BITS = 4
"""The share of the mass in so many last bits is given."""


class Line(NamedTuple):
    """What the columns say of one class, in bits above the weight of its shortest program."""

    kind: str
    first_bits: int | None
    bounds: Sequence[int]
    above: F64
    low: float | None
    high: float | None

    @property
    def bonus(self) -> float:
        """Bits that all programs up to the bound weigh more than the shortest one."""
        return float(self.above[-1])


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The mass of each class of a world up to every length, with its extrapolated range, under the study's prior.

    `last_shares`: by class the share of the mass in the last bits, None where there is no mass.
    """
    counted, prior = study.histogram(worlds[0]), study.prior or SIMPLICITY
    settled = convergence(counted, prior)
    rows: list[tuple[object, ...]] = []
    for place, (name, tail) in enumerate(settled.extrapolated_log2_mass.items()):
        cells = counted.cells.of([place])
        rows.append((name, "shortest", *_shortest(cells, counted.header, prior), None, None))
        for bound in range(1, counted.max_bits + 1):
            grown = mass(cells.take(cells.bits <= bound), counted.header, prior).log2
            rows.append((name, "mass", bound, grown, None, None))
        ends = (None, None) if tail is None or tail.low is None or tail.high is None else (tail.low, tail.high)
        rows.append((name, "extrapolated", None, None, *ends))
    shares = dict(settled.last_four_bits_share.items())
    return Data(COLUMNS, rows, **asked(counted.world), prior=prior.name, last_shares=shares)


def _shortest(cells: Cells, header: AtlasHeader, prior: Prior) -> tuple[int | None, float | None]:
    """Length and log2 of the weight of the shortest program that has one, the heaviest if there are several."""
    weights = log2_weights(cells, header, prior)
    weighs = weights > -math.inf
    if not weighs.any():
        return None, None
    bits = int(cells.bits[weighs].min())
    return bits, float(weights[weighs & (cells.bits == bits)].max())


def _lines(masses: Data) -> list[Line]:
    lines = []
    for kind in dict.fromkeys(masses["class"]):
        shortest, *grown, tail = [row[2:] for row in masses.rows if row[0] == kind]
        first_bits, weight = shortest[0], shortest[1] or 0.0
        ends = (None if end is None else end - weight for end in tail[-2:])
        lines.append(
            Line(kind, first_bits, [row[0] for row in grown], page.finite([row[1] for row in grown]) - weight, *ends)
        )
    return lines


@page.drawing(2.9)
def draw(masses: Data, ax: Axes) -> None:
    """Draw by how much each class up to each length outweighs its shortest program, and what a tail would add."""
    lines = _lines(masses)
    bound = lines[0].bounds[-1]
    ax.set(xlabel="program length l, at most (bits)", ylabel="mass above the shortest program (bits)")
    page.set_title(ax, masses.words, masses.world, f"{masses.prior} prior, up to {bound} bits")
    ax.axvspan(bound - LAST_BITS, bound, color=SHADE, linewidth=0, zorder=0)
    ax.axvline(bound, color=FAINT, linewidth=0.6, zorder=0.5)
    handles: list[Artist] = []
    for line in lines:
        style, share = LOOKS[line.kind].style(3.2), masses.last_shares[line.kind]
        if line.first_bits is None:
            handles.append(page.key(f"{line.kind}: none up to {bound} bits", **{**style, "linestyle": "none"}))
            continue
        text = "" if share is None else f", {percent(share, '.2g')} of it in the last {LAST_BITS} bits"
        handles += ax.plot(line.bounds, line.above, label=f"{line.kind}: {number(line.bonus)} bits{text}", **style)
    apart = _limits(ax, lines, bound)
    handles += _tails(ax, lines, bound, apart)
    handles.append(Patch(facecolor=SHADE, label=f"the last {LAST_BITS} bits"))
    page.legend_below(ax, handles)


def _limits(ax: Axes, lines: Sequence[Line], bound: int) -> float:
    """Set limits with room for the tails, and whole lengths as ticks; how far apart the tails stand."""
    tails = [line.low for line in lines if line.low is not None and math.isfinite(line.low)]
    top = max([1.0, *tails, *(line.bonus for line in lines if line.first_bits is not None)])
    ax.set_ylim(-0.06 * top, 1.25 * top)
    firsts = [line.first_bits for line in lines if line.first_bits is not None]
    first = min([*firsts, bound - LAST_BITS])
    span = bound - first
    apart = max(0.06 * span, 0.35)
    right = bound + apart * (len(lines) + 0.5)
    ax.set_xlim(first - 0.05 * span, right)
    ticks: dict[float, str] = {tick: str(tick) for tick in range(bound, first - 1, -max(1, round(span / 6)))}
    if any(line.low is not None for line in lines):
        ticks[(bound + right) / 2] = "tail"
    ax.set_xticks(list(ticks), list(ticks.values()))
    if not firsts:
        page.say_inside(ax, f"no program up to {bound} bits fits")
    return apart


def _tails(ax: Axes, lines: Sequence[Line], bound: int, apart: float) -> list[Artist]:
    """An arrow from each class at the bound to where a tail would take it; to the top where that lies above."""
    top = ax.get_ylim()[1]
    for place, line in enumerate(lines):
        if line.low is None or line.high is None:
            continue
        colour, x = LOOKS[line.kind].colour, bound + apart * (place + 0.75)
        ax.plot([x, x], [line.low, min(line.high, top)], color=colour, linewidth=2.4, alpha=0.35, solid_capstyle="butt")
        tip = min((line.low + line.high) / 2, top)
        look = {"arrowstyle": "-|>", "mutation_scale": 6, "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (x, tip), (bound, line.bonus), arrowprops=look, annotation_clip=False)
    arrow: dict[str, Any] = {"color": INK, "marker": ">", "markersize": 3, "linewidth": 0.8}
    has_tails = any(None not in (line.low, line.high) for line in lines)
    return [page.key("arrow: with a geometric tail, thick its low to high", **arrow)] if has_tails else []


def caption(masses: Data) -> str:
    """What the figure shows, with its numbers."""
    lines = _lines(masses)
    known = [line for line in lines if line.first_bits is not None]
    most = max(known, key=lambda line: line.bonus, default=None)
    said = [
        f"The shortest {line.kind} program has {line.first_bits} bits, and all of at most {line.bounds[-1]} bits "
        f"together weigh {number(line.bonus)} bits more than it."
        for line in known
    ]
    said += [f"No {line.kind} program of at most {line.bounds[-1]} bits fits." for line in lines if line not in known]
    return page.sentences(
        f"That there are many programs is worth most to {most.kind} programs: together they weigh {number(most.bonus)} "
        "bits more than the shortest of them."
        if most
        else "",
        f"Mass of the fitting programs of at most l bits against l, class by class, in bits above the weight of the "
        f"shortest program, in the world {masses.world} under the {masses.prior} prior; at the bound that is the "
        "multiplicity bonus B where the prior is 2^-l.",
        *said,
        "An arrow goes to where a geometric tail would take each class; it is a guide and no bound.",
    )


SHOWS = "cumulative mass of each class against length: what multiplicity is worth"
FIGURE = Entry("mass-against-length", SHOWS, data, draw, caption, ("minimum-w3",), is_of_one=True, takes=OF_PRIOR)


# How many objectives fit, and how many programs search for them, as programs get longer.
OBJECTIVES = "world max_bits objectives programs"
"""Distinct body tables of the fitting programs of at most so many bits whose root is a search, and these programs;
from the length on at which there is one."""
TOWARDS = (180, 165, -165, 150, -150, 135, -135, 120, -120)
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
    words = [asked(world)["words"] for world in worlds]
    return Data(OBJECTIVES, rows, worlds=[world.name for world in worlds], words=words, bound_bits=header.max_bits)


def last(found: Data, world: str) -> tuple[int, int]:
    """The objectives and the programs of a world in the end."""
    return next((row[2:] for row in reversed(found.rows) if row[0] == world), (0, 0))


@page.drawing(2.9)
def draw_objectives(found: Data, ax: Axes) -> None:
    """Draw the number of objectives (thick, marked) and of programs (thin) up to each length, on a log scale."""
    ends: list[Label] = []
    lines: list[F64] = []
    for world, look in zip(found.worlds, SERIES, strict=False):
        here = {bits: counts for name, bits, *counts in found.rows if name == world}
        bits = range(found.bound_bits + 1)
        tables, programs = np.array([here.get(each, (np.nan, np.nan)) for each in bits], dtype=np.float64).T
        style = look.style(3, linestyle="-", markerfacecolor=look.cover)
        ax.step(bits, tables, where="post", **style)
        ax.step(bits, programs, where="post", color=look.colour, ls=":", linewidth=0.9)
        if here:
            ends.append(
                Label(
                    f"{world}: {counted(last(found, world)[0], 'objective')}", (found.bound_bits, tables[-1]), TOWARDS
                )
            )
        for counts in (tables, programs):
            line = np.column_stack([bits, counts])
            lines.append(line[~np.isnan(counts)])
    ax.set_yscale("log", base=2)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    page.whole_numbers(ax, "x")
    ax.set(xlim=(min(found.max_bits) - 0.5, found.bound_bits + 0.5), xlabel="program length l, at most (bits)")
    ax.set_ylabel("objectives, or programs (number)")
    page.set_title(ax, "objectives of fitting searches")
    dotted = page.key("dotted: programs that search for them", color=INK, ls=":", linewidth=0.9)
    page.legend_below(ax, [dotted])
    page.lay_out(page.figure_of(ax))
    for label in place_labels(ax, ends, avoid=np.vstack([dense(line, ax) for line in lines])):
        label.set_color(SERIES[[label.get_text().startswith(f"{world}:") for world in found.worlds].index(True)].colour)


def objectives_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for world, words in zip(found.worlds, found.words, strict=True):
        tables, programs = last(found, world)
        said.append(f"In {world} ({words}), {counted(programs, 'program')} have {counted(tables, 'objective')}.")
    most = max(found.worlds, key=lambda world: last(found, world)[0])
    return page.sentences(
        f"Up to {found.bound_bits} bits {counted(last(found, most)[0], 'objective')} fit {most}, the most of these "
        "worlds.",
        "Objectives of the fitting programs whose root is a search, up to each length: an objective is the table of "
        "the body of the find or argmax, its word for every candidate in every lane, and two bodies with one table are "
        "one objective.",
        *said,
    )


SHOWS = "distinct objectives of fitting searches, and their programs, against length"
SHOWN = ("root-w4", "inverse-w4", "best-action-w4")
OF_OBJECTIVES = Entry("objectives", SHOWS, objectives_data, draw_objectives, objectives_caption, SHOWN)


# What a census costs by its bound; tests/benchmarks measures it.
ENGINES = (Look(INK, "s", "-"), Look(FAINT, "D", "--"))
"""How each engine is drawn."""


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
        for engine, look in zip(dict.fromkeys(cost.engine for cost in costs), ENGINES, strict=False):
            workers = max(cost.workers for cost in costs if cost.engine == engine)
            own = sorted((cost for cost in costs if cost[:2] == (engine, workers)), key=lambda cost: cost.bits)
            style = look.style(4, label=f"{engine}, {counted(workers, 'worker')}")
            bits = [cost.bits for cost in own]
            panels[0].plot(bits, [cost.seconds for cost in own], **style)
            handles += panels[1].plot(bits, [cost.memory / 2**30 for cost in own], **style)
        for panel, label in zip(panels, ("time of the whole process (s)", "peak memory (GiB)"), strict=True):
            panel.set_yscale("log")
            panel.yaxis.set_major_locator(LogLocator())
            panel.yaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            panel.set(xlabel="bound of the census (bits)", ylabel=label)
            page.whole_numbers(panel, "x")
        page.legend_below(panels[0], handles, ncols=2)
        return tuple(panels)


def costs_caption(costs: Sequence[Cost]) -> str:
    """What the figure shows, with its numbers."""
    largest = max(costs, key=lambda cost: (cost.programs, cost.workers))
    return page.sentences(
        f"Counting {largest.programs} programs, all of at most {largest.bits} bits, takes {number(largest.seconds)} s "
        f"and {number(largest.memory / 2**30)} GiB with the engine {largest.engine}.",
        "Time and peak memory of a census against its bound, for each engine with the most workers measured.",
    )
