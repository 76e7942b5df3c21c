"""Longer terms out of shorter ones, class by class: the operators without binders (docs/language.md section 4).

Kernels fill `out` with one row for each candidate of an index list, (symbol, first, second, third) as `candidates`
writes it. Rows are uint64, the count last; before it, by kind of class:

- *outer* (no bound variable): behaviour, strict, wide, T * 256 + searches;
- *plain* (inside binders, none within): table, steps of one evaluation;
- *mixed* (inside a binder, binders within): actual, strict and wide table, steps in every environment
  as 16-bit numbers, four a word, environments in the order (bound value, lane), searches.

A table is one packed word for each setting of the bound variables, the innermost fastest. What reads a query column has
READS added in the word before its count: kernels add up their operands' and so count them, `Scope` makes one of
several. They charge a node's own step in every lane, and `Scope` takes it back where it is not paid. All is exact: the
caller checks that counts stay below 2^64, T below 2^32, searches below 2^8, steps of one evaluation inside a binder
below 2^16.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import U, inner, kernel
from priorsim.census.engine import packed
from priorsim.census.engine.packed import is_unary, lane_sum, operate, operate_tables

SYMBOL = 31
TWICE = 32
"""Added to a symbol whose two operands may also be exchanged: the candidate counts twice."""

META = 3
COUNT = 4
OUTER_WORDS = 4
SEARCH_BITS = U(8)
READS = U(1 << 40)
"""Above T and searches, and above the steps of an evaluation."""
BELOW_READS = READS - U(1)


class Words(NamedTuple):
    """How words are packed: masks, the bits of all lanes and of those paid once, numbers of bits, lanes and words."""

    low: np.uint64
    high: np.uint64
    full: np.uint64
    once: np.uint64
    word_bits: int
    lanes: int
    paid_once: int
    size: int

    @classmethod
    def of(cls, header: AtlasHeader) -> "Words":
        """The packing of a census's domain."""
        domain, paid = header.domain, header.lanes_paid_once
        low, high = packed.masks(domain)
        full, once = U(domain.lane_mask(range(len(domain.lanes)))), U(domain.lane_mask(paid))
        return cls(low, high, full, once, domain.word_bits, len(domain.lanes), len(paid), 2**domain.word_bits)


