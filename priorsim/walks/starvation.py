"""Starvation on a world made for it: a shallow feature right on three quarters of the lanes, a deep one on all.

Columns a and b of 2 bits, 16 lanes, all of them train. The answer is a, but a + 1 where b is 3: `a` is the
shallow feature, `(add a (eq b 3))` the deep one, which brings the lanes of b = 3 in as well.
"""

from dataclasses import dataclass

import numpy as np

from priorsim.mu.domain import Domain
from priorsim.walks.chains import Dynamics, make_chain
from priorsim.walks.ends import chance_to_pass, end_values
from priorsim.walks.kernels import F64
from priorsim.walks.landscape import Mask
from priorsim.walks.study import Study
from priorsim.worlds.world import World


def two_feature_world() -> World:
    """The world with a shallow and a deep feature.

    >>> world = two_feature_world()
    >>> sum(lane[0] in words for lane, words in zip(world.domain.lanes, world.acceptable)), len(world.train)
    (12, 16)
    """
    lanes = tuple((a, b) for a in range(4) for b in range(4))
    return World(
        "two-features",
        Domain(2, lanes, ("a", "b")),
        tuple(frozenset({(a + (b == 3)) % 4}) for a, b in lanes),
        tuple(range(16)),
        "walks",
        "arith",
        "a, but a + 1 where b is 3",
    )


@dataclass(frozen=True, slots=True)
class Starvation:
    """The deep feature's chances with and without the shallow one.

    Attributes
    ----------
    radius : int
    gain_with, gain_without : float
        Chance that an edit makes the program right, times the loss that it saves; mean over the programs that
        show the shallow feature (they behave like it), and over those whose loss is no less than a constant's.
    ends_with, ends_without : float
        Chance that steepest descent ends right from them; without, the shallow behaviour is forbidden.
    passes_shallow : float
        Chance that steepest descent from the prior passes the shallow behaviour.
    """

    radius: int
    gain_with: float
    gain_without: float
    ends_with: float
    ends_without: float
    passes_shallow: float


def starvation(study: Study) -> Starvation:
    """Starvation in the world of two features."""
    landscape, domain = study.landscape, study.world.domain
    shallow = landscape.programs.behaviour == np.uint64(domain.pack([lane[0] for lane in domain.lanes]))
    absent = landscape.loss >= landscape.constant_loss
    right = landscape.fits.astype(np.float64)
    gain = np.asarray(study.graph.matrix @ right, np.float64) * landscape.loss.astype(np.float64)
    chain = study.chain(Dynamics.STEEPEST)
    alone = make_chain(study.graph, landscape, Dynamics.STEEPEST, forbidden=shallow)

    def mean(values: F64, chosen: Mask) -> float:
        return study.mean(values, chosen) or 0.0

    return Starvation(
        study.radius,
        gain_with=mean(gain, shallow),
        gain_without=mean(gain, absent),
        ends_with=mean(end_values(chain, right), shallow),
        ends_without=mean(end_values(alone, right), absent),
        passes_shallow=chance_to_pass(chain, study.start, shallow),
    )
