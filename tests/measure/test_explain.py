"""Why a program has its class: every node's words, as the plain interpreter gives them with the searches cut out."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pytest

import priorsim
from priorsim.errors import CodeError
from priorsim.measure.explain import SEARCHING, explain, places
from priorsim.measure.program import other_worlds, read_program, retargeting, run_lanes
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.files import head_comments
from priorsim.mu.interpreter import Accounting, evaluate, run
from priorsim.mu.syntax import Apply, Const, Program, parse, program_terms
from priorsim.worlds import World, find_world
from priorsim.worlds.world import world_of_words
from tests.measure.conftest import programs_by_code
from tests.measure.test_definitions import effort_by_paths
from tests.test_docs import check_answer

PROGRAMS = sorted((Path(__file__).parents[2] / "programs").glob("*.mu"))
W2, D2 = Language.named("arith", 2), Domain.default(2)
BITS = 19
DISGUISED = (
    "(iter 3 0 (s) (add s (lt s x)))",
    "(find (c) (eq x (iter 3 0 (s) (add s (lt s c)))))",
    "(add (argmax (c) (lt c x)) (iter 3 (find (c) (eq c 2)) (s) (sub s (lt x s))))",
)


def mine(words, domain=D2, **others):
    return world_of_words("mine", domain, words, family="mine", **others)


@cache
def searching_programs():
    """Of all programs of arith at w = 2 up to so many bits that search or loop every seventh, and some disguised."""
    found = (program for _, program in programs_by_code(W2, BITS))
    has_any = (each for each in found if any(getattr(term, "form", "") in SEARCHING for term in program_terms(each)))
    return [*list(has_any)[::7], *(parse(text, W2) for text in DISGUISED)]


def environments(bound, domain):
    """By lane the environments of a node under so many binders, the innermost word varying fastest."""
    settings = [setting[::-1] for setting in product(range(2**domain.word_bits), repeat=bound)]
    return [[(*setting, *lane) for setting in settings] for lane in domain.lanes]


def without_searches(term, bound, domain):
    """The term with a constant in the place of each find and argmax: its one word if it has just one, else 0."""
    if not isinstance(term, Apply):
        return term
    if term.form in ("find", "argmax"):
        words = {evaluate(term, env, domain.word_bits).word for envs in environments(bound, domain) for env in envs}
        return Const(words.pop() if len(words) == 1 and len(domain.lanes) > 1 else 0, literal=True)
    inner = bound + (term.form == "iter")
    *first, last = term.args
    args = [without_searches(arg, bound, domain) for arg in first]
    return Apply(term.form, (*args, without_searches(last, inner, domain)))


def words_of(term, bound, domain):
    return tuple(
        tuple(evaluate(term, env, domain.word_bits).word for env in envs) for envs in environments(bound, domain)
    )


def undone(term, bound, domain):
    """The words of an iter without another one in it, from its states one by one, as the wide lesion leaves them."""
    count, start, body = without_searches(term, bound, domain).args
    finals, starts, settled, moved_twice = {}, {}, {}, False
    for envs in environments(bound, domain):
        for env in envs:
            states = [evaluate(start, env, domain.word_bits).word]
            for _ in range(evaluate(count, env, domain.word_bits).word):
                states.append(evaluate(body, (states[-1], *env), domain.word_bits).word)
            finals[env], starts[env] = states[-1], states[0]
            moves = [one for one, other in pairwise(states) if one != other]
            if moves and states[-2] == states[-1]:
                settled[env] = states[-1]
                moved_twice |= len(moves) > 1
    is_search = moved_twice and len(set(settled.values())) > 1
    return tuple(
        tuple(starts[env] if is_search and env in settled else finals[env] for env in envs)
        for envs in environments(bound, domain)
    )


def nodes_of(program, columns):
    return [place for place in places(program, columns) if getattr(place.term, "form", "") in SEARCHING]


def test_every_node_has_its_words_and_those_that_the_lesions_leave_it():
    undisguised = 0
    for program in searching_programs():
        found = explain(program, mine((0, 1, 2, 3)), known=[])
        assert found.output.actual == run(program, D2).words
        left = without_searches(program.term, 0, D2)
        assert found.output.strict == run(Program(left), D2).words
        assert found.changed_strict == tuple(
            lane for lane in range(4) if run(Program(left), D2).words[lane] != run(program, D2).words[lane]
        )
        for node, place in zip(found.nodes, nodes_of(program, ("x",)), strict=True):
            bound = len(node.bound)
            assert node.actual == words_of(place.term, bound, D2)
            assert node.strict == words_of(without_searches(place.term, bound, D2), bound, D2)
            inner = [each for arg in place.term.args for each in program_terms(Program(arg))]
            if node.form == "iter" and not any(getattr(each, "form", "") == "iter" for each in inner):
                assert node.wide == undone(place.term, bound, D2)
                undisguised += node.wide != node.strict
            elif node.form != "iter":
                assert node.wide == node.strict
    assert len(searching_programs()) > 100 and undisguised > 0


def test_the_class_is_that_of_the_output_which_changes():
    kinds = set()
    for program in searching_programs():
        found = explain(program, mine((0, 1, 2, 3)), known=[])
        kind = "search" if found.changed_strict else "disguised" if found.changed_wide else "direct"
        assert found.kind == kind == priorsim.classify(program, D2)
        lanes = found.changed_strict or found.changed_wide
        assert ("changes on lane" in found.why) == bool(lanes)
        kinds.add(kind)
    assert kinds == {"search", "direct", "disguised"}


def test_what_a_search_takes_and_what_it_is_retargeted_to_are_counted_another_way():
    goals = [replace(mine(words), name=f"goal-{n}") for n, words in enumerate([(3, 2, 1, 0), (0, 0, 1, 1), (1,) * 4])]
    reached = set()
    for program in searching_programs()[::5]:
        found = explain(program, mine((0, 1, 2, 3)), known=goals)
        assert sum(found.steps) == run(program, D2).steps[Accounting.TOTAL]
        assert found.effort == effort_by_paths(program, D2) == Fraction(sum(found.unchosen), sum(found.steps))
        lanes = run_lanes(program, D2)
        assert found.retargeting == retargeting(program, lanes, other_worlds(mine((0, 1, 2, 3)), goals))
        for node in found.nodes:
            expected = [goal.name for goal in goals if is_retargeted(program.term, node.path, goal, found)]
            assert node.retargeted == (None if node.form == "iter" else tuple(expected))
            reached |= set(node.retargeted or ())
    assert reached == {"goal-0", "goal-1", "goal-2"}


def is_retargeted(term, path, goal, found):
    """Whether the output is right for a goal that it is not right for, once a node has the goal's word on each lane."""
    if goal.accepts(found.output.actual, range(4)):
        return False
    words = [evaluate(put(term, path, min(goal.acceptable[lane])), (lane,), 2).word for lane in range(4)]
    return goal.accepts(words, range(4))


