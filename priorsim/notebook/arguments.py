"""Arguments of questions, checked as the command line checks its options: names are taken wherever objects are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import Atlas, Rows
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.stored import Counted, StoredAtlas, cut
from priorsim.errors import AtlasError, PriorError, PriorsimError, WorldError
from priorsim.measure.histogram import ClassBy, OwnClasses, check_class_by
from priorsim.mu.domain import Domain
from priorsim.priors import Prior, named_prior
from priorsim.reading import whole_numbers
from priorsim.study.cache import census
from priorsim.worlds import World, check_lanes, find_world, parse_lanes

AnyWorld = World | str | PathLike[str]
"""A world, the name of one, or a file that holds one."""
AnyAtlas = Atlas | StoredAtlas | TargetedAtlas | str | PathLike[str]
"""A census in memory, an atlas file that is open, or the name of one."""
ClassedBy = str | Callable[[Rows], Any]
"""A way to class programs by its name, or a function of an atlas's rows that says which are search."""
Lanes = Iterable[int] | str
"""Lanes by their numbers, or as a text such as 0-3,8."""

Penalty = float | Sequence[float] | NDArray[Any] | None
"""A penalty's value, or the values over which it is swept."""


def world(world: AnyWorld, *, train: Lanes | None = None) -> World:
    """The world of that name or in that file, on other training lanes where they are given.

    Parameters
    ----------
    world : World, str or path
        The world, its name, or a file that holds it (docs/worlds.md).
    train : iterable of int or str, optional
        The training lanes by their numbers, from 0, or as a text such as "0-3,8". By default those of the world.

    Returns
    -------
    World

    Raises
    ------
    WorldError
        If there is no such world or lane.
    DomainError
        If the lanes of a file are outside what the language allows.

    Examples
    --------
    >>> import priorsim as ps
    >>> ps.world("inverse-w3").train, ps.world("inverse-w3", train=range(4)).train
    ((0, 1, 2, 3, 4, 5), (0, 1, 2, 3))
    """
    if isinstance(world, World):
        found = world
    elif isinstance(world, str | PathLike):
        found = find_world(fspath(world))
    else:
        raise WorldError(
            f"a world is a World, a name or a file, and not of type {type(world).__name__}: the world comes before the "
            "atlas, and priorsim.world_from makes a world of a table or a function"
        )
    return found if train is None else found.trained_on(lanes_of(train, found.domain))


def lanes_of(train: Lanes, domain: Domain) -> tuple[int, ...]:
    """The lanes by their numbers; WorldError where there is no such lane."""
    if isinstance(train, str):
        return parse_lanes(train, domain)
    lanes = whole_numbers(train, "train")
    check_lanes(lanes, domain, "train")
    return lanes


def class_by_of(class_by: ClassedBy | None) -> ClassBy:
    """The way to class programs; WorldError where there is none of that name."""
    return check_class_by(class_by) if isinstance(class_by, str | None) else OwnClasses.of(class_by)


def whole_number(name: str, given: Any) -> int | None:
    """The number given for an argument of that name, None where none is; PriorsimError where it is not whole."""
    return None if given is None else whole_numbers([given], name)[0]


def real_number(name: str, given: Any) -> float:
    """The number given for an argument of that name; PriorsimError where it is none."""
    try:
        return float(given)
    except (TypeError, ValueError):
        raise PriorsimError(f"{name} is {given!r}: give a number") from None


def opened(atlas: Any, world: World | None = None) -> Counted:
    """The census, or the one in that file; a world's from the cache of atlases where none is given.

    AtlasError where it is neither, or the file is damaged.
    """
    if atlas is None and world is not None:
        return census(world)
    if isinstance(atlas, str | PathLike):
        return StoredAtlas.open(fspath(atlas))
    if not (hasattr(atlas, "header") and hasattr(atlas, "select")):
        raise AtlasError(
            f"an atlas is an Atlas, a StoredAtlas or a file, and not of type {type(atlas).__name__}: give one that "
            "priorsim.take_census or 'priorsim census' made"
        )
    found: Counted = atlas
    return found


def reaching(counted: Counted, max_bits: int | None) -> Counted | TargetedAtlas:
    """The census up to a bound; beyond its own, what fits is counted for one world alone."""
    bound = whole_number("max_bits", max_bits)
    return (
        TargetedAtlas(counted, bound) if bound is not None and bound > counted.header.max_bits else cut(counted, bound)
    )


def up_to(atlas: Any, max_bits: int | None) -> Counted:
    """The census up to a smaller bound, where one is given."""
    return cut(opened(atlas), whole_number("max_bits", max_bits))


def census_up_to(atlas: Any, world: World, max_bits: int | None) -> Counted:
    """A world's census up to a bound: a smaller one than the atlas's, or without an atlas any, from the cache."""
    bound = whole_number("max_bits", max_bits)
    return census(world, max_bits=bound) if atlas is None else cut(opened(atlas), bound)


def swept(**penalties: Penalty) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """The penalties that are given several values, and all others."""
    grid = {name: _values(name, values) for name, values in penalties.items() if np.ndim(values)}  # type: ignore[arg-type]
    return grid, {name: value for name, value in penalties.items() if name not in grid}


def by_parameter(grid: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """The values of penalties by the names that the command line gives them."""
    return {"lambda" if name == "lam" else name: values for name, values in grid.items()}


def prior_over(prior: Prior | str, grid: Mapping[str, list[float]], fixed: Mapping[str, Any]) -> Prior:
    """The prior whose penalties of the grid are any; a name that needs one of them takes its first value."""
    first = {name: values[0] for name, values in grid.items() if values} if isinstance(prior, str) else {}
    return prior_of(prior, **fixed, **first)


def _values(name: str, values: Any) -> list[float]:
    if np.ndim(values) != 1:
        raise PriorsimError(f"{name} has values in {np.ndim(values)} dimensions: give a list of numbers")
    return [real_number(name, value) for value in values]


def prior_of(prior: Prior | str, **penalties: float | None) -> Prior:
    """The prior of that name, with penalties in place of its own; a Prior has its penalties already."""
    given = {name: None if value is None else real_number(name, value) for name, value in penalties.items()}
    if isinstance(prior, str):
        return named_prior(prior, **given)
    if not isinstance(prior, Prior):
        raise PriorError(f"a prior is a Prior or a name, and not of type {type(prior).__name__}")
    also = [name for name, value in given.items() if value is not None]
    if also:
        raise PriorError(f"the Prior given has a value of {also[0]} already: leave out {also[0]}, or name the prior")
    return prior
