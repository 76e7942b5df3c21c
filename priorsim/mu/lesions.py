"""Lesions and classes: is a program search-based for what its search causes.

Implements section 5 of docs/language.md.

Plain Python over tables: a node's table is its word in every environment of its scope. The strict
lesion stops every find and argmax at its first candidate; the wide lesion also undoes loops that ran
until something held. Everything is exact; the kernels are tested against this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product

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


@dataclass(frozen=True, slots=True)
class LesionedWords:
    """Output words, one a lane: actual, under the strict and under the wide lesion."""

    actual: tuple[int, ...]
    strict: tuple[int, ...]
    wide: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    actual: Table
    strict: Table
    wide: Table


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
        by_lesion = [
            tuple(table[lane] for lane in domain.lanes) for table in (tables.actual, tables.strict, tables.wide)
        ]
    else:
        index = _tables(program.index, 0, domain)
        by_lesion = [
            _look_up(program.entries, index_table, body_table, domain)
            for index_table, body_table in (
                (index.actual, tables.actual),
                (index.strict, tables.strict),
                (index.wide, tables.wide),
            )
        ]
    return LesionedWords(*by_lesion)


def _look_up(entries: Sequence[int], index: Table, body: Table, domain: Domain) -> tuple[int, ...]:
    return tuple(body[(entries[index[lane] % len(entries)], *lane)] for lane in domain.lanes)


def classify(program: Program, domain: Domain, lanes: Sequence[int] | None = None) -> ProgramClass:
    """The program's class by lesion, compared on `lanes` (all of them by default).

    A direct program that uses its data is a table, a search program that does a hybrid.
    """
    kind = class_of(lesion(program, domain), lanes)
    if uses_data(program, domain):
        named = {ProgramClass.DIRECT: ProgramClass.TABLE, ProgramClass.SEARCH: ProgramClass.HYBRID}
        return named.get(kind, kind)
    return kind


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


def _environments(bound: int, domain: Domain) -> list[Environment]:
    words = range(2**domain.word_bits)
    return [(*bindings, *lane) for lane in domain.lanes for bindings in product(words, repeat=bound)]


def _tables(term: Term, bound: int, domain: Domain) -> _Tables:
    environments = _environments(bound, domain)
    match term:
        case Var(index):
            table = {env: env[index] for env in environments}
            return _Tables(table, table, table)
        case Const(word, _):
            table = dict.fromkeys(environments, word)
            return _Tables(table, table, table)
        case Apply("iter", (count, start, body)):
            parts = (_tables(count, bound, domain), _tables(start, bound, domain), _tables(body, bound + 1, domain))
            actual = _final_states(*(part.actual for part in parts))
            strict = _final_states(*(part.strict for part in parts))
            return _Tables(actual, strict, _undo_disguise(*(part.wide for part in parts)))
        case Apply(("find" | "argmax") as form, (body,)):
            choose = _first_hit if form == "find" else _first_greatest
            inner = _tables(body, bound + 1, domain).actual
            actual = {env: choose(inner, env, 2**domain.word_bits) for env in environments}
            is_literal = len(domain.lanes) > 1 and len(set(actual.values())) == 1
            lesioned = actual if is_literal else dict.fromkeys(environments, 0)
            return _Tables(actual, lesioned, lesioned)
        case Apply(form, args):
            children = [_tables(arg, bound, domain) for arg in args]

            def combine(tables: list[Table]) -> Table:
                return {env: apply_operator(form, [t[env] for t in tables], domain.word_bits) for env in environments}

            return _Tables(
                combine([child.actual for child in children]),
                combine([child.strict for child in children]),
                combine([child.wide for child in children]),
            )


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
