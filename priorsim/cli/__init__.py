"""The command line: options in, one function call, text or JSON out. Everything heavy is imported late.

An error a user can cause is one line on standard error and exit code 2. An interrupt passes through; the command
says what was done and exits with 130 (priorsim/interrupts.py).
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from priorsim import __version__
from priorsim.cli import (
    caching,
    censuses,
    curves,
    drawing,
    estimating,
    explaining,
    languages,
    programs,
    results,
    stacks,
)
from priorsim.cli.answer import UnreadError, answering
from priorsim.cli.command import Command, Commands, flattened
from priorsim.errors import PriorsimError
from priorsim.reading import shown

MOST_SAID = 1000
"""Characters of an error; what a library says of a bad option repeats the whole of it."""

app = typer.Typer(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"priorsim {__version__}")
        raise typer.Exit


@app.callback()
def priorsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Count every small program exactly, find out which of them search, and weigh them under a prior."""


GROUPS: dict[str, dict[Callable[..., None], str]] = {
    "Count programs": {
        censuses.census: "count every program up to a length into an atlas",
        estimating.estimate: "say what a census of more bits would take",
        censuses.info: "say what an atlas holds, after checking all of it",
        caching.cache: "show the atlases that are kept, or remove them",
        censuses.data: "count the programs with data that fit a world",
        censuses.histogram: "export a world's counts by class, length and steps",
    },
    "Ask about a world": {
        censuses.odds: "say whether search or direct code wins under a prior",
        censuses.sweep: "give the odds over a grid of one or two penalties",
        censuses.heldout: "say what programs do where they were not trained",
        censuses.objectives: "list what the searches that fit search for",
        censuses.definitions: "compare five definitions of search",
        explaining.programs: "list the programs that weigh most",
        programs.walk: "follow local search among programs",
    },
    "Ask about all worlds": {
        curves.growth: "say how often search is the cheapest, by complexity",
        curves.influence: "say what search in the prior costs predictions",
        curves.knockouts: "say which operators the shortest programs need",
        languages.languages: "ask the same in many languages",
        stacks.stack: "ask the same of programs that run on a stack",
        curves.scaling: "ask one question at several word sizes",
        curves.finite_size: "test whether the law of gamma* may be extrapolated",
        curves.diversity: "say which class is heaviest after how many examples",
        curves.nested: "say which programs are chosen by programs that search",
        censuses.population: "list the behaviours that have programs of both classes",
        results.claims: "give a verdict on each step of the argument",
        programs.theory: "evaluate closed forms, at sizes too large to count",
    },
    "Programs and worlds": {
        programs.worlds: "list the named and the generated worlds",
        programs.run: "run a program in a world",
        explaining.explain: "say why a program has its class",
        programs.encode: "print a program's code",
        programs.decode: "print the program of a code",
    },
    "Write up": {
        drawing.figure: "draw a figure, or list them",
        results.paper: "make every census, table and figure",
        results.cite: "print how to cite priorsim",
    },
}
"""Every command with what it does, by what it is for."""
for group, commands in GROUPS.items():
    for command, summary in commands.items():
        app.command(cls=Command, short_help=summary, rich_help_panel=group)(flattened(command))


@cache
def _built() -> Callable[..., int | None]:
    """The command line as Typer makes it of all functions and their types, once a process."""
    return get_command(app)


def main() -> None:
    """Run the command line."""
    try:
        with answering():
            code = _run()
        sys.exit(code)
    except PriorsimError as error:
        _fail(str(error))
    except UnreadError:
        sys.exit(141)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        _fail(f"{where}the operating system refused what the work needs ({error.strerror or error}): see to it first")


def _run() -> int:
    """Exit code of the command; Typer turns an interrupt into a returned one."""
    name = Path(sys.argv[0]).name
    try:
        return _built()(standalone_mode=False, prog_name=name) or 0
    except Exception as error:
        # Typer's usage errors, of whichever click it stands on.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error)
            return 0
        context = getattr(error, "ctx", None)
        command = name if context is None else context.command_path
        raise PriorsimError(f"{error.format_message().rstrip('.')}: see '{command} --help'") from None


def _fail(message: str) -> None:
    # What cannot be told leaves the exit code.
    with suppress(OSError):
        typer.echo(f"priorsim: {shown(' '.join(message.split()), MOST_SAID)}", err=True)
    sys.exit(2)
