"""Commands that are cut short at any moment: one line, nothing left over, and the same bytes when started again."""

import errno
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from priorsim.census.progress import Progress
from priorsim.cli.progress_bar import progress_bar
from priorsim.interrupts import Interrupted
from tests.measure.conftest import oracle_atlas
from tests.small import CLAIMS

pytestmark = pytest.mark.engine

PRIORSIM, SMALL = "priorsim", "tests.small"
ARITH = ("--dialect", "arith", "--word-bits", "4")
COMMANDS = {
    "exhaustive": (
        PRIORSIM,
        *("census", *ARITH, "--max-bits", "26", "--engine", "exhaustive", "--workers", "2", "--out", "atlas.parquet"),
    ),
    "quotient": (PRIORSIM, "census", *ARITH, "--max-bits", "36", "--out", "atlas.parquet"),
    "claims": (SMALL, "claims", *CLAIMS, "--json", "--results", "results", "--workers", "2"),
    "paper": (SMALL, "paper", "--out", "results", "--workers", "2"),
    "odds": (PRIORSIM, "odds", "--atlas", "given.parquet", "--world", "square-w3", "--max-bits", "36", "--json"),
    "data": (PRIORSIM, "data", "--world", "square-w4", "--code-bits", "27", "--json"),
    "walk": (PRIORSIM, "walk", "--world", "third-w3", "--dynamics", "steepest", "--radius", "8", "--json"),
}
WITH_WORKERS = ("exhaustive", "claims", "paper")
GIVEN = {"odds": ("given.parquet", "logic-w3-23")}
"""The file that a command reads, and the atlas in it."""
INTERRUPTS = ("INT", "TERM", "HUP")
MOMENTS = 30
MOST_TIMES = 3
"""How often an impatient user presses Ctrl-C."""
LONGEST = 600
"""Seconds after which a command on a busy machine hangs."""
KEPT = r"results/claims-quick-[0-9a-f]{12}\.run/([a-z0-9-]+\.piece|manifest\.json)"
"""The files in which a run that is cut short keeps what it has finished."""
HALF_WRITTEN = r"(.*/)?\.priorsim-[0-9a-f]{12}\.part|results/claims-quick-[0-9a-f]{12}\.run/\..*"
"""The files that stay where a process had no moment to clean up; the next run removes them."""


@dataclass
class Started:
    """A command at work, in a process group of its own."""

    process: "subprocess.Popen[str]"

    @classmethod
    def of(cls, name: str, folder: Path) -> "Started":
        if name in GIVEN:
            given, atlas = GIVEN[name]
            oracle_atlas(atlas).save(folder / given)
        root = Path(__file__).parents[1]
        environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"}
        return cls(
            subprocess.Popen(
                [sys.executable, "-m", *COMMANDS[name]],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        )

    def members(self) -> dict[int, str]:
        """The command lines of all processes of the group, by number, but for those that are over."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                state, _, group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.process.pid and state != "Z":
                    found[int(process.name)] = (process / "cmdline").read_text()
            except OSError:
                continue
        return found

    def workers(self) -> list[int]:
        return [number for number, line in self.members().items() if "spawn_main" in line]

    def is_at_work(self) -> bool:
        """Whether it has come so far that it heeds a request to terminate."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return False
        (caught,) = re.findall(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)
        return bool(int(caught, 16) >> signal.SIGTERM - 1 & 1)

    def wait_until(self, what: Callable[[], object]) -> None:
        last = time.monotonic() + LONGEST
        while self.process.poll() is None and not what() and time.monotonic() < last:
            time.sleep(0.01)

    def end(self) -> tuple[int, str, str]:
        """Exit code, answer and complaint; nothing of the group is left a moment later."""
        try:
            answer, complaint = self.process.communicate(timeout=LONGEST)
            last = time.monotonic() + 10
            while self.members() and time.monotonic() < last:
                time.sleep(0.02)
            assert self.members() == {}
        finally:
            if self.members():
                os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.returncode, answer, complaint


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass
class Whole:
    """What a command leaves when nothing happens to it."""

    answer: str
    files: dict[str, bytes]
    seconds: float


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Whole]:
    @cache
    def run(name: str) -> Whole:
        folder = tmp_path_factory.mktemp(name)
        started = time.monotonic()
        code, answer, complaint = Started.of(name, folder).end()
        seconds = time.monotonic() - started
        assert code == 0, complaint
        return Whole(answer, files(folder), seconds)

    return run


def assert_it_goes_on(name: str, folder: Path, whole: Whole, *, may_stay: str) -> None:
    """What is there is whole or of a kind that may stay, and the same command ends as if nothing had happened."""
    for file, content in files(folder).items():
        assert content == whole.files.get(file) or re.fullmatch(may_stay, file), file
    code, answer, complaint = Started.of(name, folder).end()
    assert code == 0, complaint
    assert answer == whole.answer
    assert files(folder) == whole.files


def only_line(complaint: str) -> str:
    """The one line of a complaint, beside the remark that kernels are compiled."""
    lines = [line for line in complaint.splitlines() if not line.startswith("Compiling the counting kernels")]
    assert len(lines) == 1, complaint
    return lines[0]


