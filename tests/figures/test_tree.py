"""The drawing of a program: every node in its place, what searches marked, and every text on the page."""

from itertools import combinations

import pytest
from matplotlib.colors import to_hex

from priorsim.errors import FigureError
from priorsim.figures.page import LOOKS, NARROWEST, SINGLE
from priorsim.figures.tree import draw_tree, ending_of, is_tree
from priorsim.measure.explain import explain, places
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import format_term, parse
from priorsim.worlds import find_world

ARITH = Language.named("arith", 4)
WORLD = find_world("square-w4")
DEEP = "(mul x " * 40 + "(find (c) (eq c x))" + ")" * 40
MANY = (
    "(sub x (add (argmax (c) (sub (find (c2) (eq c2 3)) (iter 2 x (s) (add s c)))) (mul x (iter x x (s) (mul s s)))))"
)
DATA = f"(data ({' '.join(['15'] * 16)}) x (m) (find (c) (eq c m)))"


def drawn(text, width=SINGLE):
    program = parse(text, ARITH)
    found = explain(program, WORLD, known=[])
    figure = draw_tree(program, found, ("x",), width=width)
    figure.canvas.draw()
    return program, figure


@pytest.mark.parametrize("width", [NARROWEST, SINGLE])
@pytest.mark.parametrize("text", ["x", MANY, DEEP, DATA], ids=["leaf", "many", "deep", "data"])
def test_every_text_is_on_the_page_and_on_no_other(text, width):
    _, figure = drawn(text, width)
    page = figure.bbox
    boxes = [(each.get_text(), each.get_window_extent()) for each in figure.axes[0].texts]
    for said, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, said
    for (one, a), (other, b) in combinations(boxes, 2):
        assert not a.overlaps(b), (one, other)


@pytest.mark.parametrize("text", [MANY, DEEP], ids=["many", "deep"])
def test_each_node_stands_below_its_parent_and_right_of_it(text):
    program, figure = drawn(text)
    rows = [each for each in figure.axes[0].texts if float(each.get_position()[1]).is_integer()]
    named = [each.get_text() for each in rows if not each.get_text().startswith(("[", "filled"))]
    assert [name.split()[0] for name in named] == [getattr(term, "form", "") or leaf for term, leaf in leaves(program)]
    assert len(figure.axes[0].lines) == len(named) - 1
    for line in figure.axes[0].lines:
        (x, _, end), (above, row, _) = line.get_xdata(), line.get_ydata()
        assert end > x and row > above


def leaves(program):
    """Every node, and what it is called where it is a leaf."""
    places_of = places(program, ("x",))
    return [(place.term, format_term(place.term, place.scope)) for place in places_of]


def test_what_searches_is_marked_in_the_colour_of_its_class_and_filled_where_it_changes():
    _, figure = drawn(MANY)
    boxes = {each.get_text(): each.get_bbox_patch() for each in figure.axes[0].texts if each.get_bbox_patch()}
    marks = {name: (to_hex(box.get_edgecolor()), to_hex(box.get_facecolor())) for name, box in boxes.items()}
    search, disguised = (LOOKS[kind].colour.lower() for kind in ("search", "disguised"))
    assert marks["argmax c"] == (search, search)
    assert marks["find c2"] == (search, "#ffffff")
    assert marks["iter s"] == (disguised, disguised)
    said = [each.get_text() for each in figure.axes[0].texts if each.get_text().startswith("[")]
    assert said == ["[1] on lanes 0-3,6-15", "[2] kept", "[3] kept", "[4] on lanes 3-15"]


def test_a_program_that_is_too_large_is_refused():
    large = "(add " * 8 + "x" + " x)" * 8
    for _ in range(5):
        large = f"(add {large} {large})"
    with pytest.raises(FigureError, match="575 nodes is too large to draw: give one of up to 500"):
        drawn(large)


def test_a_file_is_known_and_named_by_its_ending(tmp_path):
    assert ending_of(tmp_path / "tree.SVG") == "svg"
    with pytest.raises(FigureError, match=r"in \.svg, pdf or png"):
        ending_of(tmp_path / "tree")
    assert not is_tree(tmp_path / "none.svg")
