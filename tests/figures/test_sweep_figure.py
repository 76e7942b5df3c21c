"""The figure of a sweep draws the numbers of its file, over one penalty as a band and over two as a plane."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from priorsim.claims.populations import QUICK
from priorsim.errors import FigureError
from priorsim.figures import sweep
from priorsim.study.folder import Study
from tests.figures.drawing import check_widths, ys
from tests.test_cli import output, priorsim

pytestmark = pytest.mark.engine

WORLD = "inverse-w3"


def drawn_of(path: Path, *grid: str) -> Any:
    """The data of the figure of a sweep that the command writes to a file."""
    output("sweep", "--world", WORLD, "--beta", "1.5", *(f"--grid={each}" for each in grid), "--out", str(path))
    return sweep.data(Study(QUICK, path.parent, sweep=path), [])


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIORSIM_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def test_over_one_penalty_both_ends_are_lines(tmp_path: Path) -> None:
    found = drawn_of(tmp_path / "one.csv", "gamma=1,0,0.5")
    assert found.gamma == [0.0, 0.5, 1.0]
    low, high = sweep.draw(found).lines[-2:]
    assert [ys(low), ys(high)] == [list(found.log_odds_low_bits), list(found.log_odds_high_bits)]
    check_widths(sweep.draw, found)
    said = sweep.caption(found)
    assert said.startswith("Search outweighs direct code at 0 of 3 points and direct code search at 3")
    assert "lanes 0-5 of 8" in said and "beta 1.5, and else those of 2^-l" in said


def test_over_two_penalties_each_point_has_its_place_on_the_plane(tmp_path: Path) -> None:
    found = drawn_of(tmp_path / "two.csv", "gamma=0,1,3", "tax=0,2")
    (plane,) = (each for each in sweep.draw(found).collections if each.get_array() is not None)
    shown = np.asarray(plane.get_array()).reshape(2, 3)
    for row, tax in enumerate((0, 2)):
        for column, gamma in enumerate((0, 1, 3)):
            (at,) = (line for line in found.rows if line[:2] == (gamma, tax))
            assert shown[row, column] == pytest.approx((at[2] + at[3]) / 2)
    check_widths(sweep.draw, found)
    assert WORLD in sweep.caption(found)


def test_odds_of_one_side_are_told_as_unknown(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    output("sweep", "--world", WORLD, "--max-bits", "20", "--grid", "gamma=0,1", "--out", str(path))
    found = sweep.data(Study(QUICK, tmp_path, sweep=path), [])
    assert "at 2 the odds are unknown, since a side has no program" in sweep.caption(found)
    sweep.draw(found)


def test_a_sweep_is_asked_for_and_is_of_its_figure_alone(tmp_path: Path) -> None:
    with pytest.raises(FigureError, match="give --sweep FILE"):
        sweep.data(Study(QUICK, tmp_path), [])
    code, _, err = priorsim("figure", "phase", "--sweep", "s.csv")
    assert code == 2 and "--sweep has no effect on the figure phase" in err
    (tmp_path / "s.csv").write_text("gamma\n1\n")
    code, _, err = priorsim("figure", "sweep", "--sweep", str(tmp_path / "s.csv"), "--out", str(tmp_path))
    assert code == 2 and "is not a whole file of 'priorsim sweep'" in err


def test_the_command_draws_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    output("sweep", "--world", WORLD, "--grid", "gamma=0,1", "--out", str(path))
    output("figure", "sweep", "--sweep", str(path), "--format", "svg", "--out", str(tmp_path))
    assert "inverse-w3" in (tmp_path / "sweep.svg").read_text()
    assert (tmp_path / "sweep.txt").read_text().startswith("Search outweighs direct code at")
