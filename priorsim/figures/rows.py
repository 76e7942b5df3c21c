"""What figures with a row for each world share: the named worlds, and their names at the left."""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.figures.entry import Data, Study
from priorsim.figures.page import INK, SHADE, figure_of
from priorsim.measure.histogram import DIRECT, SEARCH, Histogram
from priorsim.worlds import catalogue

ROW = 0.14
AROUND = 1.35
"""Inches for a row, and for what stands above and below the rows."""


def rows_height(data: Data) -> float:
    """Inches of a figure with a row for each row of the data."""
    return ROW * len(data.rows) + AROUND


def name_rows(ax: Axes, names: Sequence[str], label: str) -> None:
    """Set up the axes: a name for each row, the first on top, a line at 0 and faint lines along the rows.

    A $ in a name is a $.
    """
    count = len(names)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_yticks(range(count), names, fontsize=6, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.hlines(range(count), 0, 1, transform=ax.get_yaxis_transform(), color=SHADE, linewidth=0.5, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(label)


def legend_of_rows(ax: Axes, *handles: Artist, columns: int = 2) -> None:
    """A legend below the whole figure, since the names at the left take room of the axes."""
    figure_of(ax).legend(handles=handles, loc="outside lower left", ncols=columns, borderaxespad=0.8)


def named_worlds(study: Study) -> list[Histogram]:
    """The histograms of the catalogue, in its order."""
    return study.histograms(list(catalogue().values()))


def worlds_with_both(study: Study) -> list[Histogram]:
    """The named worlds that both direct code and search fit."""
    return [each for each in named_worlds(study) if all(len(each.cells.of([kind])) for kind in (DIRECT, SEARCH))]
