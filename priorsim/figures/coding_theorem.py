"""The coding theorem: K of every behaviour against -log2 of its mass, and the slack between the two."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.page import FAINT, INK, SERIES
from priorsim.formats import number
from priorsim.measure.coding_theorem import coding_theorem
from priorsim.worlds import World

COLUMNS = "bits behaviours least quartile_1 median quartile_3 greatest median_4_less median_8_less slope intercept"
"""A row for each K: how many behaviours have it, their slack K + log2 m in bits, and its median where the programs end
4 and 8 bits below the bound, empty where K is above; and the line that all together give, empty where there is none."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The slack in one language."""
    atlas = study.census(*LANGUAGES[0])
    found = coding_theorem(atlas)
    slack, language = found.slack, atlas.header.language
    line = found.slope, found.intercept
    rows = [
        (bits, behaviours, *five, *(None if np.isnan(each) else each for each in (*medians[1:], *line)))
        for bits, behaviours, five, medians in zip(
            *(column.tolist() for column in (slack.bits, slack.behaviours, slack.five, slack.medians)), strict=True
        )
    ]
    told = {"dialect": language.dialect.name, "word_bits": language.word_bits, "bound_bits": atlas.header.max_bits}
    return Data(COLUMNS, rows, fitted=found.fitted, **told)


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw -log2 m against K over the line on which they are equal, and beside it the slack."""
    with page.style():
        is_wide = page.is_wide(width)
        panels = page.new_figure(width, 2.9 if is_wide else 5.2).subplots(*((1, 2) if is_wide else (2, 1)))
        bits, *five = np.array([(row[0], *row[2:7]) for row in found.rows], dtype=np.float64).T
        panels[0].plot(bits, bits, color=INK, linestyle="--", linewidth=0.8)
        _draw_spread(panels[0], bits, [bits - each for each in five])
        _draw_spread(panels[1], bits, five)
        for column, style in (("median_4_less", "-."), ("median_8_less", ":")):
            panels[1].plot(bits, page.finite(found[column]), color=INK, linestyle=style, linewidth=0.9)
        panels[0].set_ylabel("-log₂ mass (bits)")
        panels[1].set_ylabel("slack K + log₂ mass (bits)")
        for panel in panels:
            panel.set_xlabel("K, length of the shortest program (bits)")
            panel.set_ylim(bottom=0)
            page.whole_numbers(panel, "x")
        keys = [
            page.key("median", **SERIES[0].style(3, markerfacecolor="white")),
            page.key("half of the behaviours", color=SERIES[0].colour, linewidth=4, alpha=0.4),
            page.key("all", color=FAINT, linewidth=4, alpha=0.3),
            page.key("shortest program alone", color=INK, linestyle="--", linewidth=0.8),
            page.key("median, bound 4 bits less", color=INK, linestyle="-.", linewidth=0.9),
            page.key("median, bound 8 bits less", color=INK, linestyle=":", linewidth=0.9),
        ]
        page.legend_of_rows(panels[0], *keys, ncols=3 if is_wide else 2)
        return tuple(panels)


def _draw_spread(ax: Axes, bits: page.F64, five: Sequence[page.F64]) -> None:
    """A line at the median in a band of the quartiles, in a band of all."""
    look = SERIES[0]
    ax.fill_between(bits, five[0], five[4], color=FAINT, alpha=0.25, linewidth=0)
    ax.fill_between(bits, five[1], five[3], color=look.colour, alpha=0.3, linewidth=0)
    ax.plot(bits, five[2], **look.style(3, markerfacecolor=look.cover))


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    rows: dict[int, tuple[Any, ...]] = {row[0]: row for row in found.rows}
    last = rows[max(bits for bits in rows if bits <= found.fitted)] if min(rows) <= found.fitted else None
    said = []
    if last is not None:
        quartiles = f"{number(last[3], '.1f')} to {number(last[5], '.1f')}"
        said.append(
            f"Of the {last[1]} behaviours of K = {last[0]} bits, {found.bound_bits - last[0]} bits below the bound, "
            f"the slack has the median {number(last[4], '.1f')} bits and the quartiles {quartiles}."
        )
    slope, intercept = rows[min(rows)][9:]
    if slope is not None:
        shift = f"{'-' if intercept < 0 else '+'} {number(abs(intercept), '.1f')}"
        said.append(
            f"Over all behaviours of up to {found.fitted} bits least squares give -log2 m = "
            f"{number(slope, '.2f')} K {shift}."
        )
    return page.sentences(
        f"Length K of the shortest program of every behaviour against -log2 of its mass m, the sum of 2^-l over all "
        f"its programs of l bits, in {found.dialect} at words of {found.word_bits} bits up to {found.bound_bits} bits.",
        "The coding theorem says that the two differ by a constant in a universal prefix language, which Mu is not; "
        "their difference is the slack, at least 0, and tells how much all longer programs add to the shortest.",
        *said,
        "Near the bound the slack falls since longer programs are not counted; the curves of lower bounds show from "
        f"where. The largest slack of any behaviour is {number(max(found.greatest), '.1f')} bits.",
    )


SHOWS = "how far the mass of a behaviour is above that of its shortest program alone (coding theorem)"
FIGURE = Entry("coding-theorem", SHOWS, data, draw, caption)
