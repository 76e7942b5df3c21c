"""End points by behaviour, against the posterior.

A behaviour is what programs do on all lanes. The posterior is the prior 2^-l of what fits, renormalised.
"""

from dataclasses import dataclass

import numpy as np

from priorsim.walks.kernels import F64
from priorsim.walks.landscape import CLASSES, Landscape, conditional


@dataclass(frozen=True, slots=True)
class Outcome:
    """The programs of one fitting behaviour and one class.

    Attributes
    ----------
    behaviour : int
    kind : str
        Their class.
    posterior, ends : float
        Their share of the posterior, and of the end points that fit.
    """

    behaviour: int
    kind: str
    posterior: float
    ends: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All that fits, by falling posterior.

    Attributes
    ----------
    rows : tuple of Outcome
    total_variation : float
        Half the sum of |ends - posterior| over behaviours, all classes of each together: 0 where walks find
        functions as often as the prior says, at most 1.
    fitting_ends : float
        Share of walks that end fitting.
    """

    rows: tuple[Outcome, ...]
    total_variation: float
    fitting_ends: float


def outcomes(landscape: Landscape, ends: F64) -> Outcomes | None:
    """End points that fit against the posterior; None where no program, or no end point, fits.

    Parameters
    ----------
    landscape : Landscape
    ends : array of float64, shape (programs,)
        Chance to end at each program.
    """
    fits = np.flatnonzero(landscape.fits)
    fitting_ends = float(ends[fits].sum())
    if not len(fits) or fitting_ends == 0:
        return None
    behaviours, place = np.unique(landscape.programs.behaviour[fits], return_inverse=True)
    cells = len(behaviours) * len(CLASSES)
    cell = place * len(CLASSES) + landscape.kind[fits]
    posterior = np.bincount(cell, landscape.posterior[fits], minlength=cells)
    found = np.bincount(cell, conditional(ends, landscape.fits)[fits], minlength=cells)
    rows = tuple(
        Outcome(
            int(behaviours[i // len(CLASSES)]), str(CLASSES[i % len(CLASSES)]), float(posterior[i]), float(found[i])
        )
        for i in np.argsort(-posterior, kind="stable")
        if posterior[i] > 0
    )
    apart = np.abs((posterior - found).reshape(-1, len(CLASSES)).sum(axis=1))
    return Outcomes(rows, float(apart.sum()) / 2, fitting_ends)
