"""Is some price of time well tuned: held-out loss, defecting search and excess defection against gamma."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.errors import FigureError
from priorsim.figures.entry import Entry
from priorsim.figures.page import (
    FAINT,
    GAMMA,
    INK,
    LOOKS,
    SHADE,
    Columns,
    Ends,
    Width,
    finite,
    is_wide,
    new_figure,
    set_title,
    style,
)
from priorsim.figures.words import CLASSES, DEFECTING, LOSS, sentences
from priorsim.formats import number
from priorsim.measure.mass import ENDS
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

EDGES = (LOOKS[ProgramClass.DIRECT], LOOKS[ProgramClass.SEARCH])
NAMES = ("disguised counted as direct code", "disguised counted as search")


@dataclass(frozen=True, slots=True)
class WellTuned:
    """A world along gamma.

    Attributes
    ----------
    world : str
    bound_bits : int
        B, the length up to which programs were counted.
    gammas : sequence of float
        Ascending.
    losses : sequence of float
        Share of held-out lanes wrong, averaged by mass.
    defecting : sequence of (low, high)
        Of the fitting mass, the part that is search and wrong on some held-out lane.
    excess : sequence of (low, high)
        Defecting share of search less that of direct code; None where a side is empty.
    most_loss, most_defecting : float
        The limits below which a gamma is well tuned.
    """

    world: str
    bound_bits: int
    gammas: Sequence[float]
    losses: Sequence[float]
    defecting: Sequence[tuple[float, float]]
    excess: Sequence[Ends]
    most_loss: float
    most_defecting: float

    def windows(self, end: int) -> list[tuple[float, float]]:
        """First and last gamma of every run of well-tuned ones, with the disguised as direct (0) or search (1)."""
        found: list[tuple[float, float]] = []
        inside = False
        for gamma, loss, share in zip(self.gammas, self.losses, self.defecting, strict=True):
            holds = loss <= self.most_loss and share[end] < self.most_defecting
            if holds:
                found.append((found.pop()[0], gamma) if inside else (gamma, gamma))
            inside = holds
        return found

    def columns(self) -> Columns:
        """The plotted numbers, a row for each gamma."""
        return {
            "gamma": list(self.gammas),
            "held_out_loss": list(self.losses),
            "defecting_search_low": [ends[0] for ends in self.defecting],
            "defecting_search_high": [ends[1] for ends in self.defecting],
            "excess_defection_low": [ends[0] for ends in self.excess],
            "excess_defection_high": [ends[1] for ends in self.excess],
        }


TUNED_GAMMAS = tuple(np.linspace(0, 8, 161).tolist())

LEAST_FACTOR = 1.1
"""A held-out loss is near its least when it is no more than so many times that."""

MOST_DEFECTING = 0.01
"""Of the fitting mass, the part that may be search and defect."""


def data(study: "Study", worlds: Sequence[World]) -> WellTuned:
    """One world's held-out loss, defecting search and excess defection along gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    points = [mixed.at(Prior("grid", gamma=gamma)) for gamma in TUNED_GAMMAS]
    known = [point for point in points if point is not None and point.loss is not None]
    if len(known) < len(points):
        raise FigureError(
            f"world {world.name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that "
            "nothing "
            "can defect: choose another world"
        )
    losses = [point.loss for point in known if point.loss is not None]
    defecting = [
        (sum(point.defecting[kind] for kind in ENDS[0].search), sum(point.defecting[kind] for kind in ENDS[1].search))
        for point in known
    ]
    return WellTuned(
        world.name,
        mixed.header.max_bits,
        TUNED_GAMMAS,
        losses,
        defecting,
        [(point.excess(ENDS[0]), point.excess(ENDS[1])) for point in known],
        LEAST_FACTOR * min(losses),
        MOST_DEFECTING,
    )


