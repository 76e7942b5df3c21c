"""Figures on axes of one's own keep within them, and are those of the figures made here."""

from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import priorsim as ps
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
