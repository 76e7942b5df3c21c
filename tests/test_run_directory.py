"""Run directories: what was kept is found again whole, and nothing of anything else is."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from priorsim import run_directory
from priorsim.errors import StorageError
from priorsim.run_directory import MANIFEST, RunDirectory

TASK = {"task": "squares", "up to": 9}
SQUARES = np.arange(30, dtype=np.uint64).reshape(10, 3) ** 2


@pytest.fixture
def path(tmp_path):
    """A directory with two pieces."""
    with RunDirectory(tmp_path / "run", TASK) as run:
        run.save_array("squares", SQUARES)
        run.save("text", b"sixteen")
    return tmp_path / "run"


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_what_was_kept_is_found_again(path):
    with RunDirectory(path, TASK) as run:
        again = run.load_array("squares")
        assert again.dtype == np.uint64
        assert np.array_equal(again, SQUARES)
        assert run.load("text") == b"sixteen"
        assert run.load("more") is None
        run.save("text", b"twenty-five")
        assert run.load("text") == b"twenty-five"


def test_a_piece_with_any_bit_flipped_or_cut_anywhere_is_not_taken_up(path):
    place = path / "text.piece"
    whole = place.read_bytes()
    with RunDirectory(path, TASK) as run:
        for altered in (*(flipped(whole, bit) for bit in range(8 * len(whole))), *(whole[:n] for n in range(39))):
            place.write_bytes(altered)
            assert run.load("text") is None


def test_a_piece_under_another_name_is_not_taken_up(path):
    (path / "text.piece").rename(path / "number.piece")
    with RunDirectory(path, TASK) as run:
        assert run.load("number") is None


def test_a_manifest_with_any_bit_flipped_is_refused(path):
    whole = (path / MANIFEST).read_bytes()
    for bit in range(8 * len(whole)):
        (path / MANIFEST).write_bytes(flipped(whole, bit))
        with pytest.raises(StorageError, match="remove"):
            RunDirectory(path, TASK)


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[1]", "7", "[" * 100_000, b"\xff\xfe", '{"code": null, "code_version": [], "task": {}}']
)
def test_what_is_no_manifest_is_refused_in_a_line(path, text):
    (path / MANIFEST).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StorageError, match=r"not a manifest|another task") as refused:
        RunDirectory(path, TASK)
    assert len(str(refused.value)) < 400


def test_a_directory_of_another_task_is_refused(path):
    with pytest.raises(StorageError, match="holds a run of another task"):
        RunDirectory(path, {**TASK, "up to": 8})


def test_a_directory_of_other_code_is_refused_and_the_message_says_which(path, monkeypatch):
    monkeypatch.setattr(run_directory, "counting_digest", lambda: "f" * 64)
    made_by = json.loads((path / MANIFEST).read_text())["code"][:12]
    with pytest.raises(StorageError, match=f"a run of other code .*{made_by}.*{'f' * 12}"):
        RunDirectory(path, TASK)


@pytest.mark.parametrize("is_of_other_code", [False, True])
def test_a_directory_that_may_be_renewed_keeps_nothing_of_another_task_or_of_other_code(
    path, monkeypatch, is_of_other_code
):
    (path / "notes.txt").write_text("mine")
    task = TASK if is_of_other_code else {**TASK, "up to": 8}
    with RunDirectory(path, TASK, renew=True) as run, pytest.raises(StorageError, match="another run is at work"):
        RunDirectory(path, task, renew=True)
    assert run.path.joinpath("text.piece").exists()
    if is_of_other_code:
        monkeypatch.setattr(run_directory, "counting_digest", lambda: "f" * 64)
    with RunDirectory(path, task, renew=True) as run:
        assert run.load("text") is None
        assert sorted(entry.name for entry in path.iterdir()) == [MANIFEST, "notes.txt"]
    RunDirectory(path, task).close()


def test_a_directory_whose_renewal_was_killed_is_renewed_by_the_next(path, monkeypatch):
    removed = []

    def killed_after_one(name, *, dir_fd):
        if removed:
            raise KeyboardInterrupt
        os.remove(name, dir_fd=dir_fd)
        removed.append(name)

    other = {**TASK, "up to": 8}
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", killed_after_one)
        with pytest.raises(KeyboardInterrupt):
            RunDirectory(path, other, renew=True)
    assert removed and MANIFEST not in removed
    RunDirectory(path, other, renew=True).close()
    assert [entry.name for entry in path.iterdir()] == [MANIFEST]


@pytest.mark.parametrize("name", ["text.piece", MANIFEST])
def test_a_link_in_a_directory_is_refused_and_what_it_leads_to_is_left(path, tmp_path, name):
    (tmp_path / "mine").write_bytes((path / name).read_bytes())
    (path / name).unlink()
    (path / name).symlink_to(tmp_path / "mine")
    before = (tmp_path / "mine").read_bytes()
    with pytest.raises(StorageError, match="no file but a link"):
        RunDirectory(path, TASK)
    assert (tmp_path / "mine").read_bytes() == before


def test_a_link_laid_during_the_run_is_not_followed(path, tmp_path):
    (tmp_path / "mine").write_bytes(b"mine")
    with RunDirectory(path, TASK) as run:
        (path / "text.piece").rename(tmp_path / "kept")
        (path / "text.piece").symlink_to(tmp_path / "kept")
        assert run.load("text") is None
        run.save("text", b"anew")
        (path / "more.piece").symlink_to(tmp_path / "mine")
        run.save("more", b"anew")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert (tmp_path / "kept").read_bytes().endswith(b"sixteen")
    assert not (path / "text.piece").is_symlink()


def test_a_directory_that_is_a_link_is_refused(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(StorageError, match="a link, which no run follows"):
        RunDirectory(tmp_path / "link", TASK)


def test_a_pipe_in_the_place_of_a_piece_is_refused_at_once(path):
    (path / "text.piece").unlink()
    os.mkfifo(path / "text.piece")
    with pytest.raises(StorageError, match="no file"):
        RunDirectory(path, TASK)


HELD = """
import sys, time
from pathlib import Path
from priorsim.run_directory import RunDirectory
with RunDirectory(Path(sys.argv[1]), {"task": "squares", "up to": 9}):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_run_at_a_time_holds_a_directory_and_a_killed_one_holds_none(path):
    holder = subprocess.Popen([sys.executable, "-c", HELD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match="another run is at work"):
            RunDirectory(path, TASK)
    finally:
        holder.kill()
        holder.communicate()
    with RunDirectory(path, TASK) as run:
        assert run.load("text") == b"sixteen"


def test_what_a_killed_run_left_half_written_goes_with_the_next(path, tmp_path):
    (path / ".text.piece.01abcdef").write_bytes(b"six")
    (path / ".manifest.json.01abcdef").write_bytes(b"{")
    RunDirectory(path, TASK).close()
    assert sorted(entry.name for entry in path.iterdir()) == [MANIFEST, "squares.piece", "text.piece"]
    new = tmp_path / "new"
    new.mkdir()
    (new / ".manifest.json.01abcdef").write_bytes(b"{")
    RunDirectory(new, TASK).close()
    assert [entry.name for entry in new.iterdir()] == [MANIFEST]


def test_a_directory_that_no_run_made_is_refused_and_left(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match="no run made"):
        RunDirectory(tmp_path, TASK)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be kept"):
        RunDirectory(tmp_path / "file", TASK)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "notes.txt"]


def test_only_what_the_run_wrote_is_removed(path):
    (path / "notes.txt").write_text("mine")
    RunDirectory(path, TASK).remove()
    assert [entry.name for entry in path.iterdir()] == ["notes.txt"]
    (path / "notes.txt").unlink()
    RunDirectory(path, TASK).remove()
    assert not path.exists()


def test_a_failed_write_keeps_what_was_there_and_leaves_nothing(path, monkeypatch):
    monkeypatch.setattr(np, "save", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    with RunDirectory(path, TASK) as run:
        with pytest.raises(StorageError, match="No space left"):
            run.save_array("squares", SQUARES + np.uint64(1))
        assert np.array_equal(run.load_array("squares"), SQUARES)
    assert sorted(entry.name for entry in path.iterdir()) == [MANIFEST, "squares.piece", "text.piece"]


def test_a_run_that_kept_nothing_leaves_no_directory(tmp_path):
    """An option that is refused later than the directory is made, as that of a cluster, left one."""
    with pytest.raises(StorageError), RunDirectory(tmp_path / "run", TASK):
        raise StorageError("refused")
    assert list(tmp_path.iterdir()) == []
