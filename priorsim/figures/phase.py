"""Which side holds the mass over a grid of priors or worlds, beside the held-out loss on the same grid."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import F64, INK, Width
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
BETAS, PHASE_GAMMAS, LANE_GAMMAS = (np.linspace(*each).tolist() for each in ((1, 2, 41), (0, 2, 41), (0, 8, 81)))
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
    with page.style():
        wide = page.is_wide(width)
        if axes is None:
            axes = page.new_figure(width, 2.7 if wide else 4.7).subplots(*((1, 2) if wide else (2, 1))).ravel()
        order = list(SHADES)
        colours = ListedColormap([colour for colour, _ in SHADES.values()])
        numbers = [order.index(leader) for leader in diagram.holds_the_mass]
        _show(axes[0], diagram, numbers, cmap=colours, vmin=-0.5, vmax=3.5)
        page.set_title(axes[0], diagram.world, "which side holds the mass")
        present = [SHADES[name] for name in order if name in diagram.holds_the_mass]
        handles = [Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=text) for colour, text in present]
        page.legend_of_rows(axes[0], *handles, ncols=4 if wide else 2)
        values = page.finite(diagram.held_out_loss)
        # A grid of equal losses keeps a scale.
        least, most = float(np.nanmin(values, initial=1.0)), float(np.nanmax(values, initial=0.0))
        image = _show(axes[1], diagram, values, cmap="cividis_r", vmin=least, vmax=max(most, least + 1e-3))
        axes[1].set_facecolor(SHADES["none"][0])
        page.set_title(axes[1], "held-out loss", f"up to {diagram.bound_bits} bits")
        bar = axes[1].figure.colorbar(image, ax=axes[1], pad=0.02, fraction=0.08)
        bar.set_label("held-out loss (share of lanes wrong)")
        bar.outline.set_linewidth(0.6)
        across, upright = diagram.over
        for ax in axes:
            ax.set(xlabel=AXES[across][0], ylabel=AXES[upright][0])
            if len(set(diagram[upright])) < 10:
                ax.set_yticks(sorted(set(diagram[upright])))
        return tuple(axes)


def _show(ax: Axes, diagram: Data, values: Sequence[float] | F64, **look: Any) -> Any:
    """Show a value at every point of the grid, which reaches half a step beyond its ends."""
    edges: list[float] = []
    for name in diagram.over:
        along = sorted(set(diagram[name]))
        half = (along[-1] - along[0]) / (len(along) - 1) / 2
        edges += [along[0] - half, along[-1] + half]
    look["extent"] = tuple(edges)
    grid = np.array(values, dtype=np.float64).reshape(len(set(diagram[diagram.over[1]])), -1)
    return ax.imshow(grid, origin="lower", aspect="auto", interpolation="nearest", **look)


def caption(diagram: Data) -> str:
    """What the figure shows, with its numbers."""
    every, known = diagram.holds_the_mass, [loss for loss in diagram.held_out_loss if loss is not None]
    across, upright = (AXES[name][1] for name in diagram.over)
    return page.sentences(
        f"Which side holds more of the fitting mass over {across} and {upright}, and the held-out loss on the same "
        f"grid, in {diagram.world}; every code-only program of at most {diagram.bound_bits} bits.",
        f"Search holds it at {number(100 * every.count('search') / len(every))} % of the grid's points, direct code at "
        f"{number(100 * every.count('direct') / len(every))} %, wherever the disguised programs count.",
        f"The loss lies between {number(min(known))} and {number(max(known))}.",
        page.LOSS_SAID,
        page.CLASSES_SAID,
    )


SHOWS = "which side holds the mass over beta and gamma, beside the held-out loss"
FIGURE = Entry("phase", SHOWS, phase_of, draw, caption, ("in-context-root-sum-w4",), is_of_one=True)
SHOWS = "the same over gamma and the size of an inverse world"
BY_LANES = Entry("phase-by-lanes", SHOWS, phase_by_lanes, draw, caption, SIZES)
