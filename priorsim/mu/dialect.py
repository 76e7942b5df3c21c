"""The forms of Mu, the dialects that offer them, and the language a program is coded in.

Implements sections 2 and 3 of docs/language.md: which operators exist, how many bound variables
each child gains, and which operators a context of d bound variables may use, in code order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

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
    **dict.fromkeys(("shl", "shr"), (0,)),
    "apply": (0, 0),
    "iter": (0, 0, 1),
    **dict.fromkeys(("find", "argmax"), (1,)),
}
FORMS = {name: Form(name, binds) for name, binds in _BINDS.items()}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A named choice of operators, in code order, the binders last; the longest words and the deepest binders.

    `version` is that of docs/language.md's semantics: an atlas of another version is refused.
    """

    name: str
    operators: tuple[str, ...]
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


DIALECTS = {
    name: Dialect(name, tuple(operators.split()))
    for name, operators in {
        "arith": "add sub mul eq lt if iter find argmax",
        "logic": "and xor shl shr eq if iter find argmax",
        "loops": "add sub mul eq lt if iter",
    }.items()
}
NESTED = Dialect("nested", ("apply", "add", "eq", "lt", "find", "argmax"), max_word_bits=8, max_depth=1, version="2")
DIALECTS[NESTED.name] = NESTED


def dialect_named(name: str) -> Dialect:
    """The dialect of that name; CodeError where there is none."""
    if name not in DIALECTS:
        raise CodeError(f"unknown dialect {quoted(name)}: choose one of {', '.join(DIALECTS)}")
    return DIALECTS[name]


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
    def knocked_out(self) -> tuple[str, ...]:
        """The operators `without`, in code order."""
        return tuple(name for name in self.dialect.operators if name in self.without)


def no_operator(name: str, dialect: Dialect) -> str:
    """What is said of a name that is none of the dialect's operators."""
    return f"dialect {dialect.name} has no operator {quoted(name)}: it has {', '.join(dialect.operators)}"


def check_word_bits(word_bits: int) -> None:
    """Raise DomainError unless words may have so many bits."""
    if not MIN_WORD_BITS <= word_bits <= MAX_WORD_BITS:
        raise DomainError(f"a word of {word_bits} bits is out of range: choose {MIN_WORD_BITS} to {MAX_WORD_BITS}")
