"""What `make mutants` goes by is about the code as it is: every guard's tests are there, every argument's line is."""

import tomllib
from pathlib import Path

import pytest

import priorsim
from tests.mutation.guards import GUARDS, guard

ROOT = Path(__file__).parent.parent
PACKAGE = Path(priorsim.__file__).parent
SOURCES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("[!_]*.py"))
ARGUED = tomllib.loads((ROOT / "tests" / "mutation" / "equivalent.toml").read_text())["mutant"]


def test_the_tests_that_guard_a_source_file_are_there():
    named = {word for source in SOURCES for word in (guard(source) or "").split() if word.startswith("tests/")}
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_pattern_of_guards_fits_a_source_file():
    assert [pattern for pattern in GUARDS if not any(Path(source).match(pattern) for source in SOURCES)] == []


@pytest.mark.parametrize("mutant", ARGUED, ids=lambda mutant: mutant["source"])
def test_what_a_mutant_is_argued_to_change_stands_in_its_source(mutant):
    lines = (PACKAGE / mutant["source"]).read_text().splitlines()
    assert set(mutant["was"].split(" / ")) <= {line.strip() for line in lines} or mutant["was"] in map(str.strip, lines)
