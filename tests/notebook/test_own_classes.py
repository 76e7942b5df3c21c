"""A class of one's own is a function of an atlas's rows; what it makes of them is what plain loops count."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import priorsim as ps
from priorsim.census.atlas import Rows
from priorsim.errors import PriorsimError
from priorsim.measure.histogram import CLASSES, OwnClasses, kinds_of
from tests.notebook.conftest import small_atlas

pytestmark = pytest.mark.engine
WORLD = "inverse-w3"


def slow(rows: Rows) -> Any:
    """Programs that take 100 steps and more over all lanes."""
    return rows.steps >= 100


def test_the_classes_are_those_that_a_plain_loop_counts() -> None:
    rows, world, counts = small_atlas().rows, ps.world(WORLD), Counter[str]()
    for behaviour, steps, count in zip(rows.behaviour.tolist(), rows.steps.tolist(), rows.count.tolist(), strict=True):
        if world.accepts(world.domain.unpack(behaviour), world.train):
            counts["search" if steps >= 100 else "direct"] += count
    found = ps.odds(WORLD, small_atlas(), class_by=slow)
    assert {name: each.programs for name, each in found.classes.items()} == {**counts, "disguised": 0}
    assert found.log_odds.low == found.log_odds.high
    assert found.to_json()["class_by"] == "function slow"
    assert "classes by function slow" in str(found)


def test_the_classes_by_form_as_a_function_are_those_by_form() -> None:
    for ask in (ps.odds, ps.heldout):
        by_form = ask(WORLD, small_atlas(), class_by="form").to_json()
        own = ask(WORLD, small_atlas(), class_by=lambda rows: rows.searches > 0).to_json()
        assert {**own, "class_by": "form"} == by_form
    for curve in (ps.growth, ps.influence, ps.population):
        by_form, own = (curve(small_atlas(), class_by=by) for by in ("form", lambda rows: rows.searches > 0))
        assert own.to_json() == {**by_form.to_json(), "class_by": "function lambda"}


def test_names_of_classes_may_be_given() -> None:
    def by_lesion(rows: Rows) -> Any:
        direct = np.where(rows.wide != rows.behaviour, "disguised", "direct")
        return np.where(rows.strict != rows.behaviour, "search", direct)

    own, rows = OwnClasses.of(by_lesion), small_atlas().rows
    assert kinds_of(rows, own).tolist() == kinds_of(rows, "lesion").tolist()
    assert set(kinds_of(rows, own)) == set(range(len(CLASSES)))


@pytest.mark.parametrize("given", [True, [True], ["find"], 1.5, None])
def test_what_is_no_class_for_each_row_is_refused(given: Any) -> None:
    with pytest.raises(PriorsimError, match="for each of") as refused:
        ps.odds(WORLD, small_atlas(), class_by=lambda rows: given)
    assert "\n" not in str(refused.value)
    with pytest.raises(PriorsimError, match="for each of"):
        ps.population(small_atlas(), class_by=lambda rows: np.full(len(rows), "find"))


def test_neither_a_file_nor_a_wide_world_holds_them(tmp_path: Path) -> None:
    with pytest.raises(PriorsimError, match="cannot be read back"):
        ps.save_histogram(ps.histogram(WORLD, small_atlas(), class_by=slow), tmp_path / "own.csv")
    wide = ps.World.of(lambda x: x, domain=ps.Domain.of_all_words(6))
    with pytest.raises(PriorsimError, match="class by lesion or form"):
        ps.odds(wide, class_by=slow, max_bits=10)
    with pytest.raises(PriorsimError, match="give max_bits"):
        ps.odds(wide)
    assert ps.odds(wide, max_bits=10).classes.direct.witness == "x"
