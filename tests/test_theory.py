"""The closed forms agree with what a census measures, with cases by hand, and with their own definitions."""

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from priorsim.census.recurrence import unexplored_code_mass
from priorsim.census.take import make_header, take_census
from priorsim.measure.crossover import crossovers, slopes
from priorsim.measure.decomposition import alpha as measured_alpha
from priorsim.measure.decomposition import bonus
from priorsim.measure.decomposition import decomposition as measured_decomposition
from priorsim.measure.histogram import census_cells, histogram, mean_steps
from priorsim.measure.mass import LOW, log2_sum, log_odds_of, mass, shortest
from priorsim.mu.code import length
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.syntax import parse
from priorsim.priors import features, named_prior
from priorsim.theory.form import QUANTITIES, log2
from priorsim.theory.forms import (
    AMORTISATION_FLIP,
    BETA,
    BITS,
    BONUS_BOUND,
    CLOSED_FORMS,
    CRITICAL_SIZE,
    CROSSOVER,
    DECOMPOSITION,
    EXPONENT,
    FAST_ROUNDING,
    FAST_WEIGHT,
    GAMMA,
    GAMMA_STAR,
    LAM,
    LOG_ODDS,
    N_D,
    N_S,
    ODDS_BOUND,
    OPPOSITE_SIDES,
    PENALTY_SLOPE,
    SECOND_ORDER,
    STEPS,
    T_D,
    T_S,
    TABLE_FLIP,
    TABLE_FLIP_LANES,
    C,
    L,
)
from priorsim.worlds import find_world

W3 = ("identity-w3", "square-w3", "third-w3", "inverse-w3")
W4 = ("identity-w4", "square-w4", "hump-w4", "inverse-w4")
PRICES = {"solomonoff": (1, 0), "levin": (1, 1), "schmidhuber": (2, 1), "kind-of-speed": (1, Fraction(1, 2))}
FEATURES = ("beta", "gamma", "lambda", "tax")


@pytest.fixture(scope="session")
def censuses():
    """Every program of arith up to 26 bits at w = 3 and 24 bits at w = 4."""
    headers = {
        3: make_header("arith", 26, domain=Domain.default(3)),
        4: make_header("arith", 24, domain=Domain.default(4)),
    }
    return {bits: take_census(header, engine="exhaustive", workers=1) for bits, header in headers.items()}


@pytest.fixture(params=[*W3, *W4], scope="session")
def measured(request, censuses):
    """A world's histogram, in which both classes have programs."""
    world = find_world(request.param)
    return histogram(censuses[world.domain.word_bits], world)


def lightest_pair(found):
    """The histogram of the shortest programs of either class alone, and their numbers as quantities."""
    cells = found.cells
    chosen = np.zeros(len(cells), dtype=bool)
    numbers: dict[str, int | Fraction] = {}
    for side, kinds in (("search", LOW.search), ("direct", LOW.direct)):
        key = shortest(found, kinds)
        here = np.isin(cells.kind, kinds) & (cells.bits == key.bits) & (cells.steps == key.steps)
        chosen |= here
        numbers[f"bits_{side}"] = key.bits
        numbers[f"steps_{side}"] = Fraction(key.steps, len(found.header.domain.lanes))
        numbers[f"count_{side}"] = sum(cells.count[here].tolist())
    return replace(found, cells=cells.take(chosen)), numbers


def moments(found, kinds, prior, penalty):
    """Mean and variance of a penalty's feature over some classes, by weight, in plain floats."""
    cells = found.cells.of(kinds)
    steps = mean_steps(found.header, cells.steps)
    weights = cells.count * np.exp2(prior.log2_weight(cells.bits, steps, cells.searches))
    feature = features(cells.bits, steps, cells.searches)[penalty]
    mean = float(np.average(feature, weights=weights))
    return mean, float(np.average((feature - mean) ** 2, weights=weights))


def expected(found, prior, penalty, move):
    (mean_s, variance_s), (mean_d, variance_d) = (
        moments(found, kinds, prior, penalty) for kinds in (LOW.search, LOW.direct)
    )
    at = {"mean_search": mean_s, "mean_direct": mean_d, "variance_search": variance_s, "variance_direct": variance_d}
    return float(SECOND_ORDER.value(log_odds=log_odds_of(found, prior).low, move=move, **at))


