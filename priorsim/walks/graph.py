"""The edit graph: every program up to a bound, and the edits of a radius between them (docs/walks.md).

Rows are stored where they fit into the memory allowed; else they are made again whenever a sampled walk asks. What
edits can do (ways, over which losses, at what barrier) is exact; arrays have shape (programs,).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import I64
from priorsim.census.programs import Programs, list_programs
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import WalkError
from priorsim.mu.code import encode
from priorsim.mu.syntax import Program, format_program
from priorsim.priors import F64
from priorsim.walks import kernels
from priorsim.walks.kernels import EditSpace
from priorsim.walks.landscape import Mask
from priorsim.walks.materials import check_radius, grammar, insertions, replacements

DEFAULT_MEMORY = 8 << 30
EDGE_BYTES = 3 * (4 + 8)  # Bytes of an edge while a chain is made: the graph's, the chain's, and those of one product.
VERTEX_BYTES = 400  # Bytes of a program: its code, tables and hash slots, and the arrays of a landscape and a walk.
EDGES_A_SECOND = 3e6  # Made on one core.
NOWHERE = -1
_ROOM = 1 << 22
_SAMPLE = 500


def edit_space(programs: Programs, radius: int) -> EditSpace:
    """The programs as the kernels take them; raises WalkError when the radius is out of range."""
    language, max_bits = programs.header.language, programs.header.max_bits
    check_radius(radius, max_bits)
    slots = np.zeros(1 << (2 * len(programs)).bit_length(), np.uint64)
    numbers = np.zeros(len(slots), np.int32)
    kernels.fill_slots(programs.code, slots, numbers)
    pieces = grammar(language), replacements(language, radius), insertions(language, radius)
    return EditSpace(programs.code, slots, numbers, max_bits, radius, *pieces)


def estimate_edges(space: EditSpace) -> int:
    """About how many edges the graph has, from the rows of some hundred programs at equal distances."""
    count = len(space.codes)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
    sizes = np.zeros(len(chosen), np.int64)
    kernels.count_reached(chosen, sizes, space, kernels.make_scratch(count))
    return int(np.ceil(sizes.mean() * count))


@dataclass(frozen=True, eq=False)
class EditGraph:
    """The edit graph with its rows stored; a vertex is called by its place in `programs`.

    `matrix`, shape (programs, programs), is q without its diagonal: row x, column y, in rising order, the chance of an
    edit of x that gives y. There is an edit back for every edit. `stay`, shape (programs,), is q(x -> x): the chance of
    an edit that is impossible, too long, or changes nothing.
    """

    programs: Programs
    radius: int
    space: EditSpace
    matrix: "csr_array[np.float64]"
    stay: F64

    def __len__(self) -> int:
        return len(self.programs)

    @cached_property
    def heights(self) -> I64:
        """Nodes on the longest way from each program's root to a leaf, shape (programs,)."""
        found = np.zeros(len(self), np.int64)
        kernels.write_heights(found, self.space, kernels.make_scratch(len(self)))
        return found

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
        programs, kept = replace(self.programs.take(slice(count)), header=header), self.matrix[:count]
        space = self.space._replace(max_bits=header.max_bits, codes=programs.code)
        stay = self.stay[:count] + kept[:, count:].sum(axis=1)
        return EditGraph(programs, self.radius, space, kept[:, :count], stay)


def vertices(header: AtlasHeader, memory_bytes: int = DEFAULT_MEMORY) -> Programs:
    """All programs up to the header's bound; WalkError when they would take more memory, or operators are missing."""
    if header.language.without:
        raise WalkError("walks are among programs of a whole dialect: leave out 'without'")
    counts = list(accumulate(program_counts(header.language, header.max_bits)))
    if counts[-1] * VERTEX_BYTES > memory_bytes:
        most = sum(count * VERTEX_BYTES <= memory_bytes for count in counts) - 1
        raise WalkError(
            f"{counts[-1]:,} programs up to {header.max_bits} bits would take {counts[-1] * VERTEX_BYTES / 2**30:.1f} "
            f"GiB, above the {memory_bytes / 2**30:.1f} GiB allowed: lower --max-bits to {most}"
        )
    return list_programs(header)


def number_of(programs: Programs, program: Program) -> int:
    """The vertex of a program; raises WalkError when it has a data segment, or is longer than the bound."""
    header = programs.header
    code = encode(program, header.language)
    if program.has_data or len(code) > header.max_bits:
        text = format_program(program, header.domain.columns)
        kind = "has a data segment" if program.has_data else f"takes {len(code)} bits"
        raise WalkError(f"{text} {kind}: walks are among code-only programs up to {header.max_bits} bits")
    return int(np.searchsorted(programs.code, np.uint64(int("1" + code, 2))))


