"""Claims about memorised models: tables, and hybrids that search with statistics in hand.

Programs with data are counted anew for each world and number of training lanes, so these claims are measured on a
few worlds of each site: at equal distances, the first among them. Classes are by lesion alone.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial, wraps
from itertools import accumulate, pairwise

import numpy as np

from priorsim.census.segments.terms import DataTerms, refusal
from priorsim.claims.claim import Claim, Number
from priorsim.claims.populations import Preset
from priorsim.claims.site import Site
from priorsim.measure.data import DATA_CLASSES, DataCounts, count_fitting_data
from priorsim.measure.decomposition import corners
from priorsim.measure.fitting import ClassedRows, fitting
from priorsim.measure.histogram import I64, Cells
from priorsim.measure.mass import ENDS
from priorsim.measure.values import Values, least_at_end, least_difference
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.priors import F64
from priorsim.worlds import World

MEASURED = "the world is among the few of its census that are measured"

TABLE, CODE, SEARCHES, NOBODY = 0, 1, 2, -1


def sample(site: Site) -> list[int]:
    """The worlds of a site that are measured: as many as it says, at equal distances, the first among them.

    None in a language whose programs with data are not counted.
    """
    if refusal(site.programs.header.language) is not None:
        return []
    worlds = len(site.behaviours)
    number = min(site.data_worlds, worlds)
    return [place * worlds // number for place in range(number)]


def count_data(
    language: Language, domain: Domain, behaviour: int, train: tuple[int, ...], code_bits: int
) -> DataCounts:
    """The programs with data that fit a world's words on these lanes."""
    words = tuple(frozenset({word}) for word in domain.unpack(behaviour))
    world = World("sampled", domain, words, train, "", language.dialect.name, "")
    return count_fitting_data(_terms(language, domain, code_bits), world)


data_counts = cache(count_data)
"""The same, kept."""
_terms = lru_cache(maxsize=1)(DataTerms)
"""What all programs with data are made of, the same for all worlds of a census."""


def _asked(site: Site, world: int, train: tuple[int, ...]) -> tuple[Language, Domain, int, tuple[int, ...], int]:
    """What `data_counts` takes of one of the site's worlds."""
    header = site.programs.header
    return header.language, header.domain, int(site.behaviours[world]), train, site.code_bits


def _counts(site: Site, world: int, train: tuple[int, ...]) -> DataCounts:
    """`data_counts` of one of the site's worlds."""
    return data_counts(*_asked(site, world, train))


def delta_l_with_data(site: Site) -> Values:
    """Delta L in bits, taxes left out, where programs with data count, tables as direct code and hybrids as search.

    In `table_worlds` worlds, at equal distances in their order of complexity; nan in the others.
    """
    ends = np.full((2, len(site.behaviours)), np.nan)
    if site.worth is not None and site.table_worlds:
        order = np.argsort(site.worth.complexity, kind="stable")
        places = np.linspace(0, len(order) - 1, min(site.table_worlds, len(order))).round().astype(np.int64)
        chosen = np.sort(order[np.unique(places)])
        code = site.narrowed(chosen).fitting
        for world, least in zip(chosen.tolist(), code.least(code.programs.bits.astype(np.float64)), strict=True):
            found = _difference(site, count_data(*_asked(site, world, site.train)), least)
            ends[:, world] = found.low[0], found.high[0]
    return Values(*ends)


def _difference(site: Site, counts: DataCounts, least: F64) -> Values:
    """Delta L in a world with its programs with data, from the least lengths of code, shape (classes,)."""
    for cells in (counts.used, counts.unused):
        np.minimum.at(least, cells.kind, cells.bits)
    return least_difference(least[None], max_bits=min(site.max_bits, counts.exhausted_beside_code))


def one_flip(site: Site, *, before: tuple[int, ...] = (TABLE,)) -> Values:
    """1 where the lightest program turns once, from a class of `before` to search, as lanes are learnt; else 0."""
    parts = []
    for of_worlds in _leaders(site):
        found = np.full(len(of_worlds), np.nan)
        for place, course in enumerate(of_worlds.tolist()):
            if NOBODY not in course:
                merged = [TABLE if leader in before else leader for leader in course]
                turns = [pair for pair in pairwise(merged) if pair[0] != pair[1]]
                found[place] = turns == [(TABLE, SEARCHES)]
        parts.append(Values(found, found))
    return _of_all(site, Values.hull(parts))


def _of_all(site: Site, values: Values) -> Values:
    """Numbers of the measured worlds, unknown where they are nan, as those of all worlds, nan in the others."""
    known = values.or_unknown()
    ends = np.full((2, len(site.behaviours)), np.nan)
    if not site.by_form:
        ends[:, sample(site)] = known.low, known.high
    return Values(*ends)


