"""Binders on classes: find, argmax and iter close a table of the next depth (docs/language.md sections 4, 5).

Rows are those of `class_kernels`. The lesion rules look at every environment of the node's scope:
at the outside these are the lanes, inside a binder the lanes under every bound value. All is exact.
A body's table under one setting of the outer variables is a uint64 array (2^w,), one packed word for
each value of the variable that is bound. `costs` are uint16 (2^w * lanes,), the steps of a mixed body.
"""

import numpy as np

from priorsim.census.compiled import U, inlined, inner, kernel
from priorsim.census.engine import packed
from priorsim.census.engine.class_kernels import (
    BELOW_READS,
    COUNT,
    META,
    READS,
    SEARCH_BITS,
    add_steps,
    begin_steps,
    choose_table,
    last,
    table_at,
    tables_of,
)
from priorsim.census.engine.packed import FIND, lane_sum
from priorsim.census.engine.tables import copy_words

STEPS_AT = 12
"""Where a mixed row's steps start, in units of 2^w numbers of 16 bits: behind three tables of 64-bit words."""


@inner
def lane_word(word, lane, words):  # type: ignore[no-untyped-def]
    """The word of one lane, as int64."""
    return np.int64((word >> U(lane * words.word_bits)) & U(words.size - 1))


@inner
def paid_lanes(told, words):  # type: ignore[no-untyped-def]
    """The bits of the lanes in which a node is paid, where READS is in `told` if it reads a query column."""
    return words.full if told >= READS else words.once


@inner
def first_hits(table, words):  # type: ignore[no-untyped-def]
    """find: the least c with a word other than 0 in each lane, else 0; and the high bits of lanes with none."""
    pending = words.high
    hits = U(0)
    for c in range(words.size):
        found = packed.nonzero(table[c], words.high) & pending
        hits |= packed.spread(found, words.word_bits) & (words.low * U(c))
        pending ^= found
        if pending == U(0):
            break
    return hits, pending


@inner
def first_greatest(table, words):  # type: ignore[no-untyped-def]
    """argmax: the least c whose word is greatest in each lane."""
    greatest = table[0]
    where = U(0)
    for c in range(1, words.size):
        word = table[c]
        better = packed.spread(packed.less(greatest, word, words.high), words.word_bits)
        greatest = (greatest & ~better) | (word & better)
        where = (where & ~better) | ((words.low * U(c)) & better)
    return where


@inner
def search(symbol, table, words):  # type: ignore[no-untyped-def]
    """The word find or argmax gives in each lane, and the high bits of the lanes where find has no hit."""
    if symbol == FIND:
        return first_hits(table, words)
    return first_greatest(table, words), U(0)


@inner
def evaluations(symbol, hit, missed, lane, words):  # type: ignore[no-untyped-def]
    """Number of candidates that find or argmax evaluates in one lane."""
    if symbol != FIND or lane_word(missed, lane, words) != 0:
        return words.size
    return lane_word(hit, lane, words) + 1


@inner
def plain_search_steps(symbol, hit, missed, told, words):  # type: ignore[no-untyped-def]
    """Steps of all evaluations of a plain body, whose steps and READS are `told`, in the lanes where they are paid."""
    paid = paid_lanes(told, words)
    lanes = words.lanes if told >= READS else words.paid_once
    cost = told & BELOW_READS
    if symbol != FIND:
        return cost * U(lanes * words.size)
    missing = lane_sum((missed & paid) >> U(words.word_bits - 1), words)
    return cost * (lane_sum(hit & paid, words) + U(lanes) + missing * U(words.size - 1))


@inner
def mixed_search_steps(symbol, hit, missed, costs, told, words):  # type: ignore[no-untyped-def]
    """Steps of all evaluations of a body with these costs, whose searches and READS are `told`, where they are paid."""
    paid = paid_lanes(told, words)
    total = U(0)
    if symbol != FIND and paid == words.full:
        for environment in range(costs.shape[0]):
            total += U(costs[environment])
        return total
    for lane in range(words.lanes):
        if lane_word(paid, lane, words) == 0:
            continue
        for c in range(evaluations(symbol, hit, missed, lane, words)):
            total += U(costs[c * words.lanes + lane])
    return total


