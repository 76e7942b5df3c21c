"""Which walks a figure shows."""

from dataclasses import dataclass
from functools import lru_cache

from matplotlib.axes import Axes

from priorsim.figures.page import set_title
from priorsim.walks.chains import Dynamics
from priorsim.walks.study import MAX_BITS, make_study
from priorsim.walks.study import Study as WalkStudy
from priorsim.worlds import World

WALK_WORLDS = ("in-context.w3-words-itself-less-r4-q4", "forward.w3-pronic-l8")
"""The worlds of the population of the claims in which most walks come to search."""
RADIUS = 8
UNITS = {"lanes": "wrong training lanes", "bits": "wrong bits on the training lanes"}
DESCENT = {Dynamics.STEEPEST: "steepest descent", Dynamics.FIRST: "first-improvement descent"}


@dataclass(frozen=True, slots=True)
class Walks:
    """Edit walks in a world.

    Attributes
    ----------
    world, dynamics : str
    radius, bound_bits : int
        Bits of an edit, and the most bits of a program.
    """

    world: str
    dynamics: str
    radius: int
    bound_bits: int

    def title(self, ax: Axes) -> None:
        """Say above these axes which walks they show."""
        set_title(ax, self.world, f"{self.dynamics}, radius {self.radius} bits, up to {self.bound_bits} bits")


@lru_cache(maxsize=4)
def study_of(world: World) -> WalkStudy:
    """Steepest descent in a world from the prior."""
    return make_study(world, RADIUS, max_bits=MAX_BITS)


def walks_of(study: WalkStudy) -> Walks:
    """Which walks a study holds."""
    return Walks(study.world.name, str(study.dynamics), study.radius, study.max_bits)


def sentence_of(walks: Walks) -> str:
    """The sentence of a caption that says which walks are shown."""
    return (
        f"Walks are by {DESCENT[Dynamics(walks.dynamics)]} with edits of at most {walks.radius} bits, in the world "
        f"{walks.world}, among the code-only programs of at most {walks.bound_bits} bits, and start from the prior."
    )
