"""The plain interpreter: value and steps of a program, as docs/language.md section 4 defines them.

Pure Python, one lane at a time, no shortcut: it is the definition as code, the twin that every
kernel is tested against, and the tracer. Everything is exact.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from priorsim.errors import DomainError
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.inner import INNER_PROGRAMS, INNER_WORD_BITS, inner_programs
from priorsim.mu.syntax import Apply, Const, Program, Term, Var, format_term, fresh_name

Environment = tuple[int, ...]
"""The words of the variables in scope: bound ones innermost first, then the input columns."""


class Accounting(StrEnum):
    """How steps are added up to T(p)."""

    TOTAL = "total"
    AMORTISED = "amortised"
    MAX = "max"
    DEPTH = "depth"


def _applied(number: int, word: int) -> int:
    """The word that the inner program of that number gives on a word, of which it sees the last two bits."""
    return inner_run(number, word % 2**INNER_WORD_BITS).word


OPERATORS: dict[str, Callable[..., int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "eq": operator.eq,
    "lt": operator.lt,
    "if": lambda test, left, right: left if test != 0 else right,
    "and": operator.and_,
    "xor": operator.xor,
    "shl": lambda word: word << 1,
    "shr": lambda word: word >> 1,
    "succ": lambda word: word + 1,
    "pred": lambda word: word - 1,
    "not": operator.invert,
    "apply": _applied,
}
"""What the operators without binders give, before it is taken modulo 2^w."""


def apply_operator(form: str, args: Sequence[int], word_bits: int) -> int:
    """The word an operator without binders gives on these words.

    >>> apply_operator("sub", (1, 2), 4)
    15
    """
    return int(OPERATORS[form](*args) % 2**word_bits)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one evaluation gave.

    `depth` is parallel time; `unchosen` are the steps, each once, in evaluations of a find's or argmax's body at
    candidates that it did not choose; a find without a hit chooses none.
    """

    word: int
    steps: int
    depth: int
    unchosen: int


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One evaluated node of a traced run: nesting level, the term with its word and steps."""

    level: int
    text: str
    word: int
    steps: int


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """Evaluates terms; with `lines` it traces them in preorder, where a line is filled in once its value is known."""

    word_bits: int
    lines: list[TraceLine | None] | None = None

    def evaluate(self, term: Term, env: Environment, names: tuple[str, ...] = (), level: int = 0) -> Evaluation:
        if self.lines is None:
            return self._evaluate(term, env, names, level)
        slot = len(self.lines)
        self.lines.append(None)
        result = self._evaluate(term, env, names, level)
        self.lines[slot] = TraceLine(level, format_term(term, names), result.word, result.steps)
        return result

    def _evaluate(self, term: Term, env: Environment, names: tuple[str, ...], level: int) -> Evaluation:
        match term:
            case Var(index):
                return Evaluation(env[index], 1, 1, 0)
            case Const(word, _):
                return Evaluation(word, 1, 1, 0)
            case Apply("iter", args):
                return self._iterate(args, env, names, level)
            case Apply(("find" | "argmax") as form, (body,)):
                return self._search(form, body, env, names, level)
            case Apply(form, args):
                parts = [self.evaluate(arg, env, names, level + 1) for arg in args]
                word = apply_operator(form, [part.word for part in parts], self.word_bits)
                steps, depth = 1 + sum(part.steps for part in parts), 1 + max(part.depth for part in parts)
                if form == "apply":
                    run = inner_run(parts[0].word, parts[1].word % 2**INNER_WORD_BITS)
                    steps, depth = steps + run.steps, depth + run.depth
                return Evaluation(word, steps, depth, sum(part.unchosen for part in parts))

    def _iterate(self, args: tuple[Term, ...], env: Environment, names: tuple[str, ...], level: int) -> Evaluation:
        inner = self._names("iter", names)
        times, state = (self.evaluate(arg, env, names, level + 1) for arg in args[:2])
        word, depth = state.word, 1 + max(times.depth, state.depth)
        steps, unchosen = 1 + times.steps + state.steps, times.unchosen + state.unchosen
        for _ in range(times.word):
            step = self.evaluate(args[2], (word, *env), inner, level + 1)
            word = step.word
            steps += step.steps
            depth += step.depth
            unchosen += step.unchosen
        return Evaluation(word, steps, depth, unchosen)

    def _search(self, form: str, body: Term, env: Environment, names: tuple[str, ...], level: int) -> Evaluation:
        inner = self._names(form, names)
        steps, depth, chosen, greatest, spared = 1, 0, 0, -1, 0
        for candidate in range(2**self.word_bits):
            value = self.evaluate(body, (candidate, *env), inner, level + 1)
            steps += value.steps
            depth = max(depth, value.depth)
            if (form == "find" and value.word != 0) or (form == "argmax" and value.word > greatest):
                chosen, greatest, spared = candidate, value.word, value.steps - value.unchosen
                if form == "find":
                    break
        return Evaluation(chosen, steps, 1 + depth, steps - 1 - spared)

    def _names(self, form: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return (fresh_name(form, names), *names) if self.lines is not None else ()


def evaluate(term: Term, env: Environment, word_bits: int) -> Evaluation:
    """Evaluate a term where the variables in scope have the words of `env`.

    >>> evaluate(Apply("add", (Var(0), Const(1, False))), (15,), 4)
    Evaluation(word=0, steps=3, depth=2, unchosen=0)
    """
    return _Evaluator(word_bits).evaluate(term, env)


@cache
def inner_run(number: int, word: int) -> Evaluation:
    """What the inner program of that number gives where its x is this word of 2 bits.

    >>> inner_run(0, 3)
    Evaluation(word=3, steps=1, depth=1, unchosen=0)
    """
    return evaluate(inner_programs()[number].term, (word,), INNER_WORD_BITS)


@cache
def most_steps_of_node(language: Language) -> int:
    """The most steps that one evaluation of a node takes on top of its children's."""
    if not language.dialect.applies:
        return 1
    runs = (inner_run(number, word) for number in range(INNER_PROGRAMS) for word in range(2**INNER_WORD_BITS))
    return 1 + max(run.steps for run in runs)


