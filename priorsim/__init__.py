"""priorsim: exact counts of programs that search, weighed by simplicity and speed priors.

The public names, imported when first used, so that light commands stay light.

Examples
--------
>>> import priorsim
>>> arith = priorsim.Language.named("arith", 3)
>>> program = priorsim.parse("(find (c) (eq 1 (mul c x)))", arith)
>>> str(priorsim.classify(program, priorsim.Domain.default(3)))
'search'
"""

import sys
from importlib import import_module
from inspect import Signature, signature
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from priorsim.census.atlas import Atlas as Atlas
    from priorsim.census.stored import StoredAtlas as StoredAtlas
    from priorsim.census.take import make_header as make_header
    from priorsim.census.take import take_census as take_census
    from priorsim.measure.data import count_with_data as count_with_data
    from priorsim.measure.histogram_file import load_histogram as load_histogram
    from priorsim.measure.histogram_file import save_histogram as save_histogram
    from priorsim.mu.code import decode as decode
    from priorsim.mu.code import encode as encode
    from priorsim.mu.dialect import Language as Language
    from priorsim.mu.domain import Domain as Domain
    from priorsim.mu.interpreter import run as run
    from priorsim.mu.lesions import classify as classify
    from priorsim.mu.lesions import lesion as lesion
    from priorsim.mu.syntax import format_program as format_program
    from priorsim.mu.syntax import parse as parse
    from priorsim.notebook import plot as plot
    from priorsim.notebook.arguments import world as world
    from priorsim.notebook.asking import definitions as definitions
    from priorsim.notebook.asking import heldout as heldout
    from priorsim.notebook.asking import histogram as histogram
    from priorsim.notebook.asking import odds as odds
    from priorsim.notebook.asking import sweep as sweep
    from priorsim.notebook.curves import growth as growth
    from priorsim.notebook.curves import influence as influence
    from priorsim.notebook.curves import knockouts as knockouts
    from priorsim.notebook.curves import languages as languages
    from priorsim.notebook.curves import population as population
    from priorsim.notebook.programs import explain as explain
    from priorsim.notebook.programs import programs as programs
    from priorsim.priors import Prior as Prior
    from priorsim.priors import named_prior as named_prior
    from priorsim.study.cache import census as census
    from priorsim.worlds import World as World
    from priorsim.worlds import catalogue as catalogue
    from priorsim.worlds import families as families
    from priorsim.worlds import family as family
    from priorsim.worlds import world_from as world_from

__version__ = "0.2.0"

_ROOMS = {
    "priorsim.census.atlas": ("Atlas",),
    "priorsim.census.take": ("make_header", "take_census"),
    "priorsim.census.stored": ("StoredAtlas",),
    "priorsim.measure.data": ("count_with_data",),
    "priorsim.measure.histogram_file": ("load_histogram", "save_histogram"),
    "priorsim.mu.code": ("decode", "encode"),
    "priorsim.mu.dialect": ("Language",),
    "priorsim.mu.domain": ("Domain",),
    "priorsim.mu.interpreter": ("run",),
    "priorsim.mu.lesions": ("classify", "lesion"),
    "priorsim.mu.syntax": ("format_program", "parse"),
    "priorsim.notebook": ("plot",),
    "priorsim.notebook.arguments": ("world",),
    "priorsim.notebook.asking": ("definitions", "heldout", "histogram", "odds", "sweep"),
    "priorsim.notebook.programs": ("explain", "programs"),
    "priorsim.notebook.curves": ("growth", "influence", "knockouts", "languages", "population"),
    "priorsim.priors": ("Prior", "named_prior"),
    "priorsim.study.cache": ("census",),
    "priorsim.worlds": ("World", "catalogue", "families", "family", "world_from"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = list(_ROOM_OF)


class _CalledPackage(ModuleType):
    """The package `census`, which is called as the function of that name: both stand under `priorsim.census`."""

    @property
    def __signature__(self) -> Signature:
        """The function's parameters, which help and notebooks show."""
        return signature(import_module("priorsim.study.cache").census)

    def __call__(self, *args: Any, **options: Any) -> "StoredAtlas":
        return import_module("priorsim.study.cache").census(*args, **options)  # type: ignore[no-any-return]


# The package itself is a docstring: importing it costs nothing.
import_module("priorsim.census")
sys.modules["priorsim.census"].__class__ = _CalledPackage


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'priorsim' has no attribute '{name}'")
    if name == "plot":
        return import_module("priorsim.notebook.plot")
    return getattr(import_module(_ROOM_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
