"""The edit graph: every program up to a bound, and the edits of a radius between them (docs/walks.md).

Rows are stored where they fit into the memory allowed; else they are made again whenever a sampled walk asks.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from scipy.sparse import csr_array

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import I64
from priorsim.census.programs import Programs, list_programs
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import WalkError
from priorsim.mu.code import encode
from priorsim.mu.syntax import Program, format_program
from priorsim.walks import kernels
from priorsim.walks.kernels import F64, I32, EditSpace
from priorsim.walks.materials import check_radius, grammar, insertions, replacements

DEFAULT_MEMORY = 8 << 30
EDGE_BYTES = 3 * (4 + 8)
"""Bytes of an edge while a chain is made: the graph's, the chain's, and those of one product."""

VERTEX_BYTES = 400
"""Bytes of a program: its code, tables and hash slots, and the arrays of a landscape and a walk."""

_ROOM = 1 << 22
_SAMPLE = 500


def edit_space(programs: Programs, radius: int) -> EditSpace:
    """The programs as the kernels take them.

    Raises
    ------
    WalkError
        When the radius is out of range.
    """
    header = programs.header
    check_radius(radius, header.max_bits)
    slots = np.zeros(1 << (2 * len(programs)).bit_length(), np.uint64)
    numbers = np.zeros(len(slots), np.int32)
    kernels.fill_slots(programs.code, slots, numbers)
    language = header.language
    return EditSpace(
        programs.code,
        slots,
        numbers,
        header.max_bits,
        radius,
        grammar(language),
        replacements(language, radius),
        insertions(language, radius),
    )


def estimate_edges(space: EditSpace) -> int:
    """About how many edges the graph has, from the rows of some hundred programs at equal distances."""
    count = len(space.codes)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
    sizes = np.zeros(len(chosen), np.int64)
    kernels.count_reached(chosen, sizes, space, kernels.make_scratch(count))
    return int(np.ceil(sizes.mean() * count))


@dataclass(frozen=True, eq=False)
class EditGraph:
    """The edit graph with its rows stored.

    Attributes
    ----------
    programs : Programs
        The vertices; a vertex is called by its place there.
    radius : int
        Bits of an edit.
    space : EditSpace
    first : array of int64, shape (programs + 1,)
        Row x owns the entries first[x] to first[x + 1] of the next two.
    targets : array of int32, shape (edges,)
        Rising in a row; never the row itself.
    chances : array of float64, shape (edges,)
        q(x -> y): that of an edit of x that gives y, all ways together.
    stay : array of float64, shape (programs,)
        q(x -> x): that of an edit that is impossible, too long, or changes nothing.
    """

    programs: Programs
    radius: int
    space: EditSpace
    first: I64
    targets: I32
    chances: F64
    stay: F64

    def __len__(self) -> int:
        return len(self.programs)

    @property
    def edges(self) -> int:
        """Number of pairs (x, y) of different programs with an edit from x to y."""
        return len(self.targets)

    @cached_property
    def matrix(self) -> "csr_array[np.float64]":
        """q without its diagonal; row x, column y."""
        return csr_array((self.chances, self.targets, self.first), shape=(len(self), len(self)))

    @cached_property
    def reverse(self) -> F64:
        """q(y -> x) beside every q(x -> y) of `chances`: there is an edit back for every edit."""
        turned = self.matrix.T.tocsr()
        turned.sort_indices()
        assert np.array_equal(turned.indices, self.targets), "every edit can be undone within the radius"
        return np.asarray(turned.data)

    @cached_property
    def heights(self) -> I64:
        """Nodes on the longest way from each program's root to a leaf, shape (programs,)."""
        found = np.zeros(len(self), np.int64)
        kernels.write_heights(found, self.space, kernels.make_scratch(len(self)))
        return found

    def number_of(self, program: Program) -> int:
        """The vertex of a program.

        Raises
        ------
        WalkError
            When it has a data segment, or is longer than the bound.
        """
        return number_of(self.programs, program)

    def capped(self, max_bits: int) -> "EditGraph":
        """The graph of the programs up to a lower bound: edits beyond it are not made.

        >>> from priorsim.mu.dialect import Language
        >>> from priorsim.mu.domain import Domain
        >>> header = AtlasHeader(Language.named("arith", 2), Domain.default(2), 10)
        >>> len(make_graph(header, 6).capped(8)), len(make_graph(replace(header, max_bits=8), 6))
        (12, 12)
        """
        header = replace(self.programs.header, max_bits=min(max_bits, self.programs.header.max_bits))
        count = int(np.searchsorted(self.programs.bits, header.max_bits, side="right"))
        used = self.first[count]
        inside = self.targets[:used] < count
        rows = np.repeat(np.arange(count), np.diff(self.first[: count + 1]))
        lost = np.bincount(rows[~inside], self.chances[:used][~inside], minlength=count)
        sizes = np.bincount(rows[inside], minlength=count)
        programs = Programs(
            header, *(getattr(self.programs, name)[:count] for name in Programs.__slots__ if name != "header")
        )
        return EditGraph(
            programs,
            self.radius,
            self.space._replace(max_bits=header.max_bits, codes=programs.code),
            np.concatenate([[0], np.cumsum(sizes)]),
            self.targets[:used][inside],
            self.chances[:used][inside],
            self.stay[:count] + lost,
        )


