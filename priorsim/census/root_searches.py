"""Programs whose root is a find or an argmax, with the tables of their bodies.

An atlas does not hold bodies, so bodies are made again, told apart by their tables alone. Exact.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.class_kernels import SYMBOLS
from priorsim.census.engine.jobs import NOTHING, Piece, Workspace
from priorsim.census.engine.levels import Census
from priorsim.census.engine.quotient import check_exact
from priorsim.census.engine.tables import RowArray, Table
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.census.stored import Choice
from priorsim.errors import CensusError
from priorsim.formats import format_duration

BATCH_BODIES = 1 << 12
SEARCHES = ("find", "argmax")

PROGRAMS = 6.3e10
SECONDS, BYTES, GROWTH = 100, 4 << 30, 0.8
"""At w = 4 on two cores so many programs within the bound take these, and others as a power of their number. Rough."""
MAX_BYTES = 8 << 30


@dataclass(frozen=True, slots=True)
class RootSearches:
    """The chosen programs whose root is a search.

    Attributes
    ----------
    tables : tuple of int
        Distinct body tables whose shortest such program has 0, 1, ..., B bits.
    programs : tuple of int
        Such programs of 0, 1, ..., B bits.
    """

    tables: tuple[int, ...]
    programs: tuple[int, ...]


@dataclass(slots=True)
class _Found:
    chosen: Choice
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


def count_root_searches(
    header: AtlasHeader,
    choices: Sequence[Choice],
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> list[RootSearches]:
    """The programs whose root is a search and whose behaviour is chosen, for each of the choices in one pass.

    Parameters
    ----------
    header : AtlasHeader
        Language, domain and bound.
    choices : sequence of callable
        From behaviours, shape (rows,), to the rows chosen, shape (rows,).
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Called with the Progress, in bodies; those of the length under way count as not done.

    Raises
    ------
    CensusError
        When the bound is beyond what is exact.
    """
    check_exact(header)
    census = Census(header, workers, keeps_closed=True, actual_only=True)
    outer, inner = census.scopes[:2]
    key_words = inner.kinds[False].width - 1
    lengths = header.max_bits + 1
    found = [_Found(chosen, Table(key_words), [0] * lengths, [0] * lengths) for chosen in choices]
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
                    fits = each.chosen(rows[:, 0])
                    if fits.any():
                        before = len(each.tables)
                        each.tables.add(bodies[index[fits, 1]])
                        each.new[bits] += len(each.tables) - before
                        each.programs[bits] += sum(rows[fits, -1].tolist())
    return [RootSearches(tuple(each.new), tuple(each.programs)) for each in found]


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
