"""The command line as its user meets it: what it prints, what it refuses, what it leaves behind."""

import io
import json
import re
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from priorsim import __version__, terminal
from priorsim.claims.populations import PRESETS, QUICK
from priorsim.cli import app, main
from priorsim.provenance import stamped
from tests.once import measured_once
from tests.test_docs import check_answer

COMMAND = [sys.executable, "-m", "priorsim"]
PROGRAMS = Path(__file__).parent.parent / "programs"
SMALL = ["--dialect", "arith", "--word-bits", "3", "--max-bits", "20"]


def priorsim(*args):
    """Exit code, standard output and standard error of a command, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: int | str = 0
    with mock.patch.object(sys, "argv", ["priorsim", *map(str, args)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    return code, out.getvalue(), err.getvalue()


def output(*args):
    code, out, err = priorsim(*args)
    assert code == 0, err
    return out


def unbroken(*args):
    """What a command prints where lines have room for all that stands in one."""
    with mock.patch.object(terminal, "WIDTH", 10_000):
        return output(*args)


def test_help_lists_every_command_by_what_it_is_for_and_fits_the_page():
    listed = output("-h")
    assert output("--help") == listed
    names = {command.callback.__name__.replace("_", "-") for command in app.registered_commands}
    assert names == set(re.findall(r"^  ([a-z][a-z-]+)  ", listed, re.MULTILINE))
    assert "Ask about a world:" in listed and listed.count("...") == 1 and max(map(len, listed.splitlines())) <= 80
    assert output("odds", "-h") == output("odds", "--help")


@pytest.mark.engine
@pytest.mark.parametrize("question", ["growth", "influence", "population", "odds", "heldout", "definitions"])
def test_what_is_said_of_an_atlas_names_the_operators_that_are_knocked_out(question, tmp_path):
    language = ["--dialect", "arith", "--word-bits", "3", "--max-bits", "12"]
    asked = [question, *(["--world", "identity-w3"] if question in ("odds", "heldout", "definitions") else [])]
    for number, without in enumerate((["--without", "add,mul"], [])):
        atlas = tmp_path / f"{number}.parquet"
        output("census", *language, *without, "--out", atlas)
        assert (" without add, mul" in output(*asked, "--atlas", atlas)) == bool(without)


def test_the_version_is_that_of_the_package():
    assert output("--version") == f"priorsim {__version__}\n"


def small_atlas(folder, max_bits=20):
    """A file in the folder with the census of arith at words of 3 bits."""
    path = folder / "small.parquet"
    output("census", *SMALL[:-1], max_bits, "--engine", "exhaustive", "--workers", 1, "--out", path)
    return path


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    return small_atlas(tmp_path_factory.mktemp("atlas"))


def test_a_census_can_be_asked_about(atlas):
    assert "at every length as many as the recurrence says" in output("info", atlas)
    text = output("odds", "--atlas", atlas, "--world", "third-w3", "--train", "0-2")
    assert "log-odds search : direct" in text
    assert "shortest programs" in text
    generated = output("odds", "--atlas", atlas, "--world", "inverse.w3-floor-times3-l8", "--train", "0-2")
    assert generated.splitlines()[1:] == text.splitlines()[1:]


@pytest.mark.engine
def test_operators_can_be_knocked_out_of_a_census(tmp_path):
    out = tmp_path / "left.parquet"
    output("census", *SMALL, "--without", "find,argmax", "--out", out)
    text = output("info", out)
    assert "without     find, argmax: knocked out, all code lengths held" in text
    assert "at every length as many as the recurrence says" in text
    told = json.loads(output("population", "--atlas", out, "--json"))
    assert told["language"]["without"] == ["find", "argmax"]
    assert "not without find, argmax" in priorsim("data", "--world", "isqrt-w3", "--code-bits", 9, "--atlas", out)[2]


@pytest.mark.engine
def test_every_operator_is_knocked_out_in_one_command(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    asked = ["knockouts", "--dialect", "arith", "--word-bits", "2", "--max-bits", "20"]
    text = output(*asked)
    assert "bits above  up to  worlds" in text and "find+argmax" in text
    check_answer("knockouts", json.loads(output(*asked, "--json")))
    output(*asked, "--gamma", "1", "--out", tmp_path / "needed.csv")
    assert (tmp_path / "needed.csv").read_text().startswith("without,above,up_to,worlds,reached,")
    (tmp_path / "other.csv").write_text("mine")
    assert priorsim(*asked, "--out", tmp_path / "other.csv")[0] == 2
    code, _, said = priorsim("knockouts", "--dialect", "arith", "--word-bits", "4", "--max-bits", "48")
    assert code == 2 and "11 censuses: " in said and "--max-bits" in said


@pytest.mark.engine
def test_searches_over_programs_are_asked_what_they_choose(tmp_path, monkeypatch):
    measured_once(monkeypatch)
    asked = ["nested", "--word-bits", "6", "--max-bits", "22"]
    text = output(*asked)
    assert "64 inner programs, 0 of class search" in text and "inner gamma" in text
    check_answer("nested", json.loads(output(*asked, "--gamma", "1", "--json")))
    output(*asked, "--out", tmp_path / "nested.csv")
    assert (tmp_path / "nested.csv").read_text().startswith("form,gamma,inner_gamma,bits_chosen,")
    (tmp_path / "other.csv").write_text("mine")
    assert priorsim(*asked, "--out", tmp_path / "other.csv")[0] == 2
    assert "choose 2 to 8" in priorsim("nested", "--word-bits", "9")[2]


@pytest.mark.engine
def test_a_census_can_be_amortised_over_the_queries_of_a_context(tmp_path):
    lanes = [(o, q) for o in range(3) for q in range(4)]
    domain, world, out = tmp_path / "lanes.csv", tmp_path / "world.csv", tmp_path / "amortised.parquet"
    domain.write_text("o:context,q\n" + "".join(f"{o},{q}\n" for o, q in lanes))
    rows = "".join(f"{o},{q},{(o + q) % 4}\n" for o, q in lanes)
    world.write_text(f"# word_bits = 2\no:context,q,output\n{rows}")
    wanted = ["--dialect", "arith", "--word-bits", "2", "--max-bits", "21", "--domain", domain]
    output("census", *wanted, "--accounting", "amortised", "--out", out)
    assert "accounting  amortised" in output("info", out)
    asked = ["odds", "--atlas", out, "--world", world, "--train", "0-3", "--prior", "levin"]
    text = unbroken(*asked)
    assert "classes by lesion; amortised accounting" in text
    assert "n*, queries a context" in text
    values = json.loads(output(*asked, "--json"))
    assert values["language"]["accounting"] == "amortised"
    assert set(values["amortisation_flip"]) == {"low", "high"}
    check_answer("odds", values)


def test_odds_as_json_hold_the_documented_keys(atlas):
    values = json.loads(output("odds", "--atlas", atlas, "--world", "identity-w3", "--json", "--prior", "levin"))
    wanted = {"world", "train", "prior", "bound_bits", "classes", "log_odds"}
    wanted |= {"gamma_star", "break_even_tax", "unexplored"}
    assert wanted <= set(values)
    assert set(values["classes"]) == {"direct", "disguised", "search"}
    assert {"mass", "programs", "l_min", "kt_min", "witness", "bonus"} <= set(values["classes"]["direct"])
    assert values["classes"]["direct"]["witness"] == "x"
    assert values["prior"]["gamma"] == 1
    check_answer("odds", values)


def test_a_class_whose_programs_are_above_the_cap_is_shown_with_its_programs(atlas):
    asked = ("odds", "--atlas", atlas, "--world", "square-w3", "--prior", "capped", "--cap", "1")
    assert re.search(r"^direct +-inf +[1-9]", output(*asked), re.MULTILINE)
    check_answer("odds", json.loads(output(*asked, "--json")))


def test_a_histogram_answers_what_its_atlas_answers(atlas, tmp_path):
    exported = tmp_path / "identity.csv"
    output("histogram", "--atlas", atlas, "--world", "identity-w3", "--out", exported)
    options = ("--prior", "schmidhuber", "--delta", "2", "--json")
    from_atlas = output("odds", "--atlas", atlas, "--world", "identity-w3", *options)
    assert output("odds", "--histogram", exported, *options) == from_atlas
    grid = ("--grid", "gamma=0:1:3", "--grid", "tax=0,4")
    swept = output("sweep", "--histogram", exported, *grid)
    assert swept == output("sweep", "--atlas", atlas, "--world", "identity-w3", *grid)
    assert len(swept.splitlines()) == 2 + 3 * 2


def test_beyond_the_atlas_the_answers_are_those_of_a_longer_one(atlas, tmp_path):
    longer = tmp_path / "longer.parquet"
    output("census", *SMALL[:-1], 26, "--out", longer)
    beyond = ("--atlas", atlas, "--world", "inverse-w3", "--max-bits", 26)
    of_longer = ("--atlas", longer, "--world", "inverse-w3")
    for ask in (["histogram"], ["sweep", "--grid", "gamma=0,1"]):
        assert output(*ask, *beyond) == output(*ask, *of_longer)
    odds, expected = (json.loads(output("odds", *which, "--json")) for which in (beyond, of_longer))
    for each in (odds, expected):
        for of_class in each["classes"].values():
            # Of the programs of a row either may be found.
            assert of_class.pop("witness") and of_class.pop("kt_witness")
    assert odds == expected


def test_within_the_atlas_the_answers_are_those_of_a_shorter_one(atlas, tmp_path):
    shorter = tmp_path / "shorter.parquet"
    output("census", *SMALL[:-1], 17, "--out", shorter)
    world = ("--world", "identity-w3")
    asks = [["odds", "--json", *world], ["histogram", *world], ["heldout", "--json", *world], ["population", "--json"]]
    for ask in asks:
        assert output(*ask, "--atlas", atlas, "--max-bits", 17) == output(*ask, "--atlas", shorter)
    assert "up to 1 bits" in output("odds", "--atlas", atlas, *world, "--max-bits", 1)
    assert "up to 1 bits" in output("heldout", "--atlas", atlas, *world, "--max-bits", 1)


def test_class_by_form_counts_every_program_with_a_search_node(atlas):
    odds = [
        json.loads(output("odds", "--atlas", atlas, "--world", "identity-w3", "--class-by", by, "--json"))
        for by in ("lesion", "form")
    ]
    by_lesion, by_form = (each["classes"]["search"]["programs"] for each in odds)
    assert by_form > by_lesion > 0


def test_held_out_lanes_as_text_and_json(atlas):
    ask = ("heldout", "--atlas", atlas, "--world", "identity-w3")
    text = unbroken(*ask)
    for words in ("excess defection, disguised as direct", "dormant share", "heaviest side flips", "lanes  accuracy"):
        assert words in text
    assert "held out none" in output(*ask, "--train", "0-7")
    values = json.loads(output(*ask, "--prior", "levin", "--train", "0-3", "--json"))
    assert values["held_out"] == [4, 5, 6, 7]
    assert values["prior"]["gamma"] == 1
    assert len(values["splits"]) == 13
    check_answer("heldout", values)
    assert len(values["learning"]["listed"]) == 4
    camera = ("--world", "proxy.blank-sharp-forward.w3-square-l8")
    assert "neither" in output("heldout", "--atlas", atlas, *camera)
    check_answer("heldout", json.loads(output("heldout", "--atlas", atlas, *camera, "--json")))


def test_the_population_as_text_json_and_csv(atlas, tmp_path):
    assert "the population, each counted once" in unbroken("population", "--atlas", atlas)
    values = json.loads(output("population", "--atlas", atlas, "--json"))
    check_answer("population", values)
    assert values["bound_bits"] == 20
    assert "written" in output("population", "--atlas", atlas, "--out", tmp_path / "all.csv")
    lines = (tmp_path / "all.csv").read_text().splitlines()
    assert len(lines) == 1 + values["behaviours"]["population"] > 1


@pytest.mark.engine
def test_definitions_of_search_side_by_side(atlas):
    ask = ("definitions", "--atlas", atlas, "--world", "identity-w3")
    text = unbroken(*ask, "--train", "0-3", "--prior", "levin", "--programs", "20")
    for words in ("all programs that fit", "the 20 shortest of them", "the first in code order", "retargeted"):
        assert words in text
    values = json.loads(output(*ask, "--json"))
    check_answer("definitions", values)
    assert len(values["shortest"]["list"]) == values["shortest"]["asked"] == 100
    assert values["shortest"]["list"][0]["program"] == "x"
    assert set(values["fitting"]["odds"]) < set(values["shortest"]["odds"])
    assert values["fitting"]["programs"] > values["shortest"]["programs"] == 100
    assert "nothing to compare" in output("definitions", "--atlas", atlas, "--world", "table-a-w3")


@pytest.mark.engine
def test_objectives_as_text_and_json():
    asked = ("objectives", "--world", "root-w4", "--max-bits")
    values = json.loads(output(*asked, 24, "--json"))
    check_answer("objectives", values)
    assert values["number"] >= 1
    assert sum(number for _, number in values["by_bits"]) == values["programs"]
    assert values["by_bits"][0][0] == 23
    assert f"programs    {values['programs']} that fit" in output(*asked, 24)
    assert "no fitting program of up to 22 bits" in output(*asked, 22)
    nothing = json.loads(output(*asked, 22, "--json"))
    assert (nothing["number"], nothing["log2_mass"], nothing["exact_mass"], nothing["by_bits"]) == (0, None, None, [])


def test_programs_with_data_are_counted(tmp_path):
    asked = ("data", "--world", "isqrt-w3", "--code-bits", "20")
    values = json.loads(output(*asked, "--json", "--prior", "levin"))
    check_answer("data", values)
    assert values["classes"]["table"]["l_min"] == {"low": 21, "high": 30}
    text = output(*asked)
    assert "table" in text and "[21, 30]" in text
    assert "together with" not in text
    assert f"shortest table             {values['witnesses']['table']}\n" in text + "\n"
    file = tmp_path / "data.csv"
    output(*asked, "--out", file)
    assert file.read_text().startswith("class,bits,steps,searches,faithful,count")
    for wrong in (("--world", "isqrt-w4", "--code-bits", "60"), ("--world", "isqrt-w4", "--code-bits", "2")):
        code, _, err = priorsim("data", *wrong)
        assert code == 2 and len(err.splitlines()) == 1


def test_code_and_data_are_weighed_together(atlas):
    asked = ("data", "--world", "third-w3", "--code-bits", "16", "--train", "0-3", "--atlas", atlas)
    whole = json.loads(output(*asked, "--json"))
    check_answer("data", whole)
    values = whole["joint"]
    assert values["bound_bits"] == 20
    assert values["classes"]["direct"]["l_min"]["low"] <= 20
    text = output(*asked)
    for words in ("together with every code-only program up to 20 bits", "hybrid : table", "Delta L"):
        assert words in text


def test_programs_run_and_trace():
    text = output("run", PROGRAMS / "square-direct.mu", "--world", "square-w4")
    assert "fits square-w4 on its training lanes" in text
    values = json.loads(output("run", PROGRAMS / "inverse-find.mu", "--world", "inverse-w4", "--json"))
    assert values["class"] == "search"
    assert set(values["steps"]) == {"total", "amortised", "max", "depth"}
    assert "(mul x x) = 9" in output(
        "run", PROGRAMS / "square-direct.mu", "--world", "square-w4", "--trace", "--lane", "3"
    )


def test_encoding_and_decoding():
    assert output("encode", "(add x 1)") == "0110000100\n10 bits\n"
    assert output("decode", "0110000100111") == "(add x 1)\n10 bits, 3 left over\n"
    assert "(find (c) (eq o (mul c c)))" in output(
        "decode", output("encode", "(find (c) (eq o (mul c c)))", "--columns", "o,q").split()[0], "--columns", "o,q"
    )


def test_a_file_is_encoded_in_the_dialect_it_names():
    report = json.loads(output("run", PROGRAMS / "rule90-direct.mu", "--world", "rule90-w4", "--json"))
    assert output("encode", PROGRAMS / "rule90-direct.mu").endswith(f"{report['bits']} bits\n")
    assert output("encode", PROGRAMS / "rule90-direct.mu", "--dialect", "logic") == output(
        "encode", PROGRAMS / "rule90-direct.mu"
    )


@pytest.mark.parametrize(("word_bits", "depth"), [(4, 2), (8, 2), (9, 1), (12, 1)])
def test_the_depth_is_the_domains_where_none_is_given(word_bits, depth):
    program = ("encode", "(find (c) (eq x c))", "--word-bits", word_bits)
    assert output(*program) == output(*program, "--depth", depth)
    code = output(*program).split()[0]
    assert output("decode", code, "--word-bits", word_bits).startswith("(find (c) (eq x c))\n")


def test_a_trace_is_json_where_it_is_asked_for():
    ask = ["run", PROGRAMS / "square-direct.mu", "--world", "square-w4", "--trace", "--lane", 3, "--json"]
    lines = json.loads(output(*ask))
    assert lines[0] == {"level": 0, "text": "(mul x x)", "word": 9, "steps": 3}
    assert [line["text"] for line in lines] == ["(mul x x)", "x", "x"]


def test_worlds_are_listed_and_shown():
    listed = output("worlds")
    assert len(listed.splitlines()) > 30
    assert "held out" in output("worlds", "isqrt-w4")
    members = output("worlds", "--family", "inverse")
    assert "the least c with c c = x modulo 2^w, or 0" in members
    name = "inverse.w3-floor-square-l8"
    assert name in members
    assert output("worlds", name).splitlines()[2:] == output("worlds", "isqrt-w3").splitlines()[2:]


def test_a_world_of_the_users_own_from_a_file(atlas, tmp_path):
    world = tmp_path / "mine.csv"
    world.write_text("# word_bits = 3\nx,output\n" + "".join(f"{x},{x * x % 8}\n" for x in range(8)))
    text = output("odds", "--atlas", atlas, "--world", world)
    assert "world mine: no description" in text
    assert "at home" not in text
    assert output("worlds", world).startswith("mine: no description\n")


def test_the_odds_say_what_was_counted_under_which_weight(atlas):
    asked = ("odds", "--atlas", atlas, "--world", "parity-w3", "--delta", "-1000", "--beta", 800, "--gamma", 2)
    text = unbroken(*asked)
    assert "up to 20 bits; dialect arith, words of 3 bits, depth 2; the world is at home in logic\n" in text
    assert "2^(-800 l) t^(-2) 2^(1000 s)" in text


def test_help_is_quick_and_imports_nothing_heavy():
    start = time.perf_counter()
    subprocess.run([*COMMAND, "--help"], check=True, capture_output=True)
    assert time.perf_counter() - start < 2  # half a second alone; the machine that tests may be busy
    for args in ("['--help']", "['worlds']", "['encode', 'x']"):
        code = (
            f"import sys; sys.argv[1:] = {args}\n"
            "from priorsim.cli import app, main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "heavy = {'numba', 'sympy', 'matplotlib.pyplot', 'scipy', 'pyarrow'} & set(sys.modules)\n"
            "assert not heavy, heavy"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("ask", [["worlds"], ["odds", "--json"]], ids=" ".join)
def test_an_answer_that_cannot_be_written_is_one_line_and_exit_code_2(atlas, ask):
    about = ["--atlas", str(atlas), "--world", "identity-w3"] if "odds" in ask else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *ask, *about], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "the answer cannot be written (No space left on device)" in done.stderr


@pytest.mark.engine
def test_a_figure_is_drawn_of_any_world_with_its_numbers_and_a_caption(tmp_path, monkeypatch):
    monkeypatch.setitem(PRESETS, "quick", replace(QUICK, bounds={3: 16}))
    monkeypatch.chdir(tmp_path)
    args = ["figure", "phase", "--world", "square-w3", "--preset", "quick", "--width", "82mm", "--format", "svg"]
    stem = Path("results-quick", "figures", "phase-square-w3")
    assert output(*args) == f"{stem}.svg: written\n"
    width = re.search(r'width="([0-9.]+)pt"', Path(f"{stem}.svg").read_text())
    assert width and float(width[1]) == pytest.approx(82 / 25.4 * 72)
    assert "square-w3" in Path(f"{stem}.txt").read_text()
    assert Path(f"{stem}.csv").read_text().startswith(stamped("beta,gamma,holds_the_mass,held_out_loss\n"))
    (atlas,) = Path("results-quick", "atlases").iterdir()
    made = atlas.stat().st_mtime_ns
    output(*args, "--out", "again")
    assert atlas.stat().st_mtime_ns == made
    assert (tmp_path / "again" / "phase-square-w3.svg").read_bytes() == Path(f"{stem}.svg").read_bytes()


def test_all_figures_are_listed_by_name():
    listed = {line.split("  ")[0] for line in output("figure").splitlines()[1:]}
    assert {"phase", "delta-l", "witness-sheet", "cloud"} <= listed
