"""Groups of options: a command may take a dataclass, and typer sees the dataclass's fields in its place."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any


def flattened(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer takes it: with the options of its groups in the groups' place, those required first.

    Examples
    --------
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

    options = sorted(_options(command), key=lambda option: option.default is not Parameter.empty)
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