@pytest.mark.engine
class TestAgainstTheCensus:
    def test_odds_of_the_lightest_pair_under_every_prior(self, measured):
        pair, numbers = lightest_pair(measured)
        for name in PRICES:
            form = CLOSED_FORMS[name]
            value = form.value(**{each.name: numbers[each.name] for each in form.quantities})
            assert float(value) == pytest.approx(log_odds_of(pair, named_prior(name)).low, abs=1e-9)
        linear = LOG_ODDS.value(**numbers, beta=1, gamma=0, lam=Fraction(1, 4))
        assert float(linear) == pytest.approx(log_odds_of(pair, named_prior("linear", lam=0.25)).low, abs=1e-9)

    def test_crossover_of_the_lightest_pair(self, measured):
        pair, numbers = lightest_pair(measured)
        roots = crossovers(pair, named_prior("solomonoff"), LOW, within=(-64, 64))
        assert roots.roots == pytest.approx([float(CROSSOVER.value(**numbers, beta=1, lam=0))], abs=1e-9)

    def test_gamma_star_is_the_measured_alphas_prediction(self, measured):
        found = measured_alpha(measured, LOW)
        _, numbers = lightest_pair(measured)
        three = {name: numbers[name] for name in ("steps_search", "bits_direct", "steps_direct")}
        assert float(EXPONENT.value(**three)) == pytest.approx(found.alpha, abs=1e-12)
        star = GAMMA_STAR.value(bits_search=found.search_bits, bits_direct=found.direct_bits, alpha=found.alpha)
        assert float(star) == pytest.approx(found.predicted, abs=1e-9)

    def test_opposite_sides_is_what_the_two_priors_say_of_the_lightest_pair(self, measured):
        pair, numbers = lightest_pair(measured)
        alpha = measured_alpha(measured, LOW).alpha
        alone = replace(pair, cells=replace(pair.cells, count=np.ones_like(pair.cells.count)))
        if len(alone.cells) == 2:
            levin, fast = (log_odds_of(alone, named_prior(name)).low for name in ("levin", "schmidhuber"))
            sides = {name: numbers[name] for name in ("bits_search", "bits_direct")}
            assert OPPOSITE_SIDES.value(**sides, alpha=alpha) == (levin < 0 < fast)

    def test_decomposition(self, measured):
        terms = measured_decomposition(measured, named_prior("solomonoff"), LOW)
        (search, direct) = (shortest(measured, kinds).bits for kinds in (LOW.search, LOW.direct))
        bonuses = {"bonus_search": bonus(measured, LOW.search), "bonus_direct": bonus(measured, LOW.direct)}
        value = DECOMPOSITION.value(bits_search=search, bits_direct=direct, **bonuses)
        assert float(value) == pytest.approx(terms.log_odds, abs=1e-12)

    @pytest.mark.parametrize("name", ["solomonoff", "schmidhuber"])
    def test_slopes_are_differences_of_class_means(self, measured, name):
        prior = named_prior(name, gamma=0.5, lam=0.05, tax=1)
        at_prior = slopes(measured, prior, LOW)
        for penalty in FEATURES:
            (search, _), (direct, _) = (moments(measured, kinds, prior, penalty) for kinds in (LOW.search, LOW.direct))
            slope = float(PENALTY_SLOPE.value(mean_search=search, mean_direct=direct))
            assert slope == pytest.approx(at_prior[penalty], abs=1e-9)
            ends = [prior.with_values({penalty: prior.value(penalty) + move}) for move in (-1e-4, 1e-4)]
            low, high = (log_odds_of(measured, end).low for end in ends)
            assert slope == pytest.approx((high - low) / 2e-4, abs=1e-4)

    @pytest.mark.parametrize("penalty", ["beta", "gamma", "lambda"])
    def test_the_second_order_expansion_is_off_by_the_cube_of_the_move(self, measured, penalty):
        prior = named_prior("solomonoff", beta=1.5, gamma=0.5, lam=0.05)
        scale = {"beta": 0.1, "gamma": 0.1, "lambda": 0.002}[penalty]

        def error(move):
            there = prior.with_values({penalty: prior.value(penalty) + move})
            return abs(log_odds_of(measured, there).low - expected(measured, prior, penalty, move))

        first_order = scale * abs(slopes(measured, prior, LOW)[penalty])
        assert error(scale) <= 0.02 * first_order + 1e-9
        if error(scale) > 1e-7:
            assert 5 < error(scale) / error(scale / 2) < 12

    def test_the_bonus_stays_below_the_kraft_bound(self, measured):
        language, bounds = measured.header.language, {}
        for side, kinds in (("search", LOW.search), ("direct", LOW.direct)):
            least = shortest(measured, kinds).bits
            left = unexplored_code_mass(language, least - 1)
            for kraft in (left, Fraction(1, 2)):
                bounds[side] = BONUS_BOUND.value(bits_search=least, kraft_mass=kraft)
                assert 0 <= bonus(measured, kinds) <= bounds[side]
        direct, search = (shortest(measured, kinds).bits for kinds in (LOW.direct, LOW.search))
        left = unexplored_code_mass(language, search - 1)
        assert log_odds_of(measured, named_prior("solomonoff")).low <= ODDS_BOUND.value(
            bits_direct=direct, kraft_mass=left
        )

    def test_dropping_s_fasts_factor_and_rounding_moves_log_odds_by_less_than_a_bit(self, measured):
        odds = []
        for kinds in (LOW.search, LOW.direct):
            cells = measured.cells.of(kinds)
            steps = mean_steps(measured.header, cells.steps).tolist()
            weights = [FAST_WEIGHT.value(bits=b, steps=t) for b, t in zip(cells.bits.tolist(), steps, strict=True)]
            odds.append(log2_sum(np.array([float(mpmath.log(w, 2)) for w in weights]), cells.count))
        ours = log_odds_of(measured, named_prior("schmidhuber")).low
        assert abs(odds[0] - odds[1] - ours) < 1

    def test_the_flip_of_tables_is_that_of_real_table_programs(self, censuses):
        language = Language.named("arith", 4)
        words = [2**k for k in range(1, 5)]
        bits = [length(parse(f"(data ({' '.join(['1'] * n)}) x (m) m)", language), language) for n in words]
        overhead = bits[0] - 4 * words[0]
        assert bits == [overhead + 4 * n for n in words]
        found = [histogram(censuses[4], find_world(name)) for name in W4]
        for c in {*(shortest(each, LOW.search).bits for each in found), *range(bits[0], bits[-1])}:
            lanes = next(n for n in range(2, 17) if bits[max(1, math.ceil(math.log2(n))) - 1] > c)
            at = {"bits_search": c, "table_overhead": overhead, "word_bits": 4}
            assert TABLE_FLIP_LANES.value(**at) == lanes
            assert TABLE_FLIP.value(**at) == next(n for n in range(1, 99) if overhead + 4 * n > c)


