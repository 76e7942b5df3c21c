"""Compiled kernels between mutants: each is kept by the files that it is made of, not by the digest of all that counts.

A mutant of a file that no kernel is made of finds every kernel compiled; another one compiles those that the
changed file takes part in, and never finds the machine code of a second mutant. The driver puts this class into its
copy of the package, in the place of the package's own.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import priorsim
from priorsim.census import kernel_cache

PACKAGE = Path(priorsim.__file__).parent
KEEPER = PACKAGE / "census" / "kernel_cache.py"
"""What only keeps kernels: it gives them no value, and it imports much."""

# One folder for all mutants, in NUMBA_CACHE_DIR.
for digest in ("counting_digest", "digest_of_files"):
    setattr(kernel_cache, digest, lambda *more: "of-mutants")


class KernelCache(kernel_cache.KernelCache):
    """The package's own, but for the name of a kernel."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        files = sorted(made_of(PACKAGE.joinpath(*function.__module__.split(".")[1:]).with_suffix(".py")))
        self._name += "." + sha256(b"".join(map(Path.read_bytes, files))).hexdigest()


@cache
def made_of(source: Path) -> frozenset[Path]:
    """The file, and all that it imports of the package, directly or not."""
    found, open_files = set[Path](), [source]
    while open_files:
        file = open_files.pop()
        if file not in found:
            found.add(file)
            open_files += imported(file)
    return frozenset(found)


def imported(source: Path) -> Iterator[Path]:
    """The files of the package that a file names in its imports."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "priorsim":
            folder = PACKAGE.joinpath(*str(node.module).split(".")[1:])
            named = [folder.with_suffix(".py"), *(folder / f"{alias.name}.py" for alias in node.names)]
            yield from (file for file in named if file.is_file() and file != KEEPER)
