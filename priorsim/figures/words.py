"""Sentences that captions share: what the classes and quantities are."""

import math
from collections.abc import Sequence

CLASSES = (
    "A direct program calculates its answer; a search program owes it to a find or argmax, since it answers "
    "differently when the search is stopped at its first candidate; a disguised one owes it to a loop that ran until "
    "something held. Disguised programs are counted on either side."
)
"""The classes by lesion."""

LOSS = "Held-out loss is the share of held-out lanes that a fitting program is wrong on, averaged by mass."

DEFECTING = "A program defects when it fits on all training lanes and is wrong on some held-out lane."

GAMMA_STAR = (
    "gamma* is the price of time, in bits for a doubling of the mean steps, at which both sides weigh the same."
)


def sentences(*parts: str) -> str:
    """The parts as one paragraph, a line each."""
    return "\n".join(part for part in parts if part)


def number(value: float | None, digits: int = 3) -> str:
    """A number in so many figures; infinite ones and none in words.

    >>> number(0.12345), number(None), number(float("-inf"))
    ('0.123', 'undefined', 'minus infinity')
    """
    if value is None:
        return "undefined"
    if math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    return f"{value:.{digits}g}"


def span(ends: Sequence[float | None]) -> str:
    """A number known up to an interval.

    >>> span((1.0, 1.0)), span((0.5, None)), span((1.0, 2.0))
    ('1', '0.5 to undefined', '1 to 2')
    """
    low, high = (number(end) for end in ends)
    return low if low == high else f"{low} to {high}"


def listed(values: Sequence[float]) -> str:
    """Numbers one after the other, or none.

    >>> listed([0.25, 1.5]), listed([])
    ('0.25, 1.5', 'none')
    """
    return ", ".join(number(value) for value in values) or "none"


def at_gammas(gammas: Sequence[float]) -> str:
    """Where something happens along gamma.

    >>> at_gammas([0.25, 1.5]), at_gammas([])
    ('at gamma 0.25, 1.5', 'nowhere')
    """
    return f"at gamma {listed(gammas)}" if gammas else "nowhere"


def counted(several: int, noun: str) -> str:
    """A count and its noun.

    >>> counted(1, "world"), counted(12, "world")
    ('1 world', '12 worlds')
    """
    return f"{several} {noun}{'' if several == 1 else 's'}"
