"""The forms of Mu, the dialects that offer them, and the language a program is coded in.

Implements sections 2 and 3 of docs/language.md: which operators exist, how many bound variables
each child gains, and which operators a context of d bound variables may use, in code order. A dialect is data: any
operators in any order, with one of the codes of section 8. Its name says both.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from priorsim.errors import CodeError, DomainError
from priorsim.reading import quoted

MIN_WORD_BITS = 2
MAX_WORD_BITS = 16


@dataclass(frozen=True, slots=True)
class Form:
    """An operator: its name and, for each child, how many variables it binds there (0 or 1)."""

    name: str
    binds: tuple[int, ...]

    @property
    def arity(self) -> int:
        """Number of children."""
        return len(self.binds)

    @property
    def is_binder(self) -> bool:
        """True for iter, find and argmax."""
        return any(self.binds)

    @property
    def is_search(self) -> bool:
        """True for find and argmax."""
        return self.name in ("find", "argmax")


_BINDS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("add", "sub", "mul", "eq", "lt"), (0, 0)),
    "if": (0, 0, 0),
    **dict.fromkeys(("and", "xor"), (0, 0)),
    **dict.fromkeys(("shl", "shr", "succ", "pred", "not"), (0,)),
    "apply": (0, 0),
    "iter": (0, 0, 1),
    **dict.fromkeys(("find", "argmax"), (1,)),
}
FORMS = {name: Form(name, binds) for name, binds in _BINDS.items()}


DEFAULT, FITTED, RANDOM = "default", "fitted", "random"
"""The codes of a dialect; a random one is written with its seed, as random:7."""
_RANDOM_CODE = re.compile(rf"{RANDOM}:(0|[1-9][0-9]{{0,8}})")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A choice of operators, in code order, and of their code; the longest words and the deepest binders.

    `version` is that of docs/language.md's semantics: an atlas of another version is refused.
    """

    name: str
    operators: tuple[str, ...]
    code: str = DEFAULT
    max_word_bits: int = MAX_WORD_BITS
    max_depth: int = 2
    version: str = "1"

    @property
    def applies(self) -> bool:
        """Whether its programs run inner programs."""
        return "apply" in self.operators

    def check(self, word_bits: int, depth: int) -> None:
        """Raise DomainError unless words may have so many bits and binders nest so deep."""
        check_word_bits(word_bits)
        if depth not in (1, 2):
            raise DomainError(f"depth {depth} is out of range: choose 1 or 2")
        if word_bits > self.max_word_bits:
            raise DomainError(
                f"a word of {word_bits} bits is out of range in dialect {self.name}: "
                f"choose {MIN_WORD_BITS} to {self.max_word_bits}"
            )
        if depth > self.max_depth:
            raise DomainError(f"depth {depth} is out of range in dialect {self.name}: choose {self.max_depth}")


_FAMILY_VERSION = "3"
"""Of the dialects by any operators and codes; those of the versions before are what they were."""

NESTED = Dialect("nested", ("apply", "add", "eq", "lt", "find", "argmax"), max_word_bits=8, max_depth=1, version="2")
DIALECTS = {
    "arith": Dialect("arith", ("add", "sub", "mul", "eq", "lt", "if", "iter", "find", "argmax")),
    "logic": Dialect("logic", ("and", "xor", "shl", "shr", "eq", "if", "iter", "find", "argmax")),
    "loops": Dialect("loops", ("add", "sub", "mul", "eq", "lt", "if", "iter")),
    "nested": NESTED,
    **{
        name: Dialect(name, tuple(operators.split()), version=_FAMILY_VERSION)
        for name, operators in {
            "kleene": "succ pred eq if iter find",
            "compare": "add sub lt if iter find argmax",
            "boolean": "and xor not shl shr iter find",
            "bare": "add mul eq if",
        }.items()
    },
}
_BY_OPERATORS = {dialect.operators: dialect for dialect in DIALECTS.values()}


@cache
def dialect_named(name: str) -> Dialect:
    """The dialect of that name: one of DIALECTS or operators in code order, and after @ a code that is not the default.

    CodeError where it has no such operator or code.

    >>> dialect_named("add,mul,eq,find@random:7").operators, dialect_named("arith@fitted").code
    (('add', 'mul', 'eq', 'find'), 'fitted')
    """
    base, at, code = name.partition("@")
    return dialect_of(_operators_of(base), code if at else DEFAULT)


