"""The same comparison counted three ways, world by world: distinct functions, programs, and mass."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import Ends, Look, drawing, figure_of, key
from priorsim.figures.rows import legend_of_rows, name_rows, rows_height, worlds_with_both
from priorsim.figures.words import CLASSES, sentences
from priorsim.formats import counted, number
from priorsim.measure.decomposition import three_counts
from priorsim.measure.mass import ENDS
from priorsim.priors import Prior
from priorsim.worlds import World

COUNTS = {
    "functions": Look("#009E73", "s", "-", is_filled=False),
    "programs": Look("#0072B2", "o", "-"),
    "mass": Look("#D55E00", "D", "-"),
}
COLUMNS = "world " + " ".join(f"log2_{name}_low log2_{name}_high" for name in COUNTS) + " signs_differ"
"""log2 of search over direct by each count, the disguised on either side; None where a side has none."""
OFFSET = 0.2
"""Rows between the marks of one world."""


def data(study: Study, _: Sequence[World]) -> Data:
    """The three counts of every world in which both sides have programs."""
    rows = []
    for each in worlds_with_both(study):
        low, high = (three_counts(each, Prior("solomonoff"), end) for end in ENDS)
        functions, programs = (low.functions_log2, high.functions_log2), (low.programs_log2, high.programs_log2)
        rows.append(row_of(each.world.name, functions, programs, (low.mass, high.mass)))
    return Data(COLUMNS, rows)


def row_of(world: str, *counts: Ends) -> tuple[object, ...]:
    """A row: functions, programs and mass, and whether two have opposite signs, at the low or at the high end."""
    signs = [{value > 0 for value in at if value is not None and value != 0} for at in zip(*counts, strict=True)]
    return (world, *(end for ends in counts for end in ends), any(len(each) > 1 for each in signs))


@drawing(rows_height)
def draw(counts: Data, ax: Axes) -> None:
    """Draw log2 of search over direct by each of the counts; a star where their signs differ."""
    names = [f"* {world}" if differ else world for world, *_, differ in counts.rows]
    name_rows(ax, names, "log₂ search : direct (bits)")
    for place, (name, look) in enumerate(COUNTS.items()):
        for row, ends in enumerate(zip(counts[f"log2_{name}_low"], counts[f"log2_{name}_high"], strict=True)):
            known = sorted({end for end in ends if end is not None})
            if known:
                y = row + OFFSET * (place - 1)
                ax.plot([known[0], known[-1]], [y, y], color=look.colour, linewidth=0.8, zorder=2)
                style = look.style(2.6, linestyle="none", markerfacecolor=look.cover)
                ax.plot(known, [y] * len(known), markeredgewidth=0.6, zorder=3, **style)
    handles = [key(name, **look.style(3.4, linestyle="none")) for name, look in COUNTS.items()]
    handles.append(key("signs differ", ls="none", marker="$*$", color="black", markersize=3.4))
    legend_of_rows(ax, *handles, columns=4 if figure_of(ax).get_figwidth() > 3.3 else 2)


def caption(counts: Data) -> str:
    """What the figure shows, with its numbers."""
    pairs = zip(counts.log2_functions_low, counts.log2_mass_low, counts.world, strict=True)
    most = max(pairs, key=lambda pair: (pair[0] or 0) - (pair[1] or 0), default=None)
    return sentences(
        "Search against direct code counted three ways, log2 of the ratio, in the "
        f"{counted(len(counts.rows), 'named world')} that both fit: distinct functions that fit (one with programs of "
        "both counts for both), programs of the lengths that both sides reach, and mass under 2^-l.",
        f"The signs differ in {sum(counts.signs_differ)} of them, marked by a star.",
        f"Farthest apart are functions and mass in {most[2]}: {number(most[0])} against {number(most[1])} bits, the "
        "disguised counted as direct code."
        if most
        else "",
        "A line joins the two ends where the disguised programs decide.",
        CLASSES,
    )


FIGURE = Entry(
    "three-counts",
    "functions, programs and mass: three counts of the same comparison, world by world",
    data,
    draw,
    caption,
)
