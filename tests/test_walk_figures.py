"""Studies drawn: every figure comes from the study's own numbers."""

import csv
import io

import pytest

from priorsim.walk_figures import findings_csv, starvation_drawing, walk_drawings
from priorsim.walks.finding import FINDINGS, all_findings
from priorsim.walks.study import make_study
from priorsim.worlds import find_world


@pytest.mark.engine
def test_a_study_is_drawn_and_its_findings_are_a_table():
    study = make_study(find_world("isqrt-w3"), 8, max_bits=18)
    drawings = walk_drawings(study)
    landscape = drawings["walk-landscape"][1]
    ends = sum(end for end in landscape["ends"] if end is not None)
    assert ends == pytest.approx(1, rel=1e-9)
    assert ("walk-ends" in drawings) == bool(study.landscape.fits.any())
    rows = list(csv.DictReader(io.StringIO(findings_csv(all_findings(study)))))
    assert [row["claim"] for row in rows] == list(FINDINGS)


@pytest.mark.engine
def test_starvation_is_drawn_by_radius():
    assert starvation_drawing((4, 8))[1]["radius"] == [4, 8]
