"""The command line: options in, one function call, text or JSON out. Everything heavy is imported late.

An error a user can cause is one line on standard error and exit code 2. An interrupt passes through; the command
says what was done and exits with 130 (priorsim/interrupts.py).
"""

import sys
from contextlib import suppress
from pathlib import Path

import typer

from priorsim.cli import censuses, curves, programs, results
from priorsim.cli.answer import UnreadError, answering
from priorsim.cli.command import Command, flattened
from priorsim.errors import PriorsimError
from priorsim.reading import shown

MOST_SAID = 1000
"""Characters of an error; what a library says of a bad option repeats the whole of it."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Count every small program exactly, tell which of them search, and weigh them under a prior.",
)
COMMANDS = (
    *(censuses.census, censuses.info, censuses.odds, censuses.sweep, censuses.histogram, censuses.heldout),
    *(censuses.objectives, censuses.population, curves.growth, curves.knockouts, curves.scaling, curves.nested),
    *(censuses.definitions, results.claims, censuses.data),
    *(programs.worlds, programs.run, programs.walk, programs.encode, programs.decode, programs.theory),
    *(results.figure, results.paper),
)
for command in COMMANDS:
    app.command(cls=Command)(flattened(command))


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
    try:
        return app(standalone_mode=False) or 0
    except Exception as error:
        # Typer's usage errors, of whichever click it stands on.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error)
            return 0
        raise PriorsimError(f"{error.format_message().rstrip('.')}: see '{Path(sys.argv[0]).name} --help'") from None


def _fail(message: str) -> None:
    # What cannot be told leaves the exit code.
    with suppress(OSError):
        typer.echo(f"priorsim: {shown(' '.join(message.split()), MOST_SAID)}", err=True)
    sys.exit(2)
