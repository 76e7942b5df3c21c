"""Programs of given rows: the quotient census walked from its rows back to the leaves.

Once the classes that can be operands are there, the candidates of a row's length are made again until one
has the row; its operands are the rows to look for next. Where classes were taken together because a part of
a term has no effect, any term of the right length, steps and searches stands in for that part. The program
is the one whose every node is the first candidate in the order of the census's jobs, those with bodies too
long to be kept last; it does not depend on the number of workers. Rows are compared in full.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from priorsim.census.atlas import AtlasHeader, RowKey
from priorsim.census.packed import U, kernel
from priorsim.census.quotient import check_exact
from priorsim.census.quotient_jobs import Job, Piece, Workspace, run_pieces
from priorsim.census.quotient_kernels import CONSTANT, SEARCH_BITS, SYMBOL, SYMBOLS, VARIABLE
from priorsim.census.quotient_levels import CLOSED_ROWS, GATHERED_BYTES, PARTS, Census, Closing, Level, closings_of
from priorsim.census.quotient_stores import Classes, Store
from priorsim.census.quotient_tables import INDEX, TAG, RowArray, hashes_of, in_order, place, same_key
from priorsim.census.quotient_terms import Scope
from priorsim.census.recurrence import counts_by_searches, tokens
from priorsim.mu.code import constant_code
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.syntax import Apply, Const, Term, Var

FORM_OF_SYMBOL = {symbol: form for form, symbol in SYMBOLS.items()}
GATHERED_CANDIDATES = 1 << 21
SLOTS_PER_GOAL = 8


@dataclass(frozen=True, slots=True)
class Goal:
    """A class to find a term of: the number of binders around it, its bits, and its key in bytes."""

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
    """A term for each of these keys that a code-only program has.

    Raises
    ------
    CensusError
        When the accounting is another than `total`, or a key has more bits than what is exact.
    """
    goals = {key: Goal(0, key.bits - 1, _row(key).tobytes()) for key in keys}
    header = replace(header, max_bits=max((2, *(key.bits for key in goals))))
    check_exact(header)
    descent = Descent(header, workers)
    descent.find(goals.values())
    return {key: descent.term(goal) for key, goal in goals.items() if goal in descent.nodes}


def _row(key: RowKey) -> NDArray[np.uint64]:
    meta = (key.steps << int(SEARCH_BITS)) + key.searches
    return np.array([key.behaviour, key.strict, key.wide, meta], dtype=np.uint64)


# --- the first candidates with given rows -----------------------------------------------------


@kernel
def first_rows(rows, hashes, goals, slots, met, hits):  # type: ignore[no-untyped-def]
    """Find the first row of each goal that was not met before; return how many were.

    rows : uint64 (any, words); hashes : uint64, those of its keys; goals : uint64 (goals, words), distinct keys;
    slots : uint64, as `place` writes them, some of them 0; met : uint8 (goals,), set to 1 where one was found;
    hits : int64 (goals, 2), goal and row of each, overwritten.
    """
    mask = U(slots.shape[0] - 1)
    key_words = rows.shape[1] - 1
    made = 0
    for row in range(rows.shape[0]):
        at = hashes[row] & mask
        while slots[at] != U(0):
            if (slots[at] ^ hashes[row]) & TAG == U(0):
                goal = np.int64(slots[at] & INDEX) - 1
                if met[goal] == 0 and same_key(rows[row, :key_words], goals[goal, :key_words]):
                    met[goal] = 1
                    hits[made, 0] = goal
                    hits[made, 1] = row
                    made += 1
            at = (at + U(1)) & mask
    return made


class Sought:
    """Goals of one width of row, in a table."""

    def __init__(self, goals: list[Goal]) -> None:
        self.goals = goals
        keys = np.array([np.frombuffer(goal.key, dtype=np.uint64) for goal in goals], dtype=np.uint64)
        self._rows = np.column_stack([keys, np.zeros(len(goals), dtype=np.uint64)])
        self._slots = np.zeros(1 << (SLOTS_PER_GOAL * len(goals)).bit_length(), dtype=np.uint64)
        place(self._rows, len(goals), self._slots)

    def first_rows(self, rows: RowArray, met: NDArray[np.uint8]) -> Iterator[tuple[Goal, int]]:
        """The goals not met before that are among these rows, and where."""
        hits = np.empty((len(self.goals), 2), dtype=np.int64)
        for hit in range(first_rows(rows, hashes_of(rows), self._rows, self._slots, met, hits)):
            yield self.goals[hits[hit, 0]], int(hits[hit, 1])


def first_matches(given: Iterable[Piece], goals: list[Goal], workers: int) -> dict[Goal, Match]:
    """The first candidate with the row of each goal, of those in the pieces."""
    by_width: dict[int, list[Goal]] = {}
    for goal in goals:
        by_width.setdefault(len(goal.key) // 8 + 1, []).append(goal)
    sought = {width: Sought(some) for width, some in by_width.items()}
    pieces = deque(enumerate(piece for piece in given if piece.job.width in sought))
    best: dict[Goal, tuple[int, Match]] = {}
    lock = Lock()

    def work() -> None:
        space = Workspace()
        met = {width: np.zeros(len(some.goals), dtype=np.uint8) for width, some in sought.items()}
        while len(best) < len(goals):
            try:
                number, piece = pieces.popleft()
            except IndexError:
                return
            width = piece.job.width
            for index, rows in space.batches(piece):
                for goal, row in sought[width].first_rows(rows, met[width]):
                    with lock:
                        if goal not in best or number < best[goal][0]:
                            best[goal] = (number, Match(piece.job, index[row].copy()))

    if workers == 1 or len(pieces) < 2:
        work()
    else:
        with ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(work) for _ in range(workers)]:
                future.result()
    return {goal: match for goal, (_, match) in best.items()}


# --- operands and what stands for them --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """A store of operands: under how many binders they are, the classes it was read from, and how."""

    depth: int
    store: Store
    classes: tuple[Classes, ...]
    read: Callable[[RowArray], RowArray]

    def goal(self, at: int) -> Goal:
        """The first class that an operand stands for."""
        length = next(length for length, (begin, end) in self.store.spans.items() if begin <= at < end)
        wanted = self.store.rows[at, :-1]
        for classes in self.classes:
            begin, end = classes.terms.spans.get(length, (0, 0))
            rows = classes.terms.rows[begin:end]
            same = np.flatnonzero(np.all(self.read(rows)[:, :-1] == wanted, axis=1))
            if len(same):
                return Goal(self.depth, length, rows[same[0], :-1].tobytes())
        raise AssertionError("an operand stands for no class")


def views_of(scope: Scope) -> Iterator[View]:
    """Every store of a scope that operands are in."""

    def unchanged(rows: RowArray) -> RowArray:
        return rows

    for classes in scope.kinds.values():
        yield View(scope.depth, classes.terms, (classes,), unchanged)
        yield View(scope.depth, classes.ignored, (classes,), classes.silent)
        for store in (classes.tests, classes.always, classes.never):
            yield View(scope.depth, store, (classes,), classes.masks)
    outside = (scope.kinds[False],)
    for store in (scope.rounds.sometimes, scope.rounds.always):
        yield View(scope.depth, store, outside, scope.rounds.masks)
    yield View(scope.depth, scope.rounds.silent, outside, scope.rounds.sums)


def any_term(language: Language, bound: int, bits: int, searches: int) -> Term:
    """The first term of so many bits and find and argmax nodes, of which there are some."""
    for token in tokens(language, bound):
        bounds = tuple(bound + binds for binds in token.binds)
        sizes = next(_shares(language, bounds, bits - token.bits, searches - token.is_search), None)
        if sizes is None:
            continue
        if bounds:
            parts = zip(bounds, sizes, strict=True)
            return Apply(token.kind, tuple(any_term(language, bound, *size) for bound, size in parts))
        return Var(token.value) if token.kind == "variable" else Const(token.value, token.kind == "literal")
    raise AssertionError(f"no term of {bits} bits has {searches} searches")


def _shares(
    language: Language, bounds: tuple[int, ...], bits: int, searches: int
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Ways to share bits and searches among terms under these numbers of binders, so that each has terms."""
    if not bounds:
        if (bits, searches) == (0, 0):
            yield ()
        return
    for first in range(1, bits + 1):
        for own, count in enumerate(counts_by_searches(language, bounds[0], first)[: searches + 1]):
            if count:
                for rest in _shares(language, bounds[1:], bits - first, searches - own):
                    yield ((first, own), *rest)


