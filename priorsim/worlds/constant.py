"""Constants: worlds of one lane, a single word of 12 to 16 bits to be found.

There is no input to learn from (column `x` holds 0), so a program is either the word spelled out, a
formula for it, or a search for the word with a property. Binders nest one deep, as so many
environments need. The one lane trains. The family holds every word of 12 to 16 bits; the catalogue
names some that have a property.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from math import isqrt

from priorsim.errors import WorldError
from priorsim.mu.domain import Domain
from priorsim.worlds.family import Family, Knob, Setting
from priorsim.worlds.functions import is_prime, least
from priorsim.worlds.world import World

WordOfSize = Callable[[int], int]
"""The constant for a word size."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A row of the table: a property, the word that has it, and the word sizes it is shown at."""

    name: str
    widths: tuple[int, ...]
    word: WordOfSize
    description: str


def constant_world(name: str, word_bits: int, word: int, *, description: str = "") -> World:
    """The world of one lane whose output is `word`.

    Raises
    ------
    WorldError
        When the word has more than `word_bits` bits.

    Examples
    --------
    >>> constant_world("demo", 16, 0x3F4B).behaviour
    16203
    """
    if not 0 <= word < 2**word_bits:
        raise WorldError(f"world {name}: constant {word} is out of range 0 to {2**word_bits - 1}")
    return World(
        name=name,
        domain=_one_lane(word_bits),
        acceptable=(frozenset({word}),),
        train=(0,),
        family="constant",
        dialect="arith",
        description=description,
    )


@cache
def _one_lane(word_bits: int) -> Domain:
    """The domain that all constants of a word size share."""
    return Domain(word_bits, ((0,),))


def root_of(square: int) -> WordOfSize:
    """The least c with c c = square modulo 2^w."""
    return lambda bits: least(bits, lambda c: (c * c - square) % 2**bits == 0)


def inverse_of(factor: int) -> WordOfSize:
    """The c with c factor = 1 modulo 2^w."""
    return lambda bits: pow(factor, -1, 2**bits)


def greatest_square(bits: int) -> int:
    """The least c whose square modulo 2^w is greatest: a square root of -7.

    >>> hex(greatest_square(16))
    '0x3f4b'
    """
    return max(range(2**bits), key=lambda c: c * c % 2**bits)


def cube_root_of(cube: int) -> WordOfSize:
    """The least c with c c c = cube modulo 2^w."""
    return lambda bits: least(bits, lambda c: (c**3 - cube) % 2**bits == 0)


def quadratic_root(bits: int) -> int:
    """The least c with c c + c + 2 = 0 modulo 2^w."""
    return least(bits, lambda c: (c * c + c + 2) % 2**bits == 0)


def golden_multiplier(bits: int) -> int:
    """2^w over the golden ratio, rounded down: Knuth's multiplier for hashing."""
    return int(isqrt(5 * 4**bits) - 2**bits) // 2


def last_prime(bits: int) -> int:
    """The greatest prime word."""
    return next(c for c in reversed(range(2**bits)) if is_prime(c, bits))


def seeded_word(seed: str) -> WordOfSize:
    """A word without a rule: the first two bytes of the seed's SHA-256 digest, modulo 2^w."""
    return lambda bits: int.from_bytes(sha256(seed.encode()).digest()[:2], "big") % 2**bits


ALL_SIZES = (12, 14, 16)

ROWS = (
    Constant("sqrt17", ALL_SIZES, root_of(17), "the least c with c c = 17 modulo 2^w"),
    Constant("greatest-square", ALL_SIZES, greatest_square, "the least c whose square modulo 2^w is greatest"),
    Constant("cube-root5", (12, 16), cube_root_of(5), "the c with c c c = 5 modulo 2^w"),
    Constant("quadratic", (12, 16), quadratic_root, "the least c with c c + c + 2 = 0 modulo 2^w"),
    Constant("inverse7", (12, 16), inverse_of(7), "1 / 7 modulo 2^w"),
    Constant("golden", (12, 16), golden_multiplier, "2^w over the golden ratio, rounded down"),
    Constant("last-prime", (12, 16), last_prime, "the greatest prime below 2^w"),
    Constant("seeded", ALL_SIZES, seeded_word("constant a"), "a word without a rule, seed a"),
)


def constant_worlds() -> Iterator[World]:
    """Every row at every one of its word sizes."""
    for row in ROWS:
        for word_bits in row.widths:
            name = f"constant-{row.name}-w{word_bits}"
            yield constant_world(name, word_bits, row.word(word_bits), description=row.description)


# --- the family ----------------------------------------------------------------------------------


def _member(name: str, setting: Setting) -> World:
    word = int(setting["word"])
    return constant_world(name, int(setting["word_bits"]), word, description=f"the word {word}")


CONSTANT = Family(
    name="constant",
    description="one lane and no input: every word is a world",
    knobs=(
        Knob("word_bits", "bits of a word, 12 to 16", lambda _: range(12, 17), "w"),
        Knob("word", "any word, in decimal", lambda setting: range(2 ** int(setting["word_bits"]))),
    ),
    build=_member,
)
