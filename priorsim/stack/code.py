"""The binary code of stack programs, and how many there are of each length (docs/stack.md sections 2 and 5).

The code is complete and prefix-free. The counts are exact and come from a recurrence that enumerates nothing; both
censuses are tested against it.
"""

from functools import cache

from priorsim.errors import CodeError
from priorsim.mu.dialect import Language
from priorsim.mu.kinds import binary
from priorsim.stack.language import BODY_HEIGHT, END, Instruction, Program, Symbol, symbols, symbols_of


def encode(program: Program, language: Language) -> str:
    """The program's code; CodeError where it does not belong to the language.

    >>> from priorsim.stack.language import parse
    >>> arith = Language.named("arith", 3)
    >>> encode(parse("[ mul 1 eq ] find", arith), arith)
    '11011011100111000000'
    """
    return "".join(
        symbol.code + binary(instruction.word, symbol.payload) for symbol, instruction in symbols_of(program, language)
    )


def decode(bits: str, language: Language) -> tuple[Program, str]:
    """The one program that starts the bit string, and the bits after it; CodeError where it is cut short.

    >>> decode("00" + "111", Language.named("arith", 3))
    ((Instruction(name='end', word=0, body=()),), '111')
    """
    return _decode(bits, language, 0, language.columns)


def _decode(bits: str, language: Language, bound: int, height: int) -> tuple[Program, str]:
    program: list[Instruction] = []
    while not program or program[-1].name != END:
        symbol = _first_symbol(bits, language, bound, height)
        word, bits = bits[len(symbol.code) : symbol.bits], bits[symbol.bits :]
        body, bits = _decode(bits, language, bound + 1, BODY_HEIGHT) if symbol.binds else ((), bits)
        program.append(Instruction(symbol.name, int(word or "0", 2), body))
        height += symbol.grows
    return tuple(program), bits


def _first_symbol(bits: str, language: Language, bound: int, height: int) -> Symbol:
    for symbol in symbols(language, bound, height):
        if bits.startswith(symbol.code) and len(bits) >= symbol.bits:
            return symbol
    raise CodeError("the bit string is cut short, or is none of the language")


@cache
def endings(language: Language, bound: int, height: int, bits: int) -> int:
    """N(d, h, l): the ways to go on from a height to the end in so many bits.

    >>> [endings(Language.named("arith", 3), 0, 1, bits) for bits in range(8)]
    [0, 0, 1, 0, 0, 0, 0, 1]
    """
    return sum(_endings_after(language, bound, height, bits, symbol) for symbol in symbols(language, bound, height))


def _endings_after(language: Language, bound: int, height: int, bits: int, symbol: Symbol) -> int:
    left = bits - symbol.bits
    if symbol.name == END or left <= 0:
        return int(symbol.name == END and left == 0)
    height += symbol.grows
    if not symbol.binds:
        return symbol.choices * endings(language, bound, height, left)
    return sum(
        endings(language, bound + 1, BODY_HEIGHT, body) * endings(language, bound, height, left - body)
        for body in range(left)
    )


def program_counts(language: Language, max_bits: int) -> tuple[int, ...]:
    """Number of programs of 0, 1, ..., `max_bits` bits.

    >>> sum(program_counts(Language.named("arith", 3), 26))
    498555
    """
    return tuple(endings(language, 0, language.columns, bits) for bits in range(max_bits + 1))
