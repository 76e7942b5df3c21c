"""Objectives: equal to those of every program, one by one, and to the atlas's counts."""

from fractions import Fraction

import pytest

from priorsim.census.runs import make_header
from priorsim.errors import CodeError, WorldError
from priorsim.measure.objectives import objectives
from priorsim.mu.code import decode
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import evaluate, run
from priorsim.mu.syntax import Apply
from priorsim.worlds import catalogue
from priorsim.worlds.world import World

pytestmark = pytest.mark.engine

W2 = Domain.default(2)


def world_of(words, domain=W2, train=(0, 1, 2)):
    return World("w", domain, tuple(frozenset([word]) for word in words), tuple(train), "test", "arith", "")


def programs(language, max_bits):
    """Every code-only program up to a length, by decoding every bit string."""
    for bits in range(1, max_bits):
        for number in range(2**bits):
            try:
                program, rest = decode("0" + format(number, f"0{bits}b"), language)
            except CodeError:
                continue
            if not rest:
                yield bits + 1, program


def one_by_one(header, worlds):
    """For each world the distinct body tables by the length of their shortest program, and the programs by length."""
    domain = header.domain
    found = [({}, [0] * (header.max_bits + 1)) for _ in worlds]
    for bits, program in programs(header.language, header.max_bits):
        match program.term:
            case Apply("find" | "argmax", (body,)):
                words = run(program, domain).words
                table = tuple(
                    evaluate(body, (c, *lane), domain.word_bits).word for lane in domain.lanes for c in range(4)
                )
                for (tables, counts), world in zip(found, worlds, strict=True):
                    if world.accepts(words, world.train):
                        tables.setdefault(table, bits)
                        counts[bits] += 1
    lengths = range(header.max_bits + 1)
    return [(tuple(list(tables.values()).count(bits) for bits in lengths), tuple(counts)) for tables, counts in found]


@pytest.mark.parametrize("dialect", ["arith", "logic"])
def test_objectives_are_those_of_every_program_one_by_one(dialect):
    header = make_header(dialect, 17, domain=W2)
    worlds = [world_of((0, 0, 0, 0)), world_of((0, 1, 2, 3)), world_of((1, 0, 1, 0)), world_of((3, 3, 3, 3), train=[1])]
    found = objectives(header, worlds)
    assert [(each.tables, each.programs) for each in found] == one_by_one(header, worlds)
    assert found[0].number > 1
    assert found[0].mass == sum(Fraction(count, 2**bits) for bits, count in enumerate(found[0].programs))


def test_a_dialect_without_a_search_has_no_objectives():
    (found,) = objectives(make_header("loops", 18, domain=W2), [world_of((0, 1, 2, 3))])
    assert (found.number, sum(found.programs), found.mass) == (0, 0, 0)


def test_the_shortest_search_for_a_root_is_one_of_few():
    world = catalogue()["root-w4"]
    (found,) = objectives(make_header("arith", 30, domain=world.domain), [world])
    assert next(bits for bits, count in enumerate(found.programs) if count) == 23
    assert 1 <= found.number <= sum(found.programs)


def test_workers_make_no_difference():
    world = catalogue()["isqrt-w3"]
    header = make_header("arith", 33, domain=world.domain)
    assert objectives(header, [world], workers=1) == objectives(header, [world], workers=2)


def test_a_world_on_another_domain_is_refused():
    with pytest.raises(WorldError, match="domain"):
        objectives(make_header("arith", 12, domain=W2), [catalogue()["root-w4"]])
