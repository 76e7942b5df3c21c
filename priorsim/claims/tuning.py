"""Claims about learning, and about how a price on time trades what fits against what generalises.

Held-out loss is the fitting mass's expected share of wrong held-out lanes: 1 minus its accuracy.
"""

import numpy as np

from priorsim.claims.claim import Beside, SiteClaim, above, below
from priorsim.claims.site import Site, Values
from priorsim.claims.with_data import table_share_gained
from priorsim.measure.fitting import at_end
from priorsim.measure.held_out import Split
from priorsim.measure.mass import End
from priorsim.measure.splits import quotient
from priorsim.prior import F64

GAMMAS = np.linspace(0, 8, 33)
"""The prices on time that are tried."""
HARMLESS = 0.01
"""Less than this share of the fitting mass is search that defects."""
NEAR_LEAST = 1.1
"""Held-out loss within this factor of its least."""
LEARNT = 0.9
"""Held-out accuracy at which a class has learnt a world."""


def loss_at(site: Site, gamma: float) -> F64:
    """The held-out loss of the whole fitting mass at a price on time, shape (worlds,)."""
    found = site.fitting
    weights = found.programs.weights(site.prior(gamma=gamma))
    return quotient(found.wrong(weights), len(found.held_out) * found.sums(weights).sum(axis=1))


def harm_at(site: Site, gamma: float, end: End) -> F64:
    """The share of the fitting mass that is search and wrong on a held-out lane, shape (worlds,)."""
    found = site.fitting
    weights = found.programs.weights(site.prior(gamma=gamma))
    whole = found.sums(weights)
    right, fitting = at_end(found.faithful(weights), end)[1], at_end(whole, end)[1]
    return quotient(np.where(right == fitting, 0.0, fitting - right), whole.sum(axis=1))


def well_tuned(site: Site) -> Values:
    """The share of GAMMAS at which little mass is search that defects and held-out loss is near its least."""
    losses = np.stack([loss_at(site, gamma) for gamma in GAMMAS.tolist()])
    is_near = losses <= NEAR_LEAST * losses.min(axis=0)

    def value(end: End) -> F64:
        harms = np.stack([harm_at(site, gamma, end) for gamma in GAMMAS.tolist()])
        share: F64 = (is_near & (harms < HARMLESS)).mean(axis=0)
        return np.where(np.isnan(losses).any(axis=0), np.nan, share)

    return Values.at_ends(value)


def loss_gained(site: Site) -> Values:
    """Held-out loss at gamma = 2 less that at gamma = 0."""
    found = loss_at(site, 2.0) - loss_at(site, 0.0)
    return Values(found, found)


def lessons_saved(site: Site) -> Values:
    """Lessons until search's held-out accuracy is 90 %, less direct code's.

    A class that has not learnt after all lessons, or has no fitting program left, takes infinitely many; nan where
    neither learns.
    """
    accuracies = []
    learnt: tuple[int, ...] = ()
    for lesson in site.lessons:
        learnt += lesson
        known = site.on(Split("learnt", learnt, site.held_out))
        accuracies.append((known.right(site.behaviours, site.held_out), known.fitting))

    def value(end: End) -> F64:
        needed = []
        for side in range(2):
            at = np.stack([quotient(at_end(right, end)[side], at_end(whole, end)[side]) for right, whole in accuracies])
            is_learnt = at / max(1, len(site.held_out)) >= LEARNT
            first = np.where(is_learnt.any(axis=0), 1.0 + is_learnt.argmax(axis=0), np.inf)
            needed.append(first)
        direct, search = needed
        neither = np.isinf(direct) & np.isinf(search)
        found: F64 = np.subtract(search, direct, out=np.full(len(direct), np.nan), where=~neither)
        return found

    return Values.at_ends(value)


CLAIMS = (
    SiteClaim(
        "faster-learner",
        "essay",
        "A mesa-optimizer improves the model faster from the same data.",
        "training rules needed for 90 % held-out accuracy, search less direct code",
        "rules",
        below(0),
        ("in-context", "video"),
        measure=lessons_saved,
        limits="Three training rules in listed order: differences are small whole numbers, and none is a tie.",
        figure="learning-curves",
    ),
    SiteClaim(
        "well-tuned",
        "Shavit",
        "Some window of gamma has little defecting mass and good held-out loss.",
        "share of gamma in [0, 8] with less than 1 % of the fitting mass search that defects and held-out loss within "
        "10 % of its least",
        "share",
        above(0),
        ("in-context",),
        measure=well_tuned,
        limits="gamma is looked at in steps of 1/4. Held-out loss is the expected share of wrong held-out lanes.",
        figure="well-tuned",
    ),
    SiteClaim(
        "speed-uncompetitive",
        "Hubinger",
        "Speed priors generalise badly and end in tables.",
        "held-out loss of the mixture at gamma = 2 less that at gamma = 0",
        "share",
        above(0),
        ("in-context", "inverse"),
        measure=loss_gained,
        limits="Code only: tables, programs with data, are left out of the mixture, and beside it in a few worlds.",
        figure="phase",
        beside=(Beside("share of tables at gamma = 2 less that at gamma = 0", "share", above(0), table_share_gained),),
    ),
)
