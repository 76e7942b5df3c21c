"""The atlas: a census as rows, in memory and on disk (docs/language.md section 6).

One row for each distinct (bits, behaviour, strict, wide, steps, searches) with the exact number of programs that share
it, sorted. The counts of every length must add up to the recurrence's; the file is `stored`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from priorsim.census.recurrence import program_counts
from priorsim.errors import AtlasError, CensusError, CodeError
from priorsim.mu.dialect import Language, dialect_named
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, most_steps_of_node
from priorsim.provenance import SHORT, counting_digest
from priorsim.reading import shown
from priorsim.storage import atomic_file
from priorsim.table import Table, runs

MAX_BITS = 255
"""The longest program of an atlas, in bits."""
COUNTED_ACCOUNTINGS = (Accounting.TOTAL, Accounting.AMORTISED)

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Choice = Callable[[U64], NDArray[np.bool_]]
"""From behaviours, shape (rows,), to the rows chosen, shape (rows,)."""


@dataclass(frozen=True, slots=True)
class RowKey:
    """What the programs of one row share, as Python integers."""

    bits: int
    behaviour: int
    strict: int
    wide: int
    steps: int
    searches: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Table):
    """Rows of an atlas, column by column; every array has shape (rows,)."""

    bits: U8
    behaviour: U64
    strict: U64
    wide: U64
    steps: U32
    searches: U8
    count: U64

    def key(self, row: int) -> RowKey:
        """The key of one row."""
        return RowKey(*(int(column[row]) for column in self.keys))

    @property
    def keys(self) -> list[NDArray[Any]]:
        """The columns of the key, in the order by which rows are sorted: all but the count."""
        return [getattr(self, field.name) for field in fields(RowKey)]

    @classmethod
    def empty(cls) -> "Rows":
        """No rows."""
        return cls(*(np.zeros(0, dtype=kind) for kind in COLUMN_TYPES.values()))


COLUMN_TYPES: dict[str, type] = {
    "bits": np.uint8,
    **dict.fromkeys(("behaviour", "strict", "wide"), np.uint64),
    "steps": np.uint32,
    "searches": np.uint8,
    "count": np.uint64,
}


def joined(batches: Iterable[Rows]) -> Rows:
    """The rows of all batches, in their order; no more than one column is in memory twice."""
    columns: dict[str, list[NDArray[Any]]] = {name: [np.zeros(0, kind)] for name, kind in COLUMN_TYPES.items()}
    for rows in batches:
        for name, parts in columns.items():
            parts.append(getattr(rows, name))
    return Rows(**{name: np.concatenate(columns.pop(name)) for name in list(columns)})


def merge(rows: Rows) -> Rows:
    """Sorted rows with equal keys added up; counts stay exact below 2^64."""
    if not len(rows):
        return rows
    order, starts = runs(*rows.keys)
    return replace(rows.take(order[starts]), count=np.add.reduceat(rows.count[order], starts))


def counts_by_length(bits: U8, count: U64) -> list[int]:
    """Number of programs of 0, 1, ..., 255 bits, as Python integers; no sum wraps."""
    totals = [0] * (MAX_BITS + 1)
    order = np.argsort(bits, kind="stable") if np.any(bits[1:] < bits[:-1]) else slice(None)
    bits, count = bits[order], count[order]
    starts = np.searchsorted(bits, np.arange(MAX_BITS + 2))
    for length in map(int, np.unique(bits)):
        counts = count[starts[length] : starts[length + 1]]
        # Of fewer than 2^32 rows, neither half of the sum outgrows 64 bits.
        high, low = (counts >> np.uint64(32)).sum(), (counts & np.uint64(2**32 - 1)).sum()
        totals[length] = (int(high) << 32) + int(low)
    return totals


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a header in JSON, with their types and the one bound that nothing below has."""

    language_version: str
    dialect: str
    word_bits: int
    depth: int
    columns: list[str]
    context: list[str]
    lanes: list[list[int]]
    accounting: str
    max_bits: Annotated[int, msgspec.Meta(ge=1, le=MAX_BITS)]
    programs_by_length: list[int]
    without: list[str] = []


