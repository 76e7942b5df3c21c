"""The command line: options in, one function call, text or JSON out. Everything heavy is imported late.

An error a user can cause is one line on standard error and exit code 2; an interrupt says what was
done and exits with 130.
"""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from priorsim.errors import PriorsimError
from priorsim.options import (
    AsJson,
    AtlasFile,
    Beta,
    Cap,
    ClassBy,
    Columns,
    Delta,
    Depth,
    Dialect,
    Gamma,
    HistogramFile,
    Lambda,
    MaxBits,
    Out,
    PriorName,
    SmallerBound,
    Train,
    WordBits,
    WorldDialect,
    WorldName,
    Yes,
    check_out,
    histogram_of,
    language_and_code,
    language_of,
    prior_of,
    width_of,
    world_of,
    write_out,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Count every small program exactly, tell which of them search, and weigh them under a prior.",
)


@app.command()
def census(
    dialect: Dialect,
    word_bits: WordBits,
    max_bits: Annotated[int, typer.Option("--max-bits", help="Count every program up to this length.")],
    out: Annotated[Path, typer.Option("--out", help="The Parquet file to write.")],
    depth: Depth = None,
    domain: Annotated[Path | None, typer.Option("--domain", help="CSV: column names, then one lane a line.")] = None,
    accounting: Annotated[
        str, typer.Option("--accounting", help="total, or amortised: steps that read no query once a context.")
    ] = "total",
    engine: Annotated[str, typer.Option("--engine", help="quotient, or exhaustive: one at a time.")] = "quotient",
    workers: Annotated[int, typer.Option("--workers", help="Threads or processes.")] = 2,
    memory: Annotated[str, typer.Option("--memory", help="What the quotient engine may take, as 8GiB.")] = "8GiB",
    yes: Yes = False,
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
    from priorsim.census.runs import check_effort, make_header, parse_memory, run_directory, take_census
    from priorsim.mu.domain import Domain
    from priorsim.progress_bar import progress_bar
    from priorsim.storage import check_writable

    lanes = Domain.default(word_bits) if domain is None else Domain.from_csv(domain, word_bits)
    header = make_header(dialect, max_bits, domain=lanes, depth=depth, accounting=accounting)
    limit = parse_memory(memory)
    check_writable(out)
    check_effort(header, engine=engine, workers=workers, memory_bytes=limit, allow_long=yes)
    with run_directory(header, out, engine=engine) as shards, progress_bar("programs", kept=shards) as progress:
        atlas = take_census(
            header, engine=engine, workers=workers, memory_bytes=limit, run_directory=shards, progress=progress
        )
        atlas.save(out)
    typer.echo(f"{out}: {int(atlas.rows.count.sum())} programs up to {max_bits} bits in {len(atlas)} rows")


@app.command()
def info(file: Annotated[Path, typer.Argument(help="An atlas.")]) -> None:
    """Say what an atlas holds, after checking that it is whole."""
    from priorsim.census.stored import StoredAtlas
    from priorsim.measure.convergence import unconditional
    from priorsim.report import atlas_text

    atlas = StoredAtlas.open(file)
    typer.echo(atlas_text(atlas, unconditional(atlas, prior_of("solomonoff"))))


@app.command()
def odds(
    atlas: AtlasFile = None,
    histogram: HistogramFile = None,
    world: WorldName = None,
    train: Train = None,
    prior: PriorName = "solomonoff",
    beta: Beta = None,
    gamma: Gamma = None,
    lam: Lambda = None,
    delta: Delta = None,
    cap: Cap = None,
    class_by: ClassBy = None,
    max_bits: MaxBits = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Who wins in a world under a prior, by how many bits, and where it tips.

    With --max-bits the world's programs are counted beyond the atlas's bound, without a census of it: at
    w = 4 on two cores up to 44 bits in some 15 seconds and 1.5 GiB, 46 bits 50 seconds and 2 GiB, 50 bits
    6 minutes and 6 GiB.
    """
    from priorsim.census.witness import print_witnesses
    from priorsim.formats import format_json
    from priorsim.measure.odds import odds as measure_odds
    from priorsim.report import odds_text

    weight = prior_of(prior, beta, gamma, lam, delta, cap)
    cells, finder = histogram_of(atlas, histogram, world, train, class_by, max_bits, yes)
    witnesses = print_witnesses(cells.header, cells.least_rows, finder=finder)
    measured = measure_odds(cells, weight, witnesses=witnesses)
    typer.echo(format_json(measured.to_json()).rstrip() if as_json else odds_text(measured))


@app.command()
def sweep(
    grid: Annotated[list[str], typer.Option("--grid", help="NAME=FIRST:LAST:COUNT or NAME=V,V,...; once or twice.")],
    atlas: AtlasFile = None,
    histogram: HistogramFile = None,
    world: WorldName = None,
    train: Train = None,
    prior: PriorName = "solomonoff",
    beta: Beta = None,
    gamma: Gamma = None,
    lam: Lambda = None,
    delta: Delta = None,
    cap: Cap = None,
    class_by: ClassBy = None,
    max_bits: MaxBits = None,
    yes: Yes = False,
    out: Out = None,
) -> None:
    """Odds over a grid of one or two penalties (beta, gamma, lambda, delta, cap), as CSV."""
    from priorsim.measure.sweep import format_sweep, parse_grid
    from priorsim.measure.sweep import sweep as measure_sweep

    penalties = parse_grid(grid)
    given = {"beta": beta, "gamma": gamma, "lambda": lam, "delta": delta, "cap": cap}
    for name, values in penalties.items():
        if given[name] is not None:
            raise PriorsimError(f"--grid {name}=... and --{name} {given[name]:g} both set {name}: leave one")
        given[name] = values[0]
    weight = prior_of(prior, *given.values())
    check_out(out)
    cells, _ = histogram_of(atlas, histogram, world, train, class_by, max_bits, yes)
    write_out(format_sweep(measure_sweep(cells, weight, penalties), list(penalties)), out)


@app.command()
def histogram(
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    train: Train = None,
    class_by: ClassBy = None,
    max_bits: MaxBits = None,
    yes: Yes = False,
    out: Out = None,
) -> None:
    """Export all that any weight needs to know of a world's fitting programs: a few kilobytes of CSV."""
    from priorsim.measure.histogram_file import format_histogram

    check_out(out)
    cells, _ = histogram_of(atlas, None, world, train, class_by, max_bits, yes)
    write_out(format_histogram(cells), out)


@app.command()
def heldout(
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    train: Train = None,
    prior: PriorName = "solomonoff",
    beta: Beta = None,
    gamma: Gamma = None,
    lam: Lambda = None,
    delta: Delta = None,
    cap: Cap = None,
    class_by: ClassBy = "lesion",
    max_bits: SmallerBound = None,
    as_json: AsJson = False,
) -> None:
    """What fits a world, and what it does where it was not trained: defection, entropy, learning curves, flips."""
    from priorsim.census.stored import StoredAtlas
    from priorsim.formats import format_json
    from priorsim.measure.histogram import check_class_by, check_world
    from priorsim.measure.off_training import off_training
    from priorsim.measure.weighed import weigh
    from priorsim.report import off_training_text

    weight, where, by = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train), check_class_by(class_by)
    stored = StoredAtlas.open(atlas)
    check_world(stored.header, where)
    found = off_training(weigh(stored, weight, max_bits=max_bits, class_by=by), where)
    typer.echo(format_json(found.to_json()).rstrip() if as_json else off_training_text(found))


@app.command()
def objectives(
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    max_bits: Annotated[int, typer.Option("--max-bits", help="Count every program up to this length.")],
    train: Train = None,
    dialect: Annotated[
        str | None, typer.Option("--dialect", help="arith, logic or loops.  [default: the world's]")
    ] = None,
    depth: Depth = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """What fitting programs whose root is a search search for: distinct body tables, and how many programs.

    No atlas is read, as it holds no bodies. At w = 4 on two cores 36 bits take a second, 42 bits 7 seconds and
    0.8 GiB, 46 bits 2 minutes and 4 GiB.
    """
    from priorsim.census.runs import make_header
    from priorsim.formats import format_json
    from priorsim.listing import objectives_text
    from priorsim.measure.objectives import check_affordable
    from priorsim.measure.objectives import objectives as count
    from priorsim.progress_bar import progress_bar

    where = world_of(world, train)
    header = make_header(dialect or where.dialect, max_bits, domain=where.domain, depth=depth)
    if not yes:
        check_affordable(header)
    with progress_bar("bodies") as progress:
        (found,) = count(header, [where], progress=progress)
    report = found.to_json(header, where)
    typer.echo(format_json(report).rstrip() if as_json else objectives_text(report))


@app.command()
def population(
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    class_by: ClassBy = "lesion",
    max_bits: SmallerBound = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write: a line for each behaviour.")] = None,
) -> None:
    """All behaviours of a census that have a direct and a search program, each counted once."""
    from priorsim.census.stored import StoredAtlas
    from priorsim.formats import format_json
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.population import population as gather
    from priorsim.report import population_text
    from priorsim.storage import check_writable

    if as_json and out is not None:
        raise PriorsimError("--json and --out exclude each other: give one of them")
    if out is not None:
        check_writable(out)
    by = check_class_by(class_by)
    found = gather(StoredAtlas.open(atlas), max_bits=max_bits, class_by=by)
    if out is not None:
        write_out(found.to_csv(), out)
    else:
        typer.echo(format_json(found.to_json()).rstrip() if as_json else population_text(found))


@app.command()
def definitions(
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    train: Train = None,
    prior: PriorName = "solomonoff",
    beta: Beta = None,
    gamma: Gamma = None,
    lam: Lambda = None,
    delta: Delta = None,
    cap: Cap = None,
    programs: Annotated[int, typer.Option("--programs", help="How many of the shortest to take one by one.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What counts as search: form, two lesions, retargeting and effort side by side, with the odds under each.

    Form and lesions over all programs that fit; all five over the shortest of them. At 36 bits and w = 2 to 4 on
    two cores a world takes up to 10 seconds and 0.5 GiB. Programs are run in plain Python, so that at w = 16 one
    that searches through all words takes some 3 seconds.
    """
    from priorsim.census.stored import StoredAtlas
    from priorsim.definitions_text import definitions_text
    from priorsim.formats import format_json
    from priorsim.measure.definitions import definitions as compare
    from priorsim.progress_bar import progress_bar

    weight, where = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train)
    with progress_bar("programs one by one") as progress:
        found = compare(StoredAtlas.open(atlas), where, weight, number=programs, progress=progress)
    typer.echo(format_json(found.to_json()).rstrip() if as_json else definitions_text(found))


@app.command()
def claims(
    names: Annotated[list[str] | None, typer.Argument(help="Which claims, by id; all where none is given.")] = None,
    preset: Annotated[str, typer.Option("--preset", help="quick or full: bounds, and how many worlds.")] = "quick",
    results: Annotated[Path, typer.Option("--results", help="Folder whose atlases are used, or made.")] = Path(
        "results"
    ),
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 2,
    atlas: AtlasFile = None,
    world: WorldName = None,
    train: Train = None,
    as_json: AsJson = False,
) -> None:
    """Rule on the steps of the argument over whole populations of worlds; with --atlas and --world, in one world.

    Every claim is a condition on a number of one world; docs/claims.md says how a verdict is made. On two cores
    all of quick take 3 minutes and 3 GiB once, full half an hour and 12 GiB; atlases are kept.
    """
    from functools import partial

    from priorsim.census.stored import StoredAtlas
    from priorsim.claims.judge import claims_for, find_claims, judge, judge_world
    from priorsim.progress_bar import progress_bar
    from priorsim.study import Study, open_census
    from priorsim.verdicts import verdicts_json, verdicts_text, world_verdicts_text

    chosen = find_claims(names or [])
    command = " ".join(["priorsim claims", *(names or [])])
    if (atlas is None) != (world is None):
        raise PriorsimError("--atlas and --world go together: give both to ask of one world, or neither")
    if atlas is not None and world is not None:
        stored, where = StoredAtlas.open(atlas), world_of(world, train)
        judged = judge_world(where, chosen if names else claims_for(where, stored.header), stored)
        text, command = world_verdicts_text(judged), f"{command} --world {world}"
    else:
        study, opened = Study(preset, results), partial(open_census, folder=results)
        with progress_bar("parts of the claims") as progress:
            judged = judge(preset, chosen, study.bound, opened, workers=workers, progress=progress)
        text, command = verdicts_text(judged), f"{command} --preset {preset}"
    typer.echo(verdicts_json(judged, command).rstrip() if as_json else text)


@app.command()
def data(
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    code_bits: Annotated[int, typer.Option("--code-bits", help="Most bits of header, index and body together.")],
    atlas: Annotated[
        Path | None, typer.Option("--atlas", help="A census of code on the world's domain, to weigh together with.")
    ] = None,
    dialect: Annotated[
        str | None, typer.Option("--dialect", help="arith, logic or loops.  [default: the atlas's, or the world's]")
    ] = None,
    depth: Depth = None,
    train: Train = None,
    prior: PriorName = "solomonoff",
    beta: Beta = None,
    gamma: Gamma = None,
    lam: Lambda = None,
    delta: Delta = None,
    cap: Cap = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write: every count.")] = None,
) -> None:
    """Count the programs with data that fit a world: tables and hybrids, with a payload of any size.

    For words of 2 to 4 bits. At w = 4 on two cores 26 code bits take 2 seconds and 0.3 GiB; 36 code bits half a
    minute and 2 GiB, or two minutes and 3 GiB in a world that many programs fit; each further bit 1.7 times as long.

    With --atlas the code-only programs that fit are weighed together with them: direct, table, disguised, search
    and hybrid.
    """
    from priorsim.formats import format_json
    from priorsim.listing import data_text
    from priorsim.measure.data import count_with_data
    from priorsim.measure.data_counts import format_data_counts
    from priorsim.measure.data_joint import join_counts
    from priorsim.measure.data_witness import print_shortest
    from priorsim.progress_bar import progress_bar

    if as_json and out is not None:
        raise PriorsimError("--json and --out exclude each other: give one of them")
    if atlas is not None and out is not None:
        raise PriorsimError("--out holds the counts of programs with data alone: leave --atlas")
    check_out(out)
    weight, where = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train)
    language, code = language_and_code(where, atlas, dialect, depth)
    with progress_bar("programs, entries left open,") as progress:
        counts = count_with_data(language, where, code_bits, progress=progress)
    if out is not None:
        write_out(format_data_counts(counts), out)
        return
    joint = None if code is None else join_counts(code, counts).to_json(weight)
    report = {**counts.to_json(weight), "witnesses": print_shortest(counts), "joint": joint}
    typer.echo(format_json(report).rstrip() if as_json else data_text(report))


@app.command()
def worlds(
    name: Annotated[str | None, typer.Argument(help="A world to show in full.")] = None,
    family: Annotated[
        str | None,
        typer.Option("--family", help="in-context, video, inverse, forward, constant, proxy or bayes: its members."),
    ] = None,
) -> None:
    """List the named worlds or the generated ones of a family, or show one world."""
    from priorsim.listing import family_text, world_text, worlds_text
    from priorsim.worlds import catalogue, find_world
    from priorsim.worlds import family as find_family

    if name is not None and family is not None:
        raise PriorsimError("give a world to show, or --family NAME to list its members, not both")
    if name is not None:
        typer.echo(world_text(find_world(name)))
    else:
        typer.echo(worlds_text(catalogue().values()) if family is None else family_text(find_family(family)))


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="A program, as programs/*.mu.")],
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    train: Train = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show every evaluated term of one lane; with --json as a list.")
    ] = False,
    lane: Annotated[int, typer.Option("--lane", help="The lane to trace.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Run a program in a world: words, steps under four accountings, class by lesion, and a trace."""
    from priorsim.formats import format_json
    from priorsim.listing import run_text, trace_text
    from priorsim.measure.program import measure_program
    from priorsim.mu.interpreter import trace as trace_lines
    from priorsim.worlds import check_lanes

    where = world_of(world, train)
    check_lanes([lane], where.domain, "--lane")
    program, report = measure_program(file, where)
    if trace:
        lines = list(trace_lines(program, where.domain, lane))
        typer.echo(format_json([asdict(line) for line in lines]).rstrip() if as_json else trace_text(lines))
    else:
        typer.echo(format_json(report).rstrip() if as_json else run_text(report, where))


@app.command()
def walk(
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    dynamics: Annotated[str, typer.Option("--dynamics", help="steepest, first, drift or metropolis.")],
    radius: Annotated[int, typer.Option("--radius", help="Bits of an edit, 1 to 16.")],
    max_bits: Annotated[int, typer.Option("--max-bits", help="Walk among all programs up to this length.")] = 22,
    dialect: WorldDialect = None,
    train: Train = None,
    start: Annotated[
        str, typer.Option("--from", help="prior, empty, direct, disguised, search, or a program.")
    ] = "prior",
    loss: Annotated[str, typer.Option("--loss", help="lanes, or bits: what is counted as wrong.")] = "lanes",
    class_by: ClassBy = "lesion",
    temperature: Annotated[
        float | None, typer.Option("--temperature", help="Of metropolis: loss for a bit.  [default: 1 / word bits]")
    ] = None,
    flat: Annotated[bool, typer.Option("--flat", help="Let metropolis weigh the loss alone, not the length.")] = False,
    steps: Annotated[int | None, typer.Option("--steps", help="Look at walks after so many proposals.")] = None,
    walks: Annotated[int | None, typer.Option("--walks", help="Sample so many walks; nothing is solved.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of what is sampled.")] = 0,
    trace: Annotated[bool, typer.Option("--trace", help="Show one walk, program by program.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where local search by small edits leads among programs, exactly; or one walk.

    In arith at w = 3 and radius 8 on one core 26 bits take 5 seconds and 0.5 GiB, metropolis with its hitting
    times 10 seconds and 1 GiB; 28 bits 7 and 35 seconds, 1.3 and 3 GiB. --walks and --trace do without the graph.
    """
    from priorsim.formats import format_json
    from priorsim.listing import walk_text
    from priorsim.measure.histogram import check_class_by
    from priorsim.progress_bar import progress_bar
    from priorsim.walks.answer import Asked, exact_answer, sampled_answer, traced_answer

    if trace and walks is not None:
        raise PriorsimError("--trace shows one walk and --walks counts many: give one of them")
    where, by = world_of(world, train), check_class_by(class_by)
    asked = Asked(where, dynamics, radius, max_bits, dialect, start, loss, by, temperature, not flat, steps)
    with progress_bar("programs' edits") as progress:
        if trace:
            report = traced_answer(asked, seed=seed)
        elif walks is not None:
            report = sampled_answer(asked, walks=walks, seed=seed)
        else:
            report = exact_answer(asked, progress=progress)
    typer.echo(format_json(report).rstrip() if as_json else walk_text(report))


@app.command()
def encode(
    program: Annotated[str, typer.Argument(help="A program as S-expression, or a .mu file that holds one.")],
    dialect: Annotated[
        str | None,
        typer.Option("--dialect", help="arith, logic or loops.  [default: the one the file names, else arith]"),
    ] = None,
    word_bits: WordBits = 4,
    depth: Depth = None,
    columns: Columns = "x",
) -> None:
    """Print a program's code, and its length."""
    from priorsim.mu.code import encode as encode_program
    from priorsim.mu.files import head_comments, read_program, read_text
    from priorsim.mu.syntax import parse

    names = columns.split(",")
    is_file = program.endswith(".mu")
    named = head_comments(read_text(program)).get("dialect") if is_file else None
    language = language_of(dialect or named or "arith", word_bits, depth, len(names))
    parsed = read_program(program, language, names) if is_file else parse(program, language, names)
    bits = encode_program(parsed, language)
    typer.echo(f"{bits}\n{len(bits)} bits")


@app.command()
def decode(
    bits: Annotated[str, typer.Argument(help="A string of 0 and 1.")],
    dialect: Dialect = "arith",
    word_bits: WordBits = 4,
    depth: Depth = None,
    columns: Columns = "x",
) -> None:
    """Print the one program that a bit string starts with, and how many bits are left over."""
    from priorsim.mu.code import decode as decode_bits
    from priorsim.mu.syntax import format_program

    names = columns.split(",")
    program, rest = decode_bits(bits, language_of(dialect, word_bits, depth, len(names)))
    typer.echo(f"{format_program(program, names)}\n{len(bits) - len(rest)} bits, {len(rest)} left over")


@app.command()
def theory(
    context: typer.Context,
    bits_search: Annotated[str | None, typer.Option(help="c: bits of the program that searches.")] = None,
    steps_search: Annotated[str | None, typer.Option(help="t_s: its mean steps a lane.")] = None,
    count_search: Annotated[str | None, typer.Option(help="How many there are of it.  [default: 1]")] = None,
    bits_direct: Annotated[str | None, typer.Option(help="L: bits of direct code.")] = None,
    steps_direct: Annotated[str | None, typer.Option(help="t_d: its mean steps a lane.")] = None,
    count_direct: Annotated[str | None, typer.Option(help="How many there are of it.  [default: 1]")] = None,
    alpha: Annotated[str | None, typer.Option(help="Doublings of time a bit of L.  [default: from both]")] = None,
    beta: Annotated[str | None, typer.Option(help="Bits for a bit of length.  [default: 1]")] = None,
    gamma: Annotated[str | None, typer.Option(help="Bits for a doubling of the mean steps.")] = None,
    lam: Annotated[str | None, typer.Option("--lambda", help="Bits for a mean step.")] = None,
    cap: Annotated[str | None, typer.Option(help="Most mean steps that still count.")] = None,
    word_bits: Annotated[str | None, typer.Option(help="Bits of a table's word.")] = None,
    table_overhead: Annotated[str | None, typer.Option(help="Bits of a table program beside its words.")] = None,
    once_search: Annotated[str | None, typer.Option(help="Steps the search pays once a context.")] = None,
    each_search: Annotated[str | None, typer.Option(help="Steps it pays for each query.")] = None,
    once_direct: Annotated[str | None, typer.Option(help="The other's, once a context.  [default: 0]")] = None,
    each_direct: Annotated[str | None, typer.Option(help="The other's, for each query.")] = None,
    as_json: AsJson = False,
    as_latex: Annotated[bool, typer.Option("--latex", help="Print formulas and values as LaTeX.")] = False,
) -> None:
    """Closed forms: odds of a searcher against direct code under every prior, and where they tip.

    A calculator for sizes that no census reaches. Numbers are exact: 1000, 2.5, 37/16 or 2^2000. Without any,
    the closed forms are listed with what each takes.
    """
    from priorsim.formats import format_json
    from priorsim.listing import tables_text
    from priorsim.theory.calculator import calculate, list_forms

    if as_json and as_latex:
        raise PriorsimError("--json and --latex exclude each other: give one of them")
    given = {name: text for name, text in context.params.items() if isinstance(text, str)}
    answer = calculate(given) if given else list_forms()
    if as_json:
        typer.echo(format_json(answer.to_json()), nl=False)
    else:
        typer.echo(answer.latex() if as_latex else tables_text(answer.tables()))


@app.command()
def figure(
    name: Annotated[str | None, typer.Argument(help="Which figure; without one all are listed.")] = None,
    world: Annotated[
        str | None, typer.Option("--world", help="For figures of one world: a name or a .csv or .toml file.")
    ] = None,
    preset: Annotated[str, typer.Option("--preset", help="quick or full: the bounds of the censuses.")] = "quick",
    form: Annotated[str, typer.Option("--format", help="pdf, svg, png or pgf, which needs LaTeX.")] = "pdf",
    width: Annotated[
        str | None, typer.Option("--width", help="3in to 10in, as 3.25in, 82mm or 8cm.  [default: the figure's]")
    ] = None,
    results: Annotated[Path, typer.Option("--results", help="Folder whose atlases are used, or made.")] = Path(
        "results"
    ),
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to.  [default: RESULTS/figures]")] = None,
) -> None:
    """Draw one figure for a write-up, with its numbers as CSV and a caption; or list them all.

    Atlases are those of 'priorsim paper'; one that is missing is made first: on two cores up to 8 seconds and
    1 GiB each for quick, a minute or two and 5 GiB for full. Then a figure takes some 2 seconds, witness-sheet 40.
    """
    from priorsim.figures import check_format
    from priorsim.gallery import find_entry, gallery_text, save_entry
    from priorsim.progress_bar import progress_bar
    from priorsim.study import Study, make_folder

    if name is None:
        typer.echo(gallery_text())
        return
    entry, inches = find_entry(name), None if width is None else width_of(width)
    check_format(form)
    where = None if world is None else world_of(world, None)
    folder = results / "figures" if out is None else out
    with progress_bar("programs") as progress:
        study = Study(preset, results, progress=progress)
        make_folder(folder)
        for path in save_entry(entry, study, folder, world=where, width=inches, formats=(form,)):
            typer.echo(f"{path}: written")


@app.command()
def paper(
    preset: Annotated[str, typer.Option("--preset", help="quick or full.")] = "quick",
    out: Annotated[Path, typer.Option("--out", help="Folder for tables, figures, histograms and atlases.")] = Path(
        "results"
    ),
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 2,
) -> None:
    """Make every census, table and figure.

    On two cores quick takes under 3 minutes and 2 GiB, full about 10 minutes and 5 GiB.
    """
    from priorsim.paper import make_paper
    from priorsim.progress_bar import progress_bar

    with progress_bar("programs") as progress:
        make_paper(preset, out, workers=workers, told=typer.echo, progress=progress)


def main() -> None:
    """Run the command line."""
    try:
        # Typer turns an interrupt into a returned exit code.
        sys.exit(app(standalone_mode=False))
    except PriorsimError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.filename is not None:
            raise
        # Standard output is full; what is left for it would be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(f"the answer cannot be written ({error.strerror}): choose another place")
    except Exception as error:
        # Typer's usage errors, of whichever click it stands on.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error)
            sys.exit(0)
        _fail(f"{error.format_message().rstrip('.')}: see '{Path(sys.argv[0]).name} --help'")


def _fail(message: str) -> None:
    typer.echo(f"priorsim: {' '.join(message.split())}", err=True)
    sys.exit(2)
