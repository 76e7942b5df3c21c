"""The main job: the same bytes again, one row a world, every claim ruled on, and an interrupted run that goes on."""

import csv
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from priorsim.census.stored import StoredAtlas
from priorsim.claims import judge, walking
from priorsim.claims.languages import MACHINE_DEPENDENCE
from priorsim.claims.populations import find_preset
from priorsim.errors import PriorsimError
from priorsim.figures.registry import FIGURES
from priorsim.interrupts import Interrupted
from priorsim.provenance import provenance, software, stamped
from priorsim.study import paper
from priorsim.study.atlases import ATLASES, atlas_name
from priorsim.worlds import catalogue
from tests.browser import asking, opened
from tests.small import BOUNDS, CLAIMS, SMALLER

pytestmark = pytest.mark.engine

NAMES = (
    *("square-w3", "square-w4", "inverse-w3", "fibonacci-w3", "parity-w3", "rule90-w4", "in-context-next-w2"),
    *("in-context-two-views-w3", "video-drift-w2", "constant-greatest-square-w12"),
)
WORLDS = {name: catalogue()[name] for name in catalogue() if name in NAMES}
"""A few worlds of most families, on seven domains and in all dialects."""
SHOWN = (
    *("verdicts", "claim-cells", "worlds-side-by-side", "cloud"),
    *("phase", "delta-l", "learning-curves", "witness-sheet"),
)
PRESET = replace(
    SMALLER,
    bounds=BOUNDS,
    lanes=(8,),
    member_lanes=(4,),
    worlds=NAMES,
    claims=CLAIMS,
    figures={name: ("square-w3",) if FIGURES[name].worlds else () for name in SHOWN},
)
"""With a few figures, of a world that short programs fit; at these bounds the job takes seconds."""


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A function that runs the job, and a folder where it ran."""

    def run(out):
        lines = []
        paper.make_paper(PRESET, out, workers=1, told=lines.append)
        return lines

    folder = tmp_path_factory.mktemp("paper")
    run(folder)
    return run, folder


def test_a_dry_run_estimates_the_censuses_that_are_taken(job):
    _, folder = job
    taken = {path.name for path in (folder / ATLASES).iterdir()}
    # A figure of families takes one more at this small preset, whose claims ask no family of these lanes.
    assert len(taken - {f"{atlas_name(header)}.parquet" for header in paper.censuses(PRESET)}) == 1
    assert {f"{atlas_name(header)}.parquet" for header in paper.censuses(PRESET)} <= taken


def test_the_curves_of_the_first_language_are_at_every_price_of_time_that_the_reports_slider_has(job):
    curves = json.loads((job[1] / "growth.json").read_text())["curves"]
    first = [each["prior"]["gamma"] for each in curves if each["language"] == curves[0]["language"]]
    assert sorted(first) == list(paper.MOVED) and len(curves) > len(first)


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_started_again_after_an_interrupt_it_ends_with_the_same_bytes(job, tmp_path):
    run, whole = job
    # Some atlases are there, one is cut short, and no table is.
    kept = tmp_path / ATLASES
    kept.mkdir()
    atlases = sorted((whole / ATLASES).iterdir())
    for path in atlases[:3]:
        (kept / path.name).write_bytes(path.read_bytes())
    (kept / atlases[1].name).write_bytes(atlases[1].read_bytes()[:100])
    lines = run(tmp_path)
    assert lines[-1].endswith("report.html")
    assert files(tmp_path) == files(whole)


@pytest.mark.slow
def test_an_interrupted_judgement_goes_on_from_its_finished_parts(job, tmp_path, monkeypatch):
    run, whole = job
    shutil.copytree(whole / ATLASES, tmp_path / ATLASES)
    measure, walk, measured = judge._measured, walking._findings_in, []

    def unless_interrupted(function, most, task):
        if len(measured) == most:
            raise Interrupted
        measured.append(task)
        return function(task)

    on_sites = [claim for claim in judge.SITE_CLAIMS if claim.name in CLAIMS]
    parts = len(judge.by_census(PRESET, on_sites)) + len(walking.parts(PRESET))
    assert parts > 3
    at_once = []
    for most in (1, 2, None):
        measured.clear()
        monkeypatch.setattr(judge, "_measured", partial(unless_interrupted, measure, most))
        monkeypatch.setattr(walking, "_findings_in", partial(unless_interrupted, walk, most))
        with suppress(Interrupted):
            run(tmp_path)
        at_once.append(len(measured))
    assert at_once == [1, 2, parts - 3]
    assert files(tmp_path) == files(whole)


def test_every_world_has_its_row_its_histogram_and_its_place_in_the_table(job):
    _, folder = job
    with (folder / "odds.csv").open() as file:
        assert file.readline() == stamped("")
        rows = {row["world"]: row for row in csv.DictReader(file)}
    assert list(rows) == list(WORLDS)
    assert {path.stem for path in (folder / paper.HISTOGRAMS).iterdir()} == set(WORLDS)
    text = (folder / "odds.md").read_text()
    assert all(f"| {name} |" in text for name in WORLDS)
    square = rows["square-w3"]
    assert (square["l_min_direct"], square["l_min_search"], square["bound_bits"]) == ("8", "", "18")
    assert float(square["log_odds_solomonoff_low"]) == float("-inf")
    written = json.loads((folder / "odds.json").read_text())
    assert written["software"] == software()
    objects = {each["world"]: each for each in written["worlds"]}
    assert objects["square-w3"]["classes"]["direct"]["witness"] == "(mul x x)"


def test_one_census_serves_all_worlds_on_its_domain(job):
    paths = (job[1] / ATLASES).iterdir()
    headers = [StoredAtlas(path).header for path in paths]
    headers = [header for header in headers if header.domain in {w.domain for w in WORLDS.values()}]
    assert len(headers) == len({(h.language.dialect.name, h.domain) for h in headers})
    for world in WORLDS.values():
        assert any(h.domain == world.domain and h.language.dialect.name == world.dialect for h in headers)


def test_every_claim_has_its_verdict_in_every_file_and_on_the_page(job):
    _, folder = job
    verdicts = json.loads((folder / "claims.json").read_text())
    assert [each["id"] for each in verdicts["claims"]] == [*CLAIMS, MACHINE_DEPENDENCE.name]
    text, page = (folder / "claims.md").read_text(), (folder / "report.html").read_text()
    with (folder / "claims.csv").open() as file:
        assert file.readline() == stamped("")
        lines = list(csv.DictReader(file))
    latex = (folder / "claims.tex").read_text()
    for each in verdicts["claims"]:
        assert f"verdict: **{each['verdict_in_words']}**" in text.split(f"## {each['id']}\n")[1].split("\n## ")[0]
        of_it = [line for line in lines if line["claim"] == each["id"] and line["quantity"] == each["quantity"]]
        assert len(of_it) == len(each["cells"]) > 0
        assert f"& {each['verdict_in_words']} " in latex
        assert f'id="claim-{each["id"]}" data-value="{each["verdict"]}"' in page
    assert "much-simpler" in (folder / "README.md").read_text()


def test_the_report_opens_without_a_complaint_and_weighs_the_worlds_it_was_made_of(job, tmp_path):
    _, folder = job
    script = """const ask = () => ({ says: byId("says").textContent,
      worlds: [...byId("world").options].map((each) => each.value) });"""
    seen = opened(tmp_path, asking((folder / "report.html").read_text(), script), "#world=square-w3")
    assert seen.answers["worlds"] == list(WORLDS)
    assert seen.answers["says"] == "unknown: no search program up to 18 bits"


def test_the_results_say_what_they_were_made_with(job):
    record = json.loads((job[1] / "provenance.json").read_text())
    command = "priorsim paper --preset quick"
    assert record == json.loads(json.dumps(provenance(command, record["parameters"])))
    assert record["parameters"]["bounds"] == {str(bits): bound for bits, bound in BOUNDS.items()}


def test_the_results_were_made_with_the_full_preset_as_it_is():
    verdicts = json.loads((Path(__file__).parents[1] / "results" / "claims.json").read_text())
    assert verdicts["command"] == "priorsim paper --preset full"
    about_one = [claim for claim in verdicts["claims"] if claim["id"] != MACHINE_DEPENDENCE.name]
    cells = [cell for claim in about_one for cell in claim["cells"]]
    full = find_preset("full")
    constants = {*full.constant_bits, *(bits for bounds in full.given.values() for bits in bounds)}
    wanted = {
        **{"radius": full.walk_radii, "start": full.walk_starts, "tax": full.taxes, "queries": full.queries},
        **{"dialect": full.dialects, "word_bits": (*full.walk_settings, *full.word_bits, *constants)},
    }
    found = {key: {cell[key] for cell in cells if cell.get(key) is not None} for key in wanted}
    assert found == {key: set(levels) for key, levels in wanted.items()}
    assert {cell["word_bits"] for cell in cells if cell.get("population") == "all"} == set(full.word_bits)


def test_an_unknown_preset_is_refused():
    with pytest.raises(PriorsimError, match="choose one of quick, full"):
        find_preset("slow")
