"""Commands: take a census, and ask it about the programs that fit worlds. What is heavy is imported when used."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError

if TYPE_CHECKING:
    from priorsim.measure.histogram import ClassBy, Histogram
    from priorsim.measure.odds import OddsAnswer
    from priorsim.measure.off_training import HeldOutAnswer
    from priorsim.measure.weighed import HeldOut
    from priorsim.shards import Shards


def census(
    context: typer.Context,
    max_bits: opt.Length,
    out: Annotated[Path | None, Option("--out", help="The Parquet file to write, or - for a pipe.")] = None,
    *,
    own: asking.OwnLanguageOptions,
    world: Annotated[
        str | None,
        Option("--world", help="Count on the domain and in the dialect of this world: a name, a file, or -."),
    ] = None,
    dialect: Annotated[str | None, Option("--dialect", help=f"{opt.DIALECTS}; needed without --world.")] = None,
    word_bits: Annotated[
        int | None, Option("--word-bits", help="Bits of a word, 2 to 16; needed without --world.")
    ] = None,
    depth: opt.Depth = None,
    domain: Annotated[
        Path | None, Option("--domain", help="Inputs as a CSV file: column names, then one lane a line.")
    ] = None,
    accounting: Annotated[
        str, Option("--accounting", help="How steps are added up: total, or amortised over the queries of a context.")
    ] = "total",
    engine: Annotated[
        str, Option("--engine", help="quotient, by classes of programs; or exhaustive, program by program.")
    ] = "quotient",
    workers: opt.Threads = 2,
    elsewhere: opt.ClusterOptions,
    memory: opt.Memory = None,
    yes: opt.Yes = False,
    dry_run: opt.DryRun = False,
    force: opt.Force = False,
) -> None:
    """Count every code-only program up to a length, exactly, into an atlas.

    The quotient engine counts classes of equal behaviour: at w = 4 on two cores 36 bits take some 5
    seconds and 0.6 GiB, 40 bits 20 seconds and 2 GiB, 44 bits 3 minutes and 6 GiB. The exhaustive
    engine counts about a million programs a second and core: 31 bits take some 5 seconds, each further
    bit 1.8 times as long, in less than 1 GiB. A longer quotient census keeps finished levels in
    OUT.run until it is done; when the same command is started again after a mishap, it goes on from there.

    A quotient census that does not fit into --memory is shared by so many processes as --workers says, which keep
    parts in OUT.shards until it is done: at w = 4 46 bits take some 5 minutes, 7 GiB and 20 GB of disk.
    With --cluster the census is made in tasks, whose results are kept as shards in OUT.shards until it is done, or for
    good in the folder or under the URL of --store (docs/cluster.md); the same command goes on from there.

    --operators lists the operators of a language of one's own, in code order, and --code chooses its code;
    --language takes both from a TOML file. --without find,argmax leaves out every program that uses one of these
    operators; the codes of all other programs, and so their lengths, stay the same.

    With --accounting amortised a part of a program that reads no query column takes its steps only once for each
    setting of the context columns, unless it is in the body of a loop or a search. The context columns are those
    that the --domain file names NAME:context.
    """
    from priorsim.census.effort import (
        EXHAUSTIVE,
        QUOTIENT,
        check_effort,
        check_engine,
        check_memory,
        parse_memory,
        spreads,
    )
    from priorsim.census.recurrence import program_counts
    from priorsim.census.stored import is_atlas, write_atlas
    from priorsim.census.take import count_rows, make_header, run_directory
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.processes import open_pool
    from priorsim.shards import shards_beside
    from priorsim.study.plan import census_plan

    dialect, knocked_out = own.chosen(context, dialect)
    lanes, named = asking.lanes_of(context, world, dialect, word_bits, domain)
    header = make_header(named, max_bits, domain=lanes, depth=depth, accounting=accounting, without=knocked_out)
    limit = None if memory is None else parse_memory(memory)
    if engine == EXHAUSTIVE:
        refuse_idle(context, "memory", "on the exhaustive engine")
    if dry_run:
        check_engine(engine, workers)
        memory_bytes = check_memory(limit)
        shared_by = workers if elsewhere.cluster is None else 1  # On a cluster memory is that of each worker.
        plan = census_plan(header, engine=engine, workers=workers, memory_bytes=memory_bytes, processes=shared_by)
        asking.say_plan(plan)
    if out is None:
        raise PriorsimError("give --out FILE for the atlas, or --dry-run to learn what it would take")
    with opt.place_of(out, is_atlas, force=force, read=(domain, world)) as place:
        if place is None and sys.stdout.isatty():
            raise PriorsimError(
                "an atlas is not a text that a terminal can show: give --out FILE, or send it to a pipe"
            )
        if place is None and elsewhere.cluster is not None and elsewhere.store is None:
            raise PriorsimError("give --store with --out -: the parts of the census have to be kept somewhere")
        is_here = place is not None and elsewhere.cluster is None
        processes = workers if is_here else int(elsewhere.cluster is not None)
        check_effort(header, engine=engine, workers=workers, memory_bytes=limit, allow_long=yes, processes=processes)
        is_spread = is_here and engine == QUOTIENT and spreads(header, check_memory(limit), workers)
        with (
            run_directory(header, out, engine=engine) if is_here and not is_spread else nullcontext() as run,
            shards_beside(out) if is_spread else elsewhere.shards(out) as shards,
            progress_bar("programs", kept=opt.kept_in(run, shards)) as progress,
            open_pool(workers) if is_spread else elsewhere.executor(limit) as there,
        ):
            how: dict[str, Any] = {"run_directory": run, "shards": shards, "progress": progress}
            rows = count_rows(header, engine=engine, workers=there or workers, memory_bytes=limit, **how)
            with nullcontext(sys.stdout.buffer) if place is None else place.writing() as file:
                count = write_atlas(header, rows, file)
                file.flush()
    name = "standard output" if place is None else out
    programs = sum(program_counts(header.language, max_bits))
    typer.echo(f"{name}: {programs} programs up to {max_bits} bits in {count} rows", err=place is None)


def info(
    file: Annotated[Path, Argument(callback=opt.check_atlas, help="An atlas.")], trust: opt.OtherCode = False
) -> None:
    """Say what an atlas holds, after checking all of it: every row, their order and their totals."""
    from priorsim.measure.convergence import unconditional
    from priorsim.text.answers import atlas_text

    atlas = opt.open_atlas(file, trust)
    typer.echo(atlas_text(atlas, unconditional(atlas, opt.PriorOptions().make())))


def odds(
    asked: opt.OddsOptions,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None,
        Option("--out", help="Write the table of worlds to a .csv, .tex or .json file, or to standard output (-)."),
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say whether search or direct code wins in a world under a prior, by how many bits, and where the balance tips.

    Without --atlas the command counts all programs up to a bound that takes seconds, once, and keeps the counts
    in a cache. With a larger --max-bits it counts the programs that fit this world beyond the bound, without a
    census of all programs: at w = 4 on two cores up to 44 bits in some 15 seconds and 1.5 GiB, 46 bits 50 seconds
    and 2 GiB, 50 bits 6 minutes and 6 GiB.

    A wide world, whose lanes times word bits are above 64, takes no --atlas: at w = 6 on 64 lanes 36 bits take
    some 10 seconds and 0.5 GiB.

    Several --world make one table, with a row for each; --out writes it as CSV, LaTeX (booktabs) or JSON.
    """
    from priorsim.text.worlds_odds import TABLE

    opt.check_one_answer(as_json, out, "--out")
    opt.check_force(out, force)
    if asked.counted.dry_run and asked.histogram is None:
        asking.say_plan(*asked.plans())
    if out is None and len(asked.worlds or []) < 2:
        _say_odds(asked, as_json)
        return
    write = TABLE.writer_of(out, as_json)
    read = (asked.atlas, asked.histogram, *(asked.worlds or []))
    with opt.place_of(out, TABLE.is_own, force=force, read=read) as place:
        weight = asked.weight.make()
        found = [_odds_of(each, weight)[0] for each in asked.apart()]
        opt.write_out(write(found), place)


