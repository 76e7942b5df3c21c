"""Figures that are usual in the field: data as the measures have them, captions with their numbers, texts that fit."""

from dataclasses import replace

import numpy as np
import pytest

from priorsim.claims.populations import QUICK
from priorsim.figures import coding_theorem, dialect_ranks, slowdown
from priorsim.formats import number, percent
from priorsim.measure import coding_theorem as coding
from priorsim.measure import slowdown as slow
from priorsim.measure.dialect_ranks import Reached, ranks
from priorsim.study.folder import Study
from priorsim.worlds import find_world
from tests.figures.drawing import check_widths

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A study with bounds that take a second."""
    return Study(replace(QUICK, bounds={3: 24}, growth_bounds={}), tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module", params=[coding_theorem, slowdown, dialect_ranks], ids=lambda each: each.FIGURE.name)
def figure(request, small):
    return request.param, request.param.data(small, [])


def test_every_text_is_on_the_page_and_apart(figure):
    module, data = figure
    check_widths(module.draw, data)


def test_captions_have_a_number_wherever_one_belongs(figure):
    module, data = figure
    text = module.caption(data)
    assert not {"nan", "None", "undefined"} & set(text.replace(".", " ").replace(",", " ").split())


def test_slack_is_that_of_the_measure(small):
    found = coding_theorem.data(small, [])
    slack = coding.coding_theorem(small.census("arith", 3)).slack
    assert found.bits == slack.bits.tolist() and found.median == slack.five[:, 2].tolist()
    (last,) = (row for row in found.rows if row[0] == 16)
    assert found.fitted == 16 and f"Of the {last[1]} behaviours of K = 16 bits" in coding_theorem.caption(found)
    assert f"median {number(last[4], '.1f')} bits" in coding_theorem.caption(found)
    assert [row[8] is None for row in found.rows] == [bits > 16 for bits in found.bits]
    assert [row[7] is None for row in found.rows] == [bits > 20 for bits in found.bits]


def test_slack_has_a_caption_where_nothing_is_far_below_the_bound(tmp_path):
    tiny = Study(replace(QUICK, bounds={3: 9}, growth_bounds={}), tmp_path)
    text = coding_theorem.caption(coding_theorem.data(tiny, []))
    assert "least squares" not in text and "Of the" not in text and "nan" not in text


def test_times_are_those_of_the_measure_and_a_world_has_its_own_curve(small):
    found = slowdown.data(small, [])
    whole = slow.slowdown(small.census("arith", 3))
    every = [row for row in found.rows if row[0] == ""]
    ratio = whole.ratio[:, -1]
    assert every[-1][6] == np.nanmedian(ratio)
    assert every[-1][8] == (ratio[~np.isnan(ratio)] > 0).mean()
    text = slowdown.caption(found)
    assert f"all {len(whole)} behaviours" in text and f"it is more for {percent(every[-1][8])}" in text
    assert f"For {percent(float(whole.is_sped_up[:, -1].mean()))} some program" in text
    # Of the worlds with a curve, those whose shortest program is 12 bits below the bound are there.
    assert found.least == {"identity-w3": 2, "square-w3": 8}
    at = whole.words.tolist().index(find_world("square-w3").behaviour)
    rows = {row[1]: row for row in found.rows if row[0] == "square-w3"}
    assert rows[0][3] == whole.programs[at, 0] and rows[0][4] == whole.mean[at, 0] == 3
    assert set(rows) == set(np.flatnonzero(whole.programs[at]).tolist())


def test_squares_hold_every_behaviour_that_both_dialects_reach(small):
    found = dialect_ranks.data(small, [])
    text = dialect_ranks.caption(found)
    for pair in dialect_ranks.PAIRS:
        expected = ranks(*(Reached.of(small.census(name, 3)) for name in pair))
        rows = [row for row in found.rows if row[:2] == pair]
        assert sum(row[4] for row in rows) == len(expected.first)
        square = expected.first.astype(int)[0], expected.second.astype(int)[0]
        inside = [(int(x), int(y)) == square for x, y in zip(expected.first, expected.second, strict=True)]
        assert (*pair, *square, sum(inside)) in [row[:5] for row in rows]
        assert {row[5:8] for row in rows} == {expected.spearman}
        assert f"correlation of their masses is {number(expected.spearman[0], '.2f')}" in text
