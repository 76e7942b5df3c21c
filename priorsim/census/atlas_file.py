"""The atlas file: one Parquet file that says of itself what it counts, under digests (docs/census.md).

Between the last page and the footer, where no Parquet reader looks, stands SEAL and the SHA-256 of the footer:
it is compared before anything parses the footer. The footer holds the description, and the description a digest of
each column of each row group, compared with the values whenever they are read.
"""

import hashlib
import json
import os
import re
import stat
import struct
from collections.abc import Mapping
from pathlib import Path
from threading import local
from typing import Annotated, Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from priorsim.census.atlas import COLUMN_TYPES, AtlasHeader, Rows, check_code, check_ranges
from priorsim.errors import AtlasError, PriorsimError
from priorsim.provenance import counting_digest
from priorsim.reading import reading, shown, source_name

METADATA_KEY = b"priorsim"
ROW_GROUP_ROWS = 1 << 18
SEAL = b"priorsim"
MAX_FOOTER_BYTES = 1 << 26
"""More than the footer of any atlas: a footer has about 1 KB for each 2^18 rows."""
MAKE_AGAIN = "make it again with 'priorsim census'"

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


def write_atlas(header: AtlasHeader, rows: Rows, file: BinaryIO) -> None:
    """Write an atlas to a file that is open, or to a pipe."""
    from priorsim import __version__

    digests = []
    sink = _FooterHeld(file)
    with pq.ParquetWriter(sink, _SCHEMA, compression="zstd", write_page_checksum=True, store_schema=False) as writer:
        for start in range(0, len(rows), ROW_GROUP_ROWS):
            group = slice(start, start + ROW_GROUP_ROWS)
            columns = {name: getattr(rows, name)[group] for name in COLUMN_TYPES}
            digests.append([_digest(column) for column in columns.values()])
            writer.write_table(pa.table(columns, schema=_SCHEMA), row_group_size=ROW_GROUP_ROWS)
        told = Description(header.to_json(), counting_digest(), __version__, len(rows), digests)
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(msgspec.to_builtins(told))})
        sink.is_held = True
    length, _ = _TAIL.unpack(sink.held[-_TAIL.size :])
    start = len(sink.held) - _TAIL.size - length
    footer = sink.held[start:]
    file.write(sink.held[:start] + SEAL + hashlib.sha256(footer[:length]).digest() + footer)


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


class AtlasFile:
    """An atlas file, open: one descriptor for its life, so that a file put in its place is never mixed with it.

    Attributes
    ----------
    path : Path
    header : AtlasHeader
    description : Description

    Raises
    ------
    AtlasError
        When the file is missing, no atlas, damaged, of another language version, or made by other code that is
        not trusted.
    """

    def __init__(self, path: Path | str, *, trust_other_code: bool = False) -> None:
        self.path = Path(path)
        with reading(path, AtlasError):
            self._source = _opened(self.path)
            footer = _checked_footer(self.path, self._source)
            self._metadata = pq.ParquetFile(pa.BufferReader(footer)).metadata
            told = (self._metadata.metadata or {}).get(METADATA_KEY)
            if told is None:
                raise self.damaged("it has no description")
            self.description = msgspec.json.decode(told, type=Description)
            self.header = self._header(trust_other_code)
            self._check_sizes()
        self._readers = local()

    def __len__(self) -> int:
        return self.description.rows

    @property
    def groups(self) -> int:
        """Number of row groups."""
        return int(self._metadata.num_row_groups)

    def column(self, group: int, name: str) -> NDArray[Any]:
        """One column of a row group, shape (rows,), compared with its digest.

        Raises
        ------
        AtlasError
            When it is not what was written.
        """
        with reading(self.path, AtlasError):
            found = self._reader().read_row_group(group, columns=[name], use_threads=False).column(0)
            values: NDArray[Any] = found.to_numpy()
            told = self.description.digests[group][list(COLUMN_TYPES).index(name)]
            if (
                len(values) != self._metadata.row_group(group).num_rows
                or values.dtype != COLUMN_TYPES[name]
                or _digest(values) != told
            ):
                raise self.damaged(f"column {name} of row group {group} is not what was written")
            return values

    def rows(self, group: int, known: Mapping[str, NDArray[Any]] | None = None) -> Rows:
        """All columns of a row group, those that are known already not read again; in range.

        Raises
        ------
        AtlasError
            When they are not what was written, or no rows of such a census.
        """
        known = known or {}
        rows = Rows(*(known[name] if name in known else self.column(group, name) for name in COLUMN_TYPES))
        try:
            check_ranges(self.header, rows)
        except AtlasError as error:
            raise self.damaged(f"row group {group}: {error}") from None
        return rows

    def _reader(self) -> pq.ParquetFile:
        """The reader of this thread, on the one descriptor; the footer is not read again."""
        if not hasattr(self._readers, "file"):
            self._readers.file = pq.ParquetFile(self._source, metadata=self._metadata, page_checksum_verification=True)
        reader: pq.ParquetFile = self._readers.file
        return reader

    def _header(self, trust_other_code: bool) -> AtlasHeader:
        try:
            if not trust_other_code:
                check_code(self.description.code, self.description.code_version)
            return AtlasHeader.from_json(self.description.atlas)
        except PriorsimError as error:
            raise AtlasError(f"{source_name(self.path)}: {shown(error, 400)}") from None

    def _check_sizes(self) -> None:
        """Compare the schema and every size before any is used."""
        if not self._metadata.schema.to_arrow_schema().equals(_SCHEMA):
            raise self.damaged("it has other columns than an atlas")
        groups = [self._metadata.row_group(group).num_rows for group in range(self.groups)]
        if not all(1 <= rows <= ROW_GROUP_ROWS for rows in groups) or sum(groups) != len(self):
            raise self.damaged("its row groups do not add up to its rows")
        if [len(each) for each in self.description.digests] != [len(COLUMN_TYPES)] * len(groups):
            raise self.damaged("it has not one digest for each column of each row group")

    def damaged(self, what: str) -> AtlasError:
        """The error to raise where the file is not what was written."""
        return _damaged(self.path, what)


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
