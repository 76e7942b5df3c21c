"""Held-out lanes, learning curves and flips against plain counting, row by row and program by program."""

import json
import math
import random
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from operator import attrgetter

import pytest

from priorsim.census.atlas import Atlas
from priorsim.census.stored import StoredAtlas
from priorsim.errors import CensusError, PriorError, WorldError
from priorsim.measure.mass import ENDS
from priorsim.measure.off_training import EVEN, lessons, off_training
from priorsim.measure.weighed import stated_splits, weigh
from priorsim.mu.interpreter import Accounting, run
from priorsim.mu.lesions import ProgramClass, classify, is_dormant, lesion
from priorsim.priors import Prior, named_prior
from priorsim.worlds import catalogue
from priorsim.worlds.proxy import Camera, Side
from tests.measure.conftest import HEADERS, TINY_BITS, OffTraining, batched, oracle_atlas, programs_by_code
from tests.test_docs import check_answer

BITS = 22
UNIT = 200
KINDS = (0, 1, 2)
GROUPS = {"low": ((0, 1), (2,)), "high": ((0,), (1, 2))}
PRIORS = {
    "solomonoff": named_prior("solomonoff"),
    "taxed": named_prior("solomonoff", tax=4),
    "subsidised": named_prior("solomonoff", tax=-2),
    "tempered": named_prior("tempered", beta=3),
    "capped": named_prior("capped", cap=9),
    "levin": named_prior("levin"),
    "linear": named_prior("linear", lam=2),
}
WORLDS = {
    "identity": ("arith-w4-24", lambda x: x, range(12)),
    "above one": ("arith-w4-24", lambda x: x > 1, (1, 3, 7, 12)),
    "zero at first": ("arith-w4-24", lambda x: 0, range(4)),
    "sets": ("arith-w4-24", lambda x: {x, 0} if x % 3 else {x}, range(9)),
    "no lane held out": ("logic-w3-23", lambda x: x, None),
    "loops": ("loops-w4-24", lambda x: x, range(12)),
    "nothing fits": ("logic-w3-23", lambda x: (5 * x + x * x // 3) ^ 3, None),
}


@dataclass(frozen=True)
class Plain:
    """Programs of one kind as plain Python values.

    `right` are the lanes with an acceptable word; `weight` is what all of them weigh together, in units of
    2^-UNIT as an integer where the prior is dyadic.
    """

    words: tuple[int, ...]
    kind: int
    unmoved: frozenset[int]
    right: frozenset[int]
    weight: int | float
    log2_lightest: float


@cache
def cut(name: str) -> Atlas:
    """The oracle's census up to 22 bits."""
    rows = oracle_atlas(name).rows
    return Atlas(replace(HEADERS[name], max_bits=BITS), rows.take(rows.bits <= BITS))


def weight_of(prior: Prior, bits, steps, searches):
    """The weight of one program, in units of 2^-UNIT where the prior is dyadic, and its log2."""
    if prior.cap is not None and steps > prior.cap:
        return 0, -math.inf
    log2 = -prior.beta * bits - prior.gamma * math.log2(steps) - prior.lam * steps - prior.tax * searches
    is_dyadic = prior.gamma == prior.lam == 0
    return 2 ** (UNIT + int(log2)) if is_dyadic else 2.0**log2, log2


def plain_rows(atlas: Atlas, world, prior: Prior, class_by="lesion"):
    domain = atlas.header.domain
    for place in range(len(atlas.rows)):
        key, count = atlas.rows.key(place), int(atlas.rows.count[place])
        words, strict, wide = (domain.unpack(packed) for packed in (key.behaviour, key.strict, key.wide))
        kind = 2 if strict != words else 1 if wide != words else 0
        if class_by == "form":
            kind = 2 if key.searches else 0
        unmoved = frozenset(i for i, word in enumerate(words) if word == strict[i] == wide[i])
        weight, log2 = weight_of(prior, key.bits, key.steps / len(words), key.searches)
        if weight:
            right = frozenset(lane for lane, word in enumerate(words) if word in world.acceptable[lane])
            yield Plain(words, kind, unmoved, right, count * weight, log2)


def close(found, wanted):
    """Equal where exact, else to the last digits; None only for None."""
    if found is None or wanted is None or isinstance(found, Fraction | str):
        return found == wanted
    if isinstance(wanted, Fraction):
        wanted = float(wanted)
    return found == wanted or math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)


def total(programs, kinds=KINDS):
    return sum(each.weight for each in programs if each.kind in kinds)


def quotient(part, whole):
    if not whole:
        return None
    return part / whole if isinstance(whole, float) else Fraction(part, whole)


def less(first, second):
    return None if first is None or second is None else first - second


def that_fit(programs, lanes):
    return [each for each in programs if each.right.issuperset(lanes)]


def log2_quotient(part, whole):
    if not part and not whole:
        return None
    return math.inf if not whole else -math.inf if not part else math.log2(part) - math.log2(whole)


def plain_entropy(fitting, lanes):
    by_words = {}
    for each in fitting:
        words = tuple(each.words[lane] for lane in lanes)
        by_words[words] = by_words.get(words, 0) + each.weight
    whole = sum(by_words.values())
    shares = [float(quotient(weight, whole)) for weight in by_words.values()]
    return math.fsum(-share * math.log2(share) for share in shares if share) if by_words else None


def defection(fitting, faithful, kinds):
    return less(1, quotient(total(faithful, kinds), total(fitting, kinds)))


CASES = [
    *((name, "solomonoff", "lesion") for name in WORLDS),
    *(("identity", prior, "lesion") for prior in PRIORS if prior != "solomonoff"),
    ("identity", "solomonoff", "form"),
    ("sets", "levin", "lesion"),
]


@pytest.fixture(params=CASES, ids="-".join, scope="module")
def case(request, world):
    name, prior, class_by = request.param
    source, words, train = WORLDS[name]
    atlas = cut(source)
    asked = world(atlas.header, words, train)
    found = OffTraining.of(weigh(atlas, PRIORS[prior], class_by=class_by), asked)
    return found, asked, list(plain_rows(atlas, asked, PRIORS[prior], class_by))


def test_splits_are_what_counting_row_by_row_gives(case):
    found, world, programs = case
    for each in found.splits:
        split = each.split
        fitting = that_fit(programs, split.train)
        faithful = that_fit(fitting, split.held_out)
        assert each.entropy == pytest.approx(plain_entropy(fitting, split.held_out), abs=1e-9)
        for kind in KINDS:
            mine = [program for program in fitting if program.kind == kind]
            assert close(each.defection((kind,)), defection(fitting, faithful, (kind,)))
            assert close(each.share(kind), quotient(total(mine), total(fitting)))
            assert each.entropies[kind] == pytest.approx(plain_entropy(mine, split.held_out), abs=1e-9)
        for end in ENDS:
            direct, search = (defection(fitting, faithful, kinds) for kinds in GROUPS[end.name])
            assert close(each.excess(end), less(search, direct))
        lanes = set(range(len(world.domain.lanes)))
        dormant = [program for program in fitting if set(split.train) <= program.unmoved != lanes]
        assert close(each.dormant_share, quotient(total(dormant), total(fitting)))


def test_averages_are_over_the_splits_that_hold_a_lane_out(case):
    found = case[0]
    for end in ENDS:
        average = getattr(found.answer.averages.excess_defection, end.name)
        values = [each.excess(end) for each in found.splits if each.split.held_out]
        known = [value for value in values if value is not None]
        assert (average.defined, average.undefined) == (len(known), len(values) - len(known))
        assert (average.least, average.most) == (min(known, default=None), max(known, default=None))
        assert close(average.mean, sum(known) / len(known) if known else None)


def plain_curve(programs, world, order):
    """After each lesson: (lanes, accuracies in all and by class, log-odds at both ends, fitting programs)."""
    fitting, lanes = programs, 0
    held_out = set(world.held_out)
    for lesson in order:
        fitting, lanes = that_fit(fitting, lesson), lanes + len(lesson)
        right = [sum(each.weight * len(each.right & held_out) for each in fitting if each.kind == k) for k in KINDS]
        masses = [total(fitting, (kind,)) for kind in KINDS]
        parts = [(sum(right), sum(masses)), *zip(right, masses, strict=True)]
        accuracies = [quotient(part, whole * len(held_out)) for part, whole in parts]
        odds = [log2_quotient(total(fitting, search), total(fitting, direct)) for direct, search in GROUPS.values()]
        yield lanes, accuracies, odds, fitting


def test_the_listed_curve_is_what_counting_row_by_row_gives(case):
    found, world, programs = case
    wanted = list(plain_curve(programs, world, [(lane,) for lane in world.train]))
    assert len(found.answer.learning.listed) == len(wanted) == len(world.train)
    for point, (lanes, accuracies, odds, fitting) in zip(found.answer.learning.listed, wanted, strict=True):
        assert point.lanes == point.lessons == lanes
        assert all(map(close, point.accuracy, accuracies))
        assert all(map(close, (point.log_odds.low, point.log_odds.high), odds))
        for end in ENDS:
            groups = dict(zip(("direct", "search"), GROUPS[end.name], strict=True))
            masses = {side: total(fitting, kinds) for side, kinds in groups.items()}
            assert getattr(point.heaviest, end.name) == leader(masses, fitting)
            least = {
                side: max((each.log2_lightest for each in fitting if each.kind in kinds), default=-math.inf)
                for side, kinds in groups.items()
            }
            assert getattr(point.lightest, end.name) == leader(least, fitting)


def leader(values, fitting):
    if not fitting:
        return None
    first, second = values.items()
    return EVEN if first[1] == second[1] else max(first, second, key=lambda item: item[1])[0]


def test_averaged_curves_are_means_over_the_seeded_orders(case):
    found, world, programs = case
    given = [(lane,) for lane in world.train]
    orders = [random.Random(seed).sample(given, len(given)) for seed in range(20)]
    curves = [list(plain_curve(programs, world, order)) for order in orders]
    for number, point in enumerate(found.answer.learning.averaged):
        reached = [curve[number] for curve in curves]
        averages = [tuple(point.accuracy), point.log_odds]
        for which, mine in enumerate(averages, start=1):
            for place, average in enumerate(mine):
                values = [each[which][place] for each in reached]
                known = [value for value in values if value is not None and math.isfinite(value)]
                assert (average.defined, average.undefined) == (len(known), 20 - len(known))
                assert close(average.mean, sum(known) / len(known) if known else None)


def test_flips_are_where_another_side_leads_alone(case):
    found = case[0]
    for end in ENDS:
        for what in ("heaviest", "lightest"):
            side, flips = attrgetter(f"{what}.{end.name}"), attrgetter(f"{what}.{end.name}")(found.answer.flips)
            curve = found.answer.learning.listed
            leaders = [(point.lessons, side(point)) for point in curve if side(point) not in (None, EVEN)]
            changes = [(number, before, after) for (_, before), (number, after) in pairwise(leaders) if before != after]
            assert [(flip.lessons, flip.before, flip.after) for flip in flips] == changes


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("arith-w4-24", "loops-w4-24")]


