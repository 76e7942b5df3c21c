"""Any executor does the work, a Dask cluster too: the results of one process, and one line of what goes wrong."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from priorsim import executors, processes
from priorsim.census.progress import Progress
from priorsim.census.take import take_census
from priorsim.claims.judge import find_claims, judge, judge_wide_world
from priorsim.claims.languages import languages
from priorsim.claims.populations import QUICK
from priorsim.errors import PriorsimError, WorkerError
from priorsim.executors import open_executor
from priorsim.measure.languages import members, reference
from priorsim.measure.wide_off_training import wide_off_training
from priorsim.priors import named_prior
from priorsim.processes import run_tasks
from priorsim.worlds import find_world
from tests.clusters import ROOT, Cluster, end_a_worker, fill, nap, running
from tests.test_cli import output
from tests.test_options import refusal
from tests.test_processes import assert_nothing_is_left, square

WIDE = "inverse.w6-quotient-one-l64"
SMALL = replace(
    QUICK, bounds={3: 14}, word_bits=(3,), dialects=("arith",), constant_bits=(), given={}, queries=(), lessons=(),
    lanes=(), walk_bits=15, walk_radii=(8,), walk_settings={3: (("lesion", 0),)}, walk_worlds=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running(2) as found:
        yield found


@pytest.fixture(scope="module")
def there(cluster: Cluster) -> Iterator[Executor]:
    with open_executor(cluster.address) as executor:
        yield executor


class Forgetful(ThreadPoolExecutor):
    """An executor that loses some of its first tasks, as one whose scheduler dies."""

    def __init__(self, lost: int) -> None:
        super().__init__(1)
        self.lost = lost

    def submit(self, *given: Any) -> "Future[Any]":  # type: ignore[override]
        if self.lost:
            self.lost -= 1
            future = Future[Any]()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future
        return super().submit(*given)


def test_every_task_has_its_result_once_on_any_executor() -> None:
    with ThreadPoolExecutor(2) as executor:
        assert sorted(run_tasks(square, range(9), executor)) == [(number, number**2) for number in range(9)]
        assert list(run_tasks(square, [], executor)) == []


def test_tasks_that_an_executor_loses_are_given_to_it_again() -> None:
    assert sorted(run_tasks(square, range(4), Forgetful(5))) == [(0, 0), (1, 1), (2, 4), (3, 9)]
    with pytest.raises(WorkerError, match=r"^the executor lost 4 of 4 tasks: see to its workers, and start again$"):
        list(run_tasks(square, range(4), Forgetful(100)))


def test_an_error_in_a_task_reaches_the_caller_of_an_executor(there: Executor) -> None:
    with pytest.raises(TypeError, match="multiply sequence"):
        list(run_tasks(square, ["2"], there))  # type: ignore[arg-type]


def test_work_of_other_code_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, there: Executor) -> None:
    monkeypatch.setattr(processes, "CODE", "f" * 64)
    with pytest.raises(PriorsimError, match=r"^the worker on .* runs priorsim .* was given work of digest f{12}: "):
        list(run_tasks(square, range(3), there))


@pytest.mark.engine
def test_the_answer_of_a_set_of_languages_is_the_same_on_a_cluster(there: Executor) -> None:
    asked = {"codes": members("codes", 3, 3, 14)}, reference(3, 14), take_census, find_claims(["three-counts"]), QUICK
    assert languages(*asked).answer == languages(*asked, workers=there).answer


@pytest.mark.engine
def test_verdicts_on_populations_and_walks_are_the_same_on_a_cluster(there: Executor) -> None:
    claims = find_claims(["three-counts", "reachable"])
    one, other = judge(SMALL, claims, take_census), judge(SMALL, claims, take_census, workers=there)
    assert [each.ruling for each in one] == [each.ruling for each in other]
    assert [each.cells for each in one] == [each.cells for each in other]
    assert all(each.cells for each in one)


@pytest.mark.engine
def test_what_is_said_of_a_wide_world_is_the_same_on_a_cluster(there: Executor) -> None:
    world, told = find_world(WIDE), list[Progress]()
    asked = world, named_prior("solomonoff"), 14
    found = wide_off_training(*asked, workers=there, progress=told.append)
    assert found.answer.to_json() == wide_off_training(*asked, workers=1).answer.to_json()
    assert told[-1].programs == told[-1].total == found.lane_sets
    claims = find_claims(["much-simpler", "proxy"])
    one, other = (judge_wide_world(world, claims, 12, QUICK, workers=workers) for workers in (1, there))
    assert [each.cells for each in one] == [each.cells for each in other]


@pytest.mark.engine
def test_commands_say_the_same_on_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """The scheduler is named by address, and by its file; and what is found is kept as shards, or is not."""
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": cluster.address}))
    one = "languages", "--set", "codes", "--number", 2, "--max-bits", 12, "--claim", "three-counts", "--json"
    other = "heldout", "--world", WIDE, "--max-bits", 12, "--json"
    assert output(*one) == output(*one, "--cluster", cluster.address, "--store", tmp_path / "kept")
    assert len(list((tmp_path / "kept").glob("*.shard"))) == 3
    assert output(*other) == output(*other, "--cluster", file)


def test_a_local_cluster_ends_with_the_block() -> None:
    with open_executor("local:2") as executor:
        assert sorted(run_tasks(square, range(4), executor))[-1] == (3, 9)
    assert_nothing_is_left()


def test_a_worker_that_keeps_much_of_its_memory_goes_on() -> None:
    limit = 1 << 29
    with open_executor("local:1", limit) as executor:
        for _ in range(2):
            executor.submit(fill, int(0.87 * limit)).result(timeout=30)


def test_a_task_of_a_killed_worker_is_done_by_another(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "kill"
    file.touch()
    with open_executor(cluster.address) as executor:
        assert sorted(run_tasks(end_a_worker, [None, file, None, None], executor)) == [(at, 1) for at in range(4)]
    assert not file.exists()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_scheduler_that_is_killed_and_started_again_is_found_again() -> None:
    with running(2) as cluster, open_executor(cluster.address) as executor:
        found = run_tasks(nap, [0.2] * 12, executor)
        next(found)
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        cluster.start_scheduler()
        for _ in range(2):
            cluster.start_worker()
        assert len(list(found)) == 11


REFUSED = {
    "tcp://127.0.0.1:1": "tcp://127.0.0.1:1: no scheduler answers there within 0.5 seconds",
    "tcp://127.0.0.1": "unknown cluster 'tcp://127.0.0.1': give tcp://HOST:PORT, the scheduler file",
    "tcp://127.0.0.1:port": "unknown cluster 'tcp://127.0.0.1:port': give tcp://HOST:PORT",
    "nonsense": "unknown cluster 'nonsense': give tcp://HOST:PORT, the scheduler file",
    "ftp://127.0.0.1:1": "ftp://127.0.0.1:1: no scheduler answers there",
    "local:0": "0 workers are too few",
    "local:9999": "9999 workers are too many",
}


@pytest.mark.parametrize("cluster", REFUSED)
def test_a_cluster_that_is_not_there_is_refused_in_one_line(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In less time than the command waits for an answer, as it does in the next test."""
    monkeypatch.setattr(executors, "ANSWER_SECONDS", 0.5)
    started = time.monotonic()
    assert REFUSED[cluster] in refusal("languages", "--max-bits", 14, "--cluster", cluster)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"], ids=["silent", "another program"])
