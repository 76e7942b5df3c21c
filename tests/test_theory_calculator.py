"""The calculator of closed forms: cases by hand, sizes without end, and the command that shows it."""

import json
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest

from priorsim.errors import TheoryError
from priorsim.priors import PRIORS
from priorsim.theory.calculator import ASKED, OF_ANY_SIZE, calculate
from priorsim.theory.form import QUANTITIES
from priorsim.theory.forms import CLOSED_FORMS, GAMMA_STAR
from priorsim.theory.numerals import MAX_BITS, json_value, parse_number
from tests.bounds import within
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer


class TestByHand:
    def test_a_searcher_of_31_bits_and_code_of_40(self):
        """9 bits shorter and 2^6 times as slow: 9, 9 - 6, 18 - 6 and 9 - 3 bits; even at gamma 9/6; alpha = 6/40."""
        given = {"bits_search": "31", "steps_search": "320", "bits_direct": "40", "steps_direct": "5"}
        result = calculate({**given, "gamma": "3"})
        odds = result.log_odds
        assert odds == {
            "solomonoff": 9,
            "levin": 3,
            "schmidhuber": 12,
            "kind-of-speed": 6,
            "linear": None,
            "capped": None,
            "tempered": None,
        }
        assert result.values["crossover"] == result.values["gamma_star"] == Fraction(3, 2)
        assert result.values["exponent"] == Fraction(3, 20)
        assert result.values["critical_size"] == Fraction(31 * 20, 11)
        assert result.critical_size["levin"] == Fraction(31 * 20, 17)
        assert result.values["opposite_sides"] is False
        assert (result.values["bonus_bound"], result.values["odds_bound"]) == (30, 39)
        assert result.values["log_odds"] == 9 - 18

    def test_priors_that_need_a_value(self):
        given = {"bits_search": "31", "steps_search": "320", "bits_direct": "40", "steps_direct": "5"}
        odds = calculate({**given, "lam": "0.1", "beta": "3"}).log_odds
        assert odds["linear"] == 9 - Fraction(63, 2)
        assert odds["tempered"] == 27
        for cap, value in (("4", None), ("5", -math.inf), ("319", -math.inf), ("320", 9)):
            assert calculate({**given, "cap": cap}).log_odds["capped"] == value

    def test_counts_add_their_log2(self):
        given = {"bits_search": "31", "bits_direct": "40", "count_search": "2^20", "count_direct": "8"}
        assert calculate(given).log_odds["solomonoff"] == 9 + 17

    def test_no_size_makes_search_win_where_time_costs_too_much(self):
        result = calculate({"bits_search": "5", "alpha": "1", "gamma": "1"})
        assert result.critical_size["levin"] == math.inf
        assert "alpha*gamma < 1" in result.unknown["critical_size"]

    def test_forms_say_what_is_wrong(self):
        for numbers, words in (
            ({}, "needs a value for bits_search"),
            ({"bits_search": 5, "bits_direct": 9, "alpha": 1, "speed": 2}, "has no speed"),
            ({"bits_search": 5, "bits_direct": 9, "alpha": 0}, "defined only where"),
            ({"bits_search": 0, "bits_direct": 9, "alpha": 1}, "at least 1"),
            ({"bits_search": 5.5, "bits_direct": 9, "alpha": 1}, "whole number"),
            ({"bits_search": 5, "bits_direct": 9, "alpha": math.nan}, "finite"),
            ({"bits_search": -(2**99999), "bits_direct": 9, "alpha": 1}, "negative number of 100000 bits"),
        ):
            with pytest.raises(TheoryError, match=words):
                GAMMA_STAR.value(**numbers)


