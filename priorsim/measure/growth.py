"""What comes first as worlds get more complex: the share of worlds whose cheapest program searches (docs/measures.md).

At a price of time gamma a program of l bits and t mean steps a lane costs l + gamma log2 t. A world's complexity is
the least cost of any program that fits it. As t is at least 1, no program costs less than its length: a census to B
bits holds every program that costs up to B. So the complexity of every world of up to B bits is exact, and every
program that attains it is known. Under the amortised accounting t may be less than 1, and this holds at gamma = 0
alone. Only search's share of the mass depends on the bound. A census is read batch by batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U64, AtlasHeader, Rows
from priorsim.census.stored import Counted, cut
from priorsim.errors import CensusError
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.binning import bin_width, binned, narrow_bins, number_of_bins
from priorsim.measure.first_programs import FirstPrograms, first_programs
from priorsim.measure.histogram import CLASSES, I64, ClassBy, Mask, check_world, histogram, kinds_of
from priorsim.measure.mass import ENDS
from priorsim.measure.standings import CUTS, Standings, check_time_price, costs, gathered
from priorsim.measure.trend import Trend, trend
from priorsim.measure.values import at_end, least_at_end, log2_odds, quotient
from priorsim.priors import F64, Prior, named_prior
from priorsim.storage import begins_with
from priorsim.table import Table
from priorsim.worlds.world import World

MOST_PROGRAMS = 10_000
FIRST = ("search first", "tied", "direct first")


@dataclass(frozen=True, slots=True, eq=False)
class Bins(Table):
    """Worlds by complexity, in bits above `above` and up to `up_to`; arrays by end have shape (bins, ends).

    `search_first` and `direct_first` are numbers of worlds, the others of a bin are tied; `programs`, shape (bins,
    classes), is how many programs cost so much, and `posterior`, shape (bins, cuts, ends), the mean over worlds of
    search's share of the fitting mass at each cut, nan where the cut is below the bin.
    """

    above: F64
    up_to: F64
    worlds: I64
    search_first: I64
    direct_first: I64
    programs: U64
    posterior: F64

    def share(self, of: I64) -> F64:
        """The share of worlds, shape (bins, ends)."""
        found: F64 = of / self.worlds[:, None]
        return found

    @property
    def tied(self) -> I64:
        """Numbers of tied worlds at each end."""
        found: I64 = self.worlds[:, None] - self.search_first - self.direct_first
        return found

    @property
    def programs_search(self) -> F64:
        """Search's share of the programs, by number, at each end."""
        return np.column_stack([quotient(at_end(self.programs, end)[1], self.programs.sum(axis=1)) for end in ENDS])

    @property
    def over_representation(self) -> F64:
        """The share of worlds that are search first over search's share of the programs, at each end."""
        return quotient(self.share(self.search_first), self.programs_search)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where on the curve a world is: its complexity in bits, None above the bound, and what is first at each end."""

    world: str
    complexity: float | None
    first: keys.Ends[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """All worlds of a census by complexity: every behaviour, or what it is on the training lanes `train`."""

    header: AtlasHeader
    class_by: ClassBy
    prior: Prior
    train: tuple[int, ...]
    bins: Bins
    log_odds: keys.Ends[float | None]
    placed: tuple[Placed, ...] = ()
    programs: tuple[FirstPrograms, ...] | None = None

    @property
    def trend(self) -> Trend | None:
        """The trend of the share of worlds that are search first; None below three bins in the upper half."""
        share = self.bins.share(self.bins.search_first)
        return trend(self.bins.up_to, share[:, 0], share[:, 1])

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, by the keys of `GrowthAnswer`."""
        return GrowthAnswer(
            train=self.train,
            prior=keys.Prior.of(self.prior),
            bound_bits=self.header.max_bits,
            language=keys.Language.of(self.header),
            class_by=self.class_by,
            log_odds=self.log_odds,
            bins=tuple(Bin(*row) for row in self._rows()),
            trend=self.trend,
            worlds=self.placed,
            programs=self.programs,
        ).to_json()

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        bins = self.bins
        of_ends = (
            *(bins.share(of) for of in (bins.search_first, bins.tied, bins.direct_first)),
            *(bins.programs_search, bins.over_representation),
        )
        for row in range(len(bins)):
            told = (keys.Ends(*(_known(each) for each in column[row])) for column in of_ends)
            posterior = tuple(keys.Ends(*map(_known, at_cut)) for at_cut in bins.posterior[row])
            edges = float(bins.above[row]), float(bins.up_to[row])
            yield (*edges, int(bins.worlds[row]), *told, posterior)

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each bin: its edges, its worlds, and all shares at both ends, in the order of `Bin`'s keys."""
        lines = []
        for above, up_to, worlds, *told, posterior in self._rows():
            lines.append([above, up_to, worlds, *(value for ends in (*told, *posterior) for value in ends)])
        return _HEAD, lines


