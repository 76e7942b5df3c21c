"""Every figure by its name, in the order in which they are drawn."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from priorsim.errors import FigureError
from priorsim.figures import (
    cloud,
    decomposition,
    delta_l,
    ends_against_mass,
    learning_curves,
    loss_by_end,
    mass_against_length,
    objectives,
    odds_against_gamma,
    odds_against_lessons,
    phase,
    predicted_crossovers,
    starvation_bars,
    swerve_times,
    three_counts,
    walk_landscape,
    well_tuned,
    witness_sheet,
    worlds_side_by_side,
)
from priorsim.figures.entry import Entry
from priorsim.formats import format_table

FIGURES: Mapping[str, Entry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            worlds_side_by_side.FIGURE,
            odds_against_gamma.FIGURE,
            cloud.FIGURE,
            mass_against_length.FIGURE,
            phase.FIGURE,
            phase.BY_LANES,
            delta_l.FIGURE,
            decomposition.FIGURE,
            three_counts.FIGURE,
            well_tuned.FIGURE,
            odds_against_lessons.FIGURE,
            learning_curves.FIGURE,
            objectives.FIGURE,
            predicted_crossovers.FIGURE,
            witness_sheet.FIGURE,
            walk_landscape.FIGURE,
            ends_against_mass.FIGURE,
            loss_by_end.FIGURE,
            swerve_times.FIGURE,
            starvation_bars.FIGURE,
        )
    }
)


def find_figure(name: str) -> Entry:
    """The figure of that name.

    Raises
    ------
    FigureError
        When there is none.
    """
    if name in FIGURES:
        return FIGURES[name]
    near = get_close_matches(name, list(FIGURES), n=2)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise FigureError(f"unknown figure '{name}': {hint}'priorsim figure' without a name lists them all")


def figures_text() -> str:
    """Every figure with what it shows, a line each, and whether it can be drawn of any world."""
    rows = [(entry.name, entry.shows, "any: --world" if entry.is_of_one else "") for entry in FIGURES.values()]
    return format_table(rows, head=("figure", "what it shows", "world"))
