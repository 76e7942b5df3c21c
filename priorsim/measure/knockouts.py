"""Which operators the cheapest programs cannot do without, as worlds get more complex (docs/measures.md).

Longer programs use more of every operator. So what is asked of search as a class is asked of each operator alone: all
programs are counted once more without it, all code lengths held. A world *needs* an operator where every program of
least cost uses it: where its least cost without the operator is above its complexity. A census to B bits holds every
program that costs up to B. This is therefore known of every world of complexity up to B, also of those that no program
without the operator reaches within B. Costs and bins are those of `growth`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from math import hypot
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np

from priorsim.census.atlas import U64, AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.census.stored import Counted
from priorsim.census.take import take_census
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.binning import Binning, bin_width, binned
from priorsim.measure.histogram import I64
from priorsim.measure.standings import standings
from priorsim.measure.trend import Direction, Fit, trend
from priorsim.mu.dialect import FORMS, Language
from priorsim.priors import F64, Prior, named_prior
from priorsim.storage import begins_with

SEARCHES = tuple(name for name, form in FORMS.items() if form.is_search)
Census = Callable[[AtlasHeader], Counted]
Told = Callable[[Progress], None]


class Least(NamedTuple):
    """Worlds of up to the bound in increasing order, with the least cost of their programs; shape (worlds,)."""

    words: U64
    cost: F64


@dataclass(frozen=True, slots=True)
class Course:
    """The trend of a share that is known exactly, over so many bins."""

    direction: Direction
    bins: int
    fit: Fit


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much the slope of find and argmax together is above that of another operator, log-odds a bit.

    `scatter` is the root of the sum of the squares of the two slopes' scatters.
    """

    over: str
    slope: float
    scatter: float


@dataclass(frozen=True, slots=True, eq=False)
class Knockout:
    """What is lost without some operators; every array has shape (bins,).

    `needed` are the worlds of a bin that need them; `unreached`, of these, those without any other program of cost up
    to the bound. `saved` is the mean, over all worlds of the bin, of the bits that the operators save: an unreached
    world counts with the least that it can be. `reached` worlds cost up to the bin's end without the operators.
    """

    without: tuple[str, ...]
    needed: I64
    unreached: I64
    saved: F64
    reached: I64

    @property
    def name(self) -> str:
        """The operators' names."""
        return "+".join(self.without)


@dataclass(frozen=True, slots=True, eq=False)
class Knockouts:
    """All worlds of a census by complexity, and which operators they need; `worlds` are those of each bin."""

    header: AtlasHeader
    prior: Prior
    above: F64
    up_to: F64
    worlds: I64
    operators: tuple[Knockout, ...]

    def share(self, of: Knockout) -> F64:
        """The share of worlds that need the operators, shape (bins,)."""
        found: F64 = of.needed / self.worlds
        return found

    def course(self, of: Knockout) -> Course | None:
        """The trend of this share; None over fewer than three bins."""
        share = self.share(of)
        found = trend(self.up_to, share, share)
        return None if found is None else Course(found.direction, found.bins, found.low)

    @property
    def excess(self) -> tuple[Excess, ...]:
        """The excess of find and argmax together over every other operator; empty without them, or without trends."""
        courses = {of.without: self.course(of) for of in self.operators}
        search = courses.pop(SEARCHES, None)
        if search is None:
            return ()
        return tuple(
            Excess(name, search.fit.slope - other.fit.slope, hypot(search.fit.scatter, other.fit.scatter))
            for (name,), other in courses.items()
            if name not in SEARCHES and other is not None
        )

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, by the keys of `KnockoutsAnswer`."""
        return KnockoutsAnswer(
            prior=keys.Prior.of(self.prior),
            bound_bits=self.header.max_bits,
            language=keys.Language.of(self.header),
            operators=tuple(
                Operator(of.without, self.course(of), tuple(Bin(*row) for row in self._rows(of)))
                for of in self.operators
            ),
            excess=self.excess,
        ).to_json()

    def _rows(self, of: Knockout) -> Iterator[tuple[Any, ...]]:
        columns = (self.above, self.up_to, self.worlds, np.cumsum(self.worlds), of.reached, of.needed, self.share(of))
        yield from zip(*(column.tolist() for column in (*columns, of.saved, of.unreached)), strict=True)

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each operator and bin, in the order of `Bin`'s keys."""
        return _HEAD, [(of.name, *row) for of in self.operators for row in self._rows(of)]


class Bin(msgspec.Struct, frozen=True):
    """Worlds of a complexity above `above` and up to `up_to` bits."""

    above: float
    up_to: float
    worlds: Annotated[int, keys.says("the number of worlds")]
    reached: Annotated[int, keys.says("how many worlds have a program that costs up to `up_to`")]
    reached_without: Annotated[int, keys.says("how many have one without the operators")]
    needed: Annotated[int, keys.says("how many worlds of the bin need them: every program of least cost uses one")]
    share: Annotated[float, keys.says("needed / worlds")]
    saved: Annotated[
        float,
        keys.says("the mean of the bits that the operators save a world of the bin; at least so many where unreached"),
    ]
    unreached: Annotated[
        int, keys.says("how many worlds of the bin have no program without the operators that costs up to B")
    ]


