"""The how-to pages show what their commands and their Python print, and every page of docs/ is in the site.

`python -m tests.test_pages` writes the blocks anew.
"""

import contextlib
import os
import re
import tempfile
from pathlib import Path

import pytest

from priorsim.cli import app
from tests.test_readme import BLOCK, PYTHON, ROOT, printed, rendered

DOCS = ROOT / "docs"
PAGES = ("own-prior", "own-class", "latex-figure", "big-bounds", "stack")
TOCTREE = re.compile(r"```\{toctree\}\n(?:.*?)\n\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]*))?\)")
CODE = re.compile(r"^(?:```.*?^```|    [^\n]*)$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
"""Code of a page: what looks like a link or a heading there is none."""


def renewed(page: str) -> str:
    """The page with all of its blocks anew."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("drawn").mkdir()
        return printed(rendered((DOCS / f"{page}.md").read_text()))


@pytest.mark.engine
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_it_asks(page):
    text = (DOCS / f"{page}.md").read_text()
    assert BLOCK.search(text) and renewed(page) == text


def in_a_toctree() -> list[str]:
    """The pages that the site lists."""
    return [name for names in TOCTREE.findall((DOCS / "index.md").read_text()) for name in names.split()]


def test_every_page_is_in_one_toctree_of_the_site():
    pages = {
        path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md") if "_build" not in path.parts
    }
    listed = in_a_toctree()
    assert sorted(listed) == sorted(pages - {"index"})


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as a code host makes them."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in DOCS.glob("*.md"))]
)
def test_every_link_of_a_page_leads_somewhere(page):
    path = ROOT / page
    for target, anchor in LINK.findall(CODE.sub("", path.read_text())):
        there = path.parent / target if target else path
        assert there.exists(), (page, target)
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there.read_text()), (page, target, anchor)


def test_the_page_of_commands_names_every_command():
    named = set(re.findall(r"`(?:priorsim )?([a-z-]+)`", (DOCS / "commands.md").read_text()))
    assert {command.callback.__name__.replace("_", "-") for command in app.registered_commands} <= named


def test_the_page_of_formats_links_to_every_schema():
    text = (DOCS / "formats.md").read_text()
    assert all(f"(schema/{path.name})" in text for path in (DOCS / "schema").glob("*.json"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PRIORSIM_CACHE"] = cache
        for page in PAGES:
            text = renewed(page)
            (DOCS / f"{page}.md").write_text(text)
            assert PYTHON.search(text) or BLOCK.search(text)
