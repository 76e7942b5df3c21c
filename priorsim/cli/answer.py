"""Standard output as the place of the answer: whatever is printed there arrives whole, or is an error.

All that a command prints goes through one stream. It is buffered whatever the environment asks for; it writes
as escapes what the code page lacks, or what could steer a terminal; its failures are told from all others.
"""

import io
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from priorsim.errors import StorageError
from priorsim.reading import shown
from priorsim.terminal import COLOURED, has_colour

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class UnreadError(Exception):
    """Nobody reads standard output any more."""


class _Descriptor(io.FileIO):
    """Standard output's descriptor; once it is over, what is left is let go, and not tried again at exit."""

    over = False

    def write(self, data: "ReadableBuffer") -> int:
        while not self.over:
            try:
                written = super().write(data)
            except BrokenPipeError:
                self.over = True
                raise UnreadError from None
            except OSError as error:
                self.over = True
                raise StorageError(
                    f"the answer cannot be written ({error.strerror or error}): choose another place"
                ) from None
            if written is not None:
                return written
            # It was set not to block by whoever shares it, and is full for now.
            select.select([], [self], [])
        return memoryview(data).nbytes


class _Checked(io.TextIOWrapper):
    """A text stream that shows what could steer a terminal, or turn the writing direction, as escapes.

    Whole texts in a colour pass, where there may be colours.
    """

    def write(self, text: str) -> int:
        parts = COLOURED.split(text) if has_colour() else [text]
        parts[::2] = ["\n".join(map(shown, part.split("\n"))) for part in parts[::2]]
        return super().write("".join(parts))


@contextmanager
def answering() -> Iterator[None]:
    """Let standard output be checked; what was printed has arrived when the block has ended well.

    A stream in memory, as a test or a notebook sets it, is left as it is. StorageError when standard output is closed,
    or something printed cannot be written; UnreadError when it is a pipe, and nobody reads it any more.
    """
    before = sys.stdout
    if before is None:
        raise StorageError("standard output is closed: open it, as with >/dev/null where no answer is wanted")
    try:
        number = before.fileno()
    except io.UnsupportedOperation:
        yield
        return
    before.flush()
    descriptor = _Descriptor(number, "w", closefd=False)
    checked = _Checked(io.BufferedWriter(descriptor), encoding=before.encoding, errors="backslashreplace")
    try:
        with redirect_stdout(checked):
            yield
            checked.flush()
    finally:
        descriptor.over = True
