"""Log-odds of search against direct code as the price of time grows, and where they tip.

Drawn as a band: its lower edge counts the disguised programs as direct code, its upper edge as search
(docs/measures.md). Nothing is computed here; the curve comes from a sweep over gamma.
"""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from priorsim.figures.entry import SHOWN_WORLDS, Data, Entry, Study
from priorsim.figures.page import (
    BAND,
    F64,
    FAINT,
    GAMMA,
    INK,
    LOOKS,
    Ends,
    Label,
    Look,
    dense,
    drawing,
    finite,
    key,
    legend_below,
    named_gammas,
    place_labels,
    set_title,
    settle,
)
from priorsim.figures.words import CLASSES as CLASSES_SAID
from priorsim.figures.words import at_gammas, sentences
from priorsim.formats import span
from priorsim.measure.crossover import crossovers
from priorsim.measure.mass import ENDS, log_odds_of
from priorsim.mu.lesions import ProgramClass
from priorsim.priors import Prior
from priorsim.worlds import World

SIMPLICITY = Prior("solomonoff")
GAMMAS = tuple(np.linspace(0, 2, 81).tolist())
EDGES = ((LOOKS[ProgramClass.DIRECT], "as direct code"), (LOOKS[ProgramClass.SEARCH], "as search"))
EITHER = (Look(INK, "o", "-"), "either way")
"""How the low and the high end are drawn, and on which side the disguised programs then stand."""
TOWARDS = (60, 30, -120, 120, -60, 90, -90, 15, 165, -15, -165, 45, -45)
CLOSE = 20.0
"""Crossovers fewer points apart share a label."""
MOST_LABELS = 8
"""Crossovers beyond this number are marked, but not named."""


def data(study: Study, worlds: Sequence[World]) -> Data:
    """The log-odds of one world along gamma."""
    counted = study.histogram(worlds[0])
    along = [log_odds_of(counted, SIMPLICITY.with_values({"gamma": gamma})) for gamma in GAMMAS]
    within = (GAMMAS[0], GAMMAS[-1])
    low, high = (crossovers(counted, SIMPLICITY, end, within=within).values for end in ENDS)
    return curve_of(counted.world.name, counted.max_bits, GAMMAS, [(each.low, each.high) for each in along], low, high)


def curve_of(
    world: str,
    bound_bits: int,
    gammas: Sequence[float],
    log_odds: Sequence[Ends],
    crossovers_low: Sequence[float] = (),
    crossovers_high: Sequence[float] = (),
    prior: Prior = SIMPLICITY,
) -> Data:
    """A curve over ascending gammas; `item` says whether a row is of the curve, a crossover or a named prior.

    The log-odds are in bits, infinite where the bound holds no program on one side, None where it holds none at all.
    The crossovers are every gamma at which the low, and the high end is 0. Named are the priors that lie on the curve:
    those that agree with this one in all but gamma.
    """
    named = {name: gamma for name, gamma in named_gammas(prior).items() if gammas[0] <= gamma <= gammas[-1]}
    rows: list[tuple[object, ...]] = [("curve", gamma, *ends) for gamma, ends in zip(gammas, log_odds, strict=True)]
    rows += [("crossover_low", gamma, 0.0, None) for gamma in crossovers_low]
    rows += [("crossover_high", gamma, None, 0.0) for gamma in crossovers_high]
    rows += [(name, gamma, None, None) for name, gamma in named.items()]
    return Data(
        "item gamma log_odds_low_bits log_odds_high_bits",
        rows,
        world=world,
        bound_bits=bound_bits,
        gammas=gammas,
        log_odds=log_odds,
        crossovers_low=crossovers_low,
        crossovers_high=crossovers_high,
        named=named,
    )


@drawing(2.9)
def draw(curve: Data, ax: Axes) -> None:
    """Draw the log-odds against gamma as a band, with crossovers and named priors marked."""
    gammas = np.array(curve.gammas, dtype=np.float64)
    low, high = (finite([ends[side] for ends in curve.log_odds]) for side in (0, 1))
    _frame(ax, curve, low, high)
    handles = _band(ax, curve, gammas, low, high)
    legend_below(ax, handles, title="disguised programs counted" if handles else None)
    _crossovers(ax, curve, gammas, low, high)