@pytest.mark.engine
@pytest.mark.parametrize("least", [2, 10, 20])
def test_the_kraft_bound_is_met_by_the_class_of_all_programs(censuses, least):
    atlas = censuses[3]
    cells = census_cells(atlas.rows)
    cells = cells.take(cells.bits >= least)
    language, bound = atlas.header.language, atlas.header.max_bits
    kraft = unexplored_code_mass(language, least - 1) - unexplored_code_mass(language, bound)
    whole = mass(cells, atlas.header, named_prior("solomonoff"))
    assert whole.exact == kraft
    assert float(BONUS_BOUND.value(bits_search=least, kraft_mass=kraft)) == pytest.approx(least + whole.log2, abs=1e-12)


def test_amortisation_is_what_the_interpreter_counts():
    """One context, o = 9 = r r, answers 3 q: finding r is paid once, adding q up is paid for each query."""
    language = Language.named("arith", 4, columns=2)
    texts = {"search": "(mul q (find (r) (eq o (mul r r))))", "direct": "(add q (add q q))"}

    def outcome(side, queries):
        domain = Domain(4, tuple((9, q) for q in range(queries)), ("o", "q"), ("o",))
        return run(parse(texts[side], language, ("o", "q")), domain)

    def steps(side, queries):
        return outcome(side, queries).steps[Accounting.AMORTISED]

    at = {f"once_{side}": 2 * steps(side, 1) - steps(side, 2) for side in texts}
    at |= {f"each_{side}": steps(side, 2) - steps(side, 1) for side in texts}
    assert outcome("search", 16).words == outcome("direct", 16).words
    flip = AMORTISATION_FLIP.value(**at)
    assert 1 < flip < 16
    assert [n for n in range(1, 17) if steps("search", n) < steps("direct", n)] == list(range(int(flip), 17))


