"""A world's histogram: all that any measure needs to know of the programs that fit it, without the atlas.

A program fits when on every training lane its word is acceptable (docs/measures.md); its class is
taken on all lanes. Every count is exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import U8, U32, U64, AtlasHeader, RowKey, Rows
from priorsim.census.stored import Selectable
from priorsim.errors import WorldError
from priorsim.mu.domain import MAX_PACKED_BITS
from priorsim.mu.interpreter import Accounting
from priorsim.mu.lesions import ProgramClass
from priorsim.reading import MOST_SHOWN, shown
from priorsim.table import Table, runs
from priorsim.worlds.world import World

DIRECT, DISGUISED, SEARCH = 0, 1, 2
CLASSES: tuple[ProgramClass, ...] = (ProgramClass.DIRECT, ProgramClass.DISGUISED, ProgramClass.SEARCH)
"""The classes in the order of their numbers: 0 direct, 1 disguised, 2 search."""


class OwnClasses(str):
    """Classes of one's own: the words 'function NAME' for a function of an atlas's rows that says which search.

    The function takes `Rows` and gives True for search and False for direct code, or the classes' names, shape (rows,).
    """

    __slots__ = ("function",)
    function: Callable[[Rows], Any]

    @classmethod
    def of(cls, function: Callable[[Rows], Any]) -> "OwnClasses":
        """Classes by this function, under its name."""
        found = cls(f"function {shown(getattr(function, '__name__', '').strip('<>'), MOST_SHOWN)}".rstrip())
        found.function = function
        return found

    def kinds(self, rows: Rows) -> U8:
        """The class number of each row; WorldError where the function gives something else."""
        given = np.asarray(self.function(rows))
        if given.shape == (len(rows),):
            if given.dtype == np.bool_:
                return np.where(given, SEARCH, DIRECT).astype(np.uint8)
            is_of = [given == str(name) for name in CLASSES]
            if np.all(np.logical_or.reduce(is_of)):
                return np.select(is_of, range(len(CLASSES))).astype(np.uint8)
        raise WorldError(
            f"classes by {self}: give True for search and False for direct code, or {', '.join(CLASSES)}, for each "
            f"of {len(rows)} rows; the function gives {given.dtype} of shape {given.shape}"
        )


NamedClassBy = Literal["lesion", "form"]
ClassBy = NamedClassBy | OwnClasses
CLASS_BY: tuple[NamedClassBy, ...] = ("lesion", "form")

Mask = NDArray[np.bool_]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Table):
    """Counts of programs that no measure tells apart; every array has shape (cells,).

    `kind` is the number of a class, `bits` the length l, `steps` T over all lanes, `searches` the number of search
    nodes s; `faithful` programs are acceptable on every held-out lane too. `essential_low` ones are no direct code and
    shorter than every direct or disguised program of the same behaviour, `essential_high` than every direct one.
    """

    kind: U8
    bits: U8
    steps: U32
    searches: U8
    faithful: Mask
    essential_low: Mask
    essential_high: Mask
    count: U64

    def of(self, kinds: Sequence[int]) -> "Cells":
        """The cells of these classes together."""
        return self.take(np.isin(self.kind, kinds))

    @property
    def programs(self) -> int:
        """Number of programs in all cells."""
        return sum(self.count.tolist())


Counted = TypeVar("Counted", bound=Table)


def merged(table: Counted, *keys: NDArray[Any]) -> Counted:
    """The rows of equal keys made one, sorted by the keys, and their `count` added up."""
    order, starts = runs(*keys)
    if not len(order):
        return table
    count = np.add.reduceat(table.count[order], starts)  # type: ignore[attr-defined]
    return replace(table.take(order[starts]), count=count)  # type: ignore[call-arg]


def merge_cells(cells: Cells) -> Cells:
    """The same counts with equal cells added up, sorted by class, bits, steps, searches and the flags."""
    numbers = (cells.kind, cells.bits, cells.steps, cells.searches)
    return merged(cells, *numbers, cells.faithful, cells.essential_low, cells.essential_high)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Histogram:
    """The number of programs of a census that fit a world, by class, length, steps and search nodes.

    Parameters
    ----------
    header : AtlasHeader
        What was counted: language, domain, accounting and bound.
    world : World
        The world, with its training lanes.
    class_by : str
        What decided the class of a program: "lesion", "form" or the words of a function.
    cells : Cells
        The counts, in arrays of shape (cells,), sorted and no two alike.
    functions : tuple of int
        Entry m is the number of behaviours on all lanes whose fitting programs are of exactly the classes in the set m,
        where bit c of m is class c.
    shortest, least_kt : tuple of RowKey or None
        By class, the row of least length l, and of least l + log2 t; None where the class is empty. Of equal rows the
        one with fewer bits, steps and search nodes counts, and then the one of the least behaviour.
    """

    header: AtlasHeader
    world: World
    class_by: ClassBy
    cells: Cells
    functions: tuple[int, ...]
    shortest: tuple[RowKey | None, ...]
    least_kt: tuple[RowKey | None, ...]

    def __repr__(self) -> str:
        return f"<histogram of {self.world.name} up to {self.max_bits} bits: {self.cells.programs} programs>"

    @property
    def max_bits(self) -> int:
        """The bound B of the census in bits."""
        return self.header.max_bits

    @property
    def least_rows(self) -> list[RowKey]:
        """The rows of least length and of least l + log2 t of all classes, each once."""
        return list(dict.fromkeys(key for key in (*self.shortest, *self.least_kt) if key is not None))

    def behaviours(self, kinds: Sequence[int], others: Sequence[int] = ()) -> int:
        """Distinct behaviours with a program of one of `kinds` and, where given, one of `others` too."""
        mine, theirs = (sum(1 << kind for kind in group) for group in (kinds, others))
        return sum(
            number for mask, number in enumerate(self.functions) if mask & mine and (mask & theirs or not theirs)
        )


def lanes_summed(header: AtlasHeader) -> int:
    """What T is divided by to give t: the lanes, or 1 under the accountings of a single lane."""
    return 1 if header.accounting in (Accounting.MAX, Accounting.DEPTH) else len(header.domain.lanes)


def mean_steps(header: AtlasHeader, steps: NDArray[Any]) -> NDArray[np.float64]:
    """Mean steps t from T."""
    return steps.astype(np.float64) / lanes_summed(header)


def check_world(header: AtlasHeader, world: World) -> None:
    """Raise PriorsimError unless the world stands on the census's domain; the message says what differs."""
    if not header.domain.is_wide:
        check_not_wide(world)
    counted, asked = header.domain, world.domain
    for what, here, there in (
        ("word bits", counted.word_bits, asked.word_bits),
        ("columns", counted.columns, asked.columns),
        ("number of lanes", len(counted.lanes), len(asked.lanes)),
        ("lanes", counted.lanes, asked.lanes),
        ("context columns", counted.context, asked.context),
    ):
        if here != there and (what != "context columns" or header.accounting is Accounting.AMORTISED):
            raise WorldError(
                f"world {world.name} is not on the atlas's domain: its {what} {_differ(there, here)}: "
                "make an atlas on the world's domain with 'priorsim census'"
            )


