"""Whether a speed prior hands itself on: what searches over programs choose, against the price of time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, GAMMA, SERIES
from priorsim.formats import number
from priorsim.measure.nested import FORM_NAMES
from priorsim.worlds import World

COLUMNS = "form gamma inner_gamma search_chosen search_alike search_prior"
"""A row for each form of the searching node and price of time; inner_gamma is infinite where always the fastest inner
program that does as well is chosen."""
OF_FORM = dict(zip(FORM_NAMES, SERIES, strict=False))


def data(study: Study, _: Sequence[World]) -> Data:
    """What outer searches over programs choose, at words of 8 bits."""
    found = study.nested()
    rows = [
        (each.form, each.gamma, each.inner_gamma, each.search.chosen, each.search.alike, each.search.prior)
        for each in found.outcomes
    ]
    return Data(COLUMNS, rows, found=found)


def _of(found: Data, form: str) -> np.ndarray[Any, Any]:
    """The columns of one form behind its name; nan where they are not finite."""
    columns = np.array([row[1:] for row in found.rows if row[0] == form], dtype=np.float64).reshape(-1, 5)
    return np.where(np.isfinite(columns), columns, np.nan).T


def _draw_shares(ax: Axes, found: Data) -> None:
    """The share that searches: of what is chosen by either form, of what does as well, and of the inner prior."""
    gamma, _, chosen, alike, prior = _of(found, "both")
    for values, look, label in ((chosen, SERIES[3], "chosen"), (alike, SERIES[4], "of those that do as well")):
        ax.plot(gamma, np.where(values > 0, values, np.nan), label=label, **look.style(4))
    ax.plot(gamma, prior, color=FAINT, linewidth=0.8, label="of the inner prior")
    ax.set(yscale="log", ylabel="searching (share)")


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw the inner price of time, and the share of what is chosen that searches itself, against the outer price."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 3.4 if is_wide else 6.2)
        prices, shares = figure.subplots(*((1, 2) if is_wide else (2, 1)))
        for form, look in OF_FORM.items():
            gamma, inner, *_ = _of(found, form)
            prices.plot(gamma, inner, label=form, **look.style(4))
        ends = [min(found.found.gammas), max(found.found.gammas)]
        prices.plot(ends, ends, color=FAINT, linewidth=0.8, label=f"inner {GAMMA} = outer {GAMMA}")
        prices.set(ylabel=f"inner {GAMMA} (bits per doubling)", ylim=(0, None))
        _draw_shares(shares, found)
        for panel in (prices, shares):
            panel.set_xlabel(f"outer {GAMMA} (bits per doubling)")
            page.legend_below(panel, panel.lines)
        return prices, shares


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    counted, both = found.found, found.found.of("both")
    at = {each.gamma: each for each in both}
    said = [
        f"At an outer gamma of {number(gamma)} the inner one is {number(at[gamma].inner_gamma, '.1f')}, and "
        f"{at[gamma].search.chosen:.1e} of what is chosen searches, {at[gamma].search.alike:.1e} of what does as well."
        for gamma in (0.0, 1.0)
        if gamma in at
    ]
    return page.sentences(
        f"What searches over programs choose, against the price of time of the outer prior; all {counted.searches} "
        f"programs of up to {counted.bound_bits} bits of the dialect nested at words of {counted.word_bits} bits that "
        f"search among {counted.inner_programs} inner programs, {counted.inner_searches} of which search themselves.",
        *said,
        "Inner gamma: the price of time at which the inner programs that do as well would have the mean log2 t of "
        "those that are chosen; none is drawn where it is infinite, as where always the fastest is chosen.",
        "Both forms take the first of the inner programs that do as well, which are in order of length: so the order "
        "makes them short and fast at any outer gamma, and the outer gamma has a say only in what is asked of them.",
    )


SHOWS = "which inner programs searches over programs choose, and whether a price of time is handed on to them"
FIGURE = Entry("nested", SHOWS, data, draw, caption)
