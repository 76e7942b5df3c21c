"""Definitions side by side: a world on paper, and every program of a small census judged another way."""

import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from priorsim.errors import PriorError, WorldError
from priorsim.formats import format_json
from priorsim.measure.definitions import BY_PROGRAM, BY_ROW, LastLength, definitions
from priorsim.measure.histogram import histogram
from priorsim.measure.mass import log_odds_of, masses
from priorsim.measure.program import effort, other_worlds, retargeting, run_lanes
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import apply_operator, run
from priorsim.mu.lesions import lesion
from priorsim.mu.syntax import Apply, Const, Program, Term, Var, count_searches, format_program, parse
from priorsim.priors import named_prior
from priorsim.text.templates import render
from priorsim.worlds import catalogue
from tests.measure.conftest import TINY_BITS, programs_by_code

pytestmark = pytest.mark.engine

LANGUAGE, DOMAIN = Language.named("arith", 2), Domain.default(2)
SOLOMONOFF = named_prior("solomonoff")
EVERY = 10_000


@cache
def every_program():
    return list(programs_by_code(LANGUAGE, TINY_BITS))


@pytest.fixture(scope="module")
def goals(tiny, world):
    """Worlds of w = 2 to retarget to: the identity, zeros, x + 1, one that accepts several words."""
    words = [(0, 1, 2, 3), (0, 0, 0, 0), (1, 2, 3, 0), ({1, 2}, 3, {0, 3}, 1)]
    return [replace(world(tiny.header, each), name=f"goal-{number}") for number, each in enumerate(words)]


def labels(each, names=BY_PROGRAM):
    """What the definitions say of a program, or of a group."""
    return tuple(getattr(each, name) for name in names)


def agreement(compared, first, second):
    """The shares of programs and of mass of which two definitions say the same."""
    return tuple(getattr(getattr(by, first), second) for by in (compared.agreement.programs, compared.agreement.mass))


# --- a world on paper -------------------------------------------------------------------------


def test_a_world_by_hand(tiny, world, goals):
    """The world 3 - x at w = 2, all four lanes given, programs up to 16 bits. Four fit.

    ==== ======================== ===== ================== ==================================================
    bits program                  steps lesions            on paper
    ==== ======================== ===== ================== ==================================================
    13   (sub 3 x)                3     3 - x              no search node: shares of 0
    15   (sub (argmax (c) c) x)   7     3 - x: the argmax  1 for the sub, 1 for x, 1 + 4 for the argmax, and 3 of
                                        is a literal       these 4 at candidates other than 3: effort 3/7. With a
                                                           goal's word v in its place v - x is v only where x is 0
    16   (argmax (c) (add c x))   13    0                  1 + 4 * 3, and 9 of them at the three candidates not
    16   (argmax (c) (add x c))                            chosen: effort 9/13. The output is the goal's word: 1
    ==== ======================== ===== ================== ==================================================

    Form finds three searchers, of mass 2^-15 + 2 * 2^-16 = 2^-14 against 2^-13: log-odds -1, Delta L 13 - 15.
    The other four find two, of 2^-15 against 2^-13 + 2^-15 = 5 * 2^-15: log-odds -log2(5), Delta L 13 - 16.
    Form agrees with them on 3 programs of 4, on 5 of 6 parts of the mass, and they with each other on all.
    """
    found = definitions(tiny, world(tiny.header, lambda x: 3 - x), SOLOMONOFF, known=goals)
    third, last = Fraction(3, 7), Fraction(9, 13)
    judged = found.shortest.list
    assert [(each.bits, each.program, each.steps, each.retargeting_share, each.effort_share) for each in judged] == [
        (13, "(sub 3 x)", 12, 0, 0),
        (15, "(sub (argmax (c) c) x)", 28, 0, third),
        (16, "(argmax (c) (add c x))", 52, 1, last),
        (16, "(argmax (c) (add x c))", 52, 1, last),
    ]
    assert [labels(each) for each in judged] == [
        (False,) * 5,
        (True, False, False, False, False),
        (True,) * 5,
        (True,) * 5,
    ]
    assert found.shortest.goals == ("goal-0", "goal-1", "goal-2", "goal-3")
    for compared, names in ((found.fitting, BY_ROW), (found.shortest, BY_PROGRAM)):
        odds = {name: getattr(compared.odds, name) for name in names}
        assert odds["form"].log_odds == -1
        assert (odds["form"].delta_l.low, odds["form"].delta_l.high) == (-2, -2)
        for name in names[1:]:
            search, rest = odds[name].search, odds[name].rest
            assert odds[name].log_odds == -math.log2(5)
            assert (search.exact_mass, rest.exact_mass) == (str(Fraction(1, 2**15)), str(Fraction(5, 2**15)))
            assert (search.l_min, rest.l_min) == (16, 13)
            assert (odds[name].delta_l.low, odds[name].delta_l.high) == (-3, -3)
            assert agreement(compared, "form", name) == (Fraction(3, 4), Fraction(5, 6))
            assert agreement(compared, name, names[-1]) == (1, 1)
        assert [(group.programs, group.l_min) for group in compared.groups] == [(1, 13), (1, 15), (2, 16)]


