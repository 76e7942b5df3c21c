"""Log-odds of search against direct code: as the price of time grows, and lesson by lesson, with the held-out accuracy.

Drawn as a band: its lower edge counts the disguised programs as direct code, its upper edge as search
(docs/measures.md).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.text import Text

from priorsim.errors import FigureError
from priorsim.figures import page
from priorsim.figures.entry import OF_PRIOR, SHOWN_WORLDS, Data, Entry, Study, asked
from priorsim.figures.labels import NOTHING, Label, covered_by, dense, place_labels
from priorsim.figures.page import BAND, F64, FAINT, GAMMA, INK, LOOKS, SIDES, Ends, Look
from priorsim.formats import counted, finite, listed, no_program, number, percent, span
from priorsim.measure.by_bound import EARLIER_BITS, earlier_odds, keeps_sign
from priorsim.measure.crossover import crossovers
from priorsim.measure.histogram import CLASSES
from priorsim.measure.mass import ENDS, Interval, Share, log_odds_of
from priorsim.measure.off_training import ORDER_SEEDS, LearningAnswer, learning
from priorsim.priors import Prior, named_prior
from priorsim.worlds import World

SIMPLICITY = Prior("solomonoff")
Drift = tuple[float, float, float, bool]
"""A place across; the log-odds at the bound, and at one EARLIER_BITS less; and whether their sign has settled."""
GAMMAS = tuple(np.linspace(0, 2, 81).tolist())
TOWARDS = (60, 30, -120, 120, -60, 90, -90, 15, 165, -15, -165, 45, -45)
MOST_LABELS = 8
"""Crossovers beyond this number are marked, but not named."""


def gamma_data(study: Study, worlds: Sequence[World]) -> Data:
    """The log-odds of one world along gamma, under the study's prior where it has one."""
    cells, prior = study.histogram(worlds[0]), (study.prior or SIMPLICITY).with_values({"gamma": 0})
    along = [log_odds_of(cells, prior.with_values({"gamma": gamma})) for gamma in GAMMAS]
    named = [prior.with_values({"gamma": gamma}) for gamma in page.NAMED_GAMMAS.values()]
    within = (GAMMAS[0], GAMMAS[-1])
    low, high = (crossovers(cells, prior, end, within=within).roots for end in ENDS)
    ends = [(each.low, each.high) for each in along]
    drifts = _drifts((each.gamma, log_odds_of(cells, each), earlier_odds(cells, each)) for each in named)
    is_named = prior.is_length_and_time
    return curve_of(cells.world, cells.max_bits, GAMMAS, ends, low, high, is_named=is_named, drifts=drifts)


def _drifts(odds: Iterable[tuple[float, Interval, Interval]]) -> list[Drift]:
    """Where the log-odds at each place are and were, in the middle; those are left out where a side had no program."""
    found = [(at, _middle(now), _middle(earlier), keeps_sign(now, earlier)) for at, now, earlier in odds]
    return [drift for drift in found if all(map(math.isfinite, drift[1:3]))]


def _middle(ends: Interval) -> float:
    """NaN where an end is unknown."""
    return float(np.mean(page.finite([ends.low, ends.high])))