def put(term, path, word):
    if not path:
        return Const(word, literal=True)
    first, *rest = path
    return Apply(term.form, tuple(put(arg, rest, word) if at == first else arg for at, arg in enumerate(term.args)))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_that_is_written_by_hand_is_explained(path):
    head = head_comments(path.read_text(encoding="utf-8"))
    world = find_world(head["world"])
    program, language = read_program(path, world)
    found = explain(program, world, dialect=language.dialect.name, known=[])
    assert (found.kind, found.bits, found.dormant) == (head["class"], int(head["bits"]), "dormant" in head)
    assert " ".join(map(str, found.output.actual)) == head["behaviour"]
    assert found.wrong == tuple(
        lane for lane, word in enumerate(found.output.actual) if word not in world.acceptable[lane]
    )
    assert (found.fits, found.faithful) == tuple(
        world.accepts(found.output.actual, lanes) if lanes else None for lanes in (world.train, world.held_out)
    )
    check_answer("explain", found.to_json())


def test_a_search_of_a_single_lane_and_one_that_is_a_literal():
    """On one lane no search is a literal: (find (c) (eq c 1)) is 0 when lesioned; on four lanes it is kept."""
    literal = parse("(find (c) (eq c 1))", W2)
    one = explain(literal, mine((1,), Domain(2, ((0,),)), train=(0,)), known=[])
    assert (one.kind, one.nodes[0].strict, one.faithful) == ("search", ((0,),), None)
    four = explain(literal, mine((1,) * 4), known=[])
    assert (four.kind, four.nodes[0].strict) == ("direct", ((1,),) * 4)
    assert four.why == "It has find nodes, but its output stays as it is without what they find."


def test_under_a_binder_a_node_has_a_word_for_each_word_of_the_binder():
    found = explain(parse("(find (c) (find (d) (eq d c)))", W2), mine((1,) * 4), known=[])
    assert [node.place for node in found.nodes] == ["the root", "operand 1 of find"]
    assert found.nodes[1].bound == ("c",) and found.nodes[1].term == "(find (c2) (eq c2 c))"
    assert found.nodes[1].actual == ((0, 1, 2, 3),) * 4
    assert found.nodes[1].strict == ((0, 0, 0, 0),) * 4


def test_data_is_a_variable_around_the_body():
    found = explain(parse("(data (0 1) x (m) (find (c) (eq c (add m x))))", W2), mine((0, 2, 2, 0)))
    assert (found.kind, found.uses_data, found.retargeting, found.goals) == ("hybrid", True, None, ())
    (node,) = found.nodes
    assert (node.place, node.path, node.bound, node.retargeted) == ("the body", (1,), ("m",), None)
    assert node.actual[1] == (1, 2, 3, 0)


def test_a_program_of_another_dialect_is_refused():
    language = Language.named("logic", 2)
    program = parse("(xor x 1)", language)
    assert explain(program, mine((1, 0, 3, 2)), dialect="logic").bits == len(priorsim.encode(program, language))
    with pytest.raises(CodeError, match="xor"):
        explain(program, mine((1, 0, 3, 2)))


def test_a_lane_may_take_several_words():
    several = World("s", D2, (frozenset({0, 1}),) * 4, (0,), "mine", "arith", "")
    assert explain(parse("x", W2), several, known=[]).wrong == (2, 3)
