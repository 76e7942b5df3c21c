"""The syntax tree of one program, as `priorsim explain --out` draws it: a line a node, what searches marked.

A figure of one program is of no study, so it is no entry of the registry.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import METADATA
from priorsim.figures.page import FAINT, INK, LOOKS
from priorsim.measure.explain import ExplainAnswer, NodeAnswer, Place, on_lanes, places
from priorsim.mu.dialect import FORMS
from priorsim.mu.lesions import ProgramClass
from priorsim.mu.syntax import Apply, Program, format_term, fresh_name
from priorsim.reading import quoted, shown

LINE, INDENT, MARGIN = 0.19, 0.3, 0.1
"""Inches: from one node to the next below, from a node to its operands' indent, and around all."""
LETTER = 0.056
"""Inches that a letter takes."""
HEAD = 2
"""Lines above the root."""
SMALL = 6
LOOK: dict[str, Any] = {"va": "center_baseline", "color": INK, "parse_math": False}
"""How every text is set."""
MOST_LETTERS = 32
"""The letters of a list of lanes or of data that is written out."""
MOST_NODES = 500
ENDINGS = ("svg", "pdf", "png")
TITLE = "priorsim explain"
"""What a drawing is known by."""


def draw_tree(program: Program, found: ExplainAnswer, columns: Sequence[str], *, width: float = page.SINGLE) -> Figure:
    """Draw a program over columns of these names, each node below its parent; beside what searches, its lanes.

    A find, argmax or iter is marked in the colour of the class that it makes: filled where a lesion changes its words,
    empty where none does. FigureError where there are more than MOST_NODES.
    """
    rows = _rows(program, columns)
    if len(rows) > MOST_NODES:
        raise FigureError(f"a program of {len(rows)} nodes is too large to draw: give one of up to {MOST_NODES}")
    deepest = max(len(place.path) for place in rows)
    indent = min(INDENT, (width / 2) / max(deepest, 1))
    with page.style():
        figure = page.new_figure(width, LINE * (len(rows) + HEAD + 1))
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set(xlim=(0, width), ylim=(len(rows) + 0.5, -HEAD - 0.5))
        _head_and_foot(ax, found, len(rows))
        nodes = {node.path: (number, node) for number, node in enumerate(found.nodes, start=1)}
        for row, place in enumerate(rows):
            x = MARGIN + indent * len(place.path)
            _edge(ax, rows, row, indent)
            label = _label(program, place)
            if place.path in nodes:
                _marked(ax, x, row, label, *nodes[place.path])
            else:
                ax.text(x, row, label, **LOOK)
        return figure


def save_tree(figure: Figure, file: BinaryIO, ending: str) -> None:
    """Write a drawing, the same bytes whenever it is drawn."""
    with page.style():
        page.lay_out(figure)
        figure.savefig(file, format=ending, metadata={**METADATA[ending], "Title": TITLE})


def is_tree(path: Path) -> bool:
    """Whether a file is such a drawing."""
    try:
        return TITLE.encode() in path.read_bytes()
    except OSError:
        return False


def ending_of(path: Path) -> str:
    """The format that a file's name asks for; FigureError where there is none of it."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in ENDINGS:
        known = f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise FigureError(f"--out {quoted(str(path))} names no format: let its name end in .{known}")
    return ending


def _rows(program: Program, columns: Sequence[str]) -> list[Place]:
    """The nodes from above to below; a data segment stands above its index and its body."""
    nodes = list(places(program, columns))
    return nodes if program.index is None else [Place((), "the root", program.term, ()), *nodes]


def _label(program: Program, place: Place) -> str:
    """What is written for a node: a leaf, or an operator with the name that it binds."""
    term = place.term
    if program.entries is not None and not place.path:
        return shown(f"data {' '.join(map(str, program.entries))}", MOST_LETTERS)
    if not isinstance(term, Apply):
        return format_term(term, place.scope)
    return f"{term.form} {fresh_name(term.form, place.scope)}" if FORMS[term.form].is_binder else term.form


def _head_and_foot(ax: Axes, found: ExplainAnswer, rows: int) -> None:
    """The world's name, in letters that fit, the class and what the lesions do to the output; and what is filled."""
    room = (page.figure_of(ax).get_figwidth() - 2 * MARGIN) * 72
    size = min(7.5, room / (len(found.world) * page.TITLE_LETTER))
    ax.text(MARGIN, -HEAD + 0.2, found.world, weight="bold", fontsize=size, **LOOK)
    changed = found.changed_strict or found.changed_wide
    said = f"a lesion changes the output {_lanes(changed)}" if changed else "no lesion changes the output"
    ax.text(MARGIN, -HEAD + 0.95, f"{found.kind}, {found.bits} bits; {said}", fontsize=SMALL, **LOOK)
    if found.nodes:
        foot = "filled: a lesion changes words of the node; empty: none does"
        ax.text(MARGIN, rows, foot, fontsize=SMALL, **{**LOOK, "color": FAINT})


def _marked(ax: Axes, x: float, row: int, label: str, number: int, node: NodeAnswer) -> None:
    """A node that a lesion acts on: its box, and beside it its number and the lanes on which its words change."""
    colour = LOOKS[ProgramClass.DISGUISED if node.form == "iter" else ProgramClass.SEARCH].colour
    changed = node.changed_strict or node.changed_wide
    box = {"boxstyle": "round,pad=0.25", "edgecolor": colour, "facecolor": colour if changed else "white"}
    ax.text(x, row, label, weight="bold", bbox=box, **{**LOOK, "color": "white" if changed else colour})
    said = f"[{number}] {_lanes(changed) if changed else 'kept'}"
    ax.text(x + LETTER * len(label) + 0.16, row, said, fontsize=SMALL, **LOOK)


def _lanes(lanes: Sequence[int]) -> str:
    """Lanes by their numbers, or only how many there are where that is too long."""
    said = on_lanes(lanes)
    return said if len(said) <= MOST_LETTERS else f"on {len(lanes)} lanes"


def _edge(ax: Axes, rows: Sequence[Place], row: int, indent: float) -> None:
    """The line from a node to its parent: down, and to the right."""
    path = rows[row].path
    if not path:
        return
    above = next(place for place in range(row - 1, -1, -1) if rows[place].path == path[:-1])
    x = MARGIN + indent * (len(path) - 1) + min(LETTER, indent / 3)
    end = MARGIN + indent * len(path) - min(LETTER, indent / 3) / 2
    ax.plot([x, x, end], [above + 0.4, row, row], color=FAINT, linewidth=0.6, zorder=1)