def curve_of(
    world: World,
    bound_bits: int,
    gammas: Sequence[float],
    log_odds: Sequence[Ends],
    crossovers_low: Sequence[float] = (),
    crossovers_high: Sequence[float] = (),
    *,
    is_named: bool = True,
    drifts: Sequence[Drift] = (),
) -> Data:
    """A curve over ascending gammas; `item` says whether a row is of the curve, a crossover or a named prior.

    The log-odds are in bits, infinite where the bound holds no program on one side, None where it holds none at all.
    The crossovers are every gamma at which the low, and the high end is 0. Drifts are of the middle of the two ends.
    Named are the priors that lie on the curve, where it is of l + gamma log2 t.
    """
    known = page.NAMED_GAMMAS if is_named else {}
    named = {name: gamma for name, gamma in known.items() if gammas[0] <= gamma <= gammas[-1]}
    rows: list[tuple[object, ...]] = [("curve", gamma, *ends) for gamma, ends in zip(gammas, log_odds, strict=True)]
    rows += [("crossover_low", gamma, 0.0, None) for gamma in crossovers_low]
    rows += [("crossover_high", gamma, None, 0.0) for gamma in crossovers_high]
    rows += [(name, gamma, None, None) for name, gamma in named.items()]
    facts: dict[str, Any] = {**asked(world), "bound_bits": bound_bits, "gammas": gammas, "log_odds": log_odds}
    roots = {"crossovers_low": crossovers_low, "crossovers_high": crossovers_high, "drifts": drifts}
    return Data("item gamma log_odds_low_bits log_odds_high_bits", rows, named=named, **facts, **roots)


