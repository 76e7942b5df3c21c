"""Work in several processes: every result once, errors in the caller's hands, and no worker left behind."""

import multiprocessing
import time
from pathlib import Path

import pytest

from priorsim.processes import end_if_stopped, run_tasks


def square(number: int) -> int:
    return number * number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


def finish_unless_stopped(file: Path | None) -> str:
    """At once where there is no file; else after a minute, with a file to show for it."""
    if file is not None:
        for _ in range(6000):
            end_if_stopped()
            time.sleep(0.01)
        file.touch()
    return "finished"


def assert_that_workers_end() -> None:
    """They do so shortly after the caller has its error, and long before a task is finished."""
    last = time.monotonic() + 30
    while multiprocessing.active_children() and time.monotonic() < last:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_its_result_once(workers: int) -> None:
    found = list(run_tasks(square, range(9), workers))
    assert sorted(found) == [(number, number * number) for number in range(9)]
    assert list(run_tasks(square, [], workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_reaches_the_caller(workers: int) -> None:
    with pytest.raises(ValueError, match="three is refused"):
        list(run_tasks(refuse_three, range(9), workers))
    assert_that_workers_end()


def test_an_interrupt_ends_the_workers_in_the_middle_of_their_tasks(tmp_path: Path) -> None:
    file = tmp_path / "finished"
    found = run_tasks(finish_unless_stopped, [None, file, file, file], 2)
    assert next(found) == (0, "finished")
    with pytest.raises(KeyboardInterrupt):
        found.throw(KeyboardInterrupt)
    assert_that_workers_end()
    assert not file.exists()


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
    assert_that_workers_end()
    assert time.monotonic() - started < 20