@inner
def is_literal(table, words):  # type: ignore[no-untyped-def]
    """Whether a search that gives these words gives one word in every environment, of several lanes."""
    constant = words.low * (table[0] & U(words.size - 1))
    literal = words.lanes > 1
    for value in range(table.shape[0]):
        literal = literal and table[value] == constant
    return literal


@kernel
def search_outer(index, made, bodies, steps, words, out):  # type: ignore[no-untyped-def]
    """find and argmax of plain or mixed bodies of depth 1, whose memory as uint16 is `steps`, into outer rows."""
    size = words.size
    plain = bodies.shape[1] == size + 2
    begin, end = STEPS_AT * size, (STEPS_AT + words.lanes) * size
    for row in range(made):
        symbol, body = index[row, 0], index[row, 1]
        word, missed = search(symbol, bodies[body, :size], words)
        searches = U(1)
        if plain:
            told = bodies[body, size]
            total = plain_search_steps(symbol, word, missed, told, words)
            searches += told & READS
        else:
            told = bodies[body, bodies.shape[1] - 2]
            total = mixed_search_steps(symbol, word, missed, steps[body, begin:end], told, words)
            searches += told
        literal = words.lanes > 1 and word == words.low * (word & U(words.size - 1))
        out[row, 0] = word
        out[row, 1] = out[row, 2] = word if literal else U(0)
        out[row, META] = ((total + U(words.lanes)) << SEARCH_BITS) + searches
        out[row, COUNT] = last(bodies, body)


@kernel
def search_inner(index, made, bodies, words, units, out, steps):  # type: ignore[no-untyped-def]
    """find and argmax of plain bodies of depth 2 into mixed rows, or into plain ones of no steps.

    `steps` is the memory of `out` as uint16.
    """
    size = words.size
    plain = tables_of(out, size) == 1
    for row in range(made):
        symbol, body = index[row, 0], index[row, 1]
        out[row, out.shape[1] - 1] = last(bodies, body)
        if plain:
            for value in range(size):
                out[row, value], _ = search(symbol, bodies[body, value * size : (value + 1) * size], words)
            out[row, size] = U(0)
            continue
        cost = bodies[body, size * size] & BELOW_READS
        begin_steps(units, out[row, 3 * size :])
        out[row, 3 * size + units.shape[0]] = U(1) + (bodies[body, size * size] & READS)
        costs = steps[row, STEPS_AT * size : (STEPS_AT + words.lanes) * size]
        for value in range(size):
            word, missed = search(symbol, bodies[body, value * size : (value + 1) * size], words)
            out[row, value] = word
            for lane in range(words.lanes):
                costs[value * words.lanes + lane] += U(evaluations(symbol, word, missed, lane, words)) * cost
        word = out[row, 0] if is_literal(out[row, :size], words) else U(0)
        for value in range(size):
            out[row, size + value] = out[row, 2 * size + value] = word


@inlined
def iterate(counts, states, table, words):  # type: ignore[no-untyped-def]
    """iter in every lane: final states, bits of lanes that settle, where the run stops, whether one moved twice."""
    finals = U(0)
    settled = U(0)
    moved_twice = False
    all_bits = U(words.size - 1)
    for lane in range(words.lanes):
        shift = U(lane * words.word_bits)
        left = np.int64((counts >> shift) & all_bits)
        state = (states >> shift) & all_bits
        moves = 0
        while left > 0:
            after = (table[state] >> shift) & all_bits
            if after == state:
                if moves > 0:
                    settled |= all_bits << shift
                    moved_twice |= moves > 1
                break
            state = after
            moves += 1
            left -= 1
        finals |= state << shift
    return finals, settled, moved_twice


@inner
def iterate_steps(counts, states, table, costs, words):  # type: ignore[no-untyped-def]
    """Steps of every evaluation of a body with these costs by iter, all lanes together."""
    total = U(0)
    all_bits = U(words.size - 1)
    lanes = U(words.lanes)
    for lane in range(words.lanes):
        shift = U(lane * words.word_bits)
        left = (counts >> shift) & all_bits
        state = (states >> shift) & all_bits
        while left > U(0):
            after = (table[state] >> shift) & all_bits
            cost = U(costs[state * lanes + U(lane)])
            if after == state:
                total += cost * left
                break
            total += cost
            state = after
            left -= U(1)
    return total


