"""A census that is started again takes the finished levels from its run directory, and makes none of them twice."""

import pytest

from priorsim.census.engine.quotient import count_quotient, open_run
from priorsim.mu.domain import Domain
from tests.census import oracle

pytestmark = pytest.mark.engine

HEADER = oracle.make_header("loops", Domain.default(3), 2, 20)


def counted(path):
    """The rows of the census, its levels kept in a run directory."""
    with open_run(HEADER, path) as run:
        return count_quotient(HEADER, run_directory=run)


def written(path):
    """When and where each level in the directory was written: a level made again is another file."""
    return {shard.name: (shard.stat().st_ino, shard.stat().st_mtime_ns) for shard in sorted(path.glob("level-*"))}


@pytest.fixture
def finished(tmp_path):
    """A run directory in which every level is finished, and the rows of the census."""
    return tmp_path, oracle.as_dict(counted(tmp_path))


@pytest.mark.parametrize("lost", [0, 1, 9])
def test_a_continued_run_makes_no_finished_level_again(finished, lost):
    path, rows = finished
    before = written(path)
    names = list(before)
    assert len(names) > 9
    for name in names[len(names) - lost :]:
        (path / name).unlink()
    assert oracle.as_dict(counted(path)) == rows
    after = written(path)
    assert list(after) == names
    assert [name for name in names if after[name] != before[name]] == names[len(names) - lost :]


def test_what_was_finished_before_a_damaged_level_is_not_made_again(finished):
    path, rows = finished
    before = written(path)
    names = list(before)
    damaged = path / names[8]
    damaged.write_bytes(damaged.read_bytes()[:-8] + b"damaged!")
    assert oracle.as_dict(counted(path)) == rows
    after = written(path)
    assert [after[name] for name in names[:8]] == [before[name] for name in names[:8]]
    assert after[names[8]] != before[names[8]]
