"""Stack programs: their instructions, what is allowed in each context, and their text (docs/stack.md sections 1, 2).

A stack language is made of a language of Mu: its operators, its words, its depth and its input columns. A program is
the tuple of its instructions, `end` the last of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from priorsim.errors import CodeError, DomainError
from priorsim.mu.dialect import DEFAULT, FORMS, Language
from priorsim.mu.domain import MAX_WORD_DIGITS
from priorsim.mu.kinds import truncated_binary
from priorsim.reading import quoted

MOST_WORDS = 3
"""On the stack."""
BODY_HEIGHT = 2
"""The words with which a body starts: y, and above it the candidate or the state."""
MAX_WORD_BITS = 4
END = "end"
SHUFFLES: dict[str, tuple[int, tuple[int, ...]]] = {
    "dup": (1, (0, 0)),
    "swap": (2, (1, 0)),
    "drop": (1, ()),
    "over": (2, (0, 1, 0)),
}
"""How many words an instruction takes, and which of these it leaves, by their places from the lowest of them."""
LITERAL = "literal"
CONSTANTS = ("1", "0", LITERAL)
"""In code order."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: `word` is a literal's, and `body` a binder's."""

    name: str
    word: int = 0
    body: "Program" = ()

    @property
    def constant(self) -> int:
        """The word that a constant leaves."""
        return self.word if self.name == LITERAL else int(self.name)


Program = tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """An instruction that is allowed in a context: its code, how many words it takes, and by how many the stack grows.

    `choices` is the number of payloads, the word of a literal, each of `payload` bits that follow the code.
    """

    name: str
    code: str
    takes: int
    grows: int
    payload: int = 0

    @property
    def bits(self) -> int:
        """Bits of the code with its payload."""
        return len(self.code) + self.payload

    @property
    def choices(self) -> int:
        """The number of payloads."""
        return 1 << self.payload

    @property
    def binds(self) -> bool:
        """Whether a body follows."""
        return self.name in FORMS and FORMS[self.name].is_binder

    @property
    def searches(self) -> bool:
        """Whether it is find or argmax."""
        return self.name in FORMS and FORMS[self.name].is_search


def check_language(language: Language) -> None:
    """Raise PriorsimError where no stack language is made of a language."""
    if language.dialect.code != DEFAULT or language.dialect.applies:
        raise CodeError(
            f"dialect {language.dialect.name} has no stack language: choose one without apply and with the default code"
        )
    if language.columns > MOST_WORDS:
        raise DomainError(f"{language.columns} input columns are too many for a stack: give at most {MOST_WORDS}")
    if language.word_bits > MAX_WORD_BITS:
        raise DomainError(f"a word of {language.word_bits} bits is too long for a stack: choose 2 to {MAX_WORD_BITS}")


@cache
def symbols(language: Language, bound: int, height: int) -> tuple[Symbol, ...]:
    """What is allowed at a height of the stack in `bound` bodies, in code order.

    >>> [(symbol.name, symbol.code) for symbol in symbols(Language.named("arith", 3), 0, 1)][:3]
    [('end', '00'), ('dup', '01'), ('1', '100')]
    """
    groups = [(END, *SHUFFLES), CONSTANTS, language.coded_in(bound)]
    allowed = [[name for name in group if _is_allowed(name, height)] for group in groups]
    allowed = [group for group in allowed if group]
    heads = {1: [""], 2: ["0", "1"], 3: ["0", "10", "11"]}[len(allowed)]
    return tuple(
        Symbol(name, head + truncated_binary(place, len(group)), *_effect(name), _payload(name, language))
        for head, group in zip(heads, allowed, strict=True)
        for place, name in enumerate(group)
        if name not in language.without
    )


def _is_allowed(name: str, height: int) -> bool:
    if name == END:
        return height == 1
    takes, grows = _effect(name)
    return takes <= height and 1 <= height + grows <= MOST_WORDS


def _effect(name: str) -> tuple[int, int]:
    """How many words an instruction takes, and by how many the stack grows; a binder takes y for its body."""
    if name in SHUFFLES:
        takes, leaves = SHUFFLES[name]
        return takes, len(leaves) - takes
    if name in FORMS:
        return FORMS[name].arity, 1 - FORMS[name].arity
    return (1, 0) if name == END else (0, 1)


