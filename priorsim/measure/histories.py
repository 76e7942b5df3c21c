"""What has been seen of a world: the words on some of its lanes, and the mass of all that agrees with them.

A history of k lanes is a word on each of the first k lanes of an order. Its mass is the sum of the masses of all
behaviours with these words, and does not hang on the order of the lanes (docs/measures.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import U64
from priorsim.measure.histogram import CLASSES, I64, Mask
from priorsim.measure.mass import End
from priorsim.measure.standings import Standings
from priorsim.measure.values import at_end
from priorsim.priors import F64
from priorsim.table import Table, runs

NEARLY = 1 - 2.0**-40
"""A word is among the likeliest where its mass is at least this part of the greatest: sums of floats are rounded."""
NO_GUESS = -1


@dataclass(frozen=True, slots=True, eq=False)
class Histories(Table):
    """Every history on the same lanes that some behaviour has, in increasing order.

    `words` has the word of the lane that was seen first in the highest bits; `mass`, shape (histories, cuts, classes),
    is that of all behaviours that agree with it, whose number is `worlds`; `before` is the place of the history without
    the last word among those of one lane less.
    """

    words: U64
    mass: F64
    worlds: I64
    before: I64

    @classmethod
    def of(cls, known: Standings, lanes: Sequence[int], word_bits: int) -> "list[Histories]":
        """The histories of 0, 1, ... lanes, in this order of lanes."""
        word, words = np.uint64((1 << word_bits) - 1), np.zeros(len(known), dtype=np.uint64)
        for lane in lanes:
            words = words << np.uint64(word_bits) | known.words >> np.uint64(lane * word_bits) & word
        order, starts = runs(words)
        mass, worlds = np.add.reduceat(known.mass[order], starts), np.diff(starts, append=len(order))
        found = [cls(words[order[starts]], mass, worlds, worlds)]
        for shown in range(len(lanes) - 1, -1, -1):
            after = found[-1]
            # A shift by all bits of a word is not defined.
            shorter = after.words >> np.uint64(word_bits) if shown else np.zeros(len(after), dtype=np.uint64)
            _, starts = runs(shorter)
            lengths = np.diff(starts, append=len(after))
            found[-1] = cls(after.words, after.mass, after.worlds, np.repeat(np.arange(len(starts)), lengths))
            mass, worlds = np.add.reduceat(after.mass, starts), np.add.reduceat(after.worlds, starts)
            found.append(cls(shorter[starts], mass, worlds, lengths))
        return found[::-1]

    def sides(self, end: End, cut: int = 0) -> tuple[F64, F64]:
        """The masses of direct code and of search at one end and cut, each of shape (histories,)."""
        return at_end(self.mass[:, cut], end)


def harm(direct: F64, search: F64, all_direct: F64, all_search: F64) -> F64:
    """loss_M - loss_direct of histories, in bits: what search in the prior has cost so far; below 0 it has saved.

    The masses of all direct code and of all search have shape (1,). It is nan where no direct program agrees.

    >>> harm(np.array([4.0, 1.0, 0.0]), np.array([0.0, 3.0, 1.0]), np.array([4.0]), np.array([4.0]))
    array([ 1., -1., nan])
    """
    found: F64 = bound(all_direct, all_search) - np.where(direct > 0, bound(direct, search), np.nan)
    return found


def bound(direct: F64, search: F64) -> F64:
    """-log2 of direct code's share of masses, in bits; inf where it has none.

    Of the whole prior, where it is -log2(1 - pi_S), harm can be no more than that.

    >>> bound(np.array([1.0, 0.0]), np.array([3.0, 1.0]))
    array([ 2., inf])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found: F64 = np.where(direct > 0, np.log1p(search / direct) / np.log(2), np.inf)
    return found


def mean(values: F64, weights: F64) -> float:
    """The mean by weight over the values that are not nan; nan where they weigh nothing."""
    known = ~np.isnan(values)
    whole = weights[known].sum()
    return float((values[known] * weights[known]).sum() / whole) if whole else float("nan")


def is_captured(direct: F64, search: F64) -> Mask:
    """Where search's share of the mass is above 1/2."""
    return search > direct


def guesses(mass: F64, after: Histories, histories: int) -> I64:
    """The place among `after` of the likeliest next word of each history, NO_GUESS where all masses are 0.

    Of words that are equally likely, to 2^-40, it is the least.
    """
    most = np.zeros(histories)
    np.maximum.at(most, after.before, mass)
    likeliest = np.flatnonzero((mass > 0) & (mass >= NEARLY * most[after.before]))
    which, first = np.unique(after.before[likeliest], return_index=True)
    found = np.full(histories, NO_GUESS)
    found[which] = likeliest[first]
    return found


def all_mass(known: Standings, end: End) -> tuple[F64, F64]:
    """The masses of all direct code and of all search, at one end, of shape (1,)."""
    return at_end(known.mass[:, 0].sum(axis=0)[None], end)


def on_lanes(known: Standings, mask: int) -> tuple[F64, I64]:
    """Masses of the histories on the lanes of a mask, shape (histories, classes), and that of each behaviour."""
    words, which = np.unique(known.words & np.uint64(mask), return_inverse=True)
    sums = [np.bincount(which, known.mass[:, 0, kind], len(words)) for kind in range(len(CLASSES))]
    return np.column_stack(sums), which
