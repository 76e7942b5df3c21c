"""The programs that fit, counted beyond the bound of a census: the quotient census of what leads to them alone.

First `Outlines` tells, by actual tables, which terms occur in fitting programs and how they are made. Then
terms of up to `whole` bits are counted as in any quotient census, and longer ones along these derivations. The
counts are exact, and those of every length are compared with what the outlines say.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, Choice, RowKey, joined
from priorsim.census.engine.class_kernels import COUNT, SYMBOL, TWICE
from priorsim.census.engine.derivations import Derivation, Outlines, ranges
from priorsim.census.engine.jobs import COMMUTATIVE, NOTHING, TASK_FIELDS, Job, Task, pieces_of, run_pieces
from priorsim.census.engine.levels import PARTS, Census, Level
from priorsim.census.engine.packed import FORM_OF_SYMBOL, SYMBOLS
from priorsim.census.engine.quotient import check_exact, rows_of_level
from priorsim.census.engine.sorting import sort_parts
from priorsim.census.engine.stores import Classes, Reach, Store
from priorsim.census.engine.tables import RowArray, Table, in_order
from priorsim.census.engine.term_witness import (
    Descent,
    Goal,
    Node,
    assemble_first,
    first_matches,
    goals_below,
    goals_of,
    node_of,
)
from priorsim.census.engine.terms import Scope
from priorsim.census.progress import Progress
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError
from priorsim.mu.dialect import FORMS
from priorsim.mu.syntax import Term

I64 = NDArray[np.int64]
LOOKED_INTO = 12
"""How many bits below the bound the looking into terms begins: about as much as dead code around one costs."""


class FittingCensus:
    """A census of the programs that fit, of more than `above` and at most the header's bound of bits.

    Its `rows` are sorted, every key once, and do not depend on the number of threads. In the Progress a program counts
    once for each pass that goes through those of its length. CensusError where the bound is beyond what is exact.
    """

    def __init__(
        self,
        header: AtlasHeader,
        fits: Choice,
        *,
        above: int,
        workers: int = 2,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        check_exact(header)
        self._header = header
        self._workers = workers
        self._census = Census(header, workers)
        reach, stored = Reach.of(header.language, header.max_bits - LOOKED_INTO), self._census.reach.stored
        self._whole = tuple(max(0, min(lengths)) for lengths in zip(reach.longest, stored, strict=True))
        counts, told = program_counts(header.language, header.max_bits), [0]
        total = sum(counts[: stored[0] + 2]) + sum(counts[self._whole[0] + 2 :]) + sum(counts)

        def tell(length: int) -> None:
            told[0] += counts[length + 1]
            if progress is not None:
                progress(Progress(told[0], total))

        self._outlines = Outlines(header, fits, above=above, whole=self._whole, workers=workers, tell=tell)
        sizes = [len(self._outlines.terms(depth).rows) for depth in range(len(self._census.scopes))]
        self._spans = [{kind: np.zeros((2, size), np.int64) for kind in (False, True)} for size in sizes]
        self.rows = joined(rows_of_level(header, *level) for level in self._levels(fits, above, tell))

    def _levels(self, fits: Choice, above: int, tell: Callable[[int], None]) -> Iterator[tuple[int, RowArray]]:
        """Every length of term with the classes of those that fit, of more than `above` bits as programs."""
        longest = self._census.reach.longest[0]
        for depth, length in self._census.build(self._whole):
            if length in self._outlines.terms(depth).spans:
                self._locate(depth, length)
            if depth == 0:
                tell(length)
                if length >= above:
                    rows = self._census.scopes[0].plain.terms.of_length(length)
                    yield length, rows[fits(rows[:, 0])]
        for depth in reversed(range(1, len(self._census.scopes))):
            for length in self._outlines.wanted_lengths(depth):
                self._make(depth, length)
        for length in range(self._whole[0] + 1, longest + 1):
            rows = self._make(0, length)
            tell(length)
            if length < above:
                continue
            rows = rows[fits(rows[:, 0])]
            found, expected = sum(rows[:, COUNT].tolist()), self._outlines.programs(length)
            if found != expected:
                raise CensusError(
                    f"{found} programs of {length + 1} bits fit where {expected} outlines do: report a bug"
                )
            yield length, rows

    def _locate(self, depth: int, length: int) -> None:
        """Find the rows of each outline of a level: they stand together."""
        outlines, scope = self._outlines.terms(depth), self._census.scopes[depth]
        begin, _ = outlines.spans[length]
        index = Table.of(outlines.of_length(length))
        for kind, classes in scope.kinds.items():
            rows = classes.terms.of_length(length)
            if not len(rows):
                continue
            changes = np.any(rows[1:, : classes.actual] != rows[:-1, : classes.actual], axis=1)
            starts = np.concatenate([[0], 1 + np.flatnonzero(changes)])
            numbers = begin + index.find(scope.outlines(rows[starts]))
            assert np.all(numbers >= begin), "every class kept has an outline"
            first = classes.terms.spans[length][0]
            self._spans[depth][kind][:, numbers] = first + starts, first + np.append(starts[1:], len(rows))

    def _make(self, depth: int, length: int) -> RowArray:
        """Count the wanted terms of a level, and keep what can be operands; rows outside binders are returned."""
        scope = self._census.scopes[depth]
        level = Level(scope, PARTS)
        for derivation in self._outlines.derivations(depth, length):
            run_pieces(pieces_of(self._jobs(scope, derivation)), [level.add] * self._workers)
        rows = np.zeros((0, scope.plain.width), dtype=np.uint64)
        is_kept = length in self._outlines.terms(depth).spans
        for mixed, classes, parts in level.by_kind():
            rows = in_order(np.concatenate(parts), classes.actual) if depth else sort_parts(parts, self._workers)
            if is_kept:
                classes.append(length, rows, plain=depth > 0 and not mixed, tested=False)
        if is_kept:
            self._locate(depth, length)
        return rows

    def _jobs(self, scope: Scope, derivation: Derivation) -> Iterator[Job]:
        """The jobs of one derivation, one for each kind of its operands' classes."""
        if not derivation.depths:
            values = derivation.operands[:, 0].tolist()
            symbols = derivation.symbols.tolist()
            yield scope.leaf_job([(s, v, v + 1, *NOTHING, *NOTHING, 0) for s, v in zip(symbols, values, strict=True)])
            return
        form = FORM_OF_SYMBOL[int(derivation.symbols[0]) & SYMBOL]
        if derivation.no_rounds:
            yield from self._no_rounds(scope, derivation)
            return
        kinds = [tuple(self._census.scopes[depth].kinds) for depth in derivation.depths]
        for chosen in product(*kinds):
            if len(tasks := self._tasks(form, derivation, chosen)):
                yield self._job(scope, form, derivation.depths, chosen, tasks)

    def _tasks(self, form: str, derivation: Derivation, kinds: tuple[bool, ...]) -> I64:
        """The tasks for operands of these kinds; candidates without rows are left out.

        Of operands that may be exchanged each pair of classes is there once, and counted twice.
        """
        tasks = np.zeros((len(derivation.symbols), TASK_FIELDS), dtype=np.int64)
        tasks[:, 0] = derivation.symbols
        tasks[:, 2:7:2] = 1
        for place, (depth, kind) in enumerate(zip(derivation.depths, kinds, strict=True)):
            tasks[:, 1 + 2 * place : 3 + 2 * place] = self._spans[depth][kind][:, derivation.operands[:, place]].T
        has_rows = np.all(tasks[:, 1:6:2] < tasks[:, 2:7:2], axis=1)
        if form in COMMUTATIVE:
            tasks[:, 0] |= TWICE
            tasks[:, 7] = (tasks[:, 1] == tasks[:, 3]) & (kinds[0] == kinds[1])
            if kinds == (True, False):
                has_rows &= derivation.operands[:, 0] != derivation.operands[:, 1]
        return tasks[has_rows]

    def _job(self, scope: Scope, form: str, depths: tuple[int, ...], kinds: tuple[bool, ...], tasks: I64) -> Job:
        classes = [self._census.scopes[depth].kinds[kind] for depth, kind in zip(depths, kinds, strict=True)]
        if form == "if":
            tests = self._tests(depths[0], classes[0], tasks)
            return scope.choose(tasks, max(each.width for each in classes), tests, classes[1].terms, classes[2].terms)
        if form == "iter":
            return scope.iterations(classes[0], classes[1], tasks, classes[2].terms)
        if FORMS[form].is_search:
            return scope.searches(tasks, classes[0].terms)
        if form == "apply":
            return scope.apply(tasks, classes[0], classes[1])
        return scope.combine(tasks, classes[0], classes[-1])

    def _tests(self, depth: int, classes: Classes, tasks: I64) -> Store:
        """The tests of these tasks as masks, to which the tasks' first operands are changed."""
        begins, at, which = np.unique(tasks[:, 1], return_index=True, return_inverse=True)
        ends = tasks[at, 2]
        sizes = ends - begins
        firsts = np.cumsum(sizes) - sizes
        tasks[:, 1], tasks[:, 2] = firsts[which], firsts[which] + sizes[which]
        tests = Store(classes.width, depth, classes, classes.masks)
        tests.numbers = ranges(begins, ends)
        tests.append(0, classes.masks(classes.terms.rows[tests.numbers]))
        return tests

    def _no_rounds(self, scope: Scope, derivation: Derivation) -> Iterator[Job]:
        """The jobs of iter where n is 0: what stands in the body is counted, not evaluated.

        Where n is 0 unless it is lesioned, the body is read under the lesion.
        """
        inner = self._census.scopes[scope.depth + 1]
        numbers, bodies, starts = derivation.operands.T
        for kind, n_classes in scope.kinds.items():
            begin, end = self._spans[scope.depth][kind][:, numbers]
            # The rows that are 0 under every lesion are the last ones of an outline.
            rows, tables, spans = n_classes.terms.rows, n_classes.tables, zip(begin, end, strict=True)
            zero = [np.count_nonzero(~np.any(rows[first:last, :tables], axis=1)) for first, last in spans]
            zeros = end - np.array(zero, dtype=np.int64)
            for s_kind, s_classes in scope.kinds.items():
                s_begin, s_end = self._spans[scope.depth][s_kind][:, starts]
                columns = (derivation.symbols, zeros, end, bodies, bodies + 1, s_begin, s_end, np.zeros_like(end))
                tasks = np.stack([column.astype(np.int64) for column in columns], axis=1)
                tasks = tasks[(zeros < end) & (s_begin < s_end)]
                if len(tasks):
                    yield scope.choose(tasks, scope.closed.width, n_classes.terms, inner.bodies, s_classes.terms)
                yield from self._only_lesioned(scope, derivation, (kind, s_kind), (begin, zeros))

    def _only_lesioned(
        self, scope: Scope, derivation: Derivation, kinds: tuple[bool, bool], spans: tuple[I64, I64]
    ) -> Iterator[Job]:
        """iter with n that is 0 unless lesioned, and all bodies of the length."""
        inner = self._census.scopes[scope.depth + 1]
        lengths = {begin: length for length, (begin, _) in inner.bodies.spans.items()}
        n_begin, n_end = spans
        s_begin, s_end = self._spans[scope.depth][kinds[1]][:, derivation.operands[:, 2]]
        chosen = (n_begin < n_end) & (s_begin < s_end) & np.isin(derivation.operands[:, 1], list(lengths))
        for classes in inner.kinds.values():
            tasks: list[Task] = []
            for way in np.flatnonzero(chosen):
                length = lengths[int(derivation.operands[way, 1])]
                if length > self._whole[scope.depth + 1]:
                    raise CensusError(f"bodies of {length} bits are read under a lesion alone: report a bug")
                if length in classes.terms.spans:
                    n, s = (int(n_begin[way]), int(n_end[way])), (int(s_begin[way]), int(s_end[way]))
                    tasks.append((SYMBOLS["iter"], *n, *s, *classes.terms.spans[length], 0))
            if tasks:
                numbers, starts = (scope.kinds[each] for each in kinds)
                yield scope.iterations(numbers, starts, tasks, classes.terms)

    def find_terms(self, keys: Iterable[RowKey]) -> dict[RowKey, Term]:
        """A term for each of these keys that a program counted here has, along the derivations."""
        goals = {key: goals_of(self._header, key) for key in keys}
        nodes: dict[Goal, Node] = {}
        open_goals, short = [goal for some in goals.values() for goal in some], []
        while open_goals:
            goal = open_goals.pop()
            if goal.length <= self._whole[goal.depth]:
                short.append(goal)
            elif goal not in nodes and (node := self._node(goal)) is not None:
                nodes[goal] = node
                open_goals += goals_below(node)
        if short:
            descent = Descent(replace(self._header, max_bits=self._header.max_bits - LOOKED_INTO), self._workers)
            descent.find(short)
            nodes |= descent.nodes
        return assemble_first(goals, nodes)

    def _node(self, goal: Goal) -> Node | None:
        """The first candidate of the goal's level that has its row, with its operands as goals."""
        for derivation in self._outlines.derivations(goal.depth, goal.length):
            pieces = pieces_of(self._jobs(self._census.scopes[goal.depth], derivation))
            if found := first_matches(pieces, [goal], self._workers):
                return node_of(goal, found[goal], self._header)
        return None
