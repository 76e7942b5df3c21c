"""When search first comes up in walks, and in how many of these direct programs had improved before."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import LOOKS, SHADE, drawing, legend_below
from priorsim.figures.walks import WALK_WORLDS, sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import percent
from priorsim.walks.finding import beeline_swerve
from priorsim.walks.shown import first_search
from priorsim.worlds import World

COLUMNS = "move first_search swerves"
"""The chance that the program after so many moves is the walk's first search program, and the part of it in walks that
had improved with a direct program before."""


def data(_: Study, worlds: Sequence[World]) -> Data:
    """When search first comes up in walks in one world.

    `moved_to_direct`: of the walks that end in search, the share whose first move was to a direct program, or None.
    """
    study = study_of(worlds[0])
    chances, swerves = first_search(study.chain(), study.landscape, study.start)
    if not any(chances):
        raise FigureError(
            f"world {study.world.name}: no walk comes to a search program of at most {study.max_bits} bits: choose "
            "another world"
        )
    rows = zip(range(len(chances)), chances, swerves, strict=True)
    return Data(COLUMNS, rows, walks=walks_of(study), moved_to_direct=beeline_swerve(study).quantity)


@drawing(2.7)
def draw(times: Data, ax: Axes) -> None:
    """Draw the chance of the first search program by move, on a logarithmic scale, the swerves in front."""
    colour = LOOKS["search"].colour
    ax.bar(times.move, times.first_search, 0.7, facecolor=SHADE, edgecolor=colour, linewidth=0.8)
    ax.bar(times.move, times.swerves, 0.36, facecolor=colour, edgecolor=colour, linewidth=0.8)
    known = [value for value in (*times.first_search, *times.swerves) if value > 0]
    ax.set_yscale("log")
    ax.set_ylim(min(known) / 3, max(known) * 3)
    ax.set_xlabel("accepted moves (steps of the walk)")
    ax.set_ylabel("chance of the first search (of 1)")
    ax.set_xticks(times.move)
    times.walks.title(ax)
    handles = [
        Patch(facecolor=SHADE, edgecolor=colour, label="all walks"),
        Patch(facecolor=colour, edgecolor=colour, label="swerves: after improving with a direct program"),
    ]
    legend_below(ax, handles)


def caption(times: Data) -> str:
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
    "walk-swerves", "when edit walks first come to a search program", data, draw, caption, WALK_WORLDS, is_of_one=True
)
