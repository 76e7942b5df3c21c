"""What commands print that ask a census: templates of assets/, filled with what was measured.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from priorsim.census.recurrence import kraft_sum, program_counts
from priorsim.census.stored import StoredAtlas
from priorsim.measure.convergence import Unconditional
from priorsim.measure.definitions import Definitions
from priorsim.measure.histogram import CLASSES
from priorsim.measure.learning import Flip
from priorsim.measure.mass import ENDS, Interval
from priorsim.measure.odds import Odds
from priorsim.measure.off_training import OffTraining, ways
from priorsim.measure.population import Population
from priorsim.measure.weighed import ALL_KINDS
from priorsim.provenance import SHORT
from priorsim.text.templates import render
from priorsim.worlds.proxy import Side


def atlas_text(atlas: StoredAtlas, whole: Unconditional) -> str:
    """What `priorsim info` prints of an atlas."""
    counts = program_counts(atlas.header.language, atlas.header.max_bits)
    explored = kraft_sum(counts)
    return render(
        "atlas.txt",
        atlas=atlas,
        whole=whole,
        programs=sum(counts),
        code=atlas.description.code[:SHORT],
        explored=explored,
        unexplored=Fraction(1, 2) - explored,
    )


def odds_text(odds: Odds) -> str:
    """What `priorsim odds` prints: who wins, by how many bits, and where it tips."""
    return render("odds.txt", odds=odds, verdict=_verdict)


def _verdict(log_odds: Interval, bound: int) -> str:
    if log_odds.low is None or log_odds.high is None:
        return f"no program that fits has up to {bound} bits"
    if log_odds.low == log_odds.high == math.inf:
        return f"one-sided, no direct program up to {bound} bits has weight"
    if log_odds.low == log_odds.high == -math.inf:
        return f"one-sided, no search program up to {bound} bits has weight"
    if log_odds.low > 0:
        return "search outweighs direct code"
    if log_odds.high < 0:
        return "direct code outweighs search"
    return "which outweighs depends on where disguised programs count" if log_odds.high > log_odds.low else "even"


def off_training_text(found: OffTraining) -> str:
    """What `priorsim heldout` prints: what fits, what it does elsewhere, and how it gets there."""
    own, curves, bound = found.own, found.learning, found.weighed.header.max_bits
    classes = [(str(CLASSES[kind]), (kind,), own.share(kind), own.entropies[kind]) for kind in ALL_KINDS]
    excess = zip(ENDS, ("direct", "search"), strict=True)
    averages = {f"excess defection, disguised as {side}": found.excess_defection(end) for end, side in excess}
    averages["entropy"] = found.average(lambda each: each.entropy)
    averages["dormant share"] = found.average(lambda each: each.dormant_share)
    flips = {}
    for side, course in (("heaviest", curves.heaviest_flips), ("lightest", curves.lightest_flips)):
        as_direct, as_search = (_flips(course(end), curves.unit, bound) for end in ENDS)
        flips[side] = as_direct if as_direct == as_search else f"{as_direct} (disguised as search: {as_search})"
    return render(
        "heldout.txt",
        found=found,
        masses=[("all", ALL_KINDS, None, own.entropy), *classes],
        ways=ways,
        averages=averages,
        sides=list(Side),
        classes=list(map(str, CLASSES)),
        all_kinds=ALL_KINDS,
        curve=list(zip(curves.listed, curves.averaged, strict=True)),
        flips=flips,
    )


def _flips(flips: tuple[Flip, ...], unit: str, bound: int) -> str:
    if not flips:
        return "never"
    return ", ".join(
        f"after {flip.lessons} {unit}s from {flip.before} to {flip.after}"
        + (f", {flip.before} having none up to {bound} bits" if flip.one_sided else "")
        for flip in flips
    )


def population_text(found: Population) -> str:
    """What `priorsim population` prints: how many behaviours there are, and where conditions hold."""
    return render("population.txt", **found.to_json())


def definitions_text(found: Definitions) -> str:
    """What `priorsim definitions` prints of a world."""
    return render("definitions.txt", found=found)


# The texts below are made from the objects that --json prints.


def objectives_text(report: Mapping[str, Any]) -> str:
    """What `priorsim objectives` prints."""
    return render("objectives.txt", **report)


def data_text(report: Mapping[str, Any]) -> str:
    """What `priorsim data` prints."""
    return render("data.txt", **report)
