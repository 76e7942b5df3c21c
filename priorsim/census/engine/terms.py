"""Terms under one number of binders: the jobs that make the classes of a length from shorter ones.

Every form of docs/language.md section 2 is a few jobs, one for each kind of operand classes; counts
multiply. Where a part of a term has no effect (an arm never chosen, a loop of no rounds, a body that
ignores the state), its classes are taken together first.
"""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.compiled import U
from priorsim.census.engine import apply_kernels, closing
from priorsim.census.engine import class_kernels as kernels
from priorsim.census.engine.class_kernels import BELOW_READS, META, READS, SEARCH_BITS, Words, variable_tables
from priorsim.census.engine.jobs import COMMUTATIVE, NOTHING, Fill, Job, Tasks, tasks_of
from priorsim.census.engine.packed import CONSTANT, VARIABLE
from priorsim.census.engine.stores import (
    Classes,
    Operand,
    Reach,
    Rounds,
    Store,
    has_mixed,
    row_widths,
    rows_of,
    step_units,
)
from priorsim.census.engine.tables import RowArray
from priorsim.census.recurrence import Token, counts_by_reading, tokens
from priorsim.mu.dialect import FORMS

Index = NDArray[np.int32]


class Scope:
    """The classes of terms under one number of binders, and the jobs that make those of a length.

    With `actual_only` terms are told apart by their actual table alone: lesions, steps and searches are left out,
    and all classes inside binders are of the plain kind.
    """

    def __init__(self, depth: int, header: AtlasHeader, reach: Reach, *, actual_only: bool = False) -> None:
        language = header.language
        self.depth = depth
        self.actual_only = actual_only
        self.reach = reach
        self.words = Words.of(header)
        self._units = step_units(header)
        self.costs = reach.costs[depth]
        self.leaves: tuple[Token, ...] = tuple(t for t in tokens(language, depth) if t.kind not in FORMS)
        self.variables = variable_tables(depth, header)
        kinds = (False, True) if has_mixed(depth, language) and not actual_only else (False,)
        self.kinds = {
            mixed: Classes(depth, self.words.size**depth, *row_widths(depth, mixed, header), self.words)
            for mixed in kinds
        }
        self.plain = self.kinds[False]
        self.closed = self.kinds[kinds[-1]]
        """The classes that closed bodies are among."""
        self.rounds = Rounds(self.words, self.plain)
        self.bodies = self._count_bodies(header)
        self._read: Callable[[RowArray], RowArray] | None = None
        if actual_only:
            self._read = self._outline
        elif self.words.paid_once < self.words.lanes:
            self._read = self._settle

    def store(self, length: int, rows: RowArray, *, mixed: bool) -> None:
        """Keep the classes of one length, if they can be operands."""
        if length > self.reach.stored[self.depth]:
            return
        self.kinds[mixed].append(
            length, rows, plain=self.depth > 0 and not mixed, tested=length <= self.reach.tested[self.depth]
        )
        if self.depth == 0:
            self.rounds.append(length, rows)

    def _count_bodies(self, header: AtlasHeader) -> Store:
        """How many bodies of iter there are of each length, by searches and READS: what a loop of no rounds takes."""
        bodies = Store(row_widths(max(self.depth - 1, 0), False, header)[1], self.depth)
        for length in range(1, self.reach.longest[self.depth] + 1) if self.depth else ():
            counts = counts_by_reading(header.language, self.depth, length, header.queries)
            rows = np.zeros((len(counts), bodies.rows.shape[1]), dtype=np.uint64)
            rows[:, -2] = [searches + reads * int(READS) for searches, reads in counts]
            rows[:, -1] = list(counts.values())
            bodies.append(length, rows)
        return bodies

    def jobs(self, length: int) -> Iterator[Job]:
        """All jobs that make terms of `length` bits whose root is a leaf or an operator without binders."""
        leaves = [leaf for leaf in self.leaves if leaf.bits == length]
        symbols = [VARIABLE if leaf.kind == "variable" else CONSTANT for leaf in leaves]
        spans = [(leaf.value, leaf.value + leaf.choices) for leaf in leaves]
        yield self.leaf_job([(s, *span, *NOTHING, *NOTHING, 0) for s, span in zip(symbols, spans, strict=True)])
        for name, cost in self.costs.items():
            if name == "if":
                yield from self._choices(length - cost)
            elif name == "apply":
                for left, right in product(self.kinds.values(), repeat=2):
                    tasks = tasks_of(name, length - cost, left.terms.spans, right.terms.spans)
                    yield self.apply(tasks, left, right)
            elif FORMS[name].arity == 1 and not FORMS[name].is_binder:
                for classes in self.kinds.values():
                    yield self.combine(tasks_of(name, length - cost, classes.terms.spans), classes, classes)
            elif not FORMS[name].is_binder:
                for left, right in product(self.kinds.values(), repeat=2):
                    if left is right or name not in COMMUTATIVE or left is self.plain:
                        tasks = tasks_of(name, length - cost, left.terms.spans, right.terms.spans)
                        yield self.combine(tasks, left, right)

    def leaf_job(self, tasks: Tasks) -> Job:
        """The job of variables, by number, and constants, by word."""
        own = self.words.lanes << int(SEARCH_BITS) if self.depth == 0 else 1

        def run(index: Index, made: int, out: RowArray) -> None:
            rows, values = out[:made], index[:made, 1]
            rows[:] = self.words.low * values.astype(np.uint64)[:, None]
            rows[:, -2], rows[:, -1] = own, 1
            chosen = index[:made, 0] == VARIABLE
            rows[chosen, :-2] = self.variables[values[chosen], :-1]
            rows[chosen, -2] += self.variables[values[chosen], -1]

        return self._job(tasks, self.plain.width, run)

    def combine(self, tasks: Tasks, left: Classes, right: Classes) -> Job:
        """The job of an operator of one or two operands."""
        a, b, width = left.terms.rows, right.terms.rows, max(left.width, right.width)

        def run(index: Index, made: int, out: RowArray) -> None:
            if self.depth == 0:
                kernels.combine_outer(index, made, a, self.words, out)
            else:
                size = self._table_words(width)
                kernels.combine_inner(index, made, a, b, size, self._units, self.words, out)

        return self._job(tasks, width, run, (left.terms, right.terms))

    def apply(self, tasks: Tasks, left: Classes, right: Classes) -> Job:
        """The job of apply, whose steps differ between environments: its rows are mixed where any are."""
        a, b, runs = left.terms.rows, right.terms.rows, apply_kernels.runs_table()

        def run(index: Index, made: int, out: RowArray) -> None:
            if self.depth == 0:
                apply_kernels.apply_outer(index, made, a, runs, self.words, out)
            else:
                size, costs = self.words.size, out.view(np.uint16)
                apply_kernels.apply_inner(index, made, a, b, size, self._units, runs, self.words, out, costs)

        return self._job(tasks, self.closed.width, run, (left.terms, right.terms))

    def _table_words(self, width: int) -> int:
        """Words of a table of operands that make rows of this width: at any depth, plain rows have one table."""
        return self.plain.actual if width == self.plain.width else self.words.size

    def _job(self, tasks: Tasks, width: int, fill: Fill, operands: tuple[Operand, ...] = ()) -> Job:
        return Job(tasks, width, fill, operands, self._read)

    def _settle(self, rows: RowArray) -> RowArray:
        """Rows that were just made, READS told once, and own steps taken back in the lanes where they are not paid."""
        told = rows[:, -2]
        reads = told >= READS
        told &= BELOW_READS
        told[reads] |= READS
        if self.depth == 0:
            told[~reads] -= U(self.words.lanes - self.words.paid_once) << SEARCH_BITS
        return rows

    def _outline(self, rows: RowArray) -> RowArray:
        """Rows that were just made, their lesioned tables, steps and searches overwritten."""
        if self.depth == 0:
            rows[:, 1], rows[:, 2], rows[:, META] = rows[:, 0], rows[:, 0], 0
        else:
            rows[:, -2] = 0
        return rows

    def outlines(self, rows: RowArray) -> RowArray:
        """Rows of any kind with nothing left but their actual table and count."""
        outlines = np.zeros((len(rows), self.plain.width), dtype=np.uint64)
        actual = self.plain.actual
        outlines[:, :actual], outlines[:, -1] = rows[:, :actual], rows[:, -1]
        if self.depth == 0:
            outlines[:, 1:META] = rows[:, :1]
        return outlines

    def _choices(self, total: int) -> Iterator[Job]:
        """Jobs of `if`; where the test is constant, the arm not chosen counts by its steps alone."""
        for test, left, right in product(self.kinds.values(), repeat=3):
            left_ignored = left.ignored if left is self.plain else left.terms
            right_ignored = right.ignored if right is self.plain else right.terms
            width = max(test.width, left.width, right.width)
            yield self._choose(total, width, test.tests, left.terms, right.terms)
            yield self._choose(total, width, test.always, left.terms, right_ignored)
            yield self._choose(total, width, test.never, left_ignored, right.terms)

    def _choose(self, total: int, width: int, test: Store, left: Store, right: Store, name: str = "if") -> Job:
        return self.choose(tasks_of(name, total, test.spans, left.spans, right.spans), width, test, left, right)

    def choose(self, tasks: Tasks, width: int, test: Store, left: Store, right: Store) -> Job:
        """The job of `if`, its tests as masks; or of iter whose n is 0, as tests that choose the right arm."""
        rows = test.rows, left.rows, right.rows

        def run(index: Index, made: int, out: RowArray) -> None:
            if self.depth == 0:
                kernels.choose_outer(index, made, *rows, self.words, out)
            else:
                kernels.choose_inner(index, made, *rows, self._table_words(width), self._units, out)

        return self._job(tasks, width, run, (test, left, right))

    def close(self, inner: "Scope", length: int) -> Iterator[Job]:
        """All jobs that make terms of `length` bits whose root closes a stored body of `inner`."""
        for name in ("find", "argmax"):
            if name in self.costs:
                for bodies in inner.kinds.values():
                    tasks = tasks_of(name, length - self.costs[name], bodies.terms.spans)
                    yield self.searches(tasks, bodies.terms)
        if "iter" not in self.costs:
            return
        total = length - self.costs["iter"]
        for numbers, starts in product(self.kinds.values(), repeat=2):
            # With n = 0 iter gives the state it starts with, whatever the body.
            yield self._choose(total, self.closed.width, numbers.never, inner.bodies, starts.terms, name="iter")
            for bodies in inner.kinds.values():
                tasks = tasks_of("iter", total, numbers.numbers, starts.terms.spans, bodies.moving)
                yield self.iterations(numbers, starts, tasks, bodies.terms)
            if self.depth == 0:
                yield from self._outer_idle(total, inner)
            else:
                yield from self._inner_idle(total, numbers, starts, inner)

    def _outer_idle(self, total: int, inner: "Scope") -> Iterator[Job]:
        """iter outside of plain bodies that ignore the state, or keep it."""
        for numbers, starts, spans in (
            (self.rounds.sometimes, self.plain.terms, inner.plain.constant),
            (self.rounds.always, self.plain.ignored, inner.plain.constant),
            (self.rounds.silent, self.plain.terms, inner.plain.identity),
        ):
            operands = numbers, starts, inner.plain.terms

            def run(index: Index, made: int, out: RowArray, operands: tuple[Store, ...] = operands) -> None:
                closing.idle_outer(index, made, *(operand.rows for operand in operands), self.words, out)

            tasks = tasks_of("iter", total, numbers.spans, starts.spans, spans)
            yield self._job(tasks, self.closed.width, run, operands)

    def _inner_idle(self, total: int, numbers: Classes, starts: Classes, inner: "Scope") -> Iterator[Job]:
        """iter inside a binder of plain bodies that ignore the state, or keep it."""
        operands = (numbers.terms, starts.terms, inner.plain.terms)
        rows = [operand.rows for operand in operands]
        for keeps, bodies in ((False, inner.plain.constant), (True, inner.plain.identity)):
            tasks = tasks_of("iter", total, numbers.numbers, starts.terms.spans, bodies)

            def run(index: Index, made: int, out: RowArray, keeps: bool = keeps) -> None:
                closing.idle_inner(index, made, keeps, *rows, self.words, self._units, out, out.view(np.uint16))

            yield self._job(tasks, self.closed.width, run, operands)

    def searches(self, tasks: Tasks, bodies: Operand) -> Job:
        """The job of find and argmax over these bodies."""
        rows = rows_of(bodies)

        def run(index: Index, made: int, out: RowArray) -> None:
            if self.depth == 0:
                closing.search_outer(index, made, rows, rows.view(np.uint16), self.words, out)
            else:
                closing.search_inner(index, made, rows, self.words, self._units, out, out.view(np.uint16))

        return self._job(tasks, self.closed.width, run, (bodies,))

    def iterations(self, numbers: Classes, starts: Classes, tasks: Tasks, bodies: Operand) -> Job:
        """The job of iter over these bodies."""
        words, n, s, rows = self.words, numbers.terms.rows, starts.terms.rows, rows_of(bodies)

        def run(index: Index, made: int, out: RowArray) -> None:
            if self.depth == 0:
                closing.iterate_outer(index, made, n, rows, rows.view(np.uint16), words, out)
            else:
                settled, steps = np.empty(words.size, dtype=np.uint64), out.view(np.uint16)
                closing.iterate_inner(index, made, n, s, rows, words, self._units, settled, out, steps)

        return self._job(tasks, self.closed.width, run, (numbers.terms, starts.terms, bodies))
