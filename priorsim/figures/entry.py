"""What a figure is: plain data from a study, a drawing, and a caption made of its numbers; and how it is written.

Files are the same bytes whenever it is drawn: dates, random identifiers and the reader's own matplotlib settings are
kept out of them. Each is written whole or not at all, pgf excepted.
"""

import io
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from priorsim.errors import FigureError
from priorsim.figures.page import BY_FORM_SAID, figure_of, lay_out, style
from priorsim.formats import format_csv, format_lanes
from priorsim.provenance import stamped
from priorsim.storage import atomic_file, begins_with, hold_folder, not_own, write_text
from priorsim.worlds import World, find_world

if TYPE_CHECKING:
    from priorsim.study import folder

    Study = folder.Study
else:
    Study = Any  # Figures lie below the study, which is given to them; they know its type alone.

SHOWN_WORLDS = ("half-w3", "minimum-w3", "constant-greatest-square-w12")
"""The worlds that get figures of their own, all of which tip. Their odds have settled at the full preset's bounds."""
METADATA: Mapping[str, dict[str, None]] = {
    "pdf": dict.fromkeys(("CreationDate", "Producer", "Creator")),
    "svg": dict.fromkeys(("Date", "Creator")),
    "png": {"Software": None},
    "pgf": {},
}
"""The formats; what each would say of when and by what it was made is left out."""
USUAL = ("svg", "png")
NO_TEXTS: Mapping[str, Callable[..., str]] = MappingProxyType({})
OF_CENSUS = ("atlas",)
"""What a figure of one world takes that is counted in a census: the census, its bound, and how programs are classed."""
OF_PRIOR = (*OF_CENSUS, "prior")
"""The same, and a prior."""
MANY_MARKERS = 150
"""From so many on, the markers of a class are a picture in a vector format too, which would take megabytes else."""
COLOURS = 256
AS_MATHS = str.maketrans(
    {
        "\N{GREEK CAPITAL LETTER DELTA}": r"$\Delta$",
        "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
        "\N{GREEK SMALL LETTER BETA}": r"$\beta$",
        "\N{GREEK SMALL LETTER GAMMA}": r"$\gamma$",
        "\N{GREEK SMALL LETTER LAMDA}": r"$\lambda$",
        "\N{SUBSCRIPT TWO}": r"$_2$",
        "\N{THIN SPACE}": r"$\,$",
    }
)
"""Characters that the fonts of a LaTeX document lack."""


class Data(SimpleNamespace):
    """What a figure draws and its caption counts: columns by name, all of one length, and facts about all rows.

    Columns and facts are attributes; a column may be asked for by its name, too, as one called `class` has to be.

    >>> data = Data("world class bits", [("a", "direct", 7), ("b", "search", 9)], bound_bits=31)
    >>> data.bits, data["class"], data.bound_bits, data.rows[0]
    ([7, 9], ['direct', 'search'], 31, ('a', 'direct', 7))
    """

    def __init__(self, names: str, rows: Iterable[Sequence[Any]], **facts: Any) -> None:
        self.rows = [tuple(row) for row in rows]
        self.names = names.split()
        super().__init__(**self.columns(), **facts)

    def columns(self) -> dict[str, list[Any]]:
        """The plotted numbers, column by column."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}

    def __getitem__(self, name: str) -> list[Any]:
        """One column."""
        column: list[Any] = vars(self)[name]
        return column


def asked(world: World) -> dict[str, str]:
    """Facts of a figure of one world: its name, and what it asks in words, for the title.

    >>> asked(find_world("half-w3"))["words"]
    'x divided by 2, rounded down, 3-bit words'
    """
    return {"world": world.name, "words": f"{question(world)}, {world.domain.word_bits}-bit words"}


def question(world: World) -> str:
    """What a world asks in words, or its name where it says nothing."""
    return world.description or world.name


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure under its name: what it shows in one line, and the functions that make it.

    `draw` gives axes of a new figure, one or several, and takes `width=...`, too. `worlds` are those shown, none where
    the figure chooses by itself; one of one world is drawn for each.
    `takes` names what else of a reader's own it heeds: one of one world OF_CENSUS, prior and grid, and one of several
    a sweep; `over` are the penalties that it is over, whatever the prior says of them.
    """

    name: str
    shows: str
    data: Callable[[Study, Sequence[World]], Data]
    draw: Callable[..., Axes | tuple[Axes, ...]]
    caption: Callable[[Data], str]
    worlds: tuple[str, ...] = ()
    is_of_one: bool = False
    takes: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it shows, as a title."""
        return self.shows[0].upper() + self.shows[1:]

    def shown(self, world: World | None = None) -> Iterator[tuple[str, list[World]]]:
        """Every drawing's file name, without its ending, and worlds; of one world where one is given.

        FigureError when a world is given and the figure is not of one world.
        """
        if world is not None and not self.is_of_one:
            raise FigureError(f"figure {self.name} is of several worlds: leave out --world")
        worlds = [find_world(name) for name in self.worlds] if world is None else [world]
        if self.is_of_one:
            yield from ((f"{self.name}-{each.name}", [each]) for each in worlds)
        else:
            yield self.name, worlds


class Drawing(NamedTuple):
    """A figure that was drawn and saved: its entry's name, its files' without ending, the files, and what is plotted.

    The title says what it shows, and of which world; backticks set code in it and in the caption.
    """

    figure: str
    name: str
    title: str
    caption: str
    paths: Sequence[Path]
    columns: Mapping[str, Sequence[Any]]

    @property
    def path(self) -> Path:
        """The first of the files."""
        return self.paths[0]


def save_entry(
    entry: Entry,
    study: Study,
    folder: Path,
    *,
    world: World | None = None,
    width: float | None = None,
    formats: Sequence[str] = USUAL,
    texts: Mapping[str, Callable[[Data], str]] = NO_TEXTS,
    force: bool = False,
) -> Iterator[Drawing]:
    """Draw and save a figure into a folder that is there, once for each of its worlds, or for the one given.

    `texts` write further files of its data, by their ending.
    With `force` even files that are of no such figure are replaced. PriorsimError when the figure is not of one world,
    cannot be drawn of this one, or cannot be written.
    """
    for stem, worlds in entry.shown(world):
        data = entry.data(study, worlds)
        axes = entry.draw(data) if width is None else entry.draw(data, width=width)
        figure = figure_of(axes[0] if isinstance(axes, tuple) else axes)
        columns, caption = data.columns(), caption_of(entry, study, worlds, data)
        with hold_folder(folder, wait=True):
            # A figure is known by its CSV, which is written before its other files.
            if not (force or begins_with(folder / f"{stem}.csv", re.escape(format_csv(columns, [])))):
                for ending in (*formats, "csv", "txt", *texts):
                    path = folder / f"{stem}.{ending}"
                    if path.exists() and path.stat().st_size:
                        raise not_own(path)
            paths = save(figure, folder / stem, columns, formats=formats, caption=caption)
            for ending, text in texts.items():
                paths.append(folder / f"{stem}.{ending}")
                write_text(paths[-1], text(data))
        title = entry.title + (f": `{worlds[0].name}`" if entry.is_of_one else "")
        yield Drawing(entry.name, stem, title, caption, paths, columns)


def caption_of(entry: Entry, study: Study, worlds: Sequence[World], data: Data) -> str:
    """A figure's caption; of one world with its training lanes, and of the reader's own census all that was asked."""
    said = entry.caption(data)
    if not entry.is_of_one:
        return said
    (world,) = worlds
    said += (
        f"\nThe training lanes of {world.name} are {format_lanes(world.train)} of {len(world.domain.lanes)}, counted "
        "from 0."
    )
    if study.class_by == "form":
        said += f"\n{BY_FORM_SAID}"
    return said if study.own is None else f"{said} {_census_said(entry, study, study.own.header.max_bits)}"


def _census_said(entry: Entry, study: Study, bound_bits: int) -> str:
    """The bound, and the prior where the figure weighs programs, of a figure of the reader's own census."""
    said = f"The census has every code-only program of at most {bound_bits} bits."
    if "prior" not in entry.takes:
        return said
    name = "solomonoff" if study.prior is None else study.prior.name
    over = " and ".join(study.grid or entry.over)
    return f"{said} The prior is {name}" + (f", with {over} as drawn." if over else ".")


