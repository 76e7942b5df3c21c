"""Texts that belong to points: where they go on a page so that they touch neither one another nor what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from priorsim.figures.fonts import use_fonts_for
from priorsim.figures.page import F64, FAINT, INK

RADII = (7.0, 11.0, 16.0, 22.0, 29.0, 37.0, 46.0, 56.0)
"""Points between a label and what it belongs to, nearest first."""
LEADER = 13.0
"""Labels farther off than this are tied to their point by a thin line."""
CLEARANCE, SIZE, SPACING = 1.5, 6.5, 2.0
"""Points around a text, of its letters, and pixels or so between the points on a line."""
DISTANCE_COST, GUIDE_COST = 0.15, 0.3
"""What a point of distance, and a guide's point under a label, cost beside 10 for a point to avoid."""
HALO = withStroke(linewidth=1.5, foreground="white")
NOTHING: F64 = np.empty((0, 2))


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a point in data coordinates; `towards` are its preferred directions in degrees."""

    text: str
    at: tuple[float, float]
    towards: tuple[float, ...]


def place_labels(ax: Axes, labels: Sequence[Label], *, avoid: F64, guides: F64 = NOTHING) -> list[Annotation]:
    """Write labels inside axes that are laid out and have their final limits.

    Each takes the nearest free place; where none is free, the one that covers the fewest of the points to avoid.
    These, and guides, that a label had better not cover, but may, are in data coordinates, shape (n, 2).
    """
    place = _Places(ax, avoid, guides)
    return [place.write(label) for label in labels]


class _Places:
    """What a label must stay inside of, and off, in pixels."""

    def __init__(self, ax: Axes, avoid: F64, guides: F64) -> None:
        self.ax = ax
        self.point = ax.figure.dpi / 72
        self.frame = ax.get_window_extent().padded(-3 * self.point)
        self.obstacles, self.guides = (ax.transData.transform(each) if len(each) else each for each in (avoid, guides))
        self.taken: list[Bbox] = []

    def cost(self, box: Bbox, leader: F64) -> float:
        """More the more a label covers; leaving the frame or covering another label is worst."""
        frame = self.frame
        is_outside = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
        overlaps = sum(bool(box.overlaps(other)) for other in self.taken)
        crossed = sum(_inside(leader, other) > 0 for other in self.taken)
        covered = 10 * _inside(self.obstacles, box) + GUIDE_COST * _inside(self.guides, box)
        return float(1e6 * is_outside + 1e4 * (overlaps + crossed) + covered)

    def write(self, label: Label) -> Annotation:
        """Write one label at its nearest free place, which is taken then."""
        probe = self.ax.annotate(label.text, label.at, fontsize=SIZE)
        use_fonts_for(probe)
        extent = probe.get_window_extent()
        probe.remove()
        anchor = np.asarray(self.ax.transData.transform(label.at))
        half = np.array([extent.width, extent.height]) / 2 + CLEARANCE * self.point
        places = []
        for radius in RADII:
            for angle in np.radians(label.towards):
                off = radius * self.point + np.array([extent.width / 2, extent.height / 2])
                shift = np.array([np.cos(angle), np.sin(angle)]) * off
                leader = anchor + np.linspace(0, 1, 30)[:, None] * shift
                box = Bbox([anchor + shift - half, anchor + shift + half])
                places.append((self.cost(box, leader) + DISTANCE_COST * radius, shift, box, leader))
        _, shift, box, leader = min(places, key=lambda place: place[0])
        is_far = float(np.max(np.abs(shift) - half)) / self.point > LEADER
        self.taken.append(box)
        if is_far:
            self.obstacles = np.vstack([self.obstacles, leader])
        tie = {"arrowstyle": "-", "linewidth": 0.4, "color": FAINT, "shrinkA": 0, "shrinkB": 2}
        written = self.ax.annotate(
            label.text,
            label.at,
            xytext=tuple(shift / self.point),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SIZE,
            color=INK,
            path_effects=[HALO],
            arrowprops=tie if is_far else None,
        )
        use_fonts_for(written)
        return written


def _inside(points: F64, box: Bbox) -> int:
    return int(np.all((points > box.min) & (points < box.max), axis=1).sum())


def dense(line: F64, ax: Axes) -> F64:
    """Points at most SPACING apart on a line through points, in data coordinates, shape (n, 2)."""
    if len(line) < 2:
        return line
    pixels = ax.transData.transform(line)
    lengths = np.hypot(*np.diff(pixels, axis=0).T)
    parts = [
        np.linspace(start, end, int(length // SPACING) + 1, endpoint=False)
        for start, end, length in zip(pixels[:-1], pixels[1:], lengths, strict=True)
    ]
    points: F64 = ax.transData.inverted().transform(np.vstack([*parts, pixels[-1:]]))
    return points