def test_a_price_on_time_by_hand(tiny, world, goals):
    """The same world under 2^-l / t: by form (2^-15 / 7 + 2^-15 / 13) against 2^-13 / 3."""
    found = definitions(tiny, world(tiny.header, lambda x: 3 - x), named_prior("levin"), known=goals)
    by_form = math.log2((1 / 7 + 1 / 13) / 4 * 3)
    by_rest = math.log2((1 / 13) / (4 / 3 + 1 / 7))
    for compared in (found.fitting, found.shortest):
        assert compared.odds.form.log_odds == pytest.approx(by_form, abs=1e-12)
        assert compared.odds.strict.log_odds == pytest.approx(by_rest, abs=1e-12)
        assert compared.odds.form.search.exact_mass is None


def test_among_the_shortest_only_whole_lengths_bound_what_is_missing(tiny, world, goals):
    """3 - x again: of two programs, and of three with one of the two of 16 bits, the strict searchers are missing."""
    reversal = world(tiny.header, lambda x: 3 - x)
    two = definitions(tiny, reversal, SOLOMONOFF, number=2, known=goals)
    assert two.shortest.last_length == LastLength(15, 1, 1)
    assert two.shortest.odds.strict.log_odds == -math.inf
    assert (two.shortest.odds.strict.delta_l.low, two.shortest.odds.strict.delta_l.high) == (None, 13 - 16)
    three = definitions(tiny, reversal, SOLOMONOFF, number=3, known=goals)
    assert three.shortest.last_length == LastLength(16, 1, 2)
    assert three.shortest.list[-1].program == "(argmax (c) (add c x))"
    assert (three.shortest.odds.strict.delta_l.low, three.shortest.odds.strict.delta_l.high) == (-3, -3)


# --- every program of a census, judged another way --------------------------------------------


def paths(term, env, word_bits, inside, chosen, steps):
    """The word of a term; every step is noted with the candidates it is inside of, every search with its choice."""
    steps.append(inside)
    if isinstance(term, Var):
        return env[term.index]
    if isinstance(term, Const):
        return term.word
    if FORMS[term.form].is_search:
        me, words = len(steps), []
        for candidate in range(2**word_bits):
            here = (*inside, (me, candidate))
            words.append(paths(term.args[0], (candidate, *env), word_bits, here, chosen, steps))
            if term.form == "find" and words[-1]:
                break
        if term.form == "find":
            chosen[me] = len(words) - 1 if words[-1] else None
        else:
            chosen[me] = words.index(max(words))
        return chosen[me] or 0
    if term.form == "iter":
        count, word = (paths(arg, env, word_bits, inside, chosen, steps) for arg in term.args[:2])
        for _ in range(count):
            word = paths(term.args[2], (word, *env), word_bits, inside, chosen, steps)
        return word
    return apply_operator(
        term.form, [paths(arg, env, word_bits, inside, chosen, steps) for arg in term.args], word_bits
    )


