"""One question in many languages: the odds in each, the price of search against its share, and rank correlations."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from priorsim.claims.languages import LanguagesAnswer
from priorsim.claims.rule import LEAST_WORLDS
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, SERIES, Look
from priorsim.formats import number, percent, span
from priorsim.measure.languages import REFERENCE, SETS, middle_quartiles
from priorsim.worlds import World

COLUMNS = "set dialect without search_bits worlds search_first_low search_first_high signed first median third"
"""A row for each language: the bits of find or argmax, the worlds of the last bin and the share of them that is search
first, the worlds with both classes, and the quartiles of their log-odds in bits; empty where there is none."""
SAID = {
    "named": "named languages",
    "codes": f"{REFERENCE}, random codes",
    "subsets": "random subsets of operators",
    "knockouts": f"{REFERENCE} without an operator",
}
"""What the sets are called."""
LOOK_OF: dict[str, Look] = dict(zip(SETS, SERIES, strict=False))


def data(study: Study, _: Sequence[World]) -> Data:
    """What is said of every language."""
    found = study.languages().answer
    return Data(COLUMNS, map(tuple, _rows(found)), answer=found)


def _rows(found: LanguagesAnswer) -> list[list[object]]:
    rows: list[list[object]] = []
    for each in found.languages:
        of = each.measured
        last = (None, None, None) if of.last_bin is None else (of.last_bin.worlds, *of.last_bin.search_first)
        middle = middle_quartiles(of) or (None,) * 3
        rows.append([of.set, of.dialect, "+".join(of.without), of.search_bits, *last, of.signed.worlds, *middle])
    return rows


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a line for each language with the quartiles of its log-odds, and the price of search against its share."""
    with page.style():
        figure = page.new_figure(width, 3.6 if page.is_wide(width) else 6.4)
        forest, dose = figure.subplots(1, 2) if page.is_wide(width) else figure.subplots(2, 1, height_ratios=(3, 2))
        _draw_forest(forest, found)
        _draw_dose(dose, found)
        return forest, dose


def _draw_forest(ax: Axes, found: Data) -> None:
    place, middles = 0, []
    for name in dict.fromkeys(found.set):
        rows = [row for row in found.rows if row[0] == name and row[-1] is not None]
        rows.sort(key=lambda row: row[-2])
        spots = place + np.arange(len(rows))
        first, median, third = np.array([row[-3:] for row in rows], dtype=np.float64).T.reshape(3, -1)
        look = LOOK_OF[name]
        ax.hlines(spots, first, third, color=look.colour, linewidth=0.7)
        ax.plot(median, spots, **look.style(2.4, linestyle="none"))
        middles.append((spots.mean() if rows else place, SAID[name]))
        place += len(rows) + 4
    ax.axvline(0, color=INK, linewidth=0.6)
    ax.set_yticks(
        [spot for spot, _ in middles], [said.replace(", ", ",\n").replace(" of ", "\nof ") for _, said in middles]
    )
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="log-odds, search : direct (bits)", ylim=(place - 2, -2))


