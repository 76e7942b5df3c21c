"""How a kernel is compiled: the decorators that hold numba's options, and the types that kernels share."""

from functools import partial
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from priorsim.census.kernel_cache import KernelCache

U = np.uint64
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
ONE = U(1)

_jit: Any = partial(nb.njit, nogil=True, error_model="numpy", boundscheck=None, _nrt=False)
"""The one place that holds the numba options; NUMBA_BOUNDSCHECK=1 turns bounds checks on.

Kernels never allocate, so they do without numba's reference counts (`_nrt`): those cost more than the
arithmetic on a handful of words.
"""

inner: Any = _jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""For what only kernels call: not on disk, since it is part of theirs, which halves the compilation."""

inlined: Any = _jit(no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
"""For what is called so often that the call itself counts."""


def kernel(function: Any) -> Any:
    """Compile a function when it is first called, and keep it for later runs of the same code (KernelCache)."""
    compiled = _jit(function)
    compiled._cache = KernelCache(function)
    return compiled