def dialect_of(operators: Iterable[str], code: str = DEFAULT) -> Dialect:
    """The dialect of these operators in this code order, and of the code `default`, `fitted` or `random:SEED`.

    CodeError where the code is unknown, or an operator is unknown, given twice or apply outside of nested, or there is
    none.

    >>> dialect_of(["add", "mul", "eq", "if"]).name, dialect_of(["add", "find"], "random:7").name
    ('bare', 'add,find@random:7')
    """
    names = tuple(operators)
    if code not in (DEFAULT, FITTED) and not _RANDOM_CODE.fullmatch(code):
        raise CodeError(f"unknown code {quoted(code)}: choose {DEFAULT}, {FITTED} or {RANDOM}:SEED, as {RANDOM}:7")
    known = _BY_OPERATORS.get(names)
    if known is None:
        _check_operators(names)
        known = Dialect(",".join(names), names, version=_FAMILY_VERSION)
    if code == DEFAULT:
        return known
    return replace(known, name=f"{known.name}@{code}", code=code, version=_FAMILY_VERSION)


def names_dialect(name: str) -> bool:
    """Whether a text is the name of a dialect, whatever its code."""
    base = name.partition("@")[0]
    return base in DIALECTS or all(part in FORMS for part in base.split(","))


def seed_of(code: str) -> int | None:
    """The seed of a random code; None of another code."""
    found = _RANDOM_CODE.fullmatch(code)
    return None if found is None else int(found[1])


def _operators_of(base: str) -> tuple[str, ...]:
    """The operators of a dialect's name before its code."""
    if base in DIALECTS:
        return DIALECTS[base].operators
    names = tuple(base.split(","))
    if not any(name in FORMS for name in names):
        raise CodeError(
            f"unknown dialect {quoted(base)}: choose one of {', '.join(DIALECTS)}, or operators, as add,mul,find"
        )
    return names


def _check_operators(names: tuple[str, ...]) -> None:
    """Raise CodeError unless a dialect may have these operators."""
    free = [name for name in FORMS if name not in NESTED.operators[:1]]
    for place, name in enumerate(names):
        if name not in free:
            only = ", which is of the dialect nested alone" if name in FORMS else ""
            raise CodeError(f"operator {place + 1} is {quoted(name)}{only}: choose among {', '.join(free)}")
        if name in names[:place]:
            raise CodeError(f"operator {quoted(name)} is given twice: give it once")
    if not names:
        raise CodeError(f"a dialect without operators has no code for them: choose among {', '.join(free)}")


@dataclass(frozen=True, slots=True)
class Language:
    """What fixes the code of a program: dialect, word size, how deep binders may nest (1 or 2), input columns.

    The operators `without` are knocked out: no program has them, while all codes stay what they are. DomainError where
    a number is out of range, CodeError where the dialect has no such operator.

    >>> Language.named("arith", 4).depth
    2
    """

    dialect: Dialect
    word_bits: int
    depth: int = 2
    columns: int = 1
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.dialect.check(self.word_bits, self.depth)
        if self.columns < 1:
            raise DomainError(f"{self.columns} input columns are too few: give at least 1")
        for name in sorted(self.without):
            if name not in self.dialect.operators:
                raise CodeError(f"{quoted(name)} cannot be knocked out: {no_operator(name, self.dialect)}")

    @classmethod
    def named(
        cls, dialect: str, word_bits: int, *, depth: int | None = None, columns: int = 1, without: Iterable[str] = ()
    ) -> "Language":
        """The language over the dialect of that name, as deep as that allows; CodeError where there is none."""
        found = dialect_named(dialect)
        return cls(found, word_bits, found.max_depth if depth is None else depth, columns, frozenset(without))

    def coded_in(self, bound: int) -> tuple[str, ...]:
        """Operators with a code under `bound` binders, in code order: all, or at `depth` all but the binders."""
        names = self.dialect.operators
        return names if bound < self.depth else tuple(name for name in names if not FORMS[name].is_binder)

    def operators_in(self, bound: int) -> tuple[str, ...]:
        """Operators allowed under `bound` binders, in code order: those with a code that are not knocked out."""
        return tuple(name for name in self.coded_in(bound) if name not in self.without)

    @property
    def has_search(self) -> bool:
        """Whether a program can have find or argmax."""
        return any(FORMS[name].is_search for name in self.operators_in(0))

    @property
    def knocked_out(self) -> tuple[str, ...]:
        """The operators `without`, in code order."""
        return tuple(name for name in self.dialect.operators if name in self.without)


NO_SEARCH = "the language has neither find nor argmax"
"""Why no program searches, where a language has no search."""


def no_operator(name: str, dialect: Dialect) -> str:
    """What is said of a name that is none of the dialect's operators."""
    return f"dialect {dialect.name} has no operator {quoted(name)}: it has {', '.join(dialect.operators)}"


def check_word_bits(word_bits: int) -> None:
    """Raise DomainError unless words may have so many bits."""
    if not MIN_WORD_BITS <= word_bits <= MAX_WORD_BITS:
        raise DomainError(f"a word of {word_bits} bits is out of range: choose {MIN_WORD_BITS} to {MAX_WORD_BITS}")
