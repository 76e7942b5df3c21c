"""The atlas file, and a census that is asked without loading it (docs/census.md).

An atlas is one Parquet file that says of itself what it counts, under digests. Between the last page and the footer,
where no Parquet reader looks, stands SEAL and the SHA-256 of the footer: it is compared before anything parses the
footer. The footer holds the description, and the description a digest of each column of each row group, compared
with the values whenever they are read. A question reads the behaviours of every row group and the other columns of
those with a row chosen, two groups at a time, so memory holds a few groups. Everything is exact.
"""

import hashlib
import json
import os
import re
import stat
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import local
from typing import Annotated, Any, BinaryIO, Protocol, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from priorsim.census.atlas import (
    COLUMN_TYPES,
    MAX_BITS,
    AtlasHeader,
    Choice,
    Rows,
    check_code,
    check_ranges,
    check_totals,
    counts_by_length,
    is_strictly_sorted,
)
from priorsim.errors import AtlasError, CensusError, PriorsimError
from priorsim.provenance import counting_digest
from priorsim.reading import reading, shown, source_name

METADATA_KEY = b"priorsim"
ROW_GROUP_ROWS = 1 << 18
SEAL = b"priorsim"
MAX_FOOTER_BYTES = 1 << 26
"""More than the footer of any atlas: a footer has about 1 KB for each 2^18 rows."""
MAKE_AGAIN = "make it again with 'priorsim census'"
READERS = 2

Answer = TypeVar("Answer")

_MAGIC = b"PAR1"
_TAIL = struct.Struct("<I4s")
_SEAL_BYTES = len(SEAL) + hashlib.sha256().digest_size
_DIGEST_BYTES = 16
_VERSION_TOLD = re.compile(rb'"code_version": "([0-9A-Za-z.+]{1,20})"')
_SCHEMA = pa.schema([(name, pa.from_numpy_dtype(np.dtype(kind))) for name, kind in COLUMN_TYPES.items()])


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says of itself: the header, the code that counted, and a digest of each column of each group."""

    atlas: dict[str, Any]
    code: str
    code_version: str
    rows: Annotated[int, msgspec.Meta(ge=0)]
    digests: list[list[str]]


def write_atlas(header: AtlasHeader, batches: Iterable[Rows], file: BinaryIO) -> int:
    """Write an atlas, whose rows come in order, to a file that is open, or to a pipe; the number of its rows."""
    from priorsim import __version__

    digests: list[list[str]] = []
    written = 0
    sink = _FooterHeld(file)
    with pq.ParquetWriter(sink, _SCHEMA, compression="zstd", write_page_checksum=True, store_schema=False) as writer:
        for rows in _in_groups(batches):
            columns = {name: getattr(rows, name) for name in COLUMN_TYPES}
            digests.append([_digest(column) for column in columns.values()])
            writer.write_table(pa.table(columns, schema=_SCHEMA), row_group_size=ROW_GROUP_ROWS)
            written += len(rows)
        told = Description(header.to_json(), counting_digest(), __version__, written, digests)
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(msgspec.to_builtins(told))})
        sink.is_held = True
    length, _ = _TAIL.unpack(sink.held[-_TAIL.size :])
    start = len(sink.held) - _TAIL.size - length
    footer = sink.held[start:]
    file.write(sink.held[:start] + SEAL + hashlib.sha256(footer[:length]).digest() + footer)
    return written


def _in_groups(batches: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows in the row groups of a file."""
    kept = Rows.empty()
    for batch in batches:
        kept = Rows.concatenate([kept, batch])
        whole = len(kept) - len(kept) % ROW_GROUP_ROWS
        for start in range(0, whole, ROW_GROUP_ROWS):
            yield kept.take(slice(start, start + ROW_GROUP_ROWS))
        kept = kept.take(slice(whole, None))
    if len(kept):
        yield kept


class _FooterHeld:
    """What a Parquet file is written to: passes everything on until `is_held`, and keeps what comes from there on."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.written = 0
        self.held = b""
        self.is_held = False
        self.closed = False

    def write(self, content: bytes) -> int:
        if self.is_held:
            self.held += content
        else:
            self.file.write(content)
        self.written += len(content)
        return len(content)

    def tell(self) -> int:
        return self.written

    def flush(self) -> None:
        self.file.flush()


class Selectable(Protocol):
    """What can be asked for the rows of some behaviours: an atlas, or one continued (`TargetedAtlas`)."""

    @property
    def header(self) -> AtlasHeader:
        """What was counted."""

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order."""


class Counted(Selectable, Protocol):
    """A census that can be asked, in memory (`Atlas`) or on disk (`StoredAtlas`)."""

    def __len__(self) -> int:
        """Number of rows."""

    def batches(self) -> Iterator[Rows]:
        """All rows, in order, in batches of any size."""


