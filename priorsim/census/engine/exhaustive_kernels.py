"""Kernels of the exhaustive engine: every code-only program, one by one, integers only.

A walk over the code in preorder: position p holds one symbol, tried in order of the least bits they need, until nothing
more fits. A subterm's tables are computed once it is complete (actual, strict and wide words, and steps, in every
environment), so two programs in a row share the work of the symbols they share, but none are merged before they are
counted. The twin is priorsim.mu.interpreter with priorsim.mu.lesions; language.md sections 3 to 5 are the definition.

Environment e at d bound variables is the number (outer * 2^w + inner) made of their words; its packed word holds all
lanes. The lanes of a wide domain are cut into chunks of as many each, and the number of the chunk comes before those
words, as if it were bound outside everything. Outside binders steps are summed over the lanes in which a subterm is
paid: all where it reads a query column, else those of `Words.once`. Everything is exact while steps stay below 2^32,
which the caller checks. The kernels share a few large arrays, since every array handed to a kernel costs a dozen
arguments:

symbols : int64 (symbols, 6), the symbols by context, those of a context by rising need;
scopes : int64 (depth + 2, 5), the contexts by number of bound variables, the last with its start alone;
walk : int64 (positions, 17), the walk's positions;
memory : uint64 (words,), all tables: zeros, then the variables', the runs of apply, and those of each position;
state : int64 (2,), where the walk stands.

A row's key is uint64 (3 * chunks + 2,): behaviour, strict and wide, each chunk by chunk, then steps, and bits + 256 *
searches.
"""

from typing import NamedTuple

import numpy as np

from priorsim.census.compiled import U, inlined, inner, kernel
from priorsim.census.engine import closing, packed
from priorsim.census.engine.apply_kernels import INPUTS, RUN_BITS, apply_steps, apply_words, run_in_lane
from priorsim.census.engine.class_kernels import READS as QUERY_READ
from priorsim.census.engine.class_kernels import Words
from priorsim.census.engine.packed import ADD, APPLY, ARITY, CONSTANT, FIND, IF, ITER, lane_sum
from priorsim.census.engine.tables import copy_words
from priorsim.mu.inner import INNER_PROGRAMS

OPCODE = 0
"""Column of `symbols` and of `walk`."""
VALUE, BITS, NEED, QUERY, CODE = range(1, 6)
"""Columns of `symbols`: row of a variable's table or word of a constant; bits of the symbol alone, and
with the shortest children; 1 for the variable of one of the header's `queries`, else 0; its bits as a number."""

START, SIZE, LEAST, UNIT = range(4)
"""Columns of `scopes`: first symbol; packed words of a table; bits of the shortest term; steps of a node
that reads no query column, and behind them those of one that does: in all lanes where it is paid together
where nothing is bound (only their sum is ever asked for there), else in each."""

CURSOR, BOUND, PARENT, CHILD, ARGS, USED, PENDING, SEARCHES = 1, 2, 3, 4, 5, 8, 9, 10
"""Columns of `walk`: next symbol to try; bound variables; position of the parent and which of its
children this is; positions of the up to three children; bits before this position; least bits of the
slots still open after it; searches in the subterm."""
ACTUAL, STRICT, WIDE, STEPS, COST, READS = range(11, 17)
"""More columns of `walk`: where in memory the subterm's tables start, a lesioned one often where the
one before it is; where the steps start that differ between environments (environment-major, then by
lane), and the steps to add to each of them; 1 where the subterm reads a query column, else 0."""
WALK_FIELDS = 17

ZEROS = 0
"""Where in memory a table of zeros starts, of chunks * 2^(w*(depth-1)) * lanes words."""

RUNS = INNER_PROGRAMS * INPUTS
"""Words of `apply_kernels.runs_table`, which where there is apply ends at the tables of position 0."""

POSITION, ORDINAL = range(2)
"""Entries of `state`: position of the walk, number of choices made at the split."""


class Shape(NamedTuple):
    """How words are packed, and where tables are."""

    words: Words  # of a chunk
    chunks: int
    max_bits: int  # of a term: the header bit is not counted
    inner: int  # chunks * 2^(w*depth)
    outer: int  # chunks * 2^(w*(depth-1))
    home: int  # the tables of position 0: actual, strict, wide, settled lanes, steps
    stride: int  # from one position's tables to the next one's


