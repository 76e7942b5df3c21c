"""Every result says which code made it, and the version stands in one place."""

import csv
import io
import json
import re
import shutil
from importlib.metadata import metadata
from pathlib import Path

import pytest

import priorsim
from priorsim import provenance as room
from priorsim.provenance import counting_digest, digest_of_files, provenance, software, stamped

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the counting packages, which the digest is taken of."""
    for package in room.COUNTING_PACKAGES:
        shutil.copytree(Path(priorsim.__file__).parent / package, tmp_path / package)
    monkeypatch.setattr(room, "files", lambda name: tmp_path)
    return tmp_path


def test_the_digest_is_of_the_content_of_every_file_and_of_nothing_else(copy):
    before = digest_of_files()
    assert before == counting_digest()
    changed = set()
    for path in sorted(copy.rglob("*.py")):
        text = path.read_bytes()
        path.write_bytes(text + b"#")
        changed.add(digest_of_files())
        path.write_bytes(text)
    assert len(changed | {before}) == 1 + len(list(copy.rglob("*.py")))
    (copy / "mu" / "notes.txt").touch()
    assert digest_of_files() == before
    (copy / "mu" / "syntax.py").rename(copy / "mu" / "grammar.py")
    assert digest_of_files() != before


def test_another_numba_is_another_digest(copy, monkeypatch):
    before = digest_of_files()
    monkeypatch.setattr(room, "version", lambda name: "0.0")
    assert digest_of_files() != before


def test_the_digest_in_a_process_is_that_of_the_code_in_memory(copy):
    before = counting_digest()
    (copy / "mu" / "new.py").touch()
    assert (counting_digest(), digest_of_files() == before) == (before, False)


def test_the_version_stands_in_one_place_and_whoever_cites_it_agrees():
    (cited,) = re.findall(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)
    newest = re.search(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest and cited == newest[1] == priorsim.__version__
    assert "version" in metadata("priorsim")


def test_a_stamped_table_is_read_when_the_line_before_it_is_skipped():
    lines = stamped("bits,mass\n2,0.5\n").splitlines(keepends=True)
    assert lines[0] == f"# priorsim {priorsim.__version__}, code {counting_digest()}\n"
    rows = csv.DictReader(io.StringIO("".join(line for line in lines if not line.startswith("#"))))
    assert list(rows) == [{"bits": "2", "mass": "0.5"}]


def test_a_record_tells_the_machine_apart_from_the_rest_and_has_no_date():
    record = provenance("priorsim paper", {"preset": "quick"})
    assert (
        record["software"]
        == software()
        == {"name": "priorsim", "version": priorsim.__version__, "code": counting_digest()}
    )
    assert record["parameters"] == {"command": "priorsim paper", "preset": "quick"}
    libraries = record["environment"]["libraries"]
    assert {"numba", "numpy", "pyarrow"} <= set(libraries) and all(each["version"] for each in libraries.values())
    assert record["environment"]["numba_target"]
    assert not re.search(r"20[2-9][0-9]-", json.dumps(record))
