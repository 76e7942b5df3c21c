"""Figures of verdicts draw what claims.json says, and the drawings of the results keep to the rules of figures."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from priorsim.claims.claim import Number, Sample, Worth, cell_of
from priorsim.claims.populations import QUICK
from priorsim.errors import FigureError
from priorsim.figures import verdicts
from priorsim.figures.entry import SHOWN_WORLDS
from priorsim.figures.page import LOOKS, SERIES
from priorsim.figures.registry import FIGURES, NUMBERS, RESULTS
from priorsim.keys import plain
from priorsim.measure.by_bound import EARLIER_BITS, keeps_sign
from priorsim.measure.mass import Interval
from priorsim.measure.values import Values
from priorsim.study.folder import Study
from priorsim.worlds import find_world
from tests.figures.drawing import check_widths

OF_CLASSES = {"page", "against_length", "cloud", "diversity", "held_out", "knockouts", "log_odds", "scaling", "sweep"}
OF_CLASSES |= {"walk_landscape", "walks", "worlds_side_by_side", "by_world", "tree"}
"""The modules whose figures tell classes apart, or the searches among operators, and no other may use their looks."""
ROOT = Path(__file__).parents[2]
HOME: dict[str, str | int] = {"class_by": "lesion", "bound": "B", "tax": 0}
PLACE: dict[str, str | int] = {"population": "all", "dialect": "arith", "word_bits": 3, **HOME}


def cell(numbers: list[float], complexity: list[float], **place: str | int) -> dict[str, Any]:
    """A cell as claims.json has it, of worlds of these numbers and complexities."""
    values = Values(np_of(numbers), np_of(numbers))
    worth = Worth(np_of(complexity), np_of([2.0**-bits for bits in complexity]))
    number = Number("Delta L", "> 0 bits", len)
    found = cell_of([Sample.of(values, number, worth, 20)], number, {**PLACE, **place}, 20)
    return dict(plain(found.answer(found.has_enough)))


def np_of(values: list[float]) -> Any:
    return np.array(values, dtype=np.float64)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study of a folder with two claims: one over many worlds, the other over few, each with two populations."""
    many = cell([-1.0, 2.0, 5.0] * 20, [14.0, 17.5, 20.0] * 20)
    few = cell([1.0, -3.0], [12.0, 30.0], population="inverse")
    words = cell([1.0, 2.0] * 20, [19.5] * 40, population="constant", word_bits=12)
    shared: dict[str, Any] = {"kind": "finding", "quantifier": "mostly", "unit": "bits", "condition": "> 0"}
    claims = [
        {"id": "much-simpler", "verdict": "depends", "quantity": "Delta L", **shared, "cells": [many, few, words]},
        {"id": "reachable", "verdict": "few worlds", "quantity": "proposals", **shared, "cells": [few]},
    ]
    (tmp_path / "claims.json").write_text(json.dumps({"claims": claims}))
    return Study(QUICK, tmp_path)


def test_support_is_drawn_over_the_grid_and_by_cell_with_its_worlds(study: Study) -> None:
    found = verdicts.support_data(study, [])
    assert found.rows[0][:5] == ("much-simpler", "depends", "grid", "2 cells", 60)
    assert found.rows[0][5:] == pytest.approx((2 / 3, 1))
    assert [row[2:5] for row in found.rows[1:3]] == [
        ("cell", "all, arith, w = 3", 60),
        ("cell", "inverse, arith, w = 3", 2),
    ]
    assert found.rows[4] == ("reachable", "few worlds", "grid", "0 cells", 0, None, None)
    said = verdicts.support_caption(found).partition("\n")[0]
    assert said.startswith("1 of 2 findings depend on the population") and said.endswith("decided worlds: 1.")
    check_widths(verdicts.draw_support, found)


def test_numbers_are_quartiles_by_complexity_or_by_population(study: Study) -> None:
    found = verdicts.numbers_data(study, [])
    bins = [row for row in found.rows if row[0] == "much-simpler" and row[1].startswith("all")]
    assert bins == [
        ("much-simpler", "all, arith, w = 3", up_to, 20, number, number, number)
        for up_to, number in ((14, -1.0), (18, 2.0), (20, 5.0))
    ]
    assert "much-simpler (Delta L)" in verdicts.numbers_caption(found)
    check_widths(verdicts.draw_numbers, found)


def test_figures_of_verdicts_ask_for_the_verdicts(tmp_path: Path) -> None:
    with pytest.raises(FigureError, match=r"claims\.json is not there.*run 'priorsim paper' first"):
        verdicts.support_data(Study(QUICK, tmp_path), [])


def test_the_results_have_fifteen_drawings_at_most() -> None:
    drawings = [stem for name, worlds in RESULTS.items() for stem, _ in replace(FIGURES[name], worlds=worlds).shown()]
    assert len(drawings) == len(set(drawings)) <= 15
    assert all(FIGURES[name].is_of_one == bool(worlds) for name, worlds in RESULTS.items())
    assert not set(NUMBERS) & set(RESULTS) and set(NUMBERS) <= set(FIGURES)


@pytest.mark.parametrize("name", sorted({*SHOWN_WORLDS, *(name for names in RESULTS.values() for name in names)}))
def test_the_odds_of_a_world_that_is_shown_have_settled(name: str) -> None:
    results = json.loads((ROOT / "results" / "odds.json").read_text())["worlds"]
    at = {each["world"]: each["convergence"]["bounds"] for each in results}
    if name not in at:
        assert name in RESULTS["walk-ends"] and find_world(name)  # A world of walks, which no odds are drawn of.
        return
    bounds = {each["bits"]: Interval(*(float(each["log_odds"][end]) for end in ("low", "high"))) for each in at[name]}
    last = max(bounds)
    assert keeps_sign(bounds[last], bounds[last - EARLIER_BITS])


def test_the_colours_and_markers_of_direct_and_search_programs_are_theirs_alone() -> None:
    own = [LOOKS["direct"], LOOKS["search"]]
    for look in (*SERIES, *(look for name, look in LOOKS.items() if name not in ("direct", "search"))):
        assert look.colour not in {each.colour for each in own} and look.marker not in {each.marker for each in own}
    for path in (ROOT / "priorsim" / "figures").glob("*.py"):
        uses = re.search(r"\bLOOKS\[|import .*\bLOOKS\b", path.read_text()) is not None
        assert uses == (path.stem in OF_CLASSES), path.name
        written = re.findall("|".join(each.colour for each in own), path.read_text(), re.IGNORECASE)
        assert len(written) == (2 if path.name == "page.py" else 0), path.name
