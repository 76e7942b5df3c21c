"""The forward and inverse families: functions to be calculated, and functions to be undone.

One column `x`, the first 4 to 16 words of 2, 3 or 4 bits, or all words of 5, 6 or 8 bits, which is a wide world that no
list shows; the first three quarters train. Forward worlds ask for F(x), inverse ones for the word from which F leads to
x, see WAYS; where there is none the answer is 0, as of a fruitless `find`.
"""

from collections.abc import Callable
from math import factorial
from typing import Any, NamedTuple

from priorsim.mu.domain import Domain
from priorsim.worlds.family import WORD_BITS, Family, Formula, Knob, Setting
from priorsim.worlds.world import World, world_of_words

WordFunction = Callable[[int, int], int]  # From a word x and the word size to any integer; worlds reduce it modulo 2^w.


def function_world(name: str, word_bits: int, lanes: int, function: WordFunction, **texts: Any) -> World:
    """The world that asks for a function of the first words."""
    domain = Domain(word_bits, tuple((x,) for x in range(lanes)))
    return world_of_words(name, domain, (function(x, word_bits) for x in range(lanes)), **texts)


def least(bits: int, holds: Callable[[int], bool]) -> int:
    """The least word that qualifies, 0 where none does.

    >>> least(4, lambda c: c * c > 10)
    4
    """
    return next((word for word in range(2**bits) if holds(word)), 0)


def least_root(function: WordFunction) -> WordFunction:
    """The least c with F(c) = x modulo 2^w."""
    return lambda x, bits: least(bits, lambda c: (function(c, bits) - x) % 2**bits == 0)


def floor_root(function: WordFunction) -> WordFunction:
    """The greatest c with F(c) <= x, as numbers."""
    return lambda x, bits: max((c for c in range(2**bits) if function(c, bits) <= x), default=0)


def quotient(function: WordFunction) -> WordFunction:
    """The least c with c x = F(x) modulo 2^w."""
    return lambda x, bits: least(bits, lambda c: (c * x - function(x, bits)) % 2**bits == 0)


def _fibonacci(x: int, bits: int) -> int:
    this, following = 0, 1
    for _ in range(x):
        this, following = following, this + following
    return this


def _iterated(step: Callable[[int, int], int], text: str) -> Formula:
    """As many steps of s -> step(s, x) from 0 as x says."""

    def run(x: int, bits: int) -> int:
        state = 0
        for _ in range(x):
            state = step(state, x) % 2**bits
        return state

    return Formula(run, f"{{0}} steps of s -> {text} from 0")