def test_every_form_is_listed_once_with_latex_and_a_source():
    for name, form in CLOSED_FORMS.items():
        assert form.name == name
        assert form.source and form.statement and form.quantities
        symbols = set(form.expression.free_symbols)
        assert symbols <= {each.symbol for each in form.quantities}
        assert form.latex().count("{") == form.latex().count("}")


TWO = {"bits_search": 500, "count_search": 1, "bits_direct": 2000, "count_direct": 1}
TIMES = {"steps_search": 2**2000, "steps_direct": 1}
MEANS = {"mean_search": 9.5, "mean_direct": 4}
BY_HAND = (
    # 15 - 10 bits shorter, 16 times as slow.
    (
        "crossover",
        1.25,
        {"bits_search": 10, "steps_search": 64, "count_search": 1, "beta": 1, "lam": 0}
        | {"bits_direct": 15, "steps_direct": 4, "count_direct": 1},
    ),
    (
        "log_odds",
        3,
        {"bits_search": 10, "steps_search": 64, "count_search": 1, "beta": 1, "gamma": 0.5, "lam": 0}
        | {"bits_direct": 15, "steps_direct": 4, "count_direct": 1},
    ),
    ("solomonoff", 999500, TWO | {"bits_direct": 10**6}),
    ("levin", -500, TWO | TIMES),
    ("schmidhuber", 1000, TWO | TIMES),
    ("kind-of-speed", 500, TWO | TIMES),
    ("exponent", 1, TIMES | {"bits_direct": 2000}),
    ("gamma_star", 0.75, {"bits_search": 500, "bits_direct": 2000, "alpha": 1}),
    ("critical_size", 1000, {"bits_search": 500, "alpha": 1, "gamma": 0.5}),
    ("opposite_sides", False, {"bits_search": 500, "bits_direct": 1000, "alpha": 1}),
    ("opposite_sides", True, {"bits_search": 500, "bits_direct": 1001, "alpha": 1}),
    # From phase 3 + 3 on.
    ("fast_weight", Fraction(1, 256), {"bits": 3, "steps": 5}),
    ("fast_rounding", 1, {"steps": 1}),
    ("fast_rounding", 1, {"steps": 4}),
    ("decomposition", -0.5, {"bits_search": 10, "bits_direct": 12, "bonus_search": 0.5, "bonus_direct": 3}),
    ("bonus_bound", 19, {"bits_search": 20, "kraft_mass": 0.5}),
    ("odds_bound", 29, {"bits_direct": 30, "kraft_mass": 0.5}),
    ("harm_bound", 2, {"search_share": 0.75}),
    ("harm_bound", 0, {"search_share": 0}),
    # 6 + 4 * 6 = 30, 6 + 4 * 7 = 34; 6 + 4 * 4 = 22, 6 + 4 * 8 = 38.
    ("table_flip", 7, {"bits_search": 31, "table_overhead": 6, "word_bits": 4}),
    ("table_flip_lanes", 5, {"bits_search": 31, "table_overhead": 6, "word_bits": 4}),
    # 60 + 3 n < 11 n.
    ("amortisation_flip", 8, {"once_search": 60, "each_search": 3, "once_direct": 0, "each_direct": 11}),
    ("penalty_slope", -5.5, MEANS),
    ("second_order", 0.25, MEANS | {"variance_search": 0, "variance_direct": 0, "log_odds": 3, "move": 0.5}),
)


