"""The console blocks of docs/own-world.md are what they print; `python -m tests.test_own_world` writes them anew."""

import pytest

from tests.test_readme import BLOCK, ROOT, rendered

PAGE = ROOT / "docs" / "own-world.md"


@pytest.mark.engine
def test_the_page_shows_what_its_commands_print():
    text = PAGE.read_text()
    assert len(BLOCK.findall(text)) >= 6
    assert rendered(text) == text


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
