"""Code and programs with data of one world, weighed together (docs/measures.md, "Code and data together").

Two bounds stand behind every number: code-only programs are counted up to B bits, programs with data up to C bits of
header, index and body with a payload of any size. Lengths say how far both are complete; masses are exact as ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from priorsim.census.segments.terms import code_mass, segments
from priorsim.errors import CensusError, WorldError
from priorsim.measure.convergence import explored
from priorsim.measure.data_counts import DataCounts
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Histogram
from priorsim.measure.lengths import difference, least_length
from priorsim.measure.mass import (
    ENDS,
    End,
    Interval,
    Mass,
    check_convergence,
    exact_mass,
    log_odds,
    mass,
    shares,
)
from priorsim.mu.interpreter import Accounting
from priorsim.priors import Prior

Part = tuple[int, bool]
"""A class by lesion, and whether its programs use a data segment; what does not use its data counts as code."""

JOINT_CLASSES: Mapping[str, tuple[Part, ...]] = {
    "direct": ((DIRECT, False),),
    "table": ((DIRECT, True),),
    "disguised": ((DISGUISED, False), (DISGUISED, True)),
    "search": ((SEARCH, False),),
    "hybrid": ((SEARCH, True),),
}
"""The classes of the definition: a table is direct and a hybrid searches; a disguised program stays disguised."""

CODE, DATA = (False,), (True,)
"""Programs that do without a data segment, and those that use one."""


@dataclass(frozen=True, slots=True)
class JointCounts:
    """The code-only programs and the programs with data that fit one world.

    Attributes
    ----------
    code : Histogram
        Code alone, up to B bits; classes by lesion.
    data : DataCounts
        Programs with data, up to C code bits.
    """

    code: Histogram
    data: DataCounts

    def mass(self, parts: tuple[Part, ...], prior: Prior) -> Mass:
        """What these parts weigh together."""
        total = exact_mass(Fraction(0))
        for kind, uses_data in parts:
            total = total + mass(self.data.cells(uses_data=uses_data).of([kind]), self.data.header, prior)
            if not uses_data:
                total = total + mass(self.code.cells.of([kind]), self.code.header, prior)
        return total

    def programs(self, parts: tuple[Part, ...]) -> int:
        """How many programs these parts have."""
        return sum(
            self.data.cells(uses_data=uses).of([kind]).programs + (0 if uses else self.code.cells.of([kind]).programs)
            for kind, uses in parts
        )

    def log_odds(self, prior: Prior, uses: tuple[bool, ...] = (False, True)) -> Interval:
        """log2(M_search / M_direct) in bits, the disguised programs on either side.

        Of all programs: then tables stand with direct code and hybrids with search; or of `CODE` or `DATA` alone.
        """
        kinds = (DIRECT, DISGUISED, SEARCH)
        return log_odds(tuple(self.mass(tuple((kind, each) for each in uses), prior) for kind in kinds))

    def exhausted(self, parts: tuple[Part, ...]) -> int:
        """The length up to which every program of these parts is counted and classed, in bits.

        A program with data that was not counted has more than C code bits and the least payload, at least.
        """
        bounds = [self.data.code_bits + segments(self.data.header.language)[0].payload]
        bounds += [bits - 1 for bits in self.data.unclassed]
        if any(not uses_data for _, uses_data in parts):
            bounds.append(self.code.max_bits)
        return min(bounds)

    def l_min(self, parts: tuple[Part, ...]) -> Interval:
        """The least length of these parts together, in bits.

        Known up to where all of them are exhausted; beyond, the interval from there on to the shortest program that
        was found, None where none was.
        """
        lengths = [self.data.cells(uses_data=uses).of([kind]).bits.min(initial=255) for kind, uses in parts]
        lengths += [self.code.cells.of([kind]).bits.min(initial=255) for kind, uses in parts if not uses]
        found = int(min(lengths))
        return least_length(None if found == 255 else found, self.exhausted(parts) + 1)

    def l_min_sides(self, end: End) -> tuple[Interval, Interval]:
        """L_min of the direct and of the search side at one end, with and without data."""
        direct, search = (
            self.l_min(tuple((kind, uses) for kind in kinds for uses in (False, True)))
            for kinds in (end.direct, end.search)
        )
        return direct, search

    def delta_l(self, end: End) -> Interval:
        """L_min(direct) - L_min(search) at one end, in bits: as wide as both lengths are uncertain."""
        return difference(*self.l_min_sides(end))

    def to_json(self, prior: Prior) -> dict[str, Any]:
        """Everything under a prior as JSON values, by the keys in docs/measures.md.

        Raises
        ------
        PriorError
            When the sum over all programs diverges.
        """
        check_convergence(self.data.header.language, prior)
        by_name = {name: self.mass(parts, prior) for name, parts in JOINT_CLASSES.items()}
        parts = shares(tuple(by_name.values())) or (None,) * len(by_name)
        language, code_bits = self.data.header.language, self.data.code_bits
        counted = explored(self.code.header).explored + code_mass(language, code_bits) - self.data.unclassed_mass
        sides = {end.name: self.l_min_sides(end) for end in ENDS}
        return {
            "bound_bits": self.code.max_bits,
            "classes": {
                name: {
                    "programs": str(self.programs(JOINT_CLASSES[name])),
                    **whole.to_json(),
                    "share": share,
                    "l_min": self.l_min(JOINT_CLASSES[name]).to_json(),
                }
                for (name, whole), share in zip(by_name.items(), parts, strict=True)
            },
            "log_odds": self.log_odds(prior).to_json(),
            "log_odds_code": self.log_odds(prior, CODE).to_json(),
            "log_odds_data": self.log_odds(prior, DATA).to_json(),
            "l_min_direct": {name: direct.to_json() for name, (direct, _) in sides.items()},
            "l_min_search": {name: search.to_json() for name, (_, search) in sides.items()},
            "delta_l": {end.name: self.delta_l(end).to_json() for end in ENDS},
            "explored": {"explored": str(counted), "unexplored": str(1 - counted)},
            "unexplored": float(1 - counted),
        }


def join_counts(code: Histogram, data: DataCounts) -> JointCounts:
    """The code-only programs and the programs with data of one world together.

    Raises
    ------
    WorldError
        When they are of different worlds.
    CensusError
        When they are of different languages, accountings or ways to class.
    """
    check_joinable(code)
    if code.world.task != data.world.task:
        raise WorldError(f"code was counted for {code.world.name}, programs with data for {data.world.name}: take one")
    if code.header.language != data.header.language:
        raise CensusError("the atlas and the programs with data are of two languages: count both in one")
    return JointCounts(code, data)


def check_joinable(code: Histogram) -> None:
    """Raise CensusError unless code is counted as programs with data are: all steps of all lanes, classes by lesion."""
    if code.header.accounting is not Accounting.TOTAL:
        raise CensusError(
            f"the atlas counts steps as '{code.header.accounting}', programs with data as 'total': make an atlas with "
            "--accounting total"
        )
    if code.class_by != "lesion":
        raise CensusError(f"code is classed by {code.class_by}, programs with data by lesion: class both by lesion")
