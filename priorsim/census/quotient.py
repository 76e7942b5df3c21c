"""The quotient census: every program counted by its behaviour class, none looked at twice.

Terms that agree in all tables, steps, searches and length can stand for each other, so longer classes
are made of pairs and triples of shorter ones (docs/language.md sections 4 to 6). Everything is exact:
classes are equal only when all of their words are, and counts are proved below 2^64 beforehand.
Only the estimate of what a census will take is rough.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, Rows, check_accounting, merge
from priorsim.census.progress import Progress
from priorsim.census.quotient_kernels import BELOW_READS, COUNT, META, SEARCH_BITS
from priorsim.census.quotient_levels import Census
from priorsim.census.quotient_stores import Layout, Reach
from priorsim.census.quotient_tables import RowArray
from priorsim.census.recurrence import program_counts, term_counts
from priorsim.errors import CensusError
from priorsim.formats import format_duration
from priorsim.run_directory import RunDirectory

ENGINE = "quotient"
MAX_COUNT = 2**64
MAX_STEPS = 2**32
MAX_INNER_STEPS = 2**16
MAX_BITS = 255


def count_quotient(
    header: AtlasHeader,
    *,
    workers: int = 2,
    memory_bytes: int = 8 << 30,
    progress: Callable[[Progress], None] | None = None,
    run_directory: RunDirectory | None = None,
) -> Rows:
    """Count all code-only programs up to the header's bound, by class.

    Parameters
    ----------
    header : AtlasHeader
        The language, the domain and the bound in bits, header bit included.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    Rows
        Sorted, every key once.

    Raises
    ------
    CensusError
        When no census counts by the accounting, or the bound is beyond what is exact.
    """
    check_exact(header)
    check_estimate(header, memory_bytes)
    counts = program_counts(header.language, header.max_bits)

    def levels() -> Iterator[tuple[int, RowArray]]:
        for length, rows in _levels(header, workers, run_directory):
            yield length, rows
            if progress is not None:
                progress(Progress(sum(counts[: length + 2]), sum(counts)))

    return rows_of_levels(header, levels())


def open_run(header: AtlasHeader, path: Path) -> RunDirectory:
    """The directory that keeps the finished levels of a census; StorageError where it holds anything else."""
    return RunDirectory(path, {"engine": ENGINE, **header.to_json()})


def _levels(header: AtlasHeader, workers: int, run: RunDirectory | None) -> Iterator[tuple[int, RowArray]]:
    """Every length of term in order with its classes, from the run's pieces as far as they go."""
    census = Census(header, workers)
    for length in range(1, header.max_bits):
        piece = f"level-{length:03d}"
        rows = run.load_array(piece) if run is not None and census.built_nothing else None
        if rows is not None:
            census.adopt(length, rows)
        else:
            rows = census.level(length)
            if run is not None:
                run.save_array(piece, rows)
        yield length, rows


def check_exact(header: AtlasHeader) -> None:
    """Prove, in Python integers, that no number of the census outgrows its type."""
    language, domain = header.language, header.domain
    check_accounting(header.accounting)
    if not 2 <= header.max_bits <= MAX_BITS:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to {MAX_BITS}")
    domain.check_depth(language.depth)
    reach = Reach.of(language, header.max_bits)
    counts = max(max(term_counts(language, depth, bits), default=0) for depth, bits in enumerate(reach.longest))
    nodes = header.max_bits
    steps = nodes * domain.environments(language.depth)
    inner = nodes * 2**domain.word_bits if language.depth == 2 else 0
    if counts >= MAX_COUNT or steps >= MAX_STEPS or inner >= MAX_INNER_STEPS:
        raise CensusError(f"{header.max_bits} bits: counts or steps could overflow, choose a smaller bound")


def rows_of_levels(header: AtlasHeader, levels: Iterable[tuple[int, RowArray]]) -> Rows:
    """Levels outside binders, by rising length of term and each sorted, as rows of an atlas.

    An atlas does not tell apart what reads a query column from what reads none.
    """
    columns: dict[str, list[NDArray[Any]]] = {name: [np.zeros(0, kind)] for name, kind in COLUMN_TYPES.items()}
    for length, rows in levels:
        for name, column in _columns(length + 1, rows).items():
            columns[name].append(column)
    joined = Rows(**{name: np.concatenate(columns.pop(name)) for name in list(columns)})
    return merge(joined) if header.queries else joined


