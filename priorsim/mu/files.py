"""Programs as text files: the program, and what its head comment says about it.

The head comment is the run of lines that start with a semicolon at the top of the file. A line
``; key: value``, its key in lower case, gives a property (world, dialect, behaviour, bits, steps,
class, ...); the other lines together describe the program.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from priorsim.errors import MuSyntaxError
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Program, parse
from priorsim.reading import read_text, reading, source_name

MOST_BYTES = 1 << 20
"""What a program's file may take; a data segment of all 65,536 entries takes 400 kB."""
_PROPERTY = re.compile(r"(?P<key>[a-z_]+): (?P<value>.*)")


def read_source(path: Path | str) -> str:
    """The text of a program's file, or of standard input; the PriorsimError names what cannot be read."""
    return read_text(path, most=MOST_BYTES)


def parse_source(text: str, path: Path | str, language: Language, columns: Sequence[str] = ("x",)) -> Program:
    """The program that a file's text holds; a MuSyntaxError has file, line and column."""
    with reading(path):
        try:
            return parse(text, language, columns)
        except MuSyntaxError as error:
            # The message is built from line and column; only its text, which is args, gains the file.
            error.args = (f"{source_name(path)}, {error}",)
            raise


def head_comments(text: str) -> dict[str, str]:
    r"""The properties in a program's head comment, with its other lines joined under ``description``.

    A key that is given twice keeps its last value.

    >>> head_comments("; the square\n; world: square-w4\n(mul x x)")
    {'description': 'the square', 'world': 'square-w4'}
    """
    properties: dict[str, str] = {}
    description: list[str] = []
    for line in takewhile(lambda line: line.startswith(";"), text.split("\n")):
        remark = line.lstrip(";").strip()
        if match := _PROPERTY.fullmatch(remark):
            properties[match["key"]] = match["value"].strip()
        elif remark:
            description.append(remark)
    return {"description": " ".join(description), **properties}
