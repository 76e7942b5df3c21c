"""The order in which the levels of a quotient census are made by many: waves of levels that do not need each other.

A *level* is the terms of one length under one number of binders. Every operator adds some bits to its operands, so a
level needs only levels that are shorter by as much, and several lengths in a row can be made at once. A *wave* is all
levels that need nothing but levels of the waves before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.stores import Reach, has_mixed, row_widths
from priorsim.shards import identity_of

Step = tuple[int, int]
"""Binders and length of a level."""


class Source(NamedTuple):
    """Where the levels of the waves `first` to `after` are: in one shard, or in one for each of so many groups."""

    first: int
    after: int
    groups: int


@dataclass(frozen=True)
class Plan:
    """The waves of a census, in their order."""

    header: AtlasHeader

    @cached_property
    def reach(self) -> Reach:
        """How far classes are needed."""
        return Reach.of(self.header.language, self.header.max_bits)

    @cached_property
    def census(self) -> str:
        """The digest of what is counted."""
        return identity_of(engine="quotient", census=self.header.to_json())

    @cached_property
    def waves(self) -> list[list[Step]]:
        """Every level, in the first wave in which it can be made."""
        made = [0] * len(self.reach.longest)
        found: list[list[Step]] = []
        while wave := [step for depth in range(len(made)) for step in self._ready(depth, made)]:
            found.append(wave)
            for depth, length in wave:
                made[depth] = length
        return found

    def _ready(self, depth: int, made: Sequence[int]) -> Iterator[Step]:
        """The next levels under so many binders that need no more than what is made."""
        for length in range(made[depth] + 1, self.reach.longest[depth] + 1):
            needs = self.needs((depth, length))
            if any(made[place] < longest for place, longest in needs.items()):
                return
            yield depth, length

    def needs(self, step: Step) -> dict[int, int]:
        """Up to which length a level needs terms, by number of binders."""
        (depth, length), reach = step, self.reach
        needs = {depth: min(length - reach.adds[depth], reach.stored[depth])}
        if depth < len(reach.closing):
            needs[depth + 1] = length - reach.closing[depth]
        if not self.is_kept(step) and "iter" in reach.costs[depth - 1]:
            # Bodies are closed where they are made, over all numbers and starts that fit beside them.
            beside = length + reach.costs[depth - 1]["iter"] + reach.shortest[depth - 1]
            needs[depth - 1] = reach.longest[depth - 1] - beside
        return needs

    def identity(self, task: str, *place: int) -> str:
        """The digest of all that decides what a task makes, by its kind and its place among others of the kind."""
        return identity_of(census=self.census, **{task: place})

    def widths(self, depth: int) -> list[int]:
        """Words of the kinds of rows under so many binders."""
        kinds = (False, True) if has_mixed(depth, self.header.language) else (False,)
        return [row_widths(depth, mixed, self.header)[1] for mixed in kinds]

    def is_kept(self, step: Step) -> bool:
        """Whether a level's classes are kept; else they are bodies, and closed."""
        depth, length = step
        return depth == 0 or length <= self.reach.stored[depth]

    def targets(self, wave: Iterable[Step]) -> list[Step]:
        """The levels to which bodies of a wave may give rows, in order."""
        bodies = [step for step in wave if not self.is_kept(step)]
        found = {
            (depth - 1, target)
            for depth, length in bodies
            for target in range(length + 1, self.reach.longest[depth - 1] + 1)
        }
        return sorted(found)

    def is_operand(self, step: Step) -> bool:
        """Whether a level's classes are needed to make longer ones."""
        return step[1] <= self.reach.stored[step[0]]
