"""What workers of tests load first (`dask worker --preload`): waves are dealt out although they are short."""

from priorsim.census.engine import spread_tasks

SMALL = {"SHORT": 1 << 6, "BLOCK_BYTES": 1 << 12, "GROUP_CANDIDATES": 1 << 8}


def dask_setup(worker: object) -> None:
    """Dask calls this in the worker."""
    for name, value in SMALL.items():
        setattr(spread_tasks, name, value)
