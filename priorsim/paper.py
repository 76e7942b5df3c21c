"""The main job: a census for every world, their odds under the named priors, tables and figures.

Every file it writes depends on the preset alone, byte for byte. Atlases are kept and used again, so an
interrupted run goes on where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from priorsim.census.progress import Progress
from priorsim.formats import format_csv, format_json, rounded
from priorsim.gallery import ENTRIES, save_entry
from priorsim.gallery.sheet import SHEET_WORLDS, sheet_keys
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.histogram_file import save_histogram
from priorsim.measure.mass import Interval, log_odds_of
from priorsim.measure.odds import Odds, odds
from priorsim.prior import named_prior
from priorsim.report import format_interval, format_roots
from priorsim.storage import write_text
from priorsim.study import ATLASES, Study, atlas_name, make_folder
from priorsim.worlds import World, catalogue

SHOWN_PRIORS = ("solomonoff", "kind-of-speed", "levin", "schmidhuber")
HISTOGRAMS, FIGURES = "histograms", "figures"


@dataclass(frozen=True, slots=True)
class Result:
    """One world's histogram, its odds under the simplicity prior, and its log-odds under each of SHOWN_PRIORS."""

    world: World
    histogram: Histogram
    odds: Odds
    log_odds: dict[str, Interval]


def make_paper(
    preset: str, out: Path, *, workers: int = 2, progress: Callable[[Progress], None] | None = None
) -> Iterator[str]:
    """Write all tables and figures into a folder, with a line for each thing done.

    Parameters
    ----------
    preset : str
        One of PRESETS.
    out : Path
        Made where it does not exist.
    workers : int
    progress : callable, optional
        Called with the Progress of each census.

    Raises
    ------
    PriorsimError
        When there is no such preset or the folder cannot be written.
    """
    study = Study(preset, out, workers, progress)
    for folder in (ATLASES, HISTOGRAMS, FIGURES):
        make_folder(out / folder)
    results: list[Result] = []
    worlds = list(catalogue().values())
    for group in _groups(worlds):
        atlas = study.atlas(group[0])
        yield f"{atlas_name(atlas.header)}: {len(atlas)} rows, {len(group)} worlds"
        results += _results(study, group)
    order = {world.name: place for place, world in enumerate(worlds)}
    results.sort(key=lambda result: order[result.world.name])
    for result in results:
        save_histogram(result.histogram, out / HISTOGRAMS / f"{result.world.name}.csv")
    command = f"priorsim paper --preset {preset}"
    write_text(out / "odds.csv", odds_csv(results))
    write_text(out / "odds.json", format_json([result.odds.to_json() for result in results]))
    write_text(out / "odds.md", odds_markdown(results, command))
    yield f"{out}/odds.md, odds.csv, odds.json: {len(results)} worlds"
    for entry in ENTRIES.values():
        for path in save_entry(entry, study, out / FIGURES):
            yield f"{path}"


def _groups(worlds: Sequence[World]) -> list[list[World]]:
    """The worlds that one census serves: those of a dialect on a domain."""

    def key(world: World) -> tuple[str, int, str]:
        return (world.dialect, world.domain.word_bits, repr(world.domain))

    return [list(group) for _, group in groupby(sorted(worlds, key=key), key=key)]


def _results(study: Study, worlds: Sequence[World]) -> list[Result]:
    """What is said of worlds on one census; programs that figures print are sought with the others."""
    counted = study.histograms(worlds)
    keys = [key for each in counted for key in each.least_rows]
    keys += [key for world in worlds if world.name in SHEET_WORLDS for _, _, key in sheet_keys(study, world)]
    witnesses = study.witnesses(counted[0].header, keys)
    priors = {name: named_prior(name) for name in SHOWN_PRIORS}
    return [
        Result(
            each.world,
            each,
            odds(each, priors["solomonoff"], witnesses=witnesses),
            {name: log_odds_of(each, prior) for name, prior in priors.items()},
        )
        for each in counted
    ]


# --- tables -----------------------------------------------------------------------------------

_CSV_HEAD = (
    *("world", "family", "dialect", "word_bits", "lanes", "bound_bits"),
    *(f"log_odds_{name}_{end}" for name in SHOWN_PRIORS for end in ("low", "high")),
    *(f"{what}_{name}" for what in ("l_min", "kt_min", "programs") for name in CLASSES),
    *("gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
)


def odds_csv(results: Sequence[Result]) -> str:
    """The worlds, a row each; empty where unknown or none up to the bound."""
    rows = []
    for result in results:
        world, first = result.world, result.odds
        row: list[object] = [world.name, world.family, world.dialect, world.domain.word_bits]
        row += [len(world.domain.lanes), first.histogram.max_bits]
        row += [end for name in SHOWN_PRIORS for end in (result.log_odds[name].low, result.log_odds[name].high)]
        for what in ("l_min", "kt_min", "programs"):
            row += [getattr(part, what) for part in first.classes]
        row += [" ".join(map(str, rounded(end.gamma_star.values))) for end in (first.low, first.high)]
        row += [first.low.break_even_tax, first.high.break_even_tax]
        rows.append(row)
    return format_csv(_CSV_HEAD, rows)


def odds_markdown(results: Sequence[Result], command: str) -> str:
    """The worlds under the simplicity prior, family by family: who wins and where it tips."""
    lines = [
        "# Search against direct code, world by world",
        "",
        f"Made by `{command}`. Exact counts of every code-only program up to the bound B; log-odds in bits, positive",
        "where search outweighs direct code; an interval where the disguised programs decide (low: counted as direct,",
        "high: as search); `inf` and `-inf` are one-sided: the other class has no program up to B bits. gamma* is the",
        "price in bits of a doubling of the time at which the odds are even, in [0, 8].",
    ]
    for family, group in groupby(results, key=lambda result: result.world.family):
        lines += ["", f"## {family}", ""]
        lines += _markdown_table(
            ("world", "B", "L_min direct", "L_min search", *(f"log-odds, {p}" for p in SHOWN_PRIORS[:3]), "gamma*"),
            [_markdown_row(result) for result in group],
        )
    lines += ["", "## Shortest programs", ""]
    for result in results:
        shown = [f"- `{result.world.name}` ({result.world.description})"]
        for each in result.odds.classes:
            if each.witness is not None:
                shown.append(f"  - {each.name}, {each.l_min} bits: `{each.witness}`")
        lines += shown
    return "\n".join(lines) + "\n"


def _markdown_row(result: Result) -> tuple[str, ...]:
    first = result.odds
    bound = first.histogram.max_bits
    direct, _, search = first.classes
    lengths = ["none" if each.l_min is None else str(each.l_min) for each in (direct, search)]
    roots = {format_roots(end.gamma_star) for end in (first.low, first.high)}
    tips = "none" if all(root.startswith("none") for root in roots) else " / ".join(sorted(roots))
    intervals = [format_interval(result.log_odds[name]) for name in SHOWN_PRIORS[:3]]
    return (result.world.name, str(bound), *lengths, *intervals, tips)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
