"""What (1 - c/L) - alpha gamma, of the two shortest programs of a world, leaves of the log-odds of all of them.

c and L are the bits of the shortest search and of the shortest direct code, alpha L is log2 of the quotient of their
times. These two alone have log-odds / L = (1 - c/L) - alpha gamma; what all programs add to that is the *residual*.
"""

from dataclasses import dataclass

import numpy as np

from priorsim.measure.decomposition import shortest_pairs
from priorsim.measure.fitting import Fitting
from priorsim.measure.histogram import I64, Mask
from priorsim.measure.mass import End
from priorsim.measure.values import log2_odds
from priorsim.priors import F64, Prior

GAMMAS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""The prices of time."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Worlds at one end: L and c in `bits`, shape (2, worlds), alpha, and log-odds at each of GAMMAS.

    `is_known` says that the census holds all programs of up to the span above L; `is_there` that some search is among
    them. Elsewhere numbers are nan or infinite.
    """

    bits: F64
    alpha: F64
    log_odds: F64
    is_known: Mask
    is_there: Mask

    @property
    def gain(self) -> F64:
        """1 - c/L."""
        found: F64 = 1 - self.bits[1] / self.bits[0]
        return found

    @property
    def predicted(self) -> F64:
        """(1 - c/L) / alpha."""
        found: F64 = np.divide(self.gain, self.alpha, out=np.full(len(self.alpha), np.inf), where=self.alpha != 0)
        return found

    @property
    def critical_size(self) -> F64:
        """c / (1 - alpha): the L above which the law has search outweigh direct code at gamma = 1; inf where none."""
        left = 1 - self.alpha
        found: F64 = np.divide(self.bits[1], left, out=np.full(len(left), np.inf), where=left > 0)
        return found

    @property
    def residual(self) -> F64:
        """log-odds / L less what the law says, at each of GAMMAS."""
        found: F64 = self.log_odds / self.bits[0] - self.gain + np.array(GAMMAS)[:, None] * self.alpha
        return found

    def take(self, chosen: I64) -> "Compared":
        """These worlds alone."""
        bits, log_odds = self.bits[:, chosen], self.log_odds[:, chosen]
        return Compared(bits, self.alpha[chosen], log_odds, self.is_known[chosen], self.is_there[chosen])


def compare(found: Fitting, span: int, max_bits: int, end: End) -> Compared:
    """Every target with its two shortest programs and the masses of those of up to `span` bits above L."""
    programs = found.programs
    bits, time = shortest_pairs(found, programs.bits.astype(np.float64), end)
    reach = np.zeros(found.groups)
    reach[found.target_group] = np.where(np.isfinite(bits[0]), bits[0] + span, 0.0)
    inside = programs.bits <= reach[found.group]
    masses = (found.sums(programs.weights(Prior("priced", gamma=gamma)) * inside) for gamma in GAMMAS)
    is_known = bits[0] + span <= max_bits
    is_there = is_known & (bits[1] <= bits[0] + span)
    log_odds = np.stack([log2_odds(each, end) for each in masses])
    return Compared(bits, (time[1] - time[0]) / bits[0], log_odds, is_known, is_there)


def quartiles(values: F64) -> tuple[float, float, float] | None:
    """Three of these values; None of none.

    >>> quartiles(np.array([4.0, 1.0, 2.0, 3.0]))
    (1.0, 2.0, 3.0)
    """
    if not len(values):
        return None
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), method="inverted_cdf").tolist()
    return low, middle, high
