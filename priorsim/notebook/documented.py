"""The sections that docstrings of questions have in common: a line such as {world} stands for what is said here."""

import re
from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])
_PLACE = re.compile(r"^    \{(\w+)\}$", re.MULTILINE)

SHARED = {
    "world": """world : World, str or path
        The world, its name, or a file that holds it (docs/worlds.md).""",
    "atlas": """atlas : Atlas, StoredAtlas, str or path, optional
        The census in memory, as an open file, or by the name of its file. By default the census of the world comes from
        the cache of atlases, where it is counted once, up to a bound that takes seconds.""",
    "needed_atlas": """atlas : Atlas, StoredAtlas, str or path
        The census in memory, as an open file, or by the name of its file.""",
    "ax": (
        "ax : matplotlib.axes.Axes, optional\n"
        "        The axes to draw into. By default a new figure is made, which is the attribute `figure` of the axes "
        "returned."
    ),
    "prior": """prior : Prior or str, default "solomonoff"
        The prior or its name (docs/measures.md lists the names).""",
    "penalties": """beta, gamma, lam, tax, cap : float, optional
        Parameters of a prior that is given by its name, in place of its own: bits for each bit of length, bits for each
        doubling of the mean steps a lane, bits for each step, bits for each search node, and the most mean steps a
        lane.""",
    "penalties_over_gamma": """beta, lam, tax, cap : float, optional
        Parameters of a prior that is given by its name, in place of its own: bits for each bit of length, bits for each
        step, bits for each search node, and the most mean steps a lane. The figure is over the price of time.""",
    "train": """train : iterable of int or str, optional
        The training lanes by their numbers, from 0, or as a text such as "0-3,8". By default those of the world.""",
    "class_by": """class_by : {"lesion", "form"} or callable, default "lesion"
        What decides the class of a program. A function is given the rows of an atlas and returns an array of shape
        (rows,): True for search and False for direct code, or the names of the classes (docs/own-class.md).""",
    "max_bits": """max_bits : int, optional
        The bound in bits, by default that of the atlas. Beyond the bound of the atlas programs are counted for this
        world alone.""",
    "max_bits_or_alone": """max_bits : int, optional
        The bound in bits, by default that of the atlas. Beyond the bound of the atlas programs are counted for this
        world alone. A wide world needs `max_bits`, and takes no atlas.""",
    "smaller_max_bits": """max_bits : int, optional
        A bound in bits that is smaller than that of the atlas, which is the default.""",
    "gamma": """gamma : float, default 0
        The price of time: the bits that each doubling of the mean steps a lane costs.""",
    "WorldError": """WorldError
        If there is no such world or lane, or the world is on another domain than the atlas.""",
    "AtlasError": """AtlasError
        If the atlas is no census, or its file is missing, damaged or made by other code.""",
}
"""Entries of parameters and errors by the names of their places, indented as they stand there."""


def documented(function: F) -> F:
    """The function with the entries of SHARED in its docstring; without docstrings, as under python -OO, as it was.

    >>> @documented
    ... def ask(world):
    ...     '''Ask.
    ...
    ...     Parameters
    ...     ----------
    ...     {world}
    ...     '''
    >>> "world : World, str or path" in ask.__doc__
    True
    """
    if function.__doc__ is not None:
        function.__doc__ = _PLACE.sub(lambda place: f"    {SHARED[place[1]]}", function.__doc__)
    return function
