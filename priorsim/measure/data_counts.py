"""Programs with data that fit a world, as counts, and what a prior makes of them (docs/measures.md).

The count is complete up to a bound on *code bits*, those of header, index and body, whatever the payload. Counts are
Python integers; masses are exact where the prior is dyadic, like all others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from priorsim.census.atlas import AtlasHeader
from priorsim.census.recurrence import CODE_ONLY_MASS
from priorsim.census.segments.terms import code_mass
from priorsim.formats import format_csv
from priorsim.measure.histogram import DIRECT, DISGUISED, SEARCH, Cells
from priorsim.measure.lengths import least_length
from priorsim.measure.mass import (
    Interval,
    Mass,
    check_convergence,
    exact_mass,
    joined,
    log_odds,
    mass,
)
from priorsim.priors import Prior
from priorsim.storage import begins_with
from priorsim.worlds.world import World

DATA_CLASSES: Mapping[str, tuple[int, bool]] = {
    "direct": (DIRECT, False),
    "table": (DIRECT, True),
    "disguised": (DISGUISED, False),
    "disguised-with-data": (DISGUISED, True),
    "search": (SEARCH, False),
    "hybrid": (SEARCH, True),
}
"""The classes by name: number of the class by lesion, and whether the program uses its data."""

_COLUMNS = ("class", "bits", "steps", "searches", "faithful", "count")


@dataclass(frozen=True, slots=True, eq=False)
class DataCounts:
    """The programs with data that fit a world, of at most so many code bits and a payload of any size.

    Attributes
    ----------
    header : AtlasHeader
        Language and domain; its bound is that on code bits.
    world : World
    unused, used : Cells
        Programs that do not use their data, and those that do, by class, length (payload included), steps,
        searches and whether they are right on the held-out lanes too. Counts are Python integers; `essential`
        is not told.
    unclassed : dict
        By length, fitting programs whose class and use of the data were not determined, as too many entries depend
        on each other: part of the mass that was not explored.
    """

    header: AtlasHeader
    world: World
    unused: Cells
    used: Cells
    unclassed: dict[int, int]

    @property
    def code_bits(self) -> int:
        """The bound on header, index and body together."""
        return self.header.max_bits

    def cells(self, *, uses_data: bool) -> Cells:
        """The cells of programs that use their data, or of the others."""
        return self.used if uses_data else self.unused

    def of(self, name: str) -> Cells:
        """The cells of one of DATA_CLASSES."""
        kind, uses_data = DATA_CLASSES[name]
        return self.cells(uses_data=uses_data).of([kind])

    def masses(self, prior: Prior) -> dict[str, Mass]:
        """The mass of each of DATA_CLASSES.

        Raises
        ------
        PriorError
            When the sum over all programs diverges.
        """
        check_convergence(self.header.language, prior)
        return {name: mass(self.of(name), self.header, prior) for name in DATA_CLASSES}

    def log_odds(self, prior: Prior) -> Interval:
        """log2(M_search / M_direct) among programs with data, in bits: hybrids join search, tables direct code.

        An interval, as always, with the disguised programs on either side.
        """
        by_name = self.masses(prior)
        pairs = (("direct", "table"), ("disguised", "disguised-with-data"), ("search", "hybrid"))
        return log_odds(tuple(joined((by_name[unused], by_name[used]), (0, 1)) for unused, used in pairs))

    def l_min(self, names: Sequence[str]) -> Interval:
        """The least length of some classes together, in bits.

        Up to the bound on code bits it is known. A longer program owes its length to its payload, and code of that
        length was not exhausted: then the interval from behind the bound on, or from a shorter program of which the
        class is not known. The upper end is None where no program was found.
        """
        least = min((bits for name in names for bits in self.of(name).bits.tolist()), default=None)
        known = min([self.code_bits + 1, *self.unclassed])
        return least_length(least, known)

    @property
    def unclassed_mass(self) -> Fraction:
        """Sum of 2^-l over the programs that were not classed."""
        return sum((Fraction(count, 2**bits) for bits, count in self.unclassed.items()), Fraction(0))

    def to_json(self, prior: Prior) -> dict[str, Any]:
        """Everything under a prior as JSON values, by the keys in docs/measures.md."""
        language, odds = self.header.language, self.log_odds(prior)
        explored = code_mass(language, self.code_bits) - self.unclassed_mass
        by_name = self.masses(prior)
        return {
            "world": self.world.name,
            "description": self.world.description,
            "train": list(self.world.train),
            "lanes": len(self.world.domain.lanes),
            "prior": prior.to_json(),
            "dialect": language.dialect.name,
            "word_bits": language.word_bits,
            "code_bits": self.code_bits,
            "classes": {name: self._class_to_json(name, by_name[name], prior) for name in DATA_CLASSES},
            "log_odds": odds.to_json(),
            "l_min_direct": self.l_min(["direct", "table"]).to_json(),
            "l_min_search": self.l_min(["search", "hybrid"]).to_json(),
            "unclassed": {
                "programs": str(sum(self.unclassed.values())),
                "log2_mass": exact_mass(self.unclassed_mass).to_json()["log2_mass"],
                "by_bits": {str(bits): str(count) for bits, count in sorted(self.unclassed.items())},
            },
            "explored": {"explored": str(explored), "unexplored": str(CODE_ONLY_MASS - explored)},
            "unexplored": float(CODE_ONLY_MASS - explored),
        }

    def _class_to_json(self, name: str, whole: Mass, prior: Prior) -> dict[str, Any]:
        cells = self.of(name)
        faithful = mass(cells.take(cells.faithful), self.header, prior)
        share = 2.0 ** (faithful.log2 - whole.log2) if cells.programs and whole.log2 > float("-inf") else None
        return {
            "programs": str(cells.programs),
            **whole.to_json(),
            "faithful_share": share,
            "l_min": self.l_min([name]).to_json(),
        }


def is_data_counts(path: Path) -> bool:
    """Whether a file is the CSV of counts of programs with data."""
    return begins_with(path, f"{','.join(_COLUMNS)}\n")


def format_data_counts(counts: DataCounts) -> str:
    """All cells as CSV; programs that were not classed have no class, steps, searches and faithfulness."""
    rows: list[tuple[Any, ...]] = []
    for name in DATA_CLASSES:
        cells = counts.of(name)
        columns = (cells.bits, cells.steps, cells.searches, cells.faithful.astype(int), cells.count)
        rows += [(name, *values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    rows += [(None, bits, None, None, None, count) for bits, count in sorted(counts.unclassed.items())]
    return format_csv(_COLUMNS, rows)