@pytest.mark.parametrize("name", ["logic-w3-23", *SLOW])
def test_named_worlds_are_what_counting_row_by_row_gives(name):
    """Shares, entropies, curves and flips of every world of the catalogue that is at home in a census of 22 bits."""
    atlas, checked = cut(name), 0
    weighed = weigh(atlas, PRIORS["solomonoff"])
    for asked in catalogue().values():
        if (asked.domain, asked.dialect) == (atlas.header.domain, atlas.header.language.dialect.name):
            each = OffTraining.of(weighed, asked), asked, list(plain_rows(atlas, asked, PRIORS["solomonoff"]))
            for check in (
                test_splits_are_what_counting_row_by_row_gives,
                test_the_listed_curve_is_what_counting_row_by_row_gives,
                test_flips_are_where_another_side_leads_alone,
            ):
                check(each)
            checked += 1
    assert checked > 5


def test_dyadic_priors_give_exact_rationals_and_others_floats(case):
    found, _, programs = case
    is_dyadic = all(isinstance(each.weight, int) for each in programs)
    wanted = Fraction if is_dyadic else float
    for each in found.splits:
        assert each.dormant_share is None or isinstance(each.dormant_share, wanted)
        assert all(mass.exact is not None for mass in each.masses) == is_dyadic


