"""What long work will take, told before it is started: rows, time and memory by the model of `census/effort.py`."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from priorsim.census.atlas import AtlasHeader
from priorsim.census.effort import (
    DEFAULT_MEMORY,
    EXHAUSTIVE,
    LONG_SECONDS,
    QUOTIENT,
    Estimate,
    estimate,
    least_bytes,
    pilot,
    question_seconds,
)
from priorsim.census.recurrence import program_counts
from priorsim.formats import about, format_bytes, format_duration
from priorsim.study.atlases import ATLASES, atlas_name, described

ROUGH = (
    "An estimate, within a factor of three for words of up to 6 bits; longer words may take many times as long.\n"
    "Nothing was counted and nothing was written."
)
EXHAUSTIVE_PACE = 1e6
"""Programs a second and core of the exhaustive engine, whose memory stays below EXHAUSTIVE_BYTES."""
EXHAUSTIVE_BYTES = 1 << 30


def estimated(header: AtlasHeader) -> Estimate:
    """What a census of the quotient engine will take, from one of some 100,000 programs; these are counted for it."""
    return estimate(header, pilot(header))


def census_plan(
    header: AtlasHeader,
    *,
    engine: str = QUOTIENT,
    workers: int = 2,
    memory_bytes: int = DEFAULT_MEMORY,
    censuses: int = 1,
    processes: int = 0,
) -> str:
    """What a census will take, or so many, none of which is larger, in lines; so many processes may share it."""
    found = estimated(header)
    if engine == EXHAUSTIVE:
        found = replace(found, seconds=_programs(header) / (workers * EXHAUSTIVE_PACE), bytes=EXHAUSTIVE_BYTES)
    is_long = censuses * found.seconds > LONG_SECONDS
    least = found.bytes if engine == EXHAUSTIVE else least_bytes(found, processes)
    needs = ["more memory"] * (least > memory_bytes) + ["--yes"] * is_long
    what = "Census" if censuses == 1 else f"{censuses} censuses, one after the other, none larger than that"
    return "\n".join(
        [
            f"{what} of {described(header)}: {_programs(header):,} programs",
            _told([found] * censuses) + (f": it is started with {' and '.join(needs)} alone" if needs else ""),
            *([_shared(least, processes)] if max(least, memory_bytes) < found.bytes else []),
            ROUGH,
        ]
    )


def _shared(least: int, processes: int) -> str:
    """What processes take that share a census which does not fit into memory in one piece."""
    if processes == 1:
        taking = "a process that keeps parts on disk takes"
    else:
        taking = f"{processes} processes that share the census and keep parts on disk take"
    return f"That is more than the memory given: {taking} {format_bytes(least)}, with the command"


def question_plan(header: AtlasHeader, lane_sets: int = 1) -> str:
    """What one question about a world up to the header's bound will take beyond an atlas, or without one, in lines.

    What fits is counted for so many sets of training lanes, one after the other.
    """
    seconds = lane_sets * question_seconds(header)
    needs = ": it is started with --yes alone" if seconds > LONG_SECONDS else ""
    each = f", for each of {lane_sets} sets of training lanes" if lane_sets > 1 else ""
    return "\n".join(
        [
            f"What fits one world of {described(header)}: {_programs(header):,} programs{each}",
            f"{_time(seconds)} on two cores{needs}; there is no estimate of rows and memory",
            ROUGH,
        ]
    )


def censuses_plan(headers: Sequence[AtlasHeader], folder: Path) -> str:
    """What the censuses of these headers that are not in a folder yet will take, in lines."""
    missing = [header for header in headers if not (folder / ATLASES / f"{atlas_name(header)}.parquet").exists()]
    lines = [f"Censuses: {len(headers)}, of which {len(headers) - len(missing)} are in {folder / ATLASES}"]
    if missing:
        lines += [f"The others take {_told([estimated(header) for header in missing])}, one after the other"]
    return "\n".join([*lines, "What is measured on them comes on top, and is not estimated.", ROUGH])


def data_plan(programs: int, seconds: float, memory: float) -> str:
    """What programs with data will take, so many with their entries left open, in lines."""
    return "\n".join(
        [
            f"Programs with data: {programs:,}, entries left open",
            f"{_time(seconds)} on one core and {format_bytes(memory)} of memory",
            "An estimate from above; most worlds take a third of it. Nothing was counted and nothing was written.",
        ]
    )


def walk_plan(programs: int, edges: int, seconds: float, memory: int) -> str:
    """What the graph of all edits among so many programs will take, in lines."""
    return "\n".join(
        [
            f"Graph of edits: {programs:,} programs, about {about(edges)} edits that lead to another one",
            f"{_time(seconds)} on one core, {format_bytes(memory)} of memory with what is solved on it",
            "To solve walks on it takes up to ten times as long, which is not estimated.",
            "An estimate, within a factor of three. No graph was made and nothing was written.",
        ]
    )


def _programs(header: AtlasHeader) -> int:
    return sum(program_counts(header.language, header.max_bits))


def _told(found: Sequence[Estimate]) -> str:
    """Rows and time together, and the most memory."""
    rows, time = sum(each.rows for each in found), _time(math.fsum(each.seconds for each in found))
    memory = max(each.bytes for each in found)
    return f"about {about(rows)} rows, {time} on two cores, {format_bytes(memory)} of memory"


def _time(seconds: float) -> str:
    return "a second or less" if seconds < 1 else format_duration(seconds)