def check_a_killed_worker(name: str, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    running.wait_until(running.workers)
    time.sleep(moment * whole.seconds / 2)
    if workers := running.workers():
        os.kill(workers[0], signal.SIGKILL)
    code, _, complaint = running.end()
    if workers and code:
        line = only_line(complaint)
        assert code == 2
        assert line.startswith("priorsim: a worker process ended before its work was done, perhaps killed because ")
        assert "kept in" in line or name == "exhaustive"
    assert_it_goes_on(name, folder, whole, may_stay=f"{KEPT}|{HALF_WRITTEN}")


def check_an_interrupt(name: str, interrupt: str, times: int, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    running.wait_until(running.is_at_work)
    time.sleep(moment * whole.seconds)
    for _ in range(times):
        if running.process.poll() is None:
            # A terminal tells the whole group.
            os.killpg(running.process.pid, getattr(signal, f"SIG{interrupt}"))
            time.sleep(moment / 3)
    code, _, complaint = running.end()
    if code:
        line = only_line(complaint)
        assert (code, line[:13]) == (130, "interrupted: ")
    assert_it_goes_on(name, folder, whole, may_stay=KEPT)


def check_a_kill(name: str, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    time.sleep(moment * whole.seconds)
    running.process.kill()
    running.end()
    assert_it_goes_on(name, folder, whole, may_stay=f"{KEPT}|{HALF_WRITTEN}")


def test_a_worker_that_is_killed_ends_the_command_in_one_line(whole, tmp_path):
    check_a_killed_worker("exhaustive", 0.2, tmp_path, whole("exhaustive"))


@pytest.mark.parametrize(
    ("name", "interrupt", "times"),
    [("exhaustive", "INT", MOST_TIMES), ("exhaustive", "HUP", MOST_TIMES), ("walk", "HUP", 1)],
)
def test_an_interrupt_says_what_was_done_and_is_heeded_once(name, interrupt, times, whole, tmp_path):
    check_an_interrupt(name, interrupt, times, 0.5, tmp_path, whole(name))


def test_a_request_to_end_that_comes_behind_the_end_changes_nothing():
    """The answer is written then, and Python is about to leave."""
    code = "import time; from priorsim.interrupts import interruptible\nwith interruptible(): pass\n"
    code += "print('done', flush=True); time.sleep(0.5)"
    ending = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert ending.stdout is not None and ending.stdout.readline() == "done\n"
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        ending.send_signal(each)
    assert (ending.wait(30), ending.communicate()[1]) == (0, "")


class Terminal(io.StringIO):
    """A terminal that can be closed by whoever looks at it."""

    is_open = True

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not self.is_open:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().write(text)


def test_a_worker_that_is_told_to_end_where_python_drops_exceptions_ends():
    command = f"""if True:
        import os, signal, time
        from priorsim.interrupts import Interrupted, raise_on_termination
        class Finalized: __del__ = lambda _: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(0.1))
        raise_on_termination()
        try: Finalized(); time.sleep({LONGEST})
        except Interrupted: print("ended")"""
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, timeout=LONGEST, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


@pytest.mark.parametrize("dropped", ["ctypes.CFUNCTYPE(None)(end_me)()", "Finalized()"])
def test_a_request_to_end_takes_effect_where_python_drops_exceptions(dropped):
    """Loading machine code calls Python from C: an interrupt there was a traceback, and was not heeded."""
    command = f"""if True:
        import ctypes, os, signal, time
        from priorsim.interrupts import interruptible
        def end_me(*_): os.kill(os.getpid(), signal.SIGTERM); time.sleep(0.1)
        class Finalized: __del__ = end_me
        with interruptible():
            {dropped}
            time.sleep({LONGEST})"""
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, timeout=LONGEST, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted: nothing was left half written\n")


def test_a_terminal_that_is_closed_does_not_hide_the_interrupt(monkeypatch):
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(Interrupted, match="1 of 2 programs were counted"), progress_bar("programs") as progress:
        progress(Progress(1, 2))
        terminal.is_open = False
        raise Interrupted
    assert terminal.getvalue()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("shards.json",), "nothing was left half written"),
        (("manifest.json",), "nothing was left half written"),
        (("shards.json", "0.shard"), "finished parts are kept in"),
    ],
)
def test_parts_are_said_to_be_kept_where_there_are_some(names, said, tmp_path):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(Interrupted, match=said), progress_bar("programs", kept=tmp_path):
        raise Interrupted


def drawn(*what: object) -> float:
    return random.Random(repr(what)).random()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MOMENTS))
@pytest.mark.parametrize("name", WITH_WORKERS)
def test_a_worker_may_be_killed_at_any_moment(name, number, whole, tmp_path):
    check_a_killed_worker(name, drawn(name, number), tmp_path, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MOMENTS))
@pytest.mark.parametrize("interrupt", INTERRUPTS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_may_be_interrupted_at_any_moment(name, interrupt, number, whole, tmp_path):
    times = 1 + number % MOST_TIMES
    check_an_interrupt(name, interrupt, times, drawn(name, interrupt, number), tmp_path, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MOMENTS))
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_may_be_killed_at_any_moment(name, number, whole, tmp_path):
    check_a_kill(name, drawn(name, number), tmp_path, whole(name))
