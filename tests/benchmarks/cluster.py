"""How much longer a census takes on a local cluster than in process: `python -m tests.benchmarks.cluster`.

Both have two workers, and have taken the same census before, so that kernels are loaded. They take turns, and the
medians are compared. Starting the cluster is measured apart, and so is the part of the time in which classes are added
up (`MERGED` of census/effort.py), in seconds of the processor of one process.
"""

import pickle
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from statistics import median
from typing import Any

from priorsim.census.engine.spread_tasks import Merge
from priorsim.census.take import make_header, take_census
from priorsim.executors import open_executor
from priorsim.mu.domain import Domain
from priorsim.shards import Shards

TIMES = 5


def seconds(work: Callable[[], object]) -> float:
    """What work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Here(Executor):
    """Does what it is given at once, and measures the seconds of the processor by the kind of the task."""

    def __init__(self) -> None:
        self.taken: dict[type, float] = {}

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        begin = time.process_time()
        done.set_result(work(*given, **named))
        _, task = pickle.loads(given[-1])
        self.taken[type(task)] = self.taken.get(type(task), 0.0) + time.process_time() - begin
        return done


def merged_share(word_bits: int, max_bits: int) -> float:
    """The part of the time of all tasks of a census in which classes are added up."""
    here = Here()
    with tempfile.TemporaryDirectory() as folder:
        header = make_header("arith", max_bits, domain=Domain.default(word_bits))
        take_census(header, workers=here, shards=Shards.open(folder))
    return here.taken[Merge] / sum(here.taken.values())


def main() -> None:
    """Print seconds and ratios at some bounds."""
    begin = time.perf_counter()
    with open_executor("local:2") as executor:
        print(f"local:2 starts in {time.perf_counter() - begin:.1f} s")
        for word_bits, max_bits in ((3, 38), (4, 38), (3, 42)):
            header = make_header("arith", max_bits, domain=Domain.default(word_bits))

            def there() -> None:
                with tempfile.TemporaryDirectory() as folder:
                    take_census(header, workers=executor, shards=Shards.open(folder))  # noqa: B023

            runs = [(seconds(lambda: take_census(header, workers=2)), seconds(there)) for _ in range(TIMES)]  # noqa: B023
            alone, shared = (median(each) for each in zip(*runs[1:], strict=True))
            print(
                f"w = {word_bits}, {max_bits} bits: {alone:.1f} s in process, {shared:.1f} s on local:2, "
                f"{shared / alone:.2f} times as long"
            )
    for word_bits in (3, 4):
        print(f"w = {word_bits}, 42 bits: classes are added up in {merged_share(word_bits, 42):.0%} of the time")


if __name__ == "__main__":
    main()
