"""Figures with a mark or a row for each world: Delta L against tables, the odds in parts, and three ways to count."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.claims.rule import LEAST_WORLDS
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study, asked
from priorsim.figures.page import FAINT, INK, SERIES, SHADE, Ends, Look
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


OF_LENGTHS = ("delta-l", "Delta L of every world, a histogram for each family")
LENGTHS = "family world delta_l_low_bits delta_l_high_bits"
"""Delta L; None at an end that the bound leaves open."""
MEMBERS, MEMBER_BITS = ("inverse", "forward"), 3
"""Members of these families, at this word size, stand beside the catalogue."""
MOST_BITS = 20
"""Bits from 0 from which on worlds stand in the last bar."""


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
            rows.append((each.world.family, each.world.name, low, high))
    return Data(LENGTHS, rows, lanes=numbers)


def of_families(lengths: Data) -> dict[str, list[Ends]]:
    """The ends of Delta L of the worlds of each family, the family of the greatest median first."""
    ends: dict[str, list[Ends]] = {}
    for name, _, low, high in lengths.rows:
        ends.setdefault(name, []).append((low, high))
    return dict(sorted(ends.items(), key=lambda item: -float(np.median(_known(item[1]) or [-MOST_BITS]))))


def _known(ends: Sequence[Ends]) -> list[float]:
    """The middles of those that are known."""
    return [(low + high) / 2 for low, high in ends if low is not None and high is not None]


@page.drawing(lambda lengths: 0.3 * len(set(lengths.family)) + 1.1)
def draw_lengths(lengths: Data, ax: Axes) -> None:
    """Draw a histogram of Delta L for each family, the sign shaded, and n at the right, in grey where it is small."""
    families = of_families(lengths)
    edges = np.arange(-MOST_BITS, MOST_BITS + 2) - 0.5
    ax.set(xlim=(edges[0] - 1, edges[-1] + 1), ylim=(len(families) - 0.05, -1.2))
    for side, place in (("direct", edges[0] - 1), ("search", edges[-1] + 1)):
        ax.axvspan(0, place, color=page.LOOKS[side].colour, alpha=0.07, linewidth=0, zorder=0)
        name = "search" if side == "search" else "direct code"
        ax.text(
            place / 2, -1.0, f"{name} is shorter", ha="center", va="center", color=page.LOOKS[side].colour, fontsize=6
        )
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)
    right: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "fontsize": 6, "va": "bottom"}
    for row, ends in enumerate(families.values()):
        known, n = _known(ends), len(ends)
        colour = INK if n >= LEAST_WORLDS else FAINT
        counts = np.histogram(np.clip(known, -MOST_BITS, MOST_BITS), edges)[0] / max(len(known), 1)
        ax.bar(edges[:-1] + 0.5, -0.85 * counts / max(counts.max(), 1e-9), 0.85, row, color=colour)
        ax.axhline(row, color=SHADE, linewidth=0.5, zorder=0.5)
        more = n - len(known)
        ax.text(1.01, row, f"{n}" + (f", {more} open" if more else ""), color=colour, **right)
    ax.text(1.01, -1.0, "n", style="italic", **{**right, "va": "center"})
    ax.set_yticks([row - 0.3 for row in range(len(families))], list(families), fontsize=6.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("\N{GREEK CAPITAL LETTER DELTA}L = L_min(direct) - L_min(search) (bits)")


def lengths_caption(lengths: Data) -> str:
    """What the figure shows, with its numbers."""
    positive = sum(low is not None and low > 0 for low in lengths.delta_l_low_bits)
    negative = sum(high is not None and high < 0 for high in lengths.delta_l_high_bits)
    return page.sentences(
        f"Search is shorter than direct code in {positive} of {counted(len(lengths.rows), 'world')}, and direct code "
        f"than search in {negative}, wherever the disguised programs count; in the others that decides, the two are as "
        "long, or the bound leaves the sign open.",
        "Delta L is L_min(direct) - L_min(search): the bits by which the shortest fitting search program is shorter "
        "than the shortest fitting direct one, over every code-only program up to the bound of the preset, in the "
        "middle of what the disguised programs leave open.",
        f"A bar is a bit wide, the highest bars of all families are as high, and worlds {MOST_BITS} bits or "
        f"more from 0 stand in the last. n is the number of worlds, in grey below {LEAST_WORLDS}; those in which one "
        "side has no program up to the bound are counted as open, and not drawn: "
        f"{sum(None in row for row in lengths.rows)} of them.",
        f"Shown are the named worlds and all members of the families {' and '.join(MEMBERS)} with words of "
        f"{MEMBER_BITS} bits and {lengths.lanes[0]} to {lengths.lanes[-1]} lanes, each on its own training lanes, but "
        "for those that nothing fits.",
    )


ROW, AROUND = 0.14, 1.35
"""Inches from one row to the next, and for what is above and below the rows."""
MOST_ROWS = 20
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
    rows, found = [], worlds_with_both(study)
    for each in found:
        terms = decomposition(each, named_prior("levin"), LOW)
        assert terms is not None, "both sides have programs"
        parts = (terms.delta_l, terms.bonus_difference, terms.penalty)
        rows.append((each.world.name, *parts, sum(parts)))
    words = {each.world.name: asked(each.world)["words"] for each in found}
    return Data(PARTS, sorted(rows, key=lambda row: -row[-1]), words=words)


def shown_rows(number: int) -> list[int]:
    """Of so many rows those that are drawn: all, or MOST_ROWS evenly from the first to the last.

    >>> shown_rows(3), len(shown_rows(100)), shown_rows(100)[-1]
    ([0, 1, 2], 20, 99)
    """
    return [round(place) for place in np.linspace(0, number - 1, min(number, MOST_ROWS)).tolist()]


def _labels(terms: Data) -> list[str]:
    """What each world that is drawn asks, in words."""
    return [terms.words[terms.world[place]] for place in shown_rows(len(terms.rows))]


@page.drawing(lambda terms: ROW * page.rows_high(_labels(terms)) + AROUND)
def draw_parts(terms: Data, ax: Axes) -> None:
    """Draw the terms as bars, what is for search to the right of 0, one behind the other; a diamond marks the sum."""
    rows, middles = shown_rows(len(terms.rows)), page.name_rows(ax, _labels(terms))
    ax.hlines(middles, 0, 1, transform=ax.get_yaxis_transform(), color=SHADE, linewidth=0.5, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(page.ODDS)
    for row, place in zip(middles, rows, strict=True):
        reach = {True: 0.0, False: 0.0}
        for name, (*_, colour, hatch) in TERMS.items():
            value = terms[name][place]
            left = reach[value >= 0]
            ax.barh(row, value, left=left, height=0.72, color=colour, hatch=hatch, edgecolor=INK, lw=0.3, zorder=2)
            reach[value >= 0] += value
    ax.plot([terms.log_odds_bits[place] for place in rows], middles, zorder=4, **SUM)
    bars = [
        Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.3, label=name + more)
        for name, more, colour, hatch in TERMS.values()
    ]
    page.legend_of_rows(ax, *bars, page.key("sum: levin", **SUM))


def parts_caption(terms: Data) -> str:
    """What the figure shows, with its numbers."""
    said = [f"{name} is for search in {sum(value > 0 for value in terms[term])}" for term, (name, *_) in TERMS.items()]
    return page.sentences(
        f"The log-odds under 2^-l / t are above 0 in {sum(value > 0 for value in terms.log_odds_bits)} of "
        f"{counted(len(terms.rows), 'world')}; {'; '.join(said)}.",
        f"Log-odds of search against direct code in parts, for the {counted(len(terms.rows), 'named world')} that both "
        "fit: Delta L = L_min(direct) - L_min(search); multiplicity B_search - B_direct, with B the bits that there "
        "being many programs of a class is worth; and what a price of one bit for a doubling of the time adds.",
        f"Drawn are {len(shown_rows(len(terms.rows)))} of them, evenly over their log-odds, the greatest on top; over "
        "every code-only program up to the bound of the preset, each world on its own training lanes.",
        "Disguised programs, which owe their answer to a loop that ran until something held, are counted as direct "
        "code.",
    )


OF_COUNTS = ("three-counts", "functions, programs and mass: three counts of the same comparison, world by world")
NAMES = ("functions", "programs", "mass")
COUNTS = "world " + " ".join(f"log2_{name}_low log2_{name}_high" for name in NAMES) + " signs_differ"
"""log2 of search over direct by each count, the disguised on either side; None where a side has none."""


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


def draw_counts(counts: Data, *, width: float = page.SINGLE) -> tuple[Axes, ...]:
    """Draw mass against functions and against programs, a mark for each world; where signs differ is shaded."""
    with page.style():
        wide = page.is_wide(width)
        figure = page.new_figure(width, 2.9 if wide else 5.2)
        panels = figure.subplots(1, 2) if wide else figure.subplots(2, 1)
        for panel, name, look in zip(panels, NAMES, SERIES, strict=False):
            _scatter(panel, counts, name, look)
        return tuple(panels)


def _scatter(ax: Axes, counts: Data, name: str, look: Look) -> None:
    """One count across and the mass upright: a line joins the two ends of a world where disguised programs decide."""
    lows, highs = ([counts[f"log2_{each}_{end}"] for each in (name, "mass")] for end in ("low", "high"))
    ends = zip(zip(*lows, strict=True), zip(*highs, strict=True), strict=True)
    known = [pair for pair in ends if None not in (*pair[0], *pair[1]) and np.isfinite(pair).all()]
    for low, high in known:
        ax.plot(*zip(low, high, strict=True), color=look.colour, linewidth=0.6, zorder=2)
        ax.plot(*low, zorder=3, **look.style(3, linestyle="none", markerfacecolor="white"))
    most = 1.15 * max([1.0, *(abs(value) for pair in known for end in pair for value in end)])
    ax.set(xlim=(-most, most), ylim=(-most, most), ylabel="log₂ mass, search : direct (bits)")
    ax.set_xlabel(f"log₂ {name}, search : direct (bits)")
    page.set_title(ax, f"mass against {name}", f"{counted(len(known), 'world')}")
    for right, top in product((-1, 1), repeat=2):
        if right != top:
            ax.fill_between([0, right * most], 0, top * most, color=SHADE, linewidth=0, zorder=0)
        here = sum((np.sign(low) == (right, top)).all() for low, _ in known)
        at: dict[str, Any] = {"ha": "right" if right > 0 else "left", "va": "top" if top > 0 else "bottom"}
        ax.text(0.5 + 0.47 * right, 0.5 + 0.47 * top, str(here), transform=ax.transAxes, fontsize=6.5, **at)
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    ax.axvline(0, color=INK, linewidth=0.6, zorder=1)


def counts_caption(counts: Data) -> str:
    """What the figure shows, with its numbers."""
    pairs = zip(counts.log2_functions_low, counts.log2_mass_low, counts.world, strict=True)
    most = max(pairs, key=lambda pair: (pair[0] or 0) - (pair[1] or 0), default=None)
    return page.sentences(
        f"Which side is more depends on what is counted in {sum(counts.signs_differ)} of "
        f"{counted(len(counts.rows), 'world')}.",
        "Search against direct code counted three ways, log2 of the ratio, in the "
        f"{counted(len(counts.rows), 'named world')} that both fit: distinct functions that fit (one with programs of "
        "both counts for both), programs of the lengths that both sides reach, and mass under 2^-l.",
        "Where the signs differ is shaded, and the number in a corner counts the worlds there, not those on a line, "
        "the disguised counted as direct code; over every code-only program up to the bound of the preset, each world "
        "on its own training lanes.",
        f"Farthest apart are functions and mass in {most[2]}: {number(most[0])} against {number(most[1])} bits, the "
        "disguised counted as direct code."
        if most
        else "",
        "A line goes to where a world is with the disguised programs counted as search.",
    )


FIGURES = (
    Entry(*OF_LENGTHS, lengths_data, draw_lengths, lengths_caption),
    Entry(*OF_PARTS, parts_data, draw_parts, parts_caption),
    Entry(*OF_COUNTS, counts_data, draw_counts, counts_caption),
)
