"""`apply` on packed words and on classes: inner programs as a table of their runs (docs/language.md section 7).

`runs` is uint64 (2^8 * 4,): at 4 c + a stands what inner program c does on input a, its word + 4 * its steps. Rows are
those of `class_kernels`. Unlike any other operator's, an apply's steps depend on the environment, so inside a binder it
makes mixed rows. Exact while the caller's bounds hold, which allow every node the steps of the longest run.
"""

from functools import cache

import numpy as np

from priorsim.census.compiled import U64, U, inner, kernel
from priorsim.census.engine.class_kernels import (
    COUNT,
    META,
    SEARCH_BITS,
    add_steps,
    begin_steps,
    last,
    table_at,
    tables_of,
)
from priorsim.census.engine.closing import STEPS_AT, lane_word, paid_lanes
from priorsim.mu.inner import INNER_PROGRAMS, INNER_WORD_BITS
from priorsim.mu.interpreter import inner_run

INPUTS = 2**INNER_WORD_BITS
RUN_BITS = U(INNER_WORD_BITS)
WORD_OF_RUN = U(INPUTS - 1)


@cache
def runs_table() -> U64:
    """The runs of all inner programs on all inputs, as the kernels read them."""
    runs = (inner_run(number, word) for number in range(INNER_PROGRAMS) for word in range(INPUTS))
    return np.array([run.word + INPUTS * run.steps for run in runs], dtype=np.uint64)


@inner
def run_in_lane(numbers, inputs, lane, runs, words):  # type: ignore[no-untyped-def]
    """What stands in `runs` for the words of one lane."""
    return runs[lane_word(numbers, lane, words) * INPUTS + lane_word(inputs, lane, words) % INPUTS]


@inner
def apply_words(numbers, inputs, runs, words):  # type: ignore[no-untyped-def]
    """The word that the inner program gives in every lane."""
    given = U(0)
    for lane in range(words.lanes):
        given |= (run_in_lane(numbers, inputs, lane, runs, words) & WORD_OF_RUN) << U(lane * words.word_bits)
    return given


@inner
def apply_steps(numbers, inputs, runs, paid, words):  # type: ignore[no-untyped-def]
    """Steps of the inner runs in the lanes whose bits are set in `paid`, all together."""
    total = U(0)
    for lane in range(words.lanes):
        if lane_word(paid, lane, words) != 0:
            total += run_in_lane(numbers, inputs, lane, runs, words) >> RUN_BITS
    return total


@kernel
def apply_outer(index, made, terms, runs, words, out):  # type: ignore[no-untyped-def]
    """apply on outer rows: `made` candidates of `index` into `out`."""
    for row in range(made):
        a, b = index[row, 1], index[row, 2]
        for which in range(META):
            out[row, which] = apply_words(terms[a, which], terms[b, which], runs, words)
        meta = terms[a, META] + terms[b, META]
        total = U(words.lanes) + apply_steps(terms[a, 0], terms[b, 0], runs, paid_lanes(meta, words), words)
        out[row, META] = meta + (total << SEARCH_BITS)
        out[row, COUNT] = terms[a, COUNT] * terms[b, COUNT]


@kernel
def apply_inner(index, made, left, right, size, units, runs, words, out, costs):  # type: ignore[no-untyped-def]
    """apply into mixed rows, or into plain ones of no steps, from such rows with tables of `size` words.

    units : as for `combine_inner`; costs : the memory of `out` as uint16.
    """
    end, tables = out.shape[1] - 1, tables_of(out, size)
    for row in range(made):
        a, b = index[row, 1], index[row, 2]
        for which in range(tables):
            i, j, k = table_at(left, which, size), table_at(right, which, size), which * size
            for at in range(size):
                out[row, k + at] = apply_words(left[a, i + at], right[b, j + at], runs, words)
        out[row, end] = last(left, a) * last(right, b)
        if tables == 1:
            out[row, size] = U(0)
            continue
        steps = out[row, tables * size : end]
        begin_steps(units, steps)
        add_steps(left, a, size, units, steps)
        add_steps(right, b, size, units, steps)
        i, j = table_at(left, 0, size), table_at(right, 0, size)
        for at in range(size):
            for lane in range(words.lanes):
                run = run_in_lane(left[a, i + at], right[b, j + at], lane, runs, words)
                costs[row, STEPS_AT * size + at * words.lanes + lane] += run >> RUN_BITS
