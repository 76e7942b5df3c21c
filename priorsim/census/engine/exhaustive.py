"""The exhaustive engine: every code-only program of each length, one by one (exhaustive_kernels.py).

It merges no two programs, which faster engines do; those are checked against it, and it against the interpreter. The
work is cut into parts, which are subtrees: by the symbols at the walk's third position. The rows do not depend on the
number of parts or of workers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, RowKey, Rows, check_accounting, merge
from priorsim.census.compiled import I64, U64, U
from priorsim.census.engine import exhaustive_kernels as kernels
from priorsim.census.engine.apply_kernels import runs_table
from priorsim.census.engine.class_kernels import Words, variable_tables
from priorsim.census.engine.packed import CONSTANT, SYMBOLS, VARIABLE
from priorsim.census.engine.tables import Table
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts, tokens
from priorsim.errors import CensusError
from priorsim.mu.code import length, symbols_of
from priorsim.mu.domain import MAX_PACKED_BITS, check_packed
from priorsim.mu.interpreter import Accounting, most_steps_of_node
from priorsim.mu.syntax import Program
from priorsim.processes import Workers, run_tasks
from priorsim.shards import Shards, identity_of, run_durable

SPLIT_POSITION = 2
PARTS = 64
LISTED = 1 << 13
"""Programs between two returns to Python."""


def count_exhaustive(
    header: AtlasHeader,
    *,
    workers: Workers = 1,
    progress: Callable[[Progress], None] | None = None,
    shards: Shards | None = None,
) -> Rows:
    """Count every code-only program up to the header's bound: rows, sorted and merged.

    So many workers are spawned processes; 1 stays in this one. Parts are kept as shards where these are given.
    CensusError as in `check_bounds`; AlteredError where a shard is damaged.
    """
    check_bounds(header)
    total = sum(program_counts(header.language, header.max_bits))
    parts: list[Rows] = []
    done = 0
    for rows in _parts(header, workers) if shards is None else _kept_parts(header, workers, shards):
        parts.append(rows)
        done += int(rows.count.sum())
        if progress is not None:
            progress(Progress(done, total))
    return merge(Rows.concatenate(parts))


def _parts(header: AtlasHeader, workers: Workers) -> Iterator[Rows]:
    """The rows of each part, in any order."""
    return (rows for _, rows in run_tasks(partial(count_part, header), range(PARTS), workers))


def _kept_parts(header: AtlasHeader, workers: Workers, shards: Shards) -> Iterator[Rows]:
    """The same, from shards; AlteredError where one is damaged."""
    for _, receipt in run_durable([Subtree(header, part) for part in range(PARTS)], shards, workers):
        columns = dict(shards.read(receipt.identity, COLUMN_TYPES))
        yield Rows(**{name: np.frombuffer(columns[name], kind) for name, kind in COLUMN_TYPES.items()})


@dataclass(frozen=True, slots=True)
class Subtree:
    """The task to count one part."""

    header: AtlasHeader
    part: int

    @property
    def identity(self) -> str:
        """The digest of all that decides the rows."""
        return identity_of(engine="exhaustive", census=self.header.to_json(), part=self.part, parts=PARTS)

    def make(self, _: Shards) -> tuple[dict[str, bytes], dict[str, int]]:
        """The rows, a section for each column, and how many programs they are."""
        rows = count_part(self.header, self.part)
        return {name: getattr(rows, name).tobytes() for name in COLUMN_TYPES}, {"programs": int(rows.count.sum())}


def check_bounds(header: AtlasHeader) -> None:
    """Raise PriorsimError where the domain is wide, or as `check_numbers` does."""
    check_packed(header.domain)
    check_numbers(header)


def check_numbers(header: AtlasHeader) -> None:
    """Raise CensusError where a count or a step number could overflow its column, or steps are not summed.

    A program of B bits has fewer than B nodes and each is evaluated at most 2^(w*D) times a lane.
    """
    check_accounting(header.accounting)
    header.domain.check_depth(header.language.depth)
    if header.max_bits < 2 or header.max_bits > 63:
        raise CensusError(f"a bound of {header.max_bits} bits is out of range: choose 2 to 63")
    environments = header.domain.environments(header.language.depth)
    most_steps = environments * header.max_bits * most_steps_of_node(header.language)
    if most_steps >= 2**32:
        raise CensusError(f"a program could take {most_steps} steps: at most {2**32 - 1} are counted, lower the bound")


def count_part(header: AtlasHeader, part: int) -> Rows:
    """The rows of one part, 0 <= part < PARTS, each key once, not sorted; a part that holds no program has none."""
    walker = Walker.of(header)
    table = Table(walker.key_words)
    listed = np.empty((LISTED, walker.key_words + 1), U)
    while made := kernels.list_programs(part, PARTS, SPLIT_POSITION, listed, *walker):
        listed[:made, -1] = 1
        table.add(listed[:made])
    return rows_of(table.rows)


def rows_of(keys: U64) -> Rows:
    """What the kernels write of programs, as rows, whose counts are the last words of these."""
    behaviour, strict, wide, steps, both, count = keys.T.copy()
    bits, searches = both.astype(np.uint8), (both >> U(8)).astype(np.uint8)
    return Rows(bits, behaviour, strict, wide, steps.astype(np.uint32), searches, count)


class Walker(NamedTuple):
    """The arrays of a walk through the programs of a header, as exhaustive_kernels.py describes and takes them."""

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
        pieces = chunks_of(header)
        words, depth, positions = Words.of(pieces[0]), header.language.depth, header.max_bits
        inner, outer = (len(pieces) * words.size**binders for binders in (depth, depth - 1))
        variables = np.concatenate([_variables(bound, pieces, inner) for bound in range(depth + 1)])
        # Only apply takes other steps in other environments where no binder is within.
        first, applies = outer * words.lanes, header.language.dialect.applies
        runs = runs_table() if applies else np.zeros(0, U)
        home, steps = first + variables.size + runs.size, words.lanes * (inner if applies else outer)
        stride = inner + 3 * outer + steps
        shape = kernels.Shape(words, len(pieces), header.max_bits - 1, inner, outer, home, stride)
        memory = np.zeros(home + positions * stride, U)
        memory[first:home] = np.concatenate([variables.ravel(), runs])
        walk = np.zeros((positions, kernels.WALK_FIELDS), np.int64)
        return cls(shape, symbols, scopes, walk, memory, np.zeros(2, np.int64))

    @property
    def key_words(self) -> int:
        """Words of a row's key."""
        return 3 * self.shape.chunks + 2


