"""When search first comes up in walks: at the start, at once, or after a direct program that had improved."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.page import LOOKS, SHADE, Columns, Width, axes_or_new, legend_below, title_of


@dataclass(frozen=True, slots=True)
class SwerveTimes:
    """Chances by move.

    Attributes
    ----------
    world, dynamics : str
    radius : int
        Bits of an edit.
    first_search : sequence of float
        That the program after so many moves is the walk's first search program.
    swerves : sequence of float
        The part of it in walks that had improved with direct programs before.
    """

    world: str
    dynamics: str
    radius: int
    first_search: Sequence[float]
    swerves: Sequence[float]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each move."""
        return {
            "move": list(range(len(self.first_search))),
            "first_search": list(self.first_search),
            "swerves": list(self.swerves),
        }


def swerve_times(data: SwerveTimes, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the chance of the first search program by move, on a logarithmic scale, two bars beside each other.

    Parameters
    ----------
    data : SwerveTimes
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 2.7) as axes:
        moves = np.arange(len(data.first_search))
        straight = np.maximum(np.array(data.first_search) - np.array(data.swerves), 0)
        colour = LOOKS["search"].colour
        axes.bar(moves - 0.2, straight, 0.38, facecolor=SHADE, edgecolor=colour, linewidth=0.8)
        axes.bar(moves + 0.2, data.swerves, 0.38, facecolor=colour, edgecolor=colour, linewidth=0.8)
        known = [value for value in (*straight, *data.swerves) if value > 0]
        if known:
            axes.set_yscale("log")
            axes.set_ylim(max(min(known) / 3, 1e-15), max(known) * 3)
        else:
            text = "no walk comes to a search program"
            axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")
        axes.set_xlabel("accepted moves (steps of the walk)")
        axes.set_ylabel("chance of the first search (of 1)")
        axes.set_xticks(moves)
        axes.set_title(title_of(data.world, f"{data.dynamics}, radius {data.radius} bits"))
        handles = [
            Patch(facecolor=SHADE, edgecolor=colour, label="search from the start, or as the first improvement"),
            Patch(facecolor=colour, edgecolor=colour, label="swerve: after an improvement by direct code"),
        ]
        legend_below(axes, handles, columns=1)
        return axes
