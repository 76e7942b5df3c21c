"""What a census takes by its bound, on one laptop and on many machines: measured as far as here, predicted beyond."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from priorsim.census.effort import BASE_BYTES, Machines, cores_share
from priorsim.figures import page
from priorsim.figures.entry import Data, Entry, Study
from priorsim.figures.page import FAINT, INK, SERIES, SHADE
from priorsim.formats import about, format_bytes, format_duration
from priorsim.measure.estimate import Bound, estimate_of, measure
from priorsim.worlds import World

LANGUAGE = ("arith", 3)
MAX_BITS, SAID_BITS = 60, 50
"""The last bound that is drawn, and the one of which the caption gives the numbers."""
WORKERS = (1, 32, 1024)
COLUMNS = (
    "workers bits row_count rows_factor seconds seconds_factor core_seconds memory_bytes moved_bytes machine_hours"
)
"""A row for each number of machines and bound; `core_seconds` are those measured on one core, None where none were."""
DURATIONS = {0.1: "0.1 s", 1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36000: "10 h"}
DURATIONS |= {86400 * 7: "a week"}
SIZES = {2.0**power: format_bytes(2.0**power).replace(".0", "") for power in range(28, 60, 4)}


def data(study: Study, _: Sequence[World]) -> Data:
    """The estimate from censuses that are taken here, and from the rows of the study's census."""
    stored = study.census(*LANGUAGE)
    known = measure(replace(stored.header, max_bits=MAX_BITS), None, stored, study.progress)
    found = {workers: estimate_of(known, Machines(workers)) for workers in WORKERS}
    rows = [(workers, *_row(each)) for workers, answer in found.items() for each in answer.bounds]
    return Data(COLUMNS, rows, found=found)


def _row(at: Bound) -> tuple[Any, ...]:
    time = (at.seconds, at.seconds_factor, at.core_seconds)
    return (at.bits, at.rows, at.rows_factor, *time, at.memory_bytes, at.moved_bytes, at.machine_hours)


def _of(found: Data, workers: int, *names: str) -> list[np.ndarray[Any, Any]]:
    """Columns of one number of machines, nan where they are empty."""
    places = [found.names.index(name) for name in names]
    return list(np.array([[row[at] for at in places] for row in found.rows if row[0] == workers], dtype=np.float64).T)


def _machines(workers: int) -> str:
    return "one laptop" if workers == 1 else f"{workers:,} machines"


def _draw_time(ax: Axes, found: Data) -> None:
    for workers, look in zip(WORKERS, SERIES, strict=False):
        bits, seconds, factor = _of(found, workers, "bits", "seconds", "seconds_factor")
        ax.fill_between(bits, seconds / factor, seconds * factor, color=look.colour, alpha=0.2, linewidth=0)
        ax.plot(bits, seconds, label=_machines(workers), **look.style(3.5))
    bits, measured = _of(found, 1, "bits", "core_seconds")
    share = cores_share(found.found[1].cores)
    ax.plot(bits, measured * share, "o", color=INK, markersize=4.5, markerfacecolor="none", label="measured here")
    ax.set_ylabel("time")
    _name_ticks(ax, DURATIONS)


def _draw_memory(ax: Axes, found: Data) -> None:
    for workers, look in zip(WORKERS, SERIES, strict=False):
        bits, memory, factor = _of(found, workers, "bits", "memory_bytes", "rows_factor")
        rows = memory - BASE_BYTES
        ax.fill_between(
            bits, BASE_BYTES + rows / factor, BASE_BYTES + rows * factor, color=look.colour, alpha=0.2, linewidth=0
        )
        ax.plot(bits, memory, **look.style(3.5))
    ax.set_ylabel("memory of a machine")
    _name_ticks(ax, SIZES)


def _name_ticks(ax: Axes, names: dict[Any, str]) -> None:
    """A logarithmic axis with these ticks, as far as it goes."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_yticks([value for value in names if low <= value <= high])
    ax.set_yticklabels([name for value, name in names.items() if low <= value <= high])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(low, high)


def draw(found: Data, *, width: float = page.DOUBLE) -> tuple[Axes, ...]:
    """Draw time and memory against the bound, with the factors within which they are expected as bands."""
    with page.style():
        is_wide = page.is_wide(width)
        figure = page.new_figure(width, 3.2 if is_wide else 5.6)
        panels = figure.subplots(*((1, 2) if is_wide else (2, 1)), sharex=True)
        time, memory = panels
        _draw_time(time, found)
        _draw_memory(memory, found)
        counted = found.found[1].counted_bits
        for panel in panels:
            panel.axvspan(min(found.bits) - 0.5, counted, color=SHADE, linewidth=0, zorder=0)
            panel.axvline(SAID_BITS, color=FAINT, linewidth=0.6, zorder=0.5)
            panel.set_xticks(range(30, MAX_BITS + 1, 5))
            panel.set_xlim(min(found.bits) - 0.5, MAX_BITS + 0.5)
        for panel in panels if is_wide else panels[1:]:
            panel.set_xlabel("bound of the census (bits)")
        shade = page.key(f"grey: rows counted, up to {counted} bits", color=SHADE, linewidth=5)
        page.legend_of_rows(time, *time.lines[: len(WORKERS) + 1], shade, ncols=3 if is_wide else 2)
        return time, memory


def caption(found: Data) -> str:
    """What the figure shows, with its numbers."""
    answer = found.found[1]
    at = {row[0]: row for row in found.rows if row[1] == SAID_BITS}
    said = [
        f"{_machines(workers).capitalize()}: {format_duration(row[4])}, {row[9]:.2g} machine-hours, "
        f"{format_bytes(row[7])} of memory{' each' if workers > 1 else ' in one piece'}."
        for workers, row in at.items()
    ]
    checked = max((each for each in answer.bounds if each.seconds_error is not None), key=lambda each: each.bits)
    return page.sentences(
        f"A census of all programs of at most {SAID_BITS} bits, at words of {LANGUAGE[1]} bits in {LANGUAGE[0]}, has "
        f"about {about(at[1][2])} rows, within a factor of {at[1][3]:.2g}. It takes one laptop of {answer.cores} cores "
        f"about {format_duration(at[1][4])}, within a factor of {at[1][5]:.2g}.",
        "Time and memory of a census against its bound: measured here up to "
        f"{answer.timed_bits} bits, and predicted beyond.",
        f"At {SAID_BITS} bits:",
        *said,
        f"Predicted from two bits less, the {checked.bits} bits that were timed last are off by "
        f"{100 * (checked.rows_error or 0):+.0f} % in rows and {100 * (checked.seconds_error or 0):+.0f} % in time.",
        "Bands: the factors within which the numbers are expected.",
        f"Every machine has {answer.cores} cores and sends {answer.bandwidth / 1e9:g} GB a second.",
        "Machines that share a census wait for each other, which is left out: "
        "a time of a few seconds on many machines is too short.",
    )


SHOWS = "what a census takes by its bound, on one laptop, 32 and 1,024 machines: measured, and predicted beyond"
FIGURE = Entry("census-cost", SHOWS, data, draw, caption)
