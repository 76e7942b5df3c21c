"""Claims about what fits: how short it is, how much of it there is, and what a price on length or time does."""

import numpy as np

from priorsim.claims.bonuses import bonus_difference, greater_bonus, programs_at_bound
from priorsim.claims.claim import Claim, Kind, Number
from priorsim.claims.queries import BESIDE
from priorsim.claims.rule import Quantifier
from priorsim.claims.site import Site, at_both_ends
from priorsim.claims.with_data import delta_l_with_data
from priorsim.measure.crossover import first_crossover
from priorsim.measure.data import table_bits
from priorsim.measure.decomposition import predicted_crossover
from priorsim.measure.fitting import LENGTHS, places, sums
from priorsim.measure.histogram import CLASSES, DIRECT
from priorsim.measure.mass import ENDS, End
from priorsim.measure.values import Values, log2_odds, search_share
from priorsim.priors import F64

MOST_GAMMA = 4
"""The greatest predicted crossover that is compared with the measured one."""
BETAS = np.linspace(1, 4, 97)
"""The prices on length at which the odds are looked at, beyond the first."""
PREDICTED = "the two shortest programs within the bound predict a crossover in (0, 4]"


def delta_l(site: Site) -> Values:
    """L_min(direct) - L_min(search) in bits, taxes included."""
    return site.least_difference(site.taxed_bits, tax=site.tax)


def delta_kt(site: Site) -> Values:
    """Kt_min(direct) - Kt_min(search) in bits, taxes included; t is at least 1.

    Nan where the least l + log2 t is above the bound: nothing is known there of which is first.
    """
    time = np.log2(site.fitting.programs.mean_steps)
    least = site.fitting.least(site.fitting.programs.bits + time).min(axis=1)
    return site.least_difference(site.taxed_bits + time, tax=site.tax).where(least <= site.max_bits)


def untaxed_delta_l(site: Site) -> Values:
    """Delta L without a tax: below 0 a cap on length between the two shuts search out, and no tax lifts a cap."""
    return site.least_difference(site.fitting.programs.bits.astype(np.float64), tax=0)


def delta_l_with_tables(site: Site) -> Values:
    """Delta L where a table of all lanes counts as direct code: (data (y0 y1 ..) x (m) m) fits every world.

    Nan on domains whose lanes are not the words of one column in order, which such a table cannot be indexed by.
    """
    domain, language = site.programs.header.domain, site.programs.header.language
    lanes = len(domain.lanes)
    unknown = np.full(len(site.behaviours), np.nan)
    is_indexed = domain.lanes == tuple((word,) for word in range(lanes)) and lanes > 1 and not lanes & (lanes - 1)
    if not is_indexed or len(site.train) < lanes:
        return Values(unknown, unknown)
    table = table_bits(language, lanes)
    least = site.fitting.least(site.taxed_bits)
    least[:, DIRECT] = np.minimum(least[:, DIRECT], table)
    return site.difference_of(least, tax=site.tax)


def searches_through_and_through(site: Site) -> Values:
    """1 where a shortest program is a search at its root or by effort, else 0; nan where none was looked at."""
    found = np.full(len(site.behaviours), np.nan)
    if site.look_at is not None:
        seen = site.look_at()
        found[places(site.behaviours, seen.words)] = seen.through_and_through
    return Values(found, found)


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
    """The least log-odds over BETAS, in bits, where they are above 0 at beta = 1; nan where they are not.

    Where a class is empty, or they are above 0 at one end alone, nothing is known.
    """
    programs = site.fitting.programs
    untimed = programs.count * np.exp2(-float(site.tax) * programs.searches)
    place = site.fitting.place * LENGTHS + programs.bits
    size = site.fitting.groups * len(CLASSES) * LENGTHS
    by_length = sums(place, untimed, size).reshape(-1, LENGTHS)
    weights = np.exp2(-np.arange(LENGTHS)[:, None] * BETAS)
    masses = (by_length @ weights).reshape(-1, len(CLASSES), len(BETAS))

    at_one, later = [], []
    for end in ENDS:
        along = np.stack([log2_odds(masses[:, :, place], end) for place in range(len(BETAS))], axis=1)
        at_one.append(along[:, 0])
        later.append(along[:, 1:].min(axis=1))
    found = Values.hull([Values(each, each) for each in later])
    found = found.where(np.min(at_one, axis=0) > 0).or_unknown().where(~(np.max(at_one, axis=0) <= 0))
    return Values(found.low[site.fitting.target_group], found.high[site.fitting.target_group])


