"""Paths through the edit graph: how many edits apart, over which losses, at what barrier.

Edges count one each, whatever their chances: these are questions of what edits can do, not of how likely they are.
Everything is exact; arrays have shape (programs,).
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from priorsim.census.compiled import I64
from priorsim.priors import F64
from priorsim.walks.graph import EditGraph
from priorsim.walks.landscape import Landscape, Mask

NOWHERE = -1


def edit_distance(graph: EditGraph, goal: Mask) -> F64:
    """Edits from each program to the nearest of the goal, inf where there is no way."""
    if not goal.any():
        return np.full(len(graph), np.inf)
    return np.asarray(dijkstra(graph.matrix, unweighted=True, indices=np.flatnonzero(goal), min_only=True))


def descents(graph: EditGraph, landscape: Landscape, goal: Mask) -> tuple[F64, I64]:
    """Edits from each program to a goal that never raise the loss, inf where there is no way; and the next program.

    That is NOWHERE at the goal and where there is no way.
    """
    if not goal.any():
        return np.full(len(graph), np.inf), np.full(len(graph), NOWHERE)
    rows, targets = graph.matrix.tocoo().coords
    kept = landscape.loss[targets] <= landscape.loss[rows]
    # Turned round, so that one search from the goal finds the ways from everywhere.
    back = csr_array((np.ones(int(kept.sum())), (targets[kept], rows[kept])), shape=graph.matrix.shape)
    goals = np.flatnonzero(goal)
    distance, before, _ = dijkstra(back, unweighted=True, indices=goals, min_only=True, return_predecessors=True)
    return distance, np.where(before < 0, NOWHERE, before).astype(np.int64)


def path_from(start: int, onward: I64) -> list[int]:
    """The programs on a path of `descents`, both ends included."""
    programs = [start]
    while (following := int(onward[programs[-1]])) != NOWHERE:
        programs.append(following)
    return programs


def barriers(graph: EditGraph, landscape: Landscape, goal: Mask) -> F64:
    """The least rise of the loss above its own that each program pays to come to a goal, inf where there is no path."""
    height, loss = np.full(len(graph), np.inf), landscape.loss
    rows, targets = graph.matrix.tocoo().coords
    top = np.maximum(loss[rows], loss[targets])
    for level in np.unique(loss):
        kept = top <= level
        low = csr_array((np.ones(int(kept.sum())), (rows[kept], targets[kept])), shape=graph.matrix.shape)
        _, part = connected_components(low, directed=False)
        inside = np.isin(part, np.unique(part[goal & (loss <= level)])) & (loss <= level)
        height[inside & np.isinf(height)] = level
    return np.asarray(height - loss)
