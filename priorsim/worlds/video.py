"""Video worlds: two frames are seen, the third is asked for.

A hidden rule r leads from each frame to the next: o1 and o2 = step(o1, r), the context columns, are seen, and
step(o2, r) is the output. Lanes are all (rule, first frame) pairs; the last rules are held out with all theirs.
"""

from collections.abc import Callable, Sequence

from priorsim.errors import WorldError
from priorsim.mu.domain import Domain
from priorsim.worlds.family import WORD_BITS, Family, Formula, Knob, Setting
from priorsim.worlds.in_context import RULES, fitting, held_out_rules, hidden_rule_world, seen_knob
from priorsim.worlds.world import World


def video_world(
    name: str,
    word_bits: int,
    *,
    rules: Sequence[int],
    frames: Sequence[int],
    step: Callable[[int, int], int],
    held_out_rules: int = 1,
    dialect: str = "arith",
    description: str = "",
) -> World:
    """The world in which two frames are seen and the third is asked for; `step(o, r)` is taken modulo 2^w.

    Lanes are listed by frames, so that films of different rules share a domain. WorldError says that two rules show the
    same, or that no rule is left to train on.
    """
    size = 2**word_bits
    films = sorted((frame, step(frame, rule) % size, rule) for rule in rules for frame in frames)
    pairs = tuple((first, second) for first, second, _ in films)
    if len(set(pairs)) != len(films):
        raise WorldError(f"world {name}: two rules show the same frames: choose rules that step shows differently")
    domain = Domain(word_bits, pairs, ("o1", "o2"), ("o1", "o2"))
    lanes = [(rule, step(second, rule)) for _, second, rule in films]
    return hidden_rule_world(
        name, domain, lanes, rules, held_out_rules, family="video", dialect=dialect, description=description
    )


MOTIONS = {
    "ratio": Formula(lambda o, r: r * o, "r times the last"),
    "growth": Formula(lambda o, r: r * o * o, "r times the last's square"),
    "drift": Formula(lambda o, r: o + r, "the last plus r"),
    "swing": Formula(lambda o, r: o * o + r, "the last's square plus r"),
    "mirror": Formula(lambda o, r: r - o, "r minus the last"),
    "triple": Formula(lambda o, r: 3 * o + r, "three times the last, plus r"),
    "congruential": Formula(lambda o, r: r * o + 1, "r times the last, plus 1"),
    "compound": Formula(lambda o, r: r * (o + 1), "r times one more than the last"),
    "logistic": Formula(lambda o, r: r * o * (o + 1), "r times the last times one more than it"),
    "power": Formula(lambda o, r: r**o, "r to the last"),
}
"""Steps from frame to frame."""

SCREENS = {
    (2, "words"): (0, 1, 2, 3),
    (3, "words"): (0, 1, 2, 3, 4, 5, 6, 7),
    (3, "odds"): (1, 3, 5, 7),
    (4, "words"): (0, 1, 2, 3, 4, 5, 6, 7),
    (4, "odds"): (1, 3, 9, 11, 5, 7, 13, 15),
}
"""Where rules and first frames come from, by word size and name. The first four odds of 4 bits are the
powers of 3: products and squares of them stay among them."""

FRAMES = (2, 4, 8)


def _is_told_apart(setting: Setting, step: str, rules: int, frames: int) -> bool:
    """Whether no two of the first rules lead from one of the first frames to the same second frame."""
    words, size, motion = SCREENS[setting["word_bits"], setting["seen"]], 2 ** setting["word_bits"], MOTIONS[step]
    return all(
        len({motion.function(frame, rule) % size for rule in words[:rules]}) == rules for frame in words[:frames]
    )


def _fitting(setting: Setting, counts: Sequence[int], others: int) -> list[int]:
    return fitting(counts, len(SCREENS[setting["word_bits"], setting["seen"]]), setting["word_bits"], others)


def _rules(setting: Setting) -> list[int]:
    counts = _fitting(setting, RULES, FRAMES[0])
    return [rules for rules in counts if _is_told_apart(setting, setting["step"], rules, FRAMES[0])]


def _frames(setting: Setting) -> list[int]:
    step, rules = setting["step"], setting["rules"]
    return [frames for frames in _fitting(setting, FRAMES, rules) if _is_told_apart(setting, step, rules, frames)]


def _member(name: str, *, word_bits: int, seen: str, step: str, rules: int, frames: int) -> World:
    words, motion = SCREENS[word_bits, seen], MOTIONS[step]
    return video_world(
        name,
        word_bits,
        rules=words[:rules],
        frames=words[:frames],
        step=motion.function,
        held_out_rules=held_out_rules(rules),
        description=f"the next frame is {motion.text}",
    )


VIDEO = Family(
    "video",
    "a rule r leads from frame to frame; two are seen, the third is asked for",
    (
        WORD_BITS,
        seen_knob(SCREENS, "which words are rules and first frames"),
        Knob(
            "step",
            "from a frame to the next, one-to-one on the rules used",
            lambda setting: [name for name in MOTIONS if _is_told_apart(setting, name, RULES[0], FRAMES[0])],
        ),
        Knob("rules", "2 to 8, as many as are told apart and fit; the last quarter held out", _rules, "r"),
        Knob("frames", "first frames: 2, 4 or 8, as many as fit", _frames, "f"),
    ),
    _member,
)
