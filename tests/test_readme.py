"""The README's console blocks are what its commands print, and what it says was found is what the results say.

`python -m tests.test_readme` writes both anew, and our numbers in docs/related.md.
"""

import contextlib
import json
import re
import shlex
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest

from priorsim.text.claims import editions_markdown, found_markdown
from tests import test_related
from tests.test_cli import output

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
RESULTS = ROOT / "results"
FOUND = re.compile(r"(?<=## What it found\n\n).*?(?=\n## )", re.DOTALL)
WORLD = re.compile(r"`(?P<name>\w+\.csv)`:\n\n(?P<lines>(?:    [^\n]*\n)+)")
"""A file that the reader is asked to save."""
EDITIONS = re.compile(r"(?<=<!-- editions -->\n).*?(?=<!-- end of editions -->)", re.DOTALL)
CLAIMS = ROOT / "docs" / "claims.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n.*?```", re.DOTALL)


def rendered(text: str) -> str:
    """The text with every console block's output made by its command."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "programs").symlink_to(ROOT / "programs")
        for world in WORLD.finditer(text):
            (Path(folder) / world["name"]).write_text(textwrap.dedent(world["lines"]))

        def run(block: re.Match[str]) -> str:
            name, *args = shlex.split(block["command"])
            assert name == "priorsim"
            with contextlib.chdir(folder):
                return f"```console\n$ {block['command']}\n{output(*args)}```"

        return BLOCK.sub(run, text)


def verdicts() -> dict[str, Any]:
    """The verdicts in the folder."""
    loaded: dict[str, Any] = json.loads((RESULTS / "claims.json").read_text())
    return loaded


def found() -> str:
    """What the results in the folder come to."""
    captions = {path.stem: path.read_text().strip() for path in (RESULTS / "figures").glob("*.txt")}
    curves = json.loads((RESULTS / "growth.json").read_text())["curves"]
    path = RESULTS / "influence.json"
    influences = json.loads(path.read_text())["censuses"] if path.exists() else ()
    return found_markdown(verdicts(), curves, captions, influences=influences, folder="results/")


@pytest.mark.engine
def test_the_readme_shows_what_its_commands_print():
    text = README.read_text()
    assert len(BLOCK.findall(text)) >= 4
    assert rendered(text) == text


def test_what_it_found_is_what_the_results_say():
    [told] = FOUND.findall(README.read_text())
    assert told == found()
    [editions] = EDITIONS.findall(CLAIMS.read_text())
    assert editions == editions_markdown(verdicts())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml"])
def test_every_make_target_that_a_page_names_is_there(page):
    text = (ROOT / page).read_text()
    named = set(re.findall(r"(?:`|run: )make ([a-z-]+)|target: \[?([a-z-]+)", text))
    names = {name for pair in named for name in pair if name}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert names and names <= targets


if __name__ == "__main__":
    text = rendered(README.read_text())
    README.write_text(FOUND.sub(lambda _: found(), text, count=1))
    test_related.PAGE.write_text(test_related.rewritten(test_related.PAGE.read_text(), test_related.ours()))
    CLAIMS.write_text(EDITIONS.sub(lambda _: editions_markdown(verdicts()), CLAIMS.read_text(), count=1))
