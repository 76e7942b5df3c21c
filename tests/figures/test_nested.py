"""The figure of what searches over programs choose: its numbers are the measure's, and its texts fit."""

from dataclasses import replace

import pytest

from priorsim.claims.populations import QUICK
from priorsim.figures import nested as figure
from priorsim.formats import number
from priorsim.measure.nested import nested
from priorsim.study.folder import Study
from tests.figures.drawing import check_widths

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", params=[20, 34], ids=["least bound", "two bits more"])
def found(request, tmp_path_factory):
    """The data of a preset whose censuses of words of 3 bits have such a bound."""
    study = Study(replace(QUICK, bounds={3: request.param}, growth_bounds={}), tmp_path_factory.mktemp("results"))
    return figure.data(study, [])


def test_rows_are_those_of_the_measure(found):
    measured = nested(8, found.found.bound_bits)
    assert found.found.bound_bits in (24, 26)
    assert [(row[0], row[1], row[2], row[3]) for row in found.rows] == [
        (each.form, each.gamma, each.inner_gamma, each.search.chosen) for each in measured.outcomes
    ]


def test_the_caption_has_the_numbers(found):
    said = figure.caption(found)
    assert f"all {found.found.searches} programs of up to {found.found.bound_bits} bits" in said
    (first, *_) = found.found.of("both")
    assert f"At an outer gamma of 0 the inner one is {number(first.inner_gamma, '.1f')}, and" in said


def test_texts_fit_whether_or_not_an_inner_gamma_is_infinite(found):
    check_widths(figure.draw, found)
