"""Commands: claims judged, a paper. Everything heavy is imported late."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle

if TYPE_CHECKING:
    import priorsim
    from priorsim.claims.claim import Claim, Judged
    from priorsim.claims.populations import Preset


def claims(
    asked: asking.CensusOptions,
    names: Annotated[list[str] | None, Argument(help="Names of claims; without any, all of them.")] = None,
    preset: Annotated[str, Option("--preset", help="quick or full: bounds, and how many worlds.")] = "quick",
    results: opt.Results = None,
    world: opt.WorldName = None,
    train: opt.Train = None,
    *,
    elsewhere: opt.ClusterOptions,
    as_json: opt.AsJson = False,
) -> None:
    """Give a verdict on each step of the argument over whole populations of worlds; with --world, in one world.

    Every claim is a condition on a number of one world. Its verdict depends on the share of worlds in which the
    condition holds, in each population; docs/claims.md has the rule.

    On two cores all claims take 3 minutes and 3 GiB with --preset quick, an hour and 16 GiB with full; later
    runs use the atlases that the first one keeps. A run that is cut short leaves what it has measured in
    RESULTS/claims-*.run, and the same command goes on from there. With --cluster the worlds of each census are a
    task of its own, and so are parts of the walks. What they measure is kept in RESULTS/claims-*.run.shards or where
    --store says. Workers on another machine keep their atlases there, in RESULTS.

    A wide world, whose behaviours no atlas holds, takes no --atlas; claims about tables and lessons are left out. What
    fits is counted for each set of training lanes by itself: at w = 6 on 64 lanes 32 bits take some 20 seconds and
    0.5 GiB.
    """
    from functools import partial

    from priorsim.claims.judge import by_census, find_claims, judge
    from priorsim.claims.kept import claims_run
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.formats import format_json
    from priorsim.study.atlases import make_folder, open_census
    from priorsim.study.plan import censuses_plan
    from priorsim.text.claims import verdicts_of, verdicts_text, world_verdicts_text

    chosen, size = find_claims(names or []), find_preset(preset)
    opt.check_trust(asked.trust, asked.atlas)
    command = " ".join(["priorsim claims", *(names or [])])
    if world is not None:
        refuse_idle(asked.context, "preset results", "in one world")
        judged = _judged_in(opt.world_of(world, train), chosen if names else None, asked, size, elsewhere)
        text, command = world_verdicts_text(judged), f"{command} --world {world}"
    else:
        refuse_idle(asked.context, "atlas train max_bits memory yes", "without --world")
        folder = results or size.folder
        if asked.dry_run:
            asking.say_plan(censuses_plan([group[0].header for group in by_census(size, chosen)], folder))
        opened = partial(open_census, folder=folder.absolute())
        make_folder(folder)
        with (
            claims_run(folder, size, chosen) as run,
            elsewhere.shards(run.path) as shards,
            progress_bar("parts of the claims", kept=opt.kept_in(run, shards)) as progress,
            elsewhere.executor() as there,
        ):
            how: dict[str, Any] = {"workers": there or asked.workers, "progress": progress}
            judged = judge(size, chosen, opened, run=run, shards=shards, **how)
        text, command = verdicts_text(judged), f"{command} --preset {preset}"
    typer.echo(format_json(verdicts_of(judged, command)).rstrip() if as_json else text)


def _judged_in(
    world: "priorsim.World",
    claims: "Sequence[Claim] | None",
    asked: asking.CensusOptions,
    preset: "Preset",
    elsewhere: opt.ClusterOptions,
) -> "list[Judged]":
    """The claims in one world, all that can be asked of it where none is chosen."""
    from priorsim.census.stored import cut
    from priorsim.claims.judge import NOT_ON_WIDE, claims_for, judge_wide_world, judge_world, not_countable
    from priorsim.claims.wide_site import lane_sets
    from priorsim.cli.progress_bar import progress_bar

    bound = asked.bound_alone(world)
    if bound is not None:
        refuse_idle(asked.context, "workers", "on the claims about a wide world, which take one process")
        if asked.dry_run:
            asking.say_plan(asked.plan(world, lane_sets))
        with (
            elsewhere.shards(None) as shards,
            progress_bar("programs", kept=opt.kept_in(None, shards)) as progress,
            elsewhere.executor() as there,
        ):
            how: dict[str, Any] = {"allow_long": asked.yes, "workers": there or 2, "progress": progress}
            chosen = claims or claims_for(world)
            judged = judge_wide_world(world, chosen, bound, preset, shards=shards, **how)
        if claims is None:
            typer.echo(f"not measured in a wide world: {', '.join(NOT_ON_WIDE)}", err=True)
        return judged
    refuse_idle(asked.context, "cluster store", "in one world that is not wide")
    counted = cut(asked.of_world(world), asked.max_bits)
    header = counted.header
    chosen = claims or claims_for(world, header.accounting)
    left_out = [] if claims else not_countable(chosen, header.language)
    judged = judge_world(world, [claim for claim in chosen if claim not in left_out], counted, preset)
    if left_out:
        names = ", ".join(claim.name for claim in left_out)
        typer.echo(f"not measured, as programs with data are not counted in this language: {names}", err=True)
    return judged


def paper(
    preset: Annotated[str, Option("--preset", help="quick or full.")] = "quick",
    out: Annotated[
        Path | None, Option("--out", help=f"Folder for tables, figures, histograms and atlases.  {opt.RESULTS_OF}")
    ] = None,
    workers: opt.Workers = 2,
    *,
    elsewhere: opt.ClusterOptions,
    dry_run: opt.DryRun = False,
    force: opt.Force = False,
) -> None:
    """Make every census, table and figure.

    On two cores quick takes some 7 minutes and 3 GiB, full 90 minutes and 16 GiB; atlases are kept. After a mishap
    the same command goes on from where it was cut short. --dry-run takes up to half a minute; it estimates the
    censuses alone, which take a part of that time. With --cluster the claims and the set of languages are worked on
    there; what is finished is kept in OUT.shards until all is written, or for good where --store says.
    """
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.study.paper import censuses, make_paper
    from priorsim.study.plan import censuses_plan

    size = find_preset(preset)
    folder = out or size.folder
    opt.check_folder(folder)
    if dry_run:
        asking.say_plan(censuses_plan(censuses(size), folder))
    told: dict[str, Any] = {"force": force, "told": typer.echo}
    with (
        elsewhere.shards(folder) as shards,
        progress_bar("programs", kept=folder) as progress,
        elsewhere.executor(idle="") as there,
    ):
        make_paper(size, folder, workers=workers, there=there, shards=shards, progress=progress, **told)


def cite() -> None:
    """Print how to cite priorsim: a sentence and a BibTeX entry, with the version and the digest of the code."""
    from priorsim.text.citation import cite_text

    typer.echo(cite_text())
