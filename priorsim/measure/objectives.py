"""Objectives: what fitting programs whose root is a search search for (docs/measures.md).

The objective of `(find (c) body)` or `(argmax (c) body)` is the body's table: its word for every candidate in
every lane. The census counts them (census/root_searches.py); exact.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.recurrence import kraft_sum
from priorsim.census.root_searches import RootSearches, count_root_searches
from priorsim.measure import keys
from priorsim.measure.histogram import acceptable, check_world
from priorsim.measure.mass import exact_mass
from priorsim.worlds.world import World


class ObjectivesAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim objectives --json` prints."""

    world: keys.World
    description: keys.About
    train: keys.Train
    lanes: keys.Lanes
    dialect: keys.Dialect
    word_bits: keys.WordBits
    depth: Annotated[int, keys.says("how many binders a program nests at most")]
    bound_bits: keys.BoundBits
    number: Annotated[int, keys.says("how many objectives")]
    programs: Annotated[int, keys.says("how many programs fit and have a search at the root")]
    log2_mass: keys.Log2Mass
    exact_mass: keys.ExactMass
    by_bits: Annotated[tuple[tuple[int, int], ...], keys.says("`[bits, programs]`, of the lengths that have any")]


def objectives(
    header: AtlasHeader,
    worlds: Sequence[World],
    *,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> list[RootSearches]:
    """The objectives of worlds on one domain, all counted in one pass, whatever the number of threads.

    `progress` is called in bodies; those of the length under way count as not done. WorldError where a world's domain
    is not the header's, CensusError where the bound is beyond what is exact.
    """
    for world in worlds:
        check_world(header, world)
    choices = [partial(acceptable, world=world, lanes=world.train) for world in worlds]
    return count_root_searches(header, choices, workers=workers, progress=progress)


def objectives_answer(found: RootSearches, header: AtlasHeader, world: World) -> ObjectivesAnswer:
    """The objectives of a world, of programs as the header says."""
    log2, exact = keys.of_mass(exact_mass(kraft_sum(found.programs)))
    return ObjectivesAnswer(
        world=world.name,
        description=world.description,
        train=world.train,
        lanes=len(world.domain.lanes),
        dialect=header.language.dialect.name,
        word_bits=header.language.word_bits,
        depth=header.language.depth,
        bound_bits=header.max_bits,
        number=sum(found.tables),
        programs=sum(found.programs),
        log2_mass=log2,
        exact_mass=exact,
        by_bits=tuple((bits, number) for bits, number in enumerate(found.programs) if number),
    )
