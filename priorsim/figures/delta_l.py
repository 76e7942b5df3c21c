"""Delta L against the bits of the table: by how much search is the shorter description, world by world."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.stats import theilslopes

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, drawing, is_wide, key, legend_below
from priorsim.figures.words import CLASSES, sentences
from priorsim.formats import counted, number
from priorsim.measure.decomposition import delta_l
from priorsim.measure.mass import ENDS
from priorsim.worlds import World, catalogue, family

COLUMNS = "family world table_bits delta_l_low_bits delta_l_high_bits"
"""The bits of the words asked for on the training lanes, and Delta L; None at an end that the bound leaves open."""
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">", "*", "h", "p")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
SPREAD = 0.22
"""Bits from one world to the next of those with as large a table."""
ARROW = 1.6
"""Bits that the arrow of an open end is long."""
MEMBERS = ("inverse", "forward")
MEMBER_BITS, MEMBER_LANES = 3, range(4, 9)
"""Members of these families, at this word size and with so many lanes, stand beside the catalogue."""


def members() -> Iterator[World]:
    """The generated worlds that are shown beside the catalogue's, domain by domain."""
    for lanes in MEMBER_LANES:
        for name in MEMBERS:
            yield from family(name).members(word_bits=MEMBER_BITS, lanes=lanes)


def data(study: Study, _: Sequence[World]) -> Data:
    """Delta L of the catalogue, and of the members of families, those without a fitting program left out."""
    rows = []
    for each in study.histograms([*catalogue().values(), *members()]):
        intervals = [delta_l(each, end) for end in ENDS]
        lows, highs = [own.low for own in intervals], [own.high for own in intervals]
        # The interval that holds those with the disguised programs on either side.
        low = None if None in lows else min(end for end in lows if end is not None)
        high = None if None in highs else max(end for end in highs if end is not None)
        if low is not None or high is not None:
            bits = len(each.world.train) * each.world.domain.word_bits
            rows.append((each.world.family, each.world.name, bits, low, high))
    return Data(COLUMNS, rows)


@drawing(3.4, "double")
def draw(lengths: Data, ax: Axes) -> None:
    """Draw Delta L against table bits; arrows where the bound leaves an end open.

    Worlds with tables of one size stand beside each other, family by family, a fifth of a bit apart.
    """
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    families = list(dict.fromkeys(lengths.family))
    placed = _spread(lengths, families)
    handles = []
    for place, shown in enumerate(families):
        look: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)]}
        face = look["color"] if place % 2 else "white"
        mine = [(x, low, high) for x, name, low, high in placed if name == shown]
        for x, low, high in mine:
            _world(ax, x, low, high, {**look, "markerfacecolor": face})
        handles.append(key(f"{shown} ({len(mine)})", ls="none", markersize=3.4, markerfacecolor=face, **look))
    handles.append(key("open end", ls="none", color=FAINT, marker=6, markersize=4))
    is_double = is_wide(ax)
    ax.set_xticks(_ticks(set(lengths.table_bits), 1 if is_double else 3))
    ax.set_xlabel("table: words asked for on the training lanes (bits)")
    ax.set_ylabel("\N{GREEK CAPITAL LETTER DELTA}L = L_min(direct) - L_min(search) (bits)")
    legend_below(ax, handles, columns=5 if is_double else 3)


def _ticks(bits: set[int], apart: int) -> list[int]:
    """The sizes of tables that get a tick: from the smallest on, those that are so far apart."""
    ticks: list[int] = []
    for each in sorted(bits):
        if not ticks or each - ticks[-1] >= apart:
            ticks.append(each)
    return ticks


def _spread(lengths: Data, families: Sequence[str]) -> list[tuple[float, str, float | None, float | None]]:
    """Every world's place across, beside the others that have as large a table, its family and its ends."""
    found: list[tuple[float, str, float | None, float | None]] = []
    for bits in sorted(set(lengths.table_bits)):
        here = sorted((row for row in lengths.rows if row[2] == bits), key=lambda row: (families.index(row[0]), row[1]))
        step = min(SPREAD, 2.0 / len(here))
        places = bits + step * (np.arange(len(here)) - (len(here) - 1) / 2)
        found += [(x, name, low, high) for x, (name, _, _, low, high) in zip(places.tolist(), here, strict=True)]
    return found


def _world(ax: Axes, x: float, low: float | None, high: float | None, look: dict[str, Any]) -> None:
    known = sorted({end for end in (low, high) if end is not None})
    bottom = known[0] - ARROW if low is None else low
    top = known[-1] + ARROW if high is None else high
    ax.plot([x, x], [bottom, top], color=look["color"], linewidth=0.7, zorder=2)
    if low is None:
        ax.plot([x], [bottom], marker=7, color=look["color"], markersize=3, zorder=3)
    if high is None:
        ax.plot([x], [top], marker=6, color=look["color"], markersize=3, zorder=3)
    ax.plot([x] * len(known), known, ls="none", markersize=2.8, mew=0.6, zorder=4, **look)


def caption(lengths: Data) -> str:
    """What the figure shows, with its numbers."""
    lows, highs = lengths.delta_l_low_bits, lengths.delta_l_high_bits
    positive = sum(low is not None and low > 0 for low in lows)
    negative = sum(high is not None and high < 0 for high in highs)
    return sentences(
        "Delta L is L_min(direct) - L_min(search): the bits by which the shortest fitting search program is shorter "
        "than the shortest fitting direct one.",
        f"It is above 0 in {positive} of {counted(len(lengths.rows), 'world')} and below 0 in {negative}, wherever the "
        "disguised programs count; in the others that decides, it is 0, or the bound leaves the sign open.",
        f"In {counted(sum(None in row for row in lengths.rows), 'world')} one side has no program up to the bound: an "
        "arrow points to where Delta L may be.",
        _slope(lengths),
        "Across stands what a table would have to hold: number of training lanes times bits of a word. Worlds with "
        "as large a table stand beside each other.",
        f"Shown are the named worlds and all members of the families {' and '.join(MEMBERS)} with words of "
        f"{MEMBER_BITS} bits and {MEMBER_LANES[0]} to {MEMBER_LANES[-1]} lanes, but for those that nothing fits.",
        CLASSES,
    )


def _slope(lengths: Data) -> str:
    """How Delta L goes with the size of the table, where it is known."""
    known = [(bits, (low + high) / 2) for _, _, bits, low, high in lengths.rows if None not in (low, high)]
    bits, delta = [size for size, _ in known], [middle for _, middle in known]
    if len(set(bits)) < 2:
        return ""
    return (
        f"Over the {len(known)} worlds in which it is known it goes by {number(theilslopes(delta, bits).slope)} bits "
        "with each bit of the table (the median of the slopes between any two)."
    )


FIGURE = Entry("delta-l", "Delta L against the bits of the table, by family", data, draw, caption)
