"""What every command does: its options, given once and in plain digits; an exhausted machine is one line.

A command may take a dataclass, a group of options, and typer sees the dataclass's fields in its place.
Options that would change nothing are refused by the commands themselves, with `refuse_idle`.
"""

import os
import resource
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from priorsim.errors import PriorsimError
from priorsim.reading import is_plain, quoted

LEAST_ADDRESS_SPACE = 1 << 30
"""Bytes; of these the libraries take some 600 MiB before anything is counted."""


class Command(TyperCommand):
    """A command that refuses an option, or a value of a list, given twice, one left empty, and odd digits."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; PriorsimError where an option stands twice, is empty, or has digits other than 0 to 9."""
        texts, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for option in given:
            times = sum(other is option for other in given)
            if times > 1 and option.param_type_name == "option" and not option.multiple:
                raise PriorsimError(f"{option.opts[0]} is given {times} times: give it once")
            # An empty path would be the folder that the command runs in.
            if option.param_type_name == "option" and texts[option.name] in ("", [""]):
                raise PriorsimError(f"{option.opts[0]} is empty: give a value, or leave it out")
        rest = super().parse_args(ctx, args)
        _refuse_repeated(ctx, given)
        for option in given:
            text = texts[option.name]
            if isinstance(ctx.params[option.name], int | float) and isinstance(text, str) and not is_plain(text):
                raise PriorsimError(
                    f"{option.opts[0]} {quoted(text)} cannot be read: write it in the digits 0 to 9 alone"
                )
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; PriorsimError where the machine gives no more memory, threads or files for it."""
        try:
            _prepare_for_limits()
            return super().invoke(ctx)
        except MemoryError:
            raise PriorsimError(_exhausted("is no more memory", "-v")) from None
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
            raise PriorsimError(_exhausted("are no more threads", "-u")) from None
        except ImportError as error:
            # A shared library that cannot be opened or mapped; what is not installed is another error.
            if isinstance(error, ModuleNotFoundError):
                raise
            raise PriorsimError(
                f"a library cannot be loaded ({error}): give more memory and files, or install anew"
            ) from None


class Commands(TyperGroup):
    """All commands, listed by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each group, a line for each command."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            panel = getattr(command, "rich_help_panel", None) or "Commands"
            sections.setdefault(panel, []).append((name, command.short_help or ""))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def _refuse_repeated(ctx: Any, given: Iterable[Any]) -> None:
    """Refuse a value that an option which gathers a list has been given before."""
    for option in given:
        values = list(ctx.params[option.name] or ()) if option.param_type_name == "option" and option.multiple else []
        for value in values:
            if values.count(value) > 1:
                name, times = option.opts[0], values.count(value)
                raise PriorsimError(f"{name} {quoted(value)} is given {times} times: give each value once")


def _prepare_for_limits() -> None:
    """Under a limit of address space (ulimit -v), load OpenBLAS while there is room; refuse where there is too little.

    It takes a buffer for each of its threads while it is loaded, and where it gets none it tries again for ever.
    numba loads that of scipy with the first kernel, when others may have taken the room.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    if limit < LEAST_ADDRESS_SPACE:
        raise PriorsimError(
            f"{limit >> 20} MiB of address space are too few: give at least {LEAST_ADDRESS_SPACE >> 20} MiB "
            f"(ulimit -v {LEAST_ADDRESS_SPACE >> 10}), or no limit"
        )
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import scipy.linalg.cython_blas  # noqa: F401


def _exhausted(what: str, limit: str) -> str:
    return f"there {what} for this: give more (ulimit {limit}), a smaller bound or fewer workers"


def refuse_idle(context: typer.Context, names: str, why: str) -> None:
    """Refuse those of these parameters, with spaces between their names, that stand on the command line."""
    sources = {name: context.get_parameter_source(name) for name in names.split()}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    idle = [parameter.opts[0] for parameter in context.command.params if parameter.name in given]
    if idle:
        named = ", ".join(idle[:-1]) + " and " * (len(idle) > 1) + idle[-1]
        raise PriorsimError(f"{named} {'has' if len(idle) == 1 else 'have'} no effect {why}: leave out {named}")


def flattened(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer takes it: with the options of its groups in the groups' place, those required first.

    What several groups ask for by one name, such as the context, they share.

    >>> from priorsim.cli.options import WorldOptions
    >>> def show(where: WorldOptions, *, times: int) -> None:
    ...     print(where.world, where.train, times)
    >>> list(flattened(show).__signature__.parameters)
    ['world', 'times', 'train']
    >>> flattened(show)(world="square-w3", train="0-3", times=2)
    square-w3 0-3 2
    """

    @wraps(command)
    def run(**given: Any) -> None:
        _make(command, given)

    by_name = {option.name: option for option in _options(command)}
    options = sorted(by_name.values(), key=lambda option: option.default is not Parameter.empty)
    run.__signature__ = Signature(options)  # type: ignore[attr-defined]
    run.__annotations__ = {option.name: option.annotation for option in options}
    return run


def _options(maker: Any) -> list[Parameter]:
    """All that a command or a group is made of, one by one."""
    found = []
    for part in signature(maker).parameters.values():
        is_group = is_dataclass(part.annotation)
        found += _options(part.annotation) if is_group else [part.replace(kind=Parameter.KEYWORD_ONLY)]
    return found


def _make(maker: Any, given: Mapping[str, Any]) -> Any:
    """What a command or a group makes of the options given, by name."""
    parts = {name: part.annotation for name, part in signature(maker).parameters.items()}
    return maker(**{name: _make(kind, given) if is_dataclass(kind) else given[name] for name, kind in parts.items()})