@inner
def one_word(finals, settled, words):  # type: ignore[no-untyped-def]
    """Whether `finals` has one and the same word in all lanes of `settled`, of which there are some."""
    lane = 0
    while lane_word(settled, lane, words) == 0:
        lane += 1
    constant = words.low * U(lane_word(finals, lane, words))
    return (finals ^ constant) & settled == U(0)


@inner
def same_tables(rows, row, which, size):  # type: ignore[no-untyped-def]
    """Whether the table `which` of a row equals the one before it; it does where the row is plain."""
    if rows.shape[1] != size + 2:
        for at in range(which * size, (which + 1) * size):
            if rows[row, at] != rows[row, at - size]:
                return False
    return True


@kernel
def iterate_outer(index, made, terms, bodies, steps, words, out):  # type: ignore[no-untyped-def]
    """iter of outer rows n and s0 and plain or mixed bodies of depth 1 into outer rows; `steps` as in search_outer.

    Tables that are equal are run once.
    """
    size = words.size
    plain = bodies.shape[1] == size + 2
    begin, end = STEPS_AT * size, (STEPS_AT + words.lanes) * size
    for row in range(made):
        n, s, body = index[row, 1], index[row, 2], index[row, 3]
        counts, states = terms[n, 0], terms[s, 0]
        finals, settled, moved_twice = iterate(counts, states, bodies[body, :size], words)
        out[row, 0] = finals
        for which in range(1, 3):
            same = terms[n, which] == terms[n, which - 1] and terms[s, which] == terms[s, which - 1]
            if not (same and same_tables(bodies, body, which, size)):
                at = table_at(bodies, which, size)
                finals, settled, moved_twice = iterate(
                    terms[n, which], terms[s, which], bodies[body, at : at + size], words
                )
            out[row, which] = finals
        if moved_twice and not one_word(finals, settled, words):
            out[row, 2] = (terms[s, 2] & settled) | (finals & ~settled)
        told = bodies[body, bodies.shape[1] - 2]
        paid = paid_lanes(terms[n, META] | terms[s, META] | told, words)
        meta = terms[n, META] + terms[s, META]
        if plain:
            total = lane_sum(counts & paid, words) * (told & BELOW_READS)
            meta += told & READS
        else:
            total = iterate_steps(counts & paid, states, bodies[body, :size], steps[body, begin:end], words)
            meta += told
        out[row, META] = meta + ((total + U(words.lanes)) << SEARCH_BITS)
        out[row, COUNT] = terms[n, COUNT] * terms[s, COUNT] * last(bodies, body)


@inner
def add_rounds(counts, cost, words, costs):  # type: ignore[no-untyped-def]
    """Add to the costs in every environment those of n evaluations of a body that takes `cost` steps."""
    for value in range(counts.shape[0]):
        word = counts[value]
        for lane in range(words.lanes):
            costs[value * words.lanes + lane] += (word & U(words.size - 1)) * cost
            word >>= U(words.word_bits)


@inner
def begin_iter(numbers, n, starts, s, bodies, body, words, units, out, row, costs):  # type: ignore[no-untyped-def]
    """Steps and searches of iter inside a binder over a plain body, into a mixed row and its `costs`."""
    size = words.size
    steps = out[row, 3 * size : out.shape[1] - 1]
    begin_steps(units, steps)
    add_steps(numbers, n, size, units, steps)
    add_steps(starts, s, size, units, steps)
    add_rounds(numbers[n, :size], bodies[body, size * size] & BELOW_READS, words, costs)
    steps[units.shape[0]] += bodies[body, size * size] & READS


@inner
def iterate_table(counts, states, body, words, out, settled):  # type: ignore[no-untyped-def]
    """`iterate` inside a binder: final states into `out`, settled lanes into `settled`; whether one moved twice."""
    size = words.size
    moved_twice = False
    for value in range(out.shape[0]):
        table = body[value * size : (value + 1) * size]
        out[value], settled[value], twice = iterate(counts[value], states[value], table, words)
        moved_twice |= twice
    return moved_twice


@inner
def several_words(finals, settled, words):  # type: ignore[no-untyped-def]
    """Whether the settled runs of a table have different final states."""
    first = np.int64(-1)
    for value in range(finals.shape[0]):
        if settled[value] != U(0):
            lane = 0
            while lane_word(settled[value], lane, words) == 0:
                lane += 1
            if first < 0:
                first = lane_word(finals[value], lane, words)
            if (finals[value] ^ (words.low * U(first))) & settled[value] != U(0):
                return True
    return False


