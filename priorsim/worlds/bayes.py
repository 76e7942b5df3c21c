"""The Bayes net family: a hidden cause, noisy evidence of it, and its most probable value.

The net is one hidden word with a prior and one edge to each reading, the cause's signal with errors, each of which
makes it a half or a quarter as probable. Noise is by distance on the ring of words, or by flipped bits, so one factor
makes probabilities of every cause's weights, and the most probable one costs least; ties go to the least.
"""

from collections.abc import Callable
from itertools import product

from priorsim.mu.domain import Domain
from priorsim.worlds.family import WORD_BITS, Family, Formula, Knob
from priorsim.worlds.world import World, world_of_words

SIGNALS = {
    "itself": Formula(lambda c, causes, size: c, "c"),
    "double": Formula(lambda c, causes, size: 2 * c % size, "2 c"),
    "square": Formula(lambda c, causes, size: c * c % size, "c c"),
    "spread": Formula(lambda c, causes, size: c * size // causes, "c, spread evenly over the words"),
}
"""What a cause c shows without noise, from c, the number of causes and that of words."""

PRIORS = {"flat": 0, "falling": 1, "rising": -1}  # How many times the prior halves from one cause to the next.

NOISES: dict[str, Callable[[int, int, int], int]] = {
    "distance": lambda reading, signal, size: min((reading - signal) % size, (signal - reading) % size),
    "flips": lambda reading, signal, size: (reading ^ signal).bit_count(),
}
"""Units of error between a reading and a signal, by name."""


def _member(
    name: str, *, word_bits: int, readings: int, causes: int, prior: str, signal: str, noise: str, price: int
) -> World:
    size, errors = 2**word_bits, NOISES[noise]

    def cost(cause: int, evidence: tuple[int, ...]) -> int:
        """Minus log2 of the cause's weight together with the evidence."""
        clear = SIGNALS[signal].function(cause, causes, size)
        return PRIORS[prior] * cause + price * sum(errors(reading, clear, size) for reading in evidence)

    # Each of two readings takes the first four words, so that the pairs of every word size fit.
    lanes = Domain.default(word_bits).lanes if readings == 1 else tuple(product(range(4), repeat=2))
    return world_of_words(
        name,
        Domain(word_bits, lanes, ("x",) if readings == 1 else ("a", "b")),
        [min(range(causes), key=lambda cause: cost(cause, evidence)) for evidence in lanes],
        family="bayes",
        dialect="arith" if noise == "distance" else "logic",
        description=f"the likeliest of {causes} causes c, {prior} prior, behind {readings} noisy "
        f"reading{'s' * (readings > 1)} of {SIGNALS[signal].text}; noise: {noise}, odds 1 : {2**price}",
    )


BAYES = Family(
    "bayes",
    "one hidden cause, one or two noisy readings of it, its most probable value asked for",
    (
        WORD_BITS,
        Knob("readings", "noisy readings, a column each: 1 or 2", lambda _: (1, 2), "n"),
        Knob(
            "causes",
            "values of the hidden word: 2, 4 or 8",
            lambda setting: [causes for causes in (2, 4, 8) if causes <= 2 ** setting["word_bits"]],
            "c",
        ),
        Knob("prior", "flat; falling or rising: each cause half or twice as probable as the last", lambda _: [*PRIORS]),
        Knob("signal", "what a cause shows without noise", lambda _: list(SIGNALS)),
        Knob("noise", "errors by distance around the ring, or by flips of bits", lambda _: list(NOISES)),
        Knob("price", "a unit of error halves the probability once or twice", lambda _: (1, 2), "e"),
    ),
    _member,
)
