"""What `priorsim claims` prints and what it refuses, over a few worlds of each population at small bounds."""

import json
import re
from dataclasses import replace
from functools import partial

import pytest

from priorsim.claims import judge, kept, walking
from priorsim.claims.judge import CLAIMS, SITE_CLAIMS
from priorsim.claims.populations import PRESETS
from priorsim.formats import span
from priorsim.interrupts import Interrupted
from tests.once import measured_once
from tests.small import SMALLER
from tests.test_cli import output, priorsim, unbroken
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A results folder, and populations with which all claims take seconds."""
    small = replace(SMALLER, bounds={3: 16, 12: 16}, lanes=(4,), walk_worlds=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "quick", small)
        yield tmp_path_factory.mktemp("results")


def claims(results, *args):
    return unbroken("claims", *args, "--results", results, "--workers", 1)


@pytest.fixture(scope="module")
def told(results):
    """What is printed of claims, which are judged once for all ways to print them."""
    with pytest.MonkeyPatch.context() as patch:
        measured_once(patch)
        judged = judge.judge

    def claims_told(*args):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(judge, "judge", judged)
            return claims(results, *args)

    return claims_told


@pytest.fixture(scope="module")
def everything(told):
    """All claims as JSON."""
    return json.loads(told("--json"))


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    """A census on the lanes of words of 3 bits."""
    path = tmp_path_factory.mktemp("atlas") / "small.parquet"
    output("census", "--dialect", "arith", "--word-bits", "3", "--max-bits", "16", "--out", path)
    return path


def test_the_json_has_the_documented_keys_and_no_others(everything):
    check_answer("claims", everything)
    assert all("decides" in cell for claim in everything["claims"] for cell in claim["cells"])
    beside = [each for claim in everything["claims"] for each in claim["beside"]]
    assert beside and not any("decides" in cell for each in beside for cell in each["cells"])


def test_findings_alone_are_ruled_on(everything):
    unruled = {claim["kind"] for claim in everything["claims"] if claim["verdict"] == "not ruled on"}
    assert unruled == {"identity", "question"}
    assert all(claim["verdict"] != "not ruled on" for claim in everything["claims"] if claim["kind"] == "finding")


def test_all_claims_are_told_in_a_line_each(told, everything):
    assert everything["command"] == "priorsim claims --preset quick"
    assert [claim["id"] for claim in everything["claims"]] == [claim.name for claim in CLAIMS]
    head, *lines = told().splitlines()
    assert head.split()[:2] == ["claim", "verdict"]
    for line, claim in zip(lines, everything["claims"], strict=True):
        assert line.startswith(claim["id"])
        assert said_of(claim) in line
        assert claim["headline"].rpartition("Over the grid ")[2].rstrip(".") in line


def said_of(claim):
    """The verdict of a finding; identities and questions have none."""
    return claim["verdict_in_words"] if claim["kind"] == "finding" else f"{claim['kind']}, not ruled on"


BESIDE = {claim.name: len(claim.beside) for claim in SITE_CLAIMS} | {
    claim.name: len(claim.beside) for claim in walking.CLAIMS
}


def at_home(cell):
    return (cell["class_by"], cell["bound"], cell["tax"]) == ("lesion", "B", 0)


@pytest.mark.parametrize("name", ["bounded-heuristics", "shallow-first", "beeline-swerve", "delegation"])
def test_one_claim_is_told_in_full(told, everything, name):
    (claim,) = [each for each in everything["claims"] if each["id"] == name]
    text = told(name)
    assert text.startswith(f"## {name}\n\n{claim['claim']} ({claim['source']})\n")
    where = "true" if claim["unit"] == "0 or 1" else f"{claim['condition']} {claim['unit']}"
    assert f"- number: {claim['quantity']}; supports where {where}, {claim['quantifier']}\n" in text
    assert f"- verdict: {said_of(claim)}; " in text
    assert (claim["premise"] is None) or f"this holds: {claim['premise']}\n" in text
    assert ("- asked only of worlds whose complexity" in text) == claim["amount"]
    assert f"- limits: {claim['limits']}\n" in text
    assert f"- figure: {claim['figure']}\n" in text
    home, *beside = (len(list(filter(at_home, each["cells"]))) for each in (claim, *claim["beside"]))
    assert home and len(re.findall(r"^[^:\n]*, w = \d+.*  ", text, re.M)) == 2 * home + sum(beside)
    assert len(claim["beside"]) == BESIDE[name] + (name == "bounded-heuristics")
    for cell in claim["cells"]:
        assert f"  {cell['max_bits']}  " in text or not at_home(cell)
        low, high = ((cell["support"] or {}).get(end) for end in ("low", "high"))
        shown = "none" if low is None else span(low, high, lambda share: f"{100 * share:.0f} %")
        assert f"  {shown}" in text
    (again,) = json.loads(told(name, "--json"))["claims"]
    assert again == claim


def test_one_world_is_told_claim_by_claim(atlas):
    asked = ("claims", "--atlas", atlas, "--world", "identity-w3")
    told = json.loads(output(*asked, "--json"))
    assert told["command"] == "priorsim claims --world identity-w3"
    of_others = {"bayes-net", "amortised-exception"}
    assert [claim["id"] for claim in told["claims"]] == [c.name for c in SITE_CLAIMS if c.name not in of_others]
    assert {cell["population"] for claim in told["claims"] for cell in claim["cells"]} == {"identity-w3"}
    text = output(*asked, "much-simpler")
    (claim,) = [each for each in told["claims"] if each["id"] == "much-simpler"]
    holds, worlds = (sum(cell[key] for cell in claim["cells"]) for key in ("holds", "worlds"))
    assert worlds == 2 * 2 * 3
    assert text.splitlines()[-1].split()[0] == "much-simpler"
    assert f"{holds} of " in text
    # What the worlds lack that is presupposed, and what most is not counted of, is not asked.
    assert all(cell["worlds"] + cell["not_asked"] == 1 for claim in told["claims"] for cell in claim["cells"])


def test_an_interrupted_judgement_goes_on_from_its_finished_parts(results, monkeypatch):
    asked, measured, most = ("much-simpler", "gradual", "--json"), [], []
    measure, walk = judge._measured, walking._findings_in

    def unless_interrupted(function, task):
        if [len(measured)] == most:
            raise Interrupted
        measured.append(task)
        return function(task)

    monkeypatch.setattr(judge, "_measured", partial(unless_interrupted, measure))
    monkeypatch.setattr(walking, "_findings_in", partial(unless_interrupted, walk))
    whole = claims(results, *asked)
    parts = len(measured)
    # The last are shares of walks: one run is cut short among the censuses, the next one before the last of these.
    for most[:] in ([2], [parts - 3]):
        measured.clear()
        with pytest.raises(Interrupted):
            claims(results, *asked)
    (run,) = results.glob("claims-quick-*.run")
    most.clear()
    (damaged,) = run.glob("census-000.*")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    measured.clear()
    assert claims(results, *asked) == whole
    assert len(measured) == 2
    assert list(results.glob("*.run")) == []
    # Other code takes nothing up, and leaves nothing of it.
    most[:] = [2]
    measured.clear()
    with pytest.raises(Interrupted):
        claims(results, *asked)
    most.clear()
    monkeypatch.setattr(kept, "measuring_digest", lambda: "other")
    measured.clear()
    assert claims(results, *asked) == whole
    assert len(measured) == parts
    assert list(results.glob("*.run")) == []


def refusal(*args):
    """The one line on standard error."""
    code, out, err = priorsim("claims", *args)
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    return err


def test_what_cannot_be_judged_is_refused_in_one_line(atlas, tmp_path):
    assert "unknown claim 'no-such': choose among proxy, " in refusal("no-such")
    assert "unknown preset 'slow': choose one of quick, full" in refusal("--preset", "slow", "--results", tmp_path)
    assert "--atlas has no effect without --world: leave out --atlas" in refusal("--atlas", atlas)
    about_walks = refusal("gradual", "--atlas", atlas, "--world", "identity-w3")
    assert "claims about walks are not measured in a world: leave out " in about_walks
    assert all(claim.name in about_walks for claim in walking.CLAIMS)
    several = tmp_path / "several.csv"
    several.write_text("# word_bits = 3\nx,output\n" + "".join(f"{x},{x}|{7 - x}\n" for x in range(8)))
    assert "world several accepts several words in a lane" in refusal("--atlas", atlas, "--world", several)
    assert "world identity-w4 is not on the atlas's domain" in refusal("--atlas", atlas, "--world", "identity-w4")


def test_a_results_folder_that_cannot_be_written_is_refused_in_one_line(results, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    said = refusal("much-simpler", "--results", file, "--workers", 1)
    assert f"{file}" in said and "cannot be made (File exists)" in said


def test_what_is_measured_on_walks_beside_a_claim_stands_beside_no_other(everything):
    beside = {claim["id"]: [each["quantity"] for each in claim["beside"]] for claim in everything["claims"]}
    assert [name for name, shown in beside.items() if walking.CAP.quantity in shown] == [walking.CAP.name]
