"""Sentences that captions share: what the classes and quantities are."""

from collections.abc import Sequence

from priorsim.formats import listed

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


def at_gammas(gammas: Sequence[float]) -> str:
    """Where something happens along gamma.

    >>> at_gammas([0.25, 1.5]), at_gammas([])
    ('at gamma 0.25, 1.5', 'nowhere')
    """
    return f"at gamma {listed(gammas)}" if gammas else "nowhere"
