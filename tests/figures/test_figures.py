"""Figures: the same bytes again, the numbers that were given, units, and every text on the page and apart."""

import csv
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from PIL import Image

from priorsim.errors import PriorsimError
from priorsim.figures import against_length, cloud, log_odds, page, worlds_side_by_side
from priorsim.figures.entry import MANY_MARKERS, Data, asked, save
from priorsim.figures.page import INK, figure_of
from priorsim.formats import rounded
from priorsim.worlds import World, find_world
from tests.figures.drawing import check_texts, drawn, drawn_texts, laid_out, xs, ys

INF = math.inf
LONG = find_world("constant-greatest-square-w16")
SQUARE = find_world("square-w4")


def curve(low: object, high: object, **others: object) -> Data:
    """A curve over gamma in [0, 2] from functions of gamma, or constants."""
    gammas = [place / 40 for place in range(81)]
    ends = [tuple(f(gamma) if callable(f) else f for f in (low, high)) for gamma in gammas]
    return log_odds.curve_of(LONG, 31, gammas, ends, **others)  # type: ignore[arg-type]


CURVES = {
    "band": curve(lambda g: 1 - 3 * g, lambda g: 2 - 2 * g, crossovers_low=(1 / 3,), crossovers_high=(1.0,)),
    "no disguised": curve(lambda g: 3 - g, lambda g: 3 - g),
    "no search": curve(-INF, -INF),
    "no direct": curve(INF, INF),
    "only disguised": curve(-INF, INF),
    "no strict search": curve(-INF, lambda g: 1 - 2 * g, crossovers_high=(0.5,)),
    "no plain direct": curve(lambda g: 5 - g, INF),
    "nothing fits": curve(None, None),
    "many crossovers": curve(
        lambda g: math.sin(6 * g) - 0.2,
        lambda g: math.sin(6 * g),
        crossovers_low=(0.0336, 0.49, 1.081, 1.537),
        crossovers_high=(0.0, math.pi / 6, math.pi / 3, math.pi / 2),
    ),
}

KINDS = ("direct", "disguised", "search")
POINTS = [(kind, bits, steps / 3, bits * steps) for kind in KINDS for bits in range(20, 30) for steps in range(9, 15)]
TOTALS: Counter[tuple[str, int, float]] = Counter()
for *point, count in (*POINTS, *POINTS[:5]):
    TOTALS[tuple(point)] += count  # type: ignore[index]
CLOUDS = {
    "all classes": cloud.cloud_of(
        LONG,
        31,
        TOTALS,
        corners=((12, 6.0, ["search"]), (15, 3.0, ["direct"]), (16, 2.9, ["direct", "disguised"])),
        gammas=(1.0, 7.5),
    ),
    "one point": cloud.cloud_of(SQUARE, 31, {("search", 12, 4.0): 1}, [(12, 4.0, ["search"])]),
    "nothing fits": cloud.cloud_of(SQUARE, 31, {}),
}

BOUNDS = tuple(range(2, 32))
FLAT = [-INF] * 20 + [-14 + place / 20 for place in range(10)]
NONE = [-INF] * 30


def masses(world: World, prior: str, *classes: tuple[Any, ...]) -> Data:
    """Masses, extrapolated ends and last share of each class."""
    rows: list[tuple[object, ...]] = []
    for kind, (grown, *tail, _) in zip(KINDS, classes, strict=True):
        known = [(bits, mass) for bits, mass in zip(BOUNDS, grown, strict=True) if mass > -INF]
        rows.append((kind, "shortest", *(known[0] if known else (None, None)), None, None))
        rows += [(kind, "mass", bound, mass, None, None) for bound, mass in zip(BOUNDS, grown, strict=True)]
        rows.append((kind, "extrapolated", None, None, *tail))
    shares = {kind: each[-1] for kind, each in zip(KINDS, classes, strict=True)}
    return Data(against_length.COLUMNS, rows, **asked(world), prior=prior, last_shares=shares)


MASSES = {
    "all classes": masses(
        LONG,
        "kind-of-speed",
        (FLAT, -13.4, -13.1, 0.076),
        ([each - 6 for each in FLAT], -19.0, INF, 1.0),
        ([each - 3 for each in FLAT], -16.0, -15.0, 0.0),
    ),
    "empty classes": masses(
        SQUARE, "solomonoff", (FLAT, None, None, 0.076), (NONE, None, None, None), (NONE, None, None, None)
    ),
    "nothing fits": masses(SQUARE, "levin", *[(NONE, None, None, None)] * 3),
}

