"""Commands that are cut short at any moment: one line, nothing left over, and the same bytes when started again."""

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

pytestmark = pytest.mark.engine

PRIORSIM, SMALL = "priorsim", "tests.small"
ARITH = ("--dialect", "arith", "--word-bits", "4")
COMMANDS = {
    "exhaustive": (
        PRIORSIM,
        *("census", *ARITH, "--max-bits", "29", "--engine", "exhaustive", "--workers", "2", "--out", "atlas.parquet"),
    ),
    "quotient": (PRIORSIM, "census", *ARITH, "--max-bits", "36", "--out", "atlas.parquet"),
    "claims": (SMALL, "claims", "--json", "--results", "results", "--workers", "2"),
    "paper": (SMALL, "paper", "--out", "results", "--workers", "2"),
    "data": (PRIORSIM, "data", "--world", "square-w4", "--code-bits", "27", "--json"),
    "walk": (PRIORSIM, "walk", "--world", "third-w3", "--dynamics", "steepest", "--radius", "8", "--json"),
}
WITH_WORKERS = ("exhaustive", "claims", "paper")
INTERRUPTS = {"INT": 1, "INT-INT": 2, "INT-INT-INT": 3, "TERM": 1, "HUP": 1}
"""Signals to the command, as a terminal or a system sends them, and how often."""
MOMENTS = 30


@dataclass
class Started:
    """A command at work, in a process group of its own."""

    process: "subprocess.Popen[str]"

    @classmethod
    def of(cls, name: str, folder: Path) -> "Started":
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
        last = time.monotonic() + 60
        while self.process.poll() is None and not what() and time.monotonic() < last:
            time.sleep(0.01)

    def end(self) -> tuple[int, str, str]:
        """Exit code, answer and complaint; nothing of the group is left a moment later."""
        try:
            answer, complaint = self.process.communicate(timeout=60)
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


def assert_it_goes_on(name: str, folder: Path, whole: Whole) -> None:
    code, answer, complaint = Started.of(name, folder).end()
    assert code == 0, complaint
    assert answer == whole.answer
    assert files(folder) == whole.files


def check_a_killed_worker(name: str, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    running.wait_until(running.workers)
    time.sleep(moment * whole.seconds / 2)
    if workers := running.workers():
        os.kill(workers[0], signal.SIGKILL)
    code, _, complaint = running.end()
    if workers and code:
        (line,) = complaint.splitlines()
        assert code == 2
        assert line.startswith("priorsim: a worker process ended before its work was done, perhaps killed because ")
        assert "kept in" in line or name == "exhaustive"
    assert_it_goes_on(name, folder, whole)


def check_an_interrupt(name: str, interrupt: str, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    running.wait_until(running.is_at_work)
    time.sleep(moment * whole.seconds)
    for each in interrupt.split("-"):
        if running.process.poll() is None:
            # A terminal tells the whole group.
            os.killpg(running.process.pid, getattr(signal, f"SIG{each}"))
            time.sleep(moment / 3)
    code, _, complaint = running.end()
    if code:
        (line,) = complaint.splitlines()
        assert (code, line[:13]) == (130, "interrupted: ")
    assert_it_goes_on(name, folder, whole)


def check_a_kill(name: str, moment: float, folder: Path, whole: Whole) -> None:
    running = Started.of(name, folder)
    time.sleep(moment * whole.seconds)
    running.process.kill()
    running.end()
    assert_it_goes_on(name, folder, whole)


def moments(seed: str) -> list[float]:
    drawn = random.Random(seed)
    return [drawn.random() for _ in range(MOMENTS)]


def test_a_worker_that_is_killed_ends_the_command_in_one_line(whole, tmp_path):
    check_a_killed_worker("exhaustive", 0.2, tmp_path, whole("exhaustive"))


@pytest.mark.parametrize(("name", "interrupt"), [("exhaustive", "INT-INT-INT"), ("walk", "HUP")])
def test_an_interrupt_says_what_was_done_and_is_heeded_once(name, interrupt, whole, tmp_path):
    check_an_interrupt(name, interrupt, 0.5, tmp_path, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_WORKERS)
def test_a_worker_may_be_killed_at_any_moment(name, whole, tmp_path):
    for number, moment in enumerate(moments(name)):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_a_killed_worker(name, moment, folder, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("interrupt", INTERRUPTS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_may_be_interrupted_at_any_moment(name, interrupt, whole, tmp_path):
    for number, moment in enumerate(moments(name + interrupt)):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_an_interrupt(name, interrupt, moment, folder, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_may_be_killed_at_any_moment(name, whole, tmp_path):
    for number, moment in enumerate(moments(name)):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_a_kill(name, moment, folder, whole(name))
