"""What search in the prior does to predictions: how probable its capture is, what bounds say, and the harm in bits."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import GAMMAS, LOOK_OF
from priorsim.figures.page import FAINT, GAMMA, INK, SERIES, Look
from priorsim.formats import number, percent, span
from priorsim.measure.standings import CUTS
from priorsim.priors import F64
from priorsim.worlds import World

LANGUAGE = ("arith", 3)
"""Dialect and word size of the figure."""
ORDERS = ((LANGUAGE, "listed"), (LANGUAGE, "worst"), (("logic", 3), "listed"))
"""Dialects and word sizes of the results, each with an order of the lanes."""
COLUMNS = (
    "gamma below lanes histories captured_low captured_high probability_low probability_high "
    "harm_if_direct_low harm_if_direct_high worst_low worst_high saved_low saved_high"
)
"""A row for each price of time, bound and number of lanes seen: of the programs of up to B - below bits the histories,
those captured and their prior probability; of all programs the harm, and what is saved, in bits."""
OF_BITS: tuple[tuple[str, str, Look], ...] = (
    ("worst", "greatest harm", SERIES[0]),
    ("harm_if_direct", "mean harm, world direct", SERIES[1]),
    ("saved", "mean saved, world search", SERIES[2]),
)
BELOW = SERIES[3:6]


def data(study: Study, _: Sequence[World]) -> Data:
    """The listed order at GAMMAS, with the bounds, and in the worst order what one prediction can cost."""
    rows, bounds = [], []
    for gamma in GAMMAS:
        found = study.influence(*LANGUAGE, gamma, "listed")
        bounds.append((found.search_share, found.bound, found.certified))
        lengths = found.lengths
        for at, below in enumerate(CUTS):
            for lanes in range(len(lengths)):
                by_cut = (lengths.captured[lanes, :, at], lengths.probability[lanes, :, at])
                told = [value for ends in by_cut for value in ends.tolist()]
                bits = [lengths.harm_if_direct, lengths.worst, lengths.saved_if_search]
                others = [_or_none(value) if not below else None for column in bits for value in column[lanes]]
                rows.append((gamma, below, lanes, lengths.histories[lanes, 0, at], *told, *others))
    worst = study.influence(*LANGUAGE, GAMMAS[0], "worst").worst
    return Data(COLUMNS, rows, bounds=bounds, worst=worst, bound_bits=found.header.max_bits)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _course(found: Data, what: str, gamma: float, below: int = 0) -> F64:
    """Low and high values by lanes seen; nan where they are not above 0, as no logarithmic axis has them."""
    places = [found.names.index(f"{what}_{end}") for end in ("low", "high")]
    values = [[row[place] for place in places] for row in found.rows if row[:2] == (gamma, below)]
    course = np.array(values, dtype=np.float64).T
    return np.where(course > 0, course, np.nan)


def _band(ax: Axes, course: F64, look: Look, label: str) -> list[Artist]:
    lanes = np.arange(course.shape[1])
    ax.fill_between(lanes, *course, color=look.colour, alpha=0.25, linewidth=0)
    drawn: list[Artist] = [*ax.plot(lanes, course[0], label=label, **look.style(3, markerfacecolor=look.cover))]
    return drawn


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw the probability of capture, the share of captured histories by bound, and the harm in bits."""
    with page.style():
        is_wide = page.is_wide(width)
        shape = (1, 3) if is_wide else (3, 1)
        panels = page.new_figure(width, 3.1 if is_wide else 7.4).subplots(*shape, sharex=True)
        first: list[Artist] = []
        second: list[Artist] = []
        third: list[Artist] = []
        for gamma in GAMMAS:
            first += _band(panels[0], _course(found, "probability", gamma), LOOK_OF[gamma], f"{GAMMA} = {gamma:g}")
            fewer = _course(found, "probability", gamma, CUTS[-1])[0]
            panels[0].plot(fewer, color=LOOK_OF[gamma].colour, linestyle=":", linewidth=0.9)
        for below, look in zip(reversed(CUTS), BELOW, strict=True):
            histories = [row[3] for row in found.rows if row[:2] == (GAMMAS[0], below)]
            share = 100 * _course(found, "captured", GAMMAS[0], below) / np.array(histories)
            second += _band(panels[1], share, look, f"programs up to {found.bound_bits - below} bits")
        counts = [row[2:4] for row in found.rows if row[:2] == (GAMMAS[0], 0)]
        page.print_counts(panels[1], counts, "histories")
        for what, label, look in OF_BITS:
            third += _band(panels[2], _course(found, what, GAMMAS[0]), look, label)
        _, bound, certified = found.bounds[0]
        for bits, line in ((bound.low, "--"), (certified.low, "-")):
            if 0 < bits < np.inf:
                panels[2].axhline(bits, color=INK, linestyle=line, linewidth=0.8)
        first.append(page.key(f"up to {found.bound_bits - CUTS[-1]} bits", color=INK, linestyle=":", linewidth=0.9))
        second.append(page.key("disguised as direct, as search", color=FAINT, linewidth=4, alpha=0.4))
        third.append(page.key("bound on harm", color=INK, linestyle="--", linewidth=0.8))
        third.append(page.key("certified bound", color=INK, linewidth=0.8))
        panels[0].set_ylabel("probability of capture")
        panels[1].set_ylabel("histories captured (%)")
        panels[2].set_ylabel("harm and saving (bits)")
        panels[0].set_yscale("log")
        panels[2].set_yscale("log")
        panels[1].set_ylim(bottom=0)
        for panel in panels:
            panel.set_xlabel("lanes seen")
            page.whole_numbers(panel, "x")
        # A column of the legend for each panel: matplotlib fills columns of equal length.
        blanks = [page.key("", alpha=0)] * len(third)
        columns = [(column + blanks)[: len(third)] if is_wide else column for column in (first, second, third)]
        page.legend_of_rows(panels[0], *chain.from_iterable(columns), ncols=3 if is_wide else 1)
        return tuple(panels)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    dialect, word_bits = LANGUAGE
    return page.sentences(
        f"On no sequence of answers does search in the prior cost more than {_shown(found.bounds[0][1])} bits, "
        f"{_shown(found.bounds[0][2])} certified.",
        f"What search in the prior does to predictions, of {dialect} at words of {word_bits} bits up to "
        f"{found.bound_bits} bits, when the lanes are seen in the listed order.",
        *(_at_gamma(found, gamma, *bounds) for gamma, bounds in zip(GAMMAS, found.bounds, strict=True)),
        "First: the prior probability of the captured histories, in which search has more than half of the mass.",
        "Second: their share of all histories at gamma 0, which depends on the bound: before the last lane is seen "
        f"{', '.join(_captured(found, below) for below in reversed(CUTS))}.",
        "Third: what search costs, and saves, in bits at gamma 0. The harm is the loss of all programs together less "
        "that of direct code alone; what is saved is a mean over the worlds with which some direct program agrees.",
        _alone(found),
    )


