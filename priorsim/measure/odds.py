"""Everything said of a world under a prior, gathered: what `priorsim odds` prints and exports.

Reads a histogram only. Programs are found elsewhere and handed in, so that nothing here enumerates
any. Ends named low and high count the disguised programs with direct code and with search.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.growth import least_tax
from priorsim.measure.amortisation import AmortisationFlip, amortisation_flip
from priorsim.measure.convergence import Convergence, Explored, convergence, explored
from priorsim.measure.crossover import GAMMA_RANGE, Roots, Slopes, break_even_tax, crossovers, slopes
from priorsim.measure.decomposition import (
    Decomposition,
    ThreeCounts,
    bonuses,
    decomposition,
    delta_l,
    essential_share,
    three_counts,
)
from priorsim.measure.histogram import CLASSES, Histogram
from priorsim.measure.histogram_file import key_to_json
from priorsim.measure.mass import ENDS, Interval, Mass, json_number, kt, log_odds, masses, programs, shares
from priorsim.measure.tradeoff import Alpha, Hull, alpha, hull
from priorsim.priors import Prior

Witnesses = Mapping[RowKey, str]
"""A program of each row that `Histogram.least_rows` names, as S-expression."""


@dataclass(frozen=True, slots=True)
class ClassOdds:
    """One class of programs that fit a world.

    Attributes
    ----------
    name : str
    mass : Mass
        Under the prior.
    share : float or None
        Of the fitting mass; None where nothing has any.
    programs : int
        Within the bound, whatever the prior.
    l_min, kt_min : int, float or None
        Least l, least l + log2 t, in bits; None: none up to the bound.
    shortest, least_kt : RowKey or None
        Their rows in the atlas.
    witness, kt_witness : str or None
        A program of each, as S-expression; None where none was asked for.
    bonus : float or None
        L_min + log2(sum 2^-l), in bits.
    """

    name: str
    mass: Mass
    share: float | None
    programs: int
    l_min: int | None
    kt_min: float | None
    shortest: RowKey | None
    least_kt: RowKey | None
    witness: str | None
    kt_witness: str | None
    bonus: float | None

    def to_json(self) -> dict[str, Any]:
        """The class's keys; `mass` is null, never 0, where no program weighs anything or a float cannot hold it."""
        return {
            "mass": None if self.mass.log2 == -math.inf else self.mass.value,
            **self.mass.to_json(),
            "share": self.share,
            "programs": self.programs,
            "l_min": self.l_min,
            "kt_min": self.kt_min,
            "witness": self.witness,
            "kt_witness": self.kt_witness,
            "bonus": self.bonus,
            "shortest_row": key_to_json(self.shortest),
            "least_kt_row": key_to_json(self.least_kt),
        }


@dataclass(frozen=True, slots=True)
class EndOdds:
    """What depends on the side the disguised programs stand on; see the functions of these names."""

    gamma_star: Roots
    break_even_tax: float | None
    delta_l: Interval
    decomposition: Decomposition | None
    essential_share: float | None
    three_counts: ThreeCounts
    alpha: Alpha | None
    slopes: Slopes | None
    amortisation: AmortisationFlip | None


