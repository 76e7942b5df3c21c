"""Worlds with many lessons: what they are, by their formulas, and how fast search learns, by loops over programs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.take import make_header
from priorsim.claims.judge import CLAIMS
from priorsim.claims.populations import LESSONS, QUICK, Worlds, populations
from priorsim.claims.tuning import lessons_saved
from priorsim.measure.diversity import EVERY_WORD, QUESTIONS_ASKED
from priorsim.measure.off_training import lessons
from priorsim.worlds.in_context import OBSERVATIONS, QUESTIONS, task_world
from tests.claims.plain import UNKNOWN, asked, faster_learner, listed

HELD_OUT = {(3, 8): 2, (4, 8): 2, (4, 16): 4}
TRAINED = {(3, 8): 6, (4, 8): 6, (4, 16): 12}


@pytest.fixture(scope="module")
def populated():
    return [each for each in populations(QUICK) if each.population == LESSONS]


def test_there_are_families_of_8_and_16_rules_a_rule_a_lesson(populated):
    assert [(each.header.domain.word_bits, each.rules) for each in populated] == list(TRAINED)
    for each in populated:
        size = each.header.domain.word_bits, each.rules
        assert each.header.domain.word_bits * len(each.header.domain.lanes) <= 64
        assert len(each.worlds) >= 30 and len(set(each.behaviours.tolist())) == len(each.worlds)
        for world in each.worlds:
            assert len(world.rules) == each.rules
            assert len(lessons(world)) == TRAINED[size] == each.rules - HELD_OUT[size]
            assert set(world.held_out) == {lane for rule in world.rules[TRAINED[size] :] for lane in rule}


def test_the_worlds_are_those_of_every_observation_and_question_once_each(populated):
    for each in populated:
        bits, size = each.header.domain.word_bits, 2**each.header.domain.word_bits
        queries = range(2, 2 + len(each.header.domain.lanes) // each.rules)
        meant = set()
        for observe in EVERY_WORD:
            rule_of = {OBSERVATIONS[observe].function(rule)[0] % size: rule for rule in reversed(range(size))}
            for answer in QUESTIONS_ASKED:
                f = QUESTIONS[answer].function
                meant.add(tuple(int(f(rule_of[word], q)) % size for word in range(each.rules) for q in queries))
        found = {tuple(next(iter(words)) for words in world.acceptable) for world in each.worlds}
        assert found == meant, bits
        assert each.header.domain.lanes == tuple((word, q) for word in range(each.rules) for q in queries)


def test_faster_learner_alone_is_asked_of_them_and_their_cells_name_the_rules(populated):
    assert [claim.name for claim in CLAIMS if LESSONS in claim.populations] == ["faster-learner"]
    header = make_header("arith", 8, domain=populated[2].header.domain)
    small = replace(populated[2], header=header)
    places = [place for place, _ in small.sites(Atlas(header, count_exhaustive(header)), QUICK)]
    assert {place["rules"] for place in places} == {16}
    assert all("queries" not in place for place in places)


@pytest.mark.engine
def test_lessons_saved_with_held_out_rules_are_what_loops_over_programs_say():
    worlds = [
        task_world(2, observe, answer, 4, 2, first_query=1, held_out_rules=1)
        for observe in ("itself", "next", "complement")
        for answer in ("product", "sum", "less", "maximum", "rulepower")
    ]
    assert worlds[0].name.endswith("-r4-q2-from1") and worlds[0].held_out == (6, 7)
    header = make_header("arith", 19, domain=worlds[0].domain)
    programs = listed(header.language, header.domain, header.max_bits)
    atlas, known = Atlas(header, count_exhaustive(header)), 0
    for _, site in Worlds(LESSONS, header, tuple(worlds), rules=4).sites(atlas, QUICK):
        found = lessons_saved(site).or_unknown()
        runs = [pair[site.by_form] for pair in programs]
        size: dict[str, Any] = {"tax": site.tax, "max_bits": site.max_bits, "by_form": site.by_form}
        for place, world in enumerate(worlds):
            wanted = faster_learner(asked(runs, world, **size, language=header.language)) or UNKNOWN
            assert (found.low[place], found.high[place]) == wanted, (world.name, size)
            known += bool(np.isfinite(wanted).all())
    assert known
