"""The main job: a census for every world, their odds under the named priors, tables and figures.

Every file it writes depends on the preset alone, byte for byte. Atlases are kept and used again, so an
interrupted run goes on where it was.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim import figures
from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.runs import make_header, take_census
from priorsim.census.stored import StoredAtlas
from priorsim.census.witness import print_witnesses
from priorsim.errors import AtlasError, PriorsimError, StorageError
from priorsim.formats import format_csv, format_json, rounded
from priorsim.measure.convergence import convergence
from priorsim.measure.crossover import crossovers
from priorsim.measure.histogram import CLASSES, Histogram, histogram, mean_steps
from priorsim.measure.histogram_file import save_histogram
from priorsim.measure.mass import HIGH, LOW, Interval, log_odds_of, mass
from priorsim.measure.odds import Odds, odds
from priorsim.measure.tradeoff import hull
from priorsim.mu.domain import Domain
from priorsim.prior import Prior, named_prior
from priorsim.report import format_interval, format_roots
from priorsim.storage import check_writable, write_text
from priorsim.worlds import World, catalogue

PRESETS: dict[str, dict[int, int]] = {
    "quick": {2: 36, 3: 36, 4: 36, 12: 28, 14: 26, 16: 24},
    "full": {2: 42, 3: 44, 4: 42, 12: 32, 14: 29, 16: 27},
}
"""For each preset the bound in bits by word size; large words have large tables."""

MORE_COLUMNS_BITS = {"quick": 36, "full": 40}
"""The bound of a preset on domains of several columns, which have more programs."""

SHOWN_PRIORS = ("solomonoff", "kind-of-speed", "levin", "schmidhuber")
GAMMAS = (0.0, 0.5, 1.0)
SHOWN_WORLDS = (*("minimum-w3", "isqrt-w3", "half-w3", "in-context-root-sum-w4", "constant-greatest-square-w12"),)
"""The worlds that get figures of their own: forward, inverse, in-context and constant, most of which tip."""

ATLASES, HISTOGRAMS, FIGURES = "atlases", "histograms", "figures"


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
    if preset not in PRESETS:
        raise PriorsimError(f"unknown preset '{preset}': choose one of {', '.join(PRESETS)}")
    for folder in (ATLASES, HISTOGRAMS, FIGURES):
        _make_folder(out / folder)
    results: list[Result] = []
    worlds = list(catalogue().values())
    for group in _groups(worlds):
        header = make_header(group[0].dialect, _bound(preset, group[0].domain), domain=group[0].domain)
        atlas = _atlas(header, out / ATLASES, workers, progress)
        yield f"{_group_name(header)}: {len(atlas)} rows, {len(group)} worlds"
        results += _results(atlas, group)
    order = {world.name: place for place, world in enumerate(worlds)}
    results.sort(key=lambda result: order[result.world.name])
    for result in results:
        save_histogram(result.histogram, out / HISTOGRAMS / f"{result.world.name}.csv")
    command = f"priorsim paper --preset {preset}"
    write_text(out / "odds.csv", odds_csv(results))
    write_text(out / "odds.json", format_json([result.odds.to_json() for result in results]))
    write_text(out / "odds.md", odds_markdown(results, command))
    yield f"{out}/odds.md, odds.csv, odds.json: {len(results)} worlds"
    for path in draw_figures(results, out / FIGURES):
        yield f"{path}"


def _bound(preset: str, domain: Domain) -> int:
    bound = PRESETS[preset][domain.word_bits]
    return bound if len(domain.columns) == 1 else min(bound, MORE_COLUMNS_BITS[preset])


def _groups(worlds: Sequence[World]) -> list[list[World]]:
    """The worlds that one census serves: those of a dialect on a domain."""

    def key(world: World) -> tuple[str, int, str]:
        return (world.dialect, world.domain.word_bits, repr(world.domain))

    return [list(group) for _, group in groupby(sorted(worlds, key=key), key=key)]


def _group_name(header: AtlasHeader) -> str:
    language = header.language
    digest = hashlib.sha256(json.dumps(header.to_json()).encode()).hexdigest()[:8]
    columns = "-".join(header.domain.columns)
    return f"{language.dialect.name}-w{language.word_bits}-{columns}-{header.max_bits}-{digest}"


def _atlas(header: AtlasHeader, folder: Path, workers: int, progress: Callable[[Progress], None] | None) -> StoredAtlas:
    """The census, from its file where that is whole."""
    path = folder / f"{_group_name(header)}.parquet"
    try:
        atlas = StoredAtlas.open(path)
        if atlas.header == header:
            return atlas
    except AtlasError:
        pass
    take_census(header, workers=workers, progress=progress).save(path)
    return StoredAtlas.open(path)


def _results(atlas: StoredAtlas, worlds: Sequence[World]) -> list[Result]:
    counted = [histogram(atlas, world) for world in worlds]
    witnesses = print_witnesses(atlas.header, [key for each in counted for key in each.least_rows])
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


# --- figures ----------------------------------------------------------------------------------


def odds_curve(counted: Histogram, prior: Prior, gammas: Sequence[float]) -> figures.OddsCurve:
    """The log-odds along gamma, the prior's other penalties kept."""
    along = [log_odds_of(counted, prior.with_values({"gamma": gamma})) for gamma in gammas]
    within = (gammas[0], gammas[-1])
    low, high = (crossovers(counted, prior, end, within=within).values for end in (LOW, HIGH))
    ends = [(each.low, each.high) for each in along]
    return figures.OddsCurve(counted.world.name, counted.max_bits, list(gammas), ends, low, high, prior)


