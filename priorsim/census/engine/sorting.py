"""Sorting the classes of a level: into buckets by behaviour, then each bucket on its own.

Rows have four key words and a count, keys are distinct, and the order is that of the words as numbers:
behaviour, strict, wide, T and searches.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from priorsim.census.compiled import inner, kernel
from priorsim.census.engine.tables import OUTER_KEY, RowArray, copy_outer

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


def sort_parts(parts: list[RowArray], workers: int) -> RowArray:
    """The rows of all parts, which share no key, sorted."""
    total = sum(map(len, parts))
    if total <= SERIAL_ROWS:
        out = np.concatenate([np.empty((0, OUTER_KEY + 1), dtype=np.uint64), *parts])
        sort_rows(out, 0, total, np.empty(STACK, dtype=np.int64))
        return out
    sample = np.unique(np.concatenate([part[:: max(1, len(part) // SAMPLED), 0] for part in parts]))
    splitters = sample[np.linspace(0, len(sample) - 1, BUCKETS - 1).astype(np.int64)]
    sizes = np.zeros((len(parts), BUCKETS), dtype=np.int64)
    out = np.empty((total, OUTER_KEY + 1), dtype=np.uint64)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda part, own: count_buckets(part, splitters, own), parts, sizes))
        ends = np.cumsum(sizes.T.ravel()).reshape(BUCKETS, len(parts))
        starts = np.ascontiguousarray((ends - sizes.T).T)
        spans = [span for span in zip(starts[0].tolist(), ends[:, -1].tolist(), strict=True) if span[0] < span[1]]
        list(pool.map(lambda part, own: fill_buckets(part, splitters, own, out), parts, starts))
        list(pool.map(lambda span: sort_rows(out, *span, np.empty(STACK, dtype=np.int64)), spans))
    return out
