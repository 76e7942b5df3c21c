"""Figures of edit walks: the landscape, its ends, the loss on the way, swerves to search, and starvation.

They need no census: the edit graph of a world is made here, and serves all figures of the world.
"""

from collections.abc import Sequence
from functools import lru_cache

from priorsim import figures
from priorsim.errors import FigureError
from priorsim.figures.walks import percent
from priorsim.gallery.words import counted, listed, number, sentences
from priorsim.mu.lesions import ProgramClass
from priorsim.study import Study
from priorsim.walks.chains import Dynamics
from priorsim.walks.coarse import Region, coarse_landscape, likeliest_way
from priorsim.walks.course import classes_along, courses
from priorsim.walks.finding import beeline_swerve
from priorsim.walks.landscape import CLASSES
from priorsim.walks.outcome import outcomes
from priorsim.walks.population import MAX_BITS, RADII
from priorsim.walks.starvation import starvation, two_feature_world
from priorsim.walks.study import Study as WalkStudy
from priorsim.walks.study import make_study
from priorsim.worlds import World

WALK_WORLDS = ("in-context.w3-words-itself-less-r4-q4", "forward.w3-pronic-l8")
"""The worlds of the population of the claims in which most walks come to search."""
MANY_FUNCTIONS = ("inverse.w3-floor-times5-l8", "inverse.w3-floor-times7-l8")
"""Worlds that several functions fit."""
RADIUS = 8
STARVATION_BITS = 22
UNITS = {"lanes": "wrong training lanes", "bits": "wrong bits on the training lanes"}
DESCENT = {Dynamics.STEEPEST: "steepest descent", Dynamics.FIRST: "first-improvement descent"}


@lru_cache(maxsize=4)
def study_of(world: World) -> WalkStudy:
    """Steepest descent in a world from the prior."""
    return make_study(world, RADIUS, max_bits=MAX_BITS)


def _walks(study: WalkStudy) -> figures.Walks:
    return figures.Walks(study.world.name, str(study.dynamics), study.radius, study.max_bits)


def _said(walks: figures.Walks) -> str:
    return (
        f"Walks are by {DESCENT[Dynamics(walks.dynamics)]} with edits of at most {walks.radius} bits, in the world "
        f"{walks.world}, among the code-only programs of at most {walks.bound_bits} bits, and start from the prior."
    )


def landscape_of(_: Study, worlds: Sequence[World]) -> figures.WalkLandscape:
    """The landscape of one world in regions of equal loss and class, with the flows of walks between them."""
    study = study_of(worlds[0])
    coarse = coarse_landscape(study.chain(), study.landscape, study.start)
    most = max(coarse, key=lambda region: coarse.nodes[region]["ends"])
    ways = likeliest_way(coarse, most), likeliest_way(coarse, (0, str(ProgramClass.SEARCH)))
    return figures.WalkLandscape(_walks(study), UNITS[study.landscape.loss_by], coarse, ways)


def landscape_caption(landscape: figures.WalkLandscape) -> str:
    """What `landscape_of` shows."""
    ends = {region: share for region, share in landscape.coarse.nodes(data="ends") if region[0] == 0}
    fitting = [f"{percent(share)} at {kind} programs" for (_, kind), share in ends.items()]
    return sentences(
        "Where walks pass and end. A circle is all programs of one loss and one class, its area by the square root of "
        "the chance that a walk passes them, the dark part the chance that it ends there; arrows are the likeliest "
        "moves.",
        _said(landscape.walks),
        f"{percent(sum(ends.values()))} of them end fitting{': ' if fitting else ''}{', '.join(fitting)}.",
        f"The likeliest way to where most of them end, a move being taken to depend on loss and class alone, is "
        f"{_steps(landscape.ways[0])}.",
        f"To search programs that fit it is {_steps(landscape.ways[1])}."
        if landscape.ways[1]
        else "No walk comes to a search program that fits.",
    )


def _steps(way: Sequence[Region]) -> str:
    return ", then ".join(f"{kind} at loss {loss}" for loss, kind in way)


def ends_of(_: Study, worlds: Sequence[World]) -> figures.EndsAgainstMass:
    """End points of walks in one world against the posterior, by behaviour and class."""
    study = study_of(worlds[0])
    found = outcomes(study.landscape, study.ends().mass)
    if found is None:
        raise FigureError(
            f"world {study.world.name}: no walk ends at a program that fits, of at most {study.max_bits} bits: choose "
            "another world"
        )
    return figures.EndsAgainstMass(
        _walks(study),
        [row.kind for row in found.rows],
        [row.posterior for row in found.rows],
        [row.ends for row in found.rows],
        found.total_variation,
        found.fitting_ends,
    )