def chunks_of(header: AtlasHeader) -> list[AtlasHeader]:
    """The same census on chunks of as many of the lanes each, one after the other, that are not wide.

    Where that leaves lanes over, chunks are smaller than need be. A domain that is not wide is one chunk.
    """
    domain, lanes = header.domain, len(header.domain.lanes)
    if not domain.is_wide:
        return [header]
    if header.accounting is not Accounting.TOTAL:
        raise CensusError(f"on a wide domain steps are not counted as '{header.accounting}': choose total")
    size = next(size for size in range(MAX_PACKED_BITS // domain.word_bits, 0, -1) if lanes % size == 0)
    starts = range(0, lanes, size)
    return [replace(header, domain=replace(domain, lanes=domain.lanes[at : at + size])) for at in starts]


def _variables(bound: int, pieces: Sequence[AtlasHeader], size: int) -> U64:
    """The tables of all variables under `bound` binders, chunk by chunk, in so many words: shape (variables, size)."""
    parts = np.concatenate([variable_tables(bound, piece)[:, :-1] for piece in pieces], axis=1)
    return np.pad(parts, ((0, 0), (0, size - parts.shape[1])))


@lru_cache(maxsize=4)
def make_symbols(header: AtlasHeader) -> tuple[I64, I64]:
    """The symbols of a language, by context and by rising need, literals one a word; and the contexts."""
    language, chunks = header.language, len(chunks_of(header))
    least = [min(token.bits for token in tokens(language, bound)) for bound in range(language.depth + 1)]
    opcodes = {"variable": VARIABLE, **SYMBOLS}
    symbols: list[tuple[int, ...]] = []
    scopes, variables = [], 0
    for bound in range(language.depth + 1):
        units = (1, 1) if bound else (len(header.lanes_paid_once), len(header.domain.lanes))
        scopes.append((len(symbols), chunks * 2 ** (language.word_bits * bound), least[bound], *units))
        here = []
        for token in tokens(language, bound):
            first = token.value + variables * (token.kind == "variable")
            opcode = opcodes.get(token.kind, CONSTANT)
            need = token.bits + sum(least[bound + binds] for binds in token.binds)
            code = int(token.code, 2) << (token.bits - len(token.code))
            reads = int(token.reads(header.queries, bound))
            here += [(opcode, first + i, token.bits, need, reads, code + i) for i in range(token.choices)]
        variables += bound + language.columns
        symbols += sorted(here, key=lambda symbol: symbol[kernels.NEED])
    scopes.append((len(symbols), 0, 0, 0, 0))
    return np.array(symbols, dtype=np.int64), np.array(scopes, dtype=np.int64)


def key_of(header: AtlasHeader, program: Program) -> RowKey:
    """The row a code-only program is counted in; CodeError or CensusError where the header's census counts it not."""
    check_accounting(header.accounting)
    walker = Walker.of(replace(header, max_bits=length(program, header.language)))
    chosen = []
    for bound, code in symbols_of(program.term, 0, header.language):
        start, end = walker.scopes[bound : bound + 2, kernels.START]
        here = walker.symbols[start:end, [kernels.BITS, kernels.CODE]] == (len(code), int(code, 2))
        chosen.append(start + np.flatnonzero(here.all(axis=1))[0])
    key = np.zeros(walker.key_words, U)
    kernels.replay(np.array(chosen, dtype=np.int64), key, *walker[:-1])
    return key_of_words(key, walker)


def key_of_words(key: U64, walker: Walker) -> RowKey:
    """A key as the kernels write it, with the behaviours of all chunks put together."""
    *words, steps, bits_and_searches = key.tolist()
    chunks, width = walker.shape.chunks, walker.shape.words.lanes * walker.shape.words.word_bits
    behaviour, strict, wide = (
        sum(word << (place * width) for place, word in enumerate(words[which * chunks : (which + 1) * chunks]))
        for which in range(3)
    )
    return RowKey(bits_and_searches % 256, behaviour, strict, wide, steps, bits_and_searches // 256)
