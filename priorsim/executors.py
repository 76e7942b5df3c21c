"""The door to other machines: an executor of a Dask cluster by its address, as `--cluster` names it.

Work is given to any `concurrent.futures.Executor` (`processes.run_tasks`); those of MPI or of a queue are made by a
script of the user's (docs/cluster.md). A cluster of this machine ends with the command that started it.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import msgspec

from priorsim.errors import PriorsimError, WorkerError
from priorsim.processes import check_main_script, check_workers, interrupts_left_to_the_parent
from priorsim.reading import quoted
from priorsim.terminal import tell

if TYPE_CHECKING:
    from distributed import Client

Given = ParamSpec("Given")
Found = TypeVar("Found")

ANSWER_SECONDS = 5  # In which a scheduler has to answer.
RETURN_SECONDS = 60  # In which a scheduler that died has to be there again.
EXTRA = "pip install 'priorsim[cluster]'"


class _Scheduled(Executor):
    """The executor of a Dask scheduler, which is looked for again where it went away and work is given to it."""

    def __init__(self, connect: "Callable[[], Client]") -> None:
        self._connect = connect
        self._client = connect()

    def submit(self, function: Callable[Given, Found], /, *args: Given.args, **more: Given.kwargs) -> "Future[Found]":
        """Give a task to the scheduler; PriorsimError where it does not come back."""
        if self._client.status != "running":
            self._client.close()
            self._client = self._found_again()
        found = Future[Found]()
        there = self._client.submit(function, *args, pure=False, **more)
        there.add_done_callback(partial(_hand_over, found))
        found.add_done_callback(lambda _: there.release())
        return found

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the scheduler."""
        self._client.close()

    def _found_again(self) -> "Client":
        last = time.monotonic() + RETURN_SECONDS
        while time.monotonic() < last:
            try:
                return self._connect()
            except PriorsimError:
                time.sleep(1)
        return self._connect()


def _hand_over(found: "Future[Any]", there: Any) -> None:
    """Give a future the result of a task, or its error; it is cancelled where the scheduler lost the task.

    The executor of Dask itself leaves its future waiting for ever when the scheduler dies while a result is fetched.
    """
    from distributed.comm import CommClosedError

    try:
        result = there.result(RETURN_SECONDS)
    except (CancelledError, CommClosedError, TimeoutError):
        if found.cancel():
            found.set_running_or_notify_cancel()
    except Exception as error:
        if found.set_running_or_notify_cancel():
            found.set_exception(error)
    else:
        if found.set_running_or_notify_cancel():
            found.set_result(result)


@contextmanager
def open_executor(cluster: str, memory_bytes: int | None = None) -> Iterator[Executor]:
    """The executor of a running Dask scheduler, by address or scheduler file, or of `local:N` processes started here.

    Each process of a local cluster takes so much memory at most. PriorsimError says that Dask is not installed, that
    there is no such scheduler or none that answers, or that there are too few processes or too many; WorkerError that a
    task killed worker after worker.
    """
    if find_spec("distributed") is None:
        raise PriorsimError(f"--cluster needs Dask, which is not installed: {EXTRA}")
    import distributed

    _silence()
    with _connecting(cluster, memory_bytes) as connect:
        executor = _Scheduled(connect)
        try:
            yield executor
        except distributed.KilledWorker as error:
            raise WorkerError(
                f"a task ended {error.allowed_failures + 1} workers one after the other, perhaps since memory ran out: "
                "give each worker more memory"
            ) from None
        finally:
            executor.shutdown()


def _silence() -> None:
    """What Dask says on standard error of what goes wrong is mended here, or said in one line."""
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextmanager
def _connecting(cluster: str, memory_bytes: int | None) -> "Iterator[Callable[[], Client]]":
    """What connects to the cluster of this name."""
    from distributed import Client

    local = re.fullmatch(r"local:([0-9]{1,4})", cluster)
    if local is not None:
        with _local_cluster(int(local[1]), memory_bytes) as here:
            yield lambda: Client(here)
        return
    address = _address(cluster)

    def connect() -> Client:
        try:
            workers = _workers_of(address)
            client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        except Exception as error:  # What is no scheduler answers with anything.
            raise PriorsimError(
                f"{cluster}: no scheduler answers there within {ANSWER_SECONDS} seconds ({_in_short(error)}): start "
                "one with 'dask scheduler', or see to its address"
            ) from None
        if not workers:
            tell(f"{cluster}: the scheduler has no worker yet, and the command waits for one")
        return client

    yield connect


def _workers_of(address: str) -> Sequence[str]:
    """The workers of a scheduler, by address; an error where none answers, for which the client would wait longer."""
    from distributed.core import rpc
    from distributed.security import Security

    async def asked() -> Sequence[str]:
        scheduler = rpc(address, connection_args=Security().get_connection_args("client"), timeout=ANSWER_SECONDS)
        try:
            return list((await asyncio.wait_for(scheduler.identity(), ANSWER_SECONDS))["workers"])
        finally:
            await scheduler.close_rpc()

    # A notebook has a loop of its own in the main thread.
    with ThreadPoolExecutor(1) as asking:
        return asking.submit(asyncio.run, asked()).result()


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__


def _address(cluster: str) -> str:
    """The address of a scheduler, as it is given or in a scheduler file."""
    if re.fullmatch(r"[a-z]+://.+:[0-9]{1,5}", cluster):
        return cluster
    if not Path(cluster).is_file():
        raise PriorsimError(
            f"unknown cluster {quoted(cluster)}: give tcp://HOST:PORT, the scheduler file of a running scheduler, or "
            "local:N for N processes here"
        )
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(Path(cluster).read_bytes(), type=_SchedulerFile).address
    raise PriorsimError(f"{cluster}: no scheduler file, which 'dask scheduler --scheduler-file' writes: name another")


class _SchedulerFile(msgspec.Struct):
    """What is read of a scheduler file."""

    address: str


@contextmanager
def _local_cluster(processes: int, memory_bytes: int | None) -> Iterator[Any]:
    """A scheduler and so many worker processes of one thread, with the dashboard where bokeh is there."""
    import dask
    from distributed import LocalCluster

    check_workers(processes)
    check_main_script()
    # Dask has workers give back memory at once, and looks at where they are a hundred times a second: both take time.
    environment = dict(dask.config.get("distributed.nanny.pre-spawn-environ"))
    environment.pop("MALLOC_TRIM_THRESHOLD_", None)
    settings = {
        "distributed.nanny.pre-spawn-environ": environment,
        "distributed.worker.profile.enabled": False,
        # What a worker keeps between tasks is never given back, so that a worker that waits for it waits for ever.
        "distributed.worker.memory.pause": False,
    }
    with interrupts_left_to_the_parent(), dask.config.set(settings):
        # The thread that starts processes hands the mask of its signals on to them.
        cluster = LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            memory_limit="auto" if memory_bytes is None else memory_bytes,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        )
    try:
        yield cluster
    finally:
        cluster.close()
