"""The site of priorsim: the pages of docs/, with what a code host shows elsewhere put in their place.

`make docs` builds it. Nothing is loaded from a network, neither when it is built nor when it is read.
"""

import io
import os
import re
import sys
from contextlib import redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import priorsim
from priorsim.__main__ import main
from priorsim.cli import app as commands

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
os.environ["PRIORSIM_CACHE"] = str(DOCS / "_build" / "cache")

project = "priorsim"
author = "The priorsim developers"
release = version = priorsim.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build", "schema"]
default_role = "code"
smartquotes = False
nitpicky = False

myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_output_stderr = "remove"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"priorsim {release}"
html_show_copyright = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}

SHOWN = {
    "verdicts": "results/claims.md",
    "odds-by-world": "results/odds.md",
    "bench": "results/bench.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
"""Pages whose text is a file elsewhere in the repository."""
PLACES = {str(ROOT / file): f"{page}.md" for page, file in SHOWN.items()} | {
    str(ROOT / "README.md"): "index.md",
    str(ROOT / "results"): "findings.md",
    str(ROOT / "programs"): "programs.md",
    str(DOCS / "schema"): "formats.md",
}
"""Where the site shows what a link on a code host leads to."""
LINK = re.compile(r"(?<=\]\()(?!https?://|#)(?P<path>[^)#\s]+)")
DRAWING = re.compile(r"```mermaid\n(?P<arrows>.*?)```", re.DOTALL)


def linked(text: str, folder: Path) -> str:
    """The text of a file in a folder, with links that hold on the site."""

    def there(link: re.Match[str]) -> str:
        path = str((folder / link["path"]).resolve())
        return PLACES.get(path) or os.path.relpath(path, DOCS)

    return LINK.sub(there, text)


def as_table(drawing: re.Match[str]) -> str:
    """A drawing of arrows as a table: a line for each package that imports others."""
    imported: dict[str, list[str]] = {}
    for importer, other in re.findall(r"^  (\S+) --> (\S+)$", drawing["arrows"], re.MULTILINE):
        imported.setdefault(importer, []).append(f"`{other}`")
    rows = (f"| `{importer}` | {', '.join(others)} |\n" for importer, others in imported.items())
    return "".join(["| package | imports |\n|---|---|\n", *rows])


def help_of(name: str) -> str:
    """What a command's --help prints."""
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["priorsim", name, "--help"]), redirect_stdout(out), suppress(SystemExit):
        main()
    return out.getvalue()


def helps() -> str:
    """The help of every command, a section each."""
    names = (
        str(command.callback.__name__).replace("_", "-") for command in commands.registered_commands if command.callback
    )
    return "".join(f"\n## priorsim {name}\n\n```text\n{help_of(name)}```\n" for name in names)


def docstrings() -> str:
    """Every public name, grouped by the package that it comes from, what questions return, and what draws."""
    named: dict[str, list[str]] = {group: [] for group in GROUPS.values()}
    for name in sorted(set(priorsim.__all__) - {"plot"}):
        named[GROUPS[priorsim._ROOM_OF[name].split(".")[1]]].append(directive(f"priorsim.{name}"))
    named["Answers"] = [directive(name) for name in ("priorsim.notebook.result.Result", "priorsim.frame.Frame")]
    named[GROUPS["measure"]].append(directive("priorsim.measure.histogram.Histogram"))
    named[GROUPS["worlds"]].append(directive("priorsim.worlds.Family"))
    named["Figures"] = [directive(f"priorsim.notebook.plot.{name}") for name in priorsim.plot.__all__]
    return "".join(f"\n## {group}\n\n```{{eval-rst}}\n{''.join(parts)}```\n" for group, parts in named.items())


def directive(name: str) -> str:
    """How autodoc is asked for a public name."""
    if name == "priorsim.census":  # As an attribute it is a package, which is called as this function.
        name = "priorsim.study.cache.census"
    module, _, last = name.rpartition(".")
    is_class = isinstance(getattr(import_module(module), last), type)
    return f".. autoclass:: {name}\n   :members:\n\n" if is_class else f".. autofunction:: {name}\n\n"


def programs() -> str:
    """The hand-written programs, a section each."""
    files = sorted((ROOT / "programs").glob("*.mu"))
    return "".join(f"\n## {file.name}\n\n```lisp\n{file.read_text().rstrip()}\n```\n" for file in files)


GROUPS = {
    "notebook": "Questions",
    "worlds": "Worlds",
    "priors": "Priors",
    "census": "Censuses and histograms",
    "study": "Censuses and histograms",
    "measure": "Censuses and histograms",
    "mu": "The language Mu",
}
"""Under which heading the names of a package stand."""
ADDED = {"commands": helps, "api": docstrings, "programs": programs}
"""What the site adds to a page, made when it is built."""


def read_source(_: Any, page: str, source: list[str]) -> None:
    """A page as the site shows it."""
    if page in SHOWN:
        file = ROOT / SHOWN[page]
        source[0] = linked(file.read_text(), file.parent)
    else:
        source[0] = linked(source[0], DOCS) + (ADDED[page]() if page in ADDED else "")
    source[0] = DRAWING.sub(as_table, source[0])


def setup(app: Any) -> None:
    """The one hook of this configuration."""
    app.connect("source-read", read_source)
