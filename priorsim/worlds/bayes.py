"""The Bayes net family: a hidden cause, noisy evidence of it, and its most probable value.

The net is one hidden word with a prior and one edge to each reading. A reading is the cause's signal
with errors, and each unit of error makes it a half or a quarter as probable. Noise is by distance
around the ring of words, or by flipped bits (each bit is then an edge of its own), so the factor that
makes probabilities of the weights is the same for every cause, and the most probable cause is exactly
the one whose prior and errors cost least. Ties go to the least.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from priorsim.mu.domain import Domain
from priorsim.worlds.family import Family, Knob, Setting
from priorsim.worlds.world import World, default_train

COLUMNS = {1: ("x",), 2: ("a", "b")}
"""Input columns by number of readings."""

READINGS_IN_PAIRS = 4
"""Each of two readings takes the first four words, so that the pairs of every word size fit."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a cause c shows without noise, from c, the number of causes and that of words; and how it reads."""

    show: Callable[[int, int, int], int]
    text: str


SIGNALS = {
    "itself": Signal(lambda c, causes, size: c, "c"),
    "double": Signal(lambda c, causes, size: 2 * c % size, "2 c"),
    "square": Signal(lambda c, causes, size: c * c % size, "c c"),
    "spread": Signal(lambda c, causes, size: c * size // causes, "c, spread evenly over the words"),
}

PRIORS = {"flat": 0, "falling": 1, "rising": -1}
"""How many times the prior halves from one cause to the next."""

NOISES: dict[str, Callable[[int, int, int], int]] = {
    "distance": lambda reading, signal, size: min((reading - signal) % size, (signal - reading) % size),
    "flips": lambda reading, signal, size: (reading ^ signal).bit_count(),
}
"""Units of error between a reading and a signal, by name."""


def _member(name: str, setting: Setting) -> World:
    word_bits, readings, causes = (int(setting[knob]) for knob in ("word_bits", "readings", "causes"))
    size, price = 2**word_bits, int(setting["price"])
    signal, noise = SIGNALS[str(setting["signal"])], NOISES[str(setting["noise"])]
    halvings = PRIORS[str(setting["prior"])]

    def likeliest(evidence: tuple[int, ...]) -> int:
        """The cause with the least cost: minus log2 of its weight together with the evidence."""

        def cost(cause: int) -> int:
            shown = signal.show(cause, causes, size)
            return halvings * cause + price * sum(noise(reading, shown, size) for reading in evidence)

        return min(range(causes), key=cost)

    if readings == 1:
        lanes = Domain.default(word_bits).lanes
    else:
        lanes = tuple(product(range(READINGS_IN_PAIRS), repeat=readings))
    return World(
        name=name,
        domain=Domain(word_bits, lanes, COLUMNS[readings]),
        acceptable=tuple(frozenset({likeliest(evidence)}) for evidence in lanes),
        train=default_train(len(lanes)),
        family="bayes",
        dialect="arith" if setting["noise"] == "distance" else "logic",
        description=f"the likeliest of {causes} causes c, {setting['prior']} prior, behind {readings} noisy "
        f"reading{'s' * (readings > 1)} of {signal.text}; noise: {setting['noise']}, odds 1 : {2**price}",
    )


BAYES = Family(
    name="bayes",
    description="one hidden cause, one or two noisy readings of it, its most probable value asked for",
    knobs=(
        Knob("word_bits", "bits of a word, 2 to 4", lambda _: (2, 3, 4), "w"),
        Knob("readings", "noisy readings, a column each: 1 or 2", lambda _: list(COLUMNS), "n"),
        Knob(
            "causes",
            "values of the hidden word: 2, 4 or 8",
            lambda setting: [causes for causes in (2, 4, 8) if causes <= 2 ** int(setting["word_bits"])],
            "c",
        ),
        Knob(
            "prior", "flat; falling or rising: each cause half or twice as probable as the last", lambda _: list(PRIORS)
        ),
        Knob("signal", "what a cause shows without noise", lambda _: list(SIGNALS)),
        Knob("noise", "errors by distance around the ring, or by flips of bits", lambda _: list(NOISES)),
        Knob("price", "a unit of error halves the probability once or twice", lambda _: (1, 2), "e"),
    ),
    build=_member,
)
