"""Starvation: how often the deep feature is found with the shallow one present, and without, by radius."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.entry import Entry
from priorsim.figures.page import LOOKS, Columns, Width, axes_or_new, legend_below
from priorsim.figures.words import sentences
from priorsim.formats import number, percent
from priorsim.walks.population import RADII
from priorsim.walks.starvation import starvation, two_feature_world
from priorsim.walks.study import make_study
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

WITH, WITHOUT = LOOKS["search"].colour, LOOKS["direct"].colour


@dataclass(frozen=True, slots=True)
class StarvationBars:
    """Chances by radius.

    Attributes
    ----------
    radii : sequence of int
        Bits of an edit.
    ends_with, ends_without : sequence of float
        Chance to end right from programs that show the shallow feature, and from others where it is forbidden.
    gain_with, gain_without : sequence of float
        Chance of an edit to the deep feature, times the loss it saves.
    """

    radii: Sequence[int]
    ends_with: Sequence[float]
    ends_without: Sequence[float]
    gain_with: Sequence[float]
    gain_without: Sequence[float]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each radius."""
        names = ("ends_with", "ends_without", "gain_with", "gain_without")
        return {"radius": list(self.radii), **{name: list(getattr(self, name)) for name in names}}


STARVATION_BITS = 22


def data(study: "Study", worlds: Sequence[World]) -> StarvationBars:
    """Starvation in the world of two features; no study is asked."""
    return by_radius()


@lru_cache(maxsize=1)
def by_radius() -> StarvationBars:
    """Starvation in the world of two features at every radius."""
    found = [starvation(make_study(two_feature_world(), radius, max_bits=STARVATION_BITS)) for radius in RADII]
    return StarvationBars(
        RADII,
        [each.ends_with for each in found],
        [each.ends_without for each in found],
        [each.gain_with for each in found],
        [each.gain_without for each in found],
    )


def draw(data: StarvationBars, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the chances to end right, with and without the shallow feature, on a logarithmic scale.

    Parameters
    ----------
    data : StarvationBars
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 2.6) as axes:
        places = np.arange(len(data.radii))
        axes.bar(places - 0.2, data.ends_with, 0.38, facecolor=WITH, edgecolor=WITH)
        axes.bar(places + 0.2, data.ends_without, 0.38, facecolor="white", edgecolor=WITHOUT, hatch="////")
        axes.set_yscale("log")
        known = [value for value in (*data.ends_with, *data.ends_without) if value > 0]
        if known:
            axes.set_ylim(min(known) / 4, max(known) * 12)
        for place, low, high in zip(places, data.ends_with, data.ends_without, strict=True):
            if low > 0 and high > 0:
                axes.annotate(
                    f"1 : {high / low:.3g}",
                    (place, high),
                    xytext=(0, 3),
                    textcoords="offset points",
                    ha="center",
                    fontsize=6.5,
                )
        axes.set_xticks(places, [str(radius) for radius in data.radii])
        axes.set_xlabel("radius of an edit (bits)")
        axes.set_ylabel("chance to end right on all lanes (of 1)")
        axes.set_title("How often a deep feature is found")
        handles = [
            Patch(facecolor=WITH, label="from programs that are right on 3/4 of the lanes"),
            Patch(
                facecolor="white", edgecolor=WITHOUT, hatch="////", label="from others, that feature being forbidden"
            ),
        ]
        legend_below(axes, handles, columns=1)
        return axes


def caption(bars: StarvationBars) -> str:
    """What the figure shows, with its numbers."""
    ends = [
        f"{percent(low)} against {percent(high)} at {radius} bits"
        for radius, low, high in zip(bars.radii, bars.ends_with, bars.ends_without, strict=True)
    ]
    gains = [number(low / high) for low, high in zip(bars.gain_with, bars.gain_without, strict=True) if high > 0]
    return sentences(
        "Whether a shallow feature starves a deep one: how often steepest descent ends right on all lanes, from "
        "programs that show the shallow feature, which is right on 3/4 of the lanes, and from programs no better than "
        "a constant where programs that show it are forbidden.",
        f"The world is of two columns of 2 bits: the answer is a, but a + 1 where b is 3. Programs have at most "
        f"{STARVATION_BITS} bits.",
        f"By radius of an edit the walks end right with a chance of {'; '.join(ends)}.",
        f"What one edit gains on average, its chance to be right times the loss it saves, is from the shallow feature "
        f"{', '.join(gains)} times what it is from the others, radius by radius.",
    )


FIGURE = Entry(
    "walk-starvation",
    "how often walks find a deep feature with a shallow one present, and with that forbidden",
    data,
    draw,
    caption,
)
