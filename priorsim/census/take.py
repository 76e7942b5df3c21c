"""Taking a census: which engine, how long it will take, and the atlas it ends in."""

import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from priorsim.census.atlas import Atlas, AtlasHeader, check_accounting
from priorsim.census.engine.exhaustive import check_bounds, count_exhaustive
from priorsim.census.engine.quotient import check_estimate, count_quotient, easy_estimate, open_run
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError
from priorsim.formats import format_duration
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.processes import check_workers
from priorsim.reading import quoted
from priorsim.run_directory import RunDirectory

QUOTIENT, EXHAUSTIVE = "quotient", "exhaustive"
ENGINES = (QUOTIENT, EXHAUSTIVE)
DEFAULT_MEMORY = 8 << 30
LONG_SECONDS = 1800
"""A census expected to take longer is only started when asked for twice."""

RESUMABLE_SECONDS = 20
"""A census expected to take longer keeps its finished levels on disk until it is done."""

_SAMPLE_PROGRAMS = 20_000


def make_header(
    dialect: str, max_bits: int, *, domain: Domain, depth: int | None = None, accounting: str = Accounting.TOTAL
) -> AtlasHeader:
    """What a census counts; the depth is the domain's default where none is given.

    Raises
    ------
    PriorsimError
        When the dialect or the accounting is unknown, or domain, depth or bound are out of range.
    """
    depth = domain.default_depth if depth is None else depth
    language = Language.named(dialect, domain.word_bits, depth=depth, columns=len(domain.columns))
    header = AtlasHeader(language, domain, max_bits, check_accounting(accounting))
    check_bounds(header)
    return header


def check_effort(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: int = 2,
    memory_bytes: int | None = None,
    allow_long: bool = False,
) -> None:
    """Refuse a census that would not fit into memory, or would run long and was not asked for twice.

    Raises
    ------
    CensusError
        With what it would take, and the largest bound that would be accepted.
    """
    check_engine(engine, workers)
    memory_bytes = check_memory(memory_bytes)
    if engine == QUOTIENT:
        check_estimate(header, memory_bytes, seconds=math.inf if allow_long else LONG_SECONDS)
    elif not allow_long:
        programs = sum(program_counts(header.language, header.max_bits))
        check_seconds(header, programs / (workers * _programs_per_second(header)))


def check_seconds(header: AtlasHeader, seconds: float) -> None:
    """Raise CensusError where these seconds are long; it says up to which bound they surely would not be."""
    if seconds <= LONG_SECONDS:
        return
    counts = program_counts(header.language, header.max_bits)
    # Time grows no faster than programs; half of it is left to an estimate that comes out otherwise the next time.
    share = LONG_SECONDS / 2 / seconds
    fits = max(bits for bits in range(2, header.max_bits) if sum(counts[: bits + 1]) <= share * sum(counts))
    raise CensusError(
        f"{sum(counts):,} programs up to {header.max_bits} bits would take about {format_duration(seconds)}: "
        f"give --yes to start all the same, or --max-bits {fits} or less"
    )


def _programs_per_second(header: AtlasHeader) -> float:
    """How fast one worker of the exhaustive engine is, from a small census; infinite where this one is small."""
    counts = program_counts(header.language, header.max_bits)
    small = next(
        (bits for bits in range(2, header.max_bits) if sum(counts[: bits + 1]) > _SAMPLE_PROGRAMS), header.max_bits
    )
    if small == header.max_bits:
        return math.inf
    # Once to compile all that is timed then.
    for _ in range(2):
        start = time.perf_counter()
        count_exhaustive(replace(header, max_bits=small))
        seconds = time.perf_counter() - start
    return sum(counts[: small + 1]) / seconds


def parse_memory(text: str) -> int:
    """Bytes of a size such as ``8GiB`` or ``500MiB``.

    >>> parse_memory("8GiB") == 8 << 30
    True
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(MiB|GiB)", text.strip())
    if match is None or float(match[1]) == 0:
        raise CensusError(f"memory {quoted(text)} cannot be read: write it as 8GiB or 500MiB")
    return check_memory(int(float(match[1]) * (2**20 if match[2] == "MiB" else 2**30)))


def check_memory(memory_bytes: int | None) -> int:
    """The memory that a census may take, DEFAULT_MEMORY where none is given; CensusError beyond this machine's."""
    if memory_bytes is None:
        return DEFAULT_MEMORY
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if not 0 < memory_bytes <= there:
        raise CensusError(
            f"{memory_bytes / 2**30:,.1f} GiB of memory are out of range: "
            f"give up to the {there / 2**30:.1f} GiB of this machine"
        )
    return memory_bytes


@contextmanager
def run_directory(header: AtlasHeader, out: Path, *, engine: str) -> Iterator[RunDirectory | None]:
    """Where a census that takes long keeps its levels: beside `out`, removed once the block ends well."""
    if engine != QUOTIENT or easy_estimate(header).seconds <= RESUMABLE_SECONDS:
        yield None
        return
    with open_run(header, out.with_name(f"{out.name}.run")) as run:
        yield run
        run.remove()


def check_engine(engine: str, workers: int) -> None:
    """Raise PriorsimError unless there is such an engine, and as many workers."""
    if engine not in ENGINES:
        raise CensusError(f"unknown engine {quoted(engine)}: choose one of {', '.join(ENGINES)}")
    check_workers(workers)


def take_census(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: int = 2,
    memory_bytes: int | None = None,
    run_directory: RunDirectory | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Atlas:
    """Count every program and check the totals against the recurrence.

    Parameters
    ----------
    header : AtlasHeader
    engine : str
        One of ENGINES.
    workers : int
        Threads of the quotient engine, processes of the exhaustive one; no row depends on it.
    memory_bytes : int, optional
        What the quotient engine may take: DEFAULT_MEMORY, or as much as this machine has at most.
    run_directory : RunDirectory, optional
        Where the quotient engine keeps finished levels, to go on from after a mishap.
    progress : callable, optional

    Raises
    ------
    CensusError
        When there is no such engine, no worker or too many, or the memory would not do.
    """
    check_engine(engine, workers)
    memory_bytes = check_memory(memory_bytes)
    if engine == EXHAUSTIVE:
        return Atlas(header, count_exhaustive(header, workers=workers, progress=progress))
    rows = count_quotient(
        header, workers=workers, memory_bytes=memory_bytes, progress=progress, run_directory=run_directory
    )
    return Atlas(header, rows)
