"""Orders in which the lanes of a world are seen, and what the worst of them does (docs/measures.md).

The masses after some lanes do not hang on the order in which these were seen, so that what holds of every order is a
statement about every set of lanes: of 8 lanes there are 256.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np

from priorsim.errors import CensusError
from priorsim.measure import keys
from priorsim.measure.histogram import I64
from priorsim.measure.histories import harm, is_captured, mean, on_lanes
from priorsim.measure.mass import ENDS
from priorsim.measure.standings import Standings
from priorsim.measure.values import at_end
from priorsim.mu.domain import Domain
from priorsim.priors import F64

MOST_LANES = 8
"""On so many lanes every set is looked at; on more the order is made greedily."""
MOST_ORDERS = 1000
SEED = 0
"""The random orders are always the same."""


def lane_orders(order: str, lanes: int) -> tuple[tuple[int, ...], ...] | None:
    """The orders that `listed` or `random:N` mean; None of `worst`, which hangs on a census. CensusError of others."""
    kind, _, number = order.partition(":")
    if order == "listed":
        return (tuple(range(lanes)),)
    if order == "worst":
        return None
    if kind != "random" or not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= MOST_ORDERS):
        raise CensusError(
            f"no order of lanes is called '{order}': give listed, worst, or random:N with N from 1 to {MOST_ORDERS}"
        )
    chosen = np.random.default_rng(SEED)
    return tuple(tuple(chosen.permutation(lanes).tolist()) for _ in range(int(number)))


class Stake(msgspec.Struct, frozen=True):
    """The harm in the prediction of one lane, and after which lanes an adversary asks for it."""

    harm: Annotated[float, keys.says("in bits")]
    lane: int
    after: Annotated[tuple[int, ...], keys.says("the lanes that have been seen")]


class AnySet(msgspec.Struct, frozen=True):
    """The greatest values over all sets of so many lanes that were looked at."""

    lanes: int
    captured: Annotated[keys.Ends[int], keys.says("the number of captured histories")]
    probability: Annotated[keys.Ends[float], keys.says("their prior probability")]
    harm_if_direct: Annotated[keys.Ends[float | None], keys.says("the mean harm, the world drawn from direct code")]
    worst: Annotated[keys.Ends[float | None], keys.says("the greatest harm")]


class Worst(msgspec.Struct, frozen=True):
    """What holds of every order of the lanes: of those that were looked at, where lanes are many."""

    looked_at: Annotated[str, keys.says("`every order`, or `greedy` on more than 8 lanes")]
    order: Annotated[
        tuple[int, ...],
        keys.says(
            "that in which captured posteriors are expected to make the most predictions, with disguised programs as "
            "direct code"
        ),
    ]
    predictions: Annotated[float, keys.says("how many these are")]
    sets: tuple[AnySet, ...]
    stake: Annotated[
        keys.Ends[Stake | None], keys.says("the greatest harm in one prediction; null where direct code fits nothing")
    ]
    expected_stake: Annotated[
        keys.Ends[Stake | None], keys.says("the greatest mean harm in one prediction, the world drawn from direct code")
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What a set of lanes does, by end.

    `harm` is that of each behaviour, of shape (ends, behaviours), nan where no direct program agrees.
    """

    captured: tuple[int, ...]
    probability: tuple[float, ...]
    harm_if_direct: tuple[float, ...]
    harm: F64


