"""The gallery: every figure by its name, with what it is made of."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from priorsim import figures
from priorsim.errors import FigureError
from priorsim.gallery import grids, lessons, many_worlds, one_world, searches, sheet, walks
from priorsim.gallery.entry import Entry, save_entry
from priorsim.listing import format_table

SHOWN_WORLDS = ("minimum-w3", "isqrt-w3", "half-w3", "in-context-root-sum-w4", "constant-greatest-square-w12")
"""The worlds that get figures of their own: forward, inverse, in-context and constant, most of which tip."""
MANY_RULES = "in-context.w3-words-complement-product-r8-q2"
"""An in-context world with many rules to learn."""
SIZES = tuple(f"inverse.w3-least-square-l{lanes}" for lanes in range(4, 9))
"""One inverse world at every number of lanes."""

ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Entry(
                "worlds-side-by-side",
                "log-odds of search against direct code in every named world, at three prices of time",
                many_worlds.world_table,
                lambda data, width: figures.worlds_side_by_side(data, width=width)[0],
                many_worlds.world_caption,
                width="double",
            ),
            Entry(
                "odds-against-gamma",
                "log-odds as time gets dearer, and where they tip",
                lambda study, worlds: one_world.odds_curve(study.histogram(worlds[0])),
                lambda data, width: figures.odds_against_gamma(data, width=width),
                one_world.odds_caption,
                worlds=SHOWN_WORLDS,
                is_of_one=True,
            ),
            Entry(
                "cloud",
                "length against time of every program that fits, the hull, and gamma* predicted and measured",
                lambda study, worlds: one_world.cloud_of(study.histogram(worlds[0])),
                lambda data, width: figures.cloud(data, width=width),
                one_world.cloud_caption,
                worlds=SHOWN_WORLDS,
                is_of_one=True,
            ),
            Entry(
                "mass-against-length",
                "cumulative mass of each class against length: what multiplicity is worth",
                lambda study, worlds: one_world.mass_by_length(study.histogram(worlds[0])),
                lambda data, width: figures.mass_against_length(data, width=width),
                one_world.mass_caption,
                worlds=SHOWN_WORLDS,
                is_of_one=True,
            ),
            Entry(
                "phase",
                "which side holds the mass over beta and gamma, beside the held-out loss",
                grids.phase_of,
                lambda data, width: figures.phase(data, width=width)[0],
                grids.phase_caption,
                worlds=("in-context-root-sum-w4",),
                is_of_one=True,
                width="double",
            ),
            Entry(
                "phase-by-lanes",
                "the same over gamma and the size of an inverse world",
                grids.phase_by_lanes,
                lambda data, width: figures.phase(data, width=width)[0],
                grids.phase_caption,
                worlds=SIZES,
                width="double",
            ),
            Entry(
                "delta-l",
                "Delta L against the bits of the table, by family",
                many_worlds.length_table,
                lambda data, width: figures.delta_l(data, width=width),
                many_worlds.length_caption,
                width="double",
            ),
            Entry(
                "decomposition",
                "log-odds in parts, world by world: length, multiplicity, speed",
                many_worlds.term_table,
                lambda data, width: figures.decomposition(data, width=width),
                many_worlds.term_caption,
            ),
            Entry(
                "three-counts",
                "functions, programs and mass: three counts of the same comparison, world by world",
                many_worlds.count_table,
                lambda data, width: figures.three_counts(data, width=width),
                many_worlds.count_caption,
            ),
            Entry(
                "well-tuned",
                "held-out loss, defecting search and excess defection against gamma, the well-tuned window",
                grids.tuned,
                lambda data, width: figures.well_tuned(data, width=width)[0],
                grids.tuned_caption,
                worlds=("in-context-gray-w4", "in-context-root-sum-w4"),
                is_of_one=True,
            ),
            Entry(
                "odds-against-lessons",
                "posterior odds against the number of training lanes or rules",
                lessons.lesson_odds,
                lambda data, width: figures.odds_against_lessons(data, width=width),
                lessons.odds_caption,
                worlds=("root-w3", "in-context-root-sum-w4"),
                is_of_one=True,
            ),
            Entry(
                "learning-curves",
                "held-out accuracy by class against the number of training lanes or rules",
                lessons.curves,
                lambda data, width: figures.learning_curves(data, width=width),
                lessons.curves_caption,
                worlds=("in-context-root-sum-w4", MANY_RULES),
                is_of_one=True,
            ),
            Entry(
                "objectives",
                "distinct objectives of fitting searches, and their programs, against length",
                searches.objective_table,
                lambda data, width: figures.objectives(data, width=width),
                searches.objective_caption,
                worlds=("root-w4", "inverse-w4", "best-action-w4"),
            ),
            Entry(
                "constant-crossovers",
                "crossovers of constants: measured on the whole masses against predicted from two programs",
                searches.crossing_table,
                lambda data, width: figures.predicted_crossovers(data, width=width),
                searches.crossing_caption,
            ),
            Entry(
                "witness-sheet",
                "the shortest and the fastest program of each class for chosen worlds, in full",
                sheet.sheet_of,
                lambda data, width: figures.witness_sheet(data, width=width),
                sheet.sheet_caption,
                worlds=sheet.SHEET_WORLDS,
                width="double",
                texts={"md": figures.Sheet.markdown},
            ),
            Entry(
                "walk-landscape",
                "edit walks through programs by loss and class: where they pass, move and end",
                walks.landscape_of,
                lambda data, width: figures.walk_landscape(data, width=width),
                walks.landscape_caption,
                worlds=walks.WALK_WORLDS,
                is_of_one=True,
                width="double",
            ),
            Entry(
                "walk-ends",
                "how often edit walks end at what fits, against its posterior mass",
                walks.ends_of,
                lambda data, width: figures.ends_against_mass(data, width=width),
                walks.ends_caption,
                worlds=walks.MANY_FUNCTIONS,
                is_of_one=True,
            ),
            Entry(
                "walk-loss",
                "mean loss along edit walks by class of the end point",
                walks.loss_of,
                lambda data, width: figures.loss_by_end(data, width=width),
                walks.loss_caption,
                worlds=walks.WALK_WORLDS,
                is_of_one=True,
            ),
            Entry(
                "walk-swerves",
                "when edit walks first come to a search program",
                walks.swerves_of,
                lambda data, width: figures.swerve_times(data, width=width),
                walks.swerves_caption,
                worlds=walks.WALK_WORLDS,
                is_of_one=True,
            ),
            Entry(
                "walk-starvation",
                "how often walks find a deep feature with a shallow one present, and with that forbidden",
                lambda study, worlds: walks.starvation_by_radius(),
                lambda data, width: figures.starvation_bars(data, width=width),
                walks.starvation_caption,
            ),
        )
    }
)
"""Every figure by its name, in the order in which they are drawn."""


def find_entry(name: str) -> Entry:
    """The figure of that name.

    Raises
    ------
    FigureError
        When there is none.
    """
    if name in ENTRIES:
        return ENTRIES[name]
    near = get_close_matches(name, list(ENTRIES), n=2)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise FigureError(f"unknown figure '{name}': {hint}'priorsim figure' without a name lists them all")


def gallery_text() -> str:
    """Every figure with what it shows, a line each, and the worlds it is drawn of."""
    rows = [(entry.name, entry.shows, "any: --world" if entry.is_of_one else "") for entry in ENTRIES.values()]
    return format_table(rows, head=("figure", "what it shows", "world"))


__all__ = ["ENTRIES", "SHOWN_WORLDS", "Entry", "find_entry", "gallery_text", "save_entry"]
