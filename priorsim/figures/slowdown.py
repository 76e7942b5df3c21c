"""Slower when longer: the mean time of the programs of one behaviour against their length."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from priorsim.census.atlas import U64
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.page import FAINT, SERIES
from priorsim.formats import number, percent
from priorsim.measure.fitting import places
from priorsim.measure.slowdown import Slowdown, slowdown
from priorsim.worlds import World, find_world

FIXED = ("identity-w3", "square-w3", "inverse-w3", "power3-w3", "root-w3")
"""Worlds whose one behaviour has a curve of its own, where the census follows it."""
COLUMNS = "world beyond behaviours programs mean_steps ratio_low ratio ratio_high slower faster"
"""A row for each number of bits beyond the shortest program, of a world and of every behaviour, where `world` is empty:
how many behaviours have programs of that length; these programs; mean t in steps a lane; quartiles of log2 of mean t
over that of the shortest; the share of behaviours for which it is more; and the share of all that have a program of up
to that length that takes fewer steps than every shortest one."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The mean time by length of one language's behaviours."""
    atlas = study.census(*LANGUAGES[0])
    found = slowdown(atlas)
    rows = [("", *row) for row in _rows(found)]
    least = {}
    for name in FIXED:
        at = places(found.words, _behaviour(name))
        if at[0] >= 0:
            rows += [(name, *row) for row in _rows(found.take(at))]
            least[name] = int(found.least[at[0]])
    language = atlas.header.language
    told = {"dialect": language.dialect.name, "word_bits": language.word_bits, "bound_bits": atlas.header.max_bits}
    return Data(COLUMNS, rows, least=least, window=found.programs.shape[1] - 1, **told)


def _behaviour(name: str) -> U64:
    words = find_world(name).behaviour
    assert words is not None, "these worlds accept one word in each lane"
    return np.array([words], dtype=np.uint64)


def _rows(found: Slowdown) -> Iterator[tuple[Any, ...]]:
    """A row for each length at which some behaviour has programs."""
    for beyond, (ratio, mean) in enumerate(zip(found.ratio.T, found.mean.T, strict=True)):
        known = ratio[~np.isnan(ratio)]
        if len(known):
            quartiles = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
            shares = float((known > 0).mean()), float(found.is_sped_up[:, beyond].mean())
            steps = float(mean[0]) if len(found) == 1 else None
            yield (beyond, len(known), int(found.programs[:, beyond].sum()), steps, *quartiles, *shares)


def _of(found: Data, world: str, *names: str) -> list[page.F64]:
    """Columns of one world, or of every behaviour."""
    where = [found.names.index(name) for name in names]
    rows = [[row[place] for place in where] for row in found.rows if row[0] == world]
    return list(np.array(rows, dtype=np.float64).T)


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw mean t of chosen behaviours, its ratio over every behaviour, and the shares that are slower and faster."""
    with page.style():
        is_wide = page.is_wide(width)
        panels = page.new_figure(width, 2.9 if is_wide else 6.6).subplots(*((1, 3) if is_wide else (3, 1)))
        handles: list[Artist] = []
        for (name, least), look in zip(found.least.items(), SERIES, strict=False):
            beyond, steps = _of(found, name, "beyond", "mean_steps")
            label = f"{name}, from {least} bits"
            handles += panels[0].plot(least + beyond, steps, label=label, **look.style(3, markerfacecolor=look.cover))
        panels[0].set_yscale("log", base=2)
        panels[0].set(xlabel="length of the programs (bits)", ylabel="mean steps a lane")
        beyond, low, middle, high, slower, faster = _of(
            found, "", "beyond", "ratio_low", "ratio", "ratio_high", "slower", "faster"
        )
        look = SERIES[0]
        panels[1].axhline(0, color=FAINT, linewidth=0.6)
        panels[1].fill_between(beyond, low, high, color=look.colour, alpha=0.25, linewidth=0)
        panels[1].plot(beyond, middle, **look.style(3, markerfacecolor=look.cover))
        panels[1].set_ylabel("log₂ ratio of mean steps")
        handles.append(page.key("line and band: median and quartiles", color=look.colour, linewidth=4, alpha=0.4))
        shares = ((slower, "slower in the mean"), (faster, "some program is faster"))
        for (share, label), other in zip(shares, SERIES[len(FIXED) :], strict=True):
            style = other.style(4, markerfacecolor=other.cover)
            handles += panels[2].plot(beyond, 100 * share, label=label, **style)
        page.print_counts(panels[2], np.column_stack(_of(found, "", "beyond", "behaviours")).tolist(), "behaviours")
        panels[2].set(ylabel="share of behaviours (%)", ylim=(0, 105))
        for panel in panels[1:]:
            panel.set_xlabel("bits beyond the shortest program")
        for panel in panels:
            page.whole_numbers(panel, "x")
        page.legend_of_rows(panels[0], *handles, ncols=3 if is_wide else 1)
        return tuple(panels)


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    every = [row for row in found.rows if row[0] == ""]
    last, followed = every[-1], every[0][2]
    return page.sentences(
        f"Mean steps of the programs of one behaviour against their length, in {found.dialect} at words of "
        f"{found.word_bits} bits up to {found.bound_bits} bits: for chosen worlds, and for all {followed} behaviours "
        f"whose shortest program is {found.window} bits or more below the bound, the same ones at every length.",
        f"{last[1]} bits beyond the shortest program the mean is {number(2 ** last[6], '.2f')} times that of the "
        f"shortest programs in the median, {number(2 ** last[5], '.2f')} to {number(2 ** last[7], '.2f')} times in "
        f"half of the behaviours; it is more for {percent(last[8])} of them.",
        f"For {percent(last[9])} some program of up to that length takes fewer steps than every shortest one.",
        "A length at which a behaviour has no program is left out for it.",
    )


SHOWS = "whether longer programs of the same behaviour are slower, and how often one is faster"
FIGURE = Entry("slower-when-longer", SHOWS, data, draw, caption)
