"""A census that is interrupted or killed: what it says, what it leaves, and what becomes of its workers."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.test_cli import COMMAND, SMALL, output


def started(out, engine, bits):
    """A census that has begun, in a process group of its own."""
    args = ["census", "--dialect", "arith", "--word-bits", "4", "--max-bits", str(bits), "--engine", engine]
    process = subprocess.Popen(
        [*COMMAND, *args, "--yes", "--out", str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        start_new_session=True,
    )
    last = time.monotonic() + 120
    while process.poll() is None and not is_at_work(process.pid, Path(f"{out}.run"), engine):
        assert time.monotonic() < last
        time.sleep(0.03)
    return process


def is_at_work(group, run, engine):
    """Whether some levels are kept, or both workers leave interrupts to their parent, as they do from their start."""
    if engine == "quotient":
        return (run / "level-024.piece").exists()
    workers = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(process.name)) == group and b"spawn_main" in (process / "cmdline").read_bytes():
                left = re.search(r"^SigBlk:\s*(\w+)", (process / "status").read_text(), re.MULTILINE)
                workers += int(left[1], 16) >> signal.SIGINT - 1 & 1
    return workers == 2


@pytest.mark.engine
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=lambda end: end.name)
@pytest.mark.parametrize(("engine", "bits"), [("exhaustive", 34), ("quotient", 44)])
def test_an_interrupted_census_leaves_no_file_and_says_what_was_done(engine, bits, end, tmp_path):
    process = started(tmp_path / "long.parquet", engine, bits)
    if end == signal.SIGINT:
        os.killpg(process.pid, end)  # as a terminal does
    else:
        process.send_signal(end)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    # Where no kernel is kept yet, a line before this one says that they are compiled.
    assert re.search(
        r"^interrupted: (\d+ of \d+ programs were counted|nothing was counted yet), ", errors, re.MULTILINE
    )
    run = tmp_path / "long.parquet.run"
    kept = {
        "quotient": f"finished parts are kept in {run}, the same command goes on from there\n",
        "exhaustive": "nothing was left half written\n",
    }
    assert errors.endswith(kept[engine])
    assert [path.name for path in tmp_path.iterdir()] == ([run.name] if engine == "quotient" else [])


@pytest.mark.engine
def test_no_worker_outlives_a_killed_census_and_the_next_one_clears_what_it_left(tmp_path):
    process = started(tmp_path / "long.parquet", "exhaustive", 34)
    process.kill()
    process.wait()
    # The workers hold the other end of these pipes.
    process.communicate(timeout=10)
    (left,) = tmp_path.iterdir()
    assert left.stat().st_size == 0
    output("census", *SMALL[:-1], 12, "--out", tmp_path / "long.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["long.parquet"]


@pytest.mark.engine
def test_a_command_that_is_killed_goes_on_from_the_shards_of_its_cluster_to_the_same_atlas(tmp_path):
    """Its workers end with it; no shard that is there is made again."""
    store, one, other = tmp_path / "store", tmp_path / "one.parquet", tmp_path / "two.parquet"
    census = ["census", *SMALL[:-1], "36", "--out"]
    command = [*census, str(other), "--cluster", "local:2", "--store", str(store)]
    process = subprocess.Popen([*COMMAND, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def shards():
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in store.glob("*.shard")}

    last = time.monotonic() + 120
    while len(list(store.glob("*.shard"))) < 2:
        assert process.poll() is None and time.monotonic() < last
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=30)
    kept = shards()
    assert process.returncode == -signal.SIGKILL and not other.exists()
    output(*command)
    output(*census, one)
    assert other.read_bytes() == one.read_bytes()
    # Blocks of a wave are removed once they are added up.
    still = [name for name in kept if (store / name).exists()]
    assert still and [kept[name] for name in still] == [shards()[name] for name in still]
