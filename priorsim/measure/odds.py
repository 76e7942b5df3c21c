"""Everything said of a world under a prior, gathered: what `priorsim odds` prints and exports.

Reads a histogram only. Programs are found elsewhere and handed in, so that nothing here enumerates any.
"""

from collections.abc import Mapping
from dataclasses import astuple
from functools import partial
from typing import Annotated

import msgspec

from priorsim.census.atlas import RowKey
from priorsim.census.summability import least_tax
from priorsim.measure import keys
from priorsim.measure.convergence import Convergence, convergence, explored
from priorsim.measure.crossover import GAMMA_RANGE, Roots, break_even_tax, crossovers, slopes
from priorsim.measure.decomposition import (
    Alpha,
    Decomposition,
    Hull,
    ThreeCounts,
    alpha,
    bonuses,
    decomposition,
    delta_l,
    essential_share,
    hull,
    three_counts,
)
from priorsim.measure.further import Further, further
from priorsim.measure.histogram import Histogram
from priorsim.measure.mass import ALL_KINDS, Interval, Mass, Share, kt, log_odds, masses, programs, shares
from priorsim.measure.program import AmortisationFlip, amortisation_flip
from priorsim.priors import Prior

Witnesses = Mapping[RowKey, str]
"""A program of each row that `Histogram.least_rows` names, as S-expression."""


class ClassOdds(msgspec.Struct, frozen=True):
    """One class of programs that fit a world; None, but of numbers of programs, where the bound holds none."""

    mass: Annotated[
        float | None, keys.says("null, never 0, where nothing of the class weighs anything or a float cannot hold it")
    ]
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    share: Annotated[float | None, keys.says("of the fitting mass")]
    programs: Annotated[int, keys.says("those within the bound, whatever the prior")]
    l_min: Annotated[int | None, keys.says("the least l")]
    kt_min: Annotated[float | None, keys.says("the least l + log2 t")]
    witness: Annotated[str | None, keys.says("a program with the least l")]
    kt_witness: Annotated[str | None, keys.says("a program with the least l + log2 t")]
    bonus: Annotated[float | None, keys.says("L_min + log2(sum of 2^-l)")]
    shortest_row: Annotated[keys.Row | None, keys.says("the atlas's row with the least l, packed words hexadecimal")]
    least_kt_row: Annotated[keys.Row | None, keys.says("that with the least l + log2 t")]


class AllExplored(keys.Explored, frozen=True):
    """Exact rationals as text: over the programs of the census, all others, and code-only ones beyond the bound."""

    unexplored_code: str


class OddsAnswer(keys.UnderPrior, frozen=True, kw_only=True):
    """What `priorsim odds --json` prints."""

    class_by: keys.ClassBy
    classes: Annotated[keys.ByClass[ClassOdds], keys.says("null is none up to the bound")]
    log_odds: keys.LogOdds
    gamma_star: Annotated[keys.Ends[Roots], keys.says("the crossovers in gamma")]
    break_even_tax: Annotated[keys.Ends[float | None], keys.says("bits a search node")]
    least_tax: Annotated[
        float, keys.says('the least tax at which the prior converges, at its beta; `"-inf"` where every tax does')
    ]
    unexplored: Annotated[Share, keys.says("1 minus the explored mass; above 1/2, as programs with data are in it")]
    explored: AllExplored
    delta_l: Annotated[keys.Ends[Interval], keys.says("L_min(direct) - L_min(search)")]
    decomposition: Annotated[
        keys.Ends[Decomposition | None], keys.says("the last is the sum of the others; null where a class is empty")
    ]
    essential_share: Annotated[keys.Ends[float | None], keys.says("of the search mass")]
    three_counts: Annotated[keys.Ends[ThreeCounts], keys.says("the comparison by functions, programs and mass")]
    alpha: Annotated[
        keys.Ends[Alpha | None], keys.says("of the two shortest programs, null without both; steps over all lanes")
    ]
    predicted_gamma_star: Annotated[
        keys.Ends[float | None], keys.says("null where the prior is not l + gamma log2 t alone")
    ]
    slopes: Annotated[
        keys.Ends[dict[str, float] | None],
        keys.says("by penalty, the derivative of the log-odds; null where a side is empty"),
    ]
    hull: Annotated[Hull, keys.says("`gammas` are those at which a vertex gives way to the next")]
    convergence: Annotated[Convergence, keys.says("how far the numbers have settled at the bound")]
    further: Annotated[Further, keys.says("what to look at where the bound holds no program of a class")]
    amortisation_flip: Annotated[
        keys.Ends[AmortisationFlip | None] | msgspec.UnsetType, keys.says("only where the world has context columns")
    ] = msgspec.UNSET