@lru_cache(maxsize=1)
def _leaders(site: Site) -> I64:
    """Which class has the lightest fitting program after each lesson, or NOBODY where that is not known.

    Shape (ends, sampled worlds, lessons).
    """
    chosen, learnt = sample(site), list(accumulate(site.lessons))
    leaders = np.full((len(ENDS), len(chosen), len(learnt)), NOBODY)
    if site.by_form:
        return leaders
    programs = site.programs
    for lesson, lanes in enumerate(learnt):
        code = fitting(programs, site.behaviours[chosen], train=lanes)
        # What fits more lanes is among what fits fewer.
        programs = code.programs
        least = code.least(programs.bits + float(site.tax) * programs.searches)
        for place, world in enumerate(chosen):
            table = _counts(site, world, tuple(sorted(lanes))).l_min(DATA_CLASSES["table"])
            for number, end in enumerate(ENDS):
                direct, search = (side[place] for side in least_at_end(least, end))
                leaders[number, place, lesson] = _leader(table.low, table.high, direct, search, site.unseen)
    return leaders


def _leader(table_low: float | None, table_high: float | None, direct: float, search: float, unseen: float) -> int:
    """The class of the lightest program; a table is at least as long as is possible, at most as the one found.

    Code that was not counted costs `unseen` at the least.
    """
    costs = (np.inf if table_high is None else table_high, direct, search)
    least = min(costs)
    is_told = costs[TABLE] == least or (table_low is not None and least < table_low)
    return costs.index(least) if costs.count(least) == 1 and is_told and least < unseen else NOBODY


def in_sample(measure: Callable[[Site, DataCounts], float]) -> Callable[[Site], Values]:
    """A number of a site of one world and of its programs with data, in each world that is measured."""

    @wraps(measure)
    def values(site: Site) -> Values:
        chosen = sample(site)
        found: F64 = np.full(len(chosen), np.nan)
        if not site.by_form:
            for place, world in enumerate(chosen):
                found[place] = measure(site.narrowed(np.array([world])), _counts(site, world, site.train))
        return _of_all(site, Values(found, found))

    return values


@in_sample
def table_share_gained(site: Site, counts: DataCounts) -> float:
    """Tables' share of the fitting mass, code and programs with data together, at gamma = 2 less that at gamma = 0."""
    shares = []
    for gamma in (0, 2):
        with_data = {
            name: mass.value or 0.0 for name, mass in counts.masses(DATA_CLASSES, site.prior(gamma=gamma)).items()
        }
        whole = sum(with_data.values()) + float(site.masses_at(gamma).sum())
        shares.append(with_data["table"] / whole if whole else np.nan)
    return shares[1] - shares[0]


@in_sample
def hybrid_on_hull(site: Site, counts: DataCounts) -> float:
    """1 where a hybrid lies on the lower hull of all fitting programs, with and without data; else 0.

    Lengths are taxed. Nan where no hybrid was found.
    """
    hybrids = counts.of("hybrid")
    if not len(hybrids):
        return np.nan
    parts = site.fitting.programs, counts.used, counts.unused
    points = set().union(*(_points(part, site.tax) for part in parts))
    return float(bool(_points(hybrids, site.tax) & set(corners(points))))


def _points(programs: Cells | ClassedRows, tax: int) -> set[tuple[int, int]]:
    """Length, taxes included, and steps."""
    cost = programs.bits.astype(np.int64) + tax * programs.searches.astype(np.int64)
    return {*zip(cost.tolist(), programs.steps.tolist(), strict=True)}


CLAIMS = (
    Claim(
        "informed-search",
        "essay",
        "A late optimizer already holds statistics, and is the better for it.",
        "whether a hybrid, a search that uses its data, lies on the lower hull of length against time",
        "> 0.5 0 or 1",
        hybrid_on_hull,
        ("in-context",),
        limits=f"Hybrids of up to {Preset.code_bits} code bits; where none fits it is undefined. Longer than the bound "
        "they are compared with what was counted, and there code alone was not. A few worlds of a census.",
        figure="cloud",
        premise=MEASURED,
    ),
    Claim(
        "table-to-search",
        "Hubinger, Are minimal circuits deceptive?",
        "The minimal program is a table first and a searcher after enough instances.",
        "whether the lightest class, of table, code and search, changes exactly once, from table to search",
        "> 0.5 0 or 1",
        one_flip,
        ("in-context", "inverse"),
        limits=f"Tables of up to {Preset.code_bits} code bits; hybrids do not compete. Few lanes are met by short "
        "code, so a table is seldom first. A few worlds of a census.",
        figure="odds-against-lessons",
        premise=MEASURED,
        beside=(
            Number(
                "once, from a table or direct code to search",
                "> 0.5 0 or 1",
                partial(one_flip, before=(TABLE, CODE)),
                MEASURED,
            ),
        ),
    ),
)
