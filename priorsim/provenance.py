"""Which code made a result: one digest over every file that decides a count, and a record beside results.

Whatever keeps counts or machine code between two runs (an atlas, a run directory, the folder of compiled
kernels, a verdict) carries this digest, so that nothing made by other code is taken for this code's.
"""

import hashlib
import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from priorsim import __version__

COUNTING_PACKAGES = ("census", "mu")
"""The packages whose files decide what is counted: the language, and the census with its kernels."""

LIBRARIES = ("llvmlite", "matplotlib", "networkx", "numba", "numpy", "pyarrow", "scipy", "sympy")
"""The libraries that take part in a result."""

COMPUTES = ("numba", "numpy", "scipy")  # The libraries that a measured number hangs on.
SHORT = 12  # Hexadecimal digits of the digest that name a folder, or stand in a message.


def digest_of_files(*more: str) -> str:
    """SHA-256 over the source files of COUNTING_PACKAGES and numba's version, which compiles them, in hexadecimal.

    Two installations with the same digest make the same atlases, byte for byte. More packages are of kernels that no
    count is from.
    """
    digest = hashlib.sha256(f"numba {version('numba')}\n".encode())
    for package in (*COUNTING_PACKAGES, *more):
        _add(digest, files("priorsim") / package, package)
    return digest.hexdigest()


counting_digest = cache(digest_of_files)
"""It is taken once a process, when the kernels are imported, so that it is that of the code in memory."""


def software() -> dict[str, str]:
    """The name, version and digest of this code, as results in JSON carry them; the same on every machine."""
    return {"name": "priorsim", "version": __version__, "code": counting_digest()}


def stamped(table: str) -> str:
    """A CSV text behind a line that says which code made it; pandas reads it with comment="#"."""
    return f"# priorsim {__version__}, code {counting_digest()}\n{table}"


def provenance(command: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What results were made with, for JSON by tskit's scheme: the command line and all that was asked for.

    There is no date, so that the same run gives the same bytes; only `environment` differs between machines.
    """
    from llvmlite import binding

    environment = {
        "os": {"system": platform.system(), "machine": platform.machine()},
        "python": {"implementation": platform.python_implementation(), "version": platform.python_version()},
        "libraries": {name: {"version": version(name)} for name in LIBRARIES},
        "numba_target": os.environ.get("NUMBA_CPU_NAME") or str(binding.get_host_cpu_name()),
    }
    told = {"schema_version": "1.0.0", "software": software(), "parameters": {"command": command, **parameters}}
    return told | {"environment": environment}


@cache
def measuring_digest() -> str:
    """SHA-256, in hexadecimal, over all that decides a measured number: every source file, and what computes."""
    digest = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in COMPUTES).encode())
    _add(digest, files("priorsim"), "priorsim")
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", folder: Traversable, name: str) -> None:
    """Add every Python file under a folder, by name, with its length so that no two trees read the same."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _add(digest, entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".py"):
            content = entry.read_bytes()
            digest.update(f"{name}/{entry.name} {len(content)}\n".encode() + content)
