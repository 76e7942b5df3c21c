"""A dry run says what work would take, near what it takes, and leaves nothing behind."""

import json
import re

import pytest

from priorsim.census.take import make_header, take_census
from priorsim.claims.judge import by_census, find_claims
from priorsim.claims.populations import PRESETS, QUICK
from priorsim.measure.data import data_effort
from priorsim.mu.domain import Domain
from priorsim.study.atlases import open_census
from priorsim.study.cache import VARIABLE
from priorsim.study.plan import census_plan, censuses_plan, data_plan, estimated, question_plan
from tests.small import SMALL
from tests.test_cli import output, priorsim, unbroken

NAMED = "inverse-w3"
WIDE = "inverse.w6-quotient-one-l64"
WALK = ["walk", "--world", NAMED, "--dynamics", "first", "--radius", 4]
NOTHING = "Nothing was counted and nothing was written."


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder to work in, a cache in it that is not there, and a preset of few and small censuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PRESETS, "quick", SMALL)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.engine
@pytest.mark.parametrize(("dialect", "word_bits", "max_bits"), [("arith", 2, 26), ("logic", 4, 26), ("loops", 3, 28)])
def test_the_rows_that_are_told_are_within_a_factor_of_three(dialect, word_bits, max_bits):
    header = make_header(dialect, max_bits, domain=Domain.default(word_bits))
    rows = len(take_census(header))
    assert rows / 3 <= estimated(header).rows <= 3 * rows


@pytest.mark.engine
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["census", "--world", NAMED, "--max-bits", 44],
            r"17,285,693,001 programs\nabout 29,000,000 rows, 73 seconds on",
        ),
        (["census", "--world", NAMED, "--max-bits", 20, "--out", "o"], "every program of arith up to 20 bits"),
        (["census", "--world", NAMED, "--max-bits", 31, "--engine", "exhaustive"], r"rows, \S+ seconds on"),
        (["odds", "--world", NAMED], "Census of every program of arith up to 28 bits, words of 3 bits, 8 lanes of x"),
        (["odds", "--world", NAMED, "--max-bits", 40], "What fits one world of every program of arith up to 40 bits"),
        (["sweep", "--world", NAMED, "--max-bits", 63, "--grid", "gamma=1"], "it is started with --yes alone"),
        (["odds", "--world", WIDE], "every program of arith up to 28 bits, words of 6 bits, 64 lanes of x"),
        (["histogram", "--world", WIDE, "--max-bits", 30, "--out", "o"], "words of 6 bits, 64 lanes of x"),
        (["growth", "--max-bits", 44], "about 29,000,000 rows, 73 seconds on"),
        (["influence", "--dialect", "logic"], "every program of logic up to 28 bits"),
        (["population", "--word-bits", 2, "--out", "o"], "words of 2 bits, 4 lanes of x"),
        (["heldout", "--world", NAMED, "--max-bits", 12], "up to 28 bits, words of 3 bits"),
        (
            ["definitions", "--world", NAMED, "--max-bits", 44, "--memory", "1GiB"],
            "it is started with more memory alone",
        ),
        (["programs", "--world", NAMED, "--out", "o"], "Census of every program of arith up to 28 bits"),
        (["programs", "--world", NAMED, "--max-bits", 63, "--workers", 1], "it is started with --yes alone"),
        (["data", "--world", "isqrt-w3", "--code-bits", 20], "Programs with data: 20,263, entries left open"),
        (["claims", "much-simpler"], r"Censuses: \d+, of which 0 are in results-quick/atlases\nThe others take about"),
        (["paper"], r"Censuses: \d+, of which 0 are in results-quick/atlases\nThe others take about"),
        (["claims", "gradual"], "Censuses: 0, of which 0 are in"),
        (["knockouts", "--max-bits", 44], r"11 censuses, one after .* 17,285,693,001 programs\n.*, 13 minutes on two"),
        (["knockouts", "--max-bits", 48, "--out", "o"], "it is started with more memory and --yes alone"),
        (["heldout", "--world", WIDE], "823,590 programs, for each of 12 sets of training lanes\na second or less"),
        (["claims", "--world", WIDE, "--max-bits", 40], "programs, for each of 16 sets of training lanes\n108 seconds"),
    ],
)
def test_a_dry_run_says_what_it_would_take_and_leaves_nothing(args, said, place):
    text = unbroken(*args, "--dry-run")
    assert re.search(said, text) and NOTHING in text
    assert list(place.iterdir()) == []


@pytest.mark.engine
def test_what_a_census_would_need_beyond_the_usual_is_told():
    header = make_header("arith", 60, domain=Domain.default(3))
    assert "it is started with more memory and --yes alone" in census_plan(header)
    assert "it is started" not in census_plan(make_header("arith", 30, domain=Domain.default(3)))
    assert "it is started with --yes alone" in question_plan(header)
    small = make_header("arith", 20, domain=Domain.default(3))
    assert "it is started with more memory alone" in census_plan(small, memory_bytes=1 << 20)


@pytest.mark.engine
def test_what_processes_that_keep_parts_on_disk_take_is_told_where_it_is_too_much_too():
    header = make_header("arith", 46, domain=Domain.default(4))
    two, one = (census_plan(header, memory_bytes=3 << 30, processes=processes) for processes in (2, 1))
    assert "it is started with more memory alone" in two and "it is started with more memory alone" in one
    assert re.search("2 processes that share the census and keep parts on disk take [67]\\.[0-9] GiB", two)
    assert re.search("a process that keeps parts on disk takes 3\\.[0-9] GiB, with the command", one)


