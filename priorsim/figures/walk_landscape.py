"""The landscape that edit walks go down: programs by loss and class, and the main flows between them.

A circle is all programs of one loss and class: its size the chance that a walk passes them, the dark part
of it the chance that it ends there. Arrows are moves, as wide as they are likely.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from priorsim.figures.page import FAINT, INK, LOOKS, Columns, Width, axes_or_new
from priorsim.figures.walks import Walks

LEAST_SHOWN = 1e-6
"""Circles of less chance would not be seen; their numbers are in the table."""

LEAST_TOLD = 0.005
"""Ends of less chance are not told in figures."""

MOST_ARROWS = 14
_AREA = 900.0
_ROOM = 0.55


@dataclass(frozen=True, slots=True)
class Place:
    """Programs of one loss and class.

    Attributes
    ----------
    loss : int
    kind : str
        'direct', 'disguised' or 'search'.
    passed, ends : float
        Chance that a walk passes them, and that it ends there.
    """

    loss: int
    kind: str
    passed: float
    ends: float


@dataclass(frozen=True, slots=True)
class WalkLandscape:
    """A landscape and the walks on it.

    Attributes
    ----------
    walks : Walks
    unit : str
        What the loss counts.
    places : sequence of Place
    flows : sequence of (int, int, float)
        From place, to place, chance of a move between them.
    """

    walks: Walks
    unit: str
    places: Sequence[Place]
    flows: Sequence[tuple[int, int, float]]

    def columns(self) -> Columns:
        """The plotted numbers: the places, then the flows between them."""
        rows: list[tuple[object, ...]] = [
            ("place", each.loss, each.kind, None, None, each.passed, each.ends) for each in self.places
        ]
        for source, target, chance in self.flows:
            a, b = self.places[source], self.places[target]
            rows.append(("flow", a.loss, a.kind, b.loss, b.kind, chance, None))
        names = ("item", "loss", "class", "to_loss", "to_class", "chance", "ends")
        return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def walk_landscape(landscape: WalkLandscape, *, ax: Axes | None = None, width: Width = "double") -> Axes:
    """Draw a landscape: loss falls to the right, classes one above the other.

    Parameters
    ----------
    landscape : WalkLandscape
    ax : Axes, optional
        By default those of a new figure.
    width : 'single' or 'double'
        Of the new figure.
    """
    with axes_or_new(ax, width, 3.0) as axes:
        kinds = [kind for kind in LOOKS if any(place.kind == kind for place in landscape.places)]
        losses = [place.loss for place in landscape.places] or [0]
        axes.set_xlim(max(losses) + 0.7, min(losses) - 0.7)
        axes.set_ylim(-1.2, len(kinds) - 1 + _ROOM)
        axes.set_xticks(range(min(losses), max(losses) + 1))
        axes.set_yticks(range(len(kinds)), kinds)
        axes.set_xlabel(f"loss ({landscape.unit}): walks go to the right")
        axes.set_ylabel("class of the program")
        axes.set_title(landscape.walks.title)
        _arrows(axes, landscape, kinds)
        for place in landscape.places:
            if place.passed >= LEAST_SHOWN:
                _circle(axes, place, kinds.index(place.kind))
        _key(axes)
        return axes


def _area(chance: float) -> float:
    """Points squared; by the square root of the chance, so that rare classes are seen."""
    return _AREA * float(np.sqrt(chance))


def _circle(ax: Axes, place: Place, row: int) -> None:
    colour = LOOKS[place.kind].colour
    ax.scatter([place.loss], [row], s=_area(place.passed), facecolor="white", edgecolor=colour, linewidth=0.8, zorder=3)
    if place.ends >= LEAST_SHOWN:
        ax.scatter([place.loss], [row], s=_area(place.ends), facecolor=colour, edgecolor="none", alpha=0.75, zorder=4)
    if place.ends >= LEAST_TOLD:
        below = -3 - np.sqrt(_area(place.passed)) / 2
        ax.annotate(
            f"{100 * place.ends:.2g} % end",
            (place.loss, row),
            xytext=(0, below),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=6,
            path_effects=[withStroke(linewidth=1.5, foreground="white")],
            zorder=5,
        )


def _arrows(ax: Axes, landscape: WalkLandscape, kinds: Sequence[str]) -> None:
    largest = sorted(landscape.flows, key=lambda flow: -flow[2])
    main = largest[:MOST_ARROWS]
    # Beside the widest flows the likeliest into or out of each other class, or nothing of it would be seen.
    for kind in kinds[1:]:
        touching = [f for f in largest if kind in (landscape.places[f[0]].kind, landscape.places[f[1]].kind)]
        main += [flow for flow in touching[:3] if flow not in main]
    for source, target, chance in main:
        a, b = landscape.places[source], landscape.places[target]
        start, end = (a.loss, kinds.index(a.kind)), (b.loss, kinds.index(b.kind))
        # Longer jumps bow farther, so that arrows of one row lie apart.
        bow = -0.18 - 0.03 * (a.loss - b.loss) if a.kind == b.kind else 0.05
        ax.add_patch(
            FancyArrowPatch(
                start,
                end,
                connectionstyle=f"arc3,rad={bow}",
                arrowstyle="-|>",
                mutation_scale=7,
                linewidth=0.4 + 5 * chance,
                color=INK if a.kind == b.kind else LOOKS[b.kind].colour,
                alpha=0.55,
                shrinkA=0.5 * np.sqrt(_area(a.passed)),
                shrinkB=0.5 * np.sqrt(_area(b.passed)),
                zorder=2,
            )
        )


def _key(ax: Axes) -> None:
    """What circle sizes mean, in the free strip at the bottom."""
    low, high = ax.get_xlim()
    y = ax.get_ylim()[0] + 0.22
    for number, chance in enumerate((0.1, 0.001, 0.00001)):
        x = low + (high - low) * (0.055 + 0.17 * number)
        ax.scatter([x], [y], s=_area(chance), facecolor="white", edgecolor=FAINT, linewidth=0.8)
        ax.annotate(
            f"{100 * chance:g} % pass", (x, y), xytext=(15, 0), textcoords="offset points", va="center", fontsize=6
        )
    x = low + (high - low) * 0.58
    ax.annotate("dark: walks that end there", (x, y), va="center", fontsize=6)
