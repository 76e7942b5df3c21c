"""The weight family and its named members."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorsim.errors import PriorError
from priorsim.priors import PARAMETERS, PRIORS, Prior, features, named_prior

BITS, STEPS, SEARCHES = [2, 10, 24], [1.0, 4.0, 37.5], [0, 1, 3]
GIVEN: dict[str, dict[str, float]] = {"linear": {"lam": 0.25}, "capped": {"cap": 4}, "tempered": {"beta": 1.5}}


def weights(prior: Prior) -> np.ndarray:
    return np.exp2(prior.log2_weight(BITS, STEPS, SEARCHES))


def test_named_members_weigh_what_their_definitions_say():
    bits, steps = np.array(BITS), np.array(STEPS)
    expected = {
        "solomonoff": 2.0**-bits,
        "levin": 2.0**-bits / steps,
        "schmidhuber": 2.0 ** (-2 * bits) / steps,
        "kind-of-speed": 2.0**-bits * steps**-0.5,
        "linear": 2.0 ** (-bits - 0.25 * steps),
        "capped": np.where(steps <= 4, 2.0**-bits, 0),
        "tempered": 2.0 ** (-1.5 * bits),
    }
    assert set(expected) == set(PRIORS)
    for name, values in expected.items():
        np.testing.assert_allclose(weights(named_prior(name, **GIVEN.get(name, {}))), values, rtol=1e-14)


def test_no_member_is_called_plainly_speed_prior():
    assert not {"speed", "speed prior", "speed-prior"} & set(PRIORS)


def test_every_member_says_its_source():
    assert all(member.description.endswith(".") for member in PRIORS.values())
    assert named_prior("schmidhuber").description == PRIORS["schmidhuber"].description


def test_the_search_tax_is_a_factor_for_each_search_node():
    taxed = weights(named_prior("levin", tax=2))
    np.testing.assert_allclose(taxed, weights(named_prior("levin")) * 4.0 ** -np.array(SEARCHES), rtol=1e-14)


def test_levin_is_solomonoff_with_gamma_one():
    as_levin = named_prior("solomonoff", gamma=1)
    assert np.array_equal(weights(as_levin), weights(named_prior("levin")))
    assert as_levin.name == "solomonoff (gamma 1)"


def test_kind_of_speed_at_twice_the_exponent_is_schmidhuber():
    half = named_prior("kind-of-speed").log2_weight(BITS, STEPS, SEARCHES)
    np.testing.assert_allclose(2 * half, named_prior("schmidhuber").log2_weight(BITS, STEPS, SEARCHES), rtol=1e-15)


def test_overriding_with_its_own_value_keeps_the_name():
    assert named_prior("levin", gamma=1, beta=1).name == "levin"


@given(
    st.builds(Prior, st.just("p"), st.floats(0.5, 4), st.floats(0, 4), st.floats(0, 4), st.floats(-64, 64)),
    st.integers(2, 60),
    st.integers(1, 10**6),
)
def test_log2_weight_is_linear_in_every_penalty(prior, bits, steps):
    by_feature = features([bits], [steps], [2])
    want = -sum(prior.value(parameter) * by_feature[parameter][0] for parameter in by_feature)
    assert prior.log2_weight([bits], [steps], [2])[0] == pytest.approx(want, rel=1e-13, abs=1e-9)


def test_leaving_a_penalty_out_is_setting_it_to_zero():
    prior = Prior("p", 2, 1, 0.5, 3)
    without = prior.log2_weight(BITS, STEPS, SEARCHES, without="gamma")
    assert np.array_equal(without, Prior("p", 2, 0, 0.5, 3).log2_weight(BITS, STEPS, SEARCHES))


def test_weights_above_the_cap_are_nothing():
    assert named_prior("capped", cap=4).log2_weight(BITS, STEPS, SEARCHES).tolist() == [-2.0, -10.0, -np.inf]


@pytest.mark.parametrize("name", ["speed", "speed prior", "Levin", ""])
def test_unknown_names_list_the_choices(name):
    with pytest.raises(PriorError, match="choose one of solomonoff, levin, schmidhuber"):
        named_prior(name)


@pytest.mark.parametrize(("name", "missing"), [("linear", "lambda"), ("capped", "cap"), ("tempered", "beta")])
def test_a_missing_parameter_is_named(name, missing):
    with pytest.raises(PriorError, match=f"needs a value for {missing}: give --{missing}"):
        named_prior(name)


@pytest.mark.parametrize(
    "values",
    [
        {"beta": float("nan")},
        {"gamma": float("inf")},
        {"tax": float("-inf")},
        {"lam": float("nan")},
        {"cap": float("inf")},
        {"lam": 1e308},
        {"tax": -1.1e9},
        {"beta": 0},
        {"beta": -1},
        {"gamma": -0.1},
        {"lam": -1},
        {"cap": 0.5},
    ],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(PriorError, match="give a"):
        named_prior("solomonoff", **values)


def test_dyadic_priors_are_told_from_others():
    assert named_prior("solomonoff").is_dyadic
    assert named_prior("capped", cap=3.5, beta=2.0, tax=4).is_dyadic
    assert not any(prior.is_dyadic for prior in (named_prior("levin"), Prior("p", beta=1.5), Prior("p", lam=0.1)))


@pytest.mark.parametrize("name", [*PRIORS])
@pytest.mark.parametrize(
    "values", [{}, {"gamma": 0.3}, {"gamma": 0}, {"beta": 2}, {"lam": 0.5}, {"tax": -1}, {"tax": 3}, {"cap": 30}]
)
def test_length_and_time_is_all_that_counts_where_every_program_weighs_by_them_alone(name, values):
    """log2 weight = -l - gamma log2 t of each program, where gamma is what 0 bits, 2 steps and no search cost."""
    prior = named_prior(name, **{**GIVEN.get(name, {}), **values})
    gamma = -prior.log2_weight([0], [2], [0])[0]
    alone = -np.array(BITS) - gamma * np.log2(STEPS)
    assert prior.is_length_and_time == np.allclose(prior.log2_weight(BITS, STEPS, SEARCHES), alone, rtol=1e-12, atol=0)


def test_priors_that_the_code_bounds_are_told_from_others():
    assert named_prior("schmidhuber").is_below_code
    assert not Prior("p", tax=-1).is_below_code
    assert not Prior("p", beta=0.99).is_below_code


def test_json_values_do_not_depend_on_how_a_number_was_written():
    assert Prior("p", beta=1.0, gamma=0.5).to_json() == {
        "name": "p",
        "beta": 1,
        "gamma": 0.5,
        "lambda": 0,
        "tax": 0,
        "cap": None,
    }
    assert set(PARAMETERS) < set(Prior("p").to_json())
