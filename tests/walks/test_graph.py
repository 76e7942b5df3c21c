"""The edit graph: equal to the plain twin's, every chance accounted for, every edit undone by another."""

from fractions import Fraction

import numpy as np
import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.census.engine.exhaustive import key_of
from priorsim.census.programs import list_programs
from priorsim.census.recurrence import program_counts
from priorsim.errors import WalkError
from priorsim.mu.code import encode
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.syntax import format_program, parse
from priorsim.walks.graph import VERTEX_BYTES, estimate_edges, make_graph, number_of, vertices
from tests.walks.plain import edit_graph

ROUNDING = 1e-14
OTHERS = [
    *(("arith@random:2", 13, 6), ("arith@random:7", 14, 9), ("arith@fitted", 10, 8), ("eq,mul,add,find", 11, 7)),
    *(("kleene", 11, 6), ("compare", 12, 6), ("boolean", 11, 8), ("bare", 11, 8), ("kleene@random:3", 14, 8)),
    *(("iter,find", 12, 7), ("find,argmax", 15, 8)),
]
"""Languages of other operators, orders and codes, each with a bound and a radius for a second of the plain twin.

In the last two binders alone are operators, so that leaves have other codes where no further binder is allowed."""
PAIRS = Domain(2, tuple((a, b) for a in range(2) for b in range(3)), ("a", "b"))


def header(dialect: str, word_bits: int, max_bits: int, domain: Domain | None = None) -> AtlasHeader:
    where = Domain.default(word_bits) if domain is None else domain
    return AtlasHeader(Language.named(dialect, word_bits, columns=len(where.columns)), where, max_bits)


@pytest.mark.engine
@pytest.mark.parametrize(
    "dialect",
    ["arith", "logic", "loops", "arith@random:2", "kleene@fitted", "compare", "boolean", "bare", "eq,mul,add,find"],
)
def test_listed_programs_are_all_programs_with_the_census_s_rows(dialect: str) -> None:
    asked = header(dialect, 2, 15)
    programs = list_programs(asked)
    assert len(programs) == sum(program_counts(asked.language, 15))
    assert np.all(programs.code[1:] > programs.code[:-1])
    for number in range(0, len(programs), 7):
        program = programs.program(number)
        assert format(int(programs.code[number]), "b") == "1" + encode(program, asked.language)
        key = key_of(asked, program)
        assert key.bits == programs.bits[number]
        assert key.behaviour == programs.behaviour[number]
        assert key.strict == programs.strict[number]
        assert key.wide == programs.wide[number]
        assert key.steps == programs.steps[number]
        assert key.searches == programs.searches[number]


