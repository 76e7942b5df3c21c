"""Rows of counted classes, added up exactly: hash tables and partitions of them.

A *row* is a line of uint64: the words of its key, then its count. Two rows are the same class when
all words of their keys are equal; the hash only says where to look, every match is compared in full.
Counts add modulo nothing: the caller has checked that the total stays below 2^64.
"""

import threading

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import U, inlined, inner, kernel

RowArray = NDArray[np.uint64]
"""Rows of one kind, shape (rows, key words + 1), the count in the last column."""

MULTIPLIER = U(0x9E3779B97F4A7C15)
SHIFT = U(29)
PARTITION_SHIFT = U(56)
TAG = U(0xFFFFFFFF00000000)
INDEX = U(0x00000000FFFFFFFF)
FIRST_ROWS = 64
SMALL_ROWS = 1 << 12
MAX_PARTITIONS = 256
RECENT = 1 << 13
OUTER_KEY = 4
SPARE_ROWS = 256


@kernel
def hash_key(key):  # type: ignore[no-untyped-def]
    """A 64-bit hash of a key, uint64 (words,): four chains, so that the multiplications overlap."""
    first, second, third, fourth = MULTIPLIER, TAG, INDEX, SHIFT
    whole = key.shape[0] & ~3
    for word in range(0, whole, 4):
        first = (first ^ key[word]) * MULTIPLIER
        second = (second ^ key[word + 1]) * MULTIPLIER
        third = (third ^ key[word + 2]) * MULTIPLIER
        fourth = (fourth ^ key[word + 3]) * MULTIPLIER
        first ^= first >> SHIFT
        second ^= second >> SHIFT
        third ^= third >> SHIFT
        fourth ^= fourth >> SHIFT
    for word in range(whole, key.shape[0]):
        first = (first ^ key[word]) * MULTIPLIER
        first ^= first >> SHIFT
    mixed = (first ^ (second << U(1))) * MULTIPLIER
    mixed = (mixed ^ (mixed >> SHIFT) ^ third) * MULTIPLIER
    mixed = (mixed ^ (mixed >> SHIFT) ^ fourth) * MULTIPLIER
    return mixed ^ (mixed >> U(32))


@kernel
def same_key(key, other):  # type: ignore[no-untyped-def]
    """Whether two keys, uint64 (words,), agree in all words: all are looked at, as they nearly always do."""
    different = U(0)
    for word in range(key.shape[0]):
        different |= key[word] ^ other[word]
    return different == U(0)


@inner
def copy_words(words, out):  # type: ignore[no-untyped-def]
    """Copy words, uint64 (any,), over as many others."""
    for word in range(words.shape[0]):
        out[word] = words[word]


@kernel
def hash_outer(rows, row):  # type: ignore[no-untyped-def]
    """`hash_key` of a key of four words, written out: loops this short cost more than what is in them."""
    even = (MULTIPLIER ^ rows[row, 0]) * MULTIPLIER
    odd = (SHIFT ^ rows[row, 1]) * MULTIPLIER
    even = ((even ^ (even >> SHIFT)) ^ rows[row, 2]) * MULTIPLIER
    odd = ((odd ^ (odd >> SHIFT)) ^ rows[row, 3]) * MULTIPLIER
    mixed = (even ^ (even >> SHIFT) ^ (odd << U(1)) ^ (odd >> U(63))) * MULTIPLIER
    return mixed ^ (mixed >> U(32))


@inner
def same_outer(rows, row, others, other):  # type: ignore[no-untyped-def]
    """Whether two rows agree in all four words of their keys."""
    different = (rows[row, 0] ^ others[other, 0]) | (rows[row, 1] ^ others[other, 1])
    return different | (rows[row, 2] ^ others[other, 2]) | (rows[row, 3] ^ others[other, 3]) == U(0)


@inner
def copy_outer(rows, row, others, other):  # type: ignore[no-untyped-def]
    """Copy one row of five words over another."""
    others[other, 0] = rows[row, 0]
    others[other, 1] = rows[row, 1]
    others[other, 2] = rows[row, 2]
    others[other, 3] = rows[row, 3]
    others[other, 4] = rows[row, 4]


