"""What Python says of single programs is what the commands print; the first lines of a notebook work."""

import json
from typing import Any

import numpy as np
import pytest

import priorsim as ps
from priorsim.errors import PriorsimError
from priorsim.formats import format_json
from tests.test_cli import output

pytestmark = pytest.mark.engine
wrong: Any = ps
"""Asked with arguments that the types refuse."""
INVERSE = "(find (c) (eq 1 (mul c x)))"


def test_why_a_program_has_its_class_is_said_as_the_command_says_it() -> None:
    found = ps.explain(INVERSE, "inverse-w3")
    assert str(found).rstrip() == output("explain", INVERSE, "--world", "inverse-w3").rstrip()
    assert json.loads(format_json(found.to_json())) == json.loads(
        output("explain", INVERSE, "--world", "inverse-w3", "--json")
    )
    language = ps.Language.named("arith", 3)
    assert ps.explain(ps.parse(INVERSE, language), ps.world("inverse-w3")).to_json() == found.to_json()


def test_the_heaviest_programs_are_those_that_the_command_lists() -> None:
    found = ps.programs("inverse-w3", most=5, gamma=1)
    args = ("programs", "--world", "inverse-w3", "--most", 5, "--gamma", 1)
    assert str(found).rstrip() == output(*args).rstrip()
    assert json.loads(format_json(found.to_json())) == json.loads(output(*args, "--json"))
    assert len(found.frame) == 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: wrong.explain(7, "inverse-w3"), "a program is a Program or an S-expression, and not of type int"),
        (lambda: ps.explain("(find (c)", "inverse-w3"), "column|line|\\)|end"),
        (lambda: ps.explain(INVERSE, "inverse-w33"), "did you mean"),
        (lambda: ps.programs("inverse-w3", cls="serch"), "serch"),
        (lambda: ps.programs("inverse-w3", most=0), "0"),
        (lambda: wrong.programs("inverse-w3", most=2.5), "most"),
    ],
)
def test_wrong_arguments_are_refused_in_a_line(asked, said) -> None:
    with pytest.raises(PriorsimError, match=said) as refused:
        asked()
    assert "\n" not in str(refused.value)


def test_the_first_lines_of_a_notebook_work_as_they_stand() -> None:
    atlas = ps.census("arith", word_bits=3, max_bits=26)
    world = ps.world("inverse-w3")
    odds = ps.odds(world, atlas, prior="levin")
    sweep = ps.sweep(world, atlas, gamma=np.linspace(0, 2, 50), tax=[0, 4])
    growth = ps.growth(atlas, gamma=1)
    ax = ps.plot.odds_against_gamma(world, atlas)
    programs = ps.programs(world, atlas, cls="search")
    why = ps.explain(INVERSE, world)
    assert odds.log_odds.high < 0 and "log-odds" in odds._repr_html_()
    assert len(sweep) == 100 and len(growth.frame) > 1
    assert ax.get_legend() is not None or ax.texts
    assert programs.list[0].program == INVERSE and why.kind == "search"
