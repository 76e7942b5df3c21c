"""How long search and direct code are as worlds grow, and up to which price of time search costs least."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, GAMMA, LOOKS, SIDES
from priorsim.measure.mass import Interval
from priorsim.measure.scaling import MAX_BITS, QUESTIONS, Size, scaling
from priorsim.mu.domain import Domain
from priorsim.worlds import World

BELOW = 10
"""The bound is so many bits below that of the census of words of 3 bits, and no more than MAX_BITS."""
COLUMNS = (
    "question word_bits lanes bound_bits direct_from direct_to search_from search_to disguised table "
    "gamma_low_from gamma_low_to gamma_high_from gamma_high_to"
)
"""A row for each question and size: least lengths as intervals, empty where an end is open; the least of disguised
programs within the bound; the table's; and gamma* with disguised programs as direct code and as search."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The scaling table."""
    bound = min(MAX_BITS, study.preset.bound(Domain.default(3)) - BELOW)
    found = scaling(max_bits=bound, workers=study.workers)
    return Data(COLUMNS, map(_row, found.sizes), bound=bound)


def _row(size: Size) -> tuple[Any, ...]:
    def least(found: int | None, others: list[int]) -> tuple[int, int | None]:
        return (found, found) if found is not None else (size.bound_bits + 1, min(others, default=None))

    direct = least(size.l_min.direct, [size.table_bits, *(each.bits for each in (size.written_direct,) if each)])
    search = least(size.l_min.search, [each.bits for each in (size.written_search,) if each])
    gammas = [end for interval in size.gamma_star for end in _ends(interval)]
    told = (size.question, size.word_bits, size.lanes, size.bound_bits)
    return (*told, *direct, *search, size.l_min.disguised, size.table_bits, *gammas)


def _ends(interval: Interval) -> tuple[float | None, float | None]:
    return interval.low, interval.high


def _of(found: Data, question: str, *names: str) -> list[np.ndarray[Any, Any]]:
    """Columns of one question, nan where they are empty."""
    places = [found.names.index(name) for name in names]
    rows = [[row[place] for place in places] for row in found.rows if row[0] == question]
    return list(np.array(rows, dtype=np.float64).T)


def _draw_lengths(ax: Axes, found: Data, question: str) -> list[Artist]:
    """Least lengths: a marker where they are known, an open bar where they are beyond the bound."""
    drawn: list[Artist] = []
    for kind in ("direct", "search"):
        look = LOOKS[kind]
        size, low, high = _of(found, question, "word_bits", f"{kind}_from", f"{kind}_to")
        known = low == high
        drawn += ax.plot(size, np.where(known, low, np.nan), label=f"{kind}, shortest", **look.style(4))
        # An end that is open is drawn up to the longest table.
        top = np.where(np.isnan(high), max(found["table"]), high)
        ax.vlines(size[~known], low[~known], top[~known], color=look.colour, linewidth=3, alpha=0.3)
        ax.plot(size[~known & ~np.isnan(high)], high[~known & ~np.isnan(high)], "_", color=look.colour)
    size, disguised, table = _of(found, question, "word_bits", "disguised", "table")
    drawn += ax.plot(size, disguised, label="disguised, shortest", **LOOKS["disguised"].style(4))
    drawn += ax.plot(size, table, color=FAINT, linewidth=0.8, label="table of all answers")
    ax.set_yscale("log", base=2)
    return drawn


def _draw_prices(ax: Axes, found: Data, question: str) -> None:
    """gamma*: up to where search costs least, and from where direct code that is known does."""
    for (look, _), end in zip(SIDES, ("low", "high"), strict=True):
        size, low, high = _of(found, question, "word_bits", f"gamma_{end}_from", f"gamma_{end}_to")
        ax.fill_between(size, low, high, color=look.colour, alpha=0.2, linewidth=0)
        ax.plot(size, low, **look.style(3))
    ax.set_ylim(0, 3)


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw lengths and prices of time against word size, a pair of panels for each question."""
    with page.style():
        is_wide = page.is_wide(width)
        shape = (2, len(QUESTIONS)) if is_wide else (len(QUESTIONS), 2)
        figure = page.new_figure(width, 4.2 if is_wide else 9.0)
        grid = figure.subplots(*shape, sharex=True, sharey="row" if is_wide else "col")
        pairs = grid.T if is_wide else grid
        handles: list[Artist] = []
        for (lengths, prices), question in zip(pairs, QUESTIONS, strict=True):
            handles = _draw_lengths(lengths, found, question.name)
            _draw_prices(prices, found, question.name)
            page.set_title(lengths, question.name)
            page.whole_numbers(prices, "x")
        for lengths, prices in pairs if not is_wide else pairs[:1]:
            lengths.set_ylabel("length (bits)")
            prices.set_ylabel(f"{GAMMA}*")
        for panel in grid[-1]:
            panel.set_xlabel("bits of a word")
        handles.append(page.key("bar: longer than the bound", color=FAINT, linewidth=3, alpha=0.4))
        page.legend_of_rows(pairs[0][0], *handles, ncols=3 if is_wide else 1)
        return tuple(grid.flat)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said, shorter = [], 0
    for question in QUESTIONS:
        size, low, high, search, last = _of(
            found, question.name, "word_bits", "direct_from", "direct_to", "search_from", "search_to"
        )
        shorter += bool(last[-1] < low[-1])
        direct = f"{low[-1]:.0f}" if low[-1] == high[-1] else f"{low[-1]:.0f} to {high[-1]:.0f}"
        least = f"{search[-1]:.0f}" if search[-1] == last[-1] else f"at least {search[-1]:.0f}"
        said.append(
            f"{question.name}: at words of {size[-1]:.0f} bits the shortest direct code has {direct} bits, "
            f"the shortest search {least}."
        )
    return page.sentences(
        f"At words of {size[-1]:.0f} bits the shortest search is known to be shorter than the shortest direct code in "
        f"{shorter} of {len(QUESTIONS)} questions.",
        "The shortest direct, disguised and search programs of one question at several word sizes, every word a lane, "
        f"in the dialect arith; every code-only program up to {found.bound} bits.",
        *said,
        "A bar goes from the bound to the shortest program that is known, by hand or the table of all answers.",
        "Below: up to which price of time gamma search costs least (line), and from which on direct code that is known "
        "does (end of the band), with disguised programs as direct code and as search.",
    )


SHOWS = "the shortest direct and search programs of one question as words get longer, and where they cross"
FIGURE = Entry("scaling", SHOWS, data, draw, caption)
