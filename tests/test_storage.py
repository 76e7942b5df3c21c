"""Files are written whole or not at all, by one run at a time, and nothing but a file is ever replaced."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from priorsim.errors import StorageError
from priorsim.storage import check_folder, hold, hold_folder, write_text

HOLDER = """
import sys, time
from priorsim.storage import hold
with hold(sys.argv[1]) as place, place.writing() as file:
    file.write(b"half")
    file.flush()
    print("held", flush=True)
    time.sleep(60)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def holder_of(path):
    """Another process that holds a place, halfway through its writing."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_what_a_symbolic_link_points_to_is_written(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    for text in ("made", "made again"):
        write_text(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert names(tmp_path) == ["link.csv", "target.csv"]


@pytest.mark.parametrize(("make", "said"), [(os.mkfifo, "not a regular file"), (os.mkdir, "is a folder")])
def test_what_is_no_file_is_refused_and_left(make, said, tmp_path):
    place, link = tmp_path / "place", tmp_path / "link"
    make(place)
    link.symlink_to(place)
    before = place.stat()
    for path in (place, link):
        with pytest.raises(StorageError, match=f"{path.name}: is .*{said.removeprefix('is ')}"):
            write_text(path, "text")
    assert place.stat().st_ino == before.st_ino
    assert link.is_symlink()


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / ("long" * 100), tmp_path / "file" / "below", tmp_path / "none" / "below"):
        with pytest.raises(StorageError, match=r"cannot be written \(.+\): choose another place"):
            write_text(path, "text")


def test_a_name_as_long_as_a_file_can_have_is_written(tmp_path):
    path = tmp_path / ("n" * 255)
    write_text(path, "text")
    assert names(tmp_path) == [path.name]


def test_a_name_that_is_no_utf_8_is_refused_before_the_work(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")
    with pytest.raises(StorageError, match="is not UTF-8: choose another"), hold(path):
        raise AssertionError("the place was held")
    assert names(tmp_path) == []


def test_a_second_run_to_the_same_place_is_refused_at_once_and_others_are_not(tmp_path):
    path, link = tmp_path / "out.csv", tmp_path / "link.csv"
    link.symlink_to(path)
    with hold(path) as place:
        for other in (path, link):
            with pytest.raises(StorageError, match=f"{other.name}: another run is at work on it"), hold(other):
                pass
        write_text(tmp_path / "elsewhere.csv", "free")
        place.write_text("first")
    write_text(path, "second")
    assert path.read_text() == "second"
    assert names(tmp_path) == ["elsewhere.csv", "link.csv", "out.csv"]


def test_a_killed_run_holds_nothing_and_the_next_one_clears_what_it_left(tmp_path):
    path = tmp_path / "out.csv"
    write_text(path, "before")
    process = holder_of(path)
    with pytest.raises(StorageError, match="another run is at work"):
        write_text(path, "too early")
    process.kill()
    process.communicate()
    assert path.read_text() == "before"
    assert len(names(tmp_path)) == 2
    write_text(path, "after")
    assert path.read_text() == "after"
    assert names(tmp_path) == ["out.csv"]


def test_a_run_that_waits_has_the_place_when_the_other_one_ends(tmp_path):
    path, written = tmp_path / "out.csv", []

    def wait_and_write():
        with hold(path, wait=True) as place:
            written.append(path.read_text())
            place.write_text("second")

    with hold(path) as place:
        waiting = threading.Thread(target=wait_and_write)
        waiting.start()
        place.write_text("first")
    waiting.join(30)
    assert written == ["first"]
    assert path.read_text() == "second"
    assert names(tmp_path) == ["out.csv"]


def test_a_folder_is_held_by_one_run_and_nothing_is_written_for_it(tmp_path):
    with hold_folder(tmp_path):
        with pytest.raises(StorageError, match="another run is at work on it"), hold_folder(tmp_path):
            pass
        assert names(tmp_path) == []
    with hold_folder(tmp_path):
        pass


def test_the_mode_of_what_is_replaced_is_kept(tmp_path):
    path = tmp_path / "out.csv"
    write_text(path, "first")
    fresh = tmp_path / "fresh"
    fresh.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(fresh.stat().st_mode)
    for mode in (0o600, 0o640, 0o755):
        path.chmod(mode)
        with hold(path) as place:
            assert stat.S_IMODE(place.temporary.stat().st_mode) == mode
            place.write_text("again")
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_write_protected_file_is_refused_and_left(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("kept")
    path.chmod(0o444)
    with pytest.raises(StorageError, match="is write-protected"):
        write_text(path, "text")
    assert path.read_text() == "kept"
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=lambda link: link.__name__)
def test_a_link_in_place_of_the_temporary_file_is_not_followed(link, tmp_path):
    path, other = tmp_path / "out.csv", tmp_path / "other"
    other.write_text("kept")
    with hold(path) as place:
        temporary = place.temporary
    link(other, temporary)
    with pytest.raises(StorageError, match="is in the way of a temporary file"):
        write_text(path, "text")
    assert other.read_text() == "kept"
    assert names(tmp_path) == sorted([temporary.name, "other"])


def test_a_file_that_is_not_the_commands_own_is_left_even_where_it_comes_during_the_work(tmp_path):
    def is_own(path):
        return path.read_text().startswith("own")

    path = tmp_path / "out.csv"
    path.touch()
    for text in ("own 1", "own 2"):
        with hold(path, is_own) as place:
            place.write_text(text)
    with pytest.raises(StorageError, match="--force"), hold(path, is_own) as place:
        path.write_text("foreign")
        place.write_text("own 3")
    with pytest.raises(StorageError, match="--force"), hold(path, is_own):
        raise AssertionError("the place was held")
    assert path.read_text() == "foreign"
    with hold(path) as place:
        place.write_text("forced")
    assert path.read_text() == "forced"
    assert names(tmp_path) == ["out.csv"]


def test_a_full_disk_leaves_the_file_that_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "out.csv"
    write_text(path, "before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"out.csv: cannot be written \(File too large\)"):
            write_text(path, "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["out.csv"]


def test_what_fails_elsewhere_while_a_file_is_written_is_not_said_of_the_file(tmp_path):
    """A full store of shards was taken for a full place of the atlas."""
    with pytest.raises(IsADirectoryError) as failed, hold(tmp_path / "out") as place, place.writing() as file:
        file.write(b"begun")
        tmp_path.open("rb")
    assert failed.value.filename == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_several_runs_may_check_a_folder_at_the_same_time(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(check_folder, [tmp_path] * 400)) == [None] * 400
    assert names(tmp_path) == []


def test_a_folder_that_takes_no_file_is_refused(tmp_path):
    with pytest.raises(StorageError, match=r"none: cannot be written \(No such file or directory\): choose another"):
        check_folder(tmp_path / "none")
