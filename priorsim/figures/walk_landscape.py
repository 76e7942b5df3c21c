"""The landscape that edit walks go down: programs by loss and class, and the main flows between them.

A circle is all programs of one loss and class: its size the chance that a walk passes them, the dark part
of it the chance that it ends there. Arrows are moves, as wide as they are likely.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.labels import HALO
from priorsim.figures.page import FAINT, INK, LOOKS
from priorsim.figures.walks import UNITS, WALK_WORLDS, Walks, study_of, walks_of
from priorsim.formats import percent
from priorsim.mu.lesions import ProgramClass
from priorsim.walks.shown import coarse_landscape, likeliest_way
from priorsim.worlds import World

COLUMNS = "item loss class to_loss to_class chance ends"
Region = tuple[int, str]
"""Loss and class: a node of `coarse_landscape`."""
Ways = tuple[tuple[Region, ...], tuple[Region, ...]]
"""The likeliest ways to the region where most walks end, and to the fitting search programs; empty where no walk comes
there."""
LEAST_SHOWN = 1e-6
"""Circles of less chance would not be seen; their numbers are in the table."""
SEARCH_COLOUR = LOOKS["search"].colour
LEAST_FLOW = 0.01
"""Flows of less chance are drawn on the likeliest ways alone."""
LEAST_TOLD = 0.005
"""Ends of less chance are not told in figures."""
MOST_ARROWS = 14
LARGEST, TOLD = 30.0, 24.0
"""Points across the circle that all walks pass, where there is room, and points that a number takes."""
SIZES = (0.01, 0.0001)
"""Chances whose circles the legend shows."""


def data(asked: Study, worlds: Sequence[World]) -> Data:
    """The landscape of one world in regions of equal loss and class, with the flows of walks between them."""
    study = study_of(worlds[0], asked.preset.walk_bits)
    coarse = coarse_landscape(study.chain(), study.landscape, study.start)
    most = max(coarse, key=lambda region: coarse.nodes[region]["ends"])
    ways = likeliest_way(coarse, most), likeliest_way(coarse, (0, str(ProgramClass.SEARCH)))
    return landscape_of(walks_of(study), UNITS[study.landscape.loss_by], coarse, ways)


def landscape_of(walks: Walks, unit: str, coarse: nx.DiGraph, ways: Ways) -> Data:
    """The regions of a landscape as `coarse_landscape` makes it, the flows between them, and what the loss counts."""
    rows: list[tuple[object, ...]] = [
        ("region", *region, None, None, each["passed"], each["ends"]) for region, each in coarse.nodes(data=True)
    ]
    rows += [("flow", *source, *target, chance, None) for source, target, chance in _flows(coarse)]
    return Data(COLUMNS, rows, walks=walks, unit=unit, coarse=coarse, ways=ways)


def _flows(coarse: nx.DiGraph) -> list[tuple[Region, Region, float]]:
    """From region, to region and chance of a move, by falling chance."""
    return sorted(coarse.edges(data="chance"), key=lambda flow: -flow[2])


def shown(landscape: Data) -> list[tuple[Region, Region, float]]:
    """The flows that are drawn: the likeliest, and those on the likeliest ways."""
    on_ways = {move for way in landscape.ways for move in pairwise(way)}
    flows = enumerate(_flows(landscape.coarse))
    return [flow for place, flow in flows if flow[:2] in on_ways or (place < MOST_ARROWS and flow[2] >= LEAST_FLOW)]


@page.drawing(3.0, page.DOUBLE)
def draw(landscape: Data, ax: Axes) -> None:
    """Draw a landscape: loss falls to the right, classes one above the other."""
    regions = dict(landscape.coarse.nodes(data=True))
    kinds = [kind for kind in LOOKS if any(region[1] == kind for region in regions)]
    losses = [loss for loss, _ in regions]
    ax.set(xlim=(max(losses) + 0.7, min(losses) - 0.7), ylim=(-0.6, len(kinds) - 0.45))
    ax.set_xticks(range(min(losses), max(losses) + 1))
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set(xlabel=f"loss ({landscape.unit}): walks go to the right", ylabel="class of the program")
    page.lay_out(page.figure_of(ax))
    landscape.walks.title(ax)
    room = ax.get_window_extent().width / ax.figure.dpi * 72 / (max(losses) - min(losses) + 1.4)
    largest = min(LARGEST, room)
    _arrows(ax, landscape, kinds, largest)
    for (loss, kind), each in regions.items():
        if each["passed"] >= LEAST_SHOWN:
            look: dict[str, Any] = {"marker": "o", "color": LOOKS[kind].colour, "linestyle": "none"}
            at = [loss], [kinds.index(kind)]
            size = _across(each["passed"], largest)
            ax.plot(*at, markerfacecolor="white", markersize=size, markeredgewidth=0.8, zorder=3, **look)
            if each["ends"] >= LEAST_SHOWN:
                size = _across(each["ends"], largest)
                ax.plot(*at, markersize=size, markeredgewidth=0, alpha=0.75, zorder=4, **look)
    for row, kind in enumerate(kinds):
        _tell_ends(ax, {loss: each for (loss, its), each in regions.items() if its == kind}, row, room, largest)
    circle: dict[str, Any] = {"marker": "o", "color": FAINT, "linestyle": "none"}
    handles = [
        page.key(f"{percent(chance)} pass", markersize=_across(chance, largest), markerfacecolor="white", **circle)
        for chance in SIZES
    ]
    handles += [
        page.key("dark: end there", markersize=6, **circle),
        page.key("moves, as wide as likely", color=INK, linewidth=0.6, alpha=0.4),
        page.key("likeliest way to most ends", color=INK, linewidth=1.4),
        page.key("likeliest way to search", color=SEARCH_COLOUR, linewidth=1.4),
    ]
    page.legend_below(ax, handles, ncols=3 if page.is_wide(ax) else 2, left=45)


def _across(chance: float, largest: float) -> float:
    """Points across a circle whose area goes by the square root of the chance, so that rare classes are seen."""
    return largest * float(chance**0.25)


def _tell_ends(ax: Axes, regions: dict[int, dict[str, float]], row: int, room: float, largest: float) -> None:
    """Write below the circles of a row where walks end, the most first, as far as the numbers stay apart."""
    told: list[int] = []
    look: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "top", "fontsize": 6, "zorder": 5}
    for loss, each in sorted(regions.items(), key=lambda item: -item[1]["ends"]):
        if each["ends"] < LEAST_TOLD or any(abs(loss - other) * room < TOLD for other in told):
            continue
        told.append(loss)
        below = (0, -2 - _across(each["passed"], largest) / 2)
        ax.annotate(percent(each["ends"]), (loss, row), xytext=below, path_effects=[HALO], **look)


def _arrows(ax: Axes, landscape: Data, kinds: Sequence[str], largest: float) -> None:
    to_most, to_search = landscape.ways
    on_ways = dict.fromkeys(pairwise(to_search), SEARCH_COLOUR) | dict.fromkeys(pairwise(to_most), INK)
    for source, target, chance in shown(landscape):
        (before, kind), (after, new_kind) = source, target
        row, new_row = kinds.index(kind), kinds.index(new_kind)
        # Longer jumps bow farther, so that arrows of one row lie apart; in the rows above downwards, off the title.
        bow = 0.05 if row != new_row else -0.18 - 0.03 * (before - after) if row == 0 else 0.2
        is_way = (source, target) in on_ways
        ends = [_across(landscape.coarse.nodes[region]["passed"], largest) / 2 for region in (source, target)]
        arrow = FancyArrowPatch(
            (before, row),
            (after, new_row),
            connectionstyle=f"arc3,rad={bow}",
            arrowstyle="-|>",
            mutation_scale=7,
            linewidth=(1.2 if is_way else 0.4) + 5 * chance,
            color=on_ways.get((source, target), INK if row == new_row else LOOKS[new_kind].colour),
            alpha=1.0 if is_way else 0.4,
            shrinkA=ends[0],
            shrinkB=ends[1],
            zorder=2,
        )
        ax.add_patch(arrow)


def caption(landscape: Data) -> str:
    """What the figure shows, with its numbers."""
    ends = {region: share for region, share in landscape.coarse.nodes(data="ends") if region[0] == 0}
    fitting = [f"{percent(share)} at {kind} programs" for (_, kind), share in ends.items()]
    return page.sentences(
        f"{percent(sum(ends.values()))} of the walks end fitting{': ' if fitting else ''}{', '.join(fitting)}.",
        "Where walks pass and end. A circle is all programs of one loss and one class, its area by the square root of "
        "the chance that a walk passes them, the dark part the chance that it ends there; arrows are the likeliest "
        f"moves, of {percent(LEAST_FLOW)} and more, and those on the likeliest ways.",
        landscape.walks.sentence(),
        f"The likeliest way to where most of them end, a move being taken to depend on loss and class alone, is "
        f"{_steps(landscape.ways[0])}.",
        f"To search programs that fit it is {_steps(landscape.ways[1])}."
        if landscape.ways[1]
        else "No walk comes to a search program that fits.",
    )


def _steps(way: Sequence[Region]) -> str:
    return ", then ".join(f"{kind} at loss {loss}" for loss, kind in way)


SHOWS = "edit walks through programs by loss and class: where they pass, move and end"
FIGURE = Entry("walk-landscape", SHOWS, data, draw, caption, WALK_WORLDS, is_of_one=True)
