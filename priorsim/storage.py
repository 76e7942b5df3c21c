"""Writing files whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from priorsim.errors import StorageError


def check_writable(path: Path | str) -> None:
    """Raise StorageError when a file could not be written there; before long work, not after it."""
    target = Path(path)
    if target.is_dir():
        raise StorageError(f"{target}: is a folder: name a file in it")
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{target.name}.", dir=target.parent):
            pass
    except OSError as error:
        raise StorageError(f"{target}: cannot be written ({error.strerror}): choose another place") from None


def write_text(path: Path | str, text: str) -> None:
    """Write a text file, whole or not at all; StorageError where it cannot be written."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """A temporary path beside `path` that becomes it when the block ends well, and is removed otherwise.

    Raises
    ------
    StorageError
        When the place cannot be written.
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise StorageError(f"{target}: cannot be written ({error.strerror}): choose another place") from None
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        raise StorageError(f"{target}: cannot be written ({error.strerror or error}): choose another place") from None
    finally:
        temporary.unlink(missing_ok=True)
