"""How far each class's mass has settled: mass of the programs of at most l bits, against l.

Right of the bound stands where a geometric tail would take it, low and high; the tail is a guide and
no bound (docs/measures.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from priorsim.figures.entry import SHOWN_WORLDS, Entry
from priorsim.figures.page import (
    FAINT,
    INK,
    LOOKS,
    SHADE,
    Columns,
    Ends,
    Width,
    axes_or_new,
    finite,
    legend_below,
    set_title,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import sentences
from priorsim.formats import number, percent
from priorsim.measure.convergence import convergence
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import mass
from priorsim.priors import Prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

SIMPLICITY = Prior("solomonoff")
LAST_BITS = 4
"""The share of the mass in so many last bits is given."""


@dataclass(frozen=True, slots=True)
class ClassMass:
    """The mass of one class as the bound grows.

    Attributes
    ----------
    kind : str
        'direct', 'disguised' or 'search'.
    log2_mass : sequence of float
        log2 of the mass of the programs of at most so many bits, one for each bound of the figure;
        -inf where there is none yet.
    extrapolated : (low, high) or None
        log2 of the mass with a geometric tail; None where none could be fitted. An infinite high end
        is a tail that does not shrink.
    last_share : float or None
        The share of the mass in the last four bits.
    """

    kind: str
    log2_mass: Sequence[float]
    extrapolated: Ends | None = None
    last_share: float | None = None


@dataclass(frozen=True, slots=True)
class MassByLength:
    """The masses of all classes of a world under a prior as the bound grows.

    Attributes
    ----------
    world : str
    prior : str
        Its name.
    bounds : sequence of int
        Ascending, in bits; the last is B.
    classes : sequence of ClassMass
    """

    world: str
    prior: str
    bounds: Sequence[int]
    classes: Sequence[ClassMass]

    def columns(self) -> Columns:
        """The plotted numbers: the masses by bound, then the extrapolated range of each class."""
        rows: list[tuple[object, ...]] = []
        for each in self.classes:
            rows += [
                (each.kind, "mass", bound, mass, None, None)
                for bound, mass in zip(self.bounds, each.log2_mass, strict=True)
            ]
            rows.append((each.kind, "extrapolated", None, None, *(each.extrapolated or (None, None))))
        names = ("class", "item", "max_bits", "log2_mass", "log2_mass_low", "log2_mass_high")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def data(study: "Study", worlds: Sequence[World]) -> MassByLength:
    """The masses of one world."""
    return mass_by_length(study.histogram(worlds[0]))


def mass_by_length(counted: Histogram, prior: Prior = SIMPLICITY) -> MassByLength:
    """The mass of each class up to every length, with its extrapolated range."""
    settled = convergence(counted, prior)
    bounds = list(range(1, counted.max_bits + 1))
    classes = []
    for place, name in enumerate(CLASSES):
        cells = counted.cells.of([place])
        grown = [mass(cells.take(cells.bits <= bound), counted.header, prior).log2 for bound in bounds]
        tail = settled.extrapolated[place]
        reach = None if tail is None or tail.low is None or tail.high is None else (tail.low, tail.high)
        classes.append(ClassMass(str(name), grown, reach, settled.last_share[place]))
    return MassByLength(counted.world.name, prior.name, bounds, classes)


def draw(masses: MassByLength, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw log2 of the mass up to each length, class by class, and the extrapolated range.

    Parameters
    ----------
    masses : MassByLength
    ax : Axes, optional
        By default those of a new figure.
    width : 'single', 'double' or float
        Of the new figure: one column of a journal page, both, or inches.
    """
    with axes_or_new(ax, width, 2.9) as axes:
        bound = masses.bounds[-1]
        axes.set_xlabel("program length l, at most (bits)")
        axes.set_ylabel("log₂ mass of fitting programs (bits)")
        set_title(axes, masses.world, f"{masses.prior} prior")
        axes.axvspan(bound - LAST_BITS, bound, color=SHADE, linewidth=0, zorder=0)
        axes.axvline(bound, color=FAINT, linewidth=0.6, zorder=0.5)
        handles = [_class(axes, masses, place) for place in range(len(masses.classes))]
        _limits(axes, masses)
        handles += _tails(axes, masses)
        handles.append(Patch(facecolor=SHADE, label=f"the last {LAST_BITS} bits"))
        legend_below(axes, handles, columns=1)
        return axes


