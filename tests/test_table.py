"""Tables: what is taken, joined and found equal, column by column."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from priorsim.table import Table, runs


@dataclass(frozen=True, slots=True, eq=False)
class Inner(Table):
    weight: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outer(Table):
    name: str
    number: NDArray[np.int64]
    pair: NDArray[np.int64]
    inner: Inner


def outer(name, *numbers):
    number = np.array(numbers, dtype=np.int64)
    return Outer(name, number, np.column_stack([number, -number]), Inner(number / 2))


@pytest.mark.parametrize("chosen", [[2, 0], [True, False, True]])
def test_rows_are_taken_from_every_column_and_from_tables_within(chosen):
    found = outer("a", 4, 5, 6).take(np.array(chosen))
    wanted = [6, 4] if chosen == [2, 0] else [4, 6]
    assert (found.name, len(found), len(found.inner)) == ("a", 2, 2)
    assert found.number.tolist() == wanted
    assert found.pair.tolist() == [[each, -each] for each in wanted]
    assert found.inner.weight.tolist() == [each / 2 for each in wanted]


def test_joined_tables_have_all_rows_in_order_and_the_first_ones_name():
    found = Outer.concatenate([outer("a", 1), outer("b"), outer("c", 2, 3)])
    assert (found.name, found.number.tolist(), found.inner.weight.tolist()) == ("a", [1, 2, 3], [0.5, 1.0, 1.5])
    assert found.pair.shape == (3, 2)


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_runs_are_those_of_sorted_rows(rows):
    drawn = np.random.default_rng(rows).integers(0, 3, (2, rows))
    order, starts = runs(*drawn)
    pairs = list(zip(*drawn.tolist(), strict=True))
    ranked = [pairs[place] for place in order.tolist()]
    assert ranked == sorted(pairs)
    assert starts.tolist() == [n for n, pair in enumerate(ranked) if n == 0 or ranked[n - 1] != pair]
    assert [place for pair in sorted(set(pairs)) for place in range(rows) if pairs[place] == pair] == order.tolist()
