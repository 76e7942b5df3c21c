"""Video worlds: two frames are seen, the third is asked for.

A hidden rule r leads from each frame to the next: o1 and o2 = step(o1, r) are seen, step(o2, r) is the
output. Lanes are all (rule, first frame) pairs; the last rules are held out, all their lanes with
them. Both columns are context columns, there is no query.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from priorsim.errors import WorldError
from priorsim.mu.domain import MAX_PACKED_BITS, Domain
from priorsim.worlds.family import Family, Knob, Setting
from priorsim.worlds.in_context import held_out_rules, lanes_by_rule, training_rules
from priorsim.worlds.world import World

Step = Callable[[int, int], int]
"""From a frame and the rule to the next frame, modulo 2^w still to be taken."""


def video_world(
    name: str,
    word_bits: int,
    *,
    rules: Sequence[int],
    frames: Sequence[int],
    step: Step,
    held_out_rules: int = 1,
    dialect: str = "arith",
    description: str = "",
) -> World:
    """The world in which two frames are seen and the third is asked for.

    Lanes are listed by first and second frame, so that films of different rules share a domain.

    Parameters
    ----------
    name : str
    word_bits : int
    rules, frames : sequence of int
        The rules' words, and those of the first frame.
    step : callable
        The next frame from a frame and the rule; its result is taken modulo 2^w.
    held_out_rules : int
        How many of the last rules are held out.

    Raises
    ------
    WorldError
        When two rules lead from the same first frame to the same second one, or no rule is left to
        train on.
    """
    size = 2**word_bits
    films = sorted((frame, step(frame, rule) % size, rule) for rule in rules for frame in frames)
    if len({(first, second) for first, second, _ in films}) != len(films):
        raise WorldError(f"world {name}: two rules show the same frames: choose rules that step tells apart")
    trained = training_rules(name, rules, held_out_rules)
    columns = ("o1", "o2")
    return World(
        name=name,
        domain=Domain(word_bits, tuple((first, second) for first, second, _ in films), columns, columns),
        acceptable=tuple(frozenset({step(second, rule) % size}) for _, second, rule in films),
        train=tuple(lane for lane, (_, _, rule) in enumerate(films) if rule in trained),
        family="video",
        dialect=dialect,
        description=description,
        rules=lanes_by_rule([rule for _, _, rule in films], rules),
    )


# --- the family ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Motion:
    """A step from frame to frame, and how it reads."""

    step: Step
    text: str


MOTIONS = {
    "ratio": Motion(lambda o, r: r * o, "r times the last"),
    "growth": Motion(lambda o, r: r * o * o, "r times the last's square"),
    "drift": Motion(lambda o, r: o + r, "the last plus r"),
    "swing": Motion(lambda o, r: o * o + r, "the last's square plus r"),
    "mirror": Motion(lambda o, r: r - o, "r minus the last"),
    "triple": Motion(lambda o, r: 3 * o + r, "three times the last, plus r"),
    "congruential": Motion(lambda o, r: r * o + 1, "r times the last, plus 1"),
    "compound": Motion(lambda o, r: r * (o + 1), "r times one more than the last"),
    "logistic": Motion(lambda o, r: r * o * (o + 1), "r times the last times one more than it"),
    "power": Motion(lambda o, r: int(r**o), "r to the last"),
}

SCREENS = {
    (2, "words"): (0, 1, 2, 3),
    (3, "words"): (0, 1, 2, 3, 4, 5, 6, 7),
    (3, "odds"): (1, 3, 5, 7),
    (4, "words"): (0, 1, 2, 3, 4, 5, 6, 7),
    (4, "odds"): (1, 3, 9, 11, 5, 7, 13, 15),
}
"""Where rules and first frames come from, by word size and name. The first four odds of 4 bits are the
powers of 3: products and squares of them stay among them."""

RULES = (2, 3, 4, 6, 8)
FRAMES = (2, 4, 8)


def _screen(setting: Setting) -> tuple[int, ...]:
    return SCREENS[int(setting["word_bits"]), str(setting["seen"])]


def _is_told_apart(setting: Setting, rules: int, frames: int) -> bool:
    """Whether no two of the first rules lead from one of the first frames to the same second frame."""
    words, step = _screen(setting), MOTIONS[str(setting["step"])].step
    size = 2 ** int(setting["word_bits"])
    return all(len({step(frame, rule) % size for rule in words[:rules]}) == rules for frame in words[:frames])


def _counts(setting: Setting, counts: Sequence[int], others: int) -> Sequence[int]:
    words = _screen(setting)
    most = min(len(words), MAX_PACKED_BITS // (int(setting["word_bits"]) * others))
    return [count for count in counts if count <= most]


def _steps(setting: Setting) -> Sequence[str]:
    return [name for name in MOTIONS if _is_told_apart({**setting, "step": name}, RULES[0], FRAMES[0])]


def _rules(setting: Setting) -> Sequence[int]:
    fitting = _counts(setting, RULES, FRAMES[0])
    return [rules for rules in fitting if _is_told_apart(setting, rules, FRAMES[0])]


def _frames(setting: Setting) -> Sequence[int]:
    rules = int(setting["rules"])
    return [frames for frames in _counts(setting, FRAMES, rules) if _is_told_apart(setting, rules, frames)]


def _member(name: str, setting: Setting) -> World:
    words, rules = _screen(setting), int(setting["rules"])
    motion = MOTIONS[str(setting["step"])]
    return video_world(
        name,
        int(setting["word_bits"]),
        rules=words[:rules],
        frames=words[: int(setting["frames"])],
        step=motion.step,
        held_out_rules=held_out_rules(rules),
        description=f"the next frame is {motion.text}",
    )


VIDEO = Family(
    name="video",
    description="a rule r leads from frame to frame; two are seen, the third is asked for",
    knobs=(
        Knob("word_bits", "bits of a word, 2 to 4", lambda _: (2, 3, 4), "w"),
        Knob(
            "seen",
            "which words are rules and first frames",
            lambda setting: [seen for bits, seen in SCREENS if bits == setting["word_bits"]],
        ),
        Knob("step", "from a frame to the next, one-to-one on the rules used", _steps),
        Knob("rules", "2 to 8, as many as are told apart and fit; the last quarter held out", _rules, "r"),
        Knob("frames", "first frames: 2, 4 or 8, as many as fit", _frames, "f"),
    ),
    build=_member,
)


# --- the catalogue's -----------------------------------------------------------------------------

ROWS = (("ratio", 4, "odds"), ("growth", 4, "odds"), ("drift", 2, "words"), ("swing", 2, "words"))
"""Step, word size and the words of which the first four are rules and first frames."""
ROW_WORDS = 4


def video_worlds() -> Iterator[World]:
    """The catalogue's video worlds."""
    for step, word_bits, seen in ROWS:
        words = SCREENS[word_bits, seen][:ROW_WORDS]
        yield video_world(
            f"video-{step}-w{word_bits}",
            word_bits,
            rules=words,
            frames=words,
            step=MOTIONS[step].step,
            description=f"the next frame is {MOTIONS[step].text}",
        )
