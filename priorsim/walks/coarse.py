"""The landscape made coarse: programs of one loss and class are a region, and walks flow between regions."""

from math import log2

import networkx as nx
import numpy as np

from priorsim.walks.chains import STRICT, Chain
from priorsim.walks.ends import passed_through
from priorsim.walks.kernels import F64
from priorsim.walks.landscape import CLASSES, Landscape

Region = tuple[int, str]
"""Loss and class."""


def coarse_landscape(chain: Chain, landscape: Landscape, start: F64) -> nx.DiGraph:
    """The regions of a landscape, and the flows of a descent between them.

    Parameters
    ----------
    chain : Chain
        Of a descent: every move lowers the loss.
    landscape : Landscape
    start : array of float64, shape (programs,)
        Chance to start at each program.

    Returns
    -------
    networkx.DiGraph
        Nodes are regions, by falling loss, then class. Their attributes: `loss` and `kind`, the region's own;
        `prior`, its share of the prior; `starts`, `passed` and `ends`, the chance that a walk starts there, is
        there at some time, and ends there. An edge has the attribute `chance`: that a walk makes a move from the
        one region to the other; edges out of a region sum to `passed` less `ends`.
    """
    assert chain.dynamics in STRICT, "flows of walks that end"
    passed = passed_through(chain, start)
    number = landscape.loss * len(CLASSES) + landscape.kind
    size = int(number.max()) + 1
    parts = {"prior": landscape.prior, "starts": start, "passed": passed, "ends": np.where(chain.stuck, passed, 0.0)}
    sums = {name: np.bincount(number, weights, minlength=size) for name, weights in parts.items()}
    coarse = nx.DiGraph()
    for each in sorted(np.unique(number).tolist(), key=lambda each: (-(each // len(CLASSES)), each)):
        loss, kind = region = _region(each)
        coarse.add_node(region, loss=loss, kind=kind, **{name: float(total[each]) for name, total in sums.items()})
    rows = np.repeat(np.arange(len(passed)), np.diff(chain.moves.indptr))
    pairs, place = np.unique(number[rows] * size + number[chain.moves.indices], return_inverse=True)
    chances = np.bincount(place, passed[rows] * chain.moves.data)
    for pair, chance in zip(pairs.tolist(), chances.tolist(), strict=True):
        if chance > 0:
            coarse.add_edge(_region(pair // size), _region(pair % size), chance=chance)
    return coarse


def _region(number: int) -> Region:
    loss, kind = divmod(number, len(CLASSES))
    return loss, str(CLASSES[kind])


def likeliest_way(coarse: nx.DiGraph, goal: Region) -> tuple[Region, ...]:
    """The likeliest regions in a row from a walk's start to a goal; none where no walk comes to it.

    A move is taken to depend on the region alone, not on the program or on how the region was come to.
    """
    if goal not in coarse or coarse.nodes[goal]["passed"] == 0:
        return ()
    ways, outside = nx.DiGraph(), "outside"
    for region, starts in coarse.nodes(data="starts"):
        if starts > 0:
            ways.add_edge(outside, region, bits=-log2(starts))
    for source, target, chance in coarse.edges(data="chance"):
        # Rounding may take a sure move above 1.
        ways.add_edge(source, target, bits=max(0.0, -log2(chance / coarse.nodes[source]["passed"])))
    return tuple(nx.shortest_path(ways, outside, goal, weight="bits")[1:])
