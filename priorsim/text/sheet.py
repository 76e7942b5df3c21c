"""The sheet of programs as tables, each program in words beside it: Markdown, HTML, and LaTeX with booktabs' rules."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import NamedTuple

from priorsim.figures.entry import Data
from priorsim.figures.witness_sheet import essential_said, format_steps, said
from priorsim.text.gloss import gloss
from priorsim.text.templates import render


class Line(NamedTuple):
    """A program of the sheet: its class, which of the class it is, its length, its time, and itself in words."""

    kind: str
    which: str
    bits: int
    steps: str
    program: str
    words: str


class Group(NamedTuple):
    """The programs of one world: what it asks, its name, and what holds for all of them."""

    words: str
    world: str
    bound_bits: int
    essential: str
    lines: tuple[Line, ...]


def groups(sheet: Data) -> Iterator[Group]:
    """The sheet, world by world."""
    for world, rows in groupby(sheet.rows, key=lambda row: row[0]):
        lines = tuple(
            Line(row[1], said(row), row[3], format_steps(row[4]), row[6], gloss(row[6], *sheet.spoken[world]))
            for row in rows
        )
        yield Group(sheet.words[world], world, sheet.bounds[world], essential_said(sheet, world), lines)


def table(template: str, sheet: Data) -> str:
    """The sheet as a template has it."""
    return render(template, groups=list(groups(sheet)))


TEXTS: Mapping[str, Mapping[str, Callable[[Data], str]]] = {
    "witness-sheet": {ending: partial(table, f"sheet.{ending}") for ending in ("md", "html", "tex")}
}
"""By the name of a figure what writes its data as a text, by the ending of the file."""
