"""The population of all behaviours against plain counting over the rows."""

import csv
import io
import json
import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from msgspec import structs

from priorsim.census.atlas import Atlas
from priorsim.census.stored import StoredAtlas
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError
from priorsim.measure.histogram import kinds_of
from priorsim.measure.mass import ENDS, HIGH, LOW
from priorsim.measure.population import MOST_BITS, Population, Support, population
from priorsim.measure.standings import Standings
from priorsim.mu.domain import Domain
from priorsim.mu.lesions import ProgramClass, classify, lesion
from tests.measure.conftest import HEADERS, TINY_BITS, batched, oracle_atlas, programs_by_code, rows_of
from tests.test_docs import check_answer

GROUPS = {"low": ((0, 1), (2,)), "high": ((0,), (1, 2))}
BITS = 22


@pytest.fixture(params=[(name, by) for name in HEADERS for by in ("lesion", "form")], ids="-".join, scope="module")
def case(request):
    name, class_by = request.param
    rows = oracle_atlas(name).rows
    atlas = Atlas(replace(HEADERS[name], max_bits=BITS), rows.take(rows.bits <= BITS))
    return atlas, class_by, plain_behaviours(atlas, class_by)


def plain_behaviours(atlas: Atlas, class_by="lesion"):
    """For each behaviour the exact masses and the least lengths of its classes, row by row.

    Where there is neither find nor argmax the disguised programs are the search.
    """
    found: dict[int, tuple[list[Fraction], list[int | None]]] = defaultdict(lambda: ([Fraction(0)] * 3, [None] * 3))
    for place in range(len(atlas.rows)):
        key = atlas.rows.key(place)
        kind = 2 if key.strict != key.behaviour else 1 if key.wide != key.behaviour else 0
        if class_by == "form":
            kind = 2 if key.searches else 0
        if kind == 1 and not atlas.header.language.has_search:
            kind = 2
        masses, lengths = found[key.behaviour]
        masses[kind] += Fraction(int(atlas.rows.count[place]), 2**key.bits)
        least = lengths[kind]
        lengths[kind] = key.bits if least is None else min(least, key.bits)
    return dict(sorted(found.items()))


def test_every_behaviour_with_both_classes_is_a_member_once(case):
    atlas, class_by, plain = case
    found = population(atlas, class_by=class_by)
    wanted = [packed for packed, (masses, _) in plain.items() if masses[0] and masses[2]]
    assert found.members.words.tolist() == wanted
    assert len(found) == len(wanted)
    assert found.of_behaviours == len(plain)
    assert found.with_direct == sum(masses[0] > 0 for masses, _ in plain.values())
    assert found.with_search == sum(masses[2] > 0 for masses, _ in plain.values())


def test_masses_and_least_lengths_are_exact(case):
    atlas, class_by, plain = case
    members = population(atlas, class_by=class_by).members
    for packed, masses, lengths in zip(
        members.words.tolist(), members.mass[:, 0].tolist(), members.least.tolist(), strict=True
    ):
        assert ([Fraction(mass) / 2**BITS for mass in masses], lengths) == (
            plain[packed][0],
            [math.inf if bits is None else bits for bits in plain[packed][1]],
        )


def test_conditions_hold_where_the_definitions_say(case):
    atlas, class_by, plain = case
    found = population(atlas, class_by=class_by)
    members = [plain[packed] for packed in found.members.words.tolist()]
    for end in ENDS:
        holds = {"delta_l": 0, "bonus_difference": 0, "log_odds": 0}
        for place, (masses, lengths) in enumerate(members):
            direct, search = (sum(masses[kind] for kind in kinds) for kinds in GROUPS[end.name])
            least_direct, least_search = (
                min(lengths[kind] for kind in kinds if lengths[kind] is not None) for kinds in GROUPS[end.name]
            )
            holds["delta_l"] += least_direct > least_search
            holds["bonus_difference"] += search * 2**least_search > direct * 2**least_direct
            holds["log_odds"] += search > direct
            assert found.delta_l(end)[place] == least_direct - least_search
            assert found.log_odds(end)[place] == pytest.approx(math.log2(search / direct), abs=1e-12)
        wanted = {name: Fraction(number, len(members)) if members else None for name, number in holds.items()}
        assert structs.asdict(found.support(end)) == wanted


def test_members_are_those_of_programs_run_one_by_one(tiny):
    masses = defaultdict(lambda: dict.fromkeys(ProgramClass, Fraction(0)))
    for bits, program in programs_by_code(tiny.header.language, TINY_BITS):
        words = lesion(program, tiny.header.domain).actual
        masses[tiny.header.domain.pack(words)][classify(program, tiny.header.domain)] += Fraction(1, 2**bits)
    found = population(tiny)
    wanted = {
        packed: [int(2**TINY_BITS * each[kind]) for kind in list(ProgramClass)[:3]]
        for packed, each in sorted(masses.items())
        if each[ProgramClass.DIRECT] and each[ProgramClass.SEARCH]
    }
    assert len(wanted) > 0
    assert dict(zip(found.members.words.tolist(), found.members.mass[:, 0].tolist(), strict=True)) == wanted


