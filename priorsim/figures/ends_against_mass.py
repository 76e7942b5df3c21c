"""How often walks end at what fits, against its posterior mass: on the line local search follows the prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.page import FAINT, LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.figures.walks import Walks, sentence_of, study_of, walks_of
from priorsim.figures.words import sentences
from priorsim.formats import counted, percent
from priorsim.walks.landscape import CLASSES
from priorsim.walks.outcome import outcomes
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study


@dataclass(frozen=True, slots=True)
class EndsAgainstMass:
    """Fitting programs, together where behaviour and class are the same.

    Attributes
    ----------
    walks : Walks
    kinds : sequence of str
        Their classes.
    posterior, ends : sequence of float
        Shares of the posterior, and of the end points that fit.
    total_variation : float
        Between the two, behaviour by behaviour.
    fitting_ends : float
        Chance that a walk ends fitting.
    """

    walks: Walks
    kinds: Sequence[str]
    posterior: Sequence[float]
    ends: Sequence[float]
    total_variation: float
    fitting_ends: float

    def columns(self) -> Columns:
        """The plotted numbers, a row for each behaviour and class."""
        return {"class": list(self.kinds), "posterior": list(self.posterior), "ends": list(self.ends)}


MANY_FUNCTIONS = ("inverse.w3-floor-times5-l8", "inverse.w3-floor-times7-l8")
"""Worlds that several functions fit."""


def data(_: "Study", worlds: Sequence[World]) -> EndsAgainstMass:
    """End points of walks in one world against the posterior, by behaviour and class."""
    study = study_of(worlds[0])
    found = outcomes(study.landscape, study.ends().mass)
    if found is None:
        raise FigureError(
            f"world {study.world.name}: no walk ends at a program that fits, of at most {study.max_bits} bits: choose "
            "another world"
        )
    return EndsAgainstMass(
        walks_of(study),
        [row.kind for row in found.rows],
        [row.posterior for row in found.rows],
        [row.ends for row in found.rows],
        found.total_variation,
        found.fitting_ends,
    )


def draw(data: EndsAgainstMass, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw end-point frequency against posterior mass, both axes logarithmic.

    Parameters
    ----------
    data : EndsAgainstMass
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 3.0) as axes:
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("share of the posterior mass (of 1)")
        axes.set_ylabel("share of walks' fitting end points (of 1)")
        data.walks.title(axes)
        known = [share for share in (*data.posterior, *data.ends) if share > 0]
        # Where walks never end is drawn at the bottom.
        floor = min(*known, 4e-3) / 4
        axes.plot([floor, 1], [floor, 1], color=FAINT, linewidth=0.7, zorder=1)
        handles = [Line2D([], [], color=FAINT, linewidth=0.7, label="as the posterior says")]
        for kind, look in LOOKS.items():
            chosen = [place for place, each in enumerate(data.kinds) if each == kind]
            if not chosen:
                continue
            x = [max(data.posterior[place], floor) for place in chosen]
            y = [max(data.ends[place], floor) for place in chosen]
            style = {"marker": look.marker, "color": look.colour, "linestyle": "none", "markersize": 3.5}
            axes.plot(x, y, markerfacecolor=look.face, label=kind, **style)  # type: ignore[arg-type]
            label = f"{kind}: {counted(len(chosen), 'function', apart=True)}"
            handles.append(Line2D([], [], markerfacecolor=look.face, label=label, **style))  # type: ignore[arg-type]
        axes.set_xlim(floor / 2, 2)
        axes.set_ylim(floor / 2, 2)
        handles.append(Line2D([], [], linestyle="none", label=f"total variation {data.total_variation:.3f}"))
        legend_below(axes, handles, columns=2)
        return axes


def caption(ends: EndsAgainstMass) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in CLASSES:
        chosen = [place for place, each in enumerate(ends.kinds) if each == kind]
        if chosen:
            posterior, found = (sum(shares[place] for place in chosen) for shares in (ends.posterior, ends.ends))
            said.append(
                f"{str(kind).capitalize()} programs compute {counted(len(chosen), 'function')} and hold "
                f"{percent(posterior)} of the posterior and {percent(found)} of the end points that fit."
            )
    never = sum(share == 0 for share in ends.ends)
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
