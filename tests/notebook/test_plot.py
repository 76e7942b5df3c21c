"""Figures on axes of one's own keep within them, and are those of the figures made here."""

from inspect import signature
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import priorsim as ps
from priorsim.census.stored import cut
from priorsim.claims.populations import QUICK
from priorsim.errors import PriorsimError
from priorsim.figures.registry import find_figure
from priorsim.priors import Prior
from priorsim.study.folder import Study
from tests.notebook.conftest import small_atlas

pytestmark = pytest.mark.engine
ON_AXES = [name for name in ps.plot.__all__ if name not in ("phase", "well_tuned")]


def own_axes() -> Any:
    figure = Figure(figsize=(6, 4))
    FigureCanvasAgg(figure)
    return figure.add_axes((0.15, 0.15, 0.75, 0.7))


@pytest.mark.parametrize("world", ["inverse-w3", "isqrt-w3", "square-w3"])
@pytest.mark.parametrize("name", ON_AXES)
def test_legend_and_labels_stand_within_axes_of_ones_own(name: str, world: str) -> None:
    ax = own_axes()
    settings = dict(matplotlib.rcParams)
    assert getattr(ps.plot, name)(world, small_atlas(), ax=ax, train=range(5)) is ax
    assert dict(matplotlib.rcParams) == settings
    ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    named = {ax.title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()}
    texts = [each for each in ax.findobj(Text) if each not in named and each.get_text() and each.get_visible()]
    offset = {ax.xaxis.get_offset_text(), ax.yaxis.get_offset_text()}
    for artist in [ax.get_legend(), *(each for each in texts if each not in offset)]:
        found = artist.get_window_extent()
        assert box.x0 - 1 <= found.x0 and found.x1 <= box.x1 + 1, (artist, found, box)
        assert box.y0 - 1 <= found.y0 and found.y1 <= box.y1 + 1, (artist, found, box)
    assert len(ax.figure.axes) == 1
    assert not ax.figure.legends


@pytest.mark.parametrize("name", ON_AXES)
def test_without_axes_a_figure_is_made(name: str) -> None:
    ax = getattr(ps.plot, name)("isqrt-w3", small_atlas(), train=range(5))
    own = getattr(ps.plot, name)("isqrt-w3", small_atlas(), train=range(5), ax=own_axes())
    assert ax.get_xlabel() == own.get_xlabel()
    for here, there in zip(ax.lines, own.lines, strict=True):
        np.testing.assert_array_equal(here.get_ydata(), there.get_ydata())


def test_figures_of_several_panels_give_them_all() -> None:
    assert len(ps.plot.phase("inverse-w3", small_atlas(), train=range(5))) == 2
    assert len(ps.plot.well_tuned("inverse-w3", small_atlas(), train=range(5))) == 3


ENTRIES = {
    "odds_against_gamma": "odds-against-gamma",
    "odds_against_lessons": "odds-against-lessons",
    "learning_curves": "learning-curves",
    "mass_against_length": "mass-against-length",
    "cloud_of_programs": "cloud",
    "phase": "phase",
    "well_tuned": "well-tuned",
}
WEIGHED = {"beta": 1.5, "tax": 1, "cap": 40}


def shown(axes: Any) -> Any:
    """All that is plotted, as one array: lines, markers and pictures."""
    found: list[Any] = []
    for ax in axes if isinstance(axes, tuple) else (axes,):
        found += [line.get_xydata() for line in ax.lines]
        found += [each.get_offsets() for each in ax.collections]
        found += [each.get_array() for each in (*ax.images, *ax.collections) if each.get_array() is not None]
    return np.concatenate([np.ma.filled(each, -1).ravel() for each in found])


@pytest.mark.parametrize("name", ps.plot.__all__)
def test_what_is_asked_of_a_figure_is_what_the_command_line_asks(name: str) -> None:
    entry, world = find_figure(ENTRIES[name]), ps.world("inverse-w3", train=range(4))
    asked: dict[str, Any] = {"class_by": "form", "max_bits": 24} | (WEIGHED if "prior" in entry.takes else {})
    own: dict[str, Any] = {"own": cut(small_atlas(), 24), "class_by": "form"}
    own |= {"prior": Prior("own", beta=1.5, tax=1, cap=40)}
    if name == "phase":
        asked |= {"beta": None, "gamma": [0, 0.5, 1], "tax": [-1, 0, 1], "cap": 40}
        own |= {"prior": Prior("own", cap=40), "grid": {"gamma": [0, 0.5, 1], "tax": [-1, 0, 1]}}
    here = getattr(ps.plot, name)(world, small_atlas(), **asked)
    there = entry.draw(entry.data(Study(QUICK, QUICK.folder, **own), [world]))
    usual = getattr(ps.plot, name)(world, small_atlas())
    np.testing.assert_array_equal(shown(here), shown(there))
    assert not np.array_equal(shown(here), shown(usual), equal_nan=True)


def test_a_figure_without_an_atlas_takes_a_census_up_to_the_bound(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PRIORSIM_CACHE", str(tmp_path))
    ps.plot.mass_against_length("inverse-w3", max_bits=18)
    assert [path.name.split("-")[3] for path in tmp_path.glob("atlases/*.parquet")] == ["18"]


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("odds_against_gamma", {"prior": "levin"}, "the figure is over gamma, and levin sets nothing else"),
        ("well_tuned", {"prior": Prior("own", gamma=1)}, "the figure is over gamma, and own sets nothing else"),
        ("odds_against_lessons", {"prior": "levn"}, "did you mean levin"),
        ("learning_curves", {"prior": "capped"}, "needs a value for cap"),
        ("learning_curves", {"gamma": -1}, "give a number of at least 0"),
        ("mass_against_length", {"class_by": "shape"}, "programs cannot be classed by 'shape'"),
        ("cloud_of_programs", {"max_bits": 99}, "not 99: ask for 1 to"),
        ("phase", {"prior": "levin"}, "the diagram is over beta and gamma"),
        ("phase", {"gamma": 1}, "the diagram is over beta and gamma"),
        ("phase", {"gamma": [0, 1]}, "over two penalties, and the grid has 1"),
        ("phase", {"gamma": [0, 1, 4], "tax": [0, 1]}, "not evenly spaced"),
        ("phase", {"gamma": [[0, 1]], "tax": [0, 1]}, "gamma has values in 2 dimensions"),
    ],
)
def test_what_would_change_nothing_or_is_wrong_is_refused(name: str, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(PriorsimError, match=said) as refused:
        getattr(ps.plot, name)("inverse-w3", small_atlas(), train=range(4), **asked)
    assert "\n" not in str(refused.value)


def test_a_figure_over_gamma_takes_no_gamma_and_a_cloud_no_prior() -> None:
    for name, asked in (("odds_against_gamma", "gamma"), ("well_tuned", "gamma"), ("cloud_of_programs", "prior")):
        assert asked not in signature(getattr(ps.plot, name)).parameters
