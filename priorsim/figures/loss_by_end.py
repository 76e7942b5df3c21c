"""Mean loss of walks against their moves, by class of the end point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from priorsim.figures.entry import Entry
from priorsim.figures.page import LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.figures.walks import UNITS, WALK_WORLDS, Walks, sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import listed, percent
from priorsim.walks.course import courses
from priorsim.walks.landscape import CLASSES
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study


@dataclass(frozen=True, slots=True)
class LossByEnd:
    """Mean loss after 0, 1, 2, ... moves.

    Attributes
    ----------
    walks : Walks
    unit : str
        What the loss counts.
    kinds : sequence of str
        Classes of end points.
    shares, right : sequence of float
        Chance to end in each class, and to end there right on all lanes, held-out ones too.
    losses : sequence of sequence of float
        For each class, by move.
    """

    walks: Walks
    unit: str
    kinds: Sequence[str]
    shares: Sequence[float]
    right: Sequence[float]
    losses: Sequence[Sequence[float]]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each class and move."""
        rows = [
            (kind, share, right, move, loss)
            for kind, share, right, losses in zip(self.kinds, self.shares, self.right, self.losses, strict=True)
            for move, loss in enumerate(losses)
        ]
        names = ("end_class", "share", "right", "move", "mean_loss")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def data(_: "Study", worlds: Sequence[World]) -> LossByEnd:
    """Mean loss along walks in one world by the class of their end, and how many end right."""
    study = study_of(worlds[0])
    landscape = study.landscape
    by_end = courses(study.chain(), landscape, study.start)
    mass = study.ends().mass
    numbers = [CLASSES.index(each.kind) for each in by_end]
    return LossByEnd(
        walks_of(study),
        UNITS[landscape.loss_by],
        [each.kind for each in by_end],
        [each.share for each in by_end],
        [float(mass[landscape.right & (landscape.kind == kind)].sum()) for kind in numbers],
        [each.loss for each in by_end],
    )


def draw(data: LossByEnd, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw mean loss against moves, a line for each class of end point.

    Parameters
    ----------
    data : LossByEnd
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 2.7) as axes:
        axes.set_xlabel("accepted moves (steps of the walk)")
        axes.set_ylabel(f"mean loss ({data.unit})")
        data.walks.title(axes)
        handles = []
        for kind, share, right, losses in zip(data.kinds, data.shares, data.right, data.losses, strict=True):
            look = LOOKS[kind]
            style = {
                "color": look.colour,
                "linestyle": look.line,
                "marker": look.marker,
                "markerfacecolor": look.face,
                "markersize": 3.2,
            }
            axes.plot(range(len(losses)), losses, **style)  # type: ignore[arg-type]
            label = f"end {kind}: {percent(share)}, right on all lanes: {percent(right)}"
            handles.append(Line2D([], [], label=label, **style))  # type: ignore[arg-type]
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=-0.2)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_below(axes, handles, columns=1)
        return axes


def caption(losses: LossByEnd) -> str:
    """What the figure shows, with its numbers."""
    said = [
        f"{percent(share)} end at {kind} programs, {percent(right)} at {kind} programs that are right on all lanes, "
        f"held-out ones too; their mean loss is {listed(loss)}, move by move."
        for kind, share, right, loss in zip(losses.kinds, losses.shares, losses.right, losses.losses, strict=True)
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