def _say_odds(asked: opt.OddsOptions, as_json: bool) -> None:
    """Say all that is known of one world."""
    from priorsim.text.answers import odds_text

    weight = asked.weight.make()
    found, cells = _odds_of(asked, weight)
    opt.say(found, as_json, lambda: odds_text(found, cells, weight))


def _odds_of(asked: opt.OddsOptions, weight: "priorsim.Prior") -> "tuple[OddsAnswer, Histogram]":
    """The odds of one world with its shortest programs, and its histogram."""
    from priorsim.census.witness import print_witnesses
    from priorsim.measure import odds as measured

    cells, finder = asked.cells()
    witnesses = print_witnesses(cells.header, cells.least_rows, finder=finder)
    return measured.odds(cells, weight, witnesses=witnesses), cells


def sweep(
    grid: Annotated[list[str], Option("--grid", help="NAME=FIRST:LAST:COUNT or NAME=V,V,...; once or twice.")],
    asked: opt.OddsOptions,
    out: opt.Out = None,
    force: opt.Force = False,
) -> None:
    """Write the odds over a grid of one or two penalties (beta, gamma, lambda, tax, cap), as CSV.

    'priorsim figure sweep --sweep FILE' draws what this command writes.
    """
    from priorsim.measure import sweep as measured
    from priorsim.measure.sweep import SweepOf, format_sweep, is_sweep, parse_grid

    penalties = parse_grid(grid)
    weight = asked.weight.make(**{name: values[0] for name, values in penalties.items()})
    with opt.place_of(out, is_sweep, force=force, read=(asked.atlas, asked.histogram, *(asked.worlds or []))) as place:
        cells, _ = asked.cells()
        of, rows = SweepOf.of(cells, weight, penalties), measured.sweep(cells, weight, penalties)
        opt.write_out(format_sweep(of, rows, list(penalties)), place)


