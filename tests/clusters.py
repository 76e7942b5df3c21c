"""A Dask cluster for tests: a scheduler and workers of this machine, each a process that can be killed.

Its tasks are here because a worker imports the module of a task: a module of tests takes it seconds.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT: list[bytes] = []
"""What a worker keeps between tasks."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def held_back(number: signal.Signals) -> bool:
    """Whether a worker leaves a signal to the command; of a thread, which has the mask of what started it."""
    return number in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def fill(total: int) -> bool:
    """From now on this process has so many bytes of memory; long enough for Dask to look at it."""
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    KEPT.append(b"1" * (total - held))
    time.sleep(0.5)
    return held > total


def end_a_worker(file: Path | None) -> int:
    """The first task to find the file removes it and kills its worker."""
    if file is not None and file.exists():
        file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


class Cluster:
    """A scheduler at an address of its own, and workers of one thread each, which are started one by one."""

    def __init__(self, more: tuple[str, ...]) -> None:
        self.more = more
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    def start_scheduler(self) -> "subprocess.Popen[bytes]":
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-show")
        last = time.monotonic() + 60
        while time.monotonic() < last:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                break
            time.sleep(0.1)
        return self.scheduler

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """A process without a nanny, so that it is dead when it is killed."""
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny", *self.more)

    def _start(self, what: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words, "--no-dashboard"]
        quiet = subprocess.DEVNULL
        started = subprocess.Popen(command, cwd="/", env=self.environment, stdout=quiet, stderr=quiet)
        self.processes.append(started)
        return self.processes[-1]


@contextmanager
def running(workers: int, *more: str) -> Iterator[Cluster]:
    """A cluster of so many workers with more options, which is gone when the block ends."""
    cluster = Cluster(more)
    try:
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        for process in cluster.processes:
            process.kill()
            process.wait()
        # Dask forgets a connection that it is making when its client is closed, and no other test shall find it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