@pytest.mark.parametrize(("name", "value", "numbers"), BY_HAND)
def test_values_are_those_by_hand(name, value, numbers):
    found = CLOSED_FORMS[name].value(**numbers)
    assert type(found) is (bool if isinstance(value, bool) else Fraction)
    assert found == value


def test_every_form_has_a_case_by_hand():
    assert {name for name, *_ in BY_HAND} == CLOSED_FORMS.keys()
    assert CRITICAL_SIZE.latex() == r"L^* = \frac{c}{- \alpha \gamma + 1}"


def test_every_quantity_has_a_symbol_of_its_own():
    assert len({each.symbol for each in QUANTITIES.values()}) == len(QUANTITIES)


class TestDerivations:
    def test_log_odds_are_those_of_the_weights(self):
        weights = [
            n * 2 ** (-BETA * size) * t**-GAMMA * 2 ** (-LAM * t) for n, size, t in ((N_S, C, T_S), (N_D, L, T_D))
        ]
        by_definition = sympy.expand_log(sympy.log(weights[0] / weights[1]), force=True)
        ours = (LOG_ODDS.expression * sympy.log(2)).replace(log2, lambda x: sympy.log(x) / sympy.log(2))
        assert sympy.simplify(sympy.expand_log(sympy.expand(ours), force=True) - sympy.expand(by_definition)) == 0

    def test_gamma_star_and_critical_size_are_as_stated(self):
        alpha, gamma = (QUANTITIES[name].symbol for name in ("alpha", "gamma"))
        assert sympy.simplify(GAMMA_STAR.expression - (1 - C / L) / alpha) == 0
        assert sympy.simplify(CRITICAL_SIZE.expression - C / (1 - alpha * gamma)) == 0

    def test_s_fast_is_as_stated(self):
        stated = 2 * 2 ** (-2 * BITS) * 2 ** -sympy.ceiling(log2(STEPS))
        assert sympy.simplify(FAST_WEIGHT.expression / stated) == 1

    @given(st.integers(1, 12), st.integers(1, 300))
    @settings(max_examples=30, deadline=None)
    def test_s_fast_is_the_sum_over_phases(self, bits, steps):
        phases = 60
        run = [i for i in range(1, phases + 1) if i >= bits and Fraction(2) ** (i - bits) >= steps]
        total = sum(Fraction(1, 2**i) for i in run) / 2**bits
        beyond = Fraction(1, 2**phases) / 2**bits
        assert FAST_WEIGHT.value(bits=bits, steps=steps) == total + beyond

    def test_the_expansion_is_the_taylor_polynomial_of_two_sums(self):
        theta = sympy.Symbol("theta")
        classes = {"search": ((1, 2), (3, 4), (1, 7)), "direct": ((2, 1), (5, 3))}
        logs, at = [], {}
        for side, terms in classes.items():
            weights = [n * 2 ** (-theta * phi) for n, phi in terms]
            logs.append(sympy.log(sum(weights)) / sympy.log(2))
            total = sum(n for n, _ in terms)
            mean = Fraction(sum(n * phi for n, phi in terms), total)
            at[f"mean_{side}"] = mean
            at[f"variance_{side}"] = Fraction(sum(n * phi**2 for n, phi in terms), total) - mean**2
        odds = logs[0] - logs[1]
        taylor = [odds.diff(theta, order).subs(theta, 0).evalf(30) for order in range(3)]
        for move in (Fraction(-1, 3), Fraction(1, 7)):
            by_hand = taylor[0] + taylor[1] * move + taylor[2] * move**2 / 2
            ours = SECOND_ORDER.value(log_odds=Fraction(str(taylor[0])), move=move, **at)
            assert float(ours) == pytest.approx(float(by_hand), abs=1e-12)


bits = st.integers(1, 10**6)
steps = st.fractions(1, 2**64, max_denominator=16)
penalties = st.fractions(0, 4, max_denominator=8)
QUICK = settings(max_examples=40, deadline=None)


