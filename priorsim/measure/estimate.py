"""What a census of more bits would take, by shorter ones that are taken here: rows, bytes, seconds, machine-hours.

The model is that of `census/effort.py`, which docs/scaling.md states. Its growth and its pace are fitted to the short
censuses, and it is asked for two of their bounds from censuses of STEP bits less, which says how far it is off.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated

import msgspec
import numpy as np

from priorsim import keys
from priorsim.census.atlas import AtlasHeader
from priorsim.census.effort import (
    ATLAS_BYTES,
    DEFAULT_MEMORY,
    FITTED_BITS,
    LAPTOP,
    LONG_SECONDS,
    MOVED_BYTES,
    Estimate,
    Growth,
    Machines,
    Pace,
    Run,
    estimate,
    pilot,
    pilot_bits,
    take_run,
)
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.census.stored import StoredAtlas
from priorsim.errors import CensusError

LONGEST = 63
"""The largest bound of any census."""
STEP, STEPS = 2, 5
"""Censuses that are timed: so many, each so many bits longer than the one before."""
TIMES = 3
"""Each is taken so often, and the least time counts, as other programs only add to it."""
QUICK_ROWS, QUICK_BYTES = 1 << 20, 1 << 30
"""The longest one that is taken unasked has at most so many rows, and bytes of memory."""


# --- what is measured -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """Programs and rows of 0, 1, 2, ... bits, as far as they were counted, and the censuses that were timed."""

    header: AtlasHeader
    programs: Sequence[int]
    rows: Sequence[int]
    runs: Sequence[Run]

    @property
    def counted_bits(self) -> int:
        """The bound up to which the rows are known."""
        return len(self.rows) - 1

    @property
    def timed_bits(self) -> int:
        """The longest bound that was timed."""
        return self.runs[-1].bits

    def growth(self, bits: int) -> Growth:
        """How rows grow, by what is known up to a bound; they are exact at that bound."""
        known = min(bits, self.counted_bits) + 1
        return Growth.fitted(self.programs[:known], self.rows[:known])

    def pace(self, bits: int) -> Pace:
        """What a row takes, by the censuses up to a bound."""
        return Pace.fitted([run for run in self.runs if run.bits <= bits])

    def estimate(self, bits: int, on: Machines, known: int = LONGEST) -> Estimate:
        """What a census takes, by what is known up to a bound."""
        return estimate(replace(self.header, max_bits=bits), self.growth(min(bits, known)), self.pace(known), on)

    def rows_error(self, bits: int) -> float | None:
        """By how much the rows that are predicted from STEP bits less are off; None where they were not counted."""
        if bits > self.counted_bits:
            return None
        return self.growth(bits - STEP).classes(sum(self.programs[: bits + 1])) / sum(self.rows[: bits + 1]) - 1

    def seconds_error(self, bits: int) -> float | None:
        """The same of the seconds; None where they were not measured, or there is too little to predict them from."""
        own = [run for run in self.runs[3:] if run.bits == bits]
        return self.estimate(bits, Machines(cores=1), bits - STEP).seconds / own[0].seconds - 1 if own else None

    def factors(self, bits: int) -> tuple[float, float]:
        """The factors within which rows and seconds are expected.

        Rows: the largest error of the last bounds, once more for every STEP bits beyond. Seconds: the largest of
        theirs on top, once.
        """
        steps = max(0, bits - self.counted_bits) / STEP
        last = range(self.counted_bits + 1 - FITTED_BITS, self.counted_bits + 1)
        rows = math.exp(steps * max(_size(self.rows_error(each)) for each in last))
        return rows, rows * math.exp(max(_size(self.seconds_error(run.bits)) for run in self.runs))


def _size(error: float | None) -> float:
    """An error's size in natural logarithms."""
    return abs(math.log1p(error)) if error is not None else 0.0


