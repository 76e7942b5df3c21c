"""What the figures share: the style, page widths, how a class looks, and where labels go.

Figures are made without pyplot, so that drawing one starts no window system and leaves no state.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox, ScaledTranslation
from numpy.typing import NDArray

from priorsim.figures.fonts import use_fonts_for, without_glyph_warnings
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import PRIORS, Prior

F64 = NDArray[np.float64]

Width = Literal["single", "double"] | float
WIDTHS: Mapping[str, float] = MappingProxyType({"single": 3.5, "double": 7.2})
"""Inches: one column of a journal page, and both. A width may be given in inches, too."""
NARROWEST, WIDEST = 3.1, 10.0
"""Inches between which the figures are laid out."""
WIDE = 5.5
"""A figure of so many inches sets its panels and its legend's entries beside each other."""

Ends = tuple[float | None, float | None]
"""Low and high end of an interval in bits; None is not known, infinite ends are one-sided."""
Columns = dict[str, list[Any]]
"""The plotted numbers, column by column, all of one length."""
Draw = Callable[[Any, Axes], None]
Drawing = Callable[..., Axes]

LONGEST_TITLE = 42
TITLE_LETTER = 0.66
"""The width of a title's letters, in parts of the font size."""
INK = "#222222"
FAINT = "#8a8a8a"
SHADE = "#ececec"
BAND = "#d3e2ee"
GAMMA = "\N{GREEK SMALL LETTER GAMMA}"


@dataclass(frozen=True, slots=True)
class Look:
    """How a class is drawn; colour, marker and line each tell it from the others alone."""

    colour: str
    marker: str
    line: str | tuple[int, tuple[int, ...]]
    is_filled: bool = True

    @property
    def face(self) -> str:
        """The colour inside its marker."""
        return self.colour if self.is_filled else "none"

    @property
    def cover(self) -> str:
        """The colour inside its marker where that hides a line below."""
        return self.colour if self.is_filled else "white"

    def style(self, size: float, **others: Any) -> dict[str, Any]:
        """How matplotlib is told to draw it, with markers so many points wide; `others` are added or win."""
        look = {"color": self.colour, "linestyle": self.line, "marker": self.marker, "markerfacecolor": self.face}
        return {**look, "markersize": size, **others}


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        ProgramClass.DIRECT: Look("#0072B2", "o", "-", is_filled=False),
        ProgramClass.DISGUISED: Look("#000000", "x", ":"),
        ProgramClass.SEARCH: Look("#D55E00", "^", "--"),
        ProgramClass.TABLE: Look("#56B4E9", "s", (0, (5, 1, 1, 1)), is_filled=False),
        ProgramClass.HYBRID: Look("#CC79A7", "D", "-."),
    }
)
"""Okabe and Ito's colours, which hold for colour-blind readers."""
SIDES = (
    (LOOKS[ProgramClass.DIRECT], "disguised counted as direct code"),
    (LOOKS[ProgramClass.SEARCH], "disguised counted as search"),
)
"""The low and the high end of an interval: how each is drawn, and where the disguised programs then stand."""


@contextmanager
def style() -> Iterator[None]:
    """paper.mplstyle on top of matplotlib's defaults, for as long as the block lasts."""
    with matplotlib.style.context("priorsim.figures.paper", after_reset=True), without_glyph_warnings():
        yield


def inches(width: Width) -> float:
    """The width in inches.

    >>> inches("double"), inches(3.25)
    (7.2, 3.25)
    """
    return WIDTHS[width] if isinstance(width, str) else width


def is_wide(width: Width | Axes) -> bool:
    """Whether there is room for panels beside each other, at this width or in the figure of these axes."""
    return (figure_of(width).get_figwidth() if isinstance(width, Axes) else inches(width)) >= WIDE


def figure_of(ax: Axes) -> Figure:
    """The whole figure that the axes are of."""
    figure = ax.get_figure(root=True)
    assert figure is not None, "axes that are drawn into have a figure"
    return figure