def effort_by_paths(program, domain):
    spent = every = 0
    for lane in domain.lanes:
        chosen, steps = {}, []
        paths(program.term, lane, domain.word_bits, (), chosen, steps)
        spent += sum(any(chosen[node] != candidate for node, candidate in step) for step in steps)
        every += len(steps)
    return Fraction(spent, every)


def with_goal(term, goal, domain, bound=0):
    """The term with the body of one find or argmax node replaced by a goal spelled out, for each node."""
    if not isinstance(term, Apply):
        return
    if FORMS[term.form].is_search:
        yield Apply(term.form, (spelled(goal, domain, bound + 1),))
    for place, (arg, binds) in enumerate(zip(term.args, FORMS[term.form].binds, strict=True)):
        for new in with_goal(arg, goal, domain, bound + binds):
            yield Apply(term.form, (*term.args[:place], new, *term.args[place + 1 :]))


def spelled(goal, domain, bound):
    """A term that is 1 where variable 0 is right for the goal in the lane whose x is variable `bound`, else 0."""
    body: Term = Const(0, False)
    for lane, words in zip(domain.lanes, goal.acceptable, strict=True):
        right: Term = Const(0, False)
        for word in words:
            right = Apply("if", (Apply("eq", (Var(0), Const(word, True))), Const(1, False), right))
        body = Apply("if", (Apply("eq", (Var(bound), Const(lane[0], True))), right, body))
    return body


def retargeting_by_programs(program, domain, goals):
    lanes = range(len(domain.lanes))
    goals = [goal for goal in goals if not goal.accepts(run(program, domain).words, lanes)]
    reached = Counter()
    for goal in goals:
        for node, term in enumerate(with_goal(program.term, goal, domain)):
            reached[node] += goal.accepts(run(Program(term), domain).words, lanes)
    return Fraction(max(reached.values(), default=0), len(goals)) if goals else None


def test_effort_and_retargeting_are_those_of_programs_run_step_by_step(goals):
    """Every second program of up to 16 bits with a search node, and some longer ones with several."""
    programs = [program for _, program in every_program() if count_searches(program)][::2]
    longer = [
        "(find (c) (argmax (c2) (mul c (add c2 x))))",
        "(argmax (c) (find (c2) (eq c (mul c2 x))))",
        "(iter x 1 (s) (find (c) (lt s c)))",
        "(add (find (c) (eq c x)) (argmax (c) (sub c x)))",
        "(if x (find (c) (eq x (mul c c))) x)",
        "(find (c) 0)",
    ]
    programs += [parse(text, LANGUAGE) for text in longer]
    shares = set()
    for program in programs:
        lanes = run_lanes(program, DOMAIN)
        share = retargeting(program, lanes, goals)
        assert effort(lanes) == effort_by_paths(program, DOMAIN)
        assert share == retargeting_by_programs(program, DOMAIN, goals)
        shares.add(share)
    assert len(programs) > 75
    assert len(shares) > 3


def test_steps_of_a_search_within_a_search_count_once():
    """(find (c) (find (c2) (lt c c2))) at w = 2, on paper, the same in every lane.

    At c = 0 the inner find tries c2 = 0 and 1: 1 + 3 + 3 steps, and is 1, a hit. 8 steps in all; c = 0 is chosen,
    and in it the three steps at c2 = 0 are not.

    (find (c) (find (c2) (lt c2 c))): at c = 0 there is no hit: 1 + 4 * 3; at c = 1 c2 = 0 is one, and the word is 0; at
    c = 2 and 3 likewise. No c is chosen: of 1 + 13 + 3 * 4 steps all but the first are spent.
    """
    hit = parse("(find (c) (find (c2) (lt c c2)))", LANGUAGE)
    assert effort(run_lanes(hit, DOMAIN)) == Fraction(3, 8)
    none = parse("(find (c) (find (c2) (lt c2 c)))", LANGUAGE)
    assert effort(run_lanes(none, DOMAIN)) == Fraction(25, 26)


