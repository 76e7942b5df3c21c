"""The command ``priorsim``, also as ``python -m priorsim``: an interrupt is one line from the first moment on."""

import sys

from priorsim.interrupts import interruptible


@interruptible()
def main() -> None:
    """Run the command line; what it needs is imported under the care of `interruptible`."""
    from priorsim.cli import main as command_line

    command_line()


if __name__ == "__main__":
    sys.argv[0] = "priorsim"
    main()
