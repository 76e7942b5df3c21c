"""Figures of walks: every text on the page and apart, the numbers that were given, the same bytes again."""

from itertools import combinations
from typing import Any

import matplotlib as mpl
import networkx as nx
import numpy as np
import pytest
from matplotlib.transforms import Bbox

from priorsim.figures import page, walk_landscape, walks
from priorsim.figures.entry import USUAL, Data, save
from priorsim.figures.page import NARROWEST, figure_of, lay_out
from tests.figures.drawing import drawn_texts, xs, ys

LONG = walks.Walks(
    "o = r (cheap to invert), answer r q, words of 3 bits",
    "in-context.w3-words-itself-product-r4-q4",
    "steepest",
    8,
    24,
)
SHORT = walks.Walks("one", "one", "first", 4, 9)
KINDS = ("direct", "disguised", "search")


def landscape(losses, kinds, flows):
    """A coarse landscape in which all walks pass and some end everywhere."""
    coarse = nx.DiGraph()
    for loss in losses:
        for kind in kinds:
            passed = 0.9 / (1 + loss) if kind == "direct" else 10.0 ** -(2 + loss)
            coarse.add_node((loss, kind), passed=passed, ends=min(passed, 0.3 if loss == 0 else 1e-2))
    coarse.add_weighted_edges_from(flows, weight="chance")
    return coarse


FLOWS = [
    *(((a, "direct"), (b, "direct"), 0.5 / (1 + a - b)) for a in range(1, 13) for b in range(a)),
    ((12, "direct"), (0, "search"), 0.001),
    ((11, "disguised"), (0, "direct"), 1e-5),
]
WAYS = ((12, "direct"), (0, "direct")), ((12, "direct"), (0, "search"))
WIDE_LANDSCAPE = walk_landscape.landscape_of(
    LONG, "wrong training lanes", landscape(range(12, -1, -1), KINDS, FLOWS), WAYS
)
ONE_PLACE = walk_landscape.landscape_of(SHORT, "wrong bits", landscape([0], ["direct"], []), (((0, "direct"),), ()))

FIGURES: list[tuple[Any, Any]] = [
    (walk_landscape.draw, WIDE_LANDSCAPE),
    (walk_landscape.draw, ONE_PLACE),
    (
        walks.draw_ends,
        Data(
            walks.ENDS,
            zip(KINDS, [0.9, 0.09, 0.01], [0.5, 0.5, 0.0], strict=True),
            walks=LONG,
            total_variation=0.41,
            fitting_ends=0.7,
        ),
    ),
    (
        walks.draw_ends,
        Data(walks.ENDS, [("direct", 1.0, 1.0)], walks=SHORT, total_variation=0.0, fitting_ends=1.0),
    ),
    (
        walks.draw_losses,
        Data(
            walks.LOSSES,
            [
                (kind, share, right, move, loss)
                for kind, share, right, losses in (
                    ("direct", 0.98, 0.9, [5, 2, 1]),
                    ("disguised", 1e-5, 1.23e-7, [6, 3, 3]),
                    ("search", 0.02, 0.0, [4, 1, 0]),
                )
                for move, loss in enumerate(losses)
            ],
            walks=LONG,
            unit="wrong training lanes",
        ),
    ),
    (
        walks.draw_swerves,
        Data(
            walks.SWERVES,
            [(0, 1e-3, 0.0), (1, 1e-2, 0.0), (2, 1e-4, 5e-5), (3, 1e-9, 1e-9)],
            walks=LONG,
            moved_to_direct=0.1,
        ),
    ),
    (
        walks.draw_swerves,
        Data(walks.SWERVES, [(0, 1e-3, 0.0), (1, 0.0, 0.0)], walks=SHORT, moved_to_direct=None),
    ),
    (
        walks.draw_starved,
        Data(
            walks.STARVED,
            [(4, 1e-5, 2e-3, 1e-6, 1e-4), (6, 1e-4, 2e-2, 1e-6, 1e-4), (8, 0.0, 0.3, 1e-6, 1e-4)],
        ),
    ),
]
IDS = [f"{draw.__name__}-{number}" for number, (draw, _) in enumerate(FIGURES)]


