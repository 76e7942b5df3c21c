"""The programs that fit, counted beyond the bound of a census: the quotient census of what leads to them alone.

First `Outlines` tells, by actual tables, which terms occur in fitting programs and how they are made. Then
terms of up to `whole` bits are counted as in any quotient census, and longer ones along these derivations. The
counts are exact, and those of every length are compared with what the outlines say.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, Rows
from priorsim.census.progress import Progress
from priorsim.census.quotient import check_exact, rows_of_levels
from priorsim.census.quotient_derivations import Choice, Derivation, Outlines, ranges
from priorsim.census.quotient_jobs import COMMUTATIVE, NOTHING, TASK_FIELDS, Job, run_jobs
from priorsim.census.quotient_kernels import COUNT, SYMBOL, SYMBOLS, TWICE
from priorsim.census.quotient_levels import PARTS, Census
from priorsim.census.quotient_levels import Level as Classed
from priorsim.census.quotient_sort import sort_parts
from priorsim.census.quotient_stores import Classes, Reach
from priorsim.census.quotient_tables import RowArray, in_order
from priorsim.census.quotient_terms import Scope
from priorsim.census.quotient_views import KeyIndex
from priorsim.census.recurrence import program_counts
from priorsim.errors import CensusError
from priorsim.mu.dialect import FORMS

I64 = NDArray[np.int64]
LOOKED_INTO = 12
"""How many bits below the bound the looking into terms begins: about as much as dead code around one costs."""

FORM_OF_SYMBOL = {symbol: form for form, symbol in SYMBOLS.items()}


def count_fitting(
    header: AtlasHeader,
    fits: Choice,
    *,
    above: int,
    workers: int = 2,
    progress: Callable[[Progress], None] | None = None,
) -> Rows:
    """Count the programs of more than `above` and at most the header's bound of bits that fit.

    Parameters
    ----------
    header : AtlasHeader
    fits : callable
        From behaviours, uint64 (any,), to those that fit, bool (any,).
    above : int
        Bits; as far as an atlas reaches already.
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Called with the Progress; each program counts three times, once for each pass.

    Returns
    -------
    Rows
        Sorted, every key once.

    Raises
    ------
    CensusError
        When the bound is beyond what is exact.
    """
    check_exact(header)
    counts = program_counts(header.language, header.max_bits)
    done, total = 0, 3 * sum(counts)

    def tell(length: int) -> None:
        nonlocal done
        done += counts[length + 1]
        if progress is not None:
            progress(Progress(done, total))

    census = Census(header, workers)
    reach = Reach.of(header.language, header.max_bits - LOOKED_INTO)
    whole = tuple(max(0, min(lengths)) for lengths in zip(reach.longest, census.reach.stored, strict=True))
    outlines = Outlines(header, fits, above=above, whole=whole, workers=workers, tell=tell)
    return rows_of_levels(Fitting(census, outlines, workers).levels(fits, above, tell))


class Fitting:
    """A census whose longer terms are those that outlines say are wanted, made as these say."""

    def __init__(self, census: Census, outlines: Outlines, workers: int) -> None:
        self._census = census
        self._outlines = outlines
        self._workers = workers
        sizes = [len(outlines.terms(depth).rows) for depth in range(len(census.scopes))]
        self._begin = [{kind: np.zeros(size, np.int64) for kind in (False, True)} for size in sizes]
        self._end = [{kind: np.zeros(size, np.int64) for kind in (False, True)} for size in sizes]

    def levels(self, fits: Choice, above: int, tell: Callable[[int], None]) -> Iterator[tuple[int, RowArray]]:
        """Every length of term with the classes of those that fit, of more than `above` bits as programs."""
        whole, longest = self._outlines.whole, self._census.reach.longest[0]
        for depth, length in self._census.build(whole):
            if length in self._outlines.terms(depth).spans:
                self._locate(depth, length)
            if depth == 0:
                tell(length)
                if length >= above:
                    rows = self._rows(0, False, length)
                    yield length, rows[fits(rows[:, 0])]
        for depth in reversed(range(1, len(self._census.scopes))):
            for length in self._outlines.wanted_lengths(depth):
                self._make(depth, length)
        for length in range(whole[0] + 1, longest + 1):
            rows = self._make(0, length)
            tell(length)
            if length >= above:
                yield length, self._checked(length, rows[fits(rows[:, 0])])

    def _checked(self, length: int, rows: RowArray) -> RowArray:
        """The rows of a level that fit, after comparing their number with what the outlines say."""
        found, expected = sum(rows[:, COUNT].tolist()), self._outlines.programs(length)
        if found != expected:
            raise CensusError(f"{found} programs of {length + 1} bits fit where {expected} outlines do: report a bug")
        return rows

    def _rows(self, depth: int, kind: bool, length: int) -> RowArray:
        terms = self._census.scopes[depth].kinds[kind].terms
        begin, end = terms.spans.get(length, (0, 0))
        return terms.rows[begin:end]

    def _locate(self, depth: int, length: int) -> None:
        """Find the rows of each outline of a level: they stand together."""
        terms = self._outlines.terms(depth)
        begin, end = terms.spans[length]
        index = KeyIndex(terms.rows[begin:end])
        for kind, classes in self._census.scopes[depth].kinds.items():
            rows = self._rows(depth, kind, length)
            if not len(rows):
                continue
            changes = np.any(rows[1:, : classes.actual] != rows[:-1, : classes.actual], axis=1)
            starts = np.concatenate([[0], 1 + np.flatnonzero(changes)])
            numbers = begin + index.find(self._census.scopes[depth].outlines(rows[starts]))
            assert np.all(numbers >= begin), "every class kept has an outline"
            first = classes.terms.spans[length][0]
            self._begin[depth][kind][numbers] = first + starts
            self._end[depth][kind][numbers] = first + np.append(starts[1:], len(rows))

    # --- making a level -----------------------------------------------------------------------

    def _make(self, depth: int, length: int) -> RowArray:
        """Count the wanted terms of a level, and keep what can be operands; rows outside binders are returned."""
        scope = self._census.scopes[depth]
        level = Classed(scope, PARTS)
        for derivation in self._outlines.derivations(depth, length):
            run_jobs(self._jobs(scope, derivation), lambda: level, self._workers)
        rows = np.zeros((0, scope.kinds[False].width), dtype=np.uint64)
        for kind, classes in scope.kinds.items():
            if parts := level.shared[classes.width].parts():
                rows = in_order(np.concatenate(parts), classes.actual) if depth else sort_parts(parts, self._workers)
                if length in self._outlines.terms(depth).spans:
                    classes.append(length, rows, plain=depth > 0 and not kind, tested=False)
        if length in self._outlines.terms(depth).spans:
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
            make = self._pair_tasks if form in COMMUTATIVE else self._tasks
            if len(tasks := make(derivation, chosen)):
                yield self._job(scope, form, derivation.depths, chosen, tasks)

    def _spans(self, depth: int, kind: bool, outlines: I64) -> tuple[I64, I64]:
        return self._begin[depth][kind][outlines], self._end[depth][kind][outlines]

    def _tasks(self, derivation: Derivation, kinds: tuple[bool, ...]) -> I64:
        """The tasks for operands of these kinds; candidates without rows are left out."""
        tasks = np.zeros((len(derivation.symbols), TASK_FIELDS), dtype=np.int64)
        tasks[:, 0] = derivation.symbols
        tasks[:, 2:7:2] = 1
        for place, (depth, kind) in enumerate(zip(derivation.depths, kinds, strict=True)):
            begin, end = self._spans(depth, kind, derivation.operands[:, place])
            tasks[:, 1 + 2 * place], tasks[:, 2 + 2 * place] = begin, end
        return tasks[np.all(tasks[:, 1:6:2] < tasks[:, 2:7:2], axis=1)]

    def _pair_tasks(self, derivation: Derivation, kinds: tuple[bool, ...]) -> I64:
        """The tasks of an operator whose operands may be exchanged: each pair of classes once, and counted twice."""
        same = derivation.operands[:, 0] == derivation.operands[:, 1]
        if kinds == (True, False):
            derivation = _take(derivation, ~same)
        tasks = self._tasks(derivation, kinds)
        is_once = (tasks[:, 1] == tasks[:, 3]) & (kinds[0] == kinds[1])
        tasks[:, 0] |= TWICE
        tasks[:, 7] = is_once
        return tasks

    def _job(self, scope: Scope, form: str, depths: tuple[int, ...], kinds: tuple[bool, ...], tasks: I64) -> Job:
        classes = [self._census.scopes[depth].kinds[kind] for depth, kind in zip(depths, kinds, strict=True)]
        if form == "if":
            masks = self._masks(classes[0], tasks)
            width = max(each.width for each in classes)
            return scope.choose(tasks, width, masks, classes[1].terms.rows, classes[2].terms.rows)
        if form == "iter":
            return scope.iterations(classes[0], classes[1], tasks, classes[2].terms.rows)
        if FORMS[form].is_search:
            return scope.searches(tasks, classes[0].terms.rows)
        return scope.combine(tasks, classes[0], classes[-1])

    def _masks(self, classes: Classes, tasks: I64) -> RowArray:
        """The tests of these tasks as masks, to which the tasks' first operands are changed."""
        begins, which = np.unique(tasks[:, 1], return_inverse=True)
        ends = np.zeros_like(begins)
        ends[which] = tasks[:, 2]
        sizes = ends - begins
        firsts = np.cumsum(sizes) - sizes
        tasks[:, 1], tasks[:, 2] = firsts[which], firsts[which] + sizes[which]
        return classes.masks(classes.terms.rows[ranges(begins, ends)])

    def _no_rounds(self, scope: Scope, derivation: Derivation) -> Iterator[Job]:
        """The jobs of iter where n is 0: what stands in the body is counted, not evaluated.

        Where n is 0 unless it is lesioned, the body is read under the lesion.
        """
        inner = self._census.scopes[scope.depth + 1]
        numbers, bodies, starts = derivation.operands.T
        for kind, n_classes in scope.kinds.items():
            begin, end = self._spans(scope.depth, kind, numbers)
            spans = zip(begin, end, strict=True)
            zeros = np.array([self._all_zero(n_classes, *span) for span in spans], dtype=np.int64)
            for s_kind, s_classes in scope.kinds.items():
                s_begin, s_end = self._spans(scope.depth, s_kind, starts)
                columns = (derivation.symbols, zeros, end, bodies, bodies + 1, s_begin, s_end, np.zeros_like(end))
                tasks = np.stack([column.astype(np.int64) for column in columns], axis=1)
                tasks = tasks[(zeros < end) & (s_begin < s_end)]
                if len(tasks):
                    arms = (n_classes.terms.rows, inner.bodies.rows, s_classes.terms.rows)
                    yield scope.choose(tasks, scope.closed.width, *arms, name="iter")
                yield from self._only_lesioned(scope, derivation, (kind, s_kind), (begin, zeros))

    def _only_lesioned(
        self, scope: Scope, derivation: Derivation, kinds: tuple[bool, bool], spans: tuple[I64, I64]
    ) -> Iterator[Job]:
        """iter with n that is 0 unless lesioned, and all bodies of the length."""
        inner = self._census.scopes[scope.depth + 1]
        lengths = {begin: length for length, (begin, _) in inner.bodies.spans.items()}
        n_begin, n_end = spans
        s_begin, s_end = self._spans(scope.depth, kinds[1], derivation.operands[:, 2])
        chosen = (n_begin < n_end) & (s_begin < s_end) & np.isin(derivation.operands[:, 1], list(lengths))
        for classes in inner.kinds.values():
            tasks = []
            for way in np.flatnonzero(chosen):
                length = lengths[int(derivation.operands[way, 1])]
                if length > self._outlines.whole[scope.depth + 1]:
                    raise CensusError(f"bodies of {length} bits are read under a lesion alone: report a bug")
                if length in classes.terms.spans:
                    span = (n_begin[way], n_end[way], s_begin[way], s_end[way], *classes.terms.spans[length])
                    tasks.append((SYMBOLS["iter"], *map(int, span), 0))
            if tasks:
                numbers, starts = (scope.kinds[each] for each in kinds)
                yield scope.iterations(numbers, starts, tasks, classes.terms.rows)  # type: ignore[arg-type]

    def _all_zero(self, classes: Classes, begin: int, end: int) -> int:
        """Where the rows that are 0 under every lesion begin: they are the last ones."""
        zero = ~np.any(classes.terms.rows[begin:end, : classes.tables], axis=1)
        return end - int(np.count_nonzero(zero))


def _take(derivation: Derivation, chosen: NDArray[np.bool_]) -> Derivation:
    return replace(derivation, symbols=derivation.symbols[chosen], operands=derivation.operands[chosen])
