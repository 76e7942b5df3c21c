"""What `priorsim figure --json` prints: every figure that there is, or what was drawn and of which numbers."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from priorsim import keys
from priorsim.figures.entry import Drawing, Entry


class ListedFigure(msgspec.Struct, frozen=True):
    """A figure that can be drawn."""

    name: str
    title: Annotated[str, keys.says("what the figure shows")]
    is_of_one: Annotated[bool, keys.says("whether it is of one world, which `--world` names")]
    takes: Annotated[
        tuple[str, ...],
        keys.says(
            "what else it heeds: `atlas` (a census, its bound and how programs are classed), `prior` (a prior and its "
            "penalties), `grid`, `sweep`"
        ),
    ]


class FiguresAnswer(keys.Answer, frozen=True):
    """What `priorsim figure --json` prints without a figure's name."""

    figures: Annotated[tuple[ListedFigure, ...], keys.says("all figures")]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "FiguresAnswer":
        """The figures in their order."""
        return cls(tuple(ListedFigure(each.name, each.title, each.is_of_one, each.takes) for each in entries))


class DrawnFigure(msgspec.Struct, frozen=True):
    """A drawing and its numbers."""

    title: Annotated[str, keys.says("what it shows, and of which world")]
    caption: Annotated[str, keys.says("the finding in words; backticks set code")]
    files: Annotated[tuple[str, ...], keys.says("the paths of what was written, the drawing first")]
    columns: Annotated[
        dict[str, tuple[Any, ...]], keys.says("what is plotted, column by column, as the CSV among the files has it")
    ]


class FigureAnswer(keys.Answer, frozen=True):
    """What `priorsim figure NAME --json` prints."""

    figure: Annotated[str, keys.says("the figure's name")]
    drawings: Annotated[tuple[DrawnFigure, ...], keys.says("one, or one of each world")]

    @classmethod
    def of(cls, name: str, drawings: Iterable[Drawing]) -> "FigureAnswer":
        """What was drawn of a figure."""
        return cls(name, tuple(map(_drawn, drawings)))


def _drawn(one: Drawing) -> DrawnFigure:
    columns = {name: tuple(values) for name, values in one.columns.items()}
    return DrawnFigure(one.title, one.caption, tuple(map(str, one.paths)), columns)
