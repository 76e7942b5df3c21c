"""`priorsim explain` and `priorsim programs` as their user meets them; docs/explain.md shows what its commands print.

`python -m tests.test_explain` writes the page's console blocks anew.
"""

import json
import re
from pathlib import Path

import pytest

from priorsim.reading import shown
from tests.test_cli import PROGRAMS, output, priorsim
from tests.test_docs import check_answer
from tests.test_reading import BAD, DIGITS, send
from tests.test_readme import BLOCK, rendered

PAGE = Path(__file__).parent.parent / "docs" / "explain.md"
ROOT_FIND = PROGRAMS / "root-find.mu"
WORLD = ("--world", "root-w4")
FIND = "(find (c) (eq x (mul c c)))"


@pytest.mark.engine
def test_the_page_shows_what_its_commands_print():
    text = PAGE.read_text()
    assert len(BLOCK.findall(text)) >= 5
    assert rendered(text) == text


# --- explain ----------------------------------------------------------------------------------


def test_a_program_is_explained_from_a_file_a_text_and_standard_input(monkeypatch):
    text = output("explain", ROOT_FIND, *WORLD)
    assert "class search. With every find and argmax stopped at its first" in text
    assert max(map(len, text.splitlines())) <= 80
    assert output("explain", FIND, *WORLD) == text
    send(monkeypatch, ROOT_FIND.read_text())
    assert output("explain", "-", *WORLD) == text


def test_every_program_by_hand_is_explained_in_80_columns():
    for path in sorted(PROGRAMS.glob("*.mu")):
        world = re.search("^; world: (.*)$", path.read_text(), re.MULTILINE)[1]
        text = output("explain", path, "--world", world)
        assert max(map(len, text.splitlines())) <= 80, path


def test_an_explanation_in_json_has_the_keys_of_its_schema():
    values = json.loads(output("explain", ROOT_FIND, *WORLD, "--train", "0-3", "--json"))
    check_answer("explain", values)
    assert (values["class"], values["train"], values["changed_strict"]) == ("search", [0, 1, 2, 3], [1, 4, 9])
    assert values["nodes"][0]["actual"][9] == [3]
    assert values["retargeting"] == 1.0 and len(values["goals"]) == len(values["nodes"][0]["retargeted"]) > 10


def test_the_text_says_what_is_wrong_what_is_kept_and_what_has_no_answer():
    assert re.search(r"^wrong +\*", output("explain", "1", *WORLD), re.MULTILINE)
    assert "has no find, no argmax and no iter" in output("explain", "1", *WORLD).replace("\n  ", " ")
    assert "no lane is held out" in output("explain", "x", *WORLD, "--train", "0-15")
    kept = output("explain", "(add x (find (c) (eq c 3)))", *WORLD)
    assert "operand 2 of add; kept: it gives 3 everywhere" in kept
    assert "as the program has data" in output("explain", "(data (0 1) x (m) m)", *WORLD)
    assert "class search; dormant" in output("explain", PROGRAMS / "square-dormant.mu", "--world", "square-w4")


def test_a_dialect_is_given_or_the_files_or_the_worlds():
    assert "class direct" in output("explain", "(xor x 1)", *WORLD, "--dialect", "logic")
    told = json.loads(output("explain", PROGRAMS / "isqrt-disguised.mu", "--world", "isqrt-w4", "--json"))
    assert (told["dialect"], told["class"]) == ("loops", "disguised")
    assert "has no operator" in priorsim("explain", ROOT_FIND, *WORLD, "--dialect", "loops")[2]


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_a_tree_is_drawn_again_and_into_no_other_file(tmp_path, ending):
    out = tmp_path / f"tree.{ending}"
    assert output("explain", ROOT_FIND, *WORLD, "--out", out) == f"{out}: written\n"
    first = out.read_bytes()
    output("explain", ROOT_FIND, *WORLD, "--out", out)
    assert out.read_bytes() == first
    out.write_text("mine")
    code, _, said = priorsim("explain", ROOT_FIND, *WORLD, "--out", out)
    assert code == 2 and "did not make" in said and out.read_text() == "mine"
    output("explain", ROOT_FIND, *WORLD, "--out", out, "--force", "--width", "82mm")
    assert out.read_bytes() != first


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["(find (c) (eq x", *WORLD], "'(' is never closed"),
        (["", *WORLD], "the program is empty"),
        (["(seek x)", *WORLD], "is not an operator"),
        (["y", *WORLD], "not bound: in scope are x"),
        (["none.mu", *WORLD], "none.mu"),
        ([FIND, "--world", "roots-w4"], "did you mean"),
        ([FIND, *WORLD, "--train", "0-99"], "there is no lane 99"),
        ([FIND, *WORLD, "--dialect", "lisp"], "unknown dialect"),
        (["-", "--world", "-"], "standard input holds one of them"),
        ([FIND, *WORLD, "--width", "5in"], "--width has no effect without --out"),
        ([FIND, *WORLD, "--out", "tree.gif"], "in .svg, pdf or png"),
        ([FIND, *WORLD, "--out", "-"], "in .svg, pdf or png"),
        ([FIND, *WORLD, "--out", "tree.svg", "--width", "1in"], "out of range"),
        ([FIND, *WORLD, "--out", "/nowhere/tree.svg"], "cannot be written"),
        ([FIND, *WORLD, "--out", "tree.svg", "--json"], "exclude each other"),
        ([FIND], "--world"),
    ],
)
def test_what_cannot_be_explained_is_one_line(wrong, says):
    code, out, said = priorsim("explain", *wrong)
    assert (code, out, len(said.splitlines())) == (2, "", 1) and says in said


