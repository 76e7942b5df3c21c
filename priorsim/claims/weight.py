"""Claims about what fits: how short it is, how much of it there is, and what a price on length or time does."""

import numpy as np

from priorsim.claims.claim import Claim, Number
from priorsim.claims.site import Site, at_both_ends
from priorsim.measure.crossover import first_crossover
from priorsim.measure.decomposition import predicted_crossover
from priorsim.measure.fitting import LENGTHS, sums
from priorsim.measure.histogram import CLASSES
from priorsim.measure.mass import End
from priorsim.measure.values import Values, at_end, bonuses_of, least_at_end, log2_odds, search_share
from priorsim.priors import F64

BETAS = np.linspace(1, 4, 97)
"""The prices on length at which the odds are looked at, beyond the first."""


def delta_l(site: Site) -> Values:
    """L_min(direct) - L_min(search) in bits, taxes included."""
    return site.least_difference(site.taxed_bits, tax=site.tax)


def delta_kt(site: Site) -> Values:
    """Kt_min(direct) - Kt_min(search) in bits, taxes included; t is at least 1."""
    cost = site.taxed_bits + np.log2(site.fitting.programs.mean_steps)
    return site.least_difference(cost, tax=site.tax)


def least_length_beyond_cap(site: Site) -> Values:
    """L_min(search) - L_min(direct) in bits: a cap between the two shuts search out. No tax lifts a cap."""
    untaxed = site.least_difference(site.fitting.programs.bits.astype(np.float64), tax=0)
    return Values(-untaxed.high, -untaxed.low)


def _bonuses(site: Site, end: End) -> tuple[F64, F64]:
    """B of direct code and of search in bits, taxes included; nan where a class is empty."""
    direct, search = map(bonuses_of, least_at_end(site.fitting.least(site.taxed_bits), end), at_end(site.masses, end))
    return direct, search


@at_both_ends
def bonus_difference(site: Site, end: End) -> F64:
    """B_search - B_direct in bits."""
    direct, search = _bonuses(site, end)
    return search - direct


def programs_at_bound(site: Site) -> Values:
    """log2 of the number of fitting search programs over that of direct ones, of exactly B bits each."""
    programs = site.fitting.programs
    counts = site.fitting.sums(np.where(programs.bits == site.max_bits, programs.count, 0).astype(np.float64))
    return Values.at_ends(lambda end: log2_odds(counts, end))


@at_both_ends
def greater_bonus(site: Site, end: End) -> F64:
    """The greater of B_direct and B_search in bits."""
    return np.maximum(*_bonuses(site, end))


@at_both_ends
def slope_in_beta(site: Site, end: End) -> F64:
    """d log-odds / d beta at beta = 1: E_direct[l] - E_search[l], in bits."""
    return site.excess_mean(site.fitting.programs.bits.astype(np.float64), end)


@at_both_ends
def slope_in_gamma(site: Site, end: End) -> F64:
    """d log-odds / d gamma at gamma = 0: E_direct[log2 t] - E_search[log2 t], in bits."""
    return site.excess_mean(np.log2(site.fitting.programs.mean_steps), end)


@at_both_ends
def log_odds(site: Site, end: End) -> F64:
    """log2(M_search / M_direct) in bits at no price on time."""
    return log2_odds(site.masses, end)


def odds_after_beta(site: Site) -> Values:
    """The least log-odds over BETAS, in bits, where they are above 0 at beta = 1; nan elsewhere."""
    programs = site.fitting.programs
    untimed = programs.count * np.exp2(-float(site.tax) * programs.searches)
    places = site.fitting.place * LENGTHS + programs.bits
    size = site.fitting.groups * len(CLASSES) * LENGTHS
    by_length = sums(places, untimed, size).reshape(-1, LENGTHS)
    weights = np.exp2(-np.arange(LENGTHS)[:, None] * BETAS)
    masses = (by_length @ weights).reshape(-1, len(CLASSES), len(BETAS))

    def value(end: End) -> F64:
        along = np.stack([log2_odds(masses[:, :, place], end) for place in range(len(BETAS))], axis=1)
        found: F64 = np.where(along[:, 0] > 0, along[:, 1:].min(axis=1), np.nan)
        return found[site.fitting.target_group]

    return Values.at_ends(value)


