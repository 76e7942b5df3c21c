"""Stacks of tables: a program's run in every environment at once, with both lesions (docs/stack.md section 4).

The environments are the lanes of a domain, or in a body all pairs of words, the first word slowest. Plain Python, and
exact; the classes of programs are defined here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import NamedTuple

from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import apply_operator
from priorsim.mu.lesions import LesionedWords
from priorsim.stack.language import CONSTANTS, END, SHUFFLES, Instruction, Program

Words = tuple[int, ...]
"""A word in each environment."""


class Tables(NamedTuple):
    """What is known of one word on the stack; equal tables are often one object."""

    actual: Words
    strict: Words
    wide: Words

    @classmethod
    def of(cls, words: Words) -> "Tables":
        """A word that no search made."""
        return cls(words, words, words)


@dataclass(frozen=True, slots=True)
class State:
    """A run in every environment: the tables on the stack, the steps so far in each, the number of find and argmax."""

    stack: tuple[Tables, ...]
    steps: Words
    searches: int = 0

    @property
    def top(self) -> Tables:
        """The word on top."""
        return self.stack[-1]


def start(environments: Sequence[Words]) -> State:
    """Before the first instruction: each environment is the words that the stack starts with."""
    stack = tuple(Tables.of(words) for words in zip(*environments, strict=True))
    return State(stack, (0,) * len(environments))


def start_of_body(word_bits: int) -> State:
    """Before the first instruction of a body."""
    return start(tuple(product(range(2**word_bits), repeat=2)))


def finish(program: Program, state: State, word_bits: int) -> State:
    """After the last instruction of a program, or of a body."""
    for instruction in program:
        body = finish(instruction.body, start_of_body(word_bits), word_bits) if instruction.body else None
        state = after(state, instruction, body, word_bits)
    return state


def lesion(program: Program, domain: Domain) -> LesionedWords:
    """The program's behaviour and its two lesioned behaviours.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.stack.language import parse
    >>> lesion(parse("[ mul 1 eq ] find", Language.named("arith", 2)), Domain.default(2))
    LesionedWords(actual=(0, 1, 0, 3), strict=(0, 0, 0, 0), wide=(0, 0, 0, 0))
    """
    return LesionedWords(*finish(program, start(domain.lanes), domain.word_bits).top)


def after(state: State, instruction: Instruction, body: State | None, word_bits: int) -> State:
    """The state after an instruction; `body` is that after a binder's body."""
    name, stack = instruction.name, state.stack
    steps = tuple(step + 1 for step in state.steps)
    if name == END:
        return State(stack, steps, state.searches)
    if name in CONSTANTS:
        return State((*stack, Tables.of((instruction.constant,) * len(steps))), steps, state.searches)
    takes, leaves = SHUFFLES.get(name) or (FORMS[name].arity, ())
    rest, taken = stack[:-takes], stack[-takes:]
    if name in SHUFFLES:
        return State((*rest, *(taken[place] for place in leaves)), steps, state.searches)
    if body is None:
        return State((*rest, _operate(name, taken, word_bits)), steps, state.searches)
    tables, more = _iterate(taken, body, word_bits) if name == "iter" else _search(name, taken[0], body, word_bits)
    steps = tuple(map(sum, zip(steps, more, strict=True)))
    return State((*rest, tables), steps, state.searches + body.searches + FORMS[name].is_search)


def _operate(name: str, operands: Sequence[Tables], word_bits: int) -> Tables:
    """An operator without a body; tables that are made of the same ones are one object."""
    made: list[Words] = []
    for which in range(3):
        tables = [operand[which] for operand in operands]
        if which and all(operand[which] is operand[which - 1] for operand in operands):
            made.append(made[-1])
        else:
            made.append(tuple(apply_operator(name, words, word_bits) for words in zip(*tables, strict=True)))
    return Tables(*made)


def _search(name: str, y: Tables, body: State, word_bits: int) -> tuple[Tables, Words]:
    """The tables of a find or argmax, and the steps of the bodies that it runs."""
    size = 2**word_bits
    found: dict[int, tuple[int, int]] = {}
    for word in set(y.actual):
        values, steps = (each[word * size : (word + 1) * size] for each in (body.top.actual, body.steps))
        if name == "find":
            hit = next((c for c in range(size) if values[c] != 0), None)
            found[word] = (0, sum(steps)) if hit is None else (hit, sum(steps[: hit + 1]))
        else:
            found[word] = (values.index(max(values)), sum(steps))
    actual = tuple(found[word][0] for word in y.actual)
    is_literal = len(actual) > 1 and len(set(actual)) == 1
    lesioned = actual if is_literal else (0,) * len(actual)
    return Tables(actual, lesioned, lesioned), tuple(found[word][1] for word in y.actual)


@dataclass(frozen=True)
class _Runs:
    """The states s0, s1, ..., sn of an iter in every environment, by one kind of table."""

    y: Words
    states: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, y: Words, first: Words, times: Words, body: Words, size: int) -> "_Runs":
        runs = []
        for below, state, n in zip(y, first, times, strict=True):
            states = [state]
            for _ in range(n):
                states.append(body[below * size + states[-1]])
            runs.append(tuple(states))
        return cls(y, tuple(runs))

    @cached_property
    def finals(self) -> Words:
        return tuple(states[-1] for states in self.states)

    def undone(self) -> Words:
        """The final states, but s0 where a search in disguise settled."""
        moves = [sum(one != other for one, other in pairwise(states)) for states in self.states]
        settles = [moved > 0 and states[-1] == states[-2] for moved, states in zip(moves, self.states, strict=True)]
        ends = {final for final, settled in zip(self.finals, settles, strict=True) if settled}
        if len(ends) <= 1 or not any(moved > 1 and settled for moved, settled in zip(moves, settles, strict=True)):
            return self.finals
        return tuple(states[0] if settled else states[-1] for states, settled in zip(self.states, settles, strict=True))


def _iterate(operands: Sequence[Tables], body: State, word_bits: int) -> tuple[Tables, Words]:
    """The tables of an iter, and the steps of the bodies that it runs."""
    size = 2**word_bits
    actual, strict, wide = (
        _Runs.of(y, start, times, table, size) for y, start, times, table in zip(*operands, body.top, strict=True)
    )
    steps = tuple(
        sum(body.steps[below * size + state] for state in states[:-1])
        for below, states in zip(actual.y, actual.states, strict=True)
    )
    return Tables(actual.finals, strict.finals, wide.undone()), steps