def new_figure(width: Width = "single", height: float = 2.6) -> Figure:
    """An empty figure of a journal's width, `height` inches high, that no pyplot knows of."""
    figure = Figure(figsize=(inches(width), height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def drawing(height: float | Callable[[Any], float], width: Width = "single") -> Callable[[Draw], Drawing]:
    """A function that draws data into axes makes the axes itself where none are given.

    Parameters
    ----------
    height : float or callable
        Inches of a new figure, or from the data to them.
    width : Width
        Of a new figure where none is asked for.

    Returns
    -------
    callable
        A decorator; what it makes takes the data, `ax=...` or `width=...`, and returns the axes.
    """

    def decorate(draw: Draw) -> Drawing:
        @wraps(draw)
        def drawn(data: Any, *, ax: Axes | None = None, width: Width = width) -> Axes:
            if ax is not None:
                draw(data, ax)
                return ax
            with style():
                ax = new_figure(width, height(data) if callable(height) else height).add_subplot()
                draw(data, ax)
                return ax

        return drawn

    return decorate


def title_of(*parts: str) -> str:
    """The parts on one line, or one below the other where they are too long for a column.

    >>> title_of("square-w4", "up to 31 bits")
    'square-w4, up to 31 bits'
    """
    line = ", ".join(parts)
    return line if len(line) <= LONGEST_TITLE else "\n".join(parts)


def set_title(ax: Axes, *parts: str) -> None:
    """Set the title, in smaller letters where it would not fit above these axes; a $ in it is a $."""
    text = title_of(*parts)
    usual = FontProperties(size=matplotlib.rcParams["axes.titlesize"]).get_size_in_points()
    room = ax.get_position().width * figure_of(ax).get_figwidth() * 72
    widest = max(map(len, text.split("\n"))) * TITLE_LETTER
    ax.set_title(text, fontsize=min(usual, room / widest), parse_math=False)


def settle(ax: Axes) -> None:
    """Lay the figure of these axes out, so that places on the page are known."""
    lay_out(figure_of(ax))


def lay_out(figure: Figure) -> None:
    """Lay a figure out, with fonts for all its texts; twice, since what hangs below the axes moves with them."""
    for artist in figure.findobj(Text):
        use_fonts_for(artist)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        engine.execute(figure)


def key(label: str, **look: Any) -> Line2D:
    """A legend's entry for a line or a marker that looks so."""
    return Line2D([], [], label=label, **look)


def legend_below(
    ax: Axes,
    handles: Sequence[Artist],
    *,
    columns: int = 1,
    title: str | None = None,
    gap: float = 30,
    left: float = 30,
) -> None:
    """A legend where no data are: `gap` points under the axes, `left` points left of their corner."""
    below = ax.transAxes + ScaledTranslation(-left / 72, -gap / 72, figure_of(ax).dpi_scale_trans)
    ax.legend(
        handles=handles,
        title=title,
        title_fontsize=6.5,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=below,
        ncols=columns,
    )


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a point in data coordinates; `towards` are its preferred directions in degrees."""

    text: str
    at: tuple[float, float]
    towards: tuple[float, ...] = (90, -90, 0, 180, 45, 135, -45, -135)


RADII = (7.0, 11.0, 16.0, 22.0, 29.0, 37.0, 46.0, 56.0)
"""Points between a label and what it belongs to, nearest first."""
LEADER = 13.0
"""Labels farther off than this are tied to their point by a thin line."""
CLEARANCE = 1.5
DISTANCE_COST, GUIDE_COST = 0.15, 0.3
"""What a point of distance, and a guide's point under a label, cost beside 10 for a point to avoid."""


def place_labels(
    ax: Axes, labels: Sequence[Label], *, avoid: F64, guides: F64 | None = None, size: float = 6.5
) -> list[Annotation]:
    """Write labels inside the axes so that they touch neither one another nor the points to avoid.

    Each takes the nearest free place; where none is free, the one that covers the fewest points.

    Parameters
    ----------
    ax : Axes
        With its final limits and laid out (`settle`).
    labels : sequence of Label
    avoid : array of float64, shape (n, 2)
        Points in data coordinates; lines are avoided by points close together on them.
    guides : array of float64, shape (n, 2), optional
        Points that a label had better not cover, but may.
    size : float
        Of the font, in points.
    """
    nothing = np.empty((0, 2))
    page = _Page(
        ax.get_window_extent().padded(-3 * ax.figure.dpi / 72),
        ax.transData.transform(avoid) if len(avoid) else nothing,
        nothing if guides is None or not len(guides) else ax.transData.transform(guides),
        [],
    )
    return [_place(ax, label, page, size) for label in labels]


@dataclass(slots=True)
class _Page:
    """What a label must stay inside of, and off, in pixels."""

    frame: Bbox
    obstacles: F64
    guides: F64
    taken: list[Bbox]

    def cost(self, box: Bbox, leader: F64) -> float:
        """More the more a label covers; leaving the frame or covering another label is worst."""
        frame = self.frame
        is_outside = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
        overlaps = sum(bool(box.overlaps(other)) for other in self.taken)
        crossed = sum(_inside(leader, other) > 0 for other in self.taken)
        covered = 10 * _inside(self.obstacles, box) + GUIDE_COST * _inside(self.guides, box)
        return float(1e6 * is_outside + 1e4 * (overlaps + crossed) + covered)


def _inside(points: F64, box: Bbox) -> int:
    return int(np.all((points > box.min) & (points < box.max), axis=1).sum())


def _place(ax: Axes, label: Label, page: _Page, size: float) -> Annotation:
    """Write one label at its nearest free place and enter it on the page."""
    point = ax.figure.dpi / 72
    probe = ax.annotate(label.text, label.at, fontsize=size)
    use_fonts_for(probe)
    extent = probe.get_window_extent()
    probe.remove()
    anchor = np.asarray(ax.transData.transform(label.at))
    half = np.array([extent.width, extent.height]) / 2 + CLEARANCE * point
    best: tuple[float, F64, Bbox, F64] | None = None
    for radius in RADII:
        for angle in label.towards:
            shift = _offset(radius * point, angle, extent.width, extent.height)
            leader = anchor + np.linspace(0, 1, 30)[:, None] * shift
            box = Bbox([anchor + shift - half, anchor + shift + half])
            cost = page.cost(box, leader) + DISTANCE_COST * radius
            if best is None or cost < best[0]:
                best = (cost, shift, box, leader)
    assert best is not None
    _, shift, box, leader = best
    gap = float(np.max(np.abs(shift) - half)) / point
    is_far = gap > LEADER
    page.taken.append(box)
    if is_far:
        page.obstacles = np.vstack([page.obstacles, leader])
    written = ax.annotate(
        label.text,
        label.at,
        xytext=tuple(shift / point),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=size,
        color=INK,
        path_effects=[withStroke(linewidth=1.5, foreground="white")],
        arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": FAINT, "shrinkA": 0, "shrinkB": 2}
        if is_far
        else None,
    )
    use_fonts_for(written)
    return written


def _offset(radius: float, angle: float, width: float, height: float) -> F64:
    """From a point to the centre of a box that lies `radius` off it in the direction `angle`."""
    x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([x * (radius + width / 2), y * (radius + height / 2)])


def dense(x: F64, y: F64, ax: Axes, *, spacing: float = 2.0) -> F64:
    """Points at most `spacing` pixels or so apart on a line through (x, y), in data coordinates, shape (n, 2)."""
    if len(x) < 2:
        return np.column_stack([x, y]).astype(np.float64)
    pixels = ax.transData.transform(np.column_stack([x, y]))
    lengths = np.hypot(*np.diff(pixels, axis=0).T)
    parts = [
        np.linspace(start, end, int(length // spacing) + 1, endpoint=False)
        for start, end, length in zip(pixels[:-1], pixels[1:], lengths, strict=True)
    ]
    points: F64 = ax.transData.inverted().transform(np.vstack([*parts, pixels[-1:]]))
    return points


def finite(values: Sequence[float | None]) -> F64:
    """The values as an array in which what is unknown or infinite is NaN."""
    array = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.where(np.isfinite(array), array, np.nan)


def named_gammas(prior: Prior) -> dict[str, float]:
    """The gamma of each named prior that agrees with this one in all but gamma.

    >>> named_gammas(Prior("any"))
    {'solomonoff': 0.0, 'levin': 1.0, 'kind-of-speed': 0.5}
    >>> named_gammas(Prior("any", beta=2))
    {'schmidhuber': 1.0}
    """
    found = {}
    for name, member in PRIORS.items():
        here = Prior(name).with_values(member.values)
        agrees = all(here.value(part) == prior.value(part) for part in ("beta", "lambda", "delta", "cap"))
        if agrees and not member.needs:
            found[name] = float(here.gamma)
    return found
