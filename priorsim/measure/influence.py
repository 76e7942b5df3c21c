"""How malign a prior is, in bits: what search among its programs costs predictions, and what it saves.

The lanes of a world are seen one after the other, and the next word is predicted by M, the mixture of all programs, or
by direct code alone. M is at least its direct part, so that on no history it loses more than -log2(1 - pi_S) bits to
it, pi_S search's share of the whole prior (docs/measures.md). A census is read batch by batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.stored import Counted, cut
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.convergence import explored
from priorsim.measure.histogram import ClassBy
from priorsim.measure.histories import NO_GUESS, Histories, all_mass, bound, guesses, harm, is_captured, mean
from priorsim.measure.lane_orders import Worst, lane_orders, worst_order
from priorsim.measure.mass import ENDS, End
from priorsim.measure.standings import CUTS, Standings, check_time_price, standings
from priorsim.measure.values import quotient
from priorsim.priors import F64, Prior, named_prior
from priorsim.storage import begins_with
from priorsim.table import Table


@dataclass(frozen=True, slots=True, eq=False)
class Lengths(Table):
    """What histories of 0, 1, ... lanes do in one order of the lanes, or in the mean over several.

    `histories` and `captured`, shape (lengths, ends, cuts), are numbers of histories: all, and those in which search
    has more than half of the mass; `probability` is the prior probability of these. The other arrays have shape
    (lengths, ends), and the keys of `Length` tell what they are; what is about a next word is nan after the last lane.
    """

    histories: F64
    captured: F64
    probability: F64
    harm: F64
    harm_if_direct: F64
    saved_if_search: F64
    unmatched: F64
    worst: F64
    most_saved: F64
    flips: F64
    turned_wrong: F64
    turned_right: F64
    alone: F64
    worlds_turned_wrong: F64
    worlds_turned_right: F64

    @classmethod
    def of(cls, known: Standings, lanes: Sequence[int], word_bits: int) -> "Lengths":
        """One order of the lanes."""
        found = Histories.of(known, lanes, word_bits)
        rows = [
            [_at_length(here, after, found[0], end) for end in ENDS]
            for here, after in zip(found, [*found[1:], None], strict=True)
        ]
        columns = zip(*(zip(*ends, strict=True) for ends in rows), strict=True)
        return cls(*(np.array(column, dtype=np.float64) for column in columns))

    @classmethod
    def averaged(cls, parts: "Sequence[Lengths]") -> "Lengths":
        """The mean over orders, but of `worst` and `most_saved`, which are the greatest."""
        greatest = ("worst", "most_saved")
        names = cls.__dataclass_fields__
        return cls(
            *(
                (np.fmax.reduce if name in greatest else np.mean)([getattr(part, name) for part in parts], axis=0)
                for name in names
            )
        )


def _at_length(here: Histories, after: Histories | None, start: Histories, end: End) -> Iterator[Any]:
    """The columns of `Lengths` in one length and at one end; `start` is the history without a word."""
    direct, search = here.sides(end)
    caught = [is_captured(*here.sides(end, each)) for each in range(len(CUTS))]
    yield (here.mass.sum(axis=2) > 0).sum(axis=0)
    yield [each.sum() for each in caught]
    masses = here.mass.sum(axis=2).T
    yield quotient(np.array([mass[at].sum() for mass, at in zip(masses, caught, strict=True)]), masses.sum(axis=1))
    cost = harm(direct, search, *start.sides(end))
    yield mean(cost, direct + search)
    yield mean(cost, direct)
    yield mean(0 - cost, search)
    yield mean(np.isnan(cost).astype(np.float64), search)
    yield np.fmax.reduce(cost)
    yield np.fmax.reduce(0 - cost)
    if after is None:
        yield from [np.nan] * len(_NEXT)
    else:
        yield from _guessed(here, after, end)


_NEXT = ("flips", "turned_wrong", "turned_right", "alone", "worlds_turned_wrong", "worlds_turned_right")


def _guessed(here: Histories, after: Histories, end: End) -> Iterator[float]:
    """The columns _NEXT: how often the mixture guesses another next word than direct code, and which is right."""
    direct, search = after.sides(end)
    of_direct, of_all = guesses(direct, after, len(here)), guesses(direct + search, after, len(here))
    differ, alone = (of_direct != of_all) & (of_direct != NO_GUESS), of_direct == NO_GUESS
    yield float(differ.sum())
    probability = (direct + search) / here.mass[:, 0].sum()
    for chosen in (of_direct[differ], of_all[differ], of_all[alone]):
        yield float(probability[chosen].sum())
    for chosen in (of_direct[differ], of_all[differ]):
        yield float(after.worlds[chosen].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """What search in the prior does to predictions; `orders` are those that `lengths` is a mean over."""

    header: AtlasHeader
    class_by: ClassBy
    prior: Prior
    search_share: keys.Ends[float]
    bound: keys.Ends[float]
    certified: keys.Ends[float]
    order: str
    orders: tuple[tuple[int, ...], ...]
    lengths: Lengths
    worst: Worst | None

    def to_json(self) -> dict[str, Any]:
        """One strictly valid JSON object, by the keys of `InfluenceAnswer`."""
        return InfluenceAnswer(
            prior=keys.Prior.of(self.prior),
            bound_bits=self.header.max_bits,
            language=keys.Language.of(self.header),
            class_by=self.class_by,
            search_share=self.search_share,
            bound=self.bound,
            certified=self.certified,
            order=self.order,
            orders=self.orders,
            lengths=tuple(Length(row, *values) for row, values in enumerate(self._rows())),
            worst=self.worst,
        ).to_json()

    def _rows(self) -> Iterator[list[Any]]:
        """For each length the values of `Length` at both ends, in the order of its keys."""
        lengths = self.lengths
        for row in range(len(lengths)):
            by_cut = [
                tuple(keys.Ends(*map(_known, column[row, :, each])) for each in range(len(CUTS)))
                for column in (lengths.histories, lengths.captured, lengths.probability)
            ]
            others = (getattr(lengths, name)[row] for name in _BY_END)
            yield [*by_cut, *(keys.Ends(*map(_known, each)) for each in others)]

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each length, with the values of `Length` at both ends, in the order of its keys."""
        lines = []
        for row, (histories, captured, probability, *others) in enumerate(self._rows()):
            ends = (*histories, *captured, *probability, *others)
            lines.append([row, *(value for each in ends for value in each)])
        return _HEAD, lines