@inner
def hash_row(rows, row):  # type: ignore[no-untyped-def]
    """The hash of the key of a row."""
    return hash_outer(rows, row) if rows.shape[1] == OUTER_KEY + 1 else hash_key(rows[row, : rows.shape[1] - 1])


@kernel
def hash_keys(rows, hashes):  # type: ignore[no-untyped-def]
    """The hash of the key of every row into `hashes`, uint64 (rows,)."""
    for row in range(rows.shape[0]):
        hashes[row] = hash_row(rows, row)


@inlined
def add_rows(source, hashes, part, parts, begin, end, rows, slots, used, outer):  # type: ignore[no-untyped-def]
    """Add the rows `begin` to `end` of `source` to a hash table; return the first row that found no room.

    source : uint64 (any, words), of which only rows whose hash is in `part` of `parts`, a power of two up to 256, are
    added; hashes : uint64, of its keys; rows : uint64 (capacity, words), the classes so far, appended to; slots :
    uint64 (a power of two above capacity), 0 or hash tag and index + 1, overwritten; used : int64 (1,), the number of
    classes, below 2^32 - 1, overwritten; outer : whether rows have five words, known when this is compiled.
    """
    key_words = OUTER_KEY if outer else rows.shape[1] - 1
    mask = U(slots.shape[0] - 1)
    count = used[0]
    for row in range(begin, end):
        hashed = hashes[row]
        if (hashed >> PARTITION_SHIFT) & U(parts - 1) != U(part):
            continue
        at = hashed & mask
        while True:
            slot = slots[at]
            if slot == U(0):
                if count == rows.shape[0]:
                    used[0] = count
                    return row
                if outer:
                    copy_outer(source, row, rows, count)
                else:
                    copy_words(source[row], rows[count])
                count += 1
                slots[at] = (hashed & TAG) | U(count)
                break
            if (slot ^ hashed) & TAG == U(0):
                found = np.int64(slot & INDEX) - 1
                if outer:
                    same = same_outer(source, row, rows, found)
                else:
                    same = same_key(source[row, :key_words], rows[found, :key_words])
                if same:
                    rows[found, key_words] += source[row, key_words]
                    break
            at = (at + U(1)) & mask
    used[0] = count
    return end


@kernel
def fold(source, hashes, part, parts, begin, end, rows, slots, used):  # type: ignore[no-untyped-def]
    """`add_rows` of rows of any width."""
    return add_rows(source, hashes, part, parts, begin, end, rows, slots, used, False)


@kernel
def fold_outer(source, hashes, part, parts, begin, end, rows, slots, used):  # type: ignore[no-untyped-def]
    """`add_rows` of rows of five words."""
    return add_rows(source, hashes, part, parts, begin, end, rows, slots, used, True)


@kernel
def place(rows, used, slots):  # type: ignore[no-untyped-def]
    """Enter the first `used` distinct rows into the empty `slots` of a larger table, which are overwritten."""
    mask = U(slots.shape[0] - 1)
    for row in range(used):
        hashed = hash_row(rows, row)
        at = hashed & mask
        while slots[at] != U(0):
            at = (at + U(1)) & mask
        slots[at] = (hashed & TAG) | U(row + 1)


@kernel
def find_keys(rows, hashes, keys, slots, found):  # type: ignore[no-untyped-def]
    """Write into `found`, int64 (rows,), the number of the key that each row has, or -1.

    keys : uint64 (keys, words), distinct; slots : uint64, as `place` writes them, some of them 0.
    """
    mask = U(slots.shape[0] - 1)
    key_words = rows.shape[1] - 1
    for row in range(rows.shape[0]):
        at = hashes[row] & mask
        found[row] = -1
        while slots[at] != U(0):
            if (slots[at] ^ hashes[row]) & TAG == U(0):
                key = np.int64(slots[at] & INDEX) - 1
                if same_key(rows[row, :key_words], keys[key, :key_words]):
                    found[row] = key
                    break
            at = (at + U(1)) & mask


