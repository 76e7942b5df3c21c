"""Figures drawn for tests, and where their texts lie on the page."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from priorsim.figures.entry import Data
from priorsim.figures.page import DOUBLE, NARROWEST, figure_of, lay_out

TURNED = {"solomonoff", "kind-of-speed", "levin"}


def drawn_texts(figure: Figure) -> dict[str, Bbox]:
    """Every text that is drawn, with a number to tell equal ones apart, and its place in pixels."""
    boxes = {}
    unseen = set()
    for ax in figure.findobj(Axes):
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            for tick in ticks:
                if not low <= tick.get_loc() <= high:
                    unseen |= {tick.label1, tick.label2}
    for number, text in enumerate(figure.findobj(Text)):
        if text.get_visible() and text.get_text().strip() and text not in unseen:
            # A line from a label to its point is no part of the label.
            boxes[f"{text.get_text()} [{number}]"] = Text.get_window_extent(text)
    return boxes


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata())]


def ys(line: Line2D) -> list[float]:
    return [float(y) for y in np.asarray(line.get_ydata())]


class Drawn:
    """Figures drawn once for all tests that only look at them."""

    def __init__(self) -> None:
        self.by_id: dict[int, Figure] = {}

    def __call__(self, draw, data) -> Figure:
        if id(data) not in self.by_id:
            self.by_id[id(data)] = laid_out(draw(data))
        return self.by_id[id(data)]


drawn = Drawn()


def laid_out(axes: Axes | tuple[Axes, ...]) -> Figure:
    """The figure of these axes as it is saved: laid out, and drawn once."""
    figure = figure_of(axes[0] if isinstance(axes, tuple) else axes)
    lay_out(figure)
    figure.set_layout_engine("none")
    figure.draw_without_rendering()
    return figure


def check_widths(draw: Callable[..., Axes | tuple[Axes, ...]], found: Data) -> None:
    """Check the texts of a figure at the widest and at the narrowest."""
    for width in (DOUBLE, NARROWEST):
        check_texts(laid_out(draw(found, width=width)))


def check_texts(figure: Figure) -> None:
    """Every text of a figure that is laid out is on the page, and none covers another."""
    boxes = drawn_texts(figure)
    page = figure.bbox
    assert boxes
    for name, box in boxes.items():
        assert page.x0 <= box.x0 and box.x1 <= page.x1, name
        assert page.y0 <= box.y0 and box.y1 <= page.y1, name
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        overlap = Bbox.intersection(a, b)
        # A turned label's box is larger than its letters.
        if overlap is not None and not {one.split(" [")[0], other.split(" [")[0]} & TURNED:
            assert min(overlap.width, overlap.height) < 1.5, (one, other)