@pytest.mark.parametrize(
    "wrong",
    [
        ["explain", BAD, *WORLD],
        ["explain", f"{BAD}.mu", *WORLD],
        ["explain", f"({BAD})", *WORLD],
        ["explain", FIND, "--world", BAD],
        ["explain", FIND, *WORLD, "--dialect", BAD],
        ["explain", FIND, *WORLD, "--out", BAD],
        ["explain", FIND, *WORLD, "--out", f"{BAD}.svg"],
        ["programs", "--atlas", "none.parquet", "--world", "identity-w3", "--most", DIGITS],
        ["programs", "--atlas", BAD, "--world", "identity-w3"],
    ],
    ids=range(9),
)
def test_a_strangers_text_is_repeated_neither_whole_nor_unescaped(wrong):
    code, out, said = priorsim(*wrong)
    assert (code, out) == (2, "") and len(said) < 1200
    assert said == f"{shown(said.removesuffix(chr(10)))}\n"


def test_a_world_from_standard_input_is_explained(monkeypatch):
    send(monkeypatch, "# word_bits = 2\nx,output\n0,0\n1,1\n2,2\n")
    assert "changes on lanes 1-2" in output("explain", "(find (c) (eq c x))", "--world", "-").replace("\n  ", " ")


# --- programs ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "w3.parquet"
    output("census", "--dialect", "arith", "--word-bits", 3, "--max-bits", 22, "--out", path)
    return path


@pytest.mark.engine
def test_the_programs_of_a_class_as_text_json_and_csv(atlas, tmp_path):
    asked = ["programs", "--atlas", atlas, "--world", "identity-w3"]
    text = output(*asked, "--most", 3)
    assert "the 3 heaviest of the " in text and "(find (c) (eq c x))\n" in text
    values = json.loads(output(*asked, "--class", "any", "--gamma", 1, "--json"))
    check_answer("programs", values)
    assert values["list"][0]["program"] == "x" and len(values["list"]) == values["asked"] == 50
    out = tmp_path / "list.csv"
    for _ in range(2):
        output(*asked, "--most", 4, "--out", out)
    assert len(out.read_text().splitlines()) == 5
    out.write_text("mine")
    assert priorsim(*asked, "--out", out)[0] == 2
    assert output(*asked, "--most", 4, "--out", "-").startswith("program,class,bits,")


@pytest.mark.engine
def test_every_listed_program_is_explained_as_of_its_class(atlas):
    asked = ["programs", "--atlas", atlas, "--world", "identity-w3", "--most", 8, "--json"]
    for kind in ("direct", "search"):
        for each in json.loads(output(*asked, "--class", kind))["list"]:
            told = json.loads(output("explain", each["program"], "--world", "identity-w3", "--json"))
            assert (told["class"], told["bits"], sum(told["steps"])) == (kind, each["bits"], each["steps"])
            assert told["fits"] and told["faithful"] == (each["wrong"] == 0)


@pytest.mark.engine
def test_one_program_a_row_is_said_to_be_one(atlas, monkeypatch):
    monkeypatch.setattr("priorsim.measure.heaviest.MOST_DERIVED", 10)
    asked = ["programs", "--atlas", atlas, "--world", "identity-w3", "--class", "direct"]
    text = output(*asked)
    assert "one program a row" in text and "alike" in text and "--yes" in text
    assert "one program a row" not in output(*asked, "--yes")


@pytest.mark.engine
def test_programs_are_listed_below_and_beyond_the_bound_of_the_atlas(atlas):
    asked = ["programs", "--atlas", atlas, "--world", "inverse-w3"]
    assert "no program of class search up to 22 bits fits\n" in output(*asked)
    assert "the 8 heaviest of the 8 programs of class search" in output(*asked, "--max-bits", 24)
    assert "up to 12 bits fits\n" in output(*asked, "--class", "direct", "--max-bits", 12)
    capped = output(*asked, "--class", "direct", "--prior", "capped", "--cap", 1)
    assert re.search(r"fits and has weight, of \d+ that fit\n", capped)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--world", "identity-w3", "--class", "table"], "choose direct, disguised, search or any"),
        (["--world", "identity-w3", "--most", 0], "choose 1 to 10000"),
        (["--world", "identity-w3", "--most", "many"], "--most"),
        (["--world", "identity-w4"], "not on the atlas's domain"),
        (["--world", "identity-w3", "--max-bits", 0], "ask for 1 to 22"),
        (["--world", "identity-w3", "--max-bits", 70], "give --yes"),
        (["--world", "identity-w3", "--gamma", -1], "gamma is -1"),
        (["--world", "identity-w3", "--prior", "tempered", "--beta", 0.5], "give a beta of at least"),
        (["--world", "identity-w3", "--json", "--out", "list.csv"], "exclude each other"),
        ([], "--world"),
    ],
)
def test_what_cannot_be_listed_is_one_line(atlas, wrong, says):
    code, out, said = priorsim("programs", "--atlas", atlas, *wrong)
    assert (code, out, len(said.splitlines())) == (2, "", 1) and says in said


def test_an_atlas_that_is_not_there_is_one_line():
    code, _, said = priorsim("programs", "--atlas", "none.parquet", "--world", "identity-w3")
    assert code == 2 and len(said.splitlines()) == 1 and "none.parquet" in said


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