def test_a_smaller_bound_finds_the_population_anew(case):
    atlas, class_by, _ = case
    rows = atlas.rows.take(atlas.rows.bits <= BITS - 4)
    cut = Atlas(replace(atlas.header, max_bits=BITS - 4), rows)
    first, second = population(atlas, max_bits=BITS - 4, class_by=class_by), population(cut, class_by=class_by)
    assert first.to_json() == second.to_json()
    assert first.to_csv() == second.to_csv()


def test_a_bound_below_every_program_has_no_behaviours(tiny):
    assert population(tiny, max_bits=1).of_behaviours == 0


def test_a_bound_above_the_atlas_is_refused(tiny):
    with pytest.raises(CensusError, match="up to 16 bits, not 17"):
        population(tiny, max_bits=17)


def test_a_bound_beyond_exact_masses_is_refused(tiny):
    above = Atlas.__new__(Atlas)
    object.__setattr__(above, "header", replace(tiny.header, max_bits=MOST_BITS + 1))
    with pytest.raises(CensusError, match="ask for a bound of at most 53"):
        population(above)


@pytest.mark.parametrize("batches", [2, 7, 300])
def test_populations_do_not_depend_on_batches(tiny, batches):
    whole, in_parts = population(tiny), population(batched(tiny, batches))
    assert in_parts.to_csv() == whole.to_csv()
    assert in_parts.to_json() == whole.to_json()


def test_a_stored_atlas_has_the_same_population(tiny, tmp_path):
    tiny.save(tmp_path / "tiny.parquet")
    assert population(StoredAtlas.open(tmp_path / "tiny.parquet")).to_csv() == population(tiny).to_csv()


def by_hand(tiny):
    """Two behaviours in a census cut at 8 bits.

    5: direct, 3 programs of 6 bits; search, 1 of 5 and 1 of 7 bits; disguised, 1 of 4 bits.
    9: direct, 1 of 3 bits; search, 2 of 8 bits.
    In units of 2^-8 behaviour 5 has 12, 16, 8 + 2 = 10 and behaviour 9 has 32, 0, 2.
    """
    rows = rows_of(
        [
            *[(6, 5, 5, 5, 4, 0, 3), (5, 5, 0, 5, 4, 1, 1), (7, 5, 0, 5, 4, 1, 1), (4, 5, 5, 0, 4, 0, 1)],
            *[(3, 9, 9, 9, 4, 0, 1), (8, 9, 0, 9, 4, 1, 2), (8, 7, 7, 7, 4, 0, 1)],
        ]
    )
    header = replace(tiny.header, max_bits=8)
    members = Standings.of(header, rows.behaviour, kinds_of(rows, "lesion"), rows, 0)
    return Population(header, "lesion", members.take(np.array([0, 2])), 3, 3, 2)


def test_a_population_by_hand(tiny):
    """Behaviour 5: disguised as direct Delta L = 4 - 5 = -1, odds 10 : 28; as search 6 - 4 = 2, odds 26 : 12.

    Its bonuses: as direct B_search = log2(10 * 2^5 / 2^8), B_direct = log2(28 * 2^4 / 2^8), smaller for search;
    as search log2(26 * 2^4) against log2(12 * 2^6), smaller too. Behaviour 9: Delta L = -5, odds 2 : 32, that is
    -4 bits; B_search = 1 bit, B_direct = 0.
    """
    found = by_hand(tiny)
    assert found.members.mass[:, 0].tolist() == [[12, 16, 10], [32, 0, 2]]
    assert found.members.least.tolist() == [[6, 4, 5], [3, math.inf, 8]]
    assert (found.delta_l(LOW).tolist(), found.delta_l(HIGH).tolist()) == ([-1, -5], [2, -5])
    assert found.log_odds(LOW)[1] == found.log_odds(HIGH)[1] == -4
    assert found.log_odds(LOW)[0] == pytest.approx(math.log2(10 / 28))
    half = Fraction(1, 2)
    assert found.support(LOW) == Support(0, half, 0)
    assert found.support(HIGH) == Support(half, half, half)


def test_the_csv_has_a_line_for_each_member(tiny):
    lines = list(csv.reader(io.StringIO(by_hand(tiny).to_csv())))
    names = "behaviour l_min_direct l_min_disguised l_min_search mass_direct mass_disguised mass_search "
    assert lines[0] == (names + "delta_l_low delta_l_high log_odds_low log_odds_high").split()
    assert lines[2] == ["9", "3", "", "8", "32", "0", "2", "-5", "-5", "-4.0", "-4.0"]


def test_an_empty_population_supports_nothing():
    found = population(take_census(make_header("bare", 16, domain=Domain.default(3)), workers=1))
    assert len(found) == found.with_search == 0
    assert found.support(LOW) == Support(None, None, None)
    values = found.to_json()
    assert values["log_odds"] == {"low": None, "high": None}
    assert len(found.to_csv().splitlines()) == 1


def test_the_json_is_strictly_valid_and_its_keys_are_documented(case):
    values = population(case[0], class_by=case[1]).to_json()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    check_answer("population", values)
