"""Texts that belong to points: where they go on a page so that they touch neither one another nor what is drawn."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from priorsim.figures.page import F64, FAINT, INK, use_fonts_for

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


class Label(NamedTuple):
    """A text that belongs to a point in data coordinates; `towards` are its preferred directions in degrees."""

    text: str
    at: tuple[float, float]
    towards: tuple[float, ...]


def place_labels(ax: Axes, labels: Sequence[Label], *, avoid: F64, guides: F64 = NOTHING) -> list[Annotation]:
    """Write labels inside axes that are laid out and have their final limits.

    Each takes the nearest free place; where none is free, the one that covers the fewest of the points to avoid.
    These, and guides, that a label had better not cover, but may, are in data coordinates, shape (n, 2).
    """
    point = ax.figure.dpi / 72
    frame = ax.get_window_extent().padded(-3 * point)
    obstacles, aside = (ax.transData.transform(each) if len(each) else each for each in (avoid, guides))
    taken: list[Bbox] = []
    every = []
    for text, at, towards in labels:
        look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZE, "color": INK, "path_effects": [HALO]}
        tie = {"arrowstyle": "-", "linewidth": 0.4, "color": FAINT, "shrinkA": 0, "shrinkB": 2}
        written = ax.annotate(text, at, xytext=(0, 0), textcoords="offset points", arrowprops=tie, **look)
        use_fonts_for(written)
        size = np.array(Text.get_window_extent(written).size)
        anchor, half = np.asarray(ax.transData.transform(at)), size / 2 + CLEARANCE * point
        best = math.inf
        for radius, angle in product(RADII, np.radians(towards)):
            off = np.array([np.cos(angle), np.sin(angle)]) * (radius * point + size / 2)
            line = anchor + np.linspace(0, 1, 30)[:, None] * off
            box = Bbox([anchor + off - half, anchor + off + half])
            is_outside = box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1
            clashes = sum(box.overlaps(other) + (_inside(line, other) > 0) for other in taken)
            covered = 10 * _inside(obstacles, box) + GUIDE_COST * _inside(aside, box)
            cost = 1e6 * is_outside + 1e4 * clashes + covered + DISTANCE_COST * radius
            if cost < best:
                best, shift, place, leader = cost, off, box, line
        written.xyann = tuple(shift / point)
        taken.append(place)
        if np.max(np.abs(shift) - half) / point > LEADER:
            obstacles = np.vstack([obstacles, leader])
        else:
            written.arrowprops = written.arrow_patch = None
        every.append(written)
    return every


def _inside(points: F64, box: Bbox) -> int:
    return int(np.all((points > box.min) & (points < box.max), axis=1).sum())


def covered_by(ax: Axes, text: Text) -> F64:
    """Points a few apart all over a text that is drawn, in data coordinates, for labels to avoid."""
    box = Text.get_window_extent(text)
    places = np.meshgrid(np.arange(box.x0, box.x1, 2 * SPACING), np.arange(box.y0, box.y1, 2 * SPACING))
    points: F64 = ax.transData.inverted().transform(np.column_stack([each.ravel() for each in places]))
    return points


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
