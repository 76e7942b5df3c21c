"""Sweeps re-read the histogram and say what the odds say."""

import csv
import io

import pytest

from priorsim.errors import PriorError, PriorsimError
from priorsim.formats import rounded
from priorsim.measure.histogram import histogram
from priorsim.measure.histogram_file import format_histogram, parse_histogram
from priorsim.measure.mass import log_odds_of
from priorsim.measure.sweep import SweepOf, format_sweep, parse_grid, read_sweep, sweep
from priorsim.priors import Prior, named_prior


@pytest.fixture
def found(oracle, world):
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: x, range(12)))


def test_each_point_of_a_sweep_is_the_odds_there(found):
    rows = sweep(found, Prior("p", tax=1), {"gamma": [0, 0.5, 1], "lambda": [0, 0.25]})
    assert [row.values for row in rows] == [(g, m) for g in (0, 0.5, 1) for m in (0, 0.25)]
    for row in rows:
        gamma, lam = row.values
        assert row.log_odds == log_odds_of(found, Prior("q", gamma=gamma, lam=lam, tax=1))
        assert sum(row.shares) == pytest.approx(1)


def test_an_exported_histogram_gives_the_same_sweep(found):
    again = parse_histogram(format_histogram(found))
    grid: dict[str, list[float]] = {"beta": [1, 2], "cap": [3, 10.5]}
    assert sweep(again, Prior("p"), grid) == sweep(found, Prior("p"), grid)


def test_where_nothing_weighs_anything_nothing_is_said(oracle, world):
    atlas = oracle("logic-w3-23")
    empty = histogram(atlas, world(atlas.header, lambda x: (5 * x + x * x // 3) ^ 3))
    (row,) = sweep(empty, Prior("p"), {"gamma": [1]})
    assert (row.log_odds.low, row.log_odds.high, row.shares) == (None, None, None)
    text = format_sweep(SweepOf.of(empty, Prior("p"), {"gamma": [1]}), [row], ["gamma"])
    assert text.splitlines()[-1] == "1.0,,,,,"


def test_the_csv_has_a_line_for_each_point(found):
    grid = {"gamma": [0, 1], "tax": [-1, 0, 1]}
    rows = sweep(found, named_prior("solomonoff"), grid)
    text = format_sweep(SweepOf.of(found, named_prior("solomonoff"), grid), rows, list(grid))
    lines = list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))
    assert len(lines) == 6
    for line, row in zip(lines, rows, strict=True):
        assert (float(line["gamma"]), float(line["tax"])) == row.values
        assert float(line["log_odds_low"]) == rounded(row.log_odds.low)
        assert float(line["share_search"]) == rounded(row.shares[2])


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({}, "0 penalties"),
        ({"beta": [1], "gamma": [1], "tax": [1]}, "3 penalties"),
        ({"speed": [1]}, "unknown penalty 'speed': choose one of beta"),
        ({"gamma": []}, "no values of gamma"),
        ({"beta": [1, 0.5]}, "does not converge"),
        ({"gamma": [0, float("nan")]}, "finite"),
        ({"gamma": range(1001), "tax": range(1000)}, "1001000 points is too large: give at most 1000000"),
    ],
)
def test_grids_that_make_no_sense_are_refused(found, grid, message):
    with pytest.raises(PriorError, match=message):
        sweep(found, Prior("p"), grid)


@pytest.mark.parametrize(
    "given", ["0:1:0", "0:1:-1", "0:1:100000000", "0:inf:3", "nan:1:3", "0:1", "0:1:2:3", "0:x:2", "", "1,"]
)
def test_grids_that_cannot_be_read_are_refused(given):
    with pytest.raises(PriorError, match=r"'gamma=.*' cannot be read: write NAME=FIRST:LAST:COUNT .* 1 to 1000000"):
        parse_grid([f"gamma={given}"])


def test_a_file_of_a_sweep_is_read_back_and_what_is_none_is_refused(found, tmp_path):
    grid: dict[str, list[float]] = {"gamma": [0, 1], "tax": [0, 1e9]}
    rows = sweep(found, named_prior("levin"), grid)
    text = format_sweep(SweepOf.of(found, named_prior("levin"), grid), rows, list(grid))
    path = tmp_path / "sweep.csv"
    path.write_text(text)
    of, parameters, lines = read_sweep(path)
    assert (of.world, of.bound_bits, of.points) == (found.world.name, 24, 4)
    assert of.penalties == {"beta": 1, "lambda": 0, "cap": None}
    assert of.trained_on == "0-11 of 16" and parameters == ("gamma", "tax")
    assert [line[:2] for line in lines] == [row.values for row in rows]
    assert [line[2] for line in lines] == [rounded(row.log_odds.low) for row in rows]
    cut = "\n".join(text.splitlines()[:-1])
    for other in (
        cut,
        text.replace("# sweep", "# swept"),
        text.replace("gamma,", "speed,"),
        text + "1,2\n",
        "a,b\n",
        "",
    ):
        path.write_text(other)
        with pytest.raises(PriorsimError, match="is not a whole file of 'priorsim sweep'"):
            read_sweep(path)
