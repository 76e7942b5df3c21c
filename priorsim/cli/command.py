"""What every command does with its options: each is given once, and none is given that changes nothing."""

from typing import Any

import typer
from typer.core import TyperCommand

from priorsim.errors import PriorsimError


class Command(TyperCommand):
    """A command that refuses an option given twice, unless the option gathers a list."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; PriorsimError where an option stands twice among them."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for option in given:
            times = sum(other is option for other in given)
            if times > 1 and option.param_type_name == "option" and not option.multiple:
                raise PriorsimError(f"{option.opts[0]} is given {times} times: give it once")
        return super().parse_args(ctx, args)


def refuse_idle(context: typer.Context, names: str, why: str) -> None:
    """Refuse options that were given and would change nothing.

    Parameters
    ----------
    context : typer.Context
    names : str
        Names of the command's parameters, by spaces.
    why : str
        Goes on after "has no effect".

    Raises
    ------
    PriorsimError
        Which of them were given, and that they have to be left.
    """
    idle = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names.split() and was_given(context, parameter.name)
    ]
    if idle:
        named = ", ".join(idle[:-1]) + " and " * (len(idle) > 1) + idle[-1]
        raise PriorsimError(f"{named} {'has' if len(idle) == 1 else 'have'} no effect {why}: leave {named}")


def was_given(context: typer.Context, name: str) -> bool:
    """Whether a parameter stands on the command line, and is not its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
