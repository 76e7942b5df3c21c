"""The odds of several worlds in one table: the same numbers as those of each world alone, in every form."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.test_cli import output, priorsim, small_atlas

WORLDS = ("inverse-w3", "square-w3", "third-w3")
ASKED = [word for name in WORLDS for word in ("--world", name)]
PRIOR = ["--prior", "levin", "--tax", "-2", "--train", "0-2"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def alone(atlas):
    return [json.loads(output("odds", "--atlas", atlas, "--world", name, *PRIOR, "--json")) for name in WORLDS]


def test_json_says_of_every_world_what_is_said_of_it_alone(atlas, alone):
    assert json.loads(output("odds", "--atlas", atlas, *ASKED, *PRIOR, "--json"))["worlds"] == alone


def test_csv_has_a_row_a_world(atlas, alone, tmp_path):
    path = tmp_path / "table.csv"
    for _ in range(2):
        assert output("odds", "--atlas", atlas, *ASKED, *PRIOR, "--out", path) == f"{path}: written\n"
    remark, *lines = path.read_text().splitlines()
    assert remark.startswith("# priorsim ")
    for row, one in zip(csv.DictReader(lines), alone, strict=True):
        assert (row["world"], row["train"], row["prior"]) == (one["world"], "0-2", "levin (tax -2)")
        assert int(row["bound_bits"]) == 20
        for name, each in one["classes"].items():
            assert row[f"l_min_{name}"] == ("" if each["l_min"] is None else str(each["l_min"]))
            assert int(row[f"programs_{name}"]) == each["programs"]
    assert output("odds", "--atlas", atlas, *ASKED, *PRIOR, "--out", "-") == path.read_text()


def test_text_and_latex_have_a_row_a_world_and_say_what_the_bound_leaves_open(atlas, alone, tmp_path):
    text, path = output("odds", "--atlas", atlas, *ASKED, *PRIOR), tmp_path / "table.tex"
    assert "prior levin (tax -2); classes by lesion; every code-only program up to 20 bits" in text
    for _ in range(2):
        output("odds", "--atlas", atlas, *ASKED, *PRIOR, "--out", path)
    latex = path.read_text()
    rows = [line for line in latex.splitlines() if line.endswith(r" \\")]
    assert r"\usepackage{booktabs}" in latex and len(rows) == 1 + len(WORLDS)
    for one in alone:
        [line] = [line for line in text.splitlines() if line.startswith(one["world"])]
        shortest = [one["classes"][name]["l_min"] for name in ("direct", "search")]
        for bits in shortest:
            assert (f" {bits} " if bits is not None else " > 20 ") in line


def test_a_crossover_has_the_digits_that_have_settled(tmp_path):
    """The greatest word above x tips, earlier with every bound; the text of the world alone says how far that is."""
    lanes = [f"{x},{7 if x < 7 else 0}" for x in range(8)]
    (tmp_path / "bid.csv").write_text("\n".join(["# word_bits = 3", "x,output", *lanes, ""]))
    census, bid = ("--atlas", small_atlas(tmp_path, 26)), ("--world", tmp_path / "bid.csv", "--train", "0-7")
    alone = output("odds", *census, *bid)
    [row] = [line for line in alone.splitlines() if line.startswith("crossover gamma*")]
    low, high = re.split("  +", row)[1:]
    assert low == high and low.startswith("about 0.") and low.endswith(", still falling")
    table = ("odds", *census, *bid, "--world", "inverse-w3")
    [in_text] = [line for line in output(*table).splitlines() if line.startswith("bid")]
    output(*table, "--out", tmp_path / "table.tex")
    [in_latex] = [line for line in (tmp_path / "table.tex").read_text().splitlines() if line.startswith("bid")]
    assert in_text.endswith(f"  {low}") and in_latex.endswith(f" & {low} \\\\")
    longer = ("--max-bits", "28")
    tips, other = csv.DictReader(output(*table, *longer, "--out", "-").splitlines()[1:])
    settled = json.loads(output("odds", *census, *bid, *longer, "--json"))["convergence"]["settled"]
    assert [settled[key]["low"]["decimals"] for key in ("gamma_star", "break_even_tax")] == [1, 0]
    for name, key in (("gamma_star", "gamma_star"), ("tax", "break_even_tax")):
        for end, each in settled[key].items():
            assert tips[f"{name}_decimals_{end}"] == str(each["decimals"])
            assert other[f"{name}_decimals_{end}"] == ""
    assert len(tips["gamma_star_low"]) > 10


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--world", "square-w3", "--world", "square-w3"], "--world 'square-w3' is given 2 times: give each"),
        (["--world", "square-w3", "--out", "table.txt"], "a table's name ends in .csv, .tex, .json"),
        (["--world", "square-w3", "--world", "root-w3", "--out", "notes.tex"], "is a file that this command did not"),
        (["--world", "square-w3", "--out", "x.tex", "--json"], "--json and --out exclude each other"),
        (["--world", "square-w3", "--world", "isqrt-w4"], "isqrt-w4"),
        (["--world", "square-w3", "--tax", "1", "--delta", "1"], "--tax is given 2 times: give it once"),
    ],
)
def test_a_table_that_cannot_be_made_is_one_line(args, said, atlas, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.tex").write_text("my own notes\n")
    code, out, err = priorsim("odds", "--atlas", atlas, *args)
    assert (code, out, err.count("\n")) == (2, "", 1) and said in err
    assert (tmp_path / "notes.tex").read_text() == "my own notes\n"


@pytest.mark.parametrize("name", ["claims.json", "growth.json", "odds.json"])
def test_json_that_another_command_made_is_not_replaced(name, atlas, tmp_path):
    published = Path(__file__).parents[2] / "results" / name
    (tmp_path / name).write_bytes(published.read_bytes())
    code, out, err = priorsim("odds", "--atlas", atlas, *ASKED, "--out", tmp_path / name)
    assert (code, out) == (2, "") and "is a file that this command did not make" in err
    assert (tmp_path / name).read_bytes() == published.read_bytes()


def test_its_own_json_is_replaced(atlas, tmp_path):
    for prior in ("levin", "solomonoff"):
        output("odds", "--atlas", atlas, *ASKED, "--prior", prior, "--out", tmp_path / "own.json")
    assert json.loads((tmp_path / "own.json").read_text())["worlds"][0]["prior"]["name"] == "solomonoff"


def test_a_sweep_asks_of_one_world_and_knows_the_tax_by_both_names(atlas):
    code, out, err = priorsim("sweep", "--atlas", atlas, *ASKED, "--grid", "tax=0,1")
    assert (code, out) == (2, "") and "this command asks of one" in err
    both = [output("sweep", "--atlas", atlas, *ASKED[:2], "--grid", f"{name}=0,1") for name in ("tax", "delta")]
    assert both[0] == both[1] and both[0].splitlines()[1].startswith("tax,log_odds_low")
    code, _, err = priorsim("sweep", "--atlas", atlas, *ASKED[:2], "--grid", "gama=0,1")
    assert code == 2 and "did you mean gamma?" in err and err.count("\n") == 1
