"""What the figures share: the style, page widths, how a class looks, frames, legends, and words of captions.

Figures are made without pyplot, so that drawing one starts no window system and leaves no state.
"""

import logging
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any
from weakref import WeakSet

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from priorsim.claims.rule import LEAST_WORLDS
from priorsim.formats import listed
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import PRIORS
from priorsim.reading import shown

F64 = NDArray[np.float64]

SINGLE, DOUBLE = 3.5, 7.2
"""Inches: one column of a journal page, and both."""
NARROWEST, WIDEST = 3.1, 10.0
"""Inches between which the figures are laid out."""
WIDE = 5.5
"""A figure of so many inches sets its panels and its legend's entries beside each other."""

Ends = tuple[float | None, float | None]
"""Low and high end of an interval in bits; None is not known, infinite ends are one-sided."""
Draw = Callable[[Any, Axes], None]

TITLE_LINES, SMALL_TITLE = 3, 6.0
"""A title has so many lines at most, and so many points have the letters of the small one below it."""
AIR_WITHIN = 0.5
ROW_LETTERS, ROW_SIZE, MORE_LINES = 40, 5.5, 0.75
"""A row's label has at most so many letters a line, of so many points; another line takes so many parts of a row."""
TITLE_LETTER, SMALL_LETTER = 0.66, 0.56
"""The width of a title's letters, and of those below it, in parts of the font size."""
INK, FAINT, SHADE, BAND = "#222222", "#8a8a8a", "#ececec", "#d6d6d6"
_OWN: WeakSet[Figure] = WeakSet()
"""The figures made here."""
_NO_GLYPHS = ("Last Resort", ".Last")
"""Fonts of such names draw every character as a box."""
GAMMA = "\N{GREEK SMALL LETTER GAMMA}"
PRICE = f"{GAMMA}, price of time (bits per doubling of mean steps)"
ODDS = "log₂ odds, search : direct (bits)"
"""Labels of axes."""
NAMED_GAMMAS = {
    name: float(member.values.get("gamma", 0))
    for name, member in PRIORS.items()
    if member.values.keys() <= {"gamma"} and not member.needs
}
"""The gamma of each named prior that agrees with the simplicity prior in all but gamma."""

BY_FORM_SAID = (
    "A search program has a find or argmax anywhere in its text, whether its answer depends on it or not; every other "
    "one is direct, and none is disguised."
)
LOSS_SAID = "Held-out loss is the share of held-out lanes that a fitting program is wrong on, averaged by mass."
GAMMA_STAR_SAID = (
    "gamma* is the price of time, in bits for a doubling of the mean steps, at which both sides weigh the same."
)


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


LOOKS: dict[str, Look] = {
    ProgramClass.DIRECT: Look("#0072B2", "o", "-", is_filled=False),
    ProgramClass.DISGUISED: Look("#000000", "x", ":"),
    ProgramClass.SEARCH: Look("#D55E00", "^", "--"),
    ProgramClass.TABLE: Look("#56B4E9", "s", (0, (5, 1, 1, 1)), is_filled=False),
    ProgramClass.HYBRID: Look("#CC79A7", "D", "-."),
}
"""Okabe and Ito's colours, which hold for colour-blind readers. The blue circle of direct programs and the orange
triangle of search programs, and their colours, mean nothing else in any figure."""
SERIES = (
    *(Look("#009E73", "s", "-", is_filled=False), Look("#CC79A7", "D", "-.")),
    *(Look("#E69F00", "P", "--"), Look("#56B4E9", "v", (0, (5, 1, 1, 1)), is_filled=False)),
    *(Look("#222222", "x", ":"), Look("#666666", "*", (0, (3, 1))), Look("#8B5A2B", "p", "-", is_filled=False)),
)
"""How curves that are of no class are drawn: prices of time, languages, families, selections and the like."""
SIDES = (
    (Look(INK, "s", "-"), "disguised counted as direct code"),
    (Look(INK, "D", "--", is_filled=False), "disguised counted as search"),
)
"""The low and the high end of an interval: how each is drawn, and where the disguised programs then stand."""


