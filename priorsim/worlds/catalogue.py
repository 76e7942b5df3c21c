"""The named worlds and the families, and finding a world by name, in a family or in a file."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from priorsim.errors import WorldError
from priorsim.reading import did_you_mean, is_standard_input, quoted
from priorsim.worlds.bayes import BAYES
from priorsim.worlds.constant import CONSTANT, constant_worlds
from priorsim.worlds.family import Family
from priorsim.worlds.files import FILE_SUFFIXES, load_world
from priorsim.worlds.forward_inverse import FORWARD, INVERSE
from priorsim.worlds.in_context import IN_CONTEXT
from priorsim.worlds.one_column import one_column_worlds
from priorsim.worlds.proxy import PROXY
from priorsim.worlds.video import VIDEO
from priorsim.worlds.world import World

_FAMILIES = (IN_CONTEXT, VIDEO, INVERSE, FORWARD, CONSTANT, PROXY, BAYES)

_HIDDEN = (
    ("in-context", "root-w4", "w4-squares-square-product-r4-q4", ""),
    ("in-context", "root-sum-w4", "w4-squares-square-sum-r4-q4", ""),
    ("in-context", "root-power-w4", "w4-squares-square-power-r4-q4", ""),
    ("in-context", "next-w4", "w4-squares-next-product-r4-q4", ""),
    ("in-context", "next-power-w4", "w4-squares-next-power-r4-q4", ""),
    ("in-context", "times5-w4", "w4-squares-times5-product-r4-q4", "o = 5 r (inverted by a product), answer r q"),
    ("in-context", "negated-w2", "w2-words-negated-product-r4-q4", ""),
    ("in-context", "next-w2", "w2-words-next-product-r4-q4", ""),
    ("in-context", "gray-w2", "w2-words-gray-product-r4-q4", "o = the Gray code of r (dear in arith), answer r q"),
    ("in-context", "gray-w4", "w4-patterns-gray-either-r4-q4", ""),
    ("in-context", "gray-mask-w4", "w4-patterns-gray-both-r4-q4", ""),
    ("in-context", "complement-w4", "w4-patterns-complement-both-r4-q4", "o = r complemented (cheap), answer r and q"),
    ("in-context", "two-views-w3", "w3-views-squarecube-product-r4-q4", "o1 = r r and o2 = r r r, answer r q"),
    ("in-context", "two-views-sum-w3", "w3-views-squarecube-sum-r4-q4", "o1 = r r and o2 = r r r, answer r + q"),
    ("video", "ratio-w4", "w4-odds-ratio-r4-f4", ""),
    ("video", "growth-w4", "w4-odds-growth-r4-f4", ""),
    ("video", "drift-w2", "w2-words-drift-r4-f4", ""),
    ("video", "swing-w2", "w2-words-swing-r4-f4", ""),
)
"""Named worlds with a hidden rule: family, name, the member that each is, and what else is said of it."""


@cache
def catalogue() -> Mapping[str, World]:
    """Every named world by its name, group by group; read-only.

    Returns
    -------
    mapping of str to World

    Examples
    --------
    >>> catalogue()["isqrt-w3"].acceptable[7]
    frozenset({2})
    """
    members = ((f"{of}-{name}", family(of).member(f"{of}.{member}"), told) for of, name, member, told in _HIDDEN)
    hidden = (replace(world, name=name, description=told or world.description) for name, world, told in members)
    worlds = chain(one_column_worlds(), hidden, constant_worlds())
    return MappingProxyType({world.name: world for world in worlds})


def families() -> tuple[Family, ...]:
    """All families of worlds, in the order in which they are listed.

    Returns
    -------
    tuple of Family

    Examples
    --------
    >>> [family.name for family in families()]
    ['in-context', 'video', 'inverse', 'forward', 'constant', 'proxy', 'bayes']
    """
    return _FAMILIES


def family(name: str) -> Family:
    """The family of worlds of that name.

    Parameters
    ----------
    name : str
        One of the names that `priorsim worlds` lists.

    Returns
    -------
    Family

    Raises
    ------
    WorldError
        If there is no such family.

    Examples
    --------
    >>> family("constant").member("constant.w16-16203").behaviour
    16203
    """
    known = {each.name: each for each in _FAMILIES}
    if name not in known:
        raise WorldError(f"unknown family {quoted(name)}: choose one of {', '.join(known)}")
    return known[name]


def find_world(name_or_path: str) -> World:
    """The named world, the member of a family, or the one in a .csv or .toml file or on standard input, ``-``.

    WorldError says that there is no such name, that a knob in it stands where it cannot, or that the file is malformed;
    DomainError that a file's lanes are outside what the language allows.

    >>> find_world("isqrt-w44")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    priorsim.errors.WorldError: unknown world 'isqrt-w44': did you mean isqrt-w4 or isqrt-w3...
    """
    named = catalogue().get(name_or_path)
    if named is not None:
        return named
    if is_standard_input(name_or_path) or Path(name_or_path).suffix.lower() in FILE_SUFFIXES:
        return load_world(name_or_path)
    for family in _FAMILIES:
        if name_or_path.startswith(f"{family.name}."):
            return family.member(name_or_path)
    hint = did_you_mean(name_or_path, catalogue())
    raise WorldError(
        f"unknown world {quoted(name_or_path)}: {hint}'priorsim worlds' lists all names, "
        "and with --family a family's; a .csv or .toml file is a world too"
    )
