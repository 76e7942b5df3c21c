"""Claims about learning, and about how a price on time trades what fits against what generalises.

Held-out loss is the fitting mass's expected share of wrong held-out lanes: 1 minus its accuracy.
"""

from itertools import accumulate

import numpy as np

from priorsim.claims.claim import Claim, Number
from priorsim.claims.site import Site
from priorsim.claims.with_data import table_share_gained
from priorsim.measure.mass import ENDS, End
from priorsim.measure.values import Values, at_end, quotient
from priorsim.measure.weighed import Split
from priorsim.priors import F64

GAMMAS = np.linspace(0, 8, 33)
"""The prices on time that are tried."""
HARMLESS = 0.01
"""Less than this share of the fitting mass is search that defects."""
NEAR_LEAST = 1.1
"""Held-out loss within this factor of its least."""
LEARNT = 0.9
"""Held-out accuracy at which a class has learnt a world."""


def well_tuned(site: Site) -> Values:
    """The share of GAMMAS at which little mass is search that defects and held-out loss is near its least.

    Nan where no search fits, or no lane is held out.
    """
    points = [site.mixture.points(site.prior(gamma=gamma)) for gamma in GAMMAS.tolist()]
    losses = np.stack([each.loss for each in points])
    is_near = losses <= NEAR_LEAST * losses.min(axis=0)

    def value(end: End) -> F64:
        harms = np.stack([at_end(each.defecting, end)[1] for each in points])
        share: F64 = (is_near & (harms < HARMLESS)).mean(axis=0)
        is_told = ~np.isnan(losses).any(axis=0) & (at_end(site.masses, end)[1] > 0)
        return np.where(is_told, share, np.nan)

    return Values.at_ends(value)


def loss_gained(site: Site) -> Values:
    """Held-out loss at gamma = 2 less that at gamma = 0."""
    at = [site.mixture.points(site.prior(gamma=gamma)).loss for gamma in (2.0, 0.0)]
    return Values(at[0] - at[1], at[0] - at[1])


def lessons_saved(site: Site) -> Values:
    """Lessons until search's held-out accuracy is 90 %, less direct code's; an interval where a class may yet learn.

    A class that has not learnt by the last lesson takes at least one more. So does, after the lessons that it still
    fits, one of which the bound holds no further program. Nan where neither learns.
    """
    accuracies = []
    for learnt in accumulate(site.lessons):
        known = site.on(Split("learnt", learnt, site.held_out))
        accuracies.append((known.right(site.behaviours, site.held_out), known.fitting))
    parts = []
    for end in ENDS:
        needed = []
        for side in range(2):
            at = np.stack([quotient(at_end(right, end)[side], at_end(whole, end)[side]) for right, whole in accuracies])
            is_learnt = at / max(1, len(site.held_out)) >= LEARNT
            learns, first = is_learnt.any(axis=0), 1.0 + is_learnt.argmax(axis=0)
            still_fits = 1.0 + (~np.isnan(at)).sum(axis=0)
            needed.append(Values(np.where(learns, first, still_fits), np.where(learns, first, np.inf)))
        direct, search = needed
        neither = np.isinf(direct.high) & np.isinf(search.high)
        saved = search - direct
        parts.append(Values(np.where(neither, np.nan, saved.low), np.where(neither, np.nan, saved.high)))
    return Values.hull(parts)


CLAIMS = (
    Claim(
        "faster-learner",
        "essay",
        "A mesa-optimizer improves the model faster from the same data.",
        "training rules needed for 90 % held-out accuracy, search less direct code",
        "< 0 rules",
        lessons_saved,
        ("in-context", "video"),
        limits="Three training rules in listed order, so differences are small whole numbers; a tie counts against it.",
        figure="learning-curves",
    ),
    Claim(
        "well-tuned",
        "Shavit",
        "Some window of gamma has little defecting mass and good held-out loss.",
        "share of gamma in [0, 8] with less than 1 % of the fitting mass search that defects and held-out loss within "
        "10 % of its least",
        "> 0 share",
        well_tuned,
        ("in-context",),
        limits="gamma is looked at in steps of 1/4. Held-out loss is the expected share of wrong held-out lanes. Where "
        "no search fits up to the bound it is undefined.",
        figure="well-tuned",
    ),
    Claim(
        "speed-uncompetitive",
        "Hubinger",
        "Speed priors generalise badly and end in tables.",
        "held-out loss of the mixture at gamma = 2 less that at gamma = 0",
        "> 0 share",
        loss_gained,
        ("in-context", "inverse"),
        limits="Code only: tables, programs with data, are left out of the mixture, and beside it in a few worlds.",
        figure="phase",
        beside=(Number("share of tables at gamma = 2 less that at gamma = 0", "> 0 share", table_share_gained),),
    ),
)