@inner
def home_of(p, shape):  # type: ignore[no-untyped-def]
    """Where in memory the tables of position p may be written."""
    return shape.home + p * shape.stride


@inner
def unit_of(p, scopes, walk):  # type: ignore[no-untyped-def]
    """The steps of the node at p alone."""
    return scopes[walk[p, BOUND], UNIT + walk[p, READS]]


@inlined
def fill_leaf(p, symbol, shape, symbols, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Make the variable or constant at position p complete."""
    bound = walk[p, BOUND]
    at = shape.outer * shape.words.lanes + symbols[symbol, VALUE] * shape.inner
    if symbols[symbol, OPCODE] == CONSTANT:
        at = home_of(p, shape)
        word = shape.words.low * U(symbols[symbol, VALUE])
        table = memory[at : at + scopes[bound, SIZE]]
        for env in range(len(table)):
            table[env] = word
    walk[p, ACTUAL] = walk[p, STRICT] = walk[p, WIDE] = at
    walk[p, STEPS] = ZEROS
    walk[p, READS] = symbols[symbol, QUERY]
    walk[p, COST] = unit_of(p, scopes, walk)
    walk[p, SEARCHES] = 0


@inner
def combine(opcode, size, first, second, third, to, shape, memory):  # type: ignore[no-untyped-def]
    """Write op(a, b, c) to memory, packed word by packed word; b and c are ignored where op has fewer children."""
    a, b, out = memory[first : first + size], memory[second : second + size], memory[to : to + size]
    if opcode == IF:
        c = memory[third : third + size]
        for i in range(size):
            out[i] = packed.select(a[i], b[i], c[i], shape.words.high, shape.words.word_bits)
    else:
        packed.operate_tables(opcode, a, b, shape.words, out)


@inner
def same_tables(p, arity, which, walk):  # type: ignore[no-untyped-def]
    """Whether the first children of p have their table `which` (STRICT or WIDE) where the one before it is."""
    for j in range(arity):
        child = walk[p, ARGS + j]
        if walk[child, which] != walk[child, which - 1]:
            return False
    return True


@inner
def apply_operator(p, arity, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Make the tables of an operator without binders at position p from its children's."""
    to = home_of(p, shape)
    a, b, c = walk[p, ARGS], walk[p, ARGS + min(arity, 2) - 1], walk[p, ARGS + arity - 1]
    for which in range(ACTUAL, STEPS):
        if which > ACTUAL and same_tables(p, arity, which, walk):
            walk[p, which] = walk[p, which - 1]
        else:
            combine(walk[p, OPCODE], size, walk[a, which], walk[b, which], walk[c, which], to, shape, memory)
            walk[p, which] = to
        to += shape.inner if which == ACTUAL else shape.outer


@inner
def add_steps(p, arity, size, shape, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Make the steps and searches at p, whose READS is known, its own and those of its first `arity` children."""
    own = home_of(p, shape) + shape.inner + 3 * shape.outer
    steps = ZEROS
    cost = unit_of(p, scopes, walk)
    searches = np.int64(walk[p, OPCODE] >= FIND)
    for j in range(arity):
        child = walk[p, ARGS + j]
        cost += walk[child, COST]
        searches += walk[child, SEARCHES]
        if steps == ZEROS:
            steps = walk[child, STEPS]
        elif walk[child, STEPS] != ZEROS:
            more = walk[child, STEPS]
            for i in range(size * shape.words.lanes):
                memory[own + i] = memory[steps + i] + memory[more + i]
            steps = own
    walk[p, STEPS] = steps
    walk[p, COST] = cost
    walk[p, SEARCHES] = searches


@inner
def close_apply(p, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Make the tables of the apply at p, and add the inner runs to its steps: outside binders to their sum."""
    words, runs, to = shape.words, memory[shape.home - RUNS : shape.home], home_of(p, shape)
    for which in range(ACTUAL, STEPS):
        if which > ACTUAL and same_tables(p, 2, which, walk):
            walk[p, which] = walk[p, which - 1]
        else:
            numbers, inputs = walk[walk[p, ARGS], which], walk[walk[p, ARGS + 1], which]
            for i in range(size):
                memory[to + i] = apply_words(memory[numbers + i], memory[inputs + i], runs, words)
            walk[p, which] = to
        to += shape.inner if which == ACTUAL else shape.outer
    numbers, inputs, before = walk[walk[p, ARGS], ACTUAL], walk[walk[p, ARGS + 1], ACTUAL], walk[p, STEPS]
    if walk[p, BOUND] == 0:
        paid = words.full if walk[p, READS] == 1 else words.once
        for chunk in range(size):
            walk[p, COST] += np.int64(apply_steps(memory[numbers + chunk], memory[inputs + chunk], runs, paid, words))
        return
    for env in range(size):
        for lane in range(words.lanes):
            at = env * words.lanes + lane
            steps = run_in_lane(memory[numbers + env], memory[inputs + env], lane, runs, words) >> RUN_BITS
            memory[to + at] = steps if before == ZEROS else memory[before + at] + steps
    walk[p, STEPS] = to


@inner
def told_of(p, body, walk):  # type: ignore[no-untyped-def]
    """Steps of one evaluation of p's body where they are the same everywhere, and whether p reads a query column."""
    return U(walk[body, COST]) + (QUERY_READ if walk[p, READS] == 1 else U(0))


@inner
def close_search(p, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Make actual table and steps of a find or argmax at p.

    Under a bound variable the body is one without binders, so its steps are the same everywhere.
    """
    words, opcode, body, at = shape.words, walk[p, OPCODE], walk[p, ARGS], home_of(p, shape)
    told, steps = told_of(p, body, walk), at + shape.inner + 3 * shape.outer
    walk[p, ACTUAL] = at
    for env in range(size):
        base = walk[body, ACTUAL] + env * words.size
        found, missed = closing.search(opcode, memory[base : base + words.size], words)
        memory[at + env] = found
        if walk[p, BOUND] == 0:
            walk[p, COST] += np.int64(closing.plain_search_steps(opcode, found, missed, told, words))
            if walk[body, STEPS] != ZEROS:
                first = walk[body, STEPS] + env * words.size * words.lanes
                costs = memory[first : first + words.size * words.lanes]
                walk[p, COST] += np.int64(closing.mixed_search_steps(opcode, found, missed, costs, told, words))
        elif opcode == FIND:
            for lane in range(words.lanes):
                tried = closing.evaluations(opcode, found, missed, lane, words)
                memory[steps + env * words.lanes + lane] = U(walk[body, COST] * tried)
    if walk[p, BOUND] > 0 and opcode == FIND:
        walk[p, STEPS] = steps
    elif walk[p, BOUND] > 0:
        walk[p, COST] += walk[body, COST] * words.size


@inner
def lesion_search(p, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Make the lesioned tables of a find or argmax at p: the actual one of a literal, else zeros."""
    at = walk[p, ACTUAL]
    constant = shape.words.low * (memory[at] & U(shape.words.size - 1))
    is_literal = shape.words.lanes * shape.chunks > 1
    for env in range(size):
        is_literal = is_literal and memory[at + env] == constant
    walk[p, STRICT] = walk[p, WIDE] = at if is_literal else ZEROS


@inner
def add_iter_steps(p, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Add the steps of the body evaluations of the iter at p.

    Under a bound variable the body is one without binders, so its steps are the same everywhere.
    """
    words, body, lanes = shape.words, walk[p, ARGS + 2], size * shape.words.lanes
    numbers, starts = walk[walk[p, ARGS], ACTUAL], walk[walk[p, ARGS + 1], ACTUAL]
    if walk[p, BOUND] > 0:
        own = home_of(p, shape) + shape.inner + 3 * shape.outer
        costs = memory[own : own + lanes]
        copy_words(memory[walk[p, STEPS] : walk[p, STEPS] + lanes], costs)
        closing.add_rounds(memory[numbers : numbers + size], U(walk[body, COST]), words, costs)
        walk[p, STEPS] = own
        return
    told = told_of(p, body, walk)
    for chunk in range(size):
        counts = memory[numbers + chunk] & closing.paid_lanes(told, words)
        walk[p, COST] += walk[body, COST] * np.int64(lane_sum(counts, words))
        if walk[body, STEPS] != ZEROS:
            first, costs_at = walk[body, ACTUAL] + chunk * words.size, chunk * words.size * words.lanes
            table = memory[first : first + words.size]
            costs = memory[walk[body, STEPS] + costs_at : walk[body, STEPS] + costs_at + words.size * words.lanes]
            walk[p, COST] += np.int64(closing.iterate_steps(counts, memory[starts + chunk], table, costs, words))


@inner
def close_iter(p, size, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Make tables and steps of an iter at p."""
    n, s, b = walk[p, ARGS], walk[p, ARGS + 1], walk[p, ARGS + 2]
    to = home_of(p, shape)
    settled = memory[to + shape.inner + 2 * shape.outer : to + shape.inner + 2 * shape.outer + size]
    disguise = False
    for which in range(ACTUAL, STEPS):
        if which > ACTUAL and same_tables(p, 3, which, walk):
            walk[p, which] = walk[p, which - 1]
        else:
            finals, counts = memory[to : to + size], memory[walk[n, which] : walk[n, which] + size]
            states = memory[walk[s, which] : walk[s, which] + size]
            table = memory[walk[b, which] : walk[b, which] + size * shape.words.size]
            moved_twice = closing.iterate_table(counts, states, table, shape.words, finals, settled)
            disguise = moved_twice and closing.several_words(finals, settled, shape.words)
            walk[p, which] = to
        if which == WIDE and disguise:
            for env in range(size):
                start, final = memory[walk[s, WIDE] + env], memory[walk[p, WIDE] + env]
                memory[to + env] = (start & settled[env]) | (final & ~settled[env])
            walk[p, WIDE] = to
        to += shape.inner if which == ACTUAL else shape.outer
    add_iter_steps(p, size, shape, walk, memory)


@inner
def complete(p, shape, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Make everything about the subterm at p, whose children are complete."""
    opcode = walk[p, OPCODE]
    arity = ARITY[opcode]
    size = scopes[walk[p, BOUND], SIZE]
    walk[p, READS] = 0
    for j in range(arity):
        walk[p, READS] |= walk[walk[p, ARGS + j], READS]
    if opcode < ITER:
        add_steps(p, arity, size, shape, scopes, walk, memory)
        if opcode == APPLY:
            close_apply(p, size, shape, walk, memory)
        else:
            apply_operator(p, arity, size, shape, walk, memory)
    elif opcode == ITER:
        add_steps(p, 2, size, shape, scopes, walk, memory)
        walk[p, SEARCHES] += walk[walk[p, ARGS + 2], SEARCHES]
        close_iter(p, size, shape, walk, memory)
    else:
        add_steps(p, 0, size, shape, scopes, walk, memory)
        walk[p, SEARCHES] += walk[walk[p, ARGS], SEARCHES]
        close_search(p, size, shape, walk, memory)
        lesion_search(p, size, shape, walk, memory)


@inlined
def open_slot(p, parent, child, used, pending, scopes, walk):  # type: ignore[no-untyped-def]
    """Make position p the slot of this child of its parent; `pending` still includes the slot itself."""
    opcode = walk[parent, OPCODE]
    binds = opcode >= FIND or (opcode == ITER and child == 2)
    bound = walk[parent, BOUND] + (1 if binds else 0)
    walk[p, PARENT] = parent
    walk[p, CHILD] = child
    walk[parent, ARGS + child] = p
    walk[p, BOUND] = bound
    walk[p, USED] = used
    walk[p, PENDING] = pending - scopes[bound, LEAST]
    walk[p, CURSOR] = scopes[bound, START]


@inlined
def advance(part, parts, split, shape, symbols, scopes, walk, memory, state):  # type: ignore[no-untyped-def]
    """Walk on to the next program of a part and return its bits; 0 where there is none left."""
    p, ordinal = state[POSITION], state[ORDINAL]
    while p >= 0:
        symbol = walk[p, CURSOR]
        if symbol == scopes[walk[p, BOUND] + 1, START] or (
            walk[p, USED] + symbols[symbol, NEED] + walk[p, PENDING] > shape.max_bits
        ):
            p -= 1
            continue
        walk[p, CURSOR] = symbol + 1
        if p == split:
            ordinal += 1
            if ordinal % parts != part:
                continue
        if place(p, symbol, shape, symbols, scopes, walk, memory):
            p += 1
        elif p >= split or part == 0:
            state[POSITION], state[ORDINAL] = p, ordinal
            return 1 + walk[p, USED] + symbols[symbol, BITS]
    return 0


@inlined
def place(p, symbol, shape, symbols, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Put a symbol at position p and complete what it completes; False where that is the program."""
    walk[p, OPCODE] = symbols[symbol, OPCODE]
    used = walk[p, USED] + symbols[symbol, BITS]
    if symbols[symbol, OPCODE] >= ADD:
        pending = walk[p, PENDING] + symbols[symbol, NEED] - symbols[symbol, BITS]
        open_slot(p + 1, p, 0, used, pending, scopes, walk)
        return True
    fill_leaf(p, symbol, shape, symbols, scopes, walk, memory)
    top = p
    while top > 0 and walk[top, CHILD] == ARITY[walk[walk[top, PARENT], OPCODE]] - 1:
        top = walk[top, PARENT]
        complete(top, shape, scopes, walk, memory)
    if top > 0:
        open_slot(p + 1, walk[top, PARENT], walk[top, CHILD] + 1, used, walk[p, PENDING], scopes, walk)
    return top > 0


@kernel
def replay(chosen, key, shape, symbols, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Write the row key of one program, given the numbers of its symbols in preorder."""
    for p in range(len(chosen)):
        place(p, chosen[p], shape, symbols, scopes, walk, memory)
    last = len(chosen) - 1
    read_key(1 + walk[last, USED] + symbols[chosen[last], BITS], key, shape, walk, memory)


@kernel
def replay_codes(codes, keys, shape, symbols, scopes, walk, memory):  # type: ignore[no-untyped-def]
    """Write the row key of each program, uint64 (programs, words of a key), given its code after a 1, below 2^64."""
    for row in range(len(codes)):
        left = 63
        while codes[row] >> U(left) == U(0):
            left -= 1
        # The header bit is passed over, too.
        left -= 1
        p = 0
        walk[0, BOUND] = walk[0, USED] = walk[0, PENDING] = 0
        while True:
            symbol = scopes[walk[p, BOUND], START]
            while left < symbols[symbol, BITS] or (codes[row] >> U(left - symbols[symbol, BITS])) & (
                (U(1) << U(symbols[symbol, BITS])) - U(1)
            ) != U(symbols[symbol, CODE]):
                symbol += 1
            left -= symbols[symbol, BITS]
            if not place(p, symbol, shape, symbols, scopes, walk, memory):
                break
            p += 1
        read_key(1 + walk[p, USED] + symbols[symbol, BITS], keys[row], shape, walk, memory)


@kernel
def list_programs(part, parts, split, listed, shape, symbols, scopes, walk, memory, state):  # type: ignore[no-untyped-def]
    """Write the next programs of a part, from where the walk stands; return how many, fewer than fit at the end.

    Of the symbol choices at position `split`, numbered as they come, only those congruent to `part` modulo `parts`
    are followed; programs that end before it belong to part 0. `listed` is uint64 (programs, words of a key + 1): the
    row key of each program, then a 1 and its code, modulo 2^64.
    """
    for row in range(len(listed)):
        bits = advance(part, parts, split, shape, symbols, scopes, walk, memory, state)
        if bits == 0:
            return row
        read_key(bits, listed[row], shape, walk, memory)
        code = U(2)
        for p in range(state[POSITION] + 1):
            symbol = walk[p, CURSOR] - 1
            code = (code << U(symbols[symbol, BITS])) | U(symbols[symbol, CODE])
        listed[row, listed.shape[1] - 1] = code
    return len(listed)


@inlined
def read_key(bits, key, shape, walk, memory):  # type: ignore[no-untyped-def]
    """Write the row key of the program of so many bits the walk stands on to `key`."""
    chunks = shape.chunks
    for which in range(3):
        copy_words(memory[walk[0, ACTUAL + which] : walk[0, ACTUAL + which] + chunks], key[which * chunks :])
    key[3 * chunks] = U(walk[0, COST])
    key[3 * chunks + 1] = U(bits) + U(256) * U(walk[0, SEARCHES])
