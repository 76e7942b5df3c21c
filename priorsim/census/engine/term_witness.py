"""Programs of given rows: the quotient census walked from its rows back to the leaves.

Once the classes that can be operands are there, the candidates of a row's length are made again until one
has the row; its operands are the rows to look for next. Where classes were taken together because a part of
a term has no effect, any term of the right length, steps and searches stands in for that part. The program
is the one whose every node is the first candidate in the order of the census's jobs, those with bodies too
long to be kept last; it does not depend on the number of workers. Rows are compared in full.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain, islice, product

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.engine.class_kernels import BELOW_READS, READS, SEARCH_BITS, SYMBOL
from priorsim.census.engine.jobs import Job, Piece, in_turn, pieces_of
from priorsim.census.engine.levels import Census, Closing, closing_pieces, closings_of
from priorsim.census.engine.packed import ARITY, FORM_OF_SYMBOL, VARIABLE
from priorsim.census.engine.quotient import check_exact
from priorsim.census.engine.stores import Store
from priorsim.census.engine.tables import Table
from priorsim.census.recurrence import Token, counts_by_reading, tokens
from priorsim.mu.code import constant_code, operator_code, symbols_of
from priorsim.mu.dialect import Language
from priorsim.mu.syntax import Apply, Const, Term, Var


@dataclass(frozen=True, slots=True)
class Goal:
    """A class to find a term of: the binders around it, its bits, and its key in bytes."""

    depth: int
    length: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate: its job, and symbol and operands as in the job's index."""

    job: Job
    index: NDArray[np.int32]


Node = Term | tuple[str, tuple[Goal | Term, ...]]
"""A leaf, or a form with the classes of its children; a child that is never evaluated is a term already."""


def find_terms(header: AtlasHeader, keys: Iterable[RowKey], *, workers: int = 2) -> dict[RowKey, Term]:
    """A term for each of these keys that a code-only program has; CensusError where their census is not exact."""
    goals = {key: goals_of(header, key) for key in keys}
    header = replace(header, max_bits=max((2, *(key.bits for key in goals))))
    check_exact(header)
    descent = Descent(header, workers)
    descent.find(goal for some in goals.values() for goal in some)
    return assemble_first(goals, descent.nodes)


def goals_of(header: AtlasHeader, key: RowKey) -> tuple[Goal, ...]:
    """The classes that are one row of an atlas: what reads a query column, and what reads none."""
    meta = (key.steps << int(SEARCH_BITS)) + key.searches
    rows = [[key.behaviour, key.strict, key.wide, meta + reads] for reads in (0, int(READS))]
    goals = tuple(Goal(0, key.bits - 1, np.array(row, dtype=np.uint64).tobytes()) for row in rows)
    return goals if header.queries else goals[:1]


def node_of(goal: Goal, match: Match, header: AtlasHeader) -> Node:
    """A candidate as the goal's node: its operands in the order of the form's children, in which bodies are last."""
    symbol, *numbers = match.index.tolist()
    symbol &= SYMBOL
    if symbol not in FORM_OF_SYMBOL:
        return leaf_of(symbol, numbers[0], goal.depth, goal.length, header.language)
    form = FORM_OF_SYMBOL[symbol]
    children: list[Goal] = []
    body: list[Goal | Term] = []
    for operand, at in zip(match.job.operands[: ARITY[symbol]], numbers, strict=False):
        if not isinstance(operand, Store):
            head = len(operator_code(form, goal.depth, header.language))
            length = goal.length - head - sum(child.length for child in children)
            body = [Goal(goal.depth + 1, length, operand[at, :-1].tobytes())]
        elif operand.classes is None:
            # It is never evaluated: the first term in code order that a row of `Scope.bodies` counts.
            told = int(operand.rows[at, -2])
            kind = operand.length_of(at), told & int(BELOW_READS), told >= int(READS)
            body = [FirstTerms(header, 1).of(operand.depth, kind)[0][1]]
        else:
            length, row = operand.first_class(at)
            children.append(Goal(operand.depth, length, row[:-1].tobytes()))
    return form, (*sorted(children, key=lambda child: child.depth), *body)


