"""What several worlds do off their training lanes in one table: the numbers of each world alone, in every form."""

import csv
import json

import pytest

from tests.test_cli import output, priorsim, small_atlas
from tests.test_docs import check_answer

WORLDS = ("identity-w3", "inverse-w3", "isqrt-w3")
ASKED = [word for name in WORLDS for word in ("--world", name)]
PRIOR = ["--prior", "levin", "--train", "0-3"]
KEYS = ("log2_mass", "share", "faithful", "defection", "entropy", "ways")


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def alone(atlas):
    return [json.loads(output("heldout", "--atlas", atlas, "--world", name, *PRIOR, "--json")) for name in WORLDS]


def test_json_says_of_every_world_what_is_said_of_it_alone(atlas, alone):
    worlds = json.loads(output("heldout", "--atlas", atlas, *ASKED, *PRIOR, "--json"))["worlds"]
    assert worlds == alone
    for each in worlds:
        check_answer("heldout", each)


def test_csv_has_a_row_for_each_world_and_class(atlas, alone, tmp_path):
    path = tmp_path / "table.csv"
    for _ in range(2):
        assert output("heldout", "--atlas", atlas, *ASKED, *PRIOR, "--out", path) == f"{path}: written\n"
    rows = list(csv.DictReader(path.read_text().splitlines()[1:]))
    classes = [(one, name, each) for one in alone for name, each in one["splits"][-1]["classes"].items()]
    for row, (one, name, each) in zip(rows, classes, strict=True):
        assert (row["world"], row["class"], row["held_out"]) == (one["world"], name, "4-7")
        assert [row[key] for key in KEYS] == ["" if each[key] is None else str(each[key]) for key in KEYS]
    assert output("heldout", "--atlas", atlas, *ASKED, *PRIOR, "--out", "-") == path.read_text()


def test_text_and_latex_have_a_row_for_each_world_and_class(atlas, alone, tmp_path):
    text, path = output("heldout", "--atlas", atlas, *ASKED, *PRIOR), tmp_path / "table.tex"
    for _ in range(2):
        output("heldout", "--atlas", atlas, *ASKED, *PRIOR, "--out", path)
    in_latex = [line.split(" & ")[:-1] for line in path.read_text().splitlines() if line.endswith(r" \\")][1:]
    in_text = [line.split() for line in text.splitlines()[3:]]
    assert [line[:-1] for line in in_text] == in_latex
    for line, one in zip(in_text[::3], alone, strict=True):
        share = one["splits"][-1]["classes"]["direct"]["share"]
        assert line[:4] == [one["world"], "0-3", "direct", "none" if share is None else f"{share:.4f}"]


def test_one_world_may_be_written_as_a_table_too(atlas):
    table = output("heldout", "--atlas", atlas, *ASKED[:2], "--out", "-")
    assert [line.split(",")[0] for line in table.splitlines()[2:]] == 3 * ["identity-w3"]


def test_a_wide_world_stands_beside_others():
    asked = ["--world", "inverse.w6-quotient-one-l64", "--world", "identity-w3", "--max-bits", "12"]
    code, out, err = priorsim("heldout", *asked, "--out", "-")
    assert code == 0 and "sets of training lanes" in err
    assert len(out.splitlines()) == 2 + 2 * 3


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--world", "square-w3", "--out", "table.txt"], "a table's name ends in .csv, .tex, .json"),
        (["--world", "square-w3", "--world", "root-w3", "--out", "odds.tex"], "is a file that this command did not"),
        (["--world", "square-w3", "--out", "x.tex", "--json"], "--json and --out exclude each other"),
        (["--world", "square-w3", "--world", "isqrt-w4"], "isqrt-w4"),
        (["--world", "square-w3", "--world", "root-w3", "--force"], "--force has no effect without a file to write"),
    ],
)
def test_a_table_that_cannot_be_made_is_one_line(args, said, atlas, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output("odds", "--atlas", atlas, *ASKED, "--out", "odds.tex")
    before = (tmp_path / "odds.tex").read_text()
    code, out, err = priorsim("heldout", "--atlas", atlas, *args)
    assert (code, out, err.count("\n")) == (2, "", 1) and said in err
    assert (tmp_path / "odds.tex").read_text() == before
