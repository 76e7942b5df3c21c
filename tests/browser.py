"""A page opened in headless Chromium: its DOM when it rests, and what it complained of.

`apt-get install chromium` is all that it needs. What a script is to do on the page is put into a copy of it.
"""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
COMPLAINT = re.compile(r"CONSOLE[:(].*")
ANSWERS = re.compile(r'<pre id="answers">(.*?)</pre>', re.DOTALL)
TIMEOUT = 60


def find_browser() -> str:
    """Chromium's path; skips the test where there is none, and fails it on continuous integration."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing = "no Chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """What was seen of a page.

    Attributes
    ----------
    dom : str
        The page as HTML, after its scripts ran.
    complaints : list of str
        Lines of the console, errors and refused requests among them.
    """

    dom: str
    complaints: list[str]

    @property
    def answers(self) -> Any:
        """What the script of `asking` found."""
        found = ANSWERS.search(self.dom)
        assert found is not None, self.complaints
        return json.loads(html.unescape(found[1]))


def visit(path: Path, place: str = "") -> Visit:
    """Open a file; `place` is what follows in the address, with its #."""
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"]
    rest = ["--v=0", "--virtual-time-budget=3000", f"--user-data-dir={path.parent / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [find_browser(), *flags, *rest, f"{path.as_uri()}{place}"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    return Visit(done.stdout, COMPLAINT.findall(done.stderr))


def asking(page: str, script: str) -> str:
    """A copy of a page that runs a script at its end; what the script's function `ask` returns is its answer."""
    answer = """Promise.resolve(typeof started === "undefined" ? null : started).then(() => {
    const answer = document.createElement("pre");
    answer.id = "answers";
    answer.textContent = JSON.stringify(ask());
    document.body.append(answer);
    });"""
    return page.replace("</body>", f"<script>{script}\n{answer}</script></body>")


def opened(folder: Path, page: str, place: str = "") -> Visit:
    """A page written into a folder and opened there; it must not have complained of anything."""
    path = folder / "report.html"
    path.write_text(page)
    seen = visit(path, place)
    assert seen.complaints == []
    return seen
