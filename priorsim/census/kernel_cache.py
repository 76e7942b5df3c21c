"""Compiled kernels, kept between runs: the one place that says where, and which may be used again.

Every kernel is a file, in a folder that is named by the digest of the code that decides a count; its own name
holds everything else that decides its machine code. A file starts with a checksum, so that a damaged one is never
run. Whatever is wrong with the folder costs a compilation and one line on standard error, nothing else.
"""

import multiprocessing
import os
import pickle
import re
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import llvmlite
import platformdirs
from numba.core import config
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from priorsim.errors import StorageError
from priorsim.provenance import COUNTING_PACKAGES, SHORT, counting_digest, digest_of_files
from priorsim.storage import atomic_file
from priorsim.terminal import tell

SETTINGS = (
    *("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE"),
    *("DEBUGINFO_DEFAULT", "ENABLE_PROFILING", "EXTEND_VARIABLE_LIFETIMES"),
)
"""What can be set of numba from outside and changes machine code; the processor is asked apart."""

ROOM = 4 << 20
"""Bytes; all kernels of both engines take about 2 MiB."""

FOLDERS_KEPT = 4
"""So many versions of the code can take turns without compiling anew."""

SECONDS = 15
"""Of one core, for the kernels of one census: 9 of the quotient engine, 27 of the exhaustive one."""

_FOLDER = re.compile(rf"kernels-[0-9a-f]{{{SHORT}}}")
_FILE = re.compile(r"[\w.]+-[0-9a-f]{16}\.kernel|\.priorsim-[0-9a-f]{12}\.part")
"""Names of what is written here: folders, and files, whole or under the temporary name of a killed run."""

_told = threading.Event()


class KernelCache(NullCache):
    """What a numba dispatcher asks for a function's machine code before it compiles, and hands it to afterwards."""

    def __init__(self, function: Callable[..., Any]) -> None:
        assert function.__closure__ is None, "a kernel's machine code hangs on its source files alone"
        self._name = f"{function.__module__}.{function.__name__}"
        package = function.__module__.split(".")[1]
        self._more = () if package in COUNTING_PACKAGES else (package,)
        self._digest = counting_digest(*self._more)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled kernel for a signature, or None where it has to be compiled."""
        target_context.refresh()
        identity = self._identity(sig, target_context.codegen())
        place = self._place(identity)
        payload, trouble = (None, None) if place is None else _read(place, identity)
        if payload is None:
            _tell_of_compiling(trouble)
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(payload))  # type: ignore[no-untyped-call]

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled kernel, unless the code on disk is no longer the one that it was compiled from."""
        identity = self._identity(sig, data.codegen)
        place = self._place(identity)
        if place is None or data.library.has_dynamic_globals:
            return
        payload: bytes = dumps(data._reduce())  # type: ignore[no-untyped-call]
        # Where this fails the next run says so, when it looks for room; an update may just be taking files away.
        with suppress(StorageError, OSError):
            if digest_of_files(*self._more) == self._digest:
                with atomic_file(place) as file:
                    file.write(_checksum(identity, payload) + payload)

    def _identity(self, sig: Any, codegen: Any) -> bytes:
        """Everything that decides the machine code."""
        settings = [getattr(config, name, None) for name in SETTINGS]
        parts = (self._name, self._digest, sig, *codegen.magic_tuple(), *settings, llvmlite.__version__, sys.version)
        return "\n".join(map(str, parts)).encode()

    def _place(self, identity: bytes) -> Path | None:
        folder, _ = kernel_folder()
        return None if folder is None else folder / f"{self._name}-{sha256(identity).hexdigest()[:16]}.kernel"


@cache
def kernel_folder() -> tuple[Path | None, str]:
    """The folder of this code's compiled kernels, made where it is not there; else None and why.

    That is in NUMBA_CACHE_DIR where that is set, else in the user's cache directory, else in a temporary one that
    nobody else can write to.
    """
    refused = []
    for root, is_safe in _roots():
        folder = root / f"kernels-{counting_digest()[:SHORT]}"
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_safe(root):
                refused.append(f"{root} belongs to somebody else")
                continue
            is_new = not folder.is_dir()
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            refused.append(f"{root}: {error.strerror or error}")
            continue
        with suppress(OSError):
            os.utime(folder)
            if is_new:
                _remove_old(root)
        return folder, ""
    return None, "; ".join(refused) or "there is no folder for them"


def _roots() -> Iterator[tuple[Path, Callable[[Path], bool]]]:
    """The folders in question, best first, each with the test that it has to pass."""
    chosen = getattr(config, "CACHE_DIR", "")
    if chosen:
        yield Path(chosen).absolute(), lambda root: True
        return
    home = platformdirs.user_cache_path("priorsim", appauthor=False)
    if home.is_absolute():  # It starts with ~ for a user without a home.
        yield home, lambda root: _is_private(root.stat())
    user = os.getuid() if hasattr(os, "getuid") else "user"
    with suppress(FileNotFoundError):
        yield Path(tempfile.gettempdir()) / f"priorsim-{user}", lambda root: _is_private(root.lstat())


def _is_private(status: os.stat_result) -> bool:
    """Whether this is a folder that only this user can write to; what is kept there is run."""
    if not hasattr(os, "geteuid"):
        return True
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _remove_old(root: Path) -> None:
    """Remove all but the FOLDERS_KEPT folders that were used last; nothing that is not of this module's making."""
    folders = [path for path in root.iterdir() if _FOLDER.fullmatch(path.name) and stat.S_ISDIR(path.lstat().st_mode)]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime)[:-FOLDERS_KEPT]:
        with suppress(OSError):  # Another process may remove it too, and what else is in it stays.
            for file in folder.iterdir():
                if _FILE.fullmatch(file.name):
                    file.unlink()
            folder.rmdir()


def _read(place: Path, identity: bytes) -> tuple[bytes | None, str | None]:
    """What a file holds, or None; and what is wrong with it, where it is there."""
    try:
        stored = place.read_bytes()
    except FileNotFoundError:
        return None, None
    except OSError as error:
        return None, f"cannot be read ({error.strerror or error})"
    size = sha256().digest_size
    payload = stored[size:]
    return (payload, None) if stored[:size] == _checksum(identity, payload) else (None, "are damaged")


def _checksum(identity: bytes, payload: bytes) -> bytes:
    return sha256(identity + b"\n" + payload).digest()


def _tell_of_compiling(trouble: str | None) -> None:
    """Say once, on standard error, that kernels are compiled and why; workers leave that to their parent."""
    if _told.is_set() or multiprocessing.parent_process() is not None:
        return
    _told.set()
    line = f"Compiling the counting kernels, once, about {SECONDS} s"
    folder, reason = kernel_folder()
    if folder is not None:
        reason = _lacks_room(folder)
    if reason:
        line = (
            f"Compiling the counting kernels, about {SECONDS} s in every run, since they cannot be kept "
            f"({reason}): set NUMBA_CACHE_DIR to a folder that can be written"
        )
    elif trouble:
        line = f"{folder}: compiled kernels {trouble}: compiling the counting kernels anew, about {SECONDS} s"
    tell(line)


def _lacks_room(folder: Path) -> str:
    """Why nothing can be kept in a folder, or nothing."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
    except OSError as error:
        return f"{folder}: {error.strerror or error}"
    return ""