@at_both_ends
def majority_taken(site: Site, end: End) -> F64:
    """1 where search has at most half of the fitting mass at gamma = 1 and more at gamma = 0, else 0.

    Nan where a class is empty.
    """
    free, dear = (search_share(masses, end) for masses in (site.masses, site.masses_at(1)))
    return np.where(np.isnan(free), np.nan, ((dear <= 0.5) & (free > 0.5)).astype(np.float64))


def delegated_share(site: Site) -> Values:
    """Search's share of the fitting mass at gamma = 0 less that at gamma = 1; nan where a class is empty."""
    dear = site.masses_at(1)
    return Values.at_ends(lambda end: search_share(site.masses, end) - search_share(dear, end))


def opposite_orders(site: Site) -> Values:
    """1 where the log-odds at gamma 1/2 (S_Fast's order) and at gamma 1 (S_Kt) have opposite signs, else 0.

    Nan where a class is empty, or the shortest direct program is no more than twice as long as the shortest search.
    """
    at = site.masses_at(0.5), site.masses_at(1)

    def value(end: End) -> F64:
        fast, slow = (log2_odds(masses, end) for masses in at)
        return np.where(np.isnan(fast), np.nan, (fast * slow < 0).astype(np.float64))

    quotient = length_quotient(site)
    return Values.at_ends(value).where(quotient.low > 2)


@at_both_ends
def length_quotient(site: Site, end: End) -> F64:
    """L / c: L_min(direct) over L_min(search), taxes included; nan where one is not known."""
    direct, search = site.shortest(end)
    return direct / search


def _predicted(site: Site, end: End) -> F64:
    """The crossover that the two shortest programs predict; nan where they are not known or it is above MOST_GAMMA."""
    found = predicted_crossover(site.fitting, site.taxed_bits, end)
    is_known = np.isfinite(site.shortest(end)).all(axis=0)
    return np.where(is_known & (found <= MOST_GAMMA), found, np.nan)


def agreeing_signs(site: Site) -> Values:
    """1 where search outweighs direct code below the predicted crossover, half of it, and above, twice it, does not.

    Nan as `crossover_error`.
    """
    parts = []
    for end in ENDS:
        predicted = _predicted(site, end)
        chosen = np.flatnonzero(~np.isnan(predicted))
        narrow = site.narrowed(chosen)
        found = np.full(len(predicted), np.nan)
        below, above = (narrow.odds_at(factor * predicted[chosen], end) for factor in (0.5, 2))
        found[chosen] = (below > 0) & (above < 0)
        parts.append(Values(found, found))
    return Values.hull(parts)


