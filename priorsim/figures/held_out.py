"""The held-out loss under many priors: beside which side holds the mass, and where a price of time is well tuned."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from priorsim.claims.tuning import GAMMAS, HARMLESS, NEAR_LEAST
from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import OF_PRIOR, Data, Entry, Study, asked
from priorsim.figures.labels import HALO
from priorsim.figures.page import F64, FAINT, INK, LOOKS, SHADE, SIDES
from priorsim.formats import number
from priorsim.measure.mass import ENDS
from priorsim.measure.mixture import MixturePoints
from priorsim.measure.values import at_end
from priorsim.priors import PARAMETERS, PRIORS, Prior
from priorsim.worlds import World

Leader = Literal["direct", "open", "search", "none"]

SHADES: dict[Leader, tuple[str, str]] = {
    "direct": ("#b9d7ea", "direct"),
    "open": ("#ffffff", "even, or the disguised decide"),
    "search": (LOOKS["search"].colour, "search"),
    "none": ("#555555", "nothing fits"),
}
"""The colour of each answer, told apart by lightness alone, and what the legend says."""
PHASE = "{} {} holds_the_mass held_out_loss"
"""A row for each point of the grid, x by x within each y, both evenly spaced. 'direct' or 'search' is the side of more
mass wherever the disguised programs count; 'open' where they decide or the sides are even, 'none' where nothing fits.
The loss is the share of held-out lanes that a program is wrong on, averaged by mass."""
AXES = {
    "beta": ("\N{GREEK SMALL LETTER BETA}, price of length (bits per bit)", "the price of length beta"),
    "gamma": ("\N{GREEK SMALL LETTER GAMMA}, price of time (bits per doubling)", "the price of time gamma"),
    "lambda": ("\N{GREEK SMALL LETTER LAMDA}, price of a step (bits per step)", "the price of a step lambda"),
    "tax": ("search tax (bits per search node)", "the search tax"),
    "cap": ("cap (steps per lane)", "the cap on the steps per lane"),
}
"""What an axis may show: its label, and what a caption calls it."""
BETAS, PHASE_GAMMAS = (np.linspace(*each).tolist() for each in ((1, 2, 41), (0, 2, 41)))


def phase_of(study: Study, worlds: Sequence[World]) -> Data:
    """Who holds the mass of one world over two penalties, beta and gamma where the study names none."""
    (world,) = worlds
    grid = {"beta": BETAS, "gamma": PHASE_GAMMAS} if study.grid is None else study.grid
    over, prior = check_grid(grid), study.prior or Prior("solomonoff")
    mixed = study.mixture(world)
    points = (
        (x, y, mixed.points(prior.with_values(dict(zip(over, (x, y), strict=True)))))
        for y in grid[over[1]]
        for x in grid[over[0]]
    )
    rows = [(x, y, _leader(point), _only(point.loss)) for x, y, point in points]
    bound = mixed.header.max_bits
    if all(row[2] == "none" for row in rows):
        raise FigureError(
            f"world {world.name}: no program up to {bound} bits fits and has weight: choose a larger bound"
        )
    return Data(PHASE.format(*over), rows, **asked(world), bound_bits=bound, over=over, at=_others(prior, over))


def _others(prior: Prior, over: tuple[str, str]) -> str:
    """The prior's penalties that the diagram is not over, as a caption says them."""
    values = {name: prior.value(name) for name in PARAMETERS if name not in over}
    said = [f"{name} {value:g}" for name, value in values.items() if value]
    return f", at {' and '.join(said)}" if said else ""


def check_grid(grid: Mapping[str, Sequence[float]]) -> tuple[str, str]:
    """The two penalties that a diagram is over; FigureError unless there are two, each with evenly spaced values."""
    if len(grid) != 2:
        raise FigureError(f"a phase diagram is over two penalties, and the grid has {len(grid)}: give it two")
    for name, values in grid.items():
        steps = np.diff(values)
        if not len(steps) or steps[0] <= 0 or not np.allclose(steps, steps[0]):
            raise FigureError(
                f"the grid's values of {name} are not evenly spaced and ascending: write {name}=FIRST:LAST:COUNT with "
                "a COUNT of 2 or more"
            )
    across, upright = grid
    return across, upright