def check_not_wide(world: World) -> None:
    """Raise WorldError where a world is wide; the message names the commands that can take it."""
    lanes, word_bits = len(world.domain.lanes), world.domain.word_bits
    if world.domain.is_wide:
        raise WorldError(
            f"world {world.name} is wide: {lanes} lanes of {word_bits} bits make {lanes * word_bits} bits of "
            f"behaviour, and no atlas holds more than {MAX_PACKED_BITS}: ask 'priorsim odds', 'sweep', "
            "'histogram', 'heldout' or 'claims' with --world and --max-bits, without --atlas"
        )


def _differ(there: Any, here: Any) -> str:
    if isinstance(there, tuple) and len(there) == len(here):
        place = next(i for i, (a, b) in enumerate(zip(there, here, strict=True)) if a != b)
        return f"differ at {place}, {there[place]} where the atlas has {here[place]}"
    return f"are {there} where the atlas has {here}"


def acceptable(behaviour: U64, world: World, lanes: Sequence[int]) -> Mask:
    """Where a behaviour, shape (rows,), has an acceptable word on each of these lanes."""
    single = [lane for lane in lanes if len(world.acceptable[lane]) == 1]
    wanted = [next(iter(words)) if lane in single else 0 for lane, words in enumerate(world.acceptable)]
    mask = np.uint64(world.domain.lane_mask(single))
    fits: Mask = (behaviour & mask) == np.uint64(world.domain.pack(wanted))
    word_bits = world.domain.word_bits
    # Each lane is looked at where all before it are right: few rows get past the first ones.
    left = np.flatnonzero(fits)
    for lane in sorted(set(lanes) - set(single)):
        is_right = np.zeros(2**word_bits, dtype=bool)
        is_right[list(world.acceptable[lane])] = True
        right = is_right[(behaviour[left] >> np.uint64(lane * word_bits)) & np.uint64(2**word_bits - 1)]
        fits[left[~right]] = False
        left = left[right]
    return fits


