"""Sorting the classes of a level: into buckets by behaviour, then each bucket on its own.

Rows have four key words and a count, keys are distinct, and the order is that of the words as numbers:
behaviour, strict, wide, T and searches.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import U64, inner, kernel
from priorsim.census.engine.tables import OUTER_KEY, RowArray, copy_outer

Run = Callable[..., Iterable[Any]]

BUCKETS = 512
SAMPLED = 64
SERIAL_ROWS = 1 << 15
INSERTION = 12
STACK = 128


@inner
def before(rows, row, other):  # type: ignore[no-untyped-def]
    """Whether the key of one row of five words comes before that of another, word by word."""
    if rows[row, 0] != rows[other, 0]:
        return rows[row, 0] < rows[other, 0]
    if rows[row, 1] != rows[other, 1]:
        return rows[row, 1] < rows[other, 1]
    if rows[row, 2] != rows[other, 2]:
        return rows[row, 2] < rows[other, 2]
    return rows[row, 3] < rows[other, 3]


@inner
def swap(rows, row, other):  # type: ignore[no-untyped-def]
    """Exchange two rows of five words, in place."""
    rows[row, 0], rows[other, 0] = rows[other, 0], rows[row, 0]
    rows[row, 1], rows[other, 1] = rows[other, 1], rows[row, 1]
    rows[row, 2], rows[other, 2] = rows[other, 2], rows[row, 2]
    rows[row, 3], rows[other, 3] = rows[other, 3], rows[row, 3]
    rows[row, 4], rows[other, 4] = rows[other, 4], rows[row, 4]


@kernel
def sort_rows(rows, begin, end, stack):  # type: ignore[no-untyped-def]
    """Sort rows `begin` to `end` of uint64 (rows, words) with distinct keys by key, in place.

    Quicksort, the middle of three as pivot, short parts by insertion, the larger part kept for later on the `stack`,
    int64 (128,), overwritten: at most one part for each halving, so 64 pairs are enough for any array.
    """
    depth = 0
    while True:
        while end - begin > INSERTION:
            last = end - 1
            middle = (begin + end) >> 1
            if before(rows, middle, begin):
                swap(rows, middle, begin)
            if before(rows, last, begin):
                swap(rows, last, begin)
            if before(rows, middle, last):
                swap(rows, middle, last)
            split = begin
            for row in range(begin, last):
                if before(rows, row, last):
                    swap(rows, row, split)
                    split += 1
            swap(rows, split, last)
            if split - begin < end - split - 1:
                stack[depth], stack[depth + 1] = split + 1, end
                end = split
            else:
                stack[depth], stack[depth + 1] = begin, split
                begin = split + 1
            depth += 2
        for row in range(begin + 1, end):
            at = row
            while at > begin and before(rows, at, at - 1):
                swap(rows, at, at - 1)
                at -= 1
        if depth == 0:
            return
        depth -= 2
        begin, end = stack[depth], stack[depth + 1]


@inner
def bucket_of(word, splitters):  # type: ignore[no-untyped-def]
    """Number of splitters (uint64, sorted, one less than a power of two of them) that are <= the word."""
    bucket = 0
    step = (splitters.shape[0] + 1) >> 1
    while step > 0:
        if splitters[bucket + step - 1] <= word:
            bucket += step
        step >>= 1
    return bucket


@kernel
def count_buckets(rows, splitters, starts):  # type: ignore[no-untyped-def]
    """Add to `starts` (int64, splitters + 1) the number of rows with their first word in each bucket."""
    for row in range(rows.shape[0]):
        starts[bucket_of(rows[row, 0], splitters)] += 1


@kernel
def fill_buckets(rows, splitters, starts, out):  # type: ignore[no-untyped-def]
    """Copy rows into `out`, each at the next place of its bucket; `starts` moves on with them."""
    for row in range(rows.shape[0]):
        bucket = bucket_of(rows[row, 0], splitters)
        at = starts[bucket]
        starts[bucket] = at + 1
        copy_outer(rows, row, out, at)


def in_buckets(parts: list[RowArray], splitters: U64, run: Run = map) -> tuple[RowArray, NDArray[np.int64]]:
    """The rows of all parts by the bucket that their first word falls into, and where each bucket ends.

    splitters : uint64, sorted, one less than a power of two of them; run : what maps a function over parts.
    """
    sizes = np.zeros((len(parts), len(splitters) + 1), dtype=np.int64)
    out = np.empty((sum(map(len, parts)), OUTER_KEY + 1), dtype=np.uint64)
    list(run(lambda part, own: count_buckets(part, splitters, own), parts, sizes))
    ends = np.cumsum(sizes.T.ravel()).reshape(sizes.T.shape)
    starts = np.ascontiguousarray((ends - sizes.T).T)
    list(run(lambda part, own: fill_buckets(part, splitters, own, out), parts, starts))
    return out, ends.max(axis=1, initial=0)


def splitters_of(words: U64, buckets: int) -> U64:
    """What splits words like these, sorted, into so many buckets of about the same size; any where there are none."""
    if not len(words):
        return np.zeros(buckets - 1, dtype=np.uint64)
    return words[np.arange(buckets - 1) * (len(words) - 1) // (buckets - 2)]


def sort_parts(parts: list[RowArray], workers: int) -> RowArray:
    """The rows of all parts, which share no key, sorted."""
    total = sum(map(len, parts))
    if total <= SERIAL_ROWS:
        out = np.concatenate([np.empty((0, OUTER_KEY + 1), dtype=np.uint64), *parts])
        sort_rows(out, 0, total, np.empty(STACK, dtype=np.int64))
        return out
    sample = np.unique(np.concatenate([part[:: max(1, len(part) // SAMPLED), 0] for part in parts]))
    with ThreadPoolExecutor(workers) as pool:
        out, ends = in_buckets(parts, splitters_of(sample, BUCKETS), pool.map)
        spans = [span for span in pairwise([0, *ends.tolist()]) if span[0] < span[1]]
        list(pool.map(lambda span: sort_rows(out, *span, np.empty(STACK, dtype=np.int64)), spans))
    return out
