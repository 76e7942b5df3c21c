"""Taking a census: what is counted, by which engine, and the atlas it ends in."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from priorsim.census.atlas import (
    MAX_BITS,
    Atlas,
    AtlasHeader,
    Rows,
    check_accounting,
    check_totals,
    counts_by_length,
    joined,
)
from priorsim.census.effort import EXHAUSTIVE, QUOTIENT, check_engine, check_estimate, check_memory, easy_estimate
from priorsim.census.engine.exhaustive import check_bounds, count_exhaustive
from priorsim.census.engine.quotient import check_exact, count_lengths, open_run
from priorsim.census.progress import Progress
from priorsim.census.spread import count_spread
from priorsim.errors import CensusError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.processes import Workers
from priorsim.run_directory import RunDirectory
from priorsim.shards import Shards, mending

RESUMABLE_SECONDS = 20
"""A census expected to take longer keeps its finished levels on disk until it is done."""


def make_header(
    dialect: str,
    max_bits: int,
    *,
    domain: Domain,
    depth: int | None = None,
    accounting: str = Accounting.TOTAL,
    without: Iterable[str] = (),
) -> AtlasHeader:
    """What a census counts; the depth is the domain's default where none is given.

    The operators `without` are knocked out. PriorsimError where the dialect, such an operator or the accounting is
    unknown, or domain, depth or bound are out of range.
    """
    header = unchecked_header(dialect, max_bits, domain=domain, depth=depth, accounting=accounting, without=without)
    check_bounds(header)
    return header


def unchecked_header(
    dialect: str,
    max_bits: int,
    *,
    domain: Domain,
    depth: int | None = None,
    accounting: str = Accounting.TOTAL,
    without: Iterable[str] = (),
) -> AtlasHeader:
    """The same, whose domain and bound may be out of an atlas's range."""
    depth = domain.depth_in(dialect) if depth is None else depth
    language = Language.named(dialect, domain.word_bits, depth=depth, columns=len(domain.columns), without=without)
    return AtlasHeader(language, domain, max_bits, check_accounting(accounting))


@contextmanager
def run_directory(header: AtlasHeader, out: Path, *, engine: str) -> Iterator[RunDirectory | None]:
    """Where a census that takes long keeps its levels: beside `out`, removed once the block ends well."""
    if engine != QUOTIENT or easy_estimate(header).seconds <= RESUMABLE_SECONDS:
        yield None
        return
    with open_run(header, out.with_name(f"{out.name}.run")) as run:
        yield run
        run.remove()


def take_census(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: Workers = 2,
    memory_bytes: int | None = None,
    run_directory: RunDirectory | None = None,
    shards: Shards | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Atlas:
    """Count every program by one of ENGINES, as `count_rows` does, into an atlas in memory."""
    how: dict[str, Any] = {"run_directory": run_directory, "shards": shards, "progress": progress}
    return Atlas(header, joined(count_rows(header, engine=engine, workers=workers, memory_bytes=memory_bytes, **how)))


def count_rows(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: Workers = 2,
    memory_bytes: int | None = None,
    run_directory: RunDirectory | None = None,
    shards: Shards | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Rows]:
    """Count every program by one of ENGINES: the rows of an atlas in order, in batches of any size.

    The totals are checked against the recurrence when all rows are asked, with AtlasError where they differ. No row
    depends on the workers: threads of the quotient engine, processes of the exhaustive one, or an executor,
    whose tasks keep what they make as shards. The quotient engine may take so much memory, DEFAULT_MEMORY where none is
    given, and keeps finished levels in a run directory, to go on from after a mishap. CensusError where there is no
    such engine, no worker or too many, an executor without shards, or the memory would not do; AlteredError where a
    shard is damaged a second time.
    """
    check_engine(engine, 1 if isinstance(workers, Executor) else workers)
    memory_bytes = check_memory(memory_bytes)
    if isinstance(workers, Executor) and shards is None:
        raise CensusError("a census on an executor is kept as shards: say where, as Shards.open(URL)")
    if engine == EXHAUSTIVE:
        counted = partial(count_exhaustive, header, workers=workers, progress=progress, shards=shards)
        return _checked(header, [counted() if shards is None else mending(counted, shards)])
    check_exact(header)
    check_estimate(header, memory_bytes, processes=int(isinstance(workers, Executor)))
    if isinstance(workers, Executor):
        assert shards is not None, "this was refused above"
        return _checked(header, count_spread(header, workers, shards, progress=progress))
    lengths = count_lengths(header, workers=workers, progress=progress, run_directory=run_directory)
    return _checked(header, lengths)


def _checked(header: AtlasHeader, batches: Iterable[Rows]) -> Iterator[Rows]:
    """The same batches; AtlasError after the last where they do not add up to the recurrence's totals."""
    found = np.zeros(MAX_BITS + 1, dtype=object)
    for rows in batches:
        found += counts_by_length(rows.bits, rows.count)
        yield rows
    check_totals(header, found.tolist())