def _shown(ends: Iterable[float]) -> str:
    low, high = ends
    return span(low, high, lambda value: number(value, ".2g"))


def _at_gamma(
    found: Data, gamma: float, share: Iterable[float], bound: Iterable[float], certified: Iterable[float]
) -> str:
    low, high = share
    captured = [row for row in found.rows if row[:2] == (gamma, 0)][-1][6:8]
    return (
        f"At gamma {gamma:g} search is {span(low, high, percent)} of the prior and costs at most {_shown(bound)} bits "
        f"on any sequence, at most {_shown(certified)} with all longer programs counted as search; the captured "
        f"histories of all lanes have probability {_shown(captured)}."
    )


def _captured(found: Data, below: int) -> str:
    """The share of histories that are captured before the last lane is seen, up to a bound."""
    _, _, _, histories, captured, *_ = [row for row in found.rows if row[:2] == (GAMMAS[0], below)][-2]
    return f"{percent(captured / histories) if histories else 'none'} up to {found.bound_bits - below} bits"


def _alone(found: Data) -> str:
    """What the prediction of one lane may cost; nothing where there is no direct code."""
    stake, expected = found.worst.stake.low, found.worst.expected_stake.low
    if stake is None:
        return ""
    return (
        f"In the worst order the prediction of one lane alone may cost {number(stake.harm, '.1f')} bits; the mean over "
        f"worlds drawn from direct code is at most {number(expected.harm, '.2g')}."
    )


SHOWS = "what search in the prior costs predictions, in bits, and how probable it is that it makes them"
FIGURE = Entry("influence", SHOWS, data, draw, caption)