@dataclass(frozen=True, slots=True)
class AtlasHeader:
    """What an atlas counts: all code-only programs up to `max_bits` of a language on a domain."""

    language: Language
    domain: Domain
    max_bits: int
    accounting: Accounting = Accounting.TOTAL

    @property
    def queries(self) -> tuple[int, ...]:
        """The columns that make what reads them cost its steps in every lane; none where everything does."""
        if len(self.lanes_paid_once) == len(self.domain.lanes):
            return ()
        return tuple(i for i, name in enumerate(self.domain.columns) if name not in self.domain.context)

    @property
    def lanes_paid_once(self) -> tuple[int, ...]:
        """The lanes where what reads no query column, outside bodies, costs its steps: if amortised, one a setting."""
        if self.accounting is Accounting.AMORTISED:
            return self.domain.setting_lanes
        return tuple(range(len(self.domain.lanes)))

    def to_json(self) -> dict[str, Any]:
        """The header as JSON values, with the recurrence's totals; inverse of `from_json`."""
        knocked_out = list(self.language.knocked_out)
        return {
            "language_version": self.language.dialect.version,
            "dialect": self.language.dialect.name,
            "word_bits": self.language.word_bits,
            "depth": self.language.depth,
            "columns": list(self.domain.columns),
            "context": list(self.domain.context),
            "lanes": [list(lane) for lane in self.domain.lanes],
            "accounting": str(self.accounting),
            "max_bits": self.max_bits,
            "programs_by_length": list(program_counts(self.language, self.max_bits)),
            **({"without": knocked_out} if knocked_out else {}),
        }

    @classmethod
    def from_json(cls, values: Any) -> "AtlasHeader":
        """Read what `to_json` wrote; PriorsimError where it is of another version, damaged or not the recurrence's."""
        told_version = values.get("language_version") if isinstance(values, dict) else None
        version = _version_of(values.get("dialect") if isinstance(values, dict) else None)
        if told_version != version:
            raise AtlasError(
                f"it is of language version {shown(told_version, 20)}, this priorsim reads version {version}: "
                "make it again"
            )
        try:
            told = msgspec.convert(values, _Told)
        except msgspec.ValidationError as error:
            raise AtlasError(f"its description is damaged ({shown(error, 200)}): make it again") from None
        columns = tuple(told.columns)
        numbers = {"depth": told.depth, "columns": len(columns)}
        language = Language.named(told.dialect, told.word_bits, **numbers, without=told.without)
        domain = Domain(told.word_bits, tuple(map(tuple, told.lanes)), columns, tuple(told.context))
        header = cls(language, domain, told.max_bits, check_accounting(told.accounting))
        if told.programs_by_length != list(program_counts(language, header.max_bits)):
            raise AtlasError("its program totals disagree with the recurrence: it was altered, make it again")
        return header


def _version_of(dialect: Any) -> str:
    """The language version of a dialect of that name, the first where there is none."""
    with suppress(CodeError):
        return dialect_named(dialect).version if isinstance(dialect, str) else "1"
    return "1"


def check_accounting(name: str) -> Accounting:
    """The accounting of that name; CensusError where there is none, or it is one of the interpreter alone."""
    if name not in COUNTED_ACCOUNTINGS:
        raise CensusError(f"a census cannot count steps as '{name}': choose {' or '.join(COUNTED_ACCOUNTINGS)}")
    return Accounting(name)


def check_totals(header: AtlasHeader, found: Sequence[int]) -> None:
    """Raise AtlasError unless `found`, programs by length, is what the recurrence says up to the bound."""
    expected = program_counts(header.language, header.max_bits)
    for bits, got in enumerate(found):
        want = expected[bits] if bits <= header.max_bits else 0
        if want != got:
            raise AtlasError(f"it holds {got} programs of {bits} bits where the recurrence says {want}: make it again")


def check_code(code: str, version: str) -> None:
    """Raise AtlasError unless this digest is that of the code that counts here; `version` is told beside it."""
    from priorsim import __version__

    here = counting_digest()
    if code != here:
        raise AtlasError(
            f"counted by other code, of priorsim {shown(version, SHORT)} with digest {shown(code[:SHORT])}, where this "
            f"is {__version__} with digest {here[:SHORT]}: make it again, or give --trust-other-code"
        )


def check_ranges(header: AtlasHeader, rows: Rows) -> None:
    """Raise AtlasError unless every number of these rows is one that such a census can have."""
    words = 1 << header.language.word_bits * len(header.domain.lanes)
    # A node takes a step in each environment at most, and a program has no more nodes than bits.
    most_steps = header.max_bits * header.domain.environments(header.language.depth)
    most_steps *= most_steps_of_node(header.language)
    bounds = {
        "bits": (1, header.max_bits),
        **dict.fromkeys(("behaviour", "strict", "wide"), (0, words - 1)),
        "steps": (1, most_steps),
        "searches": (0, header.max_bits),
        "count": (1, np.iinfo(np.uint64).max),
    }
    for name, (low, high) in bounds.items():
        column = getattr(rows, name)
        if len(column) and not low <= int(column.min()) <= int(column.max()) <= high:
            raise AtlasError(f"{name} goes from {column.min()} to {column.max()}, beyond {low} to {high}")


def is_strictly_sorted(rows: Rows) -> bool:
    """Whether each row's key is above that of the row before."""
    is_tied = np.ones(max(len(rows) - 1, 0), dtype=bool)
    for column in rows.keys:
        before, after = column[:-1], column[1:]
        if np.any(is_tied & (after < before)):
            return False
        is_tied &= after == before
    return not np.any(is_tied)


@dataclass(frozen=True, slots=True)
class InMemory:
    """A census in memory that can be asked: its header and its rows, sorted."""

    header: AtlasHeader
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self) -> Iterator[Rows]:
        """All rows at once."""
        yield self.rows

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order."""
        return self.rows.take(chosen(self.rows.behaviour))


@dataclass(frozen=True, slots=True)
class Atlas(InMemory):
    """A census of Mu in memory; AtlasError where its rows do not add up to the recurrence's."""

    def __post_init__(self) -> None:
        check_totals(self.header, counts_by_length(self.rows.bits, self.rows.count))

    def save(self, path: Path | str) -> None:
        """Write the atlas as one Parquet file, whole or not at all; StorageError where the place cannot be written."""
        with atomic_file(path) as file:
            self.write(file)

    def write(self, file: BinaryIO) -> None:
        """Write the atlas to a file that is open, or to a pipe."""
        from priorsim.census.stored import write_atlas

        write_atlas(self.header, self.batches(), file)