class TestAtAnySize:
    def test_a_million_bits_and_two_to_the_two_thousand_steps(self):
        given = {"bits_search": "1000", "steps_search": "2^2000", "bits_direct": "10^6", "steps_direct": "10^6"}
        result = calculate({**given, "lam": "1", "cap": "10^7"})
        dearer = 2000 - math.log2(10**6)
        odds = result.log_odds
        assert odds["solomonoff"] == 999000
        assert float(odds["levin"]) == pytest.approx(999000 - dearer)
        assert float(odds["schmidhuber"]) == pytest.approx(1998000 - dearer)
        assert odds["linear"] == 999000 - (2**2000 - 10**6)
        assert odds["capped"] == -math.inf
        assert float(result.values["exponent"]) == pytest.approx(dearer / 10**6)
        text = json.dumps(result.to_json(), allow_nan=False)
        assert json.loads(text)["log_odds"]["linear"].startswith("-1.148130695")

    @pytest.mark.parametrize(
        ("steps", "doublings"),
        [("2^1000000", 10**6), ("10^300000", 300000 * math.log2(10)), ("1e200000", 200000 * math.log2(10))],
    )
    def test_steps_of_a_million_bits(self, steps, doublings):
        given = {"bits_search": "500", "steps_search": steps, "bits_direct": "10^6", "steps_direct": "1"}
        result = calculate(given)
        assert float(result.log_odds["levin"]) == pytest.approx(999500 - doublings, rel=1e-9)
        assert result.latex().startswith("\\begin{gather*}")
        json.dumps(result.to_json(), allow_nan=False)

    def test_a_difference_far_below_the_numbers_is_kept(self):
        two = {"bits_search": 9, "bits_direct": 9, "count_search": 1, "count_direct": 1}
        value = CLOSED_FORMS["levin"].value(**two, steps_search=10**40 + 1, steps_direct=10**40)
        assert float(value) == pytest.approx(-1e-40 / math.log(2))

    def test_values_beyond_floats_are_text_in_json(self):
        assert json_value(Fraction(-(10**400))) == "-1.0e+400"
        assert json_value(math.inf) == "inf"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("2^2000", 2**2000),
        ("2^-3", Fraction(1, 8)),
        ("37/16", Fraction(37, 16)),
        ("1e3", 1000),
        ("2.5", Fraction(5, 2)),
    ],
)
def test_numbers_are_read_exactly(text, number):
    assert parse_number(text, "steps") == number


def test_forms_about_length_and_time_alone_have_no_value_at_other_prices():
    two = {"bits_search": "18", "steps_search": "32", "bits_direct": "22", "steps_direct": "4"}
    # alpha = 3/22; under beta = 2 gamma / beta stands for gamma: L* = 18 / (1 - 3/44).
    twice = calculate({**two, "beta": "2", "gamma": "1"})
    assert twice.values["critical_size"] == 18 / (1 - Fraction(3, 44))
    assert twice.values["critical_size"] == twice.critical_size["schmidhuber"]
    assert twice.values["gamma_star"] is None and twice.unknown["gamma_star"] == "is for beta = 1: see crossover"
    priced = calculate({**two, "lam": "1/2", "gamma": "1"})
    assert priced.values["gamma_star"] is None and priced.values["critical_size"] is None
    assert "no price on steps" in priced.unknown["critical_size"]


def test_no_size_is_critical_where_bits_of_length_are_free():
    two = {"bits_search": "18", "steps_search": "32", "bits_direct": "22", "steps_direct": "4"}
    free = calculate({**two, "beta": "0", "gamma": "1"})
    assert free.values["critical_size"] is None
    assert free.unknown["critical_size"] == "critical_size is defined only where beta > 0"


