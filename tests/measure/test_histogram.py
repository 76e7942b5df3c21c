"""Histograms against plain counting over the rows."""

from collections import Counter, defaultdict
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest

from priorsim.census.atlas import Atlas, RowKey, Rows
from priorsim.census.recurrence import program_counts
from priorsim.errors import WorldError
from priorsim.measure.histogram import (
    CLASSES,
    Cells,
    acceptable,
    census_cells,
    check_class_by,
    histogram,
    histogram_of,
    merge_cells,
)
from priorsim.measure.histogram_file import format_histogram
from priorsim.mu.domain import Domain

WORLDS = {
    "identity": ("arith-w4-24", lambda x: x, range(12)),
    "above one": ("arith-w4-24", lambda x: x > 1, None),
    "zero at first": ("arith-w4-24", lambda x: 0, range(4)),
    "sets": ("arith-w4-24", lambda x: {x, 0} if x % 3 else {x}, range(9)),
    "only sets": ("logic-w3-23", lambda x: {0, 1, 7}, (1, 5)),
    "loops": ("loops-w4-24", lambda x: x, range(12)),
    "unreachable": ("logic-w3-23", lambda x: (5 * x + x * x // 3) ^ 3, None),
}


@pytest.fixture(params=[(name, by) for name in WORLDS for by in ("lesion", "form")], ids="-".join, scope="module")
def case(request, oracle, world):
    name, class_by = request.param
    source, words, train = WORLDS[name]
    atlas = oracle(source)
    asked = world(atlas.header, words, train)
    return atlas, asked, class_by, list(plain_rows(atlas, asked, class_by))


def plain_rows(atlas: Atlas, world, class_by):
    """(class number, key, count) of every fitting row, by the definitions, in plain Python."""
    rows = atlas.rows
    for place in range(len(rows)):
        key = rows.key(place)
        if not world.accepts(atlas.header.domain.unpack(key.behaviour), world.train):
            continue
        if class_by == "form":
            kind = 2 if key.searches else 0
        else:
            kind = 2 if key.strict != key.behaviour else 1 if key.wide != key.behaviour else 0
        yield kind, key, int(rows.count[place])


def test_cells_count_the_fitting_programs(case):
    atlas, world, class_by, plain = case
    low, high = defaultdict(lambda: 999), defaultdict(lambda: 999)
    for kind, key, _ in plain:
        for shortest, direct in ((low, (0, 1)), (high, (0,))):
            if kind in direct:
                shortest[key.behaviour] = min(shortest[key.behaviour], key.bits)
    want: Counter = Counter()
    for kind, key, count in plain:
        faithful = world.accepts(atlas.header.domain.unpack(key.behaviour), world.held_out)
        essential = (key.bits < low[key.behaviour], key.bits < high[key.behaviour])
        want[(kind, key.bits, key.steps, key.searches, faithful, *essential)] += count
    cells = histogram(atlas, world, class_by=class_by).cells
    columns = [getattr(cells, column.name).tolist() for column in fields(Cells)]
    assert [tuple(row) for row in zip(*columns, strict=True)] == [(*cell, n) for cell, n in sorted(want.items())]


def test_functions_are_counted_by_the_classes_that_reach_them(case):
    atlas, world, class_by, plain = case
    reached = defaultdict(set)
    for kind, key, _ in plain:
        reached[key.behaviour].add(kind)
    found = histogram(atlas, world, class_by=class_by)
    assert sum(found.functions) == len(reached)
    for kind in range(3):
        assert found.behaviours([kind]) == sum(kind in kinds for kinds in reached.values())
    assert found.behaviours([0, 1], [2]) == sum(2 in kinds and kinds & {0, 1} != set() for kinds in reached.values())


def test_the_least_rows_are_least(case):
    atlas, world, class_by, plain = case
    found = histogram(atlas, world, class_by=class_by)
    lanes = len(atlas.header.domain.lanes)
    for number in range(3):
        keys = [key for kind, key, _ in plain if kind == number]

        def tie(key: RowKey):
            return key.bits, key.steps, key.searches, key.behaviour, key.strict, key.wide

        def cost(key: RowKey):
            return Fraction(key.steps, lanes) * 2**key.bits, tie(key)

        assert found.shortest[number] == min(keys, key=tie, default=None)
        assert found.least_kt[number] == min(keys, key=cost, default=None)


def test_classing_by_form_leaves_nothing_disguised(case):
    atlas, world = case[:2]
    assert not len(histogram(atlas, world, class_by="form").cells.of([1]))


def test_direct_code_is_never_essential(case):
    cells = histogram(case[0], case[1], class_by=case[2]).cells
    assert not cells.of([0, 1]).essential_low.any()
    assert not cells.of([0]).essential_high.any()


def test_histograms_do_not_depend_on_order_or_batches_of_rows(case):
    atlas, world, class_by = case[:3]
    shuffled = atlas.rows.take(np.random.default_rng(0).permutation(len(atlas.rows)))
    batches = [shuffled.take(part) for part in np.array_split(np.arange(len(shuffled)), 7)]
    joined = Rows.concatenate([batch.take(acceptable(batch.behaviour, world, world.train)) for batch in batches])
    in_parts = histogram_of(atlas.header, joined, world, class_by=class_by)
    assert format_histogram(in_parts) == format_histogram(histogram(atlas, world, class_by=class_by))


def test_cells_of_the_whole_census_hold_every_program_in_any_batches(tiny):
    whole = census_cells(tiny.rows)
    halves = np.array_split(np.arange(len(tiny.rows)), 2)
    joined = merge_cells(Cells.concatenate([census_cells(tiny.rows.take(half)) for half in halves]))
    assert whole.programs == joined.programs == sum(program_counts(tiny.header.language, 16))
    for column in fields(Cells):
        assert np.array_equal(getattr(whole, column.name), getattr(joined, column.name))


def test_classes_are_numbered_as_they_are_named():
    assert [str(name) for name in CLASSES] == ["direct", "disguised", "search"]


def test_programs_are_classed_as_asked_and_by_lesion_where_nothing_is():
    assert [check_class_by(name) for name in ("lesion", "form", None)] == ["lesion", "form", "lesion"]
    with pytest.raises(WorldError, match="cannot be classed by 'shape': choose lesion or form"):
        check_class_by("shape")


def test_a_world_on_another_domain_is_refused_with_what_differs(oracle, tiny, world):
    atlas = oracle("arith-w4-24")
    with pytest.raises(WorldError, match="word bits are 2 where the atlas has 4"):
        histogram(atlas, world(tiny.header, lambda x: x))
    lanes = ((0,), (2,), (1,), (3,))
    for domain, message in (
        (Domain(2, lanes), r"lanes differ at 1, \(2,\) where the atlas has \(1,\)"),
        (Domain(2, lanes[:3]), "number of lanes are 3 where the atlas has 4"),
        (Domain(2, Domain.default(2).lanes, ("y",)), "columns differ at 0, y where the atlas has x"),
    ):
        other = type(tiny.header)(tiny.header.language, domain, tiny.header.max_bits)
        with pytest.raises(WorldError, match=message):
            histogram(tiny, world(other, lambda x: x))
