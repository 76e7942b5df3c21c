"""The main job: a census for every world, their odds, the figures, a verdict on every claim, and the report.

Every file it writes depends on the preset and the code alone, byte for byte, but for provenance.json, which says
on what machine it was made too. Atlases are kept and used again, so an interrupted run goes on where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from priorsim import __version__
from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.claims.judge import STEPS, by_census, find_claims, judge
from priorsim.claims.kept import claims_run
from priorsim.claims.populations import Preset
from priorsim.figures.entry import Drawing, save_entry
from priorsim.figures.growth import GAMMAS, LANGUAGES
from priorsim.figures.influence import ORDERS
from priorsim.figures.registry import FIGURES, NUMBERS, RESULTS
from priorsim.figures.witness_sheet import SHEET_WORLDS, sheet_keys
from priorsim.formats import format_json, rounded
from priorsim.measure.histogram_file import is_histogram, save_histogram
from priorsim.measure.mass import log_odds_of
from priorsim.measure.odds import odds
from priorsim.priors import named_prior
from priorsim.provenance import SHORT, counting_digest, provenance, software, stamped
from priorsim.shards import Shards
from priorsim.storage import begins_with, hold_folder, not_own, write_text
from priorsim.study.atlases import ATLASES, atlas_name, make_folder, open_census
from priorsim.study.folder import Study
from priorsim.text.answers import SHOWN_PRIORS, Result, odds_csv, odds_json, odds_markdown
from priorsim.text.by_bound import lacking_text
from priorsim.text.claims import (
    NOT_ANSWERABLE,
    answer_markdown,
    found_markdown,
    verdicts_csv,
    verdicts_latex,
    verdicts_markdown,
    verdicts_of,
)
from priorsim.text.page import MenuWorld, Page, page_html
from priorsim.text.sheet import TEXTS
from priorsim.worlds import World

MOVED = tuple(quarters / 4 for quarters in range(9))
"""The prices of time through which the slider of the report's first figure moves, in the first language."""
HISTOGRAMS, DRAWN = "histograms", "figures"
WRITTEN = (
    *("odds.csv", "odds.json", "odds.md", "claims.json", "claims.md", "claims.csv", "claims.tex"),
    *("growth.json", "influence.json", "finite-size.json", "diversity.json", "nested.json", "languages.json"),
    *("README.md", "report.html", "provenance.json"),
)
"""The files that stand in the folder itself, in the order in which they are written."""


def censuses(preset: Preset) -> list[AtlasHeader]:
    """What the censuses of the main job count, but for those that single figures take besides."""
    study = Study(preset, preset.folder)
    headers = [study.header(world) for world in preset.named_worlds()]
    headers += [study.header_of(*language) for language in LANGUAGES]
    headers += [group[0].header for group in by_census(preset, find_claims(preset.claims))]
    return list(dict.fromkeys(headers))


