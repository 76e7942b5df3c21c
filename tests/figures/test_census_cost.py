"""The figure of what a census takes: its numbers are the estimate's, and its texts fit."""

import math
from dataclasses import replace

import pytest

from priorsim.census.effort import BASE_BYTES, cores_share
from priorsim.claims.populations import QUICK
from priorsim.figures import census_cost as figure
from priorsim.formats import format_bytes
from priorsim.measure import estimate
from priorsim.study.folder import Study
from tests.figures.drawing import check_widths, laid_out, ys

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The data of a study whose census has 28 bits, and of short censuses up to 26 bits."""
    study = Study(replace(QUICK, growth_bounds={3: 28}), tmp_path_factory.mktemp("results"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "QUICK_ROWS", 20_000)
        return figure.data(study, [])


def test_rows_are_those_of_the_estimate(found):
    assert [answer.counted_bits for answer in found.found.values()] == [28] * 3
    assert list(found.found) == list(figure.WORKERS)
    for workers, answer in found.found.items():
        rows = [row for row in found.rows if row[0] == workers]
        assert [row[1:3] for row in rows] == [(each.bits, each.rows) for each in answer.bounds]
        assert rows[-1][1] == figure.MAX_BITS


def test_more_machines_need_less_memory_each_and_more_hours(found):
    (one, *_, many) = [row for row in found.rows if row[1] == figure.SAID_BITS]
    memory, hours = found.names.index("memory_bytes"), found.names.index("machine_hours")
    assert BASE_BYTES < many[memory] < one[memory] and many[hours] > one[hours]
    said = figure.caption(found)
    assert f"{format_bytes(one[memory])} of memory" in said


def test_what_was_measured_is_drawn_in_the_time_of_a_laptop(found):
    panel = laid_out(figure.draw(found)).axes[0]
    [measured] = [line for line in panel.lines if line.get_label() == "measured here"]
    told = [each.core_seconds for each in found.found[1].bounds if each.core_seconds is not None]
    drawn = [value for value in ys(measured) if not math.isnan(value)]
    assert drawn == pytest.approx([seconds * cores_share(2) for seconds in told]) and len(drawn) == 5


def test_texts_fit(found):
    check_widths(figure.draw, found)
