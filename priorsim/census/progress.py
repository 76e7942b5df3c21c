"""How far a census has come; both engines report it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Programs counted so far, out of all."""

    programs: int
    total: int
    unit: str | None = None
    """What is counted, where it is not what the whole command counts."""
