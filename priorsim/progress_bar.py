"""How far a long command has come, on standard error, and what an interrupt leaves."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from priorsim.census.progress import Progress


@contextmanager
def progress_bar(unit: str, *, kept: Path | None = None) -> Iterator[Callable[[Progress], None]]:
    """A progress bar with an estimate on standard error; an interrupt says how far it came, and what is kept.

    A request to terminate is an interrupt, too.
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
    console = Console(stderr=True)
    reached = Progress(0, 0, unit)
    with Bar(*columns, console=console, transient=True, disable=not is_watched) as bar:
        task = bar.add_task(unit, total=None, visible=False)

        def update(progress: Progress) -> None:
            nonlocal reached
            now = Progress(progress.programs, progress.total, progress.unit or unit)
            if now.unit != reached.unit:
                bar.reset(task, description=now.unit)
            reached = now
            bar.update(task, completed=now.programs, total=now.total, visible=True)

        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            yield update
        except KeyboardInterrupt:
            bar.stop()
            done = "nothing was counted yet"
            if reached.total:
                done = f"{reached.programs} of {reached.total} {reached.unit} were counted"
            left = "nothing was left half written"
            if kept is not None and kept.exists():
                left = f"finished levels are kept in {kept}, the same command goes on from there"
            typer.echo(f"interrupted: {done}, {left}", err=True)
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
