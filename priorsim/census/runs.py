"""Taking a census: which engine, how long it will take, and the atlas it ends in."""

import time
from collections.abc import Callable
from dataclasses import replace

from priorsim.census.atlas import Atlas, AtlasHeader
from priorsim.census.exhaustive import Progress, check_bounds, count_exhaustive
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain

ENGINES = ("exhaustive",)
LONG_SECONDS = 1800
"""A census expected to take longer is only started when asked for twice."""

_SAMPLE_PROGRAMS = 20_000


def make_header(dialect: str, max_bits: int, *, domain: Domain, depth: int | None = None) -> AtlasHeader:
    """What a census counts; the depth is the domain's default where none is given.

    Raises
    ------
    PriorsimError
        When the dialect is unknown, or domain, depth or bound are out of range.
    """
    depth = domain.default_depth if depth is None else depth
    language = Language.named(dialect, domain.word_bits, depth=depth, columns=len(domain.columns))
    header = AtlasHeader(language, domain, max_bits)
    check_bounds(header)
    return header


def expected_seconds(header: AtlasHeader, *, workers: int) -> float:
    """Rough time of an exhaustive census, from the rate of a small one timed here and now."""
    counts = program_counts(header.language, header.max_bits)
    small = next(
        (bits for bits in range(2, header.max_bits) if sum(counts[: bits + 2]) > _SAMPLE_PROGRAMS), header.max_bits
    )
    if small == header.max_bits:
        return 0.0
    sample = replace(header, max_bits=small)
    count_exhaustive(replace(header, max_bits=2))
    start = time.perf_counter()
    count_exhaustive(sample)
    rate = sum(counts[: small + 1]) / (time.perf_counter() - start)
    return sum(counts) / rate / workers


def check_duration(header: AtlasHeader, *, workers: int, allow_long: bool) -> None:
    """Raise CensusError where the census would run long and was not asked for twice.

    The message says how long, and the largest bound that would not.
    """
    if allow_long:
        return
    seconds = expected_seconds(header, workers=workers)
    if seconds <= LONG_SECONDS:
        return
    counts = program_counts(header.language, header.max_bits)
    fits = max(
        bits for bits in range(2, header.max_bits) if seconds * sum(counts[: bits + 1]) <= LONG_SECONDS * sum(counts)
    )
    raise CensusError(
        f"{sum(counts)} programs up to {header.max_bits} bits would take about {format_duration(seconds)}: "
        f"give --yes to start all the same, or --max-bits {fits} or less"
    )


def format_duration(seconds: float) -> str:
    """Seconds in words, two figures at most.

    >>> format_duration(8000)
    '2.2 hours'
    """
    for size, unit in ((86400 * 365, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} seconds"


def take_census(
    header: AtlasHeader,
    *,
    engine: str = ENGINES[0],
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Atlas:
    """Count every program and check the totals against the recurrence.

    Raises
    ------
    CensusError
        When there is no such engine, or no worker.
    """
    if engine not in ENGINES:
        raise CensusError(f"unknown engine '{engine}': choose one of {', '.join(ENGINES)}")
    if workers < 1:
        raise CensusError(f"{workers} workers are too few: give at least 1")
    return Atlas(header, count_exhaustive(header, workers=workers, progress=progress))
