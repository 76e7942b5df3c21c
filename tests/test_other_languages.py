"""Every command that takes a language, in languages with other operators and codes: an answer, or one line why not."""

import json
import re
import shlex

import pytest

from priorsim.mu.dialect import FORMS, dialect_named
from tests.test_cli import output, priorsim

WORLD = "--world square-w3"
COMMANDS = (
    "info ATLAS",
    f"data {WORLD} --code-bits 12 --dialect DIALECT",
    f"data {WORLD} --code-bits 12 --dialect DIALECT --dry-run",
    f"data {WORLD} --code-bits 12 --atlas ATLAS",
    f"histogram {WORLD} --atlas ATLAS",
    f"odds {WORLD} --atlas ATLAS --prior levin",
    f"odds {WORLD} --world root-w3 --atlas ATLAS",
    f"odds {WORLD} --atlas ATLAS --max-bits 18 --json",
    f"sweep {WORLD} --atlas ATLAS --grid gamma=0,1",
    f"heldout {WORLD} --atlas ATLAS",
    f"objectives {WORLD} --dialect DIALECT --max-bits 16",
    f"definitions {WORLD} --atlas ATLAS",
    f"programs {WORLD} --atlas ATLAS --class any --most 3",
    f"claims {WORLD} --atlas ATLAS",
    f"claims much-simpler {WORLD} --atlas ATLAS",
    f"walk {WORLD} --dialect DIALECT --dynamics drift --radius 6 --max-bits 13",
    f"walk {WORLD} --dialect DIALECT --dynamics metropolis --radius 6 --max-bits 13",
    f"walk {WORLD} --dialect DIALECT --dynamics first --radius 6 --max-bits 13 --findings",
    f"walk {WORLD} --dialect DIALECT --dynamics first --radius 6 --max-bits 13 --from search",
    f"growth {WORLD} --atlas ATLAS --programs 5",
    "influence --atlas ATLAS --order worst",
    "knockouts --dialect DIALECT --word-bits 2 --max-bits 14",
    "population --atlas ATLAS",
    "encode '(eq x 1)' --dialect DIALECT",
    "encode '(find (c) (eq c x))' --dialect DIALECT",
    "decode 0001110101 --dialect DIALECT",
    f"explain '(eq x 1)' {WORLD} --dialect DIALECT",
    f"figure cloud {WORLD} --atlas ATLAS --out FOLDER",
)
REFUSED = {
    "bare": {"data", "walk", "encode"},
    "kleene@random:3": {"walk", "decode"},
    "add,mul,eq,find@fitted": set(),
    "find,argmax": {"data", "walk", "encode", "explain"},
}
"""Languages, and the commands that some lines refuse in them: on data, from a search, an operator, a short code."""


@pytest.mark.engine
@pytest.mark.parametrize("dialect", REFUSED)
def test_every_command_answers_or_says_in_one_line_why_not(dialect, tmp_path):
    atlas = tmp_path / "atlas.parquet"
    output("census", "--dialect", dialect, "--word-bits", 3, "--max-bits", 16, "--out", atlas)
    operators, refused = dialect_named(dialect).operators, set()
    for command in COMMANDS:
        line = command.replace("ATLAS", str(atlas)).replace("DIALECT", dialect).replace("FOLDER", str(tmp_path))
        code, out, err = priorsim(*shlex.split(line))
        if code:
            refused.add(line.split()[0])
            assert (code, out, err.count("\n")) == (2, "", 1), (line, out, err)
        assert "Traceback" not in err
        assert set(re.findall(r"\((\w+)", out)) & set(FORMS) <= set(operators), (line, out)
        assert not re.search(r"\bNone\b|\bnan\b|after lanes none", out), (line, out)
    assert refused == REFUSED[dialect]


@pytest.mark.engine
@pytest.mark.parametrize(("dialect", "said"), [("bare", True), ("loops", True), ("kleene", False)])
def test_a_language_without_search_is_not_said_to_have_one_beyond_the_bound(dialect, said, tmp_path):
    atlas = tmp_path / "atlas.parquet"
    output("census", "--dialect", dialect, "--word-bits", 3, "--max-bits", 14, "--out", atlas)
    text = output("odds", "--world", "identity-w3", "--atlas", atlas)
    assert ("\nNo program searches, however long: the language has neither find nor argmax.\n" in text) == said
    assert ("search program up to 14 bits fits: longer ones are unknown" in text) == (not said)
    assert ("next to try" in text) == (not said)


@pytest.mark.engine
@pytest.mark.parametrize("dialect", ["bare", "find,argmax", "add,mul,eq,find@fitted"])
def test_claims_about_data_are_left_out_where_it_is_not_counted_and_refused_by_name(dialect, tmp_path):
    atlas = tmp_path / "atlas.parquet"
    output("census", "--dialect", dialect, "--word-bits", 3, "--max-bits", 14, "--out", atlas)
    asked = ("--world", "square-w3", "--atlas", atlas, "--json")
    code, out, err = priorsim("claims", *asked)
    measured = {claim["id"] for claim in json.loads(out)["claims"]}
    on_data = {"informed-search", "table-to-search"}
    if dialect == "add,mul,eq,find@fitted":
        assert (code, "not measured" in err, on_data - measured) == (0, False, set())
        return
    said = "not measured, as programs with data are not counted in this language: informed-search, table-to-search\n"
    assert (code, err.count(said), on_data & measured) == (0, 1, set())
    assert "speed-uncompetitive" in measured
    code, out, err = priorsim("claims", "table-to-search", *asked)
    assert (code, out) == (2, "")
    assert f"programs with data are not counted in dialect {dialect}: " in err
