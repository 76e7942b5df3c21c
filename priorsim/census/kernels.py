"""Kernels of the exhaustive engine: every code-only program, one by one, integers only.

A walk over the code in preorder. Position p of the walk holds one symbol; the symbols of a position
are tried in order of the least bits they need, and a position is left when nothing more fits. As soon
as a subterm is complete its tables are computed (actual, strict and wide words, and steps, in every
environment), so two programs in a row share the work of the symbols they share; but each program
comes by on its own and no two are ever merged before they are counted. The plain-Python twin is
priorsim.mu.interpreter with priorsim.mu.lesions; language.md sections 3 to 5 are the definition.

Environment e at d bound variables is the number (outer * 2^w + inner) made of their words; its packed
word holds all lanes. Everything is exact while steps stay below 2^32, which the caller checks.
"""

from typing import NamedTuple

import numpy as np

from priorsim.census import packed
from priorsim.census.packed import I64, U64, U, kernel

VARIABLE, CONSTANT = 0, 1
ADD, SUB, MUL, EQ, LT, IF, AND, XOR, SHL, SHR, ITER, FIND, ARGMAX = range(2, 15)
OPCODES = {
    name: ADD + code
    for code, name in enumerate(
        ("add", "sub", "mul", "eq", "lt", "if", "and", "xor", "shl", "shr", "iter", "find", "argmax")
    )
}

DONE, PAUSED, FULL, FOUND = 0, 1, 2, 3
"""What a walk ends with: all seen, its quota seen, the hash table half full, the program sought found."""

ROW_FIELDS = 5
"""Words of a row's key in the hash table: behaviour, strict, wide, steps, and bits + 256 * searches."""


class Shape(NamedTuple):
    """The language and domain as the kernels need them."""

    word_bits: int
    words: int  # 2^w
    lanes: int
    depth: int
    max_bits: int  # of a term: the header bit is not counted
    low: np.uint64
    high: np.uint64


class Tokens(NamedTuple):
    """Symbols by context: those under d binders are start[d] .. start[d+1]-1, by rising `need`."""

    start: I64
    opcode: I64
    value: I64  # row of a variable's table, or word of a constant
    bits: I64  # of the symbol alone
    need: I64  # of the symbol and the shortest children
    arity: I64  # by opcode
    least: I64  # by number of bound variables: bits of the shortest term
    variables: U64  # (variables, 2^(w*depth)): their tables, contexts one after the other


class Walk(NamedTuple):
    """The walk's positions; all arrays have shape (positions,) but `args`, (positions, 3)."""

    cursor: I64
    opcode: I64
    bound: I64
    parent: I64
    child: I64
    args: I64
    used: I64  # bits before this position
    pending: I64  # least bits of the slots still open after it
    nodes: I64  # of the subterm
    searches: I64  # in the subterm
    plain: I64  # 1 where the subterm has no binder: one table, steps = nodes
    state: I64  # position, ordinal at the split, rows in the hash table, bits of the program it stands on


class Tables(NamedTuple):
    """Tables of the subterm at each position, environment by environment."""

    actual: U64  # (positions, 2^(w*depth))
    strict: U64  # (positions, 2^(w*(depth-1)))
    wide: U64  # like strict
    steps: I64  # (positions, 2^(w*(depth-1)) * lanes), environment-major
    settled: U64  # (2^(w*(depth-1)),) scratch: high bits of the lanes whose run settled


class HashTable(NamedTuple):
    """Rows counted so far: open addressing, linear probing, a power of two of slots."""

    keys: U64  # (slots, ROW_FIELDS)
    counts: U64  # (slots,), 0 where the slot is free


@kernel
def environments(bound, shape):  # type: ignore[no-untyped-def]
    """Number of packed words in a table under `bound` binders."""
    size = 1
    for _ in range(bound):
        size *= shape.words
    return size


