"""What a figure is: plain data from a study, a drawing of the data, and a caption made of their numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.axes import Axes

from priorsim.errors import FigureError
from priorsim.figures.page import Width, figure_of
from priorsim.figures.save import USUAL, check_own, save
from priorsim.storage import hold_folder, write_text
from priorsim.worlds import World, find_world

if TYPE_CHECKING:
    from priorsim.study import folder

    Study = folder.Study
else:
    Study = Any  # Figures lie below the study, which is given to them; they know its type alone.

SHOWN_WORLDS = ("minimum-w3", "isqrt-w3", "half-w3", "in-context-root-sum-w4", "constant-greatest-square-w12")
"""The worlds that get figures of their own: forward, inverse, in-context and constant, most of which tip."""


class Data(SimpleNamespace):
    """What a figure draws and its caption counts: columns by name, all of one length, and facts about all rows.

    Columns and facts are attributes; a column may be asked for by its name, too, as one called `class` has to be.

    >>> data = Data("world class bits", [("a", "direct", 7), ("b", "search", 9)], bound_bits=31)
    >>> data.bits, data["class"], data.bound_bits, data.rows[0]
    ([7, 9], ['direct', 'search'], 31, ('a', 'direct', 7))
    """

    def __init__(self, names: str, rows: Iterable[Sequence[Any]], **facts: Any) -> None:
        self.rows = [tuple(row) for row in rows]
        self.names = names.split()
        super().__init__(**self.columns(), **facts)

    def columns(self) -> dict[str, list[Any]]:
        """The plotted numbers, column by column."""
        return {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}

    def __getitem__(self, name: str) -> list[Any]:
        """One column."""
        column: list[Any] = vars(self)[name]
        return column


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure under its name: what it shows in one line, and the functions that make it.

    `draw` gives axes of a new figure, one or several, and takes `width=...`, too; `texts` are further files by their
    ending. `worlds` are those shown, none where the figure chooses by itself; one of one world is drawn for each.
    """

    name: str
    shows: str
    data: Callable[[Study, Sequence[World]], Data]
    draw: Callable[..., Axes | tuple[Axes, ...]]
    caption: Callable[[Data], str]
    worlds: tuple[str, ...] = ()
    is_of_one: bool = False
    texts: Mapping[str, Callable[[Data], str]] = field(default_factory=dict)

    def shown(self, world: World | None = None) -> Iterator[tuple[str, list[World]]]:
        """Every drawing's file name, without its ending, and worlds; of one world where one is given.

        FigureError when a world is given and the figure is not of one world.
        """
        if world is not None and not self.is_of_one:
            raise FigureError(f"figure {self.name} is of several worlds: leave --world")
        worlds = [find_world(name) for name in self.worlds] if world is None else [world]
        if self.is_of_one:
            yield from ((f"{self.name}-{each.name}", [each]) for each in worlds)
        else:
            yield self.name, worlds


class Drawing(NamedTuple):
    """A figure that was drawn and saved: its files' name without ending, its one world, and the first of the files."""

    entry: Entry
    name: str
    world: World | None
    path: Path
    caption: str

    @property
    def title(self) -> str:
        """What it shows, and of which world."""
        shows = f"{self.entry.shows[0].upper()}{self.entry.shows[1:]}"
        return shows if self.world is None else f"{shows}: `{self.world.name}`"


def save_entry(
    entry: Entry,
    study: Study,
    folder: Path,
    *,
    world: World | None = None,
    width: Width | None = None,
    formats: Sequence[str] = USUAL,
    force: bool = False,
) -> Iterator[Drawing]:
    """Draw and save a figure into a folder that is there, once for each of its worlds, or for the one given.

    With `force` even files that are of no such figure are replaced. PriorsimError when the figure is not of one world,
    cannot be drawn of this one, or cannot be written.
    """
    for stem, worlds in entry.shown(world):
        data = entry.data(study, worlds)
        axes = entry.draw(data) if width is None else entry.draw(data, width=width)
        figure = figure_of(axes[0] if isinstance(axes, tuple) else axes)
        columns, caption = data.columns(), entry.caption(data)
        with hold_folder(folder, wait=True):
            if not force:
                check_own(folder / stem, columns, (*formats, "csv", "txt", *entry.texts))
            paths = save(figure, folder / stem, columns, formats=formats, caption=caption)
            for ending, text in entry.texts.items():
                write_text(folder / f"{stem}.{ending}", text(data))
        yield Drawing(entry, stem, worlds[0] if entry.is_of_one else None, paths[0], caption)