def vertices(header: AtlasHeader, memory_bytes: int = DEFAULT_MEMORY) -> Programs:
    """All programs up to the header's bound.

    Raises
    ------
    WalkError
        When they alone would take more memory.
    """
    counts = list(accumulate(program_counts(header.language, header.max_bits)))
    if counts[-1] * VERTEX_BYTES > memory_bytes:
        most = sum(count * VERTEX_BYTES <= memory_bytes for count in counts) - 1
        raise WalkError(
            f"{counts[-1]:,} programs up to {header.max_bits} bits would take {counts[-1] * VERTEX_BYTES / 2**30:.1f} "
            f"GiB, above the {memory_bytes / 2**30:.1f} GiB allowed: lower --max-bits to {most}"
        )
    return list_programs(header)


def number_of(programs: Programs, program: Program) -> int:
    """The number of a program among these; see `EditGraph.number_of`."""
    header = programs.header
    code = encode(program, header.language)
    if program.has_data or len(code) > header.max_bits:
        text = format_program(program, header.domain.columns)
        kind = "has a data segment" if program.has_data else f"takes {len(code)} bits"
        raise WalkError(f"{text} {kind}: walks are among code-only programs up to {header.max_bits} bits")
    return int(np.searchsorted(programs.code, np.uint64(int("1" + code, 2))))


def make_graph(
    header: AtlasHeader,
    radius: int,
    *,
    programs: Programs | None = None,
    memory_bytes: int = DEFAULT_MEMORY,
    progress: Callable[[Progress], None] | None = None,
) -> EditGraph:
    """The edit graph of all programs up to the header's bound.

    Parameters
    ----------
    header : AtlasHeader
    radius : int
        Bits of an edit, 1 to 16.
    programs : Programs, optional
        Where they are at hand: those of the header.
    memory_bytes : int
        What the graph and the chains made of it may take.
    progress : callable, optional
        Called with the Progress every few million edges.

    Raises
    ------
    WalkError
        When the radius is out of range, or the graph would take more memory: with the size it would have.
    """
    check_radius(radius, header.max_bits)
    programs = vertices(header, memory_bytes) if programs is None else programs
    space = edit_space(programs, radius)
    edges = estimate_edges(space)
    if edges * EDGE_BYTES > memory_bytes:
        raise WalkError(
            f"{len(programs):,} programs up to {header.max_bits} bits have about {edges:,} edits of radius {radius}: "
            f"solved exactly they would take {edges * EDGE_BYTES / 2**30:.1f} GiB, above the "
            f"{memory_bytes / 2**30:.1f} GiB allowed: lower --max-bits or --radius, or sample walks with --walks"
        )
    count = len(programs)
    scratch = kernels.make_scratch(count)
    sizes, stay = np.zeros(count, np.int64), np.zeros(count)
    targets: list[I32] = []
    chances: list[F64] = []
    room = max(_ROOM, count)
    done = 0
    while done < count:
        some_targets, some_chances = np.zeros(room, np.int32), np.zeros(room)
        done, used = kernels.write_rows(done, space, scratch, sizes, some_targets, some_chances, stay)
        targets.append(some_targets[:used].copy())
        chances.append(some_chances[:used].copy())
        if progress is not None:
            progress(Progress(done, count))
    first = np.concatenate([[0], np.cumsum(sizes)])
    rows = csr_array((np.concatenate(chances), np.concatenate(targets), first), shape=(count, count))
    rows.sort_indices()
    return EditGraph(programs, radius, space, first, rows.indices, rows.data, stay)
