"""What counting takes, in seconds and in bytes, and the refusal of what would take too much.

One model (docs/scaling.md): rows grow as a power of the programs, pairs of classes are looked at for each row, and
seconds go by pairs. With a growth that is measured on a short census, and a usual pace, it is rough, within a factor of
two or three. With growth and pace measured on censuses nearly as long it is what `priorsim estimate` tells. A refusal
tells what it would take and the largest bound that would be accepted.
"""

import math
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from priorsim.census.atlas import AtlasHeader, joined
from priorsim.census.engine.class_kernels import OUTER_WORDS
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.engine.jobs import pieces_of
from priorsim.census.engine.levels import Census
from priorsim.census.engine.quotient import check_exact, rows_of_level
from priorsim.census.engine.spread_tasks import PARTS
from priorsim.census.engine.stores import Reach, has_mixed, row_widths
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.formats import format_bytes, format_duration
from priorsim.processes import check_workers
from priorsim.reading import quoted

QUOTIENT, EXHAUSTIVE = "quotient", "exhaustive"
ENGINES = (QUOTIENT, EXHAUSTIVE)
DEFAULT_MEMORY = 8 << 30
LONG_SECONDS = 1800
"""What is expected to take longer is only started when asked for twice."""

PILOT_PROGRAMS = 100_000
EASY_EXPONENT = 0.8
FITTED_BITS, DAMPING = 8, 0.95
"""The exponent is fitted over so many bits, and damped, since it falls as programs get longer."""
ROW_BYTES, BASE_BYTES = 150, 400 << 20
"""Memory of a census in one piece: for each row, and whatever its rows."""
HELD_BYTES, TASK_BYTES = 130, 1 << 30
"""Memory of a process of a spread census: for each class outside binders that can be an operand, and for a task."""
MOVED_BYTES, MOVED_TIMES = 8 * (OUTER_WORDS + 1), 3
"""A row as workers hand it over, and as a finished length is kept on disk; how often one is handed over."""
ATLAS_BYTES = 5
"""A row in the atlas file."""
MOST_WORKERS, MOST_CORES = 1_000_000, 1024
SERIAL = 0.37
"""The part of the time in which one core works, whatever the cores: results/bench.md at 40 bits, 1 and 2 workers."""
MERGED = 0.23
"""The part of the time of a spread census in which classes are added up: `python -m tests.benchmarks.cluster`."""

SAMPLE_PROGRAMS = 20_000
"""Of the exhaustive engine, which is timed."""

PACE, QUESTION_GROWTH = 6e-9, 0.92
"""A question beyond an atlas takes at w = 4 about PACE times the programs within the bound to this power."""

OBJECTIVES = 6.3e10
OBJECTIVES_SECONDS, OBJECTIVES_BYTES, OBJECTIVES_GROWTH = 100, 4 << 30, 0.8
"""At w = 4 so many programs within the bound take these, and others as a power of their number."""


def cores_share(cores: int) -> float:
    """The time that so many cores take, in parts of that of one."""
    return SERIAL + (1 - SERIAL) / cores


@dataclass(frozen=True, slots=True)
class Machines:
    """Workers that share a census, each with so many cores, and the bytes a second that each can send to the others."""

    workers: int = 1
    cores: int = 2
    bandwidth: float = 1e9

    def __post_init__(self) -> None:
        for number, noun, most in ((self.workers, "workers", MOST_WORKERS), (self.cores, "cores", MOST_CORES)):
            if not 1 <= number <= most:
                raise CensusError(f"{number} {noun} are too {'few' if number < 1 else 'many'}: give 1 to {most}")
        if not 0 < self.bandwidth < math.inf:
            raise CensusError(f"a network of {self.bandwidth / 1e9:g} GB a second sends nothing: give a number above 0")


LAPTOP = Machines()


@dataclass(frozen=True, slots=True)
class Growth:
    """Rows grow as a power of the number of programs: from these on, with this exponent."""

    programs: int
    rows: int
    exponent: float

    @classmethod
    def fitted(cls, programs: Sequence[int], rows: Sequence[int]) -> "Growth":
        """Of the programs and the rows of 0, 1, 2, ... bits."""
        both = zip(accumulate(programs), accumulate(rows), strict=True)
        totals = [totals for totals in both if totals[1]][-1 - FITTED_BITS :] or [(1, 1)]
        found, kept = np.log(np.array(totals, dtype=np.float64)).T
        exponent = DAMPING * float(np.polyfit(found, kept, 1)[0]) if found[0] < found[-1] else 1.0
        return cls(*totals[-1], min(max(exponent, 0.0), 1.0))

    def classes(self, terms: int) -> float:
        """Classes of this many terms."""
        return min(float(terms), self.rows * math.pow(terms / self.programs, self.exponent))