def leaf_of(symbol: int, value: int, bound: int, length: int, language: Language) -> Var | Const:
    """The variable or constant of so many bits under `bound` binders that a candidate is."""
    if symbol == VARIABLE:
        return Var(value)
    return Const(value, literal=length == len(constant_code(Const(0, literal=True), bound, language)))


def goals_below(node: Node) -> list[Goal]:
    """The classes of a node's children."""
    return [child for child in node[1] if isinstance(child, Goal)] if isinstance(node, tuple) else []


def assemble(goal: Goal, nodes: Mapping[Goal, Node]) -> Term:
    """The term found for a goal."""
    node = nodes[goal]
    if not isinstance(node, tuple):
        return node
    form, children = node
    return Apply(form, tuple(assemble(child, nodes) if isinstance(child, Goal) else child for child in children))


def assemble_first(goals: Mapping[RowKey, tuple[Goal, ...]], nodes: Mapping[Goal, Node]) -> dict[RowKey, Term]:
    """The term found for the first goal of each key that has one."""
    found = {key: next((goal for goal in some if goal in nodes), None) for key, some in goals.items()}
    return {key: assemble(goal, nodes) for key, goal in found.items() if goal is not None}


def first_matches(given: Iterable[Piece], goals: list[Goal], workers: int) -> dict[Goal, Match]:
    """The first candidate with the row of each goal, of those in the pieces."""
    by_width: dict[int, list[Goal]] = {}
    for goal in goals:
        by_width.setdefault(len(goal.key) // 8 + 1, []).append(goal)
    keys = {width: [np.frombuffer(goal.key, dtype=np.uint64) for goal in some] for width, some in by_width.items()}
    sought = {width: Table.of(np.pad(np.array(some), ((0, 0), (0, 1)))) for width, some in keys.items()}
    pieces = [piece for piece in given if piece.job.width in sought]
    best: dict[Goal, Match] = {}

    def work(piece: Piece) -> dict[Goal, Match]:
        met: dict[Goal, Match] = {}
        for index, rows in piece.batches():
            found = sought[piece.job.width].find(rows)
            for at, row in zip(*np.unique(found, return_index=True), strict=True):
                if at >= 0 and (goal := by_width[piece.job.width][at]) not in met:
                    met[goal] = Match(piece.job, index[row].copy())
        return met

    for met in in_turn(work, pieces, 1 if len(pieces) < 2 else workers):
        best = met | best
        if len(best) == len(goals):
            break
    return best


class Descent:
    """Classes that are sought, level by level from the outside inwards, and the `nodes` found for them."""

    def __init__(self, header: AtlasHeader, workers: int) -> None:
        self.nodes: dict[Goal, Node] = {}
        self._workers = workers
        self._census = Census(header, workers, keeps_closed=True)
        for _ in self._census.build(self._census.reach.stored):
            pass
        self._reach = self._census.reach
        self._met: set[Goal] = set()
        self._open: list[dict[int, list[Goal]]] = [{} for _ in self._census.scopes]

    def find(self, goals: Iterable[Goal]) -> None:
        """Find the nodes of goals outside any binder that there are, and of all below them."""
        for goal in goals:
            self._add(goal)
        for depth in range(len(self._open)):
            while self._open[depth]:
                left = self._among_kept(depth)
                if depth + 1 < len(self._open):
                    self._among_closed(depth, left)

    def _add(self, goal: Goal) -> None:
        if goal not in self._met:
            self._met.add(goal)
            self._open[goal.depth].setdefault(goal.length, []).append(goal)

    def _among_kept(self, depth: int) -> dict[int, list[Goal]]:
        """Search the candidates made of kept classes, the longest goals first; return those not found, by length."""
        left = {}
        while self._open[depth]:
            length = max(self._open[depth])
            goals = self._open[depth].pop(length)
            left[length] = self._search(pieces_of(self._census.jobs(depth, length)), goals)
        return left

    def _among_closed(self, depth: int, left: dict[int, list[Goal]]) -> None:
        """Search the candidates whose bodies are too long to be kept, the shortest bodies first."""
        outer = self._census.scopes[depth]
        for length in range(self._reach.stored[depth + 1] + 1, self._reach.longest[depth + 1] + 1):
            ways: dict[int, list[Closing]] = {}
            for way in closings_of(outer, length):
                ways.setdefault(way.target, []).append(way)
            if not any(left.get(target) for target in ways):
                continue
            for bodies in self._census.bodies(depth + 1, length):
                for target, some in ways.items():
                    if left.get(target):
                        left[target] = self._search((piece for _, piece in closing_pieces(some, bodies)), left[target])

    def _search(self, pieces: Iterable[Piece], goals: list[Goal]) -> list[Goal]:
        """Note the first candidate in the pieces for each goal; return the goals that have none."""
        found = first_matches(pieces, goals, self._workers)
        for goal in goals:
            if goal in found:
                self.nodes[goal] = node = node_of(goal, found[goal], self._census.header)
                for child in goals_below(node):
                    self._add(child)
        return [goal for goal in goals if goal not in found]


Coded = tuple[str, Term]
"""A term after its code."""
Kind = tuple[int, int, bool]
"""Of a term: its bits, its find and argmax nodes, and whether it reads a query column."""


def coded_leaf(leaf: Var | Const, bound: int, language: Language) -> Coded:
    """A leaf under `bound` binders, with its code."""
    return next(symbols_of(leaf, bound, language))[1], leaf


def applied(form: str, bound: int, language: Language, children: Sequence[Iterable[Coded]]) -> Iterator[Coded]:
    """An operator on every choice of children, in the order of the codes where each child's are in order."""
    head = operator_code(form, bound, language)
    for chosen in product(*children):
        yield head + "".join(code for code, _ in chosen), Apply(form, tuple(term for _, term in chosen))


class FirstTerms:
    """The first terms of any kind in the order of their codes, at most `limit` of each, remembered.

    Codes of one length are compared as binary numbers. As the code is prefix-free, and children follow in the order
    written, the first terms of a kind are made of the first terms of their children's kinds alone.

    >>> from priorsim.mu.domain import Domain
    >>> first = FirstTerms(AtlasHeader(Language.named("arith", 4), Domain.default(4), 10), 2)
    >>> [code for code, _ in first.of(0, (8, 0, False))]
    ['10110000', '10110001']
    """

    def __init__(self, header: AtlasHeader, limit: int) -> None:
        self._header = header
        self._limit = limit
        self._known: dict[tuple[int, Kind], list[Coded]] = {}

    def of(self, bound: int, kind: Kind) -> list[Coded]:
        """The first terms of a kind under `bound` binders."""
        if (bound, kind) not in self._known:
            found: list[Coded] = []
            # Tokens are in code order, so the terms of one come before those of the next.
            for token in tokens(self._header.language, bound):
                if len(found) == self._limit:
                    break
                found += self._starting_with(token, bound, kind, self._limit - len(found))
            self._known[bound, kind] = found
        return self._known[bound, kind]

    def _starting_with(self, token: Token, bound: int, kind: Kind, limit: int) -> list[Coded]:
        bits, searches, reads = kind
        language = self._header.language
        is_reading = token.reads(self._header.queries, bound)
        if not token.binds:
            if (token.bits, 0, is_reading) != kind:
                return []
            words = range(token.value, token.value + min(token.choices, limit))
            is_literal, is_variable = token.kind == "literal", token.kind == "variable"
            leaves = (Var(word) if is_variable else Const(word, is_literal) for word in words)
            return [coded_leaf(leaf, bound, language) for leaf in leaves]
        bounds = tuple(bound + binds for binds in token.binds)
        shares = self._shares(bounds, bits - token.bits, searches - token.is_search)
        chosen = [kinds for kinds in shares if any(own for _, _, own in kinds) == reads]
        children = [[self.of(*part) for part in zip(bounds, kinds, strict=True)] for kinds in chosen]
        ways = (islice(applied(token.kind, bound, language, each), limit) for each in children)
        return nsmallest(limit, chain.from_iterable(ways))

    def _shares(self, bounds: tuple[int, ...], bits: int, searches: int) -> Iterator[tuple[Kind, ...]]:
        """Ways to share bits and searches among terms under these numbers of binders, so that each has terms."""
        if not bounds:
            if (bits, searches) == (0, 0):
                yield ()
            return
        for first in range(1, bits + 1):
            for own, reads in counts_by_reading(self._header.language, bounds[0], first, self._header.queries):
                for rest in self._shares(bounds[1:], bits - first, searches - own) if own <= searches else ():
                    yield ((first, own, reads), *rest)
