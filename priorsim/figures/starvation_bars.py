"""Starvation: how often the deep feature is found with the shallow one present, and without, by radius."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import LOOKS, drawing, legend_below
from priorsim.figures.words import sentences
from priorsim.formats import number, percent
from priorsim.walks.finding import starvation
from priorsim.walks.shown import shows_shallow, two_feature_world
from priorsim.walks.study import RADII, make_study
from priorsim.worlds import World

COLUMNS = "radius ends_with ends_without gain_with gain_without"
"""The bits of an edit; the chance to end right from programs that show the shallow feature, and from others where it
is forbidden; and from either the chance of an edit to the deep feature, times the loss it saves."""
STARVATION_BITS = 22
WITH = LOOKS["search"].colour
WITHOUT: dict[str, Any] = {"facecolor": "white", "edgecolor": LOOKS["direct"].colour, "hatch": "////"}


def data(_: Study, worlds: Sequence[World]) -> Data:
    """Starvation in the world of two features; no study is asked."""
    return by_radius()


@lru_cache(maxsize=1)
def by_radius() -> Data:
    """Starvation in the world of two features at every radius."""
    rows = []
    for radius in RADII:
        study = make_study(two_feature_world(), radius, max_bits=STARVATION_BITS)
        found = starvation(study, shows_shallow(study))
        rows.append((radius, found.ends_with, found.ends_without, found.gain_with, found.gain_without))
    return Data(COLUMNS, rows)


@drawing(2.6)
def draw(bars: Data, ax: Axes) -> None:
    """Draw the chances to end right, with and without the shallow feature, on a logarithmic scale."""
    places = np.arange(len(bars.rows))
    ax.bar(places - 0.2, bars.ends_with, 0.38, facecolor=WITH, edgecolor=WITH)
    ax.bar(places + 0.2, bars.ends_without, 0.38, **WITHOUT)
    ax.set_yscale("log")
    known = [value for value in (*bars.ends_with, *bars.ends_without) if value > 0]
    if known:
        ax.set_ylim(min(known) / 4, max(known) * 12)
    look: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "fontsize": 6.5}
    for place, low, high in zip(places, bars.ends_with, bars.ends_without, strict=True):
        if low > 0 and high > 0:
            ax.annotate(f"1 : {high / low:.3g}", (place, high), **look)
    ax.set_xticks(places, [str(radius) for radius in bars.radius])
    ax.set_xlabel("radius of an edit (bits)")
    ax.set_ylabel("chance to end right on all lanes (of 1)")
    ax.set_title("How often a deep feature is found")
    handles = [
        Patch(facecolor=WITH, label="from programs that are right on 3/4 of the lanes"),
        Patch(**WITHOUT, label="from others, that feature being forbidden"),
    ]
    legend_below(ax, handles)


def caption(bars: Data) -> str:
    """What the figure shows, with its numbers."""
    ends = [f"{percent(low)} against {percent(high)} at {radius} bits" for radius, low, high, _, _ in bars.rows]
    gains = [number(low / high) for *_, low, high in bars.rows if high > 0]
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
