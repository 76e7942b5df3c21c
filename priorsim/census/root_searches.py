"""Programs whose root is a find or an argmax, with the tables of their bodies.

An atlas does not hold bodies, so bodies are made again, told apart by their tables alone. Exact.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import AtlasHeader, Choice
from priorsim.census.engine.jobs import NOTHING, Piece
from priorsim.census.engine.levels import Census
from priorsim.census.engine.packed import SYMBOLS
from priorsim.census.engine.quotient import check_exact
from priorsim.census.engine.tables import RowArray, Table
from priorsim.census.progress import Progress
from priorsim.census.recurrence import term_counts

SEARCHES = ("find", "argmax")


@dataclass(frozen=True, slots=True)
class RootSearches:
    """The chosen programs whose root is a search.

    How many distinct body tables have a shortest such program of 0, 1, ..., B bits; such programs of these lengths.
    """

    tables: tuple[int, ...]
    programs: tuple[int, ...]


def count_root_searches(
    header: AtlasHeader,
    choices: Sequence[Choice],
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> list[RootSearches]:
    """The programs whose root is a search and whose behaviour is chosen, for each of the choices in one pass.

    They do not depend on the number of threads. The Progress is told in bodies; those of the length under way count
    as not done. CensusError where the bound is beyond what is exact.
    """
    check_exact(header)
    census = Census(header, workers, keeps_closed=True, actual_only=True)
    outer, inner = census.scopes[:2]
    key_words = inner.plain.width - 1
    found = [(chosen, Table(key_words)) for chosen in choices]
    new, programs = (np.zeros((len(choices), header.max_bits + 1), dtype=object) for _ in range(2))
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
            for index, rows in Piece(outer.searches([], bodies), task, len(bodies)).batches():
                for number, (chosen, tables) in enumerate(found):
                    fits = chosen(rows[:, 0])
                    before = len(tables)
                    tables.add(bodies[index[fits, 1]])
                    new[number, bits] += len(tables) - before
                    programs[number, bits] += sum(rows[fits, -1].tolist())
    return [RootSearches(*map(tuple, each)) for each in zip(new.tolist(), programs.tolist(), strict=True)]


def _bodies(census: Census) -> Iterator[tuple[int, RowArray]]:
    """Every length of body with its tables, of which one may come several times."""
    stored = [0, *census.reach.stored[1:]]
    terms = census.scopes[1].plain.terms
    for depth, length in census.build(stored):
        if depth == 1:
            yield length, terms.of_length(length)
    for length in range(stored[1] + 1, census.reach.longest[1] + 1):
        yield from ((length, rows) for rows in census.bodies(1, length))
