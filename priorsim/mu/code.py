"""The binary code of programs: complete and prefix-free (section 3 of docs/language.md).

Bits are written as strings of '0' and '1', the way the language page shows them. Every bit string
decodes to exactly one program and a rest, or is cut short. The code's costs in bits, which the
recurrence and the engines use, come from the same functions that write it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from priorsim.errors import CodeError
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.kinds import CONSTANT, VARIABLE, binary, kind_codes, truncated_binary
from priorsim.mu.syntax import MAX_NESTING, TOO_DEEP, Apply, Const, Program, Term, Var, check
from priorsim.reading import quoted

CONSTANT_SYMBOLS = 3
"""1, 0 and the literal, in code order."""


def variable_code(index: int, bound: int, language: Language) -> str:
    """Bits of the variable `index` under `bound` binders."""
    return kind_codes(language, bound)[VARIABLE] + truncated_binary(index, bound + language.columns)


def constant_code(constant: Const, bound: int, language: Language) -> str:
    """Bits of a constant under `bound` binders: short for 1 and 0, with payload for a literal."""
    head = kind_codes(language, bound)[CONSTANT]
    if constant.literal:
        return head + truncated_binary(2, CONSTANT_SYMBOLS) + binary(constant.word, language.word_bits)
    return head + truncated_binary(1 - constant.word, CONSTANT_SYMBOLS)


def operator_code(form: str, bound: int, language: Language) -> str:
    """Bits of an operator's symbol under `bound` binders, its children not counted."""
    return kind_codes(language, bound)[form]


def symbols_of(term: Term, bound: int, language: Language) -> Iterator[tuple[int, str]]:
    """The symbols of a term under `bound` binders in preorder: the binders around each, and its bits."""
    match term:
        case Var(index):
            yield bound, variable_code(index, bound, language)
        case Const():
            yield bound, constant_code(term, bound, language)
        case Apply(form, args):
            yield bound, operator_code(form, bound, language)
            for arg, binds in zip(args, FORMS[form].binds, strict=True):
                yield from symbols_of(arg, bound + binds, language)


def encode(program: Program, language: Language) -> str:
    """The program's code; CodeError where it does not belong to the language.

    >>> from priorsim.mu.syntax import parse
    >>> arith = Language.named("arith", 4)
    >>> encode(parse("(add x 1)", arith), arith)
    '0110000100'
    """
    check(program, language)
    if program.entries is None or program.index is None:
        return "0" + _encode_term(program.term, 0, language)
    exponent = len(program.entries).bit_length() - 1
    words = "".join(binary(entry, language.word_bits) for entry in program.entries)
    header = "1" + truncated_binary(exponent - 1, language.word_bits) + words
    return header + _encode_term(program.index, 0, language) + _encode_term(program.term, 1, language)


def _encode_term(term: Term, bound: int, language: Language) -> str:
    return "".join(code for _, code in symbols_of(term, bound, language))


def length(program: Program, language: Language) -> int:
    """The program's length l(p) in bits."""
    return len(encode(program, language))


@cache
def _kinds_by_code(language: Language, bound: int) -> dict[str, str]:
    return {code: kind for kind, code in kind_codes(language, bound).items()}


@dataclass(slots=True)
class _Reader:
    bits: str
    position: int = 0

    def take(self, count: int) -> int:
        end = self.position + count
        if end > len(self.bits):
            raise CodeError(f"the bit string is cut short: the program goes on after {len(self.bits)} bits")
        number = int(self.bits[self.position : end], 2) if count else 0
        self.position = end
        return number

    def kind(self, bound: int, language: Language) -> str:
        kinds, word = _kinds_by_code(language, bound), ""
        while word not in kinds:
            word += binary(self.take(1), 1)
        return kinds[word]

    def symbol(self, size: int) -> int:
        short_bits = size.bit_length() - 1
        short_symbols = int(2 ** (short_bits + 1)) - size
        number = self.take(short_bits)
        if number < short_symbols:
            return number
        return 2 * number + self.take(1) - short_symbols


def decode(bits: str, language: Language) -> tuple[Program, str]:
    """The one program that starts the bit string, and the bits after it.

    CodeError where the string holds other characters than 0 and 1, is cut short, its operators nest too deep, or one
    is knocked out.

    >>> decode("0110000100" + "111", Language.named("arith", 4))[1]
    '111'
    """
    wrong = set(bits) - {"0", "1"}
    if wrong:
        raise CodeError(f"a bit string holds only 0 and 1, not {quoted(min(wrong))}")
    reader = _Reader(bits)
    if reader.take(1) == 0:
        program = Program(_decode_term(reader, 0, language, 1))
    else:
        size = int(2 ** (reader.symbol(language.word_bits) + 1))
        entries = tuple(reader.take(language.word_bits) for _ in range(size))
        index = _decode_term(reader, 0, language, 1)
        program = Program(_decode_term(reader, 1, language, 1), entries, index)
    return program, bits[reader.position :]


def _decode_term(reader: _Reader, bound: int, language: Language, level: int) -> Term:
    kind = reader.kind(bound, language)
    if kind == VARIABLE:
        return Var(reader.symbol(bound + language.columns))
    if kind == CONSTANT:
        symbol = reader.symbol(CONSTANT_SYMBOLS)
        if symbol == 2:
            return Const(reader.take(language.word_bits), literal=True)
        return Const(1 - symbol, literal=False)
    if level > MAX_NESTING:
        raise CodeError(f"bit {reader.position}: {TOO_DEEP}")
    if kind in language.without:
        raise CodeError(f"bit {reader.position}: operator '{kind}' is knocked out of the language")
    return Apply(kind, tuple(_decode_term(reader, bound + binds, language, level + 1) for binds in FORMS[kind].binds))
