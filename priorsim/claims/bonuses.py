"""What it is worth to a class that many of its programs fit: B, by how many bits they outweigh the shortest one."""

import numpy as np

from priorsim.claims.site import Site, at_both_ends
from priorsim.measure.mass import End
from priorsim.measure.values import Values, at_end, bonuses_of, log2_odds
from priorsim.priors import F64


def _bonuses(site: Site, end: End) -> tuple[F64, F64]:
    """B of direct code and of search in bits, taxes included; nan where the shortest program is not known."""
    direct, search = map(bonuses_of, site.shortest(end), at_end(site.masses, end))
    return direct, search


@at_both_ends
def bonus_difference(site: Site, end: End) -> F64:
    """B_search - B_direct in bits, over as many bits beyond the shortest program for both classes.

    From the shortest program of the class in which that is the longer one, there are so many bits to the last cost up
    to which everything is counted; the other class's programs are taken over as many.
    """
    cost = site.taxed_bits
    least = np.stack(site.shortest(end))
    both = np.isfinite(least).all(axis=0)
    span = np.where(both, site.known - least.max(axis=0), 0.0)
    reached = np.zeros((2, site.fitting.groups))
    reached[:, site.fitting.target_group] = np.where(both, least + span, 0.0)
    side = np.isin(site.fitting.programs.kind, end.search).astype(np.int64)
    inside = cost <= reached[side, site.fitting.group]
    masses = at_end(site.fitting.sums(np.where(inside, site.weights, 0.0)), end)
    direct, search = map(bonuses_of, least, masses)
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
