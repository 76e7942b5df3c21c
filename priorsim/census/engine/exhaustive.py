"""The exhaustive engine: every code-only program of each length, one by one (exhaustive_kernels.py).

It merges nothing and shares no shortcut with faster engines, which are checked against it. The work
is cut into parts by the symbols at the walk's third position; the rows do not depend on the number of
parts or of workers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from priorsim.census.atlas import AtlasHeader, RowKey, Rows, check_accounting, merge
from priorsim.census.compiled import I64, U64, U
from priorsim.census.engine import exhaustive_kernels as kernels
from priorsim.census.engine.packed import masks
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, term_counts, tokens
from priorsim.errors import CensusError
from priorsim.mu.code import constant_code, length, operator_code, variable_code
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Apply, Const, Program, Term, Var
from priorsim.processes import run_tasks

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
        What to count, by the total or the amortised accounting.
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
    tell = progress or (lambda _: None)
    if workers == 1:
        counter = Counter(header)
        for part in range(PARTS):
            counter.count(part)
            tell(Progress(counter.programs, total))
        return counter.rows().sorted()
    parts: list[Rows] = []
    done = 0
    for _, rows in run_tasks(partial(count_part, header), range(PARTS), workers):
        parts.append(rows)
        done += int(rows.count.sum())
        tell(Progress(done, total))
    return merge(Rows.concatenate(parts))


def check_bounds(header: AtlasHeader) -> None:
    """Raise CensusError where a count or a step number could overflow its column, or steps are not summed.

    A program of B bits has fewer than B nodes and each is evaluated at most 2^(w*D) times a lane.
    """
    check_accounting(header.accounting)
    header.domain.check_depth(header.language.depth)
    if header.max_bits < 2 or header.max_bits > 63:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to 63")
    most_steps = header.domain.environments(header.language.depth) * header.max_bits
    if most_steps >= 2**32:
        raise CensusError(f"a program could take {most_steps} steps: at most {2**32 - 1} are counted, lower the bound")


def count_part(header: AtlasHeader, part: int) -> Rows:
    """The rows of one part, 0 <= part < PARTS, not sorted; a part that holds no program has none."""
    counter = Counter(header)
    counter.count(part)
    return counter.rows()


class Counter:
    """Counts the programs of parts into one hash table."""

    def __init__(self, header: AtlasHeader) -> None:
        self._walker = Walker.of(header)
        self._table = make_table(FIRST_SLOTS)

    def count(self, part: int) -> None:
        """Count the programs of one more part."""
        walker = self._walker
        walker.restart()
        status = kernels.PAUSED
        while status != kernels.DONE:
            status = kernels.explore(QUOTA, part, PARTS, SPLIT_POSITION, *walker.arrays, walker.state, self._table)
            if status == kernels.FULL:
                larger = make_table(4 * len(self._table))
                kernels.rehash(self._table, larger)
                self._table = larger

    @property
    def programs(self) -> int:
        """Number of programs counted so far."""
        return int(self._walker.state[kernels.PROGRAMS])

    def rows(self) -> Rows:
        """The rows so far, each key once, not sorted."""
        taken = self._table[np.flatnonzero(self._table[:, kernels.ROW_FIELDS])]
        behaviour, strict, wide, steps, bits_and_searches, count = taken.T.copy()
        return Rows(
            bits=(bits_and_searches & U(255)).astype(np.uint8),
            behaviour=behaviour,
            strict=strict,
            wide=wide,
            steps=steps.astype(np.uint32),
            searches=(bits_and_searches >> U(8)).astype(np.uint8),
            count=count,
        )


@dataclass(frozen=True, slots=True)
class Walker:
    """The arrays of a walk through the programs of a header, as exhaustive_kernels.py describes them."""

    key: U64
    shape: kernels.Shape
    symbols: I64
    scopes: I64
    walk: I64
    memory: U64
    state: I64

    @classmethod
    def of(cls, header: AtlasHeader) -> "Walker":
        """A walk up to the header's bound, at its start."""
        symbols, scopes = make_symbols(header)
        variables = _variable_tables(header)
        word_bits, depth, lanes = header.language.word_bits, header.language.depth, len(header.domain.lanes)
        inner, outer = 2 ** (word_bits * depth), 2 ** (word_bits * (depth - 1))
        first = outer * lanes
        home, stride = first + variables.size, inner + (3 + lanes) * outer
        positions = header.max_bits
        low, high = masks(header.domain)
        once = high & U(header.domain.lane_mask(header.lanes_paid_once))
        shape = kernels.Shape(
            word_bits, 2**word_bits, lanes, header.max_bits - 1, low, high, once, inner, outer, home, stride
        )
        memory = np.zeros(home + positions * stride, U)
        memory[first:home] = variables.ravel()
        walk = np.zeros((positions, kernels.WALK_FIELDS), np.int64)
        return cls(np.zeros(kernels.ROW_FIELDS, U), shape, symbols, scopes, walk, memory, np.zeros(4, np.int64))

    @property
    def arrays(self) -> tuple[U64, kernels.Shape, I64, I64, I64, U64]:
        """What the kernels take, in their order, but the state."""
        return self.key, self.shape, self.symbols, self.scopes, self.walk, self.memory

    def restart(self) -> None:
        """Put the walk back to its start; what was counted stays."""
        self.walk[0] = 0
        self.state[: kernels.ROWS] = 0


