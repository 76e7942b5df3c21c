"""Commands: why a program has its class, and which programs weigh most. What is heavy is imported when used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

import priorsim
from priorsim.cli import asking
from priorsim.cli import options as opt
from priorsim.cli.command import refuse_idle
from priorsim.errors import PriorsimError


def explain(
    context: typer.Context,
    program: Annotated[
        str, Argument(help="A program as S-expression, or a .mu file that holds one; - is standard input.")
    ],
    where: opt.WorldOptions,
    dialect: Annotated[
        str | None,
        Option(
            "--dialect",
            help=f"{opt.DIALECTS}.  [default: the one the file names, else the world's]",
        ),
    ] = None,
    as_json: opt.AsJson = False,
    out: Annotated[Path | None, Option("--out", help="Draw the syntax tree: a .svg, .pdf or .png file.")] = None,
    width: Annotated[
        str, Option("--width", help="Width of the drawing: 3.1in to 10in, as 3.25in, 82mm or 8cm.")
    ] = "3.5in",
    force: opt.Force = False,
) -> None:
    """Say why a program has its class, with the words of every find, argmax and iter, actual and lesioned.

    A lesion cuts the searches out of a program. The command names the lanes whose output a lesion changes, the worlds
    that the program becomes right for when one of its searches is given another goal, the steps that it spends on
    candidates that it does not choose, and whether it fits the world. Programs are run in plain Python, so that at
    w = 16 a program that searches through all words takes some 2 seconds.
    """
    from priorsim.measure.explain import explain as explained
    from priorsim.measure.program import language_in, read_program
    from priorsim.reading import is_standard_input
    from priorsim.text.explain import explain_text

    opt.check_one_answer(as_json, out, "--out")
    if out is None:
        refuse_idle(context, "width force", "without --out")
    if is_standard_input(program) and is_standard_input(where.world):
        raise PriorsimError("the program and the world are both '-': standard input holds one of them, name the other")
    world, is_file = where.find(), program.endswith(".mu") or is_standard_input(program)
    if is_file:
        parsed, language = read_program(program, world, dialect)
    else:
        language = language_in(world, dialect)
        parsed = priorsim.parse(program, language, world.domain.columns)
    if out is None:
        found = explained(parsed, world, dialect=language.dialect.name)
        opt.say(found, as_json, lambda: explain_text(found, world))
        return

    from priorsim.figures.tree import draw_tree, ending_of, is_tree, save_tree

    ending, inches = ending_of(out), opt.width_of(width)
    with opt.place_of(out, is_tree, force=force, read=(program if is_file else None, where.world)) as place:
        found = explained(parsed, world, dialect=language.dialect.name)
        figure = draw_tree(parsed, found, world.domain.columns, width=inches)
        assert place is not None, "a name of standard output has no ending"
        with place.writing() as file:
            save_tree(figure, file, ending)
    typer.echo(f"{out}: written")


@dataclass(frozen=True, kw_only=True)
class ListingOptions(opt.TakingOptions):
    """Among which programs those of a class are listed."""

    atlas: opt.AtlasFile = None
    max_bits: Annotated[
        int | None,
        Option(
            "--max-bits", help="Another bound in bits; beyond the atlas's, programs are counted for this world alone."
        ),
    ] = None
    yes: Annotated[
        bool, Option("--yes", help="List every program, even where that takes long, and not one for each row.")
    ] = False
    trust: opt.OtherCode = False

    def open(self, world: "priorsim.World") -> "priorsim.StoredAtlas":
        """The census that is asked; a dry run ends the command here."""
        from priorsim.measure.histogram import check_not_wide, check_world

        if self.atlas is None:
            check_not_wide(world)
        else:
            self.refuse_with_atlas()
        if self.dry_run:
            asking.say_plan(asking.world_plan(world, self.atlas, self.max_bits, self.trust, self))
        stored = asking.atlas_of(world, self.atlas, self.trust, taking=self)
        check_world(stored.header, world)
        return stored


def programs(
    where: opt.WorldOptions,
    weight: opt.PriorOptions,
    asked: ListingOptions,
    kind: Annotated[str, Option("--class", help="direct, disguised, search or any, by lesion.")] = "search",
    most: Annotated[int, Option("--most", help="How many programs to list.")] = 50,
    as_json: opt.AsJson = False,
    out: Annotated[
        Path | None, Option("--out", help="CSV file with a line for each program, or - for standard output.")
    ] = None,
    force: opt.Force = False,
) -> None:
    """List the programs of a class that fit a world, the heaviest first, as S-expressions.

    With a larger --max-bits the programs that fit this world are counted beyond the atlas's bound. A census holds
    rows of programs that are alike, and the programs of the heaviest rows are derived again, some thousand in a
    second. Where that would be more than 100000, the list has one program for each row, and says so.
    """
    from priorsim.measure.heaviest import MOST_DERIVED, is_programs
    from priorsim.measure.heaviest import programs as heaviest

    opt.check_one_answer(as_json, out, "--out")
    prior, world = weight.make(), where.find()
    with opt.place_of(out, is_programs, force=force, read=(asked.atlas, where.world)) as place:
        with opt.counted_up_to(asked.open(world), asked.max_bits, allow_long=asked.yes) as counted:
            derived = None if asked.yes else MOST_DERIVED
            found = heaviest(counted, world, kind, most, prior=prior, most_derived=derived)
        opt.say_or_write(found, as_json, "programs.txt", out, place)
