"""A measure that a command prints in several ways, taken once in a test of how the command prints it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

MEASURES = {
    "claims.judge": ("judge", "judge_wide_world"),
    "claims.languages": ("languages",),
    "measure.diversity": ("diversity",),
    "measure.estimate": ("measure",),
    "measure.finite_size": ("finite_size",),
    "measure.knockouts": ("knockouts",),
    "measure.nested": ("nested",),
    "measure.scaling": ("scaling",),
    "measure.wide_off_training": ("wide_off_training",),
}
"""What counts programs itself and takes longest, by the module that commands import it from."""
HOW = ("progress", "run")
"""Arguments that change no measure, as functions change none: they tell of progress, or keep and open what there is."""


def measured_once(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a measure of the same things again is given what was found the first time."""
    for module, names in MEASURES.items():
        place = import_module(f"priorsim.{module}")
        for name in names:
            patch.setattr(place, name, _once(getattr(place, name)))


def _once(measure: Callable[..., Any]) -> Callable[..., Any]:
    found: dict[str, Any] = {}

    def once(*args: Any, **named: Any) -> Any:
        asked = repr(([each for each in args if not callable(each)], {n: named[n] for n in named if n not in HOW}))
        if asked not in found:
            found[asked] = measure(*args, **named)
        return found[asked]

    return once