def delegated_share(site: Site) -> Values:
    """Search's share of the fitting mass at gamma = 0 less that at gamma = 1; nan where a class is empty."""
    dear = site.masses_at(1)
    return Values.at_ends(lambda end: search_share(site.masses, end) - search_share(dear, end))


def opposite_orders(site: Site) -> Values:
    """1 where the log-odds at gamma 1/2 (S_Fast's order) and at gamma 1 (S_Kt) have opposite signs, else 0."""
    at = site.masses_at(0.5), site.masses_at(1)

    def value(end: End) -> F64:
        fast, slow = (log2_odds(masses, end) for masses in at)
        return np.where(np.isnan(fast), np.nan, (fast * slow < 0).astype(np.float64))

    return Values.at_ends(value)


@at_both_ends
def length_quotient(site: Site, end: End) -> F64:
    """L / c: L_min(direct) over L_min(search), taxes included; nan where a class is empty."""
    direct, search = least_at_end(site.fitting.least(site.taxed_bits), end)
    both = np.isfinite(direct) & np.isfinite(search)
    found: F64 = np.divide(direct, search, out=np.full(len(direct), np.nan), where=both)
    return found


@at_both_ends
def crossover_error(site: Site, end: End) -> F64:
    """|gamma* measured on the whole masses - (1 - c/L)/alpha|; infinite where the masses do not cross, to 8.

    Nan where the two shortest programs predict no crossover: search is not the shorter one, or not the dearer one.
    """
    predicted = predicted_crossover(site.fitting, site.taxed_bits, end)
    chosen = np.flatnonzero(~np.isnan(predicted))
    narrow = site.narrowed(chosen)
    measured = first_crossover(narrow.fitting, narrow.weights, end)
    error = np.full(len(predicted), np.nan)
    error[chosen] = np.where(np.isnan(measured), np.inf, np.abs(measured - predicted[chosen]))
    return error


