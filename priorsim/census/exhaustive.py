"""The exhaustive engine: every code-only program of each length, one by one (kernels.py).

It merges nothing and shares no shortcut with faster engines, which are checked against it. The work
is cut into parts by the symbols at the walk's third position; the rows do not depend on the number of
parts or of workers.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace

import numpy as np

from priorsim.census import kernels
from priorsim.census.atlas import AtlasHeader, RowKey, Rows, merge
from priorsim.census.packed import U64, U, masks
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts, tokens
from priorsim.errors import CensusError
from priorsim.mu.code import constant_code, length, operator_code, variable_code
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Apply, Const, Program, Term, Var

SPLIT_POSITION = 2
PARTS = 64
QUOTA = 1 << 20
"""Programs between two returns to Python, where a Ctrl-C is noticed."""

FIRST_SLOTS = 1 << 12


def count_exhaustive(
    header: AtlasHeader, *, workers: int = 1, progress: Callable[[Progress], None] | None = None
) -> Rows:
    """Count every code-only program up to the header's bound.

    Parameters
    ----------
    header : AtlasHeader
        What to count; total accounting.
    workers : int
        Spawned processes; 1 stays in this one.
    progress : callable, optional
        Called with the Progress after every part.

    Returns
    -------
    Rows
        Sorted and merged.

    Raises
    ------
    CensusError
        When the steps of a program could pass 32 bits, or the environments 2^20.
    """
    check_bounds(header)
    total = sum(program_counts(header.language, header.max_bits))
    parts: list[Rows] = []
    done = 0
    for rows in _run_parts(header, workers):
        parts.append(rows)
        done += int(rows.count.sum())
        if progress is not None:
            progress(Progress(done, total))
    return merge(Rows.concatenate(parts))


def check_bounds(header: AtlasHeader) -> None:
    """Raise CensusError where a count or a step number could overflow its column.

    A program of B bits has fewer than B nodes and each is evaluated at most 2^(w*D) times a lane.
    """
    header.domain.check_depth(header.language.depth)
    if header.max_bits < 2 or header.max_bits > 63:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to 63")
    most_steps = header.domain.environments(header.language.depth) * header.max_bits
    if most_steps >= 2**32:
        raise CensusError(f"a program could take {most_steps} steps: at most {2**32 - 1} are counted, lower the bound")


def _run_parts(header: AtlasHeader, workers: int) -> Iterator[Rows]:
    if workers == 1:
        for part in range(PARTS):
            yield count_part(header, part)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts_to_the_parent) as pool:
        futures = [pool.submit(count_part, header, part) for part in range(PARTS)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def count_part(header: AtlasHeader, part: int) -> Rows:
    """The rows of one part, 0 <= part < PARTS, not sorted; a part that holds no program has none."""
    shape = make_shape(header)
    token_table = make_tokens(header)
    walk, tables = make_buffers(shape)
    table = make_table(FIRST_SLOTS)
    key = np.zeros(kernels.ROW_FIELDS, U)
    status = kernels.PAUSED
    while status != kernels.DONE:
        status = kernels.explore(QUOTA, part, PARTS, SPLIT_POSITION, key, shape, token_table, walk, tables, table)
        if status == kernels.FULL:
            larger = make_table(2 * len(table.counts))
            kernels.rehash(table, larger)
            table = larger
    return _rows_of(table)


def _rows_of(table: kernels.HashTable) -> Rows:
    taken = np.flatnonzero(table.counts)
    behaviour, strict, wide, steps, bits_and_searches = table.keys[taken].T
    return Rows(
        bits=(bits_and_searches & U(255)).astype(np.uint8),
        behaviour=behaviour,
        strict=strict,
        wide=wide,
        steps=steps.astype(np.uint32),
        searches=(bits_and_searches >> U(8)).astype(np.uint8),
        count=table.counts[taken],
    )


def make_shape(header: AtlasHeader) -> kernels.Shape:
    """The kernels' view of a language and domain."""
    low, high = masks(header.domain)
    word_bits = header.language.word_bits
    return kernels.Shape(
        word_bits, 2**word_bits, len(header.domain.lanes), header.language.depth, header.max_bits - 1, low, high
    )


