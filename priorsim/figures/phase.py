"""Which side holds the mass over a grid of priors or worlds, beside the held-out loss on the same grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.page import F64, INK, Columns, Width, is_wide, new_figure, set_title, style
from priorsim.figures.words import CLASSES, LOSS, number, sentences
from priorsim.measure.mass import ENDS
from priorsim.measure.mixture import Mixture, MixturePoint
from priorsim.priors import Prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

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


BETAS = tuple(np.linspace(1, 2, 41).tolist())

PHASE_GAMMAS = tuple(np.linspace(0, 2, 41).tolist())

LANE_GAMMAS = tuple(np.linspace(0, 8, 81).tolist())

SIZES = tuple(f"inverse.w3-least-square-l{lanes}" for lanes in range(4, 9))
"""One inverse world at every number of lanes."""

LENGTH_PRICE = "\N{GREEK SMALL LETTER BETA}, price of length (bits per bit)"

TIME_PRICE = "\N{GREEK SMALL LETTER GAMMA}, price of time (bits per doubling)"


def phase_of(study: "Study", worlds: Sequence[World]) -> PhaseDiagram:
    """Who holds the mass of one world over beta and gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    rows = [[mixed.at(Prior("grid", beta=beta, gamma=gamma)) for beta in BETAS] for gamma in PHASE_GAMMAS]
    return _diagram(world.name, mixed, (LENGTH_PRICE, TIME_PRICE), (BETAS, PHASE_GAMMAS), rows, ("beta", "gamma"))


def phase_by_lanes(study: "Study", worlds: Sequence[World]) -> PhaseDiagram:
    """Who holds the mass over gamma and the size of the world, for worlds that differ in their number of lanes."""
    mixed = [study.mixture(world) for world in worlds]
    rows = [[each.at(Prior("grid", gamma=gamma)) for gamma in LANE_GAMMAS] for each in mixed]
    lanes = [float(len(world.domain.lanes)) for world in worlds]
    name = worlds[0].name.rpartition("-")[0]
    return _diagram(
        name, mixed[0], (TIME_PRICE, "size of the world (lanes)"), (LANE_GAMMAS, lanes), rows, ("gamma", "lanes")
    )


def _diagram(
    name: str,
    mixed: Mixture,
    labels: tuple[str, str],
    values: tuple[Sequence[float], Sequence[float]],
    rows: Iterable[Sequence[MixturePoint | None]],
    names: tuple[str, str],
) -> PhaseDiagram:
    leaders: list[list[Leader]] = []
    losses: list[list[float | None]] = []
    for row in rows:
        leaders.append([_leader(point) for point in row])
        losses.append([None if point is None else point.loss for point in row])
    if all(loss is None for row in losses for loss in row):
        raise FigureError(
            f"world {name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that there "
            "is no "
            "held-out loss: choose another world"
        )
    return PhaseDiagram(name, mixed.header.max_bits, *labels, *values, leaders, losses, names)


def _leader(point: MixturePoint | None) -> Leader:
    if point is None:
        return "none"
    leaders = {point.leader(end) for end in ENDS}
    return "search" if leaders == {"search"} else "direct" if leaders == {"direct"} else "open"


def draw(diagram: PhaseDiagram, *, axes: Sequence[Axes] | None = None, width: Width = "double") -> tuple[Axes, ...]:
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


def caption(diagram: PhaseDiagram) -> str:
    """What the figure shows, with its numbers."""
    every = [leader for row in diagram.leaders for leader in row]
    known = [loss for row in diagram.losses for loss in row if loss is not None]
    names = {"beta": "the price of length beta", "gamma": "the price of time gamma", "lanes": "the size of the world"}
    across, upright = (names[name] for name in diagram.names)
    return sentences(
        f"Which side holds more of the fitting mass over {across} and {upright}, and the held-out loss on the same "
        "grid, in "
        f"{diagram.world}; every code-only program of at most {diagram.bound_bits} bits.",
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
