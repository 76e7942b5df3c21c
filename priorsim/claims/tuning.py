"""Claims about learning, and about how a price on time trades what fits against what generalises.

Held-out loss is the fitting mass's expected share of wrong held-out lanes: 1 minus its accuracy.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

import numpy as np

from priorsim.claims.claim import Claim, Number
from priorsim.claims.populations import LESSONS
from priorsim.claims.site import Site
from priorsim.claims.with_data import MEASURED, table_share_gained
from priorsim.measure.histogram import Mask
from priorsim.measure.mass import ENDS, End
from priorsim.measure.mixture import MixturePoints
from priorsim.measure.values import Values, at_end, quotient
from priorsim.measure.weighed import Split
from priorsim.priors import F64

GAMMAS = np.linspace(0, 4, 33)
"""The prices on time that are tried."""
HARMLESS = 0.01
"""Less than this share of the fitting mass is search that defects."""
NEAR_LEAST = 0.01
"""Held-out loss, a share of the held-out lanes, within this of its least."""
LEARNT = 0.9
"""Held-out accuracy at which a class has learnt a world."""
SEARCH_FITS = "a search program fits within the bound"


@lru_cache(maxsize=1)
def _points(site: Site) -> list[MixturePoints]:
    """The mixtures at GAMMAS, which both ends and several numbers look at."""
    return [site.mixture.points(site.prior(gamma=gamma)) for gamma in GAMMAS.tolist()]


def _window(site: Site, end: End) -> Mask:
    """Where little mass is search that defects, and held-out loss is near its least; shape (GAMMAS, worlds)."""
    losses = np.stack([each.loss for each in _points(site)])
    harms = np.stack([at_end(each.defecting, end)[1] for each in _points(site)])
    found: Mask = (losses <= losses.min(axis=0) + NEAR_LEAST) & (harms < HARMLESS)
    return found


def _where_search_fits(site: Site, value: Callable[[Mask], F64]) -> Values:
    """A number of the window; nan where no search fits, or no lane is held out."""

    def at(end: End) -> F64:
        is_told = bool(site.held_out) & (at_end(site.masses, end)[1] > 0)
        return np.where(is_told, value(_window(site, end)), np.nan)

    return Values.at_ends(at)


def window_width(site: Site) -> Values:
    """How many units of gamma the window is wide: GAMMAS at which little mass defects and little is lost."""
    return _where_search_fits(site, lambda window: window.sum(axis=0) * (GAMMAS[1] - GAMMAS[0]))


def untuned(site: Site) -> Values:
    """1 where gamma = 0 is in the window, so that no tuning is needed; else 0."""
    return _where_search_fits(site, lambda window: window[0].astype(np.float64))


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
        ("in-context", "video", LESSONS),
        limits="Training rules in listed order, so differences are small whole numbers, of at most 3, 6 or 12 rules; a "
        "tie supports neither the claim nor its opposite, which stands beside it.",
        figure="learning-curves",
        beside=(Number("the opposite: direct code needs fewer", "> 0 rules", lessons_saved),),
    ),
    Claim(
        "well-tuned",
        "Shavit",
        "Some window of gamma has little defecting mass and good held-out loss.",
        "width of the window of gamma in [0, 4] in which less than 1 % of the fitting mass is search that defects, and "
        "held-out loss is within .01 of its least",
        "> 0 gamma",
        window_width,
        ("in-context",),
        limits="gamma is looked at in steps of 1/8. Held-out loss is the expected share of wrong held-out lanes.",
        figure="well-tuned",
        premise=SEARCH_FITS,
        beside=(Number("whether gamma = 0 is in the window", "> 0.5 0 or 1", untuned, SEARCH_FITS),),
    ),
    Claim(
        "speed-uncompetitive",
        "Hubinger",
        "Speed priors generalise badly and end in tables.",
        "held-out loss of the mixture at gamma = 2 less that at gamma = 0",
        "> 0 loss",
        loss_gained,
        ("in-context", "inverse"),
        amount=True,
        limits="Code only: tables, programs with data, are left out of the mixture, and beside it in a few worlds.",
        figure="phase",
        beside=(
            Number("share of tables at gamma = 2 less that at gamma = 0", "> 0 share", table_share_gained, MEASURED),
        ),
    ),
)
