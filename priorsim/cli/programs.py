"""Commands: worlds, one program, walks among programs, closed forms. Everything heavy is imported when it is used."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError


def worlds(
    name: Annotated[str | None, Argument(help="A world to show in full.")] = None,
    family: Annotated[
        str | None,
        Option("--family", help="List in-context, video, inverse, forward, constant, proxy or bayes."),
    ] = None,
) -> None:
    """List the named worlds or the generated ones of a family, or show one world."""
    from priorsim.text.worlds import family_text, world_text, worlds_text

    if name is not None and family is not None:
        raise PriorsimError("give a world to show, or --family NAME to list its members, not both")
    if name is not None:
        typer.echo(world_text(opt.world_of(name, None)))
    else:
        typer.echo(
            worlds_text(priorsim.catalogue().values()) if family is None else family_text(priorsim.family(family))
        )


def run(
    context: typer.Context,
    file: Annotated[Path, Argument(help="A .mu file that holds a program; - is standard input.")],
    where: opt.WorldOptions,
    trace: Annotated[
        bool, Option("--trace", help="Show every evaluated term of one lane; with --json as a list.")
    ] = False,
    lane: Annotated[int, Option("--lane", help="The lane to trace.")] = 0,
    as_json: opt.AsJson = False,
) -> None:
    """Run a program in a world, and print its words, its steps under four accountings and its class."""
    from priorsim.measure.program import measure_program
    from priorsim.mu.interpreter import Accounting
    from priorsim.mu.interpreter import trace as trace_lines
    from priorsim.reading import is_standard_input
    from priorsim.worlds import check_lanes

    if is_standard_input(file) and is_standard_input(where.world):
        raise PriorsimError("the program and the world are both '-': standard input holds one of them, name the other")
    world = where.find()
    check_lanes([lane], world.domain, "--lane")
    if not trace:
        refuse_idle(context, "lane", "without --trace")
    program, report = measure_program(file, world)
    if trace:
        lines = list(trace_lines(program, world.domain, lane))
        opt.say([asdict(line) for line in lines], as_json, "trace.txt", lines=lines)
    else:
        opt.say(report, as_json, "run.txt", **{**report, "world": world, "accountings": list(Accounting)})


def walk(
    context: typer.Context,
    world: opt.OneWorld,
    dynamics: Annotated[str, Option("--dynamics", help="steepest, first, drift or metropolis.")],
    radius: Annotated[int, Option("--radius", help="Bits of an edit, 1 to 16.")],
    max_bits: Annotated[int, Option("--max-bits", help="Walk among all programs up to this length.")] = 22,
    dialect: opt.WorldDialect = None,
    train: opt.Train = None,
    start: Annotated[str, Option("--from", help="prior, empty, direct, disguised, search, or a program.")] = "prior",
    loss: Annotated[str, Option("--loss", help="What is counted as wrong: lanes, or bits.")] = "lanes",
    class_by: opt.ClassBy = None,
    temperature: Annotated[
        float | None,
        Option("--temperature", help="With metropolis: loss that costs a bit of weight.  [default: 1 / word bits]"),
    ] = None,
    flat: Annotated[bool, Option("--flat", help="Let metropolis weigh the loss alone, not the length.")] = False,
    steps: Annotated[int | None, Option("--steps", help="Look at walks after so many proposals.")] = None,
    walks: Annotated[int | None, Option("--walks", help="Sample so many walks; nothing is solved.")] = None,
    seed: Annotated[int, Option("--seed", help="Seed of the sample.")] = 0,
    trace: Annotated[bool, Option("--trace", help="Show one walk, program by program.")] = False,
    findings: Annotated[
        bool, Option("--findings", help="Say what these walks mean for each claim about walks.")
    ] = False,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Estimate the graph of edits, its time and memory; make no graph.")
    ] = False,
    as_json: opt.AsJson = False,
) -> None:
    """Say where local search by small edits leads among programs, exactly; or follow one walk.

    The graph of all edits is held in memory; a graph that would take more than 8 GiB is refused with its size.
    --walks, which samples, and --trace, which follows one walk, need no graph.
    """
    from priorsim.claims.walking import supports
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.histogram import check_class_by
    from priorsim.study.plan import walk_plan
    from priorsim.walks.answer import WalkQuestion, exact_answer, findings_answer, sampled_answer, traced_answer
    from priorsim.walks.graph import graph_effort

    if trace + findings + (walks is not None) > 1:
        raise PriorsimError(
            "--trace shows one walk, --walks counts many and --findings answers claims: give one of them"
        )
    if dynamics != "metropolis" and (temperature is not None or flat):
        raise PriorsimError("--temperature and --flat are of metropolis: leave them out, or give --dynamics metropolis")
    if not trace and walks is None:
        refuse_idle(context, "seed", "where nothing is sampled")
    else:
        refuse_idle(context, "dry_run", "with --walks or --trace, which make no graph")
    where, by = opt.world_of(world, train), check_class_by(class_by)
    asked = WalkQuestion(where, dynamics, radius, max_bits, dialect, start, loss, by, temperature, not flat, steps)
    if dry_run:
        asking.say_plan(walk_plan(*graph_effort(asked.header(), radius)))
    with progress_bar("programs' edits") as progress:
        if trace:
            report = traced_answer(asked, seed=seed)
        elif findings:
            report = findings_answer(asked, supports, progress=progress)
        elif walks is not None:
            report = sampled_answer(asked, walks=walks, seed=seed, progress=progress)
        else:
            report = exact_answer(asked, progress=progress)
    opt.say(report, as_json, "walk.txt")


def encode(
    program: Annotated[
        str, Argument(help="A program as S-expression, or a .mu file that holds one; - is standard input.")
    ],
    dialect: Annotated[
        str | None,
        Option(
            "--dialect",
            help=f"{opt.DIALECTS}.  [default: the one the file names, else arith]",
        ),
    ] = None,
    word_bits: opt.WordBits = 4,
    depth: opt.Depth = None,
    columns: opt.Columns = "x",
) -> None:
    """Print a program's code, and its length."""
    from priorsim.mu.files import head_comments, parse_source, read_source
    from priorsim.reading import is_standard_input

    names = columns.split(",")
    is_file = program.endswith(".mu") or is_standard_input(program)
    text = read_source(program) if is_file else program
    named = head_comments(text).get("dialect") if is_file else None
    language = opt.language_of(dialect or named or "arith", word_bits, depth, len(names))
    parsed = parse_source(text, program, language, names) if is_file else priorsim.parse(text, language, names)
    bits = priorsim.encode(parsed, language)
    typer.echo(f"{bits}\n{len(bits)} bits")


