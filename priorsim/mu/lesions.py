"""Lesions and classes: is a program search-based for what its search causes.

Implements section 5 of docs/language.md in plain Python over tables: a node's table is its word in every environment
of its scope. The strict lesion stops every find and argmax at its first candidate; the wide lesion also undoes loops
that ran until something held. Everything is exact; the kernels are tested against this module.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise, product
from typing import NamedTuple

from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Environment, apply_operator
from priorsim.mu.syntax import Apply, Const, Program, Term, Var

Table = dict[Environment, int]


class ProgramClass(StrEnum):
    """The three classes of programs by lesion, and the finer names of programs that use their data."""

    DIRECT = "direct"
    DISGUISED = "disguised"
    SEARCH = "search"
    TABLE = "table"
    HYBRID = "hybrid"


class LesionedWords(NamedTuple):
    """Output words, one a lane: actual, under the strict and under the wide lesion."""

    actual: tuple[int, ...]
    strict: tuple[int, ...]
    wide: tuple[int, ...]


_Tables = tuple[Table, Table, Table]
"""The same of a node: its tables, actual, strict and wide."""


def lesion(program: Program, domain: Domain) -> LesionedWords:
    """The program's behaviour and its two lesioned behaviours.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> root = parse("(find (c) (eq x (mul c c)))", Language.named("arith", 2))
    >>> lesion(root, Domain.default(2)).strict
    (0, 0, 0, 0)
    """
    tables = _tables(program.term, 1 if program.has_data else 0, domain)
    if program.entries is None or program.index is None:
        return LesionedWords(*(tuple(table[lane] for lane in domain.lanes) for table in tables))
    entries, indices = program.entries, _tables(program.index, 0, domain)
    return LesionedWords(
        *(
            tuple(body[(entries[index[lane] % len(entries)], *lane)] for lane in domain.lanes)
            for index, body in zip(indices, tables, strict=True)
        )
    )


def classify(program: Program, domain: Domain, lanes: Sequence[int] | None = None) -> ProgramClass:
    """The program's class by lesion, compared on `lanes` (all of them by default).

    A direct program that uses its data is a table, a search program that does a hybrid.
    """
    kind = class_of(lesion(program, domain), lanes)
    named = {ProgramClass.DIRECT: ProgramClass.TABLE, ProgramClass.SEARCH: ProgramClass.HYBRID}
    return named.get(kind, kind) if uses_data(program, domain) else kind


def class_of(words: LesionedWords, lanes: Sequence[int] | None = None) -> ProgramClass:
    """Direct, disguised or search, by comparing the three behaviours on `lanes` (all by default)."""
    chosen = range(len(words.actual)) if lanes is None else lanes
    if any(words.strict[lane] != words.actual[lane] for lane in chosen):
        return ProgramClass.SEARCH
    if any(words.wide[lane] != words.actual[lane] for lane in chosen):
        return ProgramClass.DISGUISED
    return ProgramClass.DIRECT


def is_dormant(program: Program, domain: Domain, train: Sequence[int]) -> bool:
    """True where the program is direct on the training lanes and search or disguised on all lanes."""
    words = lesion(program, domain)
    return class_of(words, train) is ProgramClass.DIRECT and class_of(words) is not ProgramClass.DIRECT


def uses_data(program: Program, domain: Domain) -> bool:
    """True where the behaviour changes once every entry is replaced by entry 0."""
    if program.entries is None:
        return False
    levelled = Program(program.term, (program.entries[0],) * len(program.entries), program.index)
    return lesion(program, domain).actual != lesion(levelled, domain).actual


def _tables(term: Term, bound: int, domain: Domain) -> _Tables:
    words = range(2**domain.word_bits)
    environments = [(*bindings, *lane) for lane in domain.lanes for bindings in product(words, repeat=bound)]
    match term:
        case Var(index):
            table = {env: env[index] for env in environments}
            return table, table, table
        case Const(word, _):
            table = dict.fromkeys(environments, word)
            return table, table, table
        case Apply("iter", (count, start, body)):
            parts = _tables(count, bound, domain), _tables(start, bound, domain), _tables(body, bound + 1, domain)
            actual, strict, wide = zip(*parts, strict=True)
            return _final_states(*actual), _final_states(*strict), _undo_disguise(*wide)
        case Apply(("find" | "argmax") as form, (body,)):
            choose = _first_hit if form == "find" else _first_greatest
            inner, _, _ = _tables(body, bound + 1, domain)
            found = {env: choose(inner, env, len(words)) for env in environments}
            is_literal = len(domain.lanes) > 1 and len(set(found.values())) == 1
            lesioned = found if is_literal else dict.fromkeys(environments, 0)
            return found, lesioned, lesioned
        case Apply(form, args):
            first, second, third = (
                {env: apply_operator(form, [table[env] for table in tables], domain.word_bits) for env in environments}
                for tables in zip(*(_tables(arg, bound, domain) for arg in args), strict=True)
            )
            return first, second, third


def _first_hit(body: Table, env: Environment, size: int) -> int:
    return next((c for c in range(size) if body[(c, *env)] != 0), 0)


def _first_greatest(body: Table, env: Environment, size: int) -> int:
    return max(range(size), key=lambda c: (body[(c, *env)], -c))


def _states(count: Table, start: Table, body: Table, env: Environment) -> list[int]:
    """s0, s1, ..., sn of an iter node in one environment."""
    states = [start[env]]
    for _ in range(count[env]):
        states.append(body[(states[-1], *env)])
    return states


def _final_states(count: Table, start: Table, body: Table) -> Table:
    return {env: _states(count, start, body, env)[-1] for env in start}


def _undo_disguise(count: Table, start: Table, body: Table) -> Table:
    """The wide lesion of an iter node: s0 where a search in disguise settled, else sn."""
    finals: Table = {}
    settled: dict[Environment, int] = {}
    moved_twice = False
    for env in start:
        states = _states(count, start, body, env)
        finals[env] = states[-1]
        moves = sum(before != after for before, after in pairwise(states))
        if moves >= 1 and states[-1] == states[-2]:
            settled[env] = states[-1]
            moved_twice = moved_twice or moves >= 2
    if not moved_twice or len(set(settled.values())) <= 1:
        return finals
    return {env: start[env] if env in settled else final for env, final in finals.items()}
