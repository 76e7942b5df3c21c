"""Where the log-odds come from, world by world: length, multiplicity, and what a price on time adds."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import INK, drawing, key
from priorsim.figures.rows import legend_of_rows, name_rows, rows_height, worlds_with_both
from priorsim.figures.words import sentences
from priorsim.formats import counted
from priorsim.measure.decomposition import decomposition
from priorsim.measure.mass import LOW
from priorsim.priors import named_prior
from priorsim.worlds import World

COLUMNS = "world delta_l_bits bonus_bits speed_bits log_odds_bits"
"""L_min(direct) - L_min(search), B_search - B_direct, the log-odds at gamma 1 less those at gamma 0, and their sum."""
TERMS = {
    "delta_l_bits": ("length: \N{GREEK CAPITAL LETTER DELTA}L", "#0072B2", ""),
    "bonus_bits": ("multiplicity: difference of B", "#F0E442", "////"),
    "speed_bits": ("speed: \N{GREEK SMALL LETTER GAMMA} = 1", "#D55E00", "...."),
}
"""Legend, colour and hatch of each term."""
SUM: dict[str, Any] = {"ls": "none", "marker": "D", "markersize": 3, "color": INK, "mfc": "white"}


def data(study: Study, _: Sequence[World]) -> Data:
    """The terms of the log-odds under `levin` where all are defined, the disguised counted as direct code."""
    rows = []
    for each in worlds_with_both(study):
        terms = decomposition(each, named_prior("levin"), LOW)
        assert terms is not None, "both sides have programs"
        parts = (terms.delta_l, terms.bonus_difference, terms.penalty)
        rows.append((each.world.name, *parts, sum(parts)))
    return Data(COLUMNS, rows)


@drawing(rows_height)
def draw(terms: Data, ax: Axes) -> None:
    """Draw the terms as bars, what is for search to the right of 0 and what is against it to the left.

    Bars of one sign stand behind one another; a diamond marks the sum.
    """
    name_rows(ax, terms.world, "log₂ odds, search : direct (bits)")
    for row in range(len(terms.rows)):
        reach = {True: 0.0, False: 0.0}
        for name, (_, colour, hatch) in TERMS.items():
            value = terms[name][row]
            left = reach[value >= 0]
            ax.barh(row, value, left=left, height=0.72, color=colour, hatch=hatch, edgecolor=INK, lw=0.3, zorder=2)
            reach[value >= 0] += value
    ax.plot(terms.log_odds_bits, range(len(terms.rows)), zorder=4, **SUM)
    legend_of_rows(
        ax,
        *(
            Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.3, label=text)
            for text, colour, hatch in TERMS.values()
        ),
        key("sum: levin", **SUM),
    )


def caption(terms: Data) -> str:
    """What the figure shows, with its numbers."""
    names = {"delta_l_bits": "length", "bonus_bits": "multiplicity", "speed_bits": "speed"}
    said = [f"{text} is for search in {sum(value > 0 for value in terms[name])}" for name, text in names.items()]
    return sentences(
        f"Log-odds of search against direct code in parts, for the {counted(len(terms.rows), 'named world')} that both "
        "fit: Delta L = L_min(direct) - L_min(search); multiplicity B_search - B_direct, with B the bits that there "
        "being many programs of a class is worth; and what a price of one bit for a doubling of the time adds.",
        f"Of these worlds, {'; '.join(said)}.",
        f"The sum, the log-odds under 2^-l / t, is above 0 in {sum(value > 0 for value in terms.log_odds_bits)}.",
        "Disguised programs, which owe their answer to a loop that ran until something held, are counted as direct "
        "code.",
    )


FIGURE = Entry("decomposition", "log-odds in parts, world by world: length, multiplicity, speed", data, draw, caption)
