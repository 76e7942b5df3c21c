"""Command: what a census of more bits would take. What is heavy is imported when used."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle


def estimate(
    context: typer.Context,
    max_bits: Annotated[int, Option("--max-bits", help="The bound in bits of the census that is estimated.")],
    dialect: opt.Dialect = "arith",
    word_bits: opt.WordBits = 3,
    base: Annotated[
        int | None,
        Option("--from", help="Take censuses up to this bound, to fit to.  [default: one that takes seconds]"),
    ] = None,
    atlas: Annotated[
        Path | None,
        Option("--atlas", callback=opt.check_atlas, help="An atlas to take language, domain and rows from."),
    ] = None,
    trust: opt.OtherCode = False,
    workers: Annotated[int, Option("--workers", help="Machines that share the census.")] = 1,
    cores: Annotated[int, Option("--cores", help="Cores of each worker.")] = 2,
    memory: Annotated[str, Option("--memory", help="Memory of each worker that the census may take.")] = "8GiB",
    network: Annotated[float, Option("--network", help="Gigabytes a second that a worker sends to others.")] = 1.0,
    as_json: opt.AsJson = False,
) -> None:
    """Estimate the rows, bytes, seconds and machine-hours of a census that was not taken, from shorter ones.

    The command takes a few censuses up to a bound of seconds, or up to --from, and fits a model to them
    (docs/scaling.md). With each number it says within which factor that is expected, and by how much the model is off
    where it was checked: at two bounds that were taken, each predicted from two bits less. On two cores the command
    takes some 10 seconds at w = 3.
    """
    from priorsim.census.effort import Machines, parse_size
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.estimate import estimate_of, measure

    opt.check_trust(trust, atlas)
    if workers == 1:
        refuse_idle(context, "network", "on one worker")
    if atlas is not None:
        refuse_idle(context, "dialect word_bits", "with --atlas")
    on, given = Machines(workers, cores, network * 1e9), parse_size(memory)
    stored = None if atlas is None else opt.open_atlas(atlas, trust)
    if stored is None:
        header = priorsim.make_header(dialect, max_bits, domain=priorsim.Domain.default(word_bits))
    else:
        header = asking.bounded(stored.header, max_bits)
    with progress_bar("programs") as progress:
        known = measure(header, base, stored, progress)
    opt.say(estimate_of(known, on, given), as_json, "estimate.txt")