def graph_effort(header: AtlasHeader, radius: int) -> tuple[int, int, float, int]:
    """What `make_graph` would make and take: programs, about how many edges, seconds on one core, and bytes of memory.

    No graph is made. WalkError as of `make_graph`.
    """
    programs, _, edges = _affordable(header, radius, DEFAULT_MEMORY)
    return len(programs), edges, edges / EDGES_A_SECOND, edges * EDGE_BYTES


def _affordable(header: AtlasHeader, radius: int, memory_bytes: int) -> tuple[Programs, EditSpace, int]:
    """The programs and about how many edges they have; WalkError where that is out of range, or too much memory."""
    check_radius(radius, header.max_bits)
    programs = vertices(header, memory_bytes)
    space = edit_space(programs, radius)
    edges = estimate_edges(space)
    if edges * EDGE_BYTES > memory_bytes:
        raise WalkError(
            f"{len(programs):,} programs up to {header.max_bits} bits have about {edges:,} edits of radius {radius}: "
            f"solved exactly they would take {edges * EDGE_BYTES / 2**30:.1f} GiB, above the "
            f"{memory_bytes / 2**30:.1f} GiB allowed: lower --max-bits or --radius, or sample walks with --walks"
        )
    return programs, space, edges


def make_graph(
    header: AtlasHeader,
    radius: int,
    *,
    memory_bytes: int = DEFAULT_MEMORY,
    progress: Callable[[Progress], None] | None = None,
) -> EditGraph:
    """The edit graph of all programs up to the header's bound, with edits of 1 to 16 bits.

    `memory_bytes` is what it and the chains made of it may take. WalkError says that the radius is out of range, or
    what size the graph would have.
    """
    programs, space, _ = _affordable(header, radius, memory_bytes)
    done, count, parts = 0, len(programs), []
    scratch, sizes, stay = kernels.make_scratch(count), np.zeros(count, np.int64), np.zeros(count)
    while done < count:
        targets, chances = (np.zeros(max(_ROOM, count), kind) for kind in (np.int32, np.float64))
        done, used = kernels.write_rows(done, space, scratch, sizes, targets, chances, stay)
        parts.append((chances[:used].copy(), targets[:used].copy()))
        if progress is not None:
            progress(Progress(done, count))
    first = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_array((*map(np.concatenate, zip(*parts, strict=True)), first), shape=(count, count))
    matrix.sort_indices()
    return EditGraph(programs, radius, space, matrix, stay)


def entries(matrix: "csr_array[np.float64]", kept: Mask) -> "csr_array[np.float64]":
    """The entries of a matrix, in their order, at which `kept` is True."""
    rows, columns = matrix.tocoo().coords
    return csr_array((matrix.data[kept], (rows[kept], columns[kept])), shape=matrix.shape)


def ways(graph: EditGraph, goal: Mask, loss: I64 | None = None) -> tuple[F64, I64]:
    """Edits on a shortest way from each program to a goal, inf where there is none; and the next program on it.

    That is NOWHERE at the goal and where there is no way. With a loss, by edits that never raise it. Edits count one
    each, whatever their chances.
    """
    if not goal.any():
        return np.full(len(graph), np.inf), np.full(len(graph), NOWHERE)
    rows, targets = graph.matrix.tocoo().coords
    kept = np.ones(len(rows), np.bool_) if loss is None else loss[targets] <= loss[rows]
    # Turned round, so that one search from the goal finds the ways from everywhere.
    back, goals = entries(graph.matrix, kept).T.tocsr(), np.flatnonzero(goal)
    distance, before, _ = dijkstra(back, unweighted=True, indices=goals, min_only=True, return_predecessors=True)
    return distance, np.where(before < 0, NOWHERE, before).astype(np.int64)


def path_from(start: int, onward: I64) -> list[int]:
    """The programs on one of `ways`, both ends included."""
    programs = [start]
    while (following := int(onward[programs[-1]])) != NOWHERE:
        programs.append(following)
    return programs


def barriers(graph: EditGraph, goal: Mask, loss: I64) -> F64:
    """The least rise of the loss above its own that each program pays to come to a goal, inf where there is no path."""
    height = np.full(len(graph), np.inf)
    rows, targets = graph.matrix.tocoo().coords
    top = np.maximum(loss[rows], loss[targets])
    for level in np.unique(loss):
        _, part = connected_components(entries(graph.matrix, top <= level), directed=False)
        inside = np.isin(part, np.unique(part[goal & (loss <= level)])) & (loss <= level)
        height[inside & np.isinf(height)] = level
    return np.asarray(height - loss)