def kinds_of(rows: Rows, class_by: ClassBy) -> U8:
    """The class number of each row, shape (rows,), on all lanes; WorldError where programs are classed otherwise."""
    if isinstance(class_by, OwnClasses):
        return class_by.kinds(rows)
    if check_class_by(class_by) == "form":
        return np.where(rows.searches > 0, SEARCH, DIRECT).astype(np.uint8)
    by_wide = np.where(rows.wide != rows.behaviour, DISGUISED, DIRECT)
    return np.where(rows.strict != rows.behaviour, SEARCH, by_wide).astype(np.uint8)


def check_class_by(class_by: str | None) -> NamedClassBy:
    """The way to class programs of that name, by lesion where none is given; WorldError where there is none."""
    for known in CLASS_BY:
        if class_by == known or class_by is None:
            return known
    raise WorldError(f"programs cannot be classed by '{class_by}': choose {' or '.join(CLASS_BY)}")


def census_cells(rows: Rows, class_by: ClassBy = "lesion") -> Cells:
    """Every program of the rows by class, length, steps and searches; no flag is set."""
    unset = np.zeros(len(rows), dtype=bool)
    flags = (unset, unset, unset)
    return merge_cells(Cells(kinds_of(rows, class_by), rows.bits, rows.steps, rows.searches, *flags, rows.count))


def histogram(atlas: Selectable, world: World, *, class_by: ClassBy = "lesion") -> Histogram:
    """Count the programs of an atlas that fit a world; WorldError where it is on another domain, saying which part."""
    check_world(atlas.header, world)
    rows = atlas.select(lambda behaviour: acceptable(behaviour, world, world.train))
    return histogram_of(atlas.header, rows, world, class_by=class_by)


def histogram_of(header: AtlasHeader, rows: Rows, world: World, *, class_by: ClassBy = "lesion") -> Histogram:
    """The histogram of all rows of a census that fit on the training lanes, in any order; errors as of `histogram`."""
    check_world(header, world)
    return count_cells(header, rows, world, acceptable(rows.behaviour, world, world.held_out), rows.key, class_by)


def count_cells(
    header: AtlasHeader,
    rows: Rows,
    world: World,
    faithful: Mask,
    key: Callable[[int], RowKey],
    class_by: ClassBy,
) -> Histogram:
    """The histogram of all rows that fit on the training lanes, given which are right on the others, and their keys.

    Behaviours are told apart and put in order, no more: any numbers in that order do.
    """
    kind = kinds_of(rows, class_by)
    is_of = [kind == number for number in range(len(CLASSES))]
    behaviours, which = np.unique(rows.behaviour, return_inverse=True)
    class_sets = np.zeros(len(behaviours), dtype=np.int64)
    np.bitwise_or.at(class_sets, which, np.left_shift(1, kind.astype(np.int64)))
    cells = Cells(
        kind,
        rows.bits,
        rows.steps,
        rows.searches,
        faithful,
        rows.bits < _least_bits(rows, kind != SEARCH, which, len(behaviours))[which],
        rows.bits < _least_bits(rows, kind == DIRECT, which, len(behaviours))[which],
        rows.count,
    )
    return Histogram(
        header,
        world,
        class_by,
        merge_cells(cells),
        tuple(np.bincount(class_sets, minlength=2 ** len(CLASSES)).tolist()),
        tuple(_least(rows, chosen, key, by_kt=False) for chosen in is_of),
        tuple(_least(rows, chosen, key, by_kt=True) for chosen in is_of),
    )


def _least_bits(rows: Rows, chosen: Mask, which: I64, behaviours: int) -> I64:
    """For each behaviour the least length of a chosen program, or more than any."""
    least = np.full(behaviours, 256, dtype=np.int64)
    np.minimum.at(least, which[chosen], rows.bits[chosen].astype(np.int64))
    return least


def _least(rows: Rows, chosen: Mask, key: Callable[[int], RowKey], *, by_kt: bool) -> RowKey | None:
    """The key of the chosen row of least length, or of least l + log2 T, which has the same order as l + log2 t."""
    places = np.flatnonzero(chosen)
    if not len(places):
        return None
    # The last key counts most.
    keys: list[NDArray[Any]] = [rows.wide, rows.strict, rows.behaviour, rows.searches, rows.steps, rows.bits]
    keys = [column[places] for column in keys]
    if by_kt:
        # 2^l * T is exact in float64: T has 32 bits at most.
        keys.append(np.ldexp(keys[-2].astype(np.float64), keys[-1].astype(np.int32)))
    return key(int(places[np.lexsort(keys)[0]]))
