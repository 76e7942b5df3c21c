"""What stands beside a class of which the bound holds no program: the length of a table, and a bound to try next."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

import msgspec

from priorsim.census.atlas import MAX_BITS, AtlasHeader
from priorsim.measure import keys
from priorsim.worlds.world import World

NEXT_SECONDS = 10.0
"""The bound to try next takes so many seconds at most, roughly, where one does."""
NEXT_STEP = 2
"""Where none does it is so many bits above the bound, and takes longer."""
MOST_SECONDS = 86400.0
"""What takes longer than a day is not offered."""


class Further(msgspec.Struct, frozen=True):
    """What to look at where the bound holds no program of a class."""

    table_bits: Annotated[
        int | None,
        keys.says(
            "the length of the shortest table of the answers, `(data (y0 y1 ..) x (m) m)`, that fits: direct code with "
            "data; null where no single column distinguishes the training lanes"
        ),
    ]
    max_bits: Annotated[
        int | None, keys.says("the bound to try next, with --max-bits; null where it would take more than a day")
    ]
    seconds: Annotated[
        float | None,
        keys.says("what that takes on two cores, roughly; words of more than 6 bits may take many times as long"),
    ]


def further(world: World, header: AtlasHeader) -> Further:
    """The table's length, and the largest bound that takes NEXT_SECONDS or, beyond these, NEXT_STEP bits more."""
    table, bound = shortest_table(world, header), next_bound(header)
    seconds = None if bound is None else float(f"{_seconds(header, bound):.2g}")
    return Further(table, bound, seconds)


def shortest_table(world: World, header: AtlasHeader) -> int | None:
    """The length of the shortest (data (y0 y1 ..) x (m) m) that fits the world, of any column x; None where none does.

    It has 2^k entries, for a k of 1 to w, and fits where training lanes with the same last k bits of x share an
    acceptable word. No index is shorter than a column and no body shorter than m; one of fewer entries with a longer
    index or body may be shorter still.
    """
    from priorsim.measure.data import table_bits

    language, domain = header.language, world.domain
    sizes = [2**k for k in range(1, language.word_bits + 1)]
    found = []
    for column in range(len(domain.columns)):
        words = [domain.lanes[lane][column] for lane in world.train]
        size = next((size for size in sizes if _is_told(world, [word % size for word in words])), None)
        found += [] if size is None else [table_bits(language, size, column)]
    return min(found, default=None)


def _is_told(world: World, entries: Iterable[int]) -> bool:
    """Whether all training lanes that read the same entry share an acceptable word."""
    shared: dict[int, frozenset[int]] = {}
    for lane, entry in zip(world.train, entries, strict=True):
        shared[entry] = shared.get(entry, world.acceptable[lane]) & world.acceptable[lane]
    return all(shared.values())


def next_bound(header: AtlasHeader) -> int | None:
    """The bound to try next; None where it would take more than MOST_SECONDS, or no atlas goes so far."""
    bound = header.max_bits + NEXT_STEP
    while bound < MAX_BITS and _seconds(header, bound + 1) <= NEXT_SECONDS:
        bound += 1
    return bound if bound <= MAX_BITS and _seconds(header, bound) <= MOST_SECONDS else None


def _seconds(header: AtlasHeader, bound: int) -> float:
    from priorsim.census.effort import question_seconds

    return question_seconds(replace(header, max_bits=bound))
