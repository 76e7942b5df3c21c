"""Objectives: what fitting programs whose root is a search search for (docs/measures.md).

The objective of `(find (c) body)` or `(argmax (c) body)` is the body's table: its word for every candidate in
every lane. An atlas does not hold bodies, so they are made again, told apart by their tables alone. Exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.quotient import check_exact
from priorsim.census.quotient_jobs import NOTHING, Piece, Workspace
from priorsim.census.quotient_kernels import SYMBOLS
from priorsim.census.quotient_levels import Census
from priorsim.census.quotient_tables import RowArray, Table
from priorsim.census.recurrence import kraft_sum
from priorsim.measure.histogram import acceptable, check_world
from priorsim.worlds.world import World

BATCH_BODIES = 1 << 12
SEARCHES = ("find", "argmax")


@dataclass(frozen=True, slots=True)
class Objectives:
    """The objectives of a world's fitting programs whose root is a search.

    Attributes
    ----------
    tables : tuple of int
        Distinct body tables whose shortest such program has 0, 1, ..., B bits.
    programs : tuple of int
        Fitting programs of 0, 1, ..., B bits whose root is a search.
    """

    tables: tuple[int, ...]
    programs: tuple[int, ...]

    @property
    def number(self) -> int:
        """Distinct body tables."""
        return sum(self.tables)

    @property
    def mass(self) -> Fraction:
        """Sum of 2^-l over these programs, exactly."""
        return kraft_sum(self.programs)


@dataclass(slots=True)
class _Found:
    world: World
    tables: Table
    new: list[int]
    programs: list[int]


def objectives(header: AtlasHeader, worlds: Sequence[World], *, workers: int = 2) -> list[Objectives]:
    """The objectives of worlds on one domain, all counted in one pass.

    Parameters
    ----------
    header : AtlasHeader
        Language, domain and bound.
    worlds : sequence of World
    workers : int
        Threads; the result does not depend on it.

    Raises
    ------
    WorldError
        When a world's domain is not the header's.
    CensusError
        When the bound is beyond what is exact.
    """
    check_exact(header)
    for world in worlds:
        check_world(header, world)
    census = Census(header, workers, keeps_closed=True, actual_only=True)
    outer, inner = census.scopes[:2]
    key_words = inner.kinds[False].width - 1
    lengths = header.max_bits + 1
    found = [_Found(world, Table(key_words), [0] * lengths, [0] * lengths) for world in worlds]
    # Bodies come by growing length, and a body's own cheapest form first: a table is new in its shortest program.
    forms = sorted((name for name in SEARCHES if name in outer.costs), key=lambda name: outer.costs[name])
    for length, bodies in _bodies(census) if forms else ():
        for name in forms:
            bits = 1 + outer.costs[name] + length
            if bits > header.max_bits:
                continue
            task = np.array([(SYMBOLS[name], 0, len(bodies), *NOTHING, *NOTHING, 0)], dtype=np.int64)
            for index, rows in Workspace().batches(Piece(outer.searches([], bodies), task, len(bodies))):
                for each in found:
                    fits = acceptable(rows[:, 0], each.world, each.world.train)
                    if fits.any():
                        before = len(each.tables)
                        each.tables.add(bodies[index[fits, 1]])
                        each.new[bits] += len(each.tables) - before
                        each.programs[bits] += sum(rows[fits, -1].tolist())
    return [Objectives(tuple(each.new), tuple(each.programs)) for each in found]


def _bodies(census: Census) -> Iterator[tuple[int, RowArray]]:
    """Every length of body with its tables, in batches; a table may come several times."""
    stored = [0, *census.reach.stored[1:]]
    terms = census.scopes[1].kinds[False].terms
    for depth, length in census.build(stored):
        if depth == 1:
            begin, end = terms.spans.get(length, (0, 0))
            for first in range(begin, end, BATCH_BODIES):
                yield length, terms.rows[first : min(first + BATCH_BODIES, end)]
    for length in range(stored[1] + 1, census.reach.longest[1] + 1):
        for rows in census.bodies(1, length):
            for first in range(0, len(rows), BATCH_BODIES):
                yield length, rows[first : first + BATCH_BODIES]
