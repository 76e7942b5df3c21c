"""docs/scaling.md shows what `priorsim estimate` prints: rows and memory as they are here, time as it was measured.

`python -m tests.test_scaling_page` takes the censuses and writes the blocks anew.
"""

import re
from functools import cache
from unittest import mock

import pytest

from priorsim.census import effort
from priorsim.measure import estimate
from tests.test_readme import BLOCK, ROOT, rendered

PAGE = ROOT / "docs" / "scaling.md"
SIZE = r"[\d.]+ [MGT]iB"
ROW = re.compile(rf"^ +(\d+) +([\d,]+) +([\d.]+) +({SIZE}) +({SIZE})", re.MULTILINE)
"""Of a bound: rows, their factor, disk and memory."""
ERROR = re.compile(r"(\d+) bits, predicted from (\d+) bits: (\S+ %) rows, (\S+) % time")


def renewed(times: int = estimate.TIMES) -> str:
    """The page with its blocks anew, of censuses that are taken so often, and once for all blocks."""
    known = cache(estimate.measure)
    with mock.patch.multiple(estimate, TIMES=times, measure=lambda header, *_: known(header)):
        return rendered(PAGE.read_text())


@pytest.mark.engine
def test_the_page_shows_the_rows_and_the_memory_of_each_bound():
    shown, here = PAGE.read_text(), renewed(1)
    assert len(ROW.findall(shown)) == 2 * 12 and ROW.findall(shown) == ROW.findall(here)
    told, found = ([error[:3] for error in ERROR.findall(text)] for text in (shown, here))
    assert told == found and len(told) == 4
    assert [block["command"] for block in BLOCK.finditer(shown)] == [
        "priorsim estimate --max-bits 50",
        "priorsim estimate --max-bits 50 --workers 32",
    ]


def test_the_page_has_the_constants_of_the_model():
    page = " ".join(PAGE.read_text().split())
    for said in (
        f"the last {effort.FITTED_BITS} bits that were counted, and multiplied by {effort.DAMPING}",
        f"{effort.SERIAL} + {1 - effort.SERIAL:.2f} / cores",
        f"{effort.BASE_BYTES >> 20} MiB, {effort.ROW_BYTES} bytes for each row",
        f"{effort.ATLAS_BYTES} bytes in the atlas, and {effort.MOVED_BYTES} bytes in the folder",
    ):
        assert said in page


def test_the_part_of_one_core_is_that_of_the_bench():
    bench = (ROOT / "results" / "bench.md").read_text()
    found = re.findall(r"^quotient +(\d) +(\d+) +\d+ +\d+ +([\d.]+)", bench, re.MULTILINE)
    seconds = {(int(workers), int(bits)): float(took) for workers, bits, took in found}
    # A short census takes what the start of the process takes.
    one, two = (seconds[workers, 40] - seconds[workers, 24] for workers in (1, 2))
    assert abs(2 * two / one - 1 - effort.SERIAL) < 0.05


def test_the_errors_on_the_page_are_those_that_are_claimed():
    for _, _, rows, time in ERROR.findall(PAGE.read_text()):
        assert abs(int(rows.removesuffix(" %"))) <= 25 and abs(int(time)) <= 40


if __name__ == "__main__":
    PAGE.write_text(renewed())