CASES = [
    (-5.0, -4.0),
    (2.0, 3.0),
    (-1.0, 1.0),
    (-INF, -INF),
    (INF, INF),
    (-INF, INF),
    (-INF, 2.0),
    (1.0, INF),
    (None, None),
]


def worlds(number: int) -> Data:
    """A table of so many worlds in families of nine."""
    return Data(
        worlds_side_by_side.COLUMNS,
        [
            (f"family-{place // 9}", f"{LONG.name}-{place}", 31, gamma, *CASES[place % 9], *CASES[place % 9], True)
            for place in range(number)
            for gamma in worlds_side_by_side.GAMMAS
        ],
        worlds={f"{LONG.name}-{place}": (f"{place}: {LONG.description}, {place}", 16) for place in range(number)},
    )


TABLES = {"few": worlds(9), "many": worlds(58), "one": worlds(1)}


def draw_worlds(table: Data) -> Axes:
    return worlds_side_by_side.draw(table)[0]


FIGURES = [
    pytest.param(draw, data, id=f"{draw.__name__}: {name}")
    for draw, cases in (
        (log_odds.draw_gamma, CURVES),
        (cloud.draw, CLOUDS),
        (against_length.draw, MASSES),
        (draw_worlds, TABLES),
    )
    for name, data in cases.items()
]


ONE_OF_EACH = [FIGURES[0], FIGURES[len(CURVES)], FIGURES[len(CURVES) + len(CLOUDS)], FIGURES[-1]]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        assert file.readline().startswith("# priorsim ")
        return list(csv.DictReader(file))


def as_text(value: object) -> str:
    return "" if value is None else str(rounded(value))


@pytest.mark.parametrize(("draw", "data"), FIGURES)
def test_every_text_is_on_the_page_and_none_covers_another(draw, data):
    check_texts(drawn(draw, data))


@pytest.mark.parametrize(("draw", "data"), FIGURES)
def test_the_legend_covers_no_data_and_no_panel_is_empty(draw, data):
    figure = drawn(draw, data)
    legends = [each for each in (*figure.legends, *(ax.get_legend() for ax in figure.findobj(Axes))) if each]
    for ax in figure.findobj(Axes):
        if ax.get_label() == "" or ax.lines or ax.collections:
            assert ax.lines or ax.collections or ax.texts
        for legend in legends:
            assert Bbox.intersection(legend.get_window_extent(), ax.get_window_extent()) is None


@pytest.mark.parametrize(("draw", "data"), FIGURES)
def test_every_axis_has_a_label_and_a_unit(draw, data):
    figure = drawn(draw, data)
    shown = [ax for ax in figure.axes if ax.get_xlabel()]
    assert shown
    for ax in shown:
        assert any(unit in ax.get_xlabel() for unit in ("(bits", "steps per lane")), ax.get_xlabel()
    if draw is not draw_worlds:
        assert "(bits)" in figure.axes[0].get_ylabel()


CALLERS: list[dict[Any, Any]] = [{}, {"font.size": 20, "lines.linewidth": 7, "svg.hashsalt": "other"}]
"""Settings of the program that draws, which must not matter."""


@pytest.mark.parametrize(("draw", "data"), ONE_OF_EACH)
def test_saved_again_every_file_has_the_same_bytes(draw, data, tmp_path):
    endings = ["pdf", "svg", "png"] if draw is log_odds.draw_gamma else ["svg"]
    runs = []
    for settings in CALLERS:
        with mpl.rc_context(settings):
            paths = save(figure_of(draw(data)), tmp_path / "figure.v1", data.columns(), formats=endings)
            runs.append([path.read_bytes() for path in paths])
    assert [path.name for path in paths] == [f"figure.v1.{ending}" for ending in (*endings, "csv")]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert runs[0] == runs[1]
    for content in runs[0][:-1]:
        assert content and b"Date" not in content


def test_saving_a_figure_leaves_it_as_it_is_saved(tmp_path):
    figure = figure_of(log_odds.draw_gamma(CURVES["no strict search"]))
    files = [save(figure, tmp_path / "figure", {"a": []}, formats=["svg"])[0].read_bytes() for _ in range(2)]
    assert files[0] == files[1]


