"""Whether longer programs of one behaviour are slower: their mean time against their length (docs/measures.md).

Joosten, Soler-Toscano and Zenil (2011, "Program-size versus time complexity") ask it of small Turing machines by their
number of states. A behaviour is followed from its shortest programs, of K bits, over all programs of up to K + window
bits, and only behaviours are that a census follows so far: the same ones stand at every length.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from priorsim.census.atlas import U64, Rows
from priorsim.census.stored import Counted, cut
from priorsim.errors import CensusError
from priorsim.measure.fitting import places
from priorsim.measure.histogram import I64, Mask, lanes_summed
from priorsim.measure.values import log2_quotient, quotient
from priorsim.priors import F64
from priorsim.table import Table, runs

WINDOW = 12
"""Bits beyond the shortest program up to which a behaviour is followed."""


@dataclass(frozen=True, slots=True, eq=False)
class Slowdown(Table):
    """Behaviours in increasing order with their programs of K, K + 1, ..., K + window bits; exact but for means.

    `programs`, `steps` and `fastest`, shape (behaviours, window + 1), are how many there are, the sum of their T and
    the least T, as of `lanes` lanes together; of a length without a program they are 0, 0 and the greatest integer.
    """

    words: U64
    least: I64
    programs: I64
    steps: I64
    fastest: I64
    lanes: int

    @property
    def mean(self) -> F64:
        """The mean t of the programs of each length, in steps a lane; nan where there is none."""
        return quotient(self.steps.astype(np.float64), (self.programs * self.lanes).astype(np.float64))

    @property
    def ratio(self) -> F64:
        """log2 of the mean t over that of the shortest programs; nan where there is none."""
        return log2_quotient(self.mean, np.broadcast_to(self.mean[:, :1], self.programs.shape))

    @property
    def is_sped_up(self) -> Mask:
        """Whether some program of up to so many bits takes fewer steps than every shortest one."""
        found: Mask = np.minimum.accumulate(self.fastest, axis=1) < self.fastest[:, :1]
        return found


def slowdown(atlas: Counted, *, window: int = WINDOW) -> Slowdown:
    """Every behaviour of a census whose K is at least `window` bits below the bound B; CensusError where there is none.

    The window is from 0 to B - 1 bits.

    A census is read twice, batch by batch.
    """
    bound = atlas.header.max_bits
    words, least = _shortest(cut(atlas, bound - window).batches())
    if not len(words):
        raise CensusError(
            f"no program is {window} bits below the bound of {bound} bits: take a census of a greater bound"
        )
    shape = (len(words), window + 1)
    programs, steps = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    fastest = np.full(shape, np.iinfo(np.int64).max)
    for rows in atlas.batches():
        which = places(words, rows.behaviour)
        beyond = rows.bits - least[which]
        is_followed = (which >= 0) & (beyond <= window)
        at = which[is_followed], beyond[is_followed]
        count, taken = (column[is_followed].astype(np.int64) for column in (rows.count, rows.steps))
        np.add.at(programs, at, count)
        np.add.at(steps, at, count * taken)
        np.minimum.at(fastest, at, taken)
    return Slowdown(words, least, programs, steps, fastest, lanes_summed(atlas.header))


def _shortest(batches: Iterator[Rows]) -> tuple[U64, I64]:
    """The behaviours of these rows in increasing order, and the least length of each."""
    parts = [(rows.behaviour, rows.bits.astype(np.int64)) for rows in batches]
    words, bits = map(np.concatenate, zip(*parts, strict=True))
    order, starts = runs(words)
    return words[order[starts]], np.minimum.reduceat(bits[order], starts) if len(words) else bits
