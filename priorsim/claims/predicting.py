"""Claims about what the programs of the whole prior predict, not those alone that fit a world."""

import numpy as np

from priorsim.claims.claim import Claim
from priorsim.claims.site import Site
from priorsim.measure import histories
from priorsim.measure.mass import ENDS
from priorsim.measure.values import Values, at_end


def harm(site: Site) -> Values:
    """What search in the prior costs predictions of the training lanes, loss_M - loss_direct in bits.

    Where search alone fits it is not known, but is no more than the bound; nan where nothing fits, or programs of the
    census are missing.
    """
    parts = []
    for end in ENDS:
        (direct, search), of_all = at_end(site.masses, end), at_end(site.all_masses, end)
        cost, is_asked = histories.harm(direct, search, *of_all), (direct + search > 0) & site.has_all
        most = histories.bound(*of_all)
        low, high = (np.where(direct > 0, cost, unknown) for unknown in (-np.inf, most))
        parts.append(Values(low, high).where(is_asked))
    return Values.hull(parts)


CLAIMS = (
    Claim(
        "malign-prior",
        "Christiano, What does the universal prior actually look like?",
        "Search in the prior costs predictions.",
        "loss of all programs together less that of direct code alone, over all lanes of a world",
        "> 0.05 bits",
        harm,
        ("all",),
        limits="The lanes are predicted one by one in any order, and all count alike; what one prediction alone may "
        "cost is given by `priorsim influence --order worst`. No program here wants to be believed.",
        figure="influence",
        identity="The loss is at most -log2(1 - pi_S), pi_S search's share of the whole prior, since the mass of all "
        "programs that agree is at least that of the direct ones. What is measured is pi_S, and where the loss comes "
        "near the bound.",
        premise="all programs of the census are at hand, and one fits",
        amount=True,
    ),
)