@kernel
def iterate_inner(index, made, numbers, starts, bodies, words, units, settled, out, steps):  # type: ignore[no-untyped-def]
    """iter of plain or mixed n and s0 and plain bodies of depth 2 into mixed rows, or into plain ones of no steps.

    Equal tables are run once. settled : uint64 (2^w,), overwritten; steps : the memory of `out` as uint16.
    """
    size = words.size
    plain = tables_of(out, size) == 1
    for row in range(made):
        n, s, body = index[row, 1], index[row, 2], index[row, 3]
        out[row, out.shape[1] - 1] = last(numbers, n) * last(starts, s) * last(bodies, body)
        if plain:
            for value in range(size):
                table = bodies[body, value * size : (value + 1) * size]
                out[row, value], _, _ = iterate(numbers[n, value], starts[s, value], table, words)
            out[row, size] = U(0)
            continue
        costs = steps[row, STEPS_AT * size : (STEPS_AT + words.lanes) * size]
        begin_iter(numbers, n, starts, s, bodies, body, words, units, out, row, costs)
        table = bodies[body, : size * size]
        moved_twice = iterate_table(numbers[n, :size], starts[s, :size], table, words, out[row, :size], settled)
        for which in range(1, 3):
            finals = out[row, which * size : (which + 1) * size]
            if same_tables(numbers, n, which, size) and same_tables(starts, s, which, size):
                copy_words(out[row, (which - 1) * size : which * size], finals)
            else:
                i, j = table_at(numbers, which, size), table_at(starts, which, size)
                counts, states = numbers[n, i : i + size], starts[s, j : j + size]
                moved_twice = iterate_table(counts, states, table, words, finals, settled)
        wide = out[row, 2 * size : 3 * size]
        if moved_twice and several_words(wide, settled, words):
            j = table_at(starts, 2, size)
            choose_table(settled, starts[s, j : j + size], wide, wide)


@kernel
def idle_outer(index, made, rounds, starts, bodies, words, out):  # type: ignore[no-untyped-def]
    """iter outside of plain bodies that ignore the state, or keep it; rounds : as `round_masks` writes them."""
    size = words.size
    for row in range(made):
        n, s, body = index[row, 1], index[row, 2], index[row, 3]
        for which in range(3):
            mask = rounds[n, which]
            out[row, which] = (mask & bodies[body, 0]) | (~mask & starts[s, which])
        told = bodies[body, size]
        reads = (rounds[n, META] | starts[s, META] | told) >= READS
        times = rounds[n, META + 1] if reads else rounds[n, META + 2]
        total = U(words.lanes) + times * (told & BELOW_READS)
        out[row, META] = rounds[n, META] + starts[s, META] + (total << SEARCH_BITS) + (told & READS)
        out[row, COUNT] = rounds[n, META + 3] * starts[s, COUNT] * bodies[body, size + 1]


@kernel
def idle_inner(index, made, keeps, numbers, starts, bodies, words, units, out, steps):  # type: ignore[no-untyped-def]
    """iter inside a binder of plain bodies that ignore the state, or with `keeps` of those that keep it.

    Into mixed rows, or into plain ones of no steps; steps : the memory of `out` as uint16.
    """
    size = words.size
    tables = tables_of(out, size)
    for row in range(made):
        n, s, body = index[row, 1], index[row, 2], index[row, 3]
        out[row, out.shape[1] - 1] = last(numbers, n) * last(starts, s) * last(bodies, body)
        if tables == 1:
            out[row, size] = U(0)
        else:
            costs = steps[row, STEPS_AT * size : (STEPS_AT + words.lanes) * size]
            begin_iter(numbers, n, starts, s, bodies, body, words, units, out, row, costs)
        for which in range(tables):
            i, j = table_at(numbers, which, size), table_at(starts, which, size)
            counts, states = numbers[n, i : i + size], starts[s, j : j + size]
            finals = out[row, which * size : (which + 1) * size]
            for value in range(size):
                mask = packed.spread(packed.nonzero(counts[value], words.high), words.word_bits)
                after = states[value] if keeps else bodies[body, value * size]
                finals[value] = (mask & after) | (~mask & states[value])
