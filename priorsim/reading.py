r"""Text from elsewhere: files and standard input read whole, within a size, and shown safely.

A text is UTF-8; its lines end in \n, \r\n or \r and reach the parsers with \n alone. `reading` is the one
boundary around every parser of a file: whatever a parser raises becomes one line that names the file.
"""

import csv
import operator
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar
from unicodedata import category

import msgspec

from priorsim.errors import PriorsimError

Fields = TypeVar("Fields", bound=msgspec.Struct)
STANDARD_INPUT = ("-", "/dev/stdin")  # The names of standard input.
MOST_BYTES = 2 << 20
"""What a text may take where its kind states nothing else; four lanes that each list every 16-bit word take 1.6 MB."""
MOST_SHOWN = 60  # Characters of a text that a message quotes.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # Characters of no width that words of some scripts need.
_WIDE_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_AS_UTF_8 = "save it as UTF-8"


def shown(text: object, most: int | None = None) -> str:
    r"""A text from elsewhere, made safe to be printed on one line; what is safe stays as it is.

    Control characters, escape sequences, line ends, controls of the writing direction, unpaired surrogates and
    characters that have no meaning are written as in a Python string. What is longer than `most`, as it is shown, is
    cut there, and the text's length is given.

    >>> shown("red \x1b[31m, backwards \u202e")
    'red \\x1b[31m, backwards \\u202e'
    >>> shown("9" * 5000, 4)
    '9999... (5000 characters)'
    """
    whole = str(text)
    if most is None:
        return whole if whole.isprintable() else "".join(map(_safe, whole))
    safe = shown(whole[:most])
    return safe if len(whole) <= most >= len(safe) else f"{safe[:most]}... ({len(whole)} characters)"


def did_you_mean(name: str, known: Iterable[str], most: int = 3) -> str:
    """What is asked of a name that is not known: 'did you mean a or b? ', or nothing where none is like it.

    >>> did_you_mean("levn", ["levin", "linear"])
    'did you mean levin? '
    """
    found = get_close_matches(name[:MOST_SHOWN].lower(), list(known), n=most, cutoff=0.7)
    return f"did you mean {' or '.join(found)}? " if found else ""


def _safe(character: str) -> str:
    if character.isprintable() or character in _JOINERS or category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def quoted(text: object) -> str:
    r"""A text from elsewhere as messages quote it: in quotation marks, safe, and cut where it is long.

    >>> quoted("a\tb")
    "'a\\tb'"
    """
    return f"'{shown(text, MOST_SHOWN)}'"


def is_standard_input(path: Path | str) -> bool:
    """Whether this is a name of standard input."""
    return str(path) in STANDARD_INPUT


def source_name(path: Path | str) -> str:
    """What messages call a file.

    >>> source_name("-"), source_name("a.csv")
    ('standard input', 'a.csv')
    """
    return "standard input" if is_standard_input(path) else shown(path)


@contextmanager
def reading(path: Path | str, error: type[PriorsimError] = PriorsimError) -> Iterator[None]:
    """The boundary around a parser: all that the block raises, but a PriorsimError, becomes one line about the file."""
    try:
        yield
    except PriorsimError:
        raise
    except OSError as caught:
        raise error(f"{source_name(path)}: cannot be read ({shown(caught.strerror or caught, 200)})") from None
    except MemoryError:
        raise error(f"{source_name(path)}: damaged: it needs more memory than there is") from None
    except RecursionError:
        raise error(f"{source_name(path)}: damaged: it is nested too deep") from None
    except Exception as caught:
        reason = shown(f"{type(caught).__name__} {caught}".partition("\n")[0], 200)
        raise error(f"{source_name(path)}: damaged: it cannot be parsed ({reason})") from None


def read_text(path: Path | str, *, most: int = MOST_BYTES, error: type[PriorsimError] = PriorsimError) -> str:
    r"""The text of a file, or of standard input where the path is ``-`` or ``/dev/stdin``.

    A pipe, a socket, a device and a folder are refused, so that nothing waits or goes on for ever; what is sent
    to standard input is read to its end, or to the limit. The text has no byte order mark, and its lines end in \n.
    An error of the type given says that the file is missing, no regular file, larger than `most` bytes, or no text in
    UTF-8.
    """
    name = source_name(path)
    with reading(path, error):
        content = _read_bytes(path, most, name, error)
        for mark, encoding in _WIDE_MARKS.items():
            if content.startswith(mark):
                raise error(f"{name}: cannot be read (a text in {encoding}): {_AS_UTF_8}")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            raise error(_no_text(name, content, broken.start)) from None
        if "\0" in text:
            raise error(_no_text(name, content, content.index(0)))
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_text(name: str, content: bytes, place: int) -> str:
    line = 1 + len(re.findall(rb"\r\n|\r|\n", content[:place]))
    return (
        f"{name}: cannot be read (byte {place + 1}, in line {line}, is 0x{content[place]:02x}, which is no text in "
        f"UTF-8): {_AS_UTF_8}"
    )


