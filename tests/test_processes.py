"""Work in several processes: every result once, errors in the caller's hands, and no worker left behind."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from priorsim import processes
from priorsim.errors import WorkerError
from priorsim.processes import PATIENCE, open_pool, run_tasks

SCRIPT = """
from tests.test_processes import square
from priorsim.processes import run_tasks
print(sorted(run_tasks(square, range(3), 2)))
"""

CHANGED = """
from pathlib import Path
import priorsim.processes
from priorsim.errors import PriorsimError
Path(priorsim.__file__).with_name("formats.py").open("a").write("# A remark.")
try:
    list(priorsim.processes.run_tasks(abs, range(3), 2))
except PriorsimError as error:
    print(error)
print(list(priorsim.processes.run_tasks(abs, range(3), 1)))
"""


def square(number: int) -> int:
    return number * number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


def leave_a_file_unless_ended(file: Path | None) -> str:
    """At once where there is no file; else the file is there for a minute, and stays where nothing is cleaned up."""
    if file is not None:
        try:
            file.touch()
            time.sleep(60)
        finally:
            file.unlink()
    return "finished"


def be_killed(number: int) -> int:
    """As a system does that runs out of memory; the first task is done."""
    if number:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def be_killed_while_the_result_is_sent(number: int) -> bytes:
    def send_half(connection: Connection, message: memoryview) -> None:
        os.write(connection.fileno(), message[: len(message) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    Connection._send = send_half  # type: ignore[attr-defined]
    return bytes(1000)


def be_terminated(number: int) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return number


def be_deaf(file: Path | None) -> None:
    """Until a minute is over, whatever it is told; a file says so."""
    if file is not None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        file.touch()
        time.sleep(60)


def wait_for(file: Path) -> None:
    last = time.monotonic() + 60
    while not file.exists() and time.monotonic() < last:
        time.sleep(0.01)
    assert file.exists()


def assert_nothing_is_left() -> None:
    """Neither a worker nor a thread that waits for one, which the end of this process would wait for in turn."""
    assert multiprocessing.active_children() == []
    assert [thread for thread in threading.enumerate() if "Manager" in type(thread).__name__] == []


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_its_result_once(workers: int) -> None:
    found = list(run_tasks(square, range(9), workers))
    assert sorted(found) == [(number, number * number) for number in range(9)]
    assert list(run_tasks(square, [], workers)) == []
    assert_nothing_is_left()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_reaches_the_caller(workers: int) -> None:
    with pytest.raises(ValueError, match="three is refused"):
        list(run_tasks(refuse_three, range(9), workers))
    assert_nothing_is_left()


def test_an_interrupt_ends_the_workers_in_the_middle_of_their_tasks_and_they_clean_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a worker may not get a turn for seconds.
    monkeypatch.setattr(processes, "PATIENCE", 60.0)
    file = tmp_path / "left"
    found = run_tasks(leave_a_file_unless_ended, [None, file, None], 2)
    assert next(found)[1] == "finished"
    wait_for(file)
    with pytest.raises(KeyboardInterrupt):
        found.throw(KeyboardInterrupt)
    assert_nothing_is_left()
    assert not file.exists()


def test_a_pool_for_several_runs_is_ended_like_one_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tasks that have not begun, and without an error in the pool's own thread, which would fail the test."""
    monkeypatch.setattr(processes, "PATIENCE", 60.0)
    file = tmp_path / "left"
    with pytest.raises(KeyboardInterrupt), open_pool(2) as pool:
        assert sorted(run_tasks(square, range(3), pool)) == [(0, 0), (1, 1), (2, 4)]
        found = run_tasks(leave_a_file_unless_ended, [None, file, *(tmp_path / str(place) for place in range(9))], pool)
        assert next(found)[1] == "finished"
        wait_for(file)
        found.throw(KeyboardInterrupt)
    assert_nothing_is_left()
    assert not file.exists()
    with pytest.raises(WorkerError, match=r"^a worker process ended before .*"), open_pool(2) as pool:
        list(run_tasks(be_killed, range(4), pool))
    assert_nothing_is_left()


def test_a_worker_that_cannot_be_told_to_end_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "deaf"
    found = run_tasks(be_deaf, [None, file], 2)
    assert next(found) == (0, None)
    wait_for(file)
    started = time.monotonic()
    found.close()
    assert_nothing_is_left()
    assert PATIENCE <= time.monotonic() - started < 30


@pytest.mark.parametrize("end", [be_killed, be_killed_while_the_result_is_sent, be_terminated])
def test_the_death_of_a_worker_ends_the_run_with_one_line(end: Callable[[int], object]) -> None:
    with pytest.raises(WorkerError, match=r"^a worker process ended before .*: give fewer workers, or more memory$"):
        list(run_tasks(end, range(4), 2))
    assert_nothing_is_left()


def test_an_interrupt_while_workers_are_ended_takes_effect_behind_that(tmp_path: Path) -> None:
    file = tmp_path / "deaf"
    found = run_tasks(be_deaf, [None, file], 2)
    next(found)
    wait_for(file)
    again = threading.Timer(PATIENCE / 2, signal.raise_signal, [signal.SIGINT])
    again.start()
    with pytest.raises(KeyboardInterrupt):
        found.close()
    again.join()
    assert_nothing_is_left()


def run_script(
    *command: str, given: str | None = None, root: Path = Path(__file__).parents[1]
) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, *command],
        input=given,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_script_without_a_main_guard_is_told_so_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    ended = run_script(str(file))
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"worker processes read {file} again when they start: ")
    file.write_text('if __name__ == "__main__":' + SCRIPT.replace("\n", "\n    "))
    assert run_script(str(file)).stdout == "[(0, 0), (1, 1), (2, 4)]\n"


def test_a_script_from_standard_input_is_told_that_it_cannot_start_workers() -> None:
    ended = run_script("-", given=SCRIPT)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("worker processes cannot be started from <stdin>")


def test_code_without_a_script_may_start_workers() -> None:
    assert run_script("-c", SCRIPT).stdout == "[(0, 0), (1, 1), (2, 4)]\n"


def test_a_worker_does_not_run_code_that_was_changed_under_its_parent(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(processes.__file__).parent, tmp_path / "priorsim", ignore=ignored)
    ended = run_script("-c", CHANGED, root=tmp_path)
    refusal, alone = ended.stdout.splitlines()
    assert (ended.stderr, alone) == ("", "[(0, 0), (1, 1), (2, 2)]")
    assert refusal.startswith("the code of priorsim on disk was changed while this command ran")


def census_unless(is_done: bool) -> int:
    """A census that takes more than a minute on one core, unless it is done."""
    from priorsim.census.take import make_header, take_census
    from priorsim.mu.domain import Domain

    return 0 if is_done else len(take_census(make_header("arith", 44, domain=Domain.default(4))).rows)


@pytest.mark.engine
def test_an_interrupt_ends_a_census_in_the_middle_of_a_level() -> None:
    found = run_tasks(census_unless, [True, False, False], 2)
    assert next(found) == (0, 0)
    time.sleep(3)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        found.throw(KeyboardInterrupt)
    assert_nothing_is_left()
    assert time.monotonic() - started < 20
