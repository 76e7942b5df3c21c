"""What the figures show of walks: losses and search along them, regions, two features.

Everything is a sum along the exact chain of steepest or first-improvement descent, in moves; `start` is the chance to
start at each program, shape (programs,).
"""

from math import log2
from typing import NamedTuple

import networkx as nx
import numpy as np

from priorsim.mu.domain import Domain
from priorsim.priors import F64
from priorsim.walks.chains import STRICT, Chain
from priorsim.walks.ends import class_values, moving, passed_through
from priorsim.walks.landscape import CLASSES, DIRECT, SEARCH, Landscape, Mask
from priorsim.walks.study import WalkStudy
from priorsim.worlds.world import World, world_of_words


class Course(NamedTuple):
    """How walks of one end class go: their share of all, and their mean loss after 0, 1, 2, ... moves."""

    kind: str
    share: float
    loss: tuple[float, ...]


def courses(chain: Chain, landscape: Landscape, start: F64) -> tuple[Course, ...]:
    """Loss against moves, by class of the end point; classes in which no walk ends are left out."""
    steps, ended = [], np.zeros(len(start))
    for at in moving(chain, start):
        steps.append(at + ended)
        ended = ended + np.where(chain.stuck, at, 0.0)
    found = []
    for name, ends_there in zip(CLASSES, class_values(chain, landscape), strict=True):
        share = float(np.sum(start * ends_there))
        if share > 0:
            losses = tuple(float(np.sum(at * ends_there * landscape.loss)) / share for at in steps)
            found.append(Course(str(name), share, losses))
    return tuple(found)


def first_search(chain: Chain, landscape: Landscape, start: F64) -> tuple[list[float], list[float]]:
    """The chance that the first search program is the one after 0, 1, 2, ... moves.

    Beside it the part in walks that were at a direct program that had improved on their start: that swerve.
    """
    search = landscape.kind == SEARCH
    onward = chain.moves.T.tocsr()
    without, improved = np.where(search, 0.0, start), np.zeros(len(start))
    chances, swerves = [float(start[search].sum())], [0.0]
    for _ in list(moving(chain, start))[1:]:
        after, after_improved = np.asarray(onward @ without), np.asarray(onward @ improved)
        chances.append(float(after[search].sum()))
        swerves.append(float(after_improved[search].sum()))
        without = np.where(search, 0.0, after)
        # Every move improves, so what is direct now has improved on its start.
        improved = np.where(search, 0.0, np.where(landscape.kind == DIRECT, without, after_improved))
    return chances, swerves


Region = tuple[int, str]  # Loss and class.


def coarse_landscape(chain: Chain, landscape: Landscape, start: F64) -> nx.DiGraph:
    """The landscape made coarse: programs of one loss and class are a region, and a descent flows between regions.

    Nodes are regions, by falling loss, then class, with their share of the `prior`, and the chances that a walk
    `starts` there, has `passed`, and `ends` there. An edge has the `chance` that a walk moves along it; edges out of a
    region sum to `passed` less `ends`.
    """
    assert chain.dynamics in STRICT, "flows of walks that end"
    passed = passed_through(chain, start)
    number = landscape.loss * len(CLASSES) + landscape.kind
    size = int(number.max()) + 1
    parts = {"prior": landscape.prior, "starts": start, "passed": passed, "ends": np.where(chain.stuck, passed, 0.0)}
    sums = {name: np.bincount(number, weights, minlength=size) for name, weights in parts.items()}
    coarse = nx.DiGraph()
    for each in sorted(np.unique(number).tolist(), key=lambda each: (-(each // len(CLASSES)), each)):
        coarse.add_node(_region(each), **{name: float(total[each]) for name, total in sums.items()})
    rows, targets = chain.moves.tocoo().coords
    pairs, place = np.unique(number[rows] * size + number[targets], return_inverse=True)
    chances = np.bincount(place, passed[rows] * chain.moves.data)
    for pair, chance in zip(pairs.tolist(), chances.tolist(), strict=True):
        if chance > 0:
            coarse.add_edge(_region(pair // size), _region(pair % size), chance=chance)
    return coarse


def _region(number: int) -> Region:
    loss, kind = divmod(number, len(CLASSES))
    return loss, str(CLASSES[kind])


def likeliest_way(coarse: nx.DiGraph, goal: Region) -> tuple[Region, ...]:
    """The likeliest regions in a row from a start to a goal, if there are any; moves depend on the region alone."""
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


def two_feature_world() -> World:
    """A world for starvation: columns a and b of 2 bits, 16 lanes, all of them train; a, but a + 1 where b is 3.

    `a` is the shallow feature, right on three quarters of the lanes, `(add a (eq b 3))` the deep one, right on all.

    >>> world = two_feature_world()
    >>> sum(lane[0] in words for lane, words in zip(world.domain.lanes, world.acceptable)), len(world.train)
    (12, 16)
    """
    lanes = tuple((a, b) for a in range(4) for b in range(4))
    words, domain = [a + (b == 3) for a, b in lanes], Domain(2, lanes, ("a", "b"))
    about = "a, but a + 1 where b is 3"
    return world_of_words("two-features", domain, words, train=range(16), family="walks", description=about)


def shows_shallow(study: WalkStudy) -> Mask:
    """The programs that behave like the shallow feature."""
    domain = study.world.domain
    return np.asarray(study.landscape.programs.behaviour == np.uint64(domain.pack([lane[0] for lane in domain.lanes])))
