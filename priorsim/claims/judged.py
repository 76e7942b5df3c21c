"""A claim that was ruled on: its cells, the verdict, and what is shown beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from priorsim.claims.claim import Beside, Claim
from priorsim.claims.rule import Cell, Ruling, rule


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its cells and the verdict over those that decide.

    Attributes
    ----------
    claim : Claim
    cells : tuple of Cell
    ruling : Ruling
    beside : tuple of (Beside, tuple of Cell)
        Numbers on which no verdict hangs.
    """

    claim: Claim
    cells: tuple[Cell, ...]
    ruling: Ruling
    beside: tuple[tuple[Beside, tuple[Cell, ...]], ...]

    @classmethod
    def of(cls, claim: Claim, cells: Sequence[Cell], beside: Sequence[tuple[Beside, tuple[Cell, ...]]]) -> "Judged":
        """The verdict over the cells that decide."""
        return cls(claim, tuple(cells), rule([cell for cell in cells if claim.decides(cell)]), tuple(beside))

    @property
    def deciding(self) -> tuple[Cell, ...]:
        """The cells that the verdict is over."""
        return tuple(cell for cell in self.cells if self.claim.decides(cell))

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        claim = self.claim
        return {
            "id": claim.name,
            "source": claim.source,
            "claim": claim.text,
            "quantity": claim.quantity,
            "unit": claim.unit,
            "condition": claim.condition.text,
            "verdict": str(self.ruling.verdict),
            "depends_on": self.ruling.depends_on,
            "identity": claim.identity,
            "cells": [{**cell.to_json(), "decides": claim.decides(cell)} for cell in self.cells],
            "beside": [
                {
                    "quantity": each.text,
                    "unit": each.unit,
                    "condition": each.condition.text,
                    "cells": [cell.to_json() for cell in cells],
                }
                for each, cells in self.beside
            ],
            "figure": claim.figure,
            "limits": claim.limits,
        }
