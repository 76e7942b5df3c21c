"""How much mass lies beyond the shortest program: K of a behaviour against -log2 of its mass (docs/measures.md).

Levin's coding theorem (1974; proved in English by Vitanyi, 2013) says of a universal prefix machine that K and -log2 m
differ by a constant at most. K is here the length of the shortest code-only
program of a behaviour, m the sum of 2^-l over all of them within the bound, and the *slack* K + log2 m. It is at least
0, since the shortest program alone has the mass 2^-K.
"""

from dataclasses import dataclass

import numpy as np

from priorsim.census.stored import Counted
from priorsim.measure.histogram import I64
from priorsim.measure.standings import CUTS, standings
from priorsim.priors import F64
from priorsim.table import Table, runs

FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The least, the quartiles and the greatest."""


@dataclass(frozen=True, slots=True, eq=False)
class Slack(Table):
    """Behaviours by K, in bits: how many there are, `five` of their slack, shape (lengths, 5), and its median by cut.

    `medians`, shape (lengths, cuts), is that of the masses within the bound less 0, 4 and 8 bits, nan where K is above.
    """

    bits: I64
    behaviours: I64
    five: F64
    medians: F64


@dataclass(frozen=True, slots=True, eq=False)
class CodingTheorem:
    """The slack of a census by K, and the line -log2 m = slope K + intercept, least squares over behaviours.

    `fitted` is the greatest K in the fit: 8 bits below the bound, so that each mass has as many bits beyond K.
    """

    slack: Slack
    slope: float
    intercept: float
    fitted: int


def coding_theorem(atlas: Counted) -> CodingTheorem:
    """The slack of every behaviour of a census, by K; slope and intercept are nan below two values of K to fit."""
    found, bound = standings(atlas), atlas.header.max_bits
    bits = found.complexity
    with np.errstate(divide="ignore"):
        slack = bits[:, None] + np.log2(found.mass.sum(axis=2)) - bound
    order, starts = runs(bits)
    parts = [slack[chosen] for chosen in np.split(order, starts[1:])]
    lengths = bits[order[starts]].astype(np.int64)
    five = np.array([np.quantile(part[:, 0], FIVE) for part in parts])
    is_reached = lengths[:, None] <= bound - np.array(CUTS)
    medians = np.where(is_reached, [np.median(part, axis=0) for part in parts], np.nan)
    fitted = bound - CUTS[-1]
    is_fitted = bits <= fitted
    line = _line(bits[is_fitted], (bits - slack[:, 0])[is_fitted])
    return CodingTheorem(Slack(lengths, np.array(list(map(len, parts))), five, medians), *line, fitted)


def _line(x: F64, y: F64) -> tuple[float, float]:
    """Slope and intercept of least squares."""
    if len(np.unique(x)) < 2:
        return float("nan"), float("nan")
    slope = float(np.cov(x, y, bias=True)[0, 1] / np.var(x))
    return slope, float(y.mean() - slope * x.mean())