def test_programs_run_one_by_one_give_the_same_shares(tiny, world):
    """Through the interpreter, the lesions and `is_dormant`, not through rows."""
    asked = world(tiny.header, lambda x: x + 1, (0, 3))
    found = OffTraining.of(weigh(tiny, PRIORS["solomonoff"]), asked).own
    masses = dict.fromkeys(("direct", "disguised", "search", "right", "dormant"), Fraction(0))
    for bits, program in programs_by_code(tiny.header.language, TINY_BITS):
        words = lesion(program, tiny.header.domain).actual
        if not asked.accepts(words, asked.train):
            continue
        weight = Fraction(1, 2**bits)
        masses[str(classify(program, tiny.header.domain))] += weight
        masses["right"] += weight * asked.accepts(words, asked.held_out)
        masses["dormant"] += weight * is_dormant(program, tiny.header.domain, asked.train)
    whole = masses["direct"] + masses["disguised"] + masses["search"]
    assert [found.share(kind) for kind in KINDS] == [masses[str(name)] / whole for name in list(ProgramClass)[:3]]
    assert found.defection(KINDS) == 1 - masses["right"] / whole
    assert found.dormant_share == masses["dormant"] / whole


def test_some_dormant_program_is_found(tiny, world):
    """At x = 3 (find (c) (lt x c)) answers 0, stopped or not; elsewhere the least word above x."""
    asked = world(tiny.header, lambda x: 0, (3,))
    assert OffTraining.of(weigh(tiny, PRIORS["solomonoff"]), asked).own.dormant_share > 0


