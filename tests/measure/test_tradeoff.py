"""The exponent alpha and the hull, against definitions and brute force."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorsim.measure.crossover import crossovers
from priorsim.measure.decomposition import alpha, hull
from priorsim.measure.histogram import Histogram, histogram, histogram_of
from priorsim.measure.mass import ENDS, LOW
from priorsim.priors import named_prior
from tests.measure.conftest import cells_of


def cloud(found: Histogram, points):
    """The same histogram with other cells: one program at each (class, bits, T)."""
    cells = cells_of(*zip(*points, strict=True), (1,) * len(points))
    return Histogram(found.header, found.world, "lesion", cells, (0,) * 8, (None,) * 3, (None,) * 3)


@pytest.fixture(scope="module")
def found(oracle, world):
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: x, range(8)))


points = st.lists(
    st.tuples(st.integers(0, 2), st.integers(2, 40), st.integers(1, 2**20)), min_size=1, max_size=30, unique=True
)


@given(points)
@settings(max_examples=150, deadline=None)
def test_between_two_gammas_of_the_hull_its_corner_is_lightest(found, cells):
    outline = hull(cloud(found, cells))
    assert list(outline.gammas) == sorted(outline.gammas)
    assert len(outline.gammas) == len(outline.vertices) - 1
    edges = [0.0, *outline.gammas, (outline.gammas or (1.0,))[-1] + 5]
    for corner, low, high in zip(outline.vertices, edges, edges[1:], strict=False):
        for gamma in (low, (low + high) / 2, high):
            price = corner.bits + gamma * math.log2(corner.steps)
            assert price <= min(bits + gamma * math.log2(steps) for _, bits, steps in cells) + 1e-9


@given(points)
@settings(max_examples=50, deadline=None)
def test_the_hull_runs_from_the_shortest_program_to_the_fastest(found, cells):
    corners = hull(cloud(found, cells)).vertices
    assert (corners[0].bits, corners[0].steps) == min((bits, steps) for _, bits, steps in cells)
    assert (corners[-1].steps, corners[-1].bits) == min((steps, bits) for _, bits, steps in cells)


def test_points_on_an_edge_are_no_corners(found):
    outline = hull(cloud(found, [(0, 10, 64), (2, 12, 32), (0, 14, 16), (2, 15, 1)]))
    assert [(at.bits, at.steps) for at in outline.vertices] == [(10, 64), (15, 1)]
    outline = hull(cloud(found, [(0, 10, 64), (2, 12, 32), (1, 14, 16)]))
    assert [(at.bits, at.steps) for at in outline.vertices] == [(10, 64), (14, 16)]
    assert outline.gammas == (2.0,)


def test_corners_name_the_classes_that_share_them(found):
    outline = hull(cloud(found, [(0, 10, 64), (2, 10, 64), (1, 12, 16)]))
    assert [at.classes for at in outline.vertices] == [("direct", "search"), ("disguised",)]
    assert outline.vertices[0].log2_mean_steps == math.log2(64 / 16)


def test_the_hull_of_nothing_is_empty(oracle, world):
    atlas = oracle("logic-w3-23")
    nothing = histogram(atlas, world(atlas.header, lambda x: (5 * x + x * x // 3) ^ 3))
    assert hull(nothing).vertices == hull(nothing).gammas == ()
    assert alpha(nothing, LOW) is None


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_alpha_is_made_of_the_two_shortest_programs(found, end):
    def fastest_shortest(kinds):
        cells = found.cells.of(kinds)
        return min(zip(cells.bits.tolist(), cells.steps.tolist(), strict=True))

    given = alpha(found, end)
    (long, fast), (short, slow) = fastest_shortest(end.direct), fastest_shortest(end.search)
    assert (given.direct_bits, given.direct_steps, given.search_bits, given.search_steps) == (long, fast, short, slow)
    assert given.alpha == pytest.approx(math.log2(slow / fast) / long)
    assert given.predicted == pytest.approx((1 - short / long) / given.alpha)


def test_for_two_programs_alone_the_predicted_crossover_is_the_measured_one(oracle, world):
    atlas = oracle("arith-w4-24")
    rows = atlas.rows
    search = np.flatnonzero(rows.behaviour != rows.strict)[:1]
    direct = np.flatnonzero((rows.behaviour == rows.wide) & (rows.behaviour == rows.strict) & (rows.bits > 20))[:1]
    pair = rows.take(np.concatenate([search, direct]))
    pair.count[:] = 1
    everything = world(atlas.header, lambda x: set(range(16)))
    two = histogram_of(atlas.header, pair, everything)
    given = alpha(two, LOW)
    assert given.direct_bits > given.search_bits
    measured = crossovers(two, named_prior("solomonoff"), LOW, within=(-100.0, 100.0))
    assert measured.roots == pytest.approx([given.predicted], abs=1e-9)


def test_equal_steps_predict_no_crossover(found):
    key = found.shortest[0]
    same = replace(found, shortest=(key, None, replace(key, bits=key.bits - 1)))
    given = alpha(same, LOW)
    assert (given.alpha, given.predicted) == (0, None)