CLAIMS = (
    Claim(
        "much-simpler",
        "essay",
        "A searcher that derives the model at run time is far simpler than the detailed model.",
        "Delta L = L_min(direct) - L_min(search)",
        "> 0 bits",
        delta_l,
        ("all", "in-context", "inverse", "forward", "constant"),
        limits="Lengths are those of one small language, up to its bound; l + log2 t is shown beside them.",
        figure="delta-l",
        identity="By Kolmogorov's K alone the model is never more complex than its searcher by more than a constant: "
        "the searcher, run, is a program for it, and K does not count its time. It can be so only among programs that "
        "do not search, or where time has a price: Delta L is of the first kind, the number beside it of both.",
        beside=(Number("Kt_min(direct) - Kt_min(search)", "> 0 bits", delta_kt),),
    ),
    Claim(
        "many-against-one",
        "essay",
        "There are many such optimizers and only about one fitting model.",
        "B_search - B_direct, the bits that there being many programs of a class is worth",
        "> 0 bits",
        bonus_difference,
        ("all", "in-context"),
        limits="Programs up to the bound; longer ones add to both classes.",
        figure="mass-against-length",
        beside=(Number("log2 search / direct programs of exactly B bits", "> 0 bits", programs_at_bound),),
    ),
    Claim(
        "complexity-incentive",
        "essay",
        "A complexity penalty favours the optimizer.",
        "d log-odds / d beta at beta = 1",
        "> 0 bits",
        slope_in_beta,
        ("all", "in-context", "inverse", "forward"),
        limits="A slope at one point; over a range of beta see naive-penalty.",
        figure="phase",
        identity="log M_C is a log-partition function in beta, so the slope is E_direct[l] - E_search[l] "
        "(`penalty_slope` of `priorsim theory`).",
    ),
    Claim(
        "speed-disincentive",
        "essay",
        "A speed penalty disfavours it.",
        "d log-odds / d gamma at gamma = 0",
        "< 0 bits",
        slope_in_gamma,
        ("all", "in-context", "inverse", "forward"),
        limits="A slope at one point; steps are this interpreter's.",
        figure="odds-against-gamma",
        identity="log M_C is a log-partition function in gamma, so the slope is E_direct[log2 t] - E_search[log2 t] "
        "(`penalty_slope` of `priorsim theory`).",
    ),
    Claim(
        "amortised-exception",
        "essay",
        "Unless the optimizer generates a quicker model.",
        "d log-odds / d gamma at gamma = 0 where steps that read no query are paid once a context",
        "> 0 bits",
        slope_in_gamma,
        ("in-context-amortised",),
        limits="Two rules, asked up to 8 queries each; it is the last number of queries that decides. The bound is "
        "4 bits lower than elsewhere.",
        figure="odds-against-gamma",
        deciding={"queries": 8},
    ),
    Claim(
        "bounded-heuristics",
        "essay",
        "Bounding complexity might prevent it.",
        "L_min(search) - L_min(direct): a cap between them admits a direct program and no search",
        "> 0 bits",
        least_length_beyond_cap,
        ("all", "in-context"),
        limits="The cap has to be known: nothing here says how to find it without knowing both lengths. No tax enters.",
        figure="delta-l",
    ),
    Claim(
        "naive-penalty",
        "essay",
        "A naive complexity penalty will not work.",
        "the least log-odds over beta in (1, 4], in worlds where they are above 0 at beta = 1",
        ">= 0 bits",
        odds_after_beta,
        ("all", "in-context"),
        limits="beta is looked at in steps of 1/32.",
        figure="phase",
    ),
    Claim(
        "bayes-net",
        "essay",
        "A Bayes net queried by message passing: is that search?",
        "log-odds of the programs that answer as the net does",
        "> 0 bits",
        log_odds,
        ("bayes",),
        limits="Nets of one hidden word. Whether a given program searches is told by lesion: see programs/bayes-*.mu.",
        figure="worlds-side-by-side",
    ),
    Claim(
        "simplest-member",
        "Hubinger, How likely is deceptive alignment?",
        "A class weighs about what its simplest member weighs.",
        "the greater of B_direct and B_search",
        "< 1 bits",
        greater_bonus,
        ("all",),
        limits="Programs up to the bound; longer ones can only add to the bonus.",
        figure="mass-against-length",
    ),
    Claim(
        "gamma-star",
        "Christiano (short form); Demski, Exorcizing the Speed Prior?",
        "With cost l + gamma log2 t, brute-force search wins if and only if gamma < (1 - c/L)/alpha.",
        "distance of the whole masses' crossover from (1 - c/L)/alpha of the two shortest programs",
        "<= 0.05 gamma",
        crossover_error,
        ("constant",),
        limits="Only worlds in which search is the shorter and the dearer: few, see how many are undefined. The first "
        "crossover is taken; one above 8 counts as none.",
        figure="constant-crossovers",
    ),
    Claim(
        "two-speed-priors",
        "from the definitions",
        "S_Fast's order and S_Kt fall on opposite sides of the crossover.",
        "whether the log-odds at gamma = 1/2 and at gamma = 1 have opposite signs",
        "> 0.5 0 or 1",
        opposite_orders,
        ("constant",),
        limits="Where search takes 2^L steps the closed form needs L > 2 c: words of 16 bits are too short for many "
        "such constants. Opposite signs count either way round.",
        figure="constant-crossovers",
        beside=(Number("L_min(direct) / L_min(search)", "> 2 quotient", length_quotient),),
    ),
    Claim(
        "delegation",
        "Christiano",
        "A weak time penalty makes the prior delegate to search.",
        "search's share of the fitting mass at gamma = 0 less that at gamma = 1",
        "> 0 share",
        delegated_share,
        ("all", "constant"),
        limits="A share moves a little in every world: see the medians for how much.",
        figure="odds-against-gamma",
    ),
)
