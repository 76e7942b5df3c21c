"""How much longer a census takes on a local cluster than in process: `python -m tests.benchmarks.cluster`.

Both have two workers, and have taken the same census before, so that kernels are loaded. They take turns, and the
medians are compared. Starting the cluster is measured apart.
"""

import tempfile
import time
from collections.abc import Callable
from statistics import median

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


if __name__ == "__main__":
    main()