@pytest.mark.parametrize("width", [NARROWEST, page.DOUBLE])
@pytest.mark.parametrize(("draw", "data"), FIGURES, ids=IDS)
def test_every_text_is_on_the_page_and_none_covers_another(draw, data, width):
    figure = figure_of(draw(data, width=width))
    lay_out(figure)
    figure.draw_without_rendering()
    boxes = drawn_texts(figure)
    for name, box in boxes.items():
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, name
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, name
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        overlap = Bbox.intersection(a, b)
        assert overlap is None or min(overlap.width, overlap.height) < 1.5, (one, other)
    ax = figure.axes[0]
    assert "(" in ax.get_xlabel() and ax.get_ylabel()


CALLERS: list[dict[Any, Any]] = [{}, {"font.size": 20}]
"""Settings of the program that draws, which must not matter."""


@pytest.mark.parametrize(("draw", "data"), FIGURES[::2], ids=IDS[::2])
def test_saved_again_the_files_have_the_same_bytes(draw, data, tmp_path):
    runs = []
    for settings, formats in zip(CALLERS, (USUAL, ["svg"]), strict=True):
        with mpl.rc_context(settings):
            paths = save(figure_of(draw(data)), tmp_path / "figure", data.columns(), formats=formats)
            runs.append([path.read_bytes() for path in paths if path.suffix in (".svg", ".csv")])
    assert runs[0] == runs[1]


def test_the_columns_are_the_numbers_given():
    columns = WIDE_LANDSCAPE.columns()
    assert columns["item"].count("region") == 39
    assert sorted(columns["chance"][39:]) == sorted(flow[2] for flow in FLOWS)
    assert columns["chance"][39:] == sorted(columns["chance"][39:], reverse=True)
    assert FIGURES[4][1].columns()["mean_loss"] == [5, 2, 1, 6, 3, 3, 4, 1, 0]
    assert FIGURES[2][1].columns()["ends"] == [0.5, 0.5, 0.0]
    assert FIGURES[7][1].columns()["gain_without"] == [1e-4] * 3


def test_a_class_in_which_next_to_no_walk_ends_has_no_line_and_the_caption_says_so():
    draw, data = FIGURES[4]
    said = [text.get_text() for text in draw(data).get_legend().get_texts()]
    assert [text.partition(":")[0] for text in said] == ["end direct", "end search"]
    assert "fewer than 0.1 % end there: disguised programs" in walks.losses_caption(data)


def test_chances_are_dots_at_their_moves_and_radii_and_none_where_there_is_none():
    swerves, starved = (draw(data) for draw, data in (FIGURES[5], FIGURES[7]))
    assert not swerves.patches and not starved.patches
    first, late = (ys(line) for line in swerves.lines[:2])
    assert first == [1e-3, 1e-2, 1e-4, 1e-9] and late[2:] == [5e-5, 1e-9] and np.isnan(late[:2]).all()
    dots = [ys(line) for line in starved.lines if xs(line) == [4, 6, 8]]
    assert dots[0][:2] == [1e-5, 1e-4] and np.isnan(dots[0][2]) and dots[1] == [2e-3, 2e-2, 0.3]
    assert {"200 times"} == {text.get_text() for text in starved.texts}


def test_the_likeliest_ways_are_drawn_however_unlikely_their_moves():
    shown = walk_landscape.shown(WIDE_LANDSCAPE)
    moves = [flow[:2] for flow in shown]
    assert set(WAYS) <= set(moves)
    assert all(chance >= walk_landscape.LEAST_FLOW for *move, chance in shown if tuple(move) not in WAYS)
    assert ((11, "disguised"), (0, "direct")) not in moves
    assert len(moves) == len(set(moves)) < len(FLOWS)


def test_figures_are_drawn_into_the_axes_they_are_given():
    with page.style():
        axes = page.new_figure(page.DOUBLE, 6).subplots(2, 3).ravel()
        for ax, (draw, data) in zip(axes, FIGURES[::2], strict=False):
            assert draw(data, ax=ax) is ax
