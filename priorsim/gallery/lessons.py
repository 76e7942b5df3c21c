"""Figures of learning: the log-odds and the accuracy by class, lesson by lesson."""

from collections.abc import Sequence

from priorsim import figures
from priorsim.errors import FigureError
from priorsim.gallery.words import CLASSES as CLASSES_SAID
from priorsim.gallery.words import counted, number, sentences, span
from priorsim.measure.histogram import CLASSES
from priorsim.measure.learning import ORDER_SEEDS, Learning, learning
from priorsim.measure.shares import Share
from priorsim.prior import named_prior
from priorsim.study import Study
from priorsim.worlds import World

PRIOR = "solomonoff"
ORDERS = (
    f"Lessons come in listed order, and averaged over {len(ORDER_SEEDS)} seeded orders; a lesson is a training lane "
    "or, in a "
    "world with hidden rules, all training lanes of a rule."
)


def _learning(study: Study, world: World) -> Learning:
    return learning(study.weighed(world, named_prior(PRIOR)), world)


def _float(share: Share | None) -> float | None:
    return None if share is None else float(share)


def lesson_odds(study: Study, worlds: Sequence[World]) -> figures.LessonOdds:
    """The log-odds of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    found = _learning(study, world)
    return figures.LessonOdds(
        world.name,
        PRIOR,
        found.unit,
        [point.lessons for point in found.listed],
        [(point.log_odds.low, point.log_odds.high) for point in found.listed],
        [(_float(point.log_odds[0].mean), _float(point.log_odds[1].mean)) for point in found.averaged],
    )


def odds_caption(odds: figures.LessonOdds) -> str:
    """What `lesson_odds` shows."""
    signs = [_sign(ends) for ends in odds.listed]
    changes = [
        f"{lessons}" for lessons, before, after in zip(odds.lessons[1:], signs, signs[1:], strict=False)
        if None not in (before, after) and before != after
    ]  # fmt: skip
    return sentences(
        f"Log-odds of search against direct code in the world {odds.world} after so many training {odds.unit}s, "
        "under the "
        f"{odds.prior} prior.",
        f"After {odds.lessons[0]} they are {span(odds.listed[0])} bits, after all {odds.lessons[-1]} "
        f"{span(odds.listed[-1])} "
        "bits, in listed order.",
        f"The side of more mass is another after {', '.join(changes)} {odds.unit}s than before."
        if changes
        else "The side of more mass never changes.",
        ORDERS,
        CLASSES_SAID,
    )


def _sign(ends: tuple[float | None, float | None]) -> bool | None:
    """Whether search holds more, wherever the disguised count; None where that decides, or nothing fits."""
    low, high = ends
    if low is None or high is None:
        return None
    return True if low > 0 else False if high < 0 else None


def curves(study: Study, worlds: Sequence[World]) -> figures.LearningCurves:
    """The held-out accuracy of each class of one world after 1, 2, 3, ... lessons."""
    (world,) = worlds
    if not world.held_out:
        raise FigureError(f"world {world.name} holds no lane out, so that there is no accuracy: choose another world")
    found = _learning(study, world)
    listed = {
        str(name): [_float(point.accuracy((kind,))) for point in found.listed] for kind, name in enumerate(CLASSES)
    }
    averaged = {
        str(name): [_float(point.accuracies[kind].mean) for point in found.averaged]
        for kind, name in enumerate(CLASSES)
    }
    return figures.LearningCurves(world.name, PRIOR, found.unit, [p.lessons for p in found.listed], listed, averaged)


def curves_caption(found: figures.LearningCurves) -> str:
    """What `curves` shows."""
    said = []
    for kind, values in found.averaged.items():
        reached = next(
            (n for n, value in zip(found.lessons, values, strict=True) if value is not None and value >= 0.9), None
        )
        last = values[-1]
        if all(value is None for value in values):
            said.append(f"No {kind} program fits.")
            continue
        when = "never comes to 90 %" if reached is None else f"comes to 90 % after {counted(reached, found.unit)}"
        end = "none is left in the end" if last is None else f"it ends at {number(100 * last)} %"
        said.append(f"On average the accuracy of {kind} programs {when}; {end}.")
    return sentences(
        f"Accuracy on the held-out lanes of the world {found.world}, averaged by mass within each class, after so many "
        f"training {found.unit}s, under the {found.prior} prior.",
        *said,
        ORDERS,
        CLASSES_SAID,
    )