def _read_bytes(path: Path | str, most: int, name: str, error: type[PriorsimError]) -> bytes:
    if "\0" in str(path):
        raise error(f"{name}: cannot be read (no file's name holds a zero): name another file")
    if is_standard_input(path):
        if sys.stdin is None:
            raise error(f"{name}: cannot be read (it is closed): send it a text, or name a file")
        return _within(sys.stdin.buffer, most, name, error)
    # Opened so, a pipe is not waited for until somebody writes to it.
    with open(path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise error(
                f"{name}: cannot be read (a pipe, socket or device): name a file, or send it to standard input (-)"
            )
        if status.st_size > most:
            raise error(f"{name}: cannot be read (it has {status.st_size} bytes): give a file of at most {most} bytes")
        return _within(file, most, name, error)


def _within(file: BinaryIO, most: int, name: str, error: type[PriorsimError]) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise error(f"{name}: cannot be read (it has more than {most} bytes): give a text of at most so many")
    return content


class Row(NamedTuple):
    """A line of cells, stripped, with what a message calls it: file and line."""

    where: str
    cells: tuple[str, ...]


def csv_rows(lines: Sequence[str], name: str, *, above: int, most: int, error: type[PriorsimError]) -> list[Row]:
    """The column names and the rows below them, each with a cell for every column, without what is empty.

    A spreadsheet fills lines up with empty cells. Above these lines of the file `name` stand so many others, and
    there may be `most` rows below the column names. An error of the type given names file and line.
    """
    reader = csv.reader(lines, strict=True)
    rows: list[Row] = []
    try:
        for line in reader:
            where = f"{name}, line {above + reader.line_num}"
            width = len(rows[0].cells) if rows else 0
            cells = [cell.strip() for cell in line]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if not any(cells):
                continue
            if any(separator in cell for cell in cells for separator in ";\t"):
                raise error(f"{where}: cells are separated by commas, not by semicolons or tabs: save the file so")
            if rows and len(cells) != width:
                raise error(f"{where}: {len(cells)} cells for {width} columns: give one for each")
            rows.append(Row(where, tuple(cells)))
            if len(rows) > most + 1:
                raise error(f"{where}: there are more than {most} lanes: give at most {most}")
    except csv.Error as caught:
        raise error(f"{name}, line {above + reader.line_num}: not a line of CSV ({caught})") from None
    return rows


def is_plain(number: str) -> bool:
    """Whether a number is written without what Python would take besides: digits of other scripts, and underscores.

    >>> is_plain("-2.5e3"), is_plain("1_0"), is_plain("\N{FULLWIDTH DIGIT THREE}")
    (True, False, False)
    """
    return number.isascii() and "_" not in number


def parse_float(text: str) -> float:
    """A number from text, as `float` reads it, but in ASCII digits alone; ValueError where it is none.

    >>> parse_float("2.5")
    2.5
    """
    if not is_plain(text):
        raise ValueError(text)
    return float(text)


def whole_numbers(given: Any, where: str) -> tuple[int, ...]:
    """Numbers given in Python, of numpy too; PriorsimError where they are not whole.

    >>> whole_numbers(range(3), "train")
    (0, 1, 2)
    """
    try:
        return tuple(map(operator.index, given))
    except TypeError:
        raise PriorsimError(f"{where}: {shown(repr(given), MOST_SHOWN)} is not of whole numbers: give these") from None


MOST_DOTS = 100
"""Dots on a line of TOML outside texts and remarks; the time to read a dotted name grows with their square."""
_TEXT_OR_REMARK = re.compile(r"""#[^\n]*|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_REPORTS = (
    (r"Object missing required field `(.+)`", "the field '{}' is missing: give it"),
    (r"Object contains unknown field `(.*)`", "unknown field '{}': choose among FIELDS"),
    (r"Expected `str` matching regex .* - at `\$\.(.+)`", "field '{}': the text breaks a line: write it on one line"),
    (r"Expected `(.+)`, got `(.+)` - at `\$\.(.+)`", "field '{2}': it is of type {1} where {0} is wanted"),
)
"""What the reader of TOML reports of the fields, and how it is said here."""


def toml_fields(text: str, where: str, kind: type[Fields], error: type[PriorsimError]) -> Fields:
    """The fields of a record of that kind in TOML; an error of the type given points at the field or line."""
    for number, line in enumerate(_TEXT_OR_REMARK.sub("", text).split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise error(f"{where}, line {number}: {line.count('.')} dots: the names of its fields have none")
    try:
        return msgspec.toml.decode(text, type=kind)
    except (msgspec.MsgspecError, ValueError) as caught:
        raise error(f"{where}: {_in_our_words(str(caught), kind)}") from None


def _in_our_words(report: str, kind: type[msgspec.Struct]) -> str:
    for pattern, words in _REPORTS:
        found = re.fullmatch(pattern, report, re.DOTALL)
        if found:
            said = words.format(*(shown(part, MOST_SHOWN) for part in found.groups()))
            return said.replace("FIELDS", ", ".join(kind.__struct_fields__))
    return shown(report, 200)
