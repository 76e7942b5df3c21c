"""What --out may replace: a command's own files, in one run at a time; - is standard output everywhere."""

import os
import pty
import subprocess
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from priorsim.claims.populations import PRESETS, QUICK
from priorsim.storage import hold, hold_folder
from tests.test_cli import COMMAND, output, priorsim

CENSUS = ["census", "--dialect", "arith", "--word-bits", "3", "--max-bits", "12", "--workers", "1"]
WORLD = ["--world", "identity-w3"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "small.parquet"
    output(*CENSUS, "--out", path)
    return path


@pytest.fixture(scope="module")
def commands(atlas):
    """Every command that writes one file, without its --out."""
    return {
        "census": CENSUS,
        "sweep": ["sweep", "--atlas", atlas, *WORLD, "--grid", "gamma=0,1", "--grid", "tax=0,1"],
        "histogram": ["histogram", "--atlas", atlas, *WORLD],
        "population": ["population", "--atlas", atlas],
        "data": ["data", *WORLD, "--code-bits", "10"],
    }


@pytest.fixture(scope="module")
def made(commands, tmp_path_factory):
    """A file of each of them."""
    folder = tmp_path_factory.mktemp("made")
    for name, command in commands.items():
        output(*command, "--out", folder / name)
    return {name: (folder / name).read_bytes() for name in commands}


def assert_refused(words, *args):
    code, out, err = priorsim(*args)
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert words in err


NAMES = ["census", "sweep", "histogram", "population", "data"]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_replaces_what_it_made_and_nothing_else_unless_forced(name, commands, made, tmp_path):
    out = tmp_path / "out"
    foreign = {other: content for other, content in made.items() if other != name}
    foreign |= {"world": b"# word_bits = 3\nx,output\n1,0\n", "program": b"(add x 1)\n", "bytes": b"\xff\0PAR1"}
    foreign["table"] = b"gamma,log_odds_low\n0,1\n"
    for content in foreign.values():
        out.write_bytes(content)
        assert_refused("is a file that this command did not make", *commands[name], "--out", out)
        assert out.read_bytes() == content
    output(*commands[name], "--out", out, "--force")
    for before in (made[name], b""):
        out.write_bytes(before)
        output(*commands[name], "--out", out)
        assert out.read_bytes() == made[name]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", NAMES)
def test_the_second_of_two_runs_with_one_out_is_refused_at_once(name, commands, tmp_path):
    out = tmp_path / "out"
    with hold(out):
        assert_refused("out: another run is at work on it", *commands[name], "--out", out, "--force")
    output(*commands[name], "--out", out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_that_a_command_reads_is_not_replaced_even_if_forced(commands, atlas, made, tmp_path):
    exported, lanes, world = tmp_path / "exported.csv", tmp_path / "lanes.csv", tmp_path / "world.csv"
    exported.write_bytes(made["histogram"])
    lanes.write_text("x\n" + "".join(f"{x}\n" for x in range(8)))
    world.write_text("# word_bits = 3\nx,output\n" + "".join(f"{x},{x}\n" for x in range(8)))
    link = tmp_path / "link"
    os.link(world, link)
    for args, out in (
        (["sweep", "--histogram", exported, "--grid", "gamma=0,1"], exported),
        (commands["population"], atlas),
        (["histogram", "--atlas", atlas, "--world", world], link),
        (["data", "--world", world, "--code-bits", "10"], world),
        ([*CENSUS, "--domain", lanes], lanes),
    ):
        before = out.read_bytes()
        assert_refused("is a file that this command reads", *args, "--out", out, "--force")
        assert out.read_bytes() == before


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_dash_is_standard_output(name, commands, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for dash in ("-", "/dev/stdout"):
        assert output(*commands[name], "--out", dash).encode() == made[name]
    assert list(tmp_path.iterdir()) == []


def test_a_census_goes_into_a_pipe_and_not_onto_a_terminal(made, tmp_path):
    command = [*COMMAND, *CENSUS, "--out", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "piped").write_bytes(done.stdout)
    assert done.stdout == made["census"]
    assert pq.read_table(tmp_path / "piped").num_rows > 0
    assert b"programs up to 12 bits" in done.stderr
    ours, theirs = pty.openpty()
    done = subprocess.run(command, cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert b"an atlas is not a text that a terminal can show" in done.stderr
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert b"the answer cannot be written (No space left on device)" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["piped"]


@pytest.mark.parametrize("command", [["figure", "phase"], ["paper"]], ids=" ".join)
def test_a_folder_is_not_standard_output(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused("this command writes a folder", *command, "--out", "-")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.engine
def test_a_figure_replaces_its_own_files_alone_unless_forced(tmp_path, monkeypatch):
    monkeypatch.setitem(PRESETS, "quick", replace(QUICK, bounds={3: 12}))
    draw = ["figure", "phase", "--world", "square-w3", "--results", tmp_path, "--format", "svg"]
    stem = tmp_path / "figures" / "phase-square-w3"
    output(*draw)
    whole = {path.name: path.read_bytes() for path in stem.parent.iterdir()}
    for ending in (".svg", ".txt"):  # As a run leaves it that was killed.
        stem.with_suffix(ending).unlink()
    output(*draw)
    mine = {".csv": "x,output\n1,0\n", ".svg": "<svg/>", ".txt": "notes"}
    for ending, text in mine.items():
        for path in stem.parent.iterdir():
            path.unlink()
        stem.with_suffix(ending).write_text(text)
        assert_refused(f"{stem}{ending}: is a file that this command did not make", *draw)
        assert [path.read_text() for path in stem.parent.iterdir()] == [text]
    output(*draw, "--force")
    assert {path.name: path.read_bytes() for path in stem.parent.iterdir()} == whole


@pytest.mark.parametrize("name", ["README.md", "odds.csv", "report.html", "histograms/identity-w3.csv"])
def test_a_paper_is_not_written_over_files_of_the_users(name, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine\n")
    assert_refused(f"{path}: is a file that this command did not make", "paper", "--out", tmp_path)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.read_text() == "mine\n"


@pytest.mark.parametrize("command", [["figure", "phase", *WORLD], ["paper"], [*CENSUS]], ids=lambda args: args[0])
def test_a_name_that_is_no_utf_8_is_refused_before_the_work(command, tmp_path):
    out = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    assert_refused("the name is not UTF-8", *command, "--out", out)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_a_paper_is_written_to_is_no_other_papers(tmp_path):
    with hold_folder(tmp_path):
        assert_refused(f"{tmp_path}: another run is at work on it", "paper", "--out", tmp_path)
