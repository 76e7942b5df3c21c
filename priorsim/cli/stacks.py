"""Command: the same programs written for a stack. What is heavy is imported when used."""

from pathlib import Path
from typing import Annotated

from typer import Option

import priorsim
from priorsim.cli import options as opt


def stack(
    dialect: opt.Dialect = "arith",
    word_bits: Annotated[int, Option("--word-bits", help="Bits of a word, 2 to 4.")] = 3,
    max_bits: opt.Length = 34,
    engine: Annotated[
        str, Option("--engine", help="Count stack programs by classes: quotient; or one by one: exhaustive.")
    ] = "quotient",
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each bin of complexity, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say how much of an answer is due to programs being trees: ask the same of programs that run on a stack.

    A stack program is a sequence of instructions, with the operators of a dialect and dup, swap, drop and over
    (docs/stack.md). The command counts all stack programs and all trees up to a length, and compares how often search
    comes first in each, the log-odds, the complexity of the same worlds, and the signs.

    In arith at w = 3 a bound of 34 bits takes 15 seconds and 0.5 GiB, one of 36 bits 35 seconds and 0.9 GiB; each two
    further bits take two to three times as much. The exhaustive engine takes half a minute at 26 bits.
    """
    from priorsim.census.take import make_header, take_census
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.stack import beside_trees, is_stack
    from priorsim.stack.census import count_stack

    opt.check_one_answer(as_json, out, "--out")
    header = make_header(dialect, max_bits, domain=priorsim.Domain.default(word_bits))
    with opt.place_of(out, is_stack, force=force) as place:
        with progress_bar("stack programs") as progress:
            counted = count_stack(header, engine=engine, progress=progress)
        opt.say_or_write(beside_trees(take_census(header), counted), as_json, "stack.txt", out, place)
