"""Objectives: equal to those of every program, one by one, and to the atlas's counts."""

import re
from fractions import Fraction

import pytest

from priorsim.census.effort import check_objectives
from priorsim.census.recurrence import kraft_sum
from priorsim.census.take import make_header
from priorsim.errors import CensusError, WorldError
from priorsim.measure.objectives import objectives
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import evaluate, run
from priorsim.mu.kinds import truncated_binary
from priorsim.worlds import catalogue
from priorsim.worlds.world import World
from tests.measure.conftest import programs_by_code
from tests.plain_terms import operator_bits, terms_up_to

pytestmark = pytest.mark.engine

W2 = Domain.default(2)


def world_of(words, domain=W2, train=(0, 1, 2)):
    return World("w", domain, tuple(frozenset([word]) for word in words), tuple(train), "test", "arith", "")


def searches(language, max_bits):
    """Every code-only program up to a length whose root is a search, by trying the bits behind the root."""
    operators = language.dialect.operators
    roots = [name for name in ("find", "argmax") if name in operators]
    prefixes = ["011" + truncated_binary(operators.index(name), len(operators)) for name in roots]
    return programs_by_code(language, max_bits, *prefixes)


def one_by_one(header, worlds):
    """For each world the distinct body tables by the length of their shortest program, and the programs by length."""
    domain = header.domain
    found = [({}, [0] * (header.max_bits + 1)) for _ in worlds]
    for bits, program in searches(header.language, header.max_bits):
        (body,) = program.term.args
        words = run(program, domain).words
        fitting = [each for each, world in zip(found, worlds, strict=True) if world.accepts(words, world.train)]
        places = [(c, *lane) for lane in domain.lanes for c in range(2**domain.word_bits) if fitting]
        table = tuple(evaluate(body, place, domain.word_bits).word for place in places)
        for tables, counts in fitting:
            tables[table] = min(bits, tables.get(table, bits))
            counts[bits] += 1
    lengths = range(header.max_bits + 1)
    return [(tuple(list(tables.values()).count(bits) for bits in lengths), tuple(counts)) for tables, counts in found]


def named_worlds(dialect, domain):
    return [world for world in catalogue().values() if (world.dialect, world.domain) == (dialect, domain)]


@pytest.mark.parametrize(
    ("dialect", "word_bits"), [("logic", 3), *(pytest.param("arith", w, marks=pytest.mark.slow) for w in (3, 4))]
)
def test_objectives_of_every_named_world_in_22_bits_are_those_of_programs_one_by_one(dialect, word_bits):
    domain = Domain.default(word_bits)
    worlds = named_worlds(dialect, domain)
    assert len(worlds) > 5
    header = make_header(dialect, 22, domain=domain)
    # Few fit on all training lanes: the first two ask for less.
    worlds += [world.trained_on(world.train[:2]) for world in worlds]
    found = objectives(header, worlds)
    assert [(each.tables, each.programs) for each in found] == one_by_one(header, worlds)
    assert sum(sum(each.tables) > 0 for each in found) > 3


@pytest.mark.parametrize("dialect", ["arith", "logic"])
def test_objectives_are_those_of_every_program_one_by_one(dialect):
    header = make_header(dialect, 17, domain=W2)
    worlds = [world_of((0, 0, 0, 0)), world_of((0, 1, 2, 3)), world_of((1, 0, 1, 0)), world_of((3, 3, 3, 3), train=[1])]
    found = objectives(header, worlds)
    assert [(each.tables, each.programs) for each in found] == one_by_one(header, worlds)
    assert sum(found[0].tables) > 1
    assert kraft_sum(found[0].programs) == sum(Fraction(count, 2**bits) for bits, count in enumerate(found[0].programs))


def test_a_dialect_without_a_search_has_no_objectives():
    (found,) = objectives(make_header("loops", 18, domain=W2), [world_of((0, 1, 2, 3))])
    assert (sum(found.tables), sum(found.programs)) == (0, 0)


def test_the_shortest_search_for_a_root_is_one_of_few():
    world = catalogue()["root-w4"]
    (found,) = objectives(make_header("arith", 30, domain=world.domain), [world])
    assert next(bits for bits, count in enumerate(found.programs) if count) == 23
    assert 1 <= sum(found.tables) <= sum(found.programs)


def test_workers_make_no_difference():
    world = catalogue()["isqrt-w3"]
    header = make_header("arith", 33, domain=world.domain)
    assert objectives(header, [world], workers=1) == objectives(header, [world], workers=2)


def test_progress_is_told_and_makes_no_difference():
    world, told = catalogue()["isqrt-w3"], []
    header = make_header("arith", 24, domain=world.domain)
    assert objectives(header, [world], progress=told.append) == objectives(header, [world])
    done = [each.programs for each in told]
    assert done == sorted(done) and done[0] == 0 and done[-1] < told[-1].total


@pytest.mark.parametrize("max_bits", [11, 14])
def test_progress_is_out_of_all_bodies_that_a_search_can_have(max_bits):
    header, told = make_header("arith", max_bits, domain=W2), []
    objectives(header, [world_of((0, 1, 2, 3))], progress=told.append)
    longest = max_bits - 1 - operator_bits("find", 0, header.language)
    assert {each.total for each in told} == {len(terms_up_to(longest, 1, header.language))}


def test_a_world_on_another_domain_is_refused():
    with pytest.raises(WorldError, match="domain"):
        objectives(make_header("arith", 12, domain=W2), [catalogue()["root-w4"]])


@pytest.mark.parametrize("word_bits", [3, 4])
def test_a_bound_that_takes_too_much_memory_is_refused_with_the_largest_that_does_not(word_bits):
    """What is refused takes 8 GiB or more, and more the longer it is; so does one bit more than what it names."""
    domain, taken = Domain.default(word_bits), []
    for bits in (52, 56, 60):
        with pytest.raises(CensusError, match=r"up to \d+ bits would take about .* and [\d.]+ [GT]iB") as refused:
            check_objectives(make_header("arith", bits, domain=domain))
        size, unit, bound = re.search(
            r"and ([\d.]+) ([GT])iB: .* --max-bits (\d+) or less", str(refused.value)
        ).groups()
        taken.append(float(size) * {"G": 1, "T": 1024}[unit])
        check_objectives(make_header("arith", int(bound), domain=domain))
        with pytest.raises(CensusError, match=f"--max-bits {bound} or less"):
            check_objectives(make_header("arith", int(bound) + 1, domain=domain))
    assert taken == sorted(set(taken))
    assert min(taken) >= 8
