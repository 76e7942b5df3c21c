"""What docs/python.md shows is what Python prints: with pandas, with polars alone, and without either."""

import doctest
import sys
from pathlib import Path

import pytest

from priorsim.frame import LIBRARIES

pytestmark = pytest.mark.engine
PAGE = Path(__file__).parents[2] / "docs" / "python.md"
FLAGS = doctest.ELLIPSIS


@pytest.mark.parametrize("library", [*LIBRARIES, None])
def test_the_page_shows_what_is_printed(library: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if library is not None:
        pytest.importorskip(library)
    for other in LIBRARIES:
        if other != library:
            monkeypatch.setitem(sys.modules, other, None)
    test = doctest.DocTestParser().get_doctest(PAGE.read_text(encoding="utf-8"), {}, PAGE.name, str(PAGE), 0)
    if library is None:
        test.examples = [example for example in test.examples if "to_frame" not in example.source]
    told: list[str] = []
    found = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append)
    assert found.attempted > 20
    assert not found.failed, "".join(told)
