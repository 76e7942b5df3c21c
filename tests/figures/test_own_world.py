"""Figures of the reader's own world: from their atlas, under their prior, over any two penalties."""

import csv
import json

import pytest

from priorsim.census.stored import StoredAtlas, cut
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import log_odds_of
from priorsim.priors import Prior
from priorsim.worlds import find_world
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine
GRID = ["--grid", "gamma=0:2:3", "--grid", "tax=-2:4:4"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "small.parquet"
    output("census", "--dialect", "arith", "--word-bits", "3", "--max-bits", "24", "--out", path)
    return path


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The greatest word above x as a world of the reader's own, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    lines = [f"{x},{7 if x < 7 else 0}" for x in range(8)]
    (tmp_path / "own.csv").write_text("\n".join(["# word_bits = 3", "x,output", *lines, ""]))
    return "own.csv"


def rows_of(folder, stem):
    lines = [line for line in (folder / f"{stem}.csv").read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.mark.parametrize("train", ["0-7", "0-3"])
def test_a_phase_diagram_is_over_any_two_penalties_and_says_lanes_bound_and_prior(atlas, world, tmp_path, train):
    asked = ["--world", world, "--train", train, "--atlas", atlas, "--max-bits", "23", "--beta", "1.5"]
    output("figure", "phase", *asked, *GRID, "--format", "svg", "--out", "drawn")
    rows, caption = rows_of(tmp_path / "drawn", "phase-own"), (tmp_path / "drawn" / "phase-own.txt").read_text()
    assert [(float(row["gamma"]), float(row["tax"])) for row in rows] == [
        (gamma, tax) for tax in (-2, 0, 2, 4) for gamma in (0, 1, 2)
    ]
    on = find_world(world).trained_on(range(8 if train == "0-7" else 4))
    cells = histogram(cut(StoredAtlas.open(atlas), 23), on)
    for row in rows:
        odds = log_odds_of(cells, Prior("p", beta=1.5, gamma=float(row["gamma"]), tax=float(row["tax"])))
        assert row["holds_the_mass"] == ("search" if odds.low > 0 else "direct" if odds.high < 0 else "open")
        assert (row["held_out_loss"] == "") == (not on.held_out)
    assert "at most 23 bits, at beta 1.5." in caption
    assert f"The training lanes of own are {train} of 8" in caption
    assert ("Held-out loss" in caption) == bool(on.held_out)


@pytest.mark.parametrize("name", ["phase", "cloud", "odds-against-lessons"])
def test_json_names_the_files_and_has_the_caption_and_the_plotted_numbers(name, atlas, world, tmp_path):
    asked = ["--world", world, "--atlas", atlas, "--format", "svg", "--out", "drawn"]
    found = json.loads(output("figure", name, *asked, "--json"))
    check_answer("figure", found)
    [drawn] = found["drawings"]
    assert drawn["files"] == [f"drawn/{name}-own.{ending}" for ending in ("svg", "csv", "txt")]
    assert all((tmp_path / file).exists() for file in drawn["files"])
    assert drawn["caption"] == (tmp_path / "drawn" / f"{name}-own.txt").read_text().removesuffix("\n")
    rows = rows_of(tmp_path / "drawn", f"{name}-own")
    assert list(drawn["columns"]) == list(rows[0])
    for column, values in drawn["columns"].items():
        assert ["" if value is None else str(value) for value in values] == [row[column] for row in rows]


def test_every_figure_is_listed_as_json_with_what_it_takes():
    found = json.loads(output("figure", "--json"))
    check_answer("figures", found)
    listed = {each["name"]: each for each in found["figures"]}
    lines = output("figure").splitlines()[1:]
    assert list(listed) == [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert listed["phase"]["is_of_one"] and listed["phase"]["takes"] == ["atlas", "prior", "grid"]
    assert listed["phase"]["title"].startswith("Which side holds the mass")
    assert not listed["sweep"]["is_of_one"] and listed["sweep"]["takes"] == ["sweep"]


@pytest.mark.parametrize("name", ["cloud", "odds-against-gamma", "mass-against-length"])
def test_every_figure_of_a_census_is_drawn_from_ones_own(name, atlas, world, tmp_path):
    output("figure", name, "--world", world, "--atlas", atlas, "--train", "0-2", "--format", "png", "--out", "drawn")
    caption = (tmp_path / "drawn" / f"{name}-own.txt").read_text()
    assert "24 bits" in caption and "The training lanes of own are 0-2 of 8" in caption


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["phase", "--train", "0-2"], "--train has no effect without --world"),
        (["phase", "--grid", "gamma=0:1:2"], "--grid has no effect without --world"),
        (["--tax", "2"], "--tax has no effect without a figure's name"),
        (["growth", "--world", "own.csv"], "figure growth"),
        (["cloud", "--world", "own.csv", "--gamma", "1"], "--gamma has no effect on the figure cloud"),
        (["cloud", "--world", "own.csv", *GRID], "--grid has no effect on the figure cloud"),
        (["walk-landscape", "--world", "own.csv", "--atlas", "a"], "--atlas has no effect on the figure walk-land"),
        (["phase", "--world", "own.csv", "--yes"], "--yes has no effect without --max-bits"),
        (["phase", "--world", "own.csv", "--class-by", "shape"], "programs cannot be classed by 'shape'"),
        (["phase", "--world", "own.csv", "--atlas", "ATLAS", "--workers", "1"], "--workers has no effect with --atlas"),
        (["phase", "--world", "own.csv", "--atlas", "ATLAS", "--dry-run"], "--dry-run has no effect with --atlas"),
        (["phase", "--world", "own.csv", "--results", "r", "--max-bits", "20"], "no effect with --preset or --results"),
        (["phase", "--world", "own.csv", "--workers", "0"], "0 workers are too few"),
        (["phase", "--world", "own.csv", "--memory", "much"], "memory 'much' cannot be read"),
        (["odds-against-gamma", "--world", "own.csv", "--gamma", "1"], "odds-against-gamma, which is over gamma"),
        (["well-tuned", "--world", "own.csv", "--prior", "levin"], "which is over gamma, as levin sets nothing else"),
        (["well-tuned", "--world", "own.csv", "--prior", "levn"], "did you mean levin"),
        (["learning-curves", "--world", "own.csv", "--prior", "capped"], "needs a value for cap"),
        (["walk-ends", "--world", "own.csv", "--class-by", "form"], "--class-by has no effect on the figure walk-ends"),
        (["phase", "--world", "own.csv", "--trust-other-code"], "--trust-other-code is about an atlas"),
        (["phase", "--world", "own.csv", "--prior", "levin"], "--prior has no effect without --grid"),
        (["phase", "--world", "own.csv", "--beta", "2", "--gamma", "1"], "--beta and --gamma have no effect without"),
        (["phase", "--world", "own.csv", *GRID, "--gamma", "1"], "both set gamma: leave out one"),
        (["phase", "--world", "own.csv", *GRID, "--delta", "1"], "both set tax: leave out one"),
        (["phase", "--world", "own.csv", "--grid", "gamma=0:1:2"], "over two penalties, and the grid has 1"),
        (["phase", "--world", "own.csv", "--grid", "gamma=0,1,4", "--grid", "tax=0:1:2"], "not evenly spaced"),
        (["phase", "--world", "own.csv", "--grid", "gamma=2:0:3", "--grid", "tax=0:1:2"], "not evenly spaced"),
        (["phase", "--world", "own.csv", "--grid", "gamma=1", "--grid", "tax=0:1:2"], "not evenly spaced"),
        (["phase", "--world", "own.csv", "--grid", "tax=0:1:2", "--grid", "delta=0:1:2"], "tax is given twice"),
        (["phase", "--world", "own.csv", "--grid", "speed=0:1:2"], "unknown penalty 'speed'"),
        (["phase", "--world", "own.csv", "--train", "0-9"], "lane"),
        (["phase", "--world", "own.cvs"], "unknown world 'own.cvs'"),
        (["phase", "--world", "isqrt-w4", "--atlas", "ATLAS"], "isqrt-w4"),
        (["phase", "--world", "own.csv", "--atlas", "ATLAS", "--max-bits", "40"], "40"),
        (["phase", "--world", "own.csv", "--atlas", "ATLAS", "--max-bits", "4"], "no program up to 4 bits fits"),
        (["phaze"], "did you mean phase"),
    ],
)
def test_what_a_figure_cannot_heed_is_refused_in_one_line(args, said, atlas, world):
    code, out, err = priorsim("figure", *[atlas if each == "ATLAS" else each for each in args])
    assert (code, out, err.count("\n")) == (2, "", 1), (code, out, err)
    assert said in err


