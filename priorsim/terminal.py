"""Text for a terminal: lines and tables no wider than it is, and colours for the two sides and for verdicts.

The width is the terminal's where standard output is one, and WIDTH elsewhere, so that pipes and documents always get
the same text. Lines break at spaces, never inside a word: a word that is longer than a line stays whole.
"""

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import zip_longest

WIDTH = 80
GAP = "  "
HANG = "  "
"""What stands before the lines by which a text goes on."""
LEAST_TEXT = 20
"""Texts in a column are broken into no shorter lines than these; the table is parted into blocks instead."""
COLOURED = re.compile(r"(\x1b\[3[1-4]m)([^\x1b\n]*)(\x1b\[0m)")
"""A text in a colour, as a `painter` leaves it."""

_NUMBER_WORDS = "to|at|most|least|about|up|bits|none|unknown|undefined|inf|MiB"
_NUMBER = re.compile(rf"([^a-z]|e[-+]\d|\b({_NUMBER_WORDS})\b)*", re.IGNORECASE)
_LABEL = re.compile(r" *\S+(?: \S+)*  +(?=\S)")
_OF_SIDES = re.compile(r"(log-odds|: direct|verdict)$")
_LOG_ODDS = re.compile(r"\[?(-?[\d.]+)(?:, (-?[\d.]+)\])?(?: bits\b.*)?")
_BLUE, _YELLOW = "blue", "yellow"
"""Direct code and search, as in the figures."""
_VERDICTS = {"direct code": _BLUE, "search": _YELLOW, "supported": "green", "refuted": "red"}


