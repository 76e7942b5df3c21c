"""Writing files whole or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from priorsim.errors import StorageError


def check_writable(path: Path | str) -> None:
    """Raise StorageError when a file could not be written there; before long work, not after it."""
    target = _file_of(path)
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{target.name}.", dir=target.parent):
            pass
    except OSError as error:
        raise _not_written(path, error) from None


def _file_of(path: Path | str) -> Path:
    """The regular file, there or not yet, that a path leads to through symbolic links.

    A file is replaced when it is written; whatever else has the name would be lost by that.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except OSError as error:
        raise _not_written(path, error) from None
    if stat.S_ISDIR(mode):
        raise StorageError(f"{path}: is a folder: name a file in it")
    if not stat.S_ISREG(mode):
        raise StorageError(f"{path}: is no regular file but a pipe, socket or device: name another place")
    return target


def _not_written(path: Path | str, error: OSError) -> StorageError:
    return StorageError(f"{path}: cannot be written ({error.strerror or error}): choose another place")


def write_text(path: Path | str, text: str) -> None:
    """Write a text file, whole or not at all; StorageError where it cannot be written."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """A temporary path beside `path` that becomes it when the block ends well, and is removed otherwise.

    Where `path` is a symbolic link it stays one, and what it points to is written.

    Raises
    ------
    StorageError
        When the place cannot be written, or is a folder, pipe, socket or device.
    """
    target = _file_of(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise _not_written(path, error) from None
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        raise _not_written(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)