def test_what_is_no_scheduler_is_refused_in_one_line_and_in_time(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if answer:
        monkeypatch.setattr(executors, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        connections: list[socket.socket] = []

        def greet() -> None:
            with suppress(OSError):
                while True:
                    connections.append(server.accept()[0])
                    connections[-1].sendall(answer)

        threading.Thread(target=greet, daemon=True).start()
        started = time.monotonic()
        said = f"{address}: no scheduler answers there within {0.5 if answer else 5} seconds"
        assert said in refusal("languages", "--max-bits", 14, "--cluster", address)
        assert time.monotonic() - started < 20
        for connection in connections:
            connection.close()


def test_a_command_says_once_that_its_scheduler_has_no_worker_yet(capsys: pytest.CaptureFixture[str]) -> None:
    with running(0) as cluster, open_executor(cluster.address):
        assert capsys.readouterr().err == (
            f"{cluster.address}: the scheduler has no worker yet, and the command waits for one\n"
        )


def test_a_damaged_scheduler_file_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    for content in ("", "{}", '{"address": 3}', "\0"):
        file.write_text(content)
        assert f"{file}: no scheduler file" in refusal("languages", "--max-bits", 14, "--cluster", file)


def test_without_dask_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: None)
    message = "--cluster needs Dask, which is not installed: pip install 'priorsim[cluster]'"
    assert message in refusal("languages", "--max-bits", 14, "--cluster", "local:2")


def test_an_option_without_effect_is_refused_with_a_cluster() -> None:
    assert "--workers has no effect with --cluster" in refusal(
        "languages", "--max-bits", 14, "--cluster", "local:2", "--workers", 2
    )
    for command in ("claims", "heldout"):
        found = refusal(command, "--world", "identity-w3", "--cluster", "local:2")
        assert "--cluster has no effect in " in found


LEFT_TO_THE_PARENT = """
import signal
from priorsim.executors import open_executor
from priorsim.processes import run_tasks
from tests.clusters import held_back
if __name__ == "__main__":
    with open_executor("local:1") as there:
        print(list(run_tasks(held_back, [signal.SIGINT, signal.SIGHUP], there)))
"""


def test_workers_of_a_local_cluster_leave_interrupts_to_the_command(tmp_path: Path) -> None:
    """Python lets interrupts through again where it starts its resource tracker: Ctrl-C showed workers' tracebacks."""
    script = tmp_path / "script.py"
    script.write_text(LEFT_TO_THE_PARENT)
    command = [sys.executable, str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert (done.stdout, done.stderr) == ("[(0, True), (1, True)]\n", "")


@pytest.mark.parametrize(
    "command",
    [
        ("census", "--dialect", "arith", "--word-bits", 3, "--max-bits", 14, "--out", "atlas.parquet"),
        ("languages", "--max-bits", 14, "--out", "languages.csv"),
        ("heldout", "--world", WIDE, "--max-bits", 12, "--out", "heldout.csv"),
        ("claims", "much-simpler", "--results", "results"),
        ("paper", "--out", "results"),
    ],
)
def test_a_cluster_that_is_refused_leaves_no_file(
    command: tuple[Any, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "unknown cluster 'nonsense'" in refusal(*command, "--cluster", "nonsense")
    assert [path for path in tmp_path.rglob("*") if path.name != "results"] == []
