"""What comes first as worlds get more complex: at three prices of time, by language, and what a selection does."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, GAMMA, INK, SERIES
from priorsim.formats import number, percent, span
from priorsim.measure.growth import Growth
from priorsim.measure.histogram import Mask
from priorsim.measure.mass import ENDS
from priorsim.measure.standings import standings
from priorsim.measure.values import least_at_end
from priorsim.worlds import World

GAMMAS = (0.0, 0.5, 1.0)
"""The prices of time that are drawn."""
LANGUAGES = (("arith", 3), ("logic", 3), ("loops", 3), ("arith", 4), ("logic", 4), ("loops", 4))
"""Dialects and word sizes; the first is that of the figures of one language."""
LOOK_OF = dict(zip(GAMMAS, SERIES, strict=False))
COLUMNS = "dialect word_bits gamma above up_to worlds search_first_low search_first_high programs_low programs_high"
"""A row for each bin of complexity: its edges in bits, its number of worlds, the share of them that are search first
with disguised programs as direct code and as search, and search's share of the programs that cost so much."""
CONTROL_SAID = (
    "The control is search's share, by number, of all programs that cost so much: if longer programs only used more of "
    "everything, the two would go together."
)
COMPLEXITY_SAID = (
    "A world's complexity is the least l + gamma log2 t of its programs, of l bits and t mean steps. A world is search "
    "first where every program of that cost is search. Each share is a count over all worlds of the complexity."
)


def _rows(found: Growth) -> list[tuple[Any, ...]]:
    language, bins = found.header.language, found.bins
    first, programs = bins.share(bins.search_first), bins.programs_search
    return [
        (language.dialect.name, language.word_bits, found.prior.gamma, above, up_to, worlds, *shares, *controls)
        for above, up_to, worlds, shares, controls in zip(
            *(column.tolist() for column in (bins.above, bins.up_to, bins.worlds, first, programs)), strict=True
        )
    ]


def data(study: Study, _: Sequence[World]) -> Data:
    """The curves of one census at GAMMAS, in bins of 2 bits, and their trends."""
    found = [study.growth(*LANGUAGES[0], gamma) for gamma in GAMMAS]
    rows = [row for each in found for row in _rows(each)]
    return Data(COLUMNS, rows, bound_bits=found[0].header.max_bits, trends=[each.trend for each in found])


def _curve(found: Data, gamma: float, **of: Any) -> np.ndarray[Any, Any]:
    """Up to how many bits, and the shares low and high, then those of the control."""
    places = [found.names.index(name) for name in COLUMNS.split()[4:]]
    rows = [
        [row[place] for place in places]
        for row in found.rows
        if row[2] == gamma and all(row[found.names.index(name)] == value for name, value in of.items())
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, len(places)).T