def _payload(name: str, language: Language) -> int:
    return language.word_bits if name == LITERAL else 0


@cache
def symbols_by_name(language: Language, bound: int, height: int) -> dict[str, Symbol]:
    """What is allowed in a context, by name."""
    return {symbol.name: symbol for symbol in symbols(language, bound, height)}


def search_bits(language: Language) -> int | None:
    """Bits of the cheapest find or argmax outside of bodies, with the `end` of its body; None without both.

    >>> search_bits(Language.named("arith", 3))
    5
    """
    found = (symbol for height in range(1, MOST_WORDS + 1) for symbol in symbols(language, 0, height))
    least = min((symbol.bits for symbol in found if symbol.searches), default=None)
    return None if least is None else least + symbols_by_name(language, 1, 1)[END].bits


def symbols_of(
    program: Program, language: Language, bound: int = 0, height: int | None = None
) -> Iterator[tuple[Symbol, Instruction]]:
    """Every instruction of a program with its symbol, those of a body after the binder's own.

    CodeError where the program does not belong to the language.
    """
    height = language.columns if height is None else height
    for place, instruction in enumerate(program, 1):
        symbol = symbols_by_name(language, bound, height).get(instruction.name)
        if symbol is None or (instruction.name == END) != (place == len(program)):
            raise CodeError(_why_not_allowed(instruction.name, place, bound, height, language))
        if not 0 <= instruction.word < symbol.choices:
            raise CodeError(f"word {instruction.word} is out of range 0 to {2**language.word_bits - 1}")
        yield symbol, instruction
        if symbol.binds:
            yield from symbols_of(instruction.body, language, bound + 1, BODY_HEIGHT)
        height += symbol.grows


def _why_not_allowed(name: str, place: int, bound: int, height: int, language: Language) -> str:
    where = f"instruction {place} of a body" if bound else f"instruction {place}"
    allowed = ", ".join(symbols_by_name(language, bound, height))
    return f"{where}, {quoted(name)}, cannot stand where {height} words are on the stack: choose among {allowed}"


_TOKEN = re.compile(r"\[|\]|[^\s\[\]]+")
_NUMBER = re.compile(r"#?[0-9]+\Z")


def parse(text: str, language: Language) -> Program:
    """The program of a text, in which no `end` is written; CodeError where it is none of the language.

    >>> [instruction.name for instruction in parse("[ mul 1 eq ] find", Language.named("arith", 3))]
    ['find', 'end']
    """
    open_bodies: list[list[Instruction]] = [[]]
    body: Program = ()
    for token in _TOKEN.findall(text):
        is_binder = token in FORMS and FORMS[token].is_binder
        if is_binder != bool(body):
            raise CodeError(f"at {quoted(token)}: a body [ ... ] stands before find, argmax or iter, and nowhere else")
        if token == "[":
            open_bodies.append([])
        elif token == "]":
            body = (*open_bodies.pop(), Instruction(END))
            if not open_bodies:
                raise CodeError("']' closes nothing")
        else:
            open_bodies[-1].append(_instruction(token, body))
            body = ()
    if len(open_bodies) > 1 or body:
        raise CodeError("a body is not closed, or no find, argmax or iter stands after it")
    program = (*open_bodies[0], Instruction(END))
    for _ in symbols_of(program, language):
        pass
    return program


def _instruction(token: str, body: Program) -> Instruction:
    if not _NUMBER.match(token) or token in CONSTANTS:
        return Instruction(token, body=body)
    digits = token.removeprefix("#").lstrip("0") or "0"
    return Instruction(LITERAL, int(digits[: MAX_WORD_DIGITS + 1]))


def format_program(program: Program) -> str:
    """The text of a program, on one line.

    >>> format_program((Instruction("literal", 5), Instruction("add"), Instruction("end")))
    '5 add'
    """
    return " ".join(map(_text, program[:-1]))


def _text(instruction: Instruction) -> str:
    if instruction.name == LITERAL:
        return str(instruction.word) if instruction.word > 1 else f"#{instruction.word}"
    return f"[ {format_program(instruction.body)} ] {instruction.name}" if instruction.body else instruction.name