def measure(
    header: AtlasHeader,
    base: int | None = None,
    atlas: StoredAtlas | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Measured:
    """Take the censuses up to a base, a quick one where none is given; the rows of an atlas of more bits are added.

    CensusError where the base would take long, is too short to be timed, or is not below the header's bound.
    """
    growth, least = pilot(header), pilot_bits(replace(header, max_bits=LONGEST))
    base = _quick_bits(header, growth, least) if base is None else base
    _check_base(header, growth, base, least)
    bounds = [base - STEP * step for step in range(STEPS - 1, -1, -1)] * TIMES
    programs, taken, done = program_counts(header.language, header.max_bits), [], 0
    for bits in bounds:
        rows, run = take_run(replace(header, max_bits=bits))
        taken.append(run)
        done += sum(programs[: bits + 1])
        if progress is not None:
            progress(Progress(done, sum(sum(programs[: each + 1]) for each in bounds)))
    runs = [min(taken[at::STEPS], key=lambda run: run.seconds) for at in range(STEPS)]
    if atlas is not None and atlas.header.max_bits > base:
        rows = rows_by_length(atlas)
    return Measured(header, programs, rows[: header.max_bits + 1], runs)


def _quick_bits(header: AtlasHeader, growth: Growth, least: int) -> int:
    """The longest base that takes seconds, and is below the bound by a step."""

    def is_quick(bits: int) -> bool:
        found = estimate(replace(header, max_bits=bits), growth)
        return found.rows <= QUICK_ROWS and found.bytes <= QUICK_BYTES

    last = header.max_bits - STEP
    return next(filter(is_quick, range(last, least, -1)), min(last, least))


def _check_base(header: AtlasHeader, growth: Growth, base: int, least: int) -> None:
    if base < least:
        raise CensusError(
            f"censuses of up to {base} bits are too short to be timed: "
            f"give --max-bits {least + STEP} or more, and --from {least} or more"
        )
    if base >= header.max_bits:
        most = header.max_bits - 1
        raise CensusError(f"--from {base} is not below --max-bits {header.max_bits}: give at most {most}")

    def is_long(bits: int) -> bool:
        found = estimate(replace(header, max_bits=bits), growth)
        return found.bytes > DEFAULT_MEMORY or found.seconds > LONG_SECONDS

    if is_long(base):
        most = next(bits for bits in range(base - 1, 1, -1) if not is_long(bits))
        raise CensusError(f"--from {base} would itself take too long, or too much memory: give at most {most}")


def rows_by_length(atlas: StoredAtlas) -> list[int]:
    """Rows of 0, 1, 2, ... bits, up to the atlas's bound."""
    counts = np.zeros(atlas.header.max_bits + 1, dtype=np.int64)
    for rows in atlas.batches():
        counts += np.bincount(rows.bits, minlength=len(counts))
    return [int(count) for count in counts]


# --- the answer -----------------------------------------------------------------------------------


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What a census up to one bound takes."""

    bits: Annotated[int, keys.says("the bound")]
    programs: int
    rows: Annotated[int, keys.says("counted up to `counted_bits`, and predicted beyond")]
    rows_factor: Annotated[float, keys.says("the rows are expected within this factor of the number, either way")]
    rows_error: Annotated[
        float | None,
        keys.says("by what part of them the rows that are predicted from 2 bits less are off; null where not counted"),
    ]
    disk_bytes: Annotated[int, keys.says("the atlas, and the finished lengths that are kept until it is written")]
    memory_bytes: Annotated[int, keys.says("of each worker; of one worker that makes the census in one piece")]
    spread_bytes: Annotated[int, keys.says("of each process, where processes share the census and keep parts on disk")]
    moved_bytes: Annotated[int, keys.says("sent from worker to worker, all together")]
    seconds: Annotated[
        float, keys.says("of counting, predicted at every bound; to start and to write the atlas takes more")
    ]
    seconds_factor: Annotated[float, keys.says("the seconds are expected within this factor, either way")]
    core_seconds: Annotated[float | None, keys.says("measured here on one core; null where it was not")]
    seconds_error: Annotated[
        float | None, keys.says("by what part of them the seconds that are predicted from 2 bits less are off")
    ]
    machine_hours: Annotated[float, keys.says("the hours of all workers together")]


class EstimateAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim estimate --json` prints."""

    dialect: keys.Dialect
    word_bits: keys.WordBits
    lanes: keys.Lanes
    workers: Annotated[int, keys.says("machines that share the census")]
    cores: Annotated[int, keys.says("cores of each worker")]
    bandwidth: Annotated[float, keys.says("bytes a second that a worker can send")]
    given_bytes: Annotated[int, keys.says("memory of each worker that the census may take")]
    timed_bits: Annotated[int, keys.says("the longest bound that was timed here")]
    counted_bits: Annotated[int, keys.says("the bound up to which rows were counted")]
    exponent: Annotated[float, keys.says("rows grow as this power of the programs")]
    pairs: Annotated[float, keys.says("pairs of classes a row at `timed_bits`")]
    more_pairs: Annotated[float, keys.says("how many more with each bit")]
    pair_seconds: Annotated[float, keys.says("seconds of one core a pair")]
    bounds: tuple[Bound, ...]
    most_bits: Annotated[
        int | None, keys.says("the largest bound that fits into the memory of these workers; null where none does")
    ]


def estimate_of(known: Measured, on: Machines = LAPTOP, given_bytes: int = DEFAULT_MEMORY) -> EstimateAnswer:
    """The estimate for the header's bound, and for every STEP bits on the way there."""
    header, pace = known.header, known.pace(LONGEST)
    return EstimateAnswer(
        dialect=header.language.dialect.name,
        word_bits=header.language.word_bits,
        lanes=len(header.domain.lanes),
        workers=on.workers,
        cores=on.cores,
        bandwidth=on.bandwidth,
        given_bytes=given_bytes,
        timed_bits=known.timed_bits,
        counted_bits=known.counted_bits,
        exponent=known.growth(LONGEST).exponent,
        pairs=pace.pairs_of(known.timed_bits, 1),
        more_pairs=pace.more_pairs,
        pair_seconds=pace.pair_seconds,
        bounds=tuple(_bound(known, bits, on) for bits in _bounds(known)),
        most_bits=_most_bits(known, on, given_bytes),
    )


def _bounds(known: Measured) -> Iterator[int]:
    """The bounds that were timed, and those of every further STEP bits, up to the header's."""
    last = known.header.max_bits
    return chain(range(known.runs[0].bits, last, STEP), [last])


def _bound(known: Measured, bits: int, on: Machines) -> Bound:
    found = known.estimate(bits, on)
    rows_factor, seconds_factor = known.factors(bits)
    return Bound(
        bits=bits,
        programs=sum(known.programs[: bits + 1]),
        rows=found.rows,
        rows_factor=rows_factor,
        rows_error=known.rows_error(bits),
        disk_bytes=(ATLAS_BYTES + MOVED_BYTES) * found.rows,
        memory_bytes=found.bytes,
        spread_bytes=found.spread_bytes,
        moved_bytes=int(found.moved),
        seconds=found.seconds,
        seconds_factor=seconds_factor,
        core_seconds=next((run.seconds for run in known.runs if run.bits == bits), None),
        seconds_error=known.seconds_error(bits),
        machine_hours=found.seconds * on.workers / 3600,
    )


def _most_bits(known: Measured, on: Machines, given_bytes: int) -> int | None:
    """The largest bound whose memory is given."""
    fits = (bits for bits in range(LONGEST, 1, -1) if known.estimate(bits, on).bytes <= given_bytes)
    return next(fits, None)
