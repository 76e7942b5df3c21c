"""The odds over one or two penalties, from a file that `priorsim sweep` wrote."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.held_out import AXES
from priorsim.figures.page import BAND, F64, INK, LOOKS, SIDES
from priorsim.formats import counted
from priorsim.measure.sweep import read_sweep
from priorsim.priors import Prior
from priorsim.worlds import World

ODDS = "log_odds_low_bits log_odds_high_bits"
"""Behind a column for each penalty; infinite where a side has no program or no weight, None where neither has."""
COLOURS = LinearSegmentedColormap.from_list("sides", [LOOKS["direct"].colour, "#ffffff", LOOKS["search"].colour])
"""Direct code outweighs, even, search outweighs."""
UNKNOWN = "#bbbbbb"


def data(study: Study, _: Sequence[World]) -> Data:
    """The points of the study's sweep, by ascending penalties; FigureError where it has none."""
    if study.sweep is None:
        raise FigureError("the figure sweep draws a file of 'priorsim sweep': give --sweep FILE")
    of, over, rows = read_sweep(study.sweep)
    points = {row[: len(over)]: row[: len(over) + 2] for row in rows}
    return Data(f"{' '.join(over)} {ODDS}", [points[point] for point in sorted(points)], over=over, of=of)


@page.drawing(2.9)
def draw(found: Data, ax: Axes) -> None:
    """Draw a band over one penalty, or the middle of the log-odds as a plane over two."""
    page.set_title(ax, found.of.world, f"up to {found.of.bound_bits} bits")
    ax.set_xlabel(AXES[found.over[0]][0])
    (_draw_band if len(found.over) == 1 else _draw_plane)(ax, found)


def _draw_band(ax: Axes, found: Data) -> None:
    values = np.array(found[found.over[0]])
    low, high = (page.finite(found[name]) for name in ODDS.split())
    page.frame_odds(ax, low, high, air=0.12)
    ax.fill_between(values, low, high, color=BAND, linewidth=0, zorder=0.5)
    handles = [
        line
        for end, (look, name) in zip((low, high), SIDES, strict=True)
        for line in ax.plot(values, end, label=name, **look.style(2.6, markerfacecolor=look.cover))
    ]
    page.legend_below(ax, handles)


def _draw_plane(ax: Axes, found: Data) -> None:
    across, upright = (np.unique(found[name]) for name in found.over)
    odds: F64 = np.mean([page.finite(found[name]) for name in ODDS.split()], axis=0)
    odds = odds.reshape(len(across), len(upright)).T
    most = float(np.nanmax(np.abs(odds), initial=1e-3))
    ax.set_facecolor(UNKNOWN)
    plane = ax.pcolormesh(across, upright, odds, cmap=COLOURS, vmin=-most, vmax=most, shading="nearest")
    if min(odds.shape) > 1 and np.nanmin(odds) < 0 < np.nanmax(odds):
        ax.contour(across, upright, odds, levels=[0.0], colors=INK, linewidths=0.8)
    ax.set_ylabel(AXES[found.over[1]][0])
    bar = ax.figure.colorbar(plane, ax=ax, pad=0.02)
    bar.set_label(page.ODDS)
    bar.outline.set_linewidth(0.6)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    ends = [row[-2:] for row in found.rows]
    known = [pair for pair in ends if None not in pair and all(map(math.isfinite, pair))]
    search, direct = sum(low > 0 for low, _ in known), sum(high < 0 for _, high in known)
    names = " and ".join(AXES[name][1] for name in found.over)
    of = found.of
    return page.sentences(
        f"Search outweighs direct code at {search} of {counted(len(ends), 'point')} and direct code search at "
        f"{direct}, however disguised programs are counted.",
        f"At {len(known) - search - direct} that decides, and at {len(ends) - len(known)} the odds are unknown, since "
        "a side has no program.",
        f"Log-odds of search against direct code in the world {of.world} over {names}, over every code-only program of "
        f"at most {of.bound_bits} bits that fits; classes by {of.class_by}.",
        f"The other penalties are {_penalties(of.penalties)}. The world is trained on lanes {of.trained_on}, counted "
        "from 0.",
    )


def _penalties(others: Mapping[str, float | None]) -> str:
    """The penalties that are not those of the simplicity prior, in words."""
    simplicity = Prior("solomonoff")
    said = [
        f"{name} {value:g}" for name, value in others.items() if value is not None and value != simplicity.value(name)
    ]
    return f"{' and '.join(said)}, and else those of 2^-l" if said else "those of 2^-l"


SHOWS = "the odds over one or two penalties, of a file that priorsim sweep wrote"
FIGURE = Entry("sweep", SHOWS, data, draw, caption, takes=("sweep",))
