"""The plain twin of the walks: terms, dictionaries and fractions, written from docs/walks.md alone."""

from collections import defaultdict
from fractions import Fraction
from functools import cache

from priorsim.mu.code import length
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import run
from priorsim.mu.syntax import Apply, Program, Term
from priorsim.worlds import World
from tests.plain_terms import operator_bits, term_bits, terms_up_to, tuples_up_to

Chances = dict[Program, Fraction]
Graph = dict[Program, Chances]
THIRD = Fraction(1, 3)


def places(term: Term, bound: int) -> list[tuple[tuple[int, ...], Term, int]]:
    """Every node: the way to it, its subterm and its context."""
    found: list[tuple[tuple[int, ...], Term, int]] = [((), term, bound)]
    if isinstance(term, Apply):
        for k, (arg, binds) in enumerate(zip(term.args, FORMS[term.form].binds, strict=True)):
            found += [((k, *way), sub, d) for way, sub, d in places(arg, bound + binds)]
    return found


def put(term: Term, way: tuple[int, ...], new: Term) -> Term:
    """The term with another subterm at the end of a way."""
    if not way:
        return new
    assert isinstance(term, Apply)
    args = list(term.args)
    args[way[0]] = put(args[way[0]], way[1:], new)
    return Apply(term.form, tuple(args))


@cache
def wrappings(bound: int, radius: int, language: Language) -> tuple[tuple[str, int, tuple[Term, ...], int], ...]:
    """What can be inserted: an operator, the place it leaves, its other operands, and the bits of all that."""
    found = []
    for form in language.operators_in(bound):
        for k, binds in enumerate(FORMS[form].binds):
            if binds == 0:
                others = FORMS[form].binds[:k] + FORMS[form].binds[k + 1 :]
                for args in tuples_up_to(radius, bound, others, language):
                    bits = sum(term_bits(a, bound + b, language) for a, b in zip(args, others, strict=True))
                    found.append((form, k, args, operator_bits(form, bound, language) + bits))
    return tuple(found)


def leavings(sub: Term, bound: int, radius: int, language: Language) -> list[Term]:
    """What a deletion may leave of a subterm."""
    if not isinstance(sub, Apply):
        return []
    binds = FORMS[sub.form].binds
    bits = [term_bits(a, bound + b, language) for a, b in zip(sub.args, binds, strict=True)]
    return [arg for k, arg in enumerate(sub.args) if binds[k] == 0 and sum(bits) - bits[k] <= radius]


def proposals(program: Program, radius: int, max_bits: int, language: Language) -> Chances:
    """q(x -> y) for every y, x itself included."""
    chances: defaultdict[Program, Fraction] = defaultdict(Fraction)
    nodes = places(program.term, 0)
    share = THIRD / len(nodes)
    whole = length(program, language)

    def edits(way: tuple[int, ...], options: list[tuple[Term | None, int]], weights: list[int]) -> None:
        """Share a third of a place out among edits; None, and what gets too long, leaves the program as it is."""
        total = sum(weights)
        for (term, bits), weight in zip(options, weights, strict=True):
            edited = program if term is None or bits > max_bits else Program(put(program.term, way, term))
            chances[edited] += share * Fraction(weight, total)

    nothing: list[tuple[Term | None, int]] = [(None, 0)]
    for way, sub, bound in nodes:
        mine = term_bits(sub, bound, language)
        new = [(t, term_bits(t, bound, language)) for t in terms_up_to(radius, bound, language)]
        if mine <= radius and new:
            edits(way, [(t, whole - mine + bits) for t, bits in new], [2 ** (99 - bits) for _, bits in new])
        else:
            edits(way, nothing, [1])
        around = wrappings(bound, radius, language)
        made = [(Apply(form, (*args[:k], sub, *args[k:])), whole + bits) for form, k, args, bits in around]
        edits(way, [*made] or nothing, [2 ** (99 - bits) for *_, bits in around] or [1])
        left = leavings(sub, bound, radius, language)
        edits(way, [(t, 0) for t in left] or nothing, [1] * len(left) or [1])
    return dict(chances)


def edit_graph(radius: int, max_bits: int, language: Language) -> Graph:
    """The proposals of every program up to a bound."""
    programs = [Program(term) for term in terms_up_to(max_bits - 1, 0, language)]
    return {program: proposals(program, radius, max_bits, language) for program in programs}


def losses(graph: Graph, world: World) -> dict[Program, int]:
    """Wrong training lanes of every program."""

    def wrong(program: Program, domain: Domain) -> int:
        words = run(program, domain).words
        return sum(words[lane] not in world.acceptable[lane] for lane in world.train)

    return {program: wrong(program, world.domain) for program in graph}


def moves(graph: Graph, loss: dict[Program, int], dynamics: str) -> Graph:
    """Chances of the accepted moves, before they are made to sum to 1; without stays."""
    kept: Graph = {}
    for program, chances in graph.items():
        others = {to: chance for to, chance in chances.items() if to != program}
        if dynamics == "drift":
            kept[program] = {to: c for to, c in others.items() if loss[to] <= loss[program]}
            continue
        better = {to: c for to, c in others.items() if loss[to] < loss[program]}
        if dynamics == "steepest" and better:
            least = min(loss[to] for to in better)
            better = {to: c for to, c in better.items() if loss[to] == least}
        kept[program] = better
    return kept


