"""Which code made a result: one digest over every file that decides a count.

Whatever keeps counts or machine code between two runs (an atlas, a run directory, the folder of compiled
kernels, a verdict) carries this digest, so that nothing made by other code is taken for this code's.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

COUNTING_PACKAGES = ("census", "mu")
"""The packages whose files decide what is counted: the language, and the census with its kernels."""

COMPUTES = ("numba", "numpy", "scipy")
"""The libraries that a measured number hangs on."""

SHORT = 12
"""Hexadecimal digits of the digest that name a folder, or stand in a message."""


@cache
def counting_digest() -> str:
    """SHA-256 over the source files of COUNTING_PACKAGES and numba's version, in hexadecimal.

    Two installations with the same digest make the same atlases, byte for byte. The version of numba is part
    of the digest because numba compiles the kernels.
    """
    digest = hashlib.sha256(f"numba {version('numba')}\n".encode())
    for package in COUNTING_PACKAGES:
        _add(digest, files("priorsim") / package, package)
    return digest.hexdigest()


@cache
def measuring_digest() -> str:
    """SHA-256 over every source file of the package, and the versions of what computes, in hexadecimal.

    All that decides a measured number, and not a count alone.
    """
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