@lru_cache(maxsize=4)
def make_symbols(header: AtlasHeader) -> tuple[I64, I64]:
    """The symbols of a language, by context and by rising need, literals one a word; and the contexts."""
    language = header.language
    depth = language.depth
    least = [_shortest_term(header, bound) for bound in range(depth + 1)]
    symbols: list[tuple[int, int, int, int, int]] = []
    scopes, variables = [], 0
    for bound in range(depth + 1):
        units = (1, 1) if bound else (len(header.lanes_paid_once), len(header.domain.lanes))
        scopes.append((len(symbols), 2 ** (language.word_bits * bound), least[bound], *units))
        here = []
        for token in tokens(language, bound):
            opcode = kernels.OPCODES.get(token.kind, kernels.CONSTANT)
            if token.kind == "variable":
                opcode = kernels.VARIABLE
            need = token.bits + sum(least[bound + binds] for binds in token.binds)
            values = range(token.choices) if token.kind == "literal" else [token.value]
            if token.kind == "variable":
                values = [variables + token.value]
            reads = int(token.reads(header.queries, bound))
            here += [(opcode, value, token.bits, need, reads) for value in values]
        variables += bound + language.columns
        symbols += sorted(here, key=lambda symbol: symbol[kernels.NEED])
    scopes.append((len(symbols), 0, 0, 0, 0))
    return np.array(symbols, dtype=np.int64), np.array(scopes, dtype=np.int64)


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


def make_table(slots: int) -> U64:
    """An empty hash table; `slots` is a power of two."""
    return np.zeros((slots, kernels.ROW_FIELDS + 1), U)


def key_of(header: AtlasHeader, program: Program) -> RowKey:
    """The row a code-only program is counted in, computed by the engine's kernels.

    Raises
    ------
    CodeError
        When the program does not belong to the header's language.
    CensusError
        When the accounting is one that no census counts by.
    """
    check_accounting(header.accounting)
    bits = length(program, header.language)
    walker = Walker.of(replace(header, max_bits=bits))
    chosen = np.array(_chosen_symbols(program.term, 0, header, walker), dtype=np.int64)
    kernels.replay(chosen, *walker.arrays)
    behaviour, strict, wide, steps, bits_and_searches = (int(field) for field in walker.key)
    return RowKey(bits_and_searches % 256, behaviour, strict, wide, steps, bits_and_searches // 256)


def _chosen_symbols(term: Term, bound: int, header: AtlasHeader, walker: Walker) -> list[int]:
    """The numbers of a term's symbols in preorder."""
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
                children += _chosen_symbols(arg, bound + binds, header, walker)
    start, end = walker.scopes[bound : bound + 2, kernels.START]
    same = np.all(walker.symbols[start:end, : kernels.NEED] == symbol, axis=1)
    return [int(start + np.flatnonzero(same)[0]), *children]