class Table:
    """Classes and counts in a hash table that grows from given memory: `slots` 0, a power of two, more than `rows`."""

    def __init__(self, key_words: int, rows: RowArray | None = None, slots: NDArray[np.uint64] | None = None) -> None:
        self._rows: RowArray = np.empty((FIRST_ROWS, key_words + 1), dtype=np.uint64) if rows is None else rows
        self._slots = np.zeros(2 * FIRST_ROWS, dtype=np.uint64) if slots is None else slots
        self._used = np.zeros(1, dtype=np.int64)
        self._fold = fold_outer if key_words == OUTER_KEY else fold

    @classmethod
    def of(cls, rows: RowArray) -> "Table":
        """The table of these rows, those with equal keys added up."""
        table = cls(rows.shape[1] - 1)
        table.add(rows)
        return table

    def __len__(self) -> int:
        return int(self._used[0])

    @property
    def rows(self) -> RowArray:
        """The classes met so far, in the order they were first met."""
        return self._rows[: len(self)]

    def add(self, rows: RowArray) -> None:
        """Add up rows, each of any count."""
        self.add_part(rows, hashes_of(rows), 0, 1)

    def add_part(self, rows: RowArray, hashes: NDArray[np.uint64], part: int, parts: int) -> None:
        """Add up those rows whose hash falls into one part of a power of two."""
        done = 0
        while done < len(rows):
            done = self._fold(rows, hashes, part, parts, done, len(rows), self._rows, self._slots, self._used)
            if done < len(rows):
                self._grow()

    def find(self, rows: RowArray) -> NDArray[np.int64]:
        """The number of each row's class, in the order they were first met, or -1, by key alone: shape (rows,)."""
        rows = np.ascontiguousarray(rows)
        found = np.empty(len(rows), dtype=np.int64)
        find_keys(rows, hashes_of(rows), self._rows, self._slots, found)
        return found

    def _grow(self) -> None:
        factor = 4 if len(self._rows) < SMALL_ROWS else 2
        larger = np.empty((factor * len(self._rows), self._rows.shape[1]), dtype=np.uint64)
        larger[: len(self)] = self.rows
        self._rows = larger
        self._slots = np.zeros(1 << (2 * len(larger) - 1).bit_length(), dtype=np.uint64)
        place(self._rows, len(self), self._slots)


def hashes_of(rows: RowArray) -> NDArray[np.uint64]:
    """The hash of every row's key, shape (rows,)."""
    hashes = np.empty(len(rows), dtype=np.uint64)
    hash_keys(rows, hashes)
    return hashes


class Shared:
    """Classes and their counts that several workers add to: tables by hash, a power of two, each with a lock."""

    def __init__(self, key_words: int, parts: int) -> None:
        self._key_words = key_words
        self.tables = [Table(key_words) for _ in range(parts)]
        self.locks = [threading.Lock() for _ in range(parts)]

    def add(self, rows: RowArray) -> None:
        """Add up rows, each of any count."""
        hashes = hashes_of(rows)
        for part, lock in enumerate(self.locks):
            with lock:
                self.tables[part].add_part(rows, hashes, part, len(self.tables))

    def parts(self) -> list[RowArray]:
        """The classes met so far; no two parts share one."""
        return [table.rows for table in self.tables if len(table)]

    def take_large(self, limit: int) -> list[RowArray]:
        """Take out the parts that hold more bytes than this; they start again from nothing."""
        taken = []
        for part, lock in enumerate(self.locks):
            if self.tables[part].rows.nbytes > limit:
                with lock:
                    taken.append(self.tables[part].rows)
                    self.tables[part] = Table(self._key_words)
        return taken


def in_order(rows: RowArray, together: int) -> RowArray:
    """Distinct rows in an order that only depends on what they are; those with equal first words stay together."""
    hashes, first = hashes_of(rows), hashes_of(np.ascontiguousarray(rows[:, : together + 1]))
    order = np.lexsort((hashes, first))
    hashes, first = hashes[order], first[order]
    ordered = rows[order]
    is_same = first[1:] == first[:-1]
    differs = np.any(ordered[1:, :together] != ordered[:-1, :together], axis=1)
    if np.any(is_same & ((hashes[1:] == hashes[:-1]) | differs)):
        ordered = rows[np.lexsort(rows[:, -2::-1].T)]
    return ordered