# --- from goals to goals ----------------------------------------------------------------------


class Descent:
    """Classes that are sought, level by level from the outside inwards, and the nodes found for them.

    Attributes
    ----------
    nodes : dict of Goal to Node
    """

    def __init__(self, header: AtlasHeader, workers: int) -> None:
        self.nodes: dict[Goal, Node] = {}
        self._workers = workers
        self._language = header.language
        self._literal_bits = len(constant_code(Const(0, literal=True), header.language))
        self._census = Census(header, workers, keeps_closed=True)
        self._census.build_operands()
        self._reach = self._census.reach
        self._views = [view for scope in self._census.scopes for view in views_of(scope)]
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

    def term(self, goal: Goal) -> Term:
        """The term found for a goal."""
        node = self.nodes[goal]
        if not isinstance(node, tuple):
            return node
        form, children = node
        return Apply(form, tuple(self.term(child) if isinstance(child, Goal) else child for child in children))

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
            jobs = self._census.jobs(depth, length)
            left[length] = self._search((piece for job in jobs for piece in job.pieces()), goals)
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
            for bodies in self._bodies(depth + 1, length):
                for target, some in ways.items():
                    if left.get(target):
                        left[target] = self._search(_close(some, bodies), left[target])

    def _search(self, pieces: Iterable[Piece], goals: list[Goal]) -> list[Goal]:
        """Note the first candidate in the pieces for each goal; return the goals that have none."""
        found = first_matches(pieces, goals, self._workers)
        for goal in goals:
            if goal in found:
                self._note(goal, found[goal])
        return [goal for goal in goals if goal not in found]

    def _bodies(self, depth: int, length: int) -> Iterator[RowArray]:
        """The classes of a length that is not kept, in batches that do not depend on the workers.

        A class may be in several of them.
        """
        pieces = deque(piece for job in self._census.jobs(depth, length) for piece in job.pieces())
        level = Level(self._census.scopes[depth], PARTS)
        while pieces:
            some, size = [], 0
            while pieces and size < GATHERED_CANDIDATES:
                some.append(pieces.popleft())
                size += some[-1].size
            run_pieces(some, lambda level=level: level, self._workers)  # type: ignore[misc]
            if sum(part.nbytes for part in _parts(level)) > PARTS * GATHERED_BYTES:
                yield from _batches(level)
                level = Level(self._census.scopes[depth], PARTS)
        for rows in self._census.closed(depth, length):
            level.add(rows)
        yield from _batches(level)

    def _note(self, goal: Goal, match: Match) -> None:
        """Take the candidate as the goal's node, and look for its operands next."""
        symbol, value = int(match.index[0]) & SYMBOL, int(match.index[1])
        if symbol == VARIABLE:
            self.nodes[goal] = Var(value)
        elif symbol == CONSTANT:
            self.nodes[goal] = Const(value, literal=goal.length == self._literal_bits)
        else:
            form = FORM_OF_SYMBOL[symbol]
            children = self._children(goal, form, match)
            self.nodes[goal] = (form, children)
            for child in children:
                if isinstance(child, Goal):
                    self._add(child)

    def _children(self, goal: Goal, form: str, match: Match) -> tuple[Goal | Term, ...]:
        """The operands in the order of the form's children: bodies are last."""
        children: list[Goal] = []
        body: RowArray | None = None
        for operand, rows in zip(match.index[1:], match.job.operands[: FORMS[form].arity], strict=False):
            at = int(operand)
            view = next((view for view in self._views if view.store.rows is rows), None)
            if view is not None:
                children.append(view.goal(at))
            else:
                body = rows[at, :-1]
        if body is None:
            return tuple(sorted(children, key=lambda child: child.depth))
        depth, operands = goal.depth + 1, [child for child in children if child.depth == goal.depth]
        length = goal.length - self._reach.costs[goal.depth][form] - sum(child.length for child in children)
        if any(rows is scope.bodies.rows for scope in self._census.scopes for rows in match.job.operands):
            return (*operands, any_term(self._language, depth, length, int(body[-1])))
        return (*operands, Goal(depth, length, body.tobytes()))


def _parts(level: Level) -> list[RowArray]:
    return [part for shared in level.shared.values() for part in shared.parts()]


def _batches(level: Level) -> Iterator[RowArray]:
    """The classes of a level, one batch for each kind."""
    for shared in level.shared.values():
        if parts := shared.parts():
            yield in_order(np.concatenate(parts))


def _close(ways: list[Closing], bodies: RowArray) -> Iterator[Piece]:
    """All pieces that close these bodies."""
    for way in ways:
        for begin in range(0, len(bodies), CLOSED_ROWS):
            rows = bodies[begin : begin + CLOSED_ROWS]
            tasks = way.tasks.copy()
            tasks[:, way.bodies_at] = len(rows)
            yield Piece(way.job([], rows), tasks, 0)
