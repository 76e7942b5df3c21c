"""Which operators the shortest programs cannot do without, as worlds get more complex."""

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.page import FAINT, LOOKS, SERIES, Look
from priorsim.formats import number, percent
from priorsim.measure.knockouts import SEARCHES, Course
from priorsim.worlds import World

TOGETHER = "+".join(SEARCHES)
COLUMNS = "without above up_to worlds needed share saved unreached reached_without slope scatter"
"""A row for each operator and bin of complexity: what `priorsim knockouts` tells of it, and the trend of the share over
all of the operator's bins, log-odds a bit; empty where there is none."""
SEARCH = LOOKS["search"]
LOOK_OF = {
    "find": Look(SEARCH.colour, "<", ":", is_filled=False),
    "argmax": Look(SEARCH.colour, ">", ":", is_filled=False),
    TOGETHER: SEARCH,
}
NEEDS_SAID = (
    "A world needs an operator where every program of least length uses it: a census of the programs without it, all "
    "code lengths held, has none as short. Each share is a count over all worlds of the complexity."
)


def data(study: Study, _: Sequence[World]) -> Data:
    """The shares of one language in bins of 2 bits, with their trends."""
    found = study.knockouts(*LANGUAGES[0], study.preset.knockout_bits)
    rows: list[tuple[Any, ...]] = []
    for each in found.to_json()["operators"]:
        fit = {"slope": None, "scatter": None} if each["trend"] is None else each["trend"]["fit"]
        for row in each["bins"]:
            told = {"without": "+".join(each["without"]), **row, "slope": fit["slope"], "scatter": fit["scatter"]}
            rows.append(tuple(told[name] for name in COLUMNS.split()))
    courses = {of.name: found.course(of) for of in found.operators}
    return Data(COLUMNS, rows, header=found.header, courses=courses, excess=found.excess)


def _looks(names: Iterable[str]) -> dict[str, Look]:
    """How each operator is drawn, in the order in which they are named."""
    others = iter(SERIES)
    return {name: LOOK_OF[name] if name in LOOK_OF else next(others) for name in names}


def _style(name: str, look: Look) -> dict[str, Any]:
    bold = {"linewidth": 2.0, "zorder": 3} if name == TOGETHER else {"linewidth": 0.9}
    return {**look.style(5 if name == TOGETHER else 3.5, markerfacecolor=look.cover), **bold}


def _draw_slope(ax: Axes, place: int, fit: tuple[float | None, float | None], style: dict[str, Any]) -> None:
    """Draw the slope of one operator's share, with its scatter, in a row of its own."""
    slope, scatter = page.finite(fit)
    ax.errorbar([slope], [place], xerr=[[scatter], [scatter]], **style)


def _name_rows(ax: Axes, names: list[str]) -> None:
    ax.axvline(0, color=FAINT, linewidth=0.6)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw each operator's share against complexity, the searches apart, and the slopes with their scatter."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 3.0 if is_wide else 5.4)
        curves, slopes = (
            figure.subplots(1, 2, width_ratios=(3, 2)) if is_wide else figure.subplots(2, 1, height_ratios=(3, 2))
        )
        looks = _looks(found.courses)
        for place, (name, look) in enumerate(looks.items()):
            rows = np.array([row[1:6] for row in found.rows if row[0] == name], dtype=np.float64)
            style = _style(name, look)
            curves.plot(rows[:, 1], 100 * rows[:, 4], **style)
            course = found.courses[name]
            _draw_slope(
                slopes, place, (None, None) if course is None else (course.fit.slope, course.fit.scatter), style
            )
        counts = [row[2:4] for row in found.rows if row[0] == next(iter(looks))]
        page.print_counts(curves, counts)
        _name_rows(slopes, list(looks))
        slopes.set_xlabel("slope of the share (log-odds a bit)")
        curves.set(xlabel="complexity of the world, up to (bits)", ylabel="worlds that need it (%)", ylim=(0, None))
        page.whole_numbers(curves, "x")
        return curves, slopes


def _slope(course: Course) -> str:
    return _plus_minus(course.fit.slope, course.fit.scatter)


