"""The README's and the tutorial's blocks are what they print, and what was found is what the results say.

`python -m tests.test_readme` writes all of it anew, docs/findings.md and our numbers in docs/related.md among it.
"""

import ast
import contextlib
import doctest
import io
import json
import os
import re
import shlex
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest

from priorsim.text.claims import abstract_markdown, editions_markdown, found_markdown
from tests import test_related
from tests.test_cli import output

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
FINDINGS = ROOT / "docs" / "findings.md"
RESULTS = ROOT / "results"
MOST_WORDS = 1200
"""Of the README, as `wc -w` counts them."""
FOUND = re.compile(r"(?<=<!-- found -->\n).*?(?=\n<!-- end of found -->)", re.DOTALL)
WORLD = re.compile(r"`(?P<name>\w+\.csv)`:\n\n(?P<lines>(?:    [^\n]*\n)+)")
"""A file that the reader is asked to save."""
IN_LANGUAGES = re.compile(r"(?<=<!-- found in languages -->\n).*?(?=<!-- end of found -->)", re.DOTALL)
LANGUAGES = ROOT / "docs" / "languages.md"
EDITIONS = re.compile(r"(?<=<!-- editions -->\n).*?(?=<!-- end of editions -->)", re.DOTALL)
CLAIMS = ROOT / "docs" / "claims.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n.*?```", re.DOTALL)
PYTHON = re.compile(r"(?<=```pycon\n).*?(?=```)", re.DOTALL)
CELL = re.compile(r"```\{code-cell\} ipython3\n(.*?)```", re.DOTALL)


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


def printed(text: str) -> str:
    """The text with what each Python block prints, the blocks run one after the other."""
    names: dict[str, Any] = {}

    def run(block: re.Match[str]) -> str:
        lines = []
        for example in doctest.DocTestParser().get_examples(block[0]):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(example.source, "page", "single"), names)
            first, *more = example.source.splitlines()
            lines += [f">>> {first}", *(f"... {line}" for line in more), out.getvalue().rstrip("\n")]
        return "".join(f"{line}\n" for line in lines if line)

    return PYTHON.sub(run, text)


def verdicts() -> dict[str, Any]:
    """The verdicts in the folder."""
    loaded: dict[str, Any] = json.loads((RESULTS / "claims.json").read_text())
    return loaded


def languages() -> dict[str, Any] | None:
    """The comparison of languages in the folder, if it has one."""
    path = RESULTS / "languages.json"
    loaded: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
    return loaded


def found(folder: str) -> str:
    """What the results come to, for a page from which they are in the folder."""
    captions = {path.stem: path.read_text().strip() for path in (RESULTS / "figures").glob("*.txt")}
    curves = json.loads((RESULTS / "growth.json").read_text())["curves"]
    path = RESULTS / "influence.json"
    influences = json.loads(path.read_text())["censuses"] if path.exists() else ()
    return found_markdown(verdicts(), curves, captions, influences=influences, languages=languages(), folder=folder)


def in_languages() -> str:
    """What was found in many languages: the first three sentences of the figure's caption."""
    sentences = (RESULTS / "figures" / "languages.txt").read_text().splitlines()[:3]
    return textwrap.fill(" ".join(sentences), 120, break_on_hyphens=False) + "\n"


def abstract() -> str:
    """The points with which that begins."""
    return abstract_markdown(json.loads((RESULTS / "growth.json").read_text())["curves"], languages())


@pytest.mark.engine
@pytest.mark.parametrize("page", [README, TUTORIAL], ids=lambda page: page.name)
def test_a_page_shows_what_its_commands_print(page):
    text = page.read_text()
    assert BLOCK.search(text)
    assert printed(rendered(text)) == text


@pytest.mark.engine
def test_the_cells_of_the_tutorial_run(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, Any] = {}
    cells = CELL.findall(TUTORIAL.read_text())
    assert len(cells) >= 8
    for cell in cells:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.parse(cell), "cell", "exec"), names)


def test_the_readme_is_short():
    assert len(README.read_text().split()) <= MOST_WORDS


def test_what_was_found_is_what_the_results_say():
    assert FOUND.findall(README.read_text()) == [abstract()]
    assert (RESULTS / "README.md").read_text() == found("")
    assert FOUND.findall(FINDINGS.read_text()) == [found("../results/")]
    assert IN_LANGUAGES.findall(LANGUAGES.read_text()) == [in_languages()]
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
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PRIORSIM_CACHE"] = cache
        for page in (README, TUTORIAL):
            page.write_text(printed(rendered(page.read_text())))
    README.write_text(FOUND.sub(lambda _: abstract(), README.read_text(), count=1))
    (RESULTS / "README.md").write_text(found(""))
    FINDINGS.write_text(FOUND.sub(lambda _: found("../results/"), FINDINGS.read_text(), count=1))
    LANGUAGES.write_text(IN_LANGUAGES.sub(lambda _: in_languages(), LANGUAGES.read_text(), count=1))
    test_related.PAGE.write_text(test_related.rewritten(test_related.PAGE.read_text(), test_related.ours()))
    CLAIMS.write_text(EDITIONS.sub(lambda _: editions_markdown(verdicts()), CLAIMS.read_text(), count=1))