GROWING = {
    **{f"times{k}": Formula(lambda x, bits, k=k: k * x, f"{k} {{0}}") for k in (2, 3, 5, 7)},
    "square": Formula(lambda x, bits: x * x, "{0} {0}"),
    "cube": Formula(lambda x, bits: x**3, "{0} {0} {0}"),
    "fifth": Formula(lambda x, bits: x**5, "{0} {0} {0} {0} {0}"),
    "pronic": Formula(lambda x, bits: x * (x + 1), "{0} ({0} + 1)"),
    "skew": Formula(lambda x, bits: x * (2 * x + 1), "{0} (2 {0} + 1)"),
    "triangular": Formula(lambda x, bits: x * (x + 1) // 2, "1 + 2 + ... + {0}"),
    **{f"power{base}": Formula(lambda x, bits, base=base: base**x, f"{base} to the {{0}}") for base in (2, 3, 5)},
}
"""Functions that grow from word to word, so that they have a greatest c with F(c) <= x."""

OTHERS = {
    "next": Formula(lambda x, bits: x + 1, "{0} + 1"),
    "negated": Formula(lambda x, bits: -x, "-{0}"),
    "affine": Formula(lambda x, bits: 5 * x + 3, "5 {0} + 3"),
    "hump": Formula(lambda x, bits: x * (2**bits - 1 - x), "{0} (m - {0}), m the greatest word"),
    "selfpower": Formula(lambda x, bits: x**x, "{0} to the {0}"),
    "factorial": Formula(lambda x, bits: factorial(x), "1 2 ... {0}"),
    "fibonacci": Formula(_fibonacci, "the {0}-th Fibonacci number"),
    "congruential": _iterated(lambda s, x: 5 * s + 3, "5 s + 3"),
    "tripling": _iterated(lambda s, x: 3 * s + 1, "3 s + 1"),
    "squaring": _iterated(lambda s, x: s * s + x, "s s + {0}"),
    "increasing": _iterated(lambda s, x: s * x + 1, "s {0} + 1"),
}
"""Functions that can be undone but do not grow, or not from word to word."""

ONLY_FORWARD = {
    "identity": Formula(lambda x, bits: x, "{0}"),
    "minimum": Formula(lambda x, bits: min(x, 2**bits - 1 - x), "the lesser of {0} and m - {0}, m the greatest word"),
    "maximum": Formula(lambda x, bits: max(x, 2**bits - 1 - x), "the greater of {0} and m - {0}, m the greatest word"),
    "capped": Formula(lambda x, bits: min(x, 2 ** (bits - 1)), "the lesser of {0} and half of 2^w"),
}
"""Functions that leave nothing to look for."""

NUMERATORS = {
    "one": Formula(lambda x, bits: 1, "1"),
    "three": Formula(lambda x, bits: 3, "3"),
    "next": OTHERS["next"],
    "affine": OTHERS["affine"],
    "power3": GROWING["power3"],
}
"""Functions to be divided by x."""

FUNCTIONS = {**GROWING, **OTHERS, **ONLY_FORWARD}


class Way(NamedTuple):
    """A way to undo functions: which ones, how, and how it reads, with the letter of the function's own word."""

    functions: dict[str, Formula]
    undo: Callable[[WordFunction], WordFunction]
    text: str
    letter: str


WAYS = {
    "least": Way({**GROWING, **OTHERS}, least_root, "the least c with {} = x modulo 2^w, or 0", "c"),
    "floor": Way(GROWING, floor_root, "the greatest c with {} <= x, or 0", "c"),
    "quotient": Way(NUMERATORS, quotient, "the least c with c x = {} modulo 2^w, or 0", "x"),
}


def _forward(name: str, *, word_bits: int, function: str, lanes: int) -> World:
    formula, text = FUNCTIONS[function].function, FUNCTIONS[function].text.format("x")
    return function_world(name, word_bits, lanes, formula, family="forward", description=f"{text}, modulo 2^w")


def _inverse(name: str, *, word_bits: int, way: str, function: str, lanes: int) -> World:
    functions, undo, text, letter = WAYS[way]
    formula, text = undo(functions[function].function), text.format(functions[function].text.format(letter))
    return function_world(name, word_bits, lanes, formula, family="inverse", description=text)


WIDE_BITS = (5, 6, 8)
"""Word sizes at which all words are lanes."""
SIZES = Knob("word_bits", f"{WORD_BITS.description}; on all lanes 5, 6 or 8 too", WORD_BITS.values, "w", WIDE_BITS)


def _lanes(setting: Setting) -> range:
    words = 2 ** setting["word_bits"]
    return range(words if setting["word_bits"] in WIDE_BITS else 4, words + 1)


LANES = Knob("lanes", "the first words are lanes: 4 to 16 of them, as many as there are", _lanes, "l")

FORWARD = Family(
    "forward",
    "a function to be calculated: products, powers, recurrences, minima",
    (SIZES, Knob("function", "F", lambda _: list(FUNCTIONS)), LANES),
    _forward,
)

INVERSE = Family(
    "inverse",
    "a function to be undone: roots, quotients, logarithms, inverses",
    (
        SIZES,
        Knob("way", "least c with F(c) = x, floor: greatest with F(c) <= x, or quotient F(x) / x", lambda _: [*WAYS]),
        Knob("function", "F", lambda setting: list(WAYS[setting["way"]].functions)),
        LANES,
    ),
    _inverse,
)