def run_lane(program: Program, domain: Domain, lane: int, lines: list[TraceLine | None] | None = None) -> Evaluation:
    """Run a program on one lane; `lines` takes the trace."""
    evaluator, env, names = _Evaluator(domain.word_bits, lines), domain.lanes[lane], domain.columns
    if program.entries is None or program.index is None:
        return evaluator.evaluate(program.term, env, names)
    index = evaluator.evaluate(program.index, env, names, 1)
    datum = program.entries[index.word % len(program.entries)]
    body = evaluator.evaluate(program.term, (datum, *env), (fresh_name("data", names), *names), 1)
    steps, depth = 1 + index.steps + body.steps, 1 + index.depth + body.depth
    return Evaluation(body.word, steps, depth, index.unchosen + body.unchosen)


@dataclass(frozen=True, slots=True)
class Run:
    """A program's run on every lane of a domain: the output words, and T(p) under each accounting."""

    words: tuple[int, ...]
    steps: dict[Accounting, int]


def run(program: Program, domain: Domain) -> Run:
    """Run a program on every lane, with its steps under all four accountings.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> run(parse("(add x 1)", Language.named("arith", 2)), Domain.default(2)).words
    (1, 2, 3, 0)
    """
    results = [run_lane(program, domain, lane) for lane in range(len(domain.lanes))]
    shared = shared_steps(program, domain)
    steps = {
        Accounting.TOTAL: sum(result.steps for result in results),
        Accounting.AMORTISED: shared.once + shared.each,
        Accounting.MAX: max(result.steps for result in results),
        Accounting.DEPTH: max(result.depth for result in results),
    }
    return Run(tuple(result.word for result in results), steps)


@dataclass(frozen=True, slots=True)
class SharedSteps:
    """Amortised steps: paid `once`, in one lane of each setting of the context columns, and in `each` lane; sums."""

    once: int
    each: int

    def __add__(self, other: "SharedSteps") -> "SharedSteps":
        return SharedSteps(self.once + other.once, self.each + other.each)


def shared_steps(program: Program, domain: Domain) -> SharedSteps:
    """What a program pays once a context setting, and what it pays in every lane.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> domain = Domain(2, ((1, 0), (1, 2), (1, 3)), ("o", "q"), ("o",))
    >>> shared_steps(parse("(add q (mul o o))", Language.named("arith", 2, columns=2), ("o", "q")), domain)
    SharedSteps(once=3, each=6)
    """
    if program.index is None:
        return _shared_term(program.term, domain)
    own_and_body = sum(
        run_lane(program, domain, lane).steps - evaluate(program.index, words, domain.word_bits).steps
        for lane, words in enumerate(domain.lanes)
    )
    return _shared_term(program.index, domain) + SharedSteps(0, own_and_body)


def _shared_term(term: Term, domain: Domain) -> SharedSteps:
    """Steps of a term outside every body: once a context setting where it reads no query column."""
    queries = {i for i, name in enumerate(domain.columns) if name not in domain.context}
    if not queries & free_variables(term):
        lanes = [domain.lanes[lane] for lane in domain.setting_lanes]
        return SharedSteps(sum(evaluate(term, lane, domain.word_bits).steps for lane in lanes), 0)
    if not isinstance(term, Apply):
        return SharedSteps(0, len(domain.lanes))
    shared = [arg for arg, binds in zip(term.args, FORMS[term.form].binds, strict=True) if not binds]
    own = sum(
        evaluate(term, lane, domain.word_bits).steps
        - sum(evaluate(arg, lane, domain.word_bits).steps for arg in shared)
        for lane in domain.lanes
    )
    return sum((_shared_term(arg, domain) for arg in shared), SharedSteps(0, own))


def free_variables(term: Term) -> set[int]:
    """Indices, in the term's own scope, of the variables it reads."""
    match term:
        case Var(index):
            return {index}
        case Apply(form, args):
            free: set[int] = set()
            for arg, binds in zip(args, FORMS[form].binds, strict=True):
                free |= {index - binds for index in free_variables(arg) if index >= binds}
            return free
        case _:
            return set()


def trace(program: Program, domain: Domain, lane: int) -> Iterator[TraceLine]:
    """Every node evaluated on one lane, in the order the evaluations start; DomainError where there is no such lane."""
    if not 0 <= lane < len(domain.lanes):
        raise DomainError(f"there is no lane {lane}: choose 0 to {len(domain.lanes) - 1}")
    lines: list[TraceLine | None] = []
    run_lane(program, domain, lane, lines)
    return (line for line in lines if line is not None)
