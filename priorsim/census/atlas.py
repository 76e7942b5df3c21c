"""The atlas: a census as rows, in memory and on disk (docs/language.md section 6).

One row for each distinct (bits, behaviour, strict, wide, steps, searches) with the exact number of
programs that share it. On disk it is one Parquet file, sorted, that says of itself what it counts
and whether it is whole: the counts of every length must add up to the recurrence's.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from priorsim.census.recurrence import program_counts
from priorsim.errors import AtlasError, CensusError, PriorsimError
from priorsim.mu.dialect import LANGUAGE_VERSION, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.storage import atomic_file

METADATA_KEY = b"priorsim"
ROW_GROUP_ROWS = 1 << 18
COUNTED_ACCOUNTINGS = (Accounting.TOTAL, Accounting.AMORTISED)

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RowKey:
    """What the programs of one row share, as Python integers."""

    bits: int
    behaviour: int
    strict: int
    wide: int
    steps: int
    searches: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an atlas, column by column; every array has shape (rows,)."""

    bits: U8
    behaviour: U64
    strict: U64
    wide: U64
    steps: U32
    searches: U8
    count: U64

    def __len__(self) -> int:
        return len(self.bits)

    def key(self, row: int) -> RowKey:
        """The key of one row."""
        return RowKey(*(int(getattr(self, field.name)[row]) for field in fields(RowKey)))

    def take(self, chosen: NDArray[Any]) -> "Rows":
        """The rows at these indices, or where this mask is True."""
        return Rows(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def sorted(self) -> "Rows":
        """The rows in atlas order: by bits, behaviour, strict, wide, steps, searches."""
        order = np.lexsort((self.searches, self.steps, self.wide, self.strict, self.behaviour, self.bits))
        return self.take(order)

    @classmethod
    def empty(cls) -> "Rows":
        """No rows."""
        return cls(*(np.zeros(0, dtype=kind) for kind in COLUMN_TYPES.values()))

    @classmethod
    def concatenate(cls, parts: "list[Rows]") -> "Rows":
        """All rows of the parts, in their order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


COLUMN_TYPES: dict[str, type] = {
    "bits": np.uint8,
    "behaviour": np.uint64,
    "strict": np.uint64,
    "wide": np.uint64,
    "steps": np.uint32,
    "searches": np.uint8,
    "count": np.uint64,
}
_SCHEMA = pa.schema([(name, pa.from_numpy_dtype(np.dtype(kind))) for name, kind in COLUMN_TYPES.items()])


def merge(rows: Rows) -> Rows:
    """Sorted rows with equal keys added up; counts stay exact below 2^64."""
    if not len(rows):
        return rows
    rows = rows.sorted()
    keys = [getattr(rows, field.name) for field in fields(rows)[:-1]]
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    starts = np.flatnonzero(is_new)
    return replace(rows.take(starts), count=np.add.reduceat(rows.count, starts))


def counts_by_length(bits: U8, count: U64) -> list[int]:
    """Number of programs of 0, 1, ..., 255 bits, as Python integers."""
    totals = np.zeros(256, dtype=np.uint64)
    order = np.argsort(bits, kind="stable") if np.any(bits[1:] < bits[:-1]) else slice(None)
    bits, count = bits[order], count[order]
    starts = np.searchsorted(bits, np.arange(257))
    for length in np.unique(bits):
        totals[length] = count[starts[length] : starts[int(length) + 1]].sum()
    return [int(total) for total in totals]


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
        """The lanes in which what reads no query column, and lies in no body, costs its steps.

        All of them, but under the amortised accounting one of each setting of the context columns.
        """
        if self.accounting is Accounting.AMORTISED:
            return self.domain.setting_lanes
        return tuple(range(len(self.domain.lanes)))

    def to_json(self) -> dict[str, Any]:
        """The header as JSON values, with the recurrence's totals; inverse of `from_json`."""
        return {
            "language_version": LANGUAGE_VERSION,
            "dialect": self.language.dialect.name,
            "word_bits": self.language.word_bits,
            "depth": self.language.depth,
            "columns": list(self.domain.columns),
            "context": list(self.domain.context),
            "lanes": [list(lane) for lane in self.domain.lanes],
            "accounting": str(self.accounting),
            "max_bits": self.max_bits,
            "programs_by_length": list(program_counts(self.language, self.max_bits)),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "AtlasHeader":
        """Read back what `to_json` wrote.

        Raises
        ------
        AtlasError
            When it is of another language version or disagrees with the recurrence.
        """
        version = values.get("language_version")
        if version != LANGUAGE_VERSION:
            raise AtlasError(
                f"it is of language version {version}, this priorsim reads version {LANGUAGE_VERSION}: "
                "make it again with 'priorsim census'"
            )
        columns = tuple(values["columns"])
        language = Language.named(values["dialect"], values["word_bits"], depth=values["depth"], columns=len(columns))
        lanes = tuple(tuple(lane) for lane in values["lanes"])
        domain = Domain(values["word_bits"], lanes, columns, tuple(values["context"]))
        header = cls(language, domain, values["max_bits"], Accounting(values["accounting"]))
        if values["programs_by_length"] != list(program_counts(language, header.max_bits)):
            raise AtlasError("its program totals disagree with the recurrence: it was altered, make it again")
        return header


def check_accounting(name: str) -> Accounting:
    """The accounting of that name that a census can count by.

    Raises
    ------
    CensusError
        When there is none, or it is one of the interpreter alone.

    Examples
    --------
    >>> check_accounting("amortised") is Accounting.AMORTISED
    True
    """
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


@dataclass(frozen=True, slots=True)
class Atlas:
    """A census in memory: its header and its rows, sorted.

    Raises
    ------
    AtlasError
        When the counts of a length do not add up to the recurrence's.
    """

    header: AtlasHeader
    rows: Rows

    def __post_init__(self) -> None:
        check_totals(self.header, counts_by_length(self.rows.bits, self.rows.count))

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self) -> Iterator[Rows]:
        """All rows at once."""
        yield self.rows

    def select(self, chosen: Callable[[U64], NDArray[np.bool_]]) -> Rows:
        """The rows whose behaviour is chosen, in order."""
        return self.rows.take(chosen(self.rows.behaviour))

    def save(self, path: Path | str) -> None:
        """Write the atlas as one Parquet file, whole or not at all.

        Raises
        ------
        StorageError
            When the place cannot be written.
        """
        with atomic_file(path) as file:
            self.write(file)

    def write(self, file: BinaryIO) -> None:
        """Write the atlas as Parquet to a file that is open, or to a pipe."""
        from priorsim import __version__

        values = {**self.header.to_json(), "code_version": __version__, "rows": len(self.rows)}
        schema = _SCHEMA.with_metadata({METADATA_KEY: json.dumps(values).encode()})
        table = pa.table({name: getattr(self.rows, name) for name in COLUMN_TYPES}, schema=schema)
        pq.write_table(table, file, row_group_size=ROW_GROUP_ROWS, compression="zstd", write_page_checksum=True)


def read_header(path: Path | str) -> AtlasHeader:
    """What the atlas file says it counts, its rows not read.

    Raises
    ------
    AtlasError
        When the file is missing, no atlas, or of another language version.
    """
    if not Path(path).is_file():
        raise AtlasError(f"{path}: no such atlas: make it with 'priorsim census --out {path}'")
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as error:
        raise AtlasError(f"{path}: not a whole Parquet file ({_first_line(error)}): make it again") from None
    if METADATA_KEY not in metadata:
        raise AtlasError(f"{path}: a Parquet file, but no atlas: make one with 'priorsim census'")
    try:
        return AtlasHeader.from_json(json.loads(metadata[METADATA_KEY]))
    except PriorsimError as error:
        raise AtlasError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise AtlasError(f"{path}: its description is damaged ({_first_line(error)}): make it again") from None


def is_atlas(path: Path) -> bool:
    """Whether a file is an atlas, of any version, as far as its end tells."""
    try:
        return METADATA_KEY in (pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def damaged(path: Path | str, error: BaseException) -> AtlasError:
    """The error to raise where reading an atlas failed."""
    return AtlasError(f"{path}: cut or altered ({_first_line(error)}): make it again")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
