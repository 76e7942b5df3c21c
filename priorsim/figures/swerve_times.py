"""When search first comes up in walks, and in how many of these direct programs had improved before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.page import LOOKS, SHADE, Columns, Width, axes_or_new, legend_below
from priorsim.figures.walks import WALK_WORLDS, Walks, sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import percent
from priorsim.walks.course import classes_along
from priorsim.walks.finding import beeline_swerve
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study


@dataclass(frozen=True, slots=True)
class SwerveTimes:
    """Chances by move.

    Attributes
    ----------
    walks : Walks
    first_search : sequence of float
        That the program after so many moves is the walk's first search program.
    swerves : sequence of float
        The part of it in walks that had improved with a direct program before.
    moved_to_direct : float or None
        Of the walks that end in search, the share whose first move was to a direct program; None where none do.
    """

    walks: Walks
    first_search: Sequence[float]
    swerves: Sequence[float]
    moved_to_direct: float | None

    def columns(self) -> Columns:
        """The plotted numbers, a row for each move."""
        return {
            "move": list(range(len(self.first_search))),
            "first_search": list(self.first_search),
            "swerves": list(self.swerves),
        }


def data(_: "Study", worlds: Sequence[World]) -> SwerveTimes:
    """When search first comes up in walks in one world."""
    study = study_of(worlds[0])
    along = classes_along(study.chain(), study.landscape, study.start)
    if not any(along.first_search):
        raise FigureError(
            f"world {study.world.name}: no walk comes to a search program of at most {study.max_bits} bits: choose "
            "another world"
        )
    return SwerveTimes(walks_of(study), along.first_search, along.swerves, beeline_swerve(study).quantity)


def draw(data: SwerveTimes, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the chance of the first search program by move, on a logarithmic scale, the swerves in front.

    Parameters
    ----------
    data : SwerveTimes
        In which some walk comes to search.
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 2.7) as axes:
        moves = np.arange(len(data.first_search))
        colour = LOOKS["search"].colour
        axes.bar(moves, data.first_search, 0.7, facecolor=SHADE, edgecolor=colour, linewidth=0.8)
        axes.bar(moves, data.swerves, 0.36, facecolor=colour, edgecolor=colour, linewidth=0.8)
        known = [value for value in (*data.first_search, *data.swerves) if value > 0]
        axes.set_yscale("log")
        axes.set_ylim(min(known) / 3, max(known) * 3)
        axes.set_xlabel("accepted moves (steps of the walk)")
        axes.set_ylabel("chance of the first search (of 1)")
        axes.set_xticks(moves)
        data.walks.title(axes)
        handles = [
            Patch(facecolor=SHADE, edgecolor=colour, label="all walks"),
            Patch(
                facecolor=colour,
                edgecolor=colour,
                label="swerves: after improving with a direct program",
            ),
        ]
        legend_below(axes, handles, columns=1)
        return axes


def caption(times: SwerveTimes) -> str:
    """What the figure shows, with its numbers."""
    moved = times.moved_to_direct
    return sentences(
        "The chance that a walk is at its first search program after so many moves, and the part of it in walks that "
        "had improved with a direct program before.",
        sentence_of(times.walks),
        f"{percent(sum(times.first_search))} ever come to a search program: {percent(times.first_search[0])} start at "
        f"one, {percent(sum(times.first_search[1:2]))} move to one at once, and {percent(sum(times.swerves))} swerve "
        "to one later.",
        "No walk ends in search."
        if moved is None
        else f"Of the walks that end in search, {percent(moved)} had first moved to a direct program.",
    )


FIGURE = Entry(
    "walk-swerves",
    "when edit walks first come to a search program",
    data,
    draw,
    caption,
    worlds=WALK_WORLDS,
    is_of_one=True,
)