def _columns(bits: int, rows: RowArray) -> dict[str, NDArray[Any]]:
    """One level's classes as columns of an atlas."""
    return {
        "bits": np.full(len(rows), bits, dtype=np.uint8),
        "behaviour": rows[:, 0].copy(),
        "strict": rows[:, 1].copy(),
        "wide": rows[:, 2].copy(),
        "steps": ((rows[:, META] & BELOW_READS) >> SEARCH_BITS).astype(np.uint32),
        "searches": rows[:, META].astype(np.uint8),
        "count": rows[:, COUNT].copy(),
    }


# --- what a census will take ------------------------------------------------------------------

PILOT_PROGRAMS = 100_000
EASY_EXPONENT = 0.8
DAMPING = 0.95
ROW_BYTES = 150
BASE_BYTES = 400 << 20
SECONDS_PER_ROW = 2.5e-6


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a census will take: rows, seconds on two cores, bytes of memory. Rough: within a factor of two."""

    rows: int
    seconds: float
    bytes: int


def estimate(header: AtlasHeader) -> Estimate:
    """What a census will take, from the growth of its first levels, which are counted for it."""
    return _estimate(header, *_growth(header))


def easy_estimate(header: AtlasHeader) -> Estimate:
    """An estimate that is rather too high, without counting anything."""
    return _estimate(header, 1, 1, EASY_EXPONENT)


def _growth(header: AtlasHeader) -> tuple[int, int, float]:
    """Programs and rows of a short length, and the exponent with which rows grow with programs from there."""
    programs = program_counts(header.language, header.max_bits)
    pilot = max(
        bits for bits in range(2, header.max_bits + 1) if bits == 2 or sum(programs[: bits + 1]) <= PILOT_PROGRAMS
    )
    rows = [0, 0, *(len(level) for _, level in _levels(replace(header, max_bits=pilot), 1, None))]
    early = [sum(found[: 2 * pilot // 3 + 1]) for found in (programs, rows)]
    late = [sum(programs[: pilot + 1]), sum(rows)]
    exponent = DAMPING * math.log(late[1] / early[1]) / math.log(late[0] / early[0]) if 0 < early[0] < late[0] else 1.0
    return late[0], late[1], min(max(exponent, 0.0), 1.0)


def _estimate(header: AtlasHeader, programs: int, rows: int, exponent: float) -> Estimate:
    def classes(terms: int) -> float:
        """Classes of this many terms."""
        return min(float(terms), rows * math.pow(terms / programs, exponent))

    language = header.language
    reach = Reach.of(language, header.max_bits)
    found = classes(sum(program_counts(language, header.max_bits)))
    layout = Layout.of(header)
    inner = 0.0
    for depth in range(1, language.depth + 1):
        width = layout.width(depth, mixed=depth < language.depth)
        stored = sum(term_counts(language, depth, max(0, reach.stored[depth])))
        inner += 16 * width * classes(stored)
    memory = BASE_BYTES + ROW_BYTES * found + inner
    return Estimate(int(found), SECONDS_PER_ROW * found, int(memory))


def check_estimate(header: AtlasHeader, memory_bytes: int, *, seconds: float = math.inf) -> None:
    """Refuse, before it starts, a census that would not fit into so many bytes, or would take longer than that.

    Raises
    ------
    CensusError
        With the estimate, and the largest bound that would be accepted.
    """

    def fits(found: Estimate) -> bool:
        return found.bytes <= memory_bytes and found.seconds <= seconds

    if fits(easy_estimate(header)):
        return
    growth = _growth(header)
    wanted = _estimate(header, *growth)
    if fits(wanted):
        return
    is_too_large = wanted.bytes > memory_bytes
    ways = ["more memory"] * is_too_large + ["--yes to start all the same"] * (wanted.seconds > seconds)
    shorter = (replace(header, max_bits=bits) for bits in range(header.max_bits - 1, 1, -1))
    bound = next((each.max_bits for each in shorter if fits(_estimate(each, *growth))), None)
    raise CensusError(
        f"{sum(program_counts(header.language, header.max_bits)):,} programs up to {header.max_bits} bits would make "
        f"about {wanted.rows:,} rows in {format_duration(wanted.seconds)} and {_gibibytes(wanted.bytes)}"
        + (f", more than the {_gibibytes(memory_bytes)} given" if is_too_large else "")
        + f": give {' and '.join(ways)}"
        + ("" if bound is None else f", or --max-bits {bound} or less")
    )


def _gibibytes(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
