"""In-context and video worlds: the hidden rule explains every lane, and rules are held out whole."""

import pytest

from priorsim.errors import WorldError
from priorsim.mu.dialect import Language
from priorsim.mu.interpreter import run
from priorsim.mu.syntax import parse
from priorsim.worlds import Camera, catalogue, find_world, in_context_world, rules_observed_as, video_world

SQUARE = "(find (r) (eq o (mul r r)))"
GRAY = "(find (r) (eq o (xor r (shr r))))"
VIEWS = "(find (r) (mul (eq o1 (mul r r)) (eq o2 (mul r (mul r r)))))"
HIDDEN_RULE_PROGRAMS = {
    "in-context-root-w4": f"(mul q {SQUARE})",
    "in-context-root-sum-w4": f"(add q {SQUARE})",
    "in-context-root-power-w4": f"(iter {SQUARE} 1 (s) (mul s q))",
    "in-context-next-w4": "(mul q (find (r) (eq o (add r 1))))",
    "in-context-next-power-w4": "(iter (find (r) (eq o (add r 1))) 1 (s) (mul s q))",
    "in-context-times5-w4": "(mul q (find (r) (eq o (mul 5 r))))",
    "in-context-negated-w2": "(mul q (find (r) (eq o (sub 0 r))))",
    "in-context-next-w2": "(mul q (find (r) (eq o (add r 1))))",
    "in-context-gray-w2": "(mul q (find (r) (eq o (if (lt 1 r) (sub 1 r) r))))",
    "in-context-gray-w4": f"(xor q {GRAY})",
    "in-context-gray-mask-w4": f"(and q {GRAY})",
    "in-context-complement-w4": "(and q (find (r) (eq o (xor r 15))))",
    "in-context-two-views-w3": f"(mul q {VIEWS})",
    "in-context-two-views-sum-w3": f"(add q {VIEWS})",
    "video-ratio-w4": "(mul o2 (find (r) (eq o2 (mul r o1))))",
    "video-growth-w4": "(mul (mul o2 o2) (find (r) (eq o2 (mul r (mul o1 o1)))))",
    "video-drift-w2": "(add o2 (find (r) (eq o2 (add o1 r))))",
    "video-swing-w2": "(add (mul o2 o2) (find (r) (eq o2 (add (mul o1 o1) r))))",
}
HIDDEN_RULE_WORLDS = [world.name for world in catalogue().values() if world.family in ("in-context", "video")]


def test_every_hidden_rule_world_has_its_program_here() -> None:
    assert set(HIDDEN_RULE_PROGRAMS) == set(HIDDEN_RULE_WORLDS)


@pytest.mark.parametrize("name", HIDDEN_RULE_WORLDS)
def test_finding_the_rule_and_running_it_fits_every_lane(name: str) -> None:
    world = catalogue()[name]
    language = Language.named(world.dialect, world.domain.word_bits, columns=len(world.domain.columns))
    program = parse(HIDDEN_RULE_PROGRAMS[name], language, world.domain.columns)
    assert world.accepts(run(program, world.domain).words, range(len(world.domain.lanes)))


@pytest.mark.parametrize("name", [name for name in HIDDEN_RULE_WORLDS if name.startswith("in-context")])
def test_observations_are_context_and_the_held_out_rule_is_never_seen_in_training(name: str) -> None:
    world = catalogue()[name]
    assert world.domain.columns == (*world.domain.context, "q")
    seen = {world.domain.lanes[lane][:-1] for lane in world.train}
    unseen = {world.domain.lanes[lane][:-1] for lane in world.held_out}
    assert len(seen) == 3
    assert len(unseen) == 1
    assert not seen & unseen


@pytest.mark.parametrize("name", [name for name in HIDDEN_RULE_WORLDS if name.startswith("video")])
def test_videos_have_no_query_and_hold_out_one_film_for_each_first_frame(name: str) -> None:
    world = catalogue()[name]
    assert world.domain.columns == world.domain.context == ("o1", "o2")
    assert len(world.domain.lanes) == len(set(world.domain.lanes)) == 16
    assert len({world.domain.lanes[lane][0] for lane in world.held_out}) == len(world.held_out) == 4


@pytest.mark.parametrize("name", HIDDEN_RULE_PROGRAMS)
def test_every_rule_says_its_lanes_and_is_trained_on_whole_or_not_at_all(name: str) -> None:
    world = catalogue()[name]
    assert len(world.rules) == 4
    assert sorted(lane for rule in world.rules for lane in rule) == list(range(16))
    assert [set(rule) <= set(world.train) for rule in world.rules] == [True, True, True, False]
    if world.family == "in-context":
        seen = [{world.domain.lanes[lane][:-1] for lane in rule} for rule in world.rules]
        assert all(len(observations) == 1 for observations in seen)


def test_cameras_have_the_rules_of_their_truth() -> None:
    camera = find_world("proxy.blank-sharp-in-context.w4-squares-square-product-r4-q4")
    assert isinstance(camera, Camera)
    assert camera.rules == camera.truth.rules != ()


def test_worlds_on_the_same_observations_share_a_domain() -> None:
    squares = [name for name in HIDDEN_RULE_WORLDS if name.startswith("in-context") and name.endswith("-w4")]
    domains = {(catalogue()[name].dialect, catalogue()[name].domain) for name in squares}
    assert {dialect for dialect, _ in domains} == {"arith", "logic"}
    assert len(domains) == 2


def test_neither_of_two_views_tells_the_rule_alone() -> None:
    lanes = catalogue()["in-context-two-views-w3"].domain.lanes
    assert len({o1 for o1, _, _ in lanes}) < 4
    assert len({o2 for _, o2, _ in lanes}) < 4
    assert len({(o1, o2) for o1, o2, _ in lanes}) == 4


def test_held_out_rules_may_be_any_number_that_leaves_one_to_train_on() -> None:
    def world(held_out: int) -> tuple[int, ...]:
        return in_context_world(
            "demo",
            4,
            rules=(1, 2, 3),
            queries=(0, 1),
            observe=lambda r: (r,),
            answer=lambda r, q: r + q,
            held_out_rules=held_out,
        ).train

    assert world(0) == (0, 1, 2, 3, 4, 5)
    assert world(2) == (0, 1)
    with pytest.raises(WorldError, match="3 of 3 rules held out: choose 0 to 2"):
        world(3)


def test_rules_that_look_the_same_are_refused() -> None:
    with pytest.raises(WorldError, match="two rules give the same observations"):
        in_context_world("demo", 4, rules=(1, 15), queries=(0,), observe=lambda r: (r * r,), answer=lambda r, q: r)
    with pytest.raises(WorldError, match="two rules show the same frames"):
        video_world("demo", 4, rules=(1, 3), frames=(0, 1), step=lambda o, r: o * r)


def test_an_observation_without_a_rule_is_refused() -> None:
    with pytest.raises(WorldError, match=r"gives the observation \(2,\)"):
        rules_observed_as([(0,), (2,)], lambda r: (r * r,), 4)
