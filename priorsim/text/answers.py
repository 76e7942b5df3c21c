"""What commands print that ask a census, from templates of assets/, and the tables of every world's odds.

Nothing is computed here but the last rounding; a number that is not known says so in words.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from priorsim.census.recurrence import kraft_sum, program_counts, unexplored_code_mass
from priorsim.census.stored import StoredAtlas
from priorsim.formats import format_csv, format_json, rounded
from priorsim.measure.convergence import Unconditional, explored
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.mass import ALL_KINDS, Interval
from priorsim.measure.odds import OddsAnswer
from priorsim.measure.off_training import LEADING, Flip, HeldOutAnswer, ways
from priorsim.measure.weighed import HeldOut
from priorsim.priors import Prior
from priorsim.provenance import SHORT, software
from priorsim.text.by_bound import by_bound_text, lacking_text, settled_text, verdict_text, within_text
from priorsim.text.templates import render, roots
from priorsim.worlds import World
from priorsim.worlds.proxy import Side

SHOWN_PRIORS = ("solomonoff", "kind-of-speed", "levin", "schmidhuber")
LEAST = ("l_min", "kt_min", "programs")
_CSV_HEAD = (
    *("world", "family", "dialect", "word_bits", "lanes", "bound_bits"),
    *(f"log_odds_{name}_{end}" for name in SHOWN_PRIORS for end in ("low", "high")),
    *(f"{what}_{name}" for what in LEAST for name in CLASSES),
    *("gamma_star_low", "gamma_star_high", "tax_low", "tax_high"),
)


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
        unexplored=unexplored_code_mass(atlas.header.language, atlas.header.max_bits),
    )


def odds_text(found: OddsAnswer, histogram: Histogram, prior: Prior) -> str:
    """What `priorsim odds` prints."""
    return render(
        "odds.txt",
        odds=found,
        histogram=histogram,
        prior=prior,
        unexplored_code=explored(histogram.header).unexplored_code,
        settled=found.convergence.settled,
        settled_text=settled_text,
        within=within_text(found),
        lacking=lacking_text(found),
        verdict=verdict_text(found),
        by_bound=by_bound_text(found.convergence.bounds),
    )


def off_training_text(found: HeldOutAnswer, own: HeldOut, world: World, prior: Prior) -> str:
    """What `priorsim heldout` prints: what fits, what it does elsewhere on its own split, and how it gets there."""
    means, curves = found.averages, found.learning
    classes = [(str(CLASSES[kind]), (kind,), own.share(kind), own.entropies[kind]) for kind in ALL_KINDS]
    excess = zip(means.excess_defection, ("direct", "search"), strict=True)
    averages = {f"excess defection, disguised as {side}": average for average, side in excess}
    return render(
        "heldout.txt",
        found=found,
        world=world,
        prior=prior,
        own=own,
        masses=[("all", ALL_KINDS, None, own.entropy), *classes],
        ways=ways,
        averages={**averages, "entropy": means.entropy, "dormant share": means.dormant_share},
        sides=list(Side),
        classes=list(map(str, CLASSES)),
        curve=list(zip(curves.listed, curves.averaged, strict=True)) if curves else [],
        flips=_all_flips(found),
    )


def _all_flips(found: HeldOutAnswer) -> dict[str, str]:
    """The flips by what a side leads by; none without learning curves."""
    if found.learning is None:
        return {}
    said: dict[str, str] = {}
    for leading in LEADING:
        as_direct, as_search = (
            _flips(course, found.learning.unit, found.bound_bits) for course in getattr(found.flips, leading)
        )
        said[leading] = as_direct if as_direct == as_search else f"{as_direct} (disguised as search: {as_search})"
    return said


def _flips(flips: tuple[Flip, ...], unit: str, bound: int) -> str:
    said = []
    for flip in flips:
        said.append(f"after {flip.lessons} {unit}s from {flip.before} to {flip.after}")
        said += [f"{flip.before} having none up to {bound} bits"] if flip.one_sided else []
    return ", ".join(said) or "never"


class Result(NamedTuple):
    """One world's histogram, its odds under the simplicity prior, and its log-odds under each of SHOWN_PRIORS."""

    world: World
    histogram: Histogram
    odds: OddsAnswer
    log_odds: dict[str, Interval]


def odds_csv(results: Sequence[Result]) -> str:
    """The worlds, a row each; empty where unknown or none up to the bound."""
    rows = []
    for world, histogram, first, log_odds in results:
        row: list[object] = [world.name, world.family, world.dialect, world.domain.word_bits]
        row += [len(world.domain.lanes), histogram.max_bits]
        row += [end for name in SHOWN_PRIORS for end in (log_odds[name].low, log_odds[name].high)]
        row += [getattr(part, what) for what in LEAST for part in first.classes]
        row += [" ".join(map(str, rounded(each.roots))) for each in first.gamma_star]
        row += first.break_even_tax
        rows.append(row)
    return format_csv(_CSV_HEAD, rows)


def odds_json(results: Sequence[Result]) -> str:
    """The code, and of each world what `priorsim odds --json` says."""
    return format_json({"software": software(), "worlds": [result.odds.to_json() for result in results]})


def odds_markdown(results: Sequence[Result], command: str) -> str:
    """The worlds under the simplicity prior, family by family: who wins and where it tips."""
    families = groupby(results, key=lambda result: result.world.family)
    priors = SHOWN_PRIORS[:3]
    return render("odds.md", command=command, families=families, priors=priors, tips=_tips, results=results)


def _tips(result: Result) -> str:
    """Where the odds tip: the crossovers with the disguised programs on either side."""
    within = within_text(result.odds)
    found = sorted({roots(each, within) for each in result.odds.gamma_star})
    for short in ("none", "unknown"):
        if all(text.startswith(short) for text in found):
            return short
    return " / ".join(found)
