"""Programs as text files: the program, and what its head comment says about it.

The head comment is the run of lines that start with a semicolon at the top of the file. A line
``; key: value``, its key in lower case, gives a property (world, dialect, behaviour, bits, steps,
class, ...); the other lines together describe the program.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from priorsim.errors import MuSyntaxError, PriorsimError
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Program, parse

DESCRIPTION = "description"
_PROPERTY = re.compile(r"(?P<key>[a-z_]+): (?P<value>.*)")


def read_text(path: Path | str) -> str:
    """The text of a program file.

    Raises
    ------
    PriorsimError
        When it is missing or cannot be read; the message names it.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PriorsimError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def read_program(path: Path | str, language: Language, columns: Sequence[str] = ("x",)) -> Program:
    """Read a program from a file.

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
    text = read_text(path)
    try:
        return parse(text, language, columns)
    except MuSyntaxError as error:
        # The message is built from line and column; only its text, which is args, gains the file.
        error.args = (f"{path}, {error}",)
        raise


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
    for line in text.splitlines():
        if not line.startswith(";"):
            break
        remark = line.lstrip(";").strip()
        match = _PROPERTY.fullmatch(remark)
        if match:
            properties[match["key"]] = match["value"].strip()
        elif remark:
            description.append(remark)
    return {DESCRIPTION: " ".join(description), **properties}