class StoredAtlas:
    """An atlas file, open; what is read after `open` is checked as it is read.

    It has one descriptor for its life, so that a file put in its place is never mixed with it.
    """

    def __init__(self, path: Path | str, *, trust_other_code: bool = False) -> None:
        """Read what the file says of itself, as `open` does; no rows."""
        self.path = Path(path)
        with reading(path, AtlasError):
            self._source = _opened(self.path)
            footer = _checked_footer(self.path, self._source)
            self._metadata = pq.ParquetFile(pa.BufferReader(footer)).metadata
            told = (self._metadata.metadata or {}).get(METADATA_KEY)
            if told is None:
                raise _damaged(self.path, "it has no description")
            self.description = msgspec.json.decode(told, type=Description)
            try:
                if not trust_other_code:
                    check_code(self.description.code, self.description.code_version)
                self.header = AtlasHeader.from_json(self.description.atlas)
            except PriorsimError as error:
                raise AtlasError(f"{source_name(path)}: {shown(error, 400)}") from None
            self._check_sizes()
        self._groups = range(self._metadata.num_row_groups)
        self._readers = local()

    @classmethod
    def open(cls, path: Path | str, *, trust_other_code: bool = False) -> "StoredAtlas":
        """Open an atlas, and refuse one that is not whole; bits and counts of all rows are read for it.

        AtlasError where it is missing, damaged, of another language version or of other code, not trusted, or adds up
        wrong.
        """
        atlas = cls(path, trust_other_code=trust_other_code)
        counts = atlas._ask(lambda group: counts_by_length(atlas.column(group, "bits"), atlas.column(group, "count")))
        try:
            check_totals(atlas.header, [sum(each) for each in zip(*counts, strict=True)] or [0] * (MAX_BITS + 1))
        except AtlasError as error:
            raise AtlasError(f"{source_name(path)}: {error}") from None
        return atlas

    def __len__(self) -> int:
        return self.description.rows

    def batches(self) -> Iterator[Rows]:
        """All rows, a row group at a time; AtlasError where they are not in strict order."""
        last = Rows.empty()
        for group in self._groups:
            rows = self._rows(group)
            if not is_strictly_sorted(rows) or not is_strictly_sorted(Rows.concatenate([last, rows.take(slice(1))])):
                raise _damaged(self.path, f"row group {group} is not in order")
            last = rows.take(slice(-1, None))
            yield rows

    def check(self) -> None:
        """Read all rows; AtlasError where any is damaged or out of order."""
        for _ in self.batches():
            pass

    def select(self, chosen: Choice) -> Rows:
        """The rows whose behaviour is chosen, in order; groups without one are read no further."""

        def rows_of(group: int) -> Rows:
            behaviour = self.column(group, "behaviour")
            mask = chosen(behaviour)
            return self._rows(group, {"behaviour": behaviour}).take(mask) if mask.any() else Rows.empty()

        return Rows.concatenate([Rows.empty(), *self._ask(rows_of)])

    def _ask(self, question: Callable[[int], Answer]) -> list[Answer]:
        """The answers of all row groups, in order."""
        with ThreadPoolExecutor(READERS) as readers:
            return list(readers.map(question, self._groups))

    def column(self, group: int, name: str) -> NDArray[Any]:
        """One column of a row group, shape (rows,); AtlasError where it is not what was written, by its digest."""
        with reading(self.path, AtlasError):
            found = self._reader().read_row_group(group, columns=[name], use_threads=False).column(0)
            # `to_numpy` would import pandas wherever that is installed, for a third of a second.
            values: NDArray[Any] = np.concatenate([np.from_dlpack(chunk) for chunk in found.chunks])
            told = self.description.digests[group][list(COLUMN_TYPES).index(name)]
            expected = self._metadata.row_group(group).num_rows, COLUMN_TYPES[name], told
            if len(values) != expected[0] or values.dtype != expected[1] or _digest(values) != expected[2]:
                raise _damaged(self.path, f"column {name} of row group {group} is not what was written")
            return values

    def _rows(self, group: int, known: Mapping[str, NDArray[Any]] | None = None) -> Rows:
        """All columns of a row group, those that are known already not read again; in range."""
        known = known or {}
        rows = Rows(*(known[name] if name in known else self.column(group, name) for name in COLUMN_TYPES))
        try:
            check_ranges(self.header, rows)
        except AtlasError as error:
            raise _damaged(self.path, f"row group {group}: {error}") from None
        return rows

    def _reader(self) -> pq.ParquetFile:
        """The reader of this thread, on the one descriptor; the footer is not read again."""
        if not hasattr(self._readers, "file"):
            self._readers.file = pq.ParquetFile(self._source, metadata=self._metadata, page_checksum_verification=True)
        return self._readers.file

    def _check_sizes(self) -> None:
        """Compare the schema and every size before any is used."""
        if not self._metadata.schema.to_arrow_schema().equals(_SCHEMA):
            raise _damaged(self.path, "it has other columns than an atlas")
        groups = [self._metadata.row_group(group).num_rows for group in range(self._metadata.num_row_groups)]
        if not all(1 <= rows <= ROW_GROUP_ROWS for rows in groups) or sum(groups) != len(self):
            raise _damaged(self.path, "its row groups do not add up to its rows")
        if [len(each) for each in self.description.digests] != [len(COLUMN_TYPES)] * len(groups):
            raise _damaged(self.path, "it has not one digest for each column of each row group")


