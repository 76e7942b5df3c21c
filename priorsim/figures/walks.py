"""Figures of edit walks: where they end, what they lose on the way, when search comes up, and starvation."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study, asked
from priorsim.figures.page import FAINT, INK, LOOKS, SERIES
from priorsim.formats import counted, listed, number, percent
from priorsim.walks.chains import Dynamics
from priorsim.walks.finding import beeline_swerve, starvation
from priorsim.walks.landscape import CLASSES, outcomes
from priorsim.walks.shown import courses, first_search, shows_shallow, two_feature_world
from priorsim.walks.study import WalkStudy, make_study
from priorsim.worlds import World

WALK_WORLDS = ("in-context.w3-words-itself-less-r4-q4", "forward.w3-pronic-l8")
"""The worlds of the population of the claims in which most walks come to search."""
RADIUS = 8
UNITS = {"lanes": "wrong training lanes", "bits": "wrong bits on the training lanes"}
DESCENT = {Dynamics.STEEPEST: "steepest descent", Dynamics.FIRST: "first-improvement descent"}


class Walks(NamedTuple):
    """Edit walks in a world: the bits of an edit, and the most bits of a program."""

    words: str
    world: str
    dynamics: str
    radius: int
    bound_bits: int

    def title(self, ax: Axes) -> None:
        """Say above these axes which walks they show."""
        page.set_title(ax, self.words, self.world, f"edits of {self.radius} bits, up to {self.bound_bits} bits")

    def sentence(self) -> str:
        """The sentence of a caption that says which walks are shown."""
        return (
            f"Walks are by {DESCENT[Dynamics(self.dynamics)]} with edits of at most {self.radius} bits, in the world "
            f"{self.world}, among the code-only programs of at most {self.bound_bits} bits, and start from the prior."
        )


@lru_cache(maxsize=4)
def study_of(world: World, max_bits: int) -> WalkStudy:
    """Steepest descent in a world from the prior."""
    return make_study(world, RADIUS, max_bits=max_bits)


def walks_of(study: WalkStudy) -> Walks:
    """Which walks a study holds."""
    return Walks(**asked(study.world), dynamics=str(study.dynamics), radius=study.radius, bound_bits=study.max_bits)


# Where end points lie on the line, local search follows the prior.
OF_ENDS = ("walk-ends", "how often edit walks end at what fits, against its posterior mass")
ENDS = "class posterior ends"
"""Shares of the posterior and of the fitting end points, for all programs of one class that behave the same."""
MANY_FUNCTIONS = ("inverse.w3-floor-times7-l8",)
"""A world that many functions fit."""


def ends_data(asked: Study, worlds: Sequence[World]) -> Data:
    """End points of walks in one world against the posterior, by behaviour and class.

    `total_variation` is between the two, behaviour by behaviour; `fitting_ends` the chance that a walk ends fitting.
    """
    study = study_of(worlds[0], asked.preset.walk_bits)
    found = outcomes(study.landscape, study.ends().mass)
    if found is None:
        raise FigureError(
            f"world {study.world.name}: no walk ends at a program that fits, of at most {study.max_bits} bits: choose "
            "another world"
        )
    rows = [(row.kind, row.posterior, row.ends) for row in found.rows]
    facts = {"total_variation": found.total_variation, "fitting_ends": found.fitting_ends}
    return Data(ENDS, rows, walks=walks_of(study), **facts)


@page.drawing(3.0)
def draw_ends(ends: Data, ax: Axes) -> None:
    """Draw end-point frequency against posterior mass, both axes logarithmic."""
    ax.set(xscale="log", yscale="log", xlabel="share of the posterior mass (of 1)")
    ax.set_ylabel("share of walks' fitting end points (of 1)")
    ends.walks.title(ax)
    # Where walks never end is drawn at the bottom.
    floor = min(*(share for share in (*ends.posterior, *ends.ends) if share > 0), 4e-3) / 4
    ax.plot([floor, 1], [floor, 1], color=FAINT, linewidth=0.7, zorder=1)
    handles = [page.key("as the posterior says", color=FAINT, linewidth=0.7)]
    for kind, look in LOOKS.items():
        points = [(max(posterior, floor), max(end, floor)) for each, posterior, end in ends.rows if each == kind]
        if points:
            style = look.style(3.5, linestyle="none")
            ax.plot(*zip(*points, strict=True), label=kind, **style)
            handles.append(page.key(f"{kind}: {counted(len(points), 'function', apart=True)}", **style))
    ax.set(xlim=(floor / 2, 2), ylim=(floor / 2, 2))
    handles.append(page.key(f"total variation {ends.total_variation:.3f}", linestyle="none"))
    page.legend_below(ax, handles, ncols=2)


def ends_caption(ends: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in CLASSES:
        mine = [row[1:] for row in ends.rows if row[0] == kind]
        if mine:
            posterior, found = map(sum, zip(*mine, strict=True))
            said.append(
                f"{str(kind).capitalize()} programs compute {counted(len(mine), 'function')} and hold "
                f"{percent(posterior)} of the posterior and {percent(found)} of the end points that fit."
            )
    never = ends.ends.count(0)
    return page.sentences(
        f"Walks end at each function about as often as its posterior mass says: the two differ by "
        f"{ends.total_variation:.3f} in total variation.",
        "How often walks end at programs that fit, against their posterior mass: a point is the programs of one class "
        "that compute one function.",
        ends.walks.sentence(),
        f"{percent(ends.fitting_ends)} of them end fitting.",
        *said,
        f"No walk ends at {never} of the points, which stand at the lower edge." if never else "",
    )


LEAST_DRAWN = 1e-3
"""A class in which fewer walks end has a line of nearly none."""
OF_LOSSES = ("walk-loss", "mean loss along edit walks by class of the end point")
LOSSES = "end_class share right move mean_loss"
"""The chance to end in a class, and to end there right on all lanes, held-out ones too; and the loss by move."""


def losses_data(asked: Study, worlds: Sequence[World]) -> Data:
    """Mean loss along walks in one world by the class of their end, and how many end right."""
    study = study_of(worlds[0], asked.preset.walk_bits)
    landscape, mass = study.landscape, study.ends().mass
    rows = []
    for each in courses(study.chain(), landscape, study.start):
        right = float(mass[landscape.right & (landscape.kind == CLASSES.index(each.kind))].sum())
        rows += [(each.kind, each.share, right, move, loss) for move, loss in enumerate(each.loss)]
    return Data(LOSSES, rows, walks=walks_of(study), unit=UNITS[landscape.loss_by])


def _courses(losses: Data) -> list[tuple[str, float, float, list[float]]]:
    """Class, share, share that is right, and losses by move, of each class of end points."""
    groups = groupby(losses.rows, key=lambda row: row[:3])
    return [(*course, [row[-1] for row in rows]) for course, rows in groups]


@page.drawing(2.7)
def draw_losses(losses: Data, ax: Axes) -> None:
    """Draw mean loss against moves, a line for each class at which enough walks end."""
    ax.set(xlabel="accepted moves (steps of the walk)", ylabel=f"mean loss ({losses.unit})")
    losses.walks.title(ax)
    handles = []
    for kind, share, right, loss in _courses(losses):
        if share < LEAST_DRAWN:
            continue
        style = LOOKS[kind].style(3.2)
        ax.plot(range(len(loss)), loss, **style)
        handles.append(page.key(f"end {kind}: {percent(share)}, right on all lanes: {percent(right)}", **style))
    ax.set(ylim=(0, None), xlim=(-0.2, None))
    page.whole_numbers(ax, "x")
    page.legend_below(ax, handles)


def losses_caption(losses: Data) -> str:
    """What the figure shows, with its numbers."""
    courses = _courses(losses)
    said = [
        f"{percent(share)} end at {kind} programs, {percent(right)} at {kind} programs that are right on all lanes, "
        f"held-out ones too; their mean loss is {listed(loss)}, move by move."
        for kind, share, right, loss in courses
    ]
    kind, share, right, loss = max(courses, key=lambda course: course[1])
    rare = [kind for kind, share, *_ in courses if share < LEAST_DRAWN]
    return page.sentences(
        f"{percent(share)} of the walks end at {kind} programs, after {counted(len(loss) - 1, 'move')} at most, and "
        f"{percent(right)} at {kind} programs that are right on all lanes.",
        f"Mean loss ({losses.unit}) after so many moves, by the class of the program at which a walk ends.",
        losses.walks.sentence(),
        *said,
        f"Not drawn, since fewer than {percent(LEAST_DRAWN)} end there: {', '.join(rare)} programs." if rare else "",
    )


SWERVE = SERIES[1]
DOTS: dict[str, dict[str, Any]] = {
    "all walks": {"color": INK, "marker": "s", "markersize": 5, "markerfacecolor": "none", "linestyle": "none"},
    "swerves: after improving with a direct program": SWERVE.style(3.2, linestyle="none"),
}
OF_SWERVES = ("walk-swerves", "when edit walks first come to a search program")
SWERVES = "move first_search swerves"
"""The chance that the program after so many moves is the walk's first search program, and the part of it in walks that
had improved with a direct program before."""


def swerves_data(asked: Study, worlds: Sequence[World]) -> Data:
    """When search first comes up in walks in one world.

    `moved_to_direct`: of the walks that end in search, the share whose first move was to a direct program, or None.
    """
    study = study_of(worlds[0], asked.preset.walk_bits)
    chances, swerves = first_search(study.chain(), study.landscape, study.start)
    if not any(chances):
        raise FigureError(
            f"world {study.world.name}: no walk comes to a search program of at most {study.max_bits} bits: choose "
            "another world"
        )
    rows = zip(range(len(chances)), chances, swerves, strict=True)
    return Data(SWERVES, rows, walks=walks_of(study), moved_to_direct=beeline_swerve(study).quantity)


@page.drawing(2.7)
def draw_swerves(times: Data, ax: Axes) -> None:
    """Draw the chance of the first search program by move as dots on a logarithmic scale, all and swerves."""
    handles = []
    for chances, (text, look) in zip((times.first_search, times.swerves), DOTS.items(), strict=True):
        ax.plot(times.move, page.finite([chance or None for chance in chances]), **look)
        handles.append(page.key(text, **look))
    known = [value for value in (*times.first_search, *times.swerves) if value > 0]
    ax.set(yscale="log", ylim=(min(known) / 3, max(known) * 3), xlabel="accepted moves (steps of the walk)")
    ax.set_ylabel("chance of the first search (of 1)")
    ax.set_xticks(times.move)
    ax.set_xlim(-0.5, max(move for move, chance, _ in times.rows if chance > 0) + 0.5)
    times.walks.title(ax)
    page.legend_below(ax, handles)


def swerves_caption(times: Data) -> str:
    """What the figure shows, with its numbers."""
    moved = times.moved_to_direct
    return page.sentences(
        f"{percent(sum(times.first_search))} of the walks ever come to a search program, and "
        f"{percent(sum(times.swerves))} swerve to one after they had improved with a direct program.",
        "The chance that a walk is at its first search program after so many moves, and the part of it in walks that "
        "had improved with a direct program before.",
        times.walks.sentence(),
        f"{percent(times.first_search[0])} start at a search program, and {percent(sum(times.first_search[1:2]))} move "
        "to one at once.",
        "No walk ends in search."
        if moved is None
        else f"Of the walks that end in search, {percent(moved)} had first moved to a direct program.",
    )


OF_STARVATION = (
    "walk-starvation",
    "how often walks find a deep feature with a shallow one present, and with that forbidden",
)
STARVED = "radius ends_with ends_without gain_with gain_without"
"""The bits of an edit; the chance to end right from programs that show the shallow feature, and from others where it
is forbidden; and from either the chance of an edit to the deep feature, times the loss it saves."""
STARVATION_BITS = 22
STARTS = {
    "from programs that are right on 3/4 of the lanes": SERIES[0],
    "from others, that feature being forbidden": SERIES[1],
}


@lru_cache(maxsize=1)
def starved(radii: Sequence[int]) -> Data:
    """Starvation in the world of two features at every radius."""
    studies = [make_study(two_feature_world(), radius, max_bits=STARVATION_BITS) for radius in radii]
    found = [starvation(study, shows_shallow(study)) for study in studies]
    names = STARVED.split()[1:]
    rows = zip(radii, *([each[name] for each in found] for name in names), strict=True)
    return Data(STARVED, rows)


@page.drawing(2.6)
def draw_starved(found: Data, ax: Axes) -> None:
    """Draw the chances to end right as dots on a logarithmic scale, with and without the shallow feature."""
    ax.set_yscale("log")
    handles = []
    for ends, (text, look) in zip((found.ends_with, found.ends_without), STARTS.items(), strict=True):
        style = look.style(4, linestyle="none")
        ax.plot(found.radius, page.finite([end or None for end in ends]), zorder=3, **style)
        handles.append(page.key(text, **style))
    beside: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "fontsize": 6.5}
    for radius, low, high, *_ in found.rows:
        if low > 0 and high > 0:
            ax.plot([radius, radius], [low, high], color=FAINT, linewidth=0.7, zorder=1)
            ax.annotate(f"{high / low:.3g} times", (radius, math.sqrt(low * high)), **beside)
    ax.set_xlim(min(found.radius) - 1, max(found.radius) + 3)
    ax.set_xticks(found.radius)
    ax.set(xlabel="radius of an edit (bits)", ylabel="chance to end right on all lanes (of 1)")
    page.set_title(ax, "how often a deep feature is found")
    page.legend_below(ax, handles)


def starved_caption(bars: Data) -> str:
    """What the figure shows, with its numbers."""
    fewer = sum(low < high for _, low, high, _, _ in bars.rows)
    ends = [f"{percent(low)} against {percent(high)} at {radius} bits" for radius, low, high, _, _ in bars.rows]
    gains = [number(low / high) for *_, low, high in bars.rows if high > 0]
    return page.sentences(
        f"With a shallow feature present walks find the deep one less often than without it at {fewer} of "
        f"the {len(bars.rows)} radii of an edit.",
        "Whether a shallow feature starves a deep one: how often steepest descent ends right on all lanes, from "
        "programs that show the shallow feature, which is right on 3/4 of the lanes, and from programs no better than "
        "a constant where programs that show it are forbidden.",
        f"The world is of two columns of 2 bits: the answer is a, but a + 1 where b is 3. Programs have at most "
        f"{STARVATION_BITS} bits.",
        f"By radius of an edit the walks end right with a chance of {'; '.join(ends)}.",
        f"What one edit gains on average, its chance to be right times the loss it saves, is from the shallow feature "
        f"{', '.join(gains)} times what it is from the others, radius by radius.",
    )


FIGURES = (
    Entry(*OF_ENDS, ends_data, draw_ends, ends_caption, MANY_FUNCTIONS, is_of_one=True),
    Entry(*OF_LOSSES, losses_data, draw_losses, losses_caption, WALK_WORLDS, is_of_one=True),
    Entry(*OF_SWERVES, swerves_data, draw_swerves, swerves_caption, WALK_WORLDS, is_of_one=True),
    Entry(*OF_STARVATION, lambda study, worlds: starved(study.preset.walk_radii), draw_starved, starved_caption),
)