@kernel
def fill_leaf(p, token, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Write the table of a variable or constant at position p."""
    size = environments(walk.bound[p], shape)
    walk.nodes[p] = 1
    walk.searches[p] = 0
    walk.plain[p] = 1
    if tokens.opcode[token] == CONSTANT:
        packed_word = shape.low * U(tokens.value[token])
        for env in range(size):
            tables.actual[p, env] = packed_word
    else:
        row = tokens.value[token]
        for env in range(size):
            tables.actual[p, env] = tokens.variables[row, env]


@kernel
def multiply(size, a, b, out, shape):  # type: ignore[no-untyped-def]
    """Write the products to `out`; one pass for each bit, so that the inner loop runs on vectors."""
    low, high = shape.low, shape.high
    for i in range(size):
        out[i] = U(0)
    keep = (high - low) + high
    for bit in range(shape.word_bits):
        for i in range(size):
            chosen = (b[i] >> U(bit)) & low
            partial = ((a[i] & keep) << U(bit)) & ((chosen << U(shape.word_bits)) - chosen)
            out[i] = packed.add(out[i], partial, high)
        keep &= ~(high >> U(bit))


@kernel
def combine(opcode, size, a, b, c, out, shape):  # type: ignore[no-untyped-def]
    """Write op(a, b, c) to `out`, packed word by packed word; b and c are ignored where op has fewer children."""
    low, high, bits = shape.low, shape.high, shape.word_bits
    if opcode == ADD:
        for i in range(size):
            out[i] = packed.add(a[i], b[i], high)
    elif opcode == SUB:
        for i in range(size):
            out[i] = packed.sub(a[i], b[i], high)
    elif opcode == MUL:
        multiply(size, a, b, out, shape)
    elif opcode == EQ:
        for i in range(size):
            out[i] = packed.eq(a[i], b[i], high, bits)
    elif opcode == LT:
        for i in range(size):
            out[i] = packed.lt(a[i], b[i], high, bits)
    elif opcode == IF:
        for i in range(size):
            out[i] = packed.select(a[i], b[i], c[i], high, bits)
    elif opcode == AND:
        for i in range(size):
            out[i] = a[i] & b[i]
    elif opcode == XOR:
        for i in range(size):
            out[i] = a[i] ^ b[i]
    elif opcode == SHL:
        for i in range(size):
            out[i] = packed.shl(a[i], high)
    else:
        for i in range(size):
            out[i] = packed.shr(a[i], low)


@kernel
def apply_operator(p, size, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Write tables and steps of an operator without binders at position p from its children's."""
    opcode = walk.opcode[p]
    arity = tokens.arity[opcode]
    a = walk.args[p, 0]
    b = walk.args[p, arity - 1] if arity < 3 else walk.args[p, 1]
    c = walk.args[p, arity - 1]
    combine(opcode, size, tables.actual[a], tables.actual[b], tables.actual[c], tables.actual[p], shape)
    if walk.plain[p]:
        return
    combine(
        opcode,
        size,
        tables.actual[a] if walk.plain[a] else tables.strict[a],
        tables.actual[b] if walk.plain[b] else tables.strict[b],
        tables.actual[c] if walk.plain[c] else tables.strict[c],
        tables.strict[p],
        shape,
    )
    combine(
        opcode,
        size,
        tables.actual[a] if walk.plain[a] else tables.wide[a],
        tables.actual[b] if walk.plain[b] else tables.wide[b],
        tables.actual[c] if walk.plain[c] else tables.wide[c],
        tables.wide[p],
        shape,
    )
    start_steps(p, arity, size, shape, walk, tables)


@kernel
def start_steps(p, arity, size, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Set the steps at p to 1 + those of its first `arity` children, in every environment and lane."""
    constant = 1
    for j in range(arity):
        if walk.plain[walk.args[p, j]]:
            constant += walk.nodes[walk.args[p, j]]
    steps = tables.steps[p]
    size *= shape.lanes
    for i in range(size):
        steps[i] = constant
    for j in range(arity):
        if not walk.plain[walk.args[p, j]]:
            child = tables.steps[walk.args[p, j]]
            for i in range(size):
                steps[i] += child[i]


@kernel
def close_find(p, size, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Write actual table and steps of a find at p: least candidate whose body word is not 0, else 0."""
    body = walk.args[p, 0]
    for env in range(size):
        result = U(0)
        searching = shape.high
        base = env * shape.words
        for c in range(shape.words):
            hits = packed.nonzero(tables.actual[body, base + c], shape.high) & searching
            result |= packed.spread(hits, shape.word_bits) & (shape.low * U(c))
            searching &= ~hits
            if searching == U(0):
                break
        tables.actual[p, env] = result
        for lane in range(shape.lanes):
            shift = U(lane * shape.word_bits)
            tried = shape.words
            if (searching >> shift) & U(shape.words >> 1) == U(0):
                tried = np.int64((result >> shift) & U(shape.words - 1)) + 1
            spent = walk.nodes[body] * tried
            if not walk.plain[body]:
                spent = 0
                for c in range(tried):
                    spent += tables.steps[body, (base + c) * shape.lanes + lane]
            tables.steps[p, env * shape.lanes + lane] += spent


@kernel
def close_argmax(p, size, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Write actual table and steps of an argmax at p: least candidate whose body word is greatest."""
    body = walk.args[p, 0]
    table = tables.actual[body]
    for env in range(size):
        base = env * shape.words
        result = U(0)
        greatest = table[base]
        for c in range(1, shape.words):
            better = packed.spread(packed.less(greatest, table[base + c], shape.high), shape.word_bits)
            greatest = (greatest & ~better) | (table[base + c] & better)
            result = (result & ~better) | ((shape.low * U(c)) & better)
        tables.actual[p, env] = result
        for lane in range(shape.lanes):
            spent = walk.nodes[body] * shape.words
            if not walk.plain[body]:
                spent = 0
                for c in range(shape.words):
                    spent += tables.steps[body, (base + c) * shape.lanes + lane]
            tables.steps[p, env * shape.lanes + lane] += spent


@kernel
def lesion_search(p, size, shape, tables):  # type: ignore[no-untyped-def]
    """Write the lesioned tables of a find or argmax at p: the word itself for a literal, else 0."""
    actual = tables.actual[p]
    constant = shape.low * (actual[0] & U(shape.words - 1))
    is_literal = shape.lanes > 1
    for env in range(size):
        is_literal = is_literal and actual[env] == constant
    for env in range(size):
        lesioned = constant if is_literal else U(0)
        tables.strict[p, env] = lesioned
        tables.wide[p, env] = lesioned


@kernel
def iterate(size, count, start, body, out, settled, shape):  # type: ignore[no-untyped-def]
    """Write the final states of an iter over these tables to `out`.

    `settled` is overwritten with the high bits of the lanes whose run settled. Returns 1 where the
    node is a search in disguise: some settling run moved twice, and not all ended alike.
    """
    mask = U(shape.words - 1)
    moved_twice = False
    differ = False
    first_final = mask + U(1)
    for env in range(size):
        result = U(0)
        flags = U(0)
        base = U(env * shape.words)
        for lane in range(shape.lanes):
            shift = U(lane * shape.word_bits)
            state = (start[env] >> shift) & mask
            times = np.int64((count[env] >> shift) & mask)
            moves = 0
            while moves < times:
                after = (body[base + state] >> shift) & mask
                if after == state:
                    break
                state = after
                moves += 1
            result |= state << shift
            if 1 <= moves < times:
                flags |= U(shape.words >> 1) << shift
                moved_twice = moved_twice or moves >= 2
                if first_final > mask:
                    first_final = state
                differ = differ or state != first_final
        out[env] = result
        settled[env] = flags
    return moved_twice and differ


@kernel
def undo(size, start, settled, out, shape):  # type: ignore[no-untyped-def]
    """Put s0 back into `out` in every lane that settled."""
    for env in range(size):
        undone = packed.spread(settled[env], shape.word_bits)
        out[env] = (start[env] & undone) | (out[env] & ~undone)


@kernel
def count_iter_steps(p, size, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Add the steps of the body evaluations of the iter at p."""
    mask = U(shape.words - 1)
    count = tables.actual[walk.args[p, 0]]
    start = tables.actual[walk.args[p, 1]]
    body = walk.args[p, 2]
    for env in range(size):
        for lane in range(shape.lanes):
            shift = U(lane * shape.word_bits)
            times = (count[env] >> shift) & mask
            spent = walk.nodes[body] * np.int64(times)
            if not walk.plain[body]:
                spent = 0
                state = (start[env] >> shift) & mask
                for _ in range(times):
                    inner = env * shape.words + np.int64(state)
                    spent += tables.steps[body, inner * shape.lanes + lane]
                    state = (tables.actual[body, inner] >> shift) & mask
            tables.steps[p, env * shape.lanes + lane] += spent


@kernel
def close_iter(p, size, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Write tables and steps of an iter at p."""
    n, s, b = walk.args[p, 0], walk.args[p, 1], walk.args[p, 2]
    settled = tables.settled
    count, start, body = tables.actual[n], tables.actual[s], tables.actual[b]
    disguise = iterate(size, count, start, body, tables.actual[p], settled, shape)
    if walk.plain[n] and walk.plain[s] and walk.plain[b]:
        for env in range(size):
            tables.strict[p, env] = tables.actual[p, env]
            tables.wide[p, env] = tables.actual[p, env]
    else:
        iterate(
            size,
            count if walk.plain[n] else tables.strict[n],
            start if walk.plain[s] else tables.strict[s],
            body if walk.plain[b] else tables.strict[b],
            tables.strict[p],
            settled,
            shape,
        )
        start = start if walk.plain[s] else tables.wide[s]
        disguise = iterate(
            size,
            count if walk.plain[n] else tables.wide[n],
            start,
            body if walk.plain[b] else tables.wide[b],
            tables.wide[p],
            settled,
            shape,
        )
    if disguise:
        undo(size, start, settled, tables.wide[p], shape)
    count_iter_steps(p, size, shape, walk, tables)


@kernel
def complete(p, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Write everything about the subterm at p, whose children are complete."""
    opcode = walk.opcode[p]
    arity = tokens.arity[opcode]
    nodes = 1
    searches = 0
    plain = opcode < ITER
    for j in range(arity):
        child = walk.args[p, j]
        nodes += walk.nodes[child]
        searches += walk.searches[child]
        plain = plain and walk.plain[child] == 1
    walk.nodes[p] = nodes
    walk.searches[p] = searches + (opcode >= FIND)
    walk.plain[p] = plain
    size = environments(walk.bound[p], shape)
    if opcode < ITER:
        apply_operator(p, size, shape, tokens, walk, tables)
    elif opcode == ITER:
        start_steps(p, 2, size, shape, walk, tables)
        close_iter(p, size, shape, walk, tables)
    else:
        start_steps(p, 0, size, shape, walk, tables)
        if opcode == FIND:
            close_find(p, size, shape, walk, tables)
        else:
            close_argmax(p, size, shape, walk, tables)
        lesion_search(p, size, shape, tables)


@kernel
def open_slot(p, parent, child, used, pending, tokens, walk):  # type: ignore[no-untyped-def]
    """Make position p the slot of this child of its parent; `pending` still includes the slot itself."""
    opcode = walk.opcode[parent]
    binds = opcode >= FIND or (opcode == ITER and child == 2)
    bound = walk.bound[parent] + (1 if binds else 0)
    walk.parent[p] = parent
    walk.child[p] = child
    walk.args[parent, child] = p
    walk.bound[p] = bound
    walk.used[p] = used
    walk.pending[p] = pending - tokens.least[bound]
    walk.cursor[p] = tokens.start[bound]


@kernel
def slot_of(key, keys, counts):  # type: ignore[no-untyped-def]
    """The slot that holds this key, or the free slot where it belongs; keys are compared in full."""
    mixed = U(0)
    for field in range(ROW_FIELDS):
        mixed = (mixed ^ key[field]) * U(0x9E3779B97F4A7C15)
        mixed ^= mixed >> U(29)
    last = U(len(counts) - 1)
    slot = mixed & last
    while counts[slot] != U(0):
        same = True
        for field in range(ROW_FIELDS):
            same = same and keys[slot, field] == key[field]
        if same:
            return slot
        slot = (slot + U(1)) & last
    return slot


@kernel
def rehash(old, new):  # type: ignore[no-untyped-def]
    """Put every row of `old` into the empty, larger table `new`."""
    for i in range(len(old.counts)):
        if old.counts[i] != U(0):
            slot = slot_of(old.keys[i], new.keys, new.counts)
            for field in range(ROW_FIELDS):
                new.keys[slot, field] = old.keys[i, field]
            new.counts[slot] = old.counts[i]


@kernel
def explore(quota, part, parts, split, key, shape, tokens, walk, tables, table):  # type: ignore[no-untyped-def]
    """Count every program of a part into the hash table, from where the walk stands.

    Of the symbol choices at position `split`, numbered as they come, only those congruent to `part`
    modulo `parts` are followed; programs that end before it belong to part 0. `key` is scratch of
    shape (ROW_FIELDS,). Returns DONE, PAUSED after `quota` programs, or FULL when the table is half
    full; called again it goes on where it was.
    """
    for _ in range(quota):
        if 2 * walk.state[2] >= len(table.counts):
            return FULL
        if not advance(part, parts, split, shape, tokens, walk, tables):
            return DONE
        read_key(key, shape, walk, tables)
        walk.state[2] += count_key(key, table)
    return PAUSED


@kernel
def seek(quota, key, shape, tokens, walk, tables, table):  # type: ignore[no-untyped-def]
    """Walk on until a program comes by whose key is in the table: FOUND, and the walk stands on it.

    The table holds the keys sought, each counted once; a key that was found is counted twice and not
    sought any more. `key` is overwritten with the key found.
    """
    for _ in range(quota):
        if not advance(0, 1, 0, shape, tokens, walk, tables):
            return DONE
        read_key(key, shape, walk, tables)
        slot = slot_of(key, table.keys, table.counts)
        if table.counts[slot] == U(1):
            table.counts[slot] = U(2)
            return FOUND
    return PAUSED


@kernel
def advance(part, parts, split, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Walk on to the next program of a part; False where there is none left."""
    p, ordinal = walk.state[0], walk.state[1]
    while p >= 0:
        token = walk.cursor[p]
        if token == tokens.start[walk.bound[p] + 1] or (
            walk.used[p] + tokens.need[token] + walk.pending[p] > shape.max_bits
        ):
            p -= 1
            continue
        walk.cursor[p] = token + 1
        if p == split:
            ordinal += 1
            if ordinal % parts != part:
                continue
        if place(p, token, shape, tokens, walk, tables):
            p += 1
        elif p >= split or part == 0:
            walk.state[0], walk.state[1], walk.state[3] = p, ordinal, 1 + walk.used[p] + tokens.bits[token]
            return True
    return False


@kernel
def place(p, token, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Put a symbol at position p and complete what it completes; False where that is the program."""
    opcode = tokens.opcode[token]
    walk.opcode[p] = opcode
    used = walk.used[p] + tokens.bits[token]
    if opcode >= ADD:
        pending = walk.pending[p] + tokens.need[token] - tokens.bits[token]
        open_slot(p + 1, p, 0, used, pending, tokens, walk)
        return True
    fill_leaf(p, token, shape, tokens, walk, tables)
    top = p
    while top > 0 and walk.child[top] == tokens.arity[walk.opcode[walk.parent[top]]] - 1:
        top = walk.parent[top]
        complete(top, shape, tokens, walk, tables)
    if top > 0:
        open_slot(p + 1, walk.parent[top], walk.child[top] + 1, used, walk.pending[p], tokens, walk)
    return top > 0


@kernel
def replay(chosen, key, shape, tokens, walk, tables):  # type: ignore[no-untyped-def]
    """Write the row key of one program, given the tokens of its symbols in preorder."""
    for p in range(len(chosen)):
        place(p, chosen[p], shape, tokens, walk, tables)
    last = len(chosen) - 1
    walk.state[3] = 1 + walk.used[last] + tokens.bits[chosen[last]]
    read_key(key, shape, walk, tables)


@kernel
def read_key(key, shape, walk, tables):  # type: ignore[no-untyped-def]
    """Write the row key of the program the walk stands on to `key`."""
    steps = walk.nodes[0] * shape.lanes
    behaviour = tables.actual[0, 0]
    key[0] = behaviour
    key[1] = behaviour
    key[2] = behaviour
    if not walk.plain[0]:
        key[1] = tables.strict[0, 0]
        key[2] = tables.wide[0, 0]
        steps = 0
        for lane in range(shape.lanes):
            steps += tables.steps[0, lane]
    key[3] = U(steps)
    key[4] = U(walk.state[3]) + U(256) * U(walk.searches[0])


@kernel
def count_key(key, table):  # type: ignore[no-untyped-def]
    """Count one program into the row of this key; returns the number of rows this adds, 0 or 1."""
    slot = slot_of(key, table.keys, table.counts)
    table.counts[slot] += U(1)
    if table.counts[slot] > U(1):
        return 0
    for field in range(ROW_FIELDS):
        table.keys[slot, field] = key[field]
    return 1