@dataclass(frozen=True, slots=True)
class Odds:
    """A world under a prior: the odds of search against direct code, and where they come from.

    Attributes
    ----------
    histogram : Histogram
    prior : Prior
    classes : tuple of ClassOdds
        direct, disguised, search.
    log_odds : Interval
        In bits.
    low, high : EndOdds
        With the disguised programs counted as direct code, and as search.
    hull : Hull
    convergence : Convergence
    explored : Explored
    """

    histogram: Histogram
    prior: Prior
    classes: tuple[ClassOdds, ...]
    log_odds: Interval
    low: EndOdds
    high: EndOdds
    hull: Hull
    convergence: Convergence
    explored: Explored

    def predicted(self, end: EndOdds) -> float | None:
        """The predicted gamma*; None where alpha is unknown or 0, or the prior is not l + gamma log2 t."""
        return end.alpha.predicted if end.alpha and self.prior.is_length_and_time else None

    @property
    def least_tax(self) -> float:
        """The search tax below which the sum over all programs diverges at the prior's beta, in bits."""
        return least_tax(self.histogram.header.language, float(self.prior.beta))

    def to_json(self) -> dict[str, Any]:
        """The odds as one strictly valid JSON object, the same for the same histogram and prior.

        Numbers are in bits unless said otherwise; `null` is "not known" or "none up to the bound", the
        strings "inf" and "-inf" are one-sided odds, where the bound holds no program on one side.
        `{low, high}` are the two ends: disguised programs counted as direct, and as search.

        ==================== ======================================================================
        key                  value
        ==================== ======================================================================
        world                name of the world
        family               its family
        train                list of its training lanes
        prior                {name, beta, gamma, lambda, delta, cap}; name is the member of the family,
                             with the values that depart from it: "levin (delta 4)"
        bound_bits           B, the length up to which programs were counted
        language             {dialect, word_bits, depth, columns, lanes, accounting}
        class_by             "lesion" or "form"
        classes              {direct, disguised, search}, each {mass (null where a float cannot hold
                             it), log2_mass, exact_mass (a rational, or null), share, programs, l_min,
                             kt_min, witness, kt_witness, bonus, shortest_row, least_kt_row}
        log_odds             {low, high}
        gamma_star           {low, high}, each {range, roots, touching, sign: "positive", "negative" or
                             "zero" where there is no root}
        break_even_tax       {low, high}, bits a search node
        least_tax            the tax below which the prior diverges at its beta; "-inf" where none does
        unexplored           1 - explored, a float
        explored             {explored, unexplored, unexplored_code}, exact rationals as strings
        delta_l              {low, high}, each {low, high}: an interval where a length is censored
        decomposition        {low, high}, each {delta_l, bonus_difference, penalty, log_odds} or null
        essential_share      {low, high}
        three_counts         {low, high}, each {functions: {direct, search, both, log2_ratio}, programs:
                             {by_length: [[bits, direct, search], ...], log2_ratio}, mass}, lengths
                             those at which both sides have programs
        alpha                {low, high}, each {alpha, direct_bits, search_bits, direct_steps,
                             search_steps} or null; steps over all lanes
        predicted_gamma_star {low, high}, each null where the prior is not l + gamma log2 t
        slopes               {low, high}, each {beta, gamma, lambda, delta} or null
        amortisation_flip    {low, high}, each {once_search, each_search, once_direct, each_direct,
                             queries: n* or "never"} or null; only where the world has context columns
        hull                 {vertices: [{bits, steps, log2_mean_steps, classes}, ...], gammas}
        convergence          {bounds: [{bits, log2_mass, log_odds}, ...], last_four_bits_share,
                             extrapolated_log2_mass, extrapolated_log_odds}
        ==================== ======================================================================
        """
        header, world = self.histogram.header, self.histogram.world
        values = {
            "world": world.name,
            "family": world.family,
            "train": list(world.train),
            "prior": self.prior.to_json(),
            "bound_bits": header.max_bits,
            "language": language_to_json(header),
            "class_by": self.histogram.class_by,
            "classes": {each.name: each.to_json() for each in self.classes},
            "log_odds": self.log_odds.to_json(),
            "gamma_star": self._at_ends(lambda end: end.gamma_star.to_json()),
            "break_even_tax": self._at_ends(lambda end: end.break_even_tax),
            "least_tax": json_number(self.least_tax),
            "unexplored": float(self.explored.unexplored),
            "explored": {
                "explored": str(self.explored.explored),
                "unexplored": str(self.explored.unexplored),
                "unexplored_code": str(self.explored.unexplored_code),
            },
            "delta_l": self._at_ends(lambda end: end.delta_l.to_json()),
            "decomposition": self._at_ends(lambda end: _decomposition_to_json(end.decomposition)),
            "essential_share": self._at_ends(lambda end: end.essential_share),
            "three_counts": self._at_ends(lambda end: _counts_to_json(end.three_counts)),
            "alpha": self._at_ends(lambda end: _alpha_to_json(end.alpha)),
            "predicted_gamma_star": self._at_ends(self.predicted),
            "slopes": self._at_ends(lambda end: end.slopes.to_json() if end.slopes else None),
            "hull": _hull_to_json(self.hull),
            "convergence": _convergence_to_json(self.convergence),
        }
        if world.domain.context:
            values["amortisation_flip"] = self._at_ends(
                lambda end: end.amortisation.to_json() if end.amortisation else None
            )
        return values

    def _at_ends(self, value: Callable[[EndOdds], Any]) -> dict[str, Any]:
        return {"low": value(self.low), "high": value(self.high)}


