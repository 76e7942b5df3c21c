"""Writing a figure, its plotted numbers as CSV and its caption, the same bytes whenever it is run.

Dates, random identifiers and the reader's own matplotlib settings are kept out of the files; each
file is written whole or not at all, pgf excepted.
"""

import io
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from priorsim.errors import FigureError
from priorsim.figures.page import lay_out, style
from priorsim.formats import format_csv
from priorsim.provenance import stamped
from priorsim.storage import atomic_file, begins_with, not_own, write_text

METADATA: Mapping[str, dict[str, None]] = {
    "pdf": dict.fromkeys(("CreationDate", "Producer", "Creator")),
    "svg": dict.fromkeys(("Date", "Creator")),
    "png": {"Software": None},
    "pgf": {},
}
"""The formats; what each would say of when and by what it was made is left out."""
USUAL = ("svg", "png")
MANY_MARKERS = 150
"""From so many on, the markers of a class are a picture in a vector format too, which would take megabytes else."""
COLOURS = 256
AS_MATHS = str.maketrans(
    {
        "\N{GREEK CAPITAL LETTER DELTA}": r"$\Delta$",
        "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
        "\N{GREEK SMALL LETTER BETA}": r"$\beta$",
        "\N{GREEK SMALL LETTER GAMMA}": r"$\gamma$",
        "\N{SUBSCRIPT TWO}": r"$_2$",
        "\N{THIN SPACE}": r"$\,$",
    }
)
"""Characters that the fonts of a LaTeX document lack."""


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
    texts = {"csv": stamped(format_columns(data))} | ({} if caption is None else {"txt": caption + "\n"})
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
                    # Anew with a palette: a third of the size, and no difference that can be seen.
                    with Image.open(drawn) as picture:
                        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                        small.save(file, format="png", optimize=True, dpi=picture.info["dpi"])
    return list(paths.values())


def check_own(stem: Path | str, data: Mapping[str, Sequence[Any]], endings: Iterable[str]) -> None:
    """Raise StorageError where files would be replaced that are of no figure with these columns.

    A figure is known by its CSV, which is written before its other files.
    """
    if begins_with(Path(f"{stem}.csv"), re.escape(format_csv(data, []))):
        return
    for path in (Path(f"{stem}.{ending}") for ending in endings):
        if path.exists() and path.stat().st_size:
            raise not_own(path)


def format_columns(data: Mapping[str, Sequence[Any]]) -> str:
    r"""The columns as CSV; unknown numbers are empty, one-sided ones inf and -inf.

    >>> format_columns({"bits": [2, 3], "log2_mass": [-2.0, None]})
    'bits,log2_mass\n2,-2.0\n3,\n'
    """
    lengths = {name: len(column) for name, column in data.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns differ in length: {lengths}")
    return format_csv(data, zip(*data.values(), strict=True))


def _has_many_markers(artist: Artist) -> bool:
    if isinstance(artist, Line2D):
        return artist.get_linestyle() == "None" and np.size(artist.get_xdata()) >= MANY_MARKERS
    return isinstance(artist, PathCollection) and np.shape(artist.get_offsets())[0] >= MANY_MARKERS