def _plus_minus(slope: float, scatter: float) -> str:
    return f"{number(slope, '.3f')} +- {number(scatter, '.3f')}"


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    language, last = found.header.language, {row[0]: row for row in found.rows}
    shares = [f"{name} {percent(row[5])}" for name, row in last.items()]
    up_to, worlds = next(iter(last.values()))[2:4]
    said = [f"In the last bin, of the {worlds} worlds of up to {number(up_to, '.0f')} bits: {', '.join(shares)}."]
    search = found.courses.get(TOGETHER)
    if search is not None:
        over = [f"{each.over} by {number(each.slope, '.3f')} +- {number(each.scatter, '.3f')}" for each in found.excess]
        said.append(f"The slope of {TOGETHER} is {_slope(search)}, above that of {', '.join(over)}.")
    return page.sentences(
        f"{percent(last[TOGETHER][5])} of the most complex worlds need {TOGETHER}." if TOGETHER in last else "",
        f"Share of worlds that need an operator against their complexity, of every behaviour of "
        f"{language.dialect.name} at words of {language.word_bits} bits up to {found.header.max_bits} bits, for each "
        f"operator and for {TOGETHER} together.",
        *said,
        NEEDS_SAID,
        "Right: the slope of a logistic fit over the upper half of the range, with its scatter, and each operator's "
        "mark.",
    )


SHOWS = "which operators the shortest programs cannot do without, as worlds get more complex"
FIGURE = Entry("knockouts", SHOWS, data, draw, caption)


# The same in other languages: a panel for each dialect and word size.
LANGUAGE_COLUMNS = "dialect word_bits without worlds share slope scatter"
"""A row for each language and operator: how many worlds there are in the last bin, what share of them needs the
operator, and the trend of the share over all bins; empty where there is none."""


def languages_data(study: Study, _: Sequence[World]) -> Data:
    """The last share and the slope of every operator, in each language."""
    rows: list[tuple[Any, ...]] = []
    bounds: dict[tuple[str, int], int] = {}
    for language in LANGUAGES:
        found = study.knockouts(*language, study.preset.knockout_language_bits)
        bounds[language] = found.header.max_bits
        for of in found.operators:
            course = found.course(of)
            fit = (None, None) if course is None else (course.fit.slope, course.fit.scatter)
            rows.append((*language, of.name, int(found.worlds[-1]), float(found.share(of)[-1]), *fit))
    return Data(LANGUAGE_COLUMNS, rows, bounds=bounds)


def _of_language(found: Data, language: tuple[str, int]) -> dict[str, tuple[Any, ...]]:
    """By operator: worlds, share, slope and scatter."""
    return {row[2]: row[3:] for row in found.rows if row[:2] == language}


def draw_languages(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw a panel for each dialect and word size: the slopes of its operators."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 4.6 if is_wide else 6.6)
        panels = figure.subplots(*((2, 3) if is_wide else (3, 2)), sharex=True)
        for panel, language in zip(panels.flat if is_wide else panels.T.flat, LANGUAGES, strict=True):
            of_language = _of_language(found, language)
            for place, (name, look) in enumerate(_looks(of_language).items()):
                _draw_slope(panel, place, of_language[name][2:], _style(name, look))
            _name_rows(panel, list(of_language))
            page.set_title(panel, f"{language[0]}, {language[1]} bits")
        figure.supxlabel("slope of the share (log-odds a bit)", fontsize=matplotlib.rcParams["axes.labelsize"])
        return tuple(panels.flat)


def languages_caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    said, steeper, compared = [], 0, 0
    for language, bound in found.bounds.items():
        of_language = _of_language(found, language)
        steepest = max(
            (name for name, row in of_language.items() if name not in LOOK_OF and row[2] is not None),
            key=lambda name: float(of_language[name][2]),
            default=None,
        )
        if steepest is not None and TOGETHER in of_language and of_language[TOGETHER][2] is not None:
            compared += 1
            steeper += of_language[TOGETHER][2] > of_language[steepest][2]
        named = [name for name in (TOGETHER, steepest) if name in of_language and of_language[name][2] is not None]
        slopes = [f"{name} {_plus_minus(*of_language[name][2:])}" for name in named]
        text = f"{language[0]}, words of {language[1]} bits, up to {bound} bits: {', '.join(slopes) or 'no trend'}"
        said.append(f"{text}.")
    return page.sentences(
        f"The need of {TOGETHER} rises faster with complexity than that of any other operator in {steeper} of "
        f"{compared} languages.",
        "By how much the share of worlds that need an operator rises with their complexity: the slope of a logistic "
        f"fit, with its scatter, for each operator and for {TOGETHER} together, by dialect and word size.",
        f"{TOGETHER}, where the language has them, and the steepest other operator:",
        *said,
        NEEDS_SAID,
    )


SHOWS = "by how much the need of each operator rises with complexity, by dialect and word size"
OF_LANGUAGES = Entry("knockouts-by-language", SHOWS, languages_data, draw_languages, languages_caption)
FIGURES = (FIGURE, OF_LANGUAGES)