@pytest.mark.parametrize("number", [MANY_MARKERS - 1, MANY_MARKERS])
def test_so_many_markers_are_a_picture_in_a_small_file_and_text_stays_text(number, tmp_path):
    data = cloud.cloud_of(
        find_world("half-w4"), 40, {("direct", 30, float(steps)): 1 for steps in np.linspace(2, 9, number)}
    )
    svg, png = save(figure_of(cloud.draw(data)), tmp_path / "cloud", data.columns(), formats=["svg", "png"])[:2]
    text = svg.read_text()
    assert ("<image" in text) == (number >= MANY_MARKERS)
    assert ">half-w4, up to 40 bits" in text and ">x divided by 2" in text
    with Image.open(png) as picture:
        assert picture.mode == "P"
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)


def test_the_csv_of_a_curve_is_the_curve(tmp_path):
    data = CURVES["no strict search"]
    ax = log_odds.draw_gamma(data)
    rows = rows_of(save(figure_of(ax), tmp_path / "odds", data.columns(), formats=["svg"])[-1])
    on_curve = [row for row in rows if row["item"] == "curve"]
    assert [float(row["gamma"]) for row in on_curve] == list(data.gammas)
    assert [(row["log_odds_low_bits"], row["log_odds_high_bits"]) for row in on_curve] == [
        tuple(map(as_text, ends)) for ends in data.log_odds
    ]
    assert [float(row["gamma"]) for row in rows if row["item"] == "crossover_high"] == [0.5]
    lines = [line for line in ax.lines if len(xs(line)) == len(data.gammas)]
    assert any(ys(line) == [ends[1] for ends in data.log_odds] for line in lines)


def test_the_csv_of_a_cloud_counts_every_program_once():
    data = CLOUDS["all classes"]
    columns = data.columns()
    assert sum(count for count in columns["programs"] if count) == sum(each[-1] for each in (*POINTS, *POINTS[:5]))
    points = {each[:3] for each in POINTS}
    assert columns["item"].count("point") == len(points)
    assert [gamma for gamma in columns["gives_way_at_gamma"] if gamma is not None] == list(data.gammas)
    assert columns["class"][-1] == "direct+disguised"
    # Each point is drawn where it is: across log2 steps, upright bits.
    places = {tuple(place) for group in cloud.draw(data).collections for place in np.asarray(group.get_offsets())}
    assert {(steps, bits) for _, bits, steps in points} <= places


def test_the_csv_of_masses_and_worlds_are_their_inputs():
    masses = MASSES["all classes"].columns()
    direct = [place for place, kind in enumerate(masses["class"]) if kind == "direct"]
    assert [masses["log2_mass"][place] for place in direct] == [-14, *FLAT, None]
    assert (masses["log2_mass_low"][direct[-1]], masses["log2_mass_high"][direct[-1]]) == (-13.4, -13.1)
    table = TABLES["few"].columns()
    ends = list(zip(table["log_odds_low_bits"], table["log_odds_high_bits"], strict=True))
    assert ends == [case for case in CASES for _ in range(2)]
    assert table["gamma"] == [0.0, 1.0] * 9


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("no search", "no search program up to 31 bits"),
        ("no direct", "no direct program up to 31 bits"),
        ("no strict search", "no search program up to 31 bits"),
        ("no plain direct", "no direct program up to 31 bits"),
        ("nothing fits", "no program up to 31 bits fits"),
        ("no disguised", "none up to 31 bits"),
    ],
)
def test_a_class_without_programs_is_said_to_have_none_up_to_the_bound(data, says):
    texts = drawn_texts(drawn(log_odds.draw_gamma, CURVES[data]))
    assert any(says in text for text in texts)


def test_empty_classes_are_named_in_clouds_and_masses():
    for draw, data in ((cloud.draw, CLOUDS["one point"]), (against_length.draw, MASSES["empty classes"])):
        texts = drawn_texts(drawn(draw, data))
        assert any("disguised: none up to 31 bits" in text for text in texts)


def test_masses_are_drawn_above_the_shortest_program_and_a_tail_without_an_end_goes_to_the_top():
    ax = against_length.draw(MASSES["all classes"])
    assert ys(ax.lines[1])[20:] == pytest.approx([place / 20 for place in range(10)])
    arrows: list[Any] = [text for text in ax.texts if text.get_text() == ""]
    assert [arrow.xy[1] for arrow in arrows] == pytest.approx([0.75, 1.25, 1.25])
    assert all(arrow.xyann == pytest.approx((31, 0.45)) for arrow in arrows)
    assert "most to direct programs: together they weigh 0.45 bits more" in against_length.caption(
        MASSES["all classes"]
    )


