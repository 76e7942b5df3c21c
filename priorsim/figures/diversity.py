"""Which of tables, code and search is the heaviest as examples are given, and how N* goes with the number of rules."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.claims.rule import LEAST_WORLDS
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, LOOKS
from priorsim.formats import listed, number, span
from priorsim.measure.diversity import Law
from priorsim.worlds import World

COLUMNS = "word_bits rules queries worlds examples table code search nothing"
"""A row for each word size, number of rules and of examples: in how many worlds each way is the heaviest."""
LOOK_OF = {"table": LOOKS["table"], "code": LOOKS["direct"], "search": LOOKS["search"]}


def data(study: Study, _: Sequence[World]) -> Data:
    """The leaders by rules and examples, with the flips and their laws."""
    found = study.diversity()
    rows = [
        (size.word_bits, size.rules, size.queries, size.worlds, at.examples, at.table, at.code, at.search, at.nothing)
        for size in found.sizes
        for at in size.leaders
    ]
    flips = [(size.word_bits, size.rules, flip) for size in found.sizes for flip in size.flips]
    told = {"bound_bits": found.bound_bits, "code_bits": found.code_bits, "published": found.published}
    return Data(COLUMNS, rows, flips=flips, laws=found.laws, **told)


def _shares(found: Data, word_bits: int, way: str) -> list[tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """By number of rules: examples, and the share of worlds in per cent in which a way is the heaviest."""
    rows = [row for row in found.rows if row[0] == word_bits]
    place = found.names.index(way)
    told = []
    for rules in dict.fromkeys(row[1] for row in rows):
        mine = np.array([(row[4], 100 * row[place] / row[3]) for row in rows if row[1] == rules], dtype=np.float64)
        told.append((rules, mine[:, 0], mine[:, 1]))
    return told


def _draw_shares(ax: Axes, found: Data) -> None:
    """A line for each number of rules, the darker the more, for words of the fewest bits."""
    word_bits = found.word_bits[0]
    for way, look in LOOK_OF.items():
        courses = _shares(found, word_bits, way)
        for place, (_, examples, share) in enumerate(courses):
            alpha = 0.3 + 0.7 * (place + 1) / len(courses)
            ax.plot(examples, share, alpha=alpha, **look.style(2.5, linewidth=0.9))
    ax.set_xscale("log", base=2)
    ax.set(xlabel="examples N", ylabel="worlds in which it is the heaviest (%)", ylim=(0, 103))
    worlds = [row[3] for row in found.rows if row[0] == word_bits]
    page.set_title(ax, f"words of {word_bits} bits", f"n = {span(min(worlds), max(worlds))} worlds a line")


def _draw_laws(ax: Axes, found: Data) -> None:
    """Median N* against the number of rules with quartiles, coloured as what it turns to; a line for each flip."""
    for law in found.laws:
        look = LOOK_OF[law.after]
        mine = [
            (rules, *flip.examples)
            for word_bits, rules, flip in found.flips
            if (word_bits, flip.before, flip.after) == (law.word_bits, law.before, law.after)
        ]
        at, low, middle, high = np.array(mine, dtype=np.float64).T
        line = FAINT if law.few else look.colour
        ax.plot(at, middle, **look.style(3.5, color=line, markeredgecolor=look.colour))
        ax.vlines(at, low, high, color=look.colour, linewidth=0.6, alpha=0.6)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set(xlabel="rules", ylabel="N*, examples")
    page.set_title(ax, "where the heaviest turns, and to what")


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw the shares against the examples, and N* against the number of rules."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 3.0 if is_wide else 5.6)
        panels = figure.subplots(1, 2) if is_wide else figure.subplots(2, 1)
        _draw_shares(panels[0], found)
        _draw_laws(panels[1], found)
        handles = [page.key(way, **look.style(4)) for way, look in LOOK_OF.items()]
        handles.append(page.key(f"grey: met in fewer than {LEAST_WORLDS} worlds", color=FAINT))
        page.legend_of_rows(panels[0], *handles, ncols=4 if is_wide else 2)
        return tuple(panels)


def _said(law: Law, all_worlds: int) -> str:
    """What is known of one flip."""
    met = f"{law.before} to {law.after}, words of {law.word_bits} bits: at {listed(law.rules)} rules, in "
    met += f"{listed(law.worlds)} of {all_worlds} worlds"
    if law.exponent is None or law.exponent_range is None:
        return f"{met}: too few numbers of rules for a law."
    low, high = (number(end, ".2f") for end in law.exponent_range)
    few = ", in few worlds" if law.few else ""
    return f"{met}; N* goes as the rules to the {number(law.exponent, '.2f')} ({low} to {high} with one left out){few}."


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    published = [f"{each.quantity}, exponent {each.exponent} ({each.source})" for each in found.published]
    searches: Counter[tuple[int, int]] = Counter()
    for law in found.laws:
        if law.after == "search":
            searches.update({(law.word_bits, at): count for at, count in zip(law.rules, law.worlds, strict=True)})
    return page.sentences(
        f"Search comes to lead as examples are added in at most {max(searches.values(), default=0)} of "
        f"{found.worlds[0]} worlds of a size: tables and direct code decide the others.",
        "Which of tables, direct code and search holds the most of the fitting mass after N examples of worlds with "
        f"several rules, in one posterior of code of up to {found.bound_bits} bits and programs with data of up to "
        f"{found.code_bits} bits of code; darker lines have more rules. N* is the last N at which the heaviest turns.",
        *(_said(law, found.worlds[0]) for law in found.laws),
        f"Published of networks under training, none of which is the same number: {'; '.join(published)}.",
    )


SHOWS = "whether tables, code or search is the heaviest, by the number of rules and of examples"
FIGURE = Entry("diversity", SHOWS, data, draw, caption)
