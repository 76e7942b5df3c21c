"""Why a program has its class: its search nodes one by one, lane by lane, with what the lesions make of them.

The tables of a node are those that priorsim/mu/lesions.py takes the class from, so that nothing here says anew what a
lesion does. Everything is exact. Plain Python, for one program.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Annotated, NamedTuple

import msgspec

from priorsim.formats import format_lanes
from priorsim.measure import keys
from priorsim.measure.mass import Share
from priorsim.measure.program import (
    effort,
    goals_reached,
    language_in,
    open_goals,
    other_worlds,
    retargeting,
    run_lanes,
)
from priorsim.mu.code import length
from priorsim.mu.dialect import FORMS
from priorsim.mu.domain import Domain
from priorsim.mu.lesions import (
    LesionedWords,
    ProgramClass,
    _tables,
    class_of,
    classify,
    is_dormant,
    lesion,
    uses_data,
)
from priorsim.mu.syntax import Apply, Program, Term, format_program, format_term, fresh_name, program_terms
from priorsim.worlds import catalogue
from priorsim.worlds.world import World

SEARCHING = ("find", "argmax", "iter")
"""The forms that a lesion acts on."""
NodeWords = tuple[tuple[int, ...], ...]
"""For each lane, the node's word in every setting of the variables bound around it; shape (lanes, settings)."""


class OutputAnswer(msgspec.Struct, frozen=True):
    """The words of the whole program, one a lane: as they are, under the strict and under the wide lesion."""

    actual: tuple[int, ...]
    strict: tuple[int, ...]
    wide: tuple[int, ...]


class NodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A find, argmax or iter node."""

    form: str
    term: Annotated[str, keys.says("the node's S-expression, in the names of the whole program")]
    place: Annotated[str, keys.says("its place in the program, in words")]
    path: Annotated[
        tuple[int, ...],
        keys.says(
            "its place: from the root down, the number of the operand from 0; `[]` is the root. Of a program with"
            " data 0 is the index, 1 the body"
        ),
    ]
    bound: Annotated[tuple[str, ...], keys.says("the variables bound around it, the innermost first")]
    actual: Annotated[
        NodeWords,
        keys.says(
            "by lane its words, one for each setting of the variables bound around it, the innermost one"
            "'s varying fastest; a single word where none is bound"
        ),
    ]
    strict: Annotated[NodeWords, keys.says("the same under the strict lesion of the whole program")]
    wide: Annotated[NodeWords, keys.says("the same under the wide lesion")]
    changed_strict: Annotated[tuple[int, ...], keys.says("lanes on which the strict lesion changes a word")]
    changed_wide: Annotated[tuple[int, ...], keys.says("lanes on which the wide lesion does")]
    retargeted: Annotated[
        tuple[str, ...] | None,
        keys.says("the goals that the program is right for with this node; null of an iter, and without a goal"),
    ]


class ExplainAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim explain --json` prints."""

    program: Annotated[str, keys.says("its S-expression")]
    world: keys.World
    train: keys.Train
    dialect: keys.Dialect
    word_bits: keys.WordBits
    bits: Annotated[int, keys.says("its length l")]
    kind: Annotated[
        str, keys.says("`direct`, `disguised` or `search`; with data that is used `table`, `disguised` or `hybrid`")
    ] = msgspec.field(name="class")
    why: Annotated[str, keys.says("the reason in a sentence")]
    dormant: Annotated[bool, keys.says("direct on the training lanes, and not on all")]
    uses_data: Annotated[bool, keys.says("whether its words change once every entry is entry 0")]
    output: OutputAnswer
    changed_strict: Annotated[tuple[int, ...], keys.says("lanes on which the strict lesion changes the output")]
    changed_wide: Annotated[tuple[int, ...], keys.says("lanes on which the wide lesion does")]
    nodes: Annotated[tuple[NodeAnswer, ...], keys.says("every find, argmax and iter, in the order written")]
    fits: Annotated[bool, keys.says("right on every training lane")]
    faithful: Annotated[bool | None, keys.says("right on every held-out lane; null where there is none")]
    wrong: Annotated[tuple[int, ...], keys.says("the lanes on which it is wrong")]
    steps: Annotated[tuple[int, ...], keys.says("steps by lane, under the `total` accounting")]
    unchosen: Annotated[tuple[int, ...], keys.says("of these, steps spent on candidates that were not chosen")]
    effort: Annotated[Share, keys.says("their share of all steps")]
    goals: Annotated[tuple[str, ...], keys.says("the worlds to retarget to")]
    retargeting: Annotated[
        Share | None,
        keys.says("the largest share of the goals that a node is retargeted to; null without a goal and with data"),
    ]


