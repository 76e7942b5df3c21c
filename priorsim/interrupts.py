"""Requests to end: Ctrl-C, a termination and a hangup all raise Interrupted in the main thread, once.

What is cleaned up on the way out is not interrupted again: a further request within GRACE seconds, as an impatient
second Ctrl-C is, counts as the same one. A signal that the process was started to ignore stays ignored.
"""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = 130  # The exit code of a command that was interrupted, by whichever of SIGNALS.
GRACE = 5.0  # Seconds for which a request to end is taken for the one before; all cleaning up takes less.

MOMENT = 0.01
"""Seconds after which a request that was dropped is made again."""


class Interrupted(BaseException):
    """The process was asked to end. Its text says what was done, and what is kept."""

    def __init__(self, told: str = "nothing was left half written") -> None:
        super().__init__(told)


class _Once:
    """A signal handler that raises Interrupted, but not again within GRACE seconds.

    Where Python drops exceptions, as in finalizers and in callbacks from C, it calls `dropped`; then the request
    takes effect a moment later.
    """

    def __init__(self) -> None:
        self._quiet_until = -float("inf")
        self._number = 0
        self.hook_before = sys.unraisablehook

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until, self._number = now + GRACE, number
            raise Interrupted

    def dropped(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """A hook for exceptions that are dropped: Interrupted is raised again, any other is told of as before."""
        if not isinstance(unraisable.exc_value, Interrupted):
            self.hook_before(unraisable)
            return
        self._quiet_until = -float("inf")
        main = threading.main_thread().ident
        again = threading.Timer(MOMENT, signal.pthread_kill, (main, self._number))
        again.daemon = True
        again.start()


def _heeded() -> dict[signal.Signals, Any]:
    """The handler of each signal that is not ignored."""
    handlers = {each: signal.getsignal(each) for each in SIGNALS}
    return {each: handler for each, handler in handlers.items() if handler not in (signal.SIG_IGN, None)}


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block, run by the main thread, a request to end is one line on standard error and EXIT_CODE.

    Behind it only the end of the process is left, which no request can hasten: there requests are ignored.
    """
    once = _Once()
    heeded = _heeded()
    sys.unraisablehook = once.dropped
    for each in heeded:
        signal.signal(each, once)
    try:
        try:
            yield
        finally:
            for each in heeded:
                signal.signal(each, signal.SIG_IGN)
            sys.unraisablehook = once.hook_before
    except Interrupted as interrupted:
        with suppress(OSError):
            print(f"interrupted: {interrupted}", file=sys.stderr, flush=True)  # noqa: T201
        sys.exit(EXIT_CODE)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """A request to end that comes within the block, which has to be short, takes effect behind it."""
    if threading.current_thread() is not threading.main_thread():
        # Signals are handled in the main thread alone.
        yield
        return
    came: list[int] = []
    before = _heeded()
    for each in before:
        signal.signal(each, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def raise_on_termination() -> None:
    """Make a request to terminate raise Interrupted in this process, a worker; other requests are its parent's."""
    once = _Once()
    sys.unraisablehook = once.dropped
    signal.signal(signal.SIGTERM, once)
