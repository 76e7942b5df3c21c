"""Plain text for lists of worlds and for one world; light, so that the command that prints it is quick."""

from collections.abc import Iterable

from priorsim.terminal import fitted, format_table
from priorsim.worlds import Family, World


def worlds_text(worlds: Iterable[World]) -> str:
    """Worlds, a line each."""
    rows = [
        (world.name, world.family, world.dialect, world.domain.word_bits, len(world.domain.lanes), world.description)
        for world in worlds
    ]
    return format_table(rows, head=("world", "family", "dialect", "bits", "lanes", "description"))


def family_text(family: Family) -> str:
    """A family: what it is, its knobs, and its members."""
    knobs = format_table([(knob.name, knob.description) for knob in family.knobs], head=("knob", "what it may be"))
    return f"{fitted(f'{family.name}: {family.description}')}\n\n{knobs}\n\n{worlds_text(family.members())}"


def world_text(world: World) -> str:
    """One world: what it is, and its lanes."""
    rows = []
    for lane, words in enumerate(world.domain.lanes):
        right = "|".join(map(str, sorted(world.acceptable[lane])))
        rows.append((lane, *words, right, "train" if lane in world.train else "held out"))
    told = fitted(
        f"{world.name}: {world.description or 'no description'}\n"
        f"family {world.family}; dialect {world.dialect}; words of {world.domain.word_bits} bits"
    )
    return f"{told}\n\n{format_table(rows, head=('lane', *world.domain.columns, 'output', ''))}"
