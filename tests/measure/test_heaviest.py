"""The heaviest programs that fit, against a plain list of every program: run, lesioned and put in order one by one."""

import math
from collections import Counter
from functools import cache

import pytest

from priorsim.census.atlas import RowKey
from priorsim.census.beyond import TargetedAtlas
from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.census.witness import key_of
from priorsim.errors import PriorError, WorldError
from priorsim.measure.heaviest import NAMES, is_programs, programs
from priorsim.measure.histogram import acceptable
from priorsim.mu.code import encode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify, lesion
from priorsim.mu.syntax import count_searches, format_program, parse
from priorsim.priors import named_prior
from priorsim.worlds import find_world
from priorsim.worlds.world import world_of_words
from tests.measure.conftest import programs_by_code
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

BITS = 17
LANGUAGE, DOMAIN = Language.named("arith", 2), Domain.default(2)
IDENTITY = world_of_words("identity", DOMAIN, (0, 1, 2, 3), family="mine", train=(0, 1))
SQUARE = world_of_words("square", DOMAIN, (0, 1, 0, 1), family="mine", train=(0, 1, 2))
PRIORS = [
    named_prior("solomonoff"),
    named_prior("levin"),
    named_prior("solomonoff", tax=-1),
    named_prior("capped", cap=6),
]
EVERY = 10_000


@cache
def atlas(bits=BITS):
    return take_census(make_header("arith", bits, domain=DOMAIN))


@cache
def every_program(bits=BITS):
    """Of every program its class, its row's key, its code and its text."""
    found = []
    for length, program in programs_by_code(LANGUAGE, bits):
        actual, strict, wide = (DOMAIN.pack(each) for each in lesion(program, DOMAIN))
        key = RowKey(
            length, actual, strict, wide, run(program, DOMAIN).steps[Accounting.TOTAL], count_searches(program)
        )
        code = int("1" + encode(program, LANGUAGE), 2)
        found.append((str(classify(program, DOMAIN)), key, code, format_program(program)))
    return found


def weight(key, prior):
    """log2 of a program's weight, -inf above the cap."""
    mean = key.steps / 4
    if prior.cap is not None and mean > prior.cap:
        return -math.inf
    return -prior.beta * key.bits - prior.gamma * math.log2(mean) - prior.tax * key.searches


def expected(world, cls, prior, bits=BITS):
    """The programs that fit, the heaviest first."""
    fitting = []
    for kind, key, code, text in every_program(bits):
        is_right = world.accepts(DOMAIN.unpack(key.behaviour), world.train)
        if is_right and cls in (kind, "any") and weight(key, prior) > -math.inf:
            order = (round(-weight(key, prior), 9), key.bits, key.steps, key.searches)
            fitting.append((*order, key.behaviour, key.strict, key.wide, code, kind, key, text))
    return [each[-3:] for each in sorted(fitting, key=lambda each: each[:-3])]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
@pytest.mark.parametrize("cls", NAMES)
@pytest.mark.parametrize("world", [IDENTITY, SQUARE], ids=lambda world: world.name)
def test_they_are_the_first_of_all_programs_put_in_order(world, cls, prior):
    plain = expected(world, cls, prior)
    whole = math.fsum(2 ** weight(key, prior) for _, key, _ in plain)
    for most in (1, 7, 50, EVERY):
        found = programs(atlas(), world, cls, most, prior=prior, workers=1)
        assert [(each.kind, each.program) for each in found.list] == [(kind, text) for kind, _, text in plain[:most]]
        part = math.fsum(2 ** weight(key, prior) for _, key, _ in plain[:most])
        assert not plain or float(found.listed_share) == pytest.approx(part / whole, rel=1e-12)
        assert not found.one_a_row


def test_what_is_said_of_a_program_is_what_it_does():
    rows = Counter(key for _, key, _, _ in every_program())
    found = programs(atlas(), IDENTITY, "any", EVERY)
    assert found.programs == len(expected(IDENTITY, "any", PRIORS[0])) == len(found.list) > 100
    assert {each.kind for each in found.list} >= {"direct", "search"}
    for each, (kind, key, text) in zip(found.list, expected(IDENTITY, "any", PRIORS[0]), strict=True):
        words = DOMAIN.unpack(key.behaviour)
        right = sum(words[lane] == lane for lane in (2, 3))
        assert (each.program, each.kind, each.bits, each.steps) == (text, kind, key.bits, key.steps)
        assert (each.mean_steps, each.searches, each.log2_weight) == (key.steps / 4, key.searches, -key.bits)
        assert (each.right, each.wrong, each.row_programs) == (right, 2 - right, rows[key])
    check_answer("programs", found.to_json())


