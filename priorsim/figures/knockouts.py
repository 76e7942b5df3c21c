"""Which operators the shortest programs cannot do without, as worlds get more complex."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.growth import LANGUAGES
from priorsim.figures.page import FAINT, LOOKS, Look
from priorsim.formats import number, percent
from priorsim.measure.knockouts import SEARCHES, Course
from priorsim.worlds import World

TOGETHER = "+".join(SEARCHES)
COLUMNS = "without above up_to worlds needed share saved unreached reached_without slope scatter"
"""A row for each operator and bin of complexity: what `priorsim knockouts` tells of it, and the trend of the share over
all of the operator's bins, log-odds a bit; empty where there is none."""
OTHERS = (
    *(Look("#0072B2", "o", "-", is_filled=False), Look("#009E73", "s", "-", is_filled=False)),
    *(Look("#56B4E9", "D", "-"), Look("#000000", "x", ":"), Look("#CC79A7", "v", "-.")),
    *(Look("#E69F00", "P", "-", is_filled=False), Look("#666666", "*", (0, (5, 1, 1, 1)))),
)
"""How the operators that do not search are drawn, in code order."""
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
    found = study.knockouts(*LANGUAGES[0])
    rows: list[tuple[Any, ...]] = []
    for each in found.to_json()["operators"]:
        fit = {"slope": None, "scatter": None} if each["trend"] is None else each["trend"]["fit"]
        for row in each["bins"]:
            told = {"without": "+".join(each["without"]), **row, "slope": fit["slope"], "scatter": fit["scatter"]}
            rows.append(tuple(told[name] for name in COLUMNS.split()))
    courses = {of.name: found.course(of) for of in found.operators}
    return Data(COLUMNS, rows, header=found.header, courses=courses, excess=found.excess)


def _looks(found: Data) -> dict[str, Look]:
    """How each operator is drawn, in the order in which they are named."""
    others = iter(OTHERS)
    return {name: LOOK_OF[name] if name in LOOK_OF else next(others) for name in found.courses}


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw each operator's share against complexity, the searches apart, and the slopes with their scatter."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 3.0 if is_wide else 5.4)
        curves, slopes = (
            figure.subplots(1, 2, width_ratios=(3, 2)) if is_wide else figure.subplots(2, 1, height_ratios=(3, 2))
        )
        looks = _looks(found)
        for place, (name, look) in enumerate(looks.items()):
            rows = np.array([row[1:6] for row in found.rows if row[0] == name], dtype=np.float64)
            bold = {"linewidth": 2.0, "zorder": 3} if name == TOGETHER else {"linewidth": 0.9}
            style = look.style(5 if name == TOGETHER else 3.5, markerfacecolor=look.cover)
            curves.plot(rows[:, 1], 100 * rows[:, 4], **{**style, **bold})
            course = found.courses[name]
            slope, scatter = page.finite([None, None] if course is None else [course.fit.slope, course.fit.scatter])
            slopes.errorbar([slope], [place], xerr=[[scatter], [scatter]], **{**style, **bold})
        slopes.axvline(0, color=FAINT, linewidth=0.6)
        slopes.set_yticks(range(len(looks)), list(looks))
        slopes.set_ylim(len(looks) - 0.4, -0.6)
        slopes.set_xlabel("slope of the share (log-odds a bit)")
        curves.set(xlabel="complexity of the world, up to (bits)", ylabel="worlds that need it (%)", ylim=(0, None))
        page.whole_numbers(curves, "x")
        return curves, slopes


def _slope(course: Course) -> str:
    return f"{number(course.fit.slope, '.3f')} +- {number(course.fit.scatter, '.3f')}"


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
