"""Work in several processes: workers that leave interrupts to their parent and never outlive it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from priorsim.errors import PriorsimError

Task = TypeVar("Task")
Found = TypeVar("Found")

WORKERS_A_CORE = 8
"""More workers than these for each of the machine's cores only take memory."""

stopped = threading.Event()
"""Set in a worker that was told to end: it gives its part up, but never dies halfway through handing results over."""


def run_tasks(function: Callable[[Task], Found], tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, Found]]:
    """Number and result of each task as it is done, in spawned processes.

    Parameters
    ----------
    function : callable
        At the top of a module; its results have to be picklable.
    tasks : sequence
    workers : int
        With one, tasks are done here and in order.

    Raises
    ------
    PriorsimError
        When there are too few workers, or too many.
    """
    check_workers(workers)
    if workers == 1:
        yield from enumerate(map(function, tasks))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_the_parent) as pool:
        futures = {pool.submit(function, task): number for number, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def check_workers(workers: int) -> None:
    """Raise PriorsimError unless there is one at least, and not more than WORKERS_A_CORE for each core."""
    cores = os.cpu_count() or 1
    most = WORKERS_A_CORE * cores
    if not 1 <= workers <= most:
        raise PriorsimError(
            f"{workers} workers are too {'few' if workers < 1 else 'many'}: give 1 to {most}, "
            f"{WORKERS_A_CORE} for each of this machine's cores at most"
        )


def end_if_stopped() -> None:
    """Give a task up, in a worker that was told to end."""
    if stopped.is_set():
        raise InterruptedError("the work was interrupted")


def _follow_the_parent() -> None:
    """In a worker: leave interrupts to the parent, stop when it says so, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    parent = multiprocessing.parent_process()
    assert parent is not None, "only workers call this"

    def end_with_the_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_the_parent, daemon=True).start()