def _draw_dose(ax: Axes, found: Data) -> None:
    """The share against the price of search, in grey where it is of few worlds."""
    worlds = [row[4] for row in found.rows if row[3] is not None and row[5] is not None]
    if worlds:
        page.set_title(ax, "share search first", f"n = {span(min(worlds), max(worlds), str)} worlds a language")
    for at, name in enumerate(dict.fromkeys(found.set)):
        rows = [row for row in found.rows if row[0] == name and row[3] is not None and row[5] is not None]
        if not rows:
            continue
        look, beside = LOOK_OF[name], 0.15 * (at - 1.5)
        for price, worlds, low, high in (row[3:7] for row in rows):
            style = look.style(3, linestyle="none", **({"color": FAINT} if worlds < LEAST_WORLDS else {}))
            ax.vlines(price + beside, 100 * low, 100 * high, color=style["color"], linewidth=0.7)
            ax.plot([price + beside], [50 * (low + high)], **style)
    ax.set(xlabel="find or argmax costs (bits)", ylabel="worlds search first (%)", ylim=(0, 100))
    page.whole_numbers(ax, "x")


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    answer: LanguagesAnswer = found.answer
    head, searching = answer.headline, sum(each.searching for each in answer.sets)
    cells = [cell for cell in answer.dependence.cells if cell.bound == "B" and cell.support is not None]
    differ = [
        f"{percent(cell.support.low)} ({SAID[str(cell.population)]}, n = {cell.worlds})"
        for cell in cells
        if cell.support
    ]
    doses = [f"{number(each.dose, '.2f')} ({SAID[each.set]})" for each in answer.sets if each.dose is not None]
    return page.sentences(
        f"Direct code outweighs search in the median world of {head.direct} of {head.compared} languages.",
        "Of the worlds that have programs of both classes in two languages at least, the sign of the log-odds is not "
        f"the same in all languages for {', '.join(differ)}."
        if differ
        else "",
        f"The share of worlds that are search first rises with complexity in {head.rises} and falls in {head.falls} of "
        f"the {head.trending} languages with a trend, of {searching} that have find or argmax.",
        f"Every program up to {answer.bound_bits} bits was counted in {len(answer.languages)} languages at words of "
        f"{answer.word_bits} bits.",
        "Left: the quartiles of the log-odds under the simplicity prior, over the worlds with programs of both "
        "classes; a line is a language.",
        "Right, with the same marks: the share of the most complex worlds that are search first, from disguised "
        "programs as direct code to as search, against the bits of the cheaper of find and argmax"
        + (f"; rank correlation {', '.join(doses)}." if doses else "."),
    )


SHOWS = "quartiles of the log-odds in many languages, and the share search-first against the price of search"
FIGURE = Entry("languages", SHOWS, data, draw, caption)


# Rank correlations of masses: a matrix for each set.
RANK_COLUMNS = "set first second spearman"
"""A row for every two languages of a set, by their number in it: the rank correlation of the masses of what both reach;
empty where it has none."""


def ranks_data(study: Study, _: Sequence[World]) -> Data:
    """The rank correlations of every two languages."""
    found = study.languages().answer
    rows = [
        (name, i, j, matrix[i][j])
        for name, matrix in found.ranks.items()
        for i in range(len(matrix))
        for j in range(i + 1, len(matrix))
    ]
    return Data(RANK_COLUMNS, rows, answer=found)


def draw_ranks(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a matrix of rank correlations for each set, its languages in their order."""
    with page.style():
        ranks = found.answer.ranks
        columns = len(ranks) if page.is_wide(width) else min(2, len(ranks))
        lines = -(-len(ranks) // columns)
        figure = page.new_figure(width, 2.3 * lines)
        panels = np.atleast_1d(figure.subplots(lines, columns)).ravel()
        for ax, (name, matrix) in zip(panels, ranks.items(), strict=False):
            values = np.array([[np.nan if each is None else each for each in row] for row in matrix])
            image = ax.imshow(values, vmin=-1, vmax=1, cmap="PuOr_r")
            ax.set_title(SAID[name].replace(", ", ",\n").replace(" of ", "\nof "))
            ax.set_xticks([])
            ax.set_yticks([])
        for ax in panels[len(ranks) :]:
            ax.set_axis_off()
        bar = figure.colorbar(image, ax=list(panels), shrink=0.7)
        bar.set_label("Spearman's rho of masses")
        return tuple(panels[: len(ranks)])


def ranks_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    told = []
    for name in found.answer.ranks:
        values = [row[3] for row in found.rows if row[0] == name and row[3] is not None]
        if values:
            told.append(f"{number(float(np.median(values)), '.2f')} ({SAID[name]}, {len(values)} pairs)")
    return page.sentences(
        f"The median rank correlation of the masses of the same worlds between two languages is {', '.join(told)}.",
        "A cell is Spearman's correlation of the masses of all worlds that both languages reach up to "
        f"{found.answer.bound_bits} bits, at words of {found.answer.word_bits} bits; the languages of a set are in the "
        "order of languages.json.",
    )


RANKS = Entry(
    "language-ranks",
    "rank correlations of the masses of the same worlds between every two languages of a set",
    ranks_data,
    draw_ranks,
    ranks_caption,
)
FIGURES = (FIGURE, RANKS)
