"""The command line: options in, one function call, text or JSON out. Everything heavy is imported late.

An error a user can cause is one line on standard error and exit code 2; an interrupt says what was
done and exits with 130.
"""

import os
import sys
from pathlib import Path

import typer

from priorsim.cli.censuses import census, info
from priorsim.cli.command import Command
from priorsim.cli.programs import decode, encode, run, theory, walk, worlds
from priorsim.cli.questions import data, definitions, heldout, histogram, objectives, odds, population, sweep
from priorsim.cli.results import claims, figure, paper
from priorsim.errors import PriorsimError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Count every small program exactly, tell which of them search, and weigh them under a prior.",
)
for command in (
    census,
    info,
    odds,
    sweep,
    histogram,
    heldout,
    objectives,
    population,
    definitions,
    claims,
    data,
    worlds,
    run,
    walk,
    encode,
    decode,
    theory,
    figure,
    paper,
):
    app.command(cls=Command)(command)


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
