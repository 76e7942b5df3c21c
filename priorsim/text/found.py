"""What was found, for readers in a hurry: a line for each of ten steps of the argument, and three figures.

Made from claims.json alone, so that whoever has the file can check every line against it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from priorsim.text.templates import render

STEPS = (
    *("much-simpler", "many-against-one", "three-counts", "speed-disincentive", "speed-uncompetitive"),
    *("gamma-star", "well-tuned", "treacherous", "table-to-search", "reachable"),
)
"""The claims that are shown, in the order of the argument."""
FIGURES = ("delta-l", "phase-in-context-root-sum-w4", "walk-landscape-forward.w3-pronic-l8")


def found_markdown(verdicts: Mapping[str, Any], captions: Mapping[str, str], *, folder: str = "") -> str:
    """The verdicts on ten claims in a line each, with three figures.

    Parameters
    ----------
    verdicts : mapping
        What claims.json holds.
    captions : mapping of str to str
        Of the drawings, by file name without ending; their first two sentences are shown, and of those that are
        missing nothing.
    folder : str
        Where the results are, seen from the text: empty, or ending in a slash.
    """
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    counts = Counter(claim["verdict"] for claim in claims.values())
    return render(
        "found.md",
        command=verdicts["command"],
        counts=counts.most_common(),
        claims=claims,
        most_worlds=_most_worlds,
        steps=[claims[name] for name in STEPS if name in claims],
        figures={name: captions[name].splitlines()[:2] for name in FIGURES if name in captions},
        folder=folder,
    )


def _most_worlds(cells: Sequence[Mapping[str, Any]]) -> int:
    """The worlds that tell, in the cell that has the most of them."""
    return max((cell["holds"] + cell["fails"] for cell in cells), default=0)
