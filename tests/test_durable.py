"""What tasks find is kept as shards: the same results, nothing done twice, and an altered shard made again."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from priorsim import durable, executors
from priorsim.census.take import take_census
from priorsim.claims.judge import find_claims, judge, judge_wide_world
from priorsim.claims.languages import languages
from priorsim.claims.populations import PRESETS, QUICK, Preset
from priorsim.durable import RESULT, decoded, encoded
from priorsim.interrupts import Interrupted
from priorsim.measure.languages import members, reference
from priorsim.measure.wide_off_training import wide_off_training
from priorsim.priors import named_prior
from priorsim.processes import Workers
from priorsim.shards import AlteredError, Shards
from priorsim.study import folder, paper
from priorsim.study.folder import Study
from priorsim.worlds import find_world
from tests.census.test_spread import InTurn, files, flip
from tests.test_cli import output
from tests.test_executors import SMALL, WIDE
from tests.test_options import refusal

Work = Callable[[Workers, Shards | None], Any]
LANGUAGES = "languages", "--set", "codes", "--number", 2, "--max-bits", 10, "--claim", "three-counts"
HELDOUT = "heldout", "--world", WIDE, "--max-bits", 10
ON_CLUSTER, ALONE = ("--cluster", "anywhere"), ("--workers", 1)


class CutShort(InTurn):
    """An executor whose caller is interrupted when some tasks are done, before it hears of any."""

    def submit(self, function: Any, /, *given: Any, **more: Any) -> "Future[Any]":
        if self.done == 2:
            raise Interrupted
        return super().submit(function, *given, **more)


def in_languages(workers: Workers, shards: Shards | None) -> object:
    groups, claims = {"codes": members("codes", 2, 3, 10)}, find_claims(["three-counts"])
    return languages(groups, reference(3, 10), take_census, claims, QUICK, workers=workers, shards=shards).answer


def over_populations(workers: Workers, shards: Shards | None, preset: Preset = SMALL) -> object:
    claims = find_claims(["three-counts", "reachable"])
    judged = judge(preset, claims, take_census, workers=workers, shards=shards)
    return [(each.ruling, each.cells) for each in judged]


def off_training(workers: Workers, shards: Shards | None) -> object:
    asked = find_world(WIDE), named_prior("solomonoff"), 10
    return wide_off_training(*asked, workers=workers, shards=shards).answer.to_json()


def in_a_wide_world(workers: Workers, shards: Shards | None) -> object:
    asked = find_world(WIDE), find_claims(["much-simpler", "proxy"]), 10, QUICK
    return [each.cells for each in judge_wide_world(*asked, workers=workers, shards=shards)]


@pytest.mark.engine
@pytest.mark.parametrize("work", [in_languages, over_populations, off_training, in_a_wide_world])
def test_results_are_those_without_shards_and_no_task_is_done_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], work: Work
) -> None:
    shards, first, second, third = Shards.open(str(tmp_path)), InTurn(), InTurn(), InTurn()
    found = work(first, shards)
    kept = files(tmp_path)
    assert found == work(1, None) and first.done == len(kept) > 2
    assert work(second, shards) == found and second.done == 0
    altered = sorted(tmp_path.glob("*.shard"))[-1]
    flip(altered, 0.9)
    assert work(third, shards) == found and third.done == 1
    assert files(tmp_path) == kept
    assert f"{altered}: missing or altered, and made again" in capsys.readouterr().err


@pytest.mark.engine
@pytest.mark.parametrize("work", [in_languages, over_populations, off_training, in_a_wide_world])
def test_interrupted_work_goes_on_from_what_workers_have_finished(tmp_path: Path, work: Work) -> None:
    shards, second = Shards.open(str(tmp_path)), InTurn()
    with pytest.raises(Interrupted):
        work(CutShort(), shards)
    kept = files(tmp_path)
    assert len(kept) == 2
    work(second, shards)
    assert second.done == len(files(tmp_path)) - 2 and files(tmp_path).items() >= kept.items()


@pytest.mark.engine
def test_what_other_code_measured_or_another_preset_asked_is_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards, first, other, changed = Shards.open(str(tmp_path)), InTurn(), InTurn(), InTurn()
    over_populations(first, shards)
    over_populations(other, shards, replace(SMALL, below=(0, 2), walk_worlds=2))
    monkeypatch.setattr(durable, "measuring_digest", lambda: "f" * 64)
    over_populations(changed, shards)
    assert first.done == other.done == changed.done == len(files(tmp_path)) / 3


def test_a_result_of_another_type_is_no_result(tmp_path: Path) -> None:
    shards = Shards.open(str(tmp_path))
    for content in ({RESULT: encoded("text")}, {RESULT: b"\xc1"}, {"other": encoded(3)}):
        shards.write("a" * 64, content, {})
        with pytest.raises(AlteredError):
            durable._read(shards, "a" * 64, int)
    with pytest.raises(TypeError, match="a int64 is not kept: give a number"):
        encoded(np.int64(3))


@pytest.mark.parametrize("kind", ["u1", "u4", "u8", "f8", "i8", "?"])
def test_arrays_are_read_back_bit_by_bit_and_can_be_written_to(kind: str) -> None:
    values = np.random.default_rng(1).integers(0, 2, (3, 0, 2) if kind == "i8" else (3, 2)).astype(kind)
    found = decoded(encoded(values), np.ndarray)
    assert found.dtype == values.dtype and found.shape == values.shape and found.tobytes() == values.tobytes()
    assert found.flags.writeable


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[InTurn]:
    """The executors that commands with --cluster are to get, one after the other."""
    left: list[InTurn] = []

    @contextmanager
    def open_executor(*_: Any) -> Iterator[InTurn]:
        yield left.pop(0)

    monkeypatch.setattr(executors, "open_executor", open_executor)
    return left


@pytest.mark.engine
@pytest.mark.parametrize("command", [LANGUAGES, HELDOUT])
def test_a_command_keeps_shards_beside_its_output_until_that_is_written(
    tmp_path: Path, opened: list[InTurn], command: tuple[Any, ...]
) -> None:
    one, other, shards = tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "two.csv.shards"
    output(*command, "--out", one, *ALONE)
    opened[:] = [CutShort(), second := InTurn(), third := InTurn(), InTurn()]
    told = f"finished parts are kept in {shards}, the same command goes on from there"
    with pytest.raises(Interrupted, match=told):
        output(*command, "--out", other, *ON_CLUSTER)
    assert len(files(shards)) == 2
    output(*command, "--out", other, *ON_CLUSTER)
    assert other.read_text() == one.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv", "two.csv"]
    output(*command, "--out", tmp_path / "three.csv", *ON_CLUSTER, "--store", tmp_path / "kept")
    assert len(files(tmp_path / "kept")) == third.done == second.done + 2
    # What is only printed is kept where --store says, and nowhere else.
    before = sorted(tmp_path.rglob("*"))
    assert output(*command, "--json", *ALONE) == output(*command, "--json", *ON_CLUSTER)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.engine
def test_claims_keep_shards_in_their_folder_until_they_are_judged(
    tmp_path: Path, opened: list[InTurn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "quick", SMALL)
    command = "claims", "three-counts", "reachable", "--results", tmp_path, "--json"
    opened[:] = [CutShort(), second := InTurn(), third := InTurn()]
    with pytest.raises(Interrupted, match=r"kept in .*/claims-quick-.*\.run\.shards, "):
        output(*command, *ON_CLUSTER)
    assert len(files(next(tmp_path.glob("*.shards")))) == 2
    found = output(*command, *ON_CLUSTER)
    assert [path.name for path in tmp_path.iterdir()] == ["atlases"]
    assert output(*command, *ON_CLUSTER, "--store", tmp_path / "kept") == found == output(*command, *ALONE)
    assert len(files(tmp_path / "kept")) == third.done == second.done + 2


@pytest.mark.engine
def test_claims_in_a_wide_world_are_kept_where_store_says(tmp_path: Path, opened: list[InTurn]) -> None:
    command = "claims", "much-simpler", "--world", WIDE, "--max-bits", 10, *ON_CLUSTER, "--store", tmp_path
    opened[:] = [first := InTurn(), second := InTurn()]
    assert output(*command) == output(*command)
    assert (len(files(tmp_path)), second.done) == (first.done, 0)


@pytest.mark.engine
def test_the_claims_and_languages_of_a_paper_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "SETS", ("codes",))
    preset = replace(SMALL, claims=("three-counts",), languages=1, language_bits=12)
    executor, again = InTurn(), InTurn()
    shards = Shards.open(str(tmp_path / "kept"))

    def verdicts(**where: Any) -> Mapping[str, Any]:
        return paper._judge_claims(Study(preset, tmp_path, 1, **where), "a command")

    found = verdicts(there=executor, shards=shards)
    assert executor.done == len(files(tmp_path / "kept")) == 3
    assert verdicts(there=again, shards=shards) == found == verdicts() and again.done == 0


def test_a_paper_has_its_shards_beside_its_folder(
    tmp_path: Path, opened: list[InTurn], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(paper, "make_paper", lambda *_, shards, there, **__: given.append((shards, there)))
    opened[:] = executors = [InTurn(), InTurn()]
    command, store = ("paper", "--out", tmp_path / "results", *ON_CLUSTER), tmp_path / "store"
    first, second = executors
    output(*command)
    output(*command, "--store", store)
    assert given == [(Shards(f"{tmp_path}/results.shards"), first), (Shards(str(store)), second)]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize("command", [("claims",), ("paper",), LANGUAGES, HELDOUT])
def test_a_store_without_a_cluster_is_refused(tmp_path: Path, command: tuple[Any, ...]) -> None:
    assert "--store has no effect without --cluster" in refusal(*command, "--store", tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []
