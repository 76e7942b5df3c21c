"""Work elsewhere: in processes of this machine, which never outlive their parent, or on any executor.

However a run ends (its tasks are done, one fails, the caller is interrupted, a worker is killed), its workers are
told to end, and after PATIENCE seconds killed; nothing waits for a process that may be dead. Workers run the code of
their parent or none: they read it from disk, where it may have changed since the parent did.

What an executor does with tasks is its own affair: those that it loses, as when its scheduler dies, are given to it
again. Its workers refuse tasks of other code.
"""

import multiprocessing
import os
import pickle
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from priorsim import __version__
from priorsim.errors import MainGuardError, PriorsimError, WorkerError
from priorsim.interrupts import Interrupted, interrupts_held, raise_on_termination
from priorsim.provenance import SHORT, measuring_digest

Task = TypeVar("Task")
Found = TypeVar("Found")
Workers = int | Executor
"""Where tasks are done: in so many processes of this machine, or by an executor, wherever its workers are."""

ATTEMPTS = 3  # So often a task is given to an executor that loses it.
WORKERS_A_CORE = 8  # More workers than these for each of the machine's cores only take memory.
PATIENCE = 2.0  # Seconds in which a worker that is told to end can clean up.
FROM_A_TERMINAL = {signal.SIGINT, signal.SIGHUP}  # What a terminal sends to a whole group of processes.
WITHOUT_GUARD = os.EX_CONFIG
"""The exit code of a worker that was about to start workers of its own while it imported the main script."""

OF_OTHER_CODE = os.EX_SOFTWARE  # The exit code of a worker that found other code on disk than its parent runs.
CODE = measuring_digest()
"""The digest of the code that this process runs, taken early: the code on disk may change later."""


def run_tasks(
    function: Callable[[Task], Found], tasks: Sequence[Task], workers: Workers
) -> Generator[tuple[int, Found], None, None]:
    """Number and result of each task as it is done, in spawned processes or on an executor; with one worker here.

    With one worker they come in order. The function stands at the top of a module, and its results can be pickled; an
    executor may be given a task several times. PriorsimError says that there are too few workers or too many, or that
    their code is not that of this process; WorkerError that a worker died before the tasks were done, or the executor
    lost them; MainGuardError that the main script is one that workers cannot import.
    """
    if isinstance(workers, Pool):
        yield from _run_in(workers, function, tasks)
        return
    if isinstance(workers, Executor):
        yield from _run_elsewhere(function, tasks, workers)
        return
    check_workers(workers)
    if workers == 1:
        yield from enumerate(map(function, tasks))
        return
    with open_pool(workers) as pool:
        yield from _run_in(pool, function, tasks)


class Pool(ProcessPoolExecutor):
    """The processes of `open_pool`, which ends them with whatever they are doing: nothing is cancelled before."""


def _run_in(
    pool: Pool, function: Callable[[Task], Found], tasks: Sequence[Task]
) -> Generator[tuple[int, Found], None, None]:
    """`run_tasks` in the processes of a pool."""
    with interrupts_left_to_the_parent():
        numbers = {pool.submit(_do, function, task): number for number, task in enumerate(tasks)}
    for future in _as_done(numbers, pool):
        yield numbers[future], future.result()


def _run_elsewhere(
    function: Callable[[Task], Found], tasks: Sequence[Task], executor: Executor
) -> Generator[tuple[int, Found], None, None]:
    """`run_tasks` on an executor."""
    left = dict(enumerate(tasks))
    for _ in range(ATTEMPTS):
        numbers = {executor.submit(do_of_code, CODE, _packed(function, left[number])): number for number in left}
        try:
            for future in as_completed(list(numbers)):
                number = numbers.pop(future)
                if not future.cancelled():
                    yield number, future.result()
                    del left[number]
        except BrokenExecutor:
            break
        finally:
            for future in numbers:
                future.cancel()
        if not left:
            return
    raise WorkerError(f"the executor lost {len(left)} of {len(tasks)} tasks: see to its workers, and start again")


def _packed(function: Callable[[Task], Found], task: Task) -> bytes:
    """A task as bytes, of which workers of other code read nothing."""
    return pickle.dumps((function, task))


def do_of_code(code: str, packed: bytes) -> Any:
    """In a worker of an executor: do a task; PriorsimError where the worker runs other code than what gave the task."""
    if code != CODE:
        raise PriorsimError(
            f"the worker on {socket.gethostname()} (process {os.getpid()}) runs priorsim {__version__} with digest "
            f"{CODE[:SHORT]}, and was given work of digest {code[:SHORT]}: install the same code there, and start its "
            "workers anew"
        )
    function, task = pickle.loads(packed)
    return function(task)


