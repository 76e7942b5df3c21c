"""The worlds and radii over which claims about walks are made, with each edit graph made once.

Two worlds of each of three families, words of 3 bits, in which up to 24 bits both a direct and a search
program fit: without either nothing can be said of walks from one to the other.
"""

from collections.abc import Callable, Iterator, Sequence

from priorsim.census.progress import Progress
from priorsim.walks.chains import Dynamics
from priorsim.walks.graph import EditGraph
from priorsim.walks.landscape import ClassBy
from priorsim.walks.study import Study, make_study
from priorsim.worlds import find_world

WORLDS = (
    "inverse.w3-least-cube-l8",
    "inverse.w3-floor-times5-l8",
    "forward.w3-square-l8",
    "forward.w3-pronic-l8",
    "in-context.w3-words-itself-less-r4-q4",
    "in-context.w3-words-itself-product-r4-q4",
)
RADII = (4, 6, 8, 10, 12)
MAX_BITS = 24


def studies(
    worlds: Sequence[str] = WORLDS,
    radii: Sequence[int] = RADII,
    *,
    max_bits: int = MAX_BITS,
    dynamics: Dynamics = Dynamics.STEEPEST,
    class_by: ClassBy = "lesion",
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Study]:
    """A study for each world and radius, radius by radius.

    Parameters
    ----------
    worlds : sequence of str
    radii : sequence of int
        Bits of an edit.
    max_bits : int
        The bound on programs.
    dynamics, class_by
        See `make_study`.
    progress : callable, optional
        Called with the number of studies begun, out of all.
    """
    begun = 0
    for radius in radii:
        graphs: dict[object, EditGraph] = {}
        for name in worlds:
            world = find_world(name)
            asked = world.dialect, world.domain
            study = make_study(
                world, radius, max_bits=max_bits, graph=graphs.get(asked), dynamics=dynamics, class_by=class_by
            )
            graphs[asked] = study.graph
            begun += 1
            if progress is not None:
                progress(Progress(begun, len(radii) * len(worlds)))
            yield study