@pytest.mark.engine
def test_a_dry_run_with_a_cluster_tells_the_memory_of_each_worker(place):
    census = ["census", "--dialect", "arith", "--word-bits", 4, "--max-bits", 46, "--cluster", "local:2", "--dry-run"]
    assert "a process that keeps parts on disk takes 3." in unbroken(*census)


@pytest.mark.engine
def test_of_several_worlds_a_census_that_they_share_is_told_once():
    three = [word for name in (NAMED, "square-w3", "isqrt-w4") for word in ("--world", name)]
    for command in ("odds", "heldout"):
        assert output(command, *three, "--dry-run").count("Census of") == 2
    both = output("heldout", *three, "--world", WIDE, "--dry-run")
    assert "12 sets of training lanes" in both and both.count("Census of") == 2


@pytest.mark.engine
def test_a_graph_of_edits_is_near_what_is_told(place):
    said = unbroken(*WALK, "--max-bits", 20, "--dry-run")
    [programs, edges] = [int(found.replace(",", "")) for found in re.findall(r"[0-9][0-9,]+(?= programs| edits)", said)]
    made = json.loads(output(*WALK, "--max-bits", 20, "--json"))
    assert programs == made["programs"] and made["edges"] / 3 <= edges <= 3 * made["edges"]
    assert "No graph was made and nothing was written." in said and list(place.iterdir()) == []


@pytest.mark.engine
def test_censuses_that_are_kept_are_not_told(tmp_path):
    headers = [make_header("arith", bits, domain=Domain.default(2)) for bits in (10, 12)]
    before = censuses_plan(headers, tmp_path)
    open_census(headers[0], folder=tmp_path)
    after = censuses_plan(headers, tmp_path)
    open_census(headers[1], folder=tmp_path)
    assert [text.splitlines()[0].partition(" are in ")[0] for text in (before, after)] == [
        "Censuses: 2, of which 0",
        "Censuses: 2, of which 1",
    ]
    assert "The others take" in after and "The others take" not in censuses_plan(headers, tmp_path)


def test_what_data_would_take_is_what_the_refusal_goes_by():
    language = make_header("arith", 2, domain=Domain.default(4)).language
    efforts = [data_effort(language, bits) for bits in (20, 26, 36)]
    assert efforts == sorted(efforts)
    assert "2 minutes" in data_plan(3, 120, 2**31) and "2.0 GiB" in data_plan(3, 120, 2**31)


def test_the_censuses_of_claims_are_those_of_their_populations():
    headers = [group[0].header for group in by_census(QUICK, find_claims(["much-simpler"]))]
    assert len(headers) == len(set(headers)) > 1


@pytest.mark.engine
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["odds", "--histogram", "h.csv"], "--dry-run has no effect with --histogram"),
        (["definitions", "--world", NAMED, "--atlas", "a"], "--dry-run has no effect with --atlas: nothing is counted"),
        (["programs", "--world", WIDE], "is wide: 64 lanes of 6 bits"),
        (["growth", "--atlas", "a"], "--dry-run has no effect with --atlas: nothing is counted"),
        (["odds"], "give --world NAME, or --histogram FILE"),
        (["heldout", "--world", WIDE, "--memory", "1GiB"], "--memory has no effect on a wide world"),
        (["claims", "--world", WIDE, "--workers", 2], "--workers has no effect on the claims about a wide world"),
        (["knockouts", "--workers", 0], "0 workers are too few"),
        ([*WALK, "--max-bits", 40], "GiB, above the 8.0 GiB allowed: lower --max-bits to 33"),
        ([*WALK[:-1], 17], "17"),
        (["walk", "--world", NAMED, "--dynamics", "third", "--radius", 4], "unknown dynamics 'third'"),
        ([*WALK, "--walks", 9], "--dry-run has no effect with --walks or --trace, which make no graph"),
        (["census", "--world", NAMED, "--max-bits", 64], "a bound of 64 bits is out of range"),
        (["census", "--world", NAMED, "--max-bits", 20, "--workers", 0], "0 "),
        (["odds", "--world", NAMED, "--max-bits", 64], "a bound of 64 bits is out of range"),
        (["data", "--world", WIDE, "--code-bits", 20], "words of 6 bits"),
        (["data", "--world", "isqrt-w3", "--code-bits", 50], "would take too long, or too much memory: give at most"),
    ],
)
def test_a_dry_run_refuses_what_the_run_refuses(args, said, place):
    code, out, err = priorsim(*args, "--dry-run")
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert said in err
    assert list(place.iterdir()) == []


@pytest.mark.engine
def test_what_an_atlas_holds_takes_nothing(place):
    output("census", "--world", NAMED, "--max-bits", 12, "--out", "a.parquet")
    asked = ["odds", "--world", NAMED, "--atlas", "a.parquet"]
    assert "nothing is counted" in priorsim(*asked, "--dry-run")[2]
    assert "up to 20 bits" in output(*asked, "--max-bits", 20, "--dry-run")
    assert "give --out FILE for the atlas" in priorsim("census", "--world", NAMED, "--max-bits", 12)[2]
