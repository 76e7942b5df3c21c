"""Figures, each with its data, its drawing, its caption and its entry in the registry in one place.

No figure needs a backend, so that the one of a notebook's kernel may be named where it is not installed.
"""

import os
import sys
from contextlib import suppress

if "matplotlib" not in sys.modules and (_backend := os.environ.pop("MPLBACKEND", None)) is not None:
    # matplotlib cannot be imported where this is no backend; it is then set as matplotlib itself would.
    import matplotlib

    os.environ["MPLBACKEND"] = _backend
    with suppress(ValueError):
        matplotlib.rcParams["backend"] = _backend
