"""Where the log-odds come from, world by world: length, multiplicity, and what a price on time adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from priorsim.figures.entry import Entry
from priorsim.figures.page import INK, Columns, Width, style
from priorsim.figures.rows import name_rows, rows_figure, worlds_with_both
from priorsim.figures.words import sentences
from priorsim.formats import counted
from priorsim.measure.decomposition import decomposition
from priorsim.measure.mass import LOW
from priorsim.priors import named_prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

TERMS = (
    ("delta_l", "length: \N{GREEK CAPITAL LETTER DELTA}L", "#0072B2", ""),
    ("bonus", "multiplicity: difference of B", "#F0E442", "////"),
    ("speed", "speed: \N{GREEK SMALL LETTER GAMMA} = 1", "#D55E00", "...."),
)
"""Attribute, legend, colour and hatch of each term."""


@dataclass(frozen=True, slots=True)
class WorldTerms:
    """The terms of one world's log-odds, in bits.

    Attributes
    ----------
    world : str
    delta_l, bonus, speed : float
        L_min(direct) - L_min(search), B_search - B_direct, and the log-odds at gamma 1 less those at gamma 0.
    """

    world: str
    delta_l: float
    bonus: float
    speed: float

    @property
    def log_odds(self) -> float:
        """Under `levin`: the sum of the terms, in bits."""
        return self.delta_l + self.bonus + self.speed


@dataclass(frozen=True, slots=True)
class TermTable:
    """The worlds in which all terms are defined."""

    worlds: Sequence[WorldTerms]

    def columns(self) -> Columns:
        """The plotted numbers, a row for each world."""
        names = ("world", "delta_l", "bonus", "speed", "log_odds")
        return {
            name if name == "world" else f"{name}_bits": [getattr(each, name) for each in self.worlds] for name in names
        }


def data(study: "Study", _: Sequence[World]) -> TermTable:
    """The terms of the log-odds under `levin`, the disguised programs counted as direct code."""
    rows = []
    for each in worlds_with_both(study):
        terms = decomposition(each, named_prior("levin"), LOW)
        assert terms is not None, "both sides have programs"
        rows.append(WorldTerms(each.world.name, terms.delta_l, terms.bonus_difference, terms.penalty))
    return TermTable(rows)


def draw(table: TermTable, *, ax: Axes | None = None, width: Width = "single") -> Axes:
    """Draw the terms as bars, what is for search to the right of 0 and what is against it to the left.

    Bars of one sign stand behind one another; a diamond marks the sum.
    """
    with style():
        axes = rows_figure(len(table.worlds), width).add_subplot() if ax is None else ax
        name_rows(axes, [each.world for each in table.worlds], "log₂ odds, search : direct (bits)")
        for row, each in enumerate(table.worlds):
            reach = {True: 0.0, False: 0.0}
            for name, _, colour, hatch in TERMS:
                value = getattr(each, name)
                is_for = value >= 0
                axes.barh(
                    row,
                    value,
                    left=reach[is_for],
                    height=0.72,
                    color=colour,
                    hatch=hatch,
                    edgecolor=INK,
                    lw=0.3,
                    zorder=2,
                )
                reach[is_for] += value
        sums = [each.log_odds for each in table.worlds]
        axes.plot(sums, range(len(sums)), ls="none", marker="D", markersize=3, color=INK, mfc="white", zorder=4)
        handles: list[Patch | Line2D] = [
            Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.3, label=text)
            for _, text, colour, hatch in TERMS
        ]
        handles.append(Line2D([], [], ls="none", marker="D", color=INK, mfc="white", markersize=3, label="sum: levin"))
        axes.figure.legend(handles=handles, loc="outside lower left", ncols=2, borderaxespad=0.8)
        return axes


def caption(table: TermTable) -> str:
    """What the figure shows, with its numbers."""
    names = {"delta_l": "length", "bonus": "multiplicity", "speed": "speed"}
    said = [
        f"{text} is for search in {sum(getattr(each, name) > 0 for each in table.worlds)}"
        for name, text in names.items()
    ]
    return sentences(
        f"Log-odds of search against direct code in parts, for the {counted(len(table.worlds), 'named world')} that "
        "both fit: "
        "Delta L = L_min(direct) - L_min(search); multiplicity B_search - B_direct, with B the bits that there being "
        "many "
        "programs of a class is worth; and what a price of one bit for a doubling of the time adds.",
        f"Of these worlds, {'; '.join(said)}.",
        f"The sum, the log-odds under 2^-l / t, is above 0 in {sum(each.log_odds > 0 for each in table.worlds)}.",
        "Disguised programs, which owe their answer to a loop that ran until something held, are counted as direct "
        "code.",
    )


FIGURE = Entry(
    "decomposition",
    "log-odds in parts, world by world: length, multiplicity, speed",
    data,
    draw,
    caption,
)