@dataclass(frozen=True, slots=True)
class CutAtlas:
    """A census as it would be with a smaller bound, which its header has: the rows of more bits are passed over."""

    atlas: Counted
    header: AtlasHeader

    def __len__(self) -> int:
        return sum(map(len, self.batches()))

    def batches(self) -> Iterator[Rows]:
        """All rows within the bound, in order, in batches that may be empty; what lies behind is not read."""
        for rows in self.atlas.batches():
            yield self._within(rows)
            if len(rows) and rows.bits[-1] > self.header.max_bits:
                return

    def select(self, chosen: Choice) -> Rows:
        """The rows within the bound whose behaviour is chosen, in order."""
        return self._within(self.atlas.select(chosen))

    def _within(self, rows: Rows) -> Rows:
        return rows.take(rows.bits <= self.header.max_bits)


def cut(atlas: Counted, max_bits: int | None) -> Counted:
    """The census up to a smaller bound than its own, CensusError below 1 or above; as it is where none is given."""
    bound = atlas.header.max_bits
    if max_bits is None or max_bits == bound:
        return atlas
    if not 1 <= max_bits <= bound:
        raise CensusError(f"the atlas holds programs up to {bound} bits, not {max_bits}: ask for 1 to {bound}")
    return CutAtlas(atlas, replace(atlas.header, max_bits=max_bits))


def is_atlas(path: Path) -> bool:
    """Whether a file ends as an atlas of any version does, whole or damaged: with a Parquet footer of priorsim's."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MAX_FOOTER_BYTES))
            end = file.read()
    except OSError:
        return False
    length, magic = _TAIL.unpack(end[-_TAIL.size :]) if len(end) >= _TAIL.size else (0, b"")
    return magic == _MAGIC and METADATA_KEY in end[-_TAIL.size - _SEAL_BYTES - length :]


def _opened(path: Path) -> pa.OSFile:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        name = source_name(path)
        raise AtlasError(f"{name}: no such atlas: make it with 'priorsim census --out {name}'") from None
    if not stat.S_ISREG(mode):
        raise AtlasError(f"{source_name(path)}: is no regular file: name a file made by 'priorsim census'")
    return pa.OSFile(str(path))


def _checked_footer(path: Path, source: pa.OSFile) -> bytes:
    """The footer, its length and the closing magic, once they are found to be what was written."""
    name = source_name(path)
    size = source.size()
    least = len(_MAGIC) + _SEAL_BYTES + _TAIL.size
    length, magic = _TAIL.unpack(source.read_at(_TAIL.size, size - _TAIL.size)) if size >= least else (0, b"")
    if magic != _MAGIC or source.read_at(len(_MAGIC), 0) != _MAGIC:
        raise AtlasError(f"{name}: not a whole Parquet file, as an atlas is: {MAKE_AGAIN}")
    if length > min(size - least, MAX_FOOTER_BYTES):
        raise _damaged(path, "it is shorter than its footer says")
    block = source.read_at(_SEAL_BYTES + length + _TAIL.size, size - _TAIL.size - length - _SEAL_BYTES)
    seal, footer = block[:_SEAL_BYTES], block[_SEAL_BYTES:]
    if seal == SEAL + hashlib.sha256(footer[:length]).digest():
        return bytes(footer)
    version = _VERSION_TOLD.search(footer)
    if seal.startswith(SEAL):
        raise _damaged(path, "its footer is not what was written")
    if version is not None:
        raise AtlasError(
            f"{name}: made by priorsim {version[1].decode()}, which put no digests into an atlas, or rewritten by "
            f"another program: {MAKE_AGAIN}"
        )
    raise AtlasError(f"{name}: a Parquet file, but no atlas: make one with 'priorsim census'")


def _damaged(path: Path, what: str) -> AtlasError:
    return AtlasError(f"{source_name(path)}: damaged: {what}: {MAKE_AGAIN}")


def _digest(column: NDArray[Any]) -> str:
    """The first 128 bits of the SHA-256 of a column's values, little-endian, in hexadecimal."""
    content = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<"))
    return hashlib.sha256(content.data).digest()[:_DIGEST_BYTES].hex()