WORLDS = [lambda x: x, lambda x: x + 1, lambda x: x * x, lambda x: 1 - x, lambda _: {0, 3}]


@pytest.mark.parametrize("words", WORLDS)
@pytest.mark.parametrize("train", [None, (0, 1, 2)])
def test_all_fitting_programs_are_judged_as_the_interpreter_does(tiny, world, goals, words, train):
    asked = world(tiny.header, words, train)
    found = definitions(tiny, asked, SOLOMONOFF, number=EVERY, known=goals)
    groups, lengths, listed = defaultdict(Fraction), defaultdict(list), {}
    for bits, program in every_program():
        lesioned = lesion(program, DOMAIN)
        if asked.accepts(lesioned.actual, asked.train):
            said = (lesioned.strict != lesioned.actual, lesioned.wide != lesioned.actual)
            group = (count_searches(program) > 0, *said)
            groups[group] += Fraction(1, 2**bits)
            lengths[group].append(bits)
            listed[format_program(program)] = (bits, group)
    exact = {group: str(mass) for group, mass in groups.items()}
    assert {labels(group, BY_ROW): group.exact_mass for group in found.fitting.groups} == exact
    counted = {labels(group, BY_ROW): (group.programs, group.l_min) for group in found.fitting.groups}
    assert counted == {group: (len(bits), min(bits)) for group, bits in lengths.items()}
    assert {each.program: (each.bits, labels(each, BY_ROW)) for each in found.shortest.list} == listed
    assert sum(group.programs for group in found.shortest.groups) == len(found.shortest.list) == len(listed)
    assert [each.bits for each in found.shortest.list] == sorted(each.bits for each in found.shortest.list)
    for name in BY_ROW:
        assert getattr(found.shortest.odds, name).log_odds == getattr(found.fitting.odds, name).log_odds
        assert getattr(found.shortest.odds, name).delta_l == getattr(found.fitting.odds, name).delta_l
    for first, second in product(BY_ROW, repeat=2):
        assert agreement(found.shortest, first, second) == agreement(found.fitting, first, second)


@pytest.mark.parametrize("prior", ["solomonoff", "levin"])
@pytest.mark.parametrize("words", [lambda x: x, lambda x: x * x, lambda x: x + 3])
def test_odds_are_those_of_the_histogram_by_form_and_by_strict_lesion(oracle, world, prior, words):
    atlas, weight = oracle("arith-w4-24"), named_prior(prior)
    asked = world(atlas.header, words)
    found = definitions(atlas, asked, weight, number=1)
    by_lesion, by_form = histogram(atlas, asked), histogram(atlas, asked, class_by="form")
    assert found.fitting.odds.form.log_odds == pytest.approx(log_odds_of(by_form, weight).low, abs=1e-9)
    assert found.fitting.odds.strict.log_odds == pytest.approx(log_odds_of(by_lesion, weight).low, abs=1e-9)
    search = masses(by_lesion, weight)[2].log2
    told = found.fitting.odds.strict.search.log2_mass
    assert (-math.inf if told is None else told) == pytest.approx(search, abs=1e-9)
    if prior == "solomonoff":
        assert found.fitting.odds.strict.log_odds == log_odds_of(by_lesion, weight).low


# --- what has no answer -----------------------------------------------------------------------


def shown(found, header, world):
    return render("definitions.txt", found=found, header=header, world=world, prior=SOLOMONOFF)


