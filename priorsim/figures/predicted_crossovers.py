"""Crossovers of the whole masses against those that the two shortest programs predict."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from priorsim.figures.page import BAND, GAMMA, INK, LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.mu.lesions import ProgramClass

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


def predicted_crossovers(table: CrossingTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
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
