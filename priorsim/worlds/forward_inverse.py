"""The forward and inverse families: functions to be calculated, and functions to be undone.

One column `x`, the first 4 to 16 words of 2, 3 or 4 bits; the first three quarters of the lanes train.
Forward worlds ask for F(x). Inverse worlds ask for the word from which F leads to x: the least c with
F(c) = x modulo 2^w, the greatest c with F(c) <= x as numbers, or the least c with c x = F(x) modulo
2^w. Where there is none the answer is 0, the word that a fruitless `find` gives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

from priorsim.mu.domain import Domain
from priorsim.worlds import functions
from priorsim.worlds.family import Family, Knob, Setting
from priorsim.worlds.functions import WordFunction, least
from priorsim.worlds.world import World, default_train


@dataclass(frozen=True, slots=True)
class Function:
    """A function F of a word, not reduced modulo 2^w where it grows, and how it reads, {0} being the word."""

    function: WordFunction
    text: str


def _times(factor: int) -> Function:
    return Function(lambda x, bits: factor * x, f"{factor} {{0}}")


def _to_the(degree: int) -> Function:
    return Function(lambda x, bits: x**degree, " ".join(["{0}"] * degree))


def _power_of(base: int) -> Function:
    return Function(lambda x, bits: int(base**x), f"{base} to the {{0}}")


def _iterated(step: Callable[[int, int], int], text: str) -> Function:
    """As many steps of s -> step(s, x) from 0 as x says."""

    def run(x: int, bits: int) -> int:
        state = 0
        for _ in range(x):
            state = step(state, x) % 2**bits
        return state

    return Function(run, f"{{0}} steps of s -> {text} from 0")


GROWING = {
    **{f"times{factor}": _times(factor) for factor in (2, 3, 5, 7)},
    "square": _to_the(2),
    "cube": _to_the(3),
    "fifth": _to_the(5),
    "pronic": Function(lambda x, bits: x * (x + 1), "{0} ({0} + 1)"),
    "skew": Function(lambda x, bits: x * (2 * x + 1), "{0} (2 {0} + 1)"),
    "triangular": Function(functions.triangular, "1 + 2 + ... + {0}"),
    **{f"power{base}": _power_of(base) for base in (2, 3, 5)},
}
"""Functions that grow from word to word, so that they have a greatest c with F(c) <= x."""

OTHERS = {
    "next": Function(lambda x, bits: x + 1, "{0} + 1"),
    "negated": Function(lambda x, bits: -x, "-{0}"),
    "affine": Function(functions.affine, "5 {0} + 3"),
    "hump": Function(functions.hump, "{0} (m - {0}), m the greatest word"),
    "selfpower": Function(functions.self_power, "{0} to the {0}"),
    "factorial": Function(lambda x, bits: factorial(x), "1 2 ... {0}"),
    "fibonacci": Function(functions.fibonacci, "the {0}-th Fibonacci number"),
    "congruential": _iterated(lambda s, x: 5 * s + 3, "5 s + 3"),
    "tripling": _iterated(lambda s, x: 3 * s + 1, "3 s + 1"),
    "squaring": _iterated(lambda s, x: s * s + x, "s s + {0}"),
    "increasing": _iterated(lambda s, x: s * x + 1, "s {0} + 1"),
}
"""Functions that can be undone but do not grow, or not from word to word."""

ONLY_FORWARD = {
    "identity": Function(functions.identity, "{0}"),
    "minimum": Function(functions.minimum, "the lesser of {0} and m - {0}, m the greatest word"),
    "maximum": Function(lambda x, bits: max(x, 2**bits - 1 - x), "the greater of {0} and m - {0}, m the greatest word"),
    "capped": Function(lambda x, bits: min(x, 2 ** (bits - 1)), "the lesser of {0} and half of 2^w"),
}
"""Functions that leave nothing to look for."""

NUMERATORS = {
    "one": Function(lambda x, bits: 1, "1"),
    "three": Function(lambda x, bits: 3, "3"),
    "next": OTHERS["next"],
    "affine": OTHERS["affine"],
    "power3": GROWING["power3"],
}
"""Functions to be divided by x."""

FORWARD_FUNCTIONS = {**GROWING, **OTHERS, **ONLY_FORWARD}


def _least(function: WordFunction) -> WordFunction:
    return lambda x, bits: least(bits, lambda c: (function(c, bits) - x) % 2**bits == 0)


def _floor(function: WordFunction) -> WordFunction:
    return lambda x, bits: max((c for c in range(2**bits) if function(c, bits) <= x), default=0)


def _quotient(function: WordFunction) -> WordFunction:
    return lambda x, bits: least(bits, lambda c: (c * x - function(x, bits)) % 2**bits == 0)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to undo functions: which ones, how, and how it reads."""

    functions: dict[str, Function]
    undo: Callable[[WordFunction], WordFunction]
    text: Callable[[str], str]


WAYS = {
    "least": Way(
        {**GROWING, **OTHERS}, _least, lambda text: f"the least c with {text.format('c')} = x modulo 2^w, or 0"
    ),
    "floor": Way(GROWING, _floor, lambda text: f"the greatest c with {text.format('c')} <= x, or 0"),
    "quotient": Way(NUMERATORS, _quotient, lambda text: f"the least c with c x = {text.format('x')} modulo 2^w, or 0"),
}
"""The ways to undo a function, by name."""


def _world(name: str, setting: Setting, family: str, *, function: WordFunction, description: str) -> World:
    word_bits = int(setting["word_bits"])
    lanes = range(int(setting["lanes"]))
    return World(
        name=name,
        domain=Domain(word_bits, tuple((x,) for x in lanes)),
        acceptable=tuple(frozenset({function(x, word_bits) % 2**word_bits}) for x in lanes),
        train=default_train(len(lanes)),
        family=family,
        dialect="arith",
        description=description,
    )


def _forward_member(name: str, setting: Setting) -> World:
    function = FORWARD_FUNCTIONS[str(setting["function"])]
    return _world(
        name, setting, "forward", function=function.function, description=f"{function.text.format('x')}, modulo 2^w"
    )


def _inverse_member(name: str, setting: Setting) -> World:
    way = WAYS[str(setting["way"])]
    function = way.functions[str(setting["function"])]
    return _world(name, setting, "inverse", function=way.undo(function.function), description=way.text(function.text))


WORD_BITS = Knob("word_bits", "bits of a word, 2 to 4", lambda _: (2, 3, 4), "w")
LANES = Knob(
    "lanes",
    "the first words are lanes: 4 to 16 of them, as many as there are",
    lambda setting: range(4, 2 ** int(setting["word_bits"]) + 1),
    "l",
)

FORWARD = Family(
    name="forward",
    description="a function to be calculated: products, powers, recurrences, minima",
    knobs=(WORD_BITS, Knob("function", "F", lambda _: list(FORWARD_FUNCTIONS)), LANES),
    build=_forward_member,
)

INVERSE = Family(
    name="inverse",
    description="a function to be undone: roots, quotients, logarithms, inverses",
    knobs=(
        WORD_BITS,
        Knob(
            "way", "least c with F(c) = x, floor: greatest with F(c) <= x, or quotient F(x) / x", lambda _: list(WAYS)
        ),
        Knob("function", "F", lambda setting: list(WAYS[str(setting["way"])].functions)),
        LANES,
    ),
    build=_inverse_member,
)
