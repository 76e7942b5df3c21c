"""Commands: what is asked of the programs that fit worlds. Everything heavy is imported late."""

from pathlib import Path
from typing import Annotated

import typer

from priorsim.cli.command import refuse_idle
from priorsim.cli.options import (
    AsJson,
    AtlasFile,
    Beta,
    Cap,
    ClassBy,
    Delta,
    Depth,
    Force,
    Gamma,
    HistogramFile,
    Lambda,
    MaxBits,
    Out,
    PriorName,
    SmallerBound,
    Train,
    TrustOtherCode,
    WorldName,
    Yes,
    histogram_of,
    language_and_code,
    place_of,
    prior_of,
    world_of,
    write_out,
)
from priorsim.errors import PriorsimError


def check_yes(context: typer.Context, max_bits: int | None) -> None:
    """Refuse --yes where nothing is counted beyond an atlas."""
    if max_bits is None:
        refuse_idle(context, "yes", "without --max-bits")


def odds(
    context: typer.Context,
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
    trust: TrustOtherCode = False,
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
    from priorsim.text.answers import odds_text

    check_yes(context, max_bits)
    weight = prior_of(prior, beta, gamma, lam, delta, cap)
    cells, finder = histogram_of(atlas, histogram, world, train, class_by, max_bits, yes, trust)
    witnesses = print_witnesses(cells.header, cells.least_rows, finder=finder)
    measured = measure_odds(cells, weight, witnesses=witnesses)
    typer.echo(format_json(measured.to_json()).rstrip() if as_json else odds_text(measured))


def sweep(
    context: typer.Context,
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
    trust: TrustOtherCode = False,
    out: Out = None,
    force: Force = False,
) -> None:
    """Odds over a grid of one or two penalties (beta, gamma, lambda, delta, cap), as CSV."""
    from priorsim.measure.sweep import format_sweep, is_sweep, parse_grid
    from priorsim.measure.sweep import sweep as measure_sweep

    penalties = parse_grid(grid)
    given = {"beta": beta, "gamma": gamma, "lambda": lam, "delta": delta, "cap": cap}
    for name, values in penalties.items():
        if given[name] is not None:
            raise PriorsimError(f"--grid {name}=... and --{name} {given[name]:g} both set {name}: leave one")
        given[name] = values[0]
    check_yes(context, max_bits)
    weight = prior_of(prior, *given.values())
    with place_of(out, is_sweep, force=force, read=(atlas, histogram, world)) as place:
        cells, _ = histogram_of(atlas, histogram, world, train, class_by, max_bits, yes, trust)
        write_out(format_sweep(measure_sweep(cells, weight, penalties), list(penalties)), place)


def histogram(
    context: typer.Context,
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    world: Annotated[str, typer.Option("--world", help="A name ('priorsim worlds') or a .csv or .toml file.")],
    train: Train = None,
    class_by: ClassBy = None,
    max_bits: MaxBits = None,
    yes: Yes = False,
    trust: TrustOtherCode = False,
    out: Out = None,
    force: Force = False,
) -> None:
    """Export all that any weight needs to know of a world's fitting programs: a few kilobytes of CSV."""
    from priorsim.measure.histogram_file import format_histogram, is_histogram

    check_yes(context, max_bits)
    with place_of(out, is_histogram, force=force, read=(atlas, world)) as place:
        cells, _ = histogram_of(atlas, None, world, train, class_by, max_bits, yes, trust)
        write_out(format_histogram(cells), place)


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
    trust: TrustOtherCode = False,
    as_json: AsJson = False,
) -> None:
    """What fits a world, and what it does where it was not trained: defection, entropy, learning curves, flips."""
    from priorsim.census.stored import StoredAtlas
    from priorsim.formats import format_json
    from priorsim.measure.histogram import check_class_by, check_world
    from priorsim.measure.off_training import off_training
    from priorsim.measure.weighed import weigh
    from priorsim.text.answers import off_training_text

    weight, where, by = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train), check_class_by(class_by)
    stored = StoredAtlas.open(atlas, trust_other_code=trust)
    check_world(stored.header, where)
    found = off_training(weigh(stored, weight, max_bits=max_bits, class_by=by), where)
    typer.echo(format_json(found.to_json()).rstrip() if as_json else off_training_text(found))


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
    from priorsim.census.root_searches import check_affordable
    from priorsim.census.take import make_header
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.formats import format_json
    from priorsim.measure.objectives import objectives as count
    from priorsim.text.answers import objectives_text

    where = world_of(world, train)
    header = make_header(dialect or where.dialect, max_bits, domain=where.domain, depth=depth)
    if not yes:
        check_affordable(header)
    with progress_bar("bodies") as progress:
        (found,) = count(header, [where], progress=progress)
    report = found.to_json(header, where)
    typer.echo(format_json(report).rstrip() if as_json else objectives_text(report))


