"""Which operators worlds need: against a plain loop over all programs of the whole dialect."""

import csv
import io
import math
from fractions import Fraction
from functools import cache

import pytest

from priorsim.census.programs import list_programs
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError
from priorsim.measure.growth import growth
from priorsim.measure.knockouts import SEARCHES, Knockouts, groups, knockouts
from priorsim.mu.domain import Domain
from tests.measure.conftest import operators_of
from tests.test_docs import check_answer

pytestmark = pytest.mark.engine

BITS = 19
LANGUAGES = [(dialect, word_bits) for dialect in ("arith", "logic", "loops") for word_bits in (2, 3)]


@cache
def found_in(dialect: str, word_bits: int, gamma: Fraction = Fraction(0)) -> Knockouts:
    header = make_header(dialect, BITS, domain=Domain.default(word_bits))
    return knockouts(header, gamma=float(gamma), workers=1)


@cache
def plain_programs(dialect: str, word_bits: int) -> list[tuple[int, int, int, frozenset[str]]]:
    """Length, words, steps over all lanes, and operators of every program of the whole dialect."""
    listed = list_programs(make_header(dialect, BITS, domain=Domain.default(word_bits)))
    columns = zip(*(each.tolist() for each in (listed.bits, listed.behaviour, listed.steps)), strict=True)
    return [(*columns_of, operators_of(listed.program(at))) for at, columns_of in enumerate(columns)]


def least_costs(programs, without, gamma: Fraction, lanes: int) -> dict[int, int]:
    """The least cost of each world, as the integer 2^(2 l) T^(2 gamma), in which costs compare without a logarithm."""
    least: dict[int, int] = {}
    for bits, words, steps, used in programs:
        cost = 4**bits * steps ** int(2 * gamma)
        if not used & set(without) and cost <= 4**BITS * lanes ** int(2 * gamma) and cost < least.get(words, math.inf):
            least[words] = cost
    return least


@pytest.mark.parametrize("gamma", [Fraction(0), Fraction(1, 2), Fraction(1)], ids=str)
@pytest.mark.parametrize(("dialect", "word_bits"), LANGUAGES)
def test_the_table_is_that_of_a_plain_loop(dialect, word_bits, gamma):
    found, lanes = found_in(dialect, word_bits, gamma), 2**word_bits
    programs, unit = plain_programs(dialect, word_bits), lanes ** int(2 * gamma)
    whole = least_costs(programs, (), gamma, lanes)
    edges = list(zip(found.above.tolist(), found.up_to.tolist(), strict=True))
    assert edges[0][0] == 0 and edges[-1][1] == BITS and [up_to for _, up_to in edges[:-1]] == [a for a, _ in edges[1:]]
    bins = [[w for w, cost in whole.items() if 4**above * unit < cost <= 4**up_to * unit] for above, up_to in edges]
    bins[0] += [words for words in whole if not any(words in each for each in bins)]
    assert found.worlds.tolist() == list(map(len, bins))
    for of in found.operators:
        left = least_costs(programs, of.without, gamma, lanes)
        assert of.needed.tolist() == [sum(left.get(w) != whole[w] for w in worlds) for worlds in bins]
        assert of.unreached.tolist() == [sum(w not in left for w in worlds) for worlds in bins]
        assert of.reached.tolist() == [sum(cost <= 4**up_to * unit for cost in left.values()) for _, up_to in edges]
        above_bound = 4 ** (BITS + (gamma == 0)) * unit
        saved = [
            sum(math.log2(left.get(w, above_bound) / whole[w]) / 2 for w in worlds) / len(worlds) for worlds in bins
        ]
        assert of.saved.tolist() == pytest.approx(saved, abs=1e-9)


@pytest.mark.parametrize(("dialect", "word_bits"), LANGUAGES)
def test_every_operator_is_knocked_out_and_the_searches_together(dialect, word_bits):
    found = found_in(dialect, word_bits)
    language = found.header.language
    assert [of.without for of in found.operators[: len(language.dialect.operators)]] == [
        (name,) for name in language.dialect.operators
    ]
    assert [of.without for of in found.operators[len(language.dialect.operators) :]] == (
        [] if dialect == "loops" else [SEARCHES]
    )
    assert tuple(of.without for of in found.operators) == groups(language)


def test_bins_are_those_of_growth():
    found, curve = found_in("arith", 3), growth(take_census(found_in("arith", 3).header, workers=1))
    assert found.up_to.tolist() == curve.bins.up_to.tolist()
    assert found.worlds.tolist() == curve.bins.worlds.tolist()
    with pytest.raises(CensusError, match="give whole bits, 1 at least"):
        knockouts(found.header, bin_bits=0)


def test_the_excess_is_the_difference_of_two_slopes_with_the_scatter_of_both():
    found = knockouts(make_header("arith", 26, domain=Domain.default(3)), workers=1)
    courses = {of.name: found.course(of) for of in found.operators}
    assert [each.over for each in found.excess] == ["add", "sub", "mul", "eq", "lt", "if", "iter"]
    for each in found.excess:
        search, other = courses["find+argmax"].fit, courses[each.over].fit
        assert each.slope == search.slope - other.slope
        assert each.scatter == pytest.approx(math.sqrt(search.scatter**2 + other.scatter**2))
    assert knockouts(make_header("loops", 12, domain=Domain.default(2))).excess == ()


def test_json_has_the_keys_of_its_type_and_csv_a_line_for_each_operator_and_bin():
    found = found_in("logic", 3)
    check_answer("knockouts", found.to_json())
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert len(lines) == len(found.operators) * len(found.worlds)
    together = [line for line in lines if line["without"] == "find+argmax"]
    assert [int(line["needed"]) for line in together] == found.operators[-1].needed.tolist()


def test_progress_goes_through_all_censuses_to_the_end():
    told = []
    header = make_header("loops", 14, domain=Domain.default(2))
    knockouts(header, workers=1, progress=told.append)
    reached = [progress.programs for progress in told]
    assert reached == sorted(reached)
    assert told[-1].programs == told[-1].total
