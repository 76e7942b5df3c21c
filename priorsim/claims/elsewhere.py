"""Claims about what fitting programs do off the training lanes, and about counting them in other ways."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from priorsim.claims.claim import Claim, Kind, Number
from priorsim.claims.rule import Quantifier
from priorsim.claims.site import Site, at_both_ends
from priorsim.measure.fitting import ClassedRows, OnSplit, averaged
from priorsim.measure.mass import ENDS, End
from priorsim.measure.values import Values, at_end, log2_odds, log2_quotient, quotient, search_share
from priorsim.measure.weighed import Split
from priorsim.priors import F64

HELD_OUT = (1, 2, 4, 8)
"""How many lanes are held out, to see by how many of them entropy grows."""
ENTROPY = "entropy of the held-out behaviours, a held-out lane"


def otherwise(site: Site) -> Values:
    """The share of the fitting mass that is wrong on some held-out lane, averaged over the splits."""
    found = site.average(lambda each: 1 - quotient(each.faithful.sum(axis=1), each.fitting.sum(axis=1)))
    return Values(found, found)


def entropy_a_lane(site: Site) -> Values:
    """The entropy of the held-out behaviours of the fitting mass in bits a held-out lane, averaged over the splits."""
    rates = [each.entropy / lanes for each, lanes in zip(site.on_splits, _held_out(site), strict=True)]
    found = averaged(rates)
    return Values(found, found)


def _held_out(site: Site) -> list[int]:
    """How many lanes each of the splits holds out, 1 at the least."""
    return [max(1, len(split.held_out)) for split in site.splits] or [max(1, len(site.held_out))]


def truth_a_lane(site: Site) -> Values:
    """-log2 of the share of the fitting mass that is right on all held-out lanes, a lane, averaged over the splits.

    In bits; infinite where on one of them no program within the bound is right.
    """
    rates = []
    for each, lanes in zip(site.on_splits, _held_out(site), strict=True):
        faithful, whole = each.faithful.sum(axis=1), each.fitting.sum(axis=1)
        with np.errstate(divide="ignore"):
            rates.append(-np.log2(quotient(faithful, whole)) / lanes)
    found = np.stack(rates).mean(axis=0)
    return Values(found, found)


def entropy_at(site: Site, *, lanes: int) -> Values:
    """The entropy a lane where so many lanes are held out, the last ones; nan where they are more than half of all.

    Of a camera, which holds out its own lanes, nan where they are not so many.
    """
    number = len(site.programs.header.domain.lanes)
    found = np.full(len(site.behaviours), np.nan)
    if site.cameras and len(site.held_out) == lanes:
        found = site.own.entropy / lanes
    for split in [] if site.cameras else last_splits(number):
        if len(split.held_out) == lanes:
            found = site.on(split).entropy / lanes
    return Values(found, found)


def last_splits(number: int) -> list[Split]:
    """The splits of so many lanes that hold out the last ones, at most half of them, for each of HELD_OUT."""
    every = tuple(range(number))
    return [Split("last", every[:-lanes], every[-lanes:]) for lanes in HELD_OUT if 2 * lanes <= number]


@at_both_ends
def direct_and_faithful(site: Site, end: End) -> F64:
    """The share of the fitting mass that is direct code and faithful, over the splits on which direct code fits."""

    def share(each: OnSplit) -> F64:
        return np.where(at_end(each.fitting, end)[0] > 0, each.direct_and_faithful(end), np.nan)

    return site.average(share)


@at_both_ends
def share_kept(site: Site, end: End) -> F64:
    """Search's share of the mass that fits the truth on all lanes, over its share of what fits on the training lanes.

    Nan where one of the classes is empty in the bound, in training or on all lanes.
    """
    return search_share(site.true_masses, end) / search_share(site.own.fitting, end)


@at_both_ends
def share_with_truth(site: Site, end: End) -> F64:
    """Search's share of the mass that fits the truth on all lanes; nan where a class is empty in the bound."""
    return search_share(site.true_masses, end)


@at_both_ends
def excess_defection(site: Site, end: End) -> F64:
    """The defection of search less that of direct code, averaged over the splits."""
    return site.average(lambda each: -np.subtract(*each.defection(end)))


@at_both_ends
def search_defection(site: Site, end: End) -> F64:
    """The defection of search alone, averaged over the splits."""
    return site.average(lambda each: each.defection(end)[1])


@at_both_ends
def differing_signs(site: Site, end: End) -> F64:
    """How many different signs the three counts of search against direct code have: 1 where they agree.

    log2 of the quotient of functions, of programs at lengths that both reach, and of masses, each averaged over the
    splits; nan where one of them is defined on no split.
    """
    counts = np.stack(
        [
            site.average(lambda each: log2_quotient(*reversed(each.functions(end)))),
            site.average(lambda each: log2_quotient(*reversed(each.programs(end)))),
            site.average(lambda each: log2_odds(each.fitting, end)),
        ]
    )
    different = 1.0 + (np.diff(np.sort(np.sign(counts), axis=0), axis=0) != 0).sum(axis=0)
    return np.where(np.isnan(counts).any(axis=0), np.nan, different)