def variable_tables(depth: int, header: AtlasHeader) -> NDArray[np.uint64]:
    """Tables of all variables under `depth` binders, in code order: shape (variables, 2^(w depth) + 1).

    The last word is READS for a query column, else 0.
    """
    domain, words = header.domain, Words.of(header)
    settings = np.arange(words.size**depth, dtype=np.uint64)
    bound = [words.low * ((settings // U(words.size**place)) % U(words.size)) for place in range(depth)]
    inputs = [domain.pack(column) for column in zip(*domain.lanes, strict=True)]
    columns = [np.full(len(settings), word, dtype=np.uint64) for word in inputs]
    reads = [READS if place - depth in header.queries else 0 for place in range(depth + len(columns))]
    return np.column_stack([np.array([*bound, *columns], dtype=np.uint64), np.array(reads, dtype=np.uint64)])


@kernel
def candidates(tasks, progress, index):  # type: ignore[no-untyped-def]
    """Write the next candidates of a list of tasks into `index`, int32 (batch, 4); return how many.

    tasks : int64 (tasks, 8): symbol, begin and end of each of three operands, then 1 where the first two are one range
    and each pair is wanted once; progress : int64 (4,), task and operands to go on with, -1 for the first, overwritten.
    """
    made = 0
    task, first, second, third = progress[0], progress[1], progress[2], progress[3]
    while task < tasks.shape[0]:
        symbol = tasks[task, 0]
        once = tasks[task, 7] == 1
        first = tasks[task, 1] if first < 0 else first
        while first < tasks[task, 2]:
            if second < 0:
                second = max(tasks[task, 3], first) if once else tasks[task, 3]
            while second < tasks[task, 4]:
                third = tasks[task, 5] if third < 0 else third
                end = min(tasks[task, 6], third + index.shape[0] - made)
                shown = symbol & SYMBOL if once and first == second else symbol
                for last in range(third, end):
                    index[made, 0] = shown
                    index[made, 1] = first
                    index[made, 2] = second
                    index[made, 3] = last
                    made += 1
                if end < tasks[task, 6]:
                    progress[0], progress[1], progress[2], progress[3] = task, first, second, end
                    return made
                third = -1
                second += 1
            second = -1
            first += 1
        first = -1
        task += 1
    progress[0], progress[1], progress[2], progress[3] = task, -1, -1, -1
    return made


@inner
def count_of(symbol, left, right):  # type: ignore[no-untyped-def]
    """Count (uint64) of a candidate of two operands of these counts."""
    return left * right * U(1 + (symbol >= TWICE))


@kernel
def combine_outer(index, made, terms, words, out):  # type: ignore[no-untyped-def]
    """Operators of one or two operands on outer rows: `made` candidates of `index` into `out`."""
    own = U(words.lanes) << SEARCH_BITS
    for row in range(made):
        symbol = index[row, 0] & SYMBOL
        a, b = index[row, 1], index[row, 2]
        first, second = terms[a, 0], terms[b, 0]
        word = operate(symbol, first, second, words)
        strict = wide = word
        if terms[a, 1] != first or terms[b, 1] != second or terms[a, 2] != first or terms[b, 2] != second:
            strict = operate(symbol, terms[a, 1], terms[b, 1], words)
            wide = operate(symbol, terms[a, 2], terms[b, 2], words)
        out[row, 0], out[row, 1], out[row, 2] = word, strict, wide
        if is_unary(symbol):
            out[row, META] = terms[a, META] + own
            out[row, COUNT] = terms[a, COUNT]
        else:
            out[row, META] = terms[a, META] + terms[b, META] + own
            out[row, COUNT] = count_of(index[row, 0], terms[a, COUNT], terms[b, COUNT])


@kernel
def choose_outer(index, made, tests, left, right, words, out):  # type: ignore[no-untyped-def]
    """`if` on outer rows; the words of a test row are masks, all bits of a lane or none."""
    own = U(words.lanes) << SEARCH_BITS
    for row in range(made):
        c, a, b = index[row, 1], index[row, 2], index[row, 3]
        for which in range(3):
            mask = tests[c, which]
            out[row, which] = (mask & left[a, which]) | (~mask & right[b, which])
        out[row, META] = tests[c, META] + left[a, META] + right[b, META] + own
        out[row, COUNT] = tests[c, COUNT] * left[a, COUNT] * right[b, COUNT]


@inner
def choose_table(test, left, right, out):  # type: ignore[no-untyped-def]
    """Left where the masks of `test` are set, right elsewhere; all uint64 (size,)."""
    for k in range(out.shape[0]):
        out[k] = (test[k] & left[k]) | (~test[k] & right[k])


@inner
def table_at(rows, which, size):  # type: ignore[no-untyped-def]
    """Where the actual, strict or wide table of a mixed row starts, or the one table of a plain row."""
    return 0 if rows.shape[1] == size + 2 else which * size


@inner
def tables_of(rows, size):  # type: ignore[no-untyped-def]
    """How many tables of so many words mixed or plain rows have."""
    return 1 if rows.shape[1] == size + 2 else 3


@inner
def begin_steps(units, out):  # type: ignore[no-untyped-def]
    """The node's own step into the steps of a plain row, or in every environment into those of a mixed row."""
    if out.shape[0] == 1:
        out[0] = U(1)
        return
    for k in range(units.shape[0]):
        out[k] = units[k]
    out[units.shape[0]] = U(0)


@inner
def add_steps(rows, row, size, units, out):  # type: ignore[no-untyped-def]
    """Add a child's steps to those of a plain row, or in every environment, with its searches, to those of a mixed."""
    if out.shape[0] == 1:
        out[0] += rows[row, size]
    elif rows.shape[1] == size + 2:
        cost = rows[row, size] & BELOW_READS
        for k in range(units.shape[0]):
            out[k] += cost * units[k]
        out[units.shape[0]] += rows[row, size] - cost
    else:
        child = rows[row, 3 * size :]
        for k in range(units.shape[0] + 1):
            out[k] += child[k]


@inner
def last(rows, row):  # type: ignore[no-untyped-def]
    """The count of a row."""
    return rows[row, rows.shape[1] - 1]


@kernel
def combine_inner(index, made, left, right, size, units, words, out):  # type: ignore[no-untyped-def]
    """Operators of one or two operands into mixed or plain rows, from such rows with tables of `size` words.

    units : uint64 (step words,), 1 in every environment's 16 bits. Rows are plain where both operands are.
    """
    end, tables = out.shape[1] - 1, tables_of(out, size)
    for row in range(made):
        symbol = index[row, 0] & SYMBOL
        a, b = index[row, 1], index[row, 2]
        for which in range(tables):
            i, j, k = table_at(left, which, size), table_at(right, which, size), which * size
            operate_tables(symbol, left[a, i : i + size], right[b, j : j + size], words, out[row, k : k + size])
        steps = out[row, tables * size : end]
        begin_steps(units, steps)
        add_steps(left, a, size, units, steps)
        out[row, end] = last(left, a)
        if not is_unary(symbol):
            add_steps(right, b, size, units, steps)
            out[row, end] = count_of(index[row, 0], last(left, a), last(right, b))


@kernel
def choose_inner(index, made, tests, left, right, size, units, out):  # type: ignore[no-untyped-def]
    """`if` into mixed or plain rows, from such rows; the tables of a test row are masks."""
    end, tables = out.shape[1] - 1, tables_of(out, size)
    for row in range(made):
        c, a, b = index[row, 1], index[row, 2], index[row, 3]
        for which in range(tables):
            h, i, j = table_at(tests, which, size), table_at(left, which, size), table_at(right, which, size)
            k = which * size
            choose_table(tests[c, h : h + size], left[a, i : i + size], right[b, j : j + size], out[row, k : k + size])
        steps = out[row, tables * size : end]
        begin_steps(units, steps)
        add_steps(tests, c, size, units, steps)
        add_steps(left, a, size, units, steps)
        add_steps(right, b, size, units, steps)
        out[row, end] = last(tests, c) * last(left, a) * last(right, b)


@kernel
def masks_of_tests(rows, tables, words, out):  # type: ignore[no-untyped-def]
    """Rows as tests: the first `tables` words become the masks of their lanes that are not 0, into `out`."""
    for row in range(rows.shape[0]):
        for k in range(tables):
            out[row, k] = packed.spread(packed.nonzero(rows[row, k], words.high), words.word_bits)
        for k in range(tables, rows.shape[1]):
            out[row, k] = rows[row, k]


MOVING, CONSTANT_BODY, IDENTITY = range(3)


@kernel
def idle_bodies(rows, words, idle):  # type: ignore[no-untyped-def]
    """Of plain bodies, which ignore the innermost variable and which are it: into `idle`, uint8 (rows,)."""
    size = words.size
    tables = rows.shape[1] - 2
    for row in range(rows.shape[0]):
        constant, identity = True, True
        for k in range(tables):
            constant &= rows[row, k] == rows[row, k - k % size]
            identity &= rows[row, k] == words.low * U(k % size)
            if not (constant or identity):
                break
        idle[row] = CONSTANT_BODY if constant else IDENTITY if identity else MOVING


@kernel
def round_masks(rows, words, out):  # type: ignore[no-untyped-def]
    """Outer rows as numbers of rounds, uint64 (rows, 7), into `out`.

    Masks where not 0, T and searches, the sum over the lanes, that over the lanes of `words.once`, count.
    """
    for row in range(rows.shape[0]):
        for which in range(3):
            out[row, which] = packed.spread(packed.nonzero(rows[row, which], words.high), words.word_bits)
        out[row, META] = rows[row, META]
        out[row, META + 1] = lane_sum(rows[row, 0], words)
        out[row, META + 2] = lane_sum(rows[row, 0] & words.once, words)
        out[row, META + 3] = rows[row, COUNT]
