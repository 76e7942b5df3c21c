"""The cache of atlases: a census that a question needs is taken once for this user, and found by later questions.

The cache is a folder, PRIORSIM_CACHE where that is set and else one in the user's cache directory. Whatever is wrong
with it costs a census and one line on standard error, nothing else: the answer is given all the same.
"""

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, takewhile
from pathlib import Path

import platformdirs

from priorsim.census.atlas import AtlasHeader
from priorsim.census.effort import easy_estimate
from priorsim.census.stored import StoredAtlas, is_atlas
from priorsim.census.take import make_header, unchecked_header
from priorsim.errors import AtlasError, CensusError, StorageError
from priorsim.mu.dialect import names_dialect
from priorsim.mu.domain import Domain
from priorsim.study.atlases import ATLASES, Told, described, open_census
from priorsim.terminal import tell
from priorsim.worlds import World, find_world

VARIABLE = "PRIORSIM_CACHE"
"""The environment variable that names the folder of the cache."""

MOST_ROWS, MOST_BYTES = 1 << 16, 432 << 20
"""A census of fewer rows and bytes, by the effort model, takes at most some 3 seconds on any domain."""


def census(
    of: World | str,
    word_bits: int | None = None,
    max_bits: int | None = None,
    *,
    domain: Domain | None = None,
    dialect: str | None = None,
    depth: int | None = None,
    workers: int = 2,
    memory_bytes: int | None = None,
    progress: Told | None = None,
) -> StoredAtlas:
    """A census of every code-only program up to a bound, from the cache of atlases, where it is kept.

    If the census is counted, one line on standard error says so. If the cache cannot be written, the census is counted
    for this run alone.

    Parameters
    ----------
    of : World or str
        A world or its name, whose domain and dialect are taken, or the name of a dialect.
    word_bits : int, optional
        The bits of a word of the dialect's default domain, by default 3. Leave it out with a world or a `domain`.
    max_bits : int, optional
        The bound in bits, by default the largest one that takes seconds.
    domain : Domain, optional
        The lanes on which the programs of a dialect run, by default the default domain. Leave it out with a world.
    dialect : str, optional
        Another dialect than the world's.
    depth : int, optional
        How deep binders may nest, 1 or 2; by default 2 where the domain allows it.
    workers : int, default 2
        The number of threads. It changes no row.
    memory_bytes : int, optional
        The memory that a census may take, by default 8 GiB.
    progress : callable, optional
        A function that is called with the progress of the count.

    Returns
    -------
    StoredAtlas
        The census, as an open file.

    Raises
    ------
    CensusError
        If the bound is out of its range, a world is given with a domain or word bits, or the census would not fit into
        the memory.
    DomainError
        If the domain, its words or the depth are outside what the language allows.
    WorldError
        If there is no such world.
    """
    if isinstance(of, str) and names_dialect(of) and dialect is None:
        lanes = Domain.default(3 if word_bits is None else word_bits) if domain is None else domain
        if domain is not None and word_bits is not None:
            raise CensusError("a domain has its word bits: leave out word_bits")
        header = header_of(lanes, of, max_bits, depth=depth)
    else:
        world = find_world(of) if isinstance(of, str) else of
        if word_bits is not None or domain is not None:
            raise CensusError(f"world {world.name} has a domain and word bits: leave out word_bits and domain")
        header = header_of(world.domain, dialect or world.dialect, max_bits, depth=depth)
    return open_cached(header, workers=workers, memory_bytes=memory_bytes, progress=progress)


def header_of(domain: Domain, dialect: str, max_bits: int | None = None, *, depth: int | None = None) -> AtlasHeader:
    """What the census of a domain counts, up to `default_bits` where no bound is given; errors as `make_header`."""
    header = unchecked_header(dialect, 2, domain=domain, depth=depth)
    return make_header(dialect, default_bits(header) if max_bits is None else max_bits, domain=domain, depth=depth)


def default_bits(header: AtlasHeader) -> int:
    """The largest bound at which the census of a language and domain takes seconds, 28 bits at w = 3 in arith."""

    def is_short(bits: int) -> bool:
        found = easy_estimate(replace(header, max_bits=bits))
        return found.rows <= MOST_ROWS and found.bytes <= MOST_BYTES

    return max(takewhile(is_short, count(2)), default=2)


def open_cached(
    header: AtlasHeader, *, workers: int = 2, memory_bytes: int | None = None, progress: Told | None = None
) -> StoredAtlas:
    """The census of a header from the cache, taken and kept there where it is not, is damaged or is of other code.

    Where the cache cannot be written the census is taken for this run alone.
    """
    taken = partial(open_census, header, workers=workers, memory_bytes=memory_bytes, progress=progress)
    what = f"Counting {described(header)}"
    try:
        return taken(folder=cache_folder(), counting=lambda path: tell(f"{what}, once, into {path}"))
    except StorageError as error:
        reason = str(error).rpartition(": ")[0]
        tell(
            f"{what}, in every run, since it cannot be kept ({reason}): set {VARIABLE} to a folder that can be written"
        )
    # An open atlas outlives its file.
    with tempfile.TemporaryDirectory() as folder:
        return taken(folder=Path(folder))


def cache_folder() -> Path:
    """The folder of the cache, which need not be there; StorageError where none is named and the user has no home."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen:
        return Path(chosen)
    home = platformdirs.user_cache_path("priorsim", appauthor=False)
    if not home.is_absolute():  # It starts with ~ for a user without a home.
        raise StorageError(f"this user has no home folder: set {VARIABLE} to a folder that can be written")
    return home


def atlases_folder() -> Path:
    """The folder of its atlases, which need not be there."""
    return cache_folder() / ATLASES


@dataclass(frozen=True, slots=True)
class CachedAtlas:
    """An atlas file of the cache: its path, its bytes, and what it says of itself, None where it is damaged."""

    path: Path
    bytes: int
    header: AtlasHeader | None


def cached_atlases() -> list[CachedAtlas]:
    """The atlases of the cache, of other code too, by name; other files in the folder are passed over."""
    found = []
    for path in sorted(atlases_folder().glob("*.parquet")):
        with suppress(FileNotFoundError):  # Another run may remove it meanwhile.
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and is_atlas(path):
                found.append(CachedAtlas(path, status.st_size, _header(path)))
    return found


def _header(path: Path) -> AtlasHeader | None:
    with suppress(AtlasError):
        return StoredAtlas(path, trust_other_code=True).header
    return None


def empty_cache() -> list[CachedAtlas]:
    """Remove the atlases of the cache, and no other file; those removed. StorageError where one cannot be."""
    atlases = cached_atlases()
    for atlas in atlases:
        try:
            atlas.path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{atlas.path}: cannot be removed ({error.strerror}): remove it by hand") from None
    return atlases