def _share_of_splits(site: Site, cost: Callable[[ClassedRows], F64], unseen: float = np.inf) -> Values:
    """The share of splits on which the program of least cost is search and defects.

    An interval over ties, and where a program beyond the bound may cost no more, `unseen` at the least.
    """
    least = {census: census.least(cost(census.programs)) for census in {each.census for each in site.on_splits}}

    def value(end: End) -> Values:
        found = (each.lightest_defects(least[each.census], end, unseen) for each in site.on_splits)
        all_do, some_do = zip(*found, strict=True)
        return Values(averaged(all_do), averaged(some_do))

    return Values.hull([value(end) for end in ENDS])


@lru_cache(maxsize=1)
def shortest_defects(site: Site) -> Values:
    """The share of splits on which the shortest fitting program is search and defects, taxes included."""

    def taxed_bits(programs: ClassedRows) -> F64:
        return programs.bits.astype(np.float64) + site.tax * programs.searches.astype(np.float64)

    return _share_of_splits(site, taxed_bits, site.unseen)


@lru_cache(maxsize=1)
def fastest_defects(site: Site) -> Values:
    """The share of splits on which the fastest fitting program is search and defects."""
    return _share_of_splits(site, lambda programs: programs.steps.astype(np.float64))


def lightest_defects(site: Site) -> Values:
    """The greater of the two shares of splits: on which the shortest, and the fastest, is search and defects."""
    shortest, fastest = shortest_defects(site), fastest_defects(site)
    return Values(np.maximum(shortest.low, fastest.low), np.maximum(shortest.high, fastest.high))


CLAIMS = (
    Claim(
        "proxy",
        "essay",
        "We can never ask for the world-model, only for a proxy.",
        "share of the fitting mass that is wrong on some held-out lane",
        "> 0.05 share",
        otherwise,
        ("all", "in-context", "proxy"),
        limits="Of two held-out lanes where a world has eight, and of four where it has sixteen: the more there are, "
        "the more mass is wrong on one of them. The rates beside it are a lane's.",
        figure="learning-curves",
        quantifier=Quantifier.NEARLY_ALWAYS,
        amount=True,
        beside=(
            Number(ENTROPY, "> 0.05 bits a lane", entropy_a_lane),
            Number(
                "-log2 of the share of the fitting mass that is right on all held-out lanes, a held-out lane",
                "> 0.05 bits a lane",
                truth_a_lane,
            ),
            *(
                Number(
                    f"{ENTROPY}, where the last {lanes} are held out",
                    "> 0.05 bits a lane",
                    partial(entropy_at, lanes=lanes),
                    "a world has at least twice as many lanes, a camera holds out as many",
                )
                for lanes in HELD_OUT
            ),
        ),
    ),
    Claim(
        "just-the-model",
        "essay",
        "Asking for predictions gives the world-model and nothing else (the essay's null).",
        "share of the fitting mass that is direct code and faithful on the held-out lanes",
        "> 0.95 of the mass",
        direct_and_faithful,
        ("all", "in-context"),
        limits='Faithful on a quarter of a small domain is less than faithful everywhere. "Nothing else" is taken as '
        "more than 95 % of the mass.",
        figure="phase",
        amount=True,
    ),
    Claim(
        "ask-directly",
        "essay",
        "A way to ask for the world-model itself would change the story.",
        "search's share of the mass with all lanes of the truth given, over its share against the proxy",
        "<= 0.5 quotient",
        share_kept,
        ("proxy", "in-context"),
        limits="The truth is given as words in all lanes, which is more than any question could give.",
        figure="odds-against-lessons",
        identity="With all lanes given no fitting program is wrong on a lane, so none is left that defects. What share "
        "of the mass searches is another question, which the number answers.",
        kind=Kind.IDENTITY,
        amount=True,
        beside=(
            Number("search's share of the mass with all lanes of the truth given", "> 0.5 share", share_with_truth),
        ),
    ),
    Claim(
        "treacherous",
        "essay",
        "Such a mesa-optimizer would almost certainly be deceptive.",
        "defection of search: the share of its fitting mass that is wrong on some held-out lane",
        "> 0.95 of the mass",
        search_defection,
        ("all", "in-context"),
        limits='To defect here is to be wrong off the training lanes; nothing here intends anything. "Almost '
        'certainly" is taken as more than 95 % of the mass.',
        figure="well-tuned",
        amount=True,
        beside=(Number("excess defection: that of search less that of direct code", "> 0 share", excess_defection),),
    ),
    Claim(
        "three-counts",
        "Belrose and Pope; Turner; Hubinger",
        "Counting functions, programs and mass answer differently.",
        "number of different signs among log2 search / direct of functions, of programs and of mass",
        ">= 2 signs",
        differing_signs,
        ("all",),
        limits="Programs are compared at lengths that both classes reach, all of them added up.",
        figure="three-counts",
        amount=True,
    ),
    Claim(
        "argmin-safe",
        "Christiano; robertzk",
        "The fastest, or smallest, fitting program is never the defecting one.",
        "share of splits on which the shortest or the fastest fitting program is search and defects",
        "<= 0 share of splits",
        lightest_defects,
        ("all", "in-context"),
        limits="By l and by t over all lanes, the fastest of those up to the bound. By the longest lane and by depth "
        "no census counts: not said here.",
        figure="cloud",
        quantifier=Quantifier.NEARLY_ALWAYS,
        beside=(
            Number("the shortest alone", "<= 0 share of splits", shortest_defects),
            Number("the fastest alone", "<= 0 share of splits", fastest_defects),
        ),
    ),
)
