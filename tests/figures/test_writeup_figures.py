"""Figures for write-ups: what is drawn is the data, texts fit at every width, and the bytes come again."""

import ast
import math
import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from priorsim.errors import FigureError
from priorsim.figures import (
    against_length,
    by_world,
    cloud,
    held_out,
    log_odds,
    page,
    witness_sheet,
)
from priorsim.figures.entry import AS_MATHS, Data, check_format, save
from priorsim.figures.held_out import SHADES
from priorsim.figures.page import LOOKS, SERIES, figure_of
from priorsim.mu.dialect import Language
from priorsim.worlds import find_world
from tests.figures.drawing import check_texts, laid_out, xs, ys

INF = math.inf
LONG_NAME = "in-context.w3-words-complement-product-r8-q2"
ROW_NAME = "constant-greatest-square-w16"
WORDS = "observation: complement (cheap to invert), answer: the product of rule and query, 3-bit words"

LEADERS: list[list[held_out.Leader]] = [["search", "open", "direct"], ["direct", "none", "direct"]]
PHASE = Data(
    held_out.PHASE.format("beta", "gamma"),
    zip(
        [1.0, 1.5, 2.0] * 2,
        [0.0] * 3 + [1.0] * 3,
        chain.from_iterable(LEADERS),
        [0.1, 0.2, 0.3, 0.4, None, 0.6],
        strict=True,
    ),
    world=LONG_NAME,
    words=WORDS,
    bound_bits=36,
    over=("beta", "gamma"),
    at="",
)
NO_LOSS = Data(
    held_out.PHASE.format("beta", "gamma"),
    [(*row[:3], None) for row in PHASE.rows],
    world=LONG_NAME,
    words=WORDS,
    bound_bits=36,
    over=("beta", "gamma"),
    at="",
)
LENGTHS = Data(
    by_world.LENGTHS,
    [
        ("forward", "a", -5.0, 3.0),
        ("forward", "b", -7.0, -7.0),
        ("inverse", "c", 4.0, None),
        ("constant", "d", None, -12.0),
        *(("many", f"e{place}", 4.0, 4.0) for place in range(40)),
        ("many", "f", -90.0, -90.0),
    ],
    lanes=(4, 8),
)
TERMS = Data(
    by_world.PARTS,
    [(ROW_NAME, -14.0, 2.5, -1.5, -13.0), ("b", 3.0, -1.0, -4.0, -2.0)]
    + [(f"{ROW_NAME}{place}", 1.0, 1.0, 1.0, 3.0) for place in range(6)],
    words={ROW_NAME: "x x", "b": WORDS, **{f"{ROW_NAME}{place}": f"{place} {WORDS}" for place in range(6)}},
)
COUNTS = Data(
    by_world.COUNTS,
    [
        by_world.row_of(ROW_NAME, (1.0, 1.5), (-2.0, -2.0), (-4.0, -3.0)),
        by_world.row_of("agree", (-1.0, -1.0), (None, None), (-4.0, -3.0)),
        by_world.row_of("zero", (0.0, 0.0), (-1.0, -1.0), (-4.0, -3.0)),
        by_world.row_of("end", (1.0, 1.0), (2.0, 2.0), (-0.5, 3.0)),
    ],
)
GAMMAS = [place / 2 for place in range(9)]
LOW = [0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0]
HIGH = [0.0, 0.0, 0.02, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0]
LOSSES = [0.5, 0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1]
TUNED = Data(
    held_out.TUNED,
    zip(GAMMAS, LOSSES, LOW, HIGH, [0.1] * 9, [None] * 9, strict=True),
    world=LONG_NAME,
    words=WORDS,
    bound_bits=36,
)
ODDS = Data(
    log_odds.ODDS.format("rule"),
    [
        (1, -3.0, -2.0, None, None, -2.5, -1.5, True),
        (2, 1.0, 1.5, None, None, 2.0, 3.0, False),
        (3, 2.0, INF, None, None, 2.0, 3.0, False),
        (4, INF, INF, None, None, INF, INF, False),
    ],
    world=LONG_NAME,
    words=WORDS,
    prior="solomonoff",
    unit="rule",
    bound_bits=36,
)
CURVES = Data(
    log_odds.ACCURACY.format("lane"),
    [
        (1, 0.2, None, 0.3, 0.25, None, 0.35),
        (2, 0.5, None, None, 0.5, None, 0.4),
        (3, 1.0, None, None, 1.0, None, None),
    ],
    world=LONG_NAME,
    words=WORDS,
    prior="solomonoff",
    unit="lane",
    bound_bits=36,
)
OBJECTIVES = Data(
    against_length.OBJECTIVES,
    [("root-w4", 2, 1, 1), ("root-w4", 3, 1, 4), ("root-w4", 4, 2, 9), ("root-w4", 5, 5, 20)]
    + [("other-w4", bits, 1, 1) for bits in (3, 4, 5)],
    worlds=["root-w4", "other-w4"],
    words=["root", "other"],
    bound_bits=5,
)
CROSSINGS = Data(
    cloud.CROSSINGS, [("c-7", 0.1, 0.12), ("c-8", -0.5, 0.2), ("c-9", -0.5, -0.6)], without=3, bound_bits=28
)
PROGRAM = "(add q (find (c) (eq o (mul c (if (lt c o) (iter x c (s) (add s (mul s s))) (mul c c))))))"
ARITH, ISQRT = Language.named("arith", 12), "isqrt-w3"
PADDED = "(mul (find (c) c) 181)"
SHEET = Data(
    witness_sheet.COLUMNS,
    [
        (ROW_NAME, "direct", "shortest, fastest", 17, 1.0, False, "181"),
        (ROW_NAME, "search", "shortest", 36, 12289.125, False, PROGRAM),
        (ROW_NAME, "search", "fastest", 36, 3.0, True, PADDED),
        (ISQRT, "search", "fastest", 34, 13.25, False, "(find (c) (eq x (mul c c)))"),
    ],
    bounds={ROW_NAME: 28, ISQRT: 36},
    essential={ROW_NAME: [0.25, 0.5], ISQRT: [None, None]},
    words={ROW_NAME: WORDS, ISQRT: "the root"},
    spoken={ROW_NAME: (Language.named("arith", 12, columns=2), ("q", "o")), ISQRT: (ARITH, ("x",))},
)
TIPPING = cloud.cloud_of(
    find_world(ROW_NAME),
    28,
    {("direct", 17, 0.0): 2, ("search", 16, 13.0): 3},
    tips=[
        cloud.Tip("direct", (17, 0.0), (16, 13.0), 1 / 13, (0.0987,)),
        cloud.Tip("search", (17, 0.0), (16, 13.0), None, ()),
    ],
)


