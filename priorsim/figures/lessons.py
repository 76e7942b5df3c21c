"""What the figures of learning share: a world's lessons under a prior, and the axis that counts them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from priorsim.measure.mass import Share
from priorsim.measure.off_training import ORDER_SEEDS, Learning, learning
from priorsim.priors import named_prior
from priorsim.worlds import World

if TYPE_CHECKING:
    from priorsim.study.folder import Study

PRIOR = "solomonoff"
ORDERS = (
    f"Lessons come in listed order, and averaged over {len(ORDER_SEEDS)} seeded orders; a lesson is a training lane "
    "or, in a "
    "world with hidden rules, all training lanes of a rule."
)


def lessons_of(study: "Study", world: World) -> Learning:
    """What a world teaches under PRIOR, lesson by lesson."""
    return learning(study.weighed(world, named_prior(PRIOR)), world)


def as_float(share: Share | None) -> float | None:
    """A share as a float, None where it is undefined."""
    return None if share is None else float(share)


def count_lessons(ax: Axes, unit: str, lessons: Sequence[int]) -> None:
    """Set up the axis across: the number of lessons, in whole numbers."""
    ax.set_xlabel(f"training {unit}s (number)")
    ax.set_xlim(lessons[0] - 0.3, lessons[-1] + 0.3)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