def check_workers(workers: int) -> None:
    """Raise PriorsimError unless there is one at least, and not more than WORKERS_A_CORE for each core."""
    cores = os.cpu_count() or 1
    most = WORKERS_A_CORE * cores
    if not 1 <= workers <= most:
        raise PriorsimError(
            f"{workers} workers are too {'few' if workers < 1 else 'many'}: give 1 to {most}, "
            f"{WORKERS_A_CORE} for each of this machine's cores at most"
        )


def check_main_script() -> None:
    """Raise MainGuardError where workers could not import the main script, as each does when it starts."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        # This is such an import, which the main guard is for; the parent says so.
        sys.exit(WITHOUT_GUARD)
    main = sys.modules["__main__"]
    script = getattr(main, "__file__", None)
    if getattr(main, "__spec__", None) is None and script and not Path(script).exists():
        raise MainGuardError(
            f"worker processes cannot be started from {script}, as each of them reads the script again: "
            "write it to a file, or give workers=1"
        )


@contextmanager
def open_pool(workers: int) -> Iterator[Pool]:
    """Spawned processes, which are gone when the block is left; errors as of `run_tasks`."""
    check_main_script()
    spawn = multiprocessing.get_context("spawn")
    with interrupts_left_to_the_parent():
        pool = Pool(workers, mp_context=spawn, initializer=_follow_the_parent, initargs=(CODE,))
    processes = []
    try:
        try:
            yield pool
        finally:
            with interrupts_held():
                processes = _processes(pool)
                _end(pool, processes)
    except BrokenExecutor:
        exit_codes = {process.exitcode for process in processes}
        if OF_OTHER_CODE in exit_codes:
            raise PriorsimError(
                "the code of priorsim on disk was changed while this command ran, and its worker processes would run "
                "the changed code: start the command again"
            ) from None
        if WITHOUT_GUARD in exit_codes:
            raise MainGuardError(
                f"worker processes read {sys.modules['__main__'].__file__} again when they start: write what starts "
                "them below a line `if __name__ == '__main__':`"
            ) from None
        raise WorkerError(
            "a worker process ended before its work was done, perhaps killed because memory ran out: "
            "give fewer workers, or more memory"
        ) from None


@contextmanager
def interrupts_left_to_the_parent() -> Iterator[None]:
    """Processes started within never see the interrupts and hangups that a terminal sends to the whole group."""
    with interrupts_held():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, FROM_A_TERMINAL)
        try:
            # A hangup would end Python's resource tracker with a traceback; and in the thread that starts the tracker
            # Python lets interrupts through again, so that it is this thread and not one of Dask's.
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, FROM_A_TERMINAL)
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _processes(pool: ProcessPoolExecutor) -> list[BaseProcess]:
    return list((pool._processes or {}).values())


def _as_done(futures: Iterable[Future[Found]], pool: ProcessPoolExecutor) -> Iterator[Future[Found]]:
    """Each future once it is done; the pool does not notice a worker that dies while it hands a result over."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        if not done and any(process.exitcode is not None for process in _processes(pool)):
            raise BrokenExecutor
        yield from done


def _end(pool: ProcessPoolExecutor, processes: Sequence[BaseProcess]) -> None:
    """End the workers of a pool, whatever state they are in, and what the pool itself runs."""
    for process in processes:
        process.terminate()
    last = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(0.0, last - time.monotonic()))
    for process in processes:
        process.kill()
    # The pool's thread may be reading a result of which only half was sent; now it meets the end of it.
    pool._result_queue._writer.close()  # type: ignore[attr-defined]
    pool.shutdown()


def _follow_the_parent(code: str) -> None:
    """In a worker: end with the parent, and at once where the parent runs other code than the worker would."""
    if code != CODE:
        os._exit(OF_OTHER_CODE)
    parent = multiprocessing.parent_process()
    assert parent is not None, "only workers call this"

    def end_with_the_parent() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=end_with_the_parent, daemon=True).start()


def _do(function: Callable[[Task], Found], task: Task) -> Found:
    """In a worker: do a task; a request to terminate ends it where it is, cleans up and ends the worker."""
    try:
        raise_on_termination()
        try:
            return function(task)
        finally:
            # Between tasks there is nothing to clean up.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    except Interrupted:
        os._exit(1)
