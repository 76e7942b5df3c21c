"""The forms of Mu, the dialects that offer them, and the language a program is coded in.

Implements sections 2 and 3 of docs/language.md: which operators exist, how many bound variables
each child gains, and which operators a context of d bound variables may use, in code order.
"""

from dataclasses import dataclass

from priorsim.errors import CodeError, DomainError
from priorsim.reading import quoted

MIN_WORD_BITS = 2
MAX_WORD_BITS = 16
LANGUAGE_VERSION = "1"
"""Version of docs/language.md's semantics; an atlas of another version is refused."""


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


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form("add", (0, 0)),
        Form("sub", (0, 0)),
        Form("mul", (0, 0)),
        Form("eq", (0, 0)),
        Form("lt", (0, 0)),
        Form("if", (0, 0, 0)),
        Form("and", (0, 0)),
        Form("xor", (0, 0)),
        Form("shl", (0,)),
        Form("shr", (0,)),
        Form("iter", (0, 0, 1)),
        Form("find", (1,)),
        Form("argmax", (1,)),
    )
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A named choice of operators, in code order, the binders last."""

    name: str
    operators: tuple[str, ...]

    def operators_in(self, bound: int, depth: int) -> tuple[str, ...]:
        """Operators allowed under `bound` binders: all of them, or at `depth` all but the binders."""
        if bound < depth:
            return self.operators
        return tuple(name for name in self.operators if not FORMS[name].is_binder)


DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("arith", ("add", "sub", "mul", "eq", "lt", "if", "iter", "find", "argmax")),
        Dialect("logic", ("and", "xor", "shl", "shr", "eq", "if", "iter", "find", "argmax")),
        Dialect("loops", ("add", "sub", "mul", "eq", "lt", "if", "iter")),
    )
}


@dataclass(frozen=True, slots=True)
class Language:
    """What fixes the code of a program: dialect, word size, depth and number of input columns.

    Parameters
    ----------
    dialect : Dialect
    word_bits : int
        Bits of a word, 2 to 16.
    depth : int
        How deep binders may nest, 1 or 2.
    columns : int
        Number g >= 1 of input columns.

    Raises
    ------
    DomainError
        When a number is out of range.

    Examples
    --------
    >>> Language.named("arith", 4).depth
    2
    """

    dialect: Dialect
    word_bits: int
    depth: int = 2
    columns: int = 1

    def __post_init__(self) -> None:
        if not MIN_WORD_BITS <= self.word_bits <= MAX_WORD_BITS:
            raise DomainError(
                f"a word of {self.word_bits} bits is out of range: choose {MIN_WORD_BITS} to {MAX_WORD_BITS}"
            )
        if self.depth not in (1, 2):
            raise DomainError(f"depth {self.depth} is out of range: choose 1 or 2")
        if self.columns < 1:
            raise DomainError(f"{self.columns} input columns are too few: give at least 1")

    @classmethod
    def named(cls, dialect: str, word_bits: int, *, depth: int = 2, columns: int = 1) -> "Language":
        """The language over the dialect of that name.

        Raises
        ------
        CodeError
            When there is no such dialect.
        """
        if dialect not in DIALECTS:
            raise CodeError(f"unknown dialect {quoted(dialect)}: choose one of {', '.join(DIALECTS)}")
        return cls(DIALECTS[dialect], word_bits, depth, columns)

    def operators_in(self, bound: int) -> tuple[str, ...]:
        """Operators allowed under `bound` binders, in code order."""
        return self.dialect.operators_in(bound, self.depth)
