"""Programs with data, entry by entry: kernels that count the fitting data segments of an index and a body.

docs/language.md sections 3, 5 and 6. A set of words of the datum is a uint64 with bit v for word v. The entry e of a
lane is the index there; the words that may stand in an entry are those that its lanes all allow, and the fitting data
segments number the product over the entries. Where a lesion makes a lane read another entry than it should, that entry
belongs to the *centre*: its words are gone through one by one, and for each the other entries are independent again.
Where segments must not use their data, entry 0 belongs to it too.

Words have at most 4 bits, so a segment has at most 16 entries of 16 words. A product over all of them is at most 2^64
and its sums never exceed that: they stop at 2^64 - 1, which no sum of such products is, and which stands for 2^64.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.compiled import ONE, U, inner, kernel
from priorsim.census.engine import packed
from priorsim.census.engine.class_kernels import META, OUTER_WORDS, SEARCH_BITS, last

ZERO = U(0)
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
    """Index terms that divide the lanes among entries alike."""

    labels: NDArray[np.uint8]  # (groups, 3, lanes)
    entries: NDArray[np.int64]  # (groups,)
    together: NDArray[np.uint64]  # (groups, pairs)
    crossed: NDArray[np.bool_]  # (groups,): whether a lane reads another entry under a lesion


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


@kernel
def canonical_entries(rows, note, entry_mask, words, out):  # type: ignore[no-untyped-def]
    """Outer rows as indices: which lanes share an entry, actual and lesioned, whatever the entry's number.

    Entry 0 keeps its number, others are numbered as they come up, lane by lane, actual, strict, then wide. Into `out`,
    uint64 (rows, 5): three packed words, steps and searches above NOTE_BITS bits of `note` (uint64), count. entry_mask
    is 2^k - 1, w at most 4.
    """
    word_mask = U(words.size - 1)
    for row in range(rows.shape[0]):
        numbers = ZERO
        seen = ONE
        next_number = ONE
        for which in range(3):
            made = ZERO
            for lane in range(words.lanes):
                shift = U(lane * words.word_bits)
                entry = (rows[row, which] >> shift) & word_mask & U(entry_mask)
                if (seen >> entry) & ONE == ZERO:
                    seen |= ONE << entry
                    numbers |= next_number << (entry << U(2))
                    next_number += ONE
                made |= ((numbers >> (entry << U(2))) & word_mask) << shift
            out[row, which] = made
        out[row, META] = (rows[row, META] << U(NOTE_BITS)) | U(note)
        out[row, OUTER_WORDS] = rows[row, OUTER_WORDS]


@kernel
def can_fit(rows, asked, words, alive):  # type: ignore[no-untyped-def]
    """Of bodies, which have a right word in every training lane for some word of the datum: uint8 (rows,)."""
    flags = asked.train_mask & words.high
    for row in range(rows.shape[0]):
        found = ZERO
        for k in range(words.size):
            for target in range(asked.targets.shape[0]):
                found |= words.high & ~packed.nonzero(rows[row, k] ^ asked.targets[target], words.high)
        alive[row] = found & flags == flags


@inner
def read_body(rows, short, row, asked, words, work):  # type: ignore[no-untyped-def]
    """Spread a body out over the first seven arrays of `work`; return whether a lesion changes its table.

    rows : plain or mixed rows; short : the same memory as uint16.
    """
    size, lanes = words.size, words.lanes
    is_plain = rows.shape[1] == size + 2
    is_lesioned = False
    for lane in range(lanes):
        shift = U(lane * words.word_bits)
        for word in range(size):
            work.where[lane, word] = ZERO
        for which in range(3):
            start = 0 if is_plain else which * size
            work.varies[which, lane] = 0
            work.unlesioned[which, lane] = ZERO
            for v in range(size):
                value = (rows[row, start + v] >> shift) & U(size - 1)
                work.values[which, lane, v] = value
                work.varies[which, lane] |= value != work.values[which, lane, 0]
                if value == work.values[0, lane, v]:
                    work.unlesioned[which, lane] |= ONE << U(v)
                else:
                    is_lesioned = True
        right = ZERO
        for v in range(size):
            value = work.values[0, lane, v]
            work.where[lane, value] |= ONE << U(v)
            right |= ((asked.right[lane] >> U(value)) & ONE) << U(v)
            work.steps[lane, v] = rows[row, size] if is_plain else short[row, 12 * size + v * lanes + lane]
        work.allowed[RIGHT, lane] = right
        work.allowed[FIT, lane] = right if asked.train[lane] else ALL
    find_conflicts(asked, work)
    return is_lesioned


@inner
def find_conflicts(asked, work):  # type: ignore[no-untyped-def]
    """Set the bits of `work.conflict`: pairs of training lanes, in order, that no word fits both of."""
    for k in range(work.conflict.shape[0]):
        work.conflict[k] = ZERO
    pair = 0
    for lane in range(asked.train.shape[0]):
        for other in range(lane):
            if asked.train[lane] and asked.train[other]:
                if work.allowed[FIT, lane] & work.allowed[FIT, other] == ZERO:
                    work.conflict[pair >> 6] |= ONE << U(pair & 63)
                pair += 1


@inner
def is_apart(together, group, conflict):  # type: ignore[no-untyped-def]
    """Whether no two lanes in conflict share an entry in this index group."""
    shared = ZERO
    for k in range(conflict.shape[0]):
        shared |= together[group, k] & conflict[k]
    return shared == ZERO


@inner
def fill_entries(groups, group, words, work):  # type: ignore[no-untyped-def]
    """Fitting and right words of each entry, and its steps; return the number of step totals, 0 where none fits."""
    entries = groups.entries[group]
    for e in range(entries):
        work.sets[FIT, e] = work.sets[RIGHT, e] = (ONE << U(words.size)) - ONE
        for v in range(words.size):
            work.cost[e, v] = 0
    for lane in range(words.lanes):
        e = groups.labels[group, ACTUAL, lane]
        work.sets[FIT, e] &= work.allowed[FIT, lane]
        work.sets[RIGHT, e] &= work.allowed[RIGHT, lane]
        for v in range(words.size):
            work.cost[e, v] += work.steps[lane, v]
    spread = 1
    for e in range(entries):
        if work.sets[FIT, e] == ZERO:
            return 0
        first = True
        for v in range(words.size):
            if (work.sets[FIT, e] >> U(v)) & ONE:
                cost = work.cost[e, v]
                work.least[0, e] = cost if first else min(cost, work.least[0, e])
                work.least[1, e] = cost if first else max(cost, work.least[1, e])
                first = False
        spread += work.least[1, e] - work.least[0, e]
    return spread


@inner
def size_of(chosen):  # type: ignore[no-untyped-def]
    """Number of words in a set of at most 16."""
    pairs = chosen - ((chosen >> ONE) & U(0x5555))
    fours = (pairs & U(0x3333)) + ((pairs >> U(2)) & U(0x3333))
    eights = (fours + (fours >> U(4))) & U(0x0F0F)
    return (eights + (eights >> U(8))) & U(0x1F)


@inner
def find_centre(groups, group, unused, words, work):  # type: ignore[no-untyped-def]
    """Write the centre into `work.centre[0]`, return its size: entries that matter under a lesion; 0 if `unused`."""
    found = unused
    work.centre[0, 0] = 0
    for lane in range(words.lanes):
        for which in range(STRICT, LEVELS):
            e = groups.labels[group, which, lane]
            if e != groups.labels[group, ACTUAL, lane] and work.varies[which, lane]:
                is_new = True
                for k in range(found):
                    is_new &= work.centre[0, k] != e
                if is_new:
                    work.centre[0, found] = e
                    found += 1
    return found


@inner
def assignments(found, work):  # type: ignore[no-untyped-def]
    """Number of ways to give fitting words to the `found` entries of the centre, cut off above the limit."""
    ways = np.int64(1)
    for k in range(found):
        ways *= np.int64(size_of(work.sets[FIT, work.centre[0, k]]))
        if ways > MAX_ASSIGNMENTS:
            return ways
    return ways


@inner
def word_after(chosen, word, size):  # type: ignore[no-untyped-def]
    """The least word of a set above `word`, or `size`."""
    word += 1
    while word < size and (chosen >> U(word)) & ONE == ZERO:
        word += 1
    return word


@inner
def next_assignment(found, size, work):  # type: ignore[no-untyped-def]
    """Go on to the next words of the centre; return whether there are any."""
    for k in range(found):
        e = work.centre[0, k]
        work.centre[1, e] = word_after(work.sets[FIT, e], work.centre[1, e], size)
        if work.centre[1, e] < size:
            return True
        work.centre[1, e] = word_after(work.sets[FIT, e], -1, size)
    return False


@inner
def narrow_entries(groups, group, unused, levels, words, work):  # type: ignore[no-untyped-def]
    """Words of each entry that change nothing under the lesions, given those of the centre; if `unused`, under the
    data lesion either. Return whether every entry has a fitting word left that the data lesion allows.
    """
    entries = groups.entries[group]
    for e in range(entries):
        work.sets[STRICT, e] = work.sets[WIDE, e] = ALL
        chosen = work.centre[1, e]
        work.sets[LEFT, e] = work.sets[FIT, e] if chosen < 0 else ONE << U(chosen)
    for lane in range(words.lanes):
        e = groups.labels[group, ACTUAL, lane]
        if unused:
            work.sets[LEFT, e] &= work.where[lane, work.values[ACTUAL, lane, work.centre[1, 0]]]
        for which in range(STRICT, levels):
            other = groups.labels[group, which, lane]
            if other == e:
                work.sets[which, e] &= work.unlesioned[which, lane]
            else:
                v = max(work.centre[1, other], 0)
                work.sets[which, e] &= work.where[lane, work.values[which, lane, v]]
    has_words = True
    for e in range(entries):
        has_words &= work.sets[LEFT, e] != ZERO
    return has_words


@inner
def multiplied(number, factor):  # type: ignore[no-untyped-def]
    """A product, of at most 2^64."""
    product = number * factor
    is_over = product == ZERO and min(number, factor) > ZERO
    return ALL if is_over else product


@inner
def add_entry(e, levels, size, side, reach, work):  # type: ignore[no-untyped-def]
    """Multiply the numbers of segments, `reach` step totals in `work.part[side]`, with entry e's; return both anew."""
    least = work.least[0, e]
    spread = work.least[1, e] - least
    for faithful in range(2):
        allowed = work.sets[LEFT, e] & (work.sets[RIGHT, e] if faithful else ALL)
        for level in range(levels):
            if level > 0:
                allowed &= work.sets[level, e]
            at = faithful * LEVELS + level
            part, out = work.part[side, at], work.part[1 - side, at]
            if spread == 0:
                number = size_of(allowed)
                for t in range(reach):
                    part[t] = multiplied(part[t], number)
                continue
            for t in range(reach + spread):
                out[t] = ZERO
            for v in range(size):
                if (allowed >> U(v)) & ONE:
                    more = work.cost[e, v] - least
                    for t in range(reach):
                        out[t + more] += part[t]
    return (side, reach) if spread == 0 else (1 - side, reach + spread)


