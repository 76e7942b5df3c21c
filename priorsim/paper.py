"""The main job: a census for every world, their odds, the figures, a verdict on every claim, and the report.

Every file it writes depends on the preset alone, byte for byte. Atlases are kept and used again, so an
interrupted run goes on where it was.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from priorsim import __version__
from priorsim.census.progress import Progress
from priorsim.claims.judge import CLAIMS, judge
from priorsim.claims.kept import claims_run
from priorsim.claims.populations import AMORTISED_BITS
from priorsim.claims.rule import REFUTED_BELOW, SUPPORTED_ABOVE
from priorsim.claims.with_data import CODE_BITS
from priorsim.formats import format_json
from priorsim.found import found_markdown
from priorsim.gallery import ENTRIES, save_entry
from priorsim.gallery.sheet import SHEET_WORLDS, sheet_keys
from priorsim.measure.histogram_file import save_histogram
from priorsim.measure.mass import log_odds_of
from priorsim.measure.odds import odds
from priorsim.odds_tables import SHOWN_PRIORS, Result, odds_csv, odds_markdown
from priorsim.page import MenuWorld, Page, Picture, write_page
from priorsim.prior import named_prior
from priorsim.storage import write_text
from priorsim.study import ATLASES, MORE_COLUMNS_BITS, PRESETS, Study, atlas_name, make_folder, open_census
from priorsim.verdicts import NOT_ANSWERABLE, verdicts_csv, verdicts_json, verdicts_latex, verdicts_markdown
from priorsim.walks.population import MAX_BITS
from priorsim.worlds import World, catalogue

HISTOGRAMS, FIGURES = "histograms", "figures"


def make_paper(
    preset: str,
    out: Path,
    *,
    workers: int = 2,
    told: Callable[[str], None] = lambda line: None,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Write all tables, figures and verdicts into a folder, and the report that shows them.

    Parameters
    ----------
    preset : str
        One of PRESETS.
    out : Path
        Made where it does not exist.
    workers : int
    told : callable, optional
        Called with a line for each thing done.
    progress : callable, optional
        Called with the Progress of each census, and of the claims.

    Raises
    ------
    PriorsimError
        When there is no such preset or the folder cannot be written.
    """
    study, command = Study(preset, out, workers, progress), f"priorsim paper --preset {preset}"
    for folder in (ATLASES, HISTOGRAMS, FIGURES):
        make_folder(out / folder)
    results = _count_worlds(study, told)
    for result in results:
        save_histogram(result.histogram, out / HISTOGRAMS / f"{result.world.name}.csv")
    write_text(out / "odds.csv", odds_csv(results))
    write_text(out / "odds.json", format_json([result.odds.to_json() for result in results]))
    write_text(out / "odds.md", odds_markdown(results, command))
    told(f"{out}/odds.md, odds.csv, odds.json: {len(results)} worlds")
    drawings = _draw_figures(study, told)
    verdicts = _judge_claims(study, command)
    write_text(
        out / "README.md", found_markdown(verdicts, {each.picture.name: each.picture.caption for each in drawings})
    )
    told(f"{out}/claims.md, claims.json, claims.csv, claims.tex, README.md: {len(CLAIMS)} claims")
    write_page(out / "report.html", _page(verdicts, drawings, results, preset))
    told(f"{out}/report.html")


def _count_worlds(study: Study, told: Callable[[str], None]) -> list[Result]:
    """What is said of every world, in the catalogue's order."""
    worlds = list(catalogue().values())
    results: dict[World, Result] = {}
    for group in _groups(worlds):
        atlas = study.atlas(group[0])
        told(f"{atlas_name(atlas.header)}: {len(atlas)} rows, {len(group)} worlds")
        results |= {result.world: result for result in _results(study, group)}
    return [results[world] for world in worlds]


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


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A figure that was drawn: the gallery's name for it, and its place in the report."""

    entry: str
    picture: Picture


def _draw_figures(study: Study, told: Callable[[str], None]) -> list[_Drawing]:
    drawings = []
    for entry in ENTRIES.values():
        for path in save_entry(entry, study, study.folder / FIGURES):
            told(f"{path}")
            world = path.stem.removeprefix(entry.name).strip("-")
            title = f"{entry.shows[0].upper()}{entry.shows[1:]}" + (f": `{world}`" if world else "")
            caption = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
            drawings.append(_Drawing(entry.name, Picture(path.stem, title, caption, path)))
    return drawings


# --- verdicts and the report ----------------------------------------------------------------------


def _judge_claims(study: Study, command: str) -> dict[str, Any]:
    """Judge every claim and write the verdicts; claims.json as it is read."""
    opened = partial(open_census, folder=study.folder)
    with claims_run(study.folder, study.preset, CLAIMS, study.bound) as run:
        judged = judge(
            study.preset, CLAIMS, study.bound, opened, workers=study.workers, progress=study.progress, run=run
        )
        text = verdicts_json(judged, command)
        write_text(study.folder / "claims.json", text)
        write_text(study.folder / "claims.md", verdicts_markdown(judged, command))
        write_text(study.folder / "claims.csv", verdicts_csv(judged))
        write_text(study.folder / "claims.tex", verdicts_latex(judged, command))
    found: dict[str, Any] = json.loads(text)
    return found


def _page(verdicts: dict[str, Any], drawings: Sequence[_Drawing], results: Sequence[Result], preset: str) -> Page:
    """The report: every claim links to the first drawing of its figure."""
    first = {each.entry: each.picture.name for each in reversed(drawings)}
    claims: list[Any] = [{**claim, "figure": first.get(claim["figure"])} for claim in verdicts["claims"]]
    worlds = [MenuWorld(each.histogram, tuple(row.witness for row in each.odds.classes)) for each in results]
    bounds = ", ".join(f"{bound} at words of {word_bits}" for word_bits, bound in PRESETS[preset].items())
    made_from = (
        ("Command", f"`{verdicts['command']}`, with priorsim {__version__}"),
        ("Bounds B", f"{bounds} bits; at most {MORE_COLUMNS_BITS[preset]} on domains of several columns"),
        ("Amortised", f"{AMORTISED_BITS} bits less where steps that read no query are paid once a context"),
        ("With data", f"{CODE_BITS} bits of code, data of any length"),
        ("Edit walks", f"programs of up to {MAX_BITS} bits"),
        ("Not answerable", NOT_ANSWERABLE),
    )
    pictures = [each.picture for each in drawings]
    return Page(claims, REFUTED_BELOW, SUPPORTED_ABOVE, pictures, worlds, made_from)
