"""n* of worlds: against every program one by one, by two accountings, and in a world whose n* is known by hand."""

import math
from dataclasses import astuple
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from priorsim.census.atlas import COLUMN_TYPES, Atlas, Rows
from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.take import make_header
from priorsim.census.witness import key_of
from priorsim.claims import queries
from priorsim.claims.judge import find_claims
from priorsim.claims.populations import QUICK, Worlds
from priorsim.claims.rule import Tally
from priorsim.claims.site import Site
from priorsim.measure.fitting import ClassedRows
from priorsim.measure.program import AmortisationFlip
from priorsim.mu.code import length
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import classify
from priorsim.mu.syntax import Program, parse
from priorsim.worlds import World
from tests.claims.plain import ENDS
from tests.plain_terms import terms_up_to

pytestmark = pytest.mark.engine

BITS = 18
DOMAIN = Domain(2, tuple((o, q) for o in (1, 2) for q in (1, 3)), ("o", "q"), ("o",))
TRAIN = (0, 1)


@pytest.fixture(scope="module")
def counted():
    """The sites of worlds of every training words, by the amortised accounting, and all programs by themselves.

    Of a program the training words, bits, class, steps by that accounting, and the means once a context and a query.
    """
    header = make_header("arith", BITS, domain=DOMAIN, accounting=Accounting.AMORTISED)
    programs = []
    for program in map(Program, terms_up_to(BITS - 1, 0, header.language)):
        ran = run(program, DOMAIN)
        # What is paid once in a context counts twice among all steps, for its two queries.
        whole, shared = ran.steps[Accounting.TOTAL], ran.steps[Accounting.AMORTISED]
        once = whole - shared
        means = Fraction(once, 2), Fraction(shared - once, 4)
        words = tuple(ran.words[lane] for lane in TRAIN)
        programs.append((words, length(program, header.language), str(classify(program, DOMAIN)), shared, means))
    asked = [World(f"{a}{b}", DOMAIN, words_of(a, b, a, b), TRAIN, "", "arith", "") for a in range(4) for b in range(4)]
    atlas = Atlas(header, count_exhaustive(header))
    sites = [site for _, site in Worlds("amortised", header, tuple(asked)).sites(atlas, QUICK)]
    return sites, asked, programs


def words_of(*words):
    return tuple(frozenset({word}) for word in words)


def test_shortest_programs_are_looked_at_by_lesion_at_the_bound_without_a_tax_alone(counted):
    sites, asked, _ = counted
    looked = [(site.by_form, site.max_bits, site.tax) for site in sites if site.rows is not None]
    assert looked == [(False, BITS, 0)]
    for site in sites:
        for number in queries.BESIDE if site.rows is None else ():
            assert np.isnan(number.measure(site).low).tolist() == [True] * len(asked)


def steps_after(means, number):
    return means[0] + number * means[1]


def test_n_star_and_its_limit_are_those_of_two_of_the_shortest_programs(counted):
    """Of equally short and fast programs any may be the one that is looked at."""
    sites, asked, programs = counted
    (site,) = [site for site in sites if site.rows is not None]
    found = [number.measure(site) for number in queries.BESIDE]
    known = 0
    for place, world in enumerate(asked):
        train = tuple(next(iter(world.acceptable[lane])) for lane in TRAIN)
        of_ends = []
        for kinds in ENDS:
            sides = [[p for p in programs if p[0] == train and p[2] in side] for side in kinds]
            first = [min((p[1], p[3]) for p in side) if side else None for side in sides]
            means = [{p[4] for p in side if (p[1], p[3]) == best} for side, best in zip(sides, first, strict=True)]
            of_ends.append({expected(search, direct) for direct in means[0] for search in means[1]})
        if all(of_ends):
            known += 1
            possible = [
                {tuple(map(pick, zip(*pair, strict=True))) for pair in product(*of_ends)} for pick in (min, max)
            ]
            assert tuple(round(each.low[place], 9) for each in found) in possible[0]
            assert tuple(round(each.high[place], 9) for each in found) in possible[1]
        else:
            assert all(np.isnan(each.low[place]) for each in found)
    assert 3 < known < len(asked)


def expected(search, direct):
    """n* by trying numbers of queries one by one, and the limit by a very large one."""
    pays = [number for number in range(1, 200) if steps_after(search, number) < steps_after(direct, number)]
    assert not pays or 199 in pays
    far = 10**30
    return float(min(pays, default=math.inf)), round(math.log2(steps_after(direct, far) / steps_after(search, far)), 9)


# --- by hand --------------------------------------------------------------------------------------

SQUARE = Domain(4, tuple((o, q) for o in (9, 4, 1) for q in range(3)), ("o", "q"), ("o",))
SEARCH, DIRECT = "(mul q (find (r) (eq o (mul r r))))", "(add q (add q q))"
"""21, 16 and 11 steps once, and 2 a query; 5 a query."""


def site_of(*texts):
    """A site of one world, 3 q where o = 9, that these programs fit and no others."""
    header = make_header("arith", 40, domain=SQUARE, accounting=Accounting.AMORTISED)
    keys = [key_of(header, parse(text, header.language, SQUARE.columns)) for text in texts]
    columns = zip(*((*astuple(key), 1) for key in keys), strict=True)
    rows = Rows(*(np.array(each, dtype=kind) for each, kind in zip(columns, COLUMN_TYPES.values(), strict=True)))
    programs = ClassedRows.of_rows(header, rows, "lesion")
    behaviours, lanes = np.array([SQUARE.pack((0, 3, 6, 0, 2, 4, 0, 1, 2))], dtype=np.uint64), (0, 1, 2)
    return Site(programs, behaviours, lanes, (), (), (lanes,), 0, 40, QUICK.code_bits, rows=rows)


def test_from_six_queries_on_the_search_that_is_paid_once_takes_fewer_steps():
    site = site_of(SEARCH, DIRECT)
    needed, limit = queries.queries_needed(site), queries.time_saved_at_last(site)
    assert (needed.low[0], needed.high[0]) == (6, 6)
    assert limit.low[0] == limit.high[0] == pytest.approx(math.log2(5 / 2))
    (claim,) = find_claims(["amortised-exception"])
    samples = [claim.sample(number, site) for number in claim.beside]
    assert [each.tally for each in samples] == [Tally(1, 0, 0)] * 2
    assert samples[1].beyond == 1
    assert np.isnan(queries.queries_needed(site_of(DIRECT)).low[0])


@pytest.mark.parametrize(
    ("search", "direct", "limit"),
    [
        ((60, 3), (0, 12), 2),
        ((60, 0), (8, 0), math.log2(8 / 60)),
        ((9, 0), (9, 1), math.inf),
        ((9, 1), (9, 0), -math.inf),
    ],
)
def test_what_reads_no_query_is_compared_by_what_it_pays_once(search, direct, limit):
    once_search, each_search, once_direct, each_direct = map(Fraction, (*search, *direct))
    assert queries._limit(AmortisationFlip(once_search, each_search, once_direct, each_direct, "never")) == limit
