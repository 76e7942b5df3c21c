"""End points by behaviour, against the posterior; and the landscape made coarse, for drawing.

A behaviour is what programs do on all lanes. The posterior is the prior 2^-l of what fits, renormalised.
"""

from dataclasses import dataclass

import numpy as np

from priorsim.walks.chains import Chain, Dynamics
from priorsim.walks.ends import passed_through
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


@dataclass(frozen=True, slots=True)
class Region:
    """Programs of one loss and one class.

    Attributes
    ----------
    loss : int
    kind : str
    prior : float
        Their share of the prior.
    passed, ends : float
        Chance that a walk passes them, and that it ends there.
    """

    loss: int
    kind: str
    prior: float
    passed: float
    ends: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Chance that a walk steps from one region to another.

    Attributes
    ----------
    source, target : int
        Places in the coarse landscape's regions.
    chance : float
    """

    source: int
    target: int
    chance: float


@dataclass(frozen=True, slots=True)
class CoarseLandscape:
    """A landscape in regions, and the walks' flows between them.

    Attributes
    ----------
    world : str
    dynamics : str
    radius, max_bits : int
    regions : tuple of Region
        By falling loss, then class.
    flows : tuple of Flow
        By falling chance.
    """

    world: str
    dynamics: str
    radius: int
    max_bits: int
    regions: tuple[Region, ...]
    flows: tuple[Flow, ...]


def coarse_landscape(chain: Chain, landscape: Landscape, start: F64, *, radius: int) -> CoarseLandscape:
    """The landscape in regions of equal loss and class, with the flows of a descent."""
    assert chain.dynamics in (Dynamics.STEEPEST, Dynamics.FIRST), "flows of walks that end"
    passed = passed_through(chain, start)
    region_of = landscape.loss * len(CLASSES) + landscape.kind
    known = sorted(set(region_of.tolist()), key=lambda each: (-(each // len(CLASSES)), each % len(CLASSES)))
    place = {each: number for number, each in enumerate(known)}
    size = int(region_of.max()) + 1
    sums = [
        np.bincount(region_of, weights, minlength=size)
        for weights in (landscape.prior, passed, np.where(chain.stuck, passed, 0.0))
    ]
    regions = tuple(
        Region(each // len(CLASSES), str(CLASSES[each % len(CLASSES)]), *(float(total[each]) for total in sums))
        for each in known
    )
    rows = np.repeat(np.arange(len(passed)), np.diff(chain.moves.indptr))
    pairs = region_of[rows] * size + region_of[chain.moves.indices]
    codes, where = np.unique(pairs, return_inverse=True)
    chances = np.bincount(where, passed[rows] * chain.moves.data)
    flows = [
        Flow(place[code // size], place[code % size], chance)
        for code, chance in zip(codes.tolist(), chances.tolist(), strict=True)
        if chance > 0
    ]
    return CoarseLandscape(
        landscape.world.name,
        str(chain.dynamics),
        radius,
        landscape.programs.header.max_bits,
        regions,
        tuple(sorted(flows, key=lambda flow: (-flow.chance, flow.source, flow.target))),
    )
