"""A census in tasks of an executor has the rows of one process, whatever is lost, killed or altered in the middle."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from priorsim import processes
from priorsim import shards as of_shards
from priorsim.census import effort, spread
from priorsim.census.atlas import Rows, joined
from priorsim.census.engine import spread_tasks
from priorsim.census.engine.quotient import count_quotient
from priorsim.census.engine.spread_tasks import targets_in
from priorsim.census.engine.waves import Plan
from priorsim.census.progress import Progress
from priorsim.census.spread import count_spread
from priorsim.census.take import make_header, take_census
from priorsim.errors import CensusError, StorageError
from priorsim.executors import open_executor
from priorsim.mu.domain import Domain
from priorsim.mu.interpreter import Accounting
from priorsim.processes import open_pool
from priorsim.shards import MARK, AlteredError, Shards, identity_of, mending
from priorsim.storage import atomic_file
from tests.census.test_quotient import same
from tests.clusters import free_port, running
from tests.small_waves import SMALL
from tests.test_cli import output
from tests.test_options import refusal

AFTER_FIRST_BLOCK, AFTER_FIRST_MERGE = 1 + 1, 1 + 2 * 4 + 1
"""How often progress is told until then."""
HEADER = make_header("arith", 16, domain=Domain.default(2))
CENSUS = "census", "--dialect", "arith", "--word-bits", 2, "--max-bits", 16
PRELOAD = "--preload", "tests.small_waves"


def counted(*given: Any, **how: Any) -> Rows:
    """The rows of a spread census, together."""
    return joined(count_spread(*given, **how))


class InTurn(Executor):
    """An executor that does each task when it is given, in this process."""

    def __init__(self) -> None:
        self.done = 0

    def submit(self, function: Any, /, *given: Any, **more: Any) -> "Future[Any]":
        future = Future[Any]()
        self.done += 1
        try:
            future.set_result(function(*given, **more))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def long_waves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waves are dealt out although they are short."""
    for name, value in SMALL.items():
        monkeypatch.setattr(spread_tasks, name, value)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.shard")}