def cloud_of(counted: Histogram) -> figures.Cloud:
    """Length and time of every fitting program, and the hull."""
    cells, edge = counted.cells, hull(counted)
    return figures.Cloud(
        counted.world.name,
        counted.max_bits,
        [str(CLASSES[kind]) for kind in cells.kind],
        cells.bits.tolist(),
        np.log2(mean_steps(counted.header, cells.steps)).tolist(),
        cells.count.tolist(),
        edge.vertices,
        edge.gammas,
    )


def mass_by_length(counted: Histogram, prior: Prior) -> figures.MassByLength:
    """The mass of each class up to every length, with its extrapolated range."""
    settled = convergence(counted, prior)
    bounds = list(range(1, counted.max_bits + 1))
    classes = []
    for number, name in enumerate(CLASSES):
        cells = counted.cells.of([number])
        grown = [mass(cells.take(cells.bits <= bound), counted.header, prior).log2 for bound in bounds]
        tail = settled.extrapolated[number]
        reach = None if tail is None or tail.low is None or tail.high is None else (tail.low, tail.high)
        classes.append(figures.ClassMass(str(name), grown, reach, settled.last_share[number]))
    return figures.MassByLength(counted.world.name, prior.name, bounds, classes)


def world_table(results: Sequence[Result]) -> figures.WorldTable:
    """The log-odds of every world at GAMMAS."""
    prior = named_prior("solomonoff")
    rows = []
    for result in results:
        at = [log_odds_of(result.histogram, prior.with_values({"gamma": gamma})) for gamma in GAMMAS]
        ends = [(each.low, each.high) for each in at]
        rows.append(figures.WorldOdds(result.world.name, result.world.family, result.histogram.max_bits, ends))
    return figures.WorldTable(rows, GAMMAS, prior)


def draw_figures(results: Sequence[Result], folder: Path) -> Iterator[Path]:
    """Draw and save every figure; the PDF's path of each."""
    simplicity = named_prior("solomonoff")
    by_name = {result.world.name: result.histogram for result in results}
    with figures.style():
        table = world_table(results)
        axes = figures.worlds_side_by_side(table)
        yield _save(axes[0], folder / "worlds-side-by-side", table.columns())
        for name in SHOWN_WORLDS:
            counted = by_name[name]
            curve = odds_curve(counted, simplicity, np.linspace(0, 2, 81).tolist())
            yield _save(figures.odds_against_gamma(curve), folder / f"odds-against-gamma-{name}", curve.columns())
            programs = cloud_of(counted)
            yield _save(figures.cloud(programs), folder / f"cloud-{name}", programs.columns())
            masses = mass_by_length(counted, simplicity)
            yield _save(figures.mass_against_length(masses), folder / f"mass-against-length-{name}", masses.columns())


def _save(axes: Axes, stem: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes that were just drawn have a figure"
    figures.save(figure, stem, columns)
    return stem.with_name(f"{stem.name}.pdf")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: cannot be made ({error.strerror}): choose another --out") from None
    check_writable(path / "x")
