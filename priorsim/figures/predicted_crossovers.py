"""Crossovers of the whole masses against those that the two shortest programs predict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from priorsim.figures.entry import Entry
from priorsim.figures.page import BAND, GAMMA, INK, LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.figures.words import GAMMA_STAR, sentences
from priorsim.formats import number
from priorsim.measure.crossover import crossovers
from priorsim.measure.mass import LOW
from priorsim.measure.population import population
from priorsim.measure.tradeoff import alpha
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World, constant_world

if TYPE_CHECKING:
    from priorsim.study.folder import Study

LOOK = LOOKS[ProgramClass.SEARCH]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One world, predicted and measured.

    Attributes
    ----------
    world : str
    predicted : float
        (1 - c/L) / alpha of the two shortest programs.
    measured : float
        The crossover of the whole masses nearest to it.
    """

    world: str
    predicted: float
    measured: float


@dataclass(frozen=True, slots=True)
class CrossingTable:
    """Worlds that have both; the rest are counted.

    Attributes
    ----------
    crossings : sequence of Crossing
    without : int
        Worlds with both classes in which the masses do not cross, or nothing is predicted.
    tolerance : float
        How near the two have to be to agree.
    within : (low, high)
        Where crossovers were looked for.
    """

    crossings: Sequence[Crossing]
    without: int
    tolerance: float
    within: tuple[float, float]

    @property
    def agreeing(self) -> int:
        """In how many worlds the two agree."""
        return sum(abs(each.measured - each.predicted) <= self.tolerance for each in self.crossings)

    def columns(self) -> Columns:
        """The plotted numbers, a row for each world."""
        names = ("world", "predicted", "measured")
        return {name: [getattr(each, name) for each in self.crossings] for name in names}


CROSSING_RANGE = (-4.0, 8.0)
"""Where crossovers of constants are looked for; a negative gamma would reward time."""

CLOSE = 0.05
"""Predicted and measured crossovers that differ by no more agree."""

CONSTANT_BITS = 12


def data(study: "Study", _: Sequence[World]) -> CrossingTable:
    """Predicted and measured crossovers of every constant that both direct code and search spell out."""
    first = constant_world("constant", CONSTANT_BITS, 0)
    words = population(study.atlas(first)).members.behaviour.tolist()
    worlds = [constant_world(f"constant.w{CONSTANT_BITS}-{word}", CONSTANT_BITS, word) for word in words]
    crossings = []
    low, high = CROSSING_RANGE
    for each in study.histograms(worlds):
        found = alpha(each, LOW)
        measured = crossovers(each, Prior("solomonoff"), LOW, within=CROSSING_RANGE).values
        if found is None or found.predicted is None or not low <= found.predicted <= high or not measured:
            continue
        nearest = min(measured, key=lambda gamma: abs(gamma - found.predicted))  # type: ignore[operator]
        crossings.append(Crossing(each.world.name, found.predicted, nearest))
    return CrossingTable(crossings, len(worlds) - len(crossings), CLOSE, CROSSING_RANGE)


def draw(table: CrossingTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw measured against predicted gamma*, with the line and the band in which they agree."""
    with axes_or_new(ax, width, 3.3) as axes:
        values = [value for each in table.crossings for value in (each.predicted, each.measured)] or [0.0, 1.0]
        air = max(0.08 * (max(values) - min(values)), 0.1)
        low, high = min(values) - air, max(values) + air
        ends = [low, high]
        axes.fill_between(
            ends,
            [end - table.tolerance for end in ends],
            [end + table.tolerance for end in ends],
            color=BAND,
            lw=0,
            zorder=0,
        )
        axes.plot(ends, ends, color=INK, linewidth=0.7, zorder=1)
        axes.axhline(0, color=INK, linewidth=0.4, ls=":", zorder=1)
        axes.axvline(0, color=INK, linewidth=0.4, ls=":", zorder=1)
        axes.plot(
            [each.predicted for each in table.crossings], [each.measured for each in table.crossings], ls="none",
            marker=LOOK.marker, color=LOOK.colour, mfc="none", markersize=4,
        )  # fmt: skip
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        unit = "(bits per doubling of mean steps)"
        axes.set_xlabel(f"predicted {GAMMA}* = (1 - c/L) / \N{GREEK SMALL LETTER ALPHA}\n{unit}")
        axes.set_ylabel(f"measured {GAMMA}* of the masses\n{unit}")
        axes.set_title("crossovers of constants")
        number = len(table.crossings)
        handles = [
            Line2D([], [], ls="none", marker=LOOK.marker, color=LOOK.colour, mfc="none", label=f"worlds: {number}"),
            Line2D([], [], color=INK, linewidth=0.7, label="equal"),
            Patch(facecolor=BAND, label=f"within {table.tolerance:g}: {table.agreeing}"),
        ]
        legend_below(axes, handles, columns=3, gap=38)
        return axes


def caption(table: CrossingTable) -> str:
    """What the figure shows, with its numbers."""
    apart = [abs(each.measured - each.predicted) for each in table.crossings]
    low, high = table.within
    return sentences(
        f"Crossovers of constants of {CONSTANT_BITS} bits: gamma* of the whole masses against (1 - c/L) / alpha, "
        "which the "
        "shortest search program (c bits) and the shortest direct one (L bits) predict; alpha is log2 of the ratio "
        "of their "
        "times over L.",
        f"Shown are all words that both direct code and search spell out up to the bound, {len(table.crossings)} of "
        "them; "
        f"{table.without} more have no crossover in [{low:g}, {high:g}], or none is predicted there.",
        f"The two agree to {table.tolerance:g} in {table.agreeing}; they are {number(max(apart, default=None))} "
        "apart at most.",
        "Below 0 a reward for time would be needed for search to weigh as much. Disguised programs, which owe their "
        "answer to a "
        "loop that ran until something held, are counted as direct code.",
        GAMMA_STAR,
    )


FIGURE = Entry(
    "constant-crossovers",
    "crossovers of constants: measured on the whole masses against predicted from two programs",
    data,
    draw,
    caption,
)
