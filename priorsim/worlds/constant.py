"""Constants: worlds of one lane, a single word of 12 to 16 bits to be found; it trains.

There is no input (column `x` holds 0), so a program is the word spelled out, a formula for it, or a search for the word
with a property. The family holds every word of 12 to 16 bits; the catalogue names some that have a property.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from math import isqrt

from priorsim.errors import WorldError
from priorsim.mu.domain import Domain
from priorsim.worlds.family import Family, Knob
from priorsim.worlds.forward_inverse import GROWING, least_root
from priorsim.worlds.one_column import is_prime
from priorsim.worlds.world import World, world_of_words


def constant_world(name: str, word_bits: int, word: int, *, description: str = "") -> World:
    """The world of one lane whose output is `word`; WorldError where that has more than `word_bits` bits.

    >>> constant_world("demo", 16, 0x3F4B).behaviour
    16203
    """
    if not 0 <= word < 2**word_bits:
        raise WorldError(f"world {name}: constant {word} is out of range 0 to {2**word_bits - 1}")
    return world_of_words(name, Domain(word_bits, ((0,),)), [word], family="constant", description=description)


SQUARE_ROOT, CUBE_ROOT = (least_root(GROWING[name].function) for name in ("square", "cube"))
QUADRATIC = least_root(lambda c, bits: c * c + c + 2)
SEEDED = int.from_bytes(sha256(b"constant a").digest()[:2], "big")
ENDS, ALL_SIZES = (12, 16), (12, 14, 16)

ROWS: tuple[tuple[str, tuple[int, ...], Callable[[int], int], str], ...] = (
    ("sqrt17", ALL_SIZES, lambda bits: SQUARE_ROOT(17, bits), "the least c with c c = 17 modulo 2^w"),
    (
        "greatest-square",
        ALL_SIZES,
        lambda bits: max(range(2**bits), key=lambda c: c * c % 2**bits),  # a square root of -7
        "the least c whose square modulo 2^w is greatest",
    ),
    ("cube-root5", ENDS, lambda bits: CUBE_ROOT(5, bits), "the c with c c c = 5 modulo 2^w"),
    ("quadratic", ENDS, lambda bits: QUADRATIC(0, bits), "the least c with c c + c + 2 = 0 modulo 2^w"),
    ("inverse7", ENDS, lambda bits: pow(7, -1, 2**bits), "1 / 7 modulo 2^w"),
    ("golden", ENDS, lambda bits: (isqrt(5 * 4**bits) - 2**bits) // 2, "2^w over the golden ratio, rounded down"),
    (
        "last-prime",
        ENDS,
        lambda bits: next(c for c in reversed(range(2**bits)) if is_prime(c, bits)),
        "the greatest prime below 2^w",
    ),
    ("seeded", ALL_SIZES, lambda bits: SEEDED, "a word without a rule, seed a"),
)
"""A property, the word sizes it is shown at, the word that has it, and how it reads."""


def constant_worlds() -> Iterator[World]:
    """Every row at every one of its word sizes."""
    for name, widths, word, description in ROWS:
        for bits in widths:
            yield constant_world(f"constant-{name}-w{bits}", bits, word(bits) % 2**bits, description=description)


CONSTANT = Family(
    "constant",
    "one lane and no input: every word is a world",
    (
        Knob("word_bits", "bits of a word, 12 to 16", lambda _: range(12, 17), "w"),
        Knob("word", "any word, in decimal", lambda setting: range(2 ** setting["word_bits"])),
    ),
    lambda name, word_bits, word: constant_world(name, word_bits, word, description=f"the word {word}"),
)