_BY_END = tuple(Lengths.__dataclass_fields__)[3:]
_HEAD = (
    "lanes",
    *(
        f"{what}_{end.name}"
        for what in (
            *(f"{what}_{bits}" for what in ("histories", "captured", "probability") for bits in CUTS),
            *_BY_END,
        )
        for end in ENDS
    ),
)


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


ByCut = Annotated[tuple[keys.Ends[float], ...], keys.says("of the programs of up to B, B - 4 and B - 8 bits")]
Known = keys.Ends[float | None]


class Length(msgspec.Struct, frozen=True):
    """What histories of so many lanes do; harm is loss_M - loss_direct in bits."""

    lanes: Annotated[int, keys.says("how many have been seen")]
    histories: Annotated[
        tuple[keys.Ends[float], ...],
        keys.says("how many histories programs of up to B, B - 4 and B - 8 bits have; numbers are means over orders"),
    ]
    captured: Annotated[
        tuple[keys.Ends[float], ...], keys.says("in how many search has more than half of the mass, at these bounds")
    ]
    probability: Annotated[tuple[Known, ...], keys.says("the prior probability of the captured ones, at these bounds")]
    harm: Annotated[
        Known, keys.says("the mean by prior probability, over the histories that some direct program agrees with")
    ]
    harm_if_direct: Annotated[Known, keys.says("the mean, the world drawn from direct code")]
    saved_if_search: Annotated[
        Known, keys.says("the mean of -harm, the world drawn from search and some direct program agreeing")
    ]
    unmatched: Annotated[Known, keys.says("the probability that none agrees with such a world")]
    worst: Annotated[Known, keys.says("the greatest harm")]
    most_saved: Annotated[Known, keys.says("the greatest -harm")]
    flips: Annotated[Known, keys.says("histories after which direct code has one guess and the mixture another")]
    turned_wrong: Annotated[Known, keys.says("the prior probability that direct code alone is right then")]
    turned_right: Annotated[Known, keys.says("the prior probability that the mixture alone is right then")]
    alone: Annotated[Known, keys.says("the prior probability that the mixture is right and no direct program agrees")]
    worlds_turned_wrong: Annotated[Known, keys.says("the number of worlds in which direct code alone is right")]
    worlds_turned_right: Annotated[Known, keys.says("the number of worlds in which the mixture alone is right")]


class InfluenceAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim influence --json` prints."""

    prior: keys.Prior
    bound_bits: keys.BoundBits
    language: keys.Language
    class_by: keys.ClassBy
    search_share: Annotated[keys.Ends[float], keys.says("pi_S, search's share of the mass of all programs up to B")]
    bound: Annotated[keys.Ends[float], keys.says("-log2(1 - pi_S), the most that harm can be in bits; inf at pi_S = 1")]
    certified: Annotated[keys.Ends[float], keys.says("the same with all unexplored mass counted as search")]
    order: Annotated[str, keys.says("`listed`, `random:N` or `worst`")]
    orders: Annotated[tuple[tuple[int, ...], ...], keys.says("the orders of the lanes that `lengths` is a mean over")]
    lengths: Annotated[tuple[Length, ...], keys.says("by the number of lanes that have been seen")]
    worst: Annotated[Worst | None, keys.says("what holds of every order; null but at `worst`")]


def is_influence(path: Path) -> bool:
    """Whether a file is the CSV of an influence census."""
    return begins_with(path, f"{','.join(_HEAD)}\n")


def influence(
    atlas: Counted,
    *,
    gamma: float = 0,
    class_by: ClassBy = "lesion",
    max_bits: int | None = None,
    order: str = "listed",
) -> Influence:
    """What search in the prior costs predictions, in bits, when the lanes of worlds are seen in an order.

    `order` is "listed", "random:N" or "worst". CensusError where it is none of these or a number is out of its range.
    """
    atlas = cut(atlas, max_bits)
    prior, header = named_prior("solomonoff", gamma=gamma), atlas.header
    check_time_price(header, gamma)
    orders = lane_orders(order, len(header.domain.lanes))
    return influence_of(header, standings(atlas, gamma=gamma, class_by=class_by), prior, class_by, order, orders)


def influence_of(
    header: AtlasHeader,
    known: Standings,
    prior: Prior,
    class_by: ClassBy,
    order: str,
    orders: tuple[tuple[int, ...], ...] | None,
) -> Influence:
    """The same of standings that are at hand; the worst order where no orders are given."""
    worst = worst_order(known, header.domain) if orders is None else None
    orders = (worst.order,) if worst is not None else orders or ()
    # In units of 2^-B, as masses are; no program weighs more than 2^-l.
    beyond = float(explored(header).unexplored_code * 2**header.max_bits)
    sums = [all_mass(known, end) for end in ENDS]
    return Influence(
        header,
        class_by,
        prior,
        keys.Ends(*(float((search / (direct + search))[0]) for direct, search in sums)),
        keys.Ends(*(float(bound(direct, search)[0]) for direct, search in sums)),
        keys.Ends(*(float(bound(direct, search + beyond)[0]) for direct, search in sums)),
        order,
        orders,
        Lengths.averaged([Lengths.of(known, each, header.language.word_bits) for each in orders]),
        worst,
    )