def test_every_world_keeps_its_row_and_every_crossover_its_value():
    for table in TABLES.values():
        texts = drawn_texts(drawn(draw_worlds, table))
        for words, word_bits in table.worlds.values():
            assert any(text.replace("\n", " ").startswith(f"{words} [") for text in texts)
            assert sum(text.startswith(f"31  {word_bits} [") for text in texts) == len(table.worlds)
    written = " ".join(drawn_texts(drawn(log_odds.draw_gamma, CURVES["many crossovers"])))
    for root in (0.0336, 0.49, 1.081, 1.537, math.pi / 3):
        assert f"{root:.3g}" in written


def test_every_edge_of_a_hull_has_its_gamma_in_the_panel():
    figure = drawn(cloud.draw, CLOUDS["all classes"])
    panel = figure.axes[0].get_window_extent()
    boxes = drawn_texts(figure)
    for gamma in ("= 1 [", "= 7.5 ["):
        (box,) = (box for text, box in boxes.items() if gamma in text)
        assert Bbox.intersection(box, panel).bounds == pytest.approx(box.bounds)


def test_odds_have_their_drift_as_a_tail_and_a_sign_that_it_would_undo_is_hollow():
    drifts = [(0.0, 1.5, 1.2, True), (0.5, 0.2, 0.5, False)]
    ax = log_odds.draw_gamma(curve(lambda g: 1.5 - 2.6 * g, lambda g: 1.5 - 2.6 * g, drifts=drifts))
    check_texts(laid_out(ax))
    marks = {xs(line)[0]: line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "s"}
    assert marks == {0.0: INK, 0.5: "white"}
    assert ([0.5, 0.5], [0.5, 0.2]) in [(xs(line), ys(line)) for line in ax.lines]
    said = {text.get_text() for text in (*ax.texts, *ax.get_legend().get_texts())}
    assert {"search wins", "direct code wins", "hollow: not settled, the drift would undo the sign"} <= said


def test_named_priors_stand_where_they_agree_in_all_but_gamma():
    assert CURVES["band"].named == {"solomonoff": 0.0, "levin": 1.0, "kind-of-speed": 0.5}


def test_figures_are_drawn_into_the_axes_they_are_given():
    with page.style():
        figure = page.new_figure(page.DOUBLE, 6)
        figure.set_size_inches(15, 8)
        axes = figure.subplots(2, 3).ravel()
        assert log_odds.draw_gamma(CURVES["band"], ax=axes[0]) is axes[0]
        assert cloud.draw(CLOUDS["all classes"], ax=axes[1]) is axes[1]
        assert against_length.draw(MASSES["all classes"], ax=axes[2]) is axes[2]
        assert worlds_side_by_side.draw(TABLES["few"], axes=axes[3:]) == tuple(axes[3:])


def test_counts_are_printed_above_their_places_in_grey_where_they_are_few():
    ax = page.new_figure().add_subplot()
    ax.plot([1, 2, 3], [1, 2, 3])
    page.print_counts(ax, [(1, 29), (2, 30), (3, 12345)])
    laid_out(ax)
    (top,) = ax.child_axes
    written = {label.get_text(): label.get_color() for label in top.get_xticklabels()}
    assert written == {"29": page.FAINT, "30": INK, "12k": INK} and top.get_xlabel() == "n (worlds)"


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="is shorter"):
        save(page.new_figure(), "unequal", {"a": [1, 2], "b": [1]})


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path):
    with pytest.raises(PriorsimError, match="cannot be written"):
        save(drawn(log_odds.draw_gamma, CURVES["band"]), tmp_path / "missing" / "figure", {"a": [1]})


def test_pyplot_is_never_imported():
    code = (
        "import sys, io; from priorsim.figures import log_odds as f; "
        "from priorsim.worlds import find_world; "
        "ax = f.draw_gamma(f.curve_of(find_world('half-w3'), 9, [0, 1], [(0, 1), (-1, 0)])); "
        "ax.get_figure(root=True).savefig(io.BytesIO(), format='pdf'); "
        "print([m for m in ('matplotlib.pyplot', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
