"""Writing a figure: PDF, SVG, PNG and the plotted numbers as CSV, the same bytes whenever it is run.

Dates, random identifiers and the reader's own matplotlib settings are kept out of the files; each
file is written whole or not at all.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from priorsim.figures.page import lay_out, style
from priorsim.formats import format_csv
from priorsim.storage import atomic_path, write_text

METADATA: Mapping[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
"""What each format would say of when and by what it was made, left out."""


def save(figure: Figure, stem: Path | str, data: Mapping[str, Sequence[Any]]) -> list[Path]:
    """Write `stem`.pdf, .svg, .png and .csv.

    Parameters
    ----------
    figure : Figure
        Its layout is fixed by this, so that all formats agree.
    stem : Path or str
        Path of the files without their ending.
    data : mapping of str to sequence
        The plotted numbers by column, all columns of one length.

    Returns
    -------
    list of Path
        The files, in the order above.

    Raises
    ------
    StorageError
        When the place cannot be written.
    ValueError
        When the columns differ in length.
    """
    text = format_columns(data)
    paths = []
    with style():
        lay_out(figure)
        figure.set_layout_engine("none")
        for ending, metadata in METADATA.items():
            path = _with_ending(stem, ending)
            with atomic_path(path) as temporary:
                figure.savefig(temporary, format=ending, metadata=metadata)
            paths.append(path)
    path = _with_ending(stem, "csv")
    write_text(path, text)
    return [*paths, path]


def format_columns(data: Mapping[str, Sequence[Any]]) -> str:
    r"""The columns as CSV; unknown numbers are empty, one-sided ones inf and -inf.

    >>> format_columns({"bits": [2, 3], "log2_mass": [-2.0, None]})
    'bits,log2_mass\n2,-2.0\n3,\n'
    """
    lengths = {name: len(column) for name, column in data.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns differ in length: {lengths}")
    return format_csv(data, zip(*data.values(), strict=True))


def _with_ending(stem: Path | str, ending: str) -> Path:
    path = Path(stem)
    return path.with_name(f"{path.name}.{ending}")