def test_step_prices_count_every_step(tiny, world):
    asked = world(tiny.header, lambda x: x, (0, 1))
    found = OffTraining.of(weigh(tiny, PRIORS["levin"]), asked).own
    wanted = 0.0
    for bits, program in programs_by_code(tiny.header.language, TINY_BITS):
        result = run(program, tiny.header.domain)
        if asked.accepts(result.words, asked.train):
            wanted += 2.0**-bits / (result.steps[Accounting.TOTAL] / 4)
    assert sum(mass.value for mass in found.masses) == pytest.approx(wanted, rel=1e-12)


# --- cameras, rules, splits ----------------------------------------------------------------------


def camera_of(truth, words):
    sets = tuple(frozenset(each) for each in words)
    rest = (truth.family, truth.dialect, truth.description)
    return Camera("camera", truth.domain, sets, truth.train, *rest, truth=truth)


def test_the_sides_of_a_camera_are_those_that_it_tells_of_each_program(world):
    atlas = cut("arith-w4-24")
    truth = world(atlas.header, lambda x: x, range(12))
    camera = camera_of(truth, [{x, 0} if x < 13 else {0} for x in range(16)])
    found = off_training(weigh(atlas, PRIORS["solomonoff"]), camera).sides
    fitting = that_fit(plain_rows(atlas, camera, PRIORS["solomonoff"]), camera.train)
    for place, kinds in enumerate((KINDS, *((kind,) for kind in KINDS))):
        for side in Side:
            mine = [each for each in fitting if camera.side(each.words) == side]
            assert list(getattr(found, side))[place] == quotient(total(mine, kinds), total(fitting, kinds))


def test_with_a_camera_that_is_the_truth_nothing_is_on_its_own_side(world):
    atlas = cut("arith-w4-24")
    truth = world(atlas.header, lambda x: x, range(12))
    camera = camera_of(truth, truth.acceptable)
    weighed = weigh(atlas, PRIORS["solomonoff"])
    found, meant = off_training(weighed, camera), OffTraining.of(weighed, truth)
    assert found.sides.camera.share == 0
    assert found.sides.truth.share == 1 - found.sides.neither.share == 1 - meant.own.defection(KINDS)
    assert {**found.to_json(), "world": "test", "sides": None} == meant.answer.to_json()


def test_where_a_world_has_rules_a_lesson_is_a_rule(tiny, world):
    asked = replace(world(tiny.header, lambda x: x, (0, 2, 3)), rules=((3, 0), (1,), (2,)))
    assert lessons(asked) == ((3, 0), (2,))
    found = off_training(weigh(tiny, PRIORS["solomonoff"]), asked).learning
    programs = list(plain_rows(tiny, asked, PRIORS["solomonoff"]))
    assert found.unit == "rule"
    wanted = list(plain_curve(programs, asked, [(3, 0), (2,)]))
    assert [list(point.accuracy) for point in found.listed] == [accuracies for _, accuracies, _, _ in wanted]
    assert [(point.lessons, point.lanes) for point in found.listed] == [(1, 2), (2, 3)]


