"""Which side holds the mass over a grid of priors or worlds, beside the held-out loss on the same grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from priorsim.figures.page import F64, INK, Columns, Width, is_wide, new_figure, set_title, style

Leader = Literal["direct", "open", "search", "none"]

SHADES: dict[Leader, tuple[str, str]] = {
    "direct": ("#b9d7ea", "direct"),
    "open": ("#ffffff", "even, or the disguised decide"),
    "search": ("#D55E00", "search"),
    "none": ("#555555", "nothing fits"),
}
"""The colour of each answer, told apart by lightness alone, and what the legend says."""
LOSS_COLOURS = "cividis_r"


@dataclass(frozen=True, slots=True)
class PhaseDiagram:
    """Who holds the mass, and the held-out loss, point by point of a grid.

    Attributes
    ----------
    world : str
    bound_bits : int
        B, the length up to which programs were counted.
    across, upright : str
        What the axes show, with units.
    xs, ys : sequence of float
        Evenly spaced.
    leaders : sequence of sequence of str
        One row for each y: 'direct' or 'search', the side of more mass wherever the disguised programs count;
        'open' where they decide or the sides are even, 'none' where nothing fits.
    losses : sequence of sequence of (float or None)
        The share of held-out lanes that a program is wrong on, averaged by mass.
    names : (str, str)
        Column names of x and y.
    """

    world: str
    bound_bits: int
    across: str
    upright: str
    xs: Sequence[float]
    ys: Sequence[float]
    leaders: Sequence[Sequence[Leader]]
    losses: Sequence[Sequence[float | None]]
    names: tuple[str, str]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each point."""
        found: Columns = {name: [] for name in (*self.names, "holds_the_mass", "held_out_loss")}
        for y, leaders, losses in zip(self.ys, self.leaders, self.losses, strict=True):
            for x, leader, loss in zip(self.xs, leaders, losses, strict=True):
                for name, value in zip(found, (x, y, leader, loss), strict=True):
                    found[name].append(value)
        return found


def phase(diagram: PhaseDiagram, *, axes: Sequence[Axes] | None = None, width: Width = "double") -> tuple[Axes, ...]:
    """Draw the two panels, one for the side that holds the mass and one for the loss.

    Parameters
    ----------
    diagram : PhaseDiagram
    axes : two Axes, optional
        By default those of a new figure.
    width : 'single', 'double' or float
        Of the new figure: one column of a journal page, both, or inches.
    """
    with style():
        if axes is None:
            shape = (1, 2) if is_wide(width) else (2, 1)
            axes = new_figure(width, 2.7 if is_wide(width) else 4.7).subplots(*shape).ravel()
        _leaders(axes[0], diagram, 4 if is_wide(width) else 2)
        _losses(axes[1], diagram)
        for ax in axes:
            ax.set_xlabel(diagram.across)
            ax.set_ylabel(diagram.upright)
            if len(diagram.ys) < 10:
                ax.set_yticks(list(diagram.ys))
        return tuple(axes)


def _extent(diagram: PhaseDiagram) -> tuple[float, float, float, float]:
    """The edges of the grid, half a step outside its points."""
    (left, right), (bottom, top) = (
        (
            values[0] - (values[-1] - values[0]) / (len(values) - 1) / 2,
            values[-1] + (values[-1] - values[0]) / (len(values) - 1) / 2,
        )
        for values in (diagram.xs, diagram.ys)
    )
    return left, right, bottom, top


def _show(ax: Axes, diagram: PhaseDiagram, values: F64, **look: Any) -> Any:
    return ax.imshow(values, extent=_extent(diagram), origin="lower", aspect="auto", interpolation="nearest", **look)


def _leaders(ax: Axes, diagram: PhaseDiagram, columns: int) -> None:
    order = list(SHADES)
    numbers = np.array([[order.index(leader) for leader in row] for row in diagram.leaders], dtype=np.float64)
    _show(ax, diagram, numbers, cmap=ListedColormap([SHADES[name][0] for name in order]), vmin=-0.5, vmax=3.5)
    set_title(ax, diagram.world, "which side holds the mass")
    present = [name for name in order if (numbers == order.index(name)).any()]
    handles = [
        Patch(facecolor=SHADES[name][0], edgecolor=INK, linewidth=0.4, label=SHADES[name][1]) for name in present
    ]
    ax.figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=columns,
        borderaxespad=0.8,
    )


def _losses(ax: Axes, diagram: PhaseDiagram) -> None:
    values = np.array([[np.nan if loss is None else loss for loss in row] for row in diagram.losses])
    # A grid of equal losses keeps a scale.
    least, most = float(np.nanmin(values, initial=1.0)), float(np.nanmax(values, initial=0.0))
    image = _show(ax, diagram, values, cmap=LOSS_COLOURS, vmin=least, vmax=max(most, least + 1e-3))
    ax.set_facecolor(SHADES["none"][0])
    set_title(ax, "held-out loss", f"up to {diagram.bound_bits} bits")
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, fraction=0.08)
    bar.set_label("held-out loss (share of lanes wrong)")
    bar.outline.set_linewidth(0.6)