def first(draw):
    return lambda data, **options: draw(data, **options)[0]


FIGURES = [
    pytest.param(draw, data, id=name)
    for name, draw, data in (
        ("phase", first(held_out.draw_phase), PHASE),
        ("delta_l", by_world.draw_lengths, LENGTHS),
        ("decomposition", by_world.draw_parts, TERMS),
        ("three_counts", first(by_world.draw_counts), COUNTS),
        ("well_tuned", first(held_out.draw_tuned), TUNED),
        ("odds_against_lessons", log_odds.draw_odds, ODDS),
        ("learning_curves", log_odds.draw_accuracy, CURVES),
        ("objectives", against_length.draw_objectives, OBJECTIVES),
        ("predicted_crossovers", first(cloud.draw_crossings), CROSSINGS),
        ("witness_sheet", witness_sheet.draw, SHEET),
        ("cloud", cloud.draw, TIPPING),
    )
]


@pytest.mark.parametrize("width", [3.1, 3.25, 7.2])
@pytest.mark.parametrize(("draw", "data"), FIGURES)
def test_every_text_fits_at_every_width_and_axes_have_units(draw, data, width):
    figure = laid_out(draw(data, width=width))
    assert figure.get_figwidth() == width
    check_texts(figure)
    for ax in figure.axes:
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not label or "(" in label or "steps per lane" in label, label


