"""How programs that fit are made: a census of actual tables alone, read backwards from what fits.

Terms with equal actual tables fit alike, so one candidate of such *outlines* stands for many terms. From the
fitting candidates of the longest terms down to the shortest, each level's candidates are made again and those
kept whose result is wanted: because it fits, or as an operand of a longer one. Terms of up to `whole` bits are
always wanted, and not looked into. What a loop of no rounds never evaluates is not wanted for it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, Choice
from priorsim.census.engine.class_kernels import SYMBOL
from priorsim.census.engine.jobs import Piece, in_turn, pieces_of
from priorsim.census.engine.levels import Census, Closing, closing_pieces, closings_of, copy_job
from priorsim.census.engine.packed import ARITY
from priorsim.census.engine.stores import Reach, Store, rows_of
from priorsim.census.engine.tables import RowArray, Table

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
CLOSED_AT_ONCE = 8
"""Bodies that are closed in no more ways than this are not gathered first."""

Chooser = Callable[[RowArray], NDArray[np.bool_]]
"""From rows of one level to those that are wanted."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Ways to make wanted terms of one level, all of one form.

    Symbols are a job's; operands, under so many binders, are outlines: rows of the terms stored there. A loop of no
    rounds has a row of `Scope.bodies` of the next depth second, a leaf its variable's number or its word. Results,
    where they are kept, are behaviours outside binders, else outlines.
    """

    symbols: I32
    depths: tuple[int, ...]
    operands: I64
    results: I64 | None = None
    no_rounds: bool = False


@dataclass
class Found:
    """The wanted candidates of one batch at a level, and their results as a `Derivation` has them.

    Of bodies that are too long for a store there are the bits and the rows, once settled the numbers among the wanted
    ones. So many programs of those counted fit.
    """

    place: tuple[int, int]
    index: I32
    stores: tuple[Store | None, ...]
    bodies: tuple[int, NDArray[Any]] | None
    results: I64 | None
    fitting: int


class Outlines:
    """The census of actual tables, and for every level above `whole` what is wanted of it.

    The header's bound is that of the programs asked for, which have more than `above` bits; terms of up to
    `whole[depth]` bits are not looked into. `tell` is called with a length of term, outside binders, each time one is
    done; with `keeps_results` derivations tell what they make.
    """

    def __init__(
        self,
        header: AtlasHeader,
        fits: Choice,
        *,
        above: int,
        whole: tuple[int, ...],
        workers: int,
        tell: Callable[[int], None] = lambda _: None,
        keeps_results: bool = False,
    ) -> None:
        self.census = Census(header, workers, keeps_closed=True, actual_only=True)
        self.whole = whole
        self._fits = fits
        self._above = above
        self._workers = workers
        self._keeps_results = keeps_results
        self._indices: dict[tuple[int, int], Table] = {}
        self._levels: dict[tuple[int, int], list[Found]] = {}
        self._programs: Counter[int] = Counter()
        self._long: dict[tuple[int, int], Table] = {}
        self._readers: dict[Store, tuple[I64, I64]] = {}
        for depth, length in self.census.build(self.census.reach.stored):
            if depth == 0:
                tell(length)
        depths = range(len(self.census.scopes))
        self._wanted = [np.zeros(len(self.terms(depth).rows), dtype=np.bool_) for depth in depths]
        for depth in depths:
            self._look_under(depth, tell)

    def terms(self, depth: int) -> Store:
        """The outlines under so many binders; the number of a row is the outline's."""
        return self.census.scopes[depth].plain.terms

    def programs(self, length: int) -> int:
        """Number of terms of `length` bits outside binders that fit."""
        return self._programs[length]

    def wanted_lengths(self, depth: int) -> list[int]:
        """The lengths above `whole` of which terms are wanted, rising."""
        return sorted(length for where, length in self._levels if where == depth)

    def _chooser(self, depth: int, length: int) -> Chooser | None:
        """Which rows of a level are wanted; None where none is."""
        begin, end = self.terms(depth).spans.get(length, (0, 0))
        wanted = begin + np.flatnonzero(self._wanted[depth][begin:end])
        goals = Table.of(self.terms(depth).rows[wanted]) if len(wanted) else None
        if depth == 0 and length >= self._above:
            if goals is None:
                return lambda rows: self._fits(rows[:, 0])
            return lambda rows: self._fits(rows[:, 0]) | (goals.find(rows) >= 0)
        return None if goals is None else lambda rows: goals.find(rows) >= 0

    def _look_under(self, depth: int, tell: Callable[[int], None]) -> None:
        """Look for what is wanted under so many binders, and want its operands before their own levels are looked at.

        A body too long to be stored leaves so few bits that the other operands of its loop are shorter than
        every term with such a body. The shorter levels are therefore looked at last.
        """
        longest, whole = self.census.reach.longest[depth], self.whole[depth]
        if depth + 1 == len(self.census.scopes):
            self._among_stored(depth, range(longest, whole, -1), tell)
            return
        shorter = max(whole, min(longest, shortest_streamed(self.census.reach, depth) - 1))
        self._among_stored(depth, range(longest, shorter, -1), tell)
        self._among_streamed(depth)
        self._among_stored(depth, range(shorter, whole, -1), tell)
        self._store_long(depth + 1)

    def _among_stored(self, depth: int, lengths: range, tell: Callable[[int], None]) -> None:
        """Look for what is wanted of these lengths among the candidates made of stored classes."""
        for length in lengths:
            if (chooser := self._chooser(depth, length)) is not None:
                search = partial(self._search, (depth, length), chooser, None)
                self._settle(in_turn(search, pieces_of(self.census.jobs(depth, length)), self._workers))
            if depth == 0:
                tell(length)

    def _among_streamed(self, depth: int) -> None:
        """Look for what is wanted among the closings of bodies too long to be stored."""
        reach, outer = self.census.reach, self.census.scopes[depth]
        targets = range(self.whole[depth] + 1, reach.longest[depth] + 1)
        choosers = {length: chooser for length in targets if (chooser := self._chooser(depth, length)) is not None}
        for length in range(reach.stored[depth + 1] + 1, reach.longest[depth + 1] + 1):
            ways = [way for way in closings_of(outer, length) if way.target in choosers]
            if not ways:
                continue
            self._long[depth + 1, length] = Table(self.terms(depth + 1).rows.shape[1] - 1)
            close = partial(self._close, depth, choosers, ways, length)
            if sum(way.closings for way in ways) <= CLOSED_AT_ONCE:
                self._settle(in_turn(close, self.census.pieces(depth + 1, length), self._workers))
            else:
                for bodies in self.census.bodies(depth + 1, length):
                    self._settle(in_turn(close, copy_job(bodies).pieces(), self._workers))

    def _close(
        self, depth: int, choosers: dict[int, Chooser], ways: list[Closing], length: int, bodies: Piece
    ) -> list[Found]:
        """What is wanted among the closings of a piece's bodies of a length."""
        found = []
        for _, rows in bodies.batches():
            for way, piece in closing_pieces(ways, rows):
                found += self._search((depth, way.target), choosers[way.target], length, piece)
        return found

    def _search(self, place: tuple[int, int], chooser: Chooser, body_length: int | None, piece: Piece) -> list[Found]:
        """The candidates of a piece whose result is wanted at a level."""
        found = []
        for made, rows in piece.batches():
            chosen = chooser(rows)
            if not chosen.any():
                continue
            fitting = 0
            if place[0] == 0 and place[1] >= self._above:
                fitting = sum(rows[self._fits(rows[:, 0]), -1].tolist())
            index = made[chosen]
            operands = piece.job.operands[: ARITY[index[0, 0] & SYMBOL]]
            stores = tuple(each if isinstance(each, Store) else None for each in operands)
            bodies = None if body_length is None else (body_length, rows_of(operands[-1])[index[:, len(operands)]])
            results = self._results(place, rows[chosen]) if self._keeps_results else None
            found.append(Found(place, index, stores, bodies, results, fitting))
        return found

    def _settle(self, some: Iterable[list[Found]]) -> None:
        """Keep what was found, in the order of the pieces, which threads do not change, and want its operands."""
        for found in chain.from_iterable(some):
            depth, length = found.place
            if found.bodies is not None:
                body_length, rows = found.bodies
                table = self._long[depth + 1, body_length]
                table.add(rows)
                found.bodies = body_length, table.find(rows)
            self._levels.setdefault(found.place, []).append(found)
            self._programs[length] += found.fitting
            for at, store in enumerate(found.stores, start=1):
                if store is not None and store.classes is not None:
                    numbers = np.unique(found.index[:, at]).astype(np.int64)
                    self._wanted[store.depth][self._outlines(store, numbers)[1]] = True

    def _results(self, place: tuple[int, int], rows: RowArray) -> I64:
        """What wanted candidates of a level make, as a `Derivation` tells it."""
        depth, length = place
        if depth == 0:
            return rows[:, 0].view(np.int64)
        if place not in self._indices:
            self._indices[place] = Table.of(self.terms(depth).of_length(length))
        return self.terms(depth).spans[length][0] + self._indices[place].find(rows)

    def _outlines(self, store: Store, numbers: I64) -> tuple[I64, I64]:
        """For each of these rows of a store, how many outlines it stands for, and which."""
        if store.read is None:
            return np.ones(len(numbers), dtype=np.int64), numbers
        if store not in self._readers:
            assert store.classes is not None, "only what is evaluated has outlines"
            outlines, readings = [], []
            for length, (begin, _) in store.spans.items():
                rows = Table.of(store.of_length(length)).find(store.readings(length))
                outlines.append(store.classes.terms.spans[length][0] + np.flatnonzero(rows >= 0))
                readings.append(begin + rows[rows >= 0])
            order = np.argsort(np.concatenate(readings), kind="stable")
            ends = np.cumsum(np.bincount(np.concatenate(readings), minlength=len(store.rows)))
            self._readers[store] = np.concatenate(outlines)[order], np.concatenate([[0], ends])
        outlines_in_order, starts = self._readers[store]
        return starts[numbers + 1] - starts[numbers], outlines_in_order[ranges(starts[numbers], starts[numbers + 1])]

    def _store_long(self, depth: int) -> None:
        """Store the wanted outlines of the lengths that are not kept, so that they have numbers too."""
        terms, wanted = self.terms(depth), self._wanted[depth]
        for (where, length), table in self._long.items():
            if where == depth:
                terms.append(length, table.rows)
        self._wanted[depth] = np.zeros(len(terms.rows), dtype=np.bool_)
        self._wanted[depth][: len(wanted)] = wanted
        for length, (begin, end) in terms.spans.items():
            if (depth, length) in self._long:
                self._wanted[depth][begin:end] = True

    def derivations(self, depth: int, length: int) -> Iterator[Derivation]:
        """Every way to make the wanted terms of a level, its operands as outlines; none is given twice."""
        streamed: dict[tuple[int, ...], list[Derivation]] = {}
        for found in self._levels.get((depth, length), []):
            derivation = self._derivation(depth, found)
            if found.bodies is None:
                yield derivation
            else:
                form = int(derivation.symbols[0]) & SYMBOL
                streamed.setdefault((form, *derivation.depths), []).append(derivation)
        # A body may have come in several batches.
        for parts in streamed.values():
            columns = ([part.symbols, part.operands, part.results] for part in parts)
            made = [np.column_stack([each for each in some if each is not None]) for some in columns]
            ways, last = np.unique(np.concatenate(made), axis=0), 1 + len(parts[0].depths)
            results = ways[:, last] if self._keeps_results else None
            yield Derivation(ways[:, 0].astype(np.int32), parts[0].depths, ways[:, 1:last], results)

    def _derivation(self, depth: int, found: Found) -> Derivation:
        if not found.stores:
            return Derivation(found.index[:, 0], (), found.index[:, 1:2].astype(np.int64), found.results)
        ways = np.arange(len(found.index))
        columns: list[I64] = []
        for place, store in enumerate(found.stores, start=1):
            numbers = found.index[ways, place].astype(np.int64)
            if store is None:
                assert found.bodies is not None, "what is in no store is a body"
                numbers = self.terms(depth + 1).spans[found.bodies[0]][0] + found.bodies[1][ways]
            elif store.read is not None:
                counts, numbers = self._outlines(store, numbers)
                columns = [np.repeat(column, counts) for column in columns]
                ways = np.repeat(ways, counts)
            columns.append(numbers)
        depths = tuple(depth + 1 if store is None else store.depth for store in found.stores)
        results = None if found.results is None else found.results[ways]
        no_rounds = any(store is not None and store.classes is None for store in found.stores)
        return Derivation(found.index[ways, 0], depths, np.stack(columns, axis=1), results, no_rounds)


def shortest_streamed(reach: Reach, depth: int) -> int:
    """The fewest bits of a term under `depth` binders whose body is too long to be stored."""
    return max(reach.stored[depth + 1] + 1, reach.shortest[depth + 1]) + reach.closing[depth]


def ranges(begins: I64, ends: I64) -> I64:
    """All numbers of these half-open ranges, one range after the other.

    >>> ranges(np.array([3, 7]), np.array([5, 8])).tolist()
    [3, 4, 7]
    """
    counts = ends - begins
    offsets = np.cumsum(counts) - counts
    numbers: I64 = np.arange(counts.sum()) + np.repeat(begins - offsets, counts)
    return numbers
