"""Paths through the edit graph: how many edits apart, over which losses, at what barrier.

Edges count one each, whatever their chances: these are questions of what edits can do, not of how
likely they are. Everything is exact.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from priorsim.census.compiled import I64
from priorsim.walks.graph import EditGraph
from priorsim.walks.kernels import F64
from priorsim.walks.landscape import Landscape, Mask

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Path:
    """The shortest path of edits that never raise the loss, from some program to some other.

    Attributes
    ----------
    programs : tuple of int
        Both ends included; one where they are the same.
    neutral : int
        Edits among them that leave the loss as it is.
    """

    programs: tuple[int, ...]
    neutral: int


def edit_distance(graph: EditGraph, goal: Mask) -> F64:
    """Edits from each program to the nearest of the goal, inf where there is no way; shape (programs,)."""
    if not goal.any():
        return np.full(len(graph), np.inf)
    return np.asarray(dijkstra(graph.matrix, unweighted=True, indices=np.flatnonzero(goal), min_only=True))


@dataclass(frozen=True, slots=True, eq=False)
class Descents:
    """Ways to a goal that never raise the loss.

    Attributes
    ----------
    distance : array of float64, shape (programs,)
        Edits of the shortest one from each program; inf where there is none.
    onward : array of int64, shape (programs,)
        The next program on it; NOWHERE at its end, and where there is none.
    """

    distance: F64
    onward: I64

    def path(self, start: int, landscape: Landscape) -> Path | None:
        """The path from a program; None where there is none."""
        if np.isinf(self.distance[start]):
            return None
        programs = [start]
        while (following := int(self.onward[programs[-1]])) != NOWHERE:
            programs.append(following)
        losses = landscape.loss[programs]
        return Path(tuple(programs), int(np.sum(losses[1:] == losses[:-1])))


def descents(graph: EditGraph, landscape: Landscape, goal: Mask) -> Descents:
    """The shortest paths to a goal whose edits never raise the loss."""
    count = len(graph)
    if not goal.any():
        return Descents(np.full(count, np.inf), np.full(count, NOWHERE))
    rows = np.repeat(np.arange(count), np.diff(graph.first))
    kept = landscape.loss[graph.targets] <= landscape.loss[rows]
    # Turned round, so that one search from the goal finds the ways from everywhere.
    ones = np.ones(int(kept.sum()))
    back = csr_array((ones, (graph.targets[kept], rows[kept])), shape=(count, count))
    goals = np.flatnonzero(goal)
    distance, before, _ = dijkstra(back, unweighted=True, indices=goals, min_only=True, return_predecessors=True)
    return Descents(np.asarray(distance), np.where(before < 0, NOWHERE, before).astype(np.int64))


def barriers(graph: EditGraph, landscape: Landscape, goal: Mask) -> F64:
    """The least rise of the loss above its own that each program must pay to come to a goal, by any path.

    0 where a path exists that never rises above where it started (it may fall and rise again below that);
    inf where there is no path. Shape (programs,).
    """
    height = np.full(len(graph), np.inf)
    rows = np.repeat(np.arange(len(graph)), np.diff(graph.first))
    top = np.maximum(landscape.loss[rows], landscape.loss[graph.targets])
    for level in np.unique(landscape.loss):
        kept = top <= level
        low = csr_array((np.ones(int(kept.sum())), (rows[kept], graph.targets[kept])), shape=graph.matrix.shape)
        _, part = connected_components(low, directed=False)
        inside = np.isin(part, np.unique(part[goal & (landscape.loss <= level)])) & (landscape.loss <= level)
        height[inside & np.isinf(height)] = level
    return np.asarray(height - landscape.loss)
