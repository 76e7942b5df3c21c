"""Command: a figure, of the paper's worlds or of the reader's own. What is heavy is imported when used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle

if TYPE_CHECKING:
    from priorsim.census.stored import Counted
    from priorsim.figures.entry import Entry

_PRIOR = "prior beta gamma lam tax cap"
_CENSUS = "atlas max_bits memory workers yes dry_run trust"
OWN = f"{_CENSUS} class_by grid {_PRIOR}"
"""The options of a figure of a reader's own world."""


@dataclass(frozen=True, kw_only=True)
class OwnFigureOptions(asking.CensusOptions):
    """From which census a figure of one world is drawn, and what it shows of it."""

    class_by: opt.ClassBy = None
    grid: Annotated[
        list[str] | None, Option("--grid", help="Two penalties of a phase diagram, each NAME=FIRST:LAST:COUNT.")
    ] = None
    weight: opt.PriorOptions

    def check(self, entry: "Entry") -> None:
        """Refuse what the figure does not heed."""
        kinds = dict.fromkeys(_CENSUS.split(), "atlas") | {"class_by": "atlas"} | dict.fromkeys(_PRIOR.split(), "prior")
        idle = [name for name in OWN.split() if kinds.get(name, name) not in entry.takes]
        refuse_idle(self.context, " ".join(idle), f"on the figure {entry.name}")
        if not self.grid and "grid" in entry.takes:
            refuse_idle(self.context, "prior beta gamma", "without --grid, as the diagram is over beta and gamma")
            return
        over = " and ".join(entry.over)
        if over and not self.grid:
            refuse_idle(self.context, " ".join(entry.over), f"on the figure {entry.name}, which is over {over}")
            self._check_differs(entry.over, f"on the figure {entry.name}, which is over {over}")

    def _check_differs(self, over: Sequence[str], why: str) -> None:
        """Refuse a prior that is the simplicity prior but for these penalties."""
        from priorsim.priors import PRIORS

        name = self.weight.prior
        if name in PRIORS and not PRIORS[name].needs and PRIORS[name].values.keys() <= set(over):
            refuse_idle(self.context, "prior", f"{why}, as {name} sets nothing else")

    def census(self, world: "priorsim.World") -> "Counted":
        """The census of the reader's own, up to the bound asked for; a dry run ends the command here."""
        from priorsim.census.stored import cut

        return cut(self.of_world(world), self.max_bits)

    def penalties(self) -> "dict[str, tuple[float, ...]] | None":
        """The grid asked for."""
        from priorsim.figures.held_out import check_grid
        from priorsim.measure.sweep import parse_grid

        if not self.grid:
            return None
        grid = parse_grid(self.grid)
        check_grid(grid)
        return grid

    def prior(self) -> "priorsim.Prior":
        """The prior whose penalties the grid does not set."""
        return self.weight.make(**{name: values[0] for name, values in (self.penalties() or {}).items()})


def figure(
    name: Annotated[str | None, Argument(help="Which figure; without one all are listed.")] = None,
    world: Annotated[
        str | None, Option("--world", help="For figures of one world: a name, a .csv or .toml file, or -.")
    ] = None,
    train: opt.Train = None,
    sweep: Annotated[Path | None, Option("--sweep", help="For the figure sweep: a file of 'priorsim sweep'.")] = None,
    *,
    own: OwnFigureOptions,
    preset: Annotated[
        str | None, Option("--preset", help="quick or full: the bounds of the paper's censuses.  [default: quick]")
    ] = None,
    form: Annotated[str, Option("--format", help="pdf, svg, png or pgf, which needs LaTeX.")] = "pdf",
    width: Annotated[
        str | None, Option("--width", help="3.1in to 10in, as 3.25in, 82mm or 8cm.  [default: the figure's]")
    ] = None,
    results: opt.Results = None,
    out: Annotated[Path | None, Option("--out", help="Folder to write to.  [default: RESULTS/figures]")] = None,
    force: opt.Force = False,
    as_json: opt.AsJson = False,
) -> None:
    """Draw one figure for a write-up, with its numbers as CSV and a caption; or list them all.

    With --world the figure is of that world, counted as 'priorsim odds' counts it: in --atlas, or in a census from the
    cache of atlases, up to --max-bits. Its caption says the training lanes, the bound and the prior.

    Without --world, and with --preset or --results, atlases are those of 'priorsim paper'; one that is missing is made
    first: on two cores up to 8 seconds and 1 GiB each for quick, a minute or two and 5 GiB for full. Then a figure
    takes some 2 seconds, witness-sheet 40. The figure sweep draws a file of 'priorsim sweep', given with --sweep.

    --json lists the figures with what each of them takes; with a figure's name it prints the files that were written,
    the caption and the plotted numbers.
    """
    if name is None:
        idle = f"world train sweep preset form width results out force {OWN}"
        refuse_idle(own.context, idle, "without a figure's name")
    elif world is None:
        refuse_idle(own.context, f"train {OWN}", "without --world")
    elif preset is not None or results is not None:
        refuse_idle(own.context, _CENSUS, "with --preset or --results, which name the censuses of 'priorsim paper'")
    from priorsim.claims.populations import find_preset
    from priorsim.cli.progress_bar import progress_bar
    from priorsim.figures.answer import FigureAnswer, FiguresAnswer
    from priorsim.figures.entry import check_format, save_entry
    from priorsim.figures.registry import FIGURES, figures_text, find_figure
    from priorsim.measure.histogram import check_class_by
    from priorsim.storage import check_name
    from priorsim.study.atlases import make_folder
    from priorsim.study.folder import Study
    from priorsim.text.sheet import TEXTS

    if name is None:
        opt.say(FiguresAnswer.of(FIGURES.values()), as_json, figures_text)
        return
    entry, inches = find_figure(name), None if width is None else opt.width_of(width)
    check_format(form)
    where = None if world is None else opt.world_of(world, train)
    list(entry.shown(where))
    own.check(entry)
    if "sweep" not in entry.takes:
        refuse_idle(own.context, "sweep", f"on the figure {entry.name}")
    size, by = find_preset(preset or "quick"), check_class_by(own.class_by)
    asked: dict[str, Any] = {"prior": own.prior(), "grid": own.penalties(), "class_by": by, "sweep": sweep}
    atlases = results or size.folder
    folder = atlases / "figures" if out is None else out
    opt.check_folder(folder)
    check_name(folder)
    is_own = where is not None and preset is None and results is None and "atlas" in entry.takes
    counted = own.census(where) if where is not None and is_own else None
    with progress_bar("programs") as progress:
        study = Study(size, atlases, progress=progress, own=counted, **asked)
        make_folder(folder)
        asked_for: dict[str, Any] = {"width": inches, "formats": (form,), "texts": TEXTS.get(entry.name, {})}
        drawings = list(save_entry(entry, study, folder, world=where, force=force, **asked_for))
    opt.say(
        FigureAnswer.of(entry.name, drawings),
        as_json,
        lambda: "\n".join(f"{each.path}: written" for each in drawings),
    )
