"""A sheet of programs: the shortest and the fastest of each class for chosen worlds, printed in full."""

import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.census.atlas import RowKey
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK
from priorsim.formats import counted
from priorsim.measure.histogram import CLASSES, acceptable, kinds_of, mean_steps
from priorsim.worlds import World

LINE, LETTER = 0.14, 0.0505
"""Inches from one line of text to the next, and that a letter of the programs takes."""
PLACES = (0.08, 0.95, 1.75, 2.25, 2.95)
"""Inches from the left of class, what, bits, steps and program on a wide sheet."""
HEAD = ("class", "which", "bits", "mean steps", "program")
COLUMNS = "world class what bits mean_steps program"
"""What is 'shortest', 'fastest' or both; t, steps a lane; the program as S-expression."""
SHEET_WORLDS = (
    *("isqrt-w3", "half-w3", "root-w4"),
    *("gray-inverse-w3", "in-context-root-sum-w4", "constant-greatest-square-w12"),
)
Piece = tuple[float, str, dict[str, Any]]
"""Inches from the left, text, and how it is set."""


def markdown(sheet: Data) -> str:
    """The sheet as a table in Markdown."""
    rows = [("world", *HEAD)]
    rows += [(*said, str(bits), format_steps(steps), f"`{program}`") for *said, bits, steps, program in sheet.rows]
    head, *lines = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *lines]) + "\n"


def format_steps(steps: float) -> str:
    """Mean steps with at most four decimals: exact on 1, 2, 4, 8 and 16 lanes.

    >>> format_steps(64.125), format_steps(30.0)
    ('64.125', '30')
    """
    return f"{steps:.4f}".rstrip("0").rstrip(".")


def sheet_keys(study: Study, world: World) -> list[tuple[str, str, RowKey]]:
    """Class, what, and row of the shortest and of the fastest fitting program of each class; one entry if the same.

    Of several shortest ones the fastest is taken, and of several fastest ones the shortest.
    """
    rows = study.atlas(world).select(lambda behaviour: acceptable(behaviour, world, world.train))
    kinds = kinds_of(rows, "lesion")
    found: list[tuple[str, str, RowKey]] = []
    for kind, name in enumerate(CLASSES):
        mine = rows.take(kinds == kind)
        ties = (mine.wide, mine.strict, mine.behaviour, mine.searches)
        first: dict[RowKey, list[str]] = {}
        for what, order in (("shortest", (mine.steps, mine.bits)), ("fastest", (mine.bits, mine.steps))):
            for place in np.lexsort((*ties, *order))[:1]:
                first.setdefault(mine.key(int(place)), []).append(what)
        found += [(str(name), ", ".join(whats), key) for key, whats in first.items()]
    return found


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The sheet of these worlds, a program found for every row, and the bounds B up to which they were counted."""
    rows = []
    bounds = {}
    for world in worlds:
        header, named = study.header(world), sheet_keys(study, world)
        programs = study.witnesses(header, [key for _, _, key in named])
        bounds[world.name] = header.max_bits
        for kind, what, key in named:
            steps = float(mean_steps(header, np.array(key.steps)))
            rows.append((world.name, kind, what, key.bits, steps, programs[key]))
    return Data(COLUMNS, rows, bounds=bounds)


def draw(sheet: Data, *, width: float = page.DOUBLE) -> Axes:
    """Print the sheet, on a page as high as it needs; on a narrow one each program stands under what is said of it."""
    with page.style():
        lines = _lines(sheet, width, page.is_wide(width))
        height = LINE * (len(lines) + 0.7)
        figure = page.new_figure(width, height)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, width), ylim=(height, 0))
        for place, (line, is_ruled) in enumerate(lines, start=1):
            if is_ruled:
                axes.plot([0.08, width - 0.08], [LINE * (place + 0.3)] * 2, color=FAINT, linewidth=0.5)
            for x, text, look in line:
                axes.text(x, LINE * place, text, va="baseline", fontsize=6, color=INK, **look)
        return axes


def _lines(sheet: Data, width: float, wide: bool) -> list[tuple[list[Piece], bool]]:
    """Every line of the sheet, and whether a rule stands under it."""
    lines: list[tuple[list[Piece], bool]] = []
    if wide:
        lines.append(([(x, text, {"style": "italic"}) for x, text in zip(PLACES, HEAD, strict=True)], False))
    at = PLACES[-1] if wide else 0.25
    for world, rows in groupby(sheet.rows, key=lambda row: row[0]):
        bound = f", every program up to {sheet.bounds[world]} bits"
        lines.append(([(0.08, world + bound, {"weight": "bold"})], True))
        for _, kind, what, bits, mean, program in rows:
            steps = format_steps(mean)
            said: list[Piece] = [(0.15, f"{kind}, {what}: {bits} bits, {steps} mean steps", {})]
            if wide:
                said = [(x, text, {}) for x, text in zip(PLACES, (kind, what, str(bits), steps), strict=False)]
            parts = textwrap.wrap(program, int((width - at - 0.08) / LETTER), break_on_hyphens=False)
            first, *more = ([(at, part, {"family": "DejaVu Sans Mono"})] for part in parts)
            mine = [said + first, *more] if wide else [said, first, *more]
            lines += [(line, False) for line in mine]
    return lines


def caption(sheet: Data) -> str:
    """What the figure shows, with its numbers."""
    return page.sentences(
        f"The shortest and the fastest fitting program of each class in {counted(len(sheet.bounds), 'world')}, with "
        "length in bits and mean steps a lane, over every code-only program up to the bound.",
        f"{counted(len(sheet.rows), 'program')}; a class without a line has none up to the bound.",
    )


SHOWS = "the shortest and the fastest program of each class for chosen worlds, in full"
FIGURE = Entry("witness-sheet", SHOWS, data, draw, caption, SHEET_WORLDS, texts={"md": markdown})