@page.drawing(3.3)
def draw_gamma(curve: Data, ax: Axes) -> None:
    """Draw the log-odds against gamma as a band, with crossovers and named priors marked."""
    gammas = np.array(curve.gammas, dtype=np.float64)
    low, high = (page.finite([ends[side] for ends in curve.log_odds]) for side in (0, 1))
    page.frame_odds(ax, low, high, air=0.16)
    ax.set(xlim=(gammas[0], gammas[-1]), xlabel=page.PRICE)
    page.set_title(ax, curve.words, curve.world, f"up to {curve.bound_bits} bits")
    for gamma in curve.named.values():
        ax.axvline(gamma, color=FAINT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    _name_priors(ax, curve.named)
    texts = page.shade_sides(ax)
    handles = [*_band(ax, curve, gammas, low, high), *_tails(ax, curve.drifts)]
    page.legend_below(ax, handles, title="disguised programs counted" if handles else None)
    _crossovers(ax, curve, (gammas, low, high), texts)


def _tails(ax: Axes, drifts: Sequence[Drift]) -> list[Artist]:
    """The log-odds where they drift, their drift as a tail, hollow where it would undo the sign; and the legend."""
    look: dict[str, Any] = {"color": INK, "marker": "s", "markersize": 3.2}
    for at, now, earlier, settled in drifts:
        ax.plot([at, at], [earlier, now], color=INK, linewidth=2.4, alpha=0.35, zorder=3)
        ax.plot([at], [now], markerfacecolor=INK if settled else "white", zorder=4, clip_on=False, **look)
    handles: list[Artist] = [
        page.key(f"tail: drift since {EARLIER_BITS} bits less", color=INK, linewidth=2.4, alpha=0.35)
    ]
    if not all(settled for *_, settled in drifts):
        handles.append(page.key("hollow: not settled, the drift would undo the sign", **look, ls="none", mfc="white"))
    return handles if drifts else []


def _name_priors(ax: Axes, named: Mapping[str, float]) -> None:
    """Names of priors above the axes; within them where the figure was made elsewhere."""
    if page.is_guest(ax):
        for name, gamma in named.items():
            look: dict[str, Any] = {"rotation": 90, "va": "top", "ha": "left", "fontsize": 6, "color": INK}
            ax.text(gamma, 0.98, name, transform=ax.get_xaxis_transform(), clip_on=True, **look)
        return
    top_axis = ax.secondary_xaxis("top")
    top_axis.set_xticks(list(named.values()), list(named), rotation=35, ha="left", rotation_mode="anchor")
    top_axis.tick_params(length=2, pad=1, labelsize=6, labelcolor=INK)
    top_axis.spines["top"].set_visible(False)


def _band(ax: Axes, curve: Data, gammas: F64, low: F64, high: F64) -> list[Artist]:
    """The band and its edges, and what a legend says of them."""
    is_known = not (np.isnan(low).all() and np.isnan(high).all())
    if not is_known:
        page.say_inside(ax, _missing(curve), 0.72, color=INK)
        ax.set_yticks([0])
    elif np.array_equal(low, high, equal_nan=True):
        return list(ax.plot(gammas, low, color=INK, label=f"either way: none up to {curve.bound_bits} bits"))
    handles: list[Artist] = []
    first = curve.log_odds[0]
    is_same = first[0] == first[1]
    for side, ends in enumerate((low, high)):
        look, name = SIDES[side][0], ("as direct code", "as search")[side]
        if is_same and side == 0:
            continue
        if not np.isnan(ends).all():
            handles += ax.plot(gammas, ends, color=look.colour, linestyle=look.line, label=name)
        elif first[side] is not None:
            edge = (Look(INK, "o", "-"), "either way") if is_same else (look, name)
            handles.append(_arrows(ax, curve, first[side] > 0, *edge))
    handles.reverse()
    bottom, top = ax.get_ylim()
    floor = np.where([ends[0] == -math.inf for ends in curve.log_odds], bottom, low)
    ceiling = np.where([ends[1] == math.inf for ends in curve.log_odds], top, high)
    if is_known:
        ax.fill_between(gammas, floor, ceiling, color=BAND, linewidth=0, zorder=0.5)
        handles.append(Patch(facecolor=BAND, label="between: what disguised programs leave open"))
    return handles


def _arrows(ax: Axes, curve: Data, is_up: bool, look: Look, name: str) -> Artist:
    """Arrows along the edge of the axes where one end is infinite, and what a legend says of them."""
    style = look.style(3.5, marker="^" if is_up else "v", linestyle="none")
    places = np.linspace(curve.gammas[0], curve.gammas[-1], 15)[1:-4]  # At the right stands who wins.
    ax.plot(places, [0.97 if is_up else 0.03] * len(places), transform=ax.get_xaxis_transform(), **style)
    missing = "direct" if is_up else "search"
    return page.key(f"{name}: no {missing} program up to {curve.bound_bits} bits", **style)


def _missing(curve: Data) -> str:
    """In place of a curve: which programs there are none of."""
    low, high = curve.log_odds[0]
    if low is None or high is None:
        return f"no program up to {curve.bound_bits} bits fits"
    if low == high:
        missing = "search" if low < 0 else "direct"
        return f"no {missing} or disguised program up to {curve.bound_bits} bits:\nthe odds are unknown"
    return f"only disguised programs up to {curve.bound_bits} bits:\nthe odds are open to both sides"


def _crossovers(ax: Axes, curve: Data, lines: tuple[F64, F64, F64], texts: Sequence[Text]) -> None:
    """A mark and a label for each crossover, beside the lines and texts that are there."""
    gammas, *ends_of_band = lines
    every: list[float] = []
    for roots, face in ((curve.crossovers_low, INK), (curve.crossovers_high, "white")):
        here = [root for root in roots if gammas[0] <= root <= gammas[-1]]
        every += here
        if here:  # An empty line has an extent in the corner of the page and upsets the layout.
            look = Look(INK, "D", "none").style(3.6, markerfacecolor=face)
            ax.plot(here, [0.0] * len(here), zorder=5, clip_on=False, **look)
    if not every:
        return
    page.lay_out(page.figure_of(ax))
    drawn = [np.array([(gammas[0], 0.0), (gammas[-1], 0.0)])]
    drawn += [np.column_stack([gammas, ends])[~np.isnan(ends)] for ends in ends_of_band]
    covered = [covered_by(ax, text) for text in texts]
    guides = [dense(np.array([(gamma, y) for y in ax.get_ylim()]), ax) for gamma in curve.named.values()]
    named = {f"{GAMMA}* = {root:.3g}": root for root in sorted(every)}
    labels = [Label(text, (root, 0.0), TOWARDS) for text, root in [*named.items()][:MOST_LABELS]]
    avoid = np.vstack([*(dense(line, ax) for line in drawn), *covered])
    place_labels(ax, labels, avoid=avoid, guides=np.vstack([NOTHING, *guides]))


_known = partial(number, none="unknown")


def odds_said(ends: Ends, within: str) -> str:
    """Log-odds in words; unknown where a side has no program.

    >>> odds_said((1.0, 2.5), "up to 20 bits"), odds_said((math.inf, math.inf), "up to 20 bits")
    ('1 to 2.5 bits', 'unknown (no direct program up to 20 bits fits)')
    """
    low, high = ends
    missing = no_program(low, high)
    return f"unknown ({missing} {within} fits)" if missing else f"{span(finite(low), finite(high), _known)} bits"


def gamma_caption(curve: Data) -> str:
    """What the figure shows, with its numbers."""
    first, last, within = curve.gammas[0], curve.gammas[-1], f"up to {curve.bound_bits} bits"
    low, high = (
        "at no known gamma" if finite(end) is None else page.at_gammas(roots)
        for end, roots in zip(curve.log_odds[0], (curve.crossovers_low, curve.crossovers_high), strict=True)
    )
    return page.sentences(
        f"The log-odds of search against direct code are {odds_said(curve.log_odds[0], within)} at gamma {first:g} and "
        f"{odds_said(curve.log_odds[-1], within)} at gamma {last:g}.",
        f"Log-odds in the world {curve.world} as time gets dearer, over every code-only program of at most "
        f"{curve.bound_bits} bits that fits.",
        f"They cross 0 between these {low} with the disguised programs counted as direct code, {high} with them "
        "counted as search.",
        _unsettled(curve.drifts, page.at_gammas),
    )


def _unsettled(drifts: Sequence[Drift], where: Callable[[list[float]], str]) -> str:
    """At which places the sign has not settled, in a sentence; empty where it has at all of them."""
    places = [at for at, *_, is_settled in drifts if not is_settled]
    said = f"the drift since a bound {EARLIER_BITS} bits less would undo it"
    return f"Their sign has not settled {where(places)}: {said}." if places else ""


SHOWS = "log-odds as time gets dearer, and where they tip"
OF_GAMMA = Entry(
    "odds-against-gamma",
    SHOWS,
    gamma_data,
    draw_gamma,
    gamma_caption,
    SHOWN_WORLDS,
    is_of_one=True,
    takes=OF_PRIOR,
    over=("gamma",),
)


# After so many training lanes or rules.
PRIOR = "solomonoff"
ORDERS = (
    f"Lessons come in listed order, and averaged over {len(ORDER_SEEDS)} seeded orders; a lesson is a training lane "
    "or, in a world with hidden rules, all training lanes of a rule."
)
OF_ODDS = ("odds-against-lessons", "posterior odds against the number of training lanes or rules")
ODDS = (
    "{}s log_odds_listed_low_bits log_odds_listed_high_bits log_odds_averaged_low_bits log_odds_averaged_high_bits "
    "earlier_low_bits earlier_high_bits settled"
)
"""Lessons; the log-odds in listed order, infinite where a side has no fitting program left and None where neither has;
their means over the seeded orders in which they are finite, None where they are in none; and in listed order the
log-odds at B - 4, and whether the sign of both ends has settled."""
OF_ACCURACY = ("learning-curves", "held-out accuracy by class against the number of training lanes or rules")
ACCURACY = "{}s " + " ".join(f"accuracy_{kind}_{order}" for order in ("listed", "averaged") for kind in CLASSES)
"""Lessons; by class the mass-weighted share of held-out lanes that is right, in listed order and averaged over the
seeded orders, None where the class is empty."""


def _prior_of(study: Study) -> Prior:
    return study.prior or named_prior(PRIOR)


def _lessons_of(study: Study, world: World, max_bits: int | None = None) -> LearningAnswer:
    return learning(study.weighed(world, _prior_of(study), max_bits), world)


def _facts(study: Study, world: World, found: LearningAnswer) -> dict[str, Any]:
    facts = {"prior": _prior_of(study).name, "unit": found.unit, "bound_bits": study.header(world).max_bits}
    return {**asked(world), **facts}


def _as_float(share: Share | None) -> float | None:
    return None if share is None else float(share)


def _frame(ax: Axes, found: Data) -> None:
    """Set up the title, and the axis across: the number of lessons, in whole numbers."""
    lessons = found[f"{found.unit}s"]
    ax.set(xlabel=f"training {found.unit}s (number)", xlim=(lessons[0] - 0.3, lessons[-1] + 0.3))
    page.whole_numbers(ax, "x", min_n_ticks=1)
    page.set_title(ax, found.words, found.world, f"{found.prior} prior, up to {found.bound_bits} bits")


def odds_data(study: Study, worlds: Sequence[World]) -> Data:
    """The log-odds of one world after 1, 2, 3, ... lessons, and at a smaller bound."""
    (world,) = worlds
    earlier_bits = max(study.header(world).max_bits - EARLIER_BITS, 1)
    found, before = _lessons_of(study, world), _lessons_of(study, world, earlier_bits)
    rows = []
    for point, means, earlier in zip(found.listed, found.averaged, before.listed, strict=True):
        now, then = point.log_odds, earlier.log_odds
        averaged = [_as_float(end.mean) for end in means.log_odds]
        rows.append((point.lessons, now.low, now.high, *averaged, then.low, then.high, keeps_sign(now, then)))
    return Data(ODDS.format(found.unit), rows, **_facts(study, world, found))


def _drifts_of(odds: Data) -> list[Drift]:
    return _drifts((row[0], Interval(*row[1:3]), Interval(*row[5:7])) for row in odds.rows)


@page.drawing(2.9)
def draw_odds(odds: Data, ax: Axes) -> None:
    """Draw the log-odds against the number of training lanes or rules; arrows where one side is left alone."""
    lessons, *ends = zip(*(row[:5] for row in odds.rows), strict=True)
    low, high, *means = map(page.finite, ends)
    drifts = _drifts_of(odds)
    page.frame_odds(ax, low, high, *means, np.array([earlier for _, _, earlier, _ in drifts]), air=0.12)
    ax.fill_between(lessons, low, high, color=BAND, linewidth=0, zorder=0.5)
    handles: list[Artist] = []
    for line, mean, side, (look, name) in zip((low, high), means, ends, SIDES, strict=False):
        handles += ax.plot(lessons, line, label=f"listed order, {name}", **look.style(3.4, marker="_"))
        ax.plot(lessons, mean, color=look.colour, linewidth=0.6, ls=look.line)
        for x, end in zip(lessons, side, strict=True):
            if end is not None and math.isinf(end):
                y, marker = (0.97, "^") if end > 0 else (0.03, "v")
                at_edge = look.style(3.4, marker=marker, linestyle="none")
                ax.plot([x], [y], transform=ax.get_xaxis_transform(), **at_edge)
    handles.append(page.key("thin: mean of 20 seeded orders, where finite", color=INK, linewidth=0.6))
    handles += _tails(ax, drifts)
    if any(end is not None and math.isinf(end) for side in ends[:2] for end in side):
        handles.append(page.key("only one side left", ls="none", marker="^", color=INK, markersize=3))
    _frame(ax, odds)
    page.legend_below(ax, handles)


def odds_caption(odds: Data) -> str:
    """What the figure shows, with its numbers."""
    lessons, ends = [row[0] for row in odds.rows], [row[1:3] for row in odds.rows]
    fits = f"up to {odds.bound_bits} bits"
    signs = [_sign(*each) for each in ends]
    changes = [
        f"{after}"
        for after, old, new in zip(lessons[1:], signs, signs[1:], strict=False)
        if None not in (old, new) and old != new
    ]
    return page.sentences(
        f"The log-odds of search against direct code are {odds_said(ends[0], fits)} after {lessons[0]} training "
        f"{odds.unit}, and {odds_said(ends[-1], fits)} after all {lessons[-1]}, in listed order.",
        f"Log-odds in the world {odds.world} after so many training {odds.unit}s, over every code-only program of at "
        f"most {odds.bound_bits} bits that fits, under the {odds.prior} prior.",
        _unsettled(_drifts_of(odds), lambda places: f"after {listed(places)} {odds.unit}s"),
        f"The side of more mass is another after {', '.join(changes)} {odds.unit}s than before."
        if changes
        else "The side of more mass never changes."
        if any(sign is not None for sign in signs)
        else "Which side has more mass is unknown.",
        ORDERS,
    )


def _sign(low: float | None, high: float | None) -> bool | None:
    """Whether search holds more, wherever the disguised count; None where that decides, or a side has no program."""
    low, high = finite(low), finite(high)
    if low is None or high is None:
        return None
    return True if low > 0 else False if high < 0 else None


def accuracy_data(study: Study, worlds: Sequence[World]) -> Data:
    """The held-out accuracy of each class of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    if not world.held_out:
        raise FigureError(f"world {world.name} holds no lane out, so that there is no accuracy: choose another world")
    found, rows = _lessons_of(study, world), []
    for point, means in zip(found.listed, found.averaged, strict=True):
        averaged = [each.mean for each in means.accuracy]
        rows.append((point.lessons, *map(_as_float, [*list(point.accuracy)[1:], *averaged[1:]])))
    return Data(ACCURACY.format(found.unit), rows, **_facts(study, world, found))


@page.drawing(2.9)
def draw_accuracy(curves: Data, ax: Axes) -> None:
    """Draw held-out accuracy by class: thick in listed order, thin averaged over the seeded orders."""
    ax.axhspan(0.9, 1.0, color=BAND, alpha=0.5, linewidth=0, zorder=0)
    lessons = curves[f"{curves.unit}s"]
    handles: list[Artist] = []
    for kind in CLASSES:
        look, values = LOOKS[kind], curves[f"accuracy_{kind}_listed"]
        text = f"{kind}: none fits" if set(values) == {None} else str(kind)
        handles += ax.plot(lessons, page.finite(values), label=text, zorder=3, **look.style(3.4))
        averaged = page.finite(curves[f"accuracy_{kind}_averaged"])
        ax.plot(lessons, averaged, color=look.colour, linewidth=0.6, ls=look.line)
    handles.append(page.key("thin: 20 seeded orders", color=INK, linewidth=0.6))
    handles.append(Patch(facecolor=BAND, alpha=0.5, label="90 % and more"))
    ax.set(ylim=(-0.03, 1.03), ylabel="held-out accuracy (share of lanes)")
    _frame(ax, curves)
    page.legend_below(ax, handles, ncols=2)


def accuracy_caption(curves: Data) -> str:
    """What the figure shows, with its numbers."""
    said = []
    for kind in reversed(CLASSES):
        values = curves[f"accuracy_{kind}_averaged"]
        if set(values) == {None}:
            said.append(f"No {kind} program fits.")
            continue
        reached = next((row[0] for row, value in zip(curves.rows, values, strict=True) if (value or 0) >= 0.9), None)
        when = "never comes to 90 %" if reached is None else f"comes to 90 % after {counted(reached, curves.unit)}"
        end = "none is left in the end" if values[-1] is None else f"it ends at {percent(values[-1], '.3g')}"
        said.append(f"On average the accuracy of {kind} programs {when}; {end}.")
    return page.sentences(
        *said,
        f"Accuracy on the held-out lanes of the world {curves.world}, averaged by mass within each class, after so "
        f"many training {curves.unit}s, over every code-only program of at most {curves.bound_bits} bits, under the "
        f"{curves.prior} prior.",
        ORDERS,
    )


WORLDS = ("root-w3",)
RULES = ("in-context.w3-words-complement-product-r8-q2",)
OF_LESSONS = (
    Entry(*OF_ODDS, odds_data, draw_odds, odds_caption, WORLDS, is_of_one=True, takes=OF_PRIOR),
    Entry(*OF_ACCURACY, accuracy_data, draw_accuracy, accuracy_caption, RULES, is_of_one=True, takes=OF_PRIOR),
)
