"""Delta L against the bits of the table: by how much search is the shorter description, world by world."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from scipy.stats import theilslopes

from priorsim.figures.entry import Entry
from priorsim.figures.page import FAINT, INK, Columns, Ends, Width, axes_or_new, is_wide, legend_below
from priorsim.figures.words import CLASSES, sentences
from priorsim.formats import counted, number
from priorsim.measure.decomposition import delta_l
from priorsim.measure.mass import ENDS, Interval
from priorsim.worlds import World, catalogue, family

if TYPE_CHECKING:
    from priorsim.study.folder import Study

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


MEMBERS = ("inverse", "forward")

MEMBER_BITS, MEMBER_LANES = 3, range(4, 9)
"""Members of these families, at this word size and with so many lanes, stand beside the catalogue."""


def members() -> Iterator[World]:
    """The generated worlds that are shown beside the catalogue's, domain by domain."""
    for lanes in MEMBER_LANES:
        for name in MEMBERS:
            yield from family(name).members(word_bits=MEMBER_BITS, lanes=lanes)


def data(study: "Study", _: Sequence[World]) -> LengthTable:
    """Delta L of the catalogue, and of the members of families, against the words asked for."""
    worlds = [*catalogue().values(), *members()]
    rows = []
    for each in study.histograms(worlds):
        ends = _both_ends([delta_l(each, end) for end in ENDS])
        if ends != (None, None):
            bits = len(each.world.train) * each.world.domain.word_bits
            rows.append(WorldLength(each.world.name, each.world.family, bits, ends))
    return LengthTable(rows)


def _both_ends(intervals: Sequence[Interval]) -> Ends:
    """The interval that holds those with the disguised programs on either side."""
    lows, highs = [each.low for each in intervals], [each.high for each in intervals]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    return low, high


def draw(table: LengthTable, *, ax: Axes | None = None, width: Width = "double") -> Axes:
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


def caption(table: LengthTable) -> str:
    """What the figure shows, with its numbers."""
    positive = sum(each.ends[0] is not None and each.ends[0] > 0 for each in table.worlds)
    negative = sum(each.ends[1] is not None and each.ends[1] < 0 for each in table.worlds)
    open_ended = sum(None in each.ends for each in table.worlds)
    return sentences(
        "Delta L is L_min(direct) - L_min(search): the bits by which the shortest fitting search program is shorter "
        "than "
        "the shortest fitting direct one.",
        f"It is above 0 in {positive} of {counted(len(table.worlds), 'world')} and below 0 in {negative}, wherever the "
        "disguised programs count; in the others that decides, it is 0, or the bound leaves the sign open.",
        f"In {counted(open_ended, 'world')} one side has no program up to the bound: an arrow points to where Delta "
        "L may be.",
        _slope(table),
        "Across stands what a table would have to hold: number of training lanes times bits of a word. Worlds with "
        "as large "
        "a table stand beside each other.",
        f"Shown are the named worlds and all members of the families {' and '.join(MEMBERS)} with words of "
        f"{MEMBER_BITS} "
        f"bits and {MEMBER_LANES[0]} to {MEMBER_LANES[-1]} lanes, but for those that nothing fits.",
        CLASSES,
    )


def _slope(table: LengthTable) -> str:
    """How Delta L goes with the size of the table, where it is known."""
    known = [
        (each.table_bits, (low + high) / 2)
        for each in table.worlds
        for low, high in [each.ends]
        if low is not None and high is not None
    ]
    bits, delta = [size for size, _ in known], [middle for _, middle in known]
    if len(set(bits)) < 2:
        return ""
    slope = theilslopes(delta, bits).slope
    return (
        f"Over the {len(known)} worlds in which it is known it goes by {number(slope)} bits with each bit of the table "
        "(the median of the slopes between any two)."
    )


FIGURE = Entry(
    "delta-l",
    "Delta L against the bits of the table, by family",
    data,
    draw,
    caption,
    width="double",
)
