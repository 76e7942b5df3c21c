"""How many objectives fit, and how many programs search for them, as programs get longer."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import INK, LOOKS
from priorsim.formats import counted
from priorsim.measure.objectives import objectives
from priorsim.worlds import World

COLUMNS = "world max_bits objectives programs"
"""Distinct body tables of the fitting programs of at most so many bits whose root is a search, and these programs;
from the length on at which there is one."""
CYCLE = [LOOKS[kind] for kind in ("search", "direct", "hybrid", "disguised")]
OBJECTIVE_BITS = 38
"""Objectives are counted up to so many bits, or the study's bound where that is less."""


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The objectives of worlds on one domain, up to each length."""
    header = study.header(worlds[0])
    header = replace(header, max_bits=min(header.max_bits, OBJECTIVE_BITS))
    found = objectives(header, worlds, workers=study.workers)
    if not any(each.number for each in found):
        raise FigureError(f"no program up to {header.max_bits} bits that fits is a search at its root: nothing to draw")
    rows = [
        (world.name, bits, tables, programs)
        for world, each in zip(worlds, found, strict=True)
        for bits, tables, programs in zip(
            range(header.max_bits + 1), accumulate(each.tables), accumulate(each.programs), strict=True
        )
        if programs
    ]
    return Data(COLUMNS, rows, worlds=[world.name for world in worlds], bound_bits=header.max_bits)


def last(found: Data, world: str) -> tuple[int, int]:
    """The objectives and the programs of a world in the end."""
    return next((row[2:] for row in reversed(found.rows) if row[0] == world), (0, 0))


@page.drawing(2.9)
def draw(found: Data, ax: Axes) -> None:
    """Draw the number of objectives (thick, marked) and of programs (thin) up to each length, on a log scale."""
    handles: list[Artist] = []
    for world, look in zip(found.worlds, CYCLE, strict=False):
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
    ax.set_xlim(min(found.max_bits) - 0.5, found.bound_bits + 0.5)
    ax.set_xlabel("program length l, at most (bits)")
    ax.set_ylabel("objectives, or programs (number)")
    ax.set_title("objectives of fitting searches")
    page.legend_below(ax, handles)


def caption(found: Data) -> str:
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
FIGURE = Entry("objectives", SHOWS, data, draw, caption, ("root-w4", "inverse-w4", "best-action-w4"))
