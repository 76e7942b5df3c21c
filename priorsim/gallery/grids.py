"""Figures over grids of priors: phase diagrams, and whether some price of time is well tuned."""

from collections.abc import Iterable, Sequence

import numpy as np

from priorsim import figures
from priorsim.errors import FigureError
from priorsim.figures.phase import Leader
from priorsim.gallery.words import CLASSES, DEFECTING, LOSS, number, sentences
from priorsim.measure.mass import ENDS
from priorsim.measure.mixture import Mixture, MixturePoint
from priorsim.prior import Prior
from priorsim.study import Study
from priorsim.worlds import World

BETAS = tuple(np.linspace(1, 2, 41).tolist())
PHASE_GAMMAS = tuple(np.linspace(0, 2, 41).tolist())
LANE_GAMMAS = tuple(np.linspace(0, 8, 81).tolist())
TUNED_GAMMAS = tuple(np.linspace(0, 8, 161).tolist())
LEAST_FACTOR = 1.1
"""A held-out loss is near its least when it is no more than so many times that."""
MOST_DEFECTING = 0.01
"""Of the fitting mass, the part that may be search and defect."""

LENGTH_PRICE = "\N{GREEK SMALL LETTER BETA}, price of length (bits per bit)"
TIME_PRICE = "\N{GREEK SMALL LETTER GAMMA}, price of time (bits per doubling)"


def phase_of(study: Study, worlds: Sequence[World]) -> figures.PhaseDiagram:
    """Who holds the mass of one world over beta and gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    rows = [[mixed.at(Prior("grid", beta=beta, gamma=gamma)) for beta in BETAS] for gamma in PHASE_GAMMAS]
    return _diagram(world.name, mixed, (LENGTH_PRICE, TIME_PRICE), (BETAS, PHASE_GAMMAS), rows, ("beta", "gamma"))


def phase_by_lanes(study: Study, worlds: Sequence[World]) -> figures.PhaseDiagram:
    """Who holds the mass over gamma and the size of the world, for worlds that differ in their number of lanes."""
    mixed = [study.mixture(world) for world in worlds]
    rows = [[each.at(Prior("grid", gamma=gamma)) for gamma in LANE_GAMMAS] for each in mixed]
    lanes = [float(len(world.domain.lanes)) for world in worlds]
    name = worlds[0].name.rpartition("-")[0]
    return _diagram(
        name, mixed[0], (TIME_PRICE, "size of the world (lanes)"), (LANE_GAMMAS, lanes), rows, ("gamma", "lanes")
    )


def _diagram(
    name: str,
    mixed: Mixture,
    labels: tuple[str, str],
    values: tuple[Sequence[float], Sequence[float]],
    rows: Iterable[Sequence[MixturePoint | None]],
    names: tuple[str, str],
) -> figures.PhaseDiagram:
    leaders: list[list[Leader]] = []
    losses: list[list[float | None]] = []
    for row in rows:
        leaders.append([_leader(point) for point in row])
        losses.append([None if point is None else point.loss for point in row])
    if all(loss is None for row in losses for loss in row):
        raise FigureError(
            f"world {name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that there "
            "is no "
            "held-out loss: choose another world"
        )
    return figures.PhaseDiagram(name, mixed.header.max_bits, *labels, *values, leaders, losses, names)


def _leader(point: MixturePoint | None) -> Leader:
    if point is None:
        return "none"
    leaders = {point.leader(end) for end in ENDS}
    return "search" if leaders == {"search"} else "direct" if leaders == {"direct"} else "open"


def phase_caption(diagram: figures.PhaseDiagram) -> str:
    """What `phase_of` and `phase_by_lanes` show."""
    every = [leader for row in diagram.leaders for leader in row]
    known = [loss for row in diagram.losses for loss in row if loss is not None]
    names = {"beta": "the price of length beta", "gamma": "the price of time gamma", "lanes": "the size of the world"}
    across, upright = (names[name] for name in diagram.names)
    return sentences(
        f"Which side holds more of the fitting mass over {across} and {upright}, and the held-out loss on the same "
        "grid, in "
        f"{diagram.world}; every code-only program of at most {diagram.bound_bits} bits.",
        f"Search holds it at {number(100 * every.count('search') / len(every))} % of the grid's points, direct code at "
        f"{number(100 * every.count('direct') / len(every))} %, wherever the disguised programs count.",
        f"The loss lies between {number(min(known))} and {number(max(known))}.",
        LOSS,
        CLASSES,
    )


def tuned(study: Study, worlds: Sequence[World]) -> figures.WellTuned:
    """One world's held-out loss, defecting search and excess defection along gamma."""
    (world,) = worlds
    mixed = study.mixture(world)
    points = [mixed.at(Prior("grid", gamma=gamma)) for gamma in TUNED_GAMMAS]
    known = [point for point in points if point is not None and point.loss is not None]
    if len(known) < len(points):
        raise FigureError(
            f"world {world.name}: nothing fits up to {mixed.header.max_bits} bits, or no lane is held out, so that "
            "nothing "
            "can defect: choose another world"
        )
    losses = [point.loss for point in known if point.loss is not None]
    defecting = [
        (sum(point.defecting[kind] for kind in ENDS[0].search), sum(point.defecting[kind] for kind in ENDS[1].search))
        for point in known
    ]
    return figures.WellTuned(
        world.name,
        mixed.header.max_bits,
        TUNED_GAMMAS,
        losses,
        defecting,
        [(point.excess(ENDS[0]), point.excess(ENDS[1])) for point in known],
        LEAST_FACTOR * min(losses),
        MOST_DEFECTING,
    )


def tuned_caption(found: figures.WellTuned) -> str:
    """What `tuned` shows."""
    windows = [", ".join(f"{low:g} to {high:g}" for low, high in found.windows(end)) or "nowhere" for end in (0, 1)]
    return sentences(
        f"Held-out loss, defecting search and excess defection in the world {found.world} as time gets dearer; every "
        "code-only "
        f"program of at most {found.bound_bits} bits that fits, under 2^-l / t^gamma.",
        f"A gamma is well tuned when less than {100 * found.most_defecting:g} % of the fitting mass is search and "
        "defects, and "
        f"the loss is at most {LEAST_FACTOR:g} times its least on [0, 8], {number(min(found.losses))}: gamma "
        f"{windows[0]} with "
        f"the disguised counted as direct code, {windows[1]} with them counted as search, to the nearest "
        f"{found.gammas[1] - found.gammas[0]:g}.",
        "Excess defection is the defecting share of search less that of direct code, undefined where either has no "
        "program.",
        DEFECTING,
        LOSS,
        CLASSES,
    )