@contextmanager
def style() -> Iterator[None]:
    """paper.mplstyle on top of matplotlib's defaults; of characters that a font lacks, `use_fonts_for` tells."""
    with matplotlib.style.context("priorsim.figures.paper", after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def is_wide(width: float | Axes) -> bool:
    """Whether there is room for panels beside each other, at so many inches or in the figure of these axes."""
    return (figure_of(width).get_figwidth() if isinstance(width, Axes) else width) >= WIDE


def figure_of(ax: Axes) -> Figure:
    """The whole figure that the axes are of."""
    figure = ax.get_figure(root=True)
    assert figure is not None, "axes that are drawn into have a figure"
    return figure


def new_figure(width: float = SINGLE, height: float = 2.6) -> Figure:
    """An empty figure of so many inches that no pyplot knows of."""
    figure = Figure(figsize=(width, height), layout="constrained")
    _OWN.add(figure)
    FigureCanvasAgg(figure)
    return figure


def is_guest(ax: Axes) -> bool:
    """Whether the axes are of a figure made elsewhere, outside of whose axes nothing of ours has room."""
    return figure_of(ax) not in _OWN


def drawing(height: float | Callable[[Any], float], width: float = SINGLE) -> Callable[[Draw], Callable[..., Axes]]:
    """A function that draws data into axes makes, where none are given, those of a figure of so many inches.

    What the decorator makes takes the data, `ax=...` or `width=...`, and returns the axes.
    """

    def decorate(draw: Draw) -> Callable[..., Axes]:
        @wraps(draw)
        def drawn(data: Any, *, ax: Axes | None = None, width: float = width) -> Axes:
            if ax is not None:
                draw(data, ax)
                return ax
            with style():
                ax = new_figure(width, height(data) if callable(height) else height).add_subplot()
                draw(data, ax)
                return ax

        return drawn

    return decorate


def set_title(ax: Axes, text: str, *small: str) -> None:
    """Set the title, in lines and letters that fit, and below it in small ones what else it says; a $ is a $."""
    usual = FontProperties(size=matplotlib.rcParams["axes.titlesize"]).get_size_in_points()
    room = ax.get_position().width * figure_of(ax).get_figwidth() * 72
    main = ax.set_title(**_fitted(text, room / TITLE_LETTER, usual))
    if small:
        look: dict[str, Any] = {"loc": "center", "x": 0, "ha": "left", "fontweight": "normal", "color": FAINT}
        fitted = _fitted(", ".join(small), room / SMALL_LETTER, SMALL_TITLE)
        below = ax.set_title(**fitted, **look)
        rise = (1 + below.get_text().count("\n")) * 1.25 * float(below.get_fontsize()) + 1
        shift = ScaledTranslation(0, rise / 72, figure_of(ax).dpi_scale_trans)
        main.set_transform(main.get_transform() + shift)


def _fitted(text: str, room: float, size: float) -> dict[str, Any]:
    """The text broken into a few lines that have room, in smaller letters where one word has none."""
    lines = textwrap.wrap(text, max(int(room / size), 1), max_lines=TITLE_LINES, placeholder=" ...")
    widest = max(map(len, lines), default=1)
    return {"label": "\n".join(lines), "fontsize": min(size, room / widest), "parse_math": False}


def lay_out(figure: Figure) -> None:
    """Lay a figure out, with fonts for all its texts; twice, since what hangs below the axes moves with them."""
    for artist in figure.findobj(Text):
        use_fonts_for(artist)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        engine.execute(figure)


def use_fonts_for(artist: Text) -> None:
    """Let an artist draw the characters that its font lacks in other installed fonts; a note where none has them."""
    lacking = _lacked(artist.get_text(), findfont(artist.get_fontproperties()))
    if lacking:
        artist.set_fontfamily(list(dict.fromkeys([*artist.get_fontfamily(), *_families_with(lacking)])))


def _lacked(text: str, path: str) -> frozenset[str]:
    font = get_font(path)
    return frozenset(character for character in set(text) - {"\n"} if not font.get_char_index(ord(character)))


@cache
def _families_with(characters: frozenset[str]) -> tuple[str, ...]:
    """Installed families that together have the characters, as few as can be; what none has is noted once."""
    upright = [entry for entry in fontManager.ttflist if (entry.weight, entry.style) == (400, "normal")]
    fonts = {entry.name: str(entry.fname) for entry in upright}
    names = sorted(name for name in fonts if not name.startswith(_NO_GLYPHS))
    left = characters
    chosen: list[str] = []
    while left:
        best = min(names, key=lambda name: len(_lacked("".join(left), fonts[name])))
        rest = _lacked("".join(left), fonts[best])
        if rest == left:
            missing = shown(" ".join(sorted(left)), 40)
            logging.getLogger("priorsim").warning(
                "priorsim: no installed font has %s: install one that does, as Noto Sans, to see them", missing
            )
            break
        left = rest
        chosen.append(best)
    return tuple(chosen)


def name_rows(ax: Axes, labels: Sequence[str]) -> F64:
    """A label for each row, in which a $ is a $, the first on top, and the middles of the rows, shape (rows,)."""
    texts = [_in_lines(label) for label in labels]
    ends = np.cumsum(_heights(labels)) - 0.5
    middles: F64 = ends - _heights(labels) / 2
    ax.set_ylim(ends[-1] + 0.1, -0.6)
    ax.set_yticks(middles, texts, fontsize=ROW_SIZE, parse_math=False)
    ax.tick_params(axis="y", length=0)
    return middles


def rows_high(labels: Sequence[str]) -> float:
    """How high rows with these labels are together, in parts of a row whose label has one line."""
    return float(_heights(labels).sum())


def _in_lines(label: str) -> str:
    """The label in as few lines as it needs, of about the same length."""
    least = len(textwrap.wrap(label, ROW_LETTERS, break_on_hyphens=False))
    texts = (textwrap.wrap(label, letters, break_on_hyphens=False) for letters in range(1, ROW_LETTERS + 1))
    return "\n".join(next(lines for lines in texts if len(lines) == least))


def _heights(labels: Sequence[str]) -> F64:
    return np.array([1 + MORE_LINES * _in_lines(label).count("\n") for label in labels])


def print_counts(ax: Axes, at: Iterable[Sequence[float]], name: str = "worlds") -> None:
    """Print above the axes how many there are at each place, in grey where they are too few to decide anything."""
    places, counts = zip(*at, strict=True)
    top = ax.secondary_xaxis("top")
    shown = [f"{count:.0f}" if count < 1e4 else f"{count / 1e3:.0f}k" for count in counts]
    top.set_xticks(places, shown, rotation=90, fontsize=5)
    top.tick_params(length=0, pad=1)
    top.spines["top"].set_visible(False)
    top.set_xlabel(f"n ({name})", fontsize=5.5, labelpad=1, loc="left")
    for label, count in zip(top.get_xticklabels(), counts, strict=True):
        label.set_color(INK if count >= LEAST_WORLDS else FAINT)


def whole_numbers(ax: Axes, axis: str, **limits: int) -> None:
    """Let an axis, 'x' or 'y', have its ticks at whole numbers."""
    getattr(ax, f"{axis}axis").set_major_locator(MaxNLocator(integer=True, **limits))


def frame_odds(ax: Axes, *ends: F64, air: float) -> None:
    """A line at 0, and limits upright with all ends in them, 0, and so many parts of air.

    Where legend and labels stand within the axes, there is more.
    """
    air = max(air, AIR_WITHIN) if is_guest(ax) else air
    known = np.concatenate([*ends, [0.0]])
    bottom, top = float(np.nanmin(known)), float(np.nanmax(known))
    margin = max(air * (top - bottom), 1.0)
    ax.set_ylim(bottom - margin, top + margin)
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    ax.set_ylabel(ODDS)


def shade_sides(ax: Axes) -> list[Text]:
    """Shade the axes of log-odds above and below 0, in their final limits, and say at the right who wins there."""
    said: dict[str, Any] = {"transform": ax.transAxes, "ha": "right", "fontsize": SMALL_TITLE}
    texts = []
    for end, place, up, side in ((1, 0.985, "top", "search"), (0, 0.015, "bottom", "direct")):
        colour = LOOKS[side].colour
        ax.axhspan(0, ax.get_ylim()[end], color=colour, alpha=0.07, linewidth=0, zorder=0)
        name = "search" if side == "search" else "direct code"
        texts.append(ax.text(0.99, place, f"{name} wins", color=colour, va=up, **said))
    return texts


def say_inside(ax: Axes, text: str, y: float = 0.5, **look: Any) -> None:
    """Write in the middle of the axes, where nothing is drawn."""
    ax.text(0.5, y, text, transform=ax.transAxes, ha="center", va="center", **look)


def key(label: str, **look: Any) -> Line2D:
    """A legend's entry for a line or a marker that looks so."""
    return Line2D([], [], label=label, **look)


def legend_below(ax: Axes, handles: Sequence[Artist], *, gap: float = 30, left: float = 30, **others: Any) -> None:
    """A legend where no data are: `gap` points under the axes, `left` points left of their corner.

    In a figure made elsewhere it stands within the axes.
    """
    if is_guest(ax):
        small = {"fontsize": "x-small", "title_fontsize": "x-small"}
        ax.legend(handles=handles, loc="best", alignment="left", **small, **(others | {"ncols": 1}))
        return
    below = ax.transAxes + ScaledTranslation(-left / 72, -gap / 72, figure_of(ax).dpi_scale_trans)
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": below}
    ax.legend(handles=handles, title_fontsize=6.5, alignment="left", **place, **others)


def legend_of_rows(ax: Axes, *handles: Artist, ncols: int = 2) -> None:
    """A legend below the whole figure, since what stands at the left takes room of the axes."""
    figure_of(ax).legend(handles=handles, loc="outside lower left", ncols=ncols, borderaxespad=0.8)


def finite(values: Sequence[float | None]) -> F64:
    """The values as an array in which what is unknown or infinite is NaN."""
    array = np.array(values, dtype=np.float64)
    return np.where(np.isfinite(array), array, np.nan)


def sentences(*parts: str) -> str:
    """The parts as one paragraph, a line each."""
    return "\n".join(part for part in parts if part)


def at_gammas(gammas: Sequence[float]) -> str:
    """Where something happens along gamma.

    >>> at_gammas([0.25, 1.5]), at_gammas([])
    ('at gamma 0.25, 1.5', 'nowhere')
    """
    return f"at gamma {listed(gammas)}" if gammas else "nowhere"
