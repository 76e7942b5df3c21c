"""Which side holds the mass over a grid of priors or worlds, beside the held-out loss on the same grid."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import F64, INK, Width, finite, is_wide, new_figure, set_title, style
from priorsim.figures.rows import legend_of_rows
from priorsim.figures.words import CLASSES, LOSS, sentences
from priorsim.formats import number
from priorsim.measure.mass import ENDS
from priorsim.measure.mixture import MixturePoint
from priorsim.priors import Prior
from priorsim.worlds import World

Leader = Literal["direct", "open", "search", "none"]

SHADES: dict[Leader, tuple[str, str]] = {
    "direct": ("#b9d7ea", "direct"),
    "open": ("#ffffff", "even, or the disguised decide"),
    "search": ("#D55E00", "search"),
    "none": ("#555555", "nothing fits"),
}
"""The colour of each answer, told apart by lightness alone, and what the legend says."""
LOSS_COLOURS = "cividis_r"


COLUMNS = "{} {} holds_the_mass held_out_loss"
"""A row for each point of the grid, x by x within each y, both evenly spaced. 'direct' or 'search' is the side of more
mass wherever the disguised programs count; 'open' where they decide or the sides are even, 'none' where nothing fits.
The loss is the share of held-out lanes that a program is wrong on, averaged by mass."""
AXES = {
    "beta": ("\N{GREEK SMALL LETTER BETA}, price of length (bits per bit)", "the price of length beta"),
    "gamma": ("\N{GREEK SMALL LETTER GAMMA}, price of time (bits per doubling)", "the price of time gamma"),
    "lanes": ("size of the world (lanes)", "the size of the world"),
}
"""What an axis may show: its label, and what a caption calls it."""
BETAS = tuple(np.linspace(1, 2, 41).tolist())

PHASE_GAMMAS = tuple(np.linspace(0, 2, 41).tolist())

LANE_GAMMAS = tuple(np.linspace(0, 8, 81).tolist())

SIZES = tuple(f"inverse.w3-least-square-l{lanes}" for lanes in range(4, 9))
"""One inverse world at every number of lanes."""


def phase_of(study: Study, worlds: Sequence[World]) -> Data:
    """Who holds the mass of one world over beta and gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    points = (
        (beta, gamma, mixed.at(Prior("grid", beta=beta, gamma=gamma))) for gamma in PHASE_GAMMAS for beta in BETAS
    )
    return _diagram(world.name, mixed.header.max_bits, ("beta", "gamma"), points)


def phase_by_lanes(study: Study, worlds: Sequence[World]) -> Data:
    """Who holds the mass over gamma and the size of the world, for worlds that differ in their number of lanes."""
    mixed = [(float(len(world.domain.lanes)), study.mixture(world)) for world in worlds]
    points = ((gamma, lanes, each.at(Prior("grid", gamma=gamma))) for lanes, each in mixed for gamma in LANE_GAMMAS)
    return _diagram(worlds[0].name.rpartition("-")[0], mixed[0][1].header.max_bits, ("gamma", "lanes"), points)


def _diagram(
    world: str, bound: int, names: tuple[str, str], points: Iterable[tuple[float, float, MixturePoint | None]]
) -> Data:
    rows = [(x, y, _leader(point), None if point is None else point.loss) for x, y, point in points]
    if all(row[-1] is None for row in rows):
        raise FigureError(
            f"world {world}: nothing fits up to {bound} bits, or no lane is held out, so that there is no held-out "
            "loss: choose another world"
        )
    return Data(COLUMNS.format(*names), rows, world=world, bound_bits=bound, over=names)


def _leader(point: MixturePoint | None) -> Leader:
    if point is None:
        return "none"
    leaders = {point.leader(end) for end in ENDS}
    return "search" if leaders == {"search"} else "direct" if leaders == {"direct"} else "open"