def histogram(
    where: opt.WorldOptions,
    counted: opt.CountOptions,
    atlas: opt.AtlasFile = None,
    out: opt.Out = None,
    force: opt.Force = False,
) -> None:
    """Write the counts of the programs that fit a world, by class, length, steps and search nodes, as CSV.

    Any weight that depends on these alone can be applied to the file, which has a few kilobytes.

    A wide world, whose behaviours no atlas holds, takes no --atlas.
    """
    from priorsim.measure.histogram_file import format_histogram, is_histogram

    with opt.place_of(out, is_histogram, force=force, read=(atlas, where.world)) as place:
        cells, _ = counted.count(atlas, where.find())
        opt.write_out(format_histogram(cells), place)


def heldout(
    where: opt.WorldsOptions,
    weight: opt.PriorOptions,
    asked: asking.CensusOptions,
    class_by: opt.ClassBy = None,
    *,
    elsewhere: opt.ClusterOptions,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="Write the table of worlds to a .csv, .tex or .json file, or - .")
    ] = None,
    force: opt.Force = False,
) -> None:
    """Say what programs that fit a world do on lanes without training: defection, entropy, learning curves, flips.

    A wide world, whose behaviours no atlas holds, takes no --atlas. What fits is counted for each split
    by itself: at w = 6 on 64 lanes 30 bits take some 20 seconds and 0.4 GiB, 36 bits 3 minutes and 0.7 GiB. There are
    no learning curves and no flips then: after a lesson or two more programs fit than can be listed.
    With --cluster each split is a task of its own, whose result is kept where --store says, or else beside --out.

    Several --world make one table, with a row for each world and class; --out writes it as CSV, LaTeX (booktabs) or
    JSON.
    """
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.wide_off_training import lane_sets
    from priorsim.text.answers import off_training_text
    from priorsim.text.worlds_heldout import TABLE

    opt.check_one_answer(as_json, out, "--out")
    opt.check_force(out, force)
    prior, worlds, by = weight.make(), where.find(), check_class_by(class_by)
    if asked.dry_run:
        asking.say_plan(*(asked.plan(each, lane_sets) for each in worlds))
    if any(asked.bound_alone(each) is None for each in worlds):
        refuse_idle(asked.context, "cluster store", "in a world that is not wide")
    if out is None and len(worlds) == 1:
        with elsewhere.shards(None) as shards:
            found, own = _held_out(worlds[0], prior, by, asked, elsewhere, shards)
        opt.say(found, as_json, lambda: off_training_text(found, own, worlds[0], prior))
        return
    write = TABLE.writer_of(out, as_json)
    with (
        opt.place_of(out, TABLE.is_own, force=force, read=(asked.atlas, *where.worlds)) as place,
        elsewhere.shards(None if place is None else out) as shards,
    ):
        opt.write_out(write([_held_out(each, prior, by, asked, elsewhere, shards)[0] for each in worlds]), place)


