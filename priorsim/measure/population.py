"""All behaviours of a census as one population: each with both classes counts once, whatever it weighs.

What is kept is, for each behaviour, the mass and the least length of each class. Masses are integers, sums of 2^(B - l)
with B the bound: their total is below 2^B by Kraft's inequality, so a float64 holds them exactly up to MOST_BITS.
Log-odds are float64 from them; whether they are above 0 is exact.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.stored import Counted, cut
from priorsim.errors import CensusError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.histogram import CLASSES, DIRECT, I64, SEARCH, ClassBy, Mask
from priorsim.measure.mass import ENDS, End, Share
from priorsim.measure.standings import Standings, standings
from priorsim.measure.values import at_end, least_at_end
from priorsim.priors import F64
from priorsim.storage import begins_with

MOST_BITS = 53
"""Masses are exact up to this bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The behaviours that have a direct and a search program within the bound B; arrays have shape (behaviours,).

    Of all behaviours that the census has up to the bound, so many have a direct, and a search program.
    """

    header: AtlasHeader
    class_by: ClassBy
    members: Standings
    of_behaviours: int
    with_direct: int
    with_search: int

    def __len__(self) -> int:
        return len(self.members)

    def log_odds(self, end: End) -> F64:
        """log2(M_search / M_direct) under 2^-l at one end, in bits."""
        direct, search = map(np.log2, at_end(self.members.mass[:, 0], end))
        odds: F64 = search - direct
        return odds

    def delta_l(self, end: End) -> I64:
        """L_min(direct) - L_min(search) at one end, in bits."""
        direct, search = least_at_end(self.members.least, end)
        lengths: I64 = (direct - search).astype(np.int64)
        return lengths

    def conditions(self, end: End) -> dict[str, Mask]:
        """Where Delta L, B_search - B_direct and the log-odds are above 0 at one end.

        Exact: floats are compared that hold the integers.
        """
        masses, lengths = at_end(self.members.mass[:, 0], end), least_at_end(self.members.least, end)
        bonuses = [np.ldexp(mass, bits.astype(np.int64)) for mass, bits in zip(masses, lengths, strict=True)]
        (direct, search), (direct_bits, search_bits) = masses, lengths
        above = (direct_bits > search_bits, bonuses[1] > bonuses[0], search > direct)
        return dict(zip(Support.__struct_fields__, above, strict=True))

    def support(self, end: End) -> "Support":
        """The share of behaviours in which each condition holds at one end; None where there are none."""
        held = self.conditions(end).values()
        return Support(*(Fraction(int(each.sum()), len(self)) if len(self) else None for each in held))

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, by the keys of `PopulationAnswer`."""
        return PopulationAnswer(
            bound_bits=self.header.max_bits,
            language=keys.Language.of(self.header),
            class_by=self.class_by,
            behaviours=BehaviourCounts(self.of_behaviours, self.with_direct, self.with_search, len(self)),
            support=keys.at_ends(self.support),
            log_odds=keys.at_ends(self._spread),
        ).to_json()

    def _spread(self, end: End) -> "Spread | None":
        odds = self.log_odds(end)
        return Spread(float(odds.min()), float(np.median(odds)), float(odds.max())) if len(odds) else None

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each behaviour, hexadecimal: L_min and mass by class, Delta L and log-odds at both ends.

        Masses are integers, in units of 2^-B; a class without a program has an empty length.
        """
        members = self.members
        of_ends = [self.delta_l(end).tolist() for end in ENDS] + [self.log_odds(end).tolist() for end in ENDS]
        columns = (members.words.tolist(), members.least.tolist(), members.mass[:, 0].tolist(), *of_ends)
        rows = [
            [f"{behaviour:x}", *(int(bits) if isfinite(bits) else None for bits in lengths), *map(int, masses), *rest]
            for behaviour, lengths, masses, *rest in zip(*columns, strict=True)
        ]
        return _HEAD, rows


class BehaviourCounts(msgspec.Struct, frozen=True):
    """How many the census has, how many have a direct, a search program, and both."""

    all: int
    with_direct: int
    with_search: int
    population: int


class Support(msgspec.Struct, frozen=True):
    """The shares in which each is above 0."""

    delta_l: Share | None
    bonus_difference: Share | None
    log_odds: Share | None


class Spread(msgspec.Struct, frozen=True):
    """Of all behaviours."""

    least: float
    median: float
    most: float


class PopulationAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim population --json` prints."""

    bound_bits: keys.BoundBits
    language: keys.Language
    class_by: keys.ClassBy
    behaviours: BehaviourCounts
    support: Annotated[
        keys.Ends[Support],
        keys.says(
            "the share in which Delta L, B_search - B_direct, and the log-odds are above 0; null where it is empty"
        ),
    ]
    log_odds: Annotated[keys.Ends[Spread | None], keys.says("null where the population is empty")]


_HEAD = (
    "behaviour",
    *(f"{what}_{name}" for what in ("l_min", "mass") for name in CLASSES),
    *(f"{what}_{end.name}" for what in ("delta_l", "log_odds") for end in ENDS),
)


def is_population(path: Path) -> bool:
    """Whether a file is the CSV of a population."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def population(atlas: Counted, *, max_bits: int | None = None, class_by: ClassBy = "lesion") -> Population:
    """All behaviours of a census, read batch by batch, that have a direct and a search program.

    In a language without find and argmax disguised programs count as search: they are its only search. For a smaller
    bound than the atlas's the population is found anew. CensusError where it is above the atlas's, or
    above MOST_BITS.
    """
    atlas = cut(atlas, max_bits)
    bound = atlas.header.max_bits
    if bound > MOST_BITS:
        raise CensusError(f"masses up to {bound} bits are not exact: ask for a bound of at most {MOST_BITS}")
    found = standings(atlas, class_by=class_by)
    if not atlas.header.language.has_search:
        found = found.disguised_as_search()
    with_direct, with_search = (np.isfinite(found.least[:, kind]) for kind in (DIRECT, SEARCH))
    members, numbers = found.take(with_direct & with_search), (int(with_direct.sum()), int(with_search.sum()))
    return Population(atlas.header, class_by, members, len(found), *numbers)
