"""What surrounds a command changes no byte of its answer, or is refused in one line."""

import io
import os
import resource
import subprocess
import sys
from contextlib import redirect_stderr

import pytest

from priorsim.census.progress import Progress
from priorsim.cli.progress_bar import progress_bar
from tests.measure.conftest import oracle_atlas
from tests.test_cli import COMMAND, PROGRAMS

SURROUNDINGS = {
    "the backend of a notebook, and no home": {
        **{"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        **{"HOME": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None},
    },
    "no such backend, and no locale": {
        **{"MPLBACKEND": "none-such", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    },
    "colours in a log": {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TTY_COMPATIBLE": "1", "TERM": "xterm-256color"},
    "no colours on a narrow terminal, and a locale that is not installed": {
        **{"NO_COLOR": "1", "COLUMNS": "20", "LINES": "2", "LC_ALL": "tr_TR.ISO-8859-9", "LANG": "tr_TR"},
    },
    "an unknown terminal without a width, and a home that is not there": {
        **{"TERM": "none-such", "COLUMNS": "wide"},
        **{"HOME": "/none/such", "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None},
    },
    "a dumb terminal, another time zone, hash seed and buffer, and one thread": {
        **{"TERM": "dumb", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "12345", "PYTHONUNBUFFERED": "1"},
        **{"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
    },
}
"""Some of several variables, where no two steer the same thing."""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    path = tmp_path_factory.mktemp("atlas") / "logic.parquet"
    oracle_atlas("logic-w3-23").save(path)
    return path


def ended(args, surroundings=None, **more):
    """A command in surroundings: variables that are set or, where None, unset."""
    variables = os.environ | (surroundings or {})
    variables = {name: value for name, value in variables.items() if value is not None}
    done = subprocess.run(
        [*COMMAND, *map(str, args)], env=variables, capture_output=True, check=False, timeout=300, **more
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def questions(atlas):
    """Commands that read an atlas, run a program, and load all that draws; with their usual answers."""
    asked = [
        ["sweep", "--atlas", atlas, "--world", "parity-w3", "--grid", "gamma=0,1"],
        ["run", PROGRAMS / "square-direct.mu", "--world", "square-w4"],
        ["figure"],
    ]
    answers = [ended(args) for args in asked]
    assert all(code == 0 and out and not err for code, out, err in answers)
    return list(zip(asked, answers, strict=True))


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_answer_is_the_same_in_all_surroundings(questions, name, tmp_path):
    for args, answer in questions if "backend" in name else questions[:1]:
        code, out, err = ended(args, SURROUNDINGS[name], cwd=tmp_path)
        assert (code, out) == answer[:2]
        # matplotlib says where it keeps its fonts for want of a home.
        assert not err or (" home" in name and b"Traceback" not in err)
    assert list(tmp_path.iterdir()) == []


def test_no_progress_is_drawn_into_a_log(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    log = io.StringIO()
    with redirect_stderr(log), progress_bar("programs") as progress:
        progress(Progress(1, 2))
    assert log.getvalue() == ""


def test_a_log_is_told_now_and_then_how_far_a_long_command_has_come(monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("priorsim.cli.progress_bar.monotonic", lambda: next(clock))
    log = io.StringIO()
    with redirect_stderr(log), progress_bar("programs") as progress:
        for programs in range(1, 8):
            progress(Progress(1000 * programs, 9000))
    assert log.getvalue() == "3,000 of 9,000 programs after 30 seconds\n6,000 of 9,000 programs after 60 seconds\n"
    with redirect_stderr(None), progress_bar("programs") as progress:
        for programs in range(1, 8):
            progress(Progress(programs, 9))


def one_line_or_the_same(code, out, err, answer):
    """The usual answer, or a refusal in one line."""
    if code == 0:
        assert (out, err) == answer[1:]
        return
    assert code == 2
    assert err.startswith(b"priorsim: ")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("files", [12, 8, 6])
def test_few_open_files_are_enough_or_refused_in_one_line(questions, files):
    args, answer = questions[0]
    code, out, err = ended(args, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
    one_line_or_the_same(code, out, err, answer)


@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited in another way")
@pytest.mark.parametrize("engine", ["quotient", "exhaustive"])
@pytest.mark.parametrize("mebibytes", [300, 1023, 1024, 3000])
def test_little_memory_is_enough_or_refused_in_one_line(mebibytes, engine, tmp_path):
    """In 586 MiB OpenBLAS tried for ever to get its buffers."""
    out = tmp_path / "small.parquet"
    args = ["census", "--dialect", "arith", "--word-bits", 2, "--max-bits", 12, "--workers", 1, "--engine", engine]
    size = mebibytes << 20
    code, told, err = ended(
        [*args, "--out", out],
        {"OPENBLAS_NUM_THREADS": None},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
    )
    assert out.exists() == (code == 0) == (mebibytes >= 1024)
    if code == 0:
        assert told.startswith(str(out).encode())
    else:
        one_line_or_the_same(code, told, err, None)