class TestProperties:
    @given(bits, steps, bits, steps, penalties)
    @QUICK
    def test_exchanging_the_programs_turns_the_sign(self, c, t_s, big, t_d, gamma):
        prices = {"count_search": 1, "count_direct": 1, "beta": 1, "gamma": gamma, "lam": 0}
        ours = LOG_ODDS.value(bits_search=c, steps_search=t_s, bits_direct=big, steps_direct=t_d, **prices)
        theirs = LOG_ODDS.value(bits_search=big, steps_search=t_d, bits_direct=c, steps_direct=t_s, **prices)
        assert float(ours) == pytest.approx(-float(theirs), rel=1e-12, abs=1e-12)

    @given(bits, bits, st.integers(1, 200), st.fractions(Fraction(1, 8), 4, max_denominator=8))
    @QUICK
    def test_odds_are_even_at_the_crossover(self, c, big, doublings, beta):
        two = {"bits_search": c, "bits_direct": big, "steps_search": 2**doublings, "steps_direct": 1}
        at = {**two, "count_search": 1, "count_direct": 1, "beta": beta, "lam": 0}
        root = CROSSOVER.value(**at)
        if root >= 0:
            assert LOG_ODDS.value(**at, gamma=root) == 0

    @given(bits, st.fractions(Fraction(1, 8), 4, max_denominator=8), penalties)
    @QUICK
    def test_gamma_star_at_the_critical_size_is_gamma(self, c, alpha, gamma):
        if alpha * gamma < 1:
            size = CRITICAL_SIZE.value(bits_search=c, alpha=alpha, gamma=gamma)
            if size.denominator == 1:
                assert GAMMA_STAR.value(bits_search=c, bits_direct=size, alpha=alpha) == gamma
            above, at = math.floor(size) + 1, math.floor(size)
            assert GAMMA_STAR.value(bits_search=c, bits_direct=above, alpha=alpha) > gamma
            assert at < 1 or GAMMA_STAR.value(bits_search=c, bits_direct=at, alpha=alpha) <= gamma

    @given(bits, bits)
    @QUICK
    def test_brute_force_divides_the_two_speed_priors_above_twice_the_searcher(self, c, big):
        assert OPPOSITE_SIDES.value(bits_search=c, bits_direct=big, alpha=1) == (big > 2 * c)

    @given(st.integers(1, 10**6), st.integers(0, 100), st.integers(1, 64))
    @QUICK
    def test_a_table_of_n_star_words_is_the_first_too_long(self, c, overhead, word_bits):
        at = {"bits_search": c, "table_overhead": overhead, "word_bits": word_bits}
        flip = int(TABLE_FLIP.value(**at))
        assert overhead + word_bits * flip > c
        assert flip == 1 or overhead + word_bits * (flip - 1) <= c
        if c - overhead >= word_bits:
            lanes = int(TABLE_FLIP_LANES.value(**at))
            assert overhead + word_bits * 2 ** (lanes - 1).bit_length() > c
            assert overhead + word_bits * 2 ** (lanes - 2).bit_length() <= c

    @given(*[st.integers(0, 1000)] * 3, st.integers(1, 50))
    @QUICK
    def test_n_star_queries_are_the_first_that_are_cheaper(self, once_s, once_d, each_s, more):
        at = {"once_search": once_s, "once_direct": once_d, "each_search": each_s, "each_direct": each_s + more}
        flip = int(AMORTISATION_FLIP.value(**at))

        def is_cheaper(n):
            return once_s + n * each_s < once_d + n * (each_s + more)

        assert flip >= 1
        assert is_cheaper(flip)
        assert flip == 1 or not is_cheaper(flip - 1)

    @given(steps)
    @example(Fraction(2**57 + 1))
    @QUICK
    def test_the_rounding_of_s_fast_is_above_0_and_at_most_a_bit(self, steps):
        value = FAST_ROUNDING.value(steps=steps)
        # Just above a power of two the rounding is 1 to the last digit of a float, or what lies beyond it.
        assert value > 0 and float(value) <= 1
        weight = FAST_WEIGHT.value(bits=5, steps=steps)
        assert float(value) == pytest.approx(math.log2(weight * steps * 2**10), abs=1e-9)
