"""The atlases of a folder: one is opened where this code made it and it is whole, and made where not."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from priorsim.census.atlas import AtlasHeader
from priorsim.census.progress import Progress
from priorsim.census.stored import StoredAtlas, write_atlas
from priorsim.census.take import count_rows
from priorsim.errors import AtlasError, StorageError
from priorsim.storage import check_folder, check_name, hold

ATLASES = "atlases"
"""Their folder in a folder of results or of the cache."""
Told = Callable[[Progress], None]
"""What is called with the progress of a census."""


def open_census(
    header: AtlasHeader,
    *,
    folder: Path,
    workers: int = 1,
    memory_bytes: int | None = None,
    progress: Told | None = None,
    counting: Callable[[Path], None] | None = None,
) -> StoredAtlas:
    """The census of a header, from a folder; made there where it is not, is damaged or is of other code.

    `counting` is called with the atlas's path before it is made. StorageError when it has to be made, and the folder
    cannot be written; CensusError where it would not fit into so much memory, DEFAULT_MEMORY where none is given.
    """
    path = folder / ATLASES / f"{atlas_name(header)}.parquet"
    found = _kept(path, header)
    if found is not None:
        return found
    make_folder(path.parent)
    with hold(path, wait=True) as place:
        # Another run may have made it in the meantime.
        found = _kept(path, header)
        if found is None:
            if counting is not None:
                counting(path)
            rows = count_rows(header, workers=workers, memory_bytes=memory_bytes, progress=progress)
            with place.writing() as file:
                write_atlas(header, rows, file)
    return StoredAtlas.open(path) if found is None else found


def _kept(path: Path, header: AtlasHeader) -> StoredAtlas | None:
    """The atlas of a header in a file; None where it is not there, or not whole."""
    with suppress(AtlasError):
        atlas = StoredAtlas.open(path)
        if atlas.header == header:
            atlas.check()
            return atlas
    return None


def atlas_name(header: AtlasHeader) -> str:
    """The file of a census without its ending; it differs where the census does."""
    language = header.language
    digest = hashlib.sha256(json.dumps(header.to_json()).encode()).hexdigest()[:8]
    columns = "-".join(header.domain.columns)
    dialect = language.dialect.name.replace(",", "-").replace("@", "-").replace(":", "-")
    return f"{dialect}-w{language.word_bits}-{columns}-{header.max_bits}-{digest}"


def described(header: AtlasHeader) -> str:
    """What a census counts, in words; depth and accounting are left out."""
    lanes, columns = len(header.domain.lanes), ", ".join(header.domain.columns)
    return (
        f"every program of {header.language.dialect.name} up to {header.max_bits} bits, "
        f"words of {header.language.word_bits} bits, {lanes} {'lane' if lanes == 1 else 'lanes'} of {columns}"
    )


def make_folder(path: Path) -> None:
    """Make a folder that can be written; StorageError where that cannot be."""
    check_name(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: cannot be made ({error.strerror}): choose another place") from None
    check_folder(path)
