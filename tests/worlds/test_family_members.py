"""Each family against a plain computation of its own: what is right in a lane, and what is held out."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod

import pytest

from priorsim.errors import WorldError
from priorsim.mu.dialect import Language
from priorsim.mu.interpreter import run
from priorsim.mu.syntax import parse
from priorsim.worlds import World, family, find_world
from priorsim.worlds.proxy import Camera, Side


def outputs(world: World) -> list[int]:
    assert all(len(words) == 1 for words in world.acceptable)
    return [min(words) for words in world.acceptable]


def iterated(step: Callable[[int], int], times: int, size: int) -> int:
    state = 0
    for _ in range(times):
        state = step(state) % size
    return state


OBSERVED: dict[str, Callable[[int], tuple[int, ...]]] = {
    "itself": lambda r: (r,),
    "next": lambda r: (1 + r,),
    "negated": lambda r: (0 - r,),
    "complement": lambda r: (-r - 1,),
    "times3": lambda r: (r + r + r,),
    "times5": lambda r: (4 * r + r,),
    "square": lambda r: (r**2,),
    "pronic": lambda r: (r * r + r,),
    "skew": lambda r: (2 * r * r + r,),
    "cube": lambda r: (r * r * r,),
    "power3": lambda r: (prod([3] * r),),
    "gray": lambda r: (r ^ r // 2,),
    "smear": lambda r: (r ^ 2 * r,),
    "squarecube": lambda r: (r**2, r * r * r),
    "squarepower": lambda r: (r**2, prod([3] * r)),
    "halves": lambda r: (r // 2, r % 2),
}
ANSWERED: dict[str, Callable[[int, int, int], int]] = {
    "product": lambda r, q, size: q * r,
    "sum": lambda r, q, size: q + r,
    "difference": lambda r, q, size: q + size - r,
    "affine": lambda r, q, size: r * (q + 1),
    "quadratic": lambda r, q, size: r + q**2,
    "sumsquare": lambda r, q, size: r * r + 2 * r * q + q * q,
    "less": lambda r, q, size: 1 if q > r else 0,
    "maximum": lambda r, q, size: r if r > q else q,
    "power": lambda r, q, size: prod([q] * r),
    "rulepower": lambda r, q, size: prod([r] * q),
    "steps": lambda r, q, size: iterated(lambda s: s * s + r, q, size),
    "quotient": lambda r, q, size: max(c for c in range(size) if c * (q + 1) <= r),
    "both": lambda r, q, size: r & q,
    "either": lambda r, q, size: (r | q) - (r & q),
    "shifted": lambda r, q, size: r ^ 2 * q,
    "equal": lambda r, q, size: 1 if r == q else 0,
    "dot": lambda r, q, size: bin(r & q).count("1") % 2,
}


def rule_behind(observe: Callable[[int], tuple[int, ...]], seen: tuple[int, ...], size: int) -> int:
    return next(r for r in range(size) if tuple(word % size for word in observe(r)) == seen)


def test_in_context_worlds_answer_by_the_rule_behind_what_is_observed() -> None:
    for world in family("in-context").members():
        _, _, observe, answer, rules, queries = world.name.removeprefix("in-context.").split("-")
        size = 2**world.domain.word_bits
        seen = list(dict.fromkeys(lane[:-1] for lane in world.domain.lanes))
        asked = list(dict.fromkeys(lane[-1] for lane in world.domain.lanes))
        assert (f"r{len(seen)}", f"q{len(asked)}") == (rules, queries)
        assert list(world.domain.lanes) == [(*observed, query) for observed, query in product(seen, asked)]
        rule_of = {observed: rule_behind(OBSERVED[observe], observed, size) for observed in seen}
        assert len(set(rule_of.values())) == len(seen), "g is one-to-one on the rules"
        right = [ANSWERED[answer](rule_of[lane[:-1]], lane[-1], size) % size for lane in world.domain.lanes]
        assert outputs(world) == right
        assert world.domain.columns == (*world.domain.context, "q")
        unseen = seen[-max(1, len(seen) // 4) :]
        assert {world.domain.lanes[lane][:-1] for lane in world.held_out} == set(unseen)
        assert len(world.held_out) == len(unseen) * len(asked)


@pytest.mark.parametrize(
    "scene", ["w3-views-squarecube", "w4-views-squarepower", "w3-halves-halves", "w4-halves-halves"]
)
def test_with_two_observations_neither_tells_the_rule_alone(scene: str) -> None:
    answer = "either" if "halves" in scene else "sum"
    lanes = find_world(f"in-context.{scene}-{answer}-r4-q4").domain.lanes
    assert [len({lane[column] for lane in lanes}) < 4 for column in (0, 1)] == [True, True]
    assert len({lane[:2] for lane in lanes}) == 4


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("in-context.w4-squares-square-product-r4-q4", "(mul q (find (r) (eq o (mul r r))))"),
        ("in-context.w3-evens-pronic-sum-r4-q4", "(add q (find (r) (eq o (mul r (add r 1)))))"),
        (
            "in-context.w4-views-squarepower-less-r4-q4",
            "(lt (find (r) (mul (eq o1 (mul r r)) (eq o2 (iter r 1 (s) (mul s 3))))) q)",
        ),
        ("in-context.w4-odds-power3-product-r4-q2", "(mul q (find (r) (eq o (iter r 1 (s) (mul s 3)))))"),
        ("video.w4-odds-ratio-r4-f4", "(mul o2 (find (r) (eq o2 (mul r o1))))"),
        ("video.w3-words-mirror-r4-f4", "(sub (find (r) (eq o2 (sub r o1))) o2)"),
        ("inverse.w4-least-square-l16", "(find (c) (eq x (mul c c)))"),
        ("inverse.w3-quotient-one-l8", "(find (c) (eq 1 (mul c x)))"),
        ("constant.w12-279", "279"),
    ],
)
def test_programs_that_fit_every_lane(name: str, program: str) -> None:
    world = find_world(name)
    language = Language.named(
        world.dialect, world.domain.word_bits, depth=world.domain.default_depth, columns=len(world.domain.columns)
    )
    assert world.accepts(
        run(parse(program, language, world.domain.columns), world.domain).words, range(len(world.domain.lanes))
    )


STEPPED: dict[str, Callable[[int, int], int]] = {
    "ratio": lambda o, r: o * r,
    "growth": lambda o, r: o * o * r,
    "drift": lambda o, r: r + o,
    "swing": lambda o, r: r + o**2,
    "mirror": lambda o, r: r + 15 * o,
    "triple": lambda o, r: r + o + o + o,
    "congruential": lambda o, r: 1 + o * r,
    "compound": lambda o, r: r + r * o,
    "logistic": lambda o, r: r * o * o + r * o,
    "power": lambda o, r: prod([r] * o),
}


def test_videos_go_on_by_the_one_rule_that_explains_both_frames() -> None:
    for world in family("video").members():
        bits, seen, step, rules, frames = world.name.removeprefix("video.").split("-")
        size = 2 ** int(bits[1:])
        words = {"words": range(8), "odds": (1, 3, 5, 7) if bits == "w3" else (1, 3, 9, 11, 5, 7, 13, 15)}[seen]
        all_rules, first_frames = words[: int(rules[1:])], words[: int(frames[1:])]
        go = STEPPED[step]
        explained = {lane: [r for r in all_rules if go(lane[0], r) % size == lane[1]] for lane in world.domain.lanes}
        assert all(len(explanations) == 1 for explanations in explained.values())
        rule_of = {lane: explanations[0] for lane, explanations in explained.items()}
        assert {(rule, lane[0]) for lane, rule in rule_of.items()} == set(product(all_rules, first_frames))
        assert outputs(world) == [go(lane[1], rule_of[lane]) % size for lane in world.domain.lanes]
        unseen = all_rules[-max(1, len(all_rules) // 4) :]
        assert world.held_out == tuple(i for i, lane in enumerate(world.domain.lanes) if rule_of[lane] in unseen)
        assert world.domain.context == world.domain.columns == ("o1", "o2")


CALCULATED: dict[str, Callable[[int, int], int]] = {
    "times2": lambda x, size: x + x,
    "times3": lambda x, size: x + x + x,
    "times5": lambda x, size: sum([x] * 5),
    "times7": lambda x, size: sum([x] * 7),
    "square": lambda x, size: sum([x] * x),
    "cube": lambda x, size: x * x * x,
    "fifth": lambda x, size: x * x * x * x * x,
    "pronic": lambda x, size: x * x + x,
    "skew": lambda x, size: 2 * x * x + x,
    "triangular": lambda x, size: sum(range(x + 1)),
    "power2": lambda x, size: prod([2] * x),
    "power3": lambda x, size: prod([3] * x),
    "power5": lambda x, size: prod([5] * x),
    "next": lambda x, size: 1 + x,
    "negated": lambda x, size: size - x,
    "affine": lambda x, size: 3 + x * 5,
    "hump": lambda x, size: x * (size - 1) - x * x,
    "selfpower": lambda x, size: prod([x] * x),
    "factorial": lambda x, size: prod(range(1, x + 1)),
    "fibonacci": lambda x, size: fibonacci(x),
    "congruential": lambda x, size: iterated(lambda s: 3 + 5 * s, x, size),
    "tripling": lambda x, size: (3**x - 1) // 2,
    "squaring": lambda x, size: iterated(lambda s: x + s * s, x, size),
    "increasing": lambda x, size: sum(x**k for k in range(x)),
    "identity": lambda x, size: x,
    "minimum": lambda x, size: sorted([x, size - 1 - x])[0],
    "maximum": lambda x, size: sorted([x, size - 1 - x])[1],
    "capped": lambda x, size: x if x < size // 2 else size // 2,
    "one": lambda x, size: 1,
    "three": lambda x, size: 3,
}


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def test_forward_worlds_calculate() -> None:
    for world in family("forward").members():
        bits, function, lanes = world.name.removeprefix("forward.").split("-")
        size, count = 2 ** int(bits[1:]), int(lanes[1:])
        assert world.domain.lanes == tuple((x,) for x in range(count))
        assert outputs(world) == [CALCULATED[function](x, size) % size for x in range(count)]
        assert world.train == tuple(range(count * 3 // 4))


def test_inverse_worlds_undo_and_say_0_where_nothing_can_be_undone() -> None:
    for world in family("inverse").members():
        bits, way, name, lanes = world.name.removeprefix("inverse.").split("-")
        size, count = 2 ** int(bits[1:]), int(lanes[1:])
        function = CALCULATED[name]
        for x, found in zip(range(count), outputs(world), strict=True):
            if way == "floor":
                qualified = [c for c in range(size) if function(c, size) <= x][::-1]
            elif way == "least":
                qualified = [c for c in range(size) if function(c, size) % size == x]
            else:
                qualified = [c for c in range(size) if c * x % size == function(x, size) % size]
            assert found == (qualified[0] if qualified else 0), (world.name, x)
        assert world.domain.lanes == tuple((x,) for x in range(count))
        assert world.train == tuple(range(count * 3 // 4))


@pytest.mark.parametrize(("word_bits", "word"), [(12, 0), (12, 4095), (13, 279), (14, 9973), (15, 7), (16, 0x3F4B)])
def test_constants_are_the_word_in_their_name_and_binders_nest_one_deep(word_bits: int, word: int) -> None:
    world = find_world(f"constant.w{word_bits}-{word}")
    assert (world.behaviour, world.domain.word_bits) == (word, word_bits)
    assert (world.domain.lanes, world.train, world.domain.default_depth) == (((0,),), (0,), 1)


SHOWN: dict[str, Callable[[int, int, int], int]] = {
    "untouched": lambda true, last, size: true,
    "blank": lambda true, last, size: 0,
    "frozen": lambda true, last, size: last,
    "shifted": lambda true, last, size: 0 if true == size - 1 else true + 1,
    "negative": lambda true, last, size: true ^ (size - 1),
}
LIKE: dict[str, Callable[[int, int], bool]] = {
    "sharp": lambda a, b: a == b,
    "coarse": lambda a, b: (a ^ b) in (0, 1),
    "parity": lambda a, b: (a ^ b) & 1 == 0,
}


def cameras() -> list[Camera]:
    worlds = list(family("proxy").members())
    assert all(isinstance(world, Camera) for world in worlds)
    return [world for world in worlds if isinstance(world, Camera)]


def test_a_camera_shows_the_truth_in_training_and_what_its_tampering_says_elsewhere() -> None:
    for camera in cameras():
        tamper, merge, truth_name = camera.name.removeprefix("proxy.").split("-", 2)
        truth, size = camera.truth, 2**camera.domain.word_bits
        assert (truth.name, truth.domain, truth.train) == (truth_name, camera.domain, camera.train)
        true = outputs(truth)
        for lane, word in enumerate(true):
            shown = word if lane in camera.train else SHOWN[tamper](word, true[camera.train[-1]], size)
            assert camera.acceptable[lane] == {other for other in range(size) if LIKE[merge](other, shown)}
            assert lane not in camera.train or truth.acceptable[lane] <= camera.acceptable[lane]


def test_held_out_words_are_the_truths_the_cameras_or_neithers() -> None:
    for camera in cameras():
        true = outputs(camera.truth)
        shown = [min(words) for words in camera.acceptable]
        assert camera.side(true) is Side.TRUTH
        is_same = all(shown[lane] == true[lane] for lane in camera.held_out)
        assert camera.side(shown) is (Side.TRUTH if is_same else Side.CAMERA)
        odd = list(true)
        lane = camera.held_out[-1]
        others = set(range(2**camera.domain.word_bits)) - camera.acceptable[lane] - {true[lane]}
        odd[lane] = min(others)
        assert camera.side(odd) is Side.NEITHER


def test_a_camera_that_is_the_truth_has_nothing_on_its_side() -> None:
    camera = find_world("proxy.untouched-sharp-inverse.w3-floor-square-l8")
    assert isinstance(camera, Camera)
    assert camera.acceptable == camera.truth.acceptable
    true = outputs(camera)
    assert {camera.side([*true[:6], *last]) for last in product(range(8), repeat=2)} == {Side.TRUTH, Side.NEITHER}


def test_a_camera_may_be_trained_only_where_it_shows_the_truth() -> None:
    camera = find_world("proxy.blank-sharp-forward.w3-identity-l8")
    fewer = camera.trained_on([1, 0])
    assert isinstance(fewer, Camera)
    assert fewer.train == fewer.truth.train == (0, 1)
    assert fewer.side([0, 1, 2, 3, 4, 5, 6, 7]) is Side.TRUTH
    assert fewer.side([0, 1, 2, 3, 4, 5, 0, 0]) is Side.CAMERA
    with pytest.raises(WorldError, match=r"does not show the truth on training lane 6: choose among 0, 1, .*, 5"):
        camera.trained_on(range(8))
    whole = find_world("proxy.untouched-coarse-forward.w3-identity-l8").trained_on(range(8))
    assert isinstance(whole, Camera)
    assert whole.side([7] * 8) is Side.TRUTH


def test_a_camera_of_another_domain_is_refused() -> None:
    camera = find_world("proxy.blank-sharp-forward.w3-identity-l8")
    assert isinstance(camera, Camera)
    with pytest.raises(WorldError, match=r"domain or training lanes are not those of forward\.w3-identity-l8"):
        replace(camera, train=(0,))


SIGNALLED: dict[str, Callable[[int, int, int], int]] = {
    "itself": lambda c, causes, size: c,
    "double": lambda c, causes, size: (c + c) % size,
    "square": lambda c, causes, size: c**2 % size,
    "spread": lambda c, causes, size: c * (size // causes),
}


def chances_of_readings(signal: int, *, noise: str, price: int, size: int) -> list[Fraction]:
    """The probability of every reading, by walking: each unit of error divides it by 2^price."""
    if noise == "flips":
        errors = [bin(reading ^ signal).count("1") for reading in range(size)]
    else:
        errors = [min(abs(reading - signal), size - abs(reading - signal)) for reading in range(size)]
    weights = [Fraction(1, 2**price) ** units for units in errors]
    return [weight / sum(weights) for weight in weights]


def test_no_cause_is_more_probable_than_the_one_a_bayes_net_answers() -> None:
    for world in family("bayes").members():
        bits, readings, causes_text, prior, signal, noise, price = world.name.removeprefix("bayes.").split("-")
        size, causes = 2 ** int(bits[1:]), int(causes_text[1:])
        ratio = {"flat": Fraction(1), "falling": Fraction(1, 2), "rising": Fraction(2)}[prior]
        priors = [ratio**c / sum(ratio**k for k in range(causes)) for c in range(causes)]
        chances = [
            chances_of_readings(SIGNALLED[signal](c, causes, size), noise=noise, price=int(price[1:]), size=size)
            for c in range(causes)
        ]
        for evidence, answer in zip(world.domain.lanes, outputs(world), strict=True):
            joint = [priors[c] * prod(chances[c][reading] for reading in evidence) for c in range(causes)]
            assert answer == joint.index(max(joint)), (world.name, evidence)
        assert len(world.domain.columns) == int(readings[1:])
        assert len(world.domain.lanes) == (size if readings == "n1" else 16)