@pytest.mark.parametrize(
    "text",
    ["", "x", "2^", "^2", "2^x", "2^2^2", "1/0", "0^-1", "nan", "inf", "2.5^2", "1/2/3", "٣", "1_000", "2^٣", "1/٣"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(TheoryError, match="cannot be read"):
        parse_number(text, "steps")


@pytest.mark.parametrize(
    "text", [f"2^{MAX_BITS + 1}", "1e99999999999", "10^99999999999999999999", "1e-99999999", "1e" + "9" * 900]
)
def test_numbers_without_end_are_refused_at_once(text):
    with pytest.raises(TheoryError, match="out of range"):
        parse_number(text, "steps")


@pytest.mark.parametrize("name", sorted(set(ASKED) - set(OF_ANY_SIZE)))
@pytest.mark.parametrize("number", ["2^2000000", "2^256", "2^-256", "9" * 500])
def test_lengths_and_prices_have_a_bound_that_is_told_before_anything_is_worked_out(name, number):
    with within(5), pytest.raises(TheoryError, match="at most 256 bits"):
        calculate({"bits_search": "500", "bits_direct": "2000", name: number})


@pytest.mark.parametrize("number", ["9" * 5000, "1/" + "9" * 5000, "1" + "0" * 100_000])
def test_a_number_of_thousands_of_digits_is_refused_and_not_repeated(number):
    with pytest.raises(TheoryError, match="write such a number as a power") as refused:
        parse_number(number, "steps")
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("steps", "others"),
    [
        ("2^2000000", "1"),
        pytest.param("10^500000", "3^1000000", marks=pytest.mark.slow),
        pytest.param("7^690000", "3^1000000", marks=pytest.mark.slow),
    ],
)
def test_steps_of_two_million_bits_are_answered(steps, others):
    given = {"bits_search": "500", "bits_direct": "2000", "steps_search": steps, "steps_direct": others}
    with within(60):
        result = calculate({**given, "lam": "2^-255", "gamma": "7^-90", "cap": steps})
        assert result.tables() and result.latex() and result.to_json()


LENGTHS = {"bits_search": "31", "bits_direct": "40"}
TIMES = {"steps_search": "320", "steps_direct": "5"}


@pytest.mark.parametrize(
    ("given", "idle", "lacking"),
    [
        ({**LENGTHS, "lam": "1"}, "lam", "steps_search and steps_direct"),
        ({**LENGTHS, "cap": "9"}, "cap", "steps_search and steps_direct"),
        ({**LENGTHS, "gamma": "1"}, "gamma", "alpha"),
        ({**LENGTHS, "steps_search": "9"}, "steps_search", "steps_direct"),
        ({**LENGTHS, "word_bits": "4"}, "word_bits", "table_overhead"),
        ({**LENGTHS, "each_search": "4"}, "each_search", "once_search and each_direct"),
        ({"bits_search": "31", "count_search": "2"}, "count_search", "bits_direct"),
        ({"bits_search": "31", "beta": "2"}, "beta", "bits_direct"),
    ],
)
def test_a_number_that_changes_nothing_is_refused_with_what_it_lacks(given, idle, lacking):
    with pytest.raises(TheoryError, match=f"^{QUANTITIES[idle].shown_name} changes nothing without {lacking}: "):
        calculate(given)
    calculate({name: text for name, text in given.items() if name != idle})


@pytest.mark.parametrize(
    "given",
    [
        {**LENGTHS, "beta": "1", "count_search": "1", "count_direct": "1"},
        {**LENGTHS, **TIMES, "lam": "0", "alpha": "3/20", "cap": "4"},
        {"bits_search": "5", "alpha": "1", "gamma": "1"},
    ],
)
def test_a_number_that_is_taken_may_be_the_one_that_holds_anyhow(given):
    assert calculate(given).given.keys() == {QUANTITIES[name].shown_name for name in given}


TWO = ["--bits-search", 500, "--steps-search", "2^2000", "--bits-direct", 2000, "--steps-direct", 1]


class TestCommand:
    def test_json_holds_the_documented_keys(self):
        values = json.loads(output("theory", *TWO, "--lambda", "1/4", "--json"))
        assert values["given"] == {
            "bits_search": "500",
            "steps_search": "2^2000",
            "bits_direct": "2000",
            "steps_direct": "1",
            "lambda": "1/4",
        }
        assert set(values["log_odds"]) == set(values["critical_size"]) == set(PRIORS)
        assert values["log_odds"]["schmidhuber"] == 1000
        assert values["values"]["table_flip"] is None
        assert values["unknown"]["table_flip"] == "needs word_bits, table_overhead"
        check_answer("theory", values)

    def test_keys_do_not_depend_on_the_input(self):
        some = json.loads(output("theory", "--bits-search", 5, "--json"))
        more = json.loads(output("theory", *TWO, "--word-bits", 4, "--table-overhead", 6, "--json"))
        assert some.keys() == more.keys()
        assert some["values"].keys() == more["values"].keys()

    def test_text_and_latex(self):
        text = output("theory", *TWO)
        assert re.search(r"schmidhuber +1000 +search outweighs +1000", text)
        assert "gamma_star" in text and "0.7500" in text
        latex = output("theory", *TWO, "--latex")
        assert r"\frac{1 - \frac{c}{L}}{\alpha} = 0.75" in latex

    def test_without_numbers_it_lists_the_closed_forms(self):
        text, latex = output("theory"), output("theory", "--latex")
        answer = json.loads(output("theory", "--json"))
        check_answer("theory-forms", answer)
        listed = answer["closed_forms"]
        documented = (Path(__file__).parents[1] / "docs" / "measures.md").read_text()
        assert all(f"`{name}`" in documented for name in CLOSED_FORMS)
        assert [form["name"] for form in listed] == list(CLOSED_FORMS)
        assert [line.split()[0] for line in text.splitlines()[1:] if line[0] != " "] == list(CLOSED_FORMS)
        assert all(form["latex"] in latex for form in listed)

    @pytest.mark.parametrize(
        ("args", "words"),
        [
            (["--bits-search", "many"], "bits_search 'many' cannot be read"),
            (["--bits-search", 0], "give a whole number of at least 1"),
            (["--bits-search", "2.5"], "give a whole number"),
            (["--steps-search", "2^9999999999"], "out of range"),
            ([*TWO, "--lambda", -1], "lambda is -1: give a number of at least 0"),
            ([*TWO, "--cap", "1/2"], "cap is 1/2: give a number of at least 1"),
            ([*TWO, "--beta", -1], "beta is -1"),
            (["--bits-search", 3, "--count-search", 9], "count_search is above 2^3"),
            (["--gamma", 1], "nothing follows from these numbers"),
            (["--json", "--latex"], "exclude each other"),
            (["--speed", 1], "No such option"),
        ],
    )
    def test_bad_input_is_one_line_and_exit_code_2(self, args, words):
        code, out, err = priorsim("theory", *args)
        assert (code, out, len(err.splitlines())) == (2, "", 1), err
        assert words in err
