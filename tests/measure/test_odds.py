"""The gathered odds and their JSON."""

import json
import math

import pytest

from priorsim.errors import PriorError
from priorsim.measure.histogram import histogram
from priorsim.measure.histogram_file import format_histogram, parse_histogram
from priorsim.measure.mass import log_odds_of, masses
from priorsim.measure.odds import odds
from priorsim.priors import Prior, named_prior
from tests.test_docs import check_answer

CASES = {
    "all classes": ("arith-w4-24", lambda x: x > 1, range(12), "solomonoff"),
    "levin": ("arith-w4-24", lambda x: x, range(12), "levin"),
    "no search": ("loops-w4-24", lambda x: x, range(12), "levin"),
    "nothing": ("logic-w3-23", lambda x: (5 * x + x * x // 3) ^ 3, None, "solomonoff"),
}


@pytest.fixture(params=CASES)
def case(request, oracle, world):
    name, words, train, prior = CASES[request.param]
    atlas = oracle(name)
    return histogram(atlas, world(atlas.header, words, train)), named_prior(prior)


@pytest.fixture(scope="module")
def found_classes(oracle, world):
    """A histogram with programs of every class."""
    atlas = oracle("arith-w4-24")
    return histogram(atlas, world(atlas.header, lambda x: x > 1, range(12)))


def strict_json(values):
    return json.dumps(values, allow_nan=False)


def test_the_json_is_strictly_valid_and_its_keys_are_the_documented_ones(case):
    values = odds(*case).to_json()
    assert json.loads(strict_json(values)) == values
    check_answer("odds", values)


def test_the_json_is_the_same_from_the_exported_histogram(case):
    found, prior = case
    again = parse_histogram(format_histogram(found))
    assert strict_json(odds(again, prior).to_json()) == strict_json(odds(found, prior).to_json())


def test_the_json_says_what_the_measures_say(case):
    found, prior = case
    values = odds(found, prior).to_json()
    interval = log_odds_of(found, prior)
    for end in ("low", "high"):
        number = getattr(interval, end)
        shown = {math.inf: "inf", -math.inf: "-inf"}.get(number, number)
        assert values["log_odds"][end] == shown
    for each, part in zip(values["classes"].values(), masses(found, prior), strict=True):
        assert each["mass"] == (part.value or None)
    assert values["prior"]["name"] == prior.name
    assert values["bound_bits"] == found.max_bits


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "values",
    [
        {"beta": 100},
        {"beta": 1000},
        {"beta": 1e9},
        {"gamma": 1e9},
        {"lam": 1e9},
        {"tax": 1e9},
        {"tax": -1e8, "beta": 1e9},
        {"tax": -2000, "beta": 1000},
        {"tax": -1e4, "beta": 8000},
        {"beta": 300, "tax": -2000},
    ],
    ids=str,
)
def test_numbers_of_any_size_are_valid_json_and_give_no_warnings(found_classes, values):
    given = odds(found_classes, Prior("p", **values)).to_json()
    assert json.loads(strict_json(given)) == given
    for each in given["classes"].values():
        assert each["log2_mass"] is not None
        assert each["mass"] is None or math.log2(each["mass"]) == pytest.approx(each["log2_mass"])
        assert (each["mass"] is not None) == (-1022 <= each["log2_mass"] < 1024)


def test_a_class_without_programs_is_none_and_never_zero(case):
    for each in odds(*case).to_json()["classes"].values():
        if not each["programs"]:
            assert [each[key] for key in ("mass", "l_min", "kt_min", "witness", "bonus")] == [None] * 5


def test_witnesses_are_shown_beside_their_rows(case):
    found, prior = case
    witnesses = {key: f"({key.bits})" for key in found.least_rows}
    given = odds(found, prior, witnesses=witnesses)
    for each in given.classes:
        assert each.witness == (f"({each.l_min})" if each.shortest_row else None)
        assert each.kt_witness == (f"({each.least_kt_row.bits})" if each.least_kt_row else None)


def test_both_ends_have_their_own_roots(oracle, world):
    atlas = oracle("arith-w4-24")
    found = histogram(atlas, world(atlas.header, lambda x: x > 1))
    given = odds(found, Prior("p"), gamma_range=(0.0, 2.0))
    values = given.to_json()
    assert values["break_even_tax"]["low"] < values["break_even_tax"]["high"] < 0
    told = {"range": [0, 2], "roots": [], "touching": [], "sign": "negative", "missing": None}
    assert values["gamma_star"]["low"] == told


def test_a_beta_that_does_not_converge_is_refused(case):
    with pytest.raises(PriorError, match="does not converge"):
        odds(case[0], Prior("p", beta=0.5))


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 3])
def test_the_predicted_crossover_is_told_wherever_length_and_time_are_all_that_counts(found_classes, gamma):
    """(L - c) / log2(t_search / t_direct) of the shortest program of either side, whatever the prior's own gamma."""
    values = odds(found_classes, Prior("p", gamma=gamma)).to_json()
    rows = {name: values["classes"][name]["shortest_row"] for name in ("direct", "disguised", "search")}
    sides = {"low": (("direct", "disguised"), ("search",)), "high": (("direct",), ("disguised", "search"))}
    for end, names in sides.items():
        direct, search = (min((rows[name]["bits"], rows[name]["steps"]) for name in side) for side in names)
        wanted = (direct[0] - search[0]) / math.log2(search[1] / direct[1])
        assert values["predicted_gamma_star"][end] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("other", [{"beta": 2}, {"lam": 0.1}, {"tax": 1}, {"tax": -1}, {"cap": 100}], ids=str)
def test_the_predicted_crossover_is_unknown_where_anything_else_counts(found_classes, other):
    values = odds(found_classes, Prior("p", gamma=1, **other)).to_json()
    assert values["predicted_gamma_star"] == {"low": None, "high": None}