def saved(draw, data, folder):
    """The bytes of a figure's files, by their ending."""
    paths = save(figure_of(draw(data)), folder / "figure", data.columns(), formats=["svg"], caption="A.")
    return {path.suffix: path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def saved_once(tmp_path_factory):
    """The same of a figure that another test may have saved."""
    found = {}

    def of(draw, data):
        if id(data) not in found:
            found[id(data)] = saved(draw, data, tmp_path_factory.mktemp("saved"))
        return found[id(data)]

    return of


@pytest.mark.parametrize(("draw", "data"), FIGURES)
def test_saved_again_a_figure_has_the_same_bytes(draw, data, tmp_path, saved_once):
    files = saved(draw, data, tmp_path)
    assert list(files) == [".svg", ".csv", ".txt"]
    assert files == saved_once(draw, data)
    assert files[".txt"] == b"A.\n"


OF_CLASSES = {"phase", "delta_l", "learning_curves", "cloud"}
"""Of these figures, those that tell classes of programs apart by their colours."""


@pytest.mark.parametrize(("draw", "data", "has_classes"), [(*each.values, each.id in OF_CLASSES) for each in FIGURES])
def test_the_colours_of_direct_and_search_programs_are_in_figures_of_classes_and_in_no_other(
    draw, data, has_classes, saved_once
):
    text = saved_once(draw, data)[".svg"].decode().lower()
    assert has_classes == any(LOOKS[kind].colour.lower() in text for kind in ("direct", "search"))


def test_a_phase_diagram_shows_each_point_in_its_shade_and_its_loss():
    shades, losses = (ax.images[0] for ax in held_out.draw_phase(PHASE))
    for row, leaders in enumerate(LEADERS):
        for column, leader in enumerate(leaders):
            colour = shades.to_rgba(shades.get_array())[row, column]
            assert tuple((255 * colour[:3]).round()) == tuple(int(SHADES[leader][0][i : i + 2], 16) for i in (1, 3, 5))
    shown = np.ma.filled(losses.get_array(), np.nan)
    assert shown[0].tolist() == [0.1, 0.2, 0.3]
    assert math.isnan(shown[1, 1])
    # Each point is the middle of its cell: the grid reaches half a step beyond its ends.
    assert shades.get_extent() == [0.75, 2.25, -0.5, 1.5]
    assert PHASE.columns()["held_out_loss"] == [0.1, 0.2, 0.3, 0.4, None, 0.6]


@pytest.mark.parametrize(("data", "mode"), [(PHASE, "RGB"), (NO_LOSS, "P")])
def test_a_picture_has_a_palette_unless_there_is_a_gradient(data, mode, tmp_path):
    path = save(figure_of(held_out.draw_phase(data)[0]), tmp_path / "phase", data.columns(), formats=["png"])[0]
    with Image.open(path) as picture:
        assert picture.mode == mode


def test_delta_l_has_a_histogram_for_each_family_and_few_worlds_are_grey():
    ax = by_world.draw_lengths(LENGTHS)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["many", "forward", "inverse", "constant"]
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle) and 0 < -patch.get_height() < 1]
    places = {(round(bar.get_x() + bar.get_width() / 2), round(-bar.get_height(), 2)) for bar in bars}
    assert places == {(4, 0.85), (-20, 0.02), (-1, 0.85), (-7, 0.85)}
    said = {text.get_text(): text.get_color() for text in ax.texts}
    assert said["41"] == page.INK and said["2"] == page.FAINT == said["1, 1 open"]
    assert by_world.lengths_caption(LENGTHS).startswith("Search is shorter than direct code in 41 of 45 worlds")


def test_bars_of_a_decomposition_add_up_on_either_side_and_the_mark_is_their_sum():
    ax = by_world.draw_parts(TERMS)
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    of_first = [bar for bar in bars if abs(bar.get_y() + bar.get_height() / 2) < 1e-9]
    edges = [edge for bar in of_first for edge in (bar.get_x(), bar.get_x() + bar.get_width())]
    assert (min(edges), max(edges)) == (-15.5, 2.5)
    (marks,) = (line for line in ax.lines if line.get_marker() == "D")
    assert xs(marks)[:2] == [-13.0, -2.0]