@inner
def count_segments(groups, group, unused, levels, found, words, work):  # type: ignore[no-untyped-def]
    """Add the fitting segments, those that leave data `unused` or all, of a group and the body read to `work.total`."""
    for e in range(groups.entries[group]):
        work.centre[1, e] = -1
    for k in range(found):
        e = work.centre[0, k]
        work.centre[1, e] = word_after(work.sets[FIT, e], -1, words.size)
    more = True
    while more:
        if narrow_entries(groups, group, unused, levels, words, work):
            for at in range(2 * LEVELS):
                work.part[0, at, 0] = ONE
            side, reach = 0, 1
            for e in range(groups.entries[group]):
                side, reach = add_entry(e, levels, words.size, side, reach, work)
            for at in range(2 * LEVELS):
                if at % LEVELS < levels:
                    total, part = work.total[2 * LEVELS * unused + at], work.part[side, at]
                    for t in range(reach):
                        number = total[t] + part[t]
                        total[t] = number if number >= total[t] else ALL
        more = next_assignment(found, words.size, work)


@inner
def write_found(rows, row, length, group, is_unclassed, levels, entries, spread, made, work, out):  # type: ignore[no-untyped-def]
    """Append a row for each step total that some fitting segment has; return how many rows there are then."""
    base = 0
    for e in range(entries):
        base += work.least[0, e]
    searches = ZERO if work.values.shape[2] + 2 == rows.shape[1] else rows[row, rows.shape[1] - 2]
    for t in range(spread):
        if work.total[0, t] == ZERO:
            continue
        for at in range(VALUES):
            is_copy = levels == 1 and not is_unclassed
            out[made, at] = work.total[at - at % LEVELS if is_copy else at, t]
        out[made, GROUP] = U(group)
        out[made, UNCLASSED] = U(is_unclassed)
        out[made, LENGTH] = U(length)
        out[made, BODY_META] = (U(base + t) << SEARCH_BITS) | searches
        out[made, BODY_COUNT] = last(rows, row)
        made += 1
    return made


