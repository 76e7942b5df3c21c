"""How far a long command has come, on standard error, and what is left of it when it is cut short."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from priorsim.census.progress import Progress
from priorsim.errors import WorkerError
from priorsim.formats import format_duration
from priorsim.interrupts import Interrupted

LINE_SECONDS = 30
"""A log is told so often how far the command has come."""


@dataclass(frozen=True, slots=True)
class _Terminal:
    """A terminal that may be closed while the command runs: what cannot be written then is dropped."""

    stream: TextIO

    def write(self, text: str) -> None:
        with suppress(OSError):
            self.stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()


@dataclass(slots=True)
class _Log:
    """Standard error that is no terminal: a line now and then says how far the command has come."""

    started: float
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.started

    def tell(self, reached: Progress) -> None:
        now = monotonic()
        if sys.stderr is None or now - self.last < LINE_SECONDS:
            return
        self.last = now
        done = f"{reached.programs:,.0f} of {reached.total:,.0f} {reached.unit}"
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{done} after {format_duration(now - self.started)}\n")
            sys.stderr.flush()


def _holds_parts(folder: Path) -> bool:
    """Whether there is more in a folder than the files that tell whose it is."""
    from priorsim.run_directory import MANIFEST
    from priorsim.shards import MARK

    return any(path.is_file() and path.name not in (MANIFEST, MARK) for path in folder.rglob("*"))


@contextmanager
def progress_bar(unit: str, *, kept: str | Path | None = None) -> Iterator[Callable[[Progress], None]]:
    """A progress bar with an estimate on standard error, or a line now and then where that is no terminal.

    The unit is what is counted.

    An interrupt says how far the command came; it, and the death of a worker, say what is kept: finished parts, in
    `kept` once there are some.
    """
    columns = (
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} {task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    # Rich takes a log for a terminal where FORCE_COLOR is set.
    is_watched = sys.stderr is not None and sys.stderr.isatty()
    console = Console(file=cast(IO[str], _Terminal(sys.stderr)) if is_watched else None, stderr=True)
    reached, log = Progress(0, 0, unit), _Log(monotonic())

    def left() -> str:
        if kept is not None and ("://" in str(kept) or _holds_parts(Path(kept))):
            return f"finished parts are kept in {kept}, the same command goes on from there"
        return "nothing was left half written"

    with Bar(*columns, console=console, transient=True, disable=not is_watched) as bar:
        task = bar.add_task(unit, total=None, visible=False)

        def update(progress: Progress) -> None:
            nonlocal reached
            now = Progress(progress.programs, progress.total, progress.unit or unit)
            if now.unit != reached.unit:
                bar.reset(task, description=now.unit)
            reached = now
            bar.update(task, completed=now.programs, total=now.total, visible=True)
            if not is_watched:
                log.tell(now)

        try:
            yield update
        except Interrupted:
            done = "nothing was counted yet"
            if reached.total:
                done = f"{reached.programs} of {reached.total} {reached.unit} were counted"
            raise Interrupted(f"{done}, {left()}") from None
        except WorkerError as error:
            raise WorkerError(f"{error}; {left()}") from None