def _frame(ax: Axes, curve: Data, low: F64, high: F64) -> None:
    known = np.concatenate([low, high, [0.0]])
    bottom, top = float(np.nanmin(known)), float(np.nanmax(known))
    margin = max(0.16 * (top - bottom), 1.0)
    ax.set_ylim(bottom - margin, top + margin)
    ax.set_xlim(curve.gammas[0], curve.gammas[-1])
    ax.axhline(0, color=INK, linewidth=0.6, zorder=1)
    ax.set_xlabel(f"{GAMMA}, price of time (bits per doubling of mean steps)")
    ax.set_ylabel("log₂ odds, search : direct (bits)")
    set_title(ax, curve.world, f"up to {curve.bound_bits} bits")
    named = curve.named
    for gamma in named.values():
        ax.axvline(gamma, color=FAINT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    top_axis = ax.secondary_xaxis("top")
    top_axis.set_xticks(list(named.values()), list(named), rotation=35, ha="left", rotation_mode="anchor")
    top_axis.tick_params(length=2, pad=1, labelsize=6, labelcolor=INK)
    top_axis.spines["top"].set_visible(False)


def _band(ax: Axes, curve: Data, gammas: F64, low: F64, high: F64) -> list[Artist]:
    """The band and its edges, and what a legend says of them."""
    is_known = not (np.isnan(low).all() and np.isnan(high).all())
    if not is_known:
        _words(ax, curve)
    if is_known and np.array_equal(low, high, equal_nan=True):
        text = f"either way: none up to {curve.bound_bits} bits"
        (line,) = ax.plot(gammas, low, color=INK, label=text)
        return [line]
    handles: list[Artist] = []
    is_same = curve.log_odds[0][0] == curve.log_odds[0][1]
    for ends, side in ((low, 0), (high, 1)):
        if is_same and side == 0:
            continue
        if not np.isnan(ends).all():
            look, name = EDGES[side]
            handles += ax.plot(gammas, ends, color=look.colour, linestyle=look.line, label=name)
        elif curve.log_odds[0][side] is not None:
            handles.append(_arrows(ax, curve, side, (EITHER if is_same else EDGES[side])))
    handles.reverse()
    bottom, top = ax.get_ylim()
    floor = np.where([ends[0] == -math.inf for ends in curve.log_odds], bottom, low)
    ceiling = np.where([ends[1] == math.inf for ends in curve.log_odds], top, high)
    if is_known:
        ax.fill_between(gammas, floor, ceiling, color=BAND, linewidth=0, zorder=0.5)
        handles.append(Patch(facecolor=BAND, label="between: what disguised programs leave open"))
    return handles


def _arrows(ax: Axes, curve: Data, side: int, edge: tuple[Look, str]) -> Artist:
    """Arrows along the edge of the axes where one end is infinite, and what a legend says of them."""
    look, name = edge
    is_up = (curve.log_odds[0][side] or 0) > 0
    style = look.style(3.5, marker="^" if is_up else "v", linestyle="none")
    places = np.linspace(curve.gammas[0], curve.gammas[-1], 15)[1:-1]
    ax.plot(places, [0.97 if is_up else 0.03] * len(places), transform=ax.get_xaxis_transform(), **style)
    missing = "direct" if is_up else "search"
    return key(f"{name}: no {missing} program up to {curve.bound_bits} bits", **style)


def _words(ax: Axes, curve: Data) -> None:
    """In place of a curve: which programs there are none of."""
    ends = curve.log_odds[0]
    if None in ends:
        text = f"no program up to {curve.bound_bits} bits fits"
    elif ends[0] == ends[1]:
        missing = "search" if ends[0] == -math.inf else "direct"
        text = f"no {missing} or disguised program up to {curve.bound_bits} bits:\nthe odds have one side only"
    else:
        text = f"only disguised programs up to {curve.bound_bits} bits:\nthe odds are open to both sides"
    ax.text(0.5, 0.72, text, transform=ax.transAxes, ha="center", va="center", color=INK)
    ax.set_yticks([0])


def _crossovers(ax: Axes, curve: Data, gammas: F64, low: F64, high: F64) -> None:
    at_low, at_high = (
        [root for root in roots if gammas[0] <= root <= gammas[-1]]
        for roots in (curve.crossovers_low, curve.crossovers_high)
    )
    for roots, face in ((at_low, INK), (at_high, "white")):
        if roots:  # An empty line has an extent in the corner of the page and upsets the layout.
            look = Look(INK, "D", "none").style(3.6, markerfacecolor=face)
            ax.plot(roots, [0.0] * len(roots), zorder=5, clip_on=False, **look)
    if not at_low and not at_high:
        return
    settle(ax)
    lines = [dense(np.array([gammas[0], gammas[-1]]), np.zeros(2), ax)]
    for ends in (low, high):
        is_there = ~np.isnan(ends)
        lines.append(dense(gammas[is_there], ends[is_there], ax))
    guides = [dense(np.array([gamma, gamma]), np.array(ax.get_ylim()), ax) for gamma in curve.named.values()]
    place_labels(
        ax,
        _names(ax, sorted({*at_low, *at_high}))[:MOST_LABELS],
        avoid=np.vstack(lines),
        guides=np.vstack(guides) if guides else None,
    )


def _names(ax: Axes, roots: Sequence[float]) -> list[Label]:
    """A label for each crossover, one for several that lie close together on the page."""
    pixels = [float(ax.transData.transform((root, 0.0))[0]) for root in roots]
    groups: list[list[int]] = []
    for place in range(len(roots)):
        if groups and pixels[place] - pixels[groups[-1][-1]] < CLOSE * ax.figure.dpi / 72:
            groups[-1].append(place)
        else:
            groups.append([place])
    labels = []
    for group in groups:
        values = ", ".join(dict.fromkeys(f"{roots[place]:.3g}" for place in group))
        labels.append(Label(f"{GAMMA}* = {values}", (roots[group[-1]], 0.0), TOWARDS))
    return labels


def caption(curve: Data) -> str:
    """What the figure shows, with its numbers."""
    first, last = curve.gammas[0], curve.gammas[-1]
    return sentences(
        f"Log-odds of search against direct code in the world {curve.world} as time gets dearer, over every code-only "
        f"program of at most {curve.bound_bits} bits that fits.",
        f"At gamma {first:g} they are {span(*curve.log_odds[0])} bits, at gamma {last:g} {span(*curve.log_odds[-1])} "
        "bits.",
        f"They cross 0 between these {at_gammas(curve.crossovers_low)} with the disguised programs counted as direct "
        f"code, {at_gammas(curve.crossovers_high)} with them counted as search.",
        CLASSES_SAID,
    )


FIGURE = Entry(
    "odds-against-gamma",
    "log-odds as time gets dearer, and where they tip",
    data,
    draw,
    caption,
    worlds=SHOWN_WORLDS,
    is_of_one=True,
)