def metropolis(graph: Graph, weight: dict[Program, Fraction]) -> Graph:
    """Chances of the accepted moves by the rule of Hastings."""
    return {
        x: {
            y: chance * min(Fraction(1), weight[y] * graph[y][x] / (weight[x] * chance))
            for y, chance in row.items()
            if y != x
        }
        for x, row in graph.items()
    }


def ends_of_descent(rows: Graph, loss: dict[Program, int], start: Chances) -> Chances:
    """Where descents end: programs in the order of falling loss hand on what they have."""
    at: defaultdict[Program, Fraction] = defaultdict(Fraction, start)
    for program in sorted(rows, key=lambda each: -loss[each]):
        row = rows[program]
        if row and at[program]:
            for to, chance in row.items():
                at[to] += at[program] * chance / sum(row.values())
            at[program] = Fraction(0)
    return {program: mass for program, mass in at.items() if mass}


def solve(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The solution of a square system, by Gauss and Jordan."""
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for column in range(len(table)):
        pivot = next(i for i in range(column, len(table)) if table[i][column])
        table[column], table[pivot] = table[pivot], table[column]
        top = [value / table[column][column] for value in table[column]]
        table[column] = top
        for i, row in enumerate(table):
            if i != column and row[column]:
                factor = row[column]
                table[i] = [value - factor * above for value, above in zip(row, top, strict=True)]
    return [row[-1] for row in table]


def _leaving(row: Chances) -> Fraction:
    return sum(row.values(), Fraction(0))


def expected_proposals(rows: Graph, goal: set[Program]) -> Chances:
    """Expected proposals until the goal is met, from every program that can meet it; stays count."""
    before = [program for program in _leading_to(goal, rows) if program not in goal]
    system = []
    for x in before:
        leave = _leaving(rows[x])
        system.append([leave if x == y else -rows[x].get(y, Fraction(0)) for y in before])
    return dict(zip(before, solve(system, [Fraction(1)] * len(before)), strict=True))


def chances_to_meet(rows: Graph, goal: set[Program]) -> Chances:
    """The chance to meet the goal at some time, from every program that can."""
    can = _leading_to(goal, rows)
    open_yet = [program for program in rows if program in can - goal]
    system = [
        [Fraction(sum(rows[x].values())) if x == y else -rows[x].get(y, Fraction(0)) for y in open_yet]
        for x in open_yet
    ]
    at_once = [sum((chance for to, chance in rows[x].items() if to in goal), Fraction(0)) for x in open_yet]
    return dict.fromkeys(goal, Fraction(1)) | dict(zip(open_yet, solve(system, at_once), strict=True))


def _leading_to(goal: set[Program], rows: Graph) -> set[Program]:
    """The programs from which moves lead to the goal, itself included."""
    before: defaultdict[Program, set[Program]] = defaultdict(set)
    for program, row in rows.items():
        for to in row:
            before[to].add(program)
    can, waiting = set(goal), list(goal)
    while waiting:
        for program in before[waiting.pop()] - can:
            can.add(program)
            waiting.append(program)
    return can


def law_of_metropolis(rows: Graph, weight: dict[Program, Fraction], start: Chances) -> Chances:
    """Where Metropolis walks are in the long run: each start's mass, spread over what leads to it by the weights."""
    law: defaultdict[Program, Fraction] = defaultdict(Fraction)
    for program, mass in start.items():
        part = _leading_to({program}, rows)
        whole = sum(weight[each] for each in part)
        for each in part:
            law[each] += mass * weight[each] / whole
    return dict(law)


def ends_of_drift(rows: Graph, loss: dict[Program, int], start: Chances) -> Chances:
    """Where drifting walks are in the long run: one system for where they settle, one for each plateau."""
    plateau = {program: _connected(program, rows, loss) for program in rows}
    closed = {p for p in rows if all(loss[to] == loss[p] for each in plateau[p] for to in rows[each])}
    open_yet = [p for p in rows if p not in closed]
    # Expected visits v = start + v N, times being counted in proposals.
    columns = [
        [Fraction(sum(rows[y].values())) if x == y else -rows[y].get(x, Fraction(0)) for y in open_yet]
        for x in open_yet
    ]
    seen = dict(zip(open_yet, solve(columns, [start.get(p, Fraction(0)) for p in open_yet]), strict=True))
    ends: Chances = {}
    for members in {frozenset(plateau[p]) for p in closed}:
        inside = sorted(members, key=repr)
        arrived = sum(start.get(p, Fraction(0)) + sum(seen[y] * rows[y].get(p, 0) for y in open_yet) for p in inside)
        balance = [
            [rows[y].get(x, Fraction(0)) if x != y else -Fraction(sum(rows[x].values())) for y in inside]
            for x in inside
        ]
        balance[-1] = [Fraction(1)] * len(inside)
        law = solve(balance, [Fraction(0)] * (len(inside) - 1) + [Fraction(1)])
        ends |= {p: arrived * share for p, share in zip(inside, law, strict=True)}
    return ends


def _connected(program: Program, rows: Graph, loss: dict[Program, int]) -> set[Program]:
    found, waiting = {program}, [program]
    while waiting:
        for to in rows[waiting.pop()]:
            if to not in found and loss[to] == loss[program]:
                found.add(to)
                waiting.append(to)
    return found
