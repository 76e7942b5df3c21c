"""Figures with a mark or a row for each world: Delta L against tables, the odds in parts, and three ways to count."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from scipy.stats import theilslopes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, SERIES, SHADE, Ends
from priorsim.formats import counted, number
from priorsim.measure.decomposition import decomposition, delta_l, three_counts
from priorsim.measure.histogram import DIRECT, SEARCH, Histogram
from priorsim.measure.mass import ENDS, LOW
from priorsim.priors import Prior, named_prior
from priorsim.worlds import World, family


def worlds_with_both(study: Study) -> list[Histogram]:
    """The named worlds that both direct code and search fit."""
    named = study.histograms(study.preset.named_worlds())
    return [each for each in named if all(len(each.cells.of([kind])) for kind in (DIRECT, SEARCH))]


def rows_height(data: Data) -> float:
    """Inches of a figure with a row for each row of the data."""
    return 0.14 * len(data.rows) + 1.35


def name_rows(ax: Axes, names: Sequence[str], label: str) -> None:
    """A name for each row, in which a $ is a $, the first on top; a line at 0 and faint lines along the rows."""
    count = len(names)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_yticks(range(count), names, fontsize=6, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.hlines(range(count), 0, 1, transform=ax.get_yaxis_transform(), color=SHADE, linewidth=0.5, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(label)


OF_LENGTHS = ("delta-l", "Delta L against the bits of the table, by family")
LENGTHS = "family world table_bits delta_l_low_bits delta_l_high_bits"
"""The bits of the words asked for on the training lanes, and Delta L; None at an end that the bound leaves open."""
MARKERS = ("s", "D", "v", "P", "X", "<", ">", "*", "h", "p", "d")
COLOURS = ("#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#666666")
SPREAD = 0.22
"""Bits from one world to the next of those with as large a table."""
ARROW = 1.6
"""Bits that the arrow of an open end is long."""
MEMBERS, MEMBER_BITS = ("inverse", "forward"), 3
"""Members of these families, at this word size, stand beside the catalogue."""


def lengths_data(study: Study, _: Sequence[World]) -> Data:
    """Delta L of the catalogue, and of the members of families, those without a fitting program left out."""
    rows, numbers = [], study.preset.member_lanes
    members = [
        world
        for lanes in numbers
        for name in MEMBERS
        for world in family(name).members(word_bits=MEMBER_BITS, lanes=lanes)
    ]
    for each in study.histograms([*study.preset.named_worlds(), *members]):
        intervals = [delta_l(each, end) for end in ENDS]
        lows, highs = [own.low for own in intervals], [own.high for own in intervals]
        # The interval that holds those with the disguised programs on either side.
        low = None if None in lows else min(end for end in lows if end is not None)
        high = None if None in highs else max(end for end in highs if end is not None)
        if low is not None or high is not None:
            bits = len(each.world.train) * each.world.domain.word_bits
            rows.append((each.world.family, each.world.name, bits, low, high))
    return Data(LENGTHS, rows, lanes=numbers)


@page.drawing(3.4, page.DOUBLE)
def draw_lengths(lengths: Data, ax: Axes) -> None:
    """Draw Delta L against table bits, worlds with tables of one size side by side; arrows where an end is open."""
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    families = list(dict.fromkeys(lengths.family))
    sizes = sorted(set(lengths.table_bits))
    placed: list[tuple[float, str, float | None, float | None]] = []
    for bits in sizes:
        here = sorted((row for row in lengths.rows if row[2] == bits), key=lambda row: (families.index(row[0]), row[1]))
        step = min(SPREAD, 2.0 / len(here))
        places = bits + step * (np.arange(len(here)) - (len(here) - 1) / 2)
        placed += [(x, name, low, high) for x, (name, _, _, low, high) in zip(places.tolist(), here, strict=True)]
    handles = []
    for place, shown in enumerate(families):
        colour = COLOURS[place % len(COLOURS)]
        look: dict[str, Any] = {"color": colour, "marker": MARKERS[place % len(MARKERS)], "ls": "none"}
        look["markerfacecolor"] = colour if place % 2 else "white"
        mine = [(x, low, high) for x, name, low, high in placed if name == shown]
        for x, low, high in mine:
            known = sorted({end for end in (low, high) if end is not None})
            bottom = known[0] - ARROW if low is None else low
            top = known[-1] + ARROW if high is None else high
            ax.plot([x, x], [bottom, top], color=colour, linewidth=0.7, zorder=2)
            for end, edge, arrow in ((low, bottom, 7), (high, top, 6)):
                if end is None:
                    ax.plot([x], [edge], marker=arrow, color=colour, markersize=3, zorder=3)
            ax.plot([x] * len(known), known, markersize=2.8, mew=0.6, zorder=4, **look)
        handles.append(page.key(f"{shown} ({len(mine)})", markersize=3.4, **look))
    handles.append(page.key("open end", ls="none", color=FAINT, marker=6, markersize=4))
    is_double = page.is_wide(ax)
    ticks: list[int] = []
    for size in sizes:
        if not ticks or size - ticks[-1] >= (1 if is_double else 3):
            ticks.append(size)
    ax.set_xticks(ticks)
    ax.set_xlabel("table: words asked for on the training lanes (bits)")
    ax.set_ylabel("\N{GREEK CAPITAL LETTER DELTA}L = L_min(direct) - L_min(search) (bits)")
    page.legend_below(ax, handles, ncols=5 if is_double else 3)


def lengths_caption(lengths: Data) -> str:
    """What the figure shows, with its numbers."""
    positive = sum(low is not None and low > 0 for low in lengths.delta_l_low_bits)
    negative = sum(high is not None and high < 0 for high in lengths.delta_l_high_bits)
    known = [(bits, (low + high) / 2) for _, _, bits, low, high in lengths.rows if None not in (low, high)]
    slope = ""
    if len({bits for bits, _ in known}) > 1:
        bits, middles = zip(*known, strict=True)
        slope = (
            f"Over the {len(known)} worlds in which it is known it goes by {number(theilslopes(middles, bits).slope)} "
            "bits with each bit of the table (the median of the slopes between any two)."
        )
    return page.sentences(
        "Delta L is L_min(direct) - L_min(search): the bits by which the shortest fitting search program is shorter "
        "than the shortest fitting direct one.",
        f"It is above 0 in {positive} of {counted(len(lengths.rows), 'world')} and below 0 in {negative}, wherever the "
        "disguised programs count; in the others that decides, it is 0, or the bound leaves the sign open.",
        f"In {counted(sum(None in row for row in lengths.rows), 'world')} one side has no program up to the bound: an "
        "arrow points to where Delta L may be.",
        slope,
        "Across stands what a table would have to hold: number of training lanes times bits of a word. Worlds with "
        "as large a table stand beside each other.",
        f"Shown are the named worlds and all members of the families {' and '.join(MEMBERS)} with words of "
        f"{MEMBER_BITS} bits and {lengths.lanes[0]} to {lengths.lanes[-1]} lanes, but for those that nothing fits.",
    )


OF_PARTS = ("decomposition", "log-odds in parts, world by world: length, multiplicity, speed")
PARTS = "world delta_l_bits bonus_bits speed_bits log_odds_bits"
"""L_min(direct) - L_min(search), B_search - B_direct, the log-odds at gamma 1 less those at gamma 0, and their sum."""
TERMS = {
    "delta_l_bits": ("length", ": \N{GREEK CAPITAL LETTER DELTA}L", "#009E73", ""),
    "bonus_bits": ("multiplicity", ": difference of B", "#F0E442", "////"),
    "speed_bits": ("speed", ": \N{GREEK SMALL LETTER GAMMA} = 1", "#CC79A7", "...."),
}
"""Name, rest of the legend, colour and hatch of each term."""
SUM: dict[str, Any] = {"ls": "none", "marker": "D", "markersize": 3, "color": INK, "mfc": "white"}


def parts_data(study: Study, _: Sequence[World]) -> Data:
    """The terms of the log-odds under `levin` where all are defined, the disguised counted as direct code."""
    rows = []
    for each in worlds_with_both(study):
        terms = decomposition(each, named_prior("levin"), LOW)
        assert terms is not None, "both sides have programs"
        parts = (terms.delta_l, terms.bonus_difference, terms.penalty)
        rows.append((each.world.name, *parts, sum(parts)))
    return Data(PARTS, rows)


@page.drawing(rows_height)
def draw_parts(terms: Data, ax: Axes) -> None:
    """Draw the terms as bars, what is for search to the right of 0, one behind the other; a diamond marks the sum."""
    name_rows(ax, terms.world, page.ODDS)
    for row in range(len(terms.rows)):
        reach = {True: 0.0, False: 0.0}
        for name, (*_, colour, hatch) in TERMS.items():
            value = terms[name][row]
            left = reach[value >= 0]
            ax.barh(row, value, left=left, height=0.72, color=colour, hatch=hatch, edgecolor=INK, lw=0.3, zorder=2)
            reach[value >= 0] += value
    ax.plot(terms.log_odds_bits, range(len(terms.rows)), zorder=4, **SUM)
    bars = [
        Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.3, label=name + more)
        for name, more, colour, hatch in TERMS.values()
    ]
    page.legend_of_rows(ax, *bars, page.key("sum: levin", **SUM))


def parts_caption(terms: Data) -> str:
    """What the figure shows, with its numbers."""
    said = [f"{name} is for search in {sum(value > 0 for value in terms[term])}" for term, (name, *_) in TERMS.items()]
    return page.sentences(
        f"Log-odds of search against direct code in parts, for the {counted(len(terms.rows), 'named world')} that both "
        "fit: Delta L = L_min(direct) - L_min(search); multiplicity B_search - B_direct, with B the bits that there "
        "being many programs of a class is worth; and what a price of one bit for a doubling of the time adds.",
        f"Of these worlds, {'; '.join(said)}.",
        f"The sum, the log-odds under 2^-l / t, is above 0 in {sum(value > 0 for value in terms.log_odds_bits)}.",
        "Disguised programs, which owe their answer to a loop that ran until something held, are counted as direct "
        "code.",
    )


OF_COUNTS = ("three-counts", "functions, programs and mass: three counts of the same comparison, world by world")
LOOKS = dict(zip(("functions", "programs", "mass"), SERIES, strict=False))
COUNTS = "world " + " ".join(f"log2_{name}_low log2_{name}_high" for name in LOOKS) + " signs_differ"
"""log2 of search over direct by each count, the disguised on either side; None where a side has none."""
OFFSET = 0.2
"""Rows between the marks of one world."""


def counts_data(study: Study, _: Sequence[World]) -> Data:
    """The three counts of every world in which both sides have programs."""
    rows = []
    for each in worlds_with_both(study):
        low, high = (three_counts(each, Prior("solomonoff"), end) for end in ENDS)
        functions, programs = (
            (low.functions.log2_ratio, high.functions.log2_ratio),
            (low.programs.log2_ratio, high.programs.log2_ratio),
        )
        rows.append(row_of(each.world.name, functions, programs, (low.mass, high.mass)))
    return Data(COUNTS, rows)


def row_of(world: str, *counts: Ends) -> tuple[object, ...]:
    """A row: functions, programs and mass, and whether two have opposite signs, at the low or at the high end."""
    signs = [{value > 0 for value in at if value is not None and value != 0} for at in zip(*counts, strict=True)]
    return (world, *(end for ends in counts for end in ends), any(len(each) > 1 for each in signs))


@page.drawing(rows_height)
def draw_counts(counts: Data, ax: Axes) -> None:
    """Draw log2 of search over direct by each of the counts; a star where their signs differ."""
    names = [f"* {world}" if differ else world for world, *_, differ in counts.rows]
    name_rows(ax, names, "log₂ search : direct (bits)")
    for place, (name, look) in enumerate(LOOKS.items()):
        for row, ends in enumerate(zip(counts[f"log2_{name}_low"], counts[f"log2_{name}_high"], strict=True)):
            known = sorted({end for end in ends if end is not None})
            if known:
                y = row + OFFSET * (place - 1)
                ax.plot([known[0], known[-1]], [y, y], color=look.colour, linewidth=0.8, zorder=2)
                style = look.style(2.6, linestyle="none", markerfacecolor=look.cover)
                ax.plot(known, [y] * len(known), markeredgewidth=0.6, zorder=3, **style)
    handles = [page.key(name, **look.style(3.4, linestyle="none")) for name, look in LOOKS.items()]
    handles.append(page.key("signs differ", ls="none", marker="$*$", color="black", markersize=3.4))
    page.legend_of_rows(ax, *handles, ncols=4 if page.figure_of(ax).get_figwidth() > 3.3 else 2)


def counts_caption(counts: Data) -> str:
    """What the figure shows, with its numbers."""
    pairs = zip(counts.log2_functions_low, counts.log2_mass_low, counts.world, strict=True)
    most = max(pairs, key=lambda pair: (pair[0] or 0) - (pair[1] or 0), default=None)
    return page.sentences(
        "Search against direct code counted three ways, log2 of the ratio, in the "
        f"{counted(len(counts.rows), 'named world')} that both fit: distinct functions that fit (one with programs of "
        "both counts for both), programs of the lengths that both sides reach, and mass under 2^-l.",
        f"The signs differ in {sum(counts.signs_differ)} of them, marked by a star.",
        f"Farthest apart are functions and mass in {most[2]}: {number(most[0])} against {number(most[1])} bits, the "
        "disguised counted as direct code."
        if most
        else "",
        "A line joins the two ends where the disguised programs decide.",
    )


FIGURES = (
    Entry(*OF_LENGTHS, lengths_data, draw_lengths, lengths_caption),
    Entry(*OF_PARTS, parts_data, draw_parts, parts_caption),
    Entry(*OF_COUNTS, counts_data, draw_counts, counts_caption),
)