def flip(path: Path, at: float) -> None:
    """Alter one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(content)


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
@pytest.mark.parametrize(("dialect", "word_bits", "max_bits"), [("arith", 2, 16), ("loops", 3, 18), ("nested", 2, 14)])
def test_the_rows_are_those_of_one_process(tmp_path: Path, dialect: str, word_bits: int, max_bits: int) -> None:
    header = make_header(dialect, max_bits, domain=Domain.default(word_bits))
    told: list[int] = []
    progress = lambda reached: told.append(reached.programs)  # noqa: E731
    rows = counted(header, InTurn(), Shards.open(str(tmp_path)), progress=progress)
    assert same(rows, count_quotient(header, workers=1))
    assert told == sorted(told) and told[-1] == sum(header.to_json()["programs_by_length"])


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
def test_steps_that_are_paid_once_a_setting_are_counted_alike(tmp_path: Path) -> None:
    lanes = tuple((context, query) for context in range(4) for query in range(2))
    domain = Domain(2, lanes, ("context", "query"), ("context",))
    header = make_header("arith", 16, domain=domain, accounting=Accounting.AMORTISED)
    rows = counted(header, InTurn(), Shards.open(str(tmp_path)))
    assert same(rows, count_quotient(header, workers=1))


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
def test_what_is_there_is_not_made_again_and_what_is_made_twice_is_the_same(tmp_path: Path) -> None:
    shards, one, other = Shards.open(str(tmp_path)), InTurn(), InTurn()
    rows = counted(HEADER, one, shards)
    first = files(tmp_path)
    assert same(rows, counted(HEADER, other, shards)) and files(tmp_path) == first
    assert other.done < one.done
    again = Shards.open(str(tmp_path / "again"))
    counted(HEADER, InTurn(), again)
    assert files(tmp_path / "again") == first


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
@pytest.mark.parametrize("at", [0.01, 0.99])
def test_altered_and_missing_shards_are_found_told_of_and_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: float
) -> None:
    shards = Shards.open(str(tmp_path))
    rows, first = counted(HEADER, InTurn(), shards), files(tmp_path)
    # Those that hold nothing but rows of the atlas, all of which are read in the end.
    kept = {path: path.read_bytes() for path in tmp_path.glob("*.shard")}
    others = b'"level.1.', b'"level.2.', b'"closed.'
    holding = sorted(p for p, held in kept.items() if b'"level.0.' in held and not any(o in held for o in others))
    altered, missing = holding[0], holding[-1]
    flip(altered, at)
    missing.unlink()
    assert same(counted(HEADER, InTurn(), shards), rows) and files(tmp_path) == first
    assert f"{altered}: missing or altered, and made again" in capsys.readouterr().err


@pytest.mark.engine
def test_a_census_that_is_wrong_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "term_counts", lambda language, depth, length: [7] * (length + 1))
    with pytest.raises(CensusError, match="where the recurrence says 7: report a bug"):
        counted(HEADER, InTurn(), Shards.open(str(tmp_path)))


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_on_a_cluster_the_shards_are_those_of_one_process_whoever_is_killed(tmp_path: Path) -> None:
    """Of two workers, of four, with one killed in the middle of each phase, and with another scheduler half-way."""
    rows = counted(HEADER, InTurn(), Shards.open(str(tmp_path / "alone")))
    with running(2, *PRELOAD) as cluster, open_executor(cluster.address) as executor:

        def check(name: str, mishaps: Mapping[int, Callable[[], None]]) -> None:
            shards, told = Shards.open(str(tmp_path / name)), list[int]()

            def progress(reached: Progress) -> None:
                told.append(reached.programs)
                mishaps.get(len(told), lambda: None)()

            assert same(counted(HEADER, executor, shards, progress=progress), rows)
            assert files(tmp_path / name) == files(tmp_path / "alone")

        def start_two() -> None:
            cluster.start_worker()
            cluster.start_worker()

        def restart() -> None:
            cluster.scheduler.kill()
            cluster.scheduler.wait()
            cluster.start_scheduler()
            start_two()

        check("two", {})
        start_two()
        check("four", {})
        # The first waves are one task; then four blocks of a wave are combined, looked up, and merged in four groups.
        one, other = cluster.processes[1:3]
        check("workers killed", {AFTER_FIRST_BLOCK: one.kill, AFTER_FIRST_MERGE: other.kill})
        check("scheduler killed", {AFTER_FIRST_MERGE: restart})


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
def test_an_interrupted_census_goes_on_from_the_shards_that_are_there(tmp_path: Path) -> None:
    shards, one, other, told = Shards.open(str(tmp_path)), InTurn(), InTurn(), list[int]()

    def interrupt(reached: Progress) -> None:
        told.append(reached.programs)
        if len(told) == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counted(HEADER, one, shards, progress=interrupt)
    assert same(counted(HEADER, other, shards), count_quotient(HEADER, workers=1))
    whole = InTurn()
    counted(HEADER, whole, Shards.open(str(tmp_path / "whole")))
    assert files(tmp_path) == files(tmp_path / "whole") and other.done < whole.done


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on an object store of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().makedirs("shards", exist_ok=True)
    yield "s3://shards/census"
    server.stop()


@pytest.mark.engine
@pytest.mark.usefixtures("long_waves")
@pytest.mark.filterwarnings("ignore")
def test_shards_may_be_on_an_object_store(tmp_path: Path, bucket: str) -> None:
    shards = Shards.open(bucket)
    rows = counted(HEADER, InTurn(), shards)
    assert same(rows, counted(HEADER, InTurn(), Shards.open(str(tmp_path))))
    identity = next(iter(files(tmp_path))).removesuffix(".shard")
    assert shards.receipt(identity) == Shards(str(tmp_path)).receipt(identity)
    shards.remove_all()
    assert shards.receipt(identity) is None


@pytest.mark.filterwarnings("ignore")
def test_an_object_store_is_asked_for_little_more_than_what_is_read(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3File

    asked: list[int] = []
    fetch = S3File._fetch_range

    def fetching(file: Any, start: int, end: int) -> Any:
        asked.append(end - start)
        return fetch(file, start, end)

    monkeypatch.setattr(S3File, "_fetch_range", fetching)
    shards = Shards.open(bucket)
    shards.write("a" * 64, {name: bytes(1 << 20) for name in "abcdefgh"}, {})
    shards.receipt("a" * 64)
    assert 0 < sum(asked) < 1 << 18
    assert len(dict(shards.read("a" * 64, ["d"]))["d"]) == 1 << 20 and sum(asked) < 3 << 19


def test_only_shards_are_removed_from_a_folder(tmp_path: Path) -> None:
    shards = Shards.open(str(tmp_path))
    shards.write("a" * 64, {}, {})
    (tmp_path / f"{'b' * 64}.shard.0123abcd").touch()
    (tmp_path / "notes.shard.txt").touch()
    shards.remove_all()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.shard.txt"]


@pytest.mark.engine
@pytest.mark.parametrize("engine", ["quotient", "exhaustive"])
def test_the_atlas_of_a_local_cluster_is_that_of_one_process(tmp_path: Path, engine: str) -> None:
    """And its shards are gone, but for those in a folder of their own."""
    one, other, third = (tmp_path / f"{name}.parquet" for name in ("one", "two", "three"))
    output(*CENSUS, "--engine", engine, "--out", one)
    output(*CENSUS, "--engine", engine, "--out", other, "--cluster", "local:2")
    assert one.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.parquet", "two.parquet"]
    output(*CENSUS, "--engine", engine, "--out", third, "--cluster", "local:1", "--store", tmp_path / "kept")
    assert third.read_bytes() == one.read_bytes() and files(tmp_path / "kept")


@pytest.mark.engine
def test_a_census_that_does_not_fit_into_memory_in_one_piece_is_shared_by_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, shared = tmp_path / "whole.parquet", tmp_path / "shared.parquet"
    output(*CENSUS, "--out", whole)
    for name, value in {"ROW_BYTES": 1 << 20, "BASE_BYTES": 1 << 20, "TASK_BYTES": 1 << 20}.items():
        monkeypatch.setattr(effort, name, value)
    planned = output(*CENSUS, "--memory", "100MiB", "--dry-run")
    assert "2 processes that share the census and keep parts on disk take" in " ".join(planned.split())
    opened: list[int] = []

    def opening(workers: int) -> Any:
        opened.append(workers)
        return open_pool(workers)

    monkeypatch.setattr(processes, "open_pool", opening)
    output(*CENSUS, "--memory", "100MiB", "--out", shared)
    assert shared.read_bytes() == whole.read_bytes() and opened == [2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shared.parquet", "whole.parquet"]
    assert "more than the 2.0 MiB given" in refusal(*CENSUS, "--memory", "2MiB", "--out", tmp_path / "none.parquet")


@pytest.mark.engine
def test_an_altered_part_of_the_exhaustive_engine_is_counted_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, shards = make_header("arith", 10, domain=Domain.default(2)), Shards.open(str(tmp_path))
    rows = take_census(header, engine="exhaustive", workers=InTurn(), shards=shards).rows
    first, altered = files(tmp_path), sorted(tmp_path.glob("*.shard"))[0]
    flip(altered, 0.5)
    assert same(take_census(header, engine="exhaustive", workers=InTurn(), shards=shards).rows, rows)
    assert files(tmp_path) == first
    assert f"{altered}: missing or altered, and made again" in capsys.readouterr().err


def test_storage_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for store in (tmp_path / "file" / "below", "nowhere://shards", "/proc/shards"):
        told = refusal(*CENSUS, "--out", tmp_path / "a.parquet", "--cluster", "local:1", "--store", store)
        assert f"{store}: shards cannot be written there" in told


def test_a_shard_that_finds_no_room_is_told_of_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not by that of the atlas, which is open meanwhile."""

    def replace(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    shards = Shards.open(str(tmp_path / "kept"))
    monkeypatch.setattr("os.replace", replace)
    told = rf"^{tmp_path}/kept: shards cannot be written there \(.*No space left on device\)"
    with pytest.raises(StorageError, match=told), atomic_file(tmp_path / "atlas"):
        counted(HEADER, InTurn(), shards)
    assert files(tmp_path / "kept") == {} and len(list((tmp_path / "kept").iterdir())) == 1


def test_storage_that_fails_is_named_by_all_that_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries of object stores raise errors of their own; what is raised between two sections is left alone."""
    shards, name = Shards.open(str(tmp_path)), "a" * 64
    shards.write(name, {"one": b"1", "two": b"2"}, {})
    with pytest.raises(ZeroDivisionError):
        [1 / 0 for _ in shards.read(name, ["one", "two"])]

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the endpoint is gone")

    for method in ("open", "exists", "rm_file"):
        monkeypatch.setattr(LocalFileSystem, method, fail)
    with pytest.raises(StorageError, match="shards cannot be removed there"):
        shards.remove([name])
    for work in (shards.check_seen, lambda: shards.receipt(name), lambda: dict(shards.read(name, ["one"]))):
        with pytest.raises(StorageError, match=rf"^{tmp_path}: shards cannot be read there \(the endpoint is gone\): "):
            work()


def test_memory_that_runs_out_is_not_laid_to_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    shards = Shards.open(str(tmp_path))
    monkeypatch.setattr(LocalFileSystem, "open", fail)
    with pytest.raises(MemoryError):
        shards.receipt("a" * 64)


def test_a_store_that_would_do_nothing_and_a_pipe_without_one_are_refused(tmp_path: Path) -> None:
    assert "--store has no effect without --cluster" in refusal(*CENSUS, "--out", tmp_path / "a", "--store", tmp_path)
    assert "give --store with --out -" in refusal(*CENSUS, "--out", "-", "--cluster", "local:1")
    with ThreadPoolExecutor(1) as executor, pytest.raises(CensusError, match=r"kept as shards: say where"):
        take_census(HEADER, workers=executor)


def test_a_worker_that_sees_other_storage_says_so(tmp_path: Path) -> None:
    shards = Shards.open(str(tmp_path))
    shards.check_seen()
    (tmp_path / MARK).unlink()
    with pytest.raises(StorageError, match=r"the worker on .* does not see it: name a folder, or the URL"):
        shards.check_seen()


@pytest.mark.parametrize("at", [0, 0.1, 0.5, 1])
def test_an_altered_shard_is_never_read(tmp_path: Path, at: float) -> None:
    shards = Shards.open(str(tmp_path))
    told = shards.write("a" * 64, {"one": b"1" * 99, "two": b"2" * 99}, {"figure": 3})
    assert shards.receipt("a" * 64) == told
    assert dict(shards.read("a" * 64, ["two", "three"])) == {"two": bytearray(b"2" * 99)}
    flip(tmp_path / f"{'a' * 64}.shard", at)
    with pytest.raises(AlteredError, match=r"aaa\.shard: is missing, or is not what was written"):
        dict(shards.read("a" * 64, ["one", "two"]))
    with pytest.raises(AlteredError):
        dict(shards.read("b" * 64, ["one"]))
    assert shards.receipt("b" * 64) is None


def test_a_shard_altered_twice_ends_the_work(tmp_path: Path) -> None:
    shards, found = Shards.open(str(tmp_path)), ["a", "b", "a"]

    def work() -> None:
        raise AlteredError(shards.url, found.pop(0))

    with pytest.raises(AlteredError):
        mending(work, shards)
    assert found == []


@pytest.mark.parametrize("dialect", ["arith", "loops", "nested", "logic"])
def test_the_waves_are_every_level_and_need_only_what_waves_before_them_make(dialect: str) -> None:
    plan = Plan(make_header(dialect, 30, domain=Domain.default(2)))
    steps = [step for wave in plan.waves for step in wave]
    reach = enumerate(plan.reach.longest)
    assert sorted(steps) == [(depth, length) for depth, longest in reach for length in range(1, longest + 1)]
    made: set[tuple[int, int]] = set()
    for wave in plan.waves:
        for step in wave:
            needed = ((depth, length) for depth, most in plan.needs(step).items() for length in range(1, most + 1))
            assert made.issuperset(needed)
        made.update(wave)


def test_levels_that_bodies_give_to_are_in_an_order_that_no_hash_decides() -> None:
    """By it the rows of a shard are met, so that its bytes are the same under every Python."""
    plan = Plan(make_header("arith", 30, domain=Domain.default(2)))
    found = [plan.targets(wave) for wave in plan.waves]
    assert max(map(len, found)) > 9 and all(steps == sorted(set(steps)) for steps in found)
    names = [f"closed.{depth}.{length}.0.5" for depth, length in reversed(found[-1] + found[3])]
    assert targets_in([*names, "level.0.3.0.5"]) == sorted(set(found[-1] + found[3]))


def test_the_identity_of_a_task_is_that_of_the_code_and_of_all_that_it_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    one = identity_of(census="a", merge=[1, 2, 3])
    assert one == identity_of(merge=[1, 2, 3], census="a") != identity_of(census="a", merge=[1, 2, 4])
    monkeypatch.setattr(of_shards, "counting_digest", lambda: "f" * 64)
    assert one != identity_of(census="a", merge=[1, 2, 3])