@kernel
def scatter(rows, begin, end, recent, buffer, fill):  # type: ignore[no-untyped-def]
    """Append rows of five words to the buffers of their partitions; return the first row that found no room.

    A row first waits in `recent`, where others of its class add to it, until another class drives it out.
    recent : uint64 (a power of two, 5), count 0 where empty, overwritten; buffer : uint64 (partitions, capacity, 5),
    at most 256 and a power of two, appended to; fill : int64 (partitions,), rows in each, overwritten.
    """
    mask = U(buffer.shape[0] - 1)
    places = U(recent.shape[0] - 1)
    for row in range(begin, end):
        hashed = hash_outer(rows, row)
        place = hashed & places
        if same_outer(rows, row, recent, place):
            recent[place, 4] += rows[row, 4]
            continue
        if recent[place, 4] != U(0):
            partition = (hash_outer(recent, place) >> PARTITION_SHIFT) & mask
            at = fill[partition]
            if at == buffer.shape[1]:
                return row
            copy_outer(recent, place, buffer[partition], at)
            fill[partition] = at + 1
        copy_outer(rows, row, recent, place)
    return end


@kernel
def drain(recent, begin, buffer, fill):  # type: ignore[no-untyped-def]
    """Empty `recent` into the buffers from place `begin` on; return the first place that found no room."""
    mask = U(buffer.shape[0] - 1)
    for place in range(begin, recent.shape[0]):
        if recent[place, 4] != U(0):
            partition = (hash_outer(recent, place) >> PARTITION_SHIFT) & mask
            at = fill[partition]
            if at == buffer.shape[1]:
                return place
            copy_outer(recent, place, buffer[partition], at)
            fill[partition] = at + 1
            recent[place, 4] = U(0)
    return recent.shape[0]


class Memory:
    """Memory that is used again for every level: fresh pages cost more than what is written to them."""

    def __init__(self) -> None:
        self._words: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def take(self, words: int) -> NDArray[np.uint64]:
        """The first `words` words, whatever they hold; what was taken before is lost."""
        if words > len(self._words):
            self._words = np.empty(0, dtype=np.uint64)
            self._words = np.empty(words, dtype=np.uint64)
        return self._words[:words]


class Partitions(Shared):
    """One level's classes outside binders, split by hash so that each part fits in a processor's cache."""

    def __init__(self, count: int, expected: int, rows: Memory, slots: Memory) -> None:
        super().__init__(OUTER_KEY, count)
        capacity = expected // count + SPARE_ROWS
        width = OUTER_KEY + 1
        places = 1 << (3 * capacity // 2).bit_length()
        all_rows = rows.take(count * capacity * width).reshape(count, capacity, width)
        all_slots = slots.take(count * places).reshape(count, places)
        all_slots[:] = 0
        self.tables = [Table(OUTER_KEY, *memory) for memory in zip(all_rows, all_slots, strict=True)]


class Sink:
    """One worker's way into `Partitions`: buffers, in the caller's memory, folded into the parts when one is full."""

    def __init__(self, partitions: Partitions, memory: NDArray[np.uint64]) -> None:
        self._partitions = partitions
        count, width = len(partitions.tables), OUTER_KEY + 1
        capacity = len(memory) // (count * width)
        self._buffer: RowArray = memory[: count * capacity * width].reshape(count, capacity, width)
        self._fill = np.zeros(count, dtype=np.int64)
        self._recent: RowArray = np.zeros((RECENT, width), dtype=np.uint64)

    def add(self, rows: RowArray) -> None:
        """Pass rows on to their parts."""
        done = 0
        while (done := scatter(rows, done, len(rows), self._recent, self._buffer, self._fill)) < len(rows):
            self._flush()

    def finish(self) -> None:
        """Flush what is left."""
        done = 0
        while (done := drain(self._recent, done, self._buffer, self._fill)) < len(self._recent):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        for part, (table, lock) in enumerate(zip(self._partitions.tables, self._partitions.locks, strict=True)):
            with lock:
                table.add(self._buffer[part, : self._fill[part]])
        self._fill[:] = 0