def make_tokens(header: AtlasHeader) -> kernels.Tokens:
    """The symbol table of a language, by context and by rising need; literals one a word."""
    language = header.language
    depth = language.depth
    least = [_shortest_term(header, bound) for bound in range(depth + 1)]
    start, entries, variables = [0], [], 0
    for bound in range(depth + 1):
        here = []
        for token in tokens(language, bound):
            opcode = kernels.OPCODES.get(token.kind, kernels.CONSTANT)
            if token.kind == "variable":
                opcode = kernels.VARIABLE
            need = token.bits + sum(least[bound + binds] for binds in token.binds)
            values = range(token.choices) if token.kind == "literal" else [token.value]
            if token.kind == "variable":
                values = [variables + token.value]
            here += [(need, opcode, value, token.bits) for value in values]
        variables += bound + language.columns
        entries += sorted(here, key=lambda entry: entry[0])
        start.append(len(entries))
    need, opcode, value, bits = np.array(entries, dtype=np.int64).T.copy()
    arity = np.zeros(kernels.ARGMAX + 1, np.int64)
    for name, code in kernels.OPCODES.items():
        arity[code] = FORMS[name].arity
    return kernels.Tokens(np.array(start), opcode, value, bits, need, arity, np.array(least), _variable_tables(header))


def _variable_tables(header: AtlasHeader) -> U64:
    """Tables of every variable: the contexts one after the other, innermost variables first."""
    language, domain = header.language, header.domain
    words = 2**language.word_bits
    low, _ = masks(domain)
    environments = np.arange(words**language.depth, dtype=U)
    inner_first = [environments % U(words), environments // U(words)]
    columns = [domain.pack([lane[j] for lane in domain.lanes]) for j in range(len(domain.columns))]
    constant = [np.full_like(environments, column) for column in columns]
    return np.array(
        [table for d in range(language.depth + 1) for table in (*(low * v for v in inner_first[:d]), *constant)]
    )


def _shortest_term(header: AtlasHeader, bound: int) -> int:
    counts = term_counts(header.language, bound, 3)
    return next(bits for bits, count in enumerate(counts) if count)


def make_table(slots: int) -> kernels.HashTable:
    """An empty hash table; `slots` is a power of two."""
    return kernels.HashTable(np.zeros((slots, kernels.ROW_FIELDS), U), np.zeros(slots, U))


def make_buffers(shape: kernels.Shape) -> tuple[kernels.Walk, kernels.Tables]:
    """Fresh buffers for a walk up to the shape's bound, the walk at its start."""
    positions = shape.max_bits + 1
    shapes = {"args": (positions, 3), "state": (4,)}
    walk = kernels.Walk(*(np.zeros(shapes.get(name, positions), np.int64) for name in kernels.Walk._fields))
    inner, outer = shape.words**shape.depth, shape.words ** (shape.depth - 1)
    tables = kernels.Tables(
        np.zeros((positions, inner), U),
        np.zeros((positions, outer), U),
        np.zeros((positions, outer), U),
        np.zeros((positions, outer * shape.lanes), np.int64),
        np.zeros(outer, U),
    )
    return walk, tables


def key_of(header: AtlasHeader, program: Program) -> RowKey:
    """The row a code-only program is counted in, computed by the engine's kernels.

    Raises
    ------
    CodeError
        When the program does not belong to the header's language.
    """
    bits = length(program, header.language)
    shape = make_shape(replace(header, max_bits=bits))
    token_table = make_tokens(header)
    walk, tables = make_buffers(shape)
    key = np.zeros(kernels.ROW_FIELDS, U)
    chosen = np.array(_chosen_tokens(program.term, 0, header, token_table), dtype=np.int64)
    kernels.replay(chosen, key, shape, token_table, walk, tables)
    behaviour, strict, wide, steps, bits_and_searches = (int(field) for field in key)
    return RowKey(bits_and_searches % 256, behaviour, strict, wide, steps, bits_and_searches // 256)


def _chosen_tokens(term: Term, bound: int, header: AtlasHeader, table: kernels.Tokens) -> list[int]:
    """The tokens of a term's symbols in preorder."""
    language = header.language
    children: list[int] = []
    match term:
        case Var(index):
            first = sum(d + language.columns for d in range(bound))
            symbol = (kernels.VARIABLE, first + index, len(variable_code(index, bound, language)))
        case Const(word, _):
            symbol = (kernels.CONSTANT, word, len(constant_code(term, language)))
        case Apply(form, args):
            symbol = (kernels.OPCODES[form], 0, len(operator_code(form, bound, language)))
            for arg, binds in zip(args, FORMS[form].binds, strict=True):
                children += _chosen_tokens(arg, bound + binds, header, table)
    here = slice(int(table.start[bound]), int(table.start[bound + 1]))
    opcode, value, bits = symbol
    same = (table.opcode[here] == opcode) & (table.value[here] == value) & (table.bits[here] == bits)
    return [here.start + int(np.flatnonzero(same)[0]), *children]
