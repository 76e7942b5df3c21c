"""How to cite priorsim: title and author, which CITATION.cff repeats for readers of the repository.

The version is that of priorsim/__init__.py. All of it is part of the package, so that a wheel can say it too.
"""

from priorsim import __version__
from priorsim.provenance import SHORT, counting_digest
from priorsim.text.templates import render

TITLE = "priorsim: exact counts of programs that search, under simplicity and speed priors"
AUTHOR = "The priorsim developers"


def cite_text() -> str:
    """One line of text and a BibTeX entry, with the version and the short digest of the code that counts."""
    told = {"title": TITLE, "author": AUTHOR, "version": __version__, "code": counting_digest()[:SHORT]}
    return render("cite.txt", **told)
