"""Whether dialects agree on which behaviours are simple: their masses in one against those in another."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import INK
from priorsim.formats import number
from priorsim.measure.dialect_ranks import Reached, ranks
from priorsim.worlds import World

DIALECTS = ("arith", "logic", "loops")
WORD_BITS = 3
PAIRS = tuple(combinations(DIALECTS, 2))
COLUMNS = (
    "first second first_bits second_bits behaviours spearman spearman_4_less spearman_8_less "
    "difference_low difference difference_high"
)
"""A row for each pair of dialects and each square of one bit with behaviours that both reach: -log2 of the mass in
each, rounded down, and how many there are; and of the pair as a whole Spearman's rank correlation within the bound and
within 4 and 8 bits less, and the quartiles of -log2 of the mass in the second dialect less that in the first."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The masses of what each pair of dialects reaches, in squares of one bit."""
    censuses = [study.census(name, WORD_BITS) for name in DIALECTS]
    reached = dict(zip(DIALECTS, map(Reached.of, censuses), strict=True))
    rows: list[tuple[Any, ...]] = []
    for pair in PAIRS:
        found = ranks(*(reached[name] for name in pair))
        squares, counts = np.unique(np.floor([found.first, found.second]), axis=1, return_counts=True)
        of_pair = *found.spearman, *np.quantile(found.second - found.first, (0.25, 0.5, 0.75)).tolist()
        rows += [
            (*pair, *map(int, square), int(many), *of_pair) for square, many in zip(squares.T, counts, strict=True)
        ]
    sizes = {name: len(each.bits) for name, each in reached.items()}
    return Data(COLUMNS, rows, sizes=sizes, bound_bits=censuses[0].header.max_bits)


def _rows(found: Data, pair: tuple[str, str]) -> list[tuple[Any, ...]]:
    """The rows of a pair, one at least."""
    return [row for row in found.rows if row[:2] == pair]


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a panel for each pair: squares in a shade by how many behaviours are in them, on one scale."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 2.45 if is_wide else 7.2)
        panels = figure.subplots(*((1, 3) if is_wide else (3, 1)))
        scale = LogNorm(1, max(2, *found.behaviours))
        for panel, pair in zip(panels, PAIRS, strict=True):
            x, y, many = np.array([row[2:5] for row in _rows(found, pair)]).T
            grid = np.full((y.max() + 1, x.max() + 1), np.nan)
            grid[y, x] = many
            edges = np.arange(grid.shape[1] + 1), np.arange(grid.shape[0] + 1)
            image = panel.pcolormesh(*edges, grid, norm=scale, cmap="cividis_r", rasterized=True)
            ends = max(min(x.min(), y.min()) - 1, 0), max(x.max(), y.max()) + 1
            panel.plot(ends, ends, color=INK, linestyle="--", linewidth=0.7)
            panel.set(xlim=ends, ylim=ends, aspect="equal")
            panel.set_xlabel(f"-log₂ mass in {pair[0]} (bits)")
            panel.set_ylabel(f"-log₂ mass in {pair[1]} (bits)")
            page.set_title(panel, f"rank correlation {number(_rows(found, pair)[0][5], '.2f')}")
            page.whole_numbers(panel, "x")
            page.whole_numbers(panel, "y")
        figure.colorbar(image, ax=list(panels), label="behaviours", shrink=0.8, aspect=25)
        return tuple(panels)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for pair in PAIRS:
        rows = _rows(found, pair)
        spearman, *lower, low, middle, high = rows[0][5:]
        both = sum(row[4] for row in rows)
        cuts = " and ".join(number(each, ".2f") for each in lower)
        said.append(
            f"{pair[0]} and {pair[1]}: {both} behaviours are reached by both, of {found.sizes[pair[0]]} and "
            f"{found.sizes[pair[1]]}; Spearman's rank correlation of their masses is {number(spearman, '.2f')} ({cuts} "
            f"with bounds of 4 and 8 bits less); -log2 of the mass in {pair[1]} less that in {pair[0]} has the "
            f"median {number(middle, '.1f')} bits and the quartiles {number(low, '.1f')} and {number(high, '.1f')}."
        )
    return page.sentences(
        f"Masses of the behaviours that two dialects both reach with programs of up to {found.bound_bits} bits at "
        f"words of {WORD_BITS} bits, one dialect against the other, in squares of one bit; dashed, equal masses.",
        *said,
        "What only one of them reaches within the bound is left out, so that the agreement is that of what is simple "
        "in both.",
    )


SHOWS = "whether dialects agree on which behaviours are simple: rank correlation of their masses"
FIGURE = Entry("dialect-ranks", SHOWS, data, draw, caption)
