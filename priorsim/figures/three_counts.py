"""The same comparison counted three ways, world by world: distinct functions, programs, and mass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from priorsim.figures.entry import Entry
from priorsim.figures.page import Columns, Ends, Look, Width, inches, style
from priorsim.figures.rows import name_rows, rows_figure, worlds_with_both
from priorsim.figures.words import CLASSES, sentences
from priorsim.formats import counted, number
from priorsim.measure.decomposition import three_counts
from priorsim.measure.mass import ENDS
from priorsim.priors import Prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

COUNTS = {
    "functions": Look("#009E73", "s", "-", is_filled=False),
    "programs": Look("#0072B2", "o", "-"),
    "mass": Look("#D55E00", "D", "-"),
}
OFFSET = 0.2
"""Rows between the marks of one world."""


@dataclass(frozen=True, slots=True)
class WorldCounts:
    """One world, three times log2 of search over direct, as (low, high) with the disguised on either side.

    Attributes
    ----------
    world : str
    functions, programs, mass : (low, high)
        None where a side has none.
    """

    world: str
    functions: Ends
    programs: Ends
    mass: Ends

    @property
    def disagrees(self) -> bool:
        """Whether two of the counts have opposite signs, at the low or at the high end."""
        for end in (0, 1):
            signs = {value > 0 for name in COUNTS if (value := getattr(self, name)[end]) is not None and value != 0}
            if len(signs) > 1:
                return True
        return False


@dataclass(frozen=True, slots=True)
class CountTable:
    """The worlds in which both sides have programs."""

    worlds: Sequence[WorldCounts]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each world."""
        found: Columns = {"world": [each.world for each in self.worlds]}
        for name in COUNTS:
            for end, where in enumerate(("low", "high")):
                found[f"log2_{name}_{where}"] = [getattr(each, name)[end] for each in self.worlds]
        return found | {"signs_differ": [each.disagrees for each in self.worlds]}


def data(study: "Study", _: Sequence[World]) -> CountTable:
    """log2 of search over direct by functions, programs and mass, at both ends."""
    simplicity = Prior("solomonoff")
    rows = []
    for each in worlds_with_both(study):
        low, high = (three_counts(each, simplicity, end) for end in ENDS)
        rows.append(
            WorldCounts(
                each.world.name,
                (low.functions_log2, high.functions_log2),
                (low.programs_log2, high.programs_log2),
                (low.mass, high.mass),
            )
        )
    return CountTable(rows)


def draw(table: CountTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw log2 of search over direct by each of the counts; a star where their signs differ."""
    with style():
        axes = rows_figure(len(table.worlds), width).add_subplot() if ax is None else ax
        names = [f"* {each.world}" if each.disagrees else each.world for each in table.worlds]
        name_rows(axes, names, "log₂ search : direct (bits)")
        for place, (name, look) in enumerate(COUNTS.items()):
            for row, each in enumerate(table.worlds):
                known = sorted({end for end in getattr(each, name) if end is not None})
                if known:
                    y = row + OFFSET * (place - 1)
                    axes.plot([known[0], known[-1]], [y, y], color=look.colour, linewidth=0.8, zorder=2)
                    axes.plot(
                        known, [y] * len(known), ls="none", marker=look.marker, markersize=2.6, color=look.colour,
                        mfc=look.face if look.is_filled else "white", mew=0.6, zorder=3,
                    )  # fmt: skip
        handles = [
            Line2D([], [], ls="none", marker=look.marker, color=look.colour, mfc=look.face, markersize=3.4, label=name)
            for name, look in COUNTS.items()
        ]
        handles.append(Line2D([], [], ls="none", marker="$*$", color="black", markersize=3.4, label="signs differ"))
        axes.figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=4 if inches(width) > 3.3 else 2,
            borderaxespad=0.8,
        )
        return axes


def caption(table: CountTable) -> str:
    """What the figure shows, with its numbers."""
    differ = [each for each in table.worlds if each.disagrees]
    most = max(table.worlds, key=lambda each: (each.functions[0] or 0) - (each.mass[0] or 0), default=None)
    example = (
        f"Farthest apart are functions and mass in {most.world}: {number(most.functions[0])} against "
        f"{number(most.mass[0])} "
        "bits, the disguised counted as direct code."
        if most
        else ""
    )
    return sentences(
        "Search against direct code counted three ways, log2 of the ratio, in the "
        f"{counted(len(table.worlds), 'named world')} "
        "that both fit: distinct functions that fit (one with programs of both counts for both), programs of the "
        "lengths that "
        "both sides reach, and mass under 2^-l.",
        f"The signs differ in {len(differ)} of them, marked by a star.",
        example,
        "A line joins the two ends where the disguised programs decide.",
        CLASSES,
    )


FIGURE = Entry(
    "three-counts",
    "functions, programs and mass: three counts of the same comparison, world by world",
    data,
    draw,
    caption,
)
