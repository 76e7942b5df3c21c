"""The shortest fitting programs: those that trying out every bit string finds, in the order of their codes."""

from functools import cache

import numpy as np
import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine import derivations as quotient_derivations
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.engine.stores import Reach
from priorsim.census.engine.term_witness import FirstTerms
from priorsim.census.recurrence import counts_by_reading, tokens
from priorsim.census.shortest import shortest_programs
from priorsim.errors import CensusError
from priorsim.mu.code import encode
from priorsim.mu.dialect import FORMS, Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.syntax import Apply, Const, Program, Var, count_searches
from tests.census import oracle
from tests.measure.conftest import programs_by_code

pytestmark = pytest.mark.engine

ALL = 10**6
CONTEXT = Domain(2, tuple((a, b) for a in range(4) for b in range(2)), ("o", "q"), ("o",))
CENSUSES = {
    "arith-w2": oracle.make_header("arith", Domain.default(2), 2, 19),
    "rare-arith-w2": oracle.make_header("arith", Domain.default(2), 2, 17),
    "logic-w3": oracle.make_header("logic", Domain.default(3), 2, 17),
    "loops-w3": oracle.make_header("loops", Domain.default(3), 2, 17),
    "arith-w4-depth-1": oracle.make_header("arith", Domain.default(4), 1, 17),
    "one-lane": oracle.make_header("arith", Domain(5, ((0,),)), 2, 17),
    "amortised": AtlasHeader(Language.named("arith", 2, columns=2), CONTEXT, 17, Accounting.AMORTISED),
}


@cache
def by_brute_force(name):
    """Every program of a census by its packed behaviour: (bits, code, program), in order."""
    header = CENSUSES[name]
    found = {}
    for bits, program in programs_by_code(header.language, header.max_bits):
        behaviour = header.domain.pack(run(program, header.domain).words)
        found.setdefault(behaviour, []).append((bits, encode(program, header.language), program))
    return {behaviour: sorted(some, key=lambda each: each[:2]) for behaviour, some in found.items()}


@cache
def rows_of(name):
    return count_quotient(CENSUSES[name])


