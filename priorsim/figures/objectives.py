"""How many objectives fit, and how many programs search for them, as programs get longer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.page import F64, INK, LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.figures.words import sentences
from priorsim.formats import counted
from priorsim.measure.objectives import objectives
from priorsim.mu.lesions import ProgramClass
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

CYCLE = (
    LOOKS[ProgramClass.SEARCH],
    LOOKS[ProgramClass.DIRECT],
    LOOKS[ProgramClass.HYBRID],
    LOOKS[ProgramClass.DISGUISED],
)


@dataclass(frozen=True, slots=True)
class WorldObjectives:
    """One world's fitting programs whose root is a search.

    Attributes
    ----------
    world : str
    lengths : sequence of int
        0, 1, ..., B bits.
    objectives, programs : sequence of int
        Distinct body tables, and programs, of at most so many bits.
    """

    world: str
    lengths: Sequence[int]
    objectives: Sequence[int]
    programs: Sequence[int]


@dataclass(frozen=True, slots=True)
class ObjectiveTable:
    """Several worlds, counted up to one bound."""

    worlds: Sequence[WorldObjectives]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each world and length."""
        rows = [row for each in self.worlds for row in _rows(each)]
        names = ("world", "max_bits", "objectives", "programs")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _rows(each: WorldObjectives) -> list[tuple[str, int, int, int]]:
    counted = zip(each.lengths, each.objectives, each.programs, strict=True)
    return [(each.world, *row) for row in counted if row[-1]]


OBJECTIVE_BITS = 38
"""Objectives are counted up to so many bits, or the study's bound where that is less."""


def data(study: "Study", worlds: Sequence[World]) -> ObjectiveTable:
    """The objectives of worlds on one domain, up to each length."""
    header = study.header(worlds[0])
    header = replace(header, max_bits=min(header.max_bits, OBJECTIVE_BITS))
    lengths = list(range(header.max_bits + 1))
    found = objectives(header, worlds, workers=study.workers)
    if not any(each.number for each in found):
        raise FigureError(f"no program up to {header.max_bits} bits that fits is a search at its root: nothing to draw")
    return ObjectiveTable(
        [
            WorldObjectives(world.name, lengths, list(accumulate(each.tables)), list(accumulate(each.programs)))
            for world, each in zip(worlds, found, strict=True)
        ]
    )


def draw(table: ObjectiveTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the number of objectives (thick, marked) and of programs (thin) up to each length, on a log scale."""
    with axes_or_new(ax, width, 2.9) as axes:
        handles: list[Artist] = []
        for each, look in zip(table.worlds, CYCLE, strict=False):
            lines: dict[str, F64] = {
                name: np.array([count or np.nan for count in getattr(each, name)])
                for name in ("objectives", "programs")
            }
            number = each.objectives[-1]
            handles += axes.step(
                each.lengths, lines["objectives"], where="post", color=look.colour, ls="-", marker=look.marker,
                markersize=3, mfc=look.face if look.is_filled else "white", label=f"{each.world}: {number} in the end",
            )  # fmt: skip
            axes.step(each.lengths, lines["programs"], where="post", color=look.colour, ls=":", linewidth=0.9)
        handles.append(Line2D([], [], color=INK, ls=":", linewidth=0.9, label="dotted: programs that search for them"))
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        first = min(min(row[1] for row in _rows(each)) for each in table.worlds if each.programs[-1])
        axes.set_xlim(first - 0.5, table.worlds[0].lengths[-1] + 0.5)
        axes.set_xlabel("program length l, at most (bits)")
        axes.set_ylabel("objectives, or programs (number)")
        axes.set_title("objectives of fitting searches")
        legend_below(axes, handles, columns=1)
        return axes


def caption(table: ObjectiveTable) -> str:
    """What the figure shows, with its numbers."""
    said = [
        f"In {each.world}, {counted(each.programs[-1], 'program')} have {counted(each.objectives[-1], 'objective')}."
        for each in table.worlds
    ]
    return sentences(
        "Objectives of the fitting programs whose root is a search, up to each length: an objective is the table of "
        "the "
        "body of the find or argmax, its word for every candidate in every lane, and two bodies with one table are one "
        "objective.",
        f"Up to {table.worlds[0].lengths[-1]} bits:",
        *said,
    )


FIGURE = Entry(
    "objectives",
    "distinct objectives of fitting searches, and their programs, against length",
    data,
    draw,
    caption,
    worlds=("root-w4", "inverse-w4", "best-action-w4"),
)