class Bin(msgspec.Struct, frozen=True):
    """Worlds of a complexity above `above` and up to `up_to` bits."""

    above: float
    up_to: float
    worlds: Annotated[int, keys.says("the number of worlds")]
    search_first: Annotated[keys.Ends[float], keys.says("the share whose programs of least cost all search")]
    tied: Annotated[keys.Ends[float], keys.says("the share with a direct and a search program of least cost")]
    direct_first: Annotated[keys.Ends[float], keys.says("the share whose programs of least cost are all direct")]
    programs_search: Annotated[
        keys.Ends[float], keys.says("search's share, by number, of all programs that cost so much")
    ]
    over_representation: Annotated[keys.Ends[float | None], keys.says("search_first / programs_search")]
    posterior: Annotated[
        tuple[keys.Ends[float | None], ...],
        keys.says(
            "the mean of search's share of the fitting mass, over the programs of up to B, B - 4 and B - 8 bits; "
            "null where worlds of the bin may have none of these"
        ),
    ]


class GrowthAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim growth --json` prints."""

    train: Annotated[tuple[int, ...], keys.says("the lanes on which two worlds have to differ to count as two")]
    prior: keys.Prior
    bound_bits: keys.BoundBits
    language: keys.Language
    class_by: keys.ClassBy
    log_odds: Annotated[
        keys.Ends[float | None],
        keys.says("log2(M_search / M_direct) of all programs up to B; null where a class has none"),
    ]
    bins: Annotated[tuple[Bin, ...], keys.says("in order of complexity")]
    trend: Annotated[Trend | None, keys.says("of search_first; null over fewer than three bins")]
    worlds: Annotated[tuple[Placed, ...], keys.says("where on the curve the worlds are that were named")]
    programs: Annotated[
        tuple[FirstPrograms, ...] | None,
        keys.says("one shortest program each of worlds that are search first, by complexity; null without --programs"),
    ]


_HEAD = (
    *("above", "up_to", "worlds"),
    *(
        f"{what}_{end.name}"
        for what in (
            *("search_first", "tied", "direct_first", "programs_search", "over_representation"),
            *(f"posterior_{bits}" for bits in CUTS),
        )
        for end in ENDS
    ),
)


def is_growth(path: Path) -> bool:
    """Whether a file is the CSV of a curve."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def growth(
    atlas: Counted,
    *,
    gamma: float = 0,
    class_by: ClassBy = "lesion",
    max_bits: int | None = None,
    train: Sequence[int] | None = None,
    bin_bits: int | None = None,
    worlds: Sequence[World] = (),
    programs: int | None = None,
) -> Growth:
    """The share of worlds that are search first, by complexity.

    Worlds are told apart on the lanes `train`, all where none are given. Bins are `bin_bits` wide: 1 bit without a
    price of time, else 2, where nothing else is said. Of `worlds`, which may accept several words and have training
    lanes of their own, it is told where they stand. CensusError where a number is out of its range, WorldError where a
    world is on another domain. Of so many `programs`, shortest ones of worlds that are search first without a price of
    time, it is told how they search.
    """
    atlas = cut(atlas, max_bits)
    prior, width = named_prior("solomonoff", gamma=gamma), bin_width(gamma, bin_bits)
    header, domain = atlas.header, atlas.header.domain
    check_time_price(header, gamma)
    if programs is not None and not 1 <= programs <= MOST_PROGRAMS:
        raise CensusError(f"{programs} programs to look at: give a number from 1 to {MOST_PROGRAMS}")
    for world in worlds:
        check_world(header, world)
    lanes = tuple(range(len(domain.lanes))) if train is None else tuple(train)
    mask = np.uint64(domain.lane_mask(lanes))
    counts = np.zeros((number_of_bins(header.max_bits, width), len(CLASSES)), dtype=np.uint64)

    def parts() -> Iterator[Standings]:
        for rows in atlas.batches():
            kinds = kinds_of(rows, class_by)
            _count(counts, header, rows, kinds, gamma, width)
            yield Standings.of(header, rows.behaviour & mask, kinds, rows, gamma)

    found = gathered(parts())
    bins = _joined(found, counts, header.max_bits, width)
    whole = found.mass[:, 0].sum(axis=0)[None]
    odds = keys.at_ends(lambda end: _known(log2_odds(whole, end)[0]))
    placed = tuple(placing(atlas, world, gamma=gamma, class_by=class_by) for world in worlds)
    looked_at = None if programs is None else first_programs(atlas, programs, class_by=class_by)
    return Growth(header, class_by, prior, lanes, bins, odds, placed, looked_at)


def placing(atlas: Counted, world: World, *, gamma: float = 0, class_by: ClassBy = "lesion") -> Placed:
    """Where a world stands; WorldError where it is on another domain than the atlas."""
    cells = histogram(atlas, world, class_by=class_by).cells
    cost = costs(atlas.header, cells.bits, cells.steps, gamma)
    least = [float(cost[cells.kind == kind].min(initial=np.inf)) for kind in range(len(CLASSES))]
    if min(least) > atlas.header.max_bits:
        return Placed(world.name, None, keys.Ends(None, None))
    ends = (least_at_end(np.array([least]), end) for end in ENDS)
    told = [FIRST[1 + int(np.sign(search - direct)[0])] for direct, search in ends]
    return Placed(world.name, min(least), keys.Ends(*told))


def _count(programs: U64, header: AtlasHeader, rows: Rows, kinds: NDArray[Any], gamma: float, width: int) -> None:
    """Add the programs of these rows to those of each bin, the highest first, and class."""
    cost = costs(header, rows.bits, rows.steps, gamma)
    inside = cost <= header.max_bits
    place = narrow_bins(cost[inside], header.max_bits, width)
    np.add.at(programs, (place, kinds[inside]), rows.count[inside])


def _joined(found: Standings, programs: U64, max_bits: int, width: int) -> Bins:
    """The worlds of up to the bound in bins."""
    found = found.take(found.complexity <= max_bits)
    which, last, above, up_to = binned(found.complexity, max_bits, width)

    def numbers(chosen: Mask) -> I64:
        return np.bincount(which[chosen], minlength=len(last))

    def mean(share: F64) -> F64:
        total = np.bincount(which, np.nan_to_num(share), len(last)).astype(np.float64)
        return quotient(total, numbers(~np.isnan(share)).astype(np.float64))

    search, direct = zip(*(found.first(end) for end in ENDS), strict=True)
    shares = [found.search_share(end) for end in ENDS]
    posterior = np.array([[mean(each[:, cut]) for each in shares] for cut in range(len(CUTS))]).transpose(2, 0, 1)
    posterior[up_to[:, None] > max_bits - np.array(CUTS)] = np.nan
    return Bins(
        above,
        up_to,
        numbers(np.ones(len(found), dtype=bool)),
        np.column_stack([numbers(each) for each in search]),
        np.column_stack([numbers(each) for each in direct]),
        np.add.reduceat(programs[::-1], [0, *(last[:-1] + 1)]),
        posterior,
    )


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
