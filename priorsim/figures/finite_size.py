"""Whether log-odds / L collapse on gamma - gamma* as worlds grow, what is left, and where search outweighs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, GAMMA, INK, SERIES
from priorsim.formats import counted, number, percent, span
from priorsim.measure.collapse import GAMMAS
from priorsim.measure.extrapolation import Extrapolation
from priorsim.measure.finite_size import SPANS, Ruling, Size
from priorsim.worlds import World

SPEED_PRIOR = 1.0
"""The price of time at which distances and shares are drawn."""
PARTS = ("lower", "median", "upper")
COLUMNS = " ".join(
    (
        "series size bound_bits span_bits counts gamma worlds compared direct_bits alpha predicted",
        *(f"{name}_{part}" for name in ("log_odds", "residual") for part in PARTS),
        "distance outweighs_low outweighs_high",
    )
)
"""A row for each size and price of time, with disguised programs as direct code: medians of L, alpha and gamma*,
quartiles of log-odds / L and of what the two shortest programs leave of it, the distance, and the share of worlds in
which search outweighs, also with the disguised as search."""
LOOK_OF = dict(zip(SPANS, SERIES, strict=False))
SAID_OF = {
    "constant": "All constants",
    "shortest searches": "The 30 constants with the shortest searches",
    "inverse": "Inverse worlds on all words",
    "behaviour": "All behaviours of words of 3 bits with a search of up to 4 bits more than L",
}
COLLAPSING = ("shortest searches", "behaviour")
"""The series whose collapse is drawn."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The sizes of the preset in which worlds are compared, and the rulings."""
    found = study.finite_size()
    rows = [row for size in found.sizes if size.compared.low for row in _rows(size)]
    return Data(COLUMNS, rows, rulings=found.rulings)


def _rows(size: Size) -> list[tuple[Any, ...]]:
    medians = (of.low[1] for of in (size.direct_bits, size.alpha, size.predicted) if of.low is not None)
    told = (size.series, size.size, size.bound_bits, size.span_bits, size.counts)
    rest = (size.worlds.low, size.compared.low, *medians)
    return [
        (
            *(*told, each.gamma, *rest, *(each.log_odds.low or ()), *(each.residual.low or ())),
            *(each.distance.low, each.outweighs.low, each.outweighs.high),
        )
        for each in size.prices
    ]


def _of(found: Data, series: str, gamma: float | None, *names: str) -> list[np.ndarray[Any, Any]]:
    """Columns of one series at one price of time, or at all."""
    place, at = found.names.index("series"), found.names.index("gamma")
    rows = [row for row in found.rows if row[place] == series and gamma in (None, row[at])]
    chosen = [found.names.index(name) for name in names]
    return list(np.array([[row[one] for one in chosen] for row in rows], dtype=np.float64).reshape(-1, len(names)).T)


def _draw_collapse(ax: Axes, found: Data) -> None:
    """Medians of log-odds / L against gamma - gamma*, with the quartiles; a line for each size that counts."""
    for series in COLLAPSING:
        look = LOOK_OF[series]
        names = ("size", "counts", "gamma", "predicted", *(f"log_odds_{part}" for part in PARTS))
        size, is_there, gamma, predicted, low, middle, high = _of(found, series, None, *names)
        for each in np.unique(size[is_there > 0]):
            mine = size == each
            away = gamma[mine] - predicted[mine]
            ax.plot(away, middle[mine], **look.style(3, linewidth=0.7))
            ax.vlines(away, low[mine], high[mine], color=look.colour, linewidth=0.6, alpha=0.5)
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.axvline(0, color=INK, linewidth=0.4, ls=":")
    ax.set(xlabel=f"{GAMMA} - {GAMMA}*, medians", ylabel="log-odds / L")
    ax.set_title("collapse")


def _draw_residuals(ax: Axes, found: Data) -> None:
    """Quartiles of the residual against L at SPEED_PRIOR; faint where the size does not count."""
    for series, look in LOOK_OF.items():
        names = ("direct_bits", "counts", *(f"residual_{part}" for part in PARTS))
        at, is_there, low, middle, high = _of(found, series, SPEED_PRIOR, *names)
        for chosen, alpha in ((is_there > 0, 1.0), (is_there == 0, 0.35)):
            if chosen.any():
                ax.plot(at[chosen], middle[chosen], alpha=alpha, **look.style(4, linestyle="none"))
                ax.vlines(at[chosen], low[chosen], high[chosen], color=look.colour, linewidth=0.8, alpha=alpha)
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.set(xlabel="L, median (bits)", ylabel=f"residual at {GAMMA} = {SPEED_PRIOR:g}")
    ax.set_title("what the law leaves")