@dataclass(frozen=True, slots=True)
class Run:
    """A census that was taken on one core: its bound, rows, pairs of classes, and seconds of the processor."""

    bits: int
    rows: int
    pairs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What a row takes: pairs of classes, more of them with each bit of the bound, and seconds of one core a pair."""

    pairs: float
    more_pairs: float
    pair_seconds: float
    start_seconds: float = 0.0

    @classmethod
    def fitted(cls, runs: Sequence[Run]) -> "Pace":
        """Of two runs or more, from the shortest to the longest."""
        more, pairs = np.polyfit([run.bits for run in runs], [run.pairs / run.rows for run in runs], 1)
        seconds, start = np.polyfit([run.pairs for run in runs], [run.seconds for run in runs], 1)
        return cls(float(pairs), float(more), max(0.0, float(seconds)), max(0.0, float(start)))

    def pairs_of(self, bits: int, rows: float) -> float:
        """The pairs of a census of so many rows up to a bound."""
        return rows * (self.pairs + self.more_pairs * bits)


USUAL = Pace(10, 0, 2.5e-7 / cores_share(2))
"""A pace that is rather too slow."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a census will take: rows; seconds; bytes of memory of each worker, and bytes that move between workers.

    `spread_bytes` is the memory of each process where processes share the census, and keep parts on disk.
    """

    rows: int
    seconds: float
    bytes: int
    spread_bytes: int
    moved: float


def easy_estimate(header: AtlasHeader) -> Estimate:
    """An estimate that is rather too high, without counting anything."""
    return estimate(header, Growth(1, 1, EASY_EXPONENT))


def pilot(header: AtlasHeader) -> Growth:
    """The growth of the rows of a short census, which is taken."""
    short = replace(header, max_bits=pilot_bits(header))
    return Growth.fitted(program_counts(header.language, short.max_bits), take_run(short)[0])


def pilot_bits(header: AtlasHeader) -> int:
    """The bound of that census."""
    programs = program_counts(header.language, header.max_bits)
    return _largest(header.max_bits, lambda bits: sum(programs[: bits + 1]) <= PILOT_PROGRAMS) or 2


def take_run(header: AtlasHeader) -> tuple[list[int], Run]:
    """Take a census on one core; its rows of 0, 1, 2, ... bits, and what it took."""
    check_exact(header)
    begin, lengths = time.process_time(), range(1, header.max_bits)
    census = Census(header, 1)
    found = joined(rows_of_level(header, length, census.level(length)) for length in lengths)
    seconds = time.process_time() - begin
    pairs = sum(piece.size for length in lengths for piece in pieces_of(census.jobs(0, length)))
    rows = np.bincount(found.bits, minlength=header.max_bits + 1).tolist()
    return rows, Run(header.max_bits, len(found), pairs, seconds)


def _largest(max_bits: int, fits: Callable[[int], bool]) -> int | None:
    """The largest bound of 2 to `max_bits` bits that fits."""
    return next(filter(fits, range(max_bits, 1, -1)), None)


def estimate(header: AtlasHeader, growth: Growth, pace: Pace = USUAL, on: Machines = LAPTOP) -> Estimate:
    """What a census will take by a growth and a pace; several workers each hold all operands, and share the pairs."""
    language = header.language
    reach = Reach.of(language, header.max_bits)
    bounds = header.max_bits, max(0, reach.stored[0]) + 1
    found, operands = (growth.classes(sum(program_counts(language, bound))) for bound in bounds)
    inner = 0.0
    for depth in range(1, language.depth + 1):
        _, width = row_widths(depth, has_mixed(depth, language), header)
        stored = sum(term_counts(language, depth, max(0, reach.stored[depth])))
        inner += 16 * width * growth.classes(stored)
    held = HELD_BYTES * operands + inner
    whole, spread = int(BASE_BYTES + ROW_BYTES * found + inner), int(BASE_BYTES + TASK_BYTES + held)
    pairs = pace.pairs_of(header.max_bits, found)
    moved = MOVED_TIMES * MOVED_BYTES * found + on.workers * (MOVED_BYTES * operands + inner / 2)
    # No more than so many tasks add up classes at once, each on one core.
    adding = min(on.workers, max(1, PARTS // on.cores))
    share = (1 - MERGED) / on.workers + MERGED / adding
    working = cores_share(on.cores) * (pace.start_seconds + pace.pair_seconds * pairs * share)
    if on.workers == 1:
        return Estimate(int(found), working, whole, spread, 0.0)
    return Estimate(int(found), working + moved / on.workers / on.bandwidth, spread, spread, moved)


def spreads(header: AtlasHeader, memory_bytes: int, processes: int) -> bool:
    """Whether a census fits into so many bytes only when so many processes share it, and keep parts on disk."""
    if easy_estimate(header).bytes <= memory_bytes:
        return False
    found = estimate(header, pilot(header))
    return found.bytes > memory_bytes >= least_bytes(found, processes)


def least_bytes(found: Estimate, processes: int) -> int:
    """The memory that a census cannot do without: in one piece, or shared by so many processes beside this one."""
    return min(found.bytes, processes * found.spread_bytes + BASE_BYTES) if processes else found.bytes


def check_estimate(
    header: AtlasHeader, memory_bytes: int, *, seconds: float = math.inf, censuses: int = 1, processes: int = 0
) -> None:
    """Raise CensusError where a census would not fit into so many bytes, or so many like it would take longer.

    So many `processes` may share it; none where it is made in one piece.
    """

    def fits(found: Estimate) -> bool:
        return least_bytes(found, processes) <= memory_bytes and found.seconds * censuses <= seconds

    if fits(easy_estimate(header)):
        return
    growth = pilot(header)
    wanted = estimate(header, growth)
    if fits(wanted):
        return
    least = least_bytes(wanted, processes)
    is_too_large = least > memory_bytes
    duration = wanted.seconds * censuses
    ways = ["more memory"] * is_too_large + ["--yes to start all the same"] * (duration > seconds)
    bound = _largest(header.max_bits - 1, lambda bits: fits(estimate(replace(header, max_bits=bits), growth)))
    raise CensusError(
        (f"{censuses} censuses: " if censuses > 1 else "")
        + f"{sum(program_counts(header.language, header.max_bits)):,} programs up to {header.max_bits} bits would make "
        f"about {wanted.rows:,} rows in {format_duration(duration)} and {format_bytes(least)}"
        + (f", more than the {format_bytes(memory_bytes)} given" if is_too_large else "")
        + f": give {' and '.join(ways)}"
        + ("" if bound is None else f", or --max-bits {bound} or less")
    )


def check_effort(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: int = 2,
    memory_bytes: int | None = None,
    allow_long: bool = False,
    censuses: int = 1,
    processes: int = 0,
) -> None:
    """Raise CensusError where a census would not fit into memory, or would run long and was not asked for twice.

    So many `censuses` of the quotient engine are taken, one after the other, none of which is larger; so many
    `processes` may share one that is too large for one.
    """
    check_engine(engine, workers)
    memory_bytes = check_memory(memory_bytes)
    if engine == QUOTIENT:
        seconds = math.inf if allow_long else LONG_SECONDS
        check_estimate(header, memory_bytes, seconds=seconds, censuses=censuses, processes=processes)
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
    fits = _largest(header.max_bits - 1, lambda bits: sum(counts[: bits + 1]) <= share * sum(counts))
    raise CensusError(
        f"{sum(counts):,} programs up to {header.max_bits} bits would take about {format_duration(seconds)}: "
        f"give --yes to start all the same, or --max-bits {fits} or less"
    )


def question_seconds(header: AtlasHeader) -> float:
    """Time of one question beyond an atlas, up to the header's bound."""
    programs = sum(program_counts(header.language, header.max_bits))
    return float(PACE * programs**QUESTION_GROWTH * 2.0 ** (header.language.word_bits - 4))