@kernel
def count_fitting(rows, short, length, reachable, asked, groups, words, progress, work, out):  # type: ignore[no-untyped-def]
    """Write a row for each body, index group and number of steps with fitting data segments; return how many.

    rows : uint64, plain or mixed bodies of `length` bits that can fit; short : the same as uint16;
    reachable : int64, index groups from the first on that are tried;
    progress : int64 (2,), row and group to go on with, overwritten, the row is past the end once all is done;
    out : uint64 (any, FOUND_WIDTH), overwritten, with room for all step totals of a body and a group.
    Exact for words of at most 4 bits: steps stay below 2^56, numbers of segments end at 2^64 (see above).
    """
    made = 0
    row, group = progress[0], progress[1]
    while row < rows.shape[0]:
        is_lesioned = read_body(rows, short, row, asked, words, work)
        while group < reachable:
            spread = 0
            if is_apart(groups.together, group, work.conflict):
                spread = fill_entries(groups, group, words, work)
            if made + spread > out.shape[0]:
                progress[0], progress[1] = row, group
                return made
            if spread > 0:
                for at in range(VALUES):
                    for t in range(spread):
                        work.total[at, t] = ZERO
                is_unclassed = assignments(find_centre(groups, group, 1, words, work), work) > MAX_ASSIGNMENTS
                if is_unclassed:
                    levels = 1
                    count_segments(groups, group, 0, levels, 0, words, work)
                else:
                    levels = LEVELS if is_lesioned or groups.crossed[group] else 1
                    for unused in range(2):
                        found = find_centre(groups, group, unused, words, work)
                        count_segments(groups, group, unused, levels, found, words, work)
                entries = groups.entries[group]
                made = write_found(rows, row, length, group, is_unclassed, levels, entries, spread, made, work, out)
            group += 1
        group = 0
        row += 1
    progress[0], progress[1] = row, 0
    return made
