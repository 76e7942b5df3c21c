"""Mean loss of walks against their moves, by class of the end point."""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import LOOKS, drawing, key, legend_below
from priorsim.figures.walks import UNITS, WALK_WORLDS, sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import listed, percent
from priorsim.walks.landscape import CLASSES
from priorsim.walks.shown import courses
from priorsim.worlds import World

COLUMNS = "end_class share right move mean_loss"
"""The chance to end in a class, and to end there right on all lanes, held-out ones too; and the loss by move."""


def data(_: Study, worlds: Sequence[World]) -> Data:
    """Mean loss along walks in one world by the class of their end, and how many end right."""
    study = study_of(worlds[0])
    landscape, mass = study.landscape, study.ends().mass
    rows = []
    for each in courses(study.chain(), landscape, study.start):
        right = float(mass[landscape.right & (landscape.kind == CLASSES.index(each.kind))].sum())
        rows += [(each.kind, each.share, right, move, loss) for move, loss in enumerate(each.loss)]
    return Data(COLUMNS, rows, walks=walks_of(study), unit=UNITS[landscape.loss_by])


def _courses(losses: Data) -> list[tuple[str, float, float, list[float]]]:
    """Class, share, share that is right, and losses by move, of each class of end points."""
    groups = groupby(losses.rows, key=lambda row: row[:3])
    return [(*course, [row[-1] for row in rows]) for course, rows in groups]


@drawing(2.7)
def draw(losses: Data, ax: Axes) -> None:
    """Draw mean loss against moves, a line for each class of end point."""
    ax.set_xlabel("accepted moves (steps of the walk)")
    ax.set_ylabel(f"mean loss ({losses.unit})")
    losses.walks.title(ax)
    handles = []
    for kind, share, right, loss in _courses(losses):
        style = LOOKS[kind].style(3.2)
        ax.plot(range(len(loss)), loss, **style)
        handles.append(key(f"end {kind}: {percent(share)}, right on all lanes: {percent(right)}", **style))
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=-0.2)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(ax, handles)


def caption(losses: Data) -> str:
    """What the figure shows, with its numbers."""
    said = [
        f"{percent(share)} end at {kind} programs, {percent(right)} at {kind} programs that are right on all lanes, "
        f"held-out ones too; their mean loss is {listed(loss)}, move by move."
        for kind, share, right, loss in _courses(losses)
    ]
    return sentences(
        f"Mean loss ({losses.unit}) after so many moves, by the class of the program at which a walk ends.",
        sentence_of(losses.walks),
        *said,
    )


FIGURE = Entry(
    "walk-loss",
    "mean loss along edit walks by class of the end point",
    data,
    draw,
    caption,
    worlds=WALK_WORLDS,
    is_of_one=True,
)