def check_objectives(header: AtlasHeader, memory_bytes: int = DEFAULT_MEMORY) -> None:
    """Raise CensusError where to count all objectives would take too much memory, or is beyond what is exact."""
    check_exact(header)
    counts = program_counts(header.language, header.max_bits)

    def scale(bits: int) -> float:
        share = sum(counts[: bits + 1]) / OBJECTIVES
        return float(2.0 ** (header.language.word_bits - 4) * share**OBJECTIVES_GROWTH)

    size = scale(header.max_bits)
    if OBJECTIVES_BYTES * size > memory_bytes:
        fits = _largest(header.max_bits, lambda bits: OBJECTIVES_BYTES * scale(bits) <= memory_bytes) or 2
        raise CensusError(
            f"objectives up to {header.max_bits} bits would take about {format_duration(OBJECTIVES_SECONDS * size)} "
            f"and {format_bytes(OBJECTIVES_BYTES * size)}: "
            f"give --yes to start all the same, or --max-bits {fits} or less"
        )


def _programs_per_second(header: AtlasHeader) -> float:
    """How fast one worker of the exhaustive engine is, from a small census; infinite where this one is small."""
    counts = program_counts(header.language, header.max_bits)
    small = next(
        (bits for bits in range(2, header.max_bits) if sum(counts[: bits + 1]) > SAMPLE_PROGRAMS), header.max_bits
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
    """The memory of a size such as ``8GiB`` or ``500MiB``, which this machine has."""
    return check_memory(parse_size(text))


def parse_size(text: str) -> int:
    """Bytes of a size such as ``8GiB`` or ``500MiB``.

    >>> parse_size("8GiB") == 8 << 30
    True
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(MiB|GiB)", text.strip())
    if match is None or float(match[1]) == 0:
        raise CensusError(f"memory {quoted(text)} cannot be read: write it as 8GiB or 500MiB")
    return int(float(match[1]) * (2**20 if match[2] == "MiB" else 2**30))


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


def check_engine(engine: str, workers: int) -> None:
    """Raise PriorsimError unless there is such an engine, and as many workers."""
    if engine not in ENGINES:
        raise CensusError(f"unknown engine {quoted(engine)}: choose one of {', '.join(ENGINES)}")
    check_workers(workers)