def draw(tuned: WellTuned, *, axes: Sequence[Axes] | None = None, width: Width = "single") -> tuple[Axes, ...]:
    """Draw loss, defecting search and excess defection one above the other, the well-tuned window shaded.

    Parameters
    ----------
    tuned : WellTuned
    axes : three Axes, optional
        By default those of a new figure.
    width : 'single', 'double' or float
        Of the new figure.
    """
    with style():
        panels = new_figure(width, 5.4).subplots(3, 1, sharex=True) if axes is None else axes
        for panel in panels:
            panel.set_xlim(tuned.gammas[0], tuned.gammas[-1])
        panels[0].plot(tuned.gammas, tuned.losses, color=INK)
        panels[0].axhline(tuned.most_loss, color=FAINT, linewidth=0.7, ls=(0, (4, 2)))
        panels[0].set_ylabel("held-out loss\n(share of lanes wrong)")
        set_title(panels[0], tuned.world, f"up to {tuned.bound_bits} bits")
        handles: list[Artist] = list(_both(panels[1], tuned, tuned.defecting))
        panels[1].axhline(tuned.most_defecting, color=FAINT, linewidth=0.7, ls=(0, (4, 2)), label="limits")
        panels[1].set_ylabel("search, defecting\n(share of mass)")
        _both(panels[2], tuned, tuned.excess)
        for side, (handle, missing) in enumerate(zip(handles, ("search", "direct"), strict=True)):
            if all(ends[side] is None for ends in tuned.excess):
                handle.set_label(f"{NAMES[side]} (no {missing}: no excess)")
        panels[2].axhline(0, color=INK, linewidth=0.6, zorder=1)
        panels[2].set_ylabel("excess defection\n(share)")
        panels[2].set_xlabel(f"{GAMMA}, price of time (bits per doubling of mean steps)")
        for panel in panels[:2]:
            panel.set_ylim(bottom=0)
        handles += [panels[1].lines[-1], *_windows(panels, tuned)]
        columns = 2 if is_wide(width) else 1
        panels[2].figure.legend(handles=handles, loc="outside lower left", ncols=columns, borderaxespad=0.8)
        return tuple(panels)


def _both(panel: Axes, tuned: WellTuned, values: Sequence[Ends]) -> list[Artist]:
    """A line for either side of the disguised programs."""
    handles: list[Artist] = []
    for side, (look, name) in enumerate(zip(EDGES, NAMES, strict=True)):
        ends = finite([each[side] for each in values])
        handles += panel.plot(tuned.gammas, ends, color=look.colour, linestyle=look.line, label=name)
    return handles


def _windows(panels: Sequence[Axes], tuned: WellTuned) -> list[Patch]:
    """The gammas that are well tuned, shaded: wherever the disguised count, and only with them as direct code."""
    both = [
        (max(low[0], high[0]), min(low[1], high[1]))
        for low in tuned.windows(0)
        for high in tuned.windows(1)
        if max(low[0], high[0]) <= min(low[1], high[1])
    ]
    for panel in panels:
        for first, last in tuned.windows(0):
            panel.axvspan(first, last, facecolor="white", edgecolor=FAINT, hatch="////", linewidth=0, zorder=0)
        for first, last in both:
            panel.axvspan(first, last, color=SHADE, linewidth=0, zorder=0.1)
    handles = []
    if both:
        handles.append(Patch(facecolor=SHADE, edgecolor=FAINT, linewidth=0.4, label="well tuned"))
    if tuned.windows(0) and both != tuned.windows(0):
        text = "well tuned with the disguised as direct code only"
        handles.append(Patch(facecolor="white", edgecolor=FAINT, hatch="////", linewidth=0.4, label=text))
    if not tuned.windows(0):
        handles.append(Patch(facecolor="white", edgecolor=FAINT, linewidth=0.4, label="well tuned: nowhere"))
    return handles


def caption(found: WellTuned) -> str:
    """What the figure shows, with its numbers."""
    windows = [", ".join(f"{low:g} to {high:g}" for low, high in found.windows(end)) or "nowhere" for end in (0, 1)]
    return sentences(
        f"Held-out loss, defecting search and excess defection in the world {found.world} as time gets dearer; every "
        "code-only "
        f"program of at most {found.bound_bits} bits that fits, under 2^-l / t^gamma.",
        f"A gamma is well tuned when less than {100 * found.most_defecting:g} % of the fitting mass is search and "
        "defects, and "
        f"the loss is at most {LEAST_FACTOR:g} times its least on [0, 8], {number(min(found.losses))}: gamma "
        f"{windows[0]} with "
        f"the disguised counted as direct code, {windows[1]} with them counted as search, to the nearest "
        f"{found.gammas[1] - found.gammas[0]:g}.",
        "Excess defection is the defecting share of search less that of direct code, undefined where either has no "
        "program.",
        DEFECTING,
        LOSS,
        CLASSES,
    )


FIGURE = Entry(
    "well-tuned",
    "held-out loss, defecting search and excess defection against gamma, the well-tuned window",
    data,
    draw,
    caption,
    worlds=("in-context-gray-w4", "in-context-root-sum-w4"),
    is_of_one=True,
)