def test_rows_of_a_decomposition_say_what_a_world_asks_in_lines_of_about_one_length():
    labels = [label.get_text() for label in by_world.draw_parts(TERMS).get_yticklabels()]
    assert labels[0] == "x x" and labels[1].replace("\n", " ") == WORDS
    assert all(28 <= len(line) <= page.ROW_LETTERS for line in labels[1].split("\n"))


def test_a_decomposition_of_many_worlds_draws_twenty_from_the_first_to_the_last():
    rows = [(f"w{place}", 1.0, 1.0, 1.0, 3.0 - place) for place in range(50)]
    many = Data(by_world.PARTS, rows, words={row[0]: f"x + {row[0]}" for row in rows})
    figure = laid_out(by_world.draw_parts(many))
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert (len(names), names[0], names[-1]) == (20, "x + w0", "x + w49") and figure.get_figheight() <= 9


def test_three_counts_stand_in_their_quadrants():
    assert COUNTS.signs_differ == [True, False, False, True]
    functions, programs = by_world.draw_counts(COUNTS)
    marks = [(xs(line)[0], ys(line)[0]) for line in functions.lines if line.get_marker() == SERIES[0].marker]
    assert marks == [(1.0, -4.0), (-1.0, -4.0), (0.0, -4.0), (1.0, -0.5)]
    assert [text.get_text() for text in functions.texts] == ["1", "0", "2", "0"]  # Lower and upper left, then right.
    assert programs.get_title("center") == "3 worlds"


def test_well_tuned_windows_are_the_runs_within_both_limits():
    assert held_out.windows(TUNED, 0) == [(1.0, 2.0), (3.5, 4.0)]
    assert held_out.windows(TUNED, 1) == [(1.5, 2.0), (3.5, 4.0)]
    panels = held_out.draw_tuned(TUNED)
    shaded = sorted(
        (patch.get_x(), patch.get_x() + patch.get_width())
        for patch in panels[0].patches
        if isinstance(patch, Rectangle) and not patch.get_hatch()
    )
    assert shaded == [(1.5, 2.0), (3.5, 4.0)]
    written: list[Any] = [text for panel in panels for text in panel.texts]
    limits = {text.get_text(): text.xy[1] for text in written}
    assert limits == {"limit: the least loss + 0.01": pytest.approx(0.11), "limit: 0.01": 0.01}
    legend = [text.get_text() for text in figure_of(panels[0]).legends[0].get_texts()]
    assert "disguised counted as search (no direct: no excess)" in legend


def test_lessons_are_drawn_at_their_numbers_and_one_sided_odds_at_the_edge():
    ax = log_odds.draw_odds(ODDS)
    low = ax.lines[1]
    assert xs(low) == [1, 2, 3, 4]
    assert ys(low)[:3] == [-3.0, 1.0, 2.0] and math.isnan(ys(low)[3])
    edges = [xs(line)[0] for line in ax.lines if line.get_marker() == "^" and ys(line)[0] == 0.97]
    assert sorted(edges) == [3, 4, 4]
    tails = [(xs(line)[0], *ys(line)) for line in ax.lines if line.get_alpha() == 0.35]
    assert tails == [(1, -2.0, -2.5), (2, 2.5, 1.25)]
    faces = {xs(line)[0]: line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "s"}
    assert faces == {1: page.INK, 2: "white"}
    assert "Their sign has not settled after 2 rules: the drift since a bound 4 bits" in log_odds.odds_caption(ODDS)
    lines = log_odds.draw_accuracy(CURVES).lines
    assert [ys(line) for line in lines[:2]] == [[0.2, 0.5, 1.0], [0.25, 0.5, 1.0]]
    legend = [text.get_text() for text in log_odds.draw_accuracy(CURVES).get_legend().get_texts()]
    assert legend[:3] == ["direct", "disguised: none fits", "search"]