def draw(diagram: Data, *, axes: Sequence[Axes] | None = None, width: Width = "double") -> tuple[Axes, ...]:
    """Draw the two panels, one for the side that holds the mass and one for the loss."""
    with style():
        if axes is None:
            shape = (1, 2) if is_wide(width) else (2, 1)
            axes = new_figure(width, 2.7 if is_wide(width) else 4.7).subplots(*shape).ravel()
        _leaders(axes[0], diagram, 4 if is_wide(width) else 2)
        _losses(axes[1], diagram)
        for ax in axes:
            across, upright = diagram.over
            ax.set_xlabel(AXES[across][0])
            ax.set_ylabel(AXES[upright][0])
            if len(set(diagram[upright])) < 10:
                ax.set_yticks(sorted(set(diagram[upright])))
        return tuple(axes)


def _show(ax: Axes, diagram: Data, values: Sequence[float] | F64, **look: Any) -> Any:
    """Show a value at every point of the grid."""
    left, right, bottom, top = (edge for name in diagram.over for edge in _edges(diagram[name]))
    grid = np.array(values, dtype=np.float64).reshape(len(set(diagram[diagram.over[1]])), -1)
    extent = (left, right, bottom, top)
    return ax.imshow(grid, extent=extent, origin="lower", aspect="auto", interpolation="nearest", **look)


def _edges(values: Sequence[float]) -> tuple[float, float]:
    """Half a step outside evenly spaced values."""
    least, most = min(values), max(values)
    half = (most - least) / (len(set(values)) - 1) / 2
    return least - half, most + half


def _leaders(ax: Axes, diagram: Data, columns: int) -> None:
    order = list(SHADES)
    numbers = [order.index(leader) for leader in diagram.holds_the_mass]
    _show(ax, diagram, numbers, cmap=ListedColormap([SHADES[name][0] for name in order]), vmin=-0.5, vmax=3.5)
    set_title(ax, diagram.world, "which side holds the mass")
    present = [SHADES[name] for name in order if name in diagram.holds_the_mass]
    handles = [Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=text) for colour, text in present]
    legend_of_rows(ax, *handles, columns=columns)


def _losses(ax: Axes, diagram: Data) -> None:
    values = finite(diagram.held_out_loss)
    # A grid of equal losses keeps a scale.
    least, most = float(np.nanmin(values, initial=1.0)), float(np.nanmax(values, initial=0.0))
    image = _show(ax, diagram, values, cmap=LOSS_COLOURS, vmin=least, vmax=max(most, least + 1e-3))
    ax.set_facecolor(SHADES["none"][0])
    set_title(ax, "held-out loss", f"up to {diagram.bound_bits} bits")
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, fraction=0.08)
    bar.set_label("held-out loss (share of lanes wrong)")
    bar.outline.set_linewidth(0.6)


def caption(diagram: Data) -> str:
    """What the figure shows, with its numbers."""
    every, known = diagram.holds_the_mass, [loss for loss in diagram.held_out_loss if loss is not None]
    across, upright = (AXES[name][1] for name in diagram.over)
    return sentences(
        f"Which side holds more of the fitting mass over {across} and {upright}, and the held-out loss on the same "
        f"grid, in {diagram.world}; every code-only program of at most {diagram.bound_bits} bits.",
        f"Search holds it at {number(100 * every.count('search') / len(every))} % of the grid's points, direct code at "
        f"{number(100 * every.count('direct') / len(every))} %, wherever the disguised programs count.",
        f"The loss lies between {number(min(known))} and {number(max(known))}.",
        LOSS,
        CLASSES,
    )


FIGURE = Entry(
    "phase",
    "which side holds the mass over beta and gamma, beside the held-out loss",
    phase_of,
    draw,
    caption,
    worlds=("in-context-root-sum-w4",),
    is_of_one=True,
)
BY_LANES = Entry(
    "phase-by-lanes",
    "the same over gamma and the size of an inverse world",
    phase_by_lanes,
    draw,
    caption,
    worlds=SIZES,
)
