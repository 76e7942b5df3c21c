"""What the kernels of programs with data read and write: columns, and the memory of a worker.

A set of words of the datum is a uint64 with bit v for word v.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import U
from priorsim.census.engine.class_kernels import Words
from priorsim.census.engine.tables import RowArray

ZERO, ONE = U(0), U(1)
ALL = U(0xFFFFFFFFFFFFFFFF)
ACTUAL, STRICT, WIDE = range(3)
LEVELS = 3
"""Fitting segments; those whose strict behaviour is the actual one too; those whose wide one is as well."""
VALUES = 4 * LEVELS
"""Numbers of segments: all and those that do not use their data; in each all and those right on all lanes; by level."""
GROUP, UNCLASSED, LENGTH, BODY_META, BODY_COUNT = range(VALUES, VALUES + 5)
"""More columns of `count_fitting`'s rows: number of the index group; 1 where only the first level was counted;
bits of the body; its steps in all lanes * 256 + searches; its count."""
FOUND_WIDTH = VALUES + 5
NOTE_BITS = 16
"""Bits of an index row's k and length below its steps and searches; `canonical_entries` writes them."""
MAX_ASSIGNMENTS = 1 << 16
"""Words of the centre that are gone through together; where there are more, segments are not classed."""


class Groups(NamedTuple):
    """Index terms that divide the lanes among entries alike: shapes (groups, 3, lanes), (groups,), (groups, pairs)."""

    labels: NDArray[np.uint8]
    entries: NDArray[np.int64]
    together: NDArray[np.uint64]


class Asked(NamedTuple):
    """What is asked of a lane: the set of right words, shape (lanes,), and whether it is trained on."""

    right: NDArray[np.uint64]
    train: NDArray[np.uint8]
    targets: NDArray[np.uint64]
    train_mask: np.uint64


class Work(NamedTuple):
    """A worker's memory: about one body by lane, about one index group by entry, numbers of segments by steps."""

    values: NDArray[np.uint8]  # (3, lanes, size): the body's word in a lane for each word of the datum
    where: NDArray[np.uint64]  # (lanes, size): the words of the datum for which the body has this word
    allowed: NDArray[np.uint64]  # (4, lanes): those that fit; those that are right
    unlesioned: NDArray[np.uint64]  # (3, lanes): those where the lesioned word is the actual one
    varies: NDArray[np.uint8]  # (3, lanes): whether the body's word depends on the datum
    steps: NDArray[np.int64]  # (lanes, size)
    conflict: NDArray[np.uint64]  # (pairs,): pairs of training lanes that no word of the datum fits
    sets: NDArray[np.uint64]  # (5, entries): words that fit, are unchanged by either lesion, right, left to choose
    cost: NDArray[np.int64]  # (entries, size): steps of all lanes of an entry
    least: NDArray[np.int64]  # (2, entries): the least of them among fitting words, and the greatest
    centre: NDArray[np.int64]  # (2, entries): the entries of the centre; the word of each entry, or -1
    part: NDArray[np.uint64]  # (2, 6, spread): numbers of segments of the entries so far, and of one more
    total: NDArray[np.uint64]  # (12, spread)


FIT, RIGHT, LEFT = 0, 3, 4
"""Rows of `Work.sets`, beside those of the lesions; the first two are rows of `Work.allowed` too."""


def make_work(words: Words, spread: int, pairs: int) -> Work:
    """A worker's memory for bodies whose step totals differ by less than `spread` within an index group."""
    lanes, size = words.lanes, words.size
    return Work(
        values=np.zeros((LEVELS, lanes, size), dtype=np.uint8),
        where=np.zeros((lanes, size), dtype=np.uint64),
        allowed=np.zeros((RIGHT + 1, lanes), dtype=np.uint64),
        unlesioned=np.zeros((LEVELS, lanes), dtype=np.uint64),
        varies=np.zeros((LEVELS, lanes), dtype=np.uint8),
        steps=np.zeros((lanes, size), dtype=np.int64),
        conflict=np.zeros(pairs, dtype=np.uint64),
        sets=np.zeros((LEFT + 1, size), dtype=np.uint64),
        cost=np.zeros((size, size), dtype=np.int64),
        least=np.zeros((2, size), dtype=np.int64),
        centre=np.zeros((2, size), dtype=np.int64),
        part=np.zeros((2, 2 * LEVELS, spread), dtype=np.uint64),
        total=np.zeros((VALUES, spread), dtype=np.uint64),
    )


def widest_spread(rows: RowArray, words: Words) -> int:
    """The most step totals that segments of one of these bodies can have in any index group."""
    if rows.shape[1] == words.size + 2 or not len(rows):
        return 1
    environments = words.size * words.lanes
    short = rows.view(np.uint16)[:, 12 * words.size : 12 * words.size + environments]
    by_word = short.reshape(len(rows), words.size, words.lanes)
    return 1 + int((by_word.max(axis=1).astype(np.int64) - by_word.min(axis=1)).sum(axis=1).max())