def worst_order(known: Standings, domain: Domain) -> Worst:
    """What is worst over every set of lanes, of at most MOST_LANES, and the worst order by dynamic programming.

    Of more lanes the order is made greedily, by the probability of capture and then the mean harm after each lane, and
    the sets are those that it had to choose from.
    """
    lanes, is_greedy = range(len(domain.lanes)), len(domain.lanes) > MOST_LANES
    start, _ = on_lanes(known, 0)

    def see(lane_set: int) -> _Seen:
        return _seen(*on_lanes(known, domain.lane_mask(_lanes_of(lane_set))), start)

    # By set of lanes: what it does, and the best way to it, as the predictions by then, and the order.
    here, ways = {0: see(0)}, {0: (0.0, _NO_LANES)}
    sets, steps = [_any_set(0, here.values())], []
    for size in range(1, len(lanes) + 1):
        before, ways_before = here, ways
        here = {
            each: see(each) for each in sorted({old | 1 << lane for old in before for lane in lanes} - before.keys())
        }
        ways = {}
        for each, old, lane in _with_one_more(before, here):
            steps.append((lane, old, _stakes(before[old], here[each])))
            predictions, order = ways_before[old]
            way = predictions + before[old].probability[0], (*order, lane)
            ways[each] = max(ways.get(each, way), way, key=lambda found: found[0])
        sets.append(_any_set(size, here.values()))
        if is_greedy:
            leading = max(here, key=lambda each: _rank(here[each]))
            here = {leading: here[leading]}
    predictions, order = ways[(1 << len(lanes)) - 1]
    stakes = [keys.Ends(*(_greatest(steps, which, end) for end in range(len(ENDS)))) for which in (0, 1)]
    return Worst("greedy" if is_greedy else "every order", order, predictions, tuple(sets), *stakes)


def _rank(seen: _Seen) -> tuple[float, float]:
    """By what a greedy order chooses its next lane: the probability of capture, then the mean harm."""
    return seen.probability[0], float(np.nan_to_num(seen.harm_if_direct[0]))


_NO_LANES: tuple[int, ...] = ()


def _with_one_more(before: Iterable[int], here: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Each set that is one of the sets before and one lane more: the set, the one before, and the lane."""
    known = set(before)
    for each in here:
        # Of ways that are equally good the first is kept: that in the listed order.
        for lane in reversed(_lanes_of(each)):
            if each ^ 1 << lane in known:
                yield each, each ^ 1 << lane, lane


_Stakes = tuple[Sequence[float], Sequence[float]]
"""The greatest harm in one prediction, and the mean, at each end; nan where there is none."""


def _lanes_of(lane_set: int) -> tuple[int, ...]:
    return tuple(lane for lane in range(lane_set.bit_length()) if lane_set >> lane & 1)


def _seen(mass: F64, which: I64, start: F64) -> _Seen:
    """What histories on some lanes do, from their masses, the history of each behaviour, and the masses of all."""
    captured, probability, if_direct, harms = [], [], [], []
    for end in ENDS:
        direct, search = at_end(mass, end)
        caught, cost = is_captured(direct, search), harm(direct, search, *at_end(start, end))
        captured.append(int(caught.sum()))
        probability.append(float((direct + search)[caught].sum() / start.sum()))
        if_direct.append(mean(cost, direct))
        harms.append(cost[which])
    return _Seen(tuple(captured), tuple(probability), tuple(if_direct), np.stack(harms))


def _stakes(old: _Seen, new: _Seen) -> _Stakes:
    """The harm in the prediction that lies between two sets of lanes."""
    worst = [_most(after - before) for before, after in zip(old.harm, new.harm, strict=True)]
    means = [after - before for before, after in zip(old.harm_if_direct, new.harm_if_direct, strict=True)]
    return worst, means


def _most(values: F64) -> float:
    """The greatest that is not nan; nan where all are."""
    return float(np.fmax.reduce(values))


def _any_set(size: int, seen: Iterable[_Seen]) -> AnySet:
    """The greatest values of sets of one size."""
    every = [(each.captured, each.probability, each.harm_if_direct, tuple(map(_most, each.harm))) for each in seen]
    captured, probability, *others = np.fmax.reduce([np.array(each, dtype=np.float64) for each in every]).tolist()
    harms = (keys.Ends(*(None if np.isnan(value) else value for value in ends)) for ends in others)
    return AnySet(size, keys.Ends(*map(int, captured)), keys.Ends(*probability), *harms)


def _greatest(steps: list[tuple[int, int, _Stakes]], which: int, end: int) -> Stake | None:
    """Where the stakes of one prediction are the greatest at one end; None where there are none."""
    known = [(stakes[which][end], lane, old) for lane, old, stakes in steps if not np.isnan(stakes[which][end])]
    if not known:
        return None
    cost, lane, old = max(known, key=lambda each: each[0])
    return Stake(cost, lane, _lanes_of(old))
