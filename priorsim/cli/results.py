"""Commands: claims judged, figures, a paper. Everything heavy is imported late."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError


def claims(
    context: typer.Context,
    names: Annotated[list[str] | None, Argument(help="Which claims, by id; all where none is given.")] = None,
    preset: Annotated[str, Option("--preset", help="quick or full: bounds, and how many worlds.")] = "quick",
    results: opt.Results = None,
    workers: opt.Workers = 2,
    atlas: opt.AtlasFile = None,
    trust: opt.OtherCode = False,
    world: opt.WorldName = None,
    train: opt.Train = None,
    as_json: opt.AsJson = False,
) -> None:
    """Rule on the steps of the argument over whole populations of worlds; with --atlas and --world, in one world.

    Every claim is a condition on a number of one world. Its verdict hangs on the share of worlds in which the
    condition holds, population by population; docs/claims.md has the rule.

    On two cores all claims take 6 minutes and 3 GiB with --preset quick, an hour and 16 GiB with full; later
    runs use the atlases that the first one keeps. A run that is cut short leaves what it has measured in
    RESULTS/claims-*.run, and the same command goes on from there.
    """
    from functools import partial

    from priorsim.claims.judge import claims_for, find_claims, judge, judge_world
    from priorsim.claims.kept import claims_run
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.formats import format_json
    from priorsim.measure.histogram import check_not_wide
    from priorsim.study.folder import make_folder, open_census
    from priorsim.text.claims import verdicts_of, verdicts_text, world_verdicts_text

    chosen = find_claims(names or [])
    opt.check_trust(trust, atlas)
    command = " ".join(["priorsim claims", *(names or [])])
    if atlas is None and world is not None:
        check_not_wide(opt.world_of(world, train))
    if (atlas is None) != (world is None):
        raise PriorsimError("--atlas and --world go together: give both to ask of one world, or neither")
    if world is None:
        refuse_idle(context, "train", "without --world")
    else:
        refuse_idle(context, "preset results workers", "in one world")
    if atlas is not None and world is not None:
        stored, where = opt.open_atlas(atlas, trust), opt.world_of(world, train)
        judged = judge_world(where, chosen if names else claims_for(where, stored.header), stored, find_preset(preset))
        text, command = world_verdicts_text(judged), f"{command} --world {world}"
    else:
        size = find_preset(preset)
        folder = results or size.folder
        opened = partial(open_census, folder=folder)
        make_folder(folder)
        with (
            claims_run(folder, size, chosen) as run,
            progress_bar("parts of the claims", kept=run.path) as progress,
        ):
            judged = judge(size, chosen, opened, workers=workers, progress=progress, run=run)
        text, command = verdicts_text(judged), f"{command} --preset {preset}"
    typer.echo(format_json(verdicts_of(judged, command)).rstrip() if as_json else text)


def figure(
    name: Annotated[str | None, Argument(help="Which figure; without one all are listed.")] = None,
    world: Annotated[
        str | None, Option("--world", help="For figures of one world: a name, a .csv or .toml file, or -.")
    ] = None,
    train: opt.Train = None,
    *,
    own: opt.OwnFigureOptions,
    preset: Annotated[str, Option("--preset", help="quick or full: the bounds of the censuses.")] = "quick",
    form: Annotated[str, Option("--format", help="pdf, svg, png or pgf, which needs LaTeX.")] = "pdf",
    width: Annotated[
        str | None, Option("--width", help="3.1in to 10in, as 3.25in, 82mm or 8cm.  [default: the figure's]")
    ] = None,
    results: opt.Results = None,
    out: Annotated[Path | None, Option("--out", help="Folder to write to.  [default: RESULTS/figures]")] = None,
    force: opt.Force = False,
) -> None:
    """Draw one figure for a write-up, with its numbers as CSV and a caption; or list them all.

    Atlases are those of 'priorsim paper'; one that is missing is made first: on two cores up to 8 seconds and
    1 GiB each for quick, a minute or two and 5 GiB for full. Then a figure takes some 2 seconds, witness-sheet 40.
    """
    if name is None:
        idle = f"world train preset form width results out force {opt.OWN}"
        refuse_idle(own.context, idle, "without a figure's name")
    elif world is None:
        refuse_idle(own.context, f"train {opt.OWN}", "without --world")
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.figures.entry import check_format, save_entry
    from priorsim.figures.registry import figures_text, find_figure
    from priorsim.study.folder import Study, make_folder

    if name is None:
        typer.echo(figures_text())
        return
    entry, inches = find_figure(name), None if width is None else opt.width_of(width)
    check_format(form)
    where = None if world is None else opt.world_of(world, train)
    list(entry.shown(where))
    own.check(entry)
    size = find_preset(preset)
    atlases = results or size.folder
    folder = atlases / "figures" if out is None else out
    opt.check_folder(folder)
    with progress_bar("programs") as progress:
        study = Study(size, atlases, progress=progress, own=own.census(), prior=own.prior(), grid=own.penalties())
        make_folder(folder)
        for drawn in save_entry(entry, study, folder, world=where, width=inches, formats=(form,), force=force):
            typer.echo(f"{drawn.path}: written")


def paper(
    preset: Annotated[str, Option("--preset", help="quick or full.")] = "quick",
    out: Annotated[
        Path | None, Option("--out", help=f"Folder for tables, figures, histograms and atlases.  {opt.RESULTS_OF}")
    ] = None,
    workers: opt.Workers = 2,
    force: opt.Force = False,
) -> None:
    """Make every census, table and figure.

    On two cores quick takes some 9 minutes and 3 GiB, full 75 minutes and 16 GiB; atlases are kept. After a mishap
    the same command goes on where it was.
    """
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.study.paper import make_paper

    size = find_preset(preset)
    folder = out or size.folder
    opt.check_folder(folder)
    with progress_bar("programs", kept=folder) as progress:
        make_paper(size, folder, workers=workers, force=force, told=typer.echo, progress=progress)


def cite() -> None:
    """How to cite priorsim: a sentence and a BibTeX entry, with the version and the digest of the code."""
    from priorsim.text.citation import cite_text

    typer.echo(cite_text())
