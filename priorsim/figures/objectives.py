"""How many objectives fit, and how many programs search for them, as programs get longer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from priorsim.figures.page import F64, INK, LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.mu.lesions import ProgramClass

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


def objectives(table: ObjectiveTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
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
