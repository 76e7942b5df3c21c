"""Five jobs of a user, each a section of a page: they run by themselves, in as many commands as docs/jobs.md says.

`python -m tests.test_jobs` measures the seconds that each takes and writes the table.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from time import perf_counter

import pytest

from tests.test_cli import output
from tests.test_readme import BLOCK, ROOT, WORLD

PAGE = ROOT / "docs" / "jobs.md"
JOBS = {
    "A maze of your own under three priors": "own-world.md#three-priors",
    "A table of five worlds for LaTeX": "own-world.md#a-table-of-five-worlds-for-latex",
    "A phase diagram of your own world over gamma and tax, as PDF": (
        "own-world.md#a-phase-diagram-over-the-price-of-time-and-the-search-tax"
    ),
    "Why is this program a search?": "explain.md#one-program",
    "An estimate before a long run": "cache.md#an-estimate-before-a-long-run",
}
"""What is to be done, and the section that does it."""
LEFT = {
    "A table of five worlds for LaTeX": "worlds.tex",
    "A phase diagram of your own world over gamma and tax, as PDF": "drawn/phase-maze.pdf",
}
"""The file that a job leaves, where it leaves one."""
TABLE = re.compile(r"(?<=<!-- jobs -->\n).*?(?=\n<!-- end of jobs -->)", re.DOTALL)
ROW = re.compile(r"^\| \[(?P<job>[^]]+)\]\((?P<section>[^)]+)\) \| (?P<commands>\d+) \| [\d.]+ \|$", re.MULTILINE)


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands(job: str) -> list[list[str]]:
    """The commands of a job, as its section shows them."""
    page, anchor = JOBS[job].split("#")
    sections = re.split(r"^## (.*)\n", (ROOT / "docs" / page).read_text(), flags=re.MULTILINE)
    [section] = [text for head, text in zip(sections[1::2], sections[2::2], strict=True) if slug(head) == anchor]
    return [shlex.split(block["command"])[1:] for block in BLOCK.finditer(section)]


def prepare(job: str, folder: Path) -> None:
    """A folder with what the reader has: the programs, and the worlds that the page asks to save."""
    (folder / "programs").symlink_to(ROOT / "programs")
    for world in WORLD.finditer((ROOT / "docs" / JOBS[job].partition("#")[0]).read_text()):
        (folder / world["name"]).write_text(textwrap.dedent(world["lines"]))


@pytest.mark.engine
@pytest.mark.parametrize("job", JOBS)
def test_a_job_runs_by_itself(job, tmp_path, monkeypatch):
    prepare(job, tmp_path)
    monkeypatch.chdir(tmp_path)
    for command in commands(job):
        assert output(*command)
    if job in LEFT:
        assert (tmp_path / LEFT[job]).stat().st_size


def test_the_table_has_every_job_with_its_number_of_commands():
    told = {row["job"]: (row["section"], int(row["commands"])) for row in ROW.finditer(PAGE.read_text())}
    assert told == {job: (section, len(commands(job))) for job, section in JOBS.items()}
    assert all(number >= 1 for _, number in told.values())


def seconds(job: str) -> float:
    """What the commands of a job take together, each in a process of its own, with an empty cache."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(job, folder)
        variables = os.environ | {"PRIORSIM_CACHE": str(folder / "cache")}
        start = perf_counter()
        for command in commands(job):
            called = [sys.executable, "-m", "priorsim", *command]
            subprocess.run(called, cwd=folder, env=variables, check=True, capture_output=True)
        return perf_counter() - start


def measured() -> str:
    """The table; the first job is done once before, so that what it compiles is there."""
    seconds(next(iter(JOBS)))
    rows = [f"| [{job}]({JOBS[job]}) | {len(commands(job))} | {seconds(job):.1f} |\n" for job in JOBS]
    return "".join(["| job | commands | seconds |\n|---|---|---|\n", *rows])


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: measured(), PAGE.read_text()))
