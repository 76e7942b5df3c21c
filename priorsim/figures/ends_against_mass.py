"""How often walks end at what fits, against its posterior mass: on the line local search follows the prior."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from priorsim.errors import FigureError
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, LOOKS, drawing, key, legend_below
from priorsim.figures.walks import sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import counted, percent
from priorsim.walks.landscape import CLASSES, outcomes
from priorsim.worlds import World

COLUMNS = "class posterior ends"
"""Shares of the posterior and of the fitting end points, for all programs of one class that behave the same."""
MANY_FUNCTIONS = ("inverse.w3-floor-times5-l8", "inverse.w3-floor-times7-l8")
"""Worlds that several functions fit."""


def data(_: Study, worlds: Sequence[World]) -> Data:
    """End points of walks in one world against the posterior, by behaviour and class.

    `total_variation` is between the two, behaviour by behaviour; `fitting_ends` the chance that a walk ends fitting.
    """
    study = study_of(worlds[0])
    found = outcomes(study.landscape, study.ends().mass)
    if found is None:
        raise FigureError(
            f"world {study.world.name}: no walk ends at a program that fits, of at most {study.max_bits} bits: choose "
            "another world"
        )
    rows = [(row.kind, row.posterior, row.ends) for row in found.rows]
    facts = {"total_variation": found.total_variation, "fitting_ends": found.fitting_ends}
    return Data(COLUMNS, rows, walks=walks_of(study), **facts)


@drawing(3.0)
def draw(ends: Data, ax: Axes) -> None:
    """Draw end-point frequency against posterior mass, both axes logarithmic."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("share of the posterior mass (of 1)")
    ax.set_ylabel("share of walks' fitting end points (of 1)")
    ends.walks.title(ax)
    known = [share for share in (*ends.posterior, *ends.ends) if share > 0]
    # Where walks never end is drawn at the bottom.
    floor = min(*known, 4e-3) / 4
    ax.plot([floor, 1], [floor, 1], color=FAINT, linewidth=0.7, zorder=1)
    handles = [key("as the posterior says", color=FAINT, linewidth=0.7)]
    for kind, look in LOOKS.items():
        points = [(max(posterior, floor), max(end, floor)) for each, posterior, end in ends.rows if each == kind]
        if points:
            style = look.style(3.5, linestyle="none")
            ax.plot(*zip(*points, strict=True), label=kind, **style)
            handles.append(key(f"{kind}: {counted(len(points), 'function', apart=True)}", **style))
    ax.set_xlim(floor / 2, 2)
    ax.set_ylim(floor / 2, 2)
    handles.append(key(f"total variation {ends.total_variation:.3f}", linestyle="none"))
    legend_below(ax, handles, columns=2)


def caption(ends: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in CLASSES:
        mine = [row[1:] for row in ends.rows if row[0] == kind]
        if mine:
            posterior, found = map(sum, zip(*mine, strict=True))
            said.append(
                f"{str(kind).capitalize()} programs compute {counted(len(mine), 'function')} and hold "
                f"{percent(posterior)} of the posterior and {percent(found)} of the end points that fit."
            )
    never = ends.ends.count(0)
    return sentences(
        "How often walks end at programs that fit, against their posterior mass: a point is the programs of one class "
        "that compute one function.",
        sentence_of(ends.walks),
        f"{percent(ends.fitting_ends)} of them end fitting.",
        *said,
        f"No walk ends at {never} of the points, which stand at the lower edge." if never else "",
        f"The total variation between end points and posterior, function by function, is {ends.total_variation:.3f}.",
    )


FIGURE = Entry(
    "walk-ends",
    "how often edit walks end at what fits, against its posterior mass",
    data,
    draw,
    caption,
    worlds=MANY_FUNCTIONS,
    is_of_one=True,
)
