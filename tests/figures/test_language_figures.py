"""The figures of many languages draw what the study measures, and their captions count it."""

from dataclasses import replace

import numpy as np
import pytest

from priorsim.claims.populations import QUICK
from priorsim.figures import languages
from priorsim.formats import number
from priorsim.measure.languages import SETS
from priorsim.study.folder import Study
from tests.figures.drawing import check_widths

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    return Study(replace(QUICK, languages=2, language_bits=18), tmp_path_factory.mktemp("results"))


def test_a_language_is_a_line_of_its_quartiles(study):
    found, answer = languages.data(study, []), study.languages().answer
    assert [(row[0], row[1]) for row in found.rows] == [(e.measured.set, e.measured.dialect) for e in answer.languages]
    forest, dose = languages.draw(found)
    drawn = sorted(x for line in forest.lines[:-1] for x in np.asarray(line.get_xdata()).tolist())
    assert drawn == sorted(row[-2] for row in found.rows if row[-2] is not None)
    marks = sum(len(np.asarray(line.get_xdata())) for line in dose.lines)
    assert marks == sum(row[3] is not None and row[5] is not None for row in found.rows)
    check_widths(languages.draw, found)


def test_the_caption_counts_what_the_answer_says(study):
    found, head = languages.data(study, []), study.languages().answer.headline
    said = languages.caption(found)
    medians = [row[-2] for row in found.rows if row[-2] is not None]
    direct = sum(median < 0 for median in medians)
    assert said.startswith(f"Direct code outweighs search in the median world of {direct} of {len(medians)} languages.")
    assert f"rises with complexity in {head.rises} and falls in {head.falls} of the {head.trending} languages" in said


def test_ranks_are_a_matrix_for_each_set(study):
    found = languages.ranks_data(study, [])
    panels = languages.draw_ranks(found)
    assert len(panels) == len(SETS)
    for ax, matrix in zip(panels, found.answer.ranks.values(), strict=True):
        shown = np.ma.filled(ax.images[0].get_array(), np.nan)
        assert np.allclose(shown, np.array(matrix, dtype=float), equal_nan=True)
        assert np.allclose(np.diag(shown), 1)
    values = [row[3] for row in found.rows if row[0] == "knockouts" and row[3] is not None]
    assert f"{number(float(np.median(values)), '.2f')} (arith without an operator, {len(values)} pairs)" in (
        languages.ranks_caption(found)
    )
    check_widths(languages.draw_ranks, found)
