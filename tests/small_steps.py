"""What workers of tests load first (`dask worker --preload`): steps are dealt out although they are short."""

from priorsim.census.engine import replica

SMALL = {"SHORT": 1 << 4, "BLOCK_BYTES": 1 << 12, "GROUP_CANDIDATES": 1 << 8}


def dask_setup(worker: object) -> None:
    """Dask calls this in the worker."""
    for name, value in SMALL.items():
        setattr(replica, name, value)
