"""Writing files whole or not at all, each by one run at a time.

A run that will write a file holds the file's place: a temporary file of a fixed name beside it, locked. The
lock ends with its holder, however that dies, and the next run to the same place takes the temporary file over.
"""

import fcntl
import hashlib
import io
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from priorsim.errors import StorageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

IsOwn = Callable[[Path], bool]
"""Whether a file is of the kind that a command writes, so that the command may replace it."""

HEAD_BYTES = 1 << 16  # What is read of a text file to tell what it is.
_DIGITS = 12  # hexadecimal, which tell the temporary files of one folder apart


@dataclass(slots=True)
class Place:
    """A file's place, held by this run alone: its path as given, and the target behind symbolic links, which stay.

    The temporary file, of which `handle` is the descriptor, stands beside the target, locked.
    """

    path: Path
    target: Path
    temporary: Path
    handle: int
    is_own: IsOwn | None = None

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """A file, empty at first, that takes the place once the block ends well.

        StorageError says that it cannot be written, or that a file that may not be replaced has come into the place.
        Errors of the block that are of other files pass.
        """
        assert _has(self.temporary, self.handle), "a place is written once"
        with _naming(self.path):
            os.ftruncate(self.handle, 0)
            os.lseek(self.handle, 0, os.SEEK_SET)
        with io.BufferedRandom(_Descriptor(self.path, self.handle)) as file:
            yield file
        with _naming(self.path):
            os.fsync(self.handle)
            os.fchmod(self.handle, _mode_of_next(self.path, self.target, self.is_own))
            os.replace(self.temporary, self.target)

    def write_text(self, text: str) -> None:
        """Write a text in UTF-8; see `writing`."""
        with self.writing() as file:
            file.write(text.encode())


class _Descriptor(io.FileIO):
    """The descriptor of a place, which says itself that it cannot be written."""

    def __init__(self, path: Path, handle: int) -> None:
        super().__init__(handle, "w+", closefd=False)
        self._path = path

    def write(self, data: "ReadableBuffer") -> int:
        with _naming(self._path):
            return super().write(data)


@contextmanager
def hold(path: Path | str, is_own: IsOwn | None = None, *, wait: bool = False) -> Iterator[Place]:
    """Hold the place of a file for this run alone, from before long work until the file is written.

    `is_own` says which files may be replaced, else every one; an empty file always may. StorageError says that the
    place cannot be written; is a folder, pipe, socket or device; is held by another run, which is not waited for; or
    has a file that is write-protected or may not be replaced.
    """
    check_name(path)
    target = Path(os.path.realpath(path))
    _mode_of_next(path, target, is_own)
    name = hashlib.sha256(target.name.encode()).hexdigest()[:_DIGITS]
    temporary = target.with_name(f".priorsim-{name}.part")
    handle = _open_locked(temporary, path, wait=wait)
    try:
        # What is written is no more open to others than what it replaces.
        os.fchmod(handle, _mode_of_next(path, target, is_own))
        yield Place(Path(path), target, temporary, handle, is_own)
    finally:
        # A temporary file that did not take the place is removed.
        with suppress(OSError):
            if _has(temporary, handle):
                temporary.unlink()
        os.close(handle)


@contextmanager
def hold_folder(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a folder that is there for this run alone; StorageError where it is none, or another run holds it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _not_written(path, error) from None
    try:
        _lock(handle, path, wait=wait)
        yield
    finally:
        os.close(handle)


def check_folder(path: Path) -> None:
    """Raise StorageError when no file can be made in a folder; several runs may ask at the same time."""
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise _not_written(path, error) from None


def check_name(path: Path | str) -> None:
    """Raise StorageError where a name is not UTF-8, which no library that writes files would take."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise StorageError(f"{path}: the name is not UTF-8: choose another one") from None


def write_text(path: Path | str, text: str) -> None:
    """Write a text file, whole or not at all; StorageError where it cannot be written."""
    with hold(path) as place:
        place.write_text(text)


@contextmanager
def atomic_file(path: Path | str) -> Iterator[BinaryIO]:
    """A file that becomes `path` when the block ends well, and is removed otherwise; see `hold`."""
    with hold(path) as place, place.writing() as file:
        yield file


def begins_with(path: Path, pattern: str) -> bool:
    """Whether a text file's first line that is no remark begins with a match of a regular expression."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES).decode(errors="replace")
    except OSError:
        return False
    return re.match(rf"(?:#[^\n]*\n)*(?:{pattern})", head) is not None


def not_own(path: Path | str) -> StorageError:
    """The error to raise where a file would be replaced that may not be."""
    return StorageError(
        f"{path}: is a file that this command did not make: choose another place, or give --force to replace it"
    )


def _mode_of_next(path: Path | str, target: Path, is_own: IsOwn | None) -> int:
    """The mode of the file that will be at the target: that of the file there, which has to be replaceable."""
    try:
        status = target.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
    except OSError as error:
        raise _not_written(path, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise StorageError(f"{path}: is a folder: name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(f"{path}: is not a regular file but a pipe, socket or device: name another place")
    # The superuser may write what is protected, but it was protected for a reason.
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise StorageError(f"{path}: is write-protected: choose another place, or lift the protection")
    if is_own is not None and status.st_size and not is_own(target):
        raise not_own(path)
    return stat.S_IMODE(status.st_mode)


def _open_locked(temporary: Path, path: Path | str, *, wait: bool) -> int:
    """A descriptor of a path's temporary file, made where it is not there; no link is followed."""
    while True:
        try:
            handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        except OSError as error:
            if temporary.is_symlink():
                raise _no_temporary(temporary) from None
            raise _not_written(path, error) from None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                raise _no_temporary(temporary)
            _lock(handle, path, wait=wait)
            if _has(temporary, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        # The run that held it has renamed or removed it in between.
        os.close(handle)


def _has(path: Path, handle: int) -> bool:
    """Whether the path is of the file that is open."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int, path: Path | str, *, wait: bool) -> None:
    """Lock what is open, for this run alone; the lock ends with the descriptor, and so with the process."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise StorageError(
            f"{path}: another run is at work on it: wait until that one ends, or choose another place"
        ) from None
    except OSError as error:
        raise _not_written(path, error) from None


def _no_temporary(temporary: Path) -> StorageError:
    return StorageError(f"{temporary}: is in the way of a temporary file, and no run of priorsim left it: remove it")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An error of the operating system says that this path cannot be written."""
    try:
        yield
    except OSError as error:
        raise _not_written(path, error) from None


def _not_written(path: Path | str, error: OSError) -> StorageError:
    return StorageError(f"{path}: cannot be written ({error.strerror or error}): choose another place")
