"""The README's console blocks are what its commands print. `python -m tests.test_readme` writes them anew."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

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
            code = "from priorsim.cli import main; main()"
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(
                [sys.executable, "-c", code, *args],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            return f"```console\n$ {block['command']}\n{done.stdout}```"

        return BLOCK.sub(run, text)


@pytest.mark.engine
def test_the_readme_shows_what_its_commands_print():
    text = README.read_text()
    assert len(BLOCK.findall(text)) >= 4
    assert rendered(text) == text


if __name__ == "__main__":
    README.write_text(rendered(README.read_text()))
