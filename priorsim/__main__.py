"""The command ``priorsim``, also as ``python -m priorsim``: an interrupt is one line from the first moment on."""

import os
import resource
import sys

from priorsim.interrupts import interruptible


@interruptible()
def main() -> None:
    """Run the command line; what it needs is imported under the care of `interruptible`."""
    _leave_address_space()
    from priorsim.cli import main as command_line

    command_line()


def _leave_address_space() -> None:
    """Under a limit of address space (ulimit -v) keep OpenBLAS from a buffer for each core.

    It takes them while it is loaded, and where it gets none it tries again for ever. Nothing here needs them.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


if __name__ == "__main__":
    sys.argv[0] = "priorsim"
    main()
