"""How to cite: the command, BibTeX that holds together, and CITATION.cff, which says the same."""

import re
from pathlib import Path

import priorsim
from priorsim.provenance import counting_digest
from priorsim.text.citation import AUTHOR, TITLE, cite_text
from tests.test_cli import output, unbroken

CFF = (Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8")


def test_the_command_says_who_what_and_which_version():
    assert output("cite") == f"{cite_text()}\n"
    code = counting_digest()[:12]
    assert unbroken("cite").startswith(
        f"{AUTHOR}. {TITLE}. Version {priorsim.__version__}, code {code}.\n\n@software{{priorsim,\n"
    )


def test_the_entry_is_bibtex():
    entry = re.search(r"^@software\{.*?^\}$", cite_text(), re.DOTALL | re.MULTILINE)[0]
    entry = re.sub(r"\n    +", " ", entry)
    assert entry.count("{") == entry.count("}")
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", entry, re.MULTILINE))
    assert fields["author"] == f"{{{AUTHOR}}}" and fields["title"] == f"{{{TITLE}}}"
    assert fields["version"] == priorsim.__version__ and set(fields) == {"author", "title", "version", "note"}


def test_the_file_of_the_repository_cites_the_same():
    for key, value in (("title", f'"{TITLE}"'), ("version", priorsim.__version__), ("  - name", f'"{AUTHOR}"')):
        assert re.findall(rf"^{key}: (.*)$", CFF, re.MULTILINE) == [value]