def explain(
    program: Program, world: World, *, dialect: str | None = None, known: Iterable[World] | None = None
) -> ExplainAnswer:
    """Why a program has its class in a world: its search nodes lane by lane, actual and lesioned, and what they do.

    Its length is counted in the dialect, by default the world's; it is retargeted to the `known` worlds, by default
    those of the catalogue. CodeError where the program is not of the dialect.

    >>> import priorsim
    >>> root = priorsim.parse("(find (c) (eq x (mul c c)))", priorsim.Language.named("arith", 2))
    >>> square = World("x", Domain.default(2), (frozenset({0}), frozenset({1})) * 2, (0, 1), "mine", "arith", "")
    >>> found = explain(root, square)
    >>> found.kind, found.changed_strict, found.nodes[0].actual, found.nodes[0].strict
    ('search', (1,), ((0,), (1,), (0,), (0,)), ((0,), (0,), (0,), (0,)))
    """
    language, domain = language_in(world, dialect), world.domain
    lanes, words, kind = run_lanes(program, domain), lesion(program, domain), classify(program, domain)
    others = () if program.has_data else other_worlds(world, catalogue().values() if known is None else known)
    goals = open_goals(lanes, others)
    return ExplainAnswer(
        program=format_program(program, domain.columns),
        world=world.name,
        train=world.train,
        dialect=language.dialect.name,
        word_bits=domain.word_bits,
        bits=length(program, language),
        kind=str(kind),
        why=_why(program, words, kind),
        dormant=is_dormant(program, domain, world.train),
        uses_data=uses_data(program, domain),
        output=OutputAnswer(*words),
        changed_strict=_changed(words.actual, words.strict),
        changed_wide=_changed(words.actual, words.wide),
        nodes=tuple(_node_answers(program, domain, goals)),
        fits=world.accepts(words.actual, world.train),
        faithful=world.accepts(words.actual, world.held_out) if world.held_out else None,
        wrong=tuple(lane for lane, word in enumerate(words.actual) if word not in world.acceptable[lane]),
        steps=tuple(lane.steps for lane in lanes),
        unchosen=tuple(lane.unchosen for lane in lanes),
        effort=effort(lanes),
        goals=tuple(goal.name for goal in goals),
        retargeting=retargeting(program, lanes, goals),
    )


# --- nodes ------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A node of a program: its path as in `NodeAnswer` and in words, and the names in its scope, innermost first."""

    path: tuple[int, ...]
    said: str
    term: Term
    scope: tuple[str, ...]


def places(program: Program, columns: Sequence[str]) -> Iterator[Place]:
    """Every node of a program over columns of these names, in preorder, the index's before the body's.

    >>> from priorsim.mu.dialect import Language
    >>> from priorsim.mu.syntax import parse
    >>> root = parse("(add 1 (find (c) c))", Language.named("arith", 2))
    >>> [(place.path, place.said) for place in places(root, ("x",))]
    [((), 'the root'), ((0,), 'operand 1 of add'), ((1,), 'operand 2 of add'), ((1, 0), 'operand 1 of find')]
    """
    scope = tuple(columns)
    if program.index is None:
        yield from _below(Place((), "the root", program.term, scope))
        return
    yield from _below(Place((0,), "the index", program.index, scope))
    yield from _below(Place((1,), "the body", program.term, (fresh_name("data", scope), *scope)))


def _below(place: Place) -> Iterator[Place]:
    yield place
    path, _, term, scope = place
    if isinstance(term, Apply):
        for number, (arg, binds) in enumerate(zip(term.args, FORMS[term.form].binds, strict=True)):
            inner = (fresh_name(term.form, scope), *scope) if binds else scope
            yield from _below(Place((*path, number), f"operand {number + 1} of {term.form}", arg, inner))


def _node_answers(program: Program, domain: Domain, goals: Sequence[World]) -> Iterator[NodeAnswer]:
    reached = iter(goals_reached(program, goals) if goals else ())
    for path, said, term, scope in places(program, domain.columns):
        if isinstance(term, Apply) and term.form in SEARCHING:
            bound = scope[: len(scope) - len(domain.columns)]
            actual, strict, wide = _node_words(term, len(bound), domain)
            yield NodeAnswer(
                form=term.form,
                term=format_term(term, scope),
                place=said,
                path=path,
                bound=bound,
                actual=actual,
                strict=strict,
                wide=wide,
                changed_strict=_changed(actual, strict),
                changed_wide=_changed(actual, wide),
                retargeted=tuple(goal.name for goal in next(reached)) if goals and FORMS[term.form].is_search else None,
            )


def _node_words(term: Term, bound: int, domain: Domain) -> tuple[NodeWords, ...]:
    """The three tables of a node under so many binders, lane by lane."""
    settings = list(product(range(2**domain.word_bits), repeat=bound))
    return tuple(
        tuple(tuple(table[(*setting[::-1], *lane)] for setting in settings) for lane in domain.lanes)
        for table in _tables(term, bound, domain)
    )


def on_lanes(lanes: Sequence[int]) -> str:
    """Lanes as part of a sentence.

    >>> on_lanes((0, 1, 2, 5)), on_lanes((4,))
    ('on lanes 0-2,5', 'on lane 4')
    """
    return f"on lane{'s' if len(lanes) > 1 else ''} {format_lanes(lanes)}"


def _changed(actual: Sequence[object], lesioned: Sequence[object]) -> tuple[int, ...]:
    return tuple(lane for lane, (one, other) in enumerate(zip(actual, lesioned, strict=True)) if one != other)


# --- the reason -------------------------------------------------------------------------------


def _why(program: Program, words: LesionedWords, kind: ProgramClass) -> str:
    """Why a program with these words is of its class."""
    data = " It uses its data." if kind in (ProgramClass.TABLE, ProgramClass.HYBRID) else ""
    forms = {term.form for term in program_terms(program) if isinstance(term, Apply)}
    return _why_code(words, [form for form in SEARCHING if form in forms]) + data


def _why_code(words: LesionedWords, searching: Sequence[str]) -> str:
    strict, wide = (on_lanes(_changed(words.actual, each)) for each in (words.strict, words.wide))
    match class_of(words):
        case ProgramClass.SEARCH:
            return f"With every find and argmax stopped at its first candidate, its output changes {strict}."
        case ProgramClass.DISGUISED:
            return (
                "No find or argmax decides its output, but with the loops undone that ran until something held, it "
                f"changes {wide}."
            )
        case _ if searching:
            return f"It has {' and '.join(searching)} nodes, but its output stays as it is without what they find."
        case _:
            return "It has no find, no argmax and no iter, so that there is nothing to cut out."
