"""Objectives: what fitting programs whose root is a search search for (docs/measures.md).

The objective of `(find (c) body)` or `(argmax (c) body)` is the body's table: its word for every candidate in
every lane. An atlas does not hold bodies, so they are made again, told apart by their tables alone. Exact.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.quotient import check_exact
from priorsim.census.quotient_jobs import NOTHING, Piece, Workspace
from priorsim.census.quotient_kernels import SYMBOLS
from priorsim.census.quotient_levels import Census
from priorsim.census.quotient_tables import RowArray, Table
from priorsim.census.recurrence import kraft_sum, program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.formats import format_duration
from priorsim.measure.histogram import acceptable, check_world
from priorsim.measure.mass import exact_mass
from priorsim.worlds.world import World

BATCH_BODIES = 1 << 12
SEARCHES = ("find", "argmax")

PROGRAMS = 6.3e10
SECONDS, BYTES, GROWTH = 100, 4 << 30, 0.8
"""At w = 4 on two cores so many programs within the bound take these, and others as a power of their number. Rough."""
MAX_BYTES = 8 << 30


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

    def to_json(self, header: AtlasHeader, world: World) -> dict[str, Any]:
        """One strictly valid JSON object, by the keys in docs/measures.md; header and world are those counted for."""
        return {
            "world": world.name,
            "description": world.description,
            "train": list(world.train),
            "lanes": len(world.domain.lanes),
            "dialect": header.language.dialect.name,
            "word_bits": header.language.word_bits,
            "depth": header.language.depth,
            "bound_bits": header.max_bits,
            "number": self.number,
            "programs": sum(self.programs),
            **exact_mass(self.mass).to_json(),
            "by_bits": [[bits, number] for bits, number in enumerate(self.programs) if number],
        }


@dataclass(slots=True)
class _Found:
    world: World
    tables: Table
    new: list[int]
    programs: list[int]


def check_affordable(header: AtlasHeader) -> None:
    """Refuse a bound that would take too much memory or hours.

    Raises
    ------
    CensusError
        When the bound is beyond what is exact, or for it: the message says which would do.
    """
    check_exact(header)
    counts = program_counts(header.language, header.max_bits)

    def scale(bits: int) -> float:
        return float(2.0 ** (header.language.word_bits - 4) * (sum(counts[: bits + 1]) / PROGRAMS) ** GROWTH)

    size = scale(header.max_bits)
    if BYTES * size > MAX_BYTES:
        fits = next(bits for bits in range(header.max_bits, 1, -1) if bits == 2 or BYTES * scale(bits) <= MAX_BYTES)
        raise CensusError(
            f"objectives up to {header.max_bits} bits would take about {format_duration(SECONDS * size)} and "
            f"{BYTES * size / 2**30:.0f} GiB: give --yes to start all the same, or --max-bits {fits} or less"
        )


def objectives(
    header: AtlasHeader,
    worlds: Sequence[World],
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> list[Objectives]:
    """The objectives of worlds on one domain, all counted in one pass.

    Parameters
    ----------
    header : AtlasHeader
        Language, domain and bound.
    worlds : sequence of World
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Called with the Progress, in bodies; those of the length under way count as not done.

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
    numbers = term_counts(header.language, 1, census.reach.longest[1])
    for length, bodies in _bodies(census) if forms else ():
        if progress is not None:
            progress(Progress(sum(numbers[:length]), sum(numbers)))
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
