"""Files are written whole or not at all, and nothing but a file is ever replaced."""

import os

import pytest

from priorsim.errors import StorageError
from priorsim.storage import check_writable, write_text


def test_what_a_symbolic_link_points_to_is_written(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    for text in ("made", "made again"):
        check_writable(link)
        write_text(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "target.csv"]


@pytest.mark.parametrize(("make", "said"), [(os.mkfifo, "no regular file"), (os.mkdir, "is a folder")])
def test_what_is_no_file_is_refused_and_left(make, said, tmp_path):
    place, link = tmp_path / "place", tmp_path / "link"
    make(place)
    link.symlink_to(place)
    before = place.stat()
    for path in (place, link):
        for write in (check_writable, lambda path: write_text(path, "text")):
            with pytest.raises(StorageError, match=f"{path.name}: is .*{said.removeprefix('is ')}"):
                write(path)
    assert place.stat().st_ino == before.st_ino
    assert link.is_symlink()


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / ("long" * 100), tmp_path / "file" / "below", tmp_path / "none" / "below"):
        for write in (check_writable, lambda path: write_text(path, "text")):
            with pytest.raises(StorageError, match=r"cannot be written \(.+\): choose another place"):
                write(path)
