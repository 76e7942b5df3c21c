"""Starvation: how often the deep feature is found with the shallow one present, and without, by radius."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.page import LOOKS, Columns, Width, axes_or_new, legend_below

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


def starvation_bars(data: StarvationBars, *, ax: Axes | None = None, width: Width = "single") -> Axes:
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
