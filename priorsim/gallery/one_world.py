"""Figures of one world's histogram: odds against gamma, the cloud with its hull, mass against length."""

import math
from collections.abc import Sequence

import numpy as np

from priorsim import figures
from priorsim.gallery.words import CLASSES as CLASSES_SAID
from priorsim.gallery.words import GAMMA_STAR, listed, number, sentences, span
from priorsim.measure.convergence import convergence
from priorsim.measure.crossover import GAMMA_RANGE, crossovers
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import ENDS, HIGH, LOW, End, log_odds_of, mass, shortest
from priorsim.measure.tradeoff import alpha, hull
from priorsim.prior import Prior

SIMPLICITY = Prior("solomonoff")
GAMMAS = tuple(np.linspace(0, 2, 81).tolist())
SIDES = ("direct", "search")
"""Where the disguised programs count at the low and at the high end."""


def odds_curve(counted: Histogram, prior: Prior = SIMPLICITY, gammas: Sequence[float] = GAMMAS) -> figures.OddsCurve:
    """The log-odds along gamma, the prior's other penalties kept."""
    along = [log_odds_of(counted, prior.with_values({"gamma": gamma})) for gamma in gammas]
    within = (gammas[0], gammas[-1])
    low, high = (crossovers(counted, prior, end, within=within).values for end in (LOW, HIGH))
    ends = [(each.low, each.high) for each in along]
    return figures.OddsCurve(counted.world.name, counted.max_bits, list(gammas), ends, low, high, prior)


def odds_caption(curve: figures.OddsCurve) -> str:
    """What `odds_curve` shows."""
    first, last = curve.gammas[0], curve.gammas[-1]
    return sentences(
        f"Log-odds of search against direct code in the world {curve.world} as time gets dearer, over every code-only "
        f"program of at most {curve.bound_bits} bits that fits.",
        f"At gamma {first:g} they are {span(curve.log_odds[0])} bits, at gamma {last:g} {span(curve.log_odds[-1])} "
        "bits.",
        f"They cross 0 between these {_where(curve.crossovers_low)} with the disguised programs counted as direct "
        "code, "
        f"{_where(curve.crossovers_high)} with them counted as search.",
        CLASSES_SAID,
    )


def _where(gammas: Sequence[float]) -> str:
    return f"at gamma {listed(gammas)}" if gammas else "nowhere"


def cloud_of(counted: Histogram) -> figures.Cloud:
    """Length and time of every fitting program, the hull, and gamma* predicted and measured."""
    cells, edge = counted.cells, hull(counted)
    tips = [tip for end, side in zip(ENDS, SIDES, strict=True) if (tip := _tip(counted, end, side)) is not None]
    return figures.Cloud(
        counted.world.name,
        counted.max_bits,
        [str(CLASSES[kind]) for kind in cells.kind],
        cells.bits.tolist(),
        np.log2(mean_steps(counted.header, cells.steps)).tolist(),
        cells.count.tolist(),
        edge.vertices,
        edge.gammas,
        tips,
    )


def _tip(counted: Histogram, end: End, side: str) -> figures.Tip | None:
    """Predicted and measured gamma* at one end; None where a side is empty."""
    found = alpha(counted, end)
    places = []
    for kinds in (end.direct, end.search):
        key = shortest(counted, kinds)
        if key is None or found is None:
            return None
        places.append((key.bits, math.log2(mean_steps(counted.header, np.array(key.steps)))))
    assert found is not None
    measured = crossovers(counted, SIMPLICITY, end, within=GAMMA_RANGE).values
    return figures.Tip(side, places[0], places[1], found.predicted, measured)


def cloud_caption(programs: figures.Cloud) -> str:
    """What `cloud_of` shows."""
    tips = [
        f"With the disguised counted as {tip.side} the two shortest programs predict gamma* {number(tip.predicted)}; "
        f""
        f"the whole masses weigh the same {_where(tip.measured)} in [0, 8]."
        for tip in programs.tips
    ]
    return sentences(
        f"Every code-only program of at most {programs.bound_bits} bits that fits the world {programs.world}, by "
        "length "
        f"and time: {sum(programs.counts)} programs.",
        "The line is the lower hull, on which the lightest program lies.",
        f"The lightest changes {_where(programs.gammas)}.",
        *(tips or ["One of the sides has no program, so no gamma* is predicted or measured."]),
        "Dashes join the shortest program of either side; minus their slope is the predicted gamma*." if tips else "",
        GAMMA_STAR,
        CLASSES_SAID,
    )


def mass_by_length(counted: Histogram, prior: Prior = SIMPLICITY) -> figures.MassByLength:
    """The mass of each class up to every length, with its extrapolated range."""
    settled = convergence(counted, prior)
    bounds = list(range(1, counted.max_bits + 1))
    classes = []
    for place, name in enumerate(CLASSES):
        cells = counted.cells.of([place])
        grown = [mass(cells.take(cells.bits <= bound), counted.header, prior).log2 for bound in bounds]
        tail = settled.extrapolated[place]
        reach = None if tail is None or tail.low is None or tail.high is None else (tail.low, tail.high)
        classes.append(figures.ClassMass(str(name), grown, reach, settled.last_share[place]))
    return figures.MassByLength(counted.world.name, prior.name, bounds, classes)


def mass_caption(masses: figures.MassByLength) -> str:
    """What `mass_by_length` shows."""
    bound = masses.bounds[-1]
    said = []
    for each in masses.classes:
        first = next(
            (bits for bits, value in zip(masses.bounds, each.log2_mass, strict=True) if value > -math.inf), None
        )
        if first is None:
            said.append(f"No {each.kind} program of at most {bound} bits fits.")
            continue
        said.append(
            f"The shortest {each.kind} program has {first} bits, and all of at most {bound} bits together weigh "
            f"{number(each.log2_mass[-1] + first)} bits more than it: the multiplicity bonus B."
        )
    return sentences(
        f"Mass of the fitting programs of at most l bits against l, class by class, in the world {masses.world} under "
        f"the {masses.prior} prior.",
        *said,
        "Right of the bound stands where a geometric tail would take each class; it is a guide and no bound.",
        CLASSES_SAID,
    )