def _draw_band(ax: Axes, found: Data, gamma: float, **of: Any) -> list[Artist]:
    up_to, _, low, high, *control = _curve(found, gamma, **of)
    look = LOOK_OF[gamma]
    ax.fill_between(up_to, 100 * low, 100 * high, color=look.colour, alpha=0.25, linewidth=0)
    style = look.style(3, markerfacecolor=look.cover)
    drawn: list[Artist] = [*ax.plot(up_to, 50 * (low + high), label=f"{GAMMA} = {gamma:g}", **style)]
    ax.plot(up_to, 50 * (control[0] + control[1]), color=look.colour, linestyle=":", linewidth=0.9)
    return drawn


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw the share of worlds that are search first, with the control, and over it by how many times it is more."""
    with page.style():
        is_wide = page.is_wide(width)
        panels = page.new_figure(width, 2.9 if is_wide else 5.2).subplots(*((1, 2) if is_wide else (2, 1)))
        handles: list[Artist] = []
        for gamma in GAMMAS:
            handles += _draw_band(panels[0], found, gamma)
            up_to, _, low, high, *control = _curve(found, gamma)
            look = LOOK_OF[gamma]
            times = [
                np.divide(*each, out=np.full(len(up_to), np.nan), where=each[1] > 0)
                for each in ((low, control[0]), (high, control[1]))
            ]
            panels[1].fill_between(up_to, *times, color=look.colour, alpha=0.25, linewidth=0)
            panels[1].plot(up_to, (times[0] + times[1]) / 2, **look.style(3, markerfacecolor=look.cover))
        panels[1].axhline(1, color=FAINT, linewidth=0.6)
        handles.append(page.key("band: disguised as direct, as search", color=FAINT, linewidth=4, alpha=0.4))
        handles.append(page.key("dotted: search's share of programs", color=INK, linestyle=":", linewidth=0.9))
        page.print_counts(panels[0], _curve(found, GAMMAS[0])[:2].T, f"worlds at {GAMMA} = 0")
        panels[0].set_ylabel("worlds that are search first (%)")
        panels[1].set_ylabel("times search's share of programs")
        for panel in panels:
            panel.set_xlabel("complexity of the world, up to (bits)")
            panel.set_ylim(bottom=0)
            page.whole_numbers(panel, "x")
        page.legend_of_rows(panels[0], *handles, ncols=3 if is_wide else 1)
        return tuple(panels)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for gamma, trend in zip(GAMMAS, found.trends, strict=True):
        _, worlds, low, high, *_ = _curve(found, gamma)
        share = span(low[-1], high[-1], percent)
        said.append(f"At gamma {gamma:g} {share} of the {worlds[-1]:.0f} worlds of the last bin are search first")
        halves = [] if trend is None else [fit.half for fit in (trend.low, trend.high) if fit.half is not None]
        if trend is not None:
            said[-1] += f"; the share {'stays ' if trend.direction == 'level' else ''}{trend.direction}"
        if halves:
            met = span(min(halves), max(halves), lambda bits: number(bits, ".0f"))
            said[-1] += f", and a logistic fit, extrapolated, meets one half at {met} bits"
        said[-1] += "."
    dialect, word_bits = found.rows[0][:2]
    _, _, low, high, *_ = _curve(found, GAMMAS[0])
    return page.sentences(
        f"A search is the shortest program of {span(low[-1], high[-1], percent)} of the most complex worlds and of "
        f"{span(low[0], high[0], percent)} of the simplest.",
        f"Share of worlds that are search first against their complexity, of every behaviour of {dialect} at words of "
        f"{word_bits} bits up to {found.bound_bits} bits, at three prices of time gamma.",
        *said,
        COMPLEXITY_SAID,
        CONTROL_SAID,
        "Right: by how many times the share is the control.",
    )


SHOWS = "what share of worlds has a search as its cheapest program, as worlds get more complex"
FIGURE = Entry("growth", SHOWS, data, draw, caption)


# The same in other languages: a panel for each dialect and word size.


def languages_data(study: Study, _: Sequence[World]) -> Data:
    """The curves of all languages at GAMMAS."""
    rows = [
        row
        for dialect, word_bits in LANGUAGES
        for gamma in GAMMAS
        for row in _rows(study.growth(dialect, word_bits, gamma))
    ]
    return Data(COLUMNS, rows)


def draw_languages(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a panel for each dialect and word size."""
    with page.style():
        is_wide = page.is_wide(width)
        shape = (2, 3) if is_wide else (3, 2)
        panels = page.new_figure(width, 4.6 if is_wide else 6.4).subplots(*shape, sharex=True, sharey=True)
        order = panels.flat if is_wide else panels.T.flat
        handles: list[Artist] = []
        for panel, (dialect, word_bits) in zip(order, LANGUAGES, strict=True):
            for gamma in GAMMAS:
                drawn = _draw_band(panel, found, gamma, dialect=dialect, word_bits=word_bits)
                handles += drawn if len(handles) < len(GAMMAS) else []
            page.set_title(panel, f"{dialect}, {word_bits}-bit words")
            bins = _curve(found, GAMMAS[0], dialect=dialect, word_bits=word_bits)[:2]
            page.print_counts(panel, bins.T, f"worlds at {GAMMA} = 0")
            panel.set_ylim(bottom=0)
            page.whole_numbers(panel, "x")
        for panel in panels[-1]:
            panel.set_xlabel("complexity, up to (bits)")
        for panel in panels[:, 0]:
            panel.set_ylabel("search first (%)")
        handles.append(page.key("band: disguised as direct, as search", color=FAINT, linewidth=4, alpha=0.4))
        handles.append(page.key("dotted: search's share of programs", color=INK, linestyle=":", linewidth=0.9))
        page.legend_of_rows(panels.flat[0], *handles, ncols=3 if is_wide else 1)
        return tuple(panels.flat)


