"""Programs as text files: the program, and what its head comment says about it.

The head comment is the run of lines that start with a semicolon at the top of the file. A line
``; key: value``, its key in lower case, gives a property (world, dialect, behaviour, bits, steps,
class, ...); the other lines together describe the program.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from priorsim.errors import MuSyntaxError
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Program, parse
from priorsim.reading import read_text, reading, source_name

DESCRIPTION = "description"
MOST_BYTES = 1 << 20
"""What a program's file may take; a data segment of all 65,536 entries takes 400 kB."""
_PROPERTY = re.compile(r"(?P<key>[a-z_]+): (?P<value>.*)")


def read_source(path: Path | str) -> str:
    """The text of a program's file, or of standard input.

    Raises
    ------
    PriorsimError
        When it is missing or cannot be read; the message names it.
    """
    return read_text(path, most=MOST_BYTES)


def parse_source(text: str, path: Path | str, language: Language, columns: Sequence[str] = ("x",)) -> Program:
    """The program that a file's text holds.

    Parameters
    ----------
    text : str
    path : Path or str
        What messages call the file.
    language : Language
    columns : sequence of str
        Names of the input columns, as many as the language has.

    Raises
    ------
    MuSyntaxError
        When the text holds no program of the language, with file, line and column.
    """
    with reading(path):
        try:
            return parse(text, language, columns)
        except MuSyntaxError as error:
            # The message is built from line and column; only its text, which is args, gains the file.
            error.args = (f"{source_name(path)}, {error}",)
            raise


def read_program(path: Path | str, language: Language, columns: Sequence[str] = ("x",)) -> Program:
    """Read a program from a file, or from standard input.

    Parameters
    ----------
    path : Path or str
    language : Language
    columns : sequence of str
        Names of the input columns, as many as the language has.

    Raises
    ------
    PriorsimError
        When the file is missing or cannot be read.
    MuSyntaxError
        When it holds no program of the language, with file, line and column.
    """
    return parse_source(read_source(path), path, language, columns)


def head_comments(text: str) -> dict[str, str]:
    r"""The properties in a program's head comment, with its other lines joined under ``description``.

    A key that is given twice keeps its last value.

    Examples
    --------
    >>> head_comments("; the square\n; world: square-w4\n(mul x x)")
    {'description': 'the square', 'world': 'square-w4'}
    """
    properties: dict[str, str] = {}
    description: list[str] = []
    for line in text.split("\n"):
        if not line.startswith(";"):
            break
        remark = line.lstrip(";").strip()
        match = _PROPERTY.fullmatch(remark)
        if match:
            properties[match["key"]] = match["value"].strip()
        elif remark:
            description.append(remark)
    return {DESCRIPTION: " ".join(description), **properties}
