"""Terms and programs, their S-expressions, the parser and the printer (section 2 of docs/language.md).

Variables are stored by index, bound variables innermost first and then the input columns, so two programs that differ
only in the names of bound variables are equal. Parsing what was printed gives the same program back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorsim.errors import CodeError, DomainError, MuSyntaxError
from priorsim.mu.dialect import FORMS, Language, no_operator
from priorsim.mu.domain import MAX_WORD_DIGITS, check_column_names
from priorsim.reading import quoted, shown


@dataclass(frozen=True, slots=True)
class Var:
    """A variable: index 0 is the innermost bound one; the input columns come last."""

    index: int


@dataclass(frozen=True, slots=True)
class Const:
    """A constant word. `literal` tells the payload code from the short codes of 1 and 0."""

    word: int
    literal: bool


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator applied to its children, in the order written."""

    form: str
    args: "tuple[Term, ...]"


Term = Var | Const | Apply

MAX_NESTING = 100
"""Operators nest no deeper in what is read or coded, so that terms can be walked by recursion.

No census that can be taken reaches so deep: it would hold programs of more than 100 bits.
"""

LISTS_AROUND = 2
"""So many lists more may nest in a text: the data segment around a body, and the name that an operator binds."""

TOO_DEEP = f"operators nest more than {MAX_NESTING} deep: write a flatter program"


@dataclass(frozen=True, slots=True)
class Program:
    """A program: a term, or with `entries` a data segment, its index term and the body `term`."""

    term: Term
    entries: tuple[int, ...] | None = None
    index: Term | None = None

    @property
    def has_data(self) -> bool:
        """True for a program with a data segment."""
        return self.entries is not None


def constant(word: int) -> Const:
    """The constant in its shortest code: short for 0 and 1, a literal otherwise."""
    return Const(word, literal=word > 1)


def subterms(term: Term) -> Iterator[Term]:
    """The term and everything below it, in preorder."""
    yield term
    if isinstance(term, Apply):
        for arg in term.args:
            yield from subterms(arg)


def program_terms(program: Program) -> Iterator[Term]:
    """Every node of a program in preorder, the index term's before the body's."""
    if program.index is not None:
        yield from subterms(program.index)
    yield from subterms(program.term)


def count_searches(program: Program) -> int:
    """Static number of find and argmax nodes."""
    return sum(isinstance(t, Apply) and FORMS[t.form].is_search for t in program_terms(program))


def check(program: Program, language: Language) -> None:
    """Raise CodeError unless the program belongs to the language (every such program has a code)."""
    bound = 0
    if program.entries is not None:
        size = len(program.entries)
        if size not in [2**k for k in range(1, language.word_bits + 1)]:
            raise CodeError(f"a data segment of {size} entries: give a power of two from 2 to {2**language.word_bits}")
        for entry in program.entries:
            if not 0 <= entry < 2**language.word_bits:
                raise CodeError(f"data entry {entry} is out of range 0 to {2**language.word_bits - 1}")
        if program.index is None:
            raise CodeError("a program with data needs an index term")
        _check_term(program.index, 0, language, 1)
        bound = 1
    _check_term(program.term, bound, language, 1)


def _check_term(term: Term, bound: int, language: Language, level: int) -> None:
    match term:
        case Var(index):
            if not 0 <= index < bound + language.columns:
                raise CodeError(f"variable {index} is out of scope: {bound + language.columns} are in it")
        case Const(word, literal):
            if not 0 <= word < 2**language.word_bits or not (literal or word <= 1):
                raise CodeError(f"constant {word} is out of range 0 to {2**language.word_bits - 1}")
        case Apply(form, args):
            if level > MAX_NESTING:
                raise CodeError(TOO_DEEP)
            if form not in language.operators_in(bound):
                raise CodeError(_why_not_allowed(form, bound, language))
            if len(args) != FORMS[form].arity:
                raise CodeError(f"{form} takes {FORMS[form].arity} terms, not {len(args)}")
            for arg, binds in zip(args, FORMS[form].binds, strict=True):
                _check_term(arg, bound + binds, language, level + 1)