@pytest.mark.engine
@pytest.mark.parametrize(
    ("asked", "radius"),
    [
        (header("arith", 2, 14), 4),
        (header("arith", 2, 14), 8),
        (header("arith", 2, 11), 10),
        (header("logic", 2, 13), 6),
        (header("loops", 3, 12), 7),
        (header("arith", 2, 12, PAIRS), 8),
        *((header(name, 2, bits), radius) for name, bits, radius in OTHERS),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else value.language.dialect.name,
)
def test_edges_and_chances_are_the_plain_ones(asked: AtlasHeader, radius: int) -> None:
    graph = make_graph(asked, radius)
    plain = edit_graph(radius, asked.max_bits, asked.language)
    assert len(graph) == len(plain)
    programs = [graph.programs.program(number) for number in range(len(graph))]
    for number, program in enumerate(programs):
        start, end = graph.matrix.indptr[number : number + 2]
        expected = dict(plain[program])
        stay = expected.pop(program, Fraction(0))
        assert {programs[target] for target in graph.matrix.indices[start:end]} == set(expected)
        assert abs(graph.stay[number] - stay) < ROUNDING
        for target, chance in zip(graph.matrix.indices[start:end], graph.matrix.data[start:end], strict=True):
            assert abs(chance / expected[programs[target]] - 1) < ROUNDING


@pytest.mark.engine
@pytest.mark.parametrize("radius", [2, 5, 8, 12])
def test_chances_of_every_program_sum_to_one_and_every_edit_has_one_back(radius: int) -> None:
    graph = make_graph(header("arith", 3, 18), radius)
    totals = graph.matrix.sum(axis=1) + graph.stay
    assert np.max(np.abs(totals - 1)) < ROUNDING
    # No walk is periodic: some edits of every program are impossible, or change nothing.
    assert np.all(graph.stay > 0)
    rows, targets = graph.matrix.tocoo().coords
    assert np.all(np.diff(targets)[np.diff(rows) == 0] > 0)
    assert (graph.matrix > 0).nnz == (graph.matrix.multiply(graph.matrix.T) > 0).nnz == graph.matrix.nnz


@pytest.mark.engine
def test_a_lower_bound_cuts_the_graph_as_if_it_had_been_made_so() -> None:
    cut = make_graph(header("logic", 2, 17), 8).capped(14)
    made = make_graph(header("logic", 2, 14), 8)
    assert np.array_equal(cut.matrix.indptr, made.matrix.indptr)
    assert np.array_equal(cut.matrix.indices, made.matrix.indices)
    assert np.allclose(cut.matrix.data, made.matrix.data, rtol=ROUNDING, atol=0)
    assert np.allclose(cut.stay, made.stay, rtol=ROUNDING, atol=0)


@pytest.mark.engine
def test_an_edit_by_hand() -> None:
    """`x` under arith at w = 2 with radius 3: the terms of at most 3 bits are x (1 bit) and 1 (3 bits).

    It has one node. A third of the edits replace it: by x with chance (1/2) / (1/2 + 1/8) = 4/5, by 1 with
    1/5. A third insert an operator, and (eq x x), at 5 + 1 + 1 bits, is as likely on either side. A third
    would delete an operator: there is none.
    """
    graph = make_graph(header("arith", 2, 14), 3)
    language = graph.programs.header.language
    x, one, same = (number_of(graph.programs, parse(text, language)) for text in ("x", "1", "(eq x x)"))
    assert graph.matrix[x, one] == pytest.approx(Fraction(1, 15), rel=ROUNDING)
    operands = {"add": 2, "sub": 2, "mul": 2, "eq": 2, "lt": 2}  # 5 bits each, one other operand x or 1
    total = sum(places * (Fraction(1, 2**6) + Fraction(1, 2**8)) for places in operands.values())
    # if: 5 bits, two other operands of together 2 bits; iter: count or start, the other x, body s or x at 2 bits.
    total += 3 * Fraction(1, 2**7) + 2 * 2 * Fraction(1, 2 ** (5 + 1 + 2))
    assert graph.matrix[x, same] == pytest.approx(2 * Fraction(1, 2**6) / total / 3, rel=ROUNDING)
    # At most 14 bits in all holds every one of these.
    assert graph.stay[x] == pytest.approx(Fraction(4, 15) + Fraction(1, 3), rel=ROUNDING)


@pytest.mark.engine
def test_the_edges_of_a_small_space_are_not_estimated_but_counted() -> None:
    """Every program has an edit that changes nothing, by which it reaches itself."""
    graph = make_graph(header("arith", 2, 14), 8)
    assert estimate_edges(graph.space) == graph.matrix.nnz + len(graph)


@pytest.mark.engine
def test_as_many_programs_are_listed_as_the_memory_holds_and_no_more() -> None:
    asked = header("arith", 2, 14)
    needed = sum(program_counts(asked.language, 14)) * VERTEX_BYTES
    assert len(vertices(asked, needed)) * VERTEX_BYTES == needed
    with pytest.raises(WalkError, match="lower --max-bits to 13"):
        vertices(asked, needed - 1)


@pytest.mark.engine
def test_what_does_not_fit_is_refused_with_its_size() -> None:
    asked = header("arith", 3, 18)
    with pytest.raises(WalkError, match=r"2,093 programs .* about .* edits of radius 8: .*GiB.*--walks"):
        make_graph(asked, 8, memory_bytes=1 << 20)
    with pytest.raises(WalkError, match="radius of 17 bits is out of range: choose 1 to 16"):
        make_graph(asked, 17)
    graph = make_graph(asked, 8)
    assert estimate_edges(graph.space) == pytest.approx(graph.matrix.nnz, rel=0.3)
    long = parse("(add (add x x) (add (add x x) (add x x)))", asked.language)
    with pytest.raises(WalkError, match=r"takes \d+ bits: walks are among code-only programs up to 18 bits"):
        number_of(graph.programs, long)
    assert format_program(graph.programs.program(0)) == "x"
