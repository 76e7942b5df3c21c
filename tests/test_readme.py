"""The README's console blocks are what its commands print. `python -m tests.test_readme` writes them anew."""

import contextlib
import re
import shlex
import tempfile
from pathlib import Path

import pytest

from tests.test_cli import output

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n.*?```", re.DOTALL)


def rendered(text: str) -> str:
    """The text with every console block's output made by its command."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "programs").symlink_to(ROOT / "programs")

        def run(block: re.Match[str]) -> str:
            name, *args = shlex.split(block["command"])
            assert name == "priorsim"
            with contextlib.chdir(folder):
                return f"```console\n$ {block['command']}\n{output(*args)}```"

        return BLOCK.sub(run, text)


@pytest.mark.engine
def test_the_readme_shows_what_its_commands_print():
    text = README.read_text()
    assert len(BLOCK.findall(text)) >= 4
    assert rendered(text) == text


if __name__ == "__main__":
    README.write_text(rendered(README.read_text()))
