"""Commands: claims judged, figures, a paper. Everything heavy is imported late."""

from pathlib import Path
from typing import Annotated

import typer

from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError
from priorsim.options import AsJson, AtlasFile, Train, WorldName, width_of, world_of


def claims(
    context: typer.Context,
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
    all of quick take 4 minutes and 3 GiB once, full 20 minutes and 12 GiB; atlases are kept.
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
    if world is None:
        refuse_idle(context, "train", "without --world")
    else:
        refuse_idle(context, "preset results workers", "in one world")
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


def figure(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which figure; without one all are listed.")] = None,
    world: Annotated[
        str | None, typer.Option("--world", help="For figures of one world: a name or a .csv or .toml file.")
    ] = None,
    preset: Annotated[str, typer.Option("--preset", help="quick or full: the bounds of the censuses.")] = "quick",
    form: Annotated[str, typer.Option("--format", help="pdf, svg, png or pgf, which needs LaTeX.")] = "pdf",
    width: Annotated[
        str | None, typer.Option("--width", help="3.1in to 10in, as 3.25in, 82mm or 8cm.  [default: the figure's]")
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
    if name is None:
        refuse_idle(context, "world preset form width results out", "without a figure's name")

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


def paper(
    preset: Annotated[str, typer.Option("--preset", help="quick or full.")] = "quick",
    out: Annotated[Path, typer.Option("--out", help="Folder for tables, figures, histograms and atlases.")] = Path(
        "results"
    ),
    workers: Annotated[int, typer.Option("--workers", help="Processes.")] = 2,
) -> None:
    """Make every census, table and figure.

    On two cores quick takes some 5 minutes and 3 GiB, full 20 minutes and 12 GiB; atlases are kept.
    """
    from priorsim.paper import make_paper
    from priorsim.progress_bar import progress_bar

    with progress_bar("programs") as progress:
        make_paper(preset, out, workers=workers, told=typer.echo, progress=progress)
