"""Random programs for property tests: every form, to a depth and size that keeps interpretation quick."""

from hypothesis import strategies as st

from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.syntax import Apply, Const, Program, Term, Var
from priorsim.stack import language as stack

LANGUAGES = [Language.named(name, w) for name in ("arith", "logic", "loops", "nested") for w in (2, 3)]


@st.composite
def terms(draw: st.DrawFn, language: Language, bound: int = 0, size: int = 4) -> Term:
    """A term of the language under `bound` binders, at most `size` operators deep."""
    leaves = ["variable", "constant", "literal"]
    kind = draw(st.sampled_from(leaves if size == 0 else [*leaves, *language.operators_in(bound) * 2]))
    if kind == "variable":
        return Var(draw(st.integers(0, bound + language.columns - 1)))
    if kind == "constant":
        return Const(draw(st.integers(0, 1)), literal=False)
    if kind == "literal":
        return Const(draw(st.integers(0, 2**language.word_bits - 1)), literal=True)
    return Apply(kind, tuple(draw(terms(language, bound + binds, size - 1)) for binds in FORMS[kind].binds))


@st.composite
def programs(draw: st.DrawFn, language: Language, *, data: bool = True, size: int = 4) -> Program:
    """A program of the language, with a data segment now and then."""
    if not data or draw(st.integers(0, 3)):
        return Program(draw(terms(language, 0, size)))
    exponent = draw(st.integers(1, language.word_bits))
    entries = draw(st.lists(st.integers(0, 2**language.word_bits - 1), min_size=2**exponent, max_size=2**exponent))
    return Program(draw(terms(language, 1, size)), tuple(entries), draw(terms(language, 0, size)))


@st.composite
def stack_programs(draw: st.DrawFn, language: Language, bound: int = 0, size: int = 8) -> stack.Program:
    """A stack program, or in `bound` bodies a body, of so many instructions at most and what ends it."""
    height, program = stack.BODY_HEIGHT if bound else language.columns, []
    for _ in range(draw(st.integers(0, size))):
        allowed = [symbol for symbol in stack.symbols(language, bound, height) if symbol.name != stack.END]
        symbol = draw(st.sampled_from(allowed))
        body = draw(stack_programs(language, bound + 1, size // 2)) if symbol.binds else ()
        program.append(stack.Instruction(symbol.name, draw(st.integers(0, symbol.choices - 1)), body))
        height += symbol.grows
    return (*program, *[stack.Instruction("drop")] * (height - 1), stack.Instruction(stack.END))
