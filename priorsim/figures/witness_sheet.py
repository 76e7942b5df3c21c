"""A sheet of programs: the shortest and the fastest of each class for chosen worlds, printed in full."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.census.atlas import RowKey
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study, asked
from priorsim.figures.page import FAINT, INK
from priorsim.formats import counted, percent, span
from priorsim.measure.decomposition import essential_share
from priorsim.measure.histogram import CLASSES, SEARCH, acceptable, kinds_of, mean_steps
from priorsim.measure.mass import ENDS
from priorsim.mu.code import length
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.syntax import Apply, Program, Term, Var, constant, parse
from priorsim.priors import Prior
from priorsim.worlds import World

LINE, LETTER, TITLE_LETTER = 0.14, 0.0505, 0.06
"""Inches from one line of text to the next, and that a letter of the programs, and of a title, takes."""
PLACES = (0.08, 0.8, 2.0, 2.35, 3.0)
"""Inches from the left of class, what, bits, steps and program on a wide sheet."""
HEAD = ("class", "which", "bits", "mean steps", "program")
COLUMNS = "world class what bits mean_steps is_padding program"
"""What is 'shortest', 'fastest' or both; t, steps a lane; whether a search finds what a leaf says in fewer bits; the
program as S-expression."""
SHEET_WORLDS = (
    *("isqrt-w3", "half-w3", "root-w4"),
    *("gray-inverse-w3", "in-context-root-sum-w4", "constant-greatest-square-w12"),
)
Piece = tuple[float, str, dict[str, Any]]
"""Inches from the left, text, and how it is set."""


def format_steps(steps: float) -> str:
    """Mean steps with at most four decimals: exact on 1, 2, 4, 8 and 16 lanes.

    >>> format_steps(64.125), format_steps(30.0)
    ('64.125', '30')
    """
    return f"{steps:.4f}".rstrip("0").rstrip(".")


def is_padding(program: Program, language: Language, domain: Domain) -> bool:
    """Whether there are searches, and each gives on all lanes what a constant or a column says in fewer bits.

    >>> language, domain = Language.named("arith", 3), Domain.default(3)
    >>> programs = "(mul x (find (c) (eq c x)))", "(add x (find (c) c))", "(find (c) (eq x (mul c c)))"
    >>> [is_padding(parse(program, language), language, domain) for program in programs]
    [True, True, False]
    """
    searches = list(_outer_searches(program.term))
    return bool(searches) and all(_is_leaf_like(Program(search), language, domain) for search in searches)


def _outer_searches(term: Term) -> Iterator[Apply]:
    """The searches of a term that stand in no body of a find, argmax or iter."""
    if isinstance(term, Apply):
        if FORMS[term.form].is_search:
            yield term
        for arg, binds in zip(term.args, FORMS[term.form].binds, strict=True):
            if not binds:
                yield from _outer_searches(arg)


def _is_leaf_like(search: Program, language: Language, domain: Domain) -> bool:
    words = run(search, domain).words
    leaves = [Program(constant(words[0])), *(Program(Var(column)) for column in range(language.columns))]
    same = (leaf for leaf in leaves if run(leaf, domain).words == words)
    return any(length(leaf, language) < length(search, language) for leaf in same)


def said(row: Sequence[Any]) -> str:
    """Which program of its class a row has, and whether its search is padding."""
    return f"{row[2]}, padding" if row[5] else str(row[2])


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
    """The sheet of these worlds, a program found for every row.

    By world: `bounds`, up to which programs were counted; `essential`, the ends of the essential share of search under
    2^-l; `words`, what it asks; and `spoken`, its language and columns.
    """
    rows: list[tuple[object, ...]] = []
    facts: dict[str, dict[str, Any]] = {name: {} for name in ("bounds", "essential", "words", "spoken")}
    for world in worlds:
        header, named, counted = study.header(world), sheet_keys(study, world), study.histogram(world)
        programs = study.witnesses(header, [key for _, _, key in named])
        essential = [essential_share(counted, Prior("solomonoff"), end) for end in ENDS]
        known = (header.max_bits, essential, asked(world)["words"], (header.language, header.domain.columns))
        for name, fact in zip(facts, known, strict=True):
            facts[name][world.name] = fact
        for kind, what, key in named:
            steps = float(mean_steps(header, np.array(key.steps)))
            program = parse(programs[key], header.language, header.domain.columns)
            pads = kind == CLASSES[SEARCH] and is_padding(program, header.language, header.domain)
            rows.append((world.name, kind, what, key.bits, steps, pads, programs[key]))
    return Data(COLUMNS, rows, **facts)


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
                axes.text(x, LINE * place, text, **{"va": "baseline", "fontsize": 6, "color": INK, **look})
        return axes


def _lines(sheet: Data, width: float, wide: bool) -> list[tuple[list[Piece], bool]]:
    """Every line of the sheet, and whether a rule stands under it."""
    lines: list[tuple[list[Piece], bool]] = []
    if wide:
        lines.append(([(x, text, {"style": "italic"}) for x, text in zip(PLACES, HEAD, strict=True)], False))
    at = PLACES[-1] if wide else 0.25
    for world, rows in groupby(sheet.rows, key=lambda row: row[0]):
        title = textwrap.wrap(sheet.words[world], int((width - 0.2) / TITLE_LETTER))
        lines += [([(0.08, text, {"weight": "bold"})], False) for text in title]
        about = f"{world}, up to {sheet.bounds[world]} bits; {essential_said(sheet, world)}"
        small = textwrap.wrap(about, int((width - 0.2) / LETTER))
        lines += [([(0.08, text, {"color": FAINT})], text == small[-1]) for text in small]
        for row in rows:
            _, kind, _, bits, mean, _, program = row
            what, steps = said(row), format_steps(mean)
            about_it: list[Piece] = [(0.15, f"{kind}, {what}: {bits} bits, {steps} mean steps", {})]
            if wide:
                about_it = [(x, text, {}) for x, text in zip(PLACES, (kind, what, str(bits), steps), strict=False)]
            parts = textwrap.wrap(program, int((width - at - 0.08) / LETTER), break_on_hyphens=False)
            first, *more = ([(at, part, {"family": "DejaVu Sans Mono"})] for part in parts)
            mine = [about_it + first, *more] if wide else [about_it, first, *more]
            lines += [(line, False) for line in mine]
    return lines


def essential_said(sheet: Data, world: str) -> str:
    """What part of a world's search mass is shorter than all direct code of the same behaviour."""
    low, high = sheet.essential[world]
    return "no search" if low is None and high is None else f"essential share of search {span(low, high, percent)}"


def caption(sheet: Data) -> str:
    """What the figure shows, with its numbers."""
    searches = [row for row in sheet.rows if row[1] == CLASSES[SEARCH]]
    return page.sentences(
        f"Of the {len(searches)} searches shown {sum(row[5] for row in searches)} are padding: what they find, a "
        "constant or a column says in fewer bits.",
        f"The shortest and the fastest fitting program of each class in {counted(len(sheet.bounds), 'world')}, with "
        "length in bits and mean steps a lane, over every code-only program up to the bound.",
        f"{counted(len(sheet.rows), 'program')}; a class without a line has none up to the bound.",
        "The essential share is the part of the mass of search under 2^-l in programs shorter than all direct code of "
        "the same behaviour.",
    )


SHOWS = "the shortest and the fastest program of each class for chosen worlds, in full"
FIGURE = Entry("witness-sheet", SHOWS, data, draw, caption, SHEET_WORLDS)
