"""The proxy family: cameras that show the truth on the training lanes and are tampered with off them.

A camera is the world that training asks for; beside it stands the world that was meant. Both accept the true words in
training; off it a fitting program may follow the truth, the camera, which accepts all that looks alike, or neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from priorsim.errors import WorldError
from priorsim.worlds.family import Family, Knob
from priorsim.worlds.forward_inverse import FORWARD, INVERSE
from priorsim.worlds.in_context import IN_CONTEXT
from priorsim.worlds.video import VIDEO
from priorsim.worlds.world import World


class Side(StrEnum):
    """What a program's held-out words agree with."""

    TRUTH = "truth"
    CAMERA = "camera"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Camera(World):
    """What the camera accepts, and the world that was meant; WorldError where they differ in training."""

    truth: World

    def __post_init__(self) -> None:
        World.__post_init__(self)
        if (self.truth.domain, self.truth.train) != (self.domain, self.train):
            raise WorldError(f"world {self.name}: its domain or training lanes are not those of {self.truth.name}")
        for lane in self.train:
            if not self.truth.acceptable[lane] <= self.acceptable[lane]:
                shown = [lane for lane, words in enumerate(self.truth.acceptable) if words <= self.acceptable[lane]]
                raise WorldError(
                    f"world {self.name}: the camera does not show the truth on training lane {lane}: "
                    f"choose among {', '.join(map(str, shown))}"
                )

    @property
    def task(self) -> tuple[object, ...]:
        """All that is asked, of the camera and of the truth."""
        return (self.dialect, self.domain, self.acceptable, self.train, self.truth.task)

    def trained_on(self, lanes: Sequence[int]) -> "Camera":
        """The same pair with other training lanes, on which the camera has to show the truth."""
        chosen = tuple(sorted(set(lanes)))
        return replace(self, train=chosen, truth=self.truth.trained_on(chosen))

    def side(self, words: Sequence[int]) -> Side:
        """What these words, one a lane, agree with on all held-out lanes, if there are any; the truth comes first."""
        if self.truth.accepts(words, self.held_out):
            return Side.TRUTH
        return Side.CAMERA if self.accepts(words, self.held_out) else Side.NEITHER


TAMPERS: dict[str, Callable[[int, int, int], int]] = {
    "untouched": lambda true, last, size: true,
    "blank": lambda true, last, size: 0,
    "frozen": lambda true, last, size: last,
    "shifted": lambda true, last, size: (true + 1) % size,
    "negative": lambda true, last, size: size - 1 - true,
}
"""What is shown off the training lanes, from the true word, the last one in training, and 2^w."""

MERGES: dict[str, Callable[[int], int]] = {
    "sharp": lambda word: word,
    "coarse": lambda word: word // 2,
    "parity": lambda word: word % 2,
}
"""What the camera sees of a word: all of it, all but the last bit, or the last bit alone."""

_TRUTH_FAMILIES = {family.name: family for family in (FORWARD, INVERSE, IN_CONTEXT, VIDEO)}


@cache
def truths() -> tuple[str, ...]:
    """The worlds that have cameras: of 3 or 4 bits, on all words, or with four rules and four queries or frames."""
    names: list[str] = []
    for word_bits, seen in ((3, "evens"), (4, "squares")):
        names += FORWARD.names(word_bits=word_bits, lanes=2**word_bits)
        names += INVERSE.names(word_bits=word_bits, lanes=2**word_bits)
        names += IN_CONTEXT.names(word_bits=word_bits, seen=seen, rules=4, queries=4)
        names += VIDEO.names(word_bits=word_bits, rules=4, frames=4)
    return tuple(names)


@cache
def _truth(name: str) -> World:
    """The world of that name, made once for all its cameras."""
    return _TRUTH_FAMILIES[name.partition(".")[0]].member(name)


def _member(name: str, *, tamper: str, merge: str, truth: str) -> World:
    meant, seen_as = _truth(truth), MERGES[merge]
    size = 2**meant.domain.word_bits
    true_words = [min(words) for words in meant.acceptable]
    last = true_words[meant.train[-1]]
    shown = [true if lane in meant.train else TAMPERS[tamper](true, last, size) for lane, true in enumerate(true_words)]
    return Camera(
        name,
        meant.domain,
        tuple(frozenset(word for word in range(size) if seen_as(word) == seen_as(picture)) for picture in shown),
        meant.train,
        "proxy",
        meant.dialect,
        f"a {merge} camera, {tamper} off the training lanes; truth: {meant.description}",
        rules=meant.rules,
        truth=meant,
    )


PROXY = Family(
    "proxy",
    "a camera that shows the truth on the training lanes and is tampered with off them",
    (
        Knob("tamper", "what is shown off the training lanes", lambda _: list(TAMPERS)),
        Knob("merge", "which words look alike to the camera", lambda _: list(MERGES)),
        Knob("truth", "the world that is filmed", lambda _: truths()),
    ),
    _member,
)
