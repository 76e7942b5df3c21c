"""Kernels run with bounds checks, compiled anew, and searched for floats."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from priorsim.census.engine import packed


def checked_run(code: str, cache: Path) -> int:
    """The number that the code prints, run in a process of its own with bounds checks and an empty cache.

    The checks are there whatever LLVM optimises, and without that compilation takes less than half as long.
    """
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0", "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def count_checked(*modules: str) -> int:
    """How many compiled kernels these modules of the census hold; none of them has a float."""
    checked = 0
    for module in modules:
        for name, value in vars(import_module(f"priorsim.census.{module}")).items():
            if isinstance(value, type(packed.add)):
                for overload in value.overloads.values():
                    assert "float" not in str(overload.type_annotation), name
                    checked += 1
    return checked
