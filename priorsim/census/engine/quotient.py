"""The quotient census: every program counted by its behaviour class, none looked at twice.

Terms that agree in all tables, steps, searches and length can stand for each other, so longer classes
are made of pairs and triples of shorter ones (docs/language.md sections 4 to 6). Everything is exact:
classes are equal only when all of their words are, and counts are proved below 2^64 beforehand.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from priorsim.census.atlas import MAX_BITS, AtlasHeader, Rows, check_accounting, joined, merge
from priorsim.census.engine.class_kernels import BELOW_READS, COUNT, META, SEARCH_BITS
from priorsim.census.engine.levels import Census
from priorsim.census.engine.stores import Reach
from priorsim.census.engine.tables import RowArray
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.mu.domain import check_packed
from priorsim.mu.interpreter import most_steps_of_node
from priorsim.run_directory import RunDirectory

ENGINE = "quotient"
MAX_COUNT = 2**64
MAX_STEPS = 2**32
MAX_INNER_STEPS = 2**16


def count_quotient(header: AtlasHeader, **how: Any) -> Rows:
    """All rows of `count_lengths`, together."""
    return joined(count_lengths(header, **how))


def count_lengths(
    header: AtlasHeader,
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
    run_directory: RunDirectory | None = None,
) -> Iterator[Rows]:
    """Count all code-only programs up to the header's bound, by class, length by length and with any threads.

    The rows are sorted, every key once. Finished lengths come from the run directory as far as it goes. CensusError
    where no census counts by the accounting, or the bound is beyond what is exact.
    """
    check_exact(header)
    counts = program_counts(header.language, header.max_bits)
    census = Census(header, workers)
    for length in range(1, header.max_bits):
        piece = f"level-{length:03d}"
        rows = run_directory.load_array(piece) if run_directory is not None and census.built_nothing else None
        if rows is not None:
            census.adopt(length, rows)
        else:
            rows = census.level(length)
            if run_directory is not None:
                run_directory.save_array(piece, rows)
        yield rows_of_level(header, length, rows)
        if progress is not None:
            progress(Progress(sum(counts[: length + 2]), sum(counts)))


def open_run(header: AtlasHeader, path: Path) -> RunDirectory:
    """The directory that keeps the finished levels of a census; StorageError where it holds anything else."""
    return RunDirectory(path, {"engine": ENGINE, **header.to_json()})


def check_exact(header: AtlasHeader) -> None:
    """Prove, in Python integers, that no number of the census outgrows its type."""
    language, domain = header.language, header.domain
    check_packed(domain)
    check_accounting(header.accounting)
    if not 2 <= header.max_bits <= MAX_BITS:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to {MAX_BITS}")
    domain.check_depth(language.depth)
    reach = Reach.of(language, header.max_bits)
    counts = max(max(term_counts(language, depth, bits), default=0) for depth, bits in enumerate(reach.longest))
    node_steps = header.max_bits * most_steps_of_node(language)
    steps = node_steps * domain.environments(language.depth)
    inner = node_steps * 2 ** (domain.word_bits * (language.depth - 1))
    if counts >= MAX_COUNT or steps >= MAX_STEPS or inner >= MAX_INNER_STEPS:
        raise CensusError(f"{header.max_bits} bits: counts or steps could overflow, choose a smaller bound")


def rows_of_level(header: AtlasHeader, length: int, rows: RowArray) -> Rows:
    """Classes of terms of this length outside binders, sorted, as rows of an atlas.

    An atlas does not tell apart what reads a query column from what reads none.
    """
    meta, (behaviour, strict, wide) = rows[:, META], (rows[:, which].copy() for which in range(3))
    steps, searches = ((meta & BELOW_READS) >> SEARCH_BITS).astype(np.uint32), meta.astype(np.uint8)
    bits = np.full(len(rows), length + 1, dtype=np.uint8)
    found = Rows(bits, behaviour, strict, wide, steps, searches, rows[:, COUNT].copy())
    return merge(found) if header.queries else found
