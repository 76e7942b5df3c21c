"""Every figure by its name, in the order in which they are drawn."""

from collections.abc import Mapping

from priorsim.errors import FigureError
from priorsim.figures import (
    against_length,
    by_world,
    census_cost,
    cloud,
    coding_theorem,
    dialect_ranks,
    diversity,
    finite_size,
    growth,
    held_out,
    influence,
    knockouts,
    languages,
    log_odds,
    nested,
    scaling,
    slowdown,
    sweep,
    verdicts,
    walk_landscape,
    walks,
    witness_sheet,
    worlds_side_by_side,
)
from priorsim.figures.entry import Entry
from priorsim.reading import did_you_mean, quoted
from priorsim.terminal import format_table

_ENTRIES = (
    *growth.FIGURES,
    influence.FIGURE,
    *knockouts.FIGURES,
    *languages.FIGURES,
    *verdicts.FIGURES,
    *(scaling.FIGURE, finite_size.FIGURE, diversity.FIGURE),
    *(coding_theorem.FIGURE, slowdown.FIGURE, dialect_ranks.FIGURE),
    *(nested.FIGURE, census_cost.FIGURE),
    *(worlds_side_by_side.FIGURE, log_odds.OF_GAMMA, cloud.FIGURE, against_length.FIGURE),
    *(held_out.PHASE_FIGURE, *by_world.FIGURES, held_out.WELL_TUNED, *log_odds.OF_LESSONS),
    *(against_length.OF_OBJECTIVES, cloud.CROSSOVERS, witness_sheet.FIGURE, sweep.FIGURE, walk_landscape.FIGURE),
    *walks.FIGURES,
)
FIGURES = {entry.name: entry for entry in _ENTRIES}
RESULTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("growth", "languages", "verdicts", "claim-cells", "scaling", "finite-size"), ()),
    **dict.fromkeys(("diversity", "influence", "knockouts", "constant-crossovers", "worlds-side-by-side"), ()),
    "odds-against-gamma": ("constant-greatest-square-w16",),
    "cloud": ("constant-greatest-square-w12",),
    "phase": ("constant-greatest-square-w16",),
    "walk-ends": ("inverse.w3-floor-times7-l8",),
}
"""The figures that the main job draws, at most fifteen drawings, and of which worlds those of one world are: of worlds
whose odds have settled at the bound. Any other figure is drawn on demand."""
NUMBERS = ("coding-theorem", "slower-when-longer", "dialect-ranks")
"""The figures of which the main job writes the numbers alone, which the page on related work cites."""


def find_figure(name: str) -> Entry:
    """The figure of that name; FigureError when there is none."""
    if name in FIGURES:
        return FIGURES[name]
    hint = did_you_mean(name, FIGURES)
    raise FigureError(f"unknown figure {quoted(name)}: {hint}'priorsim figure' without a name lists them all")


def figures_text() -> str:
    """Every figure with what it shows, a line each, and whether it can be drawn of any world."""
    rows = [(entry.name, entry.shows, "any: --world" if entry.is_of_one else "") for entry in FIGURES.values()]
    return format_table(rows, head=("figure", "what it shows", "world"))