class Operator(msgspec.Struct, frozen=True):
    """What is lost without an operator, or without find and argmax together."""

    without: Annotated[tuple[str, ...], keys.says("the operators that were knocked out")]
    trend: Annotated[Course | None, keys.says("of share; null over fewer than three bins")]
    bins: Annotated[tuple[Bin, ...], keys.says("in order of complexity")]


class KnockoutsAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim knockouts --json` prints."""

    prior: keys.Prior
    bound_bits: keys.BoundBits
    language: keys.Language
    operators: Annotated[tuple[Operator, ...], keys.says("each operator, and find and argmax together")]
    excess: Annotated[
        tuple[Excess, ...],
        keys.says(
            "by how much the slope of find and argmax together is above that of the operator `over`, with the root of "
            "the sum of the squares of both scatters; empty in a dialect without them"
        ),
    ]


_HEAD = ("without", *Bin.__struct_fields__)


def is_knockouts(path: Path) -> bool:
    """Whether a file is the CSV of knock-outs."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def groups(language: Language) -> tuple[tuple[str, ...], ...]:
    """What is knocked out: each operator of a language, and find and argmax together where both are there."""
    names = language.operators_in(0)
    together = [SEARCHES] if set(SEARCHES) <= set(names) else []
    return (*((name,) for name in names), *together)


def headers(header: AtlasHeader) -> tuple[AtlasHeader, ...]:
    """The censuses that are taken: all programs first, then those without each of the groups."""
    language = header.language
    without = [language.without | set(names) for names in ((), *groups(language))]
    return tuple(replace(header, language=replace(language, without=names)) for names in without)


def knockouts(
    header: AtlasHeader,
    *,
    gamma: float = 0,
    bin_bits: int | None = None,
    workers: int = 2,
    memory_bytes: int | None = None,
    progress: Told | None = None,
) -> Knockouts:
    """The share of worlds that need each operator, by complexity; a census for each is taken, one after the other.

    Bins are as in `growth`. CensusError where a number is out of its range, or the memory would not do.
    """
    totals = [sum(program_counts(each.language, each.max_bits)) for each in headers(header)]
    begins = iter(accumulate(totals, initial=0))

    def census(each: AtlasHeader) -> Counted:
        told = None if progress is None else partial(_tell, progress, next(begins), sum(totals))
        return take_census(each, workers=workers, memory_bytes=memory_bytes, progress=told)

    return knockouts_of(header, census, gamma=gamma, bin_bits=bin_bits)


def _tell(progress: Told, before: int, total: int, reached: Progress) -> None:
    progress(Progress(before + reached.programs, total))


def knockouts_of(header: AtlasHeader, census: Census, *, gamma: float = 0, bin_bits: int | None = None) -> Knockouts:
    """The same of the censuses that `census` gives for each of `headers`."""
    prior, width = named_prior("solomonoff", gamma=gamma), bin_width(gamma, bin_bits)
    first, *others = headers(header)
    whole = least_costs(census(first), gamma)
    bins = binned(whole.cost, header.max_bits, width)
    # Where costs are whole bits, what is above B is B + 1 at least.
    least_above = header.max_bits + (gamma == 0)
    found = [
        knockout(names, whole, least_costs(census(left), gamma), bins, least_above)
        for names, left in zip(groups(header.language), others, strict=True)
    ]
    worlds = np.bincount(bins.which, minlength=len(bins.last))
    return Knockouts(header, prior, bins.above, bins.up_to, worlds, tuple(found))


def least_costs(atlas: Counted, gamma: float) -> Least:
    """The worlds of a census whose complexity is known, and what it is."""
    found = standings(atlas, gamma=gamma)
    cost = found.complexity
    return Least(found.words[cost <= atlas.header.max_bits], cost[cost <= atlas.header.max_bits])


def knockout(without: tuple[str, ...], whole: Least, left: Least, bins: Binning, least_above: int) -> Knockout:
    """What is lost without some operators, from the least costs with and without them."""
    cost = np.full(len(whole.cost), np.inf)
    cost[np.searchsorted(whole.words, left.words)] = left.cost
    worlds = np.bincount(bins.which, minlength=len(bins.last))
    saved = np.bincount(bins.which, np.minimum(cost, least_above) - whole.cost, len(bins.last)) / worlds
    needed, unreached = (
        np.bincount(bins.which[chosen], minlength=len(bins.last)) for chosen in (cost > whole.cost, np.isinf(cost))
    )
    return Knockout(without, needed, unreached, saved, np.searchsorted(np.sort(left.cost), bins.up_to, side="right"))
