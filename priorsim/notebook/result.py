"""An answer as Python shows it: short in a script, as the command line prints it in a notebook, and as a table."""

from collections.abc import Callable
from html import escape
from typing import Any

from priorsim.frame import Frame


class Result:
    """An answer, whose values are its attributes, and which is a table, too.

    `repr` is one line. `print` and a notebook show what the command of that name prints. `to_json()` returns what the
    command prints with --json. pandas and polars take the table through `to_frame()`, and polars and pyarrow directly.

    Attributes
    ----------
    answer : object
        The record of all values. Each of its attributes is one of the result, too: `found.log_odds` is
        `found.answer.log_odds`.
    frame : Frame
        The table.
    """

    def __init__(self, answer: Any, line: str, text: Callable[[], str], frame: Callable[[], Frame]) -> None:
        self.answer = answer
        self._line, self._text, self._frame = line, text, frame

    def __getattr__(self, name: str) -> Any:
        """A value of the answer."""
        if name.startswith("_") or name == "answer":
            raise AttributeError(name)
        return getattr(self.answer, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in dir(self.answer) if not name.startswith("_"))})

    def __repr__(self) -> str:
        return f"<{self._line}>"

    def __str__(self) -> str:
        return self._text()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self._text())}</pre>"

    @property
    def frame(self) -> Frame:
        """The table."""
        return self._frame()

    def to_frame(self, library: str | None = None) -> Any:
        """The table as a DataFrame of pandas or polars; see `Frame.to_frame`."""
        return self.frame.to_frame(library)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream."""
        return self.frame.__arrow_c_stream__(requested_schema)
