"""A limit on the time that a test's block may take, for what would otherwise go on for ever."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """Of no family that a boundary around parsers catches."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in a block that is not done after so many seconds of wall-clock time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