def test_rules_have_to_hold_every_lane_once(tiny, world):
    with pytest.raises(WorldError, match="do not hold every lane once"):
        replace(world(tiny.header, lambda x: x), rules=((0, 1), (1, 2)))


def test_the_stated_splits(world):
    asked = world(cut("arith-w4-24").header, lambda x: x, (0, 5))
    splits = {split.name: split for split in stated_splits(asked)}
    seeded = [f"random {seed}" for seed in range(10)]
    assert list(splits) == ["last quarter", "every fourth", *seeded, "own"]
    assert splits["last quarter"].held_out == (12, 13, 14, 15)
    assert splits["every fourth"].held_out == (3, 7, 11, 15)
    assert splits["random 0"].held_out == (0, 6, 12, 15)
    assert splits["random 9"].held_out == tuple(sorted(random.Random(9).sample(range(16), 4)))
    assert splits["own"].train == (0, 5)
    for split in splits.values():
        assert sorted(split.train + split.held_out) == list(range(16))


def test_a_single_lane_can_only_be_trained_on():
    from priorsim.worlds import find_world

    assert [split.name for split in stated_splits(find_world("constant-sqrt17-w12"))] == ["own"]


# --- edges -----------------------------------------------------------------------------------------


def test_without_held_out_lanes_nothing_defects_and_accuracy_is_undefined(tiny, world):
    found = OffTraining.of(weigh(tiny, PRIORS["solomonoff"]), world(tiny.header, lambda x: x))
    assert found.own.defection((0,)) == 0
    assert found.own.entropy == 0
    assert found.own.dormant_share == 0
    assert [point.accuracy.all for point in found.answer.learning.listed] == [None] * 4
    excess = found.answer.averages.excess_defection.low
    assert excess.defined + excess.undefined == 12


def test_a_world_that_nothing_fits_has_no_shares(oracle, world):
    atlas = oracle("logic-w3-23")
    found = OffTraining.of(weigh(atlas, PRIORS["solomonoff"]), world(atlas.header, WORLDS["nothing fits"][1]))
    own, last = found.own, found.answer.learning.listed[-1]
    assert [own.entropy, own.dormant_share, own.defection(KINDS), own.share(0), own.excess(ENDS[0])] == [None] * 5
    assert [last.accuracy.all, last.log_odds.low, last.heaviest.low] == [None] * 3
    assert found.answer.learning.listed[0].heaviest.low == "direct"


def test_a_cap_that_nothing_keeps_leaves_nothing(tiny, world):
    found = OffTraining.of(weigh(tiny, named_prior("capped", cap=1)), world(tiny.header, lambda x: x * x))
    assert found.own.entropy is None
    assert found.own.dormant_share is None


def test_prices_of_time_that_underflow_a_float_keep_their_order(tiny, world):
    """A program of one step a lane weighs 2^-2000 times what its length says: below every float's range."""
    found = OffTraining.of(weigh(tiny, named_prior("linear", lam=2000)), world(tiny.header, lambda x: x, (0, 1)))
    assert found.own.masses[0].log2 == pytest.approx(-2000 - 2)
    assert found.own.defection((0,)) == 0
    assert found.answer.learning.listed[-1].accuracy.direct == 1


@pytest.mark.parametrize("prior", PRIORS)
def test_answers_do_not_depend_on_batches(prior, world):
    atlas = cut("arith-w4-24")
    asked = world(atlas.header, lambda x: x, range(12))
    whole, in_parts = (weigh(each, PRIORS[prior]) for each in (atlas, batched(atlas, 7)))
    assert len(whole) == len(in_parts)
    first, second = (OffTraining.of(each, asked).own for each in (whole, in_parts))
    assert [mass.log2 for mass in first.masses] == pytest.approx([mass.log2 for mass in second.masses], rel=1e-12)
    if PRIORS[prior].is_dyadic:
        assert first.masses == second.masses


@pytest.mark.parametrize("batches", [1, 7])
def test_a_smaller_bound_answers_as_a_census_of_that_bound(batches, world):
    longer = batched(oracle_atlas("arith-w4-24"), batches)
    asked = world(longer.header, lambda x: x > 1, range(12))
    first, second = (
        weigh(longer, PRIORS["solomonoff"], max_bits=BITS),
        weigh(cut("arith-w4-24"), PRIORS["solomonoff"]),
    )
    assert first.header == second.header
    assert off_training(first, asked).to_json() == off_training(second, asked).to_json()
    with pytest.raises(CensusError, match="up to 24 bits, not 25: ask for 1 to 24"):
        weigh(longer, PRIORS["solomonoff"], max_bits=25)