def retargeting_odds(found):
    return found.shortest.odds.retargeting


def test_without_another_world_retargeting_is_undefined(tiny, world):
    reversal = world(tiny.header, lambda x: 3 - x)
    for known in ([], [reversal, catalogue()["isqrt-w3"]]):
        found = definitions(tiny, reversal, SOLOMONOFF, known=known)
        assert found.shortest.goals == ()
        assert {each.retargeting for each in found.shortest.list} == {None}
        odds = retargeting_odds(found)
        assert odds.log_odds is None
        assert agreement(found.shortest, "form", "retargeting") == (None, None)
        assert odds.undefined == 4
        delta = odds.delta_l
        assert (delta.low, delta.high) == (None, None)
        assert "undefined" in shown(found, tiny.header, reversal)


def test_a_program_that_is_right_for_every_goal_already_has_none(tiny, world, goals):
    """On lanes 0 and 1 alone x and x * x agree: x is right for the one goal there is, and x * x is not."""
    squares = world(tiny.header, lambda x: x * x, (0, 1))
    found = definitions(tiny, squares, SOLOMONOFF, known=goals[:1])
    shares = {each.program: each.retargeting_share for each in found.shortest.list}
    assert shares["x"] is None
    assert shares["(mul x x)"] == 0
    assert 0 < retargeting_odds(found).undefined < len(found.shortest.list)
    assert agreement(found.shortest, "retargeting", "retargeting") == (1, 1)


def test_goals_are_worlds_of_the_domain_in_which_other_words_are_right(tiny, world, goals):
    identity = world(tiny.header, lambda x: x)
    assert other_worlds(identity, [*goals, goals[2], *catalogue().values()]) == tuple(goals[1:])
    in_context = catalogue()["in-context-root-w4"]
    for goal in other_worlds(in_context, catalogue().values()):
        assert (goal.domain.lanes, goal.domain.columns) == (in_context.domain.lanes, in_context.domain.columns)


def test_a_world_that_nothing_fits(tiny, world, goals):
    asked = world(tiny.header, (2, 0, 3, 1))
    found = definitions(tiny, asked, SOLOMONOFF, known=goals)
    assert (found.shortest.list, found.fitting.groups, found.shortest.groups) == ((), (), ())
    for compared, names in ((found.fitting, BY_ROW), (found.shortest, BY_PROGRAM)):
        for name in names:
            assert getattr(compared.odds, name).log_odds is None
            assert agreement(compared, name, "form") == (None, None)
            assert labels(getattr(compared.odds, name).search, ("programs", "l_min")) == (0, None)
    values = json.loads(format_json(found.to_json()))
    assert values["fitting"]["log2_mass"] is values["shortest"]["last_length"]["bits"] is None
    assert values["shortest"]["list"] == values["fitting"]["groups"] == []
    assert "nothing to compare" in shown(found, tiny.header, asked)


def test_a_cap_that_leaves_no_mass_leaves_the_programs(tiny, world, goals):
    found = definitions(tiny, world(tiny.header, lambda x: 3 - x), named_prior("capped", cap=1), known=goals)
    assert found.fitting.odds.form.log_odds is None
    assert agreement(found.fitting, "form", "strict") == (Fraction(3, 4), None)
    assert json.loads(format_json(found.to_json()))["fitting"]["log2_mass"] is None


def test_what_cannot_be_asked_is_refused(tiny, world):
    asked = world(tiny.header, lambda x: x)
    for number in (0, 10_001):
        with pytest.raises(WorldError, match="choose 1 to 10000"):
            definitions(tiny, asked, SOLOMONOFF, number=number)
    with pytest.raises(WorldError, match="its word bits are 3 where the atlas has 2"):
        definitions(tiny, catalogue()["isqrt-w3"], SOLOMONOFF)
    with pytest.raises(PriorError, match="does not converge"):
        definitions(tiny, asked, named_prior("tempered", beta=0.5))