def _held_out(
    world: "priorsim.World",
    prior: "priorsim.Prior",
    by: "ClassBy",
    asked: asking.CensusOptions,
    elsewhere: opt.ClusterOptions,
    shards: "Shards | None",
) -> "tuple[HeldOutAnswer, HeldOut]":
    """What is said of a world off its training lanes, and what fits on its own split."""
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.histogram import check_world
    from priorsim.measure.off_training import off_training
    from priorsim.measure.weighed import held_out, stated_splits, weigh
    from priorsim.measure.wide_off_training import wide_off_training

    bound = asked.bound_alone(world)
    if bound is not None:
        with progress_bar("programs", kept=opt.kept_in(None, shards)) as progress, elsewhere.executor() as there:
            options: dict[str, Any] = {"allow_long": asked.yes, "workers": there or asked.workers, "progress": progress}
            alone = wide_off_training(world, prior, bound, class_by=by, shards=shards, **options)
        typer.echo(alone.told, err=True)
        return alone.answer, alone.own
    stored = asked.of_world(world)
    check_world(stored.header, world)
    weighed = weigh(stored, prior, max_bits=asked.max_bits, class_by=by)
    return off_training(weighed, world), held_out(weighed, world, stated_splits(world)[-1])


def objectives(
    where: opt.WorldOptions,
    max_bits: opt.QuickLength = None,
    dialect: opt.WorldDialect = None,
    depth: opt.Depth = None,
    yes: opt.Yes = False,
    as_json: opt.AsJson = False,
) -> None:
    """List what searches search for, of the programs that fit and whose outermost operator is a search.

    An objective is the body of the search as a table of its words; the command lists the distinct ones, with the number
    of programs of each. No atlas is read, since an atlas holds no bodies. At w = 4 on two cores 36 bits take a second,
    42 bits 7 seconds and 0.8 GiB, 46 bits 2 minutes and 4 GiB.
    """
    from priorsim.census.effort import check_objectives
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.objectives import objectives as count
    from priorsim.measure.objectives import objectives_answer
    from priorsim.study.cache import header_of

    world = where.find()
    header = header_of(world.domain, dialect or world.dialect, max_bits, depth=depth)
    if not yes:
        check_objectives(header)
    with progress_bar("bodies") as progress:
        (found,) = count(header, [world], progress=progress)
    opt.say(objectives_answer(found, header, world), as_json, "objectives.txt")