PRICED = ["--prior", "schmidhuber", "--tax", "2"]


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("odds-against-gamma", PRICED, "The prior is schmidhuber (tax 2), with gamma as drawn."),
        ("well-tuned", PRICED, "The prior is schmidhuber (tax 2), with gamma as drawn."),
        ("mass-against-length", PRICED, "The prior is schmidhuber (tax 2)."),
        ("odds-against-lessons", PRICED, "The prior is schmidhuber (tax 2)."),
        ("learning-curves", ["--gamma", "1"], "The prior is solomonoff (gamma 1)."),
        ("phase", ["--tax", "2"], "The prior is solomonoff (tax 2), with beta and gamma as drawn."),
        ("cloud", [], "The census has every code-only program of at most 20 bits."),
    ],
)
def test_a_figure_of_the_cache_is_under_the_prior_that_is_given_and_says_it(name, asked, said, world, tmp_path):
    asked = ["--world", world, "--train", "0-4", "--max-bits", "20", *asked]
    output("figure", name, *asked, "--format", "svg", "--out", "drawn")
    caption = (tmp_path / "drawn" / f"{name}-own.txt").read_text()
    assert "The training lanes of own are 0-4 of 8" in caption and "of at most 20 bits." in caption
    assert caption.endswith(f"{said}\n")


@pytest.mark.parametrize("by", ["lesion", "form"])
def test_the_odds_along_gamma_are_those_of_the_prior_and_of_the_classes_asked_for(by, atlas, world, tmp_path):
    asked = ["--world", world, "--atlas", atlas, "--class-by", by, *PRICED]
    output("figure", "odds-against-gamma", *asked, "--format", "svg", "--out", "drawn")
    stem = "odds-against-gamma-own"
    cells = histogram(StoredAtlas.open(atlas), find_world(world), class_by=by)
    rows = [row for row in rows_of(tmp_path / "drawn", stem) if row["item"] == "curve"]
    assert len(rows) == 81
    for row in rows[::20]:
        found = log_odds_of(cells, Prior("p", beta=2, gamma=float(row["gamma"]), tax=2))
        ends = [float(row[f"log_odds_{end}_bits"]) for end in ("low", "high")]
        assert ends == pytest.approx([found.low, found.high], rel=1e-9)
    assert ("anywhere in its text" in (tmp_path / "drawn" / f"{stem}.txt").read_text()) == (by == "form")


def test_a_dry_run_of_a_figure_says_what_its_census_takes_and_writes_nothing(world, tmp_path):
    said = output("figure", "cloud", "--world", world, "--max-bits", "40", "--dry-run", "--out", "drawn")
    assert "up to 40 bits" in said and "GiB of memory" in said and "Nothing was counted" in said
    assert not (tmp_path / "drawn").exists()