def population(
    atlas: Annotated[Path, typer.Option("--atlas", help="A census made by 'priorsim census'.")],
    class_by: ClassBy = "lesion",
    max_bits: SmallerBound = None,
    trust: TrustOtherCode = False,
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV file to write, or - : a line for each behaviour.")
    ] = None,
    force: Force = False,
) -> None:
    """All behaviours of a census that have a direct and a search program, each counted once."""
    from priorsim.census.stored import StoredAtlas
    from priorsim.formats import format_json
    from priorsim.measure.histogram import check_class_by
    from priorsim.measure.population import is_population
    from priorsim.measure.population import population as gather
    from priorsim.text.answers import population_text

    if as_json and out is not None:
        raise PriorsimError("--json and --out exclude each other: give one of them")
    by = check_class_by(class_by)
    with place_of(out, is_population, force=force, read=(atlas,)) as place:
        found = gather(StoredAtlas.open(atlas, trust_other_code=trust), max_bits=max_bits, class_by=by)
        if out is not None:
            write_out(found.to_csv(), place)
            return
    typer.echo(format_json(found.to_json()).rstrip() if as_json else population_text(found))


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
    trust: TrustOtherCode = False,
    as_json: AsJson = False,
) -> None:
    """What counts as search: form, two lesions, retargeting and effort side by side, with the odds under each.

    Form and lesions over all programs that fit; all five over the shortest of them. At 36 bits and w = 2 to 4 on
    two cores a world takes up to 10 seconds and 0.5 GiB. Programs are run in plain Python, so that at w = 16 one
    that searches through all words takes some 3 seconds.
    """
    from priorsim.census.stored import StoredAtlas
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.formats import format_json
    from priorsim.measure.definitions import definitions as compare
    from priorsim.text.answers import definitions_text

    weight, where = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train)
    with progress_bar("programs one by one") as progress:
        found = compare(
            StoredAtlas.open(atlas, trust_other_code=trust), where, weight, number=programs, progress=progress
        )
    typer.echo(format_json(found.to_json()).rstrip() if as_json else definitions_text(found))


def data(
    context: typer.Context,
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
    trust: TrustOtherCode = False,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write, or - : every count.")] = None,
    force: Force = False,
) -> None:
    """Count the programs with data that fit a world: tables and hybrids, with a payload of any size.

    For words of 2 to 4 bits. At w = 4 on two cores 26 code bits take 2 seconds and 0.3 GiB; 36 code bits half a
    minute and 2 GiB, or two minutes and 3 GiB in a world that many programs fit; each further bit 1.7 times as long.

    With --atlas the code-only programs that fit are weighed together with them: direct, table, disguised, search
    and hybrid.
    """
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.formats import format_json
    from priorsim.measure.data import count_with_data
    from priorsim.measure.data_counts import format_data_counts, is_data_counts
    from priorsim.measure.data_joint import join_counts
    from priorsim.measure.data_witness import print_shortest
    from priorsim.text.answers import data_text

    if as_json and out is not None:
        raise PriorsimError("--json and --out exclude each other: give one of them")
    if atlas is not None and out is not None:
        raise PriorsimError("--out holds the counts of programs with data alone: leave --atlas")
    if out is not None:
        refuse_idle(context, "prior beta gamma lam delta cap", "on the counts that --out writes")
    weight, where = prior_of(prior, beta, gamma, lam, delta, cap), world_of(world, train)
    with place_of(out, is_data_counts, force=force, read=(world,)) as place:
        language, code = language_and_code(where, atlas, dialect, depth, trust)
        with progress_bar("programs, entries left open,") as progress:
            counts = count_with_data(language, where, code_bits, progress=progress)
        if out is not None:
            write_out(format_data_counts(counts), place)
            return
    joint = None if code is None else join_counts(code, counts).to_json(weight)
    report = {**counts.to_json(weight), "witnesses": print_shortest(counts), "joint": joint}
    typer.echo(format_json(report).rstrip() if as_json else data_text(report))