def _draw_shares(ax: Axes, found: Data) -> None:
    """In what share of worlds search outweighs at SPEED_PRIOR and without a price of time (thin)."""
    for series, look in LOOK_OF.items():
        for gamma, width in ((0.0, 0.5), (SPEED_PRIOR, 1.2)):
            at, low, high = _of(found, series, gamma, "direct_bits", "outweighs_low", "outweighs_high")
            order = np.argsort(at, kind="stable")
            ax.fill_between(at[order], 100 * low[order], 100 * high[order], color=look.colour, alpha=0.15, lw=0)
            ax.plot(at[order], 100 * low[order], **look.style(2.5, linewidth=width))
    ax.set(xlabel="L, median (bits)", ylabel="search outweighs (% of worlds)")
    ax.set_title("search outweighs")


def _worlds(found: Data, series: str) -> str:
    """How many worlds the shares of a series are of."""
    (worlds,) = _of(found, series, SPEED_PRIOR, "worlds")
    return f"n = {span(worlds.min(), worlds.max(), lambda several: f'{several:.0f}')}" if len(worlds) else "no worlds"


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw the collapse, what the law leaves, and where search outweighs."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 2.9 if is_wide else 7.8)
        panels = figure.subplots(1, 3) if is_wide else figure.subplots(3, 1)
        for panel, drawn in zip(panels, (_draw_collapse, _draw_residuals, _draw_shares), strict=True):
            drawn(panel, found)
        handles = [page.key(f"{name}: {_worlds(found, name)}", **look.style(4)) for name, look in LOOK_OF.items()]
        handles += [
            page.key("size does not count", color=FAINT, marker="o", ls="none", alpha=0.4),
            page.key(f"{GAMMA} = 0 (right)", color=FAINT, linewidth=0.5),
        ]
        page.legend_of_rows(panels[0], *handles, ncols=3 if is_wide else 1)
        return tuple(panels)


def _said_of(found: Data, ruling: Ruling) -> str:
    """What the rule says of a series at one price of time, with the distances of its first and last size."""
    at, is_there, distance = _of(found, ruling.series, ruling.gamma, "direct_bits", "counts", "distance")
    at, distance = at[is_there > 0], distance[is_there > 0]
    return (
        f"at gamma {number(ruling.gamma)} the distance goes from {number(distance[0])} at L = {number(at[0], '.0f')} "
        f"to {number(distance[-1])} at {number(at[-1], '.0f')}, exponent {number(ruling.exponent.low, '.2f')}, and "
        f"extrapolation is {ruling.extrapolation}"
    )


def _outweighs(found: Data, ruling: Ruling) -> str:
    """From which size on search outweighs at SPEED_PRIOR, and how often in the last one."""
    at, low, high = _of(found, ruling.series, SPEED_PRIOR, "direct_bits", "outweighs_low", "outweighs_high")
    if ruling.some_from.low is None:
        return f"In no world of it does search outweigh at gamma {SPEED_PRIOR:g}."
    last = " to ".join(sorted({percent(low[-1]), percent(high[-1])}))
    most = "in no size in most" if ruling.most_from.low is None else f"from {ruling.most_from.low} on in most"
    return (
        f"Search outweighs at gamma {SPEED_PRIOR:g} from size {ruling.some_from.low} on in some world and {most}; at "
        f"L = {number(at[-1], '.0f')} in {last} of all."
    )


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for series in dict.fromkeys(found.series):
        mine = [each for each in found.rulings if each.series == series]
        ruled = [each for each in mine if each.extrapolation is not Extrapolation.NOT_RULED_ON]
        told = [_said_of(found, each) for each in ruled if each.gamma in (GAMMAS[0], SPEED_PRIOR)]
        few = f"{counted(mine[0].sizes, 'size')} of it count, too few for a ruling"
        outweighs = next(_outweighs(found, each) for each in mine if each.gamma == SPEED_PRIOR)
        said.append(f"{SAID_OF[series]}: {'; '.join(told) or few}. {outweighs}")
    licensed = [
        f"at gamma {gamma:g} for {sum(each.extrapolation is Extrapolation.LICENSED for each in rulings)} of "
        f"{len(rulings)} series of worlds"
        for gamma in (GAMMAS[0], SPEED_PRIOR)
        if (rulings := [each for each in found.rulings if each.gamma == gamma])
    ]
    return page.sentences(
        f"What two programs predict may be extrapolated to larger worlds {' and '.join(licensed)}.",
        "Whether log-odds / L are a function of gamma - gamma*, with gamma* = (1 - c/L) / alpha of the two shortest "
        "programs: L and c bits of the shortest direct code and search, alpha L the log2 of the quotient of their "
        "steps.",
        "Left: medians of worlds of a size, a line each, with quartiles. Middle: log-odds / L less (1 - c/L) - alpha "
        "gamma, quartiles. Right: the share of all worlds in which search outweighs.",
        *said,
        "The distance is what three quarters of the worlds' residuals are no larger than. Extrapolation is licensed "
        "where it falls as L^-1/2 or faster, whichever size is left out, over three or more sizes of 30 worlds counted "
        "equally far beyond L, and forbidden elsewhere.",
    )


SHOWS = "whether log-odds / L collapse on gamma - gamma* as worlds grow, and may be extrapolated"
FIGURE = Entry("finite-size", SHOWS, data, draw, caption)