def test_a_stored_atlas_answers_what_it_answers_in_memory(tiny, world, tmp_path):
    tiny.save(tmp_path / "tiny.parquet")
    asked = world(tiny.header, lambda x: x, (0, 1))
    stored = StoredAtlas.open(tmp_path / "tiny.parquet")
    first, second = (off_training(weigh(atlas, PRIORS["levin"]), asked).to_json() for atlas in (tiny, stored))
    assert first == second


def test_a_world_on_another_domain_is_refused(tiny, world):
    asked = world(cut("arith-w4-24").header, lambda x: x)
    with pytest.raises(WorldError, match="word bits are 4 where the atlas has 2"):
        off_training(weigh(tiny, PRIORS["levin"]), asked)


def test_a_beta_that_does_not_converge_is_refused(tiny):
    with pytest.raises(PriorError, match="does not converge"):
        weigh(tiny, Prior("p", beta=0.5))


# --- JSON ------------------------------------------------------------------------------------------


def test_the_json_is_strictly_valid_and_its_keys_are_documented(case):
    values = case[0].answer.to_json()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    check_answer("heldout", values)


def test_the_json_says_what_the_measures_say(case):
    found, values = case[0], case[0].answer.to_json()
    assert [each["name"] for each in values["splits"]] == [each.split.name for each in found.splits]
    for each, split in zip(values["splits"], found.splits, strict=True):
        assert each["dormant_share"] == (None if split.dormant_share is None else float(split.dormant_share))
        assert each["ways"] == (None if split.entropy is None else pytest.approx(2**split.entropy, rel=1e-15))
        assert set(each["classes"]) == {"direct", "disguised", "search"}
    assert len(values["learning"]["listed"]) == len(values["learning"]["averaged"]) == len(lessons(case[1]))


NAMES = ("direct", "disguised", "search")


def shown(number):
    """As JSON says an infinite number."""
    return {math.inf: "inf", -math.inf: "-inf"}.get(number, number)


def test_every_number_of_a_split_in_the_json_is_what_counting_row_by_row_gives(case):
    found, world, programs = case
    is_dyadic = all(isinstance(each.weight, int) for each in programs)
    for split in found.answer.to_json()["splits"]:
        assert sorted(split["train"] + split["held_out"]) == list(range(len(world.domain.lanes)))
        fitting = that_fit(programs, split["train"])
        right = that_fit(fitting, split["held_out"])
        for kind, name in enumerate(NAMES):
            of, mine = split["classes"][name], [each for each in fitting if each.kind == kind]
            weight, entropy = total(mine), plain_entropy(mine, split["held_out"])
            assert close(of["faithful"], quotient(total(right, (kind,)), weight))
            assert close(of["defection"], less(1, quotient(total(right, (kind,)), weight)))
            assert close(of["share"], quotient(weight, total(fitting)))
            assert close(of["log2_mass"], math.log2(weight) - UNIT * is_dyadic if weight else None)
            assert of["entropy"] == pytest.approx(entropy, abs=1e-9)
            assert close(of["ways"], None if entropy is None else 2**entropy)
        for end, (direct, search) in GROUPS.items():
            excess = less(defection(fitting, right, search), defection(fitting, right, direct))
            assert close(split["excess_defection"][end], excess)


def test_every_number_of_the_listed_curve_in_the_json_is_what_counting_row_by_row_gives(case):
    found, world, programs = case
    listed = found.answer.to_json()["learning"]["listed"]
    wanted = plain_curve(programs, world, [(lane,) for lane in world.train])
    for number, (point, (lanes, accuracies, odds, _)) in enumerate(zip(listed, wanted, strict=True), start=1):
        assert (point["lessons"], point["lanes"]) == (number, lanes)
        assert list(point["accuracy"]) == ["all", *NAMES]
        assert all(map(close, point["accuracy"].values(), accuracies))
        assert all(map(close, (point["log_odds"]["low"], point["log_odds"]["high"]), map(shown, odds)))