def odds(
    histogram: Histogram,
    prior: Prior,
    *,
    witnesses: Witnesses | None = None,
    gamma_range: tuple[float, float] = GAMMA_RANGE,
) -> OddsAnswer:
    """The odds of search against direct code in a world under a prior, in bits, and where they come from.

    Without `witnesses` no program is named; crossovers in gamma are looked for in `gamma_range`. PriorError where the
    sum over all programs diverges, or the range is empty.
    """
    by_class, header = masses(histogram, prior), histogram.header
    known, ratios = explored(header), keys.at_ends(partial(alpha, histogram))
    predicted = (each.predicted if each and prior.is_length_and_time else None for each in ratios)
    flips = keys.at_ends(lambda end: amortisation_flip(histogram, end, witnesses))
    return OddsAnswer(
        **keys.asked(histogram.world, prior, header),
        class_by=histogram.class_by,
        classes=_classes(histogram, by_class, witnesses),
        log_odds=log_odds(by_class),
        gamma_star=keys.at_ends(lambda end: crossovers(histogram, prior, end, within=gamma_range)),
        break_even_tax=keys.at_ends(partial(break_even_tax, histogram, prior)),
        least_tax=least_tax(header.language, float(prior.beta)) + 0.0,
        unexplored=known.unexplored,
        explored=AllExplored(*map(str, astuple(known))),
        delta_l=keys.at_ends(partial(delta_l, histogram)),
        decomposition=keys.at_ends(partial(decomposition, histogram, prior)),
        essential_share=keys.at_ends(partial(essential_share, histogram, prior)),
        three_counts=keys.at_ends(partial(three_counts, histogram, prior)),
        alpha=ratios,
        predicted_gamma_star=keys.Ends(*predicted),
        slopes=keys.at_ends(partial(slopes, histogram, prior)),
        hull=hull(histogram),
        convergence=convergence(histogram, prior, gamma_range=gamma_range),
        further=further(histogram.world, header),
        amortisation_flip=flips if histogram.world.domain.context else msgspec.UNSET,
    )


def _classes(histogram: Histogram, by_class: tuple[Mass, ...], witnesses: Witnesses | None) -> keys.ByClass[ClassOdds]:
    parts, counts, extra = shares(by_class), programs(histogram), bonuses(histogram)

    def of_class(kind: int) -> ClassOdds:
        whole, key, kt_key = by_class[kind], histogram.shortest[kind], histogram.least_kt[kind]
        return ClassOdds(
            mass=None if keys.log2_mass(whole) is None else whole.value,
            log2_mass=keys.log2_mass(whole),
            exact_mass=keys.of_mass(whole)[1],
            share=parts[kind] if parts else None,
            programs=counts[kind],
            l_min=key.bits if key else None,
            kt_min=kt(kt_key, histogram.header) if kt_key else None,
            witness=witnesses[key] if key and witnesses else None,
            kt_witness=witnesses[kt_key] if kt_key and witnesses else None,
            bonus=extra[kind],
            shortest_row=keys.Row.of(key),
            least_kt_row=keys.Row.of(kt_key),
        )

    return keys.named(map(of_class, ALL_KINDS))