def _only(of_worlds: F64) -> float | None:
    """The number of the only world; None where it is not defined."""
    (value,) = of_worlds.tolist()
    return None if math.isnan(value) else value


def _leader(point: MixturePoints) -> Leader:
    if np.isnan(point.shares).all():
        return "none"
    signs = {float(np.sign(search - direct)[0]) for direct, search in (at_end(point.shares, end) for end in ENDS)}
    return "search" if signs == {1} else "direct" if signs == {-1} else "open"


def draw_phase(diagram: Data, *, width: float | None = None) -> tuple[Axes, ...]:
    """Draw a panel for the side that holds the mass, and beside it one for the loss where lanes are held out."""
    has_loss = set(diagram.held_out_loss) != {None}
    inches = width or (page.DOUBLE if has_loss else page.SINGLE)
    with page.style():
        wide = page.is_wide(inches)
        shape = ((1, 2) if wide else (2, 1)) if has_loss else (1, 1)
        axes = page.new_figure(inches, 2.7 * shape[0] - 0.7 * (shape[0] - 1)).subplots(*shape, squeeze=False).ravel()
        order = list(SHADES)
        colours = ListedColormap([colour for colour, _ in SHADES.values()])
        numbers = [order.index(leader) for leader in diagram.holds_the_mass]
        _show(axes[0], diagram, numbers, cmap=colours, vmin=-0.5, vmax=3.5)
        page.set_title(axes[0], diagram.words, diagram.world, f"up to {diagram.bound_bits} bits")
        present = [SHADES[name] for name in order if name in diagram.holds_the_mass]
        handles = [Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=text) for colour, text in present]
        page.legend_of_rows(axes[0], *handles, ncols=4 if wide else 2)
        _mark_priors(axes[0], diagram)
        if has_loss:
            _show_loss(axes[1], diagram)
        across, upright = diagram.over
        for ax in axes:
            ax.set(xlabel=AXES[across][0], ylabel=AXES[upright][0])
        return tuple(axes)


def _mark_priors(ax: Axes, diagram: Data) -> None:
    """A dot and a name for each named prior on the plane: one that sets no other penalty, beside no others."""
    across, upright = diagram.over
    if diagram.at or not {across, upright} <= set(PARAMETERS):
        return
    usual = Prior("solomonoff")
    for name, member in PRIORS.items():
        x, y = (member.values.get(each, usual.value(each) or 0.0) for each in diagram.over)
        is_here = not member.needs and member.values.keys() <= set(diagram.over)
        if not is_here or not (_holds(diagram[across], x) and _holds(diagram[upright], y)):
            continue
        ax.plot(x, y, marker="s", markersize=3, color=INK, markerfacecolor="white", clip_on=False, zorder=4)
        side = -1 if 2 * x > min(diagram[across]) + max(diagram[across]) else 1
        look: dict[str, Any] = {"fontsize": 5.5, "color": INK, "path_effects": [HALO], "va": "bottom"}
        look["ha"] = "left" if side > 0 else "right"
        ax.annotate(name, (x, y), xytext=(4 * side, 1), textcoords="offset points", **look)


def _holds(values: Sequence[float], value: float) -> bool:
    return min(values) <= value <= max(values)


def _show_loss(ax: Axes, diagram: Data) -> None:
    values = page.finite(diagram.held_out_loss)
    # A grid of equal losses keeps a scale.
    least, most = float(np.nanmin(values, initial=1.0)), float(np.nanmax(values, initial=0.0))
    image = _show(ax, diagram, values, cmap="cividis_r", vmin=least, vmax=max(most, least + 1e-3))
    ax.set_facecolor(SHADES["none"][0])
    page.set_title(ax, "held-out loss", f"up to {diagram.bound_bits} bits")
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, fraction=0.08)
    bar.set_label("held-out loss (share of lanes wrong)")
    bar.outline.set_linewidth(0.6)


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


