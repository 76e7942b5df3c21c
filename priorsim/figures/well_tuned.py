"""Is some price of time well tuned: held-out loss, defecting search and excess defection against gamma."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, SHADE, SIDES, Width
from priorsim.formats import number
from priorsim.measure.mass import ENDS
from priorsim.priors import Prior
from priorsim.worlds import World

COLUMNS = "gamma held_out_loss defecting_search_low defecting_search_high excess_defection_low excess_defection_high"
"""The share of held-out lanes wrong, averaged by mass; of the fitting mass the part that is search and wrong on some
held-out lane; and the defecting share of search less that of direct code, None where a side is empty."""
TUNED_GAMMAS = tuple(np.linspace(0, 8, 161).tolist())
LEAST_FACTOR = 1.1
"""A held-out loss is near its least when it is no more than so many times that."""
MOST_DEFECTING = 0.01
"""Of the fitting mass, the part that may be search and defect."""


def data(study: Study, worlds: Sequence[World]) -> Data:
    """One world's held-out loss, defecting search and excess defection along gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    rows: list[tuple[float | None, ...]] = []
    for gamma in TUNED_GAMMAS:
        point = mixed.at(Prior("grid", gamma=gamma))
        if point is None or point.loss is None:
            raise FigureError(
                f"world {world.name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that "
                "nothing can defect: choose another world"
            )
        defecting = [sum(point.defecting[kind] for kind in end.search) for end in ENDS]
        rows.append((gamma, point.loss, *defecting, *(point.excess(end) for end in ENDS)))
    return Data(COLUMNS, rows, world=world.name, bound_bits=mixed.header.max_bits)


def most_loss(tuned: Data) -> float:
    """The loss up to which a gamma is well tuned."""
    return LEAST_FACTOR * float(min(tuned.held_out_loss))


def windows(tuned: Data, end: int) -> list[tuple[float, float]]:
    """First and last gamma of every run of well-tuned ones, with the disguised as direct (0) or search (1)."""
    found: list[tuple[float, float]] = []
    inside, limit = False, most_loss(tuned)
    for gamma, loss, *defecting in tuned.rows:
        holds = loss <= limit and defecting[end] < MOST_DEFECTING
        if holds:
            found.append((found.pop()[0], gamma) if inside else (gamma, gamma))
        inside = holds
    return found


def draw(tuned: Data, *, axes: Sequence[Axes] | None = None, width: Width = "single") -> tuple[Axes, ...]:
    """Draw loss, defecting search and excess defection one above the other, the well-tuned window shaded."""
    with page.style():
        panels = page.new_figure(width, 5.4).subplots(3, 1, sharex=True) if axes is None else axes
        losses, defecting, excess = panels
        limit: dict[str, Any] = {"color": FAINT, "linewidth": 0.7, "ls": (0, (4, 2))}
        for panel in panels:
            panel.set_xlim(tuned.gamma[0], tuned.gamma[-1])
        losses.plot(tuned.gamma, tuned.held_out_loss, color=INK)
        losses.axhline(most_loss(tuned), **limit)
        losses.set_ylabel("held-out loss\n(share of lanes wrong)")
        page.set_title(losses, tuned.world, f"up to {tuned.bound_bits} bits")
        handles = _both(defecting, tuned, "defecting_search")
        handles.append(defecting.axhline(MOST_DEFECTING, label="limits", **limit))
        defecting.set_ylabel("search, defecting\n(share of mass)")
        _both(excess, tuned, "excess_defection")
        for handle, end, missing, (_, name) in zip(handles, ("low", "high"), ("search", "direct"), SIDES, strict=False):
            if set(tuned[f"excess_defection_{end}"]) == {None}:
                handle.set_label(f"{name} (no {missing}: no excess)")
        excess.axhline(0, color=INK, linewidth=0.6, zorder=1)
        excess.set(ylabel="excess defection\n(share)", xlabel=page.PRICE)
        for panel in panels[:2]:
            panel.set_ylim(bottom=0)
        page.legend_of_rows(excess, *handles, *_shaded(panels, tuned), ncols=2 if page.is_wide(width) else 1)
        return tuple(panels)


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
    handles = []
    if both:
        handles.append(Patch(facecolor=SHADE, edgecolor=FAINT, linewidth=0.4, label="well tuned"))
    if as_direct and both != as_direct:
        text = "well tuned with the disguised as direct code only"
        handles.append(Patch(facecolor="white", edgecolor=FAINT, hatch="////", linewidth=0.4, label=text))
    if not as_direct:
        handles.append(Patch(facecolor="white", edgecolor=FAINT, linewidth=0.4, label="well tuned: nowhere"))
    return handles


def caption(tuned: Data) -> str:
    """What the figure shows, with its numbers."""
    said = [", ".join(f"{low:g} to {high:g}" for low, high in windows(tuned, end)) or "nowhere" for end in (0, 1)]
    return page.sentences(
        f"Held-out loss, defecting search and excess defection in the world {tuned.world} as time gets dearer; every "
        f"code-only program of at most {tuned.bound_bits} bits that fits, under 2^-l / t^gamma.",
        f"A gamma is well tuned when less than {100 * MOST_DEFECTING:g} % of the fitting mass is search and defects, "
        f"and the loss is at most {LEAST_FACTOR:g} times its least on [0, 8], {number(min(tuned.held_out_loss))}: "
        f"gamma {said[0]} with the disguised counted as direct code, {said[1]} with them counted as search, to the "
        f"nearest {tuned.gamma[1] - tuned.gamma[0]:g}.",
        "Excess defection is the defecting share of search less that of direct code, undefined where either has no "
        "program.",
        "A program defects when it fits on all training lanes and is wrong on some held-out lane.",
        page.LOSS_SAID,
        page.CLASSES_SAID,
    )


SHOWS = "held-out loss, defecting search and excess defection against gamma, the well-tuned window"
SHOWN = ("in-context-gray-w4", "in-context-root-sum-w4")
FIGURE = Entry("well-tuned", SHOWS, data, draw, caption, SHOWN, is_of_one=True)