def languages_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said, lowest, highest = [], [], []
    for dialect, word_bits in LANGUAGES:
        up_to, worlds, low, high, *_ = _curve(found, 0.0, dialect=dialect, word_bits=word_bits)
        lowest.append(low[-1])
        highest.append(high[-1])
        said.append(
            f"{dialect}, words of {word_bits} bits: {span(low[-1], high[-1], percent)} of the {worlds[-1]:.0f} worlds "
            f"of up to {up_to[-1]:.0f} bits in the last bin."
        )
    return page.sentences(
        "How often search comes first depends on the language: it does in "
        f"{span(min(lowest), max(lowest), percent)} of the most complex worlds, or in "
        f"{span(min(highest), max(highest), percent)} where disguised programs count as search.",
        "Share of worlds that are search first against complexity, by dialect and word size, at three prices of time.",
        "At gamma 0:",
        *said,
        "The dialect loops has no find and no argmax: only disguised programs can search there.",
        COMPLEXITY_SAID,
    )


SHOWS = "the share of worlds that are search first, by dialect and word size"
OF_LANGUAGES = Entry("growth-by-language", SHOWS, languages_data, draw_languages, languages_caption)


# What it does to a share to choose the worlds by the classes that have a program within the bound.
SELECTIONS: dict[str, Callable[[Mask, Mask], Mask]] = {
    "every world": np.logical_or,
    "worlds with a program of both classes": np.logical_and,
    "worlds with a search program": lambda _, search: search,
}
SELECTION_COLUMNS = "selection max_bits worlds shorter_low shorter_high"
"""By selection and bound: how many worlds are chosen at the low end, and the share in which search is shorter."""
SELECTION_BITS = 16
"""The bounds go from so many bits below the census's to it."""


def selection_data(study: Study, _: Sequence[World]) -> Data:
    """The share of worlds in which the shortest search is shorter than the shortest direct program, by selection."""
    atlas = study.census(*LANGUAGES[0])
    found, bound = standings(atlas), atlas.header.max_bits
    rows = []
    for name, chooses in SELECTIONS.items():
        for bits in range(bound - SELECTION_BITS, bound + 1, 2):
            least = np.where(found.least <= bits, found.least, np.inf)
            shares, numbers = [], []
            for end in ENDS:
                direct, search = least_at_end(least, end)
                chosen = chooses(np.isfinite(direct), np.isfinite(search))
                numbers.append(int(chosen.sum()))
                shares.append(float((search < direct)[chosen].mean()))
            rows.append((name, bits, numbers[0], min(shares), max(shares)))
    return Data(SELECTION_COLUMNS, rows, bound_bits=bound)


@page.drawing(2.9)
def draw_selection(found: Data, ax: Axes) -> None:
    """Draw the share against the bound, a band for each selection."""
    handles: list[Artist] = []
    for name, look in zip(SELECTIONS, SERIES, strict=False):
        bits, worlds, low, high = np.array([row[1:] for row in found.rows if row[0] == name]).T
        ax.fill_between(bits, 100 * low, 100 * high, color=look.colour, alpha=0.25, linewidth=0)
        handles += ax.plot(
            bits, 50 * (low + high), label=f"{name}: n = {worlds[-1]:.0f}", **look.style(3, markerfacecolor=look.cover)
        )
    ax.set(xlabel="bound B of the census (bits)", ylabel="search shorter than direct code (%)", ylim=(0, None))
    page.whole_numbers(ax, "x")
    page.legend_below(ax, handles)


def selection_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    last = {row[0]: row for row in found.rows}
    every, both, _ = (span(row[3], row[4], percent) for row in last.values())
    said = [f"{name}: {span(row[3], row[4], percent)} of {row[2]}." for name, row in last.items()]
    return page.sentences(
        f"Search is shorter than direct code in {every} of all worlds, and in {both} of those with programs of both "
        "classes.",
        "The share of worlds whose shortest search is shorter than their shortest direct program, by the worlds that "
        "are chosen and the bound of the census.",
        f"At {found.bound_bits} bits:",
        *said,
        "A population of worlds in which both classes have a program within the bound leaves out those in which search "
        "alone is short, and those in which direct code alone is.",
    )


SHOWS = "what choosing worlds with programs of both classes does to the share in which search is shorter"
OF_SELECTION = Entry("selection", SHOWS, selection_data, draw_selection, selection_caption)
FIGURES = (FIGURE, OF_LANGUAGES, OF_SELECTION)