def phase_caption(diagram: Data) -> str:
    """What the figure shows, with its numbers."""
    every, known = diagram.holds_the_mass, [loss for loss in diagram.held_out_loss if loss is not None]
    across, upright = (AXES[name][1] for name in diagram.over)
    beside = ", and the held-out loss on the same grid" if known else ""
    return page.sentences(
        f"Search holds more of the fitting mass at {number(100 * every.count('search') / len(every))} % of the points "
        f"of the plane, direct code at {number(100 * every.count('direct') / len(every))} %, wherever the disguised "
        "programs count.",
        f"Which side holds more of the fitting mass over {across} and {upright}{beside}, in {diagram.world}; every "
        f"code-only program of at most {diagram.bound_bits} bits{diagram.at}.",
        *((f"The loss lies between {number(min(known))} and {number(max(known))}.", page.LOSS_SAID) if known else ()),
    )


TUNED = "gamma held_out_loss defecting_search_low defecting_search_high excess_defection_low excess_defection_high"
"""The share of held-out lanes wrong, averaged by mass; of the fitting mass the part that is search and wrong on some
held-out lane; and the defecting share of search less that of direct code, None where a side is empty."""


def tuned_data(study: Study, worlds: Sequence[World]) -> Data:
    """One world's held-out loss, defecting search and excess defection along gamma, under the study's prior."""
    (world,) = worlds
    mixed, prior = study.mixture(world), study.prior or Prior("solomonoff")
    rows: list[tuple[float | None, ...]] = []
    for gamma in GAMMAS.tolist():
        point = mixed.points(prior.with_values({"gamma": gamma}))
        loss = _only(point.loss)
        if loss is None:
            raise FigureError(
                f"world {world.name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that "
                "nothing can defect: choose another world"
            )
        defecting = [_only(at_end(point.defecting, end)[1]) for end in ENDS]
        rows.append((gamma, loss, *defecting, *(_only(point.excess(end)) for end in ENDS)))
    weights = "2^-l / t^gamma" if prior.with_values({"gamma": 0}).is_length_and_time else f"{prior.name} but for gamma"
    return Data(TUNED, rows, **asked(world), bound_bits=mixed.header.max_bits, weights=weights)


def most_loss(tuned: Data) -> float:
    """The loss up to which a gamma is well tuned."""
    return float(min(tuned.held_out_loss)) + NEAR_LEAST


def windows(tuned: Data, end: int) -> list[tuple[float, float]]:
    """First and last gamma of every run of well-tuned ones, with the disguised as direct (0) or search (1)."""
    limit = most_loss(tuned)
    holds = [(loss <= limit and shares[end] < HARMLESS, gamma) for gamma, loss, *shares in tuned.rows]
    spans = [[gamma for _, gamma in span] for is_tuned, span in groupby(holds, key=lambda at: at[0]) if is_tuned]
    return [(span[0], span[-1]) for span in spans]


def draw_tuned(tuned: Data, *, width: float = page.SINGLE) -> tuple[Axes, ...]:
    """Draw loss, defecting search and excess defection one above the other, the well-tuned window shaded."""
    with page.style():
        panels = page.new_figure(width, 5.4).subplots(3, 1, sharex=True)
        losses, defecting, excess = panels
        for panel in panels:
            panel.set_xlim(tuned.gamma[0], tuned.gamma[-1])
        losses.plot(tuned.gamma, tuned.held_out_loss, color=INK)
        losses.set_ylabel("held-out loss\n(share of lanes wrong)")
        page.set_title(losses, tuned.words, tuned.world, f"up to {tuned.bound_bits} bits")
        handles = _both(defecting, tuned, "defecting_search")
        defecting.set_ylabel("search, defecting\n(share of mass)")
        _both(excess, tuned, "excess_defection")
        for handle, end, missing, (_, name) in zip(handles, ("low", "high"), ("search", "direct"), SIDES, strict=True):
            if set(tuned[f"excess_defection_{end}"]) == {None}:
                handle.set_label(f"{name} (no {missing}: no excess)")
        excess.axhline(0, color=INK, linewidth=0.6, zorder=1)
        excess.set(ylabel="excess defection\n(share)", xlabel=page.PRICE)
        _limit(losses, most_loss(tuned), f"limit: the least loss + {NEAR_LEAST:g}", max(tuned.held_out_loss))
        most = max(*tuned.defecting_search_low, *tuned.defecting_search_high)
        _limit(defecting, HARMLESS, f"limit: {HARMLESS:g}", most)
        page.legend_of_rows(excess, *handles, *_shaded(panels, tuned), ncols=2 if page.is_wide(width) else 1)
        return tuple(panels)


