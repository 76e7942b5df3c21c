"""Delta L against the bits of the table: by how much search is the shorter description, world by world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from priorsim.figures.page import FAINT, INK, Columns, Ends, Width, axes_or_new, is_wide, legend_below

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">", "*", "h", "p")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
SPREAD = 0.22
"""Bits from one world to the next of those with as large a table."""
ARROW = 1.6
"""Bits that the arrow of an open end is long."""


@dataclass(frozen=True, slots=True)
class WorldLength:
    """One world.

    Attributes
    ----------
    world, family : str
    table_bits : int
        Bits of the words asked for on the training lanes.
    ends : (low, high)
        Delta L in bits; None at an end that the bound leaves open.
    """

    world: str
    family: str
    table_bits: int
    ends: Ends


@dataclass(frozen=True, slots=True)
class LengthTable:
    """Delta L of many worlds, those without a fitting program on either side left out."""

    worlds: Sequence[WorldLength]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each world."""
        return {
            "family": [each.family for each in self.worlds],
            "world": [each.world for each in self.worlds],
            "table_bits": [each.table_bits for each in self.worlds],
            "delta_l_low_bits": [each.ends[0] for each in self.worlds],
            "delta_l_high_bits": [each.ends[1] for each in self.worlds],
        }


def delta_l(table: LengthTable, *, ax: Axes | None = None, width: Width = "double") -> Axes:
    """Draw Delta L against table bits; arrows where the bound leaves an end open.

    Worlds with tables of one size stand beside each other, family by family, a fifth of a bit apart.
    """
    with axes_or_new(ax, width, 3.4) as axes:
        families = list(dict.fromkeys(each.family for each in table.worlds))
        axes.axhline(0, color=INK, linewidth=0.6, zorder=1)
        handles = []
        for place, family in enumerate(families):
            look: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)]}
            face = look["color"] if place % 2 else "white"
            mine = [(x, each) for x, each in _spread(table, families) if each.family == family]
            for x, each in mine:
                _world(axes, x, each, look, face)
            number = len(mine)
            handles.append(
                Line2D([], [], ls="none", markersize=3.4, markerfacecolor=face, label=f"{family} ({number})", **look)
            )
        handles.append(Line2D([], [], ls="none", color=FAINT, marker=6, markersize=4, label="open end"))
        axes.set_xticks(_ticks({each.table_bits for each in table.worlds}, 1 if is_wide(width) else 3))
        axes.set_xlabel("table: words asked for on the training lanes (bits)")
        axes.set_ylabel("\N{GREEK CAPITAL LETTER DELTA}L = L_min(direct) - L_min(search) (bits)")
        legend_below(axes, handles, columns=5 if is_wide(width) else 3)
        return axes


def _ticks(bits: set[int], apart: int) -> list[int]:
    """The sizes of tables that get a tick: from the smallest on, those that are so far apart."""
    ticks: list[int] = []
    for each in sorted(bits):
        if not ticks or each - ticks[-1] >= apart:
            ticks.append(each)
    return ticks


def _spread(table: LengthTable, families: Sequence[str]) -> list[tuple[float, WorldLength]]:
    """Every world with its place across: beside the others that have as large a table."""
    found: list[tuple[float, WorldLength]] = []
    for bits in sorted({each.table_bits for each in table.worlds}):
        here = [each for each in table.worlds if each.table_bits == bits]
        here.sort(key=lambda each: (families.index(each.family), each.world))
        step = min(SPREAD, 2.0 / max(len(here), 1))
        places = bits + step * (np.arange(len(here)) - (len(here) - 1) / 2)
        found += zip(places.tolist(), here, strict=True)
    return found


def _world(ax: Axes, x: float, each: WorldLength, look: dict[str, Any], face: str) -> None:
    low, high = each.ends
    known = [end for end in (low, high) if end is not None]
    bottom = low if low is not None else min(known) - ARROW
    top = high if high is not None else max(known) + ARROW
    ax.plot([x, x], [bottom, top], color=look["color"], linewidth=0.7, zorder=2)
    if low is None:
        ax.plot([x], [bottom], marker=7, color=look["color"], markersize=3, zorder=3)
    if high is None:
        ax.plot([x], [top], marker=6, color=look["color"], markersize=3, zorder=3)
    ax.plot(
        [x] * len(set(known)),
        sorted(set(known)),
        ls="none",
        markersize=2.8,
        mew=0.6,
        zorder=4,
        markerfacecolor=face,
        **look,
    )