def _why_not_allowed(form: str, bound: int, language: Language) -> str:
    if form in language.without:
        return f"'{form}' is knocked out of the language: choose among {', '.join(language.operators_in(bound))}"
    if form in language.dialect.operators:
        return f"'{form}' is a binder too deep: {bound} binders are around it, and the depth is {language.depth}"
    return no_operator(form, language.dialect)


_BOUND_NAMES = {"iter": "s", "find": "c", "argmax": "c", "data": "m"}


def format_program(program: Program, columns: Sequence[str] = ("x",)) -> str:
    """The S-expression of a program, on one line, bound variables named s, c and m.

    >>> format_program(Program(Apply("find", (Apply("eq", (Var(1), Apply("mul", (Var(0), Var(0))))),))))
    '(find (c) (eq x (mul c c)))'
    """
    scope = tuple(columns)
    if program.entries is None or program.index is None:
        return format_term(program.term, scope)
    name = fresh_name("data", scope)
    entries = " ".join(map(str, program.entries))
    body = format_term(program.term, (name, *scope))
    return f"(data ({entries}) {format_term(program.index, scope)} ({name}) {body})"


def format_term(term: Term, scope: Sequence[str]) -> str:
    """The S-expression of a term whose variables have the names in `scope`, innermost first."""
    match term:
        case Var(index):
            return scope[index]
        case Const(word, literal):
            return f"#{word}" if literal and word <= 1 else str(word)
        case Apply(form, args):
            parts = [form]
            for arg, binds in zip(args, FORMS[form].binds, strict=True):
                bound = [fresh_name(form, scope)] if binds else []
                parts += [*(f"({name})" for name in bound), format_term(arg, (*bound, *scope))]
            return f"({' '.join(parts)})"


def fresh_name(form: str, scope: Sequence[str]) -> str:
    """The name the printer gives to the variable that `form` binds where `scope` is taken."""
    base = _BOUND_NAMES[form]
    name, number = base, 2
    while name in scope:
        name, number = f"{base}{number}", number + 1
    return name