def population(
    asked: asking.LanguageOptions,
    class_by: opt.ClassBy = None,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each behaviour, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """List the behaviours of a census that have both a direct and a search program, each counted once."""
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.population import is_population
    from priorsim.measure.population import population as measured

    opt.check_one_answer(as_json, out, "--out")
    by = check_class_by(class_by)
    with opt.place_of(out, is_population, force=force, read=(asked.atlas,)) as place:
        found = measured(asked.open(), max_bits=asked.max_bits, class_by=by)
        opt.say_or_write(found, as_json, "population.txt", out, place)


def definitions(
    where: opt.WorldOptions,
    weight: opt.PriorOptions,
    asked: asking.CensusOptions,
    programs: Annotated[int, Option("--programs", help="How many of the shortest programs to compare.")] = 100,
    as_json: opt.AsJson = False,
) -> None:
    """Compare five definitions of search (form, two lesions, retargeting and effort), with the odds under each.

    Form and lesions are compared on all programs that fit, and all five definitions on the shortest of them. At 36
    bits and w = 2 to 4 on two cores a world takes up to 10 seconds and 0.5 GiB. The shortest programs are run in
    plain Python, so that at w = 16 a program that searches through all words takes some 3 seconds.
    """
    from priorsim.census.stored import cut
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.definitions import definitions as measured

    prior, world = weight.make(), where.find()
    counted = cut(asked.of_world(world), asked.max_bits)
    with progress_bar("programs one by one") as progress:
        found = measured(counted, world, prior, number=programs, progress=progress)
    opt.say(found, as_json, "definitions.txt", found=found, world=world, header=counted.header, prior=prior)


def data(
    context: typer.Context,
    world: opt.OneWorld,
    code_bits: Annotated[
        int, Option("--code-bits", help="Count programs whose code, without the data, has at most so many bits.")
    ],
    *,
    atlas: Annotated[
        Path | None,
        Option(
            "--atlas", callback=opt.check_atlas, help="A census of code on the world's domain: weigh its programs, too."
        ),
    ] = None,
    dialect: Annotated[
        str | None,
        Option("--dialect", help=f"{opt.DIALECTS}.  [default: the atlas's, or the world's]"),
    ] = None,
    depth: opt.Depth = None,
    train: opt.Train = None,
    weight: opt.PriorOptions,
    trust: opt.OtherCode = False,
    dry_run: opt.DryRun = False,
    as_json: opt.AsJson = False,
    out: Annotated[Path | None, Option("--out", help="CSV file with every count, or - for standard output.")] = None,
    force: opt.Force = False,
) -> None:
    """Count the programs with data that fit a world: tables and hybrids, with data of any size.

    Words may have 2 to 4 bits. At w = 4 on two cores 26 code bits take 2 seconds and 0.3 GiB; 36 code bits half a
    minute and 2 GiB, or two minutes and 3 GiB in a world that many programs fit; each further bit 1.7 times as long.

    With --atlas the code-only programs that fit are weighed together with them: direct, table, disguised, search
    and hybrid.
    """
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.measure.data import check_affordable, data_effort, format_data_counts, is_data_counts
    from priorsim.measure.data_joint import data_answer
    from priorsim.study.plan import data_plan

    opt.check_one_answer(as_json, out, "--out")
    if atlas is not None and out is not None:
        raise PriorsimError("--out holds the counts of programs with data alone: leave out --atlas")
    if out is not None:
        refuse_idle(context, "prior beta gamma lam tax cap", "on the counts that --out writes")
    prior, where = weight.make(), opt.world_of(world, train)
    with opt.place_of(out, is_data_counts, force=force, read=(world,)) as place:
        language, code = opt.language_and_code(where, atlas, dialect, depth, trust)
        if dry_run:
            check_affordable(language, code_bits)
            asking.say_plan(data_plan(*data_effort(language, code_bits)))
        with progress_bar("programs, entries left open,") as progress:
            counts = priorsim.count_with_data(language, where, code_bits, progress=progress)
        if out is not None:
            opt.write_out(format_data_counts(counts), place)
            return
    opt.say(data_answer(counts, code, prior).to_json(), as_json, "data.txt")
