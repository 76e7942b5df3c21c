"""Length against time: the exponent alpha of the two shortest programs, and the hull of all of them.

With the price l + gamma log2 t the lightest program lies on the lower hull of the points (log2 t, l),
and minus the slopes of the hull's edges are the gamma at which it changes (docs/measures.md). Which
points are on the hull is decided in integers: a / log2 p < b / log2 q when q^a < p^b.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.measure.fitting import Fitting
from priorsim.measure.histogram import CLASSES, Histogram, mean_steps
from priorsim.measure.mass import End, shortest
from priorsim.measure.sides import least_at_end
from priorsim.priors import F64


@dataclass(frozen=True, slots=True)
class Alpha:
    """How much dearer search is, at one end: the shortest program of either side.

    Attributes
    ----------
    alpha : float
        log2(t_search / t_direct) / L with L = L_min(direct).
    predicted : float or None
        (1 - c / L) / alpha with c = L_min(search): the gamma at which these two programs weigh the
        same under 2^-(l + gamma log2 t). For the two alone that is an identity; None where alpha is 0.
    direct_bits, search_bits : int
        L and c.
    direct_steps, search_steps : int
        T of the two programs, over all lanes.
    """

    alpha: float
    predicted: float | None
    direct_bits: int
    search_bits: int
    direct_steps: int
    search_steps: int


def alpha(histogram: Histogram, end: End) -> Alpha | None:
    """The exponent alpha and the crossover it predicts; None where a side is empty.

    Of several shortest programs the one with fewest steps is taken.
    """
    direct, search = shortest(histogram, end.direct), shortest(histogram, end.search)
    if direct is None or search is None:
        return None
    exponent = (math.log2(search.steps) - math.log2(direct.steps)) / direct.bits
    bits, steps = (tuple(np.array([getattr(key, name)]) for key in (direct, search)) for name in ("bits", "steps"))
    predicted = float(crossover_of_two(bits, steps)[0]) if search.steps != direct.steps else None
    return Alpha(exponent, predicted, direct.bits, search.bits, direct.steps, search.steps)


def crossover_of_two(bits: Sequence[NDArray[Any]], steps: Sequence[NDArray[Any]]) -> F64:
    """(1 - c/L)/alpha = (L - c) / log2(t_search / t_direct) of a direct and a search program in every world.

    Parameters
    ----------
    bits, steps : pairs of arrays, shape (worlds,)
        Those of the direct program and of the search. Nan where both take the same steps.
    """
    shorter, dearer = bits[0] - bits[1], np.log2(steps[1]) - np.log2(steps[0])
    found: F64 = np.divide(shorter, dearer, out=np.full(len(dearer), np.nan), where=dearer != 0)
    return found


def predicted_crossover(found: Fitting, taxed_bits: F64, end: End) -> F64:
    """`crossover_of_two` of the two programs that are lightest at gamma = 0, of several the fastest.

    Nan where they predict no crossover: search is not the shorter one, or not the dearer one.

    Parameters
    ----------
    found : Fitting
    taxed_bits : array of float64, shape (entries,)
        Whole numbers: lengths with the taxes that are paid for search nodes.
    end : End
    """
    # Taxed lengths are whole numbers, and 2^-33 of T is less than 1.
    order = taxed_bits + np.ldexp(found.programs.steps.astype(np.float64), -33)
    least = np.stack(least_at_end(found.least(order), end))
    both = np.isfinite(least).all(axis=0)
    bits = np.floor(least[:, both])
    predicted: F64 = np.full(len(both), np.nan)
    predicted[both] = crossover_of_two(bits, np.ldexp(least[:, both] - bits, 33))
    shorter = np.full(len(both), False)
    shorter[both] = bits[0] > bits[1]
    return np.where(shorter & (predicted > 0), predicted, np.nan)


@dataclass(frozen=True, slots=True)
class Vertex:
    """A corner of the hull: the fitting programs of `bits` bits and `steps` steps, and their classes."""

    bits: int
    steps: int
    log2_steps: float
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hull:
    """The lower hull of the cloud, from the shortest program (gamma = 0) to the fastest.

    Attributes
    ----------
    vertices : tuple of Vertex
        By growing length and falling steps; each is lightest for some gamma >= 0. log2_steps is that
        of t.
    gammas : tuple of float
        Entry i: the gamma at which vertex i gives way to vertex i + 1; ascending.
    """

    vertices: tuple[Vertex, ...]
    gammas: tuple[float, ...]


def hull(histogram: Histogram) -> Hull:
    """The lower convex hull of all fitting programs, all classes together, for gamma >= 0.

    Points on an edge between two corners are left out. Empty where nothing fits.
    """
    cells = histogram.cells
    chain = corners({*zip(cells.bits.tolist(), cells.steps.tolist(), strict=True)})
    vertices = []
    for bits, steps in chain:
        here = (cells.bits == bits) & (cells.steps == steps)
        classes = tuple(str(CLASSES[kind]) for kind in np.unique(cells.kind[here]))
        time = float(np.log2(mean_steps(histogram.header, np.array(steps))))
        vertices.append(Vertex(bits, steps, time, classes))
    gammas = tuple((b.bits - a.bits) / (math.log2(a.steps) - math.log2(b.steps)) for a, b in pairwise(vertices))
    return Hull(tuple(vertices), gammas)


def corners(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners of the lower hull of these (l, T), by growing length and falling steps.

    >>> corners([(3, 9), (4, 5), (5, 4), (6, 1), (7, 1)])
    [(3, 9), (6, 1)]
    """
    chain: list[tuple[int, int]] = []
    for bits, steps in _frontier(points):
        while len(chain) >= 2 and not _turns(chain[-2], chain[-1], (bits, steps)):
            chain.pop()
        chain.append((bits, steps))
    return chain


def _frontier(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(l, T) of the programs that no other is both shorter and faster than, by growing length."""
    frontier: list[tuple[int, int]] = []
    for bits, steps in sorted(points):
        if not frontier or steps < frontier[-1][1]:
            frontier.append((bits, steps))
    return frontier


def _turns(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """True where a gives way to b at a smaller gamma than b to c, decided in integers.

    With l growing and T falling: (l_b - l_a) / log2(T_a / T_b) < (l_c - l_b) / log2(T_b / T_c).
    """
    first, second = b[0] - a[0], c[0] - b[0]
    # (T_b / T_c)^first < (T_a / T_b)^second, cleared of denominators.
    return int(b[1] ** (first + second)) < int(a[1] ** second * c[1] ** first)
