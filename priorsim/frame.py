"""A table of named columns for readers of Python: pandas, polars and Arrow take it, and a notebook shows it.

It stands on pyarrow alone; pandas and polars are loaded where a frame of theirs is asked for.
"""

from collections.abc import Iterable, Sequence
from html import escape
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pyarrow as pa

from priorsim.errors import PriorsimError
from priorsim.terminal import format_table

LIBRARIES = ("pandas", "polars")
"""What `to_frame` gives a frame of: the first that is installed, unless one is named."""
SHOWN_ROWS = 20


class Frame:
    """A table of named columns, with None where a value is not known.

    Parameters
    ----------
    head : sequence of str
        The names of the columns.
    rows : iterable of sequence
        The values of each row, as many as there are columns.

    Attributes
    ----------
    table : pyarrow.Table
        The same table for Arrow.

    Examples
    --------
    >>> Frame(["gamma", "log_odds"], [(0.0, -8.35), (1.0, None)])
    gamma  log_odds
        0     -8.35
        1      none
    """

    def __init__(self, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(head)
        self.table = pa.table({name: _array(values) for name, values in zip(head, columns, strict=True)})

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, name: str) -> list[Any]:
        """The values of the column of that name."""
        values: list[Any] = self.table.column(name).to_pylist()
        return values

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.table.column_names)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream, by which other libraries take it."""
        return self.table.__arrow_c_stream__(requested_schema)

    def to_frame(self, library: str | None = None) -> Any:
        """The table as a DataFrame.

        Parameters
        ----------
        library : {"pandas", "polars"}, optional
            The library of the DataFrame, by default pandas where it is installed and polars elsewhere.

        Returns
        -------
        pandas.DataFrame or polars.DataFrame

        Raises
        ------
        PriorsimError
            If there is no such library, or it is not installed.
        """
        if library is not None and library not in LIBRARIES:
            raise PriorsimError(f"to_frame knows no library {library!r}: choose {' or '.join(LIBRARIES)}")
        found = [name for name in LIBRARIES if library in (None, name) and find_spec(name) is not None]
        if not found:
            lacking = "pandas or polars, and neither is" if library is None else f"{library}, which is not"
            raise PriorsimError(
                f"to_frame needs {lacking} installed: install it with pip install {library or LIBRARIES[0]}"
            )
        if found[0] == "pandas":
            return self.table.to_pandas()
        return import_module("polars").from_arrow(self.table)

    def _shown(self) -> list[list[str]]:
        rows = self.table.slice(0, SHOWN_ROWS).to_pylist()
        return [[_cell(row[name]) for name in self.columns] for row in rows]

    def _rest(self) -> str:
        rest = len(self) - SHOWN_ROWS
        return f"and {rest} more row{'s' if rest > 1 else ''}" if rest > 0 else ""

    def __repr__(self) -> str:
        shown = self._shown()
        text = format_table(shown, head=self.columns, keys=_keys(shown))
        return "\n".join(filter(None, (text, self._rest())))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self._shown())
        rest = f"<p>{self._rest()}</p>" if self._rest() else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _array(values: Sequence[Any]) -> Any:
    """A column; one of which nothing is known is of floats."""
    found = pa.array(values)
    return found.cast(pa.float64()) if pa.types.is_null(found.type) else found


def _cell(value: Any) -> str:
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _keys(rows: Sequence[Sequence[str]]) -> int:
    """How many of the first columns tell the rows apart; the first alone where all columns do not.

    >>> _keys([("a", "1"), ("b", "1")]), _keys([("a", "1"), ("a", "2")]), _keys([])
    (1, 2, 1)
    """
    columns = range(1, 1 + len(rows[0]) if rows else 1)
    return next((most for most in columns if len({tuple(row[:most]) for row in rows}) == len(rows)), 1)
