"""Crossovers of the whole masses against those that the two shortest programs predict."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import BAND, GAMMA, INK, LOOKS
from priorsim.formats import number
from priorsim.measure.crossover import crossovers
from priorsim.measure.mass import LOW
from priorsim.measure.population import population
from priorsim.measure.tradeoff import alpha
from priorsim.priors import Prior
from priorsim.worlds import World, constant_world

COLUMNS = "world predicted measured"
"""(1 - c/L) / alpha of the two shortest programs, and the crossover of the whole masses nearest to it."""
CROSSING_RANGE = (-4.0, 8.0)
"""Where crossovers of constants are looked for; a negative gamma would reward time."""
CLOSE = 0.05
"""Predicted and measured crossovers that differ by no more agree."""
CONSTANT_BITS = 12


def data(study: Study, _: Sequence[World]) -> Data:
    """Predicted and measured crossovers of every constant that both direct code and search spell out.

    Those in which the masses do not cross, or nothing is predicted, are counted: `without`.
    """
    first = constant_world("constant", CONSTANT_BITS, 0)
    words = population(study.atlas(first)).members.behaviour.tolist()
    worlds = [constant_world(f"constant.w{CONSTANT_BITS}-{word}", CONSTANT_BITS, word) for word in words]
    rows = []
    low, high = CROSSING_RANGE
    for each in study.histograms(worlds):
        found = alpha(each, LOW)
        measured = crossovers(each, Prior("solomonoff"), LOW, within=CROSSING_RANGE).values
        if found is None or found.predicted is None or not low <= found.predicted <= high or not measured:
            continue
        nearest = min(measured, key=lambda gamma: abs(gamma - found.predicted))  # type: ignore[operator]
        rows.append((each.world.name, found.predicted, nearest))
    return Data(COLUMNS, rows, without=len(worlds) - len(rows))


def _apart(crossings: Data) -> list[float]:
    """How far apart the two are, world by world."""
    return [abs(measured - predicted) for _, predicted, measured in crossings.rows]


def agreeing(crossings: Data) -> int:
    """In how many worlds the two agree."""
    return sum(each <= CLOSE for each in _apart(crossings))


@page.drawing(3.3)
def draw(crossings: Data, ax: Axes) -> None:
    """Draw measured against predicted gamma*, with the line and the band in which they agree."""
    values = [*crossings.predicted, *crossings.measured] or [0.0, 1.0]
    air = max(0.08 * (max(values) - min(values)), 0.1)
    ends = [min(values) - air, max(values) + air]
    ax.fill_between(ends, [end - CLOSE for end in ends], [end + CLOSE for end in ends], color=BAND, lw=0, zorder=0)
    ax.plot(ends, ends, color=INK, linewidth=0.7, zorder=1)
    ax.axhline(0, color=INK, linewidth=0.4, ls=":", zorder=1)
    ax.axvline(0, color=INK, linewidth=0.4, ls=":", zorder=1)
    look = LOOKS["search"]
    marks: dict[str, Any] = {"ls": "none", "marker": look.marker, "color": look.colour, "mfc": "none"}
    ax.plot(crossings.predicted, crossings.measured, markersize=4, **marks)
    ax.set_xlim(*ends)
    ax.set_ylim(*ends)
    unit = "(bits per doubling of mean steps)"
    ax.set_xlabel(f"predicted {GAMMA}* = (1 - c/L) / \N{GREEK SMALL LETTER ALPHA}\n{unit}")
    ax.set_ylabel(f"measured {GAMMA}* of the masses\n{unit}")
    ax.set_title("crossovers of constants")
    handles = [
        page.key(f"worlds: {len(crossings.rows)}", **marks),
        page.key("equal", color=INK, linewidth=0.7),
        Patch(facecolor=BAND, label=f"within {CLOSE:g}: {agreeing(crossings)}"),
    ]
    page.legend_below(ax, handles, ncols=3, gap=38)


def caption(crossings: Data) -> str:
    """What the figure shows, with its numbers."""
    low, high = CROSSING_RANGE
    return page.sentences(
        f"Crossovers of constants of {CONSTANT_BITS} bits: gamma* of the whole masses against (1 - c/L) / alpha, which "
        "the shortest search program (c bits) and the shortest direct one (L bits) predict; alpha is log2 of the ratio "
        "of their times over L.",
        f"Shown are all words that both direct code and search spell out up to the bound, {len(crossings.rows)} of "
        f"them; {crossings.without} more have no crossover in [{low:g}, {high:g}], or none is predicted there.",
        f"The two agree to {CLOSE:g} in {agreeing(crossings)}; they are {number(max(_apart(crossings), default=None))} "
        "apart at most.",
        "Below 0 a reward for time would be needed for search to weigh as much. Disguised programs, which owe their "
        "answer to a loop that ran until something held, are counted as direct code.",
        page.GAMMA_STAR_SAID,
    )


SHOWS = "crossovers of constants: measured on the whole masses against predicted from two programs"
FIGURE = Entry("constant-crossovers", SHOWS, data, draw, caption)
