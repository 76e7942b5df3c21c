"""What is kept of the classes of each length: how far it is needed, how rows are laid out, and by which views.

For every number d of bound variables, terms of up to `longest[d]` bits can occur in a program within the
bound; only those of up to `stored[d]` bits are ever operands, and kept. Longer ones are bodies of find,
argmax and iter and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine import class_kernels as kernels
from priorsim.census.engine.class_kernels import OUTER_WORDS, Words
from priorsim.census.engine.tables import RowArray, Table
from priorsim.census.recurrence import Token, tokens
from priorsim.mu.dialect import FORMS, Form, Language

STEPS_PER_WORD = 4
TESTED_ARITY = 3
"""Of the operators whose first operand is asked whether it is 0: if and iter."""
ROUNDS_WORDS = OUTER_WORDS + 2
Span = tuple[int, int]
Spans = dict[int, Span]
"""Rows of a store by length."""


class Store:
    """Rows of one kind by length, in one array: `classes` of terms under `depth` binders, or what `read` makes of them.

    A row that is read stands for several classes; rows of no classes count what is never evaluated. `numbers` tells of
    a choice of classes which ones they are.
    """

    def __init__(
        self,
        width: int,
        depth: int,
        classes: "Classes | None" = None,
        read: Callable[[RowArray], RowArray] | None = None,
    ) -> None:
        self.depth = depth
        self.classes = classes
        self.read = read
        self.numbers: NDArray[np.int64] | None = None
        self.spans: Spans = {}
        self.rows: RowArray = np.empty((0, width), dtype=np.uint64)
        self._used = 0

    def of_length(self, length: int) -> RowArray:
        """The rows of a length, none where there are none."""
        begin, end = self.spans.get(length, (0, 0))
        return self.rows[begin:end]

    def length_of(self, at: int) -> int:
        """The length that a row is of."""
        return next(length for length, (begin, end) in self.spans.items() if begin <= at < end)

    def append(self, length: int, rows: RowArray) -> None:
        """Add the rows of one more length."""
        end = self._used + len(rows)
        if end > len(self.rows):
            larger = np.empty((max(end, 3 * len(self.rows) // 2), self.rows.shape[1]), dtype=np.uint64)
            larger[: self._used] = self.rows[: self._used]
            self.rows = larger
        self.rows[self._used : end] = rows
        if len(rows):
            self.spans[length] = (self._used, end)
        self._used = end

    def readings(self, length: int) -> RowArray:
        """What is read of each class of a length."""
        assert self.classes is not None, "these rows are read of no classes"
        rows = self.classes.terms.of_length(length)
        return rows if self.read is None else self.read(rows)

    def first_class(self, at: int) -> tuple[int, RowArray]:
        """Bits and row of the first class that a row stands for; rows are compared in full."""
        assert self.classes is not None, "these rows stand for no classes"
        if self.numbers is not None:
            return self.classes.terms.first_class(int(self.numbers[at]))
        length = self.length_of(at)
        if self.read is None:
            return length, self.rows[at]
        same = np.all(self.readings(length)[:, :-1] == self.rows[at, :-1], axis=1)
        return length, self.classes.terms.of_length(length)[np.flatnonzero(same)[0]]


Operand = Store | RowArray
"""What the operands in a candidate are numbers of: a store, or bodies that are too long to be kept in one."""


def rows_of(operand: Operand) -> RowArray:
    """The rows of an operand."""
    return operand.rows if isinstance(operand, Store) else operand


class Classes:
    """The stored classes of one kind under one number of binders, and what `if` and `iter` read of them.

    Classes of one length with the same actual table are next to each other. `tables`, `actual` and `width` are words of
    all tables, of the actual one, and of a row. Spans tell which `terms` are not 0 everywhere, as numbers of rounds;
    and which plain bodies of iter ignore the state, keep it, or do neither. `tests` are classes by the lanes where they
    are not 0; `always` and `never` those where that is all or none, under all lesions; `ignored` are classes by steps
    and searches alone: the arms that are never chosen.
    """

    def __init__(self, depth: int, actual: int, tables: int, width: int, words: Words) -> None:
        self.tables = tables
        self.actual = actual
        self.width = width
        self._words = words
        self.terms = Store(width, depth, self)
        self.tests, self.always, self.never = (Store(width, depth, self, self.masks) for _ in range(3))
        self.ignored = Store(width, depth, self, self._silent)
        self.numbers: Spans = {}
        self.moving: Spans = {}
        self.constant: Spans = {}
        self.identity: Spans = {}

    def append(self, length: int, rows: RowArray, *, plain: bool, tested: bool) -> None:
        """Add the classes of one more length, as operands of `if` too where `tested`."""
        zero = ~np.any(rows[:, : self.tables], axis=1)
        if plain:
            idle = np.zeros(len(rows), dtype=np.uint8)
            kernels.idle_bodies(rows, self._words, idle)
            groups = [idle == kernels.MOVING, idle == kernels.IDENTITY, (idle == kernels.CONSTANT_BODY) & ~zero]
        else:
            # What is 0 unless lesioned comes last of what is not 0, beside what is 0 altogether.
            seems_zero = ~np.any(rows[:, : self.actual], axis=1)
            groups = [~seems_zero, seems_zero & ~zero, np.zeros_like(zero)]
        self.terms.append(length, rows[np.concatenate([np.flatnonzero(group) for group in (*groups, zero)])])
        begin, end = self.terms.spans.get(length, (0, 0))
        first, second, third = (begin + int(size) for size in np.cumsum([np.count_nonzero(group) for group in groups]))
        parts = [(self.numbers, begin, third), (self.moving, begin, first if plain else end)]
        if plain:
            parts += [(self.identity, first, second), (self.constant, second, end)]
        for spans, first, last in parts:
            if first < last:
                spans[length] = (first, last)
        if tested:
            self._append_tests(length, rows)

    def _append_tests(self, length: int, rows: RowArray) -> None:
        masks = Table.of(self.masks(rows)).rows
        always = np.all(masks[:, : self.tables] == self._words.full, axis=1)
        never = np.all(masks[:, : self.tables] == 0, axis=1)
        self.always.append(length, masks[always])
        self.never.append(length, masks[never])
        self.tests.append(length, masks[~(always | never)])
        self.ignored.append(length, Table.of(self._silent(rows)).rows)

    def masks(self, rows: RowArray) -> RowArray:
        """Terms as tests."""
        masks = np.empty_like(rows)
        kernels.masks_of_tests(rows, self.tables, self._words, masks)
        return masks

    def _silent(self, rows: RowArray) -> RowArray:
        return _without(rows.copy(), self.tables)


class Rounds:
    """What iter outside any binder reads of its number n, where the body is plain and idle, as `round_masks` writes it.

    For bodies that ignore the state n is not 0 `sometimes`, or `always`, in all lanes under all lesions; for those
    that keep it, n is `silent`.
    """

    def __init__(self, words: Words, classes: Classes) -> None:
        self._words = words
        self.sometimes, self.always = (Store(ROUNDS_WORDS + 1, 0, classes, self._masks) for _ in range(2))
        self.silent = Store(ROUNDS_WORDS + 1, 0, classes, lambda rows: _without(self._masks(rows), 3))

    def append(self, length: int, rows: RowArray) -> None:
        """Add the classes of one more length; those that are 0 everywhere are left out."""
        rounds = self._masks(rows)
        rounds = rounds[np.any(rounds[:, :3] != 0, axis=1)]
        masks = Table.of(rounds).rows
        always = np.all(masks[:, :3] == self._words.full, axis=1)
        self.always.append(length, masks[always])
        self.sometimes.append(length, masks[~always])
        self.silent.append(length, Table.of(_without(rounds, 3)).rows)

    def _masks(self, rows: RowArray) -> RowArray:
        """Terms as numbers of rounds."""
        rounds = np.empty((len(rows), ROUNDS_WORDS + 1), dtype=np.uint64)
        kernels.round_masks(rows, self._words, rounds)
        return rounds


def _without(rows: RowArray, tables: int) -> RowArray:
    """Rows with their first words overwritten with 0."""
    rows[:, :tables] = 0
    return rows


@dataclass(frozen=True)
class Reach:
    """How long terms under each number of binders can be, from the bound of the census; everything by depth.

    Bits of each operator; the fewest bits of a term, the most that fit into a program, the most of a term that is kept,
    the most of an operand of `if` or iter; the fewest bits an operator adds to an operand, and a binder to its body.
    Where no operator takes such operands or no binder is left, none is that long.

    What is kept are operands, and the bodies of iter for which longer numbers and starts are still to be made. A body
    of more bits is closed when that is made which needs it first: numbers and starts up to `closing` bits longer are
    there by then, and longer ones do not fit beside it.
    """

    costs: tuple[dict[str, int], ...]
    shortest: tuple[int, ...]
    longest: tuple[int, ...]
    stored: tuple[int, ...]
    tested: tuple[int, ...]
    adds: tuple[int, ...]
    closing: tuple[int, ...]

    @classmethod
    def of(cls, language: Language, max_bits: int) -> "Reach":
        """The reach of programs of up to `max_bits` bits."""
        symbols = [tokens(language, depth) for depth in range(language.depth + 1)]
        costs = tuple({token.kind: token.bits for token in found if token.kind in FORMS} for found in symbols)
        shortest = _shortest(symbols)
        longest, stored, tested = [max_bits - 1], list[int](), list[int]()
        adds, closing = list[int](), list[int]()
        for depth in range(language.depth + 1):
            fewest = partial(_fewest, costs[depth], shortest, depth, longest[depth])
            adds.append(fewest(lambda form: not form.is_search))
            operands = longest[depth] - adds[depth]
            stored.append(max(operands, _looped(costs[depth - 1], shortest, longest, closing) if depth else 0))
            tested.append(longest[depth] - fewest(lambda form: form.arity == TESTED_ARITY))
            if depth < language.depth:
                closing.append(fewest(lambda form: form.is_binder, binds=1))
                longest.append(longest[depth] - closing[depth])
        return cls(costs, shortest, *map(tuple, (longest, stored, tested, adds, closing)))


def _shortest(symbols: Sequence[Sequence[Token]]) -> tuple[int, ...]:
    """The fewest bits of a term, by depth: a leaf, or a search around the shortest body."""
    found: list[int] = []
    for some in reversed(symbols):
        leaf = min(token.bits for token in some if not token.binds)
        searches = [token.bits + found[0] for token in some if token.is_search]
        found.insert(0, min([leaf, *searches]))
    return tuple(found)


def _fewest(
    costs: dict[str, int],
    shortest: tuple[int, ...],
    depth: int,
    most: int,
    among: Callable[[Form], bool],
    binds: int = 0,
) -> int:
    """The fewest bits that one of these operators adds to a child with so many binds; `most` where none does."""
    adds = (
        bits + sum(shortest[depth + each] for each in FORMS[name].binds) - shortest[depth + binds]
        for name, bits in costs.items()
        if among(FORMS[name]) and binds in FORMS[name].binds
    )
    return min(adds, default=most)


def _looped(costs: dict[str, int], shortest: tuple[int, ...], longest: list[int], closing: list[int]) -> int:
    """The most bits of a body of iter that may need a number or a start longer than those there when it is made."""
    depth = len(closing) - 1
    if "iter" not in costs:
        return 0
    return (longest[depth] - costs["iter"] - shortest[depth] - closing[depth]) // 2


def step_units(header: AtlasHeader) -> RowArray:
    """Words that hold 1 in the 16 bits of every environment under one binder."""
    environments = header.domain.environments(1)
    padded = np.zeros(-(-environments // STEPS_PER_WORD) * STEPS_PER_WORD, dtype=np.uint16)
    padded[:environments] = 1
    return padded.view(np.uint64)


def has_mixed(depth: int, language: Language) -> bool:
    """Whether classes inside so many binders may have steps that differ between environments."""
    return 0 < depth < language.depth or (depth > 0 and language.dialect.applies)


def row_widths(depth: int, mixed: bool, header: AtlasHeader) -> tuple[int, int]:
    """Words of all tables of a class, and of its row, count included."""
    if depth == 0:
        return 3, OUTER_WORDS + 1
    tables = 2 ** (header.language.word_bits * depth) * (3 if mixed else 1)
    return tables, tables + (len(step_units(header)) if mixed else 0) + 2