def test_objectives_and_crossovers_are_drawn_where_they_are():
    objectives = against_length.draw_objectives(OBJECTIVES)
    assert ys(objectives.lines[0])[2:] == [1, 1, 2, 5]
    labels = {text.get_text(): text.get_color() for text in objectives.texts}
    assert labels == {"root-w4: 5 objectives": SERIES[0].colour, "other-w4: 1 objective": SERIES[1].colour}
    tipping, others = cloud.draw_crossings(CROSSINGS)
    spans = [xs(line) for line in tipping.lines if len(xs(line)) == 2]
    assert spans == [[-0.5, 0.2], [0.1, 0.12]]
    assert [label.get_text() for label in tipping.get_yticklabels()] == ["8", "7"]
    assert others.get_title("left").startswith("the other 1 word:")
    assert cloud.agreeing(CROSSINGS) == 1
    assert cloud.crossings_caption(CROSSINGS).startswith("2 of 3 worlds of constants tip at a price of time")


def test_no_edge_of_a_hull_has_a_gamma_that_is_no_price():
    points = {("search", 12, 6.0): 1, ("direct", 15, 3.0): 1, ("direct", 30, 2.9): 1}
    corners = [(bits, steps, [kind]) for kind, bits, steps in points]
    ax = cloud.draw(cloud.cloud_of(find_world(ROW_NAME), 31, points, corners, gammas=(1.0, 150.0)))
    assert [text.get_text() for text in ax.texts] == [f"{page.GAMMA} = 1"]


@pytest.mark.parametrize("width", [3.1, 7.2])
def test_a_witness_sheet_prints_every_program_in_full(width):
    ax = witness_sheet.draw(SHEET, width=width)
    written = " ".join(text.get_text() for text in ax.texts)
    for program, bits in zip(SHEET.program, SHEET.bits, strict=True):
        assert program in written and str(bits) in written
    assert "fastest, padding" in written and "essential share of search 25 % to 50 %" in written
    assert witness_sheet.caption(SHEET).startswith("Of the 3 searches shown 1 are padding")


def test_a_cloud_says_what_gamma_star_is_predicted_and_measured():
    ax = cloud.draw(TIPPING)
    legend = " ".join(text.get_text() for text in ax.get_legend().get_texts())
    assert "disguised direct:\npredicted 0.0769\nmeasured 0.0987" in legend
    assert "disguised search:\npredicted none\nmeasured none" in legend
    assert any((xs(line), ys(line)) == ([0.0, 13.0], [17, 16]) for line in ax.lines)


def test_formats_that_there_are_not_or_that_need_latex_are_refused_in_one_line(monkeypatch):
    with pytest.raises(FigureError, match="unknown format 'gif': choose one of pdf, svg, png, pgf"):
        check_format("gif")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FigureError, match="xelatex is not installed: install TeX Live"):
        check_format("pgf")
    check_format("svg")


def test_every_character_that_latex_fonts_lack_is_set_as_maths_in_pgf():
    sources = Path(held_out.__file__).parent.glob("*.py")
    trees = [ast.parse(path.read_text()) for path in sources]
    texts = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    drawn = {character for text in texts if isinstance(text, str) for character in text if not character.isascii()}
    assert "\N{GREEK SMALL LETTER GAMMA}" in drawn
    assert drawn <= {chr(number) for number in AS_MATHS}


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="pgf needs LaTeX")
def test_a_pgf_file_is_text_that_latex_can_read(tmp_path):
    (path, *_) = save(figure_of(cloud.draw(TIPPING)), tmp_path / "cloud", {"bits": [1]}, formats=("pgf",))
    text = path.read_text()
    assert r"\end{pgfpicture}" in text and "$\\gamma$" in text
    drawn = [line for line in text.splitlines() if not line.startswith("%")]
    assert "\n".join(drawn).isascii() and r"\setmainfont" not in "\n".join(drawn)
