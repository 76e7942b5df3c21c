"""Runs that outlive a mishap: a directory that keeps every finished piece of a task until the task is done.

A piece is written whole or not at all, under a digest of its content, its name and the task; the manifest names the
task, with the code that counts. So nothing of another task, of other code or damaged is ever taken up. One run holds a
directory at a time, by a lock that dies with it. No link in it is followed, and only the run's own files are removed.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from priorsim.errors import StorageError
from priorsim.provenance import SHORT, counting_digest

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 1 << 20  # A manifest that is longer than the task's own by more than this is read no further.
_WRITTEN = r"(manifest\.json|[a-z0-9-]+\.piece)"
_TEMPORARY = re.compile(rf"\.{_WRITTEN}\.[0-9a-f]+")
_OWN = re.compile(rf"{_WRITTEN}|{_TEMPORARY.pattern}")
_DIGEST_BYTES = hashlib.sha256().digest_size


class RunDirectory(AbstractContextManager["RunDirectory"]):
    """The finished pieces of one task, by name; a context manager that lets go of the directory at its end.

    The directory is made where it is not there, and removed at the end where nothing was kept in it. The task is JSON
    values that tell it apart from every other; the code that counts is added. With `renew` the pieces of another task,
    or of other code, are thrown away; without, StorageError refuses them, as it does in any case a directory that
    belongs to another run at work, is a link, holds things that no run made, or has a damaged manifest.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with RunDirectory(Path(folder) / "run", {"task": "squares"}) as run:
    ...         run.save("three", b"9")
    ...     with RunDirectory(Path(folder) / "run", {"task": "squares"}) as run:
    ...         run.load("three"), run.load("four")
    (b'9', None)
    """

    def __init__(self, path: Path, task: Mapping[str, Any], *, renew: bool = False) -> None:
        from priorsim import __version__

        self.path = path
        told = {"code": counting_digest(), "code_version": __version__, "task": task}
        self._manifest = (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()
        self._folder = _locked(path)
        try:
            self._take_up(renew=renew)
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            if self._folder >= 0 and self._entries().keys() == {MANIFEST}:
                self.remove()
        self.close()

    def close(self) -> None:
        """Let go of the directory; what was kept stays."""
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1

    def load(self, name: str) -> bytes | None:
        """What was kept under a name, or None where nothing was, or the file is damaged."""
        with self._whole(name) as file:
            return None if file is None else file.read()

    def load_array(self, name: str) -> NDArray[Any] | None:
        """The array kept under a name, or None where none was, or the file is damaged."""
        with self._whole(name) as file:
            if file is None:
                return None
            array: NDArray[Any] = np.load(file, allow_pickle=False)
            return array

    def save(self, name: str, content: bytes) -> None:
        """Keep bytes under a name of small letters, digits and hyphens; StorageError where they cannot be written."""
        self._save(name, lambda file: file.write(content))

    def save_array(self, name: str, array: NDArray[Any]) -> None:
        """Keep an array; see `save`."""
        self._save(name, lambda file: np.save(file, array, allow_pickle=False))

    def remove(self) -> None:
        """Remove what the run wrote, and the directory unless it holds something else; the run is over."""
        self._empty()
        if not self._entries():
            self.path.rmdir()
        self.close()

    def _entries(self) -> dict[str, bool]:
        """What is in the directory, by name: whether it is a regular file, and neither a link nor a folder."""
        with os.scandir(self._folder) as entries:
            return {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}

    def _empty(self) -> None:
        """Remove what a run wrote, the manifest last: what is left by a kill in between is still known as a run's."""
        for name in sorted(filter(_OWN.fullmatch, self._entries()), key=MANIFEST.__eq__):
            os.unlink(name, dir_fd=self._folder)

    def _take_up(self, *, renew: bool) -> None:
        """Write the manifest of a new run, or compare the one that is there; clear what a killed run left."""
        names = self._entries()
        for name in filter(_OWN.fullmatch, names):
            if not names[name]:
                raise StorageError(f"{self.path / name}: no file but a link or folder: remove it")
        if MANIFEST in names:
            refusal = self._refusal()
            if refusal is not None:
                if not renew:
                    raise refusal
                self._empty()
                names = self._entries()
        elif not all(map(_TEMPORARY.fullmatch, names)):
            raise StorageError(
                f"{self.path}: a folder of that name is there that no run made, and finished pieces would be kept "
                "in it: rename it or choose another place"
            )
        for name in filter(_TEMPORARY.fullmatch, names):
            os.unlink(name, dir_fd=self._folder)
        if MANIFEST not in names:
            self._write(MANIFEST, lambda file: file.write(self._manifest))

    def _refusal(self) -> StorageError | None:
        """Whose run the directory holds, unless the manifest is this task's, every bit of it; raised if damaged."""
        with self._reading(MANIFEST) as file:
            found = b"" if file is None else file.read(len(self._manifest) + MAX_MANIFEST_BYTES)
        if found == self._manifest:
            return None
        mine = json.loads(self._manifest)
        try:
            other = json.loads(found)
            code, version, task = str(other["code"]), str(other["code_version"]), other["task"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise StorageError(
                f"{self.path / MANIFEST}: not a manifest, or damaged: remove the directory or give another one"
            ) from None
        if task == mine["task"] and code != mine["code"]:
            return StorageError(
                f"{self.path}: it holds a run of other code (priorsim {version[:SHORT]!r}, digest {code[:SHORT]!r}; "
                f"this is {mine['code_version']}, digest {mine['code'][:SHORT]}): "
                "remove it or give another directory"
            )
        return StorageError(f"{self.path}: it holds a run of another task: remove it or give another directory")

    def _digest(self, name: str, file: IO[bytes]) -> bytes:
        """The digest of the task, the code and the name of a piece, and of its content from where the file stands."""
        seal = hashlib.sha256(self._manifest).digest() + name.encode() + b"\n"
        return hashlib.file_digest(file, lambda: hashlib.sha256(seal)).digest()  # type: ignore[arg-type]

    @contextmanager
    def _whole(self, name: str) -> Iterator[IO[bytes] | None]:
        """A piece's file, to be read from its content on; None where it is missing or not what was kept."""
        with self._reading(_file_name(name)) as file:
            is_whole = file is not None and file.read(_DIGEST_BYTES) == self._digest(name, file)
            if file is not None:
                file.seek(_DIGEST_BYTES)
            yield file if is_whole else None

    def _save(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        def write_sealed(file: IO[bytes]) -> None:
            file.write(bytes(_DIGEST_BYTES))
            write(file)
            file.seek(_DIGEST_BYTES)
            digest = self._digest(name, file)
            file.seek(0)
            file.write(digest)

        self._write(_file_name(name), write_sealed)

    @contextmanager
    def _reading(self, name: str) -> Iterator[IO[bytes] | None]:
        """A regular file of the directory, not through a link; None where it cannot be read."""
        try:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)
        except OSError:
            yield None
            return
        with os.fdopen(handle, "rb") as file:
            yield file if stat.S_ISREG(os.fstat(handle).st_mode) else None

    def _write(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        """Write a file whole or not at all; a link of that name would be replaced, and not followed."""
        temporary = f".{name}.{secrets.token_hex(4)}"
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(temporary, flags, 0o666, dir_fd=self._folder), "w+b") as file:
                write(file)
            os.replace(temporary, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except BaseException as error:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._folder)
            if isinstance(error, OSError):
                raise _not_kept(self.path, error) from None
            raise


def _locked(path: Path) -> int:
    """A descriptor of the directory, made where it is not there, that holds its lock; no link is followed."""
    while True:
        try:
            path.mkdir(parents=True, exist_ok=True)
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            if path.is_symlink():
                raise StorageError(f"{path}: a link, which no run follows: remove it or give another place") from None
            raise _not_kept(path, error) from None
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(folder), path.lstat()):
                return folder
        except FileNotFoundError:
            pass  # The run that held the directory has just ended and removed it.
        except OSError as error:
            os.close(folder)
            if isinstance(error, BlockingIOError):
                raise StorageError(f"{path}: another run is at work there: wait for it or give another place") from None
            raise _not_kept(path, error) from None
        os.close(folder)


def _not_kept(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path}: the run's finished pieces cannot be kept there ({error.strerror or error})")


def _file_name(name: str) -> str:
    file = f"{name}.piece"
    if _OWN.fullmatch(file) is None:
        raise ValueError(f"{name!r} is no name of a piece: give small letters, digits and hyphens")
    return file