def tell(line: str) -> None:
    """Say a line on standard error, which a library's user may not have, or may have closed."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def line_width() -> int:
    """The characters that a line may have."""
    return shutil.get_terminal_size().columns if is_terminal() else WIDTH


def has_colour() -> bool:
    """Whether standard output is a terminal, and its user has not set NO_COLOR."""
    return is_terminal() and not os.environ.get("NO_COLOR")


# --- colours ----------------------------------------------------------------------------------


def painter(text: str, heading: str) -> Callable[[str], str]:
    """What colours the lines of a text, where its heading says that it is of log-odds or a verdict."""
    colour = _colour(text) if has_colour() and _OF_SIDES.search(heading) else None
    if colour is None:
        return str
    from typer import style

    return partial(style, fg=colour)


def _colour(text: str) -> str | None:
    """The colour of the side to which log-odds point, or of a verdict.

    >>> _colour("[-7.53, -7.02] bits: direct code outweighs search"), _colour("[-0.1, 0.1]"), _colour("refuted")
    ('blue', None, 'red')
    """
    if found := _LOG_ODDS.fullmatch(text):
        is_search = {float(end) > 0 for end in found.groups() if end is not None and float(end)}
        return None if len(is_search) != 1 else _YELLOW if is_search.pop() else _BLUE
    return next((colour for verdict, colour in _VERDICTS.items() if text.startswith(verdict)), None)


# --- lines ------------------------------------------------------------------------------------


def fitted(text: str) -> str:
    """The text with lines that are too long broken at spaces; what stands beside a label goes on below itself.

    >>> print(fitted("lanes  " + "77 " * 26))
    lanes  77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77 77
           77 77
    """
    return "\n".join(line if COLOURED.search(line) else _fitted_line(line) for line in text.split("\n"))


def _fitted_line(line: str) -> str:
    label = _LABEL.match(line)
    begin, width = label.end() if label else 0, line_width()
    hang = begin if 0 < begin < width / 2 else len(line) - len(line.lstrip()) + len(HANG)
    first, *rest = _wrapped(line, width, " " * hang)
    paint = painter(line[begin:], line[:begin].rstrip())
    return "\n".join([first[:begin] + paint(first[begin:]), *map(paint, rest)])


def _wrapped(text: str, width: int, hang: str = "") -> list[str]:
    """The text in lines; the first keeps its indent, the others hang."""
    if len(text) <= width:
        return [text]
    lines = textwrap.wrap(text, width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
    return lines or [""]


# --- tables -----------------------------------------------------------------------------------


class _Column:
    """A column of a table: its heading and its cells, and how narrow it can be."""

    def __init__(self, heading: str, *cells: str) -> None:
        self.heading, self.cells = heading, cells
        self.is_of_numbers = all(map(_NUMBER.fullmatch, cells))

    @cached_property
    def whole(self) -> int:
        """The width at which nothing is broken."""
        return max(map(len, (self.heading, *self.cells)))

    @cached_property
    def headed(self) -> int:
        """The width at which nothing but the heading is broken."""
        return max(map(len, (*self.heading.split(), *self.cells)))

    @cached_property
    def least(self) -> int:
        """The width at which texts are broken as well; numbers are not."""
        if self.is_of_numbers:
            return self.headed
        words = (len(word) + len(HANG) for cell in self.cells for word in cell.split())
        return min(self.headed, max(LEAST_TEXT, *map(len, self.heading.split()), *words))

    @property
    def is_of_text(self) -> bool:
        """Whether there are texts to be broken."""
        return self.least < self.headed

    def padded(self, line: str, width: int) -> str:
        """A line of a cell, numbers to the right and text to the left."""
        spaces = " " * (width - len(COLOURED.sub(r"\2", line)))
        return spaces + line if self.is_of_numbers else line + spaces


def format_table(rows: Iterable[Sequence[object]], *, head: Sequence[str], keys: int = 1) -> str:
    """Columns aligned, text to the left and numbers to the right, two spaces between.

    Where they are wider than a line, headings are broken first, then texts. Where that is not enough, a text in the
    last column, the only one, stands below its row; or the columns are parted into blocks, one below the other, each of
    which repeats the first columns, so many as are `keys`.

    >>> print(format_table([("levin", 7), ("solomonoff", 12)], head=("prior", "L*")))
    prior       L*
    levin        7
    solomonoff  12
    """
    columns = [_Column(*map(str, column)) for column in zip(head, *rows, strict=True)]
    *others, last = columns
    is_alone = last.is_of_text and others and not any(each.is_of_text for each in others)
    if is_alone and _fit(others) and not _fit(columns):
        return "\n".join(_with_notes(others, last))
    return "\n\n".join("\n".join(_rows(block)) for block in _blocks(columns, keys))


def _with_notes(columns: Sequence[_Column], last: _Column) -> Iterator[str]:
    """The head and the rows, each above its text in the last column."""
    for row, note in zip(_rows(columns), (last.heading, *last.cells), strict=True):
        yield row
        yield from filter(None, [fitted(f"{2 * HANG}{note}".rstrip())])


def _fit(columns: Sequence[_Column], width: int | None = None) -> bool:
    """Whether the columns fit beside each other, in a line or in this width."""
    return _total(each.least for each in columns) <= (line_width() if width is None else width)


def _blocks(columns: Sequence[_Column], keys: int) -> list[list[_Column]]:
    """The columns in as few blocks as fit the line, which are made as narrow as that allows."""
    found = _parted(columns, keys, line_width())
    for most in reversed(range(line_width())):
        narrower = _parted(columns, keys, most)
        if len(narrower) > len(found):
            break
        found = narrower
    return found


def _parted(columns: Sequence[_Column], keys: int, most: int) -> list[list[_Column]]:
    """The columns in blocks of at most this width, each after the keys."""
    blocks = [list(columns[:keys])]
    for column in columns[keys:]:
        if len(blocks[-1]) > keys and not _fit((*blocks[-1], column), most):
            blocks.append(list(columns[:keys]))
        blocks[-1].append(column)
    return blocks


def _total(widths: Iterable[int]) -> int:
    """The width of columns beside each other."""
    return len(GAP.join(" " * width for width in widths))


def _widths(columns: Sequence[_Column]) -> list[int]:
    """The columns' widths: as little is broken as the line allows, in the widest columns first, last in the first."""
    whole, headed, least = ([getattr(each, name) for each in columns] for name in ("whole", "headed", "least"))
    but_first = [headed[0], *least[1:]]
    for most, fewest in ((whole, headed), (headed, but_first), (but_first, least)):
        for level in range(max(most), 0, -1):
            widths = [max(low, min(high, level)) for low, high in zip(fewest, most, strict=True)]
            if _total(widths) <= line_width():
                return widths
    return least


def _rows(columns: Sequence[_Column]) -> Iterator[str]:
    """The head and the rows of a table, each in lines; those of the head stand as low as they can."""
    widths = _widths(columns)
    head = [_wrapped(each.heading, width)[::-1] for each, width in zip(columns, widths, strict=True)]
    yield "\n".join(list(_beside(columns, widths, head))[::-1])
    for row in zip(*(each.cells for each in columns), strict=True):
        cells = []
        for column, cell, width in zip(columns, row, widths, strict=True):
            paint = painter(cell, column.heading if _OF_SIDES.search(column.heading) else row[0].strip())
            cells.append([paint(line) for line in _wrapped(cell, width, HANG)])
        yield "\n".join(_beside(columns, widths, cells))


def _beside(columns: Sequence[_Column], widths: Sequence[int], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Cells of several lines beside each other."""
    for lines in zip_longest(*cells, fillvalue=""):
        parts = zip(columns, lines, widths, strict=True)
        yield GAP.join(column.padded(line, width) for column, line, width in parts).rstrip()