def make_paper(
    preset: Preset,
    out: Path,
    *,
    workers: int = 2,
    there: Executor | None = None,
    shards: Shards | None = None,
    force: bool = False,
    told: Callable[[str], None] = lambda line: None,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Write all tables, figures and verdicts of a preset into a folder, and the report that shows them.

    Censuses take so many threads, and claims as many processes, but where an executor is `there`: claims and
    languages are its tasks, whose results are kept as shards where there are some.
    With `force` even files that no such run made are replaced. `told` is called with a line for each thing done, and
    `progress` with the Progress of each census, and of the claims. StorageError when the
    folder cannot be written, is another run's at the moment, or has files that no such run made where its own would be.
    """
    study = Study(preset, out, workers, progress, there=there, shards=shards)
    command = f"priorsim paper --preset {preset.name}"
    force = force or begins_with(out / WRITTEN[0], "world,family,dialect,")
    if not force:
        _check_free(study)
    for folder in (ATLASES, HISTOGRAMS, DRAWN):
        make_folder(out / folder)
    with hold_folder(out):
        _write_results(study, command, force, told)


def _check_free(study: Study) -> None:
    """Raise StorageError where files would be replaced in a folder that is of no results."""
    out = study.folder
    histograms = (out / HISTOGRAMS / f"{world.name}.csv" for world in study.preset.named_worlds())
    for path in (*(out / name for name in WRITTEN), *(path for path in histograms if not is_histogram(path))):
        if path.exists():
            raise not_own(path)


def _write_results(study: Study, command: str, force: bool, told: Callable[[str], None]) -> None:
    out = study.folder
    results = _count_worlds(study, told)
    for result in results:
        save_histogram(result.histogram, out / HISTOGRAMS / f"{result.world.name}.csv")
    write_text(out / "odds.csv", stamped(odds_csv(results)))
    write_text(out / "odds.json", odds_json(results))
    write_text(out / "odds.md", odds_markdown(results, command))
    told(f"{out}/odds.md, odds.csv, odds.json: {len(results)} worlds")
    measured = {}
    for name, found, said in _curves(study):
        measured[name] = found
        write_text(out / f"{name}.json", format_json({"software": software(), "command": command, **found}))
        told(f"{out}/{name}.json: {said}")
    verdicts = _judge_claims(study, command)
    drawings = _draw_figures(study, force, told)
    captions = {each.name: each.caption for each in drawings}
    grown, influences = rounded(measured["growth"]["curves"]), rounded(measured["influence"]["censuses"])
    in_short = found_markdown(verdicts, grown, captions, influences=influences, languages=measured["languages"])
    write_text(out / "README.md", in_short)
    told(f"{out}/claims.md, claims.json, claims.csv, claims.tex, README.md: {len(verdicts['claims'])} claims")
    page = _page(answer_markdown(grown), verdicts, drawings, results, grown, study.preset)
    write_text(out / "report.html", page_html(page))
    told(f"{out}/report.html")
    parameters = {"preset": study.preset.name, "workers": study.workers, "bounds": study.preset.bounds}
    write_text(out / "provenance.json", format_json(provenance(command, parameters)))


def _curves(study: Study) -> Iterator[tuple[str, dict[str, Any], str]]:
    """What is said of many worlds together, one after the other: a file's name, what it holds, and that in short."""
    asked = [(*language, gamma) for language in LANGUAGES for gamma in GAMMAS]
    asked += [(*LANGUAGES[0], gamma) for gamma in MOVED if gamma not in GAMMAS]
    grown = [study.growth(*each).to_json() for each in asked]
    yield "growth", {"curves": grown}, f"{len(grown)} curves"
    influences = [study.influence(*asked, gamma, order).to_json() for asked, order in ORDERS for gamma in GAMMAS]
    yield "influence", {"censuses": influences}, f"{len(influences)} orders of lanes"
    sizes = study.finite_size().to_json()
    yield "finite-size", sizes, f"{len(sizes['sizes'])} sizes"
    tasks = study.diversity().to_json()
    yield "diversity", tasks, f"{len(tasks['sizes'])} numbers of rules"
    chosen = study.nested().to_json()
    yield "nested", chosen, f"{chosen['searches']} searches over programs"
    compared = study.languages().answer.to_json()
    yield "languages", compared, f"{len(compared['languages'])} languages"


def _count_worlds(study: Study, told: Callable[[str], None]) -> list[Result]:
    """What is said of every world, in the catalogue's order; the worlds of a dialect on a domain share a census."""

    def place(world: World) -> tuple[str, int, str]:
        return (world.dialect, world.domain.word_bits, repr(world.domain))

    worlds = study.preset.named_worlds()
    results: dict[World, Result] = {}
    for _, sharing in groupby(sorted(worlds, key=place), key=place):
        group = list(sharing)
        atlas = study.atlas(group[0])
        told(f"{atlas_name(atlas.header)}: {len(atlas)} rows, {len(group)} worlds")
        results |= {result.world: result for result in _results(study, group)}
    return [results[world] for world in worlds]


def _results(study: Study, worlds: Sequence[World]) -> list[Result]:
    """What is said of worlds on one census; programs that figures print are sought with the others."""
    counted = study.histograms(worlds)
    keys = [key for each in counted for key in each.least_rows]
    keys += [key for world in worlds if world.name in SHEET_WORLDS for _, _, key in sheet_keys(study, world)]
    witnesses = study.witnesses(counted[0].header, keys)
    priors = {name: named_prior(name) for name in SHOWN_PRIORS}
    found = []
    for each in counted:
        first = odds(each, priors["solomonoff"], witnesses=witnesses)
        found.append(
            Result(each.world, each, first, {name: log_odds_of(each, prior) for name, prior in priors.items()})
        )
    return found


def _draw_figures(study: Study, force: bool, told: Callable[[str], None]) -> list[Drawing]:
    """The drawings of the preset, or of the results; of some figures the numbers alone are written."""
    drawings, folder, chosen = [], study.folder / DRAWN, study.preset.figures or RESULTS
    for name, worlds in chosen.items():
        entry, texts = replace(FIGURES[name], worlds=worlds), TEXTS.get(name, {})
        for drawing in save_entry(entry, study, folder, texts=texts, force=force):
            told(f"{drawing.path}")
            drawings.append(drawing)
    for name in NUMBERS if chosen is RESULTS else ():
        for drawing in save_entry(FIGURES[name], study, folder, formats=(), force=force):
            told(f"{drawing.path}")
    return drawings


def _judge_claims(study: Study, command: str) -> dict[str, Any]:
    """Judge every claim and write the verdicts; what claims.json holds."""
    opened, claims = partial(open_census, folder=study.folder.absolute()), find_claims(study.preset.claims)
    with claims_run(study.folder, study.preset, claims) as run:
        how: dict[str, Any] = {"workers": study.there or study.workers, "progress": study.progress}
        judged = judge(study.preset, claims, opened, run=run, shards=study.shards, **how)
        across = study.languages()
        judged.append(across.dependence)
        verdicts = verdicts_of(judged, command)
        write_text(study.folder / "claims.json", format_json(verdicts))
        write_text(study.folder / "claims.md", verdicts_markdown(judged, command, across.answer.claims))
        write_text(study.folder / "claims.csv", stamped(verdicts_csv(judged)))
        write_text(study.folder / "claims.tex", verdicts_latex(judged, command))
    return verdicts


def _page(
    answer: str,
    verdicts: dict[str, Any],
    drawings: Sequence[Drawing],
    results: Sequence[Result],
    curves: Sequence[Any],
    preset: Preset,
) -> Page:
    """The report: every claim links to the first drawing of its figure, or to one of those of all claims."""
    first = {each.figure: each.name for each in reversed(drawings)}
    claims: list[Any] = []
    for claim in verdicts["claims"]:
        of_all = first.get("claim-cells" if claim["id"] in STEPS else "verdicts")
        claims.append({**claim, "figure": first.get(claim["figure"], of_all)})
    worlds = [
        MenuWorld(each.histogram, tuple(row.witness for row in each.odds.classes), lacking_text(each.odds))
        for each in results
    ]
    bounds = ", ".join(f"{bound} at words of {word_bits}" for word_bits, bound in preset.bounds.items())
    made_from = (
        ("Command", f"`{verdicts['command']}`, with priorsim {__version__}, code {counting_digest()[:SHORT]}"),
        ("Bounds B", f"{bounds} bits; at most {preset.more_columns_bits} on domains of several columns"),
        ("Amortised", f"{preset.amortised_bits} bits less where steps that read no query are paid once a context"),
        ("With data", f"{preset.code_bits} bits of code, data of any length"),
        ("Edit walks", f"programs of up to {preset.walk_bits} bits"),
        ("Not answerable", NOT_ANSWERABLE),
    )
    first_language = [each for each in curves if each["language"] == curves[0]["language"]]
    return Page(answer, claims, verdicts["rule"], drawings, worlds, first_language, made_from)