def decode(
    bits: Annotated[str, Argument(help="A string of 0 and 1.")],
    dialect: opt.Dialect = "arith",
    word_bits: opt.WordBits = 4,
    depth: opt.Depth = None,
    columns: opt.Columns = "x",
) -> None:
    """Print the one program that a bit string starts with, and how many bits are left over."""
    from priorsim.mu.domain import check_column_names

    names = columns.split(",")
    check_column_names(names)
    program, rest = priorsim.decode(bits, opt.language_of(dialect, word_bits, depth, len(names)))
    typer.echo(f"{priorsim.format_program(program, names)}\n{len(bits) - len(rest)} bits, {len(rest)} left over")


def theory(
    context: typer.Context,
    bits_search: Annotated[str | None, Option(help="c: bits of the program that searches.")] = None,
    steps_search: Annotated[str | None, Option(help="t_s: its mean steps a lane.")] = None,
    count_search: Annotated[str | None, Option(help="How many such programs there are.  [default: 1]")] = None,
    bits_direct: Annotated[str | None, Option(help="L: bits of direct code.")] = None,
    steps_direct: Annotated[str | None, Option(help="t_d: its mean steps a lane.")] = None,
    count_direct: Annotated[str | None, Option(help="How many such programs there are.  [default: 1]")] = None,
    alpha: Annotated[
        str | None, Option(help="Doublings of time for a bit of L.  [default: from both programs]")
    ] = None,
    beta: Annotated[str | None, Option(help="Bits for a bit of length.  [default: 1]")] = None,
    gamma: Annotated[str | None, Option(help="Bits for a doubling of the mean steps.")] = None,
    lam: Annotated[str | None, Option("--lambda", help="Bits for a mean step.")] = None,
    cap: Annotated[str | None, Option(help="Most mean steps that still count.")] = None,
    word_bits: Annotated[str | None, Option(help="Bits of a table's word.")] = None,
    table_overhead: Annotated[str | None, Option(help="Bits of a table program besides its words.")] = None,
    once_search: Annotated[str | None, Option(help="Steps that the search takes once for each context.")] = None,
    each_search: Annotated[str | None, Option(help="Steps that the search takes for each query.")] = None,
    once_direct: Annotated[
        str | None, Option(help="Steps that direct code takes once for each context.  [default: 0]")
    ] = None,
    each_direct: Annotated[str | None, Option(help="Steps that direct code takes for each query.")] = None,
    as_json: opt.AsJson = False,
    as_latex: Annotated[bool, Option("--latex", help="Print formulas and values as LaTeX.")] = False,
) -> None:
    """Evaluate closed forms: the odds of a search program against direct code under every prior, and where they tip.

    The forms hold for programs that are too long to be counted. Numbers are exact: 1000, 2.5, 37/16 or 2^2000.
    Without any number the command lists the forms, with the numbers that each of them needs.
    """
    from priorsim.terminal import format_table
    from priorsim.theory.calculator import Listing, calculate

    opt.check_one_answer(as_json, as_latex, "--latex")
    given = {name: text for name, text in context.params.items() if isinstance(text, str)}
    answer = calculate(given) if given else Listing()

    def text() -> str:
        if as_latex:
            return answer.latex()
        return "\n\n".join(format_table(rows, head=head) for head, rows in answer.tables())

    opt.say(answer, as_json, text)