def odds(
    histogram: Histogram,
    prior: Prior,
    *,
    witnesses: Witnesses | None = None,
    gamma_range: tuple[float, float] = GAMMA_RANGE,
) -> Odds:
    """Everything said of a world under a prior.

    Parameters
    ----------
    histogram : Histogram
    prior : Prior
    witnesses : mapping of RowKey to str, optional
        A program of each of the histogram's least rows; without it no program is named.
    gamma_range : (low, high)
        Where crossovers in gamma are looked for.

    Raises
    ------
    PriorError
        When the sum over all programs diverges, or the range is empty.
    """
    by_class = masses(histogram, prior)
    low, high = (
        EndOdds(
            crossovers(histogram, prior, end, within=gamma_range),
            break_even_tax(histogram, prior, end),
            delta_l(histogram, end),
            decomposition(histogram, prior, end),
            essential_share(histogram, prior, end),
            three_counts(histogram, prior, end),
            alpha(histogram, end),
            slopes(histogram, prior, end),
            amortisation_flip(histogram, end, witnesses),
        )
        for end in ENDS
    )
    classes = _classes(histogram, by_class, witnesses)
    settled = convergence(histogram, prior)
    return Odds(
        histogram, prior, classes, log_odds(by_class), low, high, hull(histogram), settled, explored(histogram.header)
    )


def _classes(histogram: Histogram, by_class: tuple[Mass, ...], witnesses: Witnesses | None) -> tuple[ClassOdds, ...]:
    header = histogram.header

    def named(key: RowKey | None) -> str | None:
        return None if key is None or witnesses is None else witnesses[key]

    parts = shares(by_class)
    counts, extra = programs(histogram), bonuses(histogram)
    classes = []
    for number, name in enumerate(CLASSES):
        key, kt_key = histogram.shortest[number], histogram.least_kt[number]
        classes.append(
            ClassOdds(
                name=str(name),
                mass=by_class[number],
                share=parts[number] if parts else None,
                programs=counts[number],
                l_min=key.bits if key else None,
                kt_min=kt(kt_key, header) if kt_key else None,
                shortest=key,
                least_kt=kt_key,
                witness=named(key),
                kt_witness=named(kt_key),
                bonus=extra[number],
            )
        )
    return tuple(classes)


def language_to_json(header: AtlasHeader) -> dict[str, Any]:
    """What was counted: {dialect, word_bits, depth, columns, lanes (how many), accounting}."""
    return {
        "dialect": header.language.dialect.name,
        "word_bits": header.language.word_bits,
        "depth": header.language.depth,
        "columns": list(header.domain.columns),
        "lanes": len(header.domain.lanes),
        "accounting": str(header.accounting),
    }


def _by_class(values: Iterable[Any]) -> dict[str, Any]:
    return {str(name): value for name, value in zip(CLASSES, values, strict=True)}


def _decomposition_to_json(terms: Decomposition | None) -> dict[str, Any] | None:
    if terms is None:
        return None
    return {
        "delta_l": json_number(terms.delta_l),
        "bonus_difference": json_number(terms.bonus_difference),
        "penalty": json_number(terms.penalty),
        "log_odds": json_number(terms.log_odds),
    }


def _counts_to_json(counts: ThreeCounts) -> dict[str, Any]:
    return {
        "functions": {
            "direct": counts.functions_direct,
            "search": counts.functions_search,
            "both": counts.functions_both,
            "log2_ratio": counts.functions_log2,
        },
        "programs": {"by_length": [list(row) for row in counts.programs], "log2_ratio": counts.programs_log2},
        "mass": json_number(counts.mass),
    }


def _alpha_to_json(found: Alpha | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "alpha": found.alpha,
        "direct_bits": found.direct_bits,
        "search_bits": found.search_bits,
        "direct_steps": found.direct_steps,
        "search_steps": found.search_steps,
    }


def _hull_to_json(found: Hull) -> dict[str, Any]:
    vertices = [
        {"bits": at.bits, "steps": at.steps, "log2_mean_steps": at.log2_steps, "classes": list(at.classes)}
        for at in found.vertices
    ]
    return {"vertices": vertices, "gammas": list(found.gammas)}


def _convergence_to_json(found: Convergence) -> dict[str, Any]:
    bounds = [
        {
            "bits": at.max_bits,
            "log2_mass": _by_class(part.to_json()["log2_mass"] for part in at.masses),
            "log_odds": at.log_odds.to_json(),
        }
        for at in found.bounds
    ]
    return {
        "bounds": bounds,
        "last_four_bits_share": _by_class(found.last_share),
        "extrapolated_log2_mass": _by_class(part and part.to_json() for part in found.extrapolated),
        "extrapolated_log_odds": found.log_odds.to_json(),
    }