def ends_caption(ends: figures.EndsAgainstMass) -> str:
    """What `ends_of` shows."""
    said = []
    for kind in CLASSES:
        chosen = [place for place, each in enumerate(ends.kinds) if each == kind]
        if chosen:
            posterior, found = (sum(shares[place] for place in chosen) for shares in (ends.posterior, ends.ends))
            said.append(
                f"{str(kind).capitalize()} programs compute {counted(len(chosen), 'function')} and hold "
                f"{percent(posterior)} of the posterior and {percent(found)} of the end points that fit."
            )
    never = sum(share == 0 for share in ends.ends)
    return sentences(
        "How often walks end at programs that fit, against their posterior mass: a point is the programs of one class "
        "that compute one function.",
        _said(ends.walks),
        f"{percent(ends.fitting_ends)} of them end fitting.",
        *said,
        f"No walk ends at {never} of the points, which stand at the lower edge." if never else "",
        f"The total variation between end points and posterior, function by function, is {ends.total_variation:.3f}.",
    )


def loss_of(_: Study, worlds: Sequence[World]) -> figures.LossByEnd:
    """Mean loss along walks in one world by the class of their end, and how many end right."""
    study = study_of(worlds[0])
    landscape = study.landscape
    by_end = courses(study.chain(), landscape, study.start)
    mass = study.ends().mass
    numbers = [CLASSES.index(each.kind) for each in by_end]
    return figures.LossByEnd(
        _walks(study),
        UNITS[landscape.loss_by],
        [each.kind for each in by_end],
        [each.share for each in by_end],
        [float(mass[landscape.right & (landscape.kind == kind)].sum()) for kind in numbers],
        [each.loss for each in by_end],
    )


def loss_caption(losses: figures.LossByEnd) -> str:
    """What `loss_of` shows."""
    said = [
        f"{percent(share)} end at {kind} programs, {percent(right)} at {kind} programs that are right on all lanes, "
        f"held-out ones too; their mean loss is {listed(loss)}, move by move."
        for kind, share, right, loss in zip(losses.kinds, losses.shares, losses.right, losses.losses, strict=True)
    ]
    return sentences(
        f"Mean loss ({losses.unit}) after so many moves, by the class of the program at which a walk ends.",
        _said(losses.walks),
        *said,
    )


def swerves_of(_: Study, worlds: Sequence[World]) -> figures.SwerveTimes:
    """When search first comes up in walks in one world."""
    study = study_of(worlds[0])
    along = classes_along(study.chain(), study.landscape, study.start)
    if not any(along.first_search):
        raise FigureError(
            f"world {study.world.name}: no walk comes to a search program of at most {study.max_bits} bits: choose "
            "another world"
        )
    return figures.SwerveTimes(_walks(study), along.first_search, along.swerves, beeline_swerve(study).quantity)


def swerves_caption(times: figures.SwerveTimes) -> str:
    """What `swerves_of` shows."""
    moved = times.moved_to_direct
    return sentences(
        "The chance that a walk is at its first search program after so many moves, and the part of it in walks that "
        "had improved with a direct program before.",
        _said(times.walks),
        f"{percent(sum(times.first_search))} ever come to a search program: {percent(times.first_search[0])} start at "
        f"one, {percent(sum(times.first_search[1:2]))} move to one at once, and {percent(sum(times.swerves))} swerve "
        "to one later.",
        "No walk ends in search."
        if moved is None
        else f"Of the walks that end in search, {percent(moved)} had first moved to a direct program.",
    )


@lru_cache(maxsize=1)
def starvation_by_radius() -> figures.StarvationBars:
    """Starvation in the world of two features at every radius."""
    found = [starvation(make_study(two_feature_world(), radius, max_bits=STARVATION_BITS)) for radius in RADII]
    return figures.StarvationBars(
        RADII,
        [each.ends_with for each in found],
        [each.ends_without for each in found],
        [each.gain_with for each in found],
        [each.gain_without for each in found],
    )


def starvation_caption(bars: figures.StarvationBars) -> str:
    """What `starvation_by_radius` shows."""
    ends = [
        f"{percent(low)} against {percent(high)} at {radius} bits"
        for radius, low, high in zip(bars.radii, bars.ends_with, bars.ends_without, strict=True)
    ]
    gains = [number(low / high) for low, high in zip(bars.gain_with, bars.gain_without, strict=True) if high > 0]
    return sentences(
        "Whether a shallow feature starves a deep one: how often steepest descent ends right on all lanes, from "
        "programs that show the shallow feature, which is right on 3/4 of the lanes, and from programs no better than "
        "a constant where programs that show it are forbidden.",
        f"The world is of two columns of 2 bits: the answer is a, but a + 1 where b is 3. Programs have at most "
        f"{STARVATION_BITS} bits.",
        f"By radius of an edit the walks end right with a chance of {'; '.join(ends)}.",
        f"What one edit gains on average, its chance to be right times the loss it saves, is from the shallow feature "
        f"{', '.join(gains)} times what it is from the others, radius by radius.",
    )