def _limit(panel: Axes, limit: float, text: str, most: float) -> None:
    """A line that well-tuned gammas stay below, named where it is; the panel shows it and all that is drawn."""
    panel.set_ylim(0, 1.25 * max(limit, most))
    panel.axhline(limit, color=FAINT, linewidth=0.7, ls=(0, (4, 2)))
    look: dict[str, Any] = {"fontsize": page.SMALL_TITLE, "color": INK, "path_effects": [HALO], "ha": "right"}
    look |= {"xytext": (-2, 2), "textcoords": "offset points", "xycoords": panel.get_yaxis_transform()}
    panel.annotate(text, (1, limit), **look)


def _both(panel: Axes, tuned: Data, what: str) -> list[Artist]:
    """A line for either side of the disguised programs."""
    handles: list[Artist] = []
    for end, (look, name) in zip(("low", "high"), SIDES, strict=True):
        ends = page.finite(tuned[f"{what}_{end}"])
        handles += panel.plot(tuned.gamma, ends, color=look.colour, linestyle=look.line, label=name)
    return handles


def _shaded(panels: Sequence[Axes], tuned: Data) -> list[Patch]:
    """The gammas that are well tuned, shaded: wherever the disguised count, and only with them as direct code."""
    as_direct = windows(tuned, 0)
    overlaps = [(max(low[0], high[0]), min(low[1], high[1])) for low in as_direct for high in windows(tuned, 1)]
    both = [(first, last) for first, last in overlaps if first <= last]
    for panel in panels:
        for first, last in as_direct:
            panel.axvspan(first, last, facecolor="white", edgecolor=FAINT, hatch="////", linewidth=0, zorder=0)
        for first, last in both:
            panel.axvspan(first, last, color=SHADE, linewidth=0, zorder=0.1)
    hatched: dict[str, Any] = {"facecolor": "white", "hatch": "////"}
    looks: list[tuple[Any, str, dict[str, Any]]] = [
        (both, "well tuned", {"facecolor": SHADE}),
        (as_direct and both != as_direct, "well tuned with the disguised as direct code only", hatched),
        (not as_direct, "well tuned: nowhere", {"facecolor": "white"}),
    ]
    return [Patch(edgecolor=FAINT, linewidth=0.4, label=text, **look) for shown, text, look in looks if shown]


def tuned_caption(tuned: Data) -> str:
    """What the figure shows, with its numbers."""
    said = [", ".join(f"{low:g} to {high:g}" for low, high in windows(tuned, end)) or "nowhere" for end in (0, 1)]
    return page.sentences(
        f"Well tuned is gamma {said[0]} with the disguised counted as direct code, {said[1]} with them counted as "
        f"search, to the nearest {tuned.gamma[1] - tuned.gamma[0]:g}.",
        f"Held-out loss, defecting search and excess defection in the world {tuned.world} as time gets dearer; every "
        f"code-only program of at most {tuned.bound_bits} bits that fits, under {tuned.weights}.",
        f"A gamma is well tuned when less than {100 * HARMLESS:g} % of the fitting mass is search and defects, "
        f"and the loss is within {NEAR_LEAST:g} of its least on [0, {GAMMAS[-1]:g}], "
        f"{number(min(tuned.held_out_loss))}.",
        "Excess defection is the defecting share of search less that of direct code, undefined where either has no "
        "program.",
        "A program defects when it fits on all training lanes and is wrong on some held-out lane.",
        page.LOSS_SAID,
    )


PHASE_FIGURE = Entry(
    "phase",
    "which side holds the mass over two penalties, beside the held-out loss",
    phase_of,
    draw_phase,
    phase_caption,
    ("constant-greatest-square-w16",),
    is_of_one=True,
    takes=(*OF_PRIOR, "grid"),
    over=("beta", "gamma"),
)
WELL_TUNED = Entry(
    "well-tuned",
    "held-out loss, defecting search and excess defection against gamma, the well-tuned window",
    tuned_data,
    draw_tuned,
    tuned_caption,
    ("in-context-next-w4",),
    is_of_one=True,
    takes=OF_PRIOR,
    over=("gamma",),
)
