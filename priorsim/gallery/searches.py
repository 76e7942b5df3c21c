"""Figures of what searches search for, and of where constants tip."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from priorsim import figures
from priorsim.errors import FigureError
from priorsim.gallery.words import GAMMA_STAR, counted, number, sentences
from priorsim.measure.crossover import crossovers
from priorsim.measure.mass import LOW
from priorsim.measure.objectives import objectives
from priorsim.measure.population import population
from priorsim.measure.tradeoff import alpha
from priorsim.prior import Prior
from priorsim.study import Study
from priorsim.worlds import World, constant_world

OBJECTIVE_BITS = 38
"""Objectives are counted up to so many bits, or the study's bound where that is less."""
CROSSING_RANGE = (-4.0, 8.0)
"""Where crossovers of constants are looked for; a negative gamma would reward time."""
CLOSE = 0.05
"""Predicted and measured crossovers that differ by no more agree."""
CONSTANT_BITS = 12


def objective_table(study: Study, worlds: Sequence[World]) -> figures.ObjectiveTable:
    """The objectives of worlds on one domain, up to each length."""
    header = study.header(worlds[0])
    header = replace(header, max_bits=min(header.max_bits, OBJECTIVE_BITS))
    lengths = list(range(header.max_bits + 1))
    found = objectives(header, worlds, workers=study.workers)
    if not any(each.number for each in found):
        raise FigureError(f"no program up to {header.max_bits} bits that fits is a search at its root: nothing to draw")
    return figures.ObjectiveTable(
        [
            figures.WorldObjectives(world.name, lengths, list(accumulate(each.tables)), list(accumulate(each.programs)))
            for world, each in zip(worlds, found, strict=True)
        ]
    )


def objective_caption(table: figures.ObjectiveTable) -> str:
    """What `objective_table` shows."""
    said = [
        f"In {each.world}, {counted(each.programs[-1], 'program')} have {counted(each.objectives[-1], 'objective')}."
        for each in table.worlds
    ]
    return sentences(
        "Objectives of the fitting programs whose root is a search, up to each length: an objective is the table of "
        "the "
        "body of the find or argmax, its word for every candidate in every lane, and two bodies with one table are one "
        "objective.",
        f"Up to {table.worlds[0].lengths[-1]} bits:",
        *said,
    )


def crossing_table(study: Study, _: Sequence[World]) -> figures.CrossingTable:
    """Predicted and measured crossovers of every constant that both direct code and search spell out."""
    first = constant_world("constant", CONSTANT_BITS, 0)
    words = population(study.atlas(first)).members.behaviour.tolist()
    worlds = [constant_world(f"constant.w{CONSTANT_BITS}-{word}", CONSTANT_BITS, word) for word in words]
    crossings = []
    low, high = CROSSING_RANGE
    for each in study.histograms(worlds):
        found = alpha(each, LOW)
        measured = crossovers(each, Prior("solomonoff"), LOW, within=CROSSING_RANGE).values
        if found is None or found.predicted is None or not low <= found.predicted <= high or not measured:
            continue
        nearest = min(measured, key=lambda gamma: abs(gamma - found.predicted))  # type: ignore[operator]
        crossings.append(figures.Crossing(each.world.name, found.predicted, nearest))
    return figures.CrossingTable(crossings, len(worlds) - len(crossings), CLOSE, CROSSING_RANGE)


def crossing_caption(table: figures.CrossingTable) -> str:
    """What `crossing_table` shows."""
    apart = [abs(each.measured - each.predicted) for each in table.crossings]
    low, high = table.within
    return sentences(
        f"Crossovers of constants of {CONSTANT_BITS} bits: gamma* of the whole masses against (1 - c/L) / alpha, "
        "which the "
        "shortest search program (c bits) and the shortest direct one (L bits) predict; alpha is log2 of the ratio "
        "of their "
        "times over L.",
        f"Shown are all words that both direct code and search spell out up to the bound, {len(table.crossings)} of "
        "them; "
        f"{table.without} more have no crossover in [{low:g}, {high:g}], or none is predicted there.",
        f"The two agree to {table.tolerance:g} in {table.agreeing}; they are {number(max(apart, default=None))} "
        "apart at most.",
        "Below 0 a reward for time would be needed for search to weigh as much. Disguised programs, which owe their "
        "answer to a "
        "loop that ran until something held, are counted as direct code.",
        GAMMA_STAR,
    )