@pytest.mark.parametrize("most", [1, 7, 50])
def test_where_too_many_would_be_derived_each_row_has_one_program(most):
    plain = expected(IDENTITY, "search", PRIORS[1])
    keys = list(dict.fromkeys(key for _, key, _ in plain[:most]))
    found = programs(atlas(), IDENTITY, "search", most, prior=PRIORS[1], most_derived=0)
    assert found.one_a_row
    of_row = {key: [text for _, other, text in plain if other == key] for key in keys}
    assert [(each.bits, each.steps, each.row_programs) for each in found.list] == [
        (key.bits, key.steps, len(of_row[key])) for key in keys
    ]
    for each, key in zip(found.list, keys, strict=True):
        assert each.program in of_row[key]
    whole = math.fsum(2 ** weight(key, PRIORS[1]) for _, key, _ in plain)
    part = math.fsum(2 ** weight(key, PRIORS[1]) * len(some) for key, some in of_row.items())
    assert float(found.listed_share) == pytest.approx(part / whole, rel=1e-12)


@pytest.mark.parametrize("most_derived", [None, 0])
def test_beyond_an_atlas_they_are_those_of_a_longer_one(most_derived):
    beyond = TargetedAtlas(atlas(15), BITS)
    found = programs(beyond, SQUARE, "any", EVERY, most_derived=most_derived)
    longer = programs(atlas(), SQUARE, "any", EVERY, most_derived=most_derived)
    rows = [[(each.bits, each.steps, each.row_programs) for each in some.list] for some in (found, longer)]
    assert rows[0] == rows[1]
    assert most_derived == 0 or found == longer


def test_by_the_exhaustive_engine_at_words_of_3_bits():
    """All programs of 20 bits, listed by another engine's walk, in one world of the catalogue."""
    world, header = find_world("identity-w3"), make_header("arith", 20, domain=Domain.default(3))
    listed, plain = list_programs(header), {kind: [] for kind in NAMES[:-1]}
    for at, word in enumerate(listed.behaviour.tolist()):
        if world.accepts(header.domain.unpack(word), world.train):
            kind = "search" if listed.strict[at] != word else "direct" if listed.wide[at] == word else "disguised"
            plain[kind].append(format_program(listed.program(at)))
    counted = take_census(header, engine="exhaustive", workers=1)
    found = {kind: [each.program for each in programs(counted, world, kind, EVERY).list] for kind in plain}
    assert {kind: sorted(some) for kind, some in found.items()} == {kind: sorted(some) for kind, some in plain.items()}
    assert len(found["direct"]) > 100 and len(found["search"]) == 4


CONTEXT = Domain(3, tuple((o, q) for o in (1, 2, 4) for q in (0, 3)), ("o", "q"), ("o",))


@pytest.mark.parametrize(
    "header",
    [
        make_header("logic", 17, domain=Domain.default(3)),
        make_header("loops", 17, domain=Domain.default(3), without=["add"]),
        make_header("nested", 15, domain=Domain.default(4)),
        make_header("arith", 17, domain=CONTEXT, accounting="amortised"),
        make_header("arith", 20, domain=Domain(12, ((0,),))),
    ],
    ids=["logic", "without add", "nested", "amortised", "one lane"],
)
def test_in_every_kind_of_census_all_programs_of_the_rows_are_listed(header):
    """As many are listed of each row as the census has counted, each of the row's key."""
    world = world_of_words("first", header.domain, [lane[0] for lane in header.domain.lanes], family="mine")
    counted = take_census(header, workers=1)
    found = programs(counted, world, "any", EVERY, workers=1)
    rows = counted.rows.take(acceptable(counted.rows.behaviour, world, world.train))
    assert found.programs == sum(rows.count.tolist()) == len(found.list) > 10
    listed = Counter(key_of(header, parse(each.program, header.language, header.domain.columns)) for each in found.list)
    assert listed == {rows.key(row): int(rows.count[row]) for row in range(len(rows))}
    assert len({each.program for each in found.list}) == len(found.list)


def test_a_class_without_a_program_has_an_empty_list():
    found = programs(atlas(12), SQUARE, "search")
    assert (found.programs, found.list, found.listed_share, found.log2_mass, found.one_a_row) == (
        0,
        (),
        None,
        None,
        False,
    )
    above = programs(atlas(), IDENTITY, "search", prior=named_prior("capped", cap=1))
    assert above.programs > 0 and above.list == () and above.listed_share is None


def test_a_list_is_known_by_its_csv(tmp_path):
    found = programs(atlas(), IDENTITY, "search", 3)
    (tmp_path / "list.csv").write_text(found.to_csv())
    lines = found.to_csv().splitlines()
    assert lines[0] == "program,class,bits,steps,mean_steps,searches,log2_weight,right,wrong,row_programs"
    assert len(lines) == 4 and is_programs(tmp_path / "list.csv")
    (tmp_path / "list.csv").write_text("program\n")
    assert not is_programs(tmp_path / "list.csv")


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"cls": "table"}, WorldError, "choose direct, disguised, search or any"),
        ({"most": 0}, WorldError, "choose 1 to 10000"),
        ({"most": EVERY + 1}, WorldError, "choose 1 to 10000"),
        ({"prior": named_prior("tempered", beta=0.5)}, PriorError, "give a beta"),
        ({"world": find_world("identity-w3")}, WorldError, "not on the atlas's domain"),
    ],
)
def test_what_cannot_be_asked_is_refused(wrong, error, says):
    with pytest.raises(error, match=says):
        programs(**{"atlas": atlas(), "world": IDENTITY, **wrong})
