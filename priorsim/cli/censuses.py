"""Commands: take a census, and say what one holds. Everything heavy is imported late."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError


def census(
    context: typer.Context,
    dialect: opt.Dialect,
    word_bits: opt.WordBits,
    max_bits: opt.Length,
    out: Annotated[Path, Option("--out", help="The Parquet file to write, or - for a pipe.")],
    depth: opt.Depth = None,
    domain: Annotated[Path | None, Option("--domain", help="CSV: column names, then one lane a line.")] = None,
    accounting: Annotated[
        str, Option("--accounting", help="total, or amortised: steps that read no query once a context.")
    ] = "total",
    engine: Annotated[str, Option("--engine", help="quotient, or exhaustive: one at a time.")] = "quotient",
    workers: Annotated[int, Option("--workers", help="Threads or processes.")] = 2,
    memory: Annotated[
        str | None, Option("--memory", help="What the quotient engine may take, as 500MiB.  [default: 8GiB]")
    ] = None,
    yes: opt.Yes = False,
    force: opt.Force = False,
) -> None:
    """Count every code-only program up to a length, exactly, into an atlas.

    The quotient engine counts classes of equal behaviour: at w = 4 on two cores 36 bits take some 5
    seconds and 0.6 GiB, 40 bits 20 seconds and 2 GiB, 44 bits 3 minutes and 6 GiB. The exhaustive
    engine counts about a million programs a second and core: 31 bits take some 5 seconds, each further
    bit 1.8 times as long, in less than 1 GiB. A longer quotient census keeps finished levels in
    OUT.run until it is done; started again after a mishap it goes on from there.

    With --accounting amortised a largest subterm that reads no query column, and stands in no body, takes its
    steps once for each setting of the context columns: those named NAME:context in the --domain file.
    """
    from priorsim.census.effort import EXHAUSTIVE, check_effort, parse_memory
    from priorsim.census.stored import is_atlas
    from priorsim.census.take import make_header, run_directory, take_census
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.mu.domain import Domain

    lanes = Domain.default(word_bits) if domain is None else Domain.from_csv(domain, word_bits)
    header = make_header(dialect, max_bits, domain=lanes, depth=depth, accounting=accounting)
    limit = None if memory is None else parse_memory(memory)
    if engine == EXHAUSTIVE:
        refuse_idle(context, "memory", "on the exhaustive engine")
    with opt.place_of(out, is_atlas, force=force, read=(domain,)) as place:
        if place is None and sys.stdout.isatty():
            raise PriorsimError("an atlas is no text to show on a terminal: give --out FILE, or send it to a pipe")
        check_effort(header, engine=engine, workers=workers, memory_bytes=limit, allow_long=yes)
        kept = nullcontext(None) if place is None else run_directory(header, out, engine=engine)
        with kept as run, progress_bar("programs", kept=None if run is None else run.path) as progress:
            atlas = take_census(
                header, engine=engine, workers=workers, memory_bytes=limit, run_directory=run, progress=progress
            )
            with opt.writing(place) as file:
                atlas.write(file)
    name = "standard output" if place is None else out
    told = f"{name}: {int(atlas.rows.count.sum())} programs up to {max_bits} bits in {len(atlas)} rows"
    typer.echo(told, err=place is None)


def info(
    file: Annotated[Path, Argument(callback=opt.check_atlas, help="An atlas.")], trust: opt.OtherCode = False
) -> None:
    """Say what an atlas holds, after checking all of it: every row, their order and their totals."""
    from priorsim.measure.convergence import unconditional
    from priorsim.text.answers import atlas_text

    atlas = opt.open_atlas(file, trust)
    typer.echo(atlas_text(atlas, unconditional(atlas, opt.PriorOptions().make())))