def some_behaviours(name, number):
    """The behaviours with most programs, and as many with few."""
    known = sorted(by_brute_force(name), key=lambda behaviour: (-len(by_brute_force(name)[behaviour]), behaviour))
    return [*known[1:4], *known[len(known) // 4 :: max(1, len(known) // number)]][:number]


def fitting(name, behaviours):
    rows = rows_of(name)

    def fits(packed):
        return np.isin(packed, np.array(behaviours, dtype=np.uint64))

    return rows.take(fits(rows.behaviour)), fits


@pytest.mark.parametrize("name", CENSUSES)
def test_every_fitting_program_is_listed_once_and_in_order(name):
    for behaviours in [some_behaviours(name, 6), *([each] for each in some_behaviours(name, 6))]:
        expected = sorted((each for b in behaviours for each in by_brute_force(name)[b]), key=lambda each: each[:2])
        rows, fits = fitting(name, behaviours)
        found = shortest_programs(CENSUSES[name], rows, fits, ALL)
        assert len(found.programs) == int(rows.count.sum())
        assert list(found.programs) == [(bits, program) for bits, _, program in expected]


@pytest.mark.parametrize("name", ["arith-w2", "amortised"])
@pytest.mark.parametrize("number", [1, 7, 30, 100])
def test_the_first_so_many_are_the_first_of_all(name, number):
    for behaviours in [some_behaviours(name, 6), some_behaviours(name, 3)[:1]]:
        rows, fits = fitting(name, behaviours)
        every = shortest_programs(CENSUSES[name], rows, fits, ALL)
        found = shortest_programs(CENSUSES[name], rows, fits, number, workers=1)
        assert found.programs == every.programs[:number]
        last = found.programs[-1][0]
        assert found.last_length == sum(bits == last for bits, _ in every.programs)
        assert found.last_taken == sum(bits == last for bits, _ in found.programs)


def check_rare(name, numbers, many):
    """The rarest behaviours: their bound leaves few other programs that could want the same operands."""
    known = by_brute_force(name)
    for behaviour in sorted(known, key=lambda each: (-known[each][0][0], each))[:many]:
        rows, fits = fitting(name, [behaviour])
        for number in numbers:
            found = shortest_programs(CENSUSES[name], rows, fits, number)
            assert list(found.programs) == [(bits, program) for bits, _, program in known[behaviour][:number]]


@pytest.mark.parametrize("name", ["rare-arith-w2", "loops-w3"])
def test_the_programs_of_rare_behaviours_are_the_first_of_plain_enumeration(name):
    check_rare(name, (2, 40), 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arith-w2", "rare-arith-w2", "logic-w3", "loops-w3"])
def test_any_number_of_programs_are_the_first_of_plain_enumeration(name):
    check_rare(name, range(1, 41), 8)


@pytest.mark.parametrize("dialect", ["arith", "logic", "loops"])
@pytest.mark.parametrize(("word_bits", "columns"), [(2, 1), (3, 2), (12, 5)])
def test_other_operands_of_a_loop_with_a_long_body_are_shorter_than_any_such_loop(dialect, word_bits, columns):
    language = Language.named(dialect, word_bits, columns=columns)
    for max_bits in range(8, 60):
        reach = Reach.of(language, max_bits)
        for depth in range(language.depth):
            body = max(reach.stored[depth + 1] + 1, reach.shortest[depth + 1])
            operand = reach.longest[depth] - reach.costs[depth]["iter"] - reach.shortest[depth] - body
            assert operand < quotient_derivations.shortest_streamed(reach, depth)


def test_where_any_program_fits_they_are_all_programs():
    header = oracle.make_header("arith", Domain.default(2), 2, 13)
    rows = count_quotient(header)
    found = shortest_programs(header, rows, lambda packed: np.ones(len(packed), dtype=bool), ALL)
    every = sorted((bits, encode(program, header.language)) for bits, program in programs_by_code(header.language, 13))
    assert [(bits, encode(program, header.language)) for bits, program in found.programs] == every


def test_where_no_program_fits_there_is_none():
    rows, fits = fitting("arith-w2", [0])
    found = shortest_programs(CENSUSES["arith-w2"], rows.take(np.zeros(len(rows), dtype=bool)), fits, 100)
    assert (found.programs, found.last_length) == ((), 0)


def test_rows_of_another_world_are_refused():
    rows, _ = fitting("arith-w2", some_behaviours("arith-w2", 1))
    _, fits = fitting("arith-w2", some_behaviours("arith-w2", 3)[1:])
    with pytest.raises(CensusError, match="fit where the atlas has"):
        shortest_programs(CENSUSES["arith-w2"], rows, fits, 100)


def reads(term, bound, columns):
    if isinstance(term, Apply):
        binds = zip(term.args, FORMS[term.form].binds, strict=True)
        return any(reads(arg, bound + more, columns) for arg, more in binds)
    return isinstance(term, Var) and term.index - bound in columns


def every_term(language, bound, bits):
    """Every term of so many bits under so many binders, in no order."""
    for token in tokens(language, bound):
        if token.binds:
            for children in every_row(language, [bound + more for more in token.binds], bits - token.bits):
                yield Apply(token.kind, children)
        elif token.bits == bits:
            if token.kind == "variable":
                yield Var(token.value)
            else:
                values = range(token.value, token.value + token.choices)
                yield from (Const(word, token.kind == "literal") for word in values)


def every_row(language, bounds, bits):
    if not bounds:
        yield from [()] if bits == 0 else []
        return
    for first in range(1, bits + 1):
        for rest in every_row(language, bounds[1:], bits - first):
            for term in every_term(language, bounds[0], first):
                yield (term, *rest)


@pytest.mark.parametrize("bound", [0, 1])
def test_first_terms_are_the_first_of_all_terms_of_a_kind(bound):
    header = CENSUSES["amortised"]
    for bits in range(1, 13):
        kinds = {}
        for term in every_term(header.language, bound, bits):
            kind = (bits, count_searches(Program(term)), reads(term, bound, header.queries))
            kinds.setdefault(kind, []).append(term)
        counted = counts_by_reading(header.language, bound, bits, header.queries)
        assert {kind[1:]: len(some) for kind, some in kinds.items()} == counted
        for kind, some in kinds.items():
            for limit in (1, 5, ALL):
                found = FirstTerms(header, limit).of(bound, kind)
                codes = [code for code, _ in found]
                assert codes == sorted(codes)
                assert len(found) == min(limit, len(some))
                if limit == ALL:
                    assert {term for _, term in found} == set(some)
                else:
                    assert found == FirstTerms(header, ALL).of(bound, kind)[:limit]


def test_a_change_to_what_is_looked_into_would_be_noticed(monkeypatch):
    """The count of every length is held against the atlas: a way that is lost is an error."""
    whole = quotient_derivations.Outlines.derivations

    def lossy(self, depth, length):
        for derivation in whole(self, depth, length):
            if depth or length < 10:
                yield derivation

    monkeypatch.setattr(quotient_derivations.Outlines, "derivations", lossy)
    rows, fits = fitting("arith-w2", some_behaviours("arith-w2", 2))
    with pytest.raises(CensusError, match="fit where the atlas has"):
        shortest_programs(CENSUSES["arith-w2"], rows, fits, ALL)