def _class(ax: Axes, masses: MassByLength, place: int) -> Artist:
    """The line of one class, and what the legend says of it."""
    each, look = masses.classes[place], LOOKS[masses.classes[place].kind]
    values = finite(each.log2_mass)
    style = {
        "color": look.colour,
        "linestyle": look.line,
        "marker": look.marker,
        "markerfacecolor": look.face,
        "markersize": 3.2,
    }
    if np.isnan(values).all():
        text = f"{each.kind}: none up to {masses.bounds[-1]} bits"
        return Line2D([], [], label=text, **{**style, "linestyle": "none"})  # type: ignore[arg-type]
    text = each.kind
    if each.last_share is not None:
        text += f": {percent(each.last_share, '.2g')} in the last {LAST_BITS} bits"
    (line,) = ax.plot(masses.bounds, values, label=text, **style)  # type: ignore[arg-type]
    return line


def _limits(ax: Axes, masses: MassByLength) -> None:
    """Limits with room for the tails, and whole lengths as ticks."""
    bounds = masses.bounds
    known = [value for each in masses.classes for value in each.log2_mass if math.isfinite(value)]
    known += [v for each in masses.classes for v in each.extrapolated or () if v is not None and math.isfinite(v)]
    bottom, top = (min(known), max(known)) if known else (-1.0, 0.0)
    margin = max(0.08 * (top - bottom), 0.5)
    ax.set_ylim(bottom - margin, top + margin)
    starts = [
        bound
        for each in masses.classes
        for bound, value in zip(bounds, each.log2_mass, strict=True)
        if math.isfinite(value)
    ]
    first = min([*starts, bounds[-1] - LAST_BITS])
    span = bounds[-1] - first
    ax.set_xlim(first - 0.05 * span, bounds[-1] + _reach(span) * (len(masses.classes) + 0.5))
    ticks = list(range(bounds[-1], first - 1, -max(1, round(span / 6))))
    texts = [str(tick) for tick in ticks]
    if any(each.extrapolated is not None and each.extrapolated[0] is not None for each in masses.classes):
        ticks.append(bounds[-1] + _reach(span) * (len(masses.classes) + 0.5) / 2)  # type: ignore[arg-type]
        texts.append("tail")
    ax.set_xticks(ticks, texts)
    if not known:
        text = f"no program up to {bounds[-1]} bits fits"
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center")


def _reach(span: float) -> float:
    """How far apart the tails stand, right of the bound."""
    return max(0.045 * span, 0.35)


def _tails(ax: Axes, masses: MassByLength) -> list[Artist]:
    """The extrapolated range of each class, right of the bound; an arrow where it has no upper end."""
    bound = masses.bounds[-1]
    span = bound - ax.get_xlim()[0]
    top = ax.get_ylim()[1]
    handles: list[Artist] = []
    for place, each in enumerate(masses.classes):
        if each.extrapolated is None or each.extrapolated[0] is None:
            continue
        look, x = LOOKS[each.kind], bound + _reach(span) * (place + 0.75)
        low = min(each.extrapolated[0], top)
        is_open = each.extrapolated[1] is None or math.isinf(each.extrapolated[1])
        end = top if each.extrapolated[1] is None else min(each.extrapolated[1], top)
        ax.plot([x, x], [each.log2_mass[-1], low], color=look.colour, linewidth=0.5, linestyle=":")
        ax.plot([x, x], [low, end], color=look.colour, linewidth=1.0, solid_capstyle="butt")
        ax.plot([x], [low], color=look.colour, marker="_", markersize=5)
        ax.plot([x], [end], color=look.colour, marker="^" if is_open else "_", markersize=5, clip_on=False)
        ax.plot([x], [(low + end) / 2], color=look.colour, marker=look.marker, markersize=3, markerfacecolor="white")
        if not handles:
            text = "tail: the mass with a geometric one, low to high"
            handles.append(Line2D([], [], color=INK, linestyle="none", marker="|", markersize=6, mew=1.0, label=text))
    return handles


def caption(masses: MassByLength) -> str:
    """What the figure shows, with its numbers."""
    bound = masses.bounds[-1]
    said = []
    for each in masses.classes:
        first = next(
            (bits for bits, value in zip(masses.bounds, each.log2_mass, strict=True) if value > -math.inf), None
        )
        if first is None:
            said.append(f"No {each.kind} program of at most {bound} bits fits.")
            continue
        said.append(
            f"The shortest {each.kind} program has {first} bits, and all of at most {bound} bits together weigh "
            f"{number(each.log2_mass[-1] + first)} bits more than it: the multiplicity bonus B."
        )
    return sentences(
        f"Mass of the fitting programs of at most l bits against l, class by class, in the world {masses.world} under "
        f"the {masses.prior} prior.",
        *said,
        "Right of the bound stands where a geometric tail would take each class; it is a guide and no bound.",
        CLASSES_SAID,
    )


FIGURE = Entry(
    "mass-against-length",
    "cumulative mass of each class against length: what multiplicity is worth",
    data,
    draw,
    caption,
    worlds=SHOWN_WORLDS,
    is_of_one=True,
)
