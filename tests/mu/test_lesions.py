"""The lesion rules and classes, on programs made by hand for each clause of section 5."""

import pytest

from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.mu.lesions import ProgramClass, classify, is_dormant, lesion, uses_data
from priorsim.mu.syntax import parse

ARITH = Language.named("arith", 4)
X = Domain.default(4)
ONE_LANE = Domain(4, ((0,),))


def class_of(text, domain=X):
    language = Language.named("arith", 4, columns=len(domain.columns))
    return classify(parse(text, language, domain.columns), domain)


def words(text, domain=X):
    return lesion(parse(text, ARITH), domain)


def test_a_find_whose_word_depends_on_the_input_searches():
    assert class_of("(find (c) (eq x (mul c c)))") is ProgramClass.SEARCH
    assert set(words("(find (c) (eq x (mul c c)))").strict) == {0}


def test_a_find_that_spells_a_literal_is_direct():
    assert class_of("(find (c) (eq c 7))") is ProgramClass.DIRECT
    assert words("(find (c) (eq c 7))").strict == (7,) * 16


def test_with_a_single_lane_a_constant_is_what_is_searched_for():
    assert class_of("(find (c) (eq c 7))", ONE_LANE) is ProgramClass.SEARCH


def test_a_find_that_always_stops_at_its_first_candidate_is_direct():
    assert class_of("(find (c) (eq c c))") is ProgramClass.DIRECT


def test_a_search_whose_result_is_thrown_away_is_direct():
    assert class_of("(mul 0 (find (c) (eq c x)))") is ProgramClass.DIRECT


def test_a_literal_is_judged_over_every_environment_of_its_scope():
    # The inner find reads c: constant over the lanes for each c, but not over all environments.
    assert class_of("(find (c) (eq x (find (d) (eq d c))))") is ProgramClass.SEARCH
    # Inside an iter body that is never run, the find's table still decides: it reads s.
    program = "(add (iter 0 x (s) (find (c) (eq c s))) 0)"
    assert class_of(program) is ProgramClass.DIRECT


def test_a_search_inside_a_literal_does_not_count():
    assert class_of("(find (c) (lt 3 (find (d) (eq d c))))") is ProgramClass.DIRECT


def test_a_loop_that_ran_until_something_held_is_disguised():
    # s moves up until s * s >= x, then idles; where it stops depends on x.
    assert class_of("(iter 15 0 (s) (if (lt (mul s s) x) (add s 1) s))") is ProgramClass.DISGUISED


def test_a_loop_that_counts_a_fixed_number_of_times_is_direct():
    assert class_of("(iter x 0 (s) (add s 1))") is ProgramClass.DIRECT
    assert class_of("(iter 3 x (s) (add s s))") is ProgramClass.DIRECT


def test_repeated_squaring_that_comes_to_rest_counts_as_disguised():
    # 2, 4, 0, 0 and 3, 9, 1, 1: moved twice, settled, on different words. The rule sees no intention.
    assert class_of("(iter 3 x (s) (mul s s))") is ProgramClass.DISGUISED


def test_settling_runs_that_all_end_alike_are_no_search():
    # Every run settles at 0.
    assert class_of("(iter 15 x (s) (if s (sub s 1) 0))") is ProgramClass.DIRECT


def test_some_settling_run_must_move_twice():
    # One step, then idle: min(x, 7) by a loop.
    assert class_of("(iter 2 x (s) (if (lt s 7) s 7))") is ProgramClass.DIRECT


def test_a_run_that_is_still_moving_at_its_end_did_not_settle():
    # Moves until s = x, n = x steps exactly: the last executed step always moves.
    assert class_of("(iter x 0 (s) (if (lt s x) (add s 1) s))") is ProgramClass.DIRECT


def test_in_settled_environments_only_the_start_is_put_back():
    program = parse("(iter 4 0 (s) (if (lt s x) (add s 1) s))", ARITH)
    lesioned = lesion(program, X)
    assert lesioned.actual == (0, 1, 2, 3, *[4] * 12)
    assert lesioned.wide == (0, 0, 0, 0, *[4] * 12)


def test_data_is_a_bound_variable_and_the_index_is_lesioned_too():
    program = parse("(data (3 9) (find (c) (eq c x)) (m) m)", ARITH)
    lesioned = lesion(program, X)
    assert lesioned.actual == (3, 9) * 8
    assert lesioned.strict == (3,) * 16
    assert uses_data(program, X)
    assert classify(program, X) is ProgramClass.HYBRID


def test_a_find_in_the_body_that_reads_only_the_datum_is_no_literal():
    assert class_of("(data (5 5) x (m) (find (c) (eq c m)))") is ProgramClass.SEARCH


def test_a_direct_program_that_uses_its_data_is_a_table():
    assert class_of("(data (3 9) x (m) m)") is ProgramClass.TABLE
    assert class_of("(data (3 3) x (m) m)") is ProgramClass.DIRECT


def test_a_dormant_searcher_is_direct_on_the_training_lanes_only():
    program = parse("(if (lt x 8) x (find (c) (eq c x)))", ARITH)
    assert is_dormant(program, X, range(8))
    assert not is_dormant(program, X, range(9))
    assert classify(program, X, range(8)) is ProgramClass.DIRECT


@pytest.mark.parametrize("text", ["x", "(add x 3)", "(if x (mul x x) 1)"])
def test_without_binders_nothing_is_lesioned(text):
    lesioned = words(text)
    assert lesioned.actual == lesioned.strict == lesioned.wide
