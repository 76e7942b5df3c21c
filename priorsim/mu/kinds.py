"""The code words of the kinds of nodes: a complete prefix code for each number of binders around.

The kinds are the variable, the constant, and each operator with a code there. The default code is that of section 3 of
docs/language.md, the others are those of section 8: by the kinds' frequencies in the example programs, or by weights
that a seed draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from heapq import heapify, heappop, heappush
from itertools import count, pairwise

from priorsim.mu.dialect import DEFAULT, Language, seed_of

VARIABLE, CONSTANT = "variable", "constant"
LONGEST = 8
"""The most bits of a kind's code word in a random code."""
FREQUENCIES: tuple[Mapping[str, int], ...] = (
    {"variable": 44, "constant": 31, "add": 15, "mul": 10, "lt": 21, "if": 2, "and": 1, "xor": 4, "shl": 1, "shr": 5}
    | {"iter": 5, "find": 15, "argmax": 3},
    {"variable": 76, "constant": 21, "add": 11, "sub": 9, "mul": 21, "eq": 12, "lt": 10, "if": 4, "xor": 1, "shr": 1}
    | {"iter": 1, "find": 2},
    {"variable": 9, "constant": 1, "add": 1, "mul": 4, "eq": 2},
)
"""How often each kind is met in the example programs under 0, 1 and 2 binders; a kind that is left out never is."""


@cache
def kind_codes(language: Language, bound: int) -> Mapping[str, str]:
    """The code word of each kind under `bound` binders, variable and constant first and then operators in code order.

    >>> kind_codes(Language.named("bare", 3), 0)
    {'variable': '0', 'constant': '10', 'add': '1100', 'mul': '1101', 'eq': '1110', 'if': '1111'}
    """
    operators = language.coded_in(bound)
    if language.dialect.code == DEFAULT:
        return _default_codes(operators)
    kinds, seed = (VARIABLE, CONSTANT, *operators), seed_of(language.dialect.code)
    if seed is None:
        lengths = huffman_lengths([FREQUENCIES[bound].get(kind, 0) + 1 for kind in kinds])
    else:
        lengths = _random_lengths(seed, bound, len(kinds))
    return dict(zip(kinds, canonical_codes(lengths), strict=True))


def _default_codes(operators: Sequence[str]) -> dict[str, str]:
    """0 for a variable, 10 for a constant, 11 and a truncated binary code for an operator; without any, 0 and 1."""
    if not operators:
        return {VARIABLE: "0", CONSTANT: "1"}
    heads = (f"11{truncated_binary(place, len(operators))}" for place in range(len(operators)))
    return {VARIABLE: "0", CONSTANT: "10", **dict(zip(operators, heads, strict=True))}


def truncated_binary(symbol: int, size: int) -> str:
    """TB(symbol; size): the truncated binary code of one symbol out of `size`.

    >>> [truncated_binary(i, 3) for i in range(3)]
    ['0', '10', '11']
    """
    short_bits = size.bit_length() - 1
    short_symbols = 2 ** (short_bits + 1) - size
    is_short = symbol < short_symbols
    return binary(symbol, short_bits) if is_short else binary(symbol + short_symbols, short_bits + 1)


def binary(number: int, bits: int) -> str:
    """A number in so many bits, empty in none."""
    return format(number, f"0{bits}b") if bits else ""


def huffman_lengths(weights: Iterable[int]) -> list[int]:
    """The lengths in bits of a Huffman code for weights above 0, two at least.

    Of equal weights the first is merged first, and a merged one after all single ones.

    >>> huffman_lengths([5, 1, 1, 2])
    [1, 3, 3, 2]
    """
    heap = [(weight, place, [place]) for place, weight in enumerate(weights)]
    lengths, turn = [0] * len(heap), count(len(heap))
    heapify(heap)
    while len(heap) > 1:
        (first, _, some), (second, _, others) = heappop(heap), heappop(heap)
        for place in (merged := some + others):
            lengths[place] += 1
        heappush(heap, (first + second, next(turn), merged))
    return lengths


def canonical_codes(lengths: Sequence[int]) -> list[str]:
    """The canonical prefix code of these lengths: numbers in order, shorter words first, and first words first.

    >>> canonical_codes([1, 3, 3, 2])
    ['0', '110', '111', '10']
    """
    codes, number, before = [""] * len(lengths), 0, 0
    for place in sorted(range(len(lengths)), key=lambda place: (lengths[place], place)):
        number <<= lengths[place] - before
        codes[place], before = binary(number, lengths[place]), lengths[place]
        number += 1
    return codes


def _random_lengths(seed: int, bound: int, kinds: int) -> list[int]:
    """Huffman lengths of at most LONGEST bits for weights drawn from a symmetric Dirichlet distribution.

    The weights are drawn until no word is longer.
    """
    draws = (_weights(f"{seed} {bound} {draw}", kinds) for draw in count())
    return next(lengths for lengths in map(huffman_lengths, draws) if max(lengths) <= LONGEST)


def _weights(drawn_from: str, kinds: int) -> list[int]:
    """Whole weights of a Dirichlet(1) draw, which add up to 2^64: the gaps between uniform cuts of that range.

    A cut is the first 8 bytes of the SHA-256 of a text. The gaps are made 1 at least, as a cut may be met twice.
    """
    cuts = sorted(int.from_bytes(sha256(f"{drawn_from} {place}".encode()).digest()[:8]) for place in range(kinds - 1))
    return [max(1, after - before) for before, after in pairwise([0, *cuts, 1 << 64])]
