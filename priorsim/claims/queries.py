"""From how many queries a context on a search that is paid once a context is the quicker program.

The shortest program of each side is found again and run, which says what it pays once a context, and what for each
query (docs/measures.md, n*). Both numbers are of the two programs alone, for any number of queries.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from priorsim.census.witness import find_programs
from priorsim.claims.claim import Number
from priorsim.claims.site import Site
from priorsim.measure.histogram import I64
from priorsim.measure.mass import ENDS
from priorsim.measure.program import AmortisationFlip, Shares, compare_shares
from priorsim.measure.values import Values

PREMISE = "the shortest programs of both classes are known, and are looked at: by lesion, at B, without a tax"


def _shortest(site: Site, kinds: tuple[int, ...]) -> I64:
    """The row of least cost of these classes, ties to fewer steps, or -1 where that is not known; shape (worlds,)."""
    programs, mask = site.programs, np.uint64(site.programs.header.domain.lane_mask(site.train))
    rows = np.flatnonzero(np.isin(programs.behaviour & mask, site.behaviours & mask))
    entries = np.flatnonzero(np.isin(site.fitting.programs.kind, kinds) & (site.taxed_bits <= site.known))
    group, steps = site.fitting.group[entries], site.fitting.programs.steps[entries]
    order = np.lexsort((steps, site.taxed_bits[entries], group))
    groups, first = np.unique(group[order], return_index=True)
    found = np.full(site.fitting.groups, -1)
    found[groups] = rows[entries[order[first]]]
    return found[site.fitting.target_group]


@lru_cache(maxsize=1)
def flips(site: Site) -> tuple[dict[int, AmortisationFlip], ...]:
    """What the two shortest programs take at each end, world by world; without those where one is not known."""
    if site.rows is None:
        return ({}, {})
    header, pairs = site.programs.header, []
    for end in ENDS:
        search, direct = _shortest(site, end.search), _shortest(site, end.direct)
        known = np.flatnonzero((search >= 0) & (direct >= 0)).tolist()
        pairs.append({world: (int(search[world]), int(direct[world])) for world in known})
    rows = sorted({row for of_end in pairs for pair in of_end.values() for row in pair})
    found = find_programs(header, map(site.rows.key, rows), workers=1)
    shares = {row: Shares.of(found[site.rows.key(row)], header.domain) for row in rows}
    return tuple(
        {world: compare_shares(*map(shares.__getitem__, pair)) for world, pair in each.items()} for each in pairs
    )


def _of_flips(site: Site, value: Callable[[AmortisationFlip], float]) -> Values:
    """A number of the two shortest programs; nan where one is not known, or none is looked at."""
    ends = np.full((len(ENDS), len(site.behaviours)), np.nan)
    for number, of_end in enumerate(flips(site)):
        ends[number, list(of_end)] = list(map(value, of_end.values()))
    return Values.hull([Values(each, each) for each in ends])


def queries_needed(site: Site) -> Values:
    """n*: the queries a context from which on the shortest search takes fewer steps; infinite where none are enough."""
    return _of_flips(site, lambda flip: math.inf if flip.queries == "never" else flip.queries)


def time_saved_at_last(site: Site) -> Values:
    """What log2(t_direct / t_search) of the two shortest programs tends to as queries grow, in bits."""
    return _of_flips(site, _limit)


def _limit(flip: AmortisationFlip) -> float:
    """log2 of the quotient of steps a query; of those once a context where no query is read; infinite for one alone."""
    search, direct = flip.each_search, flip.each_direct
    if not search and not direct:
        search, direct = flip.once_search, flip.once_direct
    return (math.log2(direct) if direct else -math.inf) - (math.log2(search) if search else -math.inf)


BESIDE = (
    Number(
        "n*: queries a context from which on the shortest search takes fewer steps than the shortest direct program",
        "< inf queries",
        queries_needed,
        PREMISE,
    ),
    Number(
        "what log2(t_direct / t_search) of these two tends to as queries grow",
        "> 0 bits",
        time_saved_at_last,
        PREMISE,
    ),
)
"""What stands beside the slope in gamma, which is taken at the queries that are counted."""
