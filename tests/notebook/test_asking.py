"""Questions asked in Python say what the command line says, take names for objects, and refuse what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import priorsim as ps
from priorsim.errors import PriorsimError
from tests.notebook.conftest import BITS, small_atlas
from tests.test_cli import output

pytestmark = pytest.mark.engine
WORLD = "inverse-w3"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("atlas") / "arith-w3.parquet"
    small_atlas().save(path)
    return path


def test_every_answer_is_that_of_the_command(stored: Path) -> None:
    asked = {"--world": WORLD, "--atlas": str(stored)}
    of_world = [part for pair in asked.items() for part in pair]
    of_atlas = of_world[2:]
    for found, command in (
        (ps.odds(WORLD, stored, prior="levin", tax=1), ["odds", *of_world, "--prior", "levin", "--delta", "1"]),
        (ps.odds(WORLD, stored, train="0-3"), ["odds", *of_world, "--train", "0-3"]),
        (
            ps.odds(WORLD, stored, class_by="form", max_bits=24),
            ["odds", *of_world, "--class-by", "form", "--max-bits", "24"],
        ),
        (ps.odds(WORLD, stored, max_bits=28), ["odds", *of_world, "--max-bits", "28"]),
        (ps.heldout(WORLD, stored, gamma=1), ["heldout", *of_world, "--gamma", "1"]),
        (ps.definitions(WORLD, stored, programs=5), ["definitions", *of_world, "--programs", "5"]),
        (ps.growth(stored, gamma=1, worlds=[WORLD]), ["growth", *of_world, "--gamma", "1"]),
        (ps.influence(stored, order="worst"), ["influence", *of_atlas, "--order", "worst"]),
        (ps.population(stored), ["population", *of_atlas]),
        (
            ps.knockouts(ps.make_header("arith", 16, domain=ps.Domain.default(2))),
            ["knockouts", "--dialect", "arith", "--word-bits", "2", "--max-bits", "16"],
        ),
    ):
        assert f"{found}\n" == output(*command)
        assert json.loads(json.dumps(found.to_json())).keys() == json.loads(output(*command, "--json")).keys()
        assert len(repr(found).splitlines()) == 1
        assert found._repr_html_().startswith("<pre>")
        assert len(found.frame) and found.frame.columns


def test_an_atlas_is_taken_in_memory_open_or_by_its_file(stored: Path) -> None:
    one, *others = (
        ps.odds(WORLD, atlas) for atlas in (small_atlas(), ps.StoredAtlas.open(stored), stored, str(stored))
    )
    assert all(each.answer == one.answer for each in others)


def test_a_world_is_taken_by_name_as_an_object_or_in_a_histogram() -> None:
    one = ps.odds(WORLD, small_atlas())
    assert ps.odds(ps.world(WORLD), small_atlas()).answer == one.answer
    assert ps.odds(ps.histogram(WORLD, small_atlas())).answer == one.answer
    assert one.to_json()["classes"]["search"]["programs"] == one.classes.search.programs


def test_odds_of_which_one_side_has_no_program_are_unknown() -> None:
    found = ps.odds("isqrt-w3", small_atlas())
    assert found.classes.search.programs == 0
    assert repr(found).endswith(": unknown>")


def test_a_prior_is_taken_by_name_or_as_an_object() -> None:
    by_name = ps.odds(WORLD, small_atlas(), prior="solomonoff", gamma=0.5, tax=1)
    assert ps.odds(WORLD, small_atlas(), prior=ps.Prior("mine", gamma=0.5, tax=1)).log_odds == by_name.log_odds


def test_a_sweep_is_the_odds_point_by_point() -> None:
    gammas, taxes = np.linspace(0, 2, 5), [0, 4]
    found = ps.sweep(WORLD, small_atlas(), gamma=gammas, tax=taxes, beta=1.25)
    assert found.columns[:2] == ["gamma", "tax"]
    points = [(gamma, tax) for gamma in gammas for tax in taxes]
    assert list(zip(found["gamma"], found["tax"], strict=True)) == points
    for (gamma, tax), low, high in zip(points, found["log_odds_low"], found["log_odds_high"], strict=True):
        odds = ps.odds(WORLD, small_atlas(), gamma=gamma, tax=tax, beta=1.25).log_odds
        assert (low, high) == (odds.low, odds.high)


def test_a_sweep_is_what_the_command_writes(stored: Path) -> None:
    found = ps.sweep(WORLD, stored, lam=[0.0, 0.5])
    written = output("sweep", "--world", WORLD, "--atlas", str(stored), "--grid", "lambda=0,0.5")
    _columns, *lines = (line for line in written.splitlines() if not line.startswith("#"))
    assert [line.split(",")[1] for line in lines] == [f"{odds:.12g}" for odds in found["log_odds_low"]]


def test_a_prior_that_needs_what_is_swept_takes_its_values() -> None:
    found = ps.sweep(WORLD, small_atlas(), prior="linear", lam=[0.1, 0.2])
    for lam, low in zip([0.1, 0.2], found["log_odds_low"], strict=True):
        assert low == ps.odds(WORLD, small_atlas(), prior="linear", lam=lam).log_odds.low


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_answers_become_frames(library: str) -> None:
    pytest.importorskip(library)
    swept = ps.sweep(WORLD, small_atlas(), gamma=np.linspace(0, 2, 50), tax=[0, 4]).to_frame(library)
    assert swept.shape == (100, 7)
    assert ps.growth(small_atlas(), gamma=1).to_frame(library)["worlds"].sum() > 0
    assert list(ps.odds(WORLD, small_atlas()).to_frame(library)["class"]) == ["direct", "disguised", "search"]


def test_the_tables_have_the_numbers_of_the_answers() -> None:
    odds, held = ps.odds(WORLD, small_atlas()), ps.heldout(WORLD, small_atlas(), train=range(4))
    assert odds.frame["programs"] == [each.programs for each in odds.classes]
    assert len(held.frame) == 3 * len(held.splits)
    assert held.frame["defection"][0] == float(held.splits[0].classes.direct.defection)
    assert odds.frame["share"] == pytest.approx([each.share for each in odds.classes])


wrong: Any = ps
"""The package, of which wrong types are asked on purpose."""
BAD: list[tuple[Any, str]] = [
    (lambda: wrong.odds(small_atlas(), WORLD), "the world comes before the atlas"),
    (lambda: wrong.odds("inverse-w33", small_atlas()), "did you mean"),
    (lambda: wrong.odds(WORLD, 7), "an atlas is an Atlas"),
    (lambda: wrong.odds(WORLD, "no.parquet"), "no.parquet"),
    (lambda: wrong.odds("inverse-w4", small_atlas()), "not on the atlas's domain"),
    (lambda: wrong.odds(WORLD, small_atlas(), prior="levn"), "did you mean levin"),
    (lambda: wrong.odds(WORLD, small_atlas(), prior=3), "a prior is a Prior or a name"),
    (lambda: wrong.odds(WORLD, small_atlas(), prior=ps.Prior("a"), gamma=1), "leave out gamma"),
    (lambda: wrong.odds(WORLD, small_atlas(), gamma="dear"), "gamma is 'dear': give a number"),
    (lambda: wrong.odds(WORLD, small_atlas(), gamma=-1), "at least 0"),
    (lambda: wrong.odds(WORLD, small_atlas(), gamma=float("nan")), "finite"),
    (lambda: wrong.odds(WORLD, small_atlas(), class_by="looks"), "choose lesion or form"),
    (lambda: wrong.odds(WORLD, small_atlas(), max_bits=20.5), "whole numbers"),
    (lambda: wrong.odds(WORLD, small_atlas(), train=[9]), "no lane 9"),
    (lambda: wrong.odds(WORLD, small_atlas(), train="5-2"), "runs backwards"),
    (lambda: wrong.odds(ps.histogram(WORLD, small_atlas()), small_atlas()), "a histogram holds a world"),
    (lambda: wrong.sweep(WORLD, small_atlas()), "choose one or two"),
    (lambda: wrong.sweep(WORLD, small_atlas(), gamma=[]), "no values of gamma"),
    (lambda: wrong.sweep(WORLD, small_atlas(), gamma=[[0, 1]]), "2 dimensions"),
    (lambda: wrong.sweep(WORLD, small_atlas(), gamma=[0, None]), "give a number"),
    (lambda: wrong.sweep(WORLD, small_atlas(), gamma=[0], tax=[0], beta=[1]), "choose one or two"),
    (lambda: ps.growth(small_atlas(), class_by="looks"), "choose lesion or form"),
    (lambda: ps.influence(small_atlas(), class_by="looks"), "choose lesion or form"),
    (lambda: ps.population(small_atlas(), class_by="looks"), "choose lesion or form"),
    (lambda: ps.heldout(WORLD, small_atlas(), class_by="looks"), "choose lesion or form"),
    (lambda: ps.growth(small_atlas(), programs=0), "give a number from 1"),
    (lambda: ps.growth(small_atlas(), train=[9]), "no lane 9"),
    (lambda: ps.growth(small_atlas(), max_bits=BITS + 1), str(BITS)),
]


@pytest.mark.parametrize(("ask", "message"), BAD)
def test_what_the_command_line_refuses_is_refused(ask: Any, message: str) -> None:
    with pytest.raises(PriorsimError, match=message) as refused:
        ask()
    assert "\n" not in str(refused.value)


def test_every_public_name_is_offered_and_explained() -> None:
    assert set(ps.__all__) <= set(dir(ps))
    for name in ps.__all__:
        assert getattr(ps, name).__doc__, name
    for name in ps.plot.__all__:
        assert ">>>" in getattr(ps.plot, name).__doc__, name
    assert "log_odds" in dir(ps.odds(WORLD, small_atlas()))


def test_every_public_name_that_code_and_pages_use_is_there() -> None:
    root = Path(ps.__file__).parents[1]
    parts = {path.stem for path in (root / "priorsim").iterdir()}
    for file in [*root.glob("priorsim/**/*.py"), *root.glob("docs/*.md"), root / "README.md"]:
        used = set(re.findall(r"\bpriorsim\.([a-z_]+)\b", file.read_text(encoding="utf-8")))
        missing = {name for name in used if name not in parts and not hasattr(ps, name)}
        assert not missing, (file, missing)
