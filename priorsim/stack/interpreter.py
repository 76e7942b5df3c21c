"""The plain interpreter of stack programs: value and steps in one lane (docs/stack.md section 3).

It is the definition as code, with no shortcut, and the twin of both censuses. Everything is exact.
"""

from collections.abc import Callable
from typing import NamedTuple

from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import apply_operator
from priorsim.stack.language import CONSTANTS, END, SHUFFLES, Instruction, Program

Stack = tuple[int, ...]
"""The words on it, the last one on top."""


class Ran(NamedTuple):
    """What a run gave, and the steps that it took."""

    word: int
    steps: int


Body = Callable[[int, int], Ran]
"""The run of a body that starts with y and, above it, the candidate or the state."""


def evaluate(program: Program, stack: Stack, word_bits: int) -> Ran:
    """Run a program or a body that starts with these words.

    >>> evaluate((Instruction("1"), Instruction("add"), Instruction("end")), (7,), 3)
    Ran(word=0, steps=3)
    """
    steps = 0
    for instruction in program:
        stack, taken = _after(instruction, stack, word_bits)
        steps += taken
    return Ran(stack[-1], steps)


def run(program: Program, domain: Domain) -> tuple[Ran, ...]:
    """Run a program on every lane."""
    return tuple(evaluate(program, lane, domain.word_bits) for lane in domain.lanes)


def _after(instruction: Instruction, stack: Stack, word_bits: int) -> tuple[Stack, int]:
    """The stack after an instruction, and the steps that it took."""
    name = instruction.name
    if name == END:
        return stack, 1
    if name in CONSTANTS:
        return (*stack, instruction.constant), 1
    takes, leaves = SHUFFLES.get(name) or (FORMS[name].arity, ())
    rest, taken = stack[:-takes], stack[-takes:]
    if name in SHUFFLES:
        return (*rest, *(taken[place] for place in leaves)), 1
    if not instruction.body:
        return (*rest, apply_operator(name, taken, word_bits)), 1

    def body(y: int, upper: int) -> Ran:
        return evaluate(instruction.body, (y, upper), word_bits)

    word, steps = _iterate(body, *taken) if name == "iter" else _search(name, body, taken[0], 2**word_bits)
    return (*rest, word), 1 + steps


def _search(name: str, body: Body, y: int, size: int) -> Ran:
    """What find or argmax leaves, with the steps of all bodies run."""
    chosen, greatest, steps = 0, -1, 0
    for candidate in range(size):
        ran = body(y, candidate)
        steps += ran.steps
        if name == "find" and ran.word != 0:
            return Ran(candidate, steps)
        if name == "argmax" and ran.word > greatest:
            chosen, greatest = candidate, ran.word
    return Ran(chosen, steps)


def _iterate(body: Body, y: int, state: int, times: int) -> Ran:
    """What iter leaves, with the steps of all bodies run."""
    steps = 0
    for _ in range(times):
        ran = body(y, state)
        state, steps = ran.word, steps + ran.steps
    return Ran(state, steps)