def check_format(name: str) -> None:
    """Raise FigureError where there is no such format, or this machine cannot write it."""
    if name not in METADATA:
        raise FigureError(f"unknown format '{name}': choose one of {', '.join(METADATA)}")
    latex = str(matplotlib.rcParamsDefault["pgf.texsystem"])
    if name == "pgf" and shutil.which(latex) is None:
        raise FigureError(
            f"the format pgf needs LaTeX to measure its text, and {latex} is not installed: install TeX Live with "
            f"{latex} (Debian: texlive-xetex), or choose pdf, svg or png, which need nothing"
        )


def save(
    figure: Figure,
    stem: Path | str,
    data: Mapping[str, Sequence[Any]],
    *,
    formats: Sequence[str] = USUAL,
    caption: str | None = None,
) -> list[Path]:
    """Write a figure in every format, the plotted numbers as `stem`.csv, and a caption as `stem`.txt, in this order.

    The figure's layout is fixed by this, so that all formats agree. The CSV starts with a line that says which code
    made it. FigureError where there is no such format, or it needs what is not installed; StorageError where the place
    cannot be written; ValueError where the columns differ in length.
    """
    for name in formats:
        check_format(name)
    texts = {"csv": stamped(format_csv(data, zip(*data.values(), strict=True)))} | (
        {} if caption is None else {"txt": caption + "\n"}
    )
    paths = {ending: Path(f"{stem}.{ending}") for ending in (*formats, *texts)}
    for ending, text in texts.items():
        write_text(paths[ending], text)
    with style():
        lay_out(figure)
        figure.set_layout_engine("none")
        for artist in figure.findobj(_has_many_markers):
            artist.set_rasterized(True)
        for ending in formats:
            if ending == "pgf":
                for label in figure.findobj(Text):
                    label.set_text(label.get_text().translate(AS_MATHS))
                # pgf puts pictures beside the file, under its name; its backend knows no metadata, not even none.
                figure.savefig(paths[ending], format=ending)
                continue
            with atomic_file(paths[ending]) as file:
                drawn = io.BytesIO() if ending == "png" else file
                figure.savefig(drawn, format=ending, metadata=METADATA[ending])
                if ending == "png":
                    # Anew with a palette: a third of the size, and no difference that can be seen, but in a gradient.
                    with Image.open(drawn) as picture:
                        small = picture.convert("RGB")
                        if not figure.findobj(_is_gradient):
                            small = small.quantize(COLOURS, dither=Image.Dither.NONE)
                        small.save(file, format="png", optimize=True, dpi=picture.info["dpi"])
    return list(paths.values())


def _is_gradient(artist: Artist) -> bool:
    """Whether the artist is a plane of more colours than a few."""
    return isinstance(artist, AxesImage | QuadMesh) and artist.get_cmap().N >= COLOURS


def _has_many_markers(artist: Artist) -> bool:
    if isinstance(artist, Line2D):
        return artist.get_linestyle() == "None" and np.size(artist.get_xdata()) >= MANY_MARKERS
    return isinstance(artist, PathCollection) and np.shape(artist.get_offsets())[0] >= MANY_MARKERS