@at_both_ends
def crossover_error(site: Site, end: End) -> F64:
    """|gamma* measured on the whole masses - (1 - c/L)/alpha|; infinite where the masses do not cross, to 8.

    Nan where the two shortest programs predict no crossover of up to MOST_GAMMA: search is not the shorter one, or not
    the dearer one.
    """
    predicted = _predicted(site, end)
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
        beside=(
            Number(
                "Kt_min(direct) - Kt_min(search)",
                "> 0 bits",
                delta_kt,
                "the least l + log2 t of what fits is within the bound",
            ),
            Number(
                "Delta L where a table of all lanes counts as direct code",
                "> 0 bits",
                delta_l_with_tables,
                "the lanes are all words of one column, and all are trained on",
            ),
            Number(
                "Delta L where programs with data count, tables as direct code and hybrids as search",
                "> 0 bits",
                delta_l_with_data,
                "the world is in the sample in which programs with data are counted",
            ),
            Number(
                "whether a shortest program is a search at its root or by effort",
                "> 0.5 0 or 1",
                searches_through_and_through,
                "every shortest program is a search, and the world is in the sample whose programs are looked at",
            ),
        ),
    ),
    Claim(
        "many-against-one",
        "essay",
        "There are many such optimizers and only about one fitting model.",
        "B_search - B_direct, the bits that there being many programs of a class is worth, over equally many lengths",
        "> 0 bits",
        bonus_difference,
        ("all", "in-context"),
        limits="Programs up to the bound. The class whose shortest program is the shorter has the smaller bonus: the "
        "two sides of the odds are one fact seen twice.",
        figure="mass-against-length",
        amount=True,
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
        amount=True,
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
        amount=True,
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
        quantifier=Quantifier.SOMEWHERE,
        amount=True,
        beside=BESIDE,
    ),
    Claim(
        "bounded-heuristics",
        "essay",
        "Bounding complexity might prevent it.",
        "Delta L = L_min(direct) - L_min(search)",
        "< 0 bits",
        untaxed_delta_l,
        ("all", "in-context"),
        limits="A cap between the two lengths admits a direct program and no search. It has to be known: nothing here "
        "says how to find it without knowing both lengths. No tax enters.",
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
        premise="search outweighs direct code at beta = 1",
        amount=True,
    ),
    Claim(
        "bayes-net",
        "essay",
        "A Bayes net queried by message passing: is that search?",
        "log-odds of the programs that answer as the net does",
        "> 0 bits",
        log_odds,
        ("bayes",),
        limits="Nets of one hidden word. A lesion decides whether a given program searches: see programs/bayes-*.mu.",
        figure="worlds-side-by-side",
        kind=Kind.QUESTION,
        amount=True,
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
        amount=True,
    ),
    Claim(
        "gamma-star",
        "Christiano (short form); Demski, Exorcizing the Speed Prior?",
        "With cost l + gamma log2 t, brute-force search wins if and only if gamma < (1 - c/L)/alpha.",
        "whether the whole masses favour search at half of (1 - c/L)/alpha, of the two shortest programs, and direct "
        "code at twice of it",
        "> 0.5 0 or 1",
        agreeing_signs,
        ("constant", "given"),
        limits="Only worlds in which search is the shorter and the dearer, and the predicted crossover is at most 4. "
        "Such a search is shorter than the word spelled out, so of constants these worlds are all, and few. Of those "
        "with a given word there are more, but the same few searches find them, each from other words.",
        figure="constant-crossovers",
        quantifier=Quantifier.NEARLY_ALWAYS,
        premise=PREDICTED,
        beside=(
            Number(
                "distance of the whole masses' first crossover from the predicted one",
                "<= 0.05 gamma",
                crossover_error,
                PREDICTED,
            ),
        ),
    ),
    Claim(
        "two-speed-priors",
        "from the definitions",
        "S_Fast's order and S_Kt fall on opposite sides of the crossover.",
        "whether the log-odds at gamma = 1/2 and at gamma = 1 have opposite signs",
        "> 0.5 0 or 1",
        opposite_orders,
        ("constant",),
        limits="Opposite signs count either way round. The closed form is `two_orders` of `priorsim theory`.",
        figure="constant-crossovers",
        premise="the shortest direct program is more than twice as long as the shortest search: L > 2 c",
        beside=(Number("L_min(direct) / L_min(search)", "> 2 quotient", length_quotient),),
    ),
    Claim(
        "delegation",
        "Christiano",
        "A weak time penalty makes the prior delegate to search.",
        "whether search has at most half of the fitting mass at gamma = 1, and more at gamma = 0",
        "> 0.5 0 or 1",
        majority_taken,
        ("all", "constant"),
        limits="A share moves a little in every world: the quartiles beside it say how much.",
        figure="odds-against-gamma",
        amount=True,
        beside=(Number("search's share at gamma = 0 less that at gamma = 1", "> 0 share", delegated_share),),
    ),
)