_TOKEN = re.compile(r"(?P<space>\s+|;[^\n]*)|(?P<open>\()|(?P<close>\))|(?P<atom>[^\s();]+)")
_NUMBER = re.compile(r"#?[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class _Node:
    """An atom, which has a text, or a list of nodes, which has none."""

    text: str
    items: "tuple[_Node, ...]"
    line: int
    column: int

    def error(self, message: str) -> MuSyntaxError:
        return MuSyntaxError(message, self.line, self.column)


def parse(text: str, language: Language, columns: Sequence[str] = ("x",)) -> Program:
    """Parse one program over input columns of these names; a semicolon starts a comment that ends with its line.

    MuSyntaxError with line and column: a syntax error, an unbound or rebound name, an operator the dialect lacks, a
    binder too deep, a word out of range.

    >>> parse("(add x 1)", Language.named("arith", 4)).term
    Apply(form='add', args=(Var(index=0), Const(word=1, literal=False)))
    """
    if len(columns) != language.columns:
        raise DomainError(f"{len(columns)} column names for {language.columns} input columns")
    check_column_names(columns)
    return _Resolver(language).program(_read(text), tuple(columns))


def _read(text: str) -> _Node:
    stack: list[tuple[list[_Node], int, int]] = []
    done: list[_Node] = []
    position = 0
    line, line_start = 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None, "the token pattern covers every character"
        column = position - line_start + 1
        here = stack[-1][0] if stack else done
        if match["space"] is None and done and not stack:
            raise MuSyntaxError(f"{quoted(match[0])} after the end of the program", line, column)
        if match["open"]:
            if len(stack) > MAX_NESTING + LISTS_AROUND:
                raise MuSyntaxError(TOO_DEEP, *stack[MAX_NESTING][1:])
            stack.append(([], line, column))
        elif match["close"]:
            if not stack:
                raise MuSyntaxError("')' closes nothing", line, column)
            items, open_line, open_column = stack.pop()
            (stack[-1][0] if stack else done).append(_Node("", tuple(items), open_line, open_column))
        elif match["atom"]:
            here.append(_Node(match["atom"], (), line, column))
        if newlines := match[0].count("\n"):
            line += newlines
            line_start = position + match[0].rindex("\n") + 1
        position = match.end()
    if stack:
        raise MuSyntaxError("'(' is never closed: add a ')'", stack[-1][1], stack[-1][2])
    if not done:
        raise MuSyntaxError("the program is empty", line, 1)
    return done[0]


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Turns the nested lists of a text into terms of a language."""

    language: Language

    def program(self, node: _Node, scope: tuple[str, ...]) -> Program:
        if not (node.items and node.items[0].text == "data"):
            return Program(self.term(node, scope, 0, 1))
        if len(node.items) != 5:
            raise node.error("write (data (e0 e1 ...) index (m) body)")
        _, entry_list, index, binder, body = node.items
        if entry_list.text:
            raise entry_list.error("the entries of a data segment stand in parentheses")
        entries = tuple(self.word(item) for item in entry_list.items)
        sizes = [2**k for k in range(1, self.language.word_bits + 1)]
        if len(entries) not in sizes:
            raise entry_list.error(f"{len(entries)} entries: give a power of two from 2 to {sizes[-1]}")
        inner = (self.binding(binder, scope), *scope)
        return Program(self.term(body, inner, 1, 1), entries, self.term(index, scope, 0, 1))

    def term(self, node: _Node, scope: tuple[str, ...], bound: int, level: int) -> Term:
        if node.text:
            return self.leaf(node, scope)
        if not node.items:
            raise node.error("'()' is not a term")
        if level > MAX_NESTING:
            raise node.error(TOO_DEEP)
        head = node.items[0]
        if head.text not in FORMS:
            if head.text == "data":
                raise head.error("a data segment stands only at the root of a program")
            operators = ", ".join(self.language.operators_in(bound))
            raise head.error(f"{quoted(head.text or 'a list')} is not an operator: choose among {operators}")
        if head.text not in self.language.operators_in(bound):
            raise head.error(_why_not_allowed(head.text, bound, self.language))
        return Apply(head.text, tuple(self.arguments(head.text, node, scope, bound, level)))

    def arguments(self, form: str, node: _Node, scope: tuple[str, ...], bound: int, level: int) -> Iterator[Term]:
        binds = FORMS[form].binds
        rest = node.items[1:]
        if len(rest) != len(binds) + sum(binds):
            shape = " ".join("(name) body" if opens else "term" for opens in binds)
            raise node.error(f"write ({form} {shape}): {len(rest)} items stand after {form}")
        position = 0
        for opens in binds:
            inner = (self.binding(rest[position], scope), *scope) if opens else scope
            yield self.term(rest[position + opens], inner, bound + opens, level + 1)
            position += 1 + opens

    def binding(self, node: _Node, scope: tuple[str, ...]) -> str:
        if len(node.items) != 1 or not node.items[0].text:
            raise node.error("a bound variable stands alone in parentheses, as (c)")
        name = node.items[0].text
        try:
            check_column_names([name])
        except DomainError:
            raise node.error(f"{quoted(name)} cannot name a variable") from None
        if name in scope:
            raise node.error(f"{quoted(name)} is already bound here: choose another name")
        return name

    def leaf(self, node: _Node, scope: tuple[str, ...]) -> Term:
        if _NUMBER.match(node.text):
            word = self.word(node)
            return Const(word, literal=word > 1 or node.text.startswith("#"))
        if node.text in scope:
            return Var(scope.index(node.text))
        names = shown(", ".join(scope), 200)
        raise node.error(f"{quoted(node.text)} is not bound: in scope are {names}")

    def word(self, node: _Node) -> int:
        if not _NUMBER.match(node.text):
            raise node.error("a word is expected here")
        digits = node.text.removeprefix("#").lstrip("0") or "0"
        if len(digits) > MAX_WORD_DIGITS or int(digits) >= 2**self.language.word_bits:
            word = shown(digits, MAX_WORD_DIGITS)
            raise node.error(f"word {word} is out of range 0 to {2**self.language.word_bits - 1}")
        return int(digits)
