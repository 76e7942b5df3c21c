"""What is said of a census before it starts."""

import re
import time
from collections import Counter

import pytest

from priorsim.census import effort, take
from priorsim.census.recurrence import program_counts
from priorsim.census.take import count_rows, make_header, take_census
from priorsim.errors import AtlasError, CensusError, PriorsimError
from priorsim.mu.domain import Domain

W4 = Domain.default(4)


@pytest.fixture
def rate(monkeypatch):
    """The clock of an exhaustive engine that counts a million programs a second, compilation apart."""
    clock = [0.0]
    calls: Counter[int] = Counter()

    def count(header):
        calls[header.max_bits] += 1
        compilation = 60 if calls[header.max_bits] == 1 else 0
        clock[0] += compilation + sum(program_counts(header.language, header.max_bits)) / 1e6

    monkeypatch.setattr(effort, "count_exhaustive", count)
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])


@pytest.mark.usefixtures("rate")
def test_compilation_is_no_part_of_the_time_an_exhaustive_census_takes():
    effort.check_effort(make_header("arith", 40, domain=W4), engine="exhaustive")
    with pytest.raises(
        CensusError, match=r"would take about \d+ minutes: give --yes .*, or --max-bits \d+ or less"
    ) as refused:
        effort.check_effort(make_header("arith", 43, domain=W4), engine="exhaustive")
    bound = int(re.search(r"--max-bits (\d+)", str(refused.value))[1])
    effort.check_effort(make_header("arith", bound, domain=W4), engine="exhaustive")
    effort.check_effort(make_header("arith", 43, domain=W4), engine="exhaustive", allow_long=True)


@pytest.mark.parametrize("workers", [0, -1, 257])
def test_workers_out_of_range_are_refused(workers):
    with pytest.raises(PriorsimError, match=rf"^{workers} workers are too .*: give 1 to \d+, 8 for each"):
        take_census(make_header("arith", 9, domain=W4), workers=workers)


@pytest.mark.engine
@pytest.mark.parametrize(("engine", "counts"), [("quotient", "count_lengths"), ("exhaustive", "count_exhaustive")])
def test_rows_that_do_not_add_up_to_the_recurrence_are_refused_before_the_file_is_there(monkeypatch, engine, counts):
    header = make_header("arith", 10, domain=Domain.default(2))
    rows = take_census(header).rows
    assert sum(map(len, count_rows(header, engine=engine))) == len(rows)
    fewer = rows.take(slice(1, None))
    monkeypatch.setattr(take, counts, lambda *given, **how: [fewer] if engine == "quotient" else fewer)
    with pytest.raises(AtlasError, match="where the recurrence says"):
        list(count_rows(header, engine=engine))
